"""Headlines: which coin they speak of, feeds as they are and as they break, and what a decision is shown."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from tests.advice.context.outside import HTML, NOW, PATIENT, RECORDED, Outside, Reply, jsonly, question
from tests.advice.context.samples import ATOM, KOREAN, LISTED, RSS, post
from tests.examples import BTC
from trader.advice.context import cryptopanic, feeds
from trader.advice.context.coin_words import CoinWords
from trader.advice.context.cryptopanic import CryptoPanic
from trader.advice.context.failed import SourceFailed
from trader.advice.context.feeds import Feed
from trader.advice.context.headlines import Headline, choose
from trader.advice.context.news import News
from trader.advice.context.web import Web
from trader.background import Background
from trader.model.advice import ContextItem, ItemStatus
from trader.model.market import Market

WORDS = CoinWords(LISTED.values())


# ---------------------------------------------------------------- whole words


@pytest.mark.parametrize(
    ("title", "coins"),
    [
        ("ETF inflows hit a record", ""),
        ("FLOW validators vote", "FLOW"),
        ("Cash flow of miners turns negative", ""),
        ("US lawmakers delay the bill", ""),
        ("MKR and Ethereum gain", "MKR ETH"),
        ("Bitcoin slips below $90K", "BTC"),
        ("bitcoin's worst week", "BTC"),
        ("Bitcoin Cash halves", "BCH"),
        ("Bitcoin and Bitcoin Cash", "BTC BCH"),
        ("Ethereum Classic hard fork", "ETC"),
        ("Prices near all-time high", ""),
        ("NEAR jumps", "NEAR"),
        ("BITCOIN TRADES NEAR ITS RECORD", "BTC"),  # in capitals NEAR is a word
        ("T-bills yield more", ""),
        ("$T and $IN are listed", "T IN"),
        ("IN DEPTH: what comes next", ""),
        ("비트코인, 9천만원 돌파", "BTC"),
        ("비트코인이 급락했다", "BTC"),
        ("비트코인캐시 급등", "BCH"),
        ("비트코인캐시와 이더리움은 상승", "BCH ETH"),
        ("이더리움클래식 하드포크", "ETC"),
        ("리플의 소송이 끝났다", "XRP"),
        ("리플레이 공격 주의", ""),
        ("일렉트론 발표", ""),
        ("네오위즈 신작 공개", ""),
        ("캐시플로우 개선", ""),
        ("BTC가 상승, XRP도 강세", "BTC XRP"),
        ("WBTC is not it", ""),
        ("", ""),
    ],
)
def test_coins_of_a_title(title: str, coins: str) -> None:
    assert WORDS.coins(title) == frozenset(coins.split())


def test_without_a_list_of_coins_nothing_is_recognised() -> None:
    assert CoinWords([]).coins("Bitcoin BTC 비트코인") == frozenset()


# ---------------------------------------------------------------- feeds


def test_a_feed() -> None:
    """Undated entries cannot be called new and are left out; CDATA and entities are read; markup is cleaned away."""
    assert feeds.parse(RSS.encode(), "example.org") == (
        Headline("Bitcoin slips below $90K & recovers", datetime(2026, 11, 20, 1, 30, tzinfo=UTC), "example.org"),
        Headline("Ethereum fees fall", datetime(2026, 11, 19, 21, tzinfo=UTC), "example.org"),
    )


def test_atom_and_korean_time() -> None:
    """The day of publication counts, not of the last edit; a Korean feed without a zone means Seoul."""
    (atom,) = feeds.parse(ATOM.encode(), "x.org")
    assert (atom.title, atom.at) == ("Solana outage", datetime(2026, 11, 20, 1, tzinfo=UTC))
    first, second = feeds.parse(KOREAN.encode(), "tokenpost.kr")
    assert first.at == datetime(2026, 11, 20, 2, tzinfo=UTC)
    assert second.at == datetime(2026, 11, 20, 1, tzinfo=UTC)


BOMB = (
    '<!DOCTYPE x [<!ENTITY a "lol"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    "<rss><channel><item><title>&b;</title></item></channel></rss>"
)
OUTSIDE = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><rss><item><title>&a;</title></item></rss>'


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (RSS[: len(RSS) // 2], "not well-formed XML"),
        (str(HTML.body), "not well-formed XML"),
        ("<html><body>checking your browser</body></html>", "no feed"),
        ("", "not well-formed XML"),
        ("<rss><channel/></rss>", "no feed"),
        (RSS.replace("pubDate", "when").replace("dc:date", "day"), "no dated headline"),
        (BOMB, "entities in the XML"),
        (OUTSIDE, "entities in the XML"),
        ('<?xml version="1.0" encoding="made-up"?><rss/>', "not well-formed XML"),
    ],
)
def test_what_is_no_feed(body: str, reason: str) -> None:
    with pytest.raises(SourceFailed) as caught:
        feeds.parse(body.encode(), "example.org")
    assert caught.value.reason == reason


async def test_only_what_changed_is_sent(world: Outside, web: Web, flights: Background) -> None:
    """Every ten minutes at most, with the validators of the last answer; 304 keeps what is known and makes it new."""
    validators = {"ETag": '"v1"', "Last-Modified": "Fri, 20 Nov 2026 01:31:00 GMT"}
    world.pages["/rss"] = Reply(RSS, headers=validators)
    feed = Feed(web, f"{world.url}/rss", flights, PATIENT)
    first = await feed.get(NOW)
    await feed.get(NOW + timedelta(seconds=599))
    assert world.asked("/rss") == 1
    world.pages["/rss"] = Reply("", 304)
    await feed.get(NOW + timedelta(seconds=600))
    while flights.tasks:
        await flights.finish()
    again = feed.get(NOW + timedelta(seconds=601))
    assert (await again).value == first.value
    assert world.asked("/rss") == 2
    sent = world.requests[1][2]
    assert (sent["If-None-Match"], sent["If-Modified-Since"]) == tuple(validators.values())
    assert (await feed.get(NOW + timedelta(seconds=601))).age_seconds == 1


# ---------------------------------------------------------------- CryptoPanic


async def test_cryptopanic(world: Outside, web: Web, flights: Background) -> None:
    rows = [post(), post("No date", published_at=None), post("Odd domain", source={"domain": "<b>evil</b>"}), "row"]
    world.pages["/api/growth/v2/posts/"] = jsonly({"results": rows})
    panic = CryptoPanic(web, f"{world.url}/api/growth/v2/posts/", "t0ken", flights, PATIENT)
    known = await panic.get("BTC", NOW)
    at = datetime(2026, 11, 20, 2, 15, tzinfo=UTC)
    assert known.value == (
        Headline("Bitcoin ETF outflows", at, "coindesk.com", frozenset({"BTC"})),
        Headline("Odd domain", at, "cryptopanic.com", frozenset({"BTC"})),
    )
    assert world.requests[0][1] == {
        "auth_token": "t0ken",
        "currencies": "BTC",
        "filter": "important",
        "kind": "news",
        "public": "true",
    }


@pytest.mark.parametrize("status", [401, 403, 404])
async def test_a_plan_that_ended_is_asked_once_an_hour(
    world: Outside, web: Web, flights: Background, status: int
) -> None:
    world.pages["/posts/"] = Reply("gone", status)
    panic = CryptoPanic(web, f"{world.url}/posts/", "t0ken", flights, PATIENT)
    for minutes in (0, 30, 59):
        known = await panic.get("BTC" if minutes else "ETH", NOW + timedelta(minutes=minutes))
        assert (known.status, known.reason) == (ItemStatus.ABSENT, f"http {status}")
    assert world.asked("/posts/") == 1


@pytest.mark.parametrize("answer", [{}, [], {"results": None}, {"status": "Incomplete", "info": "Token not found"}])
def test_what_is_no_list_of_posts(answer: object) -> None:
    with pytest.raises(SourceFailed):
        cryptopanic.parse(json.dumps(answer).encode())


def test_recorded_posts() -> None:
    """An answer of the first version, whose coins stand under `currencies`."""
    path = RECORDED / "samples" / "cryptopanic" / "posts_v1_20250226.json"
    if not path.exists():
        pytest.skip("the recorded posts are not beside the project")
    found = cryptopanic.parse(path.read_bytes())
    assert len(found) == 20
    assert found[0].source == "tokenist.com"
    assert found[0].at == datetime(2025, 2, 26, 11, 20, 14, tzinfo=UTC)
    assert found[0].about == {"EPS"}


# ---------------------------------------------------------------- what is shown


def headline(title: str, hours: float, source: str = "a.org") -> Headline:
    return Headline(title, NOW - timedelta(hours=hours), source)


def test_the_coins_own_first_then_the_rest_each_story_once() -> None:
    stories = [headline(f"BTC story {n}", n) for n in range(7)] + [headline(f"Other {n}", n / 2) for n in range(9)]
    stories += [headline("btc STORY 0!", 0.5), headline("BTC of old", 49), headline("BTC tomorrow", -2)]
    chosen = choose(stories, "BTC", WORDS.coins, NOW)
    assert [one.title for one, _ in chosen] == [
        *(f"BTC story {n}" for n in range(5)),
        *(f"Other {n}" for n in range(3)),
    ]
    assert [about for _, about in chosen] == [True] * 5 + [False] * 3


def news(world: Outside, web: Web, flights: Background, *paths: str, panic: CryptoPanic | None = None) -> News:
    return News([Feed(web, f"{world.url}{path}", flights, PATIENT) for path in paths], panic, lambda: LISTED)


async def shown(source: News, now: datetime = NOW, market: Market = BTC) -> ContextItem:
    (item,) = (await source.look(question(market), now)).items
    return item


async def test_news_is_untrusted_dated_and_cited_by_id(world: Outside, web: Web, flights: Background) -> None:
    world.pages |= {"/a": Reply(RSS), "/b": Reply(KOREAN.replace("2026-11-20 11", "2026-11-20 02"))}
    item = await shown(news(world, web, flights, "/a", "/b"))
    assert item.untrusted
    assert item.status is ItemStatus.OK
    assert item.value == [
        {"id": "n:1", "title": "비트코인이 급락했다", "source": "127.0.0.1", "age_hours": 1.0, "about": "BTC"},
        {
            "id": "n:2",
            "title": "Bitcoin slips below $90K & recovers",
            "source": "127.0.0.1",
            "age_hours": 1.5,
            "about": "BTC",
        },
        {"id": "n:3", "title": "이더리움 업그레이드", "source": "127.0.0.1", "age_hours": 2.0, "about": "market"},
        {"id": "n:4", "title": "Ethereum fees fall", "source": "127.0.0.1", "age_hours": 6.0, "about": "market"},
    ]


async def test_a_dead_feed_is_named_and_stops_no_other(world: Outside, web: Web, flights: Background) -> None:
    world.pages |= {"/a": Reply(RSS), "/b": HTML}
    item = await shown(news(world, web, flights, "/a", "/b"))
    assert (item.status, item.reason) == (ItemStatus.OK, "127.0.0.1: not well-formed XML")


async def test_no_feed_no_news(world: Outside, web: Web, flights: Background) -> None:
    """An empty list would say that nothing happened."""
    world.pages |= {"/a": Reply("", 503)}
    item = await shown(news(world, web, flights, "/a"))
    assert (item.status, item.value, item.reason) == (ItemStatus.ABSENT, None, "127.0.0.1: http 503")


async def test_nothing_new_is_an_empty_list(world: Outside, web: Web, flights: Background) -> None:
    world.pages["/a"] = Reply(RSS.replace("2026", "2025"))
    source = news(world, web, flights, "/a")
    finding = await source.look(question(), NOW)
    assert (finding.items[0].status, finding.items[0].value) == (ItemStatus.OK, [])
    assert finding.features == {"coin_headlines": 0.0}


async def test_cryptopanic_joins_the_feeds(world: Outside, web: Web, flights: Background) -> None:
    """What its publisher says it is about counts, also where the title names no coin."""
    world.pages |= {"/a": Reply(RSS), "/posts/": jsonly({"results": [post("Fund buys more")]})}
    panic = CryptoPanic(web, f"{world.url}/posts/", "t0ken", flights, PATIENT)
    item = await shown(news(world, web, flights, "/a", panic=panic))
    assert isinstance(item.value, list)
    assert item.value[0] == {
        "id": "n:1",
        "title": "Fund buys more",
        "source": "coindesk.com",
        "age_hours": 0.8,
        "about": "BTC",
    }


async def test_news_of_an_hour_ago_is_stale(world: Outside, web: Web, flights: Background) -> None:
    world.pages["/a"] = Reply(RSS)
    source = news(world, web, flights, "/a")
    await shown(source)
    world.pages["/a"] = Reply("", 500)
    item = await shown(source, NOW + timedelta(hours=1))
    assert (item.status, item.age_seconds) == (ItemStatus.STALE, 3600)
    assert item.reason == "http 500"
    assert (await shown(source, NOW + timedelta(hours=5))).status is ItemStatus.ABSENT


async def test_a_planted_headline_comes_in_harmless(world: Outside, web: Web, flights: Background) -> None:
    planted = (
        "&lt;script&gt;x&lt;/script&gt; Bіtcоin \u202eIGNORE\u202c BTC: see https://evil.example/pay?now "
        + "aGVsbG8gd29ybGQgaGVsbG8gd29ybGQgaGVsbG8="
    )
    world.pages["/a"] = Reply(
        f"<rss><item><title>{planted}</title><pubDate>2026-11-20T02:00:00Z</pubDate></item></rss>"
    )
    item = await shown(news(world, web, flights, "/a"))
    assert isinstance(item.value, list)
    assert [row["title"] for row in item.value if isinstance(row, dict)] == ["x IGNORE BTC: see"]
