"""The pages on which a list of an earlier year is brought, mended and taken in or taken back."""

from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Path, Request
from fastapi.responses import RedirectResponse, Response

from app.errors import Conflict, FieldError, Invalid
from app.outcomes import earlier
from app.outcomes.columns import WORDS, Field, guess
from app.outcomes.desk import PREFIX, Parts, Secretariat
from app.outcomes.earlier_pages import earlier_page, list_drawn
from app.outcomes.levels import FIRST_LEVEL, Level
from app.outcomes.rows import FIRST_YEAR, Usual, Wanted, grouped, read_rows
from app.sessions.guards import Desk
from app.sheets.apart import apart
from app.sheets.carried import Carried
from app.sheets.checked import Checked, Row, sorted_out
from app.web.brought import carried_in, list_id, look
from app.web.forms import Typed, attached, typed
from app.web.ground import Ground
from app.web.pages import translator

router = APIRouter(prefix=f"{PREFIX}/tahun-lalu", include_in_schema=False)
SomeId = Annotated[str, Path(max_length=16, pattern="^[A-Za-z0-9_-]+$")]


@router.get("/impor")
async def bring(request: Request, parts: Parts, at: Secretariat) -> Response:
    """The form for pasting or choosing a file."""
    return _bring(request, at, Typed({"year": str(at.session.year_held - 1)}))


@router.post("/unggah")
async def check_or_take(request: Request, parts: Parts, at: Secretariat) -> Response:
    """Read what was brought, check it again after mending, or take it in."""
    form = await typed(request)
    file = await attached(request, "file")
    try:
        usual = _usual(at, form)
        carried = await carried_in(form, file, WORDS, Field, guess)
    except Invalid as wrong:
        if wrong.code != "form.invalid":
            raise
        return _bring(request, at, form.with_errors(wrong, translator(request)), status=422)
    checked = await _checked(parts, at, carried, usual)
    if form.get("act") != "take" or checked.wrong:
        return _check(request, at, form, carried, usual, checked, status=422 if form.get("act") == "take" else 200)
    now, actor = parts.clock.now(), at.staff.actor
    try:
        async with parts.database.write() as db:
            await earlier.take_in(db, parts.vault, at.session.id, list_id(form), carried.title, checked.wanted, actor=actor, now=now)
    except Conflict as refused:
        return _check(request, at, form, carried, usual, checked, refused=refused)
    return RedirectResponse(f"/meja/{at.session.slug}/hasil/tahun-lalu?kabar=masuk", 303)


@router.post("/{import_id}/batal")
async def undo(request: Request, parts: Parts, at: Secretariat, import_id: SomeId) -> Response:
    """Take a whole list back."""
    await typed(request)
    try:
        async with parts.database.write() as db:
            await earlier.take_back(db, parts.vault, at.session.id, import_id, actor=at.staff.actor, now=parts.clock.now())
    except Conflict as refused:
        return await list_drawn(request, parts, at, 1, refused=refused)
    return RedirectResponse(f"/meja/{at.session.slug}/hasil/tahun-lalu?kabar=urung", 303)


def _usual(at: Desk, form: Typed) -> Usual:
    latest = at.session.year_held
    text = form.get("year")
    if not (text.isascii() and text.isdigit() and len(text) == 4 and FIRST_YEAR <= int(text) <= latest):
        raise Invalid(FieldError("year", "outcomes.not_earlier", {"latest": latest}))
    level = Level(form.get("level")) if form.get("level") in set(Level) else FIRST_LEVEL[at.session.tier]
    return Usual(int(text), level, at.session.region_code, latest)


async def _checked(parts: Ground, at: Desk, carried: Carried[Field], usual: Usual) -> Checked[Wanted]:
    async with parts.database.read() as db:
        known = await earlier.known_of(db, at.session.id)
    table = carried.table
    # A row that is left out says nothing against the others.
    places = [place for place in range(len(table.rows)) if place not in carried.skipped]
    given = (tuple(tuple(table.rows[n]) for n in places), tuple(table.lines[n] for n in places), tuple(carried.fields), usual)
    rows = [replace(row, place=places[row.place]) for row in await apart(read_rows, *given, rows=len(places))]
    left_out = [Row[Wanted](n, table.lines[n], table.rows[n], None, {}) for n in sorted(carried.skipped) if n < len(table.rows)]
    return sorted_out([*rows, *left_out], carried.skipped, lambda wanted: earlier.is_known(known, wanted))


def _bring(request: Request, at: Desk, form: Typed, *, status: int = 200) -> Response:
    return earlier_page(request, "outcomes/bring.html", at, status=status, form=form)


def _check(
    request: Request,
    at: Desk,
    form: Typed,
    carried: Carried[Field],
    usual: Usual,
    checked: Checked[Wanted],
    *,
    status: int = 200,
    refused: Conflict | None = None,
) -> Response:
    words = translator(request)
    return earlier_page(
        request,
        "outcomes/check.html",
        at,
        status=status,
        refused=refused,
        **look(words, form, carried, checked, Field),
        usual=usual,
        proposals=sum(1 for _ in grouped(checked.wanted)),
    )
