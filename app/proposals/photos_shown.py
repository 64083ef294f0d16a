"""Which photos stand with a proposal: its own, and those of all that go on in it. Nothing is moved by a merge, so that undoing one needs no more."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Select, exists, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.errors import NotFound
from app.kept.models import KeptFile, KeptState, Purpose
from app.kept.service import kept
from app.proposals.lineage import forebears
from app.proposals.listing import JOINED
from app.proposals.models import Proposal
from app.proposals.photo_models import Photo, PhotoAct
from app.proposals.privacy import masked
from app.proposals.triage import names_of
from app.sessions.models import ForumSession

SIZES = ("full", "small")


@dataclass(frozen=True)
class WithNumber:
    """A photo with the number of the proposal to which it was brought."""

    photo: Photo
    number: str
    names: tuple[str, ...] | None = None
    """Names that are covered in its description beside numbers of people, where everybody reads it; None for those who read it as it is."""

    @property
    def alt(self) -> str | None:
        """What is to be seen, as this reader may know it."""
        words: str | None = self.photo.alt
        return words if words is None or self.names is None else masked(words, self.names)

    @property
    def file_name(self) -> str:
        """How it is called where it is taken: `MRB-2021-0012-1.jpg`."""
        return f"{self.number}-{self.photo.place}.jpg"

    @property
    def public(self) -> bool:
        """Whether everybody sees it who sees the proposal: staff showed it, and whoever brought it agrees."""
        return self.photo.agreed and self.photo.shown_at is not None


@dataclass(frozen=True)
class PhotoTrace:
    """Something that was done to a photo, and by whom."""

    at: datetime
    who: str
    what: str
    file_name: str
    before: str | None
    after: str | None


async def photos_of(db: AsyncSession, proposals: Sequence[Proposal], *, public: bool) -> dict[str, list[WithNumber]]:
    """The photos that stand with each proposal by its id, its own first; with `public` those that everybody may see. All of one session."""
    found: dict[str, list[WithNumber]] = {one.id: [] for one in proposals}
    if not proposals:
        return found
    session_id = proposals[0].session_id
    leads = await _leads(db, session_id)
    families = {one.id: forebears(leads, one.number) for one in proposals}
    wanted = _standing(session_id, public=public).where(Proposal.number.in_(set().union(*families.values())))
    by_number: dict[str, list[WithNumber]] = {}
    for photo, number in await db.execute(wanted.order_by(Proposal.number, Photo.place)):
        by_number.setdefault(number, []).append(_numbered(photo, number, public=public))
    for proposal in proposals:
        for number in sorted(families[proposal.id] & set(by_number), key=lambda one: (one != proposal.number, len(one), one)):
            found[proposal.id] += by_number[number]
    return found


async def photo_in(db: AsyncSession, proposal: Proposal, photo_id: str, *, public: bool) -> WithNumber:
    """One of the photos that stand with a proposal; NotFound for any other."""
    row = (await db.execute(_standing(proposal.session_id, public=public).where(Photo.id == photo_id))).first()
    if row is None:
        raise NotFound("photos.unknown")
    photo, number = row
    if number != proposal.number and number not in forebears(await _leads(db, proposal.session_id), proposal.number):
        raise NotFound("photos.unknown")
    return _numbered(photo, number, public=public)


def _standing(session_id: str, *, public: bool) -> Select[Photo, str]:
    wanted = select(Photo, Proposal.number).join(Proposal, Proposal.id == Photo.proposal_id)
    wanted = wanted.where(Photo.session_id == session_id, Photo.removed_at.is_(None))
    if not public:
        return wanted
    # What is shown for practice is not shown to everybody.
    practised = exists().where(ForumSession.id == Photo.session_id, ForumSession.rehearsal_at <= Photo.shown_at)
    return wanted.where(Photo.agreed, Photo.shown_at.is_not(None), ~practised.correlate(Photo))


def _numbered(photo: Photo, number: str, *, public: bool) -> WithNumber:
    return WithNumber(photo, number, () if public else None)


async def _leads(db: AsyncSession, session_id: str) -> dict[str, list[str]]:
    """Where the proposals of a session go on that were merged or split."""
    joined = select(Proposal.number, Proposal.leads_to).where(Proposal.session_id == session_id, Proposal.status.in_(JOINED))
    return {row.number: row.leads_to for row in await db.execute(joined)}


def for_everybody(photos: Sequence[WithNumber], hidden_names: Sequence[str]) -> list[WithNumber]:
    """The same with descriptions as anybody may read them: telephone numbers, NIK and these names covered."""
    return [replace(one, names=tuple(hidden_names)) for one in photos]


async def file_of(db: AsyncSession, photo: Photo, size: str) -> KeptFile:
    """The kept file of a photo, `full` or `small`."""
    return await kept(db, photo.session_id, photo.file_id if size == "full" else photo.thumbnail_id, Purpose.PHOTO)


async def photos_in(db: AsyncSession, session_id: str) -> list[tuple[WithNumber, KeptFile]]:
    """Every photo of a session with its file, in the order of the numbers."""
    wanted = select(Photo, Proposal.number, KeptFile).join(Proposal, Proposal.id == Photo.proposal_id)
    wanted = wanted.join(KeptFile, KeptFile.id == Photo.file_id)
    wanted = wanted.where(Photo.session_id == session_id, Photo.removed_at.is_(None), KeptFile.state == KeptState.KEPT)
    rows = await db.execute(wanted.order_by(Proposal.number, Photo.place))
    return [(WithNumber(photo, number), file) for photo, number, file in rows]


async def photo_traces(db: AsyncSession, proposal: Proposal) -> list[PhotoTrace]:
    """What was done to the photos that were brought to a proposal, newest first."""
    rows = (
        await db.execute(
            select(PhotoAct, Photo.place)
            .join(Photo, Photo.id == PhotoAct.photo_id)
            .where(Photo.proposal_id == proposal.id)
            .order_by(PhotoAct.at.desc(), PhotoAct.id)
        )
    ).all()
    names = await names_of(db, [act.by for act, _ in rows])
    return [PhotoTrace(act.at, names.get(act.by, ""), act.what, f"{proposal.number}-{place}", act.before, act.after) for act, place in rows]


def for_programs(photos: Sequence[WithNumber], base: str, *, staff: bool = False) -> list[dict[str, Any]]:
    """How photos read for programs; `base` is the address below which they are."""
    told = []
    for one in photos:
        photo = one.photo
        said: dict[str, Any] = {"id": photo.id, "name": one.file_name, "alt": one.alt, "width": photo.width, "height": photo.height}
        said |= {"url": f"{base}/{photo.id}", "thumbnail": f"{base}/{photo.id}/kecil"}
        if staff:
            said |= {"public": one.public, "shown": photo.shown_at is not None, "agreed": photo.agreed}
        told.append({name: value for name, value in said.items() if value is not None})
    return told
