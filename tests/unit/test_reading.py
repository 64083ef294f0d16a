"""The reading of aspirations: what a line is, and which fields of a proposal it names."""

import io
import json
import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.proposals.kinds import Kind
from app.proposals.reading import Urgency, as_json, read, read_fields, read_lines, sector_label
from app.proposals.sectors import Sector

PROPOSALS = """
Usul jln gg Melati RT 02/05 dipaving, panjang 150 m lebar 2 m
mohon dibuatkan pos ronda di RW 04, warga sdh siap gotong royong
nyuwun dalane ngarep masjid didandani pak, wis bolong kabeh
perlu ada pelatihan menjahit bagi ibu2 PKK kel. Kauman, 25 orang
drainase di jalan Cendana sempit dan dangkal, mohon diperlebar krn tiap hujan banjir
usulan kami dari komunitas difabel: trotoar yang ramah kursi roda di jalan Veteran
bisakah dibangun taman bermain anak di perumahan Griya Asri?
sebaiknya jembatan di dusun Sumber itu diganti beton karena kayunya sudah lapuk
butuh sumur bor, tiap kemarau warga kami kekurangan air bersih
Kalau bisa lapangan voli RW 9 dibeton pak, pemuda butuh tempat olahraga
mohon pembagunan talud sungai rt 1 s/d 4 rw 6
Kursi roda untuk lansia
kami butuh ruang terbuka hijau
Di RT 5 belum ada PJU, gelap kalau malam. Mohon dipasang 5 titik
usul saya: perpustakaan keliling
agar pemerintah membangun rumah pompa di Pasirsari
Setuju, dan kami di RW 3 mohon dibangun MCK juga
Lanjutan betonisasi gang Kenanga
Assalamualaikum, bantuan bibit lele bagi kelompok ikan Mina Jaya. Terima kasih
Pengaspaln Jalan Lingkugan
PEMBANGUNAN RUANG KELAS PAUD BARU
bangun lapangan futsal dong buat anak muda
Kami penyandang tunarungu memohon juru bahasa isyarat di kantor pelayanan
"""

COMPLAINTS = """
lampu jalan mati sudah seminggu, tolong diperbaiki
Lampu PJU depan rumah saya mati pak, mohon dicek
sampah di TPS jalan Jawa sudah 3 hari belum diangkut
pohon tumbang di jalan Kartini, tolong segera ditangani
air PDAM tidak mengalir sejak kemarin
pipa PDAM bocor di gang Seruni mohon diperbaiki
ada kabel putus menjuntai di RT 4, bahaya
jalan di depan pasar berlubang, banyak yang jatuh
"""

QUESTIONS = """
kapan jalan Buton diperbaiki?
apakah usulan tahun lalu sudah masuk?
Bagaimana cara mengajukan usulan lewat desa?
berapa anggaran untuk kelurahan tahun depan
mohon info kapan pekerjaan jembatan dimulai
mengapa usulan drainase kami ditolak?
siapa yang menangani lampu jalan?
"""

CHAT = """
hadir
hadir pak
Hadir, RT 03 RW 05 kel. Bendan
suara putus putus
suara putus2 pak
mic nya mute
suaranya tidak kedengaran
izin menyimak
terima kasih
Terima kasih pak atas perbaikan jalan di RT 5
matur nuwun
Assalamualaikum wr wb
👍👍
https://contoh.id/abc
link zoom nya mana pak
saya dari RT 03 RW 05 menyimak
mohon suaranya diperbesar
mohon dibagikan materi presentasinya
saya telat, jalan macet
wah banjir chat nya
usulan sudah kami catat
izin usul pak
bantuan sosialnya sudah cair alhamdulillah
rapat pembangunan masjid nanti malam jam 8 di balai RW
silakan tulis usulan di kolom chat dengan format RT RW
dijual tanah 200 m di jalan Veteran harga 500 juta nego
"""

# Lines that name a wish of somebody else, of nobody or no longer.
NOT_MEANT = """
setuju dengan usulan pak Budi soal jalan
kami tidak mengusulkan perbaikan jalan
jalan buton sudah diaspal bulan lalu, alhamdulillah
kata pak lurah kemarin "mohon perbaikan jalan Buton"
contoh usulan: Mohon perbaikan jalan di RT 3
percuma usul perbaikan jalan, tidak pernah didengar
Andai jalan di kampung kita mulus seperti tol wkwk
> Mohon perbaikan jalan di RT 3
"""


def lines(text: str) -> list[str]:
    return text.strip().splitlines()


@pytest.mark.parametrize("text", lines(PROPOSALS))
def test_a_wish_for_works_is_a_proposal(text: str) -> None:
    assert read(text).kind is Kind.PROPOSAL


@pytest.mark.parametrize("text", lines(COMPLAINTS))
def test_a_small_urgent_trouble_is_a_complaint(text: str) -> None:
    assert read(text).kind is Kind.COMPLAINT


@pytest.mark.parametrize("text", lines(QUESTIONS))
def test_asking_without_wishing_is_a_question(text: str) -> None:
    assert read(text).kind is Kind.QUESTION


@pytest.mark.parametrize("text", ["", "   ", *lines(CHAT), *lines(NOT_MEANT)])
def test_the_rooms_own_talk_is_chat_and_names_nothing(text: str) -> None:
    assert as_json(read(text))["fields"] == {}
    assert read(text).kind is Kind.CHAT


@pytest.mark.parametrize(
    ("text", "rt", "rw"),
    [
        ("RT 03/RW 05", [3], [5]),
        ("RT.03 RW.05", [3], [5]),
        ("RT 3,4 dan 5 RW 2", [3, 4, 5], [2]),
        ("rt03/05", [3], [5]),
        ("RT 03/07", [3], [7]),
        ("RT/RW 03/05", [3], [5]),
        ("RT 1 s/d 4", [1, 2, 3, 4], []),
        ("RT 1 sd 4 RW 2", [1, 2, 3, 4], [2]),
        ("RT 01 - RT 06 RW V", [1, 2, 3, 4, 5, 6], [5]),
        ("RT 3/4/5 RW 2", [3, 4, 5], [2]),
        ("RT33RW17", [33], [17]),
        ("rt 3 rw ii", [3], [2]),
        ("RT tiga RW lima", [3], [5]),
        ("R.T. 03 R.W. 05", [3], [5]),
        ("RT 2 RW 3 dan RT 5 RW 4", [2, 5], [3, 4]),
        ("RT 2, 200 m", [2], []),
        ("RT 3 - 12 Januari", [3], []),
        ("RT 03 RW 05 12 titik", [3], [5]),
        ("RT 2021", [], []),
        ("RT 0 RW 1000", [], []),
        ("smart 5", [], []),
    ],
)
def test_rt_and_rw_are_read_as_people_write_them(text: str, rt: list[int], rw: list[int]) -> None:
    fields = read_fields("Mohon perbaikan jalan " + text)
    assert (list(fields.rt), list(fields.rw)) == (rt, rw)


@pytest.mark.parametrize(
    ("text", "quantity"),
    [
        ("300 m", (300, "m")),
        ("sepanjang 300 meter", (300, "m")),
        ("12 titik", (12, "titik")),
        ("dua unit", (2, "unit")),
        ("1.250 m2", (1250, "m2")),
        ("250 m²", (250, "m2")),
        ("1,5 km", (1.5, "km")),
        ("1.5 km", (1.5, "km")),
        ("lebar 3 m panjang 200 m", (200, "m")),
        ("P: 100m L: 2m", (100, "m")),
        ("200m x 3m", (200, "m")),
        ("12 (dua belas) titik", (12, "titik")),
        ("panjang ±300 m", (300, "m")),
        ("tinggi 2 meter panjang 15 meter", (15, "m")),
        ("untuk 58 KK, 232 ekor", (232, "ekor")),
        ("ukuran 8x12 m", (None, None)),
        ("lebar 3 m", (None, None)),
        ("50 m dari sekolah", (None, None)),
        ("selama 3 hari", (None, None)),
        ("99999999999999999 m", (None, None)),
    ],
)
def test_the_leading_quantity_is_read(text: str, quantity: tuple[float | None, str | None]) -> None:
    fields = read_fields("Pembangunan saluran " + text)
    assert (fields.quantity, fields.unit) == quantity


@pytest.mark.parametrize(
    ("text", "rupiah"),
    [
        ("Rp 50 juta", 50_000_000),
        ("Rp50.000.000,-", 50_000_000),
        ("Rp.150.000.000", 150_000_000),
        ("Rp. 1.250.000,00", 1_250_000),
        ("50jt", 50_000_000),
        ("1,5 M", 1_500_000_000),
        ("1.5 miliar", 1_500_000_000),
        ("Rp 2 M", 2_000_000_000),
        ("250 rb", 250_000),
        ("lima puluh juta", 50_000_000),
        ("dana 100000000", 100_000_000),
        ("Rp 50-75 juta", 75_000_000),
        ("5 unit @ Rp 2 juta total Rp 10 juta", 10_000_000),
        ("Rp 5.000.000 per titik", None),
        ("lebar 1,5 M", None),
        ("300 M", None),
        ("081234567890", None),
        ("Rp 99999999999999999999999", None),
        ("9999999 triliun", None),
    ],
)
def test_a_budget_is_whole_rupiah(text: str, rupiah: int | None) -> None:
    assert read_fields("Pengadaan alat " + text).budget == rupiah


@pytest.mark.parametrize(
    ("text", "title", "location"),
    [
        (
            "Mohon perbaikan saluran air di Jl. Buton RT 03/07 sepanjang 300 meter",
            "Perbaikan saluran air di Jl. Buton RT 03/RW 07",
            "Jl. Buton RT 03/RW 07",
        ),
        ("Usul jln gg melati RT 02/05 dipaving", "Pavingisasi Gang Melati RT 02/RW 05", "Gang Melati RT 02/RW 05"),
        ("nyuwun dalane ngarep masjid didandani pak", "Perbaikan jalan di depan masjid", "depan masjid"),
        ("Mohon dibuatkan pos ronda di RW 04", "Pembuatan pos ronda di RW 04", "RW 04"),
        ("jalan Sambas rusak tolong diaspal", "Pengaspalan Jl. Sambas", "Jl. Sambas"),
        ("mushola kami di dsn Krajan perlu renovasi atap", "Renovasi atap mushola di Dusun Krajan", "Dusun Krajan"),
        ("mohon pembagunan talud sungai rt 1 s/d 4 rw 6", "Pembangunan talud sungai di RT 01-04/RW 06", "RT 01-04/RW 06"),
        ("Usul pengadaan 12 titik lampu PJU RT 3", "Pengadaan lampu PJU di RT 03", "RT 03"),
        ("kami dari forum anak mengusulkan adanya kolam renang anak", "Kolam renang anak", None),
        ("tebing belakang SD longsor, mohon dibuat bronjong", "Pembuatan bronjong di belakang SD", "belakang SD"),
        ("Minta tolong agar sungai Bremi dikeruk", "Pengerukan Sungai Bremi", "Sungai Bremi"),
        ("usulan: pelatihan barista karang taruna", "Pelatihan barista karang taruna", None),
        ("MOHON PERBAIKAN JALAN DESA KARANGSARI", "Perbaikan jalan desa Karangsari", None),
        ("usul saya: perpustakaan keliling", "Perpustakaan keliling", None),
        ("Pelatihan kader PKK", "Pelatihan kader PKK", None),
    ],
)
def test_title_and_location_are_short_and_formal(text: str, title: str, location: str | None) -> None:
    fields = read_fields(text)
    assert (fields.title, fields.location) == (title, location)


@pytest.mark.parametrize(
    ("text", "sector"),
    [
        ("pengaspalan jalan lingkungan", Sector.ROADS),
        ("pengerukan got dan drainase", Sector.WATER),
        ("pembuatan jamban dan septic tank", Sector.WATER_SANITATION),
        ("bantuan RTLH 3 rumah", Sector.HOUSING),
        ("pemasangan lampu jalan", Sector.STREET_LIGHTING),
        ("cermin tikungan dan rambu", Sector.TRANSPORT),
        ("rehab ruang kelas SD", Sector.EDUCATION),
        ("alat timbang posyandu", Sector.HEALTH),
        ("modal usaha UMKM", Sector.ECONOMY),
        ("pelatihan menjahit", Sector.EMPLOYMENT),
        ("betonisasi jalan usaha tani", Sector.AGRICULTURE),
        ("perahu nelayan", Sector.FISHERIES),
        ("pengadaan tong sampah", Sector.ENVIRONMENT),
        ("santunan anak yatim", Sector.SOCIAL),
        ("alat olahraga karang taruna", Sector.YOUTH_SPORT),
        ("alat kesenian gamelan", Sector.CULTURE_TOURISM),
        ("renovasi masjid", Sector.RELIGION),
        ("pembangunan pos kamling", Sector.SECURITY),
        ("sirene peringatan bencana", Sector.DISASTER),
        ("rehab balai desa", Sector.GOVERNANCE),
        ("peningkatan kapasitas kader PKK", Sector.COMMUNITY),
    ],
)
def test_each_sector_is_known_by_its_words(text: str, sector: Sector) -> None:
    assert read_fields(text).sector is sector


def test_every_sector_has_an_indonesian_label() -> None:
    labels = [sector_label(sector) for sector in Sector]
    assert len(set(labels)) == len(Sector)
    assert sector_label(Sector.STREET_LIGHTING) == "Penerangan jalan"


@pytest.mark.parametrize(
    ("text", "urgency"),
    [
        ("Mohon jembatan segera dibangun", Urgency.HIGH),
        ("tanggul jebol, mohon pembangunan tanggul", Urgency.EMERGENCY),
        ("Mohon pembangunan tanggul", None),
    ],
)
def test_urgency_is_what_the_writer_says(text: str, urgency: Urgency | None) -> None:
    assert read_fields(text).urgency is urgency


VILLAGES = [("33.75.01.1001", "Kandang Panjang"), ("33.75.01.1002", "Panjang Wetan"), ("33.75.01.1003", "Bendan")]


@pytest.mark.parametrize(
    ("text", "village"),
    [
        ("Perbaikan jalan di Kel. Bendan", "Bendan"),
        ("perbaikan jalan kel kandang panjang", "Kandang Panjang"),
        ("perbaikan jalan kelurahan Kandang Pnjang", "Kandang Panjang"),
        ("Rehab SD di Panjang Wetan", "Panjang Wetan"),
        ("Perbaikan jalan di Kel. Medono", None),
        ("perbaikan jalan panjang 200 m", None),
    ],
)
def test_a_village_is_one_of_those_given(text: str, village: str | None) -> None:
    assert read_fields(text, VILLAGES).village == village


def test_without_a_list_the_village_is_what_the_text_calls_so() -> None:
    assert read_fields("Perbaikan jalan di Kelurahan Medono RT 3").village == "Medono"
    assert read_fields("Perbaikan jalan desa yang rusak").village is None


def test_the_whole_reading_as_json() -> None:
    text = "Mohon segera pengaspalan Jl. Buton RT 03/RW 07 Kel. Bendan sepanjang 300 m, anggaran Rp 150 juta"
    assert as_json(read(text, VILLAGES)) == {
        "kind": "proposal",
        "confidence": 1.0,
        "fields": {
            "title": "Pengaspalan Jl. Buton RT 03/RW 07",
            "sector": "roads",
            "location": "Jl. Buton RT 03/RW 07",
            "rt": [3],
            "rw": [7],
            "village": "Bendan",
            "quantity": 300,
            "unit": "m",
            "budget": 150_000_000,
            "urgency": "high",
        },
    }


def test_lines_in_are_objects_out_one_each_even_when_broken() -> None:
    stdin = io.TextIOWrapper(io.BytesIO("hadir\r\n\nUsul MCK di RT 3\u2028dan \xff".encode("latin-1", "replace") + b"\xff\xfe"))
    stdout = io.StringIO()
    read_lines(stdin, stdout)
    found = [json.loads(line) for line in stdout.getvalue().splitlines()]
    assert [one["kind"] for one in found] == ["chat", "chat", "proposal"]
    assert found[2]["fields"]["rt"] == [3]


def check(reading: dict[str, Any]) -> None:
    json.loads(json.dumps(reading, allow_nan=False).encode("utf-8"))
    assert reading["kind"] in {"proposal", "complaint", "question", "chat"}
    assert 0 <= reading["confidence"] <= 1
    fields = reading["fields"]
    assert 0 < fields.get("budget", 1) < 2**53
    assert 0 < fields.get("quantity", 1) <= 10**12
    assert ("quantity" in fields) == ("unit" in fields)
    assert all(1 <= n <= 999 for name in ("rt", "rw") for n in fields.get(name, []))
    assert 0 < len(fields.get("title", "x")) <= 120
    assert None not in fields.values()


PIECES = st.sampled_from(
    [
        "RT",
        "rw",
        "3",
        "03/07",
        "s/d",
        "-",
        "dan",
        ",",
        "Rp",
        "1.000.000",
        "jt",
        "M",
        "juta",
        "m",
        "x",
        "panjang",
        "jalan",
        "Jl.",
        "di",
        "gang",
        "mohon",
        "usul",
        "perbaikan",
        "diaspal",
        "Buton",
        "kel.",
        "desa",
        "depan",
        "=",
        "\n",
        '"',
        "kata",
        ":",
        "(",
        ")",
        "V",
        "999999999999999",
    ]
)


@settings(deadline=None)
@given(st.one_of(st.text(), st.text(st.characters()), st.lists(PIECES).map(" ".join), st.lists(PIECES).map("".join)))
def test_no_text_makes_it_fail(text: str) -> None:
    check(as_json(read(text)))
    check(as_json(read(text, VILLAGES)))


@settings(deadline=None, max_examples=50)
@given(st.text(st.characters(codec=None, categories=["Cs", "Nd", "So", "Cc", "Lo"])))
def test_surrogates_foreign_digits_and_controls_do_no_harm(text: str) -> None:
    check(as_json(read("Usul jalan RT " + text + " Rp " + text)))


@pytest.mark.parametrize(
    "piece",
    [
        "a",
        "1",
        "1.",
        "1,",
        " ",
        "RT 3 ",
        "RT 1,",
        "rt/",
        "jalan ",
        "Jl. Buton ",
        "di ",
        "di",
        '"',
        'kata "',
        "Rp",
        "1 x ",
        "panjang ",
        "m" * 7,
        "�",
        "ﷺ",
        "http://",
        "> \n",
        "usulan ",
        "1.000",
        "(",
        "mohon diperbaki ",
        "\n",
        "(a",
        "kel ",
        "٣",
        "sampai dengan ",
        "ꙮ̈",
    ],
)
def test_a_very_long_text_costs_no_more_than_a_moment(piece: str) -> None:
    text = (piece * 100_000)[:100_000]
    read("hangat")
    began = time.process_time()
    check(as_json(read(text)))
    # Milliseconds; what grew with the square of the length would take minutes, on any machine.
    assert time.process_time() - began < 10
