"""The public REST interface, point by point (reference §3 to §5)."""

from __future__ import annotations

import gc
import json
import weakref
from collections.abc import AsyncIterator, Callable
from datetime import datetime
from typing import Any

import aiohttp
import pytest

from sandbox.server import Sandbox
from tests.sandbox.public_parts import SHARED_DATA, HandFeed

SAMPLES = SHARED_DATA / "samples" / "upbit_rest"
MISSING = "Missing request parameter error. Check the required parameters!"
MISTYPED = "Type mismatch error. Check the parameters type!"
INVALID = "Invalid parameter. Check the given value!"


class Public:
    """GETs against a sandbox whose trades the test makes with `feed`."""

    def __init__(self, sandbox: Sandbox, feed: HandFeed, session: aiohttp.ClientSession) -> None:
        self.sandbox, self.feed = sandbox, feed
        self._session = session

    async def get(self, path: str, status: int = 200, **params: str | int) -> Any:
        async with self._session.get(self.sandbox.rest_url + path, params=params) as answer:
            body = json.loads(await answer.text())
            assert answer.status == status, body
            return body

    async def raw(self, path: str, **headers: str) -> tuple[Any, bytes]:
        async with self._session.get(self.sandbox.rest_url + path, headers=headers) as answer:
            return answer.headers, await answer.read()

    def happen(self, seconds: float) -> None:
        """Let the sandbox's time pass and its trades happen."""
        self.sandbox.clock.advance(seconds)
        while not self.sandbox.data.advance():
            pass


@pytest.fixture
async def public(make_sandbox: Callable[..., Any]) -> AsyncIterator[Public]:
    feed = HandFeed()
    sandbox = await make_sandbox(feed=feed)
    async with aiohttp.ClientSession(auto_decompress=False, headers={"Accept-Encoding": "identity"}) as session:
        yield Public(sandbox, feed, session)


@pytest.fixture
async def traded(public: Public) -> Public:
    """Trades at 10:00:01, 10:00:30, 10:01:05 and 10:07:00."""
    public.feed.trade("KRW-BTC", "160000000", "0.01", "BID", 1)
    public.feed.trade("KRW-BTC", "161000000", "0.02", "BID", 30)
    public.feed.trade("KRW-BTC", "159000000", "0.005", "ASK", 65)
    public.feed.trade("KRW-BTC", "160500000", "0.04", "BID", 420)
    public.happen(430)
    return public


def sample_keys(name: str) -> set[str]:
    path = SAMPLES / name
    if not path.exists():
        pytest.skip(f"the recorded sample {name} is not beside the project")
    content = json.loads(path.read_text())
    rows = content["response"] if isinstance(content, dict) else content
    return set(rows[0])


# -- §3 markets -------------------------------------------------------------------------------------------------------


async def test_markets_without_details(public: Public) -> None:
    rows = await public.get("/v1/market/all")
    assert [row["market"] for row in rows] == ["KRW-BTC", "KRW-XRP", "KRW-USDT"]
    assert rows[0] == {"market": "KRW-BTC", "korean_name": "비트코인", "english_name": "Bitcoin"}


@pytest.mark.parametrize("name", ["is_details", "isDetails"])
async def test_market_details_in_both_spellings(public: Public, name: str) -> None:
    rows = await public.get("/v1/market/all", **{name: "true"})
    assert rows[1]["market_event"] == {
        "warning": True,
        "caution": {
            "PRICE_FLUCTUATIONS": True,
            "TRADING_VOLUME_SOARING": False,
            "DEPOSIT_AMOUNT_SOARING": False,
            "GLOBAL_PRICE_DIFFERENCES": False,
            "CONCENTRATION_OF_SMALL_ACCOUNTS": False,
        },
    }


# -- §4 candles -------------------------------------------------------------------------------------------------------


async def test_minutes_newest_first_with_the_one_in_progress(traded: Public) -> None:
    rows = await traded.get("/v1/candles/minutes/1", market="KRW-BTC", count=3)
    assert [row["candle_date_time_utc"] for row in rows] == [
        "2026-11-20T10:07:00",
        "2026-11-20T10:01:00",
        "2026-11-20T10:00:00",
    ]
    assert rows[2] == {
        "market": "KRW-BTC",
        "candle_date_time_utc": "2026-11-20T10:00:00",
        "candle_date_time_kst": "2026-11-20T19:00:00",
        "opening_price": 160_000_000.0,
        "high_price": 161_000_000.0,
        "low_price": 160_000_000.0,
        "trade_price": 161_000_000.0,
        "timestamp": 1795168830000,
        "candle_acc_trade_price": 4_820_000.0,
        "candle_acc_trade_volume": 0.03,
        "unit": 1,
    }


@pytest.mark.parametrize(
    ("to", "newest"),
    [
        ("2026-11-20T10:01:00Z", "2026-11-20T10:00:00"),
        ("2026-11-20T10:01:00", "2026-11-20T10:00:00"),
        ("2026-11-20 10:01:00", "2026-11-20T10:00:00"),
        ("2026-11-20T19:01:00+09:00", "2026-11-20T10:00:00"),
        ("2026-11-20T10:01:01Z", "2026-11-20T10:01:00"),
    ],
)
async def test_to_is_exclusive_in_every_form(traded: Public, to: str, newest: str) -> None:
    rows = await traded.get("/v1/candles/minutes/1", market="KRW-BTC", to=to)
    assert [row["candle_date_time_utc"] for row in rows] == [newest]


async def test_a_raw_plus_in_to_is_refused(traded: Public) -> None:
    """§2: a `+` that is not encoded arrives as a space."""
    _, body = await traded.raw("/v1/candles/minutes/1?market=KRW-BTC&to=2026-11-20T10:00:00+09:00")
    assert json.loads(body) == {"error": {"name": 400, "message": INVALID}}


async def test_pages_do_not_overlap(traded: Public) -> None:
    """§4: the oldest received open plus Z is the next `to`."""
    seen: list[str] = []
    to = ""
    while True:
        rows = await traded.get("/v1/candles/minutes/1", market="KRW-BTC", count=3, to=to)
        if not rows:
            break
        seen += [row["candle_date_time_utc"] for row in rows]
        to = rows[-1]["candle_date_time_utc"] + "Z"
    assert seen == sorted(set(seen), reverse=True)
    assert len(seen) == 8


async def test_longer_units(traded: Public) -> None:
    for unit in (3, 5, 10, 15, 30, 60, 240):
        (row,) = await traded.get(f"/v1/candles/minutes/{unit}", market="KRW-BTC")
        assert row["unit"] == unit
        opened = datetime.fromisoformat(row["candle_date_time_utc"])
        assert (opened.hour * 60 + opened.minute) % unit == 0
    (hour,) = await traded.get("/v1/candles/minutes/60", market="KRW-BTC")
    assert (hour["low_price"], hour["high_price"], hour["candle_acc_trade_volume"]) == (159e6, 161e6, 0.075)


async def test_seconds(traded: Public) -> None:
    rows = await traded.get("/v1/candles/seconds", market="KRW-BTC", count=2)
    assert [row["candle_date_time_utc"][-8:] for row in rows] == ["10:07:00", "10:01:05"]
    assert "unit" not in rows[0]


async def test_days_carry_the_change(traded: Public) -> None:
    rows = await traded.get("/v1/candles/days", market="KRW-BTC", count=200)
    assert [row["candle_date_time_utc"][:10] for row in rows] == [f"2026-11-{day}" for day in (20, 19, 18, 17)]
    assert rows[0]["prev_closing_price"] == 160_000_000.0
    assert rows[0]["change_price"] == 500_000.0
    assert rows[0]["change_rate"] == 0.003125
    assert "converted_trade_price" not in rows[0]
    (row,) = await traded.get("/v1/candles/days", market="KRW-BTC", converting_price_unit="KRW")
    assert row["converted_trade_price"] == row["trade_price"]


@pytest.mark.parametrize(
    ("path", "first"), [("weeks", "2026-11-16"), ("months", "2026-11-01"), ("years", "2026-01-01")]
)
async def test_calendar_candles(traded: Public, path: str, first: str) -> None:
    (row,) = await traded.get(f"/v1/candles/{path}", market="KRW-BTC")
    assert row["first_day_of_period"] == first
    assert row["candle_date_time_utc"] == f"{first}T00:00:00"
    assert row["candle_date_time_kst"] == f"{first}T09:00:00"
    assert row["trade_price"] == 160_500_000.0


async def test_count_is_cut_at_200(make_sandbox: Callable[..., Any]) -> None:
    sandbox = await make_sandbox()
    async with aiohttp.ClientSession() as session:
        url = f"{sandbox.rest_url}/v1/candles/minutes/1?market=KRW-BTC&count=500"
        async with session.get(url) as answer:
            assert len(await answer.json()) == 200


@pytest.mark.parametrize(
    ("path", "params", "status", "message"),
    [
        ("/v1/candles/minutes/1", {}, 400, MISSING),
        ("/v1/candles/minutes/1", {"market": "KRW-NOPE"}, 404, "Code not found"),
        ("/v1/candles/minutes/2", {"market": "KRW-BTC"}, 400, "specified unit is not valid."),
        ("/v1/candles/minutes/x", {"market": "KRW-BTC"}, 400, MISTYPED),
        ("/v1/candles/days", {"market": "KRW-BTC", "count": "ten"}, 400, MISTYPED),
        ("/v1/candles/days", {"market": "KRW-BTC", "count": 0}, 400, INVALID),
        ("/v1/candles/days", {"market": "KRW-BTC", "to": "yesterday"}, 400, INVALID),
        ("/v1/candles/days", {"market": "KRW-BTC", "to": "2026-13-01T00:00:00Z"}, 400, INVALID),
        ("/v1/candles/days", {"market": "KRW-BTC", "converting_price_unit": "EUR"}, 400, INVALID),
        ("/v1/ticker", {}, 400, MISSING),
        ("/v1/ticker", {"markets": "KRW-BTC,KRW-NOPE"}, 404, "Code not found"),
        ("/v1/ticker/all", {}, 400, MISSING),
        ("/v1/trades/ticks", {}, 400, MISSING),
        ("/v1/trades/ticks", {"market": "KRW-BTC", "days_ago": 8}, 400, INVALID),
        ("/v1/trades/ticks", {"market": "KRW-BTC", "to": "256000"}, 400, INVALID),
        ("/v1/trades/ticks", {"market": "KRW-NOPE"}, 404, "Code not found"),
        ("/v1/orderbook", {}, 400, MISSING),
        ("/v1/orderbook", {"markets": "KRW-NOPE"}, 404, "Code not found"),
        ("/v1/orderbook", {"markets": "KRW-BTC", "level": 7}, 400, INVALID),
        ("/v1/orderbook", {"markets": "KRW-BTC", "count": "x"}, 400, MISTYPED),
        ("/v1/orderbook/instruments", {}, 400, MISSING),
        ("/v1/orderbook/instruments", {"markets": "KRW-NOPE"}, 404, "Code not found"),
    ],
)
async def test_errors_have_integer_names(
    public: Public, path: str, params: dict[str, str | int], status: int, message: str
) -> None:
    """§5, §12."""
    body = await public.get(path, status, **params)
    assert body == {"error": {"name": status, "message": message}}


# -- §5 ticker --------------------------------------------------------------------------------------------------------


async def test_ticker_by_hand(traded: Public) -> None:
    (row,) = await traded.get("/v1/ticker", markets="KRW-BTC")
    timestamp = row.pop("timestamp")
    assert timestamp >= row["trade_timestamp"]
    assert row == {
        "market": "KRW-BTC",
        "trade_date": "20261120",
        "trade_time": "100700",
        "trade_date_kst": "20261120",
        "trade_time_kst": "190700",
        "trade_timestamp": 1795169220000,
        "opening_price": 160e6,
        "high_price": 161e6,
        "low_price": 159e6,
        "trade_price": 160.5e6,
        "prev_closing_price": 160e6,
        "change": "RISE",
        "change_price": 500e3,
        "change_rate": 0.003125,
        "signed_change_price": 500e3,
        "signed_change_rate": 0.003125,
        "trade_volume": 0.04,
        "acc_trade_price": 812_035_000.0,
        "acc_trade_price_24h": 812_035_000.0,
        "acc_trade_volume": 5.075,
        "acc_trade_volume_24h": 5.075,
        "highest_52_week_price": 161e6,
        "highest_52_week_date": "2026-11-20",
        "lowest_52_week_price": 159e6,
        "lowest_52_week_date": "2026-11-20",
    }


async def test_markets_as_a_list_and_repeated(public: Public) -> None:
    """§2 documents one comma list; pyupbit repeats the name."""
    for query in ("markets=KRW-BTC,KRW-XRP", "markets=KRW-BTC%2CKRW-XRP", "markets=KRW-BTC&markets=KRW-XRP"):
        _, body = await public.raw(f"/v1/ticker?{query}")
        assert [row["market"] for row in json.loads(body)] == ["KRW-BTC", "KRW-XRP"]


async def test_change_words(public: Public) -> None:
    """EVEN, RISE or FALL against the previous UTC day's close."""
    public.feed.trade("KRW-BTC", "159000000", after=1)
    public.feed.trade("KRW-XRP", "3300", after=1)
    public.happen(2)
    rows = await public.get("/v1/ticker", markets="KRW-BTC,KRW-XRP")
    assert [(row["change"], row["change_price"], row["signed_change_price"]) for row in rows] == [
        ("FALL", 1e6, -1e6),
        ("EVEN", 0.0, 0.0),
    ]


async def test_ticker_all_by_quote(public: Public) -> None:
    assert len(await public.get("/v1/ticker/all", quote_currencies="KRW,BTC")) == 3
    assert await public.get("/v1/ticker/all", quote_currencies="BTC") == []


async def test_a_new_utc_day_starts_the_sums_again(traded: Public) -> None:
    traded.feed.trade("KRW-BTC", "162000000", "0.001", "ASK", 14 * 3600 + 5)
    traded.happen(14 * 3600)
    (row,) = await traded.get("/v1/ticker", markets="KRW-BTC")
    assert (row["opening_price"], row["acc_trade_volume"], row["prev_closing_price"]) == (162e6, 0.001, 160.5e6)
    assert row["acc_trade_volume_24h"] == 5.076
    (day, before) = await traded.get("/v1/candles/days", market="KRW-BTC", count=2)
    assert day["candle_date_time_utc"] == "2026-11-21T00:00:00"
    assert before["trade_price"] == 160.5e6


# -- §5 trades --------------------------------------------------------------------------------------------------------


async def test_trades_newest_first(traded: Public) -> None:
    rows = await traded.get("/v1/trades/ticks", market="KRW-BTC", count=2)
    assert rows[0] == {
        "market": "KRW-BTC",
        "trade_date_utc": "2026-11-20",
        "trade_time_utc": "10:07:00",
        "timestamp": 1795169220000,
        "trade_price": 160.5e6,
        "trade_volume": 0.04,
        "prev_closing_price": 160e6,
        "change_price": 500e3,
        "ask_bid": "BID",
        "sequential_id": 17951692200000004,
    }
    assert rows[1]["ask_bid"] == "ASK"
    assert rows[1]["change_price"] == -1e6


async def test_trades_by_cursor_and_time(traded: Public) -> None:
    first = await traded.get("/v1/trades/ticks", market="KRW-BTC", count=2)
    more = await traded.get("/v1/trades/ticks", market="KRW-BTC", count=2, cursor=first[-1]["sequential_id"])
    assert [row["trade_time_utc"] for row in more] == ["10:00:30", "10:00:01"]
    for to in ("100100", "10:01:00"):
        rows = await traded.get("/v1/trades/ticks", market="KRW-BTC", to=to)
        assert rows[0]["trade_time_utc"] == "10:00:30"


async def test_trades_of_earlier_days_follow_the_candles(make_sandbox: Callable[..., Any]) -> None:
    """`days_ago`: the trades of a past day add up to its minutes."""
    sandbox = await make_sandbox()
    async with aiohttp.ClientSession() as session:
        url = f"{sandbox.rest_url}/v1/trades/ticks?market=KRW-XRP&days_ago=1&to=120100&count=20"
        async with session.get(url) as answer:
            rows = await answer.json()
        noon = f"{rows[0]['trade_date_utc']}T12:01:00Z"
        url = f"{sandbox.rest_url}/v1/candles/minutes/1?market=KRW-XRP&to={noon}"
        async with session.get(url) as answer:
            (minute,) = await answer.json()
    inside = [row for row in rows if row["trade_time_utc"].startswith("12:00")]
    assert inside[0]["trade_price"] == minute["trade_price"]
    assert inside[-1]["trade_price"] == minute["opening_price"]
    assert max(row["trade_price"] for row in inside) == minute["high_price"]
    assert sum(row["trade_volume"] for row in inside) == pytest.approx(minute["candle_acc_trade_volume"])
    assert len({row["sequential_id"] for row in rows}) == len(rows)


# -- §5 order book ----------------------------------------------------------------------------------------------------


async def test_orderbook_has_30_levels_and_their_totals(traded: Public) -> None:
    rows = await traded.get("/v1/orderbook", markets="KRW-BTC,KRW-XRP")
    book = rows[0]
    assert set(book) == {"market", "timestamp", "total_ask_size", "total_bid_size", "orderbook_units", "level"}
    units = book["orderbook_units"]
    assert len(units) == 30
    assert units[0]["ask_price"] == 160.5e6
    assert book["total_ask_size"] == pytest.approx(sum(unit["ask_size"] for unit in units))
    assert book["level"] == 0
    (short,) = await traded.get("/v1/orderbook", markets="KRW-BTC", count=5)
    assert short["orderbook_units"] == units[:5]
    assert short["total_ask_size"] == pytest.approx(sum(unit["ask_size"] for unit in units[:5]))


async def test_orderbook_groups_by_level(traded: Public) -> None:
    (book,) = await traded.get("/v1/orderbook", markets="KRW-BTC", level=100000)
    assert book["level"] == 100000
    assert all(unit["ask_price"] % 100000 == 0 == unit["bid_price"] % 100000 for unit in book["orderbook_units"])
    assert book["orderbook_units"][0]["bid_price"] < book["orderbook_units"][0]["ask_price"]


async def test_instruments(traded: Public) -> None:
    rows = await traded.get("/v1/orderbook/instruments", markets="KRW-XRP,KRW-USDT")
    assert rows[0] == {
        "market": "KRW-XRP",
        "quote_currency": "KRW",
        "tick_size": "1",
        "supported_levels": ["0", "1", "10", "100", "1000"],
    }
    assert rows[1]["tick_size"] == "0.5"
    (old,) = await traded.get("/v1/orderbook/supported_levels", markets="KRW-XRP")
    assert old == {"market": "KRW-XRP", "supported_levels": [0, 1, 10, 100, 1000]}


# -- transport --------------------------------------------------------------------------------------------------------


async def test_gzip_only_when_accepted(public: Public) -> None:
    """§1."""
    headers, body = await public.raw("/v1/market/all", **{"Accept-Encoding": "gzip, deflate"})
    assert headers["Content-Encoding"] == "gzip"
    assert body[:2] == b"\x1f\x8b"
    headers, body = await public.raw("/v1/market/all", **{"Accept-Encoding": "identity"})
    assert "Content-Encoding" not in headers
    assert json.loads(body)


async def test_numbers_are_json_numbers(traded: Public) -> None:
    """§0.9: quotation numbers are numbers, whole ones with a decimal point as on Upbit."""
    _, body = await traded.raw("/v1/trades/ticks?market=KRW-BTC")
    assert b'"trade_price":160500000.0,' in body
    assert b'"trade_volume":0.04,' in body


@pytest.mark.parametrize(
    ("sample", "path", "params"),
    [
        ("candles_upbit_1m_20200220_170000-20200220_202000.json", "/v1/candles/minutes/1", {"market": "KRW-BTC"}),
        ("docs_Candle_days.json", "/v1/candles/days", {"market": "KRW-BTC"}),
        ("docs_Candle_weeks.json", "/v1/candles/weeks", {"market": "KRW-BTC"}),
        ("docs_Candle_month.json", "/v1/candles/months", {"market": "KRW-BTC"}),
        ("jkorf_GetKlines.json", "/v1/candles/seconds", {"market": "KRW-BTC"}),
        ("jkorf_GetTickers.json", "/v1/ticker", {"markets": "KRW-BTC"}),
        ("jkorf_GetTradeHistory.json", "/v1/trades/ticks", {"market": "KRW-BTC"}),
        ("jkorf_GetOrderBook.json", "/v1/orderbook", {"markets": "KRW-BTC"}),
        ("jkorf_GetSymbolConfig.json", "/v1/orderbook/instruments", {"markets": "KRW-BTC"}),
        ("jkorf_GetSymbols.json", "/v1/market/all", {"is_details": "true"}),
    ],
)
async def test_fields_equal_recorded_answers(traded: Public, sample: str, path: str, params: dict[str, Any]) -> None:
    expected = sample_keys(sample)
    rows = await traded.get(path, **params)
    assert set(rows[0]) == expected


async def test_a_stopped_sandbox_lets_go_of_its_candles(make_sandbox: Callable[..., Any]) -> None:
    """The web framework keeps the last thousand applications alive; a sandbox's candles are 30 MB."""
    sandbox = await make_sandbox()
    async with aiohttp.ClientSession() as session:
        (await session.get(f"{sandbox.rest_url}/v1/ticker?markets=KRW-BTC")).raise_for_status()
    candles = weakref.ref(sandbox.data.state("KRW-BTC").bars)
    assert candles() is not None
    await sandbox.stop()
    gc.collect()
    assert candles() is None
