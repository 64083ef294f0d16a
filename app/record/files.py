"""The files of a version: made from its source data and kept, so that the first final stays as it is; and what came back with signatures."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO

from anyio import to_thread
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.audit.service import Act, record
from app.database.tables import new_id
from app.documents.files import empty_file, nothing_left
from app.documents.pdf import pdf
from app.documents.template_findings import Unfit
from app.documents.template_run import from_template
from app.documents.word import docx
from app.errors import Conflict, FieldError, Invalid, NotFound
from app.kept.arriving import judged
from app.kept.models import KeptFile, KeptState, Purpose
from app.kept.service import Wanted, begin, fill, finish, give_up
from app.record.annex import attendees_of
from app.record.models import FileKind, RecordAttendee, RecordFile, RecordVersion
from app.record.paper import Paper, paper_of, typst_given, word_document
from app.record.source import rows_of
from app.record.template_store import template_of
from app.record.template_words import WORDS, about_of, values_of
from app.sessions.models import ForumSession
from app.web.ground import Ground

MEDIA = {
    FileKind.PDF: "application/pdf",
    FileKind.DOCX: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}
MOST_SIGNED = 20
"""Signed files of one version that stand."""


@dataclass(frozen=True)
class OfVersion:
    """A file of a version with its content's row."""

    file: RecordFile
    kept: KeptFile


async def printed(paper: Paper, kind: FileKind, template: bytes | None = None) -> Path:
    """The document in a temporary file that the caller removes; the same values make the same bytes. DOCX in the office's template if there is one.

    Conflict `record.template_unfit` when that one cannot be filled with this record.
    """
    if kind is FileKind.DOCX and template is not None:
        try:
            return await from_template(template, WORDS, values_of(paper), about_of(paper))
        except Unfit as unfit:
            raise Conflict("record.template_unfit") from unfit
    if kind is FileKind.DOCX:
        return await docx(word_document(paper))
    rows = Path(empty_file(".jsonl"))
    try:
        lines = [json.dumps(row, ensure_ascii=False) + "\n" for row in rows_of(paper.attendees)]
        await to_thread.run_sync(_write, rows, lines)
        return await pdf("record.typ", typst_given(paper), rows, archival=True)
    finally:
        rows.unlink(missing_ok=True)  # noqa: ASYNC240 - not awaited: one that is stopped leaves no phones behind


async def made(ground: Ground, version_id: str, kind: FileKind) -> KeptFile:
    """The file of a version, as it was made first, or made now. Harmless to repeat, and at once in two places."""
    while True:
        async with ground.database.read() as db:
            if there := await _there(db, version_id, kind):
                return there
        if file := await _made_now(ground, version_id, kind):
            return file


async def _made_now(ground: Ground, version_id: str, kind: FileKind) -> KeptFile | None:
    """The file, or nothing when somebody whom it names was forgotten meanwhile."""
    now = ground.clock.now()
    async with ground.database.write() as db:
        version = await db.get_one(RecordVersion, version_id)
        session = await db.get_one(ForumSession, version.session_id)
        name = file_name(session.slug, version.number, kind)
        wanted = Wanted(session.id, Purpose.RECORD, name, MEDIA[kind], {"version": version.number})
        # Before anybody's contact is read: whoever is forgotten from now on finds this row and calls it back.
        coming = await begin(db, wanted, actor="system", now=now)
    async with ground.database.read() as db:
        version = await db.get_one(RecordVersion, version_id)
        attendees, before = await attendees_of(db, ground.vault, version), await _stored(db, version)
    template = await template_of(ground, version) if kind is FileKind.DOCX else None
    path = await printed(paper_of(version, attendees), kind, template)
    try:
        with open(path, "rb") as content:  # noqa: ASYNC230 - a file of our own, read in a thread
            size, sha256 = await fill(ground.database, ground.vault, coming.id, content)
    finally:
        path.unlink(missing_ok=True)
    async with ground.database.write() as db:
        held = await db.get_one(RecordVersion, version_id, with_for_update=True, populate_existing=True)
        there = await _there(db, version_id, kind)
        if there is not None or await _stored(db, held) != before:
            await give_up(db, coming.id, now)
            return there
        file = await finish(db, coming.id, size, sha256, now=now, until=None)
        if file.state == KeptState.GONE:
            return None
        same = await db.scalar(select(RecordFile).where(RecordFile.version_id == version_id, RecordFile.sha256 == sha256))
        if same is not None:
            same.file_id = coming.id
        else:
            db.add(_file(version, coming.id, kind, sha256, size, "", "system", now))
        return file


async def bring_signed(ground: Ground, version: RecordVersion, content: IO[bytes], note: str, *, actor: str, now: datetime) -> RecordFile:
    """Keep a signed scan, or a PDF signed electronically, as an official file of a version.

    Invalid (field `file`) for what is no such file, for one that is there at any version, and for an unsigned one as it was made.
    """
    kind = await to_thread.run_sync(judged, content)
    async with ground.database.write() as db:
        name = f"berita-acara-resmi-v{version.number}-{new_id()[:6]}.{kind.suffix}"
        wanted = Wanted(version.session_id, Purpose.SIGNED, name, kind.media_type, {"version": version.number})
        coming = await begin(db, wanted, actor=actor, now=now)
    size, sha256 = await fill(ground.database, ground.vault, coming.id, content)
    async with ground.database.write() as db:
        # All of them: the same file may be brought to two versions at once.
        versions = select(RecordVersion.id).where(RecordVersion.session_id == version.session_id)
        await db.execute(versions.order_by(RecordVersion.number).with_for_update())
        of_session = (RecordFile.session_id == version.session_id, RecordFile.sha256 == sha256)
        alike = (await db.scalars(select(RecordFile).where(*of_session))).all()
        if any(one.kind is not FileKind.SIGNED for one in alike):
            raise Invalid(FieldError("file", "record.unsigned"))
        if any(one.removed_at is None for one in alike):
            raise Invalid(FieldError("file", "papers.scan_twice"))
        same = next((one for one in alike if one.version_id == version.id), None)
        standing = (RecordFile.version_id == version.id, RecordFile.kind == FileKind.SIGNED, RecordFile.removed_at.is_(None))
        if (await db.scalar(select(func.count()).where(*standing)) or 0) >= MOST_SIGNED:
            raise Conflict("record.too_many_signed", most=MOST_SIGNED)
        await finish(db, coming.id, size, sha256, now=now, until=None)
        if same is not None:
            same.file_id, same.removed_at, same.note, same.at, same.by = coming.id, None, note, now, actor
        file = same or _file(version, coming.id, FileKind.SIGNED, sha256, size, note, actor, now)
        db.add(file)
        await db.flush()
        facts: dict[str, object] = {"version": version.number, "sha256": sha256, "bytes": size}
        await record(db, ground.vault, version.session_id, now, Act(actor, "record.signed_added", f"record:{version.id}", facts))
    return file


async def remove_signed(ground: Ground, version: RecordVersion, file_id: str, *, actor: str, now: datetime) -> None:
    """Take a signed file away that was brought by mistake: its content is deleted, its hash stays known as taken away."""
    async with ground.database.write() as db:
        file = await db.get(RecordFile, file_id, with_for_update=True)
        if file is None or file.version_id != version.id or file.kind is not FileKind.SIGNED or file.removed_at is not None:
            raise NotFound("record.unknown_file")
        file.removed_at = now
        await give_up(db, file.file_id, now)
        facts: dict[str, object] = {"version": version.number, "sha256": file.sha256}
        await record(db, ground.vault, version.session_id, now, Act(actor, "record.signed_removed", f"record:{version.id}", facts))


async def files_of(db: AsyncSession, versions: Sequence[RecordVersion]) -> dict[str, list[OfVersion]]:
    """The files of each version by its id, oldest first, without those taken away."""
    wanted = select(RecordFile, KeptFile).join(KeptFile, KeptFile.id == RecordFile.file_id)
    wanted = wanted.where(RecordFile.version_id.in_([one.id for one in versions]), RecordFile.removed_at.is_(None))
    found: dict[str, list[OfVersion]] = {one.id: [] for one in versions}
    for file, kept in await db.execute(wanted.order_by(RecordFile.at, RecordFile.id)):
        found[file.version_id].append(OfVersion(file, kept))
    return found


def file_name(slug: str, number: int, kind: FileKind) -> str:
    """How a file is called when it is taken."""
    what = "berita-acara" if number == 1 else f"adendum-{number - 1}-berita-acara"
    return f"{what}-{slug}.{kind.value}"


async def _stored(db: AsyncSession, version: RecordVersion) -> tuple[dict[str, object], list[tuple[object, ...]]]:
    """What a file of the version is made of, as it is stored now: to see whether it is still the same."""
    columns = (RecordAttendee.id, RecordAttendee.name, RecordAttendee.institution, RecordAttendee.contact, RecordAttendee.remark)
    rows = await db.execute(select(*columns).where(RecordAttendee.version_id == version.id).order_by(RecordAttendee.position))
    return version.source, [tuple(row) for row in rows]


async def _there(db: AsyncSession, version_id: str, kind: FileKind) -> KeptFile | None:
    wanted = select(KeptFile).join(RecordFile, RecordFile.file_id == KeptFile.id)
    wanted = wanted.where(RecordFile.version_id == version_id, RecordFile.kind == kind, KeptFile.state == KeptState.KEPT)
    found: KeptFile | None = await db.scalar(wanted.order_by(RecordFile.at, RecordFile.id).limit(1))
    return found


def _file(version: RecordVersion, file_id: str, kind: FileKind, sha256: str, size: int, note: str, by: str, at: datetime) -> RecordFile:
    return RecordFile(
        id=new_id(),
        session_id=version.session_id,
        version_id=version.id,
        file_id=file_id,
        kind=kind,
        sha256=sha256,
        size=size,
        note=note,
        by=by,
        at=at,
    )


def _write(path: Path, lines: Sequence[str]) -> None:
    with nothing_left(str(path)), open(path, "w", encoding="utf-8", errors="replace") as file:
        file.writelines(lines)
