"""Statements of the hot path on SQLite: written out once per shape, then handed to the driver with nothing in between.

SQLAlchemy writes the SQL and converts the values, as everywhere; what is saved is putting each execution together anew, which costs several
times what SQLite itself takes for such a statement. Only statements marked by `prepared` go this way, and only on the two straight connections.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias, TypeVar

from sqlalchemy import Executable, Insert
from sqlalchemy.engine import Dialect, IteratorResult, Result
from sqlalchemy.engine.interfaces import DBAPICursor
from sqlalchemy.engine.result import SimpleResultMetaData
from sqlalchemy.sql.compiler import SQLCompiler

MARK = "prepared"

S = TypeVar("S", bound=Executable)
Values: TypeAlias = Mapping[str, Any]
Convert: TypeAlias = Callable[[Any], Any] | None


def prepared(statement: S) -> S:
    """Mark a statement that is built once, as a constant of its module; its lists are bound by `bindparam(…, expanding=True)`."""
    return statement.execution_options(**{MARK: True})


def is_prepared(statement: Executable) -> bool:
    """Whether a statement bears the mark."""
    return MARK in statement.get_execution_options()


@dataclass(frozen=True, slots=True)
class _Place:
    """One `?`: the parameter that it takes, the index in it when that is a list, the value when it is none, and how it is converted."""

    name: str
    index: int | None
    constant: Any
    convert: Convert

    def of(self, values: Values) -> Any:
        value = values.get(self.name, self.constant)
        if self.index is not None:
            # Lists are filled up to a power of two, so that few shapes are ever written out.
            value = value[min(self.index, len(value) - 1)] if value else None
        return value if value is None or self.convert is None else self.convert(value)


@dataclass(frozen=True)
class Ready:
    """A statement as SQLite takes it."""

    sql: str
    places: Sequence[_Place]
    columns: SimpleResultMetaData | None
    converts: Sequence[Convert]

    def run(self, cursor: DBAPICursor, parameters: Values | Sequence[Values] | None) -> Result[Any]:
        """Execute, and fetch whatever comes."""
        if isinstance(parameters, Mapping) or parameters is None:
            given = parameters or {}
            cursor.execute(self.sql, [place.of(given) for place in self.places])
        else:
            cursor.executemany(self.sql, [[place.of(one) for place in self.places] for one in parameters])
        if self.columns is None:
            return IteratorResult(SimpleResultMetaData(()), iter(()))
        rows = [
            tuple(value if convert is None else convert(value) for value, convert in zip(row, self.converts, strict=True))
            for row in cursor.fetchall()
        ]
        return IteratorResult(self.columns, iter(rows))


class Prepared:
    """The statements that one connection has written out, by statement and shape."""

    def __init__(self, dialect: Dialect) -> None:
        self._dialect = dialect
        self._ready: dict[tuple[Any, ...], Ready] = {}

    def ready(self, statement: Executable, parameters: Values | Sequence[Values] | None) -> Ready:
        """The statement for parameters of this shape."""
        first: Values = {}
        if parameters:
            first = parameters if isinstance(parameters, Mapping) else parameters[0]
        if isinstance(statement, Insert):
            shape: tuple[Any, ...] = tuple(first)
        else:
            shape = tuple(_size(value) for value in first.values() if _is_list(value))
        key = (statement, *shape)
        found = self._ready.get(key)
        if found is None:
            found = self._ready[key] = self._write(statement, first)
        return found

    def _write(self, statement: Any, first: Values) -> Ready:
        if isinstance(statement, Insert):
            compiled = statement.compile(dialect=self._dialect, column_keys=list(first))
            if compiled.insert_prefetch:
                raise TypeError(f"rows of {compiled.statement} must name every column: {compiled.insert_prefetch}")
        else:
            # Lists, those that stand in the statement included, become as many places as they have values.
            shaped = {name: [None] * _size(value) if _is_list(value) else value for name, value in first.items()}
            written = statement.params(**shaped) if statement.is_select else statement
            compiled = written.compile(dialect=self._dialect, compile_kwargs={"render_postcompile": statement.is_select})
        given = list(statement.exported_columns) if _returns(statement) else []
        return Ready(
            sql=str(compiled),
            places=[self._place(compiled, name) for name in compiled.positiontup or ()],
            columns=SimpleResultMetaData([column.key for column in given]) if given else None,
            converts=[column.type.dialect_impl(self._dialect).result_processor(self._dialect, None) for column in given],
        )

    def _place(self, compiled: SQLCompiler, name: str) -> _Place:
        bound, index = compiled.binds.get(name), None
        if bound is None:
            of, _, number = name.rpartition("_")
            bound, index = compiled.binds[of], int(number) - 1
        convert = bound.type.dialect_impl(self._dialect).bind_processor(self._dialect)
        return _Place(bound.key, index, bound.effective_value, convert)


def _returns(statement: Any) -> bool:
    return statement.is_select or bool(statement.exported_columns)


def _is_list(value: Any) -> bool:
    return isinstance(value, list | tuple)


def _size(value: Sequence[Any]) -> int:
    return 1 << (max(1, len(value)) - 1).bit_length()
