"""The list of the forgotten beside the database: a backup made before still holds them, and whoever restores it must forget them again."""

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import cast

from anyio import to_thread
from sqlalchemy import Table, delete, insert, inspect, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from app.database.tables import new_id
from app.outbox.models import Job, JobState
from app.participants.models import Participant
from app.rights.models import Erasure, ErasureState

FILE = "forgotten.txt"
"""In the data folder, beside the folders that a backup takes: ids only, a line each."""
ERASE = "rights.erase"
"""Kind of the job that forgets a person."""
ERASURES, PEOPLE, JOBS = (cast("Table", one.__table__) for one in (Erasure, Participant, Job))
TOGETHER = 500


async def note(data_dir: Path, participant_id: str) -> None:
    """Write down that somebody was forgotten; twice is once."""
    await to_thread.run_sync(_note, data_dir, participant_id)


def noted(data_dir: Path) -> set[str]:
    """The participants on the list; none when there is no list."""
    path = data_dir / FILE
    return set(path.read_text(encoding="ascii").split()) if path.exists() else set()


async def forgotten_in(connection: AsyncConnection) -> set[str]:
    """The participants that the present database knows as forgotten; none in an empty or older one."""
    names = await connection.run_sync(lambda sync: inspect(sync).get_table_names())
    if ERASURES.name not in names:
        return set()
    return set(await connection.scalars(select(ERASURES.c.participant_id).where(ERASURES.c.state == ErasureState.DONE)))


async def forget_again(connection: AsyncConnection, people: Iterable[str], now: datetime) -> int:
    """Want everybody of these forgotten who stands in a restored database; the server does it when it starts. How many."""
    wanted = sorted(people)
    known: list[tuple[str, str]] = []
    for start in range(0, len(wanted), TOGETHER):
        here = PEOPLE.c.id.in_(wanted[start : start + TOGETHER]) & PEOPLE.c.erased_at.is_(None)
        known += [(row.id, row.session_id) for row in await connection.execute(select(PEOPLE.c.id, PEOPLE.c.session_id).where(here))]
    for person, session in known:
        asked = await connection.scalar(select(ERASURES.c.id).where(ERASURES.c.participant_id == person))
        again = {"state": ErasureState.WANTED, "confirmed_by": "system", "done_at": None}
        if asked is None:
            asked = new_id()
            row = {"id": asked, "session_id": session, "participant_id": person, "asked_by": "system", "asked_at": now}
            await connection.execute(insert(ERASURES).values(**row, **again))
        else:
            await connection.execute(update(ERASURES).where(ERASURES.c.id == asked).values(**again))
        key = f"erase:{asked}"
        await connection.execute(delete(JOBS).where(JOBS.c.key == key))
        job = {"id": new_id(), "kind": ERASE, "key": key, "payload": {"erasure_id": asked}, "state": JobState.WAITING, "attempts": 0}
        await connection.execute(insert(JOBS).values(**job, due_at=now, created_at=now))
    return len(known)


def _note(data_dir: Path, participant_id: str) -> None:
    if participant_id not in noted(data_dir):
        data_dir.mkdir(parents=True, exist_ok=True)
        with open(data_dir / FILE, "a", encoding="ascii") as file:
            file.write(f"{participant_id}\n")
