"""A trained pattern model as a value, and what it says of the present.  Pure; numpy only, so that the daemon needs no
machine-learning library (S7)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
import numpy as np

from trader.advice.pattern.shapes import NAMES, shapes
from trader.model.market import CandleArrays


@dataclass(frozen=True, slots=True)
class Scores:
    """Out of sample, over walk-forward folds: `skill` = 1 − Brier ÷ Brier of the base rate (above 0 is better than
    knowing only how often it happens), `auc` the chance that a bad pattern is rated riskier than a good one."""

    n: int
    base_rate: float
    brier: float
    skill: float
    auc: float


@dataclass(frozen=True, slots=True)
class PatternModel:
    """A logistic regression on standardised shapes, and where it comes from. `first`, `last` open the oldest and newest
    candle it was trained on; `names` are the columns it knows."""

    market: str
    timeframe: str
    names: tuple[str, ...]
    means: tuple[float, ...]
    scales: tuple[float, ...]
    weights: tuple[float, ...]
    intercept: float
    rows: int
    first: datetime
    last: datetime
    trained_at: datetime
    scores: Scores

    @property
    def useful(self) -> bool:
        return self.scores.skill > 0


@dataclass(frozen=True, slots=True)
class Assessment:
    """`risk` that a close within twelve candles lies one and a half average true ranges below; `position` 0…1 of the
    usual size: whole at the base rate and below, smaller in proportion above."""

    risk: float
    position: float


def assess(model: PatternModel, candles: CandleArrays) -> Assessment | None:
    """Of the last closed candle; None while there are too few, or the model was made for other figures."""
    if model.names != NAMES:
        return None
    row = shapes(candles)[-1]
    if not np.isfinite(row).all():
        return None
    standard = np.clip((row - np.array(model.means)) / np.array(model.scales), -5, 5)
    risk = 1 / (1 + math.exp(-float(standard @ np.array(model.weights) + model.intercept)))
    return Assessment(risk, min(1.0, model.scores.base_rate / risk))


def to_note(model: PatternModel) -> Any:
    return msgspec.to_builtins(model)


def from_note(note: Any) -> PatternModel | None:
    """None for what is no model of this shape (an older program's): it is trained anew."""
    try:
        return msgspec.convert(note, PatternModel)
    except msgspec.ValidationError:
        return None
