"""Pra-musrenbang Kecamatan Lasem, Friday 17 February 2023, plan year 2024: the villages' lists go through the desk with Bappeda. Invented words."""

from datetime import UTC, datetime, timedelta

from app.scenarios.fill_meeting import CHECKED, Brought, Guests, Meeting, asked
from app.sessions.fields import SessionFields

WIB = timedelta(hours=7)


def wib(day: int, hour: int, minute: int = 0) -> datetime:
    """A moment of February 2023 in Lasem."""
    return datetime(2023, 2, day, hour, minute, tzinfo=UTC) - WIB


STARTS = wib(17, 8, 30)
NOW = wib(17, 10, 48)
"""The moment at which the demonstration begins: the desk has gone through two thirds of the villages."""
VILLAGES = (
    "Karasgede", "Jolotundo", "Sumbergirang", "Karangturi", "Babagan", "Dorokandang", "Gedongmulyo", "Dasun", "Soditan", "Ngemplak",
    "Selopuro", "Sendangcoyo", "Ngargomulyo", "Kajar", "Gowak", "Sendangasri", "Tasiksono", "Sriombo", "Bonang", "Binangun",
)  # fmt: skip

FIELDS = SessionFields.model_validate(
    {
        "title": "Pra-Musrenbang Kecamatan Lasem",
        "summary": "Usulan dua puluh desa diperiksa bersama Bappeda: pagu, rencana kerja, dan ciri tiap desa. Batas masuk SIPD Selasa 21 Februari.",
        "region_code": "33.17.14",
        "tier": "pre_district",
        "slug": "pra-musrenbang-lasem-2023",
        "number_prefix": "LSM",
        "starts_at": STARTS,
        "ends_at": wib(17, 15),
        "registration_opens_at": wib(6, 8),
        "registration_closes_at": wib(16, 12),
        "seats_online": 10,
        "criteria": "Setiap desa diwakili sekretaris desa sebagai operator SIPD dan kepala desa.",
        "contact_number": "081325001234",
        "contact_name": "Kecamatan Lasem",
        "sites": [{"code": "pendopo", "name": "Pendopo Kecamatan Lasem", "address": "Jl. Sunan Bonang, Lasem", "seats": 70}],
        "agenda": [
            {"title": "Arahan camat dan pagu tiap desa", "planned_at": STARTS},
            {"title": "Desk usulan desa dengan Bappeda", "planned_at": wib(17, 9)},
            {"title": "Penyepakatan daftar untuk SIPD", "planned_at": wib(17, 13, 30)},
        ],
        "meeting": {"link": "https://zoom.us/j/92345678901?pwd=contoh", "meeting_id": "923 4567 8901", "passcode": "batiktulis"},
    }
)
PUPR, PERTANIAN, WISATA, DINSOS = "DPUTARU", "Dinas Pertanian dan Pangan", "Dinas Kebudayaan dan Pariwisata", "Dinas Sosial PPKB"
STAFF = (
    ("moderator", "Camat Lasem", None, "moderator", None),
    ("sekretariat", "Kasi Pembangunan", None, "secretariat", None),
    ("operator1", "Operator pendopo", None, "operator", "pendopo"),
    ("bappeda", "Mitra Bappeda", "Bappeda Rembang", "responder", None),
    ("dputaru", "Kepala bidang", PUPR, "responder", None),
    ("kepala", "Kepala Bappeda", None, "reader", None),
)
GUESTS = (
    *(Guests(f"Desa {village}", "Sekretaris desa dan kepala desa", "kelurahan", 2, "pendopo") for village in VILLAGES),
    Guests("Bappeda Rembang", "Mitra kecamatan", "opd", 3, "pendopo"),
    Guests(PUPR, "Kepala bidang", "opd", 2, "pendopo"),
    Guests("Tim Penggerak PKK Kecamatan", "Ketua", "perempuan", 2, "pendopo"),
    Guests(WISATA, "Kepala bidang", "opd", 1, None),
    Guests(DINSOS, "Kepala bidang", "opd", 1, None),
)

_WANTED = (
    ("Pengecoran jalan usaha tani sepanjang 300 meter di {village}", "roads", PUPR, 300, "meter", 195_000_000),
    ("Talud saluran irigasi sepanjang 180 meter di {village}", "water", PUPR, 180, "meter", 144_000_000),
    ("Pelatihan batik tulis bagi 25 pemuda {village}", "culture_tourism", WISATA, 25, "orang", 45_000_000),
    ("Rehabilitasi 8 rumah tidak layak huni di {village}", "social", DINSOS, 8, "unit", 160_000_000),
    ("Alat pengering hasil panen 1 unit di {village}", "agriculture", PERTANIAN, 1, "unit", 85_000_000),
)
_MADE_OF_IT: tuple[tuple[tuple[dict[str, object], ...], str | None], ...] = (
    ((CHECKED, {"status": "forwarded", "reason": "Sesuai pagu dan rencana kerja; diteruskan ke musrenbang kecamatan."}), None),
    ((CHECKED, {"status": "forwarded", "reason": "Sesuai ciri desa; diteruskan ke musrenbang kecamatan."}), "Volumenya kami samakan dengan standar harga."),
    (({"status": "returned", "reason_code": "documents_incomplete", "reason": "Foto dan surat tanah belum ada."},), None),
    ((CHECKED,), None),
    (({"status": "declined", "reason_code": "ceiling_exceeded", "reason": "Melebihi pagu desa tahun 2024."},), None),
    ((CHECKED, {"status": "forwarded", "reason": "Menekan angka kemiskinan; diteruskan."}), None),
)  # fmt: skip
"""What the desk made of one list after the other, and the agency's words; the last third has not been looked at."""


def _brought(place: int, village: str) -> Brought:
    text, sector, agency, quantity, unit, budget = _WANTED[place % len(_WANTED)]
    steps, answer = _MADE_OF_IT[place % len(_MADE_OF_IT)] if place < 2 * len(VILLAGES) // 3 else ((), None)
    return Brought(text.format(village=village), village, asked(sector, agency, quantity, unit, budget), steps, answer)


BROUGHT = tuple(_brought(place, village) for place, village in enumerate(VILLAGES))
MEETING = Meeting(wib(7, 9), NOW, 2, FIELDS, STAFF, GUESTS, "Sekretaris Desa {village}", "operator SIPD desa", BROUGHT)

WISHES = (
    "Paving jalan RT {rt} RW {rw} sepanjang {n}0 meter di {village}",
    "Lampu jalan {n} titik di RW {rw} {village}",
    "Bantuan bibit cabai untuk {n} petani {village}",
)
ONLINE = (
    ("chat", "Mengikuti dari kantor dinas, suara jelas"),
    ("question", "Desa yang berkasnya dikembalikan masih sempat masuk SIPD?"),
    ("chat", "Standar harga 2024 sudah kami kirim ke camat"),
    ("question", "Apakah volume boleh diubah setelah desk?"),
)
HALL = (
    ("pendopo", "Mitra Bappeda", "Bappeda Rembang", "spoken", "Batas entri SIPD Selasa 21 Februari. Yang dikembalikan mohon dilengkapi paling lambat Senin."),
    ("pendopo", "Sekretaris Desa Dasun", "operator SIPD", "aspiration", "Galangan kapal Dasun perlu papan informasi sejarah 3 unit"),
    ("pendopo", "Ketua PKK", None, "aspiration", "Posyandu di Gowak belum punya alat ukur tinggi, mohon 4 unit"),
)  # fmt: skip
ANSWERS = (
    ("dputaru", "Jalan usaha tani yang lahannya sudah dihibahkan kami dahulukan.", "jalan usaha tani"),
    ("bappeda", "Isu strategis tahun ini kemiskinan dan kesenjangan; rumah tidak layak huni masuk prioritas.", "rumah tidak layak huni"),
)
"""Log-in, words, and words in the title of the proposal that is answered."""
