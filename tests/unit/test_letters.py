"""Letters say the right thing in both languages, and the calendar file keeps to its standard."""

import re
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.invitations.calendar import Event, calendar
from app.invitations.letters import FOLDER, LANGUAGES, LETTER_KINDS, letter_environment
from app.invitations.meeting import meeting_name
from app.invitations.routing import Reach, channels
from app.notices.channels import Refused
from app.notices.letters import Letter
from app.notices.mail import write
from app.notices.models import Channel
from app.notices.retrying import PAUSES, next_try

START = datetime(2021, 4, 11, 11, 30, tzinfo=UTC)
LINK = "https://musrenbang.example/j/abcdefghijklmnop2345672345672345"


def words(language: str, **changes: Any) -> dict[str, Any]:
    session = SimpleNamespace(
        title="Musrenbang RKPD Kota Pekalongan",
        starts_at=START,
        ends_at=START + timedelta(hours=3),
        registration_closes_at=START - timedelta(days=1),
        stream_url="https://example.org/siaran",
        state="published",
        undated=False,
    )
    return {
        "lang": language,
        "zone": "Asia/Jakarta",
        "now": START,
        "office": "Kota Pekalongan",
        "unit": "Bappeda",
        "by_hand": False,
        "session": session,
        "name": "Siti",
        "site": None,
        "online": True,
        "link": LINK,
        "code": "K7MP-2Q9T",
        "short": "musrenbang.example/k/K7MP-2Q9T",
        "status": "https://musrenbang.example/r/kunci",
        "page": "https://musrenbang.example/s/pkl",
        "contact": "0853-2690-5742",
        "contact_name": "Bappeda",
        "reasons": [],
        "new_meeting": False,
        "new_halls": [],
        "moved_from": None,
        "answers": [],
        "more_answers": 1,
        "own": "https://musrenbang.example/jawaban/kunci",
        "again": True,
        "until": START,
        "filed": START,
        "about": "Lampiran II",
        "verdict": "Diterima",
        "said": "Lokasi diperbaiki.",
        **changes,
    }


def letter(language: str, kind: str, **changes: Any) -> str:
    return letter_environment().get_template(f"{language}/{kind}.txt").render(words(language, **changes)).strip()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", LETTER_KINDS)
@pytest.mark.parametrize("by_hand", [True, False])
def test_every_letter_has_a_subject_a_name_and_the_official_number(language: str, kind: str, by_hand: bool) -> None:
    subject, _, text = letter(language, kind, by_hand=by_hand).partition("\n")
    assert "Musrenbang RKPD Kota Pekalongan" in subject
    assert "Siti," in text
    assert "0853-2690-5742" in text
    assert ("{" in text, "None" in text, "!" in text) == (False, False, False)
    assert ("tappe" in text or "ditekan" in text) == by_hand


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", LETTER_KINDS)
def test_every_letter_is_whole_without_what_may_be_missing(language: str, kind: str) -> None:
    bare = letter(language, kind, contact=None, status=None, short=None, code=None, by_hand=True)
    assert "None" not in bare


def test_each_kind_is_written_in_each_language() -> None:
    kinds = {language: {path.stem for path in (FOLDER / language).glob("*.txt")} for language in LANGUAGES}
    assert kinds["id"] == kinds["en"] >= set(LETTER_KINDS)


def test_whatsapp_asks_for_an_answer_and_gives_an_address_to_type() -> None:
    text = letter("id", "invited", by_hand=True)
    assert "Balas HADIR agar tautan di pesan ini dapat ditekan." in text
    assert "musrenbang.example/k/K7MP-2Q9T" in text


def test_who_was_not_selected_is_told_kindly_and_gets_the_stream() -> None:
    text = letter("id", "not_selected", link=None)
    assert "belum terpilih" in text
    assert "ditolak" not in text.lower()
    assert "https://example.org/siaran" in text


def test_a_cancelled_forum_is_not_announced_as_moved() -> None:
    session = words("id")["session"]
    session.state = "cancelled"
    text = letter("id", "changed", session=session)
    assert "tidak jadi diselenggarakan" in text
    assert "Mulai" not in text


def test_letters_go_by_mail_first_then_by_hand_and_a_change_goes_where_the_last_one_arrived() -> None:
    mail, hand, console = Channel.EMAIL, Channel.WHATSAPP_HAND, Channel.CONSOLE
    assert channels(Reach(mail=True, phone=True, console=False)) == [mail]
    assert channels(Reach(mail=False, phone=True, console=True)) == [hand, console]
    assert channels(Reach(mail=True, phone=True, console=False), before=hand) == [hand]
    assert channels(Reach(mail=False, phone=True, console=False, letter=True)) == [hand]
    assert channels(Reach(mail=False, phone=False, console=True, letter=True)) == [Channel.LETTER, console]
    assert channels(Reach(mail=True, phone=False, console=False), before=hand) == [mail]
    assert channels(Reach(mail=False, phone=False, console=False)) == []


def test_pauses_grow_and_end() -> None:
    now = START
    moments = [next_try(attempts, now) for attempts in range(1, len(PAUSES) + 2)]
    pauses = [moment - now for moment in moments if moment]
    assert pauses == sorted(set(pauses))
    assert len(pauses) == len(PAUSES)
    assert moments[-1] is None


def test_a_letter_s_header_cannot_be_split() -> None:
    message = write(Letter("siti@example.org", "Baris\r\nBcc: semua@example.org", "isi"), "d1", "Kota <k@kota.example>")
    assert message["Subject"] == "Baris Bcc: semua@example.org"
    assert message["Bcc"] is None
    with pytest.raises(Refused, match=r"mail\.bad_address"):
        write(Letter("siti@example.org\nBcc: x@example.org", "s", "t"), "d1", "k@kota.example")


def event(**changes: Any) -> Event:
    values: dict[str, Any] = {
        "uid": "s@kota.example",
        "sequence": 3,
        "title": "Musrenbang",
        "starts_at": START,
        "ends_at": START + timedelta(hours=3),
        "zone": "Asia/Jakarta",
        "place": "Daring",
        "about": "Buka tautan",
        "url": "https://kota.example/s/pkl/hadir",
        **changes,
    }
    return Event(**values)


def test_the_calendar_tells_the_time_in_the_forum_s_zone() -> None:
    lines = calendar(event(), START).decode().split("\r\n")
    expected = ["UID:s@kota.example", "SEQUENCE:3", "DTSTART;TZID=Asia/Jakarta:20210411T183000", "DTEND;TZID=Asia/Jakarta:20210411T213000"]
    assert [line for line in lines if line in expected] == expected
    assert "TZOFFSETTO:+0700" in lines
    jayapura = calendar(event(zone="Asia/Jayapura"), START).decode()
    assert "DTSTART;TZID=Asia/Jayapura:20210411T203000" in jayapura
    assert "TZOFFSETTO:+0900" in jayapura


def test_a_cancelled_forum_is_cancelled_in_the_calendar() -> None:
    assert b"STATUS:CANCELLED" in calendar(event(cancelled=True), START)


@given(st.text(max_size=300))
def test_calendar_lines_are_short_and_unfold_to_what_was_written(title: str) -> None:
    raw = calendar(event(title=title), START)
    assert all(len(line) <= 75 for line in raw.split(b"\r\n"))
    unfolded = raw.decode("utf-8", "surrogatepass").replace("\r\n ", "")
    summary = next(line for line in unfolded.split("\r\n") if line.startswith("SUMMARY:")).removeprefix("SUMMARY:")
    plain = title.replace("\r\n", "\n").replace("\r", "\n")
    assert re.sub(r"\\(.)", lambda found: "\n" if found[1] == "n" else found[1], summary) == plain


@pytest.mark.parametrize(
    ("link", "name"),
    [
        ("https://us02web.zoom.us/j/812", "Zoom"),
        ("https://meet.google.com/abc", "Google Meet"),
        ("https://notzoom.us.example.org/j/1", ""),
        ("https://evilzoom.us/j/1", ""),
        (None, ""),
    ],
)
def test_a_meeting_is_called_by_the_name_people_know(link: str | None, name: str) -> None:
    assert meeting_name(link) == name
