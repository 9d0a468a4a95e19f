"""The memory's consultations, outcomes, lessons and writings; the same contract as over SQL."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from storage.memory.shelf import Shelf, Undo, newest
from trader.model.advice import Consultation, Writing
from trader.model.reflection import Lesson, Move


class MemoryConsultations:
    def __init__(self, undo: Undo) -> None:
        self._rows: Shelf[str, Consultation] = Shelf(undo)

    def add(self, consultation: Consultation) -> None:
        if consultation.consultation_id in self._rows:
            raise ValueError(f"consultation {consultation.consultation_id} is stored already")
        self._rows.put(consultation.consultation_id, consultation)

    def save(self, consultation: Consultation) -> None:
        known = self._rows.get(consultation.consultation_id)
        if known is not None:
            self._rows.put(consultation.consultation_id, replace(consultation, prompt=known.prompt))

    def get(self, consultation_id: str) -> Consultation | None:
        return self._rows.get(consultation_id)

    def latest(self, limit: int, market: str | None = None) -> list[Consultation]:
        rows = [row for row in self._in_order() if market is None or row.question.market.code == market]
        return rows[::-1][:limit]

    def since(self, moment: datetime, until: datetime | None = None) -> list[Consultation]:
        return [row for row in self._in_order() if row.at >= moment and (until is None or row.at < until)]

    def cost_since(self, moment: datetime) -> Decimal:
        return sum((row.cost for row in self._rows if row.at >= moment), Decimal(0))

    def _in_order(self) -> list[Consultation]:
        return sorted((replace(row, prompt="") for row in self._rows), key=lambda row: row.at)


class MemoryOutcomes:
    def __init__(self, undo: Undo) -> None:
        self._moves: Shelf[tuple[str, int], tuple[str, Move]] = Shelf(undo)

    def add(self, consultation_id: str, move: Move) -> None:
        self._moves.put((consultation_id, move.horizon), (consultation_id, move))

    def of(self, consultation_ids: Iterable[str]) -> dict[str, list[Move]]:
        wanted = set(consultation_ids)
        found: dict[str, list[Move]] = {}
        for consultation_id, move in sorted(self._moves, key=lambda pair: (pair[0], pair[1].horizon)):
            if consultation_id in wanted:
                found.setdefault(consultation_id, []).append(move)
        return found


class MemoryWritings:
    def __init__(self, undo: Undo) -> None:
        self._rows: Shelf[str, Writing] = Shelf(undo)

    def add(self, writing: Writing) -> None:
        if writing.writing_id in self._rows:
            raise ValueError(f"writing {writing.writing_id} is stored already")
        self._rows.put(writing.writing_id, writing)

    def latest(self, limit: int) -> list[Writing]:
        return newest(self._rows, limit, lambda row: row.at)

    def cost_since(self, moment: datetime, purpose: str = "") -> Decimal:
        rows = [row for row in self._rows if row.at >= moment and purpose in ("", row.purpose)]
        return sum((row.result.cost for row in rows), Decimal(0))


class MemoryLessons:
    def __init__(self, undo: Undo) -> None:
        self._lessons: Shelf[str, Lesson] = Shelf(undo)

    def all(self) -> list[Lesson]:
        return sorted(self._lessons, key=lambda lesson: (lesson.created_at, lesson.lesson_id))

    def get(self, lesson_id: str) -> Lesson | None:
        return self._lessons.get(lesson_id)

    def save(self, lesson: Lesson) -> None:
        self._lessons.put(lesson.lesson_id, lesson)
