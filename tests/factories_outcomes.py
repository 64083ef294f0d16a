"""People who wrote, and answers to what they wrote, through the doors of the desk."""

import re
from typing import Any

import httpx
from sqlalchemy import select

from app.database.tables import new_id
from app.notices.models import Notice
from app.outcomes.models import Outcome
from app.outcomes.telling import tell
from app.participants.models import Participant
from app.proposals.listing import find
from app.proposals.models import ProposalStatus
from app.proposals.service import change
from app.sessions.models import ForumSession
from app.web.ground import Ground
from tests.factories_proposals import make_person, make_proposal, words

ANSWER = {"level": "agency", "verdict": "accommodated", "decided_on": "2021-03-01", "decided_by": "DPUPR"}


async def make_writer(ground: Ground, session: ForumSession, name: str = "Siti Rahmawati", **changes: Any) -> Participant:
    """Somebody with a phone."""
    id_ = new_id()
    phone = ground.vault.seal("+6285326905742", "participants", "phone", id_)
    return await make_person(ground, session, id=id_, name=name, **{"phone": phone, **changes})


async def make_known(ground: Ground, session: ForumSession, title: str, person: Participant | None = None, **fields: Any) -> str:
    """A public proposal of this person; its number."""
    number = await make_proposal(ground, session, words(ground, f"Mohon {title}", person))
    async with ground.database.write() as db:
        one = await find(db, session.id, number)
        said = {"title": title, "village": "Krapyak", "agency": "DPUPR", "status": ProposalStatus.VERIFIED, "published": True, **fields}
        said |= {"personal_checked": True}
        await change(db, ground.vault, session, number, said, if_version=one.version, actor="account:x", now=ground.clock.now())
    return number


class OutcomeDesk:
    """The page as somebody's browser posts it."""

    def __init__(self, web: httpx.AsyncClient, session: ForumSession, headers: dict[str, str]) -> None:
        self.web, self.base, self.headers = web, f"/meja/{session.slug}/hasil", headers

    async def get(self, path: str = "") -> str:
        answer = await self.web.get(f"{self.base}{path}", headers=self.headers)
        assert answer.status_code == 200, answer.text
        return answer.text

    async def write(self, *numbers: str, was: list[str] | None = None, **typed: str) -> httpx.Response:
        """The same answer to proposals, seen as they are now unless `was` says otherwise."""
        given = {**ANSWER, **typed}
        asked = "&".join(f"number={number}" for number in numbers)
        form = await self.get(f"/tulis?{asked}&tingkat={given['level']}")
        seen = re.findall(r'name="was" value="([^"]+)"', form) if was is None else was
        return await self.web.post(f"{self.base}/tulis", data={**given, "number": list(numbers), "was": seen}, headers=self.headers)

    async def publication(self, *, times: int = 1) -> httpx.Response:
        """Publish every draft that is on the page, pressed so many times."""
        form = await self.get("/terbitkan")
        data = {"id": re.findall(r'name="id" value="([^"]+)"', form)[0], "draft": re.findall(r'name="draft" value="([^"]+)"', form)}
        for _ in range(times):
            answer = await self.web.post(f"{self.base}/terbitkan", data=data, headers=self.headers)
        return answer


async def publications(ground: Ground, session: ForumSession) -> list[str]:
    """The publications of a session in their order."""
    async with ground.database.read() as db:
        rows = select(Outcome.publication_id, Outcome.published_at).where(
            Outcome.session_id == session.id, Outcome.publication_id.is_not(None)
        )
        found = await db.execute(rows.distinct().order_by(Outcome.published_at))
        return list(dict.fromkeys(str(row[0]) for row in found))


async def tell_all(ground: Ground, made: list[str]) -> None:
    """The job of each publication, as a worker does it, and again as one that was cut off."""
    for publication in made:
        for _ in range(2):
            await tell(ground.database, publication, ground.clock.now())


async def told(ground: Ground, session: ForumSession) -> list[tuple[str, str]]:
    """(publication, person) of every notice, sorted; more than once if told more than once."""
    async with ground.database.read() as db:
        rows = await db.scalars(select(Notice).where(Notice.session_id == session.id, Notice.kind == "outcome"))
        return sorted((str(row.facts["publication"]), row.participant_id) for row in rows)
