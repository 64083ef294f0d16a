"""Bringing photos of a proposal, and what is done to them: shown, hidden, described, taken away. What was brought is never kept, only what was made of it."""

import hashlib
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import IO

from anyio import to_thread
from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.audit.service import Act, record
from app.database.engine import Database
from app.database.tables import new_id
from app.errors import Conflict, FieldError, Gone, Invalid, NotFound
from app.kept.models import KeptFile, Purpose
from app.kept.service import Wanted, begin, fill, finish, give_up
from app.participants.models import Participant
from app.pictures.arriving import Picture, picture_of
from app.proposals.models import Proposal
from app.proposals.photo_models import Photo, PhotoAct
from app.sessions.models import ForumSession
from app.vault import Vault

MOST = 3
"""Photos of one proposal that stand at a time."""
ALT = 200
"""Characters of a description."""
JPEG = "image/jpeg"
STAFF = ("account:", "token:", "duty:")
"""How acts of staff are signed."""


@dataclass(frozen=True)
class Brought:
    """Who brings a photo, and what they say of it; `nonce` is the same for a repeated press, `participant_id` whose it is if not staff's.

    `chosen` is by what a browser that makes photos small knows the file that was chosen; without it the content is what is known again.
    """

    nonce: str
    actor: str
    alt: str | None = None
    agreed: bool = True
    participant_id: str | None = None
    chosen: str = ""


@dataclass(frozen=True)
class Words:
    """What is changed of a photo; None leaves a thing as it is. `was` is the description that was read before it was changed."""

    alt: str | None = None
    was: str | None = None
    shown: bool | None = None
    agreed: bool | None = None


@dataclass(frozen=True)
class _Kept:
    """A file that is coming, with what was written of it."""

    row: KeptFile
    size: int
    sha256: str


async def bring(
    database: Database,
    vault: Vault,
    proposal_id: str,
    brought: Brought,
    content: IO[bytes],
    *,
    now: datetime,
    charge: Callable[[], None] | None = None,
) -> Photo:
    """Take a photo in, once per nonce and what was chosen. Invalid (field `file`) with what is wrong with it; Conflict `photos.full` when there are three.

    `charge` is called in front of the work of making it anew, and may refuse; a photo that has arrived before costs nothing.
    """
    body_hash = hashlib.sha256(brought.chosen.encode()).hexdigest() if brought.chosen else await to_thread.run_sync(_hash, content)
    async with database.read() as db:
        if again := await _again(db, proposal_id, brought.nonce, body_hash):
            return again
        # Before the work of making it anew; looked at again when it gets its place.
        free_place(await standing(db, proposal_id))
        session_id = (await db.get_one(Proposal, proposal_id)).session_id
    if charge is not None:
        charge()
    picture = await picture_of(content, staff=brought.actor.startswith(STAFF))
    files: list[_Kept] = []
    try:
        for one in (picture.content, picture.thumbnail):
            files.append(await _kept(database, vault, session_id, brought, one, now))  # noqa: PERF401 - what is there when one fails is given up
        async with database.write() as db:
            photo = await _place(db, vault, proposal_id, replace(brought, chosen=body_hash), picture, files, now)
            taken = photo.file_id == files[0].row.id
    except BaseException:
        await _given_up(database, files, now)
        raise
    if not taken:
        await _given_up(database, files, now)
    return photo


def _hash(content: IO[bytes]) -> str:
    content.seek(0)
    made = hashlib.sha256()
    while piece := content.read(1 << 18):
        made.update(piece)
    content.seek(0)
    return made.hexdigest()


async def _kept(database: Database, vault: Vault, session_id: str, brought: Brought, content: bytes, now: datetime) -> _Kept:
    async with database.write() as db:
        wanted = Wanted(session_id, Purpose.PHOTO, f"foto-{new_id()[:8]}.jpg", JPEG, {})
        row = await begin(db, wanted, actor=brought.actor, now=now)
    size, sha256 = await fill(database, vault, row.id, io.BytesIO(content))
    return _Kept(row, size, sha256)


async def _given_up(database: Database, files: Sequence[_Kept], now: datetime) -> None:
    ids = [one.row.id for one in files]
    async with database.write() as db:
        # A commit of which no answer came may have been one.
        placed = or_(Photo.file_id.in_(ids), Photo.thumbnail_id.in_(ids))
        if await db.scalar(select(Photo.id).where(placed).limit(1)) is not None:
            return
        for id_ in ids:
            await give_up(db, id_, now)


async def _place(
    db: AsyncSession, vault: Vault, proposal_id: str, brought: Brought, picture: Picture, files: Sequence[_Kept], now: datetime
) -> Photo:
    """Give it a free place, whoever else brings one at this moment."""
    proposal = await locked(db, proposal_id)
    if again := await _again(db, proposal_id, brought.nonce, brought.chosen):
        return again
    await _still_there(db, brought.participant_id)
    others = await standing(db, proposal_id)
    place, (file, thumbnail) = free_place(others), files
    if any(one.sha256 == file.sha256 for one in others):
        raise Invalid(FieldError("file", "photos.twice"))
    for one in files:
        await finish(db, one.row.id, one.size, one.sha256, now=now, until=None)
    photo = Photo(
        id=new_id(),
        session_id=proposal.session_id,
        proposal_id=proposal.id,
        place=place,
        nonce=brought.nonce,
        body_hash=brought.chosen,
        file_id=file.row.id,
        thumbnail_id=thumbnail.row.id,
        sha256=file.sha256,
        width=picture.width,
        height=picture.height,
        alt=brought.alt or None,
        participant_id=brought.participant_id,
        agreed=brought.agreed,
        added_by=brought.actor,
        added_at=now,
    )
    db.add(photo)
    await db.flush()
    await _note(db, vault, photo, [("added", None, photo.alt)], brought.actor, now)
    return photo


def free_place(others: Sequence[Photo]) -> int:
    """The lowest place that is free; Conflict `photos.full` when none is."""
    taken = {one.place for one in others}
    free = [place for place in range(1, MOST + 1) if place not in taken]
    if not free:
        raise Conflict("photos.full", most=MOST)
    return free[0]


async def change(db: AsyncSession, vault: Vault, proposal_id: str, photo_id: str, words: Words, *, actor: str, now: datetime) -> Photo:
    """Describe a photo, show or hide it, or say whether its bringer agrees; no difference is no act. NotFound for one that is not there.

    Conflict `photos.stale` when it has another description than the one that was read, `photos.not_agreed` for showing what may not be shown.
    """
    photo = await _own(db, proposal_id, photo_id)
    done: list[tuple[str, str | None, str | None]] = []
    if words.alt is not None and (words.alt or None) != photo.alt:
        if words.was is not None and (words.was or None) != photo.alt:
            raise Conflict("photos.stale")
        done.append(("described", photo.alt, words.alt or None))
        photo.alt = words.alt or None
    if words.agreed is not None and words.agreed != photo.agreed:
        done.append(("agreed" if words.agreed else "disagreed", None, None))
        photo.agreed = words.agreed
    if words.shown is not None and words.shown != (photo.shown_at is not None):
        if words.shown and not photo.agreed:
            raise Conflict("photos.not_agreed")
        done.append(("shown" if words.shown else "hidden", None, None))
        photo.shown_at = now if words.shown else None
    await _note(db, vault, photo, done, actor, now)
    return photo


async def remove(db: AsyncSession, vault: Vault, proposal_id: str, photo_id: str, why: str, *, actor: str, now: datetime) -> Photo:
    """Take a photo away: its content is deleted, that it was there and why it went stays; one that is gone is gone. NotFound for one that never was.

    Conflict `photos.rehearsal` when staff practises on a photo from before the rehearsal: its content could not be put back.
    """
    photo = await _own(db, proposal_id, photo_id, gone=True)
    if photo.removed_at is not None:
        return photo
    since = await db.scalar(select(ForumSession.rehearsal_at).where(ForumSession.id == photo.session_id))
    if actor.startswith(STAFF) and since is not None and photo.added_at < since:
        raise Conflict("photos.rehearsal")
    await take_away(db, photo, now)
    await _note(db, vault, photo, [("removed", None, why or None)], actor, now)
    return photo


async def take_away(db: AsyncSession, photo: Photo, now: datetime) -> None:
    """Delete the content of a photo and let its place be free."""
    photo.removed_at, photo.shown_at = now, None
    for file_id in (photo.file_id, photo.thumbnail_id):
        await give_up(db, file_id, now)


async def standing(db: AsyncSession, proposal_id: str) -> Sequence[Photo]:
    """The photos that were brought to a proposal and are there, in the order of their places."""
    wanted = select(Photo).where(Photo.proposal_id == proposal_id, Photo.removed_at.is_(None)).order_by(Photo.place)
    return (await db.scalars(wanted.execution_options(populate_existing=True))).all()


async def locked(db: AsyncSession, proposal_id: str) -> Proposal:
    """The proposal, held: whoever brings or changes a photo of it does so alone."""
    return await db.get_one(Proposal, proposal_id, with_for_update=True, populate_existing=True)


async def _own(db: AsyncSession, proposal_id: str, photo_id: str, *, gone: bool = False) -> Photo:
    await locked(db, proposal_id)
    photo = await db.get(Photo, photo_id, with_for_update=True, populate_existing=True)
    if photo is None or photo.proposal_id != proposal_id or (photo.removed_at is not None and not gone):
        raise NotFound("photos.unknown")
    return photo


async def _again(db: AsyncSession, proposal_id: str, nonce: str, body_hash: str) -> Photo | None:
    found: Photo | None = await db.scalar(
        select(Photo).where(Photo.proposal_id == proposal_id, Photo.nonce == nonce, Photo.body_hash == body_hash)
    )
    return found


async def _still_there(db: AsyncSession, participant_id: str | None) -> None:
    """Nobody who is being forgotten leaves a photo behind: their last step waits for this one, or this one sees it."""
    if participant_id is None:
        return
    person = await db.get_one(Participant, participant_id, with_for_update={"read": True}, populate_existing=True)
    if person.erased_at is not None:
        raise Gone("rights.erased")


async def _note(
    db: AsyncSession, vault: Vault, photo: Photo, done: Sequence[tuple[str, str | None, str | None]], actor: str, now: datetime
) -> None:
    """Write down what was done, for the proposal's history and for the audit (there without words)."""
    for what, before, after in done:
        db.add(PhotoAct(id=new_id(), photo_id=photo.id, what=what, before=before, after=after, by=actor, at=now))
    await db.flush()
    facts: dict[str, object] = {"photo": photo.id, "place": photo.place}
    await record(
        db, vault, photo.session_id, now, *(Act(actor, f"photos.{what}", f"proposal:{photo.proposal_id}", facts) for what, _, _ in done)
    )
