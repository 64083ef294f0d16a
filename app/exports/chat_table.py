"""The room's talk as it may still be read: what was taken away stands as a line without its words."""

from collections.abc import AsyncIterator, Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.chat.models import Message, MessageState
from app.exports.gather import PAGE, Source, labelled, paged
from app.exports.tables import Kind, Row, Sheet

COLUMNS = (
    ("at", "Waktu", Kind.MOMENT, 17),
    ("name", "Nama", Kind.TEXT, 24),
    ("role", "Peran", Kind.TEXT, 14),
    ("capacity", "Profil", Kind.TEXT, 20),
    ("on_behalf", "Atas nama", Kind.TEXT, 18),
    ("hall", "Lokasi", Kind.TEXT, 18),
    ("via", "Cara masuk", Kind.TEXT, 12),
    ("kind", "Jenis", Kind.TEXT, 12),
    ("text", "Isi", Kind.TEXT, 60),
    ("proposal", "Nomor usulan", Kind.TEXT, 16),
    ("answers", "Menanggapi", Kind.TEXT, 16),
    ("state", "Keadaan", Kind.TEXT, 16),
    ("seq", "Urutan", Kind.NUMBER, 9),
)
TOLD = (MessageState.VISIBLE, MessageState.LATE, MessageState.HIDDEN, MessageState.DELETED, MessageState.ERASED)
"""Held and rejected messages were never said in public: they are not exported."""
READABLE = {MessageState.VISIBLE, MessageState.LATE}


def sheet(source: Source) -> Sheet:
    """Every message in the order in which it was received."""
    return labelled(source, "chat", "Percakapan ruang", COLUMNS, _pages(source))


def _pages(source: Source) -> AsyncIterator[list[Row]]:
    async def read(db: AsyncSession, after: tuple[object, str] | None) -> Sequence[Message]:
        query = select(Message).where(Message.room == source.session.room, Message.state.in_(TOLD))
        if after is not None:
            at, message_id = after
            later = (Message.received_at > at) | ((Message.received_at == at) & (Message.id > message_id))
            query = query.where(later)
        return (await db.scalars(query.order_by(Message.received_at, Message.id).limit(PAGE))).all()

    async def rows(db: AsyncSession, records: Sequence[Message]) -> list[Row]:
        answered = select(Message.id, Message.proposal).where(Message.id.in_([one.re for one in records if one.re]))
        numbers = {row.id: row.proposal for row in await db.execute(answered)}
        return [_row(source, record, numbers.get(record.re)) for record in records]

    return paged(source.database, read, None, lambda record: (record.received_at, record.id), rows)


def _row(source: Source, message: Message, answered: str | None) -> Row:
    readable = message.state in READABLE
    return (
        message.received_at,
        str(message.by.get("name", "")),
        source.label("speaker", message.by.get("role")),
        str(message.by.get("capacity", "")),
        message.on_behalf,
        source.hall(message.site_id),
        source.label("via", message.via),
        source.label("message_kind", message.kind),
        message.text if readable else "",
        message.proposal,
        answered or str((message.fields or {}).get("proposal") or "") or None,
        source.label("message_state", message.state),
        message.seq,
    )
