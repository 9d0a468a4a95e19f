"""The last candle in words: entries are edges, exits are levels. Means of 2 and 5 closes."""

from datetime import UTC, datetime
from decimal import Decimal

import numpy as np
import pytest

from tests.signals.rows import from_closes, random_rows
from trader.model.market import CandleArrays, Timeframe
from trader.model.signal import Action
from trader.signals.buy_and_hold import BuyAndHold
from trader.signals.evaluate import history_rows, last_signal, reason_codes
from trader.signals.registry import get, names
from trader.signals.rsi_zones import RsiZones
from trader.signals.sma_cross import SmaCross
from trader.signals.volatility_breakout import VolatilityBreakout

CROSS = SmaCross(fast=2, slow=5)
FALL = [100.0, 99.0, 98.0, 97.0, 96.0, 95.0]


def action(*more: float) -> tuple[Action, str]:
    signal = last_signal(CROSS, from_closes([*FALL, *more]))
    return signal.action, signal.reason


def test_an_entry_is_the_candle_of_the_crossing_only() -> None:
    """A restart one candle later does not chase it."""
    assert action(110.0) == (Action.ENTER, "crossed_up")
    assert action(110.0, 111.0) == (Action.HOLD, "holding")


def test_an_exit_holds_for_as_long_as_it_is_true() -> None:
    """A restart three candles later does not miss it."""
    assert action(110.0, 111.0, 90.0, 80.0) == (Action.EXIT, "crossed_down")
    assert action(110.0, 111.0, 90.0, 80.0, 79.0, 78.0) == (Action.EXIT, "out")


def test_during_warm_up_nobody_enters_or_leaves() -> None:
    signal = last_signal(CROSS, from_closes([1.0, 2.0, 3.0, 4.0]))
    assert (signal.action, signal.reason) == (Action.STAY_OUT, "warming_up")


def test_the_first_value_is_no_edge() -> None:
    """Row 5 is the first with both means; the fast one is above, but nobody saw it cross."""
    signal = last_signal(CROSS, from_closes([1.0, 2.0, 3.0, 4.0, 5.0]))
    assert signal.action is Action.HOLD


def test_a_kept_state_that_began_before_the_rows_is_not_an_exit() -> None:
    """RSI neither left oversold nor overbought in these rows: a position from earlier must not be thrown away."""
    quiet = from_closes([100.0, 101.0] * 30)
    signal = last_signal(RsiZones(), quiet)
    assert (signal.action, signal.reason) == (Action.STAY_OUT, "nothing_yet")


def test_one_who_is_always_in_may_enter_at_any_time() -> None:
    signal = last_signal(BuyAndHold(), from_closes([100.0, 90.0]))
    assert (signal.action, signal.reason) == (Action.ENTER, "always_in")


def test_what_the_signal_carries() -> None:
    rows = from_closes([*FALL, 110.5])
    signal = last_signal(CROSS, rows)
    assert signal.market == rows.market
    assert (signal.strategy, signal.timeframe) == ("sma_cross", Timeframe.H1)
    assert signal.candle == datetime(2026, 3, 2, 6, tzinfo=UTC)
    assert signal.close == Decimal("110.5")
    assert (signal.exposure, signal.stop, signal.score) == (1.0, None, None)
    assert signal.details == {"fast": "102.75", "slow": "99.3"}


def test_why_a_breakout_was_left() -> None:
    """The day's last candle says day_end, a touched stop says which."""
    day_one = [100.0, 110.0, 90.0, 100.0, 100.0, 100.0]
    strategy = VolatilityBreakout(exit="trail", trail=0.05)
    stopped = from_closes([*day_one, 111.0, 105.0], Timeframe.H4)
    assert last_signal(strategy, stopped).reason == "trailing_stop"
    over = from_closes([*day_one, 111.0, 112.0, 113.0, 114.0, 115.0, 116.0], Timeframe.H4)
    assert last_signal(strategy, over).reason == "day_end"


def test_every_reason_is_listed_for_wording() -> None:
    codes = reason_codes()
    assert "" not in codes
    assert {"broke_out", "day_end", "crossed_down", "score_above_threshold", "nothing_yet"} <= set(codes)


def test_no_rows_no_signal() -> None:
    with pytest.raises(ValueError, match="no candles"):
        last_signal(CROSS, from_closes([]))


@pytest.mark.parametrize("name", names())
def test_details_are_plain_figures(name: str) -> None:
    strategy = get(name)
    signal = last_signal(strategy, random_rows(history_rows(strategy, Timeframe.H1), seed=4))
    for text in signal.details.values():
        assert Decimal(text).is_finite()
        assert "e" not in text.lower()


@pytest.mark.parametrize("name", names())
def test_history_reaches_beyond_the_warm_up(name: str) -> None:
    strategy = get(name)
    for timeframe in Timeframe:
        assert history_rows(strategy, timeframe) >= strategy.warmup_on(timeframe) + 400


def test_days_need_more_rows_of_shorter_candles() -> None:
    """Three days in the true range, one before for its close, one that is cut: 5 × 24 hours, 5 × 1,440 minutes."""
    assert VolatilityBreakout().warmup_on(Timeframe.H1) == 120
    assert VolatilityBreakout().warmup_on(Timeframe.M1) == 7_200
    assert VolatilityBreakout(exit="trail").warmup_on(Timeframe.M15) == 192


@pytest.mark.parametrize("name", [n for n in names() if n != "buy_and_hold"])
def test_live_sees_what_the_back_test_sees(name: str) -> None:
    """Walking candle by candle over the rows a live pass loads, every edge of the whole history is found, and no other:
    ENTER where the exposure rises, EXIT where it falls. (Recursive indicators differ in the last digits only.)"""
    strategy = get(name)
    rows = random_rows(1_200, seed=11)
    need = history_rows(strategy, rows.timeframe)
    exposure = strategy.signals(rows).exposure
    seen = {i: last_signal(strategy, _rows(rows, i + 1 - need, i + 1)).action for i in range(700, len(rows))}
    entered = {i for i, found in seen.items() if found is Action.ENTER}
    change = np.diff(exposure, prepend=0.0)
    assert entered == {int(i) for i in np.flatnonzero(change > 0) if i >= 700}
    assert all(seen[int(i)] is Action.EXIT for i in np.flatnonzero(change < 0) if i >= 700)
    assert all(found is not Action.EXIT for i, found in seen.items() if exposure[i] > 0)
    assert entered


def _rows(candles: CandleArrays, first: int, last: int) -> CandleArrays:
    columns = (
        getattr(candles, c)[max(first, 0) : last] for c in ("opened_at", "open", "high", "low", "close", "volume")
    )
    return CandleArrays(candles.market, candles.timeframe, *columns)
