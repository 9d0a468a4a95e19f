"""What the memory costs: one hot write in both modes of durability, beside a long read too; candles in bulk.

    python benchmarks/storage_write.py [--writes 2000] [--url postgresql://…] [--directory DIR]

A "write" is what stands between a tick and the order: the order with its first history row, and its event, committed.
Times are those an awaiting caller sees: the hop to the writer's thread and back included."""

from __future__ import annotations

import argparse
import asyncio
import os
import tempfile
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from storage.engine import Synchronous
from storage.memory import MemoryStorage
from storage.sql import SqlStorage, open_storage
from trader.model.events import Event, EventKind
from trader.model.market import Candle, Market, Timeframe
from trader.model.order import Order, OrderState, OrderType, Origin, Side, TimeInForce
from trader.ports import Records, Storage

BTC = Market("KRW", "BTC")
T0 = datetime(2026, 3, 2, tzinfo=UTC)


def intent_of(number: int) -> Callable[[Records], None]:
    """Order, first history row, event."""
    at = T0 + timedelta(milliseconds=number)
    order = Order(
        f"{os.getpid()}-{time.monotonic_ns()}", f"intent-{number}", BTC, Side.BUY, OrderType.LIMIT, TimeInForce.GTC,
        Origin.STRATEGY, "sma_cross", "fast mean above slow", OrderState.NEW, at, at, Decimal("98765000"),
        price=Decimal("98760000"), quantity=Decimal("0.00101234"),
    )  # fmt: skip
    event = Event(f"e-{order.client_order_id}", EventKind.ORDER, at, market="KRW-BTC", data={"price": "98760000"})

    def book(records: Records) -> None:
        records.orders.add(order)
        records.events.add(event)

    return book


def sent_of(number: int) -> Callable[[Records], None]:
    """A stored order moves on: save with a history row, and an event."""
    at = T0 + timedelta(milliseconds=number)

    def book(records: Records) -> None:
        order = records.orders.unfinished()[0]
        state = OrderState.SENT if order.state is not OrderState.SENT else OrderState.ACCEPTED
        records.orders.save(order.changed(at, state=state))
        records.events.add(Event(f"s-{os.getpid()}-{time.monotonic_ns()}", EventKind.ORDER, at, market="KRW-BTC"))

    return book


def candles(count: int, change: Decimal = Decimal(0)) -> list[Candle]:
    price = Decimal("98765000.5") + change
    return [
        Candle(BTC, Timeframe.M1, T0 + timedelta(minutes=n), price, price, price, price, Decimal("1.23456789"), price)
        for n in range(count)
    ]


async def timed(count: int, step: Callable[[int], Awaitable[object]]) -> list[float]:
    """Milliseconds of each step, sorted."""
    for number in range(min(100, count)):
        await step(-1 - number)
    took = []
    for number in range(count):
        start = time.perf_counter()
        await step(number)
        took.append((time.perf_counter() - start) * 1000)
        await asyncio.sleep(0)
    return sorted(took)


def show(name: str, took: list[float]) -> None:
    p50, p99, p999 = (took[min(len(took) - 1, int(len(took) * share))] for share in (0.5, 0.99, 0.999))
    print(f"{name:<58} p50 {p50:7.3f} ms   p99 {p99:7.3f} ms   p99.9 {p999:7.3f} ms   max {took[-1]:7.3f} ms")


async def hot_writes(name: str, storage: Storage, writes: int) -> None:
    show(f"{name}: empty transaction", await timed(writes, lambda n: storage.write(lambda r: None)))
    show(f"{name}: order + history + event", await timed(writes, lambda n: storage.write(intent_of(n))))


async def saves(name: str, storage: Storage, writes: int) -> None:
    await storage.write(intent_of(0))
    show(f"{name}: read order, save it + history, event", await timed(writes, lambda n: storage.write(sent_of(n))))


async def beside_a_long_read(name: str, storage: Storage, writes: int) -> None:
    """Another task reads 10,000 candles over and over."""
    done = asyncio.Event()

    async def read_on() -> None:
        while not done.is_set():
            await storage.read(lambda r: r.candles.latest(BTC, Timeframe.M1, 10_000))

    reader = asyncio.create_task(read_on())
    show(f"{name}: the same while candles are read", await timed(writes // 4, lambda n: storage.write(intent_of(n))))
    done.set()
    await reader


async def bulk(name: str, storage: Storage) -> None:
    for what, rows in (("new", candles(10_000)), ("equal", candles(10_000)), ("changed", candles(10_000, Decimal(1)))):
        start = time.perf_counter()
        counted = await storage.write(lambda r, rows=rows: r.candles.upsert(rows))
        print(f"{name}: upsert of 10,000 candles, {what} ({counted})".ljust(58), f"{time.perf_counter() - start:.3f} s")
    reads = await timed(200, lambda n: storage.read(lambda r: r.candles.latest(BTC, Timeframe.M1, 400)))
    show(f"{name}: read 400 candles", reads)
    for what, minutes in (("none missing", 10_000), ("80 missing", 10_080)):
        end = T0 + timedelta(minutes=minutes)
        took = await timed(50, lambda n, end=end: storage.read(lambda r: r.candles.missing(BTC, Timeframe.M1, T0, end)))
        show(f"{name}: gaps in a week of minutes, {what}", took)


async def measure(name: str, storage: Storage, writes: int) -> None:
    await hot_writes(name, storage, writes)
    await bulk(name, storage)
    if not isinstance(
        storage, MemoryStorage
    ):  # reads of the memory take no time on the loop's clock: nothing to overlap
        await beside_a_long_read(name, storage, writes)


async def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    arguments.add_argument("--writes", type=int, default=2000)
    arguments.add_argument("--url", help="a PostgreSQL database to measure as well; it is written to")
    arguments.add_argument("--directory", help="where the SQLite files are made; the disk matters")
    given = arguments.parse_args()
    await measure("memory", MemoryStorage(), given.writes // 4)
    with tempfile.TemporaryDirectory(dir=given.directory) as directory:
        for mode in Synchronous:
            for name, part in (("", measure), (" ", saves)):
                url = f"sqlite:///{directory}/{mode.value}{len(name)}.sqlite3"
                storage: SqlStorage = await open_storage(url, synchronous=mode)
                await part(f"SQLite {mode.value}", storage, given.writes)
                await storage.close()
    if given.url:
        storage = await open_storage(given.url)
        await measure("PostgreSQL", storage, given.writes)
        await storage.close()


if __name__ == "__main__":
    asyncio.run(main())
