"""Doors of scoring: what came of it, the scheme and its assessors, one proposal to score after the other, the paper sheet."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.models import Account
from app.errors import Conflict, FieldError, Invalid, NotFound
from app.planning import assessing, forms, points, scored, scoring_forms, undoing
from app.planning import scoring_view as view
from app.planning.scoring_forms import is_id
from app.planning.steps import StepKind
from app.proposals.fields import SHORT, clean
from app.sessions.guards import Desk, desk
from app.web.forms import Typed, typed
from app.web.ground import Ground, ground

router = APIRouter(prefix="/meja/{slug}/penilaian", include_in_schema=False)
Parts = Annotated[Ground, Depends(ground)]
Writer = Annotated[Desk, Depends(desk(*view.WRITERS))]
Scorer = Annotated[Desk, Depends(desk(*view.SCORERS))]


@router.get("")
async def results_page(request: Request, parts: Parts, at: Scorer) -> Response:
    """What each proposal got, and who has still to score."""
    return await view.results_page(request, parts, at)


@router.post("")
async def press(request: Request, parts: Parts, at: Writer) -> Response:
    """One press: `sort`, `met:NUMBER`, `unmet:NUMBER`, `screen-on`, `screen-off`, `off` (no more scoring), `assessor-off:ID`."""
    form = await typed(request)
    try:
        async with parts.database.write() as db:
            await _act(db, parts, at, form)
    except (Conflict, Invalid, NotFound) as refused:
        return await view.results_page(request, parts, at, refused=refused)
    return _to(at, "/skema" if form.get("do").startswith(("off", "assessor")) else "")


@router.post("/urungkan")
async def undo(request: Request, parts: Parts, at: Scorer) -> Response:
    """Take back one's newest step, if it is about scoring; `number` is the step that was seen."""
    form = await typed(request)
    only = view.SCORING if at.staff.may(view.WRITERS, at.session.id) else frozenset({StepKind.SCORE})
    try:
        async with parts.database.write() as db:
            by = forms.by_of(form, at.staff.actor, parts.clock.now())
            await undoing.undo(db, parts.vault, at.session.id, by, number=forms.step_in(form.get("number")), only=only)
    except (Conflict, Invalid, NotFound) as refused:
        return await view.results_page(request, parts, at, refused=refused)
    back = form.get("assessor")
    return _to(at, f"/isi/{back}?number={form.get('proposal')[:30]}" if is_id(back) else "")


@router.get("/skema")
async def scheme_page(request: Request, parts: Parts, at: Writer) -> Response:
    """The scheme and who assesses."""
    return await view.scheme_page(request, parts, at)


@router.post("/skema")
async def set_scheme(request: Request, parts: Parts, at: Writer) -> Response:
    """Score so from now on; refused with everything typed."""
    form = await typed(request)
    try:
        scheme = scoring_forms.scheme_in(form)
        async with parts.database.write() as db:
            by = forms.by_of(form, at.staff.actor, parts.clock.now())
            await points.set_scheme(db, parts.vault, at.session.id, scheme, by)
    except (Conflict, Invalid, NotFound) as refused:
        return await view.scheme_page(request, parts, at, form=form, refused=refused)
    return _to(at, "/skema#penilai")


@router.post("/penilai")
async def add_assessor(request: Request, parts: Parts, at: Writer) -> Response:
    """Let somebody assess: an account of this forum, or a name."""
    form = await typed(request)
    try:
        async with parts.database.write() as db:
            name, account_id = await _who(db, at, form)
            by = forms.by_of(form, at.staff.actor, parts.clock.now())
            await assessing.add(db, parts.vault, at.session.id, name, account_id, by)
    except (Conflict, Invalid, NotFound) as refused:
        return await view.scheme_page(request, parts, at, form=form, refused=refused, name="penilai")
    return _to(at, "/skema#penilai")


@router.get("/isi/{assessor}")
async def score_page(
    request: Request,
    parts: Parts,
    at: Scorer,
    assessor: str,
    number: Annotated[str, Query(max_length=30)] = "",
    saved: str = "",
    step: str = "",
) -> Response:
    """A proposal to score; without a number the next one that this assessor has not scored."""
    return await view.score_page(request, parts, at, assessor, number, saved=saved[:30], made=forms.step_in(step))


@router.post("/isi/{assessor}")
async def give(request: Request, parts: Parts, at: Scorer, assessor: str) -> Response:
    """An assessor's points for one proposal, then the next one; refused with everything typed."""
    form = await typed(request)
    number = form.get("number")[:30]
    try:
        async with parts.database.write() as db:
            one = (await scored.assessors_of(db, at.session.id)).get(assessor)
            if one is None or not view.may_score(at, one):
                raise NotFound("planning.no_assessor")
            made = await _give(db, parts, at, assessor, form)
    except (Conflict, Invalid) as refused:
        return await view.score_page(request, parts, at, assessor, number, form=form, refused=refused)
    if view.PART in request.headers:
        return await view.score_page(request, parts, at, assessor, "", saved=number, made=made)
    return _to(at, f"/isi/{assessor}?saved={number}" + (f"&step={made}" if made else ""))


@router.get("/lembar")
async def paper_page(request: Request, parts: Parts, at: Scorer) -> Response:
    """A blank sheet to print."""
    return await view.paper_page(request, parts, at)


async def _act(db: AsyncSession, parts: Ground, at: Desk, form: Typed) -> None:
    act, _, what = form.get("do").partition(":")
    vault, session, by = parts.vault, at.session.id, forms.by_of(form, at.staff.actor, parts.clock.now())
    match act:
        case "sort":
            await points.sort_by_points(db, vault, session, by)
        case "met" | "unmet":
            await points.fulfil(db, vault, session, what, by, met=act == "met")
        case "screen-on" | "screen-off":
            await points.show_points(db, session, on=act == "screen-on")
        case "off":
            await points.set_scheme(db, vault, session, None, by)
        case "assessor-off":
            await assessing.remove(db, vault, session, what, by)
        case _:
            raise NotFound("web.not_found")


async def _give(db: AsyncSession, parts: Ground, at: Desk, assessor: str, form: Typed) -> int | None:
    """The number of the step; None when nothing was changed."""
    scheme = scored.scheme_in(await scored.scoring_of(db, at.session.id))
    if scheme is None:
        raise Conflict("planning.no_scheme")
    by = forms.by_of(form, at.staff.actor, parts.clock.now())
    made = await points.give(db, parts.vault, at.session.id, assessor, form.get("number"), scoring_forms.given_in(form, scheme), by)
    return made.number if made else None


async def _who(db: AsyncSession, at: Desk, form: Typed) -> tuple[str, str | None]:
    """Name and account of a new assessor. Invalid for neither, or for an account that has no role here."""
    name = " ".join(clean(form.get("name")).split())
    if account_id := form.get("account_id"):
        found: dict[str, Account] = {one.id: one for one in await view.staff_of(db, at.session.id)}
        if account_id not in found:
            raise Invalid(FieldError("account_id", "planning.no_account"))
        return found[account_id].name, account_id
    if not 1 <= len(name) <= SHORT:
        raise Invalid(FieldError("name", "field.too_long", {"most": SHORT}) if name else FieldError("name", "field.required"))
    return name, None


def _to(at: Desk, path: str) -> RedirectResponse:
    return RedirectResponse(f"/meja/{at.session.slug}/penilaian{path}", 303)
