"""What a decision is told: how long it takes to gather, and what it costs in tokens.

    python benchmarks/context.py [--times 50] [--latency-ms 20] [--feeds 7] [--headlines 50]

Every source answers on loopback after `latency-ms`; candles come from memory. Cold: nothing is known yet. Warm: nothing
is asked. Six seconds later the order book and prices are read again, the rest is fresh. Dead: the outside hangs, the
deadline is 0.5 s, and the sources rest after that."""

from __future__ import annotations

import argparse
import asyncio
import statistics
import sys
import time
import types
from dataclasses import replace
from datetime import timedelta
from email.utils import format_datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
tests = types.ModuleType("tests")  # another distribution installs a package of this name
tests.__path__ = [str(ROOT / "tests")]
sys.modules["tests"] = tests

from storage.memory import MemoryStorage  # noqa: E402
from tests.advice.context.outside import HANGS, NOW, Outside, Reply, jsonly, outside, question  # noqa: E402
from tests.advice.context.samples import CSV, FRANKFURTER_2, LISTED, fng  # noqa: E402
from tests.advice.context.venue import Venue  # noqa: E402
from trader.advice.context import Gatherer, build_gatherer  # noqa: E402
from trader.advice.prompt import build_prompt, canonical, tokens_in  # noqa: E402
from trader.clock import ManualClock  # noqa: E402
from trader.model.advice import Dossier  # noqa: E402
from trader.settings import Settings  # noqa: E402

TICKER = "/api/v3/ticker/price"


def feed(number: int, headlines: int) -> str:
    """As long as feeds are: a title, a summary and a date for each story."""
    entries = "".join(
        f"<item><title>Bitcoin ETF inflows reach ${n * 7 % 900} million, desk {number} says in a note</title>"
        f"<description>{'A sentence of the summary. ' * 20}</description>"
        f"<pubDate>{format_datetime(NOW - timedelta(minutes=17 * n + number))}</pubDate></item>"
        for n in range(headlines)
    )
    return f"<rss><channel>{entries}</channel></rss>"


def pages(feeds: int, headlines: int, seconds: float) -> dict[str, Reply]:
    found = {
        "/fng/": jsonly(fng()),
        "/fx": jsonly(FRANKFURTER_2),
        TICKER: jsonly({"symbol": "BTCUSDT", "price": "93750.00"}),
        "/graph.csv": Reply(CSV),
        **{f"/feed{n}": Reply(feed(n, headlines)) for n in range(feeds)},
    }
    return {path: replace(page, seconds=seconds) for path, page in found.items()}


def made(world: Outside, clock: ManualClock, feeds: int, deadline: float = 4.0) -> Gatherer:
    settings = Settings(
        _env_file=None,
        fear_greed_url=f"{world.url}/fng/",
        news_feeds=" ".join(f"{world.url}/feed{n}" for n in range(feeds)),
        fx_url=f"{world.url}/fx",
        binance_url=world.url,
        nasdaq_url=f"{world.url}/graph.csv",
        context_deadline_seconds=deadline,
    )
    venue = Venue()
    return build_gatherer(settings, venue.port, venue.load, MemoryStorage(), clock, lambda: LISTED)


async def clocked(gatherer: Gatherer) -> tuple[float, Dossier]:
    began = time.perf_counter()
    dossier = await gatherer.gather(question())
    return (time.perf_counter() - began) * 1000, dossier


def say(what: str, milliseconds: list[float]) -> None:
    worst = max(milliseconds)
    print(f"{what:<50} median {statistics.median(milliseconds):8.1f} ms   worst {worst:8.1f} ms")


async def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    arguments.add_argument("--times", type=int, default=50)
    arguments.add_argument("--latency-ms", type=float, default=20)
    arguments.add_argument("--feeds", type=int, default=7)
    arguments.add_argument("--headlines", type=int, default=50)
    given = arguments.parse_args()
    async with outside() as world:
        world.pages = pages(given.feeds, given.headlines, given.latency_ms / 1000)
        cold = []
        for _ in range(max(given.times // 10, 1)):
            gatherer = made(world, ManualClock(NOW), given.feeds)
            took, dossier = await clocked(gatherer)
            cold.append(took)
            await gatherer.close()
        say("cold: all sources asked", cold)
        clock = ManualClock(NOW)
        gatherer = made(world, clock, given.feeds)
        await clocked(gatherer)
        asked = len(world.requests)
        warm = [(await clocked(gatherer))[0] for _ in range(given.times)]
        assert len(world.requests) == asked
        say("warm: nothing asked", warm)
        fresh = []
        for _ in range(given.times):
            clock.advance(6)
            fresh.append((await clocked(gatherer))[0])
        say("six seconds later: order book and prices asked", fresh)
        await gatherer.close()
        world.pages = dict.fromkeys(world.pages, HANGS)
        gatherer = made(world, ManualClock(NOW), given.feeds, deadline=0.5)
        say("dead: the world hangs, first time", [(await clocked(gatherer))[0]])
        say("dead: afterwards", [(await clocked(gatherer))[0] for _ in range(given.times)])
        await gatherer.close()
    prompt = build_prompt(question(), dossier, [], language="ko", now_text=NOW.isoformat())
    print("\ntokens  " + "  ".join(f"{part} {count}" for part, count in prompt.tokens.items()))
    print(f"        in all {sum(prompt.tokens.values())}, by item: ", end="")
    print("  ".join(f"{item.name} {tokens_in(canonical(item.value))}" for item in dossier.items))


if __name__ == "__main__":
    asyncio.run(main())
