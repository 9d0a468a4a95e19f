"""How values become columns: decimals to the digit, aware UTC times to the microsecond, JSON, text of any origin.

The same text is stored on SQLite and PostgreSQL, so both answer alike; only times use the database's own type where it
has one. Sums are made in Python: to a database these decimals are words."""

from __future__ import annotations

import json
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import BigInteger, Dialect, Integer, Text
from sqlalchemy.types import TIMESTAMP, TypeDecorator, TypeEngine

from storage.values import decimal_text, json_text, storable_text, utc, utc_text

Sequence = BigInteger().with_variant(Integer(), "sqlite")
"""Rows in the order they were written. SQLite counts on by itself only in a column of type INTEGER."""


class DecimalText(TypeDecorator[Decimal]):
    """Decimal ↔ text."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> str | None:
        return None if value is None else decimal_text(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> Decimal | None:
        return None if value is None else Decimal(value)


class UtcTime(TypeDecorator[datetime]):
    """Aware time ↔ fixed-width text on SQLite, TIMESTAMPTZ elsewhere."""

    impl = TIMESTAMP(timezone=True)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(Text() if dialect.name == "sqlite" else TIMESTAMP(timezone=True))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        if value is None:
            return None
        return utc_text(value) if dialect.name == "sqlite" else utc(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return datetime.fromisoformat(value) if dialect.name == "sqlite" else utc(value)


class JsonText(TypeDecorator[Any]):
    """Anything JSON knows ↔ text."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str:
        return json_text(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:
        return json.loads(value)


class OutsideText(TypeDecorator[str]):
    """Text whose characters were chosen by somebody else."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value is None else storable_text(value)
