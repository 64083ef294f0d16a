"""The climate group's list beside the plans of Lombok Timur and Nusa Tenggara Barat, July 2020, plan year 2021: two places joined by video. Invented words."""

from datetime import UTC, datetime, timedelta

from app.scenarios.fill_meeting import CHECKED, Brought, Guests, Meeting, asked
from app.sessions.fields import SessionFields

WITA = timedelta(hours=8)


def wita(day: int, hour: int, minute: int = 0) -> datetime:
    """A moment of July 2020 in Lombok Timur."""
    return datetime(2020, 7, day, hour, minute, tzinfo=UTC) - WITA


STARTS = wita(16, 9)
NOW = wita(16, 10, 34)
"""The moment at which the demonstration begins: half of the list has been compared with the plans."""
VILLAGES = ("Sembalun Bumbung", "Sajang", "Tanjung Luar", "Pulau Maringkik", "Sekaroh", "Seriwe", "Ekas Buana", "Labuhan Haji")

FIELDS = SessionFields.model_validate(
    {
        "title": "Musrenbang Tematik Iklim Lombok Timur",
        "summary": "Daftar kegiatan komunitas iklim dibandingkan dengan rencana kabupaten dan provinsi tahun 2021, di dua tempat sekaligus.",
        "region_code": "52.03",
        "tier": "thematic",
        "slug": "musrenbang-tematik-iklim-lombok-timur-2020",
        "number_prefix": "HIM",
        "starts_at": STARTS,
        "ends_at": wita(16, 12, 30),
        "registration_opens_at": wita(6, 8),
        "registration_closes_at": wita(14, 16),
        "seats_online": 20,
        "criteria": "Pertemuan ini berdasarkan undangan kepada kelompok warga, perangkat daerah, perguruan tinggi, dan perbankan.",
        "contact_number": "081917001234",
        "contact_name": "Bappeda Lombok Timur",
        "screen_shows_all": True,
        "sites": [
            {"code": "selong", "name": "Aula Bappeda, Selong", "address": "Jl. Prof. M. Yamin, Selong", "seats": 40},
            {"code": "mataram", "name": "Ruang rapat Bappeda NTB, Mataram", "address": "Jl. Flamboyan 2, Mataram", "seats": 25},
        ],
        "agenda": [
            {"title": "Pembukaan dari Selong dan Mataram", "planned_at": STARTS},
            {"title": "Daftar kegiatan kelompok iklim", "planned_at": wita(16, 9, 20)},
            {"title": "Perbandingan dengan rencana daerah", "planned_at": wita(16, 10)},
            {"title": "Tanggapan dan tindak lanjut", "planned_at": wita(16, 11, 30)},
        ],
        "meeting": {"link": "https://zoom.us/j/91234567890?pwd=contoh", "meeting_id": "912 3456 7890", "passcode": "rinjani"},
    }
)
DLHK, DKP, PERTANIAN, BPBD = "Dinas Lingkungan Hidup dan Kehutanan", "Dinas Kelautan dan Perikanan", "Dinas Pertanian", "BPBD"
STAFF = (
    ("moderator", "Lalu Hendra", None, "moderator", None),
    ("sekretariat", "Baiq Nurhayati", None, "secretariat", None),
    ("operator1", "Operator Selong", None, "operator", "selong"),
    ("operator2", "Operator Mataram", None, "operator", "mataram"),
    ("dlhk", "Ir. Sahrul Gunadi", DLHK, "responder", None),
    ("dkp", "Haerudin", DKP, "responder", None),
    ("kepala", "Kepala Bappeda", None, "reader", None),
)
GUESTS = (
    Guests("HIMASPI", "Pengurus", "lsm", 6, "selong"),
    Guests("HIMASPI", "Kelompok perempuan pesisir", "perempuan", 4, "selong"),
    Guests("Bappeda Lombok Timur", "Kepala bidang", "opd", 4, "selong"),
    Guests(DLHK, "Kepala dinas", "opd", 2, "selong"),
    Guests(DKP, "Kepala dinas", "opd", 2, "selong"),
    Guests(PERTANIAN, "Kepala dinas", "opd", 2, "selong"),
    Guests("Majelis Adat Sembalun", "Pemangku", "tokoh_masyarakat", 2, "selong"),
    Guests("Pondok Pesantren Darul Yatama", "Pimpinan", "tokoh_agama", 1, "selong"),
    Guests("Karang Taruna Tanjung Luar", "Ketua", "pemuda", 3, "selong"),
    Guests("Bappeda NTB", "Kepala bidang", "opd", 4, "mataram"),
    Guests(BPBD, "Kepala pelaksana", "opd", 2, "mataram"),
    Guests("Universitas Mataram", "Pusat studi iklim", "perguruan_tinggi", 3, "mataram"),
    Guests("Bank NTB Syariah", "Kepala cabang", "swasta", 2, "mataram"),
    Guests("Konsorsium LSM iklim", "Koordinator", "lsm", 4, None),
    Guests("Forum Perempuan Kepala Keluarga", "Ketua", "perempuan", 3, None),
)
WHOLE: dict[str, object] = {"status": "agreed", "reason": "Terakomodir dalam rancangan rencana kerja 2021."}
PARTLY: dict[str, object] = {"status": "forwarded", "reason": "Terakomodir sebagian; selebihnya diteruskan ke provinsi."}


def _refused(code: str, words: str) -> dict[str, object]:
    return {"status": "not_agreed", "reason_code": code, "reason": words}


BROUGHT = (
    Brought(
        "Penanaman bakau 12 hektare di pesisir Sekaroh bersama kelompok nelayan",
        "Sekaroh",
        asked("environment", DLHK, 12, "hektare", 240_000_000),
        (CHECKED, WHOLE),
        "Lokasinya sama dengan rencana rehabilitasi pesisir kami. Bibit dari kelompok dibeli dinas.",
    ),
    Brought(
        "Embung penampung air hujan 3 unit untuk kebun di Sajang",
        "Sajang",
        asked("agriculture", PERTANIAN, 3, "unit", 450_000_000),
        (CHECKED, PARTLY),
        "Kabupaten membangun satu embung tahun 2021. Dua lainnya kami teruskan ke provinsi.",
    ),
    Brought(
        "Sekolah lapang iklim untuk 60 petani bawang Sembalun Bumbung",
        "Sembalun Bumbung",
        asked("agriculture", PERTANIAN, 60, "orang", 90_000_000),
        (CHECKED, WHOLE),
        "Sudah ada di rencana penyuluhan, jumlah pesertanya kami samakan menjadi 60.",
    ),
    Brought(
        "Pemecah ombak sepanjang 400 meter di Pulau Maringkik",
        "Pulau Maringkik",
        asked("disaster", BPBD, 400, "meter", 2_400_000_000),
        (CHECKED, _refused("not_our_competence", "Kewenangan pusat; kami bantu suratnya ke balai wilayah sungai.")),
        "Pemecah ombak dibangun balai wilayah sungai. Kami siapkan data gelombangnya.",
    ),
    Brought(
        "Alat peringatan dini banjir rob 2 titik di Tanjung Luar",
        "Tanjung Luar",
        asked("disaster", BPBD, 2, "titik", 120_000_000),
        (CHECKED, PARTLY),
        "Satu titik dibiayai tahun 2021, titik kedua menunggu anggaran provinsi.",
    ),
    Brought(
        "Perahu patroli kawasan konservasi untuk kelompok nelayan Ekas Buana",
        "Ekas Buana",
        asked("fisheries", DKP, 1, "unit", 180_000_000),
        (CHECKED,),
    ),
    Brought(
        "Pengolahan sampah plastik pesisir 1 unit di Labuhan Haji",
        "Labuhan Haji",
        asked("environment", DLHK, 1, "unit", 300_000_000),
        (CHECKED,),
    ),
    Brought(
        "Pelatihan olahan rumput laut untuk 40 perempuan Seriwe",
        "Seriwe",
        asked("economy", DKP, 40, "orang", 75_000_000),
        (CHECKED,),
    ),
)
MEETING = Meeting(wita(7, 9), NOW, 3, FIELDS, STAFF, GUESTS, "HIMASPI", "kelompok warga untuk iklim", BROUGHT)

WISHES = (
    "Bibit bakau {n}00 batang untuk pesisir {village}",
    "Pelatihan menghadapi rob untuk {n} keluarga di {village}",
    "Bak penampung air hujan {n} unit di {village}",
)
ONLINE = (
    ("chat", "Suara Mataram terdengar jelas dari sini"),
    ("question", "Yang diteruskan ke provinsi, siapa yang mengawal?"),
    ("chat", "Tahun lalu kami tidak sempat bicara, terima kasih sekarang dibacakan satu per satu"),
    ("aspiration", "Mohon kalender tanam dikirim ke kelompok tani Sajang setiap musim"),
    ("chat", "Setuju, data gelombang penting"),
    ("question", "Apakah daftar hasilnya dibagikan kepada kelompok?"),
)
HALL = (
    (
        "selong",
        "Ketua HIMASPI",
        None,
        "spoken",
        "Dari delapan kegiatan, lima sudah dibandingkan. Kami minta tiga sisanya dijawab hari ini.",
    ),
    ("mataram", "Peneliti", "Universitas Mataram", "spoken", "Data hujan sepuluh tahun bisa dipakai untuk memilih tempat embung."),
    ("selong", "Ibu", "nelayan", "aspiration", "Air bersih di Pulau Maringkik putus saat rob, mohon tandon 2 unit"),
)
ANSWERS = (
    ("dkp", "Perahu patroli kami ajukan lewat dana alokasi khusus, jawabannya bulan September.", "perahu patroli"),
    ("dlhk", "Mesin pengolah plastik bisa masuk bila desa menyediakan tempatnya.", "sampah plastik"),
    ("dkp", "Pelatihan rumput laut kami gabung dengan program provinsi, pesertanya tetap 40.", "rumput laut"),
)
"""Log-in, words, and words in the title of the proposal that is answered."""
