"""The numbers on printed forms: `F0042`, given out once per session, however often and for how many halls is printed."""

import re
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from app.database.tables import new_id
from app.papers.models import FormCounter, FormRange
from app.web.problems import CodedValueError

_PRINTED = re.compile(r"F?0*(\d{1,6})")
_OTHER = re.compile(r"[A-Z0-9][A-Z0-9/.-]{0,15}")


def form_number(serial: int) -> str:
    """The number as it is printed."""
    return f"F{serial:04d}"


def typed_number(text: str) -> str:
    """A number as it is stored, however it was typed: `42`, `f42`, `F0042` are one; a form of the office's own keeps its sign. CodedValueError else."""
    upper = "".join(text.upper().split())
    if printed := _PRINTED.fullmatch(upper):
        return form_number(int(printed[1]))
    if not _OTHER.fullmatch(upper):
        raise CodedValueError("papers.not_a_number")
    return upper


def serial_of(number: str | None) -> int | None:
    """The serial of a number of ours."""
    found = _PRINTED.fullmatch(number or "")
    return int(found[1]) if found else None


async def take_numbers(db: AsyncSession, session_id: str, site_id: str, count: int, now: datetime) -> range:
    """Give out `count` numbers for a hall's forms; nobody gets them again."""
    insert = sqlite.insert if db.get_bind().dialect.name == "sqlite" else postgresql.insert
    fresh = insert(FormCounter).values(session_id=session_id, last=count)
    bumped = fresh.on_conflict_do_update(index_elements=["session_id"], set_={"last": FormCounter.last + count}).returning(FormCounter.last)
    last = int((await db.execute(bumped)).scalar_one())
    db.add(FormRange(id=new_id(), session_id=session_id, site_id=site_id, first=last - count + 1, last=last, printed_at=now))
    return range(last - count + 1, last + 1)


async def hall_of(db: AsyncSession, session_id: str, number: str | None) -> str | None:
    """The hall for which a form of this number was printed."""
    serial = serial_of(number)
    if serial is None:
        return None
    within = (FormRange.session_id == session_id, FormRange.first <= serial, FormRange.last >= serial)
    return await db.scalar(select(FormRange.site_id).where(*within).limit(1))
