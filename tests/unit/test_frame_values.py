"""Values of frames: what no keyboard types is refused wherever it stands."""

import argparse

import pytest

from app.chat import values
from app.chat.refusals import BadRequest
from app.commands import office


@pytest.mark.parametrize("fields", [{"\ud800": 1}, {"tempat": {"\ud800": 1}}, {"tempat": [{"a\x00": "x"}]}, {"tempat": {"x" * 41: 1}}])
def test_names_of_fields_are_bounded_at_every_depth(fields: dict[str, object]) -> None:
    with pytest.raises(BadRequest):
        values.fields({"fields": fields}, "fields")


def test_ordinary_fields_pass() -> None:
    assert values.fields({"fields": {"rt": [3], "tempat": {"dusun": "Krapyak"}, "kosong": None}}, "fields") == {
        "rt": [3],
        "tempat": {"dusun": "Krapyak"},
    }


@pytest.mark.parametrize(("days", "taken"), [("1", 1), ("3650", 3650), ("0", None), ("-3", None), ("99999999999", None), ("besok", None)])
def test_a_token_lives_as_long_as_a_calendar_holds(days: str, taken: int | None) -> None:
    parser = argparse.ArgumentParser()
    office.add(parser.add_subparsers())
    given = ["token", "create", "--role", "reader", "--expires", days]
    if taken is None:
        with pytest.raises(SystemExit) as end:
            parser.parse_args(given)
        assert end.value.code == 2
    else:
        assert parser.parse_args(given).expires == taken
