"""What language models were asked, said and wrote, what became of it, and what was learned.

Bodies are JSON of the model's values; lists leave the prompt out, which is most of a row."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any

import msgspec
from sqlalchemy import bindparam, literal, select, update

from storage import tables
from storage.repositories.statements import Transaction, add_new, put
from trader.model.advice import Consultation, Writing
from trader.model.reflection import Lesson, Move

_c, _o, _l, _w = tables.consultations.c, tables.outcomes.c, tables.lessons.c, tables.writings.c

_BODIES = select(_c.body)
_LATEST = _BODIES.order_by(_c.at.desc(), _c.id.desc()).limit(bindparam("n"))
_SINCE = _BODIES.where(_c.at >= bindparam("moment")).order_by(_c.at, _c.id)
_GET = select(_c.body, _c.prompt).where(_c.consultation_id == bindparam("key"))
_COSTS = select(_c.cost).where(_c.at >= bindparam("moment"))
_SAVE = update(tables.consultations).where(_c.consultation_id == bindparam("key")).values(body=bindparam("new_body"))

_MOVES = select(_o.consultation_id, _o.horizon, _o.start, _o.end, _o.at).order_by(_o.consultation_id, _o.horizon)
_WRITINGS = select(_w.body).order_by(_w.at.desc(), _w.id.desc()).limit(bindparam("n"))
_WRITING_COSTS = select(_w.cost, _w.body).where(_w.at >= bindparam("moment"))
_LESSONS = select(_l.body).order_by(_l.created_at, _l.lesson_id)
_LESSON = select(_l.body).where(_l.lesson_id == bindparam("key"))


def _body(value: Consultation | Lesson | Writing) -> Any:
    return msgspec.to_builtins(value, str_keys=True)


class SqlConsultations:
    def __init__(self, transaction: Transaction) -> None:
        self._t = transaction

    def add(self, consultation: Consultation) -> None:
        body = _body(consultation)
        row = {
            "consultation_id": consultation.consultation_id,
            "at": consultation.at,
            "market": consultation.question.market.code,
            "cost": consultation.cost,
            "prompt": body.pop("prompt"),
            "body": {**body, "prompt": ""},
        }
        if self._t.run(add_new(self._t.dialect, tables.consultations, "consultation_id"), row) == 0:
            raise ValueError(f"consultation {consultation.consultation_id} is stored already")

    def save(self, consultation: Consultation) -> None:
        body = {**_body(consultation), "prompt": ""}
        self._t.run(_SAVE, {"key": consultation.consultation_id, "new_body": body})

    def get(self, consultation_id: str) -> Consultation | None:
        row = self._t.one(_GET, key=consultation_id)
        return msgspec.convert({**row[0], "prompt": row[1]}, Consultation) if row else None

    def latest(self, limit: int, market: str | None = None) -> list[Consultation]:
        query = _LATEST if market is None else _LATEST.where(_c.market == literal(market))
        return [msgspec.convert(row[0], Consultation) for row in self._t.all(query, n=limit)]

    def since(self, moment: datetime, until: datetime | None = None) -> list[Consultation]:
        query = _SINCE if until is None else _SINCE.where(_c.at < until)
        return [msgspec.convert(row[0], Consultation) for row in self._t.all(query, moment=moment)]

    def cost_since(self, moment: datetime) -> Decimal:
        return sum((row[0] for row in self._t.all(_COSTS, moment=moment)), Decimal(0))


class SqlOutcomes:
    def __init__(self, transaction: Transaction) -> None:
        self._t = transaction

    def add(self, consultation_id: str, move: Move) -> None:
        row = {
            "consultation_id": consultation_id,
            "horizon": move.horizon,
            "start": move.start,
            "end": move.end,
            "at": move.at,
        }
        self._t.run(put(self._t.dialect, tables.outcomes, "consultation_id", "horizon"), row)

    def of(self, consultation_ids: Iterable[str]) -> dict[str, list[Move]]:
        found: dict[str, list[Move]] = {}
        wanted = list(consultation_ids)
        for start in range(0, len(wanted), 500):
            part = wanted[start : start + 500]
            for row in self._t.all(_MOVES.where(_o.consultation_id.in_(part))):
                found.setdefault(row[0], []).append(Move(*row[1:]))
        return found


class SqlWritings:
    def __init__(self, transaction: Transaction) -> None:
        self._t = transaction

    def add(self, writing: Writing) -> None:
        row = {"writing_id": writing.writing_id, "at": writing.at, "cost": writing.result.cost, "body": _body(writing)}
        if self._t.run(add_new(self._t.dialect, tables.writings, "writing_id"), row) == 0:
            raise ValueError(f"writing {writing.writing_id} is stored already")

    def latest(self, limit: int) -> list[Writing]:
        return [msgspec.convert(row[0], Writing) for row in self._t.all(_WRITINGS, n=limit)]

    def cost_since(self, moment: datetime, purpose: str = "") -> Decimal:
        rows = self._t.all(_WRITING_COSTS, moment=moment)
        return sum((row[0] for row in rows if purpose in ("", row[1]["purpose"])), Decimal(0))


class SqlLessons:
    def __init__(self, transaction: Transaction) -> None:
        self._t = transaction

    def all(self) -> list[Lesson]:
        return [msgspec.convert(row[0], Lesson) for row in self._t.all(_LESSONS)]

    def get(self, lesson_id: str) -> Lesson | None:
        row = self._t.one(_LESSON, key=lesson_id)
        return msgspec.convert(row[0], Lesson) if row else None

    def save(self, lesson: Lesson) -> None:
        row = {"lesson_id": lesson.lesson_id, "created_at": lesson.created_at, "body": _body(lesson)}
        self._t.run(put(self._t.dialect, tables.lessons, "lesson_id"), row)
