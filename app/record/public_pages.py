"""Pages of the record for everybody: which versions there are, with their hashes, and what a file is. Neither names nor annexes stand on them."""

from typing import Annotated

from anyio import to_thread
from fastapi import APIRouter, Depends, Path, Request
from fastapi.responses import Response
from starlette.datastructures import UploadFile

from app.errors import FieldError, Invalid, NotFound
from app.record.amending import chained
from app.record.corrections import standing_of
from app.record.files import files_of
from app.record.final import frozen_whole, versions_of
from app.record.models import FileKind
from app.record.proof import known, sha256_of, told
from app.sessions.guards import PublicSession
from app.sessions.models import ForumSession
from app.web.forms import Typed
from app.web.ground import Ground, ground
from app.web.pages import page, translator
from app.web.posted import posted

router = APIRouter(include_in_schema=False, prefix="/s/{slug}/berita-acara")
Parts = Annotated[Ground, Depends(ground)]
Code = Annotated[str, Path(max_length=40)]


@router.get("")
async def versions_page(request: Request, parts: Parts, session: PublicSession) -> Response:
    """Every version of the record."""
    return await _page(request, parts, session)


@router.get("/{code}")
async def version_page(request: Request, parts: Parts, session: PublicSession, code: Code) -> Response:
    """The version whose QR code somebody scanned, first; NotFound for another's."""
    return await _page(request, parts, session, code=code)


@router.post("/periksa/unggah")
async def check(request: Request, parts: Parts, session: PublicSession) -> Response:
    """Say what a file is. It is read once for its hash, and not kept."""
    sent_in = await posted(request)
    file = sent_in.get("file")
    words = translator(request)
    try:
        if not isinstance(file, UploadFile) or not file.filename:
            wrong = Invalid(FieldError("file", "papers.no_file"))
            return await _page(request, parts, session, form=Typed().with_errors(wrong, words), status=422)
        sha256 = await to_thread.run_sync(sha256_of, file.file)
        name = "".join(one for one in file.filename if one.isprintable())[:120]
    finally:
        await sent_in.close()
    async with parts.database.read() as db:
        found = await known(db, sha256)
    result = {
        "name": name,
        "sha256": sha256,
        "known": bool(found),
        "removed": any(one.removed for one in found),
        "told": told(found, words),
    }
    return await _page(request, parts, session, result=result)


async def _page(
    request: Request,
    parts: Ground,
    session: ForumSession,
    *,
    code: str = "",
    form: Typed | None = None,
    result: dict[str, object] | None = None,
    status: int = 200,
) -> Response:
    async with parts.database.read() as db:
        versions = await versions_of(db, session.id)
        files = await files_of(db, versions)
        standing = await standing_of(db, session.id)
    if code and all(one.code != code for one in versions):
        raise NotFound("record.unknown_version")
    return page(
        request,
        "record/public.html",
        status=status,
        session=session,
        versions=versions[::-1],
        chained=chained(versions),
        whole={one.id: frozen_whole(one) for one in versions},
        files=files,
        signed=FileKind.SIGNED,
        standing=standing,
        correcting=standing.runs(parts.clock.now()) and not versions,
        code=code,
        form=form or Typed(),
        result=result,
    )
