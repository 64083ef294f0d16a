"""The desk's work on one proposal: change, decide, publish and take back, each as a new version that nobody overwrites unseen."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from app.audit.service import Act, record
from app.database.tables import new_id
from app.errors import Conflict, FieldError, Invalid
from app.journal.service import PUBLIC, Entry, append, hold, seen
from app.proposals.capture import Words, capture
from app.proposals.choices import Reason, Via
from app.proposals.decided import keep_decisions
from app.proposals.fields import NAMES, TEXTS, snapshot
from app.proposals.listing import find, sources_of
from app.proposals.models import Proposal, ProposalSource, ProposalStatus, ProposalVersion
from app.proposals.privacy import flags_of, masked
from app.proposals.status import PUBLISHES, WITH_REASON, may_follow, reason_missing
from app.proposals.villages import village_named
from app.regions import region
from app.sessions.models import ForumSession
from app.vault import Vault

MOST_TOLD = 50
"""Messages of one proposal whose authors the room tells of a change."""


async def change(
    db: AsyncSession,
    vault: Vault,
    session: ForumSession,
    number: str,
    changes: Mapping[str, Any],
    *,
    if_version: int | None,
    actor: str,
    now: datetime,
) -> Proposal:
    """Change columns (checked values by name), `status` with `reason_code` and `reason`, or `published`; the proposal in its new version.

    A flagged one is published with `personal_masked` (covered) or `personal_checked` (as it is). Raises `web.no_version`,
    `web.stale_version`, Conflict for a step that cannot follow, Invalid with a code per wrong field. No difference is no new version.
    """
    proposal, sources = await opened(db, session, number, if_version)
    await _change(db, vault, session, [(proposal, sources, changes)], actor, now)
    return proposal


async def change_held(
    db: AsyncSession,
    vault: Vault,
    session: ForumSession,
    wanted: Sequence[tuple[Proposal, Mapping[str, Any]]],
    *,
    actor: str,
    now: datetime,
) -> None:
    """The same for many that the caller holds, with the room's log before them, in about as many statements as for one. All or none."""
    said = await sources_of(db, [one for one, _ in wanted])
    await _change(db, vault, session, [(one, said[one.id], changes) for one, changes in wanted], actor, now)


async def _change(
    db: AsyncSession,
    vault: Vault,
    session: ForumSession,
    wanted: Sequence[tuple[Proposal, Sequence[ProposalSource], Mapping[str, Any]]],
    actor: str,
    now: datetime,
) -> None:
    decided: list[Proposal] = []
    told: list[tuple[Proposal, Sequence[ProposalSource]]] = []
    acts: list[Act] = []
    for proposal, sources, changes in wanted:
        before, was = _state(proposal), (proposal.status, public_title(proposal, sources))
        _fill(proposal, session, changes)
        _flag(proposal, sources, changes)
        _step(proposal, changes, actor, now)
        _publish(proposal, sources, changes, now, stepped=proposal.status != was[0])
        after = _state(proposal)
        if after == before:
            continue
        changed = sorted(name for name in after if after[name] != before[name])
        note_version(db, proposal, actor, now)
        if {"status", "reason_code", "reason"} & set(changed):
            decided.append(proposal)
        if was != (proposal.status, public_title(proposal, sources)):
            told.append((proposal, sources))
        facts: dict[str, object] = {
            "number": proposal.number,
            "version": proposal.version,
            "fields": changed,
            "status": proposal.status.value,
        }
        acts.append(Act(actor, "proposals.changed", f"proposal:{proposal.id}", facts))
    await keep_decisions(db, session, decided)
    await tell_room_of(db, session, told, now)
    await record(db, vault, session.id, now, *acts)


@dataclass(frozen=True)
class Heard:
    """What the desk itself writes down: the words, and whose they are as far as that is known."""

    text: str
    author: str
    capacity: str | None = None
    on_behalf: str | None = None
    site_id: str | None = None


async def create(
    db: AsyncSession, vault: Vault, session: ForumSession, heard: Heard, fields: Mapping[str, Any], *, actor: str, now: datetime
) -> Proposal:
    """A proposal that the desk writes down for somebody; `fields` are checked values by name."""
    given = {**fields, **place_of(fields, session)}
    words = Words(
        source_kind="desk",
        source_id=new_id(),
        text=heard.text,
        author=heard.author,
        at=now,
        capacity=heard.capacity,
        on_behalf=heard.on_behalf,
        site_id=heard.site_id,
        via=Via.DESK,
        fields=given,
    )
    (number,) = await capture(db, session.id, [words], by=actor, now=now)
    proposal = await find(db, session.id, number)
    await record(db, vault, session.id, now, Act(actor, "proposals.created", f"proposal:{proposal.id}", {"number": number}))
    return proposal


async def opened(db: AsyncSession, session: ForumSession, number: str, if_version: int | None) -> tuple[Proposal, list[ProposalSource]]:
    """Lock the room's log, then the proposal, and compare the version that the editor saw."""
    if if_version is None:
        raise Conflict("web.no_version")
    await hold(db, session.room, PUBLIC)
    proposal = await find(db, session.id, number, lock=True)
    if proposal.version != if_version:
        raise Conflict("web.stale_version", version=proposal.version)
    return proposal, (await sources_of(db, [proposal]))[proposal.id]


def note_version(db: AsyncSession, proposal: Proposal, actor: str, now: datetime, *, note: str | None = None) -> None:
    """Append how the proposal stands now as its next version."""
    proposal.version += 1
    fields = snapshot({name: getattr(proposal, name) for name in (*NAMES, "status", "reason_code", "reason")})
    db.add(ProposalVersion(proposal_id=proposal.id, version=proposal.version, fields=fields, by=actor, note=note, at=now))


async def tell_room(db: AsyncSession, session: ForumSession, proposal: Proposal, sources: Sequence[ProposalSource], now: datetime) -> None:
    """Append the new status to the log of the room, for each message it comes from that the room has seen; the title only when public."""
    await tell_room_of(db, session, [(proposal, sources)], now)


async def tell_room_of(
    db: AsyncSession, session: ForumSession, told: Sequence[tuple[Proposal, Sequence[ProposalSource]]], now: datetime
) -> None:
    """The same for many."""
    if not told:
        return
    said = [(one, sources, _messages(sources)) for one, sources in told]
    every = sorted({id_ for *_, messages in said for id_ in messages})
    known = await seen(db, session.room, PUBLIC, every) if every else set()
    entries: list[Entry] = []
    for one, sources, messages in said:
        value = {"number": one.number, "status": one.status.value}
        if title := public_title(one, sources):
            value["title"] = title
        entries += [Entry({"t": "upd", "id": id_, "op": "proposal", "v": value}, id_) for id_ in messages if id_ in known]
    await append(db, session.room, PUBLIC, entries, now)


def _messages(sources: Sequence[ProposalSource]) -> list[str]:
    return [source.source_id for source in sources if source.kind == "message" and not source.gone][:MOST_TOLD]


def public_title(proposal: Proposal, sources: Sequence[ProposalSource]) -> str | None:
    """The title as the public reads it; None while the proposal is not public."""
    if proposal.published_at is None:
        return None
    return covered(proposal, sources)(proposal.title)


def covered(proposal: Proposal, sources: Sequence[ProposalSource]) -> Callable[[str], str]:
    """A function that covers personal data in a text of this proposal, unless somebody looked and found it in order."""
    if not proposal.flags or proposal.personal_checked_at is not None:
        return lambda text: text
    names = hidden_names(proposal, sources)
    return lambda text: masked(text, names)


def hidden_names(proposal: Proposal, sources: Sequence[ProposalSource]) -> list[str]:
    """Names of speakers who did not agree to be named."""
    names = [source.author for source in sources if not source.name_public]
    return names if proposal.name_public else [*names, proposal.proposer]


def reflag(proposal: Proposal, sources: Sequence[ProposalSource]) -> bool:
    """Look again for what must not be public; what was not there before covers the texts until somebody looks. Whether it changed."""
    texts = [*(source.text for source in sources), *(getattr(proposal, name) for name in TEXTS), proposal.reason]
    flags = flags_of(texts, hidden_names(proposal, sources))
    if flags == proposal.flags:
        return False
    if set(flags) - set(proposal.flags):
        proposal.personal_checked_at = None
    proposal.flags = flags
    return True


def _state(proposal: Proposal) -> dict[str, Any]:
    names = (*NAMES, "status", "reason_code", "reason")
    state = {name: getattr(proposal, name) for name in names}
    return {**state, "published": proposal.published_at is not None, "personal_checked": proposal.personal_checked_at is not None}


def _fill(proposal: Proposal, session: ForumSession, changes: Mapping[str, Any]) -> None:
    given = {name: changes[name] for name in NAMES if name in changes}
    wrong = [FieldError("title", "field.required")] if "title" in given and not given["title"] else []
    try:
        given |= place_of(given, session)
    except Invalid as place:
        wrong += place.errors
    if wrong:
        raise Invalid(*wrong)
    for name, value in given.items():
        empty: object = [] if name in {"rt", "rw"} else None
        setattr(proposal, name, empty if value in (None, "", []) else value)


def place_of(given: Mapping[str, Any], session: ForumSession) -> dict[str, Any]:
    """Code and name of the village that was chosen by either; Invalid when the forum's region has no such village."""
    if code := given.get("village_code"):
        found = region(code)
        if found is None or not code.startswith(session.region_code):
            raise Invalid(FieldError("village_code", "proposals.unknown_village"))
        return {"village_code": code, "village": found.name}
    if name := given.get("village"):
        found = village_named(name, session.region_code)
        if found is None:
            raise Invalid(FieldError("village", "proposals.unknown_village"))
        return {"village_code": found.code, "village": found.name}
    return {"village_code": None, "village": None} if {"village", "village_code"} & set(given) else {}


def _flag(proposal: Proposal, sources: Sequence[ProposalSource], changes: Mapping[str, Any]) -> None:
    if {*TEXTS, "reason"} & set(changes):
        reflag(proposal, sources)


def _step(proposal: Proposal, changes: Mapping[str, Any], actor: str, now: datetime) -> None:
    status = ProposalStatus(changes.get("status") or proposal.status)
    if not may_follow(proposal.status, status):
        raise Conflict("proposals.wrong_step", status=proposal.status.value)
    if status in WITH_REASON:
        code, words = changes.get("reason_code", proposal.reason_code), changes.get("reason", proposal.reason)
        if missing := reason_missing(status, Reason(code) if code else None, words):
            raise Invalid(FieldError(missing, "proposals.no_reason" if missing == "reason_code" else "field.required"))
        proposal.reason_code, proposal.reason = Reason(code).value, words or None
    elif status != proposal.status:
        proposal.reason_code, proposal.reason = None, changes.get("reason") or None
    if status == ProposalStatus.VERIFIED and proposal.status != status:
        proposal.verified_at, proposal.verified_by = now, actor
    proposal.status = status


def _publish(proposal: Proposal, sources: Sequence[ProposalSource], changes: Mapping[str, Any], now: datetime, *, stepped: bool) -> None:
    if changes.get("personal_checked"):
        proposal.personal_checked_at = now
    elif changes.get("personal_masked"):
        proposal.personal_checked_at = None
    looked = bool(changes.get("personal_masked")) or proposal.personal_checked_at is not None
    wish = changes.get("published")
    if wish is True and proposal.published_at is None:
        if proposal.flags and not looked:
            raise Invalid(FieldError("published", "proposals.personal_unchecked"))
        proposal.published_at, proposal.published_before = now, None
    elif wish is False:
        proposal.published_at, proposal.published_before = None, None
    elif wish is None and stepped and proposal.status in PUBLISHES and proposal.published_at is None:
        in_order = (looked or not proposal.flags) and not any(source.gone for source in sources)
        proposal.published_at = now if in_order else None
