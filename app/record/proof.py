"""What a file is, told by its SHA-256: the record as it was made, what came back signed, or nothing that this server knows."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import IO

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.i18n import Translator, when
from app.kept.models import KeptFile, KeptState
from app.record.final import frozen_whole
from app.record.models import FileKind, RecordFile, RecordVersion
from app.sessions.models import ForumSession

PIECE = 1024 * 1024


@dataclass(frozen=True)
class Known:
    """A file that the server knows: of which version of which forum's record, and whether a newer version follows it."""

    kind: FileKind
    version: int
    latest: int
    number: str
    day: str
    forum: str
    zone: str
    at: datetime
    removed: bool
    remade: bool
    """Made anew after something that it named was forgotten: it says less than what was made final."""

    def sentence(self, words: Translator) -> str:
        """What it is, in plain words."""
        facts = {"number": self.number, "forum": self.forum, "day": self.day}
        if self.version > 1:
            facts["which"] = words.gettext("Adendum ke-%(n)s Berita Acara") % {"n": self.version - 1}
        else:
            facts["which"] = words.gettext("Berita Acara")
        if self.kind is FileKind.SIGNED:
            facts["at"] = when(self.at, self.zone, words.language)
            if self.removed:
                return words.gettext("Berkas ini pernah disimpan sebagai versi resmi %(which)s Nomor %(number)s, %(forum)s, lalu dibuang oleh petugas. Jangan dipakai.") % facts  # fmt: skip
            return words.gettext("Versi resmi bertanda tangan dari %(which)s Nomor %(number)s tanggal %(day)s, %(forum)s. Disimpan %(at)s; isinya sama persis.") % facts  # fmt: skip
        if self.remade:
            return words.gettext("Dibuat ulang setelah data pribadi dihapus: %(which)s Nomor %(number)s tanggal %(day)s, %(forum)s, sebelum ditandatangani. Isinya tidak lagi sama persis dengan yang ditetapkan.") % facts  # fmt: skip
        return words.gettext("Berkas asli %(which)s Nomor %(number)s tanggal %(day)s, %(forum)s, sebelum ditandatangani. Isinya sama persis dengan yang ditetapkan.") % facts  # fmt: skip

    def newer(self, words: Translator) -> str:
        """That there is a later version; empty when there is none."""
        if self.version >= self.latest:
            return ""
        return words.gettext("Sesudahnya ada adendum: versi terakhir adalah versi %(n)s.") % {"n": self.latest}


def sha256_of(content: IO[bytes]) -> str:
    """The hash of a whole content, piece by piece."""
    digest = hashlib.sha256()
    while piece := content.read(PIECE):
        digest.update(piece)
    return digest.hexdigest()


async def known(db: AsyncSession, sha256: str) -> list[Known]:
    """What the server knows of a file; nothing for an unknown one. That it was discarded is told only of one that stands nowhere else."""
    wanted = select(RecordFile, RecordVersion, ForumSession).join(RecordVersion, RecordVersion.id == RecordFile.version_id)
    wanted = wanted.join(ForumSession, ForumSession.id == RecordFile.session_id).where(RecordFile.sha256 == sha256)
    found = []
    for file, version, session in await db.execute(wanted.order_by(RecordFile.at, RecordFile.id)):
        latest = await db.scalar(select(func.max(RecordVersion.number)).where(RecordVersion.session_id == session.id)) or version.number
        number, day, forum = (str(version.source[name]) for name in ("number", "day", "forum"))
        removed, remade = file.removed_at is not None, await _remade(db, file, version)
        found.append(Known(file.kind, version.number, latest, number, day, forum, session.zone, file.at, removed, remade))
    return [one for one in found if not one.removed] or found


async def _remade(db: AsyncSession, file: RecordFile, version: RecordVersion) -> bool:
    if file.kind is FileKind.SIGNED:
        return False
    older = select(RecordFile.id).where(RecordFile.version_id == version.id, RecordFile.kind == file.kind, RecordFile.at < file.at)
    if await db.scalar(older.limit(1)):
        return True
    # Forgetting takes away what was made before: with other data than those that were frozen, a file still kept was made afterwards.
    kept = await db.get_one(KeptFile, file.file_id)
    return kept.state == KeptState.KEPT and not frozen_whole(version)


def told(found: Sequence[Known], words: Translator) -> list[str]:
    """A sentence for each thing that a file is; that it is unknown when it is nothing."""
    if not found:
        return [words.gettext("Berkas ini tidak dikenal. Ia bukan berkas berita acara yang ditetapkan atau versi resmi yang disimpan di sini, atau isinya sudah berubah.")]  # fmt: skip
    return [" ".join(filter(None, (one.sentence(words), one.newer(words)))) for one in found]
