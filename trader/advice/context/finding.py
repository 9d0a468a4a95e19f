"""What the sources of a dossier have in common: their port, what they hand back, and how figures are written down."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Protocol

from trader.advice.context.kept import Known
from trader.model.advice import JSON, ContextItem, ItemStatus, Question


@dataclass(frozen=True, slots=True)
class Finding:
    """Items for the models, and figures by the names of `model.features` (unknown ones left out)."""

    items: Sequence[ContextItem]
    features: Mapping[str, float] = field(default_factory=dict)


class Source(Protocol):
    """One thing a decision is told."""

    def names(self, question: Question) -> tuple[str, ...]:
        """Of the items it will give, so that they are said to be absent where it breaks."""
        ...

    async def look(self, question: Question, now: datetime) -> Finding: ...


SWITCHED_OFF: Final = "switched off"


class SwitchedOff:
    """A source without an address: its items are said to be absent."""

    def __init__(self, *names: str) -> None:
        self._names = names

    def names(self, question: Question) -> tuple[str, ...]:
        return self._names

    async def look(self, question: Question, now: datetime) -> Finding:
        return Finding([absent(name, SWITCHED_OFF) for name in self._names])


def absent(name: str, reason: str, source: str = "") -> ContextItem:
    return ContextItem(name, ItemStatus.ABSENT, source=source, reason=reason)


def item_of(name: str, known: Known[Any], value: JSON, *, unit: str, source: str, reason: str = "") -> ContextItem:
    """The item for something kept; `value` is shown unless it is absent, `reason` besides the kept one's own."""
    if known.status is ItemStatus.ABSENT:
        return absent(name, known.reason, source)
    why = "; ".join(part for part in (known.reason, reason) if part)
    return ContextItem(name, known.status, value, unit, known.as_of, known.age_seconds, source, why)


def figure(value: float, digits: int = 6) -> JSON:
    """A number with so many digits that count, whole where it is; None for NaN and infinity."""
    if not math.isfinite(value):
        return None
    if value == 0:
        return 0
    rounded = round(value, max(digits - 1 - math.floor(math.log10(abs(value))), 0))
    return int(rounded) if rounded == int(rounded) else rounded
