"""Everything at once: nothing raises, nothing waits for the dead, nothing is asked while it is fresh."""

from __future__ import annotations

import asyncio
import json
import time
from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from storage.memory import MemoryStorage
from tests.advice.context.outside import (
    HANGS,
    HTML,
    NOW,
    PATIENT,
    Outside,
    Reply,
    item,
    jsonly,
    question,
)
from tests.advice.context.samples import CSV, FRANKFURTER_2, LISTED, RSS, fng
from tests.advice.context.venue import Venue
from trader.advice.context import Gatherer, build_gatherer
from trader.advice.context.finding import Finding, absent
from trader.advice.context.web import Web
from trader.advice.prompt import build_prompt
from trader.background import Background
from trader.clock import ManualClock
from trader.errors import StorageFailed
from trader.model.advice import ContextItem, Dossier, ItemStatus, Question
from trader.model.features import FEATURES
from trader.settings import Settings

OK, ABSENT = ItemStatus.OK, ItemStatus.ABSENT
OUTSIDE = ("/fng/", "/rss", "/fx", "/api/v3/ticker/price", "/graph.csv")
ITEMS = [
    "order_book",
    "c:15m",
    "c:1h",
    "c:1d",
    "funding",
    "kimchi_premium",
    "tether_premium",
    "coin_premium",
    "usd_krw",
    "fear_greed",
    "nasdaq100",
    "news",
]


class House:
    def __init__(self, world: Outside, deadline: float = PATIENT, **changes: object) -> None:
        self.world, self.venue, self.clock, self.storage = world, Venue(), ManualClock(NOW), MemoryStorage()
        world.pages |= {
            "/fng/": jsonly(fng()),
            "/rss": Reply(RSS),
            "/fx": jsonly(FRANKFURTER_2),
            "/api/v3/ticker/price": jsonly({"symbol": "BTCUSDT", "price": "93750.00"}),
            "/graph.csv": Reply(CSV),
        }
        addresses = {
            "fear_greed_url": f"{world.url}/fng/",
            "news_feeds": f"{world.url}/rss",
            "fx_url": f"{world.url}/fx",
            "binance_url": world.url,
            "nasdaq_url": f"{world.url}/graph.csv",
        }
        settings = Settings(_env_file=None, context_deadline_seconds=max(deadline, 0.5), **{**addresses, **changes})
        self.gatherer = build_gatherer(
            settings, self.venue.port, self.venue.load, self.storage, self.clock, lambda: LISTED
        )

    async def gather(self, seconds: float = 0) -> Dossier:
        self.clock.advance(seconds)
        return await self.gatherer.gather(question())


@pytest.fixture
async def house(world: Outside, web: Web) -> House:
    return House(world)


async def test_a_whole_dossier(house: House) -> None:
    dossier = await house.gather()
    assert [one.name for one in dossier.items] == ITEMS
    assert {one.name: (one.status, one.reason) for one in dossier.items if one.status is not OK} == {}
    assert [one.name for one in dossier.items if one.untrusted] == ["news"]
    assert set(dossier.features) == set(FEATURES)
    assert dossier.features["hour_seoul"] == 12.0
    assert house.gatherer.usd_krw() == Decimal("1462.35")
    await house.gatherer.close()


async def test_it_becomes_one_clean_document(house: House) -> None:
    """R4: strict JSON without NaN; ids of every item and headline; absent is absent."""
    house.world.pages["/graph.csv"] = HTML
    dossier = await house.gather()
    prompt = build_prompt(question(), dossier, [], language="ko", now_text=NOW.isoformat())
    shown = json.loads(prompt.user)
    assert {*ITEMS, "n:1", "n:2"} <= prompt.evidence
    assert shown["items"]["nasdaq100"] == {
        "status": "absent",
        "source": "fred.stlouisfed.org",
        "reason": "not in the expected shape",
    }
    assert "nasdaq_change" not in dossier.features
    assert sum(prompt.tokens.values()) < 4000
    await house.gatherer.close()


async def test_while_all_is_fresh_nothing_is_asked(house: House) -> None:
    first = await house.gather()
    asked, at_venue = len(house.world.requests), list(house.venue.asked)
    second = await house.gather(1)
    assert (len(house.world.requests), house.venue.asked) == (asked, at_venue)
    assert item(second, "c:15m").value == item(first, "c:15m").value
    await house.gatherer.close()


async def test_five_markets_at_once_ask_each_source_once(house: House) -> None:
    await asyncio.gather(*(house.gather() for _ in range(5)))
    assert [house.world.asked(path) for path in OUTSIDE] == [1] * 5
    await house.gatherer.close()


@pytest.mark.parametrize("dead", [*OUTSIDE, "all"])
async def test_a_source_that_hangs_delays_by_the_deadline_once(world: Outside, web: Web, dead: str) -> None:
    """The first time the deadline, afterwards nothing; the others are there all along."""
    house = House(world, deadline=0.5)
    for path in OUTSIDE if dead == "all" else (dead,):
        world.pages[path] = HANGS
    began = time.perf_counter()
    dossier = await house.gather()
    took = time.perf_counter() - began
    assert 0.4 < took < len(OUTSIDE) * 0.5
    missing = {one.name for one in dossier.items if one.status is ABSENT}
    assert (
        missing
        == {
            "/fng/": {"fear_greed"},
            "/rss": {"news"},
            "/fx": {"kimchi_premium", "tether_premium", "usd_krw"},
            "/api/v3/ticker/price": {"kimchi_premium", "coin_premium"},
            "/graph.csv": {"nasdaq100"},
            "all": {*ITEMS[5:]},
        }[dead]
    )
    asked, began = len(house.world.requests), time.perf_counter()
    again = await house.gather(1)
    assert time.perf_counter() - began < 0.5
    assert len(house.world.requests) == asked
    assert {one.name for one in again.items if one.status is ABSENT} == missing
    await house.gatherer.close()


async def test_the_exchange_away(house: House) -> None:
    house.venue.away = True
    dossier = await house.gather()
    why = {one.name: one.reason for one in dossier.items if one.status is ABSENT}
    assert why.keys() == {"order_book", "c:15m", "c:1h", "c:1d", "kimchi_premium", "tether_premium", "coin_premium"}
    assert why["order_book"] == "VenueUnreachable"
    await house.gatherer.close()


async def test_books_that_cannot_be_read(house: House) -> None:
    await house.storage.close()
    found = item(await house.gather(), "funding")
    assert (found.status, found.reason) == (ABSENT, StorageFailed.__name__)
    await house.gatherer.close()


class Broken:
    """A source with a bug, or one that does not come back at all."""

    def __init__(self, stuck: bool) -> None:
        self.stuck = stuck

    def names(self, question: Question) -> tuple[str, ...]:
        return ("broken",)

    async def look(self, question: Question, now: datetime) -> Finding:
        if self.stuck:
            await asyncio.sleep(3600)
        raise ZeroDivisionError


class Fine:
    def names(self, question: Question) -> tuple[str, ...]:
        return ("fine",)

    async def look(self, question: Question, now: datetime) -> Finding:
        return Finding([ContextItem("fine", OK, 1)], {"rsi": 50.0})


@pytest.mark.parametrize(("stuck", "reason"), [(False, "ZeroDivisionError"), (True, "no answer in time")])
async def test_a_broken_source_is_an_absent_item(stuck: bool, reason: str) -> None:
    gatherer = Gatherer([Broken(stuck), Fine()], ManualClock(NOW), Background(), deadline_seconds=0.1)
    dossier = await gatherer.gather(question())
    assert dossier.items == (absent("broken", reason), ContextItem("fine", OK, 1))
    assert dossier.features["rsi"] == 50.0
    assert gatherer.usd_krw() is None


async def test_whoever_gives_up_leaves_nothing_behind() -> None:
    gatherer = Gatherer([Broken(stuck=True)], ManualClock(NOW), Background(), deadline_seconds=60)
    waiting = asyncio.create_task(gatherer.gather(question()))
    await asyncio.sleep(0.01)
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    await asyncio.sleep(0)
    assert len(asyncio.all_tasks()) == 1


# ---------------------------------------------------------------- by the settings


@pytest.mark.parametrize(
    ("name", "gone"),
    [
        ("fear_greed_url", {"fear_greed"}),
        ("news_feeds", {"news"}),
        ("nasdaq_url", {"nasdaq100"}),
        ("binance_url", {"kimchi_premium", "coin_premium"}),
        ("fx_url", {"kimchi_premium", "tether_premium", "usd_krw"}),
    ],
)
async def test_each_source_can_be_switched_off(world: Outside, web: Web, name: str, gone: set[str]) -> None:
    house = House(world, **{name: ""})
    dossier = await house.gather()
    off = {one.name: one.reason for one in dossier.items if one.status is ABSENT}
    assert off.keys() == gone
    assert all("switched off" in reason for reason in off.values())
    await house.gatherer.close()


async def test_a_made_up_market_asks_nobody_outside() -> None:
    """With default settings the sandbox is not connected to the world; its own venue and books are told."""
    venue = Venue()
    settings = Settings(_env_file=None)
    gatherer = build_gatherer(settings, venue.port, venue.load, MemoryStorage(), ManualClock(NOW), dict)
    dossier = await gatherer.gather(question())
    assert {one.name for one in dossier.items if one.status is OK} == {
        "order_book",
        "c:15m",
        "c:1h",
        "c:1d",
        "funding",
    }
    assert item(dossier, "kimchi_premium").reason == "binance: switched off; usd_krw: switched off"
    await gatherer.close()


async def test_a_fast_sandbox_is_polite_all_the_same(world: Outside, web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    """At sixty times life's speed ten minutes of the market are ten seconds: the feed is not asked again."""
    monkeypatch.setattr(ManualClock, "speed", 60.0)
    house = House(world)
    await house.gather()
    await house.gather(timedelta(minutes=11).total_seconds())
    assert house.world.asked("/rss") == 1
    await house.gatherer.close()
