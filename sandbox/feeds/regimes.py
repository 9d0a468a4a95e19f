"""Moods of a synthetic market: which way it leans and how wildly, minute by minute."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

import numpy as np


class Mood(Enum):
    UP = "up"
    DOWN = "down"
    RANGE = "range"
    WILD = "wild"


_MOODS = (Mood.UP, Mood.DOWN, Mood.RANGE, Mood.WILD)
_CHANCES = (0.27, 0.27, 0.26, 0.20)
_SHORTEST_MINUTES, _LONGEST_MINUTES = 5, 22
_BURST_CHANCE = 0.05
_JUMP_CHANCE = 0.004


@dataclass(frozen=True, slots=True)
class Minute:
    """How one minute goes.

    Attributes:
        drift: mean log return of the minute in units of the market's minute volatility.
        vol: multiple of the market's minute volatility.
        pull: share of the distance to the range's centre that closes in the minute; 0 outside ranges.
        activity: multiple of the usual number of trades.
        jump: sudden log return within the minute, in units of minute volatility; usually 0.
    """

    drift: float
    vol: float
    pull: float
    activity: float
    jump: float


class Regimes:
    """The sequence of moods of one market; asks its generator the same number of times in the same order."""

    def __init__(self, rng: np.random.Generator) -> None:
        self._rng = rng
        self._left = 0
        self._mood = Mood.RANGE
        self._slope = 0.0
        self.changed = False

    def next_minute(self) -> Minute:
        """The coming minute; `changed` tells whether a new mood begins with it."""
        rng = self._rng
        self.changed = self._left == 0
        if self.changed:
            self._mood = _MOODS[int(rng.choice(4, p=_CHANCES))]
            self._left = int(rng.integers(_SHORTEST_MINUTES, _LONGEST_MINUTES))
            self._slope = float(rng.uniform(0.35, 0.9))
        self._left -= 1
        burst, jump = rng.random(2)
        lift = float(rng.uniform(2.0, 5.0)) if burst < _BURST_CHANCE else 1.0
        leap = float(rng.normal(0.0, 7.0)) if jump < _JUMP_CHANCE else 0.0
        drift = {Mood.UP: self._slope, Mood.DOWN: -self._slope}.get(self._mood, 0.0)
        vol = {Mood.WILD: 2.1, Mood.RANGE: 1.2}.get(self._mood, 1.0)
        pull = 0.18 if self._mood is Mood.RANGE else 0.0
        activity = lift * (1.6 if self._mood is Mood.WILD else 1.0)
        return Minute(drift, vol * (1.0 + (lift - 1.0) * 0.3), pull, activity, leap)
