"""From the stream tick that breaks a stop to the exit order's arrival at the exchange.

The exchange is the sandbox in a process of its own; the trader (streams, guard, SQLite on disk, REST client) runs in
this one. Both stamp with the machine's monotonic clock: t0 when the sandbox publishes the tick, t1 when the trader's
guard gets it, t2 when the POST reaches the sandbox. Aim: t2 − t0 median ≤ 3 ms, p99 ≤ 15 ms.

    python benchmarks/guard_latency.py [--rounds N] [--alerts N]

With `--alerts`, so many price alerts and moves of people stand on the same markets."""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import httpx

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

if TYPE_CHECKING:
    from trader.model.market import Market
    from trader.service import Trader

MARKETS = ("KRW-BTC", "KRW-ETH", "KRW-XRP", "KRW-SOL", "KRW-ADA")


async def exchange() -> None:
    """The child: a sandbox that remembers when ticks left and order POSTs came, and says so for each line on stdin."""
    from aiohttp import web

    from sandbox.rest.pipeline import RequestCounts
    from sandbox.server import Sandbox

    ticks: dict[str, int] = {}
    orders: list[int] = []

    class Stamping(RequestCounts):
        def middleware(self) -> Any:
            inner = super().middleware()

            @web.middleware
            async def count(request: web.Request, handler: Any) -> web.StreamResponse:
                if request.method == "POST" and request.path == "/v1/orders":
                    orders.append(time.monotonic_ns())
                response: web.StreamResponse = await inner(request, handler)
                return response

            return count

    sandbox = Sandbox("synthetic", 7, 1.0, Decimal(1_000_000_000), rate_limit_factor=1000)
    sandbox.counts = Stamping()
    sandbox.hub.on_tick(lambda tick: ticks.setdefault(f"{tick.market} {tick.price}", time.monotonic_ns()))
    await sandbox.start()
    key = sandbox.key
    ready = {"rest": sandbox.rest_url, "ws": sandbox.ws_url, "keys": [key.access_key, key.secret_key]}
    print(json.dumps(ready), flush=True)
    reader = asyncio.StreamReader()
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while await reader.readline():
        print(json.dumps({"ticks": ticks, "orders": orders}), flush=True)
        ticks.clear()
        orders.clear()


class Child:
    """The sandbox process."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process

    async def line(self) -> dict[str, Any]:
        assert self.process.stdout is not None
        row: dict[str, Any] = json.loads(await self.process.stdout.readline())
        return row

    async def stamps(self) -> dict[str, Any]:
        """What it remembers since the last call."""
        assert self.process.stdin is not None
        self.process.stdin.write(b"\n")
        return await self.line()


async def measure(rounds: int, alerts: int) -> None:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, __file__, "--exchange"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        limit=2**24,
    )
    try:
        await rounds_against(Child(process), rounds, alerts)
    finally:
        process.kill()
        await process.wait()


async def rounds_against(child: Child, rounds: int, alerts: int) -> None:
    from chatbot.running import process

    process.tune()
    from chatbot.running.logs import configure
    from trader.model.market import Market

    configure(level=logging.ERROR)
    ready = await child.line()
    seen: dict[tuple[str, Decimal], int] = {}
    async with started(ready) as trader, httpx.AsyncClient(base_url=ready["rest"]) as control:
        for number in range(alerts):
            await stand(trader, number)
        process.settle()
        inner = trader.guard.price

        def price(market: Market, at: Decimal, *when: Any) -> None:
            seen.setdefault((market.code, at), time.monotonic_ns())
            inner(market, at, *when)

        trader.guard.price = price  # type: ignore[method-assign]
        stops = [
            await stopped_out(trader, Market.parse(MARKETS[i % len(MARKETS)]), child, control, seen)
            for i in range(rounds)
        ]
    report(rounds, alerts, stops)


@asynccontextmanager
async def started(ready: dict[str, Any]) -> AsyncIterator[Trader]:
    """A service on disk that trades with what says it is ready."""
    from storage.memory.spare import MemorySpare
    from storage.sql import open_storage
    from trader.clock import SystemClock
    from trader.exchange.upbit.client import UpbitExchange
    from trader.exchange.upbit.streams import UpbitStreams
    from trader.parts import World
    from trader.service import Trader
    from trader.settings import Settings

    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(
            _env_file=None, data_dir=Path(folder), markets=MARKETS, strategy="buy_and_hold", timeframe="1d",
            stop_fraction=Decimal("0.01"), take_fraction=Decimal(0), cooldown_seconds=0, max_order_krw=Decimal(10**8),
            max_market_krw=Decimal(10**8), max_entries_per_day=100_000, max_daily_loss_krw=Decimal(10**9),
            max_spread_bps=Decimal(1000), max_slippage_bps=Decimal(1000), order_style="market",
            max_stops_in_a_row=0, max_daily_spend_krw=Decimal(10**10), max_exposure=Decimal(1),
            volatility_block_fraction=Decimal(0), breakeven_fraction=Decimal(0),
        )  # fmt: skip
        clock = SystemClock()
        storage = await open_storage(settings.storage_url)
        exchange = UpbitExchange(ready["rest"], *ready["keys"], clock)
        trader = await Trader.create(
            World(settings, exchange, UpbitStreams(ready["ws"], *ready["keys"]), storage, clock, (), MemorySpare())
        )
        await trader.start()
        await trader.ready.wait()
        yield trader
        await trader.stop()
        await exchange.close()
        await storage.close()


class Stop(NamedTuple):
    """Milliseconds from the tick that breaks a stop: to the order's arrival, to the guard, and from there on."""

    total: float
    stream: float
    reaction: float


async def stopped_out(
    trader: Trader, market: Market, child: Child, control: httpx.AsyncClient, seen: dict[tuple[str, Decimal], int]
) -> Stop:
    """Buy, let the price fall through the stop, and wait until it is sold. `seen`: when the guard heard of a price."""
    from trader.model.order import Order, Side
    from trader.model.ticket import Ticket

    ticket = await trader.desk.propose(Side.BUY, market, "bench", notional=Decimal(50_000))
    assert isinstance(ticket, Ticket), ticket
    order = await trader.desk.answer(ticket.ticket_id, True, "bench")
    assert isinstance(order, Order)
    await trader.executor.wait(order.client_order_id, 5)
    await until(lambda: trader.guard.levels(market) is not None)
    await asyncio.sleep(0.1)
    levels = trader.guard.levels(market)
    assert levels is not None
    assert levels.plan.stop is not None
    await child.stamps()
    seen.clear()
    broken = {"market": market.code, "price": str(levels.plan.stop * Decimal("0.99"))}
    answer = (await control.post("/sandbox/price", json=broken)).json()
    await until(lambda: trader.guard.levels(market) is None)
    stamps = await child.stamps()
    published = stamps["ticks"][f"{market.code} {answer['price']}"]
    heard = next(t for (m, p), t in seen.items() if m == market.code and p == Decimal(answer["price"]))
    (arrived,) = stamps["orders"]
    await control.post("/sandbox/price", json={"market": market.code, "price": answer["before"]})
    await asyncio.sleep(0.05)
    return Stop((arrived - published) / 1e6, (heard - published) / 1e6, (arrived - heard) / 1e6)


async def stand(trader: Any, number: int) -> None:
    """An alert near the price: every other one a level 2 to 12 % away, the others a move of 3 to 13 % in an hour."""
    from trader.model.alert import AlertKind, Comparison, Condition
    from trader.model.market import Market

    market, step = Market.parse(MARKETS[number % len(MARKETS)]), Decimal(number % 10 + 2) / 100
    quote = trader.quotes.quote(market)
    level = Condition(AlertKind.PRICE, Comparison.AT_MOST, quote.last * (1 - step))
    move = Condition(AlertKind.MOVE, Comparison.EITHER, step + Decimal("0.01"), 3600)
    await trader.desk.add_alert(f"bench:{number % 5}", "", market, move if number % 2 else level, repeat=True)


async def until(true: Callable[[], bool]) -> None:
    """Wait at most five seconds."""
    async with asyncio.timeout(5):
        while not true():  # noqa: ASYNC110 - what is waited for wakes nobody
            await asyncio.sleep(0.005)


def report(rounds: int, alerts: int, stops: list[Stop]) -> None:
    beside = f", {alerts} alerts" if alerts else ""
    print(f"guard stop, {rounds} rounds, sandbox in its own process, SQLite on disk{beside}")
    for name, column in (("tick → order arrives", 0), ("  tick → guard", 1), ("  guard → order", 2)):
        values = sorted(stop[column] for stop in stops)
        n = len(values)
        print(
            f"{name:22} median {values[n // 2]:6.2f} ms   p90 {values[n * 9 // 10]:6.2f} ms"
            f"   p99 {values[n * 99 // 100]:6.2f} ms   max {values[-1]:6.2f} ms"
        )


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--alerts", type=int, default=0)
    parser.add_argument("--exchange", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    asyncio.run(exchange() if arguments.exchange else measure(arguments.rounds, arguments.alerts))
