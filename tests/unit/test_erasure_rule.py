"""Taking somebody out of texts: every spelling of the number, every way of writing the name, and nothing else."""

from hypothesis import given
from hypothesis import strategies as st

from app.rights.identity import COVER, Identity

SITI = Identity(
    "a" * 16, ("Hj. Siti Rahmawati, S.Pd", "siti rahmawati"), ("+6285326905742",), ("siti.r@example.org", "Jalan Bandeng 12"), "Peserta 7"
)
BETWEEN = st.sampled_from(["", " ", "-", ".", ") ", " - ", "/"])
BEFORE = st.sampled_from(["0", "+62", "62", "+62 ", "(0", "0062", ""])


@st.composite
def spellings(draw: st.DrawFn) -> str:
    """The number as people write it."""
    digits = "85326905742"
    return draw(BEFORE) + digits[0] + "".join(draw(BETWEEN) + digit for digit in digits[1:])


@given(spellings(), st.sampled_from(["Hubungi ", "wa:", "HP=", ""]), st.sampled_from([" ya", ", terima kasih", "", "."]))
def test_the_number_goes_in_every_spelling(number: str, before: str, after: str) -> None:
    clean = SITI.out_of(f"{before}{number}{after}")
    assert COVER in clean
    assert not any(sign.isdigit() for sign in clean)


@given(st.sampled_from(["siti rahmawati", "SITI  RAHMAWATI", "Siti\nRahmawati", "Hj. Siti Rahmawati, S.Pd", "Siti-Rahmawati"]))
def test_the_name_goes_however_it_is_set(name: str) -> None:
    assert SITI.out_of(f"Usul dari {name}: perbaiki talud.") == "Usul dari Peserta 7: perbaiki talud."


@given(st.text(alphabet="abcdefghij 0123456789.,", max_size=80))
def test_other_words_and_numbers_stay(text: str) -> None:
    assert SITI.out_of(text) == text


def test_other_numbers_that_hold_the_same_digits_stay() -> None:
    for text in ("Anggaran 185326905742 rupiah", "No. 853269057421", "Siti Rahmawatiningsih", "Pak Rahmawati Siti"):
        assert SITI.out_of(text) == text


def test_addresses_go_and_those_of_other_speakers_stay() -> None:
    frame = {
        "t": "msg",
        "by": {"id": "b" * 16, "name": "Siti Rahmawati"},
        "text": "Surel siti.r@example.org, rumah jalan  bandeng 12",
        "said": [{"id": "a" * 16, "name": "Siti Rahmawati", "capacity": "Ketua RT 3"}, 7, None],
    }
    assert SITI.out_of_all(frame) == {
        "t": "msg",
        "by": {"id": "b" * 16, "name": "Siti Rahmawati"},
        "text": f"Surel {COVER}, rumah {COVER}",
        "said": [{"id": "a" * 16, "name": "Peserta 7"}, 7, None],
    }
