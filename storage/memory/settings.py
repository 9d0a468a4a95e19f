"""The memory's settings and notes; the same contract as over SQL."""

from __future__ import annotations

import json
from typing import Any

from storage.memory.shelf import Shelf, Undo, checked, newest
from storage.values import json_text
from trader.model.events import SettingRow


class MemorySettingRows:
    def __init__(self, undo: Undo) -> None:
        self._rows: Shelf[int, SettingRow] = Shelf(undo)

    def current(self) -> dict[str, SettingRow]:
        newest = {row.key: row for row in self._rows}
        return {key: row for key, row in newest.items() if row.value is not None}

    def add(self, row: SettingRow) -> None:
        row = checked(row)
        self._rows.put(len(self._rows), row)

    def history(self, limit: int, key: str | None = None) -> list[SettingRow]:
        return newest((row for row in self._rows if key in (None, row.key)), limit)


class MemoryNotes:
    def __init__(self, undo: Undo) -> None:
        self._notes: Shelf[str, str] = Shelf(undo)

    def get(self, key: str) -> Any:
        text = self._notes.get(key)
        return None if text is None else json.loads(text)

    def put(self, key: str, value: Any) -> None:
        self._notes.put(key, json_text(value))
