"""Musrenbang RKPD Kota Pekalongan, Sunday 11 April 2021, 18.30 WIB, plan year 2022: the event as a scenario. People and words are invented."""

from datetime import UTC, datetime, timedelta

from app.sessions.fields import SessionFields

SLUG = "musrenbang-kota-pekalongan-2021"
WIB = timedelta(hours=7)


def wib(day: int, hour: int, minute: int = 0) -> datetime:
    """A moment of April 2021 in Pekalongan."""
    return datetime(2021, 4, day, hour, minute, tzinfo=UTC) - WIB


PREPARED = wib(5, 9)
OPENED = wib(6, 8)
DEADLINE = wib(10, 10)
PUBLISHED = wib(10, 14)
STARTS = wib(11, 18, 30)
NOW = wib(11, 19, 33)
"""The moment at which the demonstration begins: residents are just saying what they want."""

FIELDS = SessionFields.model_validate(
    {
        "title": "Musrenbang RKPD Kota Pekalongan",
        "summary": "Rembuk warga dan pemerintah untuk menyusun rencana kerja kota tahun 2022.",
        "region_code": "33.75",
        "slug": SLUG,
        "number_prefix": "PKL",
        "starts_at": STARTS,
        "ends_at": wib(11, 21, 30),
        "registration_opens_at": OPENED,
        "registration_closes_at": DEADLINE,
        "seats_online": 60,
        "criteria": "Kami memilih peserta agar semua kelurahan, perempuan, anak, dan penyandang disabilitas terwakili.",
        "stream_url": "https://s.id/livemusrenpekalongankota2021",
        "contact_number": "085326905742",
        "contact_name": "Bappeda Kota Pekalongan",
        "sites": [
            {"code": "buketan", "name": "Ruang Buketan, Setda", "address": "Jl. Mataram 1, Pekalongan Timur", "seats": 40},
            {
                "code": "utara",
                "name": "Aula Kecamatan Utara",
                "address": "Jl. WR Supratman 75, Pekalongan Utara",
                "access_notes": "Jalur kursi roda",
                "seats": 30,
            },
        ],
        "agenda": [
            {"title": "Pembukaan dan doa", "planned_at": STARTS},
            {"title": "Paparan rancangan RKPD 2022", "planned_at": wib(11, 18, 45)},
            {"title": "Penyampaian aspirasi warga", "planned_at": wib(11, 19, 30)},
            {"title": "Tanggapan perangkat daerah", "planned_at": wib(11, 20, 45)},
            {"title": "Pembacaan berita acara", "planned_at": wib(11, 21, 15)},
        ],
        "quotas": [
            {"attribute": "gender", "value": "female", "minimum": 40, "unit": "percent"},
            {"attribute": "element", "value": "anak", "minimum": 4},
            {"attribute": "disability", "value": "yes", "minimum": 5},
        ],
        "meeting": {"link": "https://zoom.us/j/98765432101?pwd=contoh", "meeting_id": "987 6543 2101", "passcode": "rembuk22"},
    }
)

STAFF = (
    ("moderator", "Rina Kartika", None, "moderator", None),
    ("sekretariat", "Agus Prasetyo", None, "secretariat", None),
    ("operator1", "Dwi Lestari", None, "operator", "buketan"),
    ("operator2", "Slamet Riyadi", None, "operator", "utara"),
    ("dpupr", "Ir. Bambang Wibowo", "DPUPR", "responder", None),
    ("dprd", "Hj. Nur Aini", "DPRD Kota Pekalongan", "responder", None),
    ("kepala", "Kepala Bappeda", None, "reader", None),
)
"""Log-in, name, agency, role, hall."""

FEMALE = (
    "Siti",
    "Nur",
    "Dewi",
    "Endang",
    "Kholifah",
    "Umi",
    "Wahyuni",
    "Fitri",
    "Laila",
    "Maryam",
    "Ratna",
    "Yuli",
    "Zulaikha",
    "Tri",
    "Mutia",
)
MALE = (
    "Ahmad",
    "Budi",
    "Hendra",
    "Joko",
    "Khoirul",
    "Lukman",
    "Mujib",
    "Purnomo",
    "Rohman",
    "Sugeng",
    "Teguh",
    "Untung",
    "Yusuf",
    "Zaenal",
    "Fauzan",
)
FAMILY = (
    "Hidayat",
    "Rahayu",
    "Santoso",
    "Mulyani",
    "Setiawan",
    "Handayani",
    "Maulana",
    "Astuti",
    "Nugroho",
    "Susanti",
    "Firmansyah",
    "Lestari",
)

VILLAGES = (
    "Bendan Kergon", "Podosugih", "Medono", "Tirto", "Pasirkratonkramat", "Poncol", "Klego", "Noyontaansari", "Kauman", "Setono", "Gamer",
    "Krapyak", "Kandang Panjang", "Panjang Baru", "Panjang Wetan", "Degayu", "Bandengan", "Padukuhan Kraton", "Jenggot", "Banyurip", "Kuripan Kertoharjo",
    "Kuripan Yosorejo", "Buaran Kradenan", "Sokoduwet", "Kali Baros", "Pringrejo",
)  # fmt: skip

WISHES = (
    "Perbaikan saluran air di RT {rt} RW {rw}, tiap hujan air masuk rumah",
    "Mohon lampu jalan {n} titik di gang RT {rt}/RW {rw}",
    "Pelatihan menjahit untuk {n} ibu PKK kelurahan {village}",
    "Peninggian jalan lingkungan RT {rt} RW {rw} sepanjang {n}0 meter karena rob",
    "Pengadaan alat ukur posyandu RW {rw} kelurahan {village}",
    "Taman bacaan anak di balai RW {rw}",
    "Jalur kursi roda dan pegangan di kantor kelurahan {village}",
    "Bantuan 2 gerobak sampah untuk RW {rw}",
)

SECTORS = {
    "Perbaikan": "water",
    "Mohon": "street_lighting",
    "Pelatihan": "employment",
    "Peninggian": "roads",
    "Pengadaan": "health",
    "Taman": "education",
    "Jalur": "social",
    "Bantuan": "environment",
}
"""What part of the plan a wish belongs to, by its first word."""
AGENCIES = {
    "water": "DPUPR",
    "roads": "DPUPR",
    "street_lighting": "Dinas Perhubungan",
    "employment": "Dinas Perindustrian dan Tenaga Kerja",
    "health": "Dinas Kesehatan",
    "education": "Dinas Pendidikan",
    "social": "Dinas Sosial",
    "environment": "Dinas Lingkungan Hidup",
}
"""To whom the secretariat sends which part."""
ALREADY = "Sudah masuk rencana kerja 2021 dan sedang dilelang."

ONLINE = (
    (
        "aspiration",
        "Saluran di Jalan Samudra RT 03 RW 07 mampet, tiap rob air masuk 40 rumah. Mohon dikeruk dan ditinggikan sepanjang 300 meter.",
    ),
    ("chat", "Selamat malam Bapak Ibu, izin menyimak dari Krapyak"),
    ("chat", "Suaranya putus-putus, mohon operator dekatkan mik"),
    ("aspiration", "TPS 3R Sokoduwet RW 03 butuh 2 gerobak sampah dan 1 mesin pencacah"),
    ("question", "Apakah usulan tahun lalu yang belum dikerjakan harus diajukan lagi?"),
    ("aspiration", "Mohon pelatihan batik cap untuk 25 pemuda Karang Taruna Jenggot supaya punya usaha sendiri"),
    ("chat", "Setuju, di kampung kami juga begitu"),
    ("aspiration", "Posyandu Melati RW 05 Poncol perlu timbangan bayi 2 unit dan alat ukur tinggi 2 unit"),
    ("chat", "Alhamdulillah sudah dengar jelas"),
    ("aspiration", "Jembatan kayu penghubung RT 01 dan RT 02 RW 04 Degayu lapuk, anak sekolah lewat tiap hari. Panjang 8 meter."),
    ("question", "Kapan hasil musrenbang ini diumumkan?"),
    ("aspiration", "Kantor kelurahan Medono belum ada jalur kursi roda. Mohon dibuatkan ramp dan toilet difabel 1 unit."),
    ("chat", "Terima kasih moderator"),
    ("aspiration", "Peninggian talud Sungai Loji di Panjang Wetan sepanjang 150 meter, anggaran kira-kira Rp 450 juta"),
    ("chat", "Mohon izin, saya menyimak sambil menjaga warung"),
    ("aspiration", "Beasiswa untuk anak buruh batik di Banyurip, kira-kira 30 anak"),
    ("aspiration", "Anak-anak RW 06 Klego ingin tempat bermain yang aman, sekarang main di pinggir jalan"),
    ("chat", "Benar, tiap sore ramai kendaraan"),
    ("aspiration", "Pompa portable 1 unit untuk RW 09 Kandang Panjang, rob bisa tiga hari tidak surut"),
    ("question", "Apakah warga boleh mengusulkan lebih dari satu?"),
    ("aspiration", "Pelatihan pemasaran daring bagi 40 pengrajin Buaran Kradenan"),
    ("chat", "Semoga didengar, Pak"),
    ("aspiration", "Pengaspalan gang RT 05 RW 02 Setono panjang 120 meter lebar 2,5 meter"),
    ("aspiration", "Sumur resapan 15 titik di Kuripan Yosorejo untuk mengurangi genangan"),
)

HALL = (
    ("buketan", "Ibu", "RT 3", "aspiration", "Lampu tanggul Panjang Baru mati sejak Januari, mohon 12 titik diganti yang baru"),
    ("buketan", "Bapak", "Ketua RW 05", "aspiration", "Gedung posyandu RW 05 Noyontaansari perlu direhab, atap sudah lapuk"),
    ("utara", "Bapak", "nelayan", "aspiration", "Muara dangkal, perahu sulit masuk. Mohon pengerukan alur 500 meter"),
    ("utara", "Ibu", "PKK", "aspiration", "Mohon pelatihan olahan ikan untuk 20 ibu nelayan Bandengan"),
    ("buketan", "Kepala Bappeda", None, "spoken", "Paparan selesai. Pagu usulan warga tahun 2022 dijelaskan per kecamatan."),
    ("utara", "Saudari", "Forum Anak", "aspiration", "Kami minta zebra cross dan pita kejut di depan SMP 12"),
)

ANSWERS = (
    ("dpupr", "Saluran ini masuk rencana kerja kami tahun 2022 triwulan kedua, panjangnya kami ukur ulang bersama warga.", "saluran air"),
    ("dprd", "Kami kawal di badan anggaran. Mohon lengkapi foto dan titik lokasinya.", "saluran air"),
    ("dpupr", "Jalan yang terendam rob kami tinggikan bertahap. Yang ini kami survei bulan Mei.", "jalan lingkungan"),
)
"""Log-in, words, and words in the title of the proposal that is answered."""
