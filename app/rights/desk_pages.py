"""The desk's page on personal data: who wants to be forgotten, for how long what is kept, and what was removed when."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import BaseModel, Field
from sqlalchemy import select

from app.access.models import Role
from app.errors import Invalid
from app.rights.erasure import BEING_HELD, ask, let_happen
from app.rights.former import ask_former, let_former_happen
from app.rights.models import RetentionRun
from app.rights.plan import MOST_MONTHS, Months
from app.rights.retention import dates_of, months_of, set_months
from app.rights.wishes import people_called, wishes_of
from app.sessions.guards import Desk, desk
from app.sessions.navigation import desk_items
from app.web.forms import Typed, parse, typed
from app.web.ground import Ground, ground
from app.web.pages import page, translator

router = APIRouter(include_in_schema=False)
Parts = Annotated[Ground, Depends(ground)]
AtDesk = Annotated[Desk, Depends(desk(Role.SECRETARIAT))]
KEY = "data-pribadi"


class Plan(BaseModel):
    """Months after the end."""

    specific: int = Field(ge=0, le=MOST_MONTHS)
    contact: int = Field(ge=0, le=MOST_MONTHS)
    traces: int = Field(ge=0, le=MOST_MONTHS)


class Whose(BaseModel):
    """A participant of the session, or somebody who held a seat before."""

    participant: str = Field("", max_length=16)
    holder: str = Field("", max_length=16)


class Which(BaseModel):
    """A wish to be forgotten, of either."""

    erasure: str = Field("", max_length=16)
    holder: str = Field("", max_length=16)


@router.get(f"/meja/{{slug}}/{KEY}")
async def privacy_page(request: Request, parts: Parts, at: AtDesk) -> Response:
    """Everything on one page; `q` looks for a person who asked by word of mouth."""
    return await _page(request, parts, at)


@router.post(f"/meja/{{slug}}/{KEY}/simpan")
async def keep(request: Request, parts: Parts, at: AtDesk) -> Response:
    """Set how long what is kept; the privacy notice follows."""
    form = await typed(request)
    try:
        plan = parse(Plan, form)
    except Invalid as wrong:
        return await _page(request, parts, at, form.with_errors(wrong, translator(request)), status=422)
    months = Months(plan.specific, plan.contact, plan.traces)
    async with parts.database.write() as db:
        await set_months(db, parts.vault, at.session, months, _sentence(parts, months), actor=at.staff.actor, now=parts.clock.now())
    return RedirectResponse(f"/meja/{at.session.slug}/{KEY}?tersimpan=1", 303)


@router.post(f"/meja/{{slug}}/{KEY}/hapus")
async def forget(request: Request, parts: Parts, at: AtDesk) -> Response:
    """Forget somebody who asked for it in person."""
    wish = parse(Whose, await typed(request))
    async with parts.database.write() as db:
        asking, whose = (ask_former, wish.holder) if wish.holder else (ask, wish.participant)
        await asking(db, parts.vault, at.session, whose, actor=at.staff.actor, now=parts.clock.now())
    return RedirectResponse(f"/meja/{at.session.slug}/{KEY}?diminta=1", 303)


@router.post(f"/meja/{{slug}}/{KEY}/sekarang")
async def now_please(request: Request, parts: Parts, at: AtDesk) -> Response:
    """Do not wait for the end of the live session."""
    wish = parse(Which, await typed(request))
    async with parts.database.write() as db:
        letting, which = (let_former_happen, wish.holder) if wish.holder else (let_happen, wish.erasure)
        await letting(db, parts.vault, at.session, which, actor=at.staff.actor, now=parts.clock.now())
    return RedirectResponse(f"/meja/{at.session.slug}/{KEY}?diminta=1", 303)


async def _page(request: Request, parts: Ground, at: Desk, form: Typed | None = None, *, status: int = 200) -> Response:
    q = request.query_params.get("q", "").strip()[:120]
    async with parts.database.read() as db:
        months = await months_of(db, at.session.id)
        runs = await db.scalars(select(RetentionRun).where(RetentionRun.session_id == at.session.id).order_by(RetentionRun.began_at))
        context: dict[str, Any] = {
            "wishes": await wishes_of(db, parts.vault, at.session.id),
            "runs": runs.all(),
            "found": await people_called(db, parts.vault, at.session.id, q) if q else [],
        }
    values = {"specific": str(months.specific), "contact": str(months.contact), "traces": str(months.traces)}
    return page(
        request,
        "rights/desk.html",
        status=status,
        session=at.session,
        form=form or Typed(values),
        until=dates_of(months, at.session),
        live=at.session.state in BEING_HELD,
        q=q,
        saved=request.query_params.get("tersimpan"),
        asked=request.query_params.get("diminta"),
        desk_items=desk_items(at.session, at.staff, KEY, translator(request)),
        **context,
    )


def _sentence(parts: Ground, months: Months) -> str:
    """The paragraph of the privacy notice, which is written in Indonesian whoever sets it."""
    words = parts.catalogues.translator("id")
    text = words.gettext(
        "Lama penyimpanan: data disabilitas, bantuan, dan wali dihapus %(specific)s bulan setelah forum selesai, nomor telepon, surel, dan"
        " alamat %(contact)s bulan, catatan pengiriman dan perangkat %(traces)s bulan. Daftar hadir dan berita acara disimpan sebagai"
        " arsip daerah."
    )
    return text % {"specific": months.specific, "contact": months.contact, "traces": months.traces}
