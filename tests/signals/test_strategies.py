"""Each strategy on a few candles worked by hand."""

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.signals.rows import MIDNIGHT, from_closes, random_rows
from trader.model.market import CandleArrays, Timeframe
from trader.signals.buy_and_hold import BuyAndHold
from trader.signals.daily import Days
from trader.signals.registry import get, names
from trader.signals.rsi_zones import RsiZones
from trader.signals.sma_cross import SmaCross
from trader.signals.volatility_breakout import VolatilityBreakout
from trader.signals.weighted_ensemble import PARTS, WeightedEnsemble, parts

H4 = Timeframe.H4
"""Six candles a day."""


def exposure(values: NDArray[np.float64]) -> str:
    """1 in, . out."""
    return "".join("1" if v == 1 else "." if v == 0 else "?" for v in values)


# ---------------------------------------------------------------- every strategy


@pytest.mark.parametrize("name", names())
@pytest.mark.parametrize("rows", [1, 2, 30, 500])
def test_shapes_and_ranges(name: str, rows: int) -> None:
    strategy, candles = get(name), random_rows(rows, seed=9)
    arrays = strategy.signals(candles)
    for column in (arrays.exposure, arrays.stop, arrays.score):
        assert column.shape == (rows,)
        assert column.dtype == np.float64
    assert ((arrays.exposure >= 0) & (arrays.exposure <= 1)).all()
    score = arrays.score[~np.isnan(arrays.score)]
    assert ((score >= -1) & (score <= 1)).all()
    inside = arrays.exposure > 0
    assert (arrays.stop[inside & ~np.isnan(arrays.stop)] > 0).all()
    if not strategy.level_entry:
        assert not inside[: min(rows, 20)].any()


@pytest.mark.parametrize("name", [n for n in names() if n != "buy_and_hold"])
def test_a_market_that_stands_still_gives_no_signal(name: str) -> None:
    """Rounding must not look like a crossing: 0.1 is not a binary fraction."""
    flat = from_closes([0.1] * 600)
    assert not get(name).signals(flat).exposure.any()


def test_buy_and_hold() -> None:
    assert exposure(BuyAndHold().signals(from_closes([3.0, 2.0, 1.0])).exposure) == "111"


# ---------------------------------------------------------------- sma_cross


def test_sma_cross() -> None:
    """Means of 2 and 5. Row 4: (9 8 7 6 7 → 6.5 and 7.4): out. Row 5: (8 7 6 7 9 → 8 and 7.4): in.
    Row 7: (6 7 9 5 5 → 5 and 6.4): out."""
    rows = from_closes([9.0, 8.0, 7.0, 6.0, 7.0, 9.0, 5.0, 5.0])
    assert exposure(SmaCross(fast=2, slow=5).signals(rows).exposure) == ".....11."


# ---------------------------------------------------------------- rsi_zones


def test_rsi_zones() -> None:
    """Window 2: it falls to an RSI of 0, the first rise leads above 30: in; the first fall leads below 70: out."""
    rows = from_closes([10.0, 9.0, 8.0, 7.0, 9.0, 11.0, 13.0, 12.0, 9.0, 8.0])
    strategy = RsiZones(period=2, atr_period=2, stop_atr=1.0)
    arrays = strategy.signals(rows)
    # RSI from row 1: 0 0 0 69.6 87.3 94.1 61.2 …: row 4 leaves the oversold zone, row 7 the overbought one
    assert exposure(arrays.exposure) == "....111..."
    assert arrays.known is not None
    assert exposure(arrays.known.astype(float)) == "....111111"


def test_rsi_zones_stop_is_true_ranges_below_the_close() -> None:
    """ATR of 2 at row 3: ranges 1 1 1 (0 in row 0) → ((0 + 1) ÷ 2 + 1) ÷ 2 … = 0.875; 7 − 2 × 0.875 = 5.25."""
    rows = from_closes([10.0, 9.0, 8.0, 7.0])
    stop = RsiZones(period=2, atr_period=2, stop_atr=2.0).signals(rows).stop
    assert stop[3] == pytest.approx(5.25)
    assert np.isnan(RsiZones(stop_atr=0.0).signals(rows).stop).all()


# ---------------------------------------------------------------- days


def test_days_from_intraday_rows() -> None:
    """Rows begin at 16:00 UTC: two rows of a cut day, a whole day, and one row of the next."""
    rows = from_closes([5.0, 6.0, 7.0, 9.0, 4.0, 8.0, 6.0, 5.0, 5.5], H4, start=MIDNIGHT + 16 * 3600)
    days = Days.of(rows)
    np.testing.assert_array_equal(days.of_row, [0, 0, 1, 1, 1, 1, 1, 1, 2])
    np.testing.assert_array_equal(days.open, [5.0, 6.0, 5.0])
    np.testing.assert_array_equal(days.high, [6.0, 9.0, 5.5])
    np.testing.assert_array_equal(days.low, [5.0, 4.0, 5.0])
    np.testing.assert_array_equal(days.close, [6.0, 5.0, 5.5])
    np.testing.assert_array_equal(days.yesterday(days.high), [np.nan] * 8 + [9.0])


# ---------------------------------------------------------------- volatility_breakout


DAY_ONE = [100.0, 110.0, 90.0, 100.0, 100.0, 100.0]
"""Range 20, low 90: with k = 0.5 the next day breaks out above its open of 100 + 10."""


def breakout(day_two: list[float], day_three: list[float], **kind: object) -> tuple[str, NDArray[np.float64]]:
    strategy = VolatilityBreakout(**{"exit": "prev_low", **kind})  # type: ignore[arg-type]
    arrays = strategy.signals(from_closes([*DAY_ONE, *day_two, *day_three], H4))
    return exposure(arrays.exposure)[6:], arrays.stop[6:]


RISE = [105.0, 110.0, 111.0, 115.0, 112.0, 113.0]


def test_breakout_enters_above_open_plus_k_ranges_and_leaves_at_the_days_end() -> None:
    """110 is not above 110; 111 is. The day's last candle closes at 09:00 in Seoul: out."""
    held, stop = breakout(RISE, [114.0])
    assert held == "..111.."
    np.testing.assert_array_equal(stop[2:5], [90.0, 90.0, 90.0])


def test_breakout_may_stay_over_night() -> None:
    """Until a candle's low touches yesterday's low (of the entry): 90 on day three."""
    assert breakout(RISE, [100.0, 91.0, 90.0, 95.0], leave_at_day_end=False)[0] == "..111111" + ".."


def test_breakout_trailing_stop_follows_the_high() -> None:
    """In at 111, 2.5 % below the high: 108.2; high 115 → 112.1, and the next low of 112 leaves."""
    held, stop = breakout(RISE, [], exit="trail", trail=0.025)
    assert held == "..11.."
    np.testing.assert_allclose(stop[2:4], [111.0 * 0.975, 115.0 * 0.975])


def test_breakout_atr_stop() -> None:
    """Day two: true range 20 (110 − 90). Day three opens at 100, target 110; entry at 112 less 0.5 × 20 = 102."""
    rows = from_closes([*DAY_ONE, *DAY_ONE, 112.0, 108.0, 102.0, 111.0, 112.0, 113.0], H4)
    arrays = VolatilityBreakout(exit="atr", atr_days=1, atr_factor=0.5).signals(rows)
    assert exposure(arrays.exposure)[12:] == "11...."
    np.testing.assert_array_equal(arrays.stop[12:14], [102.0, 102.0])


def test_breakout_once_a_day() -> None:
    """Stopped out at 105 (5 % trail), 120 closes above the target again: not a second time that day."""
    assert breakout([111.0, 105.0, 120.0, 121.0, 122.0, 123.0], [], exit="trail", trail=0.05)[0] == "1....."


def test_breakout_never_enters_with_the_days_last_candle() -> None:
    day_two = [100.0, 100.0, 100.0, 100.0, 100.0, 120.0]
    assert breakout(day_two, [])[0] == "......"
    assert breakout(day_two, [], leave_at_day_end=False)[0] == ".....1"


def test_breakout_does_not_know_a_cut_first_day() -> None:
    """Four hours of yesterday are missing: its range is not known."""
    rows = from_closes([*DAY_ONE[1:], *RISE], H4, start=MIDNIGHT + 4 * 3600)
    assert not VolatilityBreakout(exit="prev_low").signals(rows).exposure.any()


def test_breakout_on_daily_candles_holds_one_day() -> None:
    """Range 20 on day 0; day 1 closes 15 above its open: in at its close, out at the next."""
    rows = from_closes([100.0, 115.0, 118.0, 119.0], Timeframe.D1, highs={0: 110.0}, lows={0: 90.0})
    assert exposure(VolatilityBreakout(exit="trail").signals(rows).exposure) == ".1.."


def test_breakout_target_volatility_sizes() -> None:
    """Yesterday's range was 20 % of its close; 5 % wanted: a quarter."""
    strategy = VolatilityBreakout(exit="prev_low", target_volatility=0.05)
    assert strategy.signals(from_closes([*DAY_ONE, *RISE], H4)).exposure[8] == pytest.approx(0.25)


# ---------------------------------------------------------------- weighted_ensemble


def rising(rows: int = 80) -> CandleArrays:
    return from_closes([100_000.0 * 1.01**i for i in range(rows)], Timeframe.M15)


def test_opinions_of_a_steady_rise() -> None:
    """Trend and day are all for it, the swing against; the last candle closed at its high above the channel."""
    last = {name: float(values[-1]) for name, values in parts(rising()).items()}
    assert last["trend"] == 1.0
    assert last["day"] == 1.0
    assert last["price_action"] == 1.0
    assert last["swing"] < -0.7
    assert last["scalping"] == 0.0, "an RSI that stays at 100 pushes nowhere"


def test_the_score_is_the_weighted_mean() -> None:
    """(2 × 1 + 1 × 0.5 − 1 × 1) ÷ 4 = 0.375."""
    weights = {**dict.fromkeys(PARTS, 0.0), "trend": 2.0, "momentum": 1.0, "swing": 1.0}
    opinions = {
        **dict.fromkeys(PARTS, np.zeros(1)),
        "trend": np.ones(1),
        "momentum": np.full(1, 0.5),
        "swing": -np.ones(1),
    }
    assert WeightedEnsemble(**weights).score(opinions)[0] == pytest.approx(0.375)


def test_the_ensemble_buys_at_the_threshold_and_keeps_until_its_negative() -> None:
    rows = random_rows(3_000, seed=21, timeframe=Timeframe.M15)
    arrays = WeightedEnsemble().signals(rows)
    inside = arrays.exposure > 0
    change = np.diff(inside.astype(int), prepend=0)
    assert (arrays.score[change > 0] >= 0.3).all()
    assert (arrays.score[change < 0] <= -0.3).all()
    assert not inside[arrays.score <= -0.3].any()
    assert inside[arrays.score >= 0.3].all()
    assert (change > 0).sum() >= 10


def test_the_ensemble_begins_when_every_opinion_has() -> None:
    arrays = WeightedEnsemble().signals(random_rows(60, seed=2))
    assert np.flatnonzero(~np.isnan(arrays.score))[0] == WeightedEnsemble().warmup - 1
