"""For how long what is kept, as dates where the session was held."""

from datetime import UTC, datetime

from app.rights.plan import Kept, Months, dates
from app.rights.retention import with_sentence


def test_the_same_day_so_many_months_later_or_the_last_of_a_shorter_month() -> None:
    ended = datetime(2021, 8, 31, 15, 30, tzinfo=UTC)
    found = dates(Months(specific=6, contact=12, traces=0), ended, "Asia/Jakarta")
    assert {kind: at.isoformat() for kind, at in found.items()} == {
        Kept.SPECIFIC: "2022-02-28T22:30:00+07:00",
        Kept.CONTACT: "2022-08-31T22:30:00+07:00",
        Kept.TRACES: "2021-08-31T22:30:00+07:00",
    }


def test_the_notice_says_it_in_the_place_where_it_said_so_before() -> None:
    text = "Kantor mencatat.\n\nLama penyimpanan: satu tahun.\n\nHak Anda: melihat."
    new = "Lama penyimpanan: tiga bulan."
    assert with_sentence(text, new) == "Kantor mencatat.\n\nLama penyimpanan: tiga bulan.\n\nHak Anda: melihat."
    assert with_sentence("Kantor mencatat.", new) == f"Kantor mencatat.\n\n{new}"
