"""What was learned, as values: moves of the price after a decision, and lessons with their evidence."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

UP = Decimal("1.001")
"""A close above today's price times this counts as up; the members' `p_up` is asked in the same words."""


@dataclass(frozen=True, slots=True)
class Move:
    """The price between a decision and one horizon (candles). `start` is the average fill, else the next candle's open;
    KRW."""

    horizon: int
    start: Decimal
    end: Decimal
    at: datetime

    @property
    def change(self) -> Decimal:
        """Holding's return, a fraction, without fees."""
        return self.end / self.start - 1

    @property
    def up(self) -> bool:
        return self.end > self.start * UP


class LessonState(StrEnum):
    """CANDIDATE: too little evidence, never shown to a model. ACTIVE: shown. RETIRED: by time or by what came after.
    VETOED: by a person."""

    CANDIDATE = "candidate"
    ACTIVE = "active"
    RETIRED = "retired"
    VETOED = "vetoed"


@dataclass(frozen=True, slots=True)
class Lesson:
    """One condition on the figures of the moment and what it taught; its figures are computed by code.

    `market` empty = every market; the condition reads `feature` `op` (">" or "<") `value`; `side` is the side it
    speaks of. `n` decisions met the condition, a trade on that side would have paid after fees in `hits` of them,
    against `other_hits` of `other_n` that did not meet it; `low` and `high` bound the difference of the two shares.
    `origin` is model, template, or person where somebody wrote the text, `note` why it was retired."""

    lesson_id: str
    created_at: datetime
    market: str
    feature: str
    op: str
    value: float
    side: str
    text: str
    origin: str
    state: LessonState
    n: int
    hits: int
    other_n: int
    other_hits: int
    low: float
    high: float
    expires_at: datetime
    support: tuple[str, ...] = ()
    counter: tuple[str, ...] = ()
    pinned: bool = False
    changed_by: str = ""
    changed_at: datetime | None = None
    note: str = ""

    @property
    def direction(self) -> int:
        """1: it paid more often under the condition, −1: less often; 0 while there is nothing to compare."""
        ahead = self.hits * self.other_n - self.other_hits * self.n
        return (ahead > 0) - (ahead < 0)
