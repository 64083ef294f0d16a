"""Annex I as it is frozen: a salted digest of each row in the source data, and the people in rows of their own, contacts sealed."""

import hashlib
import secrets
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.database.tables import new_id
from app.record.models import RecordAttendee, RecordVersion
from app.record.source import Attendee
from app.vault import Vault, VaultProblem

MOST_SEEN = 500
"""Versions whose annex was looked at since the process began."""


@dataclass(frozen=True)
class SealedRow:
    """A row of annex I ready to be stored."""

    id: str
    attendee: Attendee
    contact: bytes | None
    salt: str
    digest: str


def sealed_rows(vault: Vault, attendees: Sequence[Attendee]) -> list[SealedRow]:
    """The rows with salt, digest and sealed contact. To be made before the transaction that stores them: a thousand take a while."""
    found = []
    for one in attendees:
        row_id, salt = new_id(), secrets.token_hex(16)
        contact = vault.seal(one.contact, "record_attendees", "contact", row_id) if one.contact else None
        found.append(SealedRow(row_id, one, contact, salt, one.digest(salt)))
    return found


async def store_rows(db: AsyncSession, version: RecordVersion, rows: Sequence[SealedRow]) -> None:
    """Keep them under a version that is in the database."""
    if rows:
        await db.execute(insert(RecordAttendee), [_columns(version, at, one) for at, one in enumerate(rows, 1)])


def _columns(version: RecordVersion, position: int, row: SealedRow) -> dict[str, object]:
    return {
        "id": row.id,
        "session_id": version.session_id,
        "version_id": version.id,
        "participant_id": row.attendee.participant_id,
        "position": position,
        "name": row.attendee.name,
        "institution": row.attendee.institution or None,
        "contact": row.contact,
        "remark": row.attendee.remark,
        "salt": row.salt,
        "digest": row.digest,
    }


async def attendees_of(db: AsyncSession, vault: Vault, version: RecordVersion) -> list[Attendee]:
    """Annex I as it was frozen, without what was forgotten since."""
    return [_attendee(vault, one) for one in await attendance_of(db, version)]


async def attendance_of(db: AsyncSession, version: RecordVersion) -> list[RecordAttendee]:
    """The rows of annex I in their order."""
    wanted = select(RecordAttendee).where(RecordAttendee.version_id == version.id)
    return list(await db.scalars(wanted.order_by(RecordAttendee.position)))


def attendance_whole(vault: Vault, version: RecordVersion, rows: Sequence[RecordAttendee]) -> bool:
    """Whether annex I has the rows that the source data hold digests of, in their order; an emptied row cannot be computed anew and passes.

    Rows that are stored as they were at an earlier look are not opened again.
    """
    frozen: Any = version.source["attendance"]
    if [one.digest for one in rows] != frozen:
        return False
    stored = _stored(version, rows)
    if stored not in _seen:
        _seen[stored] = all(_as_frozen(vault, one) for one in rows)
        while len(_seen) > MOST_SEEN:
            _seen.popitem(last=False)
    return _seen[stored]


_seen: OrderedDict[bytes, bool] = OrderedDict()


def _stored(version: RecordVersion, rows: Sequence[RecordAttendee]) -> bytes:
    """What the rows hold, contacts as they are sealed: no two rows that differ in anything have it."""
    told = hashlib.sha256(version.id.encode())
    for one in rows:
        cells = (one.id, one.name, one.institution or "", one.remark, one.salt, one.digest)
        for part in (*(cell.encode("utf-8", "surrogatepass") for cell in cells), one.contact or b""):
            told.update(len(part).to_bytes(8, "big") + part)
    return told.digest()


def _as_frozen(vault: Vault, row: RecordAttendee) -> bool:
    if not row.salt:
        return True
    try:
        return _attendee(vault, row).digest(row.salt) == row.digest
    except VaultProblem:
        return False


def _attendee(vault: Vault, row: RecordAttendee) -> Attendee:
    contact = vault.open(row.contact, "record_attendees", "contact", row.id) or ""
    return Attendee(row.participant_id, row.name, row.institution or "", contact, row.remark)
