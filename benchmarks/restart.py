"""From the start of a service that left 50 open orders and 20 positions behind to trading again.

The exchange is the sandbox, with Upbit's own request limits, in a process of its own; the service runs in this one.
Measured from the opening of the books: guards in force, reconciled (books equal exchange), and trading (timetable
running, entries allowed). Every position must have its guard and every order be followed then. Aim: ≤ 5 s.

    python benchmarks/restart.py [--orders 50] [--positions 20] [--rounds 3]"""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import sys
import tempfile
import time
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

if TYPE_CHECKING:
    from storage.memory.spare import MemorySpare
    from storage.sql import SqlStorage
    from trader.exchange.upbit.client import UpbitExchange
    from trader.model.market import Market
    from trader.service import Trader


async def exchange(count: int) -> None:
    """The child: a sandbox with so many markets; its address is the first line it says."""
    from sandbox.feeds.profiles import PROFILES, Profile, market_info
    from sandbox.feeds.synthetic import SyntheticFeed
    from sandbox.server import Sandbox

    own = tuple(Profile(market_info(f"KRW-COIN{n}"), 1_000.0 * (n + 1), 0.001, 1.1, 0.5, 300_000) for n in range(count))
    profiles = (*PROFILES[:1], *own)[:count]
    sandbox = Sandbox(SyntheticFeed(7, datetime.now(UTC), profiles), cash=Decimal(1_000_000_000))
    await sandbox.start()
    keys = [sandbox.key.access_key, sandbox.key.secret_key]
    said = {"rest": sandbox.rest_url, "ws": sandbox.ws_url, "keys": keys, "markets": [p.info.code for p in profiles]}
    print(json.dumps(said), flush=True)
    await sandbox.wait_failed()


class House:
    """One service after another over the same books and the same exchange."""

    def __init__(self, folder: Path, rest: str, ws: str, keys: list[str], markets: tuple[str, ...]) -> None:
        from trader.settings import Settings

        self.settings = Settings(
            _env_file=None, data_dir=folder, markets=markets, strategy="buy_and_hold", timeframe="1d",
            cooldown_seconds=0, max_order_krw=Decimal(10**8), max_market_krw=Decimal(10**9), max_positions=100,
            max_entries_per_day=100_000, max_daily_loss_krw=Decimal(10**9), max_daily_spend_krw=Decimal(10**12),
            max_spread_bps=Decimal(1000), max_slippage_bps=Decimal(1000), buy_on_warning=True,
        )  # fmt: skip
        self.rest, self.ws, self.keys = rest, ws, keys

    async def open(self) -> tuple[Trader, SqlStorage, UpbitExchange]:
        from storage.sql import open_storage
        from trader.clock import SystemClock
        from trader.exchange.upbit.client import UpbitExchange
        from trader.exchange.upbit.streams import UpbitStreams
        from trader.parts import World
        from trader.service import Trader

        clock = SystemClock()
        storage = await open_storage(self.settings.storage_url)
        exchange = UpbitExchange(self.rest, *self.keys, clock)
        streams = UpbitStreams(self.ws, *self.keys)
        trader = await Trader.create(World(self.settings, exchange, streams, storage, clock, (), MemorySpare()))
        return trader, storage, exchange


async def close(trader: Trader, storage: SqlStorage, exchange: UpbitExchange) -> None:
    await trader.stop()
    await exchange.close()
    await storage.close()


async def enter(trader: Trader, market: Market) -> None:
    """A position of 20,000 KRW."""
    from trader.model.order import Order, Side
    from trader.model.ticket import Ticket

    ticket = await trader.desk.propose(Side.BUY, market, "bench", notional=Decimal(20_000))
    assert isinstance(ticket, Ticket), ticket
    order = await trader.desk.answer(ticket.ticket_id, True, "bench")
    assert isinstance(order, Order), order
    assert await trader.executor.wait(order.client_order_id, 10) is not None


async def rest_below(trader: Trader, market: Market) -> None:
    """A person's limit order at a third of the price; past the gate, which lets one order wait in a market."""
    from trader.ids import new_id
    from trader.model.order import Authorised, Cleared, Intent, OrderType, Origin, Side

    quote = trader.quotes.quote(market)
    assert quote is not None
    price = (await trader.world.exchange.rules(market)).round_price(quote.bid / 3, Side.BUY)
    now = trader.clock.now()
    intent = Intent(
        new_id(), market, Side.BUY, Origin.PERSON, "bench", "manual", now, price,
        notional=Decimal(20_000), order_type=OrderType.LIMIT,
    )  # fmt: skip
    cleared = Cleared(intent, fee=Decimal(10), slippage_bps=Decimal(0), equity_share=Decimal(0))
    await trader.executor.execute(Authorised(cleared, "bench", now), quote)


async def fill_books(house: House, orders: int, positions: int) -> list[Market]:
    """Leave so many open orders and positions behind; returns the markets held."""
    from trader.model.market import Market

    trader, storage, exchange = await house.open()
    await trader.start()
    await trader.ready.wait()
    markets = [Market.parse(code) for code in house.settings.markets]
    held = markets[:positions]
    for market in held:
        await enter(trader, market)
    for number in range(orders):
        await rest_below(trader, markets[number % len(markets)])
    await close(trader, storage, exchange)
    return held


async def restart(house: House, held: list[Market], orders: int) -> tuple[float, float, float]:
    """Seconds to guards in force, to reconciled, to ready; raises AssertionError when something is missing then."""
    began = time.perf_counter()
    trader, storage, exchange = await house.open()
    reconciled: list[float] = []
    trader.chronicle.on_event(lambda event: reconciled.append(time.perf_counter() - began))
    await trader.start()
    guarded = time.perf_counter() - began
    assert set(held) <= set(trader.guard.markets), "a position without its guard"
    assert not trader.reconciler.passed, "entries did not wait"
    await trader.ready.wait()
    ready = time.perf_counter() - began
    assert trader.reconciler.passed, "entries still wait"
    assert len(trader.executor.working()) == orders, len(trader.executor.working())
    result = await trader.desk.reconcile()
    assert result.equal, result
    assert not result.open, result
    await close(trader, storage, exchange)
    return guarded, reconciled[0], ready


async def measure(orders: int, positions: int, rounds: int) -> None:
    from chatbot.running.logs import configure

    configure(level=logging.ERROR)
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, __file__, "--exchange", str(positions)), cwd=ROOT, stdout=asyncio.subprocess.PIPE
    )
    try:
        assert process.stdout is not None
        at = json.loads(await process.stdout.readline())
        markets = tuple(at["markets"])
        with tempfile.TemporaryDirectory() as folder:
            house = House(Path(folder), at["rest"], at["ws"], at["keys"], markets)
            held = await fill_books(house, orders, positions)
            print(f"restart with {orders} open orders and {len(held)} positions in {len(markets)} markets")
            worst = 0.0
            for number in range(1, rounds + 1):
                await asyncio.sleep(1.1)  # the venue's second of request limits is over, as after a real restart
                guarded, reconciled, ready = await restart(house, held, orders)
                worst = max(worst, ready)
                print(f"  {number}: guards {guarded:5.2f} s · reconciled {reconciled:5.2f} s · trading {ready:5.2f} s")
            print(f"worst {worst:.2f} s (aim ≤ 5 s): {'met' if worst <= 5 else 'MISSED'}")
    finally:
        process.kill()
        await process.wait()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--orders", type=int, default=50)
    parser.add_argument("--positions", type=int, default=20)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--exchange", type=int, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.exchange:
        asyncio.run(exchange(arguments.exchange))
    else:
        asyncio.run(measure(arguments.orders, arguments.positions, arguments.rounds))
