"""What a picture costs: the first ever (matplotlib lists its fonts), and those after it.

    python benchmarks/chart.py [--candles 120] [--pictures 5]

Memory is the drawing child's peak, given back when the picture is done; the daemon itself holds only the PNG."""

from __future__ import annotations

import argparse
import asyncio
import resource
import sys
import tempfile
import time
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import numpy as np

from trader.model.market import CandleArrays, Market, Timeframe
from trader.model.order import Side
from trader.report.chart import ChartSpec, DaysSpec, Mark, Painter


def spec(count: int) -> ChartSpec:
    """A random walk with two entries and an exit."""
    steps = np.random.default_rng(7).normal(0, 0.002, count + 1)
    close = 98_000_000 * np.exp(np.cumsum(steps))
    opened, close = close[:-1], close[1:]
    start = int(datetime(2026, 3, 2, tzinfo=UTC).timestamp())
    times = np.arange(start, start + count * 900, 900, dtype=np.int64)
    high, low = np.maximum(opened, close) * 1.001, np.minimum(opened, close) * 0.999
    candles = CandleArrays(Market("KRW", "BTC"), Timeframe.M15, times, opened, high, low, close, np.abs(steps[1:]))
    marks = (Mark(count // 4, Side.BUY), Mark(count // 2, Side.SELL), Mark(count * 3 // 4, Side.BUY))
    cost = Decimal(int(close[count * 3 // 4]))
    return ChartSpec(candles, marks, average_cost=cost, stop=cost * Decimal("0.98"), take=cost * Decimal("1.03"))


async def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    arguments.add_argument("--candles", type=int, default=120)
    arguments.add_argument("--pictures", type=int, default=5)
    given = arguments.parse_args()
    days = DaysSpec(
        tuple((datetime(2026, 3, d, 15, tzinfo=UTC), Decimal(d * 7919 % 20_000 - 9_000)) for d in range(1, 15))
    )
    with tempfile.TemporaryDirectory() as directory:
        painter = Painter(Path(directory))
        for number in range(given.pictures + 1):
            start = time.perf_counter()
            png = await painter.render(spec(given.candles))
            name = "first picture" if number == 0 else "picture"
            print(f"{name}, {given.candles} candles: {time.perf_counter() - start:.2f} s, {len(png) / 1024:.0f} kB")
        start = time.perf_counter()
        await painter.render(days)
        print(f"result by day: {time.perf_counter() - start:.2f} s")
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(f"child at its peak: {peak:.0f} MB; matplotlib in this process: {'matplotlib' in sys.modules}")


if __name__ == "__main__":
    asyncio.run(main())
