"""What every repository needs: the transaction it works in, and inserts that do not fail on a known key.

A failed statement ends a whole transaction on PostgreSQL, so "is it there already?" is asked by ON CONFLICT."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Executable, Row, Table, or_

from trader.clock import Clock
from trader.model.market import Market
from trader.model.order import Breakeven

if TYPE_CHECKING:
    from sqlalchemy.dialects.postgresql import Insert as PostgresInsert
    from sqlalchemy.dialects.sqlite import Insert as SqliteInsert

COUNTED = {"preserve_rowcount": True}

PART = 200
"""Rows fetched at a time: the database driver and the row builder let no other thread run until a part is done, and a
long read must not hold up the writer."""

AnyRow = Row[*tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class Transaction:
    """One connection inside one transaction. `clock` is the one open candles are told by, where there is one."""

    connection: Connection
    clock: Clock | None = None

    @property
    def dialect(self) -> str:
        return self.connection.dialect.name

    def run(self, statement: Executable, values: Any = None) -> int:
        """Rows touched."""
        return self.connection.execute(statement, values).rowcount

    def one(self, statement: Executable, **values: Any) -> AnyRow | None:
        return self.connection.execute(statement, values).first()

    def all(self, statement: Executable, **values: Any) -> Sequence[AnyRow]:
        parts = self.connection.execute(statement, values).partitions(PART)
        return [row for part in parts for row in part]

    def scalar(self, statement: Executable, **values: Any) -> Any:
        return self.connection.execute(statement, values).scalar()


@cache
def add_new(dialect: str, table: Table, key: str) -> Executable:
    """INSERT that touches no row when `key` is known already."""
    return _insert(dialect, table).on_conflict_do_nothing(index_elements=[key]).execution_options(**COUNTED)


@cache
def put(dialect: str, table: Table, *keys: str, only_changed: bool = False) -> Executable:
    """INSERT or replace by `keys`; with `only_changed` an equal row is left alone and not counted."""
    insert = _insert(dialect, table)
    fresh = {c.name: insert.excluded[c.name] for c in table.columns if c.name not in keys and c.name != "id"}
    differs = or_(*(table.c[name].is_distinct_from(value) for name, value in fresh.items())) if only_changed else None
    statement = insert.on_conflict_do_update(index_elements=list(keys), set_=fresh, where=differs)
    return statement.execution_options(**COUNTED)


def _insert(dialect: str, table: Table) -> SqliteInsert | PostgresInsert:
    if dialect == "postgresql":
        from sqlalchemy.dialects import postgresql

        return postgresql.insert(table)
    from sqlalchemy.dialects import sqlite

    return sqlite.insert(table)


def breakeven_columns(prefix: str, rule: Breakeven | None) -> dict[str, Decimal | None]:
    """The two columns of a break-even rule; all NULL where there is none."""
    return {
        f"{prefix}_gain": rule.gain if rule else None,
        f"{prefix}_fee_rate": rule.fee_rate if rule else None,
    }


def breakeven_of(gain: Decimal | None, fee_rate: Decimal | None) -> Breakeven | None:
    """The rule of two columns."""
    return None if gain is None or fee_rate is None else Breakeven(gain, fee_rate)


@cache
def market_of(code: str) -> Market:
    return Market.parse(code)
