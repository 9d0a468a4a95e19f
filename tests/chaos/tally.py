"""What a machine is asked for, and what it has seen."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from chatbot.drill.compare import Defect


@dataclass(frozen=True, slots=True)
class Plan:
    """`minutes` is when no further life is begun. `faults` False: the exchange behaves."""

    seed: int
    kills: int
    minutes: float = 60.0
    faults: bool = True


@dataclass(slots=True)
class Tally:
    """What a machine has seen."""

    lives: int = 0
    ends: Counter[str] = field(default_factory=Counter)
    commands: Counter[str] = field(default_factory=Counter)
    refusals: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    errors: Counter[str] = field(default_factory=Counter)
    defects: list[Defect] = field(default_factory=list)
    ready: list[float] = field(default_factory=list)
    answers: list[float] = field(default_factory=list)
    orders: int = 0
    fills: int = 0
    states: Counter[str] = field(default_factory=Counter)
    origins: Counter[str] = field(default_factory=Counter)
    doubted: int = 0
    surfaced: int = 0
    seconds: float = 0.0

    @property
    def kills(self) -> int:
        return sum(count for name, count in self.ends.items() if name not in ("clean", "by itself"))
