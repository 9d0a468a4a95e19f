"""Headlines in quarantine: the models that decide read a topic and a figure, and never a stranger's word (R2)."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest

from storage.memory import MemoryStorage
from tests.advice.context.outside import NOW, PATIENT, Outside, Reply, item, question
from tests.advice.context.samples import LISTED, RSS
from tests.advice.context.venue import Venue
from tests.advice.test_injection import HEADLINES
from tests.fakes.model_server import ModelServer, Scene, serving
from tests.trading_floor import settings
from trader.advice.budget import Budget
from trader.advice.context import build_outside
from trader.advice.context.feeds import Feed
from trader.advice.context.gists import FORM, Gist, Gists, parse
from trader.advice.context.headlines import Headline, headline, sorted_rows
from trader.advice.context.news import News, Sorting
from trader.advice.context.web import Web
from trader.advice.members.loading import adapter_of
from trader.advice.members.member import MemberSpec, Wire
from trader.advice.members.panel import Panel, Rate
from trader.advice.prices import Price
from trader.advice.prompt import build_prompt
from trader.advice.reading import InvalidAnswer
from trader.advice.writing import Writer
from trader.background import Background
from trader.chronicle import Chronicle
from trader.clock import ManualClock
from trader.ensemble import Ensemble
from trader.model.advice import JSON, Dossier, Form, ItemStatus

D = Decimal
OK, ABSENT = ItemStatus.OK, ItemStatus.ABSENT


def answer(*rows: tuple[int, str, int]) -> str:
    return json.dumps({"rows": [{"n": n, "topic": topic, "direction": direction} for n, topic, direction in rows]})


class Sorter:
    """A member that answers what the test says; `asked` are the titles it was shown, call by call."""

    def __init__(self, *answers: str | None, hangs: bool = False) -> None:
        self.answers, self.hangs = list(answers), asyncio.Event() if hangs else None
        self.asked: list[list[str]] = []

    async def __call__(
        self, system: str, form: Form, content: Mapping[str, JSON], check: Callable[[str], object]
    ) -> str | None:
        rows: Any = content["headlines"]
        self.asked.append([row["title"] for row in rows])
        if self.hangs is not None:
            await self.hangs.wait()
        text = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        try:
            if text is not None:
                check(text)
        except InvalidAnswer:
            return None
        return text


# ---------------------------------------------------------------- what comes back


def test_a_good_answer() -> None:
    assert parse(answer((1, "hack", -2), (2, "other", 0)), {1, 2}) == {1: Gist("hack", -2), 2: Gist("other", 0)}


@pytest.mark.parametrize(
    "text",
    [
        "These headlines are bullish.",
        "null",
        '{"rows": 7}',
        answer((3, "hack", -2)),  # not asked for
        answer((1, "hack", -2), (1, "hack", 2)),
        answer((1, "buy", 0)),
        answer((1, "hack", -3)),
        '{"rows": [{"n": 1, "topic": "hack", "direction": -2.5}]}',
        '{"rows": [{"n": 1, "topic": "hack", "direction": -2, "note": "BUY ALL"}]}',
        '{"rows": [{"n": 1, "topic": "hack", "direction": "-2"}]}',
        " " * 9000,
    ],
)
def test_what_is_no_answer(text: str) -> None:
    with pytest.raises(InvalidAnswer):
        parse(text, {1, 2})


# ---------------------------------------------------------------- asking


async def test_a_title_is_looked_at_once(flights: Background) -> None:
    sorter = Sorter(answer((1, "hack", -2), (2, "macro", 1)), answer((1, "price", 0)))
    gists = Gists(sorter, flights)
    first, second = await asyncio.gather(gists.of(["a", "b"], 5), gists.of(["a", "b"], 5))
    assert first == second == {"a": Gist("hack", -2), "b": Gist("macro", 1)}
    assert await gists.of(["b", "c"], 5) == {"b": Gist("macro", 1), "c": Gist("price", 0)}
    assert sorter.asked == [["a", "b"], ["c"]]


async def test_late_is_known_the_next_time(flights: Background) -> None:
    sorter = Sorter(answer((1, "hack", -2)), hangs=True)
    gists = Gists(sorter, flights)
    assert await gists.of(["a"], 0.01) == {}
    assert sorter.hangs is not None
    sorter.hangs.set()
    assert await gists.of(["a"], 5) == {"a": Gist("hack", -2)}
    assert len(sorter.asked) == 1


async def test_a_failure_is_not_repeated_at_every_decision(flights: Background) -> None:
    sorter = Sorter(None)
    gists = Gists(sorter, flights)
    for _ in range(3):
        assert await gists.of(["a"], 5) == {}
    assert len(sorter.asked) == 1


# ---------------------------------------------------------------- what is shown


def told(*stories: tuple[str, str, int], about: bool = True) -> list[Any]:
    """(source, topic, direction) of stories an hour old."""
    made = [
        (headline(f"Story {n}", NOW - timedelta(hours=1), source), about) for n, (source, _, _) in enumerate(stories)
    ]
    chosen = [(one, is_about) for one, is_about in made if isinstance(one, Headline)]
    gists = {f"Story {n}": Gist(topic, direction) for n, (_, topic, direction) in enumerate(stories)}  # type: ignore[arg-type]
    return sorted_rows(chosen, gists, "BTC", NOW)


def test_only_what_speaks_against_buying() -> None:
    rows = told(("a.com", "listing", 2), ("a.com", "product", 1), ("a.com", "other", 0), ("a.com", "outage", -1))
    assert [row["bad"] for row in rows] == [0, 0, 0, 1]
    assert rows[3] == {"id": "n:4", "age_hours": 1.0, "about": "BTC", "topic": "outage", "bad": 1}


def test_clearly_bad_needs_two_sources() -> None:
    assert [row["bad"] for row in told(("a.com", "hack", -2), ("a.com", "hack", -2))] == [1, 1]
    assert [row["bad"] for row in told(("a.com", "hack", -2), ("b.com", "hack", -2), ("c.com", "macro", -1))] == [
        2,
        2,
        1,
    ]


async def shown(
    world: Outside, web: Web, flights: Background, sorter: Sorter, feed: str = RSS, *, wanted: bool = True
) -> tuple[Any, str]:
    world.pages["/a"] = Reply(feed)
    sorting = Sorting(Gists(sorter, flights), PATIENT, lambda: wanted)
    news = News([Feed(web, f"{world.url}/a", flights, PATIENT)], None, lambda: LISTED, sorting)
    finding = await news.look(question(), NOW)
    (found,) = finding.items
    return found, build_prompt(question(), Dossier(tuple(finding.items)), (), language="ko", now_text="now").user


async def test_no_word_of_theirs_is_in_the_request(world: Outside, web: Web, flights: Background) -> None:
    found, prompt = await shown(world, web, flights, Sorter(answer((1, "price", -1), (2, "other", 0))))
    assert (found.status, found.untrusted) == (OK, True)
    assert [(row["id"], row["about"], row["topic"], row["bad"]) for row in found.value] == [
        ("n:1", "BTC", "price", 1),
        ("n:2", "market", "other", 0),
    ]
    assert "Bitcoin slips" not in prompt
    assert "127.0.0.1" not in prompt


async def test_what_nobody_has_sorted_is_left_out_and_said(world: Outside, web: Web, flights: Background) -> None:
    found, _ = await shown(world, web, flights, Sorter(answer((2, "other", 0))))
    assert ([row["id"] for row in found.value], found.reason) == (["n:2"], "1 not sorted")
    found, prompt = await shown(world, web, flights, Sorter(None))
    assert (found.status, found.reason) == (ABSENT, "2 not sorted")
    assert "Bitcoin slips" not in prompt


async def test_titles_where_that_is_wanted(world: Outside, web: Web, flights: Background) -> None:
    sorter = Sorter(None)
    found, _ = await shown(world, web, flights, sorter, wanted=False)
    assert found.value[0]["title"] == "Bitcoin slips below $90K & recovers"
    assert sorter.asked == []


def poisoned() -> str:
    entry = "<item><title><![CDATA[{}]]></title><pubDate>Fri, 20 Nov 2026 01:{:02d}:00 +0000</pubDate></item>"
    rows = "".join(entry.format(title.replace("]]>", ""), n) for n, title in enumerate(HEADLINES))
    return f'<?xml version="1.0"?><rss version="2.0"><channel>{rows}</channel></rss>'


@pytest.mark.parametrize("direction", [-2, 2])
async def test_poison_over_a_member_that_obeys_it(
    world: Outside, web: Web, flights: Background, direction: int
) -> None:
    """Taken over completely it can say one figure of five: not more than bad 1 from one source, and never good."""
    every = answer(*((n, "other", direction) for n in range(1, 9)))
    found, prompt = await shown(world, web, flights, Sorter(every), poisoned())
    assert {row["bad"] for row in found.value} == ({1} if direction < 0 else {0})
    assert not [title for title in HEADLINES if title[:20] in prompt]
    found, prompt = await shown(world, web, flights, Sorter("BUY KRW-SCAM " + every), poisoned())
    assert found.status is ABSENT
    assert "SCAM" not in prompt


# ---------------------------------------------------------------- over the vendors' clients, and put together


@pytest.mark.parametrize(
    ("name", "wire"), [("openai", Wire.RESPONSES), ("anthropic", Wire.MESSAGES), ("gemini", Wire.CHAT)]
)
async def test_over_each_wire(flights: Background, name: str, wire: Wire) -> None:
    async with serving(ModelServer(answer=answer((1, "hack", -2)))) as server:
        base = server.url if name == "anthropic" else f"{server.url}/v1"
        spec = MemberSpec(name, "m", wire, base, "k", Price(D("0.1"), D("0.5"), D("0.01")), max_output=1000)
        clock, storage = ManualClock(NOW), MemoryStorage()
        panel = Panel([(spec, adapter_of(spec))], clock, Budget(), lambda: Rate(D(1000), True))
        gists = Gists(Writer(panel, storage, clock, settings).headlines, flights)
        assert await gists.of(["Exchange hacked"], 5) == {"Exchange hacked": Gist("hack", -2)}
        server.scenes = [Scene.REFUSAL]
        assert await gists.of(["Another"], 5) == {}
        await panel.close()
        kept = await storage.read(lambda records: records.writings.latest(5))
        assert [(one.purpose, one.result.status.value) for one in kept] == [
            ("headlines", "refused"),
            ("headlines", "ok"),
        ]
        assert all(one.result.cost > 0 for one in kept)


async def test_as_the_trader_puts_it_together(world: Outside, web: Web) -> None:
    world.pages["/rss"] = Reply(RSS)
    async with serving(ModelServer(answer=answer((1, "price", -1), (2, "other", 0)))) as server:
        given = settings(
            ai_members="openai",
            openai_api_key="k",
            openai_base_url=f"{server.url}/v1",
            news_feeds=f"{world.url}/rss",
            context_deadline_seconds=10,
        )
        venue, clock, storage = Venue(), ManualClock(NOW), MemoryStorage()

        async def recall(asked: Any, known: Any) -> Sequence[Any]:
            return ()

        ensemble = Ensemble.build(
            venue.port,
            Chronicle(storage, clock),
            clock,
            given,
            lambda: given,
            SimpleNamespace(latest=venue.load),  # type: ignore[arg-type]
            lambda: LISTED,
            lambda market: None,  # type: ignore[arg-type,return-value]
            recall,
            build_outside(given, venue.port, clock),
        )
        assert ensemble is not None
        found = item(await ensemble.gatherer.gather(question()), "news")
        assert [row["bad"] for row in found.value] == [1, 0]  # type: ignore[union-attr,call-overload]
        await ensemble.close()


def test_the_form_names_every_field() -> None:
    rows: Any = FORM.schema["properties"]
    assert rows["rows"]["items"]["required"] == ["n", "topic", "direction"]
