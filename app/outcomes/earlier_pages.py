"""The pages on which a list of an earlier year is brought, checked and taken in, and its proposals find those of this year."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.models import Role
from app.database.tables import new_id
from app.errors import Conflict, FieldError, ForumError, Invalid, NotFound
from app.outcomes import earlier
from app.outcomes.columns import WORDS, Field, guess
from app.outcomes.levels import FIRST_LEVEL, LEVELS, Level
from app.outcomes.listing import outcomes_of_earlier
from app.outcomes.models import EarlierImport, EarlierOutcome, EarlierProposal
from app.outcomes.rows import FIRST_YEAR, Row, Usual, Wanted, grouped, read_rows
from app.outcomes.writing import GONE_ON
from app.proposals.doubles import Double, Rival, doubles
from app.proposals.models import Proposal
from app.sessions.guards import Desk, desk
from app.sessions.navigation import desk_items
from app.sheets.apart import apart
from app.sheets.carried import Carried, begun, returned
from app.sheets.reading import read_table
from app.web.forms import Typed, attached, typed
from app.web.ground import Ground, ground
from app.web.pages import page, translator
from app.web.problems import status_of

router = APIRouter(prefix="/meja/{slug}/hasil/tahun-lalu", include_in_schema=False)
Parts = Annotated[Ground, Depends(ground)]
At = Annotated[Desk, Depends(desk(Role.SECRETARIAT))]
SomeId = Annotated[str, Path(max_length=16, pattern="^[A-Za-z0-9_-]+$")]
PAGE = 20
COMPARED = 50
"""Pairs of proposals that are compared in the time that checking a row takes."""
MENDED_AT_ONCE = 25
SHOWN = 200


@dataclass(frozen=True)
class Checked:
    """A table as it stands: rows that can be taken in, rows to be mended, rows left out, and those that are known already."""

    ready: list[Row]
    wrong: list[Row]
    skipped: list[Row]
    known: int

    @property
    def wanted(self) -> list[Wanted]:
        """What would be taken in, a row each."""
        return [row.wanted for row in self.ready if row.wanted is not None]

    @property
    def proposals(self) -> int:
        """How many proposals that is."""
        return sum(1 for _ in grouped(self.wanted))


@dataclass(frozen=True)
class Found:
    """An earlier proposal, what was answered, the one in which it goes on, or those that may say the same."""

    row: EarlierProposal
    outcomes: Sequence[EarlierOutcome]
    goes_on: Proposal | None
    alike: Sequence[Double]


@router.get("")
async def list_page(request: Request, parts: Parts, at: At, page_: Annotated[int, Query(alias="page", ge=1, le=1000)] = 1) -> Response:
    """The earlier proposals and their lists."""
    return await _list(request, parts, at, page_)


@router.post("")
async def connect(request: Request, parts: Parts, at: At) -> Response:
    """One press about one earlier proposal: `link:ID:NUMBER`, `adopt:ID` or `release:ID`."""
    form = await typed(request)
    act, id_, number = (*form.get("do").split(":"), "", "")[:3]
    now, actor = parts.clock.now(), at.staff.actor
    place = max(1, int(form.get("page"))) if re.fullmatch("[0-9]{1,3}", form.get("page")) else 1
    try:
        async with parts.database.write() as db:
            match act:
                case "link":
                    await earlier.link(db, parts.vault, at.session.id, id_, number or form.get("number"), actor=actor, now=now)
                case "adopt":
                    await earlier.adopt(db, parts.vault, at.session.id, id_, actor=actor, now=now)
                case "release":
                    await earlier.release(db, parts.vault, at.session.id, id_, actor=actor, now=now)
                case _:
                    raise NotFound("web.not_found")
    except Conflict as refused:
        return await _list(request, parts, at, place, refused=refused)
    return RedirectResponse(f"/meja/{at.session.slug}/hasil/tahun-lalu?page={place}#l-{id_}", 303)


@router.get("/impor")
async def bring(request: Request, parts: Parts, at: At) -> Response:
    """The form for pasting or choosing a file."""
    return _bring(request, at, Typed({"year": str(at.session.year_held - 1)}))


@router.post("/unggah")
async def check_or_take(request: Request, parts: Parts, at: At) -> Response:
    """Read what was brought, check it again after mending, or take it in."""
    form = await typed(request)
    file = await attached(request, "file")
    try:
        usual = _usual(at, form)
        carried = await _carried(form, file)
    except Invalid as wrong:
        if wrong.code != "form.invalid":
            raise
        return _bring(request, at, form.with_errors(wrong, translator(request)), status=422)
    checked = await _checked(parts, at, carried, usual)
    if form.get("act") != "take" or checked.wrong:
        return _check(request, at, form, carried, usual, checked, status=422 if form.get("act") == "take" else 200)
    import_id = form.get("id") if form.get("id").isalnum() and len(form.get("id")) == len(new_id()) else new_id()
    now, actor = parts.clock.now(), at.staff.actor
    try:
        async with parts.database.write() as db:
            await earlier.take_in(db, parts.vault, at.session.id, import_id, carried.title, checked.wanted, actor=actor, now=now)
    except Conflict as refused:
        return _check(request, at, form, carried, usual, checked, refused=refused)
    return RedirectResponse(f"/meja/{at.session.slug}/hasil/tahun-lalu?kabar=masuk", 303)


@router.post("/{import_id}/batal")
async def undo(request: Request, parts: Parts, at: At, import_id: SomeId) -> Response:
    """Take a whole list back."""
    await typed(request)
    try:
        async with parts.database.write() as db:
            await earlier.take_back(db, parts.vault, at.session.id, import_id, actor=at.staff.actor, now=parts.clock.now())
    except Conflict as refused:
        return await _list(request, parts, at, 1, refused=refused)
    return RedirectResponse(f"/meja/{at.session.slug}/hasil/tahun-lalu?kabar=urung", 303)


def _usual(at: Desk, form: Typed) -> Usual:
    latest = at.session.year_held
    text = form.get("year")
    if not (text.isascii() and text.isdigit() and len(text) == 4 and FIRST_YEAR <= int(text) <= latest):
        raise Invalid(FieldError("year", "outcomes.not_earlier", {"latest": latest}))
    level = Level(form.get("level")) if form.get("level") in set(Level) else FIRST_LEVEL[at.session.tier]
    return Usual(int(text), level, at.session.region_code, latest)


async def _carried(form: Typed, file: tuple[str, bytes] | None) -> Carried[Field]:
    if form.get("table"):
        return returned(form.get("table"), form.values, form.many.get("skip", []), Field)
    if file is not None:
        table = await read_table(file[1], WORDS)
        return begun(file[0], table, guess(table))
    if not form.get("pasted"):
        raise Invalid(FieldError("pasted", "outcomes.nothing_brought"))
    table = await read_table(form.get("pasted"), WORDS, field="pasted")
    return begun("", table, guess(table))


async def _checked(parts: Ground, at: Desk, carried: Carried[Field], usual: Usual) -> Checked:
    async with parts.database.read() as db:
        known = await earlier.known_keys(db, at.session.id)
    places = [place for place in range(len(carried.table.rows)) if place not in carried.skipped]
    table = carried.table
    given = (tuple(tuple(table.rows[n]) for n in places), tuple(table.lines[n] for n in places), tuple(carried.fields), usual)
    rows = await apart(read_rows, *given, rows=len(places))
    kept = [Row(places[row.place], row.line, row.cells, row.wanted, row.wrong) for row in rows]
    ready = [row for row in kept if row.wanted is not None and row.wanted.key not in known]
    wrong = [row for row in kept if row.wanted is None]
    skipped = [Row(n, table.lines[n], table.rows[n], None, {}) for n in sorted(carried.skipped) if n < len(table.rows)]
    return Checked(ready, wrong, skipped, len(kept) - len(ready) - len(wrong))


def _about(request: Request, at: Desk) -> dict[str, Any]:
    return {
        "session": at.session,
        "desk_items": desk_items(at.session, at.staff, "hasil", translator(request)),
        "publishes": True,
        "level_choices": [(level.value, translator(request).label("level", level.value)) for level in LEVELS],
    }


def _bring(request: Request, at: Desk, form: Typed, *, status: int = 200) -> Response:
    return page(request, "outcomes/bring.html", status=status, **_about(request, at), form=form, first=FIRST_LEVEL[at.session.tier])


def _check(
    request: Request,
    at: Desk,
    form: Typed,
    carried: Carried[Field],
    usual: Usual,
    checked: Checked,
    *,
    status: int = 200,
    refused: Conflict | None = None,
) -> Response:
    words = translator(request)
    return page(
        request,
        "outcomes/check.html",
        status=status_of(refused) if refused else status,
        **_about(request, at),
        id=form.get("id") or new_id(),
        carried=carried,
        fields=list(Field),
        column_of={field: place for place, field in enumerate(carried.fields) if field is not None},
        usual=usual,
        checked=checked,
        sentences={row.place: {name: words.error(e.code, **e.facts) for name, e in row.wrong.items()} for row in checked.wrong},
        now_mended=checked.wrong[:MENDED_AT_ONCE],
        shown=checked.ready[:SHOWN],
        refused=words.error(refused.code, **refused.facts) if refused else None,
    )


async def _list(request: Request, parts: Ground, at: Desk, number: int, *, refused: ForumError | None = None) -> Response:
    words = translator(request)
    async with parts.database.read() as db:
        mine = EarlierProposal.session_id == at.session.id
        total = await db.scalar(select(func.count()).select_from(EarlierProposal).where(mine)) or 0
        rows = await _found(db, at.session.id, number)
        lists = (
            await db.scalars(select(EarlierImport).where(EarlierImport.session_id == at.session.id).order_by(EarlierImport.at.desc()))
        ).all()
    return page(
        request,
        "outcomes/earlier.html",
        status=status_of(refused) if refused else 200,
        **_about(request, at),
        rows=rows,
        total=total,
        page_number=number,
        pages=-(-total // PAGE),
        lists=lists,
        refused=words.error(refused.code, **refused.facts) if refused else None,
        told=request.query_params.get("kabar", ""),
    )


async def _found(db: AsyncSession, session_id: str, number: int) -> list[Found]:
    """One page: those that go on nowhere yet first."""
    wanted = select(EarlierProposal).where(EarlierProposal.session_id == session_id)
    order = (EarlierProposal.proposal_id.is_not(None), EarlierProposal.year.desc(), EarlierProposal.number)
    rows = (await db.scalars(wanted.order_by(*order).offset((number - 1) * PAGE).limit(PAGE))).all()
    said = await outcomes_of_earlier(db, [row.id for row in rows])
    linked = [row.proposal_id for row in rows if row.proposal_id]
    goes_on = {one.id: one for one in await db.scalars(select(Proposal).where(Proposal.id.in_(linked)))}
    others = await db.execute(
        select(Proposal.number, Proposal.title, Proposal.village, Proposal.rw).where(
            Proposal.session_id == session_id, Proposal.status.not_in(GONE_ON)
        )
    )
    rivals = [Rival(one.number, one.title, one.village, tuple(one.rw)) for one in others]
    lonely = [Rival("", row.title, row.village, ()) for row in rows if not row.proposal_id]
    # A long forum has thousands to compare with: not on the loop that the room runs on.
    alike = iter(await apart(alike_each, lonely, rivals, rows=len(lonely) * len(rivals) // COMPARED))
    return [Found(row, said[row.id], goes_on.get(row.proposal_id or ""), () if row.proposal_id else next(alike)) for row in rows]


def alike_each(lonely: Sequence[Rival], rivals: Sequence[Rival]) -> list[list[Double]]:
    """For each of an earlier year those of this year that may say the same; of another village none does."""
    return [
        doubles(one, [rival for rival in rivals if not (one.village and rival.village) or one.village == rival.village]) for one in lonely
    ]
