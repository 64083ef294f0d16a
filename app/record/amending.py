"""Adding to a final record: what changed since the last version is frozen as the next one; the versions before stay as they are."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from app.errors import Conflict, FieldError, Invalid
from app.record.difference import Change, differences
from app.record.final import Prepared, freeze, hold, must_be_as_read, versions_of
from app.record.models import RecordVersion
from app.record.wording import AMENDED, AMENDED_CLOSING, day_in_words, day_of, filled, place_of
from app.sessions.models import ForumSession
from app.settings import Settings
from app.vault import Vault


@dataclass(frozen=True)
class Amendment:
    """What staff write on an addendum: its own number, its day (ISO), and why."""

    number: str
    dated_on: str
    reason: str


def changes_since(prepared: Prepared) -> list[Change]:
    """What an addendum would say; nothing while there is no final record."""
    return differences(prepared.versions[-1].source, prepared.gathered.source) if prepared.versions else []


async def add_addendum(
    db: AsyncSession,
    vault: Vault,
    settings: Settings,
    session: ForumSession,
    prepared: Prepared,
    amendment: Amendment,
    *,
    actor: str,
    now: datetime,
) -> RecordVersion:
    """Freeze what changed since the last version as the next one.

    Invalid (field `number`) `record.number_taken` when a version has the number already, and for a place or chair that was emptied;
    Conflict `record.not_final` before there is one, `record.no_difference`, `record.changed_meanwhile`.
    """
    if not prepared.versions:
        raise Conflict("record.not_final")
    source = prepared.gathered.source
    told = {"place": place_of(source), "chair_name": source["chair"][1]}
    if wrong := [FieldError(name, "field.required") for name, value in told.items() if not value]:
        raise Invalid(*wrong)
    changes = changes_since(prepared)
    if not changes:
        raise Conflict("record.no_difference")
    if _folded(amendment.number) in {_folded(str(one.source["number"])) for one in prepared.versions}:
        raise Invalid(FieldError("number", "record.number_taken"))
    await hold(db, session)
    await must_be_as_read(db, session, prepared)
    if len(await versions_of(db, session.id)) != len(prepared.versions):
        raise Conflict("record.changed_meanwhile")
    frozen = amended(source, prepared.versions, amendment, changes)
    return await freeze(db, vault, settings, session, frozen, (), actor=actor, now=now)


def _folded(number: str) -> str:
    """A register number as a clerk tells two apart."""
    return "".join(number.split()).casefold()


def chained(versions: Sequence[RecordVersion]) -> bool:
    """Whether each addendum names the hash of the version before it and the number of the first, and none is missing between. Pure."""
    told = [(one.number, one.source.get("previous"), one.source.get("first")) for one in versions]
    first = [versions[0].source["number"], versions[0].source["day"]] if versions else []
    return (
        told
        == [(at, before.sha256 if before else None, first if before else None) for at, before in enumerate([None, *versions[:-1]], 1)][
            : len(told)
        ]
    )


def amended(
    now_said: Mapping[str, Any], versions: Sequence[RecordVersion], amendment: Amendment, changes: Sequence[Change]
) -> dict[str, Any]:
    """The source data of an addendum to these versions. Pure."""
    first = versions[0].source
    day = date.fromisoformat(amendment.dated_on)
    given = {
        "hari_tanggal": day_in_words(day),
        "forum": str(now_said["forum"]),
        "nomor_semula": str(first["number"]),
        "tanggal_semula": str(first["day"]),
        "alasan": amendment.reason,
    }
    return {
        **now_said,
        "number": amendment.number,
        "dated_on": amendment.dated_on,
        "day": day_of(day),
        "opening": filled(AMENDED, given),
        "heard": [],
        "held": [],
        "place": place_of(now_said),
        "agreed": [],
        "closing": AMENDED_CLOSING,
        "reason": amendment.reason,
        "changes": [list(asdict(one).values()) for one in changes],
        "previous": versions[-1].sha256,
        "first": [first["number"], first["day"]],
    }
