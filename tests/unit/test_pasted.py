"""Pasted lines of Zoom and WhatsApp: every shape, and the traps in them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.hall.pasted import Source, read_pasted, read_plain
from app.hall.pasted_lines import Doubt, Line
from app.hall.pasted_whatsapp import read_whatsapp
from app.hall.pasted_zoom import read_zoom

SITI = Line("Mohon saluran air\ndi Jalan Buton", "Siti Rahayu", "19:03:22")
ZOOM = {
    "now": "19:03:22 From Siti Rahayu to Everyone:\r\n\tMohon saluran air\r\n\tdi Jalan Buton\r\n",
    "now, wide": "19:03:22 From  Siti Rahayu  To  Everyone:\n\tMohon saluran air\n\tdi Jalan Buton\n",
    "2021": "19:03:22\t From  Siti Rahayu  to  Everyone : Mohon saluran air\ndi Jalan Buton",
    "2020": "19:03:22\t From  Siti Rahayu : Mohon saluran air\ndi Jalan Buton",
    "cloud": "19:03:22\tSiti Rahayu:\tMohon saluran air\ndi Jalan Buton",
}


@pytest.mark.parametrize("shape", ZOOM)
def test_zoom_writes_the_same_message_in_four_shapes(shape: str) -> None:
    assert read_zoom(ZOOM[shape]).lines == (SITI,)
    assert [one.line for one in read_pasted(ZOOM[shape], Source.ZOOM)[1]] == [SITI]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("23:59:59 From Budi to RT 3 to Everyone:\n\tHalo", Line("Halo", "Budi to RT 3", "23:59:59")),
        (
            "00:00:03\t From  RT 03: Budi  to  Everyone : Pukul 10 : 30 to Everyone : ya",
            Line("Pukul 10 : 30 to Everyone : ya", "RT 03: Budi", "00:00:03"),
        ),
        ("00:00:03\t From  RT 03: Budi : Halo : semua", Line("Halo : semua", "RT 03: Budi", "00:00:03")),
        (
            "19:00:00 From Ani to Everyone:\n\t19:00:01 From Palsu to Everyone:\n\thalo",
            Line("19:00:01 From Palsu to Everyone:\nhalo", "Ani", "19:00:00"),
        ),
        ('19:00:00 From Ani to Everyone:\n\tReplying to "Mohon saluran air…"\n\n\tSetuju', Line("Setuju", "Ani", "19:00:00")),
        ("19:00:00 From Ani to Panitia Kelurahan:\n\tHalo", Line("Halo", "Ani", "19:00:00", Doubt.RECIPIENT)),
        ("19:00:00 Von Ani an Alle: Halo", Line("19:00:00 Von Ani an Alle: Halo", doubt=Doubt.UNREAD)),
    ],
)
def test_the_traps_of_zoom(text: str, line: Line) -> None:
    assert read_zoom(text).lines == (line,)


@pytest.mark.parametrize(
    "text",
    [
        "19:00:00 From Ani to Budi(Direct Message):\n\trahasia",
        "19:00:00\t From  Ani  to  Budi (Direct Message) : rahasia",
        "19:00:00\t From  Ani to Budi(Privately) : rahasia",
        "19:00:00 From Ani to Budi to Everyone (Direct Message):\n\trahasia\n\tlagi",
    ],
)
def test_private_messages_are_dropped_and_counted(text: str) -> None:
    found = read_zoom(text)
    assert (found.lines, found.private) == ((), 1)


def test_reactions_are_no_words() -> None:
    text = '19:00:00 From Ani to Everyone:\n\tReacted to "Mohon" with 👍\n19:00:01 From Ani to Everyone:\n\tRemoved a 👍 reaction from "Mohon"\n'
    found = read_zoom(text)
    assert (found.lines, found.wordless) == ((), 2)


WHATSAPP = {
    "android": "10/04/21 19.05 - Siti: Mohon saluran air\ndi Jalan Buton",
    "android, English": "4/10/21, 7:05\u202fPM - Siti: Mohon saluran air\ndi Jalan Buton",
    "iphone": "\u200e[10/04/21 19.05.33] Siti: Mohon saluran air\ndi Jalan Buton",
    "copied": "[19.05, 10/4/2021] Siti: Mohon saluran air\ndi Jalan Buton",
}


@pytest.mark.parametrize("shape", WHATSAPP)
def test_whatsapp_writes_the_same_message_in_every_shape(shape: str) -> None:
    assert read_whatsapp(WHATSAPP[shape]).lines == (Line("Mohon saluran air\ndi Jalan Buton", "Siti", "19:05"),)


def test_whatsapps_own_notes_and_files_are_left_out() -> None:
    text = (
        "10/04/21 19.00 - Pesan dan panggilan dienkripsi secara end-to-end.\n10/04/21 19.01 - Siti: <Media tidak disertakan>\n"
        "10/04/21 19.02 - Siti: Pesan ini dihapus\n10/04/21 19.03 - Siti: Jalan rusak <Pesan ini diedit>\n"
    )
    found = read_whatsapp(text)
    assert (found.lines, found.wordless) == ((Line("Jalan rusak", "Siti", "19:03"),), 3)


def test_a_telephone_number_is_no_name() -> None:
    [one] = read_pasted("10/04/21 19.03 - +62 853-2690-5742: Jalan rusak", Source.WHATSAPP)[1]
    assert one.name == ""


def test_plain_lines_are_a_message_each_with_a_person_where_one_is_named() -> None:
    assert read_plain("Budi, RT 3: jalan rusak\n\nPukul 10:30 saja\nsetuju").lines == (
        Line("jalan rusak", "Budi, RT 3"),
        Line("Pukul 10:30 saja"),
        Line("setuju"),
    )


NAMES = st.text("abcdeXYZé", min_size=1, max_size=20)
WORDS = st.text("abz 019.,!?é", min_size=1, max_size=60).map(str.strip).filter(bool)


@given(st.lists(st.tuples(NAMES, WORDS), min_size=1, max_size=8))
def test_what_zoom_saves_is_read_back_and_pasting_it_again_names_it_the_same(said: list[tuple[str, str]]) -> None:
    saved = "".join(f"19:{n:02d}:00 From {who} to Everyone:\r\n\t{words}\r\n" for n, (who, words) in enumerate(said))
    found = read_pasted(saved, Source.ZOOM)[1]
    assert [(one.line.person, " ".join(one.line.text.split())) for one in found] == [(who, " ".join(words.split())) for who, words in said]
    cids = [one.cid for one in found]
    assert len(set(cids)) == len(cids)
    more = saved + "20:00:00 From Siti to Everyone:\r\n\tsetuju\r\n"
    assert [one.cid for one in read_pasted(more, Source.ZOOM)[1]][: len(cids)] == cids


@given(st.text(max_size=400))
def test_no_text_breaks_the_reading(text: str) -> None:
    for source in Source:
        assert all(one.line.text for one in read_pasted(text, source)[1])
