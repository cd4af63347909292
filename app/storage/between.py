"""How long it was from one moment of a row to another, to the millisecond, as Asterisk tells its moments."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Column, ColumnElement
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement


def milliseconds_between(start: Column[datetime], end: Column[datetime]) -> ColumnElement[int]:
    """The milliseconds from one column's moment to another's; NULL where either is."""
    return _Between(start, end)


class _Between(FunctionElement[int]):
    type = BigInteger()
    inherit_cache = True


@compiles(_Between, "postgresql")
def _on_postgresql(element: _Between, compiler: SQLCompiler, **how: Any) -> str:
    start, end = (compiler.process(each, **how) for each in element.clauses)
    return f"ROUND(EXTRACT(EPOCH FROM ({end} - {start})) * 1000)"


@compiles(_Between)
def _elsewhere(element: _Between, compiler: SQLCompiler, **how: Any) -> str:
    start, end = (compiler.process(each, **how) for each in element.clauses)
    return f"ROUND((JULIANDAY({end}) - JULIANDAY({start})) * 86400000)"
