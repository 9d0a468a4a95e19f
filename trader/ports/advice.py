"""Language models: who is asked about a wish, and the repositories of what was said and came of it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Protocol

from trader.model.advice import Advice, Consultation, Question, Writing
from trader.model.reflection import Lesson, Move


class Adviser(Protocol):
    """Language models asked about a wish."""

    async def advise(self, question: Question, thread: str) -> Advice:
        """Told in `thread`. No answer is an `Advice` that says so. StorageFailed: what was said could not be kept, and
        counts as nothing said."""
        ...

    def comment(self, question: Question, thread: str) -> None:
        """Ask without waiting; what is said is told under the messages of `thread`."""
        ...


class Consultations(Protocol):
    """What language models were asked and said. Lists leave the prompt empty; `get` has it."""

    def add(self, consultation: Consultation) -> None:
        """ValueError when the consultation id exists."""
        ...

    def save(self, consultation: Consultation) -> None:
        """Replace what is stored of it, but for its prompt, cost and time."""
        ...

    def get(self, consultation_id: str) -> Consultation | None: ...

    def latest(self, limit: int, market: str | None = None) -> list[Consultation]:
        """Newest first."""
        ...

    def since(self, moment: datetime, until: datetime | None = None) -> list[Consultation]:
        """At or after `moment` and before `until`, oldest first."""
        ...

    def cost_since(self, moment: datetime) -> Decimal:
        """KRW spent on models since then."""
        ...


class Outcomes(Protocol):
    """Where the price stood after a consultation."""

    def add(self, consultation_id: str, move: Move) -> None:
        """Insert or replace by consultation and horizon."""
        ...

    def of(self, consultation_ids: Iterable[str]) -> dict[str, list[Move]]:
        """By consultation, shortest horizon first; those without any are left out."""
        ...


class Writings(Protocol):
    """What language models wrote for people."""

    def add(self, writing: Writing) -> None:
        """ValueError when the writing id exists."""
        ...

    def latest(self, limit: int) -> list[Writing]:
        """Newest first."""
        ...

    def cost_since(self, moment: datetime, purpose: str = "") -> Decimal:
        """KRW spent on them since then; on those of one purpose alone."""
        ...


class Lessons(Protocol):
    def all(self) -> list[Lesson]:
        """Oldest first."""
        ...

    def get(self, lesson_id: str) -> Lesson | None: ...

    def save(self, lesson: Lesson) -> None:
        """Insert or replace by lesson id."""
        ...
