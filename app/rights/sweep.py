"""Taking somebody's name, numbers and addresses out of what others wrote in the session: a few rows at a time, harmless to repeat."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Column, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.database.engine import Database
from app.record.forgetting import give_up_files, without
from app.record.models import RecordDraft, RecordVersion, RecordWindow
from app.rights.identity import Identity
from app.rights.places import Place, key_of, places, sorted_keys, within

TOGETHER = 200
"""Rows that are read at once."""
NAMELESS = "Warga"
"""Who wrote something under this name without being a participant; in the language of the record."""
WRITTEN = 20
"""Rows that one transaction changes at most."""
FROZEN = frozenset({(RecordVersion.__tablename__, "source"), (RecordWindow.__tablename__, "source")})
"""What an office has made final, or shown as the draft: people are taken out of it where it names them, and all else stays."""
RECORDS = frozenset(table.__tablename__ for table in (RecordDraft, RecordVersion, RecordWindow))


async def sweep(database: Database, identity: Identity, session_id: str, room: str, now: datetime) -> int:
    """Rewrite every row of the session in which the person is named; how many."""
    return sum([await _table(database, identity, place, session_id, room, now) for place in places()])


async def sweep_records(db: AsyncSession, identity: Identity, session_id: str, now: datetime) -> None:
    """The same for the official record, its draft and its windows, in the caller's transaction: what was frozen since the sweep may name them."""
    for place in places():
        if place.table.name in RECORDS:
            inside = within(place.table, session_id, "")
            assert inside is not None
            keys = sorted_keys(place.table)
            for row in (await db.execute(select(*keys).where(inside).order_by(*keys))).mappings().all():
                await _rewrite(db, identity, place, row, now)


async def _table(database: Database, identity: Identity, place: Place, session_id: str, room: str, now: datetime) -> int:
    table, keys, count = place.table, sorted_keys(place.table), 0
    inside = within(table, session_id, room)
    assert inside is not None
    columns = [*keys, *_read(place)]
    last: tuple[Any, ...] | None = None
    while True:
        page = select(*columns).where(inside).order_by(*keys).limit(TOGETHER)
        if last is not None:
            page = page.where(tuple_(*keys) > last)
        async with database.read() as db:
            rows = (await db.execute(page)).mappings().all()
        if not rows:
            return count
        last = tuple(rows[-1][key.name] for key in keys)
        named = [row for row in rows if changes(identity, place, row)]
        for start in range(0, len(named), WRITTEN):
            async with database.write() as db:
                for row in named[start : start + WRITTEN]:
                    await _rewrite(db, identity, place, row, now)
        count += len(named)


async def _rewrite(db: AsyncSession, identity: Identity, place: Place, seen: Mapping[Any, Any], now: datetime) -> None:
    table = place.table
    columns = _read(place)
    row = (await db.execute(select(*columns).where(key_of(table, seen)).with_for_update())).mappings().one_or_none()
    if row is not None and (new := changes(identity, place, row)):
        await db.execute(update(table).where(key_of(table, seen)).values(**new))
        if table.name == RecordVersion.__tablename__:
            await give_up_files(db, [seen["id"]], now)


def _read(place: Place) -> list[Column[Any]]:
    return [place.table.c[name] for name in (*place.texts, *place.values, *place.nobodys, *place.owners)]


def changes(identity: Identity, place: Place, row: Mapping[Any, Any]) -> dict[str, Any]:
    """The cells of a row that name the person, as they should be."""
    new: dict[str, Any] = {}
    for name in place.texts:
        text = row[name]
        if isinstance(text, str) and (clean := identity.out_of(text)) != text:
            new[name] = clean
    for name in place.values:
        value = row[name]
        if (place.table.name, name) in FROZEN:
            if (said := without(value, identity.is_called, identity.pseudonym, identity.out_of)) != value:
                new[name] = said
        elif isinstance(value, bytes | memoryview):
            frame = json.loads(bytes(value))
            if (clean := identity.out_of_all(frame)) != frame:
                new[name] = json.dumps(clean, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
        elif value is not None and (clean := identity.out_of_all(value)) != value:
            new[name] = clean
    if place.nobodys and all(row[name] is None for name in place.owners):
        new |= {name: NAMELESS for name in place.nobodys if identity.is_called(row[name])}
    return new
