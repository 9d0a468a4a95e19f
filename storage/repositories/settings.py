"""Settings changed by chat, and small facts by name."""

from __future__ import annotations

from typing import Any

from sqlalchemy import bindparam, func, insert, literal, select

from storage import tables
from storage.repositories.statements import Transaction, put
from trader.model.events import SettingRow

_s, _n = tables.settings.c, tables.notes.c

_ADD = insert(tables.settings)
_ROWS = select(_s.key, _s.value, _s.set_by, _s.set_at)
_NEWEST = select(func.max(_s.id)).group_by(_s.key)
_CURRENT = _ROWS.where(_s.id.in_(_NEWEST), _s.value.is_not(None)).order_by(_s.id)
_HISTORY = _ROWS.order_by(_s.id.desc()).limit(bindparam("n"))

_NOTE = select(_n.value).where(_n.key == bindparam("name"))


class SqlSettingRows:
    """Append-only; order is the order of writing, not of the times, so a clock set back changes nothing."""

    def __init__(self, transaction: Transaction) -> None:
        self._t = transaction

    def current(self) -> dict[str, SettingRow]:
        return {row.key: SettingRow(*row) for row in self._t.all(_CURRENT)}

    def add(self, row: SettingRow) -> None:
        self._t.run(_ADD, {"key": row.key, "value": row.value, "set_by": row.set_by, "set_at": row.set_at})

    def history(self, limit: int, key: str | None = None) -> list[SettingRow]:
        query = _HISTORY if key is None else _HISTORY.where(_s.key == literal(key))
        return [SettingRow(*row) for row in self._t.all(query, n=limit)]


class SqlNotes:
    def __init__(self, transaction: Transaction) -> None:
        self._t = transaction

    def get(self, key: str) -> Any:
        """None for a name never put."""
        return self._t.scalar(_NOTE, name=key)

    def put(self, key: str, value: Any) -> None:
        """Raises TypeError or ValueError for what JSON does not know."""
        self._t.run(put(self._t.dialect, tables.notes, "key"), {"key": key, "value": value})
