"""The pages on which a list is brought, its columns are told apart, its rows are mended, and all of it is taken in or taken back."""

from collections.abc import Sequence
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request
from fastapi.responses import RedirectResponse, Response

from app.access.models import Role
from app.errors import Conflict, FieldError, Invalid
from app.guests.columns import WORDS, Field, guess
from app.guests.desk import Filling, fillings
from app.guests.importing import known_keys, take_back, take_in
from app.guests.reading import rows_read
from app.guests.rows import ONLINE, Choices, Usual, Wanted
from app.guests.vocabulary import plain
from app.i18n import Catalogues, Translator
from app.registration.offer import village_named, villages
from app.sessions.guards import Desk, desk
from app.sessions.models import ForumSession
from app.sessions.navigation import desk_items
from app.sheets.carried import Carried
from app.sheets.checked import Checked, sorted_out
from app.web.brought import carried_in, list_id, look
from app.web.forms import Typed, attached, typed
from app.web.ground import Ground, ground
from app.web.pages import page, translator
from app.web.problems import status_of

router = APIRouter(include_in_schema=False)
Parts = Annotated[Ground, Depends(ground)]
Officer = Annotated[Desk, Depends(desk(Role.MODERATOR, Role.SECRETARIAT))]
SomeId = Annotated[str, Path(max_length=16, pattern="^[A-Za-z0-9_-]+$")]
DELEGATES = "delegates"


@router.get("/meja/{slug}/tamu/impor")
async def bring(request: Request, parts: Parts, at: Officer) -> Response:
    """The form for pasting or choosing a file."""
    return await _bring(request, parts, at, Typed())


@router.post("/meja/{slug}/tamu/impor/unggah")
async def check_or_take(request: Request, parts: Parts, at: Officer) -> Response:
    """Read what was brought, check it again after mending, or take it in."""
    form = await typed(request)
    file = await attached(request, "file")
    try:
        usual = await _usual(parts, at, form)
        carried = await carried_in(form, file, WORDS, Field, partial(guess, delegates=usual.delegates))
    except Invalid as wrong:
        if wrong.code != "form.invalid":
            raise
        return await _bring(request, parts, at, form.with_errors(wrong, translator(request)), status=422)
    checked = await _checked(parts, at, carried, usual)
    if form.get("act") != "take":
        return await _check(request, parts, at, form, carried, usual, checked)
    if checked.wrong:
        return await _check(request, parts, at, form, carried, usual, checked, status=422)
    try:
        async with parts.database.write() as db:
            made = await take_in(
                db,
                parts.vault,
                at.session.id,
                list_id(form),
                carried.title,
                checked.wanted,
                actor=at.staff.actor,
                now=parts.clock.now(),
            )
    except Conflict as refused:
        return await _check(request, parts, at, form, carried, usual, checked, refused=refused)
    return RedirectResponse(f"/meja/{at.session.slug}/tamu?masuk={made.id}", 303)


@router.post("/meja/{slug}/tamu/impor/{import_id}/batal")
async def undo(request: Request, parts: Parts, at: Officer, import_id: SomeId) -> Response:
    """Take a whole list back, unless somebody of it has been there."""
    await typed(request)
    try:
        async with parts.database.write() as db:
            await take_back(db, parts.vault, at.session.id, import_id, actor=at.staff.actor, now=parts.clock.now())
    except Conflict as refused:
        return RedirectResponse(f"/meja/{at.session.slug}/tamu?gagal={refused.code.removeprefix('guests.')}", 303)
    return RedirectResponse(f"/meja/{at.session.slug}/tamu?urung=1", 303)


def choices_of(session: ForumSession, places: list[Filling], catalogues: Catalogues) -> Choices:
    """What rows may name, in every language of the pages."""
    words: dict[str, str] = {}
    for language in catalogues.languages:
        words |= {plain(catalogues.translator(language).label("element", one)): one for one in session.elements}
    halls = tuple((one.pool, one.hall, one.hall) for one in places if one.hall is not None)
    return Choices(halls, session.seats_online > 0, words, frozenset(session.elements))


async def _usual(parts: Ground, at: Desk, form: Typed) -> Usual:
    """What counts for all rows; Invalid for a place or village that is none."""
    async with parts.database.read() as db:
        pools = [one.pool for one in await fillings(db, at.session)]
    place = form.get("place") or (pools[0] if pools else ONLINE)
    if place not in {*pools, ONLINE}:
        raise Invalid(FieldError("place", "field.not_a_choice"))
    element = form.get("element") or None
    if element is not None and element not in at.session.elements:
        raise Invalid(FieldError("element", "registration.element_wrong"))
    if form.get("kind") != DELEGATES:
        return Usual(place, element)
    code, village = village_named(" ".join(form.get("village").split())[:120], at.session.region_code)
    if not village:
        raise Invalid(FieldError("village", "field.required"))
    return Usual(place, element, village, code)


async def _checked(parts: Ground, at: Desk, carried: Carried[Field], usual: Usual) -> Checked[Wanted]:
    async with parts.database.read() as db:
        known = await known_keys(db, at.session.id)
        choices = choices_of(at.session, await fillings(db, at.session), parts.catalogues)
    rows = await rows_read(carried.table.rows, carried.table.lines, carried.fields, choices, usual)
    return sorted_out(rows, carried.skipped, lambda wanted: wanted.key in known)


async def _bring(request: Request, parts: Ground, at: Desk, form: Typed, *, status: int = 200) -> Response:
    words = translator(request)
    async with parts.database.read() as db:
        places = await fillings(db, at.session)
    return page(
        request,
        "guests/bring.html",
        status=status,
        session=at.session,
        desk_items=desk_items(at.session, at.staff, "tamu", words),
        form=form,
        places=places,
        place_choices=_place_choices(places, words),
        villages=[(name, name) for name in villages(at.session.region_code).values()],
    )


async def _check(
    request: Request,
    parts: Ground,
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
    async with parts.database.read() as db:
        places = await fillings(db, at.session)
    more: dict[str, int] = {}
    for one in checked.wanted:
        more[one.site_id or ONLINE] = more.get(one.site_id or ONLINE, 0) + one.seats
    return page(
        request,
        "guests/check.html",
        status=status_of(refused) if refused else status,
        session=at.session,
        desk_items=desk_items(at.session, at.staff, "tamu", words),
        form=form,
        **look(words, form, carried, checked, Field),
        usual=usual,
        seats=sum(one.seats for one in checked.wanted),
        places=places,
        place_choices=_place_choices(places, words),
        element_choices=[(one, words.label("element", one)) for one in at.session.elements],
        halls={one.pool: one.hall for one in places if one.hall},
        more=more,
        refused=refused,
    )


def _place_choices(places: Sequence[Filling], words: Translator) -> list[tuple[str, str]]:
    return [(one.pool, one.hall or words.gettext("Daring")) for one in places]
