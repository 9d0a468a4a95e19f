"""From the stream tick that breaks a stop to the exit order's arrival at the exchange.

The exchange is the sandbox in a process of its own; the trader (streams, guard, SQLite on disk, REST client) runs in
this one. Both stamp with the machine's monotonic clock: t0 when the sandbox publishes the tick, t1 when the trader's
guard gets it, t2 when the POST reaches the sandbox. Aim: t2 − t0 median ≤ 3 ms, p99 ≤ 15 ms.

    python benchmarks/guard_latency.py [--rounds N]"""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import sys
import tempfile
import time
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

MARKETS = ("KRW-BTC", "KRW-ETH", "KRW-XRP", "KRW-SOL", "KRW-ADA")


async def exchange() -> None:
    """The child: a sandbox that writes the time of ticks and of order POSTs to stdout."""
    from aiohttp import web

    from sandbox.pipeline import RequestCounts
    from sandbox.server import Sandbox

    def stamp(kind: str, **more: Any) -> None:
        print(json.dumps({"kind": kind, "t": time.monotonic_ns(), **more}), flush=True)

    class Stamping(RequestCounts):
        def middleware(self) -> Any:
            inner = super().middleware()

            @web.middleware
            async def count(request: web.Request, handler: Any) -> web.StreamResponse:
                if request.method == "POST" and request.path == "/v1/orders":
                    stamp("order")
                response: web.StreamResponse = await inner(request, handler)
                return response

            return count

    sandbox = Sandbox("synthetic", 7, 1.0, Decimal(1_000_000_000), rate_limit_factor=1000)
    sandbox.counts = Stamping()
    sandbox.hub.on_tick(lambda tick: stamp("tick", market=tick.market, price=str(tick.price)))
    await sandbox.start()
    key = sandbox.key
    stamp("ready", rest=sandbox.rest_url, ws=sandbox.ws_url, keys=[key.access_key, key.secret_key])
    await asyncio.Event().wait()


class Child:
    """The sandbox process and what it wrote."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process
        self.orders: asyncio.Queue[int] = asyncio.Queue()
        self.ticks: dict[tuple[str, Decimal], int] = {}
        self.ready: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()

    async def read(self) -> None:
        assert self.process.stdout is not None
        async for line in self.process.stdout:
            row = json.loads(line)
            if row["kind"] == "ready":
                self.ready.set_result(row)
            elif row["kind"] == "order":
                self.orders.put_nowait(row["t"])
            else:
                self.ticks.setdefault((row["market"], Decimal(row["price"])), row["t"])


async def measure(rounds: int) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, __file__, "--exchange", stdout=asyncio.subprocess.PIPE, limit=2**24
    )
    child = Child(process)
    reading = asyncio.create_task(child.read())
    try:
        await rounds_against(child, rounds)
    finally:
        process.kill()
        await process.wait()
        reading.cancel()


async def rounds_against(child: Child, rounds: int) -> None:
    from chatbot.logs import configure
    from storage.sql import open_storage
    from trader.clock import SystemClock
    from trader.exchange.upbit.client import UpbitExchange
    from trader.exchange.upbit.streams import UpbitStreams
    from trader.model.market import Market
    from trader.model.order import Order, Side
    from trader.model.ticket import Ticket
    from trader.service import Trader, World
    from trader.settings import Settings

    configure(level=logging.ERROR)
    ready = await child.ready
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(
            _env_file=None, data_dir=Path(folder), markets=MARKETS, strategy="buy_and_hold", timeframe="1d",
            stop_fraction=Decimal("0.01"), take_fraction=Decimal(0), cooldown_seconds=0, max_order_krw=Decimal(10**8),
            max_market_krw=Decimal(10**8), max_entries_per_day=100_000, max_daily_loss_krw=Decimal(10**9),
            max_spread_bps=Decimal(1000), max_slippage_bps=Decimal(1000), order_style="market",
        )  # fmt: skip
        clock = SystemClock()
        storage = await open_storage(settings.storage_url)
        exchange = UpbitExchange(ready["rest"], *ready["keys"], clock)
        trader = await Trader.create(
            World(settings, exchange, UpbitStreams(ready["ws"], *ready["keys"]), storage, clock, ())
        )
        await trader.start()
        await trader.ready.wait()
        seen: dict[tuple[str, Decimal], int] = {}
        inner = trader.guard.price

        def price(market: Market, at: Decimal) -> None:
            seen.setdefault((market.code, at), time.monotonic_ns())
            inner(market, at)

        trader.guard.price = price  # type: ignore[method-assign]
        total, stream, reaction = [], [], []
        async with httpx.AsyncClient(base_url=ready["rest"]) as control:
            for i in range(rounds):
                market = Market.parse(MARKETS[i % len(MARKETS)])
                ticket = await trader.desk.propose(Side.BUY, market, "bench", notional=Decimal(50_000))
                assert isinstance(ticket, Ticket), ticket
                order = await trader.desk.answer(ticket.ticket_id, True, "bench")
                assert isinstance(order, Order)
                await trader.executor.wait(order.client_order_id, 5)
                while trader.guard.levels(market) is None:
                    await asyncio.sleep(0.005)
                while not child.orders.empty():
                    child.orders.get_nowait()
                await asyncio.sleep(0.1)
                levels = trader.guard.levels(market)
                assert levels is not None, (i, market, await trader.desk.orders(3), trader.quotes.quote(market))
                assert levels.plan.stop is not None
                child.ticks.clear()
                seen.clear()
                answer = await control.post(
                    "/sandbox/price", json={"market": market.code, "price": str(levels.plan.stop * Decimal("0.99"))}
                )
                arrived = await asyncio.wait_for(child.orders.get(), 5)
                broke = Decimal(answer.json()["price"])
                published = child.ticks[(market.code, broke)]
                heard = next(t for (m, p), t in seen.items() if m == market.code and p == broke)
                total.append((arrived - published) / 1e6)
                stream.append((heard - published) / 1e6)
                reaction.append((arrived - heard) / 1e6)
                while trader.guard.levels(market) is not None:
                    await asyncio.sleep(0.005)
                before = answer.json()["before"]
                await control.post("/sandbox/price", json={"market": market.code, "price": before})
                await asyncio.sleep(0.05)
        await trader.stop()
        await exchange.close()
        await storage.close()
    print(f"guard stop, {rounds} rounds, sandbox in its own process, SQLite on disk")
    for name, values in (("tick → order arrives", total), ("  tick → guard", stream), ("  guard → order", reaction)):
        values.sort()
        n = len(values)
        print(
            f"{name:22} median {values[n // 2]:6.2f} ms   p90 {values[n * 9 // 10]:6.2f} ms"
            f"   p99 {values[n * 99 // 100]:6.2f} ms   max {values[-1]:6.2f} ms"
        )


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--exchange", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    asyncio.run(exchange() if arguments.exchange else measure(arguments.rounds))
