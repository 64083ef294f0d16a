"""How columns of any table are written in a backup and read back, the same for both databases."""

import base64
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    ColumnElement,
    Date,
    DateTime,
    Float,
    Insert,
    Integer,
    LargeBinary,
    Numeric,
    Select,
    String,
    Table,
    Text,
    TypeDecorator,
    bindparam,
    cast,
    column,
    insert,
    select,
    table,
    type_coerce,
)
from sqlalchemy.types import TypeEngine

from app.database.tables import UtcDateTime

TYPES: dict[str, TypeEngine[Any]] = {
    "text": Text(),
    "json": Text(),
    "whole": Integer(),
    "yes": Boolean(),
    "real": Float(),
    "number": Numeric(18, 3),
    "moment": UtcDateTime(),
    "day": Date(),
    "bytes": LargeBinary(),
}
"""Kinds of values, and as what they are handed to a database; JSON travels as the text that stands in the row."""
_KINDS: tuple[tuple[type[TypeEngine[Any]], str], ...] = (
    (JSON, "json"),
    (Boolean, "yes"),
    (Integer, "whole"),
    (Float, "real"),
    (Numeric, "number"),
    (DateTime, "moment"),
    (Date, "day"),
    (LargeBinary, "bytes"),
    (String, "text"),
)


def kind_of(given: Column[Any]) -> str:
    """The kind of a column."""
    stored = given.type.impl_instance if isinstance(given.type, TypeDecorator) else given.type
    for type_, kind in _KINDS:
        if isinstance(stored, type_):
            return kind
    raise TypeError(f"{given.table.name}.{given.name}: no way to write {stored!r} in a backup")


def reading(source: Table) -> Select[Any]:
    """Every row of a table, with texts, enumerations and JSON as they are stored."""
    return select(*(_as_stored(one).label(one.name) for one in source.columns))


def _as_stored(given: Column[Any]) -> ColumnElement[Any]:
    match kind_of(given):
        case "text":
            return type_coerce(given, Text())
        case "json":
            return cast(given, Text())
    return given


def writing(name: str, columns: Sequence[tuple[str, str]], *, postgres: bool) -> Insert:
    """An insert of rows whose values are named `v0`, `v1` … in the order of the columns."""
    into = table(name, *(column(called, TYPES[kind]) for called, kind in columns))

    def value(at: int, kind: str) -> Any:
        given = bindparam(f"v{at}", type_=TYPES[kind])
        return cast(given, JSON()) if kind == "json" and postgres else given

    return insert(into).values({called: value(at, kind) for at, (called, kind) in enumerate(columns)})


def written(value: Any) -> Any:
    """A value as JSON has it."""
    match value:
        case bytes() | memoryview():
            return base64.b64encode(bytes(value)).decode()
        case datetime() | date():
            return value.isoformat()
        case Decimal():
            return str(value)
    return value


def read(value: Any, kind: str) -> Any:
    """The value that was written."""
    if value is None:
        return None
    match kind:
        case "bytes":
            return base64.b64decode(value)
        case "moment":
            return datetime.fromisoformat(value)
        case "day":
            return date.fromisoformat(value)
        case "number":
            return Decimal(value)
    return value
