"""The page on which the record is written, made final, and added to."""

from collections.abc import Sequence
from typing import Annotated

from anyio import to_thread
from fastapi import APIRouter, Depends, Path, Request
from fastapi.responses import FileResponse, RedirectResponse, Response
from sqlalchemy import select
from starlette.background import BackgroundTask

from app.access.models import Role
from app.audit.service import Act, record
from app.errors import Conflict, ForumError, Invalid, NotFound
from app.kept.models import KeptState
from app.record.amending import chained, changes_since
from app.record.annex import attendance_of, attendance_whole, sealed_rows
from app.record.corrections import standing_of
from app.record.draft import draft_of, following, write_draft
from app.record.files import MEDIA, files_of, made, printed
from app.record.final import frozen_whole, make_final, prepare, versions_of
from app.record.forms import draft_from, laid_over, seen_in, typed_of
from app.record.models import FileKind, RecordVersion
from app.record.paper import Paper
from app.record.template_store import content_of, template, used_by
from app.record.wording import FILLED, place_of
from app.sessions.guards import Desk, desk
from app.sessions.models import ForumSession, SessionState
from app.sessions.navigation import desk_items
from app.web.forms import Typed, typed
from app.web.ground import Ground, ground
from app.web.kept_files import sent
from app.web.pages import page, translator

router = APIRouter(include_in_schema=False, prefix="/meja/{slug}/berita-acara")
Parts = Annotated[Ground, Depends(ground)]
Writer = Annotated[Desk, Depends(desk(Role.SECRETARIAT, Role.MODERATOR))]
Number = Annotated[int, Path(ge=1, le=10_000)]
BLANK_SIGNERS = 2


@router.get("")
async def record_page(request: Request, parts: Parts, at: Writer) -> Response:
    """The draft, or the final record with its addenda and files."""
    return await record_desk(request, parts, at)


@router.post("")
async def write(request: Request, parts: Parts, at: Writer) -> Response:
    """Keep what was typed; with `do` also open the draft as PDF or DOCX."""
    form = await typed(request)
    try:
        await _write(parts, at, form)
    except Invalid as wrong:
        return await record_desk(request, parts, at, form=form.with_errors(wrong, translator(request)), status=422)
    except Conflict as refused:
        return await record_desk(request, parts, at, form=form, refused=refused, status=409)
    base = f"/meja/{at.session.slug}/berita-acara"
    return RedirectResponse(
        {"pdf": f"{base}/rancangan.pdf", "docx": f"{base}/rancangan.docx"}.get(form.get("do"), f"{base}?tersimpan=1"), 303
    )


@router.get("/rancangan.{kind}")
async def draft_file(parts: Parts, at: Writer, kind: FileKind) -> Response:
    """The draft as it stands now, to be printed and read out; it names people, so that taking it is recorded."""
    if kind is FileKind.SIGNED:
        raise NotFound("record.unknown_file")
    return await draft_sent(parts, at, kind)


@router.post("/tetapkan")
async def finalise(request: Request, parts: Parts, at: Writer) -> Response:
    """Keep what stands in the form, and make the record final."""
    form = await typed(request)
    words = parts.catalogues.translator("id")
    try:
        await _write(parts, at, form)
        async with parts.database.read() as db:
            prepared = await prepare(db, parts.vault, parts.settings, words, at.session)
        rows = await to_thread.run_sync(sealed_rows, parts.vault, prepared.gathered.attendees)
        async with parts.database.write() as db:
            now = parts.clock.now()
            await make_final(db, parts.vault, parts.settings, at.session, prepared, rows, actor=at.staff.actor, now=now)
    except Invalid as wrong:
        return await record_desk(request, parts, at, form=form.with_errors(wrong, translator(request)), status=422)
    except Conflict as refused:
        return await record_desk(request, parts, at, form=form, refused=refused, status=409)
    return RedirectResponse(f"/meja/{at.session.slug}/berita-acara?ditetapkan=1", 303)


@router.get("/versi/{number}.{kind}")
async def version_file(parts: Parts, at: Writer, number: Number, kind: FileKind) -> Response:
    """A final version as it was made; whoever takes it is recorded."""
    if kind is FileKind.SIGNED:
        raise NotFound("record.unknown_file")
    return await version_sent(parts, at, number, kind)


async def draft_sent(parts: Ground, at: Desk, kind: FileKind, template_id: str | None = None) -> Response:
    """The draft as a download; DOCX in the template that is in use, or in the one asked for. Conflict while the office rehearses."""
    if at.session.rehearsal is not None:
        raise Conflict("exports.rehearsing")
    words = parts.catalogues.translator("id")
    async with parts.database.read(patient=True) as db:
        prepared = await prepare(db, parts.vault, parts.settings, words, at.session)
        used = await used_by(db, at.session.id) if template_id is None else await template(db, at.session.id, template_id)
    # First: a refusal after the printing would leave everybody's phone in the temporary folder.
    async with parts.database.write() as db:
        act = Act(at.staff.actor, "record.draft_taken", f"session:{at.session.id}", {"format": kind.value})
        await record(db, parts.vault, at.session.id, parts.clock.now(), act)
    look = await content_of(parts, used) if used and kind is FileKind.DOCX else None
    path = await printed(Paper(prepared.gathered.source, prepared.gathered.attendees), kind, look)
    name = f"rancangan-berita-acara-{at.session.slug}.{kind.value}"
    gone = BackgroundTask(path.unlink, missing_ok=True)
    how = "inline" if kind is FileKind.PDF else "attachment"
    return FileResponse(path, media_type=MEDIA[kind], filename=name, content_disposition_type=how, background=gone)


async def record_sent(parts: Ground, at: Desk, kind: FileKind, versions: Sequence[RecordVersion]) -> Response:
    """The newest final version, or the draft while there is none."""
    return await version_sent(parts, at, versions[-1].number, kind) if versions else await draft_sent(parts, at, kind)


async def version_sent(parts: Ground, at: Desk, number: int, kind: FileKind) -> Response:
    """A final version as a download. NotFound for one that is not there."""
    async with parts.database.read() as db:
        version = next((one for one in await versions_of(db, at.session.id) if one.number == number), None)
    if version is None:
        raise NotFound("record.unknown_version")
    file = await made(parts, version.id, kind)
    async with parts.database.write() as db:
        facts: dict[str, object] = {"version": number, "format": kind.value}
        act = Act(at.staff.actor, "record.taken", f"record:{version.id}", facts)
        await record(db, parts.vault, at.session.id, parts.clock.now(), act)
    return sent(parts, file)


async def record_desk(
    request: Request,
    parts: Ground,
    at: Desk,
    *,
    form: Typed | None = None,
    refused: ForumError | None = None,
    status: int = 200,
    amending: bool = False,
    bringing: int = 0,
) -> Response:
    """The page, with what was typed when something was wrong with it: on the draft, when `amending` on the addendum, or for a file of version `bringing`."""
    words = translator(request)
    async with parts.database.read(patient=True) as db:
        written = parts.catalogues.translator("id")
        prepared = await prepare(db, parts.vault, parts.settings, written, at.session, annex=False)
        held = await draft_of(db, written, at.session)
        standing = await standing_of(db, at.session.id)
        files = await files_of(db, prepared.versions)
        look = await used_by(db, at.session.id)
        annex = {one.id: attendance_whole(parts.vault, one, await attendance_of(db, one)) for one in prepared.versions}
    source, now = prepared.gathered.source, parts.clock.now()
    draft = held.draft
    if prepared.versions:
        draft = following(draft, prepared.versions[-1].source, place_of(prepared.versions[-1].source))
    shown = laid_over(typed_of(draft), form)
    return page(
        request,
        "record/desk.html",
        status=status,
        session=at.session,
        desk_items=desk_items(at.session, at.staff, "berita-acara", words),
        form=shown,
        signers=_signer_rows(shown),
        amending=amending,
        bringing=bringing,
        seen=held.version,
        unsaved=refused is not None and refused.code == "record.already_final",
        refused=words.error(refused.code, **refused.facts) if refused else None,
        versions=prepared.versions[::-1],
        chained=chained(prepared.versions),
        whole={one.id: frozen_whole(one) for one in prepared.versions},
        annex_whole=annex,
        files=files,
        there=KeptState.KEPT,
        changes=changes_since(prepared),
        counts={
            "attendees": prepared.gathered.present,
            "priorities": len(source["priorities"]),
            "not_agreed": len(source["not_agreed"]),
            "open": source["open"],
        },
        total=source["sum"],
        ended=at.session.state == SessionState.ENDED,
        standing=standing,
        correcting=standing.runs(now) and not prepared.versions,
        held_up=standing.holds_up(now),
        filled=FILLED,
        look=look,
        saved=request.query_params.get("tersimpan"),
        done=request.query_params.get("ditetapkan"),
        signed=request.query_params.get("resmi"),
    )


async def _write(parts: Ground, at: Desk, form: Typed) -> None:
    wanted, seen = draft_from(form), seen_in(form)
    async with parts.database.write() as db:
        # The page may be older than the record: what it holds would change nothing any more. Held, so that none becomes final meanwhile.
        await db.execute(select(ForumSession.id).where(ForumSession.id == at.session.id).with_for_update(read=True))
        if await versions_of(db, at.session.id):
            raise Conflict("record.already_final")
        words = parts.catalogues.translator("id")
        await write_draft(db, parts.vault, words, at.session, wanted, seen, actor=at.staff.actor, now=parts.clock.now())


def _signer_rows(form: Typed) -> list[tuple[str, str, str]]:
    rows = list(zip(*(form.many.get(f"signer_{part}", []) for part in ("role", "name", "below")), strict=False))
    kept = [(role, name, below) for role, name, below in rows if role or name]
    return kept + [("", "", "")] * BLANK_SIGNERS
