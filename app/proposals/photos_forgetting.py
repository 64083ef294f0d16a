"""Photos that go with somebody or something: of the erased, of proposals that were emptied, of a rehearsal, of a consent that was taken back."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Select, delete, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.database.tables import new_id
from app.kept.service import give_up
from app.proposals.models import Proposal, ProposalStatus
from app.proposals.photo_models import Photo, PhotoAct
from app.proposals.photos import STAFF, take_away


async def forget_photos_of(db: AsyncSession, participant_ids: Collection[str], now: datetime) -> None:
    """Delete the photos that somebody brought, public or not, with every word about them."""
    await _forget(db, (await db.scalars(_held(Photo.participant_id.in_(participant_ids)))).all(), now)


async def forget_photos_between(db: AsyncSession, participant_id: str, since: datetime | None, until: datetime, now: datetime) -> None:
    """Delete what was brought from a seat while somebody held it who does not any longer."""
    then = (Photo.participant_id == participant_id) & (Photo.added_at < until)
    await _forget(db, (await db.scalars(_held(then if since is None else then & (Photo.added_at >= since)))).all(), now)


async def forget_unshown_photos(db: AsyncSession, session_id: str, most: int, now: datetime) -> int:
    """Delete so many photos of residents that not everybody sees, of refused proposals and others; how many it were."""
    public = Photo.agreed & Photo.shown_at.is_not(None) & Proposal.published_at.is_not(None) & (Proposal.status != ProposalStatus.DECLINED)
    seen = select(Proposal.id).where(Proposal.id == Photo.proposal_id, public).exists()
    by_staff = or_(*(Photo.added_by.startswith(one) for one in STAFF))
    wanted = _held(Photo.session_id == session_id, Photo.removed_at.is_(None), ~by_staff, ~seen)
    found = (await db.scalars(wanted.limit(most))).all()
    await _forget(db, found, now)
    return len(found)


async def forget_photos_on(db: AsyncSession, proposal_id: str, now: datetime) -> None:
    """Delete the photos of a proposal of which no word is left, whoever brought them. The caller holds the proposal."""
    await _forget(db, (await db.scalars(_held(Photo.proposal_id == proposal_id))).all(), now)


async def withdraw_photos_of(db: AsyncSession, participant_id: str, since: datetime | None, *, actor: str, now: datetime) -> None:
    """Nobody but staff sees photos any more that somebody brought since then, until they agree again."""
    theirs = (Photo.participant_id == participant_id) & Photo.agreed & Photo.removed_at.is_(None)
    for photo in (await db.scalars(_held(theirs if since is None else theirs & (Photo.added_at >= since)))).all():
        photo.agreed = False
        db.add(PhotoAct(id=new_id(), photo_id=photo.id, what="disagreed", by=actor, at=now))
    await db.flush()


async def forget_practised_photos(db: AsyncSession, session_id: str, proposal_ids: Collection[str], since: datetime, now: datetime) -> None:
    """Delete what a rehearsal brought: photos of its proposals and those of staff; photos that stay are shown or hidden and described as before."""
    # Whoever brings or changes a photo holds its proposal first.
    await db.execute(select(Proposal.id).where(Proposal.session_id == session_id).order_by(Proposal.number).with_for_update())
    by_staff = or_(*(Photo.added_by.startswith(one) for one in STAFF))
    brought = (Photo.added_at >= since) & by_staff
    ids = []
    for photo in (await db.scalars(_held(Photo.session_id == session_id, or_(Photo.proposal_id.in_(proposal_ids), brought)))).all():
        ids.append(photo.id)
        for file_id in (photo.file_id, photo.thumbnail_id):
            await give_up(db, file_id, now)
    await db.execute(delete(PhotoAct).where(PhotoAct.photo_id.in_(ids)))
    await db.execute(delete(Photo).where(Photo.id.in_(ids)))
    staff = or_(*(PhotoAct.by.startswith(one) for one in STAFF))
    practised = select(PhotoAct, Photo).join(Photo, Photo.id == PhotoAct.photo_id)
    practised = practised.where(Photo.session_id == session_id, Photo.removed_at.is_(None), PhotoAct.at >= since, staff)
    for act, photo in (await db.execute(practised.order_by(PhotoAct.at.desc(), PhotoAct.id.desc()))).all():
        if act.what == "described":
            photo.alt = act.before
        elif act.what in {"shown", "hidden"}:
            photo.shown_at = since if act.what == "hidden" else None
        await db.delete(act)
    await db.flush()


async def _forget(db: AsyncSession, photos: Sequence[Photo], now: datetime) -> None:
    for photo in photos:
        photo.alt = None
        if photo.removed_at is None:
            await take_away(db, photo, now)
            db.add(PhotoAct(id=new_id(), photo_id=photo.id, what="removed", by="system", at=now))
    await db.flush()
    ids = [photo.id for photo in photos]
    await db.execute(update(PhotoAct).where(PhotoAct.photo_id.in_(ids)).values(before=None, after=None))
    await db.flush()


def _held(*where: ColumnElement[bool]) -> Select[Photo]:
    return select(Photo).where(*where).order_by(Photo.id).with_for_update()
