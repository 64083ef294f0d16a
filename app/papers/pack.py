"""The print pack: which parts for which halls, wanted by a press, made by a job, kept for a while."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.audit.service import Act, record
from app.documents.pdf import pdf
from app.errors import FieldError, Invalid
from app.kept.models import KeptFile, KeptState, Purpose
from app.kept.service import Wanted, begin, fill, finish, step
from app.outbox.service import enqueue
from app.papers.gather import HallPages, hall_pages, letterhead
from app.papers.numbers import take_numbers
from app.sessions.models import ForumSession, Site
from app.sessions.rows import sites_of
from app.vault import Vault
from app.web.ground import Ground

MAKE = "papers.pack"
MOST_FORMS = 100
"""Forms for one hall in one pack; whoever needs more prints again, under new numbers."""
LASTS = timedelta(days=3)
"""For how long a pack can be fetched: it carries names, and the list of those expected changes."""


class Part(StrEnum):
    """What a pack may hold."""

    POSTER = "poster"
    AGENDA = "agenda"
    ATTENDANCE = "attendance"
    FORMS = "forms"


@dataclass(frozen=True)
class Choice:
    """What somebody wants printed: halls, parts, forms for each hall, and the language of dates and choices."""

    sites: Sequence[Site]
    parts: Sequence[Part]
    forms: int
    language: str


async def want_pack(db: AsyncSession, vault: Vault, session: ForumSession, choice: Choice, *, actor: str, now: datetime) -> KeptFile:
    """Ask for a pack: numbers for its forms are given out now, the file is made by a job. Invalid without a hall or a part."""
    wrong = [FieldError(name, "field.required") for name, chosen in (("sites", choice.sites), ("parts", choice.parts)) if not chosen]
    if wrong:
        raise Invalid(*wrong)
    count = choice.forms if Part.FORMS in choice.parts else 0
    halls = []
    for site in choice.sites:
        taken = await take_numbers(db, session.id, site.id, count, now) if count else range(0)
        halls.append({"site": site.id, "first": taken.start, "stop": taken.stop})
    parts = [part.value for part in Part if part in choice.parts]
    options: dict[str, object] = {"halls": halls, "parts": parts, "language": choice.language}
    name = f"berkas-cetak-{session.slug}.pdf" if len(halls) > 1 else f"berkas-cetak-{session.slug}-{choice.sites[0].code}.pdf"
    file = await begin(db, Wanted(session.id, Purpose.PACK, name, "application/pdf", options), actor=actor, now=now)
    file.total = len(halls) + 1
    await enqueue(db, MAKE, f"{MAKE}:{file.id}", {"file_id": file.id}, due_at=now, now=now)
    facts: dict[str, object] = {"halls": [hall["site"] for hall in halls], "parts": parts, "forms": count}
    await record(db, vault, session.id, now, Act(actor, "papers.pack_wanted", f"file:{file.id}", facts))
    return file


async def make_pack(ground: Ground, file_id: str) -> None:
    """Make a pack that is wanted: gather hall by hall, typeset in a child process, keep. Harmless to repeat."""
    async with ground.database.read() as db:
        file = await db.scalar(select(KeptFile).where(KeptFile.id == file_id, KeptFile.state == KeptState.COMING))
        if file is None:
            return
        session = await db.get_one(ForumSession, file.session_id)
        sites = {site.id: site for site in await sites_of(db, session.id)}
        words = ground.catalogues.translator(str(file.options["language"]))
        given = {**await letterhead(db, ground.settings, words, session), "parts": file.options["parts"]}
    given["halls"] = await _halls(ground, session, sites, file)
    made = await pdf("pack.typ", given)
    try:
        with open(made, "rb") as content:  # noqa: ASYNC230 - a file of our own, read in a thread
            size, sha256 = await fill(ground.database, ground.vault, file_id, content)
    finally:
        made.unlink(missing_ok=True)
    async with ground.database.write() as db:
        now = ground.clock.now()
        await finish(db, file_id, size, sha256, now=now, until=now + LASTS)


async def _halls(ground: Ground, session: ForumSession, sites: dict[str, Site], file: KeptFile) -> list[dict[str, Any]]:
    wanted: Any = file.options["halls"]
    gathered = []
    for number, hall in enumerate(wanted, 1):
        if (site := sites.get(hall["site"])) is not None:
            async with ground.database.read() as db:
                pages = HallPages(site, range(hall["first"], hall["stop"]))
                gathered.append(await hall_pages(db, ground.vault, ground.settings, session, pages))
        if len(wanted) > 1:
            await step(ground.database, file.id, number, len(wanted) + 1)
    return gathered
