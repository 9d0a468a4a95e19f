"""What the pattern model says, as one item of the dossier (S7); one no better than the base rate says nothing."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Final

from trader.advice.context.finding import Finding, absent, figure
from trader.advice.pattern.model import Assessment, PatternModel
from trader.model.advice import ContextItem, ItemStatus, Question
from trader.model.market import Market

NAME: Final = "pattern_risk"
Assess = Callable[[Market], Awaitable[tuple[PatternModel, Assessment] | None]]


class Pattern:
    def __init__(self, assess: Assess) -> None:
        self._assess = assess

    def names(self, question: Question) -> tuple[str, ...]:
        return (NAME,)

    async def look(self, question: Question, now: datetime) -> Finding:
        found = await self._assess(question.market)
        if found is None:
            return Finding([absent(NAME, "not trained yet")])
        model, said = found
        if not model.useful:
            return Finding([absent(NAME, "no better than the base rate out of sample")])
        shown = {
            "risk": figure(said.risk, 3),
            "base_rate": figure(model.scores.base_rate, 3),
            "suggested_position": figure(said.position, 2),
            "out_of_sample_auc": figure(model.scores.auc, 3),
        }
        unit = "chance of a close 1.5 ATR lower within 12 candles"
        age = (now - model.trained_at).total_seconds()
        return Finding([ContextItem(NAME, ItemStatus.OK, dict(shown), unit, model.trained_at, age, "own model")])
