"""From pressing the button to flat: positions in ten markets, sold and read back.

The exchange is the sandbox in a process of its own, with Upbit's own request limits; the trader (SQLite on disk, REST
client, streams, guard) runs in this one. Aim: ten positions flat within 2 s.

    python benchmarks/panic.py [--positions N] [--rounds N] [--resting N]"""

from __future__ import annotations

import argparse
import asyncio
import logging
import re
import sys
import tempfile
import time
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from trader.model.market import Market
    from trader.service import Trader

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))


async def measure(positions: int, resting: int, rounds: int) -> None:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "sandbox", "--port", "0", "--cash", "1000000000"),
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        assert process.stdout is not None
        found = re.search(r"rest=(\S+) ws=(\S+)", (await process.stdout.readline()).decode())
        assert found is not None
        await rounds_against(*found.groups(), positions, resting, rounds)
    finally:
        process.kill()
        await process.wait()


async def rounds_against(rest_url: str, ws_url: str, positions: int, resting: int, rounds: int) -> None:
    from chatbot.running.logs import configure
    from sandbox.rest.auth import DEFAULT_ACCESS_KEY, DEFAULT_SECRET_KEY
    from storage.memory.spare import MemorySpare
    from storage.sql import open_storage
    from trader.clock import SystemClock
    from trader.exchange.upbit.client import UpbitExchange
    from trader.exchange.upbit.streams import UpbitStreams
    from trader.parts import World
    from trader.service import Trader
    from trader.settings import Settings

    configure(level=logging.ERROR)
    keys, clock = (DEFAULT_ACCESS_KEY, DEFAULT_SECRET_KEY), SystemClock()
    exchange = UpbitExchange(rest_url, *keys, clock)
    listed = [info.market for info in await exchange.markets() if info.market.quote == "KRW"]
    markets = listed[: positions + resting]
    resting = len(markets) - positions
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(
            _env_file=None, data_dir=Path(folder), markets=tuple(m.code for m in markets), strategy="buy_and_hold",
            timeframe="1d", stop_fraction=Decimal(0), take_fraction=Decimal(0), cooldown_seconds=0,
            order_style="market", buy_on_warning=True, max_positions=100, max_entries_per_day=100_000,
            max_spread_bps=Decimal(1000), max_slippage_bps=Decimal(1000),
            **dict.fromkeys(("max_order_krw", "max_market_krw", "max_daily_loss_krw"), Decimal(10**8)),
        )  # fmt: skip
        storage = await open_storage(settings.storage_url)
        streams = UpbitStreams(ws_url, *keys)
        trader = await Trader.create(World(settings, exchange, streams, storage, clock, (), MemorySpare()))
        await trader.start()
        await trader.ready.wait()
        taken = []
        for _ in range(rounds):
            await trader.desk.set_state("resume", "bench")
            await fill(trader, markets, positions)
            began = time.monotonic()
            receipt = await trader.desk.panic("bench")
            taken.append(time.monotonic() - began)
            assert receipt.flat, receipt.remaining
            assert len({fill.market for fill in receipt.sold}) == positions
            assert sum(result.outcome == "cancelled" for result in receipt.cancelled) == resting, receipt.cancelled
        await trader.stop()
        await exchange.close()
        await storage.close()
    taken.sort()
    print(
        f"panic: {positions} positions and {resting} resting orders to flat, {rounds} rounds: "
        f"median {taken[len(taken) // 2]:.2f} s   max {taken[-1]:.2f} s   (aim 2 s)"
    )


async def fill(trader: Trader, markets: Sequence[Market], positions: int) -> None:
    """Buy into the first ones at the market; in the others a buy rests far below it."""
    from trader.model.order import Order, Side
    from trader.model.ticket import Ticket

    for number, market in enumerate(markets):
        quote = trader.quotes.quote(market)
        assert quote is not None
        price = None if number < positions else quote.bid * Decimal("0.8")
        ticket = await trader.desk.propose(Side.BUY, market, "bench", notional=Decimal(50_000), price=price)
        assert isinstance(ticket, Ticket), ticket
        order = await trader.desk.answer(ticket.ticket_id, True, "bench")
        assert isinstance(order, Order), order
        if price is None:
            await trader.executor.wait(order.client_order_id, 5)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--positions", type=int, default=10)
    parser.add_argument("--resting", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    asyncio.run(measure(arguments.positions, arguments.resting, arguments.rounds))
