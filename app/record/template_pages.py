"""The page on which an office brings its own Word template, hears what is wrong with it, looks at it and uses it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request
from fastapi.responses import RedirectResponse, Response

from app.access.models import Role
from app.documents.template_findings import Finding, Spot, Unfit
from app.errors import Conflict, FieldError, ForumError, Invalid
from app.i18n import Translator
from app.record.desk_pages import Parts, Writer, draft_sent
from app.record.models import FileKind
from app.record.template_example import example
from app.record.template_store import MEDIA, bring, content_of, frozen_in, remove, template, templates_of, use
from app.record.template_words import LISTS, PROOF, SINGLE, WORDS
from app.sessions.guards import Desk, desk
from app.sessions.navigation import desk_items
from app.web.forms import Typed, attached, typed
from app.web.ground import Ground
from app.web.pages import page, translator

router = APIRouter(include_in_schema=False, prefix="/meja/{slug}/berita-acara/templat")
Secretary = Annotated[Desk, Depends(desk(Role.SECRETARIAT))]
TemplateId = Annotated[str, Path(max_length=40)]


@dataclass(frozen=True)
class Told:
    """A finding as people read it: a sentence, and where it is."""

    sentence: str
    spot: Spot | None


@router.get("")
async def templates(request: Request, parts: Parts, at: Writer) -> Response:
    """The templates of this record, which one is in use, and what may stand in one."""
    return await _page(request, parts, at)


@router.get("/contoh.docx")
async def example_file(parts: Parts, at: Writer) -> Response:
    """Our example, to be changed in Word."""
    return _download(example(), "contoh-templat-berita-acara.docx")


@router.post("/unggah")
async def bring_one(request: Request, parts: Parts, at: Secretary) -> Response:
    """Check a template and keep it when nothing is wrong with it; else say everything that is."""
    form = await typed(request)
    file = await attached(request, "file")
    try:
        if file is None:
            raise Invalid(FieldError("file", "papers.no_file"))
        kept = await bring(parts, at.session, *file, actor=at.staff.actor, now=parts.clock.now())
    except Unfit as unfit:
        return await _page(request, parts, at, name=file[0] if file else "", findings=unfit.findings, status=422)
    except Invalid as wrong:
        return await _page(request, parts, at, form=form.with_errors(wrong, translator(request)), status=422)
    except Conflict as refused:
        return await _page(request, parts, at, refused=refused, status=409)
    return RedirectResponse(f"/meja/{at.session.slug}/berita-acara/templat?diperiksa={kept.number}", 303)


@router.post("/bawaan")
async def use_ours(request: Request, parts: Parts, at: Secretary) -> Response:
    """Go back to the form of the program."""
    await typed(request)
    async with parts.database.write() as db:
        await use(db, parts.vault, at.session, None, actor=at.staff.actor, now=parts.clock.now())
    return RedirectResponse(f"/meja/{at.session.slug}/berita-acara/templat?dipakai=0", 303)


@router.get("/{template_id}/templat.docx")
async def template_file(parts: Parts, at: Writer, template_id: TemplateId) -> Response:
    """A template as it was brought."""
    async with parts.database.read() as db:
        found = await template(db, at.session.id, template_id)
    return _download(await content_of(parts, found), f"templat-{found.number}-{at.session.slug}.docx")


@router.get("/{template_id}/pratinjau.docx")
async def preview(parts: Parts, at: Writer, template_id: TemplateId) -> Response:
    """The draft as it stands now in this template; it names people, so that taking it is recorded."""
    return await draft_sent(parts, at, FileKind.DOCX, template_id)


@router.post("/{template_id}/pakai")
async def use_one(request: Request, parts: Parts, at: Secretary, template_id: TemplateId) -> Response:
    """Make the record with this template from now on."""
    await typed(request)
    async with parts.database.write() as db:
        found = await template(db, at.session.id, template_id)
        await use(db, parts.vault, at.session, template_id, actor=at.staff.actor, now=parts.clock.now())
    return RedirectResponse(f"/meja/{at.session.slug}/berita-acara/templat?dipakai={found.number}", 303)


@router.post("/{template_id}/buang")
async def remove_one(request: Request, parts: Parts, at: Secretary, template_id: TemplateId) -> Response:
    """Take a template away that no final version was made with."""
    await typed(request)
    try:
        async with parts.database.write() as db:
            await remove(db, parts.vault, at.session, template_id, actor=at.staff.actor, now=parts.clock.now())
    except Conflict as refused:
        return await _page(request, parts, at, refused=refused, status=409)
    return RedirectResponse(f"/meja/{at.session.slug}/berita-acara/templat", 303)


def told(findings: Sequence[Finding], words: Translator) -> list[Told]:
    """Each finding in plain words."""
    return [Told(words.error(one.code, **one.facts), one.spot) for one in findings]


async def _page(
    request: Request,
    parts: Ground,
    at: Desk,
    *,
    form: Typed | None = None,
    name: str = "",
    findings: Sequence[Finding] = (),
    refused: ForumError | None = None,
    status: int = 200,
) -> Response:
    words = translator(request)
    async with parts.database.read() as db:
        kept, frozen = await templates_of(db, at.session.id), await frozen_in(db, at.session.id)
    lists = [(which, [f"{which}.{column}" for column in columns]) for which, columns in LISTS.items()]
    return page(
        request,
        "record/templates.html",
        status=status,
        session=at.session,
        desk_items=desk_items(at.session, at.staff, "berita-acara", words),
        form=form or Typed(),
        may_change=at.staff.may({Role.SECRETARIAT}, at.session.id),
        templates=kept,
        frozen=frozen,
        used=next((one for one in kept if one.in_use), None),
        name=name,
        told=told(findings, words),
        refused=words.error(refused.code, **refused.facts) if refused else None,
        marks=[("", [*SINGLE, PROOF]), *lists],
        needed=set(WORDS.needed),
        checked=_number(request, "diperiksa"),
        now_used=_number(request, "dipakai"),
    )


def _number(request: Request, name: str) -> int | None:
    said = request.query_params.get(name, "")
    return int(said) if said.isdecimal() and len(said) < 5 else None


def _download(content: bytes, name: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Content-Security-Policy": "default-src 'none'; sandbox"}
    return Response(content, media_type=MEDIA, headers={**headers, "Cache-Control": "no-store"})
