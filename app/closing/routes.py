"""The closing page: what is still open, the end of the session, the archive; and the state of long work for programs."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import BaseModel

from app.access.guards import SignedIn
from app.access.models import Role
from app.audit.service import Act, record
from app.closing.archive import want_archive
from app.closing.checklist import end_of, points_of, still_open
from app.closing.stays import close_stays
from app.errors import Conflict, ForumError, NotFound
from app.kept.models import KeptFile, KeptState, Purpose
from app.kept.service import kept, newest
from app.sessions.guards import Desk, desk
from app.sessions.lifecycle import may_follow
from app.sessions.models import ForumSession, SessionState
from app.sessions.navigation import desk_items, may_open
from app.sessions.service import change_state
from app.web.forms import typed
from app.web.ground import Ground, ground
from app.web.kept_files import sent
from app.web.pages import page, translator

router = APIRouter()
Parts = Annotated[Ground, Depends(ground)]
Closer = Annotated[Desk, Depends(desk(Role.MODERATOR, Role.SECRETARIAT))]
Chair = Annotated[Desk, Depends(desk(Role.MODERATOR))]
Secretariat = Annotated[Desk, Depends(desk(Role.SECRETARIAT))]
FileId = Annotated[str, Path(max_length=40)]
SHOWN = 5


class Work(BaseModel):
    """How far long work is: `coming`, `kept` (then `href` leads to the file), `failed` or `gone`."""

    state: str
    done: int
    total: int
    href: str | None = None


class Wanted(BaseModel):
    """Long work that was taken on, and where its state is told."""

    job: str
    href: str


@router.get("/meja/{slug}/penutupan", include_in_schema=False)
async def closing_page(request: Request, parts: Parts, at: Closer) -> Response:
    """What is still open, and what to do about it."""
    return await _page(request, parts, at)


@router.get("/meja/{slug}/penutupan/angka", include_in_schema=False)
async def numbers(request: Request, parts: Parts, at: Closer) -> Response:
    """The list alone, fetched again every few seconds."""
    return await _page(request, parts, at, template="closing/points.html")


@router.post("/meja/{slug}/penutupan/pulang", include_in_schema=False)
async def check_everybody_out(request: Request, parts: Parts, at: Closer) -> Response:
    """End every stay in a hall at the session's end."""
    try:
        async with parts.database.write() as db:
            await close_stays(db, parts.vault, at.session, actor=at.staff.actor, now=parts.clock.now())
    except Conflict as refused:
        return await _page(request, parts, at, refused=refused)
    return RedirectResponse(f"/meja/{at.session.slug}/penutupan", 303)


@router.post("/meja/{slug}/penutupan/akhiri", include_in_schema=False)
async def end(request: Request, parts: Parts, at: Chair) -> Response:
    """End the session; with open points that is asked once."""
    form = await typed(request)
    if form.get("anyway") != "1" and await _open(parts, at.session):
        return await _page(request, parts, at, asking="end")
    try:
        async with parts.database.write() as db:
            now = parts.clock.now()
            await change_state(db, parts.vault, at.session.id, SessionState.ENDED, actor=at.staff.actor, reason=None, now=now)
    except Conflict as refused:
        return await _page(request, parts, at, refused=refused)
    return RedirectResponse(f"/meja/{at.session.slug}/penutupan", 303)


@router.post("/meja/{slug}/penutupan/arsip", include_in_schema=False)
async def make(request: Request, parts: Parts, at: Secretariat) -> Response:
    """Want the archive; with open points that is asked once."""
    form = await typed(request)
    if form.get("anyway") != "1" and await _open(parts, at.session):
        return await _page(request, parts, at, asking="archive")
    try:
        file = await _wanted(request, parts, at)
    except Conflict as refused:
        return await _page(request, parts, at, refused=refused)
    return RedirectResponse(f"/meja/{at.session.slug}/penutupan/arsip/{file.id}", 303)


@router.get("/meja/{slug}/penutupan/arsip/{file}", include_in_schema=False)
async def making(request: Request, parts: Parts, at: Secretariat, file: FileId) -> Response:
    """How far the archive is, or that it is ready."""
    async with parts.database.read() as db:
        found = await kept(db, at.session.id, file, Purpose.ARCHIVE)
    items = desk_items(at.session, at.staff, "penutupan", translator(request))
    back = f"/meja/{at.session.slug}/penutupan"
    href = f"{back}/arsip/{found.id}/berkas"
    return page(request, "papers/making.html", session=at.session, desk_items=items, file=found, href=href, back=back)


@router.get("/meja/{slug}/penutupan/arsip/{file}/berkas", include_in_schema=False)
async def fetch(request: Request, parts: Parts, at: Secretariat, file: FileId) -> Response:
    """The archive as ZIP; whoever fetches it is recorded."""
    async with parts.database.write() as db:
        found = await kept(db, at.session.id, file, Purpose.ARCHIVE)
        if found.state != KeptState.KEPT:
            raise NotFound("kept.unknown")
        act = Act(at.staff.actor, "closing.archive_taken", f"file:{found.id}", {"sha256": found.sha256})
        await record(db, parts.vault, at.session.id, parts.clock.now(), act)
    return sent(parts, found)


@router.post("/api/v1/sessions/{slug}/archive", status_code=202, tags=["exports"])
async def want(request: Request, parts: Parts, at: Secretariat) -> Wanted:
    """Want the archive of a session; its state is told under `href`."""
    file = await _wanted(request, parts, at)
    return Wanted(job=file.id, href=f"/api/v1/jobs/{file.id}")


@router.get("/api/v1/jobs/{job}", tags=["exports"])
async def work(request: Request, parts: Parts, staff: SignedIn, job: FileId) -> Work:
    """How far a file is that somebody asked for; others' work is not found."""
    async with parts.database.read() as db:
        file = await db.get(KeptFile, job)
        session = await db.get(ForumSession, file.session_id) if file else None
    if file is None or session is None or not (file.wanted_by == staff.actor or staff.may({Role.SECRETARIAT}, session.id)):
        raise NotFound("kept.unknown")
    folders = {
        Purpose.ARCHIVE: f"penutupan/arsip/{file.id}/berkas",
        Purpose.PACK: f"kertas/berkas/{file.id}",
        Purpose.EXPORT: f"rekaman/berkas/{file.id}/unduh",
    }
    ready = file.state == KeptState.KEPT and file.purpose in folders
    href = f"/meja/{session.slug}/{folders[file.purpose]}" if ready else None
    return Work(state=file.state.value, done=file.done, total=file.total, href=href)


async def _wanted(request: Request, parts: Ground, at: Desk) -> KeptFile:
    async with parts.database.write() as db:
        language = translator(request).language
        return await want_archive(db, parts.vault, at.session, language, actor=at.staff.actor, now=parts.clock.now())


async def _open(parts: Ground, session: ForumSession) -> bool:
    async with parts.database.read() as db:
        return bool(still_open(await points_of(db, session)))


async def _page(
    request: Request,
    parts: Ground,
    at: Desk,
    *,
    template: str = "closing/closing.html",
    asking: str | None = None,
    refused: ForumError | None = None,
) -> Response:
    words, session, staff = translator(request), at.session, at.staff
    async with parts.database.read() as db:
        points = await points_of(db, session)
        files = await newest(db, session.id, Purpose.ARCHIVE, SHOWN)
    return page(
        request,
        template,
        status=409 if asking or refused else 200,
        session=session,
        desk_items=desk_items(session, staff, "penutupan", words),
        points=points,
        open_points=still_open(points),
        may_open={point.matter.value: may_open(staff, session.id, point.page.partition("?")[0].partition("/")[0]) for point in points},
        end=end_of(session, parts.clock.now()),
        may_end=may_follow(session.state, SessionState.ENDED) and staff.may({Role.MODERATOR}, session.id),
        may_archive=staff.may({Role.SECRETARIAT}, session.id),
        files=files,
        asking=asking,
        refused=words.error(refused.code, **refused.facts) if refused else None,
    )
