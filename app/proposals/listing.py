"""Finding proposals: one by its number, many by filters, in the order of their numbers."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import ColumnElement, Text, and_, case, cast, exists, func, literal, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from app.errors import NotFound
from app.proposals.agencies import one_each
from app.proposals.dapil import Dapil, dapils_of
from app.proposals.models import Proposal, ProposalSource, ProposalStatus, ProposalVersion, Response
from app.sessions.models import ForumSession, SessionState

_NUMBER = re.compile(r"[A-Z0-9-]{1,30}")
_Before = aliased(Proposal)
JOINED = (ProposalStatus.MERGED, ProposalStatus.SPLIT)


@dataclass(frozen=True)
class Filters:
    """What a list is narrowed to; empty means everything. `site` is a site's id, `waiting` what the desk has still to decide."""

    status: tuple[ProposalStatus, ...] = ()
    site: str | None = None
    village: str | None = None
    sector: str | None = None
    via: str | None = None
    q: str | None = None
    agency: tuple[str, ...] = ()
    """An agency in every spelling: the proposals that are meant for it, and those that it has answered, also where they go on in another."""
    dapil: Dapil | None = None
    meant_for: tuple[str, ...] = ()
    """As `agency`, without those that it has only answered."""


@dataclass(frozen=True)
class Offers:
    """What a list may be narrowed to beside the closed lists: villages and agencies that it names, electoral districts of the region."""

    villages: Sequence[str] = ()
    spelled: Sequence[str] = ()
    """Agencies in every spelling, those that have answered among them."""
    dapils: Mapping[str, Dapil] = field(default_factory=dict)
    meant: Sequence[str] = ()
    """Of the agencies those for which proposals are meant."""

    @property
    def agencies(self) -> list[str]:
        """Each agency once."""
        return one_each(self.spelled)


def numbered(number: str) -> str | None:
    """A number as it is stored, however it was typed; None for what can be none."""
    upper = number.strip().upper()
    return upper if _NUMBER.fullmatch(upper) else None


def written(number: str) -> str:
    """The same; NotFound for what can be none."""
    stored = numbered(number)
    if stored is None:
        raise NotFound("proposals.unknown")
    return stored


async def find(db: AsyncSession, session_id: str, number: str, *, lock: bool = False, public: bool = False) -> Proposal:
    """One proposal of a session; NotFound for a number that is not there or, with `public`, not public."""
    wanted = select(Proposal).where(Proposal.session_id == session_id, Proposal.number == written(number))
    if public:
        wanted = wanted.where(is_public())
    if lock:
        wanted = wanted.with_for_update().execution_options(populate_existing=True)
    found = await db.scalar(wanted)
    if found is None:
        raise NotFound("proposals.unknown")
    return found


async def find_public(db: AsyncSession, number: str) -> list[tuple[Proposal, ForumSession]]:
    """The public proposals of this number: numbers are unique in a session, so that two forums with one prefix may share one."""
    rows = await db.execute(
        select(Proposal, ForumSession)
        .join(ForumSession, ForumSession.id == Proposal.session_id)
        .where(Proposal.number == written(number), is_public())
        .where(ForumSession.state != SessionState.DRAFT)
        .order_by(ForumSession.practice, ForumSession.starts_at)
    )
    return [(proposal, session) for proposal, session in rows]


async def is_waiting(db: AsyncSession, number: str) -> bool:
    """Whether a forum that people can see has a proposal of this number that nobody has checked yet."""
    wanted = (
        select(Proposal.id)
        .join(ForumSession, ForumSession.id == Proposal.session_id)
        .where(Proposal.number == written(number), Proposal.published_at.is_(None))
        .where(Proposal.status.in_((ProposalStatus.NEW, ProposalStatus.CHECKED)), ForumSession.state != SessionState.DRAFT)
    )
    return await db.scalar(wanted.limit(1)) is not None


async def matching(
    db: AsyncSession,
    session_id: str | Sequence[str],
    filters: Filters,
    *,
    public: bool,
    limit: int,
    skip: int = 0,
    after: str | None = None,
) -> Sequence[Proposal]:
    """Proposals of one session, or of several, in the order of their numbers, at most `limit`, past `skip` or after a number."""
    wanted = select(Proposal).where(*conditions(session_id, filters, public=public))
    if after is not None:
        size = func.length(Proposal.number)
        wanted = wanted.where(or_(size > len(after), (size == len(after)) & (Proposal.number > after)))
    return (await db.scalars(wanted.order_by(func.length(Proposal.number), Proposal.number).offset(skip).limit(limit))).all()


async def count(db: AsyncSession, session_id: str | Sequence[str], filters: Filters, *, public: bool) -> int:
    """How many proposals match."""
    return await db.scalar(select(func.count()).select_from(Proposal).where(*conditions(session_id, filters, public=public))) or 0


async def by_status(db: AsyncSession, session_id: str) -> Counter[ProposalStatus]:
    """How many proposals stand where."""
    rows = await db.execute(select(Proposal.status, func.count()).where(Proposal.session_id == session_id).group_by(Proposal.status))
    return Counter({row[0]: row[1] for row in rows})


async def offers(db: AsyncSession, session: ForumSession, days: Sequence[str] = (), *, public: bool) -> Offers:
    """What the session's list may be narrowed to, or the list of all `days` of its series."""
    every = conditions(days or session.id, Filters(), public=public)
    villages = await db.scalars(select(Proposal.village).distinct().where(*every, Proposal.village.is_not(None)))
    meant = set(filter(None, await db.scalars(select(Proposal.agency).distinct().where(*every, Proposal.agency.is_not(None)))))
    within = Response.session_id.in_(days or [session.id])
    answering = select(Response.agency).distinct().where(within, Response.gone.is_(None), Response.agency.is_not(None))
    named = answering.join(Proposal, Proposal.id == Response.proposal_id).where(*every)
    to_words = answering.join(ProposalSource, ProposalSource.source_id == Response.re)
    to_words = to_words.join(Proposal, Proposal.id == ProposalSource.proposal_id).where(*every)
    answered = set(filter(None, await db.scalars(named.union(to_words))))
    return Offers(sorted(filter(None, villages)), sorted(meant | answered), await dapils_of(db, session.region_code), sorted(meant))


async def public_among(db: AsyncSession, session_id: str, numbers: Sequence[str]) -> set[str]:
    """Which of these numbers have a public page to lead to."""
    found = await db.scalars(select(Proposal.number).where(Proposal.session_id == session_id, Proposal.number.in_(numbers), is_public()))
    return set(found)


async def sources_of(db: AsyncSession, proposals: Sequence[Proposal]) -> dict[str, list[ProposalSource]]:
    """The sources of each proposal by its id, oldest words first."""
    found: dict[str, list[ProposalSource]] = {one.id: [] for one in proposals}
    rows = await db.scalars(
        select(ProposalSource).where(ProposalSource.proposal_id.in_(list(found))).order_by(ProposalSource.at, ProposalSource.id)
    )
    for source in rows:
        found[source.proposal_id].append(source)
    return found


async def versions_of(db: AsyncSession, proposal: Proposal) -> Sequence[ProposalVersion]:
    """Every version, oldest first."""
    rows = await db.scalars(select(ProposalVersion).where(ProposalVersion.proposal_id == proposal.id).order_by(ProposalVersion.version))
    return rows.all()


def is_public() -> ColumnElement[bool]:
    """Whether everybody may see a proposal: published, and not in a rehearsal."""
    practised = exists().where(ForumSession.id == Proposal.session_id, ForumSession.rehearsal_at <= Proposal.published_at)
    return and_(Proposal.published_at.is_not(None), ~practised.correlate(Proposal))


def conditions(session_id: str | Sequence[str], filters: Filters, *, public: bool) -> list[ColumnElement[bool]]:
    """What a statement over proposals must ask so that it finds these; with `public` only what anybody may read."""
    of = Proposal.session_id == session_id if isinstance(session_id, str) else Proposal.session_id.in_(session_id)
    wanted: list[ColumnElement[bool]] = [of]
    if public:
        wanted.append(is_public())
    if filters.status:
        wanted.append(Proposal.status.in_(filters.status))
    for column, value in (
        (Proposal.site_id, filters.site),
        (Proposal.village, filters.village),
        (Proposal.sector, filters.sector),
        (Proposal.via, filters.via),
    ):
        if value:
            wanted.append(column == value)
    if filters.agency:
        meant, merged = _meant_for(session_id, filters.agency), _going_on(session_id, _answered_by(_Before, filters.agency), JOINED)
        wanted.append(or_(meant, _answered_by(Proposal, filters.agency), merged))
    if filters.meant_for:
        wanted.append(_meant_for(session_id, filters.meant_for))
    if filters.dapil is not None:
        by_code = func.substr(Proposal.village_code, 1, 8).in_(filters.dapil.districts)
        wanted.append(or_(by_code, and_(Proposal.village_code.is_(None), Proposal.village.in_(filters.dapil.villages))))
    if filters.q:
        wanted.append(_holds(filters.q, public=public))
    return wanted


def _meant_for(session_id: str | Sequence[str], agency: Sequence[str]) -> ColumnElement[bool]:
    """Whether the proposal, or one that was merged into it, is meant for the agency; a part of a split one keeps its own."""
    return or_(Proposal.agency.in_(agency), _going_on(session_id, _Before.agency.in_(agency), (ProposalStatus.MERGED,)))


def _answered_by(proposal: type[Proposal], agency: Sequence[str]) -> ColumnElement[bool]:
    """Whether the agency answered the proposal by its number or any words in it."""
    said = (Response.gone.is_(None), Response.agency.in_(agency))
    words = and_(ProposalSource.proposal_id == proposal.id, ProposalSource.source_id == Response.re)
    return or_(exists().where(Response.proposal_id == proposal.id, *said), exists().where(words, *said))


def _going_on(session_id: str | Sequence[str], such: ColumnElement[bool], over: Sequence[ProposalStatus]) -> ColumnElement[bool]:
    """Whether such a one (of `_Before`) that is over goes on in the proposal, at whatever remove."""
    here = _Before.session_id == session_id if isinstance(session_id, str) else _Before.session_id.in_(session_id)
    going = select(_Before.id, _Before.session_id, cast(_Before.leads_to, Text).label("leads_to")).where(
        here, _Before.status.in_(over), such
    )
    known = going.cte(recursive=True)
    after = aliased(Proposal)
    follows = and_(after.session_id == known.c.session_id, known.c.leads_to.contains(literal('"').concat(after.number).concat('"')))
    onward = case((after.status.in_(over), cast(after.leads_to, Text)), else_="")
    known = known.union(select(after.id, after.session_id, onward).join(known, follows))
    return Proposal.id.in_(select(known.c.id))


def _holds(q: str, *, public: bool) -> ColumnElement[bool]:
    always = (Proposal.number, Proposal.village)
    texts = (Proposal.title, Proposal.problem, Proposal.action, Proposal.landmark)
    found = or_(*(column.icontains(q, autoescape=True) for column in always))
    in_texts = or_(*(column.icontains(q, autoescape=True) for column in texts))
    if public:
        # What is covered on the page must not be found by trying numbers in the search box.
        uncovered = or_(Proposal.personal_checked_at.is_not(None), cast(Proposal.flags, Text) == "[]")
        return or_(found, and_(uncovered, in_texts))
    said = exists().where(
        ProposalSource.proposal_id == Proposal.id,
        or_(ProposalSource.text.icontains(q, autoescape=True), ProposalSource.author.icontains(q, autoescape=True)),
    )
    return or_(found, in_texts, said)
