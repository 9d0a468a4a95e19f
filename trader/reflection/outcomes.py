"""What became of an answer, computed from closed candles.  Pure (R9).

One rule for every answer, whether it was traded, voted down, or said HOLD: what would have come of following it at the
price of the moment, `horizon` candles later, after the fees of both sides. Doing nothing is 0; holding is the price's
own change."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal

from trader.model.advice import Stance
from trader.model.market import Candle, Timeframe
from trader.model.order import Side
from trader.model.reflection import Move

ZERO, ONE = Decimal(0), Decimal(1)
FEE_RATE = Decimal("0.0005")
"""Of each side, in Upbit's markets against KRW; what is judged was mostly never traded, so no order says its own."""


def move_after(
    candles: Sequence[Candle], decided_on: datetime, timeframe: Timeframe, horizon: int, filled: Decimal | None = None
) -> Move | None:
    """From the candle opened at `decided_on` (closed when it was decided) to `horizon` candles later.

    `candles` are closed ones, oldest first, of this market. An interval without a trade keeps the last close (Upbit
    makes no candle then). None: that time has not come, or nothing was traded since the decision."""
    step = timedelta(seconds=timeframe.seconds)
    due = decided_on + step * (horizon + 1)
    later = [candle for candle in candles if candle.opened_at > decided_on]
    if not later or later[-1].opened_at + step < due:
        return None
    within = [candle for candle in later if candle.opened_at + step <= due]
    if not within:
        return None
    start = filled if filled is not None else within[0].open
    return Move(horizon, start, within[-1].close, due)


def followed(stance: Stance, move: Move, fee_rate: Decimal) -> Decimal:
    """Net return of following the answer, against doing nothing; a fraction.

    BUY: bought at the start and sold at the end, P_h·(1−f) ÷ (P_0·(1+f)) − 1. SELL: sold at the start what would
    otherwise have been kept, and bought back at the end: the same with the prices changed over. HOLD: 0."""
    if stance is Stance.HOLD:
        return ZERO
    first, last = (move.start, move.end) if stance is Stance.BUY else (move.end, move.start)
    return last * (ONE - fee_rate) / (first * (ONE + fee_rate)) - ONE


STANCE = {Side.BUY: Stance.BUY, Side.SELL: Stance.SELL}


def hit(stance: Stance, move: Move, fee_rate: Decimal, *, side: Side | None) -> bool:
    """Was it right? BUY and SELL when following paid after fees; HOLD when what was asked (`side`; None: either) would
    not have."""
    if stance is Stance.HOLD:
        asked = (STANCE[side],) if side is not None else (Stance.BUY, Stance.SELL)
        return all(followed(one, move, fee_rate) <= 0 for one in asked)
    return followed(stance, move, fee_rate) > 0
