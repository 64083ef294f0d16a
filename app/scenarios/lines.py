"""Who says what in a demonstration: residents online, operators for their halls, agencies in answer, and some time of going on."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select

from app.access.models import Role
from app.access.rights import GrantOf
from app.access.service import create_token
from app.proposals.kinds import Kind
from app.proposals.models import Proposal
from app.proposals.reading import read
from app.scenarios.crowd import Line, Play
from app.scenarios.fill import Filled
from app.sessions.models import ForumSession, Site
from app.web.ground import Ground

ONWARD = 250
"""How many more lines are said after those written for the event."""


@dataclass(frozen=True)
class Script:
    """The words of an event: `staff` as log-in, name, agency, role, hall; `hall` as hall, name, capacity, kind, text; `answers` as log-in, text, words of the answered title."""

    now: datetime
    staff: Sequence[tuple[str, str, str | None, str, str | None]]
    online: Sequence[tuple[str, str]]
    hall: Sequence[tuple[str, str, str | None, str, str]]
    answers: Sequence[tuple[str, str, str]]
    wishes: Sequence[str]
    villages: Sequence[str]


async def play_of(ground: Ground, filled: Filled, script: Script, texts: list[str]) -> Play:
    """The lines in order, the texts that were given among them."""
    tokens = await _staff_tokens(ground, filled, script)
    lines: list[Line] = []
    online = [Line(filled.online[3 * n % len(filled.online)].token, {"kind": k, "text": t}) for n, (k, t) in enumerate(script.online)]
    halls = [
        Line(tokens[hall], {"kind": kind, "text": text, "via": "hall", "for": {"name": name, **({"capacity": who} if who else {})}})
        for hall, name, who, kind, text in script.hall
    ]
    answers = [
        Line(tokens[who], {"kind": "response", "text": text, "fields": {"proposal": await _titled(ground, filled, title)}})
        for who, text, title in script.answers
    ]
    each = max(1, len(online) // max(1, len(halls)))
    for number, line in enumerate(online):
        lines.append(line)
        if number % each == each - 1 and halls:
            lines.append(halls.pop(0))
        if number % 3 == 2 and answers:
            lines.append(answers.pop(0))
    said = [Line(filled.online[n % len(filled.online)].token, _as_said(text)) for n, text in enumerate(texts)]
    lines += [*halls, *answers, *said, *_onward(filled, script)]
    return Play(ground.settings.public_url, filled.room, [guest.token for guest in filled.online], lines)


async def _titled(ground: Ground, filled: Filled, words: str) -> str:
    """The number of the first public proposal with these words in its title."""
    wanted = select(Proposal.number).join(ForumSession, ForumSession.id == Proposal.session_id)
    wanted = wanted.where(ForumSession.slug == filled.slug, Proposal.title.icontains(words), Proposal.published_at.is_not(None))
    async with ground.database.read() as db:
        return (await db.scalars(wanted.order_by(Proposal.number).limit(1))).one()


def _onward(filled: Filled, script: Script) -> list[Line]:
    """What residents go on saying for about half an hour, so that somebody who looks later still sees messages arrive."""
    talk = [text for kind, text in script.online if kind == "chat"]
    dice = random.Random(22)  # noqa: S311 - the same at every demonstration
    lines = []
    for number in range(ONWARD):
        guest = filled.online[number % len(filled.online)]
        if number % 3:
            lines.append(Line(guest.token, {"kind": "chat", "text": talk[number % len(talk)]}))
            continue
        places = {
            "rt": f"{dice.randint(1, 9):02}",
            "rw": f"{dice.randint(1, 12):02}",
            "n": dice.randint(5, 25),
            "village": dice.choice(script.villages),
        }
        lines.append(Line(guest.token, {"kind": "aspiration", "text": dice.choice(script.wishes).format(**places)}))
    return lines


async def _staff_tokens(ground: Ground, filled: Filled, script: Script) -> dict[str, str]:
    """Bearers for those of the office who speak by themselves in the demonstration."""
    tokens: dict[str, str] = {}
    async with ground.database.write() as db:
        session_id = await db.scalar(select(ForumSession.id).where(ForumSession.slug == filled.slug))
        for login, name, agency, role, hall in script.staff:
            if role not in {"operator", "responder"}:
                continue
            site = await db.scalar(select(Site.id).where(Site.session_id == session_id, Site.code == hall)) if hall else None
            grants = [GrantOf(Role(role), session_id, site)]
            expires = script.now + timedelta(days=1)
            tokens[hall or login] = await create_token(
                db, ground.vault, name=name, agency=agency, grants=grants, expires_at=expires, actor="system", now=script.now
            )
    return tokens


def _as_said(text: str) -> dict[str, object]:
    """A text as its writer would send it: a wish as an aspiration, anything else as chat."""
    return {"kind": "aspiration" if read(text).kind == Kind.PROPOSAL else "chat", "text": text[:1000]}
