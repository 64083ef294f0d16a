"""Forms keyed in: each row of the grid becomes one proposal, exactly once however often it is sent, and can be corrected until the desk takes over."""

import hashlib
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field
from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from app.audit.service import Act, record
from app.database.tables import canonical
from app.errors import Conflict, FieldError, Invalid, NotFound
from app.papers.models import PaperForm
from app.papers.numbers import hall_of, typed_number
from app.papers.written import neighbourhoods, typed_sector, written_moment
from app.proposals.capture import Words, capture
from app.proposals.choices import Via
from app.proposals.fields import LONG, SHORT, TITLE, Content, Line, clean
from app.proposals.listing import find, sources_of
from app.proposals.models import Proposal, ProposalStatus, ProposalVersion
from app.proposals.sectors import Sector
from app.proposals.service import note_version, reflag
from app.sessions.models import ForumSession
from app.sessions.rehearsing import refuse_practised
from app.vault import Vault
from app.web.problems import CodedValueError

SOURCE = "paper"
"""The kind of a proposal's source that was a form; its id is that of the row."""
NAMELESS = "Warga"


class FormFields(Content):
    """A row of the grid as it was typed; `written` is the time on the paper in words, read with the session's day.

    `seen` is the version that a row being corrected had when it was shown.
    """

    model_config = ConfigDict(extra="ignore")

    number: Annotated[str, AfterValidator(typed_number), Field(max_length=40)] | None = None
    site: Annotated[Line, Field(max_length=40)] | None = None
    name: Annotated[Line, Field(max_length=SHORT)] | None = None
    rt_rw: Annotated[tuple[list[int], list[int]], BeforeValidator(neighbourhoods)] | None = None
    title: Annotated[Line, Field(min_length=1, max_length=TITLE)]
    text: Annotated[str, AfterValidator(clean), Field(max_length=LONG)] | None = None
    location: Annotated[Line, Field(max_length=SHORT)] | None = None
    written: Annotated[Line, Field(max_length=40)] | None = None
    sector: Annotated[Sector, BeforeValidator(typed_sector)] | None = None
    seen: Annotated[int, Field(ge=1, le=2**31 - 1)] | None = None


@dataclass(frozen=True)
class Keyed:
    """A form as it is now stored: the number of its proposal, and whether this call changed anything."""

    form: PaperForm
    proposal: str
    changed: bool


@dataclass(frozen=True)
class KeyedRow:
    """A form with its proposal, to be shown in the grid."""

    form: PaperForm
    proposal: Proposal

    @property
    def open(self) -> bool:
        """Whether the row may still be corrected here: nobody at the desk has changed the proposal."""
        return self.proposal.version == self.form.version and self.proposal.status == ProposalStatus.NEW


async def key_in(
    db: AsyncSession,
    vault: Vault,
    session: ForumSession,
    row_id: str,
    fields: FormFields,
    site_id: str | None,
    *,
    within: Collection[str] | None,
    actor: str,
    now: datetime,
    typed_at: datetime | None = None,
) -> Keyed:
    """Store a row under its id: a new one becomes a proposal, the same again changes nothing, another content corrects it.

    Without a hall the form's printed number gives it. Invalid for a wrong time or a number that another row has; Conflict
    `papers.taken_over` once the desk has changed the proposal, `papers.changed_beside` (with the `version` to see next) when a colleague
    has corrected the row since it was shown; NotFound for a row of another session, or of a hall not `within` reach.
    Gone `rehearsal.practised` for what a browser kept from a rehearsal that has been wiped: `typed_at` is its own time, none: just now.
    """
    await refuse_practised(db, session.id, typed_at)
    written = _written(fields, session, now)
    site_id = site_id or await hall_of(db, session.id, fields.number)
    body = _body_hash(fields, site_id, written)
    form = await _held(db, session, row_id, fields, actor=actor, now=now)
    if form.proposal_id is None:
        number = await _capture(db, session, form, fields, site_id, written, actor=actor, now=now)
        act = "papers.form_keyed"
    else:
        if within is not None and form.site_id not in within:
            raise NotFound("papers.unknown_row")
        proposal = await _present(db, form)
        if form.body_hash == body:
            return Keyed(form, proposal.number, changed=False)
        if proposal.version != form.version or proposal.status != ProposalStatus.NEW:
            raise Conflict("papers.taken_over", number=proposal.number)
        if fields.seen not in {None, form.version} and await _changed_by_another(db, proposal, actor):
            raise Conflict("papers.changed_beside", number=proposal.number, version=form.version)
        await _correct(db, proposal, fields, site_id, written, actor=actor, now=now)
        number, act = proposal.number, "papers.form_corrected"
        form.version = proposal.version
    form.number, form.site_id, form.body_hash, form.written_at, form.changed_at = fields.number, site_id, body, written, now
    await db.flush()
    facts: dict[str, object] = {"row": form.id, "form": form.number, "number": number, "site": site_id}
    await record(db, vault, session.id, now, Act(actor, act, f"proposal:{form.proposal_id}", facts))
    return Keyed(form, number, changed=True)


async def keyed_rows(
    db: AsyncSession, session_id: str, *, within: Collection[str] | None = None, row_id: str | None = None, most: int
) -> list[KeyedRow]:
    """The forms keyed in last, oldest of them first; of these halls only, or the one of this id only, when they are given."""
    wanted = select(PaperForm, Proposal).join(Proposal, Proposal.id == PaperForm.proposal_id).where(PaperForm.session_id == session_id)
    if within is not None:
        wanted = wanted.where(PaperForm.site_id.in_(within))
    if row_id is not None:
        wanted = wanted.where(PaperForm.id == row_id)
    rows = (await db.execute(wanted.order_by(PaperForm.keyed_at.desc(), PaperForm.id.desc()).limit(most))).all()
    return [KeyedRow(form, proposal) for form, proposal in rows[::-1]]


def _body_hash(fields: FormFields, site_id: str | None, written: datetime | None) -> str:
    """What a row says, however it was typed: shown again and sent back it is the same."""
    said = fields.model_dump(mode="json", exclude={"site", "written", "name", "seen"})
    return hashlib.sha256(canonical([said, fields.name or NAMELESS, site_id, written and written.isoformat()])).hexdigest()


def _written(fields: FormFields, session: ForumSession, now: datetime) -> datetime | None:
    if not fields.written:
        return None
    day = min(session.starts_at, now).astimezone(ZoneInfo(session.zone)).date()
    try:
        return written_moment(fields.written, day, session.zone, now)
    except CodedValueError as wrong:
        raise Invalid(FieldError("written", wrong.code, wrong.facts)) from None


async def _held(db: AsyncSession, session: ForumSession, row_id: str, fields: FormFields, *, actor: str, now: datetime) -> PaperForm:
    """The row, made when it is new and locked either way: two presses at once act one after the other."""
    if fields.number:
        # Rows at the same moment look for the number one after the other, whether they are new or corrected.
        await db.execute(select(ForumSession.id).where(ForumSession.id == session.id).with_for_update(key_share=True))
        same = select(PaperForm.id).where(PaperForm.session_id == session.id, PaperForm.number == fields.number, PaperForm.id != row_id)
        if await db.scalar(same) is not None:
            raise Invalid(FieldError("number", "papers.number_taken"))
    insert = sqlite.insert if db.get_bind().dialect.name == "sqlite" else postgresql.insert
    fresh = insert(PaperForm).values(
        id=row_id, session_id=session.id, number=fields.number, body_hash="", version=1, keyed_at=now, keyed_by=actor, changed_at=now
    )
    await db.execute(fresh.on_conflict_do_nothing())
    form = await db.get(PaperForm, row_id, with_for_update=True, populate_existing=True)
    if form is None:
        # Another row took the number between the look and the insert.
        raise Invalid(FieldError("number", "papers.number_taken"))
    if form.session_id != session.id:
        raise NotFound("papers.unknown_row")
    return form


async def _capture(
    db: AsyncSession,
    session: ForumSession,
    form: PaperForm,
    fields: FormFields,
    site_id: str | None,
    written: datetime | None,
    *,
    actor: str,
    now: datetime,
) -> str:
    words = Words(
        source_kind=SOURCE,
        source_id=form.id,
        text=fields.text or fields.title,
        author=fields.name or NAMELESS,
        at=written or now,
        site_id=site_id,
        via=Via.PAPER,
        fields=_columns(fields),
    )
    (number,) = await capture(db, session.id, [words], by=actor, now=now)
    form.proposal_id = (await find(db, session.id, number)).id
    return number


async def _present(db: AsyncSession, form: PaperForm) -> Proposal:
    return await db.get_one(Proposal, form.proposal_id, with_for_update=True, populate_existing=True)


async def _changed_by_another(db: AsyncSession, proposal: Proposal, actor: str) -> bool:
    """Whether the last hand on it was a colleague's; one's own, whose answer was lost on the way, stands in nobody's way."""
    last = await db.get_one(ProposalVersion, (proposal.id, proposal.version))
    return last.by != actor


async def _correct(
    db: AsyncSession, proposal: Proposal, fields: FormFields, site_id: str | None, written: datetime | None, *, actor: str, now: datetime
) -> None:
    """What was keyed wrongly is put right: in the proposal, in the words it came with, and as its next version."""
    sources = (await sources_of(db, [proposal]))[proposal.id]
    for source in sources:
        if source.kind == SOURCE:
            source.text, source.author, source.site_id = fields.text or fields.title, fields.name or NAMELESS, site_id
            source.at = written or source.at
    for name, value in _columns(fields).items():
        setattr(proposal, name, value)
    proposal.proposer, proposal.site_id = fields.name or NAMELESS, site_id
    reflag(proposal, sources)
    note_version(db, proposal, actor, now)


def _columns(fields: FormFields) -> dict[str, Any]:
    """The columns of the proposal, every one that the grid can fill."""
    rt, rw = fields.rt_rw or ([], [])
    return {
        "title": fields.title,
        "problem": fields.text,
        "action": fields.action,
        "sector": fields.sector,
        "rt": rt,
        "rw": rw,
        "landmark": fields.location,
        "quantity": fields.quantity,
        "unit": fields.unit,
    }
