"""The page of changes on paper: whom the desk tells by letter, the letters as PDF, and the presses that say somebody has been told."""

from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import datetime
from pathlib import Path as FilePath
from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy.ext.asyncio import AsyncSession

from app.audit.service import Act, record
from app.errors import Conflict, NotFound
from app.guests.change_letters import SHOWN, TOLD_SHOWN, Owed, change_pdf, owed
from app.guests.import_pages import Officer, Parts, SomeId
from app.guests.letter_pages import paper
from app.guests.letters import letterform
from app.notices.models import DeliveryState
from app.notices.paper import Tally, hand_over, hand_over_printed, mark_printed, not_printed, take_back, tally
from app.sessions.guards import Desk
from app.sessions.models import ForumSession
from app.sessions.navigation import desk_items
from app.web.forms import typed
from app.web.ground import Ground
from app.web.pages import page, translator
from app.web.problems import status_of

router = APIRouter(include_in_schema=False)
AT_ONCE = 200
"""Letters marked in one transaction: the writer of SQLite is held for a moment only."""
NUMBER = 80
Deed = Annotated[Literal["sampai", "urung"], Path()]


@router.get("/meja/{slug}/tamu/kabar")
async def changes_page(request: Request, parts: Parts, at: Officer, kabar: Annotated[str, Query(max_length=40)] = "") -> Response:
    """Guests who are told of a change on paper: to be printed, printed, told."""
    return await _page(request, parts, at, news=kabar)


@router.post("/meja/{slug}/tamu/kabar/cetak")
async def print_letters(request: Request, parts: Parts, at: Officer) -> Response:
    """The letters that were not printed yet (or once more those that were, `lagi`) in one PDF; they count as printed then, and a second press prints none of them."""
    form = await typed(request)
    state = DeliveryState.SENDING if form.get("lagi") else DeliveryState.QUEUED
    return await _pdf(request, parts, at, form.get("number")[:NUMBER], state)


@router.post("/meja/{slug}/tamu/kabar/{delivery_id}/cetak")
async def print_letter(request: Request, parts: Parts, at: Officer, delivery_id: SomeId) -> Response:
    """The letter of one guest."""
    form = await typed(request)
    return await _pdf(request, parts, at, form.get("number")[:NUMBER], DeliveryState.QUEUED, DeliveryState.SENDING, only=delivery_id)


@router.post("/meja/{slug}/tamu/kabar/sampai")
async def all_told(request: Request, parts: Parts, at: Officer) -> Response:
    """Everybody whose letter had been printed when the page was shown has been told; letters printed since are not meant."""
    given = (await typed(request)).get("seen")
    now = parts.clock.now()
    try:
        seen = min(datetime.fromisoformat(given), now)
    except (ValueError, TypeError):
        seen = now
    told = AT_ONCE
    while told == AT_ONCE:
        async with parts.database.write() as db:
            told = await hand_over_printed(db, at.session.id, seen, at.staff.actor, now, AT_ONCE)
            if told:
                await _note(db, parts, at, "guests.changes_told", told)
    return RedirectResponse(f"/meja/{at.session.slug}/tamu/kabar?kabar=semua", 303)


@router.post("/meja/{slug}/tamu/kabar/{delivery_id}/{deed}")
async def one_told(request: Request, parts: Parts, at: Officer, delivery_id: SomeId, deed: Deed) -> Response:
    """One guest has been told, or has not after all."""
    await typed(request)
    change: Callable[[AsyncSession, str, str, str, datetime], Awaitable[None]] = hand_over if deed == "sampai" else take_back
    try:
        async with parts.database.write() as db:
            await change(db, at.session.id, delivery_id, at.staff.actor, parts.clock.now())
    except (Conflict, NotFound) as refused:
        return await _page(request, parts, at, refused=refused)
    return RedirectResponse(f"/meja/{at.session.slug}/tamu/kabar?kabar={deed}.{delivery_id}", 303)


async def _pdf(request: Request, parts: Ground, at: Desk, number: str, *states: DeliveryState, only: str | None = None) -> Response:
    async with parts.database.read() as db:
        found = [one for one in await owed(db, parts, at.session, states, only=only) if one.lines]
    waiting = [one.delivery.id for one in found if one.delivery.state == DeliveryState.QUEUED]
    # Marked before they are read: a change that comes from now on is another notice instead of joining words that are on paper already.
    moved: list[str] = []
    for start in range(0, len(waiting), AT_ONCE):
        async with parts.database.write() as db:
            moved += await mark_printed(db, at.session.id, waiting[start : start + AT_ONCE], at.staff.actor, parts.clock.now())
    wanted = {one.delivery.id for one in found if one.delivery.state == DeliveryState.SENDING} | set(moved)
    on_paper: list[Owed] = []
    try:
        path, on_paper = await _written(parts, at, wanted, " ".join(number.split()))
    finally:
        if astray := sorted(set(moved) - {one.delivery.id for one in on_paper}):
            async with parts.database.write() as db:
                await not_printed(db, at.session.id, astray)
    if path is None:
        return await _page(request, parts, at, refused=Conflict("guests.none_owed"))
    async with parts.database.write() as db:
        await _note(db, parts, at, "guests.change_letters_made", len(on_paper))
    return paper(path, f"perubahan-{on_paper[0].letter.code if only else at.session.slug}.pdf")


async def _written(parts: Ground, at: Desk, wanted: set[str], number: str) -> tuple[FilePath | None, list[Owed]]:
    """The letters of these deliveries, which count as printed, as a file, and whose they are; no file when nobody is owed one any more."""
    async with parts.database.read() as db:
        session = await db.get_one(ForumSession, at.session.id)
        form = await letterform(db, session, parts.settings.office_unit)
        only = next(iter(wanted)) if len(wanted) == 1 else None
        printed = await owed(db, parts, session, [DeliveryState.SENDING], only=only) if wanted else []
    people = [one for one in printed if one.delivery.id in wanted and one.lines]
    if not people:
        return None, []
    return await change_pdf(parts, session, form, people, number=number, now=parts.clock.now()), people


async def _note(db: AsyncSession, parts: Ground, at: Desk, what: str, letters: int) -> None:
    act = Act(at.staff.actor, what, f"session:{at.session.id}", {"letters": letters})
    await record(db, parts.vault, at.session.id, parts.clock.now(), act)


async def _page(request: Request, parts: Ground, at: Desk, *, news: str = "", refused: Conflict | NotFound | None = None) -> Response:
    async with parts.database.read() as db:
        session = await db.get_one(ForumSession, at.session.id)
        numbers = await tally(db, session.id)
        waiting = await owed(db, parts, session, [DeliveryState.QUEUED, DeliveryState.SENDING], limit=SHOWN)
        told = await owed(db, parts, session, [DeliveryState.SENT], limit=TOLD_SHOWN)
    unsaid = Counter(one.delivery.state for one in waiting if not one.lines)
    deed, _, about = news.partition(".")
    return page(
        request,
        "guests/changes.html",
        status=status_of(refused) if refused else 200,
        session=session,
        desk_items=desk_items(session, at.staff, "tamu", translator(request)),
        groups=_together(waiting),
        told_already=told,
        tally=numbers,
        prints=Tally(numbers.unprinted - unsaid[DeliveryState.QUEUED], numbers.printed - unsaid[DeliveryState.SENDING]),
        seen=parts.clock.now().isoformat(),
        news=deed,
        about=about if about.isalnum() else "",
        refused=refused,
    )


def _together(people: list[Owed]) -> list[tuple[list[Owed], list[Owed]]]:
    """People who are told the same under one heading: first those to print, then those printed."""
    found: dict[tuple[object, ...], tuple[list[Owed], list[Owed]]] = {}
    for one in people:
        said = (tuple(one.lines), tuple(one.reasons))
        found.setdefault(said, ([], []))[one.delivery.state == DeliveryState.SENDING].append(one)
    return list(found.values())
