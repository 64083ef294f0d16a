"""Words typed for people in a hall: they go through the room's own writer, marked with the hall."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from app.access.rights import Staff
from app.chat.people import ORDER, Person
from app.chat.requests import Kind, Send
from app.errors import NotAllowed
from app.sessions.models import ForumSession, Site
from app.sessions.rehearsing import refuse_practised


def at_hall(staff: Staff, session: ForumSession, site: Site) -> Person:
    """The member of staff as somebody of the room who sits in this hall."""
    roles = staff.roles_in(session.id)
    part = next((part for role, part in ORDER if role in roles), None)
    if part is None:
        raise NotAllowed("access.not_allowed")
    return Person(
        id=staff.id,
        name=staff.name,
        part=part,
        room=session.room,
        session_id=session.id,
        site_id=site.id,
        site=site.code,
        roles=frozenset(roles),
        actor=staff.actor,
    )


def in_hall(message: Send) -> Send:
    """The same words, said in the hall unless they were relayed from elsewhere; a repetition stays the same."""
    return message if message.via else replace(message, via="hall")


async def refuse_kept(db: AsyncSession, session_id: str, message: Send) -> None:
    """Gone `rehearsal.practised` for words that a device kept from a rehearsal that has been wiped; words that bear no time are of now."""
    typed_at = None if message.sent_at is None else datetime.fromtimestamp(message.sent_at / 1000, UTC)
    await refuse_practised(db, session_id, typed_at)


def typed_words(form: Mapping[str, str], anybody: str) -> dict[str, Any]:
    """The composer's plain form as a frame: `speaker` a participant's id, else the name as it was typed, else `anybody`; notes may be nobody's, a response may name the proposal that it `answers`."""
    frame: dict[str, Any] = {"t": "send", **{name: form.get(name, "") for name in ("cid", "kind", "text")}}
    if frame["kind"] == Kind.RESPONSE and form.get("answers"):
        frame["fields"] = {"proposal": form["answers"]}
    name, capacity = form.get("name", ""), form.get("capacity", "")
    if form.get("speaker"):
        frame["for"] = form["speaker"]
    elif name or frame["kind"] != Kind.SPOKEN:
        frame["for"] = {"name": name or anybody, **({"capacity": capacity} if capacity else {})}
    return frame
