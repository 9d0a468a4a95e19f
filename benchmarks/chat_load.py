"""Commands at twenty a second on both platforms while the service trades, and what that does to the trading.

    python benchmarks/chat_load.py [--seconds N] [--rate N]

Everything is real and in processes of its own, as in chat_end_to_end.py: the service with its books on disk, and the
exchange, which here remembers when a tick left and when an order came (guard_latency.py). First the stop's way (tick →
order) is measured without commands, then with so many commands a second, half of them on each platform, then without
again: a difference that is there in the middle alone is the load's. While all that is measured, commands do not wait
for each other's answers. A reply's time is from the update's handing over to the message's arrival."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import itertools
import random
import sys
import tempfile
import time
import types
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
tests = types.ModuleType("tests")  # another distribution installs a package of this name
tests.__path__ = [str(ROOT / "tests")]
sys.modules["tests"] = tests

from benchmarks.guard_latency import Child as Exchange  # noqa: E402
from chatbot.running.control import ask  # noqa: E402
from chatbot.running.data_dir import SOCKET  # noqa: E402
from tests.e2e.processes import Child, until  # noqa: E402
from tests.fakes.slack_server import SlackServer  # noqa: E402
from tests.fakes.telegram_server import TelegramServer  # noqa: E402

COMMANDS = ("/status", "/positions", "/health", "/why BTC", "/balance", "/help", "/trades 5", "/orders")
COINS = ("BTC", "ETH", "XRP", "SOL", "ADA")
OWNER, GROUP = 42, -55
LONGEST_CHECKS = 20
GENEROUS = {
    "STOP_FRACTION": "0.03",
    "TAKE_FRACTION": "0",
    "COOLDOWN_SECONDS": "0",
    "MAX_MARKET_KRW": "100000000",
    "MAX_ENTRIES_PER_DAY": "100000",
    "MAX_DAILY_LOSS_KRW": "1000000000",
    "MAX_DAILY_SPEND_KRW": "10000000000",
    "MAX_STOPS_IN_A_ROW": "0",
    "MAX_EXPOSURE": "1",
    "MAX_SPREAD_BPS": "1000",
    "MAX_SLIPPAGE_BPS": "1000",
    "VOLATILITY_BLOCK_FRACTION": "0",
    "BREAKEVEN_FRACTION": "0",
}


@dataclass
class Trading:
    """Bought by hand, sold by the stop, one market after another; `ways` are milliseconds from tick to order."""

    exchange: Exchange
    rest: str
    data_dir: Path
    ways: list[float] = field(default_factory=list)
    missed: int = 0
    _number: Any = field(default_factory=itertools.count)

    async def rounds(self, seconds: float) -> list[float]:
        """So long, one after the other."""
        self.ways, end = [], time.monotonic() + seconds
        async with httpx.AsyncClient(base_url=self.rest) as control:
            while time.monotonic() < end:
                await self._round(control, COINS[next(self._number) % len(COINS)])
        return self.ways

    async def _way(self, tick: str) -> float | None:
        """None: no order came within the time a stop may take at the very worst."""
        ticks: dict[str, int] = {}
        orders: list[int] = []
        for _ in range(LONGEST_CHECKS):
            await asyncio.sleep(0.25)  # longer than almost every way: looking costs the measured ones nothing
            stamps = await self.exchange.stamps()
            ticks |= stamps["ticks"]
            orders += stamps["orders"]
            if orders:
                return (orders[0] - ticks[tick]) / 1e6
        return None

    async def _round(self, control: httpx.AsyncClient, coin: str) -> None:
        market = f"KRW-{coin}"
        bought = await ask(self.data_dir / SOCKET, f"/buy {coin} 50000 confirm")
        assert bought["tone"] == "ok", bought
        await asyncio.sleep(0.25)
        await self.exchange.stamps()
        [ticker] = (await control.get("/v1/ticker", params={"markets": market})).json()
        broken = {"market": market, "price": str(ticker["trade_price"] * 0.9)}
        answer = (await control.post("/sandbox/price", json=broken)).json()
        way = await self._way(f"{market} {answer['price']}")
        if way is None:
            self.missed += 1
        else:
            self.ways.append(way)
        await control.post("/sandbox/price", json={"market": market, "price": answer["before"]})
        await asyncio.sleep(0.1)


@dataclass
class People:
    """So many commands a second, alternately on each platform, in time whether or not the earlier ones are answered."""

    telegram: TelegramServer
    slack: SlackServer
    rate: float
    took: dict[str, list[float]] = field(default_factory=lambda: {"telegram": [], "slack": []})
    open: list[asyncio.Task[None]] = field(default_factory=list)

    async def talk(self, seconds: float) -> None:
        dice, began = random.Random(1), time.monotonic()
        for number in range(round(seconds * self.rate)):
            await asyncio.sleep(max(0.0, began + number / self.rate - time.monotonic()))
            line = dice.choice(COMMANDS)
            asked = self._telegram(line, 9_000_000 + number) if number % 2 else self._slack(line)
            self.open.append(asyncio.create_task(asked))
        await asyncio.gather(*self.open)

    async def _telegram(self, line: str, number: int) -> None:
        """In a group, where an answer says what it answers."""
        server, begun = self.telegram, time.monotonic()
        server.say(OWNER, line, chat_id=GROUP, message_id=number)
        await server.until(lambda: any(m.reply_to == number for m in server.messages[-300:]), 30)
        answer = next(m for m in server.messages if m.reply_to == number)
        self.took["telegram"].append((answer.at - begun) * 1000)

    async def _slack(self, line: str) -> None:
        """A status is posted, so that it can be kept up to date: it is known by the thread it was asked in."""
        begun, server = time.monotonic(), self.slack
        if line == "/status":
            stamp = f"{time.time():.6f}"
            await server.direct_message("U1", "status", ts=stamp, thread_ts=stamp)
            await server.until(lambda: any(m.thread == stamp for m in server.messages[-300:]), 30)
        else:
            sent = await server.command("U1", line.removeprefix("/"))
            address = sent.body["payload"]["response_url"]
            await server.until(lambda: server.responded[address] > 0, 30)
        self.took["slack"].append((time.monotonic() - begun) * 1000)


async def open_exchange(stack: contextlib.AsyncExitStack) -> tuple[Exchange, dict[str, Any]]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, str(ROOT / "benchmarks" / "guard_latency.py"), "--exchange"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        limit=2**24,
    )
    stack.push_async_callback(process.wait)
    stack.callback(process.kill)
    exchange = Exchange(process)
    return exchange, await exchange.line()


async def measure(seconds: float, rate: float) -> None:
    async with contextlib.AsyncExitStack() as stack:
        telegram = await stack.enter_async_context(TelegramServer())
        slack = await stack.enter_async_context(SlackServer())
        exchange, ready = await open_exchange(stack)
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="load-")))
        service = await Child.start(
            folder, "run", ("chatbot", "run"), _settings(folder / "data", ready, telegram, slack) | GENEROUS
        )
        stack.push_async_callback(service.kill)
        await service.said("event='ready'", 30)
        await slack.linked(30)
        await until(lambda: telegram.polls > 0)
        trading = Trading(exchange, ready["rest"], folder / "data")
        await trading.rounds(3)
        people = People(telegram, slack, rate)
        before = await trading.rounds(seconds)
        beside, _ = await asyncio.gather(trading.rounds(seconds), people.talk(seconds))
        after = await trading.rounds(seconds)
    print(f"{rate:g} commands a second for {seconds:g} s, half on each platform, while it trades")
    for name, values in people.took.items():
        _print(f"command → reply, {name}", values)
    _print("tick → order, no commands", before)
    _print("tick → order, under load", beside)
    _print("tick → order, no commands", after)
    print(f"stops without an order within {LONGEST_CHECKS * 0.25:g} s: {trading.missed}")


def _settings(data: Path, ready: dict[str, Any], telegram: TelegramServer, slack: SlackServer) -> dict[str, str]:
    return {
        "DATA_DIR": str(data),
        "UPBIT_REST_URL": ready["rest"],
        "UPBIT_WS_URL": ready["ws"],
        "UPBIT_ACCESS_KEY": ready["keys"][0],
        "UPBIT_SECRET_KEY": ready["keys"][1],
        "MARKETS": " ".join(f"KRW-{coin}" for coin in COINS),
        "STRATEGY": "buy_and_hold",
        "TIMEFRAME": "1d",
        "ORDER_STYLE": "market",
        "LANGUAGE": "en",
        "TELEGRAM_BOT_TOKEN": telegram.token,
        "TELEGRAM_API_URL": telegram.url,
        "TELEGRAM_OWNERS": str(OWNER),
        "SLACK_BOT_TOKEN": slack.bot_token,
        "SLACK_APP_TOKEN": slack.app_token,
        "SLACK_API_URL": slack.url,
        "SLACK_OWNERS": "U1",
        "SLACK_CHANNEL": "C9",
    }


def _print(name: str, values: list[float]) -> None:
    values.sort()
    n = len(values)
    print(
        f"{name:28}{n:5}   median {values[n // 2]:6.2f} ms   p99 {values[n * 99 // 100]:6.2f} ms"
        f"   max {values[-1]:6.2f} ms"
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=30.0, help="each of the three parts")
    parser.add_argument("--rate", type=float, default=20.0, help="commands a second in all")
    given = parser.parse_args()
    asyncio.run(measure(given.seconds, given.rate))
