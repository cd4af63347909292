"""A column among values that are given as one list: the statement stays the same, however many there are.

An `IN` with a mark for each value is another statement for each length: written, read and planned anew.
"""

import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Column, ColumnElement, Dialect, String, TypeDecorator, bindparam
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeEngine


def among(column: Column[Any], name: str) -> ColumnElement[bool]:
    """The condition that a column of texts or whole numbers has one of the values of the parameter `name`."""
    return _Among(column, bindparam(name, type_=_Values(column.type)))


class _Among(FunctionElement[bool]):
    inherit_cache = True


class _Values(TypeDecorator[Sequence[Any]]):
    """An array on PostgreSQL, JSON on SQLite."""

    impl = String
    cache_ok = True

    def __init__(self, of: TypeEngine[Any]) -> None:
        super().__init__()
        self._of = of

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """The type that the driver sees."""
        return dialect.type_descriptor(
            postgresql.ARRAY(self._of) if dialect.name == "postgresql" else String()
        )

    def process_bind_param(self, value: Sequence[Any] | None, dialect: Dialect) -> Any:
        """The values as the database takes them."""
        values = list(value or ())
        return values if dialect.name == "postgresql" else json.dumps(values)


@compiles(_Among, "postgresql")
def _on_postgresql(element: _Among, compiler: SQLCompiler, **how: Any) -> str:
    column, values = (compiler.process(each, **how) for each in element.clauses)
    return f"{column} = ANY ({values})"


@compiles(_Among)
def _elsewhere(element: _Among, compiler: SQLCompiler, **how: Any) -> str:
    column, values = (compiler.process(each, **how) for each in element.clauses)
    return f"{column} IN (SELECT value FROM json_each({values}))"  # noqa: S608 - a mark for the parameter
