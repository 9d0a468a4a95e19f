"""Six simple opinions, weighted and summed: trend, momentum, swing, scalping, day, price action (P2)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from trader.indicators import atr, bollinger, ema, highest, latch, lowest, macd, rsi, sma
from trader.model.market import CandleArrays, Timeframe
from trader.model.signal import SignalArrays
from trader.signals.daily import Days
from trader.signals.params import Contradiction, param
from trader.signals.registry import Strategy, strategy

if TYPE_CHECKING:
    from trader.model.market import FloatArray

PERIOD = 14
FAST, SLOW, SIGNAL = 12, 26, 9
TREND = 48
BAND, BAND_WIDTH = 20, 2.0
QUICK = 7
CHANNEL = 20

PARTS = ("trend", "momentum", "swing", "scalping", "day", "price_action")


@strategy("weighted_ensemble")
@dataclass(frozen=True)
class WeightedEnsemble(Strategy):
    """Buy at a score of the threshold or more, sell at minus the threshold or less, otherwise keep what is."""

    trend: float = param(1.0, "weight of the trend (share)", low=0, high=5)
    momentum: float = param(1.0, "weight of the momentum (share)", low=0, high=5)
    swing: float = param(0.5, "weight of the swing back into the band (share)", low=0, high=5)
    scalping: float = param(0.5, "weight of the last candles' push (share)", low=0, high=5)
    day: float = param(0.5, "weight of the place in the day (share)", low=0, high=5)
    price_action: float = param(0.5, "weight of the candle and its channel (share)", low=0, high=5)
    threshold: float = param(0.3, "score that buys, and its negative sells (score, 0–1)", low=0.05, high=0.95)
    stop_atr: float = param(3.0, "stop below the close (average true ranges; 0 = none)", low=0, high=20)

    default_timeframe: ClassVar[Timeframe] = Timeframe.M15
    enter_reason: ClassVar[str] = "score_above_threshold"
    exit_reasons: ClassVar[tuple[str, ...]] = ("score_below_threshold",)

    def __post_init__(self) -> None:
        super().__post_init__()
        if not any(getattr(self, part) for part in PARTS):
            raise Contradiction("param-no-weight")

    @property
    def warmup(self) -> int:
        return TREND

    def signals(self, candles: CandleArrays) -> SignalArrays:
        score = self.score(parts(candles))
        with np.errstate(invalid="ignore"):
            inside, known = latch(score >= self.threshold, score <= -self.threshold)
        stop = np.full(len(candles), np.nan)
        if self.stop_atr:
            stop = candles.close - self.stop_atr * atr(candles.high, candles.low, candles.close, PERIOD)
        return SignalArrays(inside.astype(np.float64), np.where(stop > 0, stop, np.nan), score, known)

    def score(self, opinions: dict[str, FloatArray]) -> FloatArray:
        """Σ weight × opinion ÷ Σ weight, −1…1; NaN until every opinion has begun."""
        weights = {part: float(getattr(self, part)) for part in PARTS}
        total = sum(weights.values())
        score = np.zeros(len(opinions["trend"]))
        for part in PARTS:
            score = score + weights[part] / total * opinions[part]
        return score

    def details(self, candles: CandleArrays) -> dict[str, float]:
        return {name: float(opinion[-1]) for name, opinion in parts(candles).items()} | {"threshold": self.threshold}


def parts(candles: CandleArrays) -> dict[str, FloatArray]:
    """The six opinions, each −1 (sell) … 1 (buy), NaN during its warm-up. Distances are measured in true ranges, so
    that quiet and wild markets speak equally loud; where nothing moves an opinion is 0."""
    true_range = atr(candles.high, candles.low, candles.close, PERIOD)
    return {
        "trend": _share(ema(candles.close, FAST) - ema(candles.close, TREND), 2.0 * true_range),
        "momentum": _share(macd(candles.close, FAST, SLOW, SIGNAL)[2], 0.5 * true_range),
        "swing": _swing(candles.close),
        "scalping": _scalping(candles),
        "day": _day(candles, true_range),
        "price_action": _price_action(candles),
    }


def _share(distance: FloatArray, scale: FloatArray) -> FloatArray:
    """distance ÷ scale cut to −1…1; 0 where the scale is 0."""
    with np.errstate(invalid="ignore", divide="ignore"):
        share = np.where(scale == 0.0, 0.0 * distance, distance / scale)
    return np.clip(share, -1.0, 1.0)


def _swing(close: FloatArray) -> FloatArray:
    """Back to the mean: 1 at the lower Bollinger band and below, −1 at the upper."""
    lower, middle, upper = bollinger(close, BAND, BAND_WIDTH)
    return _share(middle - close, (upper - lower) / 2.0)


def _scalping(candles: CandleArrays) -> FloatArray:
    """Change of a quick RSI over two candles (20 points count fully), as far as volume stands behind it: full from
    the mean volume on."""
    strength = rsi(candles.close, QUICK)
    change = np.full(len(strength), np.nan)
    change[2:] = strength[2:] - strength[:-2]
    surge = _share(candles.volume, sma(candles.volume, CHANNEL))
    return np.clip(change / 20.0, -1.0, 1.0) * surge


def _day(candles: CandleArrays, true_range: FloatArray) -> FloatArray:
    """Above or below the day's volume-weighted mean price; two true ranges count fully."""
    if not len(candles):
        return candles.close
    days = Days.of(candles)
    typical = (candles.high + candles.low + candles.close) / 3.0
    volume, value = np.cumsum(candles.volume), np.cumsum(candles.volume * typical)
    start = days.starts[days.of_row]
    so_far = volume - volume[start] + candles.volume[start]
    paid = value - value[start] + (candles.volume * typical)[start]
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = np.where(so_far > 0, paid / so_far, candles.close)
    return _share(candles.close - mean, 2.0 * true_range)


def _price_action(candles: CandleArrays) -> FloatArray:
    """Half: where the candle closed between its low and high. Half: whether it left the channel before it."""
    place = _share(2.0 * candles.close - candles.high - candles.low, candles.high - candles.low)
    top, bottom = (np.full(len(candles), np.nan) for _ in range(2))
    top[1:], bottom[1:] = highest(candles.high, CHANNEL)[:-1], lowest(candles.low, CHANNEL)[:-1]
    left = np.where(candles.close > top, 1.0, np.where(candles.close < bottom, -1.0, 0.0))
    return np.where(np.isnan(top), np.nan, 0.5 * place + 0.5 * left)
