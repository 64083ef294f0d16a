"""The page of readiness, a letter to oneself, and the two presses of the rehearsal."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import BaseModel, Field

from app.access.models import Account, Role
from app.audit.service import Act, record
from app.database.tables import new_id
from app.errors import FieldError, Invalid
from app.health.checkup import Checkup
from app.health.routes import checkup_of
from app.notices.channels import Delayed, Refused
from app.notices.letters import Letter
from app.notices.mail import Mailer
from app.readiness import rehearsal
from app.readiness.look import gathering, machine
from app.readiness.points import Item, items, seen
from app.sessions.crowd import crowd_of
from app.sessions.guards import Desk, desk
from app.sessions.navigation import desk_items, may_open
from app.sessions.readiness import Point, Urgency, readiness
from app.sessions.rows import sites_of
from app.sessions.summary import facts_of
from app.web.forms import Typed, parse, typed
from app.web.ground import Ground, ground
from app.web.pages import page, translator
from app.web.throttle import must_wait

router = APIRouter(include_in_schema=False)
Parts = Annotated[Ground, Depends(ground)]
Preparing = Annotated[Desk, Depends(desk(Role.MODERATOR, Role.SECRETARIAT))]
Chair = Annotated[Desk, Depends(desk(Role.MODERATOR))]
Examiner = Annotated[Checkup, Depends(checkup_of)]


PATIENCE = 25.0
"""Seconds: the page needs the database itself, so that it waits rather than calling a busy one silent."""


class TestLetter(BaseModel):
    """Where the letter to oneself goes."""

    to: str = Field(min_length=3, max_length=254, pattern=r"[^@\s,;<>()\"]+@[^@\s,;<>()\"]+")


@router.get("/meja/{slug}/siap")
async def readiness_page(request: Request, parts: Parts, at: Preparing, checkup: Examiner) -> Response:
    """Everything that the day needs, each with its state, what it means and what to do."""
    return await _page(request, parts, at, checkup, Typed())


@router.post("/meja/{slug}/siap/surel")
async def test_letter(request: Request, parts: Parts, at: Preparing, checkup: Examiner) -> Response:
    """Hand a letter to oneself over to the mail server, and say what it answered."""
    form = await typed(request)
    must_wait(parts.throttles.test_mail, at.staff.id)
    try:
        wish = parse(TestLetter, form)
        if parts.settings.mail is None:
            raise Invalid(FieldError("to", "readiness.no_mail"))
        async with parts.database.write() as db:
            act = Act(at.staff.actor, "readiness.test_letter", f"session:{at.session.id}", {})
            await record(db, parts.vault, at.session.id, parts.clock.now(), act)
        words = translator(request)
        letter = Letter(
            wish.to, words.gettext("Surel percobaan"), words.gettext("Surel ini sampai, jadi undangan lewat surel juga dapat dikirim.")
        )
        try:
            await Mailer(parts.settings.mail).send(letter, new_id())
        except Refused:
            raise Invalid(FieldError("to", "readiness.mail_refused")) from None
        except Delayed:
            raise Invalid(FieldError("to", "readiness.mail_away")) from None
    except Invalid as wrong:
        return await _page(request, parts, at, checkup, form.with_errors(wrong, translator(request)), status=422)
    return await _page(request, parts, at, checkup, Typed(), sent_to=wish.to)


@router.post("/meja/{slug}/latihan/mulai")
async def begin(parts: Parts, at: Chair) -> Response:
    """Open the room for practice."""
    async with parts.database.write() as db:
        await rehearsal.begin(db, parts.vault, at.session.id, actor=at.staff.actor, now=parts.clock.now())
    return RedirectResponse(f"/meja/{at.session.slug}/siap", 303)


@router.post("/meja/{slug}/latihan/hapus")
async def wipe(parts: Parts, at: Chair) -> Response:
    """End the rehearsal; nothing of it is left."""
    async with parts.database.write() as db:
        await rehearsal.wipe(db, parts.vault, at.session.id, actor=at.staff.actor, now=parts.clock.now())
    return RedirectResponse(f"/meja/{at.session.slug}/siap", 303)


async def _page(
    request: Request, parts: Ground, at: Desk, checkup: Checkup, form: Typed, *, status: int = 200, sent_to: str | None = None
) -> Response:
    now, session = parts.clock.now(), at.session
    report = await checkup.report(PATIENCE)
    async with parts.database.read() as db:
        crowd, sites = await crowd_of(db, session.id), await sites_of(db, session.id)
        own = readiness(session, await facts_of(db, parts.vault, session, sites, crowd))
        there = await gathering(db, session, sites, crowd)
        last = await rehearsal.last(db, session.id)
        account = await db.get(Account, at.staff.id) if at.staff.kind == "account" else None
    here = f"{request.url.scheme}://{request.url.netloc}"
    found = items(machine(parts.settings, report, here), there, now)
    # Letters are counted with the messages that have not arrived.
    both: list[Item | Point] = [*found, *(point for point in own if point.key != "letters")]
    both.sort(key=lambda one: list(Urgency).index(one.urgency))
    return page(
        request,
        "readiness/readiness.html",
        status=status,
        session=session,
        items=both,
        ready=sum(one.urgency is Urgency.READY for one in both),
        there=there,
        seen={place.name: seen(place.seen_at, now) for place in there.places},
        screen_seen=seen(there.screen_seen_at, now),
        may_open={one.key: bool(one.page) and may_open(at.staff, session.id, one.page) for one in both},
        may_begin=rehearsal.may_begin(session),
        chairs=at.staff.may({Role.MODERATOR}, session.id),
        last=last,
        device_clock=int((now - parts.settings.clock_offset).timestamp() * 1000),
        form=form,
        sent_to=sent_to,
        own_address=account.login if account is not None and "@" in account.login else "",
        desk_items=desk_items(session, at.staff, "siap", translator(request)),
    )
