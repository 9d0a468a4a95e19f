"""From a person's command at the chat service to the answer's arrival there, and what the front ends weigh.

The services are the local ones of tests/fakes, on loopback in this process; books are SQLite on disk with full
durability. `--dispatcher stand-in` answers at once (the adapter alone), `real` runs /status through the whole chat over
a desk of fixed values. Aim: p99 ≤ 50 ms.

Memory is measured in a child that has loaded everything else of the daemon first: what each front end adds while it is
connected and idle.

    python benchmarks/chat_latency.py [--commands N] [--dispatcher stand-in|real] [--no-memory]"""

from __future__ import annotations

import argparse
import asyncio
import gc
import statistics
import sys
import tempfile
import time
import types
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
tests = types.ModuleType("tests")  # another distribution installs a package of this name
tests.__path__ = [str(ROOT / "tests")]
sys.modules["tests"] = tests

from chatbot.coins import Coins  # noqa: E402
from chatbot.languages import Languages  # noqa: E402
from chatbot.people.access import Access, Role  # noqa: E402

ACCESS = Access({"telegram:1": Role.OWNER, "slack:U1": Role.OWNER})


def dispatcher(kind: str) -> Any:
    if kind == "stand-in":
        from tests.fakes.stand_ins import Script

        return Script()
    from chatbot.dispatch import Dispatcher
    from chatbot.drill.drills import Drills
    from chatbot.notify.keeper import Notify
    from chatbot.people.people import People
    from storage.memory import MemoryStorage
    from tests.chatbot.fake_desk import NOW, FakeDesk
    from trader.chronicle import Chronicle
    from trader.clock import ManualClock
    from trader.model.mode import Mode

    desk, clock = FakeDesk(), ManualClock(NOW)
    coins = Coins(desk.market_infos)
    chronicle = Chronicle(MemoryStorage(), clock)
    drills = Drills(ROOT, chronicle)
    people = People(ACCESS, chronicle, lambda by: desk.set_state("pause", by))
    languages = Languages("ko", coins)
    notify = Notify(chronicle, ACCESS)
    return Dispatcher(
        desk, people, clock, mode=Mode.SANDBOX, languages=languages, drills=drills, notify=notify, coins=coins
    )


async def telegram(commands: int, kind: str, database: Path) -> list[float]:
    from chatbot.telegram.frontend import TelegramFrontEnd
    from storage.sql import open_storage
    from tests.fakes.telegram_server import TelegramServer

    storage = await open_storage(f"sqlite:///{database}")
    async with TelegramServer() as server:
        front = TelegramFrontEnd(server.token, server.url, dispatcher(kind), storage, ACCESS, Languages("ko", Coins()))
        await front.start()

        async def ask() -> float:
            begun = time.monotonic()
            server.say(1, "/status")
            return (await server.next_message()).at - begun

        times = await measured(commands, ask)
        await front.stop()
    await storage.close()
    return times


async def slack(commands: int, kind: str, database: Path) -> list[float]:
    from chatbot.slack.frontend import SlackFrontEnd
    from storage.sql import open_storage
    from tests.fakes.slack_server import SlackServer

    storage = await open_storage(f"sqlite:///{database}")
    async with SlackServer() as server:
        front = SlackFrontEnd(
            server.bot_token,
            server.app_token,
            server.url,
            dispatcher(kind),
            storage,
            ACCESS,
            Languages("ko", Coins()),
        )
        await front.start()
        await server.linked()

        async def ask() -> float:
            begun = time.monotonic()
            await server.command("U1", "status")
            return (await server.next_message()).at - begun

        times = await measured(commands, ask)
        await front.stop()
    await storage.close()
    return times


async def measured(commands: int, ask: Callable[[], Awaitable[float]]) -> list[float]:
    for _ in range(20):
        await ask()
    return [await ask() for _ in range(commands)]


def report(name: str, seconds: list[float]) -> None:
    quantiles = statistics.quantiles(seconds, n=100)
    p50, p99, worst = quantiles[49] * 1000, quantiles[98] * 1000, max(seconds) * 1000
    print(f"{name:28} {len(seconds):5} commands   p50 {p50:6.2f} ms   p99 {p99:6.2f} ms   worst {worst:6.2f} ms")


# ---- memory


def resident_mb() -> float:
    gc.collect()
    fields = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines() if ":" in line)
    return int(fields["VmRSS"].split()[0]) / 1024


async def weigh(which: str, telegram_url: str, slack_url: str) -> None:
    """The child: load the daemon, connect the front ends, rest, say what they added."""
    import aiohttp  # noqa: F401 (the daemon has these two anyway)
    import httpx

    import chatbot.running.app  # noqa: F401
    from storage.memory import MemoryStorage
    from tests.fakes.slack_server import APP_TOKEN, BOT_TOKEN
    from tests.fakes.telegram_server import TOKEN

    httpx.AsyncClient()
    fronts: list[Any] = []
    words = Languages("ko", Coins())
    script = dispatcher("stand-in")
    before, begun = resident_mb(), time.monotonic()
    if which in ("telegram", "both"):
        from chatbot.telegram.frontend import TelegramFrontEnd

        fronts.append(TelegramFrontEnd(TOKEN, telegram_url, script, MemoryStorage(), ACCESS, words))
    if which in ("slack", "both"):
        from chatbot.slack.frontend import SlackFrontEnd

        fronts.append(SlackFrontEnd(BOT_TOKEN, APP_TOKEN, slack_url, script, MemoryStorage(), ACCESS, words))
    for front in fronts:
        await front.start()
    while not all(front.connected for front in fronts):  # noqa: ASYNC110
        await asyncio.sleep(0.01)
    ready = time.monotonic() - begun
    await asyncio.sleep(1)
    print(
        f"{which:28} adds {resident_mb() - before:5.1f} MB to {before:5.1f} MB, connected after {ready * 1000:.0f} ms"
    )
    for front in fronts:
        await front.stop()


async def memory() -> None:
    from tests.fakes.slack_server import SlackServer
    from tests.fakes.telegram_server import TelegramServer

    async with TelegramServer() as one, SlackServer() as two:
        for which in ("telegram", "slack", "both"):
            child = await asyncio.create_subprocess_exec(
                sys.executable, __file__, "--weigh", which, one.url, two.url, cwd=ROOT
            )
            await child.wait()


async def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--commands", type=int, default=500)
    parser.add_argument("--dispatcher", choices=("stand-in", "real"), default="real")
    parser.add_argument("--no-memory", action="store_true")
    parser.add_argument("--weigh", nargs=3, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.weigh:
        await weigh(*arguments.weigh)
        return
    with tempfile.TemporaryDirectory() as folder:
        times = await telegram(arguments.commands, arguments.dispatcher, Path(folder) / "telegram.sqlite3")
        report(f"telegram, {arguments.dispatcher}", times)
        times = await slack(arguments.commands, arguments.dispatcher, Path(folder) / "slack.sqlite3")
        report(f"slack, {arguments.dispatcher}", times)
    if not arguments.no_memory:
        await memory()


if __name__ == "__main__":
    asyncio.run(main())
