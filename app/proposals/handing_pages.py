"""The public form for a proposal, text only: open to everybody until a date, works without script. Its receipt stands where outcomes are known."""

from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import AfterValidator, BaseModel, BeforeValidator, Field

from app.errors import Conflict, FieldError, Gone, Invalid, Unavailable
from app.proposals import handing, stamps
from app.proposals.fields import LONG, Line, clean
from app.proposals.handing import Sheet, receipt_key, takes_from_all
from app.proposals.stamps import Worth
from app.registration.fields import without_nik
from app.registration.offer import villages
from app.sessions.guards import PublicSession
from app.sessions.models import ForumSession
from app.sessions.notice import notice_of
from app.web.forms import Typed, parse, typed
from app.web.ground import Ground, ground, received_at
from app.web.pages import page, translator
from app.web.problems import CodedValueError, status_of
from app.web.throttle import must_wait

router = APIRouter(prefix="/s/{slug}/usulan/kirim", include_in_schema=False)
Parts = Annotated[Ground, Depends(ground)]
BAIT = "situs"
"""A field that nobody sees; machines that fill everything fill it too."""
AGAIN = {Worth.TOO_FAST: "proposals.form_too_fast", Worth.OLD: "proposals.form_old", Worth.FOREIGN: "proposals.form_old"}


def _agreed(value: object) -> object:
    if value not in {"1", True}:
        raise CodedValueError("proposals.consent_missing")
    return True


class PublicForm(BaseModel):
    """What anybody may send: the words, and if they like where it is and their name."""

    text: Annotated[str, BeforeValidator(without_nik), AfterValidator(clean), Field(min_length=10, max_length=LONG)]
    village_code: Annotated[str, Field(max_length=16)] | None = None
    name: Annotated[Line, BeforeValidator(without_nik), Field(max_length=120)] | None = None
    publish_name: bool = False
    consent: Annotated[bool, BeforeValidator(_agreed), Field(validate_default=True)] = False


@router.get("")
async def form_page(request: Request, parts: Parts, session: PublicSession) -> Response:
    """The empty form, or that it is closed."""
    return await _form(request, parts, session, Typed())


@router.post("")
async def send(request: Request, parts: Parts, session: PublicSession) -> Response:
    """Take a proposal; whatever is refused keeps every word on the page."""
    form = await typed(request)
    came_at = received_at(request)
    words = translator(request)
    given = form.get("stempel")[:120]
    try:
        if not takes_from_all(session, came_at):
            raise Gone("proposals.form_closed")
        wanted = parse(PublicForm, form)
        found = stamps.worth(parts.vault, session.id, given, came_at)
        if found is not Worth.RIGHT or form.get(BAIT):
            return await _form(request, parts, session, form, again=AGAIN.get(found, "proposals.form_bait"))
        proven = stamps.proves(given, form.get("bukti"))
        _slow_down(request, parts, proven=proven)
        places = villages(session.region_code)
        sheet = Sheet(
            nonce=stamps.nonce(given),
            text=wanted.text,
            author=wanted.name or words.gettext("Warga"),
            fields={"village_code": wanted.village_code} if wanted.village_code in places else {},
            name_public=wanted.publish_name and bool(wanted.name),
            proven=proven,
        )
        async with parts.counter.held(), parts.database.write() as db:
            notice = await notice_of(db, session.id)
            sheet = replace(sheet, notice_version=notice.version if notice else None)
            made = await handing.hand_in(db, parts.vault, session.id, sheet, received_at=came_at, now=parts.clock.now())
    except Invalid as wrong:
        return await _form(request, parts, session, form.with_errors(wrong, words), status=422)
    except Gone:
        return await _form(request, parts, session, form, status=410)
    except Conflict as used:
        return await _form(request, parts, session, form, again=used.code)
    except Unavailable as busy:
        beside = form.with_errors(Invalid(FieldError("text", busy.code, busy.facts)), words)
        return await _form(request, parts, session, beside, status=status_of(busy))
    return RedirectResponse(f"{request.url.path}/{receipt_key(parts.vault, made)}", 303)


def _slow_down(request: Request, parts: Ground, *, proven: bool) -> None:
    if parts.settings.limits and request.client is not None:
        must_wait(parts.throttles.hand_in if proven else parts.throttles.hand_in_unproven, request.client.host)


async def _form(
    request: Request, parts: Ground, session: ForumSession, form: Typed, *, status: int = 200, again: str | None = None
) -> Response:
    """The form with everything typed and a fresh stamp; `again` says why the button is to be pressed once more."""
    now = parts.clock.now()
    async with parts.database.read() as db:
        notice = await notice_of(db, session.id)
    fixed = bool(form.errors) and not again
    kept = form.get("stempel")[:120]
    usable = fixed and stamps.worth(parts.vault, session.id, kept, now) in {Worth.RIGHT, Worth.TOO_FAST}
    return page(
        request,
        "proposals/send.html",
        status=409 if again else status,
        session=session,
        form=form,
        open=takes_from_all(session, now) and status != 410,
        again=again,
        stamp=kept if usable else stamps.stamp(parts.vault, session.id, now),
        bait=BAIT,
        bits=stamps.BITS,
        villages=list(villages(session.region_code).items()),
        notice_text=notice.text if notice else "",
    )
