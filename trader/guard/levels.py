"""Has a position reached one of its levels?  In: GuardLevels, a price, now.  Out: levels and an exit code.  Pure."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

from trader.model.portfolio import GuardLevels

EXIT_CODES = ("stop", "breakeven", "trail", "take", "max_hold")
"""Why a position is left, in the order they are looked at: what protects comes first."""


def evaluate(levels: GuardLevels, price: Decimal, now: datetime) -> tuple[GuardLevels, str | None]:
    """The levels after `price` (the high only rises, so the trailing stop only rises), and which level was reached.

    Where several stops are reached, the highest one, which was reached first, gives the code."""
    if price > levels.high:
        levels = levels.with_high(price)
    return levels, _reached(levels, price, now)


def _reached(levels: GuardLevels, price: Decimal, now: datetime) -> str | None:
    plan = levels.plan
    stop = levels.effective_stop
    if stop is not None and price <= stop:
        return "stop" if plan.stop == stop else "breakeven" if levels.breakeven_stop == stop else "trail"
    if plan.take is not None and price >= plan.take:
        return "take"
    return "max_hold" if held_too_long(levels, now) else None


def held_too_long(levels: GuardLevels, now: datetime) -> bool:
    """The one level that needs no price."""
    seconds = levels.plan.max_hold_seconds
    return seconds is not None and now >= levels.opened_at + timedelta(seconds=seconds)
