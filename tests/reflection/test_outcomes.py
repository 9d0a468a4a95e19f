"""What became of an answer, with figures worked by hand (R9)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from trader.model.advice import Stance
from trader.model.market import Candle, Market, Timeframe
from trader.model.order import Side
from trader.model.reflection import Move
from trader.reflection.outcomes import followed, hit, move_after

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
FEE = Decimal("0.0005")


def candle(hours: int, opened: int, closed: int) -> Candle:
    low, high = sorted((Decimal(opened), Decimal(closed)))
    at = NOON + timedelta(hours=hours)
    return Candle(
        Market.parse("KRW-BTC"),
        Timeframe.H1,
        at,
        Decimal(opened),
        high,
        low,
        Decimal(closed),
        Decimal(1),
        Decimal(closed),
    )


DECIDED = candle(0, 990, 1000)
LATER = [candle(1, 1001, 1005), candle(2, 1005, 1010), candle(4, 1010, 1030)]  # nothing was traded in hour 3


@pytest.mark.parametrize(("horizon", "end"), [(1, 1005), (2, 1010), (3, 1010), (4, 1030)])
def test_a_move_starts_at_the_next_open_and_ends_at_the_horizons_close(horizon: int, end: int):
    move = move_after([DECIDED, *LATER], NOON, Timeframe.H1, horizon)
    assert move == Move(horizon, Decimal(1001), Decimal(end), NOON + timedelta(hours=horizon + 1))


def test_a_fill_is_the_better_start():
    move = move_after([DECIDED, *LATER], NOON, Timeframe.H1, 1, filled=Decimal(1003))
    assert move is not None
    assert move.start == 1003


def test_what_has_not_come_yet_is_unknown():
    assert move_after([DECIDED, *LATER], NOON, Timeframe.H1, 5) is None
    assert move_after([DECIDED], NOON, Timeframe.H1, 1) is None


def test_a_horizon_without_any_trade_is_unknown():
    assert move_after([DECIDED, candle(4, 1010, 1030)], NOON, Timeframe.H1, 1) is None


def test_following_pays_both_fees():
    rise = Move(1, Decimal(1000), Decimal(1010), NOON)
    # 1010 × 0.9995 ÷ (1000 × 1.0005) − 1
    assert followed(Stance.BUY, rise, FEE) == pytest.approx(Decimal("0.00899050"), abs=Decimal("1e-8"))
    # 1000 × 0.9995 ÷ (1010 × 1.0005) − 1
    assert followed(Stance.SELL, rise, FEE) == pytest.approx(Decimal("-0.01089059"), abs=Decimal("1e-8"))
    assert followed(Stance.HOLD, rise, FEE) == 0
    assert hit(Stance.BUY, rise, FEE, side=None)
    assert not hit(Stance.SELL, rise, FEE, side=None)


def test_holding_is_judged_by_what_was_asked():
    rise = Move(1, Decimal(1000), Decimal(1010), NOON)
    assert not hit(Stance.HOLD, rise, FEE, side=Side.BUY)
    assert hit(Stance.HOLD, rise, FEE, side=Side.SELL)
    assert not hit(Stance.HOLD, rise, FEE, side=None)


def test_a_rise_that_fees_eat_was_rightly_held():
    flat = Move(1, Decimal(1000), Decimal("1000.9"), NOON)
    assert followed(Stance.BUY, flat, FEE) < 0
    assert hit(Stance.HOLD, flat, FEE, side=None)
    assert not flat.up
    assert Move(1, Decimal(1000), Decimal("1001.1"), NOON).up
