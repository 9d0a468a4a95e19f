"""No strategy looks ahead: cutting the future off changes nothing in the past."""

from dataclasses import dataclass

import numpy as np
import pytest

from tests.signals.causality import Difference, first_difference, sampled_cuts
from tests.signals.rows import MIDNIGHT, from_closes, random_rows, recorded_rows
from trader.model.market import CandleArrays, Timeframe
from trader.model.signal import SignalArrays
from trader.signals.registry import Strategy, get, names

VARIANTS = [
    *((name, {}) for name in names()),
    *(
        ("volatility_breakout", {"exit": kind, "leave_at_day_end": leave, "target_volatility": "0.01"})
        for kind in ("atr", "trail", "prev_low")
        for leave in ("yes", "no")
    ),
]
IDS = [" ".join([name, *given.values()]) for name, given in VARIANTS]


@pytest.mark.parametrize(("name", "given"), VARIANTS, ids=IDS)
@pytest.mark.parametrize("timeframe", [Timeframe.H1, Timeframe.H4, Timeframe.D1])
def test_random_candles_cut_at_every_row(name: str, given: dict[str, str], timeframe: Timeframe) -> None:
    """The rows begin in the middle of a day."""
    strategy = get(name, given)
    rows = random_rows(260, seed=5, timeframe=timeframe, start=MIDNIGHT + 4 * 3600)
    assert first_difference(strategy, rows) is None


@pytest.mark.parametrize(("name", "given"), VARIANTS, ids=IDS)
@pytest.mark.parametrize(
    ("file", "market", "timeframe"),
    [
        ("upbit_1h_KRW-BTC_ETH_XRP", "KRW-XRP", Timeframe.H1),
        ("upbit_1m_KRW-DOGE_20250901_20250910", "KRW-DOGE", Timeframe.M1),
        ("upbit_1d_many", "KRW-BTC", Timeframe.D1),
    ],
)
def test_recorded_candles(name: str, given: dict[str, str], file: str, market: str, timeframe: Timeframe) -> None:
    """With their holes, where nobody traded."""
    strategy = get(name, given)
    rows = recorded_rows(file, market, timeframe, rows=12_000)
    assert first_difference(strategy, rows, sampled_cuts(strategy, rows, 25)) is None


@dataclass(frozen=True)
class Peeks(Strategy):
    """Knows the next close."""

    @property
    def warmup(self) -> int:
        return 1

    def signals(self, candles: CandleArrays) -> SignalArrays:
        exposure = np.zeros(len(candles))
        exposure[:-1] = candles.close[1:] > candles.close[:-1]
        nothing = np.full(len(candles), np.nan)
        return SignalArrays(exposure, nothing, nothing)

    def details(self, candles: CandleArrays) -> dict[str, float]:
        return {}


@dataclass(frozen=True)
class Fills(Peeks):
    """Says something about rows that were still NaN."""

    def signals(self, candles: CandleArrays) -> SignalArrays:
        score = np.full(len(candles), np.nan)
        if len(candles) > 3:
            score[0] = 1.0
        return SignalArrays(np.zeros(len(candles)), score, score)


def test_a_strategy_that_looks_ahead_is_found() -> None:
    rows = from_closes([1.0, 1.0, 2.0, 2.0])
    assert first_difference(Peeks(), rows) == Difference(2, "exposure", 1, cut_value=0.0, whole_value=1.0)


def test_a_changed_nan_is_a_difference() -> None:
    found = first_difference(Fills(), from_closes([1.0, 1.0, 2.0, 2.0]))
    assert found is not None
    assert (found.cut, found.column, found.row, found.whole_value) == (1, "stop", 0, 1.0)
    assert np.isnan(found.cut_value)


def test_a_cut_must_be_inside() -> None:
    with pytest.raises(ValueError, match="cut 4 rows at 5"):
        first_difference(Peeks(), from_closes([1.0, 1.0, 2.0, 2.0]), [5])
