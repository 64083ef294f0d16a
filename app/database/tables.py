"""The ground of every table: naming convention, moments, ids, and row texts in a stable form."""

import base64
import enum
import json
import secrets
from datetime import UTC, datetime

from sqlalchemy import JSON, DateTime, Dialect, Enum, LargeBinary, MetaData, String, Text, TypeDecorator
from sqlalchemy.orm import DeclarativeBase, MappedColumn, mapped_column

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class UtcDateTime(TypeDecorator[datetime]):
    """A moment: aware UTC in Python on both databases; a naive one is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment without a zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def _values(kind: type[enum.Enum]) -> list[str]:
    """Enumerations are stored by value, so that a row reads like the protocol."""
    return [str(member.value) for member in kind]


class Table(DeclarativeBase):
    """What every mapped class derives from."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map = {
        enum.Enum: Enum(enum.Enum, native_enum=False, length=20, values_callable=_values),
        datetime: UtcDateTime(),
        str: Text(),
        bytes: LargeBinary(),
        dict: JSON(),
        list: JSON(),
        dict[str, object]: JSON(),
        list[str]: JSON(),
        list[int]: JSON(),
    }


def new_id() -> str:
    """A public random id: 16 characters of base32, 80 bits."""
    return base64.b32encode(secrets.token_bytes(10)).decode().lower()


Id = String(16)
"""The column type of ids made by `new_id`."""


def id_column() -> MappedColumn[str]:
    """The primary key of a row that the outside may name."""
    return mapped_column(Id, primary_key=True, default=new_id)


def canonical(value: object) -> bytes:
    """JSON in one stable form (sorted keys, no spaces, UTF-8), for hashes and chains."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=str).encode()
