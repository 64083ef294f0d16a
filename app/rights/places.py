"""Where in the database people's words stand: read from the tables themselves, so that a new feature is not forgotten.

A table belongs to a session by its `session_id`, by the `room` that it names, or through the row that it refers to.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import JSON, ColumnElement, LargeBinary, String, Table, Text, TypeDecorator, and_, select

from app.database.tables import Table as Mapped

NAMING = frozenset({"name", "author", "proposer", "name_key", "capacity", "institution"})
"""Columns that say who somebody is: of other people they are left alone, even of a namesake."""
OURS = frozenset(
    {
        *("accounts", "alembic_version", "audit_entries", "audit_heads", "bearer_tokens", "digest_wishes", "forum_sessions", "grants"),
        *("outbox_jobs", "privacy_notices", "quotas", "screens", "sign_ins", "sites"),
    }
)
"""Tables in which the office, not people, has written, or that hold ids only."""
KEYS = frozenset(
    {"key", "nonce", "code", "fingerprint", "by", "recorded_by", "decided_by", "put_up_by", "claimed_by", "asked_by", "changed_by"}
)
SAID = frozenset({("outcomes", "decided_by"), ("earlier_outcomes", "decided_by")})
"""Columns called like one of these in which people are named in words."""
NOBODYS = frozenset({("assessors", "name"), ("delegates", "name")})
"""Where a name stands that may be no participant's, beside those of authors and proposers."""
LOG = ("journal_events", "payload")


@dataclass(frozen=True)
class Place:
    """The columns of one table in which words may stand, and how its rows of one session are found."""

    table: Table
    texts: tuple[str, ...]
    values: tuple[str, ...]
    """Columns of JSON; the payload of the journal is one in bytes."""
    nobodys: tuple[str, ...] = ()
    """Columns with the name of whoever wrote a paper form or one of the public page, or was named a delegate or an assessor: of rows that belong to nobody."""
    owners: tuple[str, ...] = ()
    """Columns that say whose a row is, a participant's or an officer's."""


def owned() -> list[Table]:
    """Every table besides the participants themselves whose rows belong to a person."""
    return [table for table in Mapped.metadata.sorted_tables if "participant_id" in table.c]


def places() -> list[Place]:
    """Every table with words of people, in a stable order."""
    found = []
    for table in Mapped.metadata.sorted_tables:
        if table.name in OURS or within(table, "", "") is None:
            continue
        ids = {name for name in KEYS if (table.name, name) not in SAID}
        plain = [one for one in table.columns if not one.primary_key and one.name not in ids and not one.foreign_keys]
        texts = tuple(one.name for one in plain if isinstance(one.type, Text) and one.name not in NAMING)
        values = tuple(one.name for one in plain if isinstance(one.type, JSON) or (table.name, one.name) == LOG)
        named = "participant_id" in table.c and table.c.participant_id.nullable
        nobodys = tuple(one.name for one in plain if named and (one.name in {"author", "proposer"} or (table.name, one.name) in NOBODYS))
        if texts or values or nobodys:
            owners = tuple(name for name in ("participant_id", "account_id") if nobodys and name in table.c)
            found.append(Place(table, texts, values, nobodys, owners))
    return found


def within(table: Table, session_id: str, room: str, seen: frozenset[str] = frozenset()) -> ColumnElement[bool] | None:
    """The condition for rows of this session; None for a table that belongs to none."""
    if "session_id" in table.c:
        return table.c.session_id == session_id
    if "room" in table.c:
        return table.c.room == room
    # What every row has comes first: by a participant, rows of nobody (paper, the public page) would not be found.
    for key in sorted(table.foreign_keys, key=lambda one: (bool(one.parent.nullable), str(one.parent.name))):
        parent = key.column.table
        if parent.name in seen or parent.name == table.name:
            continue
        inside = within(parent, session_id, room, seen | {table.name})
        if inside is not None:
            return key.parent.in_(select(key.column).where(inside))
    return None


def of_one(table: Table, person_id: str) -> ColumnElement[bool]:
    """The rows of a person."""
    found: ColumnElement[bool] = table.c.participant_id == person_id
    return found


def emptied(table: Table, pseudonym: str, key: str) -> Mapping[str, Any]:
    """What the columns that say who somebody is hold afterwards, and everything sealed or indexed of them."""
    values: dict[str, Any] = {}
    for column in table.columns:
        stored = column.type.impl_instance if isinstance(column.type, TypeDecorator) else column.type
        if column.name in {"name", "author", "proposer"}:
            values[column.name] = pseudonym
        elif column.name == "name_key":
            values[column.name] = key
        elif column.nullable and (
            column.name in {"capacity", "institution", "office", "hint"}
            or isinstance(stored, LargeBinary)
            or (column.name.endswith("_index") and isinstance(stored, String))
        ):
            values[column.name] = None
    return values


def key_of(table: Table, row: Mapping[Any, Any]) -> ColumnElement[bool]:
    """The condition for one row."""
    return and_(*(column == row[column.name] for column in table.primary_key.columns))


def sorted_keys(table: Table) -> Sequence[Any]:
    """The columns by which all rows are gone through."""
    return list(table.primary_key.columns)
