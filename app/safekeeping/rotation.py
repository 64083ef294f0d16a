"""Changing keys while everything goes on: whatever is not sealed or indexed under the newest key is done again, a few rows at a time.

Nothing says where a rotation stands but the rows and the key file themselves, so one that was cut off goes on where it was when it is called
again. Keys of links and of audit chains are not changed: links that people hold go on working, and what was chained stays so.
"""

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Column, ColumnElement, LargeBinary, String, Table, and_, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.safekeeping.progress import Progress
from app.tables import metadata
from app.vault import Vault, read_keys, with_new_keys, without_old_keys, write_keys
from app.web.ground import Ground

TOGETHER = 100
"""Rows per transaction."""
SETTLE = 8.0
"""Seconds after which no transaction goes on that sealed something before the key file was exchanged."""
BARE = frozenset({("audit_heads", "link"), ("audit_entries", "link"), ("journal_events", "payload")})
"""Columns of bytes in which nothing is sealed."""
REPEATED = {("applications", "phone_index"): "participant_id"}
"""Indexes that repeat the one of a participant, and the column that names whose."""


@dataclass(frozen=True)
class Sealed:
    """What a table keeps sealed, and its blind indexes: the name of the sealed column by that of its index."""

    table: Table
    columns: tuple[str, ...]
    indexes: Mapping[str, str]


def sealed_tables() -> list[Sealed]:
    """Every table with something sealed, each cell for (table, column, id)."""
    found = []
    for table in metadata.sorted_tables:
        columns = tuple(one.name for one in table.columns if isinstance(one.type, LargeBinary) and (table.name, one.name) not in BARE)
        if columns:
            found.append(Sealed(table, columns, {index: of for index, of in indexes_of(table).items() if of in columns}))
    return found


def indexes_of(table: Table) -> dict[str, str]:
    """The columns that are blind indexes, and of what."""
    ended = (one for one in table.columns if one.name.endswith("_index") and isinstance(one.type, String))
    return {one.name: one.name.removesuffix("_index") for one in ended}


async def counts(ground: Ground) -> dict[str, int]:
    """How many sealed cells stand under each key of the vault; `?` for those of keys that it does not have."""
    ids = list(ground.vault.present.sealing)
    found = dict.fromkeys([*ids, "?"], 0)
    async with ground.database.read(patient=True) as db:
        for one in sealed_tables():
            for name in one.columns:
                column = one.table.c[name]
                under = {key: int(await db.scalar(select(func.count()).where(_under(column, key))) or 0) for key in ids}
                every = int(await db.scalar(select(func.count()).where(column.is_not(None))) or 0)
                for key, number in under.items():
                    found[key] += number
                found["?"] += every - sum(under.values())
    return found


def begin(path: Path) -> bool:
    """Add new keys to the key file, unless a rotation is under way; the file as it was is kept beside it. Whether they were added."""
    text = path.read_text(encoding="utf-8")
    if under_way(read_keys(text)):
        return False
    changed = with_new_keys(text)
    kept = path.with_name(f"keys.before-{time.strftime('%Y%m%d-%H%M%S')}.json")
    write_keys(kept, text)
    write_keys(path, changed, over=True)
    return True


def finish(path: Path) -> None:
    """Take the old keys out of the key file."""
    write_keys(path, without_old_keys(path.read_text(encoding="utf-8")), over=True)


async def rewrite(ground: Ground, *, begun: float) -> int:
    """Seal and index everything under the newest keys, until a look after `begun` (monotonic) + SETTLE finds nothing left; rows rewritten."""
    total = 0
    while True:
        looked_at = time.monotonic()
        done = sum([await _pass(ground, one) for one in sealed_tables()])
        total += done
        if done == 0 and looked_at >= begun + SETTLE:
            return total
        await asyncio.sleep(max(0.0, min(1.0, begun + SETTLE - time.monotonic())))


async def _pass(ground: Ground, one: Sealed) -> int:
    """Go through a table once; how many of its rows were written again."""
    vault, ids = ground.vault, one.table.c.id
    async with ground.database.read(patient=True) as db:
        every = int(await db.scalar(select(func.count()).select_from(one.table)) or 0)
    told, last, count = Progress(f"keys: {one.table.name}", every), "", 0
    while True:
        async with ground.database.read() as db:
            page = (await db.execute(select(one.table).where(ids > last).order_by(ids).limit(TOGETHER))).mappings().all()
        if not page:
            break
        last = str(page[-1]["id"])
        old = [str(row["id"]) for row in page if _changes(vault, one, row)]
        if old:
            async with ground.database.write() as db:
                await _write_again(db, vault, one, old)
            count += len(old)
        told.step(len(page))
    if count:
        told.end()
    return count


async def _write_again(db: AsyncSession, vault: Vault, one: Sealed, ids: list[str]) -> None:
    rows = await db.execute(select(one.table).where(one.table.c.id.in_(ids)).order_by(one.table.c.id).with_for_update())
    for row in rows.mappings().all():
        changes = _changes(vault, one, row)
        if not changes:
            continue
        await db.execute(update(one.table).where(one.table.c.id == row["id"]).values(**changes))
        if one.table.name == "participants":
            for (name, index), person in REPEATED.items():
                if index in changes:
                    table = metadata.tables[name]
                    repeats = and_(table.c[person] == row["id"], table.c[index].is_not(None))
                    await db.execute(update(table).where(repeats).values({index: changes[index]}))


def _changes(vault: Vault, one: Sealed, row: Mapping[Any, Any]) -> dict[str, object]:
    """The cells of a row that stand under an older key, as they should be."""
    row_id, prefix = str(row["id"]), f"{vault.sealing_id}:".encode()
    changes: dict[str, object] = {}
    for name in one.columns:
        cell = row[name]
        if isinstance(cell, bytes | memoryview) and not bytes(cell).startswith(prefix):
            changes[name] = vault.seal(vault.open(bytes(cell), one.table.name, name, row_id), one.table.name, name, row_id)
    if vault.present.former:
        for index, of in one.indexes.items():
            cell, stands = row[of], row[index]
            if stands is None or not isinstance(cell, bytes | memoryview):
                continue
            plain = vault.open(bytes(cell), one.table.name, of, row_id) or ""
            if stands != vault.blind(of, plain):
                changes[index] = vault.blind(of, plain)
    return changes


def under_way(vault: Vault) -> bool:
    """Whether there is more than one key of a kind: rows may still need the older ones."""
    return len(vault.present.sealing) > 1 or bool(vault.present.former)


def _under(column: Column[bytes], key: str) -> ColumnElement[bool]:
    prefix = f"{key}:".encode()
    return func.substr(column, 1, len(prefix), type_=LargeBinary) == prefix
