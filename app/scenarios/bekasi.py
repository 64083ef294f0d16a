"""Musrenbang Kota Bekasi, 23 to 29 January 2018, plan year 2019: five days of one teleconference, twelve halls each. People and words are invented."""

from datetime import UTC, datetime, timedelta

from app.sessions.fields import SessionFields

WIB = timedelta(hours=7)
SERIES = "Musrenbang Kota Bekasi"
ABOUT = "Lima hari, dua belas kelurahan dalam satu telekonferensi. Ketua RT dan RW mengusulkan, DPRD dan perangkat daerah menjawab."


def wib(day: int, hour: int, minute: int = 0) -> datetime:
    """A moment of January 2018 in Bekasi."""
    return datetime(2018, 1, day, hour, minute, tzinfo=UTC) - WIB


DAYS = (23, 24, 25, 26, 29)
"""Days of the month, Tuesday to Friday and Monday."""
TODAY = 2
"""Which of the days is being held."""
PREPARED = wib(8, 9)
NOW = wib(25, 9, 52)
"""The moment at which the demonstration begins: on the third day the halls are speaking."""

HALLS = (
    ("pejuang", "Kelurahan Pejuang", "Medan Satria", "Pejuang"),
    ("bintara-jaya", "Kelurahan Bintara Jaya", "Bekasi Barat", "Bintarajaya"),
    ("aren-jaya", "Kelurahan Aren Jaya", "Bekasi Timur", "Arenjaya"),
    ("kayuringin-jaya", "Kelurahan Kayuringin Jaya", "Bekasi Selatan", "Kayuringinjaya"),
    ("kaliabang-tengah", "Kelurahan Kaliabang Tengah", "Bekasi Utara", "Kaliabang Tengah"),
    ("jatirahayu", "Kelurahan Jatirahayu", "Pondokmelati", "Jatirahayu"),
    ("jatiwaringin", "Kelurahan Jatiwaringin", "Pondokgede", "Jatiwaringin"),
    ("jatiranggon", "Kelurahan Jatiranggon", "Jatisampurna", "Jatiranggon"),
    ("bantargebang", "Kelurahan Bantargebang", "Bantargebang", "Bantargebang"),
    ("bojong-menteng", "Kelurahan Bojong Menteng", "Rawalumbu", "Bojongmenteng"),
    ("mustikajaya", "Kelurahan Mustikajaya", "Mustikajaya", "Mustikajaya"),
    ("jatiasih", "Kelurahan Jatiasih", "Jatiasih", "Jatiasih"),
)
"""Code, name, kecamatan, the name of the village."""
VILLAGES = tuple(village for _, _, _, village in HALLS)

FIRST = SessionFields.model_validate(
    {
        "title": "Musrenbang Kota Bekasi 2018, hari 1",
        "summary": "Dua belas kelurahan bertemu lewat telekonferensi untuk menyusun rencana tahun 2019.",
        "region_code": "32.75",
        "slug": "musrenbang-kota-bekasi-2018-hari-1",
        "number_prefix": "BKS",
        "starts_at": wib(DAYS[0], 9),
        "ends_at": wib(DAYS[0], 12),
        "registration_opens_at": wib(9, 8),
        "registration_closes_at": wib(DAYS[0] - 2, 16),
        "seats_online": 12,
        "criteria": "Setiap kelurahan mengirim ketua RT dan RW, wakil perempuan, dan pemuda.",
        "contact_number": "081288001234",
        "contact_name": "Bappeda Kota Bekasi",
        "screen_shows_all": True,
        "sites": [
            {"code": code, "name": name, "address": f"Kantor {name}, Kecamatan {district}", "seats": 8} for code, name, district, _ in HALLS
        ],
        "agenda": [
            {"title": "Pembukaan dari Balai Kota", "planned_at": wib(DAYS[0], 9)},
            {"title": "Suara dua belas kelurahan", "planned_at": wib(DAYS[0], 9, 30)},
            {"title": "Tanggapan DPRD dan perangkat daerah", "planned_at": wib(DAYS[0], 11)},
            {"title": "Kesimpulan", "planned_at": wib(DAYS[0], 11, 45)},
        ],
        "quotas": [{"attribute": "gender", "value": "female", "minimum": 30, "unit": "percent"}],
        "meeting": {
            "link": "https://meet.jit.si/contoh-musrenbang-bekasi",
            "meeting_id": "contoh-musrenbang-bekasi",
            "passcode": "patriot18",
        },
    }
)

DBMSDA = "Dinas Bina Marga dan Sumber Daya Air"
STAFF = (
    ("moderator", "Yayan Sopian", None, "moderator", None),
    ("sekretariat", "Lilis Suryani", None, "secretariat", None),
    *((f"operator{number}", f"Operator {name}", None, "operator", code) for number, (code, name, _, _) in enumerate(HALLS, 1)),
    ("dbmsda", "Ir. Arief Maulana", DBMSDA, "responder", None),
    ("dprd", "Hj. Enie Widhiastuti", "DPRD Kota Bekasi", "responder", None),
    ("kepala", "Kepala Bappeda", None, "reader", None),
)
"""Log-in, name, agency, role, hall."""

WISHES = (
    "Normalisasi drainase RT {rt} RW {rw} kelurahan {village} sepanjang {n}0 meter, tiap hujan meluap",
    "Perbaikan trotoar di depan SD RW {rw} kelurahan {village} sepanjang {n}0 meter",
    "Pengecoran jalan lingkungan RT {rt}/RW {rw} kelurahan {village} sepanjang {n}0 meter",
    "Pembuatan sumur resapan {n} titik di RW {rw} kelurahan {village}",
    "Pemasangan lampu jalan {n} titik di RT {rt} RW {rw} kelurahan {village}",
    "Peninggian jalan dan saluran RW {rw} kelurahan {village} sepanjang {n}0 meter",
)
SECTORS = {
    "Normalisasi": "water",
    "Perbaikan": "roads",
    "Pengecoran": "roads",
    "Pembuatan": "water",
    "Pemasangan": "street_lighting",
    "Peninggian": "roads",
}
"""What part of the plan a wish belongs to, by its first word."""
AGENCIES = {"water": DBMSDA, "roads": DBMSDA, "street_lighting": "Dinas Perhubungan"}
"""To whom the secretariat sends which part."""
REPLIES = {
    "water": "Masuk rencana normalisasi 2019. Panjangnya kami ukur ulang bersama ketua RW bulan depan.",
    "roads": "Kami survei bulan Maret. Bila lahannya tidak bermasalah, dikerjakan pada triwulan kedua 2019.",
    "street_lighting": "Titik lampunya kami cocokkan dengan jaringan PLN lebih dahulu.",
}
"""What the agency wrote to a proposal that was agreed on."""
DAPIL = (
    ("Bekasi Timur", "Dapil 1"),
    ("Bekasi Selatan", "Dapil 1"),
    ("Bekasi Utara", "Dapil 2"),
    ("Medan Satria", "Dapil 2"),
    ("Rawalumbu", "Dapil 3"),
    ("Bantargebang", "Dapil 3"),
    ("Mustikajaya", "Dapil 3"),
    ("Jatiasih", "Dapil 4"),
    ("Jatisampurna", "Dapil 4"),
    ("Pondok Melati", "Dapil 4"),
    ("Bekasi Barat", "Dapil 5"),
    ("Pondok Gede", "Dapil 5"),
)
"""Kecamatan and electoral district, as drawn in 2023 for the election of 2024."""
AGREED = "Masuk daftar usulan kecamatan untuk dibahas bersama pagu."

ONLINE = (
    ("chat", "Selamat pagi dari Rawalumbu, suara Balai Kota jelas"),
    ("question", "Apakah usulan trotoar digabung dengan drainase atau terpisah?"),
    ("chat", "Gambar Jatiranggon terputus, suaranya masih terdengar"),
    ("aspiration", "Drainase Jalan Pekayon RT 04 RW 02 buntu sepanjang 250 meter, mohon dinormalisasi"),
    ("chat", "Mohon mik Bantargebang didekatkan"),
    ("aspiration", "Trotoar Jalan Ahmad Yani di depan halte rusak sepanjang 120 meter, kursi roda tidak bisa lewat"),
    ("question", "Kapan hasil lima hari ini diumumkan?"),
    ("chat", "Terima kasih, dicatat"),
)
HALL = (
    ("pejuang", "Bapak", "Ketua RW 12", "aspiration", "Saluran RW 12 Pejuang dangkal, mohon dikeruk sepanjang 400 meter sebelum musim hujan"),
    ("bintara-jaya", "Ibu", "Ketua RT 03", "aspiration", "Jalan RT 03 RW 06 Bintara Jaya berlubang, mohon dicor sepanjang 180 meter lebar 3 meter"),
    ("aren-jaya", "Bapak", "Ketua RW 09", "aspiration", "Trotoar dan saluran di depan pasar Aren Jaya perlu ditata sepanjang 300 meter"),
    ("bantargebang", "Ibu", "PKK", "aspiration", "Jalan menuju posyandu RW 02 Bantargebang gelap, mohon lampu 10 titik"),
    ("jatiasih", "Bapak", "Ketua RT 05", "aspiration", "Air Kali Bekasi masuk RT 05 RW 08 Jatiasih, mohon tanggul ditinggikan sepanjang 200 meter"),
    ("kayuringin-jaya", "Lurah", None, "spoken", "Kayuringin Jaya menyampaikan tujuh usulan, tiga di antaranya drainase."),
    ("mustikajaya", "Bapak", "Ketua RW 20", "aspiration", "Drainase perumahan RW 20 Mustikajaya belum terhubung ke kali, perlu 350 meter"),
    ("jatirahayu", "Ibu", "Ketua RT 02", "aspiration", "Trotoar Jalan Raya Hankam di Jatirahayu sempit dan rusak, mohon diperbaiki sepanjang 500 meter"),
    ("jatiwaringin", "Bapak", "Ketua RW 04", "aspiration", "Gorong-gorong Jatiwaringin RW 04 ambles, mohon diganti 2 unit"),
    ("bojong-menteng", "Ibu", "LPM", "aspiration", "Jalan setapak RT 01 RW 07 Bojong Menteng becek, mohon paving 220 meter"),
)  # fmt: skip
ANSWERS = (
    ("dbmsda", "Drainase Arenjaya masuk rencana normalisasi 2019, panjangnya kami ukur ulang bersama warga.", "drainase di Kel. Arenjaya"),
    ("dprd", "Usulan ini kami kawal di komisi. Mohon kelurahan melengkapi volumenya.", "drainase di Kel. Arenjaya"),
    ("dbmsda", "Jalan ini kami cor setelah salurannya selesai, paling cepat triwulan ketiga.", "jalan lingkungan di Kel. Pejuang"),
    ("dprd", "Lampu jalan ini kami usulkan juga lewat pokok pikiran dewan.", "lampu jalan di Kel. Kaliabang Tengah"),
)
"""Log-in, words, and words in the title of the proposal that is answered."""
