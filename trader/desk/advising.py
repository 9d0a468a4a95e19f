"""Models: what they said and are worth, what was learned, who has a vote."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from trader.desk.tools import Part
from trader.learning import Decision, MemberView, Standing
from trader.model.advice import JSON, Form
from trader.model.market import Market
from trader.model.order import Side
from trader.model.reflection import Lesson
from trader.reflection.cards import Cards
from trader.reflection.diary import Noted


class Advising(Part):
    async def ai_standing(self, days: int, side: Side | None = None) -> Standing:
        """Who is asked, what the last `days` days of answers were worth, what they cost."""
        return await self._t.learning.standing(days, side)

    async def ai_members(self) -> tuple[MemberView, ...]:
        """Who is asked; empty: no model is configured."""
        return await self._t.learning.members()

    async def ai_sentence(
        self, system: str, form: Form, content: Mapping[str, JSON], check: Callable[[str], object], seconds: float
    ) -> str | None:
        """A model's text about what a person wrote, past `check`; None: there is none to be had. StorageFailed."""
        writer = self._t.learning.writer
        return await writer.sentence(system, form, content, check, seconds) if writer is not None else None

    async def ai_picture(self, cards: Cards, title: str) -> bytes | None:
        """PNG; None while nothing was asked. ChartFailed. `title` is Latin."""
        return await self._t.learning.picture(cards, title)

    async def ai_decision(self, id_start: str) -> Decision:
        """UserInputError: ai-unknown, ai-ambiguous."""
        return await self._t.learning.decision(id_start)

    async def ai_last(self, market: Market | None) -> Decision:
        """UserInputError: ai-none."""
        return await self._t.learning.last(market)

    async def restore_member(self, name: str, by: str) -> None:
        """Give a member its vote back. UserInputError: ai-member-votes."""
        await self._t.learning.reviewer.restore(name, by)

    async def lessons(self) -> list[Lesson]:
        """Those in force first."""
        return await self._t.learning.lessons.all()

    async def notes(self, count: int) -> list[Noted]:
        """Notes on closed positions with what holding would have brought by now, newest first."""
        return await self._t.learning.diary.latest(count)

    async def change_lesson(self, action: str, id_start: str, by: str, text: str = "") -> Lesson:
        """`action` is pin, unpin, veto or edit (with `text`). UserInputError: lesson-unknown, lesson-ambiguous,
        lesson-text."""
        lessons = self._t.learning.lessons
        match action:
            case "pin":
                return await lessons.pin(id_start, by)
            case "unpin":
                return await lessons.unpin(id_start, by)
            case "veto":
                return await lessons.veto(id_start, by)
            case "edit":
                return await lessons.edit(id_start, text, by)
        raise ValueError(f"not an action: {action!r}")
