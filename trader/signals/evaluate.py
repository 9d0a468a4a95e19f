"""The last closed candle in words.  In: Strategy, CandleArrays.  Out: Signal.  Pure.

Entries are edges, exits are levels, so that a restart neither chases an old entry nor misses an exit:

- ENTER: the exposure rose with this very candle (for a strategy with `level_entry`: it is above 0).
- HOLD: it is above 0 and did not rise. Who is in stays in; who is out waits for the next edge.
- EXIT: it is 0 and the rows reach back far enough to know that (`SignalArrays.known`, else the warm-up), or it fell to
  0 with this candle. Who is in leaves, whenever that began; who is out stays out.
- STAY_OUT: it is 0 because nothing is known yet. Nobody enters and nobody leaves for it."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from decimal import Decimal

from trader.model.market import CandleArrays, Timeframe
from trader.model.signal import Action, Signal, SignalArrays
from trader.signals.registry import Strategy, names, strategy_class

HOLDING, OUT, WARMING_UP, NOTHING_YET = "holding", "out", "warming_up", "nothing_yet"

SETTLING = 4
"""Recursive indicators are given this many times the warm-up to forget where the rows began."""

HISTORY_ROWS = 400
"""And at least so many rows: a strategy that keeps its state finds its last entry or exit among them."""


def history_rows(strategy: Strategy, timeframe: Timeframe) -> int:
    """Rows worth loading for `last_signal`."""
    warmup = strategy.warmup_on(timeframe)
    return warmup + max(HISTORY_ROWS, min(warmup * (SETTLING - 1), HISTORY_ROWS * 2))


def last_signal(strategy: Strategy, candles: CandleArrays) -> Signal:
    """What the strategy wants after the last row. ValueError: no rows."""
    if not len(candles):
        raise ValueError("no candles")
    arrays = strategy.signals(candles)
    action, reason = _action(strategy, candles, arrays)
    score = float(arrays.score[-1])
    return Signal(
        market=candles.market,
        strategy=strategy.name,
        timeframe=candles.timeframe,
        candle=datetime.fromtimestamp(int(candles.opened_at[-1]), UTC),
        action=action,
        exposure=float(arrays.exposure[-1]),
        close=decimal(float(candles.close[-1])),
        stop=None if math.isnan(arrays.stop[-1]) else decimal(float(arrays.stop[-1])),
        score=None if math.isnan(score) else score,
        reason=reason,
        details={name: _text(float(value)) for name, value in strategy.details(candles).items()},
    )


def reason_codes() -> tuple[str, ...]:
    """Every reason a signal can carry, so that wording can be complete."""
    codes = {HOLDING, OUT, WARMING_UP, NOTHING_YET}
    for name in names():
        cls = strategy_class(name)
        codes |= {cls.enter_reason, *cls.exit_reasons}
    return tuple(sorted(codes))


def _action(strategy: Strategy, candles: CandleArrays, arrays: SignalArrays) -> tuple[Action, str]:
    warmup = strategy.warmup_on(candles.timeframe)
    rows = len(candles)
    now = float(arrays.exposure[-1])
    before = float(arrays.exposure[-2]) if rows > 1 else 0.0
    if now > 0:
        rose = now > before and (rows > warmup if arrays.known is None else True)
        if rose or strategy.level_entry:
            return Action.ENTER, strategy.enter_reason
        return Action.HOLD, HOLDING
    if before > 0:
        return Action.EXIT, strategy.exit_reason(candles)
    known = rows >= warmup if arrays.known is None else bool(arrays.known[-1])
    if known:
        return Action.EXIT, OUT
    return Action.STAY_OUT, WARMING_UP if rows < warmup else NOTHING_YET


def decimal(value: float) -> Decimal:
    """The shortest decimal that is this float: 95000.0 → 95000.0, 0.1 → 0.1."""
    return Decimal(repr(value))


def _text(value: float) -> str:
    """Seven digits at most, never an exponent, empty for NaN."""
    if math.isnan(value):
        return ""
    places = max(0, 6 - math.floor(math.log10(abs(value)))) if value else 0
    text = f"{value:.{min(places, 10)}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
