"""What candles cost the daemon: warm-up of five markets, a minute's collecting, and handing out arrays.

    python benchmarks/collector.py [--markets 5] [--rows 400] [--minutes 60] [--latency-ms 30]

The venue is a function in this process that answers after `latency-ms`, so that times are ours and the network's
waiting, not a server's; the books are SQLite on disk with full durability. CPU is this process, all threads."""

from __future__ import annotations

import argparse
import asyncio
import tempfile
import time
from collections.abc import Awaitable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, cast

from storage.sql import open_storage
from trader.clock import ManualClock
from trader.market.collector import Collector
from trader.model.market import EPOCH, Candle, Market, Timeframe
from trader.ports import Exchange

NOON = datetime(2026, 3, 2, 12, 0, 1, tzinfo=UTC)


class EvenVenue:
    """Every interval of every market has a candle; prices follow from the time."""

    def __init__(self, latency_seconds: float) -> None:
        self.latency_seconds = latency_seconds
        self.requests = 0

    async def candles(
        self, market: Market, timeframe: Timeframe, *, count: int, until: datetime | None = None
    ) -> list[Candle]:
        self.requests += 1
        await asyncio.sleep(self.latency_seconds)
        assert until is not None
        first = (until - EPOCH) // timeframe.span - count
        return [_candle(market, timeframe, first + i) for i in range(count)]


def _candle(market: Market, timeframe: Timeframe, number: int) -> Candle:
    price = Decimal(98_000_000 + number * 7919 % 50_000 * 20)
    volume = Decimal(number * 104_729 % 100_000_007) / 100_000_000
    opened_at = EPOCH + number * timeframe.span
    return Candle(market, timeframe, opened_at, price, price + 500, price - 500, price + 20, volume, price * volume)


async def clocked(what: str, work: Awaitable[Any]) -> None:
    wall, cpu = time.perf_counter(), time.process_time()
    await work
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    print(f"{what:<68} {wall * 1000:9.1f} ms   CPU {cpu * 1000:9.1f} ms")


async def minutes(collector: Collector, clock: ManualClock, markets: list[Market], count: int) -> None:
    for _ in range(count):
        clock.advance(60)
        await collector.collect(markets, [Timeframe.M15])


async def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    arguments.add_argument("--markets", type=int, default=5)
    arguments.add_argument("--rows", type=int, default=400)
    arguments.add_argument("--minutes", type=int, default=60)
    arguments.add_argument("--latency-ms", type=float, default=30)
    given = arguments.parse_args()
    markets = [Market("KRW", f"C{n}") for n in range(given.markets)]
    clock, venue = ManualClock(NOON), EvenVenue(given.latency_ms / 1000)
    exchange = cast(Exchange, venue)
    size = f"{given.markets} markets × {given.rows} rows"
    with tempfile.TemporaryDirectory() as directory:
        storage = await open_storage(f"sqlite:///{directory}/bench.sqlite3", clock=clock)
        collector = Collector(exchange, storage, clock)
        await clocked(f"first start: warm-up, {size}", collector.warm_up(markets, Timeframe.M15, given.rows))
        collector = Collector(exchange, storage, clock)
        await clocked(f"restart: warm-up from storage, {size}", collector.warm_up(markets, Timeframe.M15, given.rows))
        for what in ("first load as arrays (imports numpy)", "load as arrays"):
            loads = asyncio.gather(*(collector.load(market, Timeframe.M15, given.rows) for market in markets))
            await clocked(f"{what}, {size}", loads)
        await collector.collect(markets, [Timeframe.M15])
        before = venue.requests
        what = f"{given.minutes} minutes of collecting, 1m and 15m of {given.markets} markets"
        await clocked(what, minutes(collector, clock, markets, given.minutes))
        print(f"  requests a minute: {(venue.requests - before) / given.minutes:.1f}")
        clock.advance(timedelta(hours=24).total_seconds())
        await clocked(f"after a day's outage, {given.markets} markets", collector.collect(markets, [Timeframe.M15]))
        await storage.close()


if __name__ == "__main__":
    asyncio.run(main())
