"""The session archive: everything that is to remain of a session, in one file that opens without this program."""

import json
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.audit.service import Act, Verdict, record, verify
from app.closing.checklist import Point, points_of
from app.closing.offline import PHOTOS, Offline, ScanLine, offline
from app.closing.zip_file import Archive, archive
from app.documents.files import empty_file
from app.errors import Conflict
from app.exports.catalogue import FORMATS, INDONESIAN, TABLES, letterhead
from app.exports.gather import source
from app.exports.made_files import pdf, xlsx
from app.exports.plain_files import csv_lines
from app.kept.models import KeptFile, KeptState, Purpose
from app.kept.service import Wanted, begin, content, fill, finish, give_up, newest, step
from app.minutes.making import minutes_docx, minutes_pdf
from app.outbox.service import enqueue
from app.papers.scans import KeptScan, scans_of
from app.proposals.photos_shown import WithNumber, photos_in
from app.record.files import MEDIA, OfVersion, files_of, made
from app.record.final import versions_of
from app.sessions.models import ForumSession
from app.sessions.rows import agenda_of
from app.vault import Vault
from app.web.ground import Ground

MAKE = "closing.archive"
DOCUMENTS = {"data/minutes.pdf": minutes_pdf, "data/minutes.docx": minutes_docx}
"""What is no table, by its place in the archive."""
LASTS = timedelta(days=7)
"""For how long an archive can be fetched; it is to lie in the office's own store, not here."""
BUSY = timedelta(minutes=15)
"""For so long an archive that is being made is the one that a second press gets."""


async def want_archive(db: AsyncSession, vault: Vault, session: ForumSession, language: str, *, actor: str, now: datetime) -> KeptFile:
    """Ask for the archive of a session; the one that is being made, when there is one. Conflict while the office rehearses."""
    if session.rehearsal is not None:
        raise Conflict("exports.rehearsing")
    # Whoever holds the session's row looks alone: two presses find one archive.
    await db.execute(select(ForumSession.id).where(ForumSession.id == session.id).with_for_update(key_share=True))
    for file in await newest(db, session.id, Purpose.ARCHIVE, 1):
        if file.state == KeptState.COMING and now - file.created_at < BUSY:
            return file
    name = f"arsip-{session.slug}.zip"
    file = await begin(db, Wanted(session.id, Purpose.ARCHIVE, name, "application/zip", {"language": language}), actor=actor, now=now)
    await enqueue(db, MAKE, f"{MAKE}:{file.id}", {"file_id": file.id}, due_at=now, now=now)
    await record(db, vault, session.id, now, Act(actor, "closing.archive_wanted", f"file:{file.id}", {}))
    return file


async def make_archive(ground: Ground, file_id: str) -> None:
    """Make an archive that is wanted: table by table, scan by scan, then keep it. Harmless to repeat."""
    async with ground.database.read() as db:
        file = await db.scalar(select(KeptFile).where(KeptFile.id == file_id, KeptFile.state == KeptState.COMING))
        if file is None:
            return
        versions = await versions_of(db, file.session_id)
    # Not every file of the record is there at every moment: after somebody was forgotten it is made anew.
    for version in versions:
        for kind in MEDIA:
            await made(ground, version.id, kind)
    async with ground.database.read() as db:
        session = await db.get_one(ForumSession, file.session_id)
        agenda = await agenda_of(db, session.id)
        scans = await scans_of(db, session.id)
        photos = await photos_in(db, session.id)
        points = await points_of(db, session)
        of_versions = await files_of(db, await versions_of(db, session.id))
    records = [one for files in of_versions.values() for one in files if one.kept.state == KeptState.KEPT]
    async with ground.database.read(patient=True) as db:
        verdict = await verify(db, ground.vault, session.id)
    if session.rehearsal is not None:
        # It was wanted before the rehearsal began: what is practised leaves no trace in an archive.
        async with ground.database.write() as db:
            await give_up(db, file_id, ground.clock.now())
        return
    words = ground.catalogues.translator(str(file.options["language"]))
    target = Path(empty_file(".zip"))
    try:
        at = ground.clock.now()
        with archive(target, f"arsip-{session.slug}", at.astimezone(ZoneInfo(session.zone))) as out:
            given = await source(ground.database, ground.vault, words, session)
            await _write(ground, out, file_id, offline(ground.catalogues, given, agenda, at), scans, photos, records, points, verdict)
        with open(target, "rb") as whole:  # noqa: ASYNC230 - a file of our own, read in a thread
            size, sha256 = await fill(ground.database, ground.vault, file_id, whole)
    finally:
        target.unlink(missing_ok=True)  # noqa: ASYNC240 - not awaited: one that is stopped leaves nothing behind
    async with ground.database.write() as db:
        now = ground.clock.now()
        await finish(db, file_id, size, sha256, now=now, until=now + LASTS)


async def _write(
    ground: Ground,
    out: Archive,
    file_id: str,
    pages: Offline,
    scans: list[KeptScan],
    photos: list[tuple[WithNumber, KeptFile]],
    records: list[OfVersion],
    points: list[Point],
    verdict: Verdict,
) -> None:
    given = pages.given
    total = sum(len(_formats(table)) for table in TABLES) + len(DOCUMENTS) + len(scans) + len(photos) + len(records) + 1
    done = 0

    async def on() -> None:
        nonlocal done
        done += 1
        await step(ground.database, file_id, done, total)

    for table in TABLES:
        for kind in _formats(table):
            await _table(ground, out, pages, table, kind, verdict.head)
            await on()
    for path, make in DOCUMENTS.items():
        await out.add_file(path, await make(ground, given.session))
        await on()
    lines = []
    for number, one in enumerate(scans, 1):
        hall = given.halls.get(one.scan.site_id or "")
        path = f"pindaian/{number:03d}-{one.scan.kind.value}-{hall.code if hall else 'forum'}.{one.file.name.rpartition('.')[2]}"
        await out.add(path, content(ground.database, ground.vault, one.file.id), packed=False)
        lines.append(ScanLine(path, given.label("scan", one.scan.kind), given.hall(one.scan.site_id), one.scan.note, one.scan.added_at))
        await on()
    for photo, kept_photo in photos:
        await out.add(f"{PHOTOS}{photo.file_name}", content(ground.database, ground.vault, kept_photo.id), packed=False)
        await on()
    for number, record_file in enumerate(records, 1):
        path = f"berita-acara/{number:02d}-{record_file.kept.name}"
        await out.add(path, content(ground.database, ground.vault, record_file.kept.id), packed=False)
        await on()
    await _rest(out, pages, lines, points, verdict)
    await on()


def _formats(table: str) -> list[str]:
    """CSV and XLSX of every table, PDF where there is one, and a page to read."""
    return [kind for kind in FORMATS[table] if kind != "json"] + ["html"]


async def _table(ground: Ground, out: Archive, pages: Offline, table: str, kind: str, head: str) -> None:
    given = pages.given
    if table in INDONESIAN:
        given = replace(given, words=ground.catalogues.translator("id"))
    sheet, path = TABLES[table](given), f"data/{table}.{kind}"
    match kind:
        case "csv":
            await out.add(path, csv_lines(sheet))
        case "xlsx":
            await out.add_file(path, await xlsx(sheet))
        case "pdf":
            await out.add_file(path, await pdf(sheet, f"{table}.typ", letterhead(ground, given.session, given.words, head)))
        case _:
            await out.add(path, pages.table(sheet))


async def _rest(out: Archive, pages: Offline, scans: list[ScanLine], points: list[Point], verdict: Verdict) -> None:
    """The end of the audit chain, the first page and its style, the hashes, and what to read first."""
    facts = {
        "chain": verdict.chain,
        "entries": verdict.entries,
        "head": verdict.head,
        "whole": verdict.broken_at is None,
        "broken_at": verdict.broken_at,
    }
    await out.add_text("audit/kepala.json", json.dumps(facts, indent=1) + "\n")
    await out.add_text("gaya.css", pages.style())
    await out.add_text("index.html", pages.index(out.written, scans, points, verdict))
    sums = "".join(f"{one.sha256}  {one.path}\n" for one in out.written)
    await out.add_text("SHA256SUMS.txt", sums)
    await out.add_text("BACA-SAYA.txt", pages.readme(out.written, points, verdict))
