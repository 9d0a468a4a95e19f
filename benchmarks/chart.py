"""What a picture costs: the first ever (matplotlib lists its fonts), one that has to load matplotlib, and those after
it while the child stays; and what the last of several waits that are asked for at once.

    python benchmarks/chart.py [--candles 120] [--pictures 5]

Memory is the drawing child's peak, given back when it has been idle for a while; the daemon holds only the PNG."""

from __future__ import annotations

import argparse
import asyncio
import resource
import sys
import tempfile
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from statistics import median

import numpy as np

from trader.desk.pictures import TICKET_CANDLES, TICKET_HEIGHT, TICKET_WIDTH
from trader.model.market import CandleArrays, Market, Timeframe
from trader.model.order import Side
from trader.report.chart import ChartSpec, Mark, Painter, ResultSpec

AT_ONCE = 10


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


def month() -> ResultSpec:
    """30 days of hourly points, beside holding, with a bar for each day."""
    start, random = datetime(2026, 3, 1, 15, tzinfo=UTC), np.random.default_rng(7)
    moments = tuple(start + timedelta(hours=n) for n in range(30 * 24))
    results, held = (tuple(np.cumsum(random.normal(0, s, len(moments))).tolist()) for s in (0.001, 0.004))
    days = tuple((start + timedelta(days=n), Decimal(n * 7919 % 20_000 - 9_000)) for n in range(30))
    return ResultSpec("P&L 30d", moments, results, held, in_krw=False, by_day=days)


async def took(painter: Painter, what: ChartSpec | ResultSpec) -> float:
    """Seconds."""
    start = time.perf_counter()
    await painter.render(what)
    return time.perf_counter() - start


async def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    arguments.add_argument("--candles", type=int, default=120)
    arguments.add_argument("--pictures", type=int, default=5)
    given = arguments.parse_args()
    with tempfile.TemporaryDirectory() as directory:
        painter, chart = Painter(Path(directory)), spec(given.candles)
        ticket = replace(spec(TICKET_CANDLES), width=TICKET_WIDTH, height=TICKET_HEIGHT)
        print(f"first ever, {given.candles} candles: {await took(painter, chart):.2f} s")
        cold = []
        for _ in range(given.pictures):
            await painter.close()
            cold.append(await took(painter, chart))
        print(f"child to be started: {median(cold):.2f} s, worst {max(cold):.2f} s of {len(cold)}")
        for name, one in (("chart", chart), ("of a ticket", ticket), ("result of a month", month())):
            warm = [await took(painter, one) for _ in range(given.pictures)]
            print(f"child there, {name}: {median(warm):.2f} s, worst {max(warm):.2f} s of {len(warm)}")
        start = time.perf_counter()
        await asyncio.gather(*(painter.render(month()) for _ in range(AT_ONCE)))
        print(f"the last of {AT_ONCE} results asked for at once: {time.perf_counter() - start:.2f} s")
        await painter.close()
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(f"child at its peak: {peak:.0f} MB; matplotlib in this process: {'matplotlib' in sys.modules}")


if __name__ == "__main__":
    asyncio.run(main())
