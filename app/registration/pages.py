"""The public form in two steps, fill in and check: nothing typed is lost, and a repeated press makes nothing twice."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response

from app.errors import Conflict, ForumError, Gone, Invalid
from app.regions import show_phone
from app.registration.api import slow_down
from app.registration.applying import Sender, apply
from app.registration.filled import OPT_INS, OTHER, read
from app.registration.form import ApplicationForm, Offer, hall_chosen
from app.registration.keys import status_key
from app.registration.lost import send_again
from app.registration.offer import offer_of
from app.registration.window import Window, keeps_late, must_be_open, window
from app.sessions.guards import PublicSession
from app.sessions.models import ForumSession
from app.sessions.vocabulary import AgeGroup, Gender
from app.vault import token
from app.web.forms import Typed, typed
from app.web.ground import Ground, ground, received_at
from app.web.pages import page, translator

router = APIRouter(include_in_schema=False)
Parts = Annotated[Ground, Depends(ground)]
NOT_CARRIED = {"csrf", "step"}
"""Fields of the form that the check step does not carry on."""


@router.get("/s/{slug}/daftar")
async def form_page(request: Request, parts: Parts, session: PublicSession) -> Response:
    """The empty form, or when it opens, or that it is closed."""
    stands = window(session, parts.clock.now())
    if stands is not Window.OPEN:
        return page(request, "registration/closed.html", session=session, stands=stands, form=Typed(), carried=[])
    async with parts.database.read() as db:
        offer = await offer_of(db, session)
    return show_form(request, session, offer, Typed({"nonce": token(10)}))


@router.post("/s/{slug}/daftar")
async def take_form(request: Request, parts: Parts, session: PublicSession) -> Response:
    """Step `check` shows the answers once more, `edit` goes back to the form, `send` registers, `late` has a form kept that came too late."""
    form = await typed(request)
    stamp = received_at(request)
    async with parts.database.read() as db:
        offer = await offer_of(db, session)
    step = form.get("step", "check")
    if step == "edit":
        return show_form(request, session, offer, form)
    late = step == "late"
    try:
        if not late:
            must_be_open(session, stamp)
        application = read(form, offer, "page")
        if step not in {"send", "late"}:
            return _check_page(request, session, offer, form, application)
        slow_down(request, parts)
        sender = Sender(language=translator(request).language, nonce=form.get("nonce")[:64] or None, late_consent=late)
        async with parts.counter.held(), parts.database.write() as db:
            made = await apply(db, parts.vault, session.id, application, sender, received_at=stamp, now=parts.clock.now())
    except Invalid as wrong:
        return show_form(request, session, offer, form.with_errors(wrong, translator(request)), status=422, late=late)
    except (Conflict, Gone) as refusal:
        return _refused(request, session, form, refusal)
    return RedirectResponse(f"/r/{status_key(parts.vault, made.id, made.key_generation)}/terdaftar", 303)


def _refused(request: Request, session: ForumSession, form: Typed, refusal: ForumError) -> Response:
    """Too early, too late or twice; what was typed stays on the page to be copied."""
    if refusal.code == "registration.duplicate":
        return page(request, "registration/duplicate.html", status=409, session=session, form=form)
    stands = Window.CLOSED if isinstance(refusal, Gone) else Window.NOT_OPEN
    status = 410 if isinstance(refusal, Gone) else 425
    kept = keeps_late(session) and stands is Window.CLOSED
    return page(
        request,
        "registration/closed.html",
        status=status,
        session=session,
        stands=stands,
        form=form,
        carried=carried(form) if kept else [],
    )


@router.post("/s/{slug}/daftar/tautan")
async def send_link(request: Request, parts: Parts, session: PublicSession) -> Response:
    """Send the link of a registration that is there already to its own number; the same answer whether there is one or not."""
    form = await typed(request)
    await send_again(parts, name=form.get("name"), phone=form.get("phone"))
    return page(request, "registration/link_sent.html", session=session)


def show_form(
    request: Request, session: ForumSession, offer: Offer, form: Typed, *, status: int = 200, who: str = "page", **more: Any
) -> Response:
    """The form with what was typed; `who` is `page`, `counter` or `correct`."""
    if not form.get("nonce"):
        form = Typed({**form.values, "nonce": token(10)}, form.many, form.errors)
    words = translator(request)
    return page(
        request,
        "registration/form.html" if who != "counter" else "registration/counter.html",
        status=status,
        session=session,
        offer=offer,
        form=form,
        who=who,
        elements=[(one, words.label("element", one)) for one in offer.elements],
        genders=[(one.value, words.label("gender", one)) for one in Gender],
        age_groups=[(one.value, words.label("age_group", one)) for one in AgeGroup],
        other=OTHER,
        **{"late": False, **more},
    )


def carried(form: Typed) -> list[tuple[str, str]]:
    """The fields of a form as a page carries them on, unseen."""
    return [(name, value) for name, values in form.many.items() if name not in NOT_CARRIED for value in values if value]


def _check_page(request: Request, session: ForumSession, offer: Offer, form: Typed, application: ApplicationForm) -> Response:
    return page(
        request,
        "registration/check.html",
        session=session,
        offer=offer,
        carried=carried(form),
        answers=application,
        phone=show_phone(application.phone or ""),
        guardian_phone=show_phone(application.guardian_phone or ""),
        hall=hall_chosen(offer, application.attendance, application.site),
        village=offer.villages.get(application.village or "", application.village),
        opt_ins=[name for name in OPT_INS if getattr(application, name)],
        unkept=bool(application.disability or application.needs) and not application.disability_data,
    )
