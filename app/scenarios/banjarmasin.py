"""Desk trilateral Kota Banjarmasin, Thursday 16 March 2017, plan year 2018: agency, kecamatan and Bappeda settle each proposal. Invented words."""

from datetime import UTC, datetime, timedelta

from app.scenarios.fill_meeting import CHECKED, Brought, Guests, Meeting, asked
from app.sessions.fields import SessionFields

WITA = timedelta(hours=8)


def wita(day: int, hour: int, minute: int = 0) -> datetime:
    """A moment of March 2017 in Banjarmasin."""
    return datetime(2017, 3, day, hour, minute, tzinfo=UTC) - WITA


STARTS = wita(16, 9)
NOW = wita(16, 11, 12)
"""The moment at which the demonstration begins: the desk of the first of two days is in the middle of the list."""
VILLAGES = (
    "Mantuil",
    "Basirih",
    "Sungai Lulut",
    "Alalak Selatan",
    "Kuin Utara",
    "Teluk Dalam",
    "Pelambuan",
    "Sungai Bilu",
    "Kelayan Barat",
)

FIELDS = SessionFields.model_validate(
    {
        "title": "Desk Trilateral Kota Banjarmasin",
        "summary": "Perangkat daerah, kecamatan, dan Bappeda menyepakati sasaran, lokasi, dan alokasi setiap usulan untuk tahun 2018.",
        "region_code": "63.71",
        "tier": "agency_forum",
        "slug": "desk-trilateral-banjarmasin-2017",
        "number_prefix": "BJM",
        "starts_at": STARTS,
        "ends_at": wita(16, 16),
        "registration_opens_at": wita(6, 8),
        "registration_closes_at": wita(14, 16),
        "seats_online": 10,
        "criteria": "Setiap meja dihadiri tiga pihak: perangkat daerah teknis, kecamatan, dan Bappeda.",
        "contact_number": "081251001234",
        "contact_name": "Bappeda Kota Banjarmasin",
        "sites": [
            {"code": "fisik", "name": "Meja bidang fisik", "address": "Aula Bappeda, Jl. RE Martadinata 1", "seats": 30},
            {"code": "sosial", "name": "Meja bidang sosial dan ekonomi", "address": "Aula Bappeda, Jl. RE Martadinata 1", "seats": 30},
        ],
        "agenda": [
            {"title": "Tata cara desk dan pagu perangkat daerah", "planned_at": STARTS},
            {"title": "Desk per usulan", "planned_at": wita(16, 9, 30)},
            {"title": "Rekapitulasi hari pertama", "planned_at": wita(16, 15)},
        ],
        "meeting": {"link": "https://zoom.us/j/93456789012?pwd=contoh", "meeting_id": "934 5678 9012", "passcode": "sungai"},
    }
)
PUPR, DINKES, DISDIK, PERKIM = "Dinas PUPR", "Dinas Kesehatan", "Dinas Pendidikan", "Dinas Perumahan dan Kawasan Permukiman"
STAFF = (
    ("moderator", "Kabid Fisik Bappeda", None, "moderator", None),
    ("sekretariat", "Staf Bappeda", None, "secretariat", None),
    ("operator1", "Operator meja fisik", None, "operator", "fisik"),
    ("operator2", "Operator meja sosial", None, "operator", "sosial"),
    ("pupr", "Kabid Bina Marga", PUPR, "responder", None),
    ("dinkes", "Kabid Kesehatan Masyarakat", DINKES, "responder", None),
    ("kepala", "Kepala Bappeda", None, "reader", None),
)
GUESTS = (
    *(
        Guests(f"Kecamatan Banjarmasin {side}", "Camat dan kasi pembangunan", "kecamatan", 2, desk)
        for side in ("Selatan", "Timur", "Barat", "Utara", "Tengah")
        for desk in ("fisik", "sosial")
    ),
    Guests(PUPR, "Kepala bidang", "opd", 3, "fisik"),
    Guests(PERKIM, "Kepala bidang", "opd", 2, "fisik"),
    Guests(DINKES, "Kepala bidang", "opd", 2, "sosial"),
    Guests(DISDIK, "Kepala bidang", "opd", 2, "sosial"),
    Guests("Bappeda Kota Banjarmasin", "Kepala bidang", "opd", 2, "fisik"),
    Guests("Bappeda Kota Banjarmasin", "Perencana", "opd", 2, "sosial"),
    Guests("Dewan Kota", "Ketua", "lsm", 2, None),
)


def _settled(quantity: int, budget: int, place: str) -> tuple[dict[str, object], ...]:
    """Looked at, then settled by the three: target, location, allocation."""
    agreed: dict[str, object] = {"status": "agreed", "reason": "Sasaran, lokasi, dan alokasi disepakati tiga pihak."}
    return CHECKED, {**agreed, "quantity": quantity, "budget": budget, "landmark": place}


BROUGHT = (
    Brought(
        "Peninggian jalan titian ulin sepanjang 250 meter di Mantuil",
        "Mantuil",
        asked("roads", PUPR, 250, "meter", 750_000_000),
        _settled(200, 600_000_000, "Titian RT 12 sampai langgar"),
        "Panjangnya 200 meter setelah diukur bersama kecamatan.",
    ),
    Brought(
        "Siring sungai sepanjang 120 meter di Kuin Utara",
        "Kuin Utara",
        asked("water", PUPR, 120, "meter", 1_800_000_000),
        _settled(120, 1_800_000_000, "Depan pasar terapung"),
        "Sesuai rencana kerja kami tahun 2018.",
    ),
    Brought(
        "Jamban sehat komunal 6 unit di Sungai Bilu",
        "Sungai Bilu",
        asked("water_sanitation", PERKIM, 6, "unit", 180_000_000),
        _settled(4, 120_000_000, "RT 5 dan RT 9"),
        "Empat unit tahun 2018, dua menyusul.",
    ),
    Brought(
        "Pengerukan anak sungai sepanjang 800 meter di Basirih",
        "Basirih",
        asked("water", PUPR, 800, "meter", 400_000_000),
        (CHECKED, {"status": "not_agreed", "reason_code": "unreasonable_volume", "reason": "Panjang anak sungai hanya 350 meter."}),
        "Kecamatan mengukur ulang dan mengajukan lagi pada hari kedua.",
    ),
    Brought(
        "Posyandu apung 1 unit di Alalak Selatan",
        "Alalak Selatan",
        asked("health", DINKES, 1, "unit", 350_000_000),
        (CHECKED,),
    ),
    Brought(
        "Rehabilitasi 3 ruang kelas sekolah dasar di Pelambuan",
        "Pelambuan",
        asked("education", DISDIK, 3, "ruang", 450_000_000),
        (CHECKED,),
    ),
    Brought(
        "Jembatan gantung penghubung di Sungai Lulut 1 unit",
        "Sungai Lulut",
        asked("roads", PUPR, 1, "unit", 2_200_000_000),
        (CHECKED,),
    ),
    Brought(
        "Pelatihan kain sasirangan untuk 30 ibu di Kelayan Barat",
        "Kelayan Barat",
        asked("economy", "Dinas Perindustrian dan Perdagangan", 30, "orang", 60_000_000),
        (),
    ),
)  # fmt: skip
MEETING = Meeting(wita(7, 9), NOW, 2, FIELDS, STAFF, GUESTS, "Kecamatan", "daftar usulan kegiatan kecamatan", BROUGHT)

WISHES = (
    "Titian kayu RT {rt} sepanjang {n}0 meter di {village}",
    "Lampu jalan {n} titik di RT {rt} {village}",
    "Bak sampah {n} unit di {village}",
)
ONLINE = (
    ("chat", "Dewan Kota menyimak"),
    ("question", "Alokasi yang berkurang, sisanya ke mana?"),
    ("chat", "Mohon lokasi dibacakan juga, bukan hanya volumenya"),
)
HALL = (
    ("fisik", "Camat Banjarmasin Selatan", None, "spoken", "Kami terima 200 meter, asal titian sampai ke langgar."),
    ("sosial", "Kasi Pembangunan", "Kecamatan Banjarmasin Utara", "spoken", "Posyandu apung melayani tiga RT yang tidak punya jalan darat."),
    ("fisik", "Kasi Pembangunan", "Kecamatan Banjarmasin Timur", "aspiration", "Jembatan Sungai Lulut dipakai anak sekolah, mohon papan lantainya diganti 40 lembar"),
)  # fmt: skip
ANSWERS = (
    ("dinkes", "Posyandu apung kami setujui bila perahunya dari dana kelurahan.", "posyandu apung"),
    ("pupr", "Jembatan gantung belum ada rancangannya. Tahun 2018 kami buat rancangan dahulu.", "jembatan gantung"),
)
"""Log-in, words, and words in the title of the proposal that is answered."""
