"""The list of the forgotten beside the database: a backup made before still holds them, and whoever restores it must forget them again.

The list is of one machine, the database of all: every start and every backup brings the two together, and each backup has a copy beside it.
"""

import os
import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import cast

from anyio import to_thread
from sqlalchemy import Executable, Table, inspect, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from app.database.engine import Database
from app.database.tables import new_id
from app.disk import settle
from app.guests.models import FormerHolder
from app.outbox.service import wanting
from app.participants.models import Participant
from app.rights.models import Erasure, ErasureState

FILE = "forgotten.txt"
"""In the data folder, beside the folders that a backup takes: ids only, a line each."""
ERASE = "rights.erase"
"""Kind of the job that forgets a person."""
ERASE_FORMER = "rights.erase_former"
"""The same for somebody who held a guest's seat before somebody else."""
ERASURES, PEOPLE, HOLDERS = (cast("Table", one.__table__) for one in (Erasure, Participant, FormerHolder))
TOGETHER = 500
_ID = re.compile(r"(?<![a-z2-7])[a-z2-7]{16}(?![a-z2-7])")


async def note(data_dir: Path, participant_id: str) -> None:
    """Write down that somebody was forgotten; twice is once."""
    await to_thread.run_sync(keep, data_dir, {participant_id})


def keep(folder: Path, people: set[str]) -> set[str]:
    """Add people to the list in this folder and see them on the disk; everybody on it then."""
    before = noted(folder)
    if added := sorted(people - before):
        folder.mkdir(parents=True, exist_ok=True)
        # Appended, because several processes may do it at once; after a line that a power cut tore.
        with open(folder / FILE, "a", encoding="ascii") as file:
            file.write("".join(f"\n{one}" for one in added) + "\n")
            file.flush()
            os.fsync(file.fileno())
        settle(folder)
    return before | people


def noted(data_dir: Path) -> set[str]:
    """The participants on the list; none when there is no list. It is carried about by hand: what is no id does not count."""
    path = data_dir / FILE
    if not path.exists():
        return set()
    # Without the zeros also those lines are ids again that a tool of Windows wrote with two bytes a sign.
    return set(_ID.findall(path.read_bytes().decode("ascii", "ignore").replace("\0", "")))


async def forgotten_in(connection: AsyncConnection, *, asked: bool = False) -> set[str]:
    """The participants and former holders of seats that the present database knows as forgotten, with `asked` also those who wait for it; none in an empty or older one."""
    names = await connection.run_sync(lambda sync: inspect(sync).get_table_names())
    people, holders = select(ERASURES.c.participant_id), select(HOLDERS.c.id).where(HOLDERS.c.asked_at.is_not(None))
    if not asked:
        people, holders = people.where(ERASURES.c.state == ErasureState.DONE), holders.where(HOLDERS.c.done_at.is_not(None))
    there = [wanted for table, wanted in ((ERASURES, people), (HOLDERS, holders)) if table.name in names]
    return {one for wanted in there for one in await connection.scalars(wanted)}


async def remember(database: Database, data_dir: Path, now: datetime) -> int:
    """At every start: bring list and database together, and want everybody forgotten who stands on the list and again in the database. How many."""
    async with database.read() as db:
        done = await forgotten_in(await db.connection())
    listed = await to_thread.run_sync(keep, data_dir, done)
    if not listed - done:
        return 0
    async with database.write() as db:
        connection = await db.connection()
        return await forget_again(connection, listed - await forgotten_in(connection, asked=True), now)


async def forget_again(connection: AsyncConnection, people: Iterable[str], now: datetime) -> int:
    """Want everybody of these forgotten who stands in a restored database; the server does it when it starts. How many."""
    wanted = sorted(people)
    count = await _former_again(connection, wanted, now)
    known: list[tuple[str, str]] = []
    for start in range(0, len(wanted), TOGETHER):
        here = PEOPLE.c.id.in_(wanted[start : start + TOGETHER]) & PEOPLE.c.erased_at.is_(None)
        rows = await connection.execute(select(PEOPLE.c.id, PEOPLE.c.session_id).where(here).order_by(PEOPLE.c.id))
        known += [(row.id, row.session_id) for row in rows]
    put = (sqlite if connection.dialect.name == "sqlite" else postgresql).insert(ERASURES)
    for person, session in known:
        # Several processes may start at once: whoever comes second finds the row of the first.
        again = {"state": ErasureState.WANTED, "confirmed_by": "system", "done_at": None}
        row = {"id": new_id(), "session_id": session, "participant_id": person, "asked_by": "system", "asked_at": now, **again}
        await connection.execute(put.values(**row).on_conflict_do_nothing(index_elements=["participant_id"]))
        mine = ERASURES.c.participant_id == person
        asked = (await connection.execute(update(ERASURES).where(mine).values(**again).returning(ERASURES.c.id))).scalar_one()
        await connection.execute(wanting(connection.dialect.name, ERASE, f"erase:{asked}", {"erasure_id": asked}, due_at=now, now=now))
    return count + len(known)


async def _former_again(connection: AsyncConnection, wanted: Sequence[str], now: datetime) -> int:
    again = {"asked_by": "system", "asked_at": now, "confirmed_by": "system", "done_at": None}
    count = 0
    for start in range(0, len(wanted), TOGETHER):
        here = HOLDERS.c.id.in_(wanted[start : start + TOGETHER]) & HOLDERS.c.known_by.is_not(None)
        for one in (await connection.scalars(update(HOLDERS).where(here).values(**again).returning(HOLDERS.c.id))).all():
            await connection.execute(former_wanted(connection.dialect.name, one, now))
            count += 1
    return count


def former_wanted(dialect: str, holder_id: str, now: datetime) -> Executable:
    """The statement by which somebody who held a seat before is forgotten by a job."""
    return wanting(dialect, ERASE_FORMER, f"erase-former:{holder_id}", {"holder_id": holder_id}, due_at=now, now=now)
