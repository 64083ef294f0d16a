"""Taking somebody out of final records: of frozen data only where they name people, of annex I their rows, and of the files those that named them.

A row that was emptied has no salt: its digest in the frozen data can then neither be checked nor tried out with a guessed name or phone.
"""

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.kept.models import KeptFile, KeptState, Purpose
from app.kept.service import give_up
from app.record.difference import ABSENT, DELEGATE, SIGNER
from app.record.models import RecordAttendee, RecordObjection, RecordVersion, RecordWindow
from app.vault import Vault

FREE = ("opening", "closing", "reason")
"""Texts of the source data that staff wrote freely."""


def without(
    said: Mapping[str, Any], is_called: Callable[[object], bool], pseudonym: str, out_of: Callable[[str], str] = str
) -> dict[str, Any]:
    """Source data with the pseudonym for somebody's whole name as chair, signer or delegate; titles, places and addresses stay. Pure.

    `out_of` takes them out of what staff wrote freely: the texts around the lists, the reason of an addendum, answers to objections.
    """
    if not said:
        return {}

    def of(name: str) -> str:
        return pseudonym if is_called(name) else name

    def listed(told: str) -> str:
        name, sign, element = told.partition("; ")
        return told if told == ABSENT else f"{of(name)}{sign}{element}"

    new = {
        **said,
        "chair": [said["chair"][0], of(said["chair"][1]), *said["chair"][2:]],
        "signers": [[role, of(name), *below] for role, name, *below in said["signers"]],
        "delegates": [[of(name), *element] for name, *element in said["delegates"]],
        "agreed": [[ordinal, _freed(said, _unnamed(said, text, is_called, pseudonym), out_of)] for ordinal, text in said["agreed"]],
        **{name: _freed(said, said[name], out_of) for name in FREE if name in said},
    }
    if "heard" in said:
        new["heard"] = [_freed(said, one, out_of) for one in said["heard"]]
    if "changes" in said:
        new["changes"] = [[*one[:3], *map(listed, one[3:])] if one[2] in {DELEGATE, SIGNER} else one for one in said["changes"]]
    if "corrections" in said:
        told = said["corrections"]
        new["corrections"] = {**told, "answers": [[*one[:-1], out_of(one[-1])] for one in told["answers"]]}
    return new


def _unnamed(said: Mapping[str, Any], text: str, is_called: Callable[[object], bool], pseudonym: str) -> str:
    """A decision without the names of delegates; a forum or a place that holds the same word is passed over."""
    gone = [name for name, *_ in said["delegates"] if is_called(name)]
    if not gone:
        return text
    passed, names = (_any_of(group) for group in (_stays(said), gone))
    pattern = rf"(?<!\w)(?:(?:{passed})|(?P<name>{names}))(?!\w)"
    return re.sub(pattern, lambda found: pseudonym if found["name"] else found[0], text, flags=re.IGNORECASE)


def _freed(said: Mapping[str, Any], text: str, out_of: Callable[[str], str]) -> str:
    """A text of staff without somebody, but for the names of the forum and of places in it."""
    passed = _any_of(_stays(said))
    pieces = re.split(rf"(?<!\w)({passed})(?!\w)", text, flags=re.IGNORECASE) if passed else [text]
    return "".join(piece if at % 2 else out_of(piece) for at, piece in enumerate(pieces))


def _stays(said: Mapping[str, Any]) -> list[str]:
    """What an erasure passes over: the forum, its offices and places."""
    return [str(said.get(key) or "") for key in ("forum", "region", "office", "unit", "place")] + [
        str(one[-1]) for one in said.get("held", ())
    ]


def _any_of(words: Sequence[str]) -> str:
    return "|".join(re.escape(one) for one in sorted(filter(None, words), key=len, reverse=True))


async def forget_attendee(db: AsyncSession, ids: Collection[str], is_theirs: Callable[[str], bool], pseudonym: str, now: datetime) -> None:
    """Empty the rows of annex I of somebody who stands under these ids, where the name is theirs, and give up the files that hold them."""
    rows = select(RecordAttendee).where(RecordAttendee.participant_id.in_(ids)).order_by(RecordAttendee.id).with_for_update()
    theirs = [row for row in await db.scalars(rows) if is_theirs(row.name)]
    for row in theirs:
        row.name, row.institution, row.contact, row.salt = pseudonym, None, None, ""
    await db.flush()
    await give_up_files(db, [row.version_id for row in theirs], now)


async def forget_contacts(db: AsyncSession, session_id: str, now: datetime) -> None:
    """Remove every address and phone from annex I of a session, give up the files that hold them, what was objected and answered, and the drafts that were shown."""
    rows = select(RecordAttendee).where(RecordAttendee.session_id == session_id, RecordAttendee.contact.is_not(None))
    held = (await db.scalars(rows.order_by(RecordAttendee.id).with_for_update())).all()
    for row in held:
        row.contact, row.salt = None, ""
    # People write there what they are called and where they live.
    await db.execute(update(RecordObjection).where(RecordObjection.session_id == session_id).values(text=None, answer=None))
    # The drafts that were shown are no record; those who objected to them have nothing left to compare.
    await db.execute(update(RecordWindow).where(RecordWindow.session_id == session_id).values(source={}))
    await db.flush()
    await give_up_files(db, [row.version_id for row in held], now)


async def give_up_files(db: AsyncSession, version_ids: Sequence[str], now: datetime) -> None:
    """The files that were made of these versions open nothing any more and are made anew when they are wanted; signed ones stay."""
    for version in await db.scalars(select(RecordVersion).where(RecordVersion.id.in_(set(version_ids))).order_by(RecordVersion.id)):
        made = (KeptFile.session_id == version.session_id, KeptFile.purpose == Purpose.RECORD, KeptFile.state != KeptState.GONE)
        # Those that are still being made are no file of the version yet.
        for file in (await db.scalars(select(KeptFile).where(*made).order_by(KeptFile.id))).all():
            if file.options.get("version") == version.number:
                await give_up(db, file.id, now)


async def forget_own_objections(db: AsyncSession, theirs: ColumnElement[bool]) -> None:
    """Empty somebody's objections and what was answered to them."""
    await db.execute(update(RecordObjection).where(theirs).values(text=None, answer=None))


async def forget_in_objections(db: AsyncSession, vault: Vault, session_id: str, out_of: Callable[[str], str]) -> None:
    """Take somebody out of what others objected and were answered; their own words go with their rows."""
    rows = select(RecordObjection).where(RecordObjection.session_id == session_id).order_by(RecordObjection.id).with_for_update()
    for row in await db.scalars(rows):
        for name in ("text", "answer"):
            said = vault.open(getattr(row, name), "record_objections", name, row.id)
            if said and (clean := out_of(said)) != said:
                setattr(row, name, vault.seal(clean, "record_objections", name, row.id))
    await db.flush()
