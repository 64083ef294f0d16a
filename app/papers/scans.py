"""Scans of signed papers: taken in, listed, given out, and taken away with a reason."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import IO

from anyio import to_thread
from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.audit.service import Act, record
from app.database.engine import Database
from app.database.tables import new_id
from app.errors import Conflict, FieldError, Invalid, NotFound
from app.invitations.models import Seat, SeatState
from app.kept.arriving import judged
from app.kept.models import KeptFile, KeptState, Purpose
from app.kept.service import Wanted, begin, fill, finish, give_up
from app.papers.models import PaperForm, Scan, ScanKind
from app.participants.models import Attendance
from app.sessions.models import ForumSession
from app.vault import Vault

MOST_SCANS = 200
"""Scans of one session: twelve halls with their sheets, records and a stack of forms, and room to spare."""


@dataclass(frozen=True)
class Paper:
    """What a scan shows, as whoever brings it says."""

    kind: ScanKind
    site_id: str | None
    note: str


@dataclass(frozen=True)
class KeptScan:
    """A scan with its file."""

    scan: Scan
    file: KeptFile


async def add_scan(
    database: Database, vault: Vault, session: ForumSession, paper: Paper, content: IO[bytes], *, actor: str, now: datetime
) -> Scan:
    """Take a scan in. Invalid (field `file`) for what is empty, too large, of another kind or cut off; Conflict `papers.too_many_scans`."""
    kind = await to_thread.run_sync(judged, content)
    async with database.write() as db:
        if await count_scans(db, session.id) >= MOST_SCANS:
            raise Conflict("papers.too_many_scans", most=MOST_SCANS)
        name = f"{paper.kind.value}-{new_id()[:8]}.{kind.suffix}"
        file = await begin(db, Wanted(session.id, Purpose.SCAN, name, kind.media_type, {}), actor=actor, now=now)
    size, sha256 = await fill(database, vault, file.id, content)
    async with database.write() as db:
        await _not_twice(db, session.id, sha256)
        await finish(db, file.id, size, sha256, now=now, until=None)
        scan = Scan(
            id=new_id(),
            session_id=session.id,
            file_id=file.id,
            site_id=paper.site_id,
            kind=paper.kind,
            note=paper.note,
            added_by=actor,
            added_at=now,
        )
        db.add(scan)
        await db.flush()
        facts: dict[str, object] = {"kind": paper.kind.value, "site": paper.site_id, "bytes": size, "sha256": sha256}
        await record(db, vault, session.id, now, Act(actor, "papers.scan_added", f"scan:{scan.id}", facts))
    return scan


async def scans_of(db: AsyncSession, session_id: str, *, removed: bool = False) -> list[KeptScan]:
    """The scans of a session in the order in which they came; with `removed` those that were taken away."""
    wanted = select(Scan, KeptFile).join(KeptFile, KeptFile.id == Scan.file_id).where(Scan.session_id == session_id)
    there = Scan.removed_at.is_not(None) if removed else Scan.removed_at.is_(None)
    rows = await db.execute(wanted.where(there).order_by(Scan.added_at, Scan.id))
    return [KeptScan(scan, file) for scan, file in rows]


async def count_scans(db: AsyncSession, session_id: str) -> int:
    """How many scans of a session are there."""
    count = select(func.count()).select_from(Scan).where(Scan.session_id == session_id, Scan.removed_at.is_(None))
    return int(await db.scalar(count) or 0)


async def scan_taken(db: AsyncSession, vault: Vault, session_id: str, scan_id: str, *, actor: str, now: datetime) -> KeptScan:
    """A scan that is about to be given out; that it was is recorded. NotFound for one that is not there."""
    found = await _scan(db, session_id, scan_id)
    await record(db, vault, session_id, now, Act(actor, "papers.scan_taken", f"scan:{scan_id}", {}))
    return found


async def remove_scan(db: AsyncSession, vault: Vault, session_id: str, scan_id: str, reason: str, *, actor: str, now: datetime) -> Scan:
    """Take a scan away: its content is deleted, that it was there and why it went stays. Invalid without a reason."""
    if not reason:
        raise Invalid(FieldError("reason", "field.required"))
    scan = (await _scan(db, session_id, scan_id, lock=True)).scan
    scan.removed_by, scan.removed_at, scan.removed_why = actor, now, reason
    await give_up(db, scan.file_id, now)
    await record(db, vault, session_id, now, Act(actor, "papers.scan_removed", f"scan:{scan.id}", {"kind": scan.kind.value}))
    return scan


async def forget_scans(db: AsyncSession, session_id: str, since: datetime, now: datetime) -> None:
    """Delete the scans that were brought since a moment, as if they had never been: those of a rehearsal."""
    file_ids = (await db.scalars(select(Scan.file_id).where(Scan.session_id == session_id, Scan.added_at >= since).order_by(Scan.id))).all()
    for file_id in file_ids:
        await give_up(db, file_id, now)
    await db.execute(delete(Scan).where(Scan.file_id.in_(file_ids)))


async def unsigned_halls(db: AsyncSession, session_id: str, scans: Sequence[KeptScan]) -> list[str]:
    """The ids of halls in which somebody was, or has a seat, or wrote on paper, and of which no signed attendance sheet is there."""
    used: set[str | None] = set()
    for table in (Attendance, Seat, PaperForm):
        wanted = select(table.site_id).where(table.session_id == session_id, table.site_id.is_not(None)).distinct()
        used |= set(await db.scalars(wanted.where(Seat.state == SeatState.ACTIVE) if table is Seat else wanted))
    signed = {one.scan.site_id for one in scans if one.scan.kind == ScanKind.ATTENDANCE}
    return sorted(site_id for site_id in used - signed if site_id)


async def _scan(db: AsyncSession, session_id: str, scan_id: str, *, lock: bool = False) -> KeptScan:
    scan = await db.get(Scan, scan_id, with_for_update=lock or None, populate_existing=lock)
    if scan is None or scan.session_id != session_id or scan.removed_at is not None:
        raise NotFound("papers.unknown_scan")
    return KeptScan(scan, await db.get_one(KeptFile, scan.file_id))


async def _not_twice(db: AsyncSession, session_id: str, sha256: str) -> None:
    """The same file a second time is a double click or a mistake; what was written of it is deleted by its job."""
    # Two presses at once look one after the other.
    await db.execute(select(ForumSession.id).where(ForumSession.id == session_id).with_for_update(key_share=True))
    same = select(Scan.id).join(KeptFile, KeptFile.id == Scan.file_id)
    same = same.where(Scan.session_id == session_id, Scan.removed_at.is_(None), KeptFile.sha256 == sha256, KeptFile.state == KeptState.KEPT)
    if await db.scalar(same.limit(1)) is not None:
        raise Invalid(FieldError("file", "papers.scan_twice"))
