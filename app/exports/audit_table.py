"""The audit chain of the session, link by link."""

from collections.abc import AsyncIterator, Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.audit.models import AuditEntry
from app.exports.gather import PAGE, Source, labelled, paged
from app.exports.tables import Kind, Row, Sheet

COLUMNS = (
    ("number", "No.", Kind.NUMBER, 8),
    ("at", "Waktu", Kind.MOMENT, 17),
    ("actor", "Pelaku", Kind.TEXT, 26),
    ("act", "Perbuatan", Kind.TEXT, 28),
    ("subject", "Objek", Kind.TEXT, 28),
    ("facts", "Rincian", Kind.TEXT, 50),
    ("link", "Rantai", Kind.TEXT, 40),
)


def sheet(source: Source) -> Sheet:
    """Every act in order; the facts are the JSON that was hashed."""
    return labelled(source, "audit", "Jejak audit", COLUMNS, _pages(source))


def _pages(source: Source) -> AsyncIterator[list[Row]]:
    async def read(db: AsyncSession, after: int) -> Sequence[AuditEntry]:
        found = await db.scalars(
            select(AuditEntry)
            .where(AuditEntry.chain == source.session.id, AuditEntry.number > after)
            .order_by(AuditEntry.number)
            .limit(PAGE)
        )
        return found.all()

    async def rows(db: AsyncSession, records: Sequence[AuditEntry]) -> list[Row]:
        return [(e.number, e.at, e.actor, e.act, e.subject, e.facts, e.link.hex()) for e in records]

    return paged(source.database, read, 0, lambda record: record.number, rows)
