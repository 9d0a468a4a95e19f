"""Does a strategy look ahead? Cut the future off and see whether the past changes.  In: Strategy, rows.  Pure.

A causal strategy says the same about row i whether or not rows after it exist."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from trader.model.market import CandleArrays
from trader.model.signal import SignalArrays
from trader.signals.registry import Strategy

COLUMNS = ("exposure", "stop", "score", "known")


@dataclass(frozen=True, slots=True)
class Difference:
    """With the rows before `cut` alone, `column` says `cut_value` about `row`; with all rows it says `whole_value`."""

    cut: int
    column: str
    row: int
    cut_value: float
    whole_value: float


def first_difference(strategy: Strategy, candles: CandleArrays, cuts: Iterable[int] | None = None) -> Difference | None:
    """The first row whose value or NaN changes when only the first `cut` rows are known; None = causal as far as seen.

    Args:
        cuts: numbers of rows to keep, 1…n; None = every one (n back-tests: keep n small).
    Raises:
        ValueError: a cut out of range, or a column of the wrong length."""
    whole = strategy.signals(candles)
    _check_shape(whole, len(candles))
    for cut in range(1, len(candles) + 1) if cuts is None else cuts:
        if not 1 <= cut <= len(candles):
            raise ValueError(f"cannot cut {len(candles)} rows at {cut}")
        part = strategy.signals(candles.until(cut))
        _check_shape(part, cut)
        found = _differs(whole, part, cut)
        if found is not None:
            return found
    return None


def sampled_cuts(strategy: Strategy, candles: CandleArrays, samples: int) -> list[int]:
    """Cuts to try on long histories: evenly spread, and around each of the last changes of exposure."""
    rows = len(candles)
    spread = np.linspace(1, rows, num=min(samples, rows)).astype(int)
    changes = np.flatnonzero(np.diff(strategy.signals(candles).exposure))[-samples:] + 1
    around = np.concatenate([changes, changes + 1])
    return sorted({int(cut) for cut in (*spread, *around) if 1 <= cut <= rows})


def _check_shape(arrays: SignalArrays, rows: int) -> None:
    for column in COLUMNS:
        values = getattr(arrays, column)
        if values is not None and values.shape != (rows,):
            raise ValueError(f"{column} has shape {values.shape}, not ({rows},)")


def _differs(whole: SignalArrays, part: SignalArrays, cut: int) -> Difference | None:
    for column in COLUMNS:
        if getattr(whole, column) is None or getattr(part, column) is None:
            continue
        full = np.asarray(getattr(whole, column)[:cut], dtype=np.float64)
        known = np.asarray(getattr(part, column), dtype=np.float64)
        different = np.flatnonzero(~((full == known) | (np.isnan(full) & np.isnan(known))))
        if len(different):
            row = int(different[0])
            return Difference(cut, column, row, float(known[row]), float(full[row]))
    return None
