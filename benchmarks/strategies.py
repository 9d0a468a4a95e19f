"""What a strategy costs: a year of minutes at once (back-test), and one live look at the last candle.

    python benchmarks/strategies.py [--rows 525600]

Random walk; best of three runs. The first figure is what one trial of a search pays, the second what a candle's close
pays per market."""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable

import numpy as np

from trader.model.market import CandleArrays, Market, Timeframe
from trader.signals.evaluate import history_rows, last_signal
from trader.signals.registry import Strategy, get, names


def minutes(rows: int) -> CandleArrays:
    rng = np.random.default_rng(7)
    close = 1e8 * np.exp(np.cumsum(rng.normal(0.0, 5e-4, rows)))
    opened = np.concatenate((close[:1], close[:-1]))
    high, low = np.maximum(opened, close) * 1.0003, np.minimum(opened, close) * 0.9997
    times = 1_700_006_400 + np.arange(rows, dtype=np.int64) * 60
    return CandleArrays(Market("KRW", "BTC"), Timeframe.M1, times, opened, high, low, close, rng.random(rows))


def best_of_three(run: Callable[[], object]) -> float:
    """Seconds."""
    taken = []
    for _ in range(3):
        begin = time.perf_counter()
        run()
        taken.append(time.perf_counter() - begin)
    return min(taken)


def report(strategy: Strategy, candles: CandleArrays) -> str:
    whole = best_of_three(lambda: strategy.signals(candles))
    rows = history_rows(strategy, candles.timeframe)
    live = best_of_three(lambda: last_signal(strategy, candles.until(rows)))
    return f"{strategy.name:<22}{whole * 1000:>10.0f} ms{live * 1000:>10.2f} ms on {rows} rows"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=525_600)
    candles = minutes(parser.parse_args().rows)
    print(f"{'strategy':<22}{'year':>13}{'live':>13}")
    for name in names():
        print(report(get(name), candles))


if __name__ == "__main__":
    main()
