"""The officers' page of invitations: what was told to whom, WhatsApp by hand, seats; and the press that publishes."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Literal
from urllib.parse import quote, urlencode

from fastapi import APIRouter, Depends, Path, Query, Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.models import Role
from app.errors import Conflict, NotFound
from app.invitations import desk as desk_rows
from app.invitations import seats
from app.invitations.api import Moderator, Officer, Parts, SomeId, Verb, act, note_numbers
from app.invitations.desk import Filter, Row
from app.invitations.letters import LETTER_KINDS, compose, gather, letter_environment
from app.invitations.publish import plan, publish
from app.notices import hand, paper
from app.notices.hand import HandProblem
from app.notices.models import Channel, DeliveryState
from app.regions import wa_number
from app.registration.models import ApplicationState
from app.sessions.guards import Desk
from app.sessions.navigation import desk_items
from app.web.forms import typed
from app.web.ground import Ground
from app.web.pages import page, translator
from app.web.problems import status_of

router = APIRouter(include_in_schema=False)
COUNTS = (1, 5, 10, 20)


@dataclass(frozen=True)
class InHand:
    """A row in the officer's hand with its letter: the number and the address are for this officer only."""

    row: Row
    to: str | None
    text: str
    address: str | None


@dataclass(frozen=True)
class Sought:
    """The filters as they stand in the address; unknown words mean no filter."""

    state: str = ""
    channel: str = ""
    kind: str = ""
    q: str = ""
    after: int = 0

    @property
    def filter(self) -> Filter:
        """The same for the query."""
        return Filter(
            state=DeliveryState(self.state) if self.state in set(DeliveryState) else None,
            channel=Channel(self.channel) if self.channel in set(Channel) else None,
            kind=self.kind or None,
            name=self.q or None,
        )

    def query(self, **changes: object) -> str:
        """The address's query with changes, empty values left out."""
        values = {"state": self.state, "channel": self.channel, "kind": self.kind, "q": self.q, **changes}
        return urlencode({name: value for name, value in values.items() if value})


def sought(
    state: Annotated[str, Query(max_length=20)] = "",
    channel: Annotated[str, Query(max_length=20)] = "",
    kind: Annotated[str, Query(max_length=30)] = "",
    q: Annotated[str, Query(max_length=80)] = "",
    after: Annotated[int, Query(ge=0, le=10**6)] = 0,
) -> Sought:
    """Filters from the query."""
    return Sought(state, channel, kind, q, after)


SoughtNow = Annotated[Sought, Depends(sought)]


@router.get("/meja/{slug}/pendaftar/umumkan")
async def ask_publish(request: Request, parts: Parts, at: Moderator) -> Response:
    """Ask once, with the count."""
    return await _publish_page(request, parts, at)


@router.post("/meja/{slug}/pendaftar/umumkan")
async def press_publish(request: Request, parts: Parts, at: Moderator) -> Response:
    """Publish; afterwards the officers see what goes out."""
    try:
        async with parts.database.write() as db:
            await publish(db, parts.vault, at.session.id, actor=at.staff.actor, now=parts.clock.now())
    except Conflict as refused:
        return await _publish_page(request, parts, at, refused)
    return RedirectResponse(f"/meja/{at.session.slug}/undangan?kabar=diumumkan", 303)


@router.get("/meja/{slug}/undangan")
async def invitations(
    request: Request, parts: Parts, at: Officer, wanted: SoughtNow, kabar: Annotated[str, Query(max_length=40)] = ""
) -> Response:
    """Deliveries with their states; the officer's own rows on top."""
    return await _page(request, parts, at, wanted, news=kabar)


@router.post("/meja/{slug}/undangan/ambil")
async def take_rows(request: Request, parts: Parts, at: Officer, wanted: SoughtNow) -> Response:
    """Claim the next rows of WhatsApp by hand."""
    given = (await typed(request)).get("count")
    count = int(given) if given.isdecimal() and int(given) in COUNTS else COUNTS[1]
    async with parts.database.write() as db:
        now = parts.clock.now()
        taken = await hand.claim(db, at.session.id, at.staff.actor, now, count=count)
        await note_numbers(db, parts.vault, at, taken, now)
    return _back(at, wanted, "tangan", kabar="" if taken else "habis")


@router.post("/meja/{slug}/undangan/{delivery_id}/{verb}")
async def act_on_row(request: Request, parts: Parts, at: Officer, wanted: SoughtNow, delivery_id: SomeId, verb: Verb) -> Response:
    """One press on one row."""
    why = (await typed(request)).get("why")
    reason = HandProblem(why) if why in set(HandProblem) else HandProblem.OTHER
    try:
        async with parts.database.write() as db:
            await act(db, parts.vault, at, delivery_id, verb, parts.clock.now(), reason)
    except (Conflict, NotFound) as refused:
        return await _page(request, parts, at, wanted, refused=refused)
    undoable = verb in {"sent", "failed"}
    where = "tangan" if verb in {"claim", "undo", "sent", "failed", "release"} else f"d-{delivery_id}"
    return _back(at, wanted, where, kabar=f"{verb}.{delivery_id}" if undoable else "")


@router.get("/meja/{slug}/undangan/kursi/{seat_id}")
async def see_seat(request: Request, parts: Parts, at: Moderator, seat_id: SomeId) -> Response:
    """A seat before it is revoked or its link rotated: asks once, with the reason."""
    return await _seat_page(request, parts, at, seat_id)


@router.post("/meja/{slug}/undangan/kursi/{seat_id}/{deed}")
async def change_seat(
    request: Request, parts: Parts, at: Moderator, seat_id: SomeId, deed: Annotated[Literal["cabut", "ganti"], Path()]
) -> Response:
    """Revoke the seat (`cabut`) or give it a new link (`ganti`)."""
    reason = (await typed(request)).get("reason")[:500]
    if not reason:
        return await _seat_page(request, parts, at, seat_id, missing=deed)
    change = seats.revoke_seat if deed == "cabut" else seats.rotate_seat
    async with parts.database.write() as db:
        await change(db, parts.vault, at.session.id, seat_id, reason=reason, actor=at.staff.actor, now=parts.clock.now())
    return RedirectResponse(f"/meja/{at.session.slug}/undangan?kabar={deed}", 303)


async def _page(
    request: Request,
    parts: Ground,
    at: Desk,
    wanted: Sought,
    *,
    news: str = "",
    refused: Conflict | NotFound | None = None,
) -> Response:
    now, words = parts.clock.now(), translator(request)
    async with parts.database.read() as db:
        rows, onward = await desk_rows.rows(db, at.session.id, wanted.filter, after=wanted.after)
        mine = await desk_rows.in_hand(db, at.session.id, at.staff.actor)
        tally = await desk_rows.counts(db, at.session.id)
        letters = [await _in_hand(db, parts, row) for row in mine]
        on_paper = await paper.tally(db, at.session.id)
    deed, _, about = news.partition(".")
    return page(
        request,
        "invitations/desk.html",
        status=status_of(refused) if refused else 200,
        session=at.session,
        desk_items=desk_items(at.session, at.staff, "undangan", words),
        actor=at.staff.actor,
        rows=rows,
        onward=onward,
        mine=letters,
        on_paper=on_paper.owed,
        totals=_totals(tally),
        waiting=tally.get((Channel.WHATSAPP_HAND, DeliveryState.QUEUED), 0) + _lapsed(rows, at.staff.actor, now),
        any=bool(tally),
        wanted=wanted,
        state_choices=[(s.value, words.label("delivery", s.value)) for s in DeliveryState],
        channel_choices=[(c.value, words.label("channel", c.value)) for c in Channel],
        kind_choices=[(kind, words.label("notice", kind)) for kind in LETTER_KINDS],
        problem_choices=[(p.value, words.error(f"hand.{p.value}")) for p in HandProblem],
        counts=COUNTS,
        moderates=at.staff.may({Role.MODERATOR}, at.session.id),
        news=deed,
        about=about,
        refused=refused,
    )


def _totals(tally: dict[tuple[Channel, DeliveryState], int]) -> dict[str, int]:
    """Deliveries per state, all channels together, in the order of a delivery's life."""
    return {state.value: sum(n for (_, s), n in tally.items() if s == state) for state in DeliveryState}


def _lapsed(rows: list[Row], actor: str, now: datetime) -> int:
    """Rows whose claim is over may be claimed again; counted as far as they are in sight."""
    return sum(1 for r in rows if r.delivery.state == DeliveryState.CLAIMED and not r.held_by(actor) and not r.held_by_another(actor, now))


async def _in_hand(db: AsyncSession, parts: Ground, row: Row) -> InHand:
    sheet = await gather(db, row.notice.id, parts.letters)
    letter = compose(letter_environment(), parts, sheet, row.delivery.channel) if sheet else None
    if letter is None:
        return InHand(row, None, "", None)
    return InHand(row, letter.to, letter.text, f"https://wa.me/{wa_number(letter.to)}?text={quote(letter.text)}")


def _back(at: Desk, wanted: Sought, anchor: str, **more: object) -> Response:
    query = wanted.query(after=wanted.after or "", **more)
    return RedirectResponse(f"/meja/{at.session.slug}/undangan{'?' + query if query else ''}#{anchor}", 303)


async def _publish_page(request: Request, parts: Ground, at: Desk, refused: Conflict | None = None) -> Response:
    async with parts.database.read() as db:
        planned = await plan(db, at.session.id)
    return page(
        request,
        "invitations/publish.html",
        status=status_of(refused) if refused else 200,
        session=at.session,
        desk_items=desk_items(at.session, at.staff, "pendaftar", translator(request)),
        selected=planned.counts.get(ApplicationState.SELECTED, 0),
        reserve=planned.counts.get(ApplicationState.RESERVE, 0),
        declined=planned.counts.get(ApplicationState.DECLINED, 0),
        undecided=planned.counts.get(ApplicationState.SUBMITTED, 0),
        told=planned.told,
        published_at=planned.published_at,
        open_still=parts.clock.now() <= at.session.registration_closes_at,
        refused=refused,
    )


async def _seat_page(request: Request, parts: Ground, at: Desk, seat_id: str, *, missing: str = "") -> Response:
    async with parts.database.read() as db:
        view = await desk_rows.seat_view(db, at.session.id, seat_id)
    if view is None:
        raise NotFound("invitations.unknown_seat")
    return page(
        request,
        "invitations/seat.html",
        status=422 if missing else 200,
        session=at.session,
        desk_items=desk_items(at.session, at.staff, "undangan", translator(request)),
        view=view,
        missing=missing,
    )
