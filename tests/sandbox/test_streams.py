"""The WebSocket interface, point by point (reference §15)."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from decimal import Decimal
from typing import Any

import pytest
import websockets
from websockets.asyncio.client import ClientConnection
from websockets.typing import Origin

from sandbox.server import Sandbox
from sandbox.streams.websocket import Streams
from sandbox.values import PrivateMessage
from sandbox.wire import encode
from tests.sandbox.public_parts import SHARED_DATA, HandFeed
from tests.sandbox.signing import token

SAMPLES = SHARED_DATA / "samples" / "upbit_ws"
TICKET = {"ticket": "test"}


class Market:
    """A sandbox whose trades the test makes."""

    def __init__(self, sandbox: Sandbox, feed: HandFeed) -> None:
        self.sandbox, self.feed = sandbox, feed
        self._passed = 0.0

    def trade(self, market: str, price: str, volume: str = "0.01", taker: Any = "BID", at: float = 1.0) -> None:
        """A trade `at` seconds after the start; the sandbox's time goes there."""
        self.feed.trade(market, price, volume, taker, at)
        self.pass_to(at)

    def pass_to(self, at: float) -> None:
        self.sandbox.clock.advance(max(at - self._passed, 0.0))
        self._passed = max(at, self._passed)
        while not self.sandbox.data.advance():
            pass

    @asynccontextmanager
    async def stream(self, *request: Any, private: bool = False) -> AsyncIterator[Stream]:
        url = self.sandbox.ws_url
        headers = {}
        if private:
            url += "/private"
            key = self.sandbox.key
            headers["Authorization"] = token(key.access_key, key.secret_key)
        async with websockets.connect(url, additional_headers=headers, proxy=None) as socket:
            stream = Stream(socket)
            if request:
                await stream.ask(*request)
            yield stream


class Stream:
    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket

    async def ask(self, *request: Any) -> None:
        await self.socket.send(json.dumps(list(request)))

    async def raw(self) -> bytes:
        frame = await asyncio.wait_for(self.socket.recv(), 5)
        assert isinstance(frame, bytes), "frames are binary"
        return frame

    async def next(self) -> Any:
        return json.loads(await self.raw())

    async def next_of(self, kind: str) -> Any:
        while True:
            message = await self.next()
            if message.get("type") == kind:
                return message

    async def error(self) -> str:
        message = await self.next()
        assert set(message["error"]) == {"name", "message"}
        return str(message["error"]["name"])

    async def settled(self) -> list[Any]:
        """Everything sent so far: a query and its answer mark the end."""
        await self.ask({"ticket": "mark"}, {"method": "LIST_SUBSCRIPTIONS"})
        messages: list[Any] = []
        while True:
            message = await self.next()
            row = message[0] if isinstance(message, list) else message
            if "method" in row or "mthd" in row:
                return messages
            messages.append(message)


@pytest.fixture
async def market(make_sandbox: Callable[..., Any]) -> Market:
    feed = HandFeed()
    return Market(await make_sandbox(feed=feed), feed)


def want(kind: str, *codes: str, **more: Any) -> dict[str, Any]:
    return {"type": kind, "codes": list(codes), **more}


def sample_fields(name: str) -> set[str]:
    path = SAMPLES / name
    if not path.exists():
        pytest.skip(f"the recorded sample {name} is not beside the project")
    return set(json.loads(path.read_text())["message"])


# -- public types -----------------------------------------------------------------------------------------------------


async def test_ticker_snapshot_then_realtime(market: Market) -> None:
    async with market.stream(TICKET, want("ticker", "KRW-BTC")) as stream:
        first = await stream.next()
        assert (first["type"], first["code"], first["stream_type"]) == ("ticker", "KRW-BTC", "SNAPSHOT")
        market.trade("KRW-BTC", "161000000", "0.5", "ASK")
        second = await stream.next()
    assert second["stream_type"] == "REALTIME"
    assert (second["trade_price"], second["trade_volume"], second["ask_bid"]) == (161e6, 0.5, "ASK")
    assert (second["change"], second["signed_change_price"], second["change_rate"]) == ("RISE", 1e6, 0.00625)
    assert second["acc_ask_volume"] - first["acc_ask_volume"] == pytest.approx(0.5)
    assert second["acc_ask_volume"] + second["acc_bid_volume"] == pytest.approx(second["acc_trade_volume"])
    assert (second["trade_date"], second["trade_time"]) == ("20261120", "100001")
    assert (second["market_state"], second["is_trading_suspended"]) == ("ACTIVE", False)
    assert (second["delisting_date"], second["market_warning"]) == (None, "NONE")


async def test_trade(market: Market) -> None:
    async with market.stream(TICKET, want("trade", "KRW-XRP", is_only_realtime=True)) as stream:
        await stream.settled()
        market.trade("KRW-XRP", "3301", "12.5", "BID")
        trade = await stream.next()
    best = (trade.pop("best_ask_price"), trade.pop("best_bid_price"))
    assert best == (3301, 3300)
    assert trade.pop("best_ask_size") > 0 < trade.pop("best_bid_size")
    assert trade.pop("timestamp") >= trade["trade_timestamp"]
    assert trade == {
        "type": "trade",
        "code": "KRW-XRP",
        "trade_date": "2026-11-20",
        "trade_time": "10:00:01",
        "trade_timestamp": 1795168801000,
        "trade_price": 3301.0,
        "trade_volume": 12.5,
        "ask_bid": "BID",
        "prev_closing_price": 3300.0,
        "change": "RISE",
        "change_price": 1.0,
        "sequential_id": 17951688010000001,
        "stream_type": "REALTIME",
    }


@pytest.mark.parametrize(("code", "depth"), [("KRW-BTC", 30), ("KRW-BTC.1", 1), ("KRW-BTC.5", 5), ("KRW-BTC.15", 15)])
async def test_orderbook_depth(market: Market, code: str, depth: int) -> None:
    async with market.stream(TICKET, want("orderbook", code)) as stream:
        book = await stream.next()
        market.trade("KRW-BTC", "160500000")
        changed = await stream.next()
    assert (book["code"], book["level"], len(book["orderbook_units"])) == ("KRW-BTC", 0, depth)
    assert changed["stream_type"] == "REALTIME"
    assert changed["orderbook_units"][0]["ask_price"] == 160.5e6
    assert changed["total_bid_size"] == pytest.approx(sum(u["bid_size"] for u in changed["orderbook_units"]))


@pytest.mark.parametrize("level", [10000, "10000", 10000.0])
async def test_orderbook_level(market: Market, level: Any) -> None:
    async with market.stream(TICKET, want("orderbook", "KRW-BTC", level=level)) as stream:
        book = await stream.next()
    assert book["level"] == 10000
    assert all(unit["ask_price"] % 10000 == 0 for unit in book["orderbook_units"])


async def test_a_local_taker_changes_the_book_at_once(market: Market) -> None:
    async with market.stream(TICKET, want("orderbook", "KRW-XRP.1")) as stream:
        before = (await stream.next())["orderbook_units"][0]
        data = market.sandbox.data
        data.consume("KRW-XRP", "asks", Decimal(str(before["ask_price"])), Decimal(str(before["ask_size"])))
        after = (await stream.next())["orderbook_units"][0]
    assert after["ask_price"] > before["ask_price"]


async def test_a_local_execution_is_a_public_trade(market: Market) -> None:
    async with market.stream(TICKET, want("trade", "KRW-XRP"), want("ticker", "KRW-XRP")) as stream:
        await stream.settled()
        market.sandbox.data.print_trade("KRW-XRP", Decimal(3302), Decimal(7), "BID")
        trade, ticker = await stream.next(), await stream.next()
    assert (trade["type"], trade["trade_price"], trade["trade_volume"]) == ("trade", 3302.0, 7.0)
    assert (ticker["type"], ticker["trade_price"]) == ("ticker", 3302.0)


async def test_candle_once_a_second_and_final(market: Market) -> None:
    """The same candle is resent with new values; a second's trades go into one message."""
    async with market.stream(TICKET, want("candle.1m", "KRW-BTC"), want("candle.1s", "KRW-BTC")) as stream:
        assert [m["stream_type"] for m in await stream.settled()] == ["SNAPSHOT"] * 2
        for at, price in ((1.0, "160000000"), (1.2, "160100000"), (1.4, "159900000"), (2.1, "160200000")):
            market.trade("KRW-BTC", price, at=at)
        market.trade("KRW-BTC", "160300000", at=60.0)
        messages = await stream.settled()
    minutes = [m for m in messages if m["type"] == "candle.1m"]
    seconds = [m for m in messages if m["type"] == "candle.1s"]
    assert [m["candle_date_time_utc"][-8:] for m in minutes] == ["10:00:00", "10:00:00"]
    assert minutes[-1]["trade_price"] == 160.2e6
    assert (minutes[-1]["low_price"], minutes[-1]["candle_acc_trade_volume"]) == (159.9e6, 0.04)
    assert [m["candle_date_time_utc"][-8:] for m in seconds] == ["10:00:01", "10:00:02"]
    assert seconds[0]["trade_price"] == 159.9e6


async def test_the_last_candle_of_a_pause_is_sent_without_another_trade(market: Market) -> None:
    async with market.stream(TICKET, want("candle.1m", "KRW-BTC", is_only_realtime=True)) as stream:
        await stream.settled()
        market.trade("KRW-BTC", "160100000")
        candle = await stream.next()
    assert candle["trade_price"] == 160.1e6


@pytest.mark.parametrize("unit", ["1s", "1m", "3m", "5m", "10m", "15m", "30m", "60m", "240m"])
async def test_every_candle_unit_has_a_snapshot(market: Market, unit: str) -> None:
    market.trade("KRW-BTC", "160100000")
    async with market.stream(TICKET, want(f"candle.{unit}", "KRW-BTC")) as stream:
        candle = await stream.next()
    assert (candle["type"], candle["code"], candle["stream_type"]) == (f"candle.{unit}", "KRW-BTC", "SNAPSHOT")
    assert candle["candle_date_time_kst"][11:13] == f"{int(candle['candle_date_time_utc'][11:13]) + 9:02d}"


async def test_only_snapshot_and_only_realtime(market: Market) -> None:
    request = (
        want("ticker", "KRW-BTC", is_only_snapshot=True),
        want("trade", "KRW-BTC", isOnlyRealtime=True),
    )
    async with market.stream(TICKET, *request) as stream:
        assert [m["type"] for m in await stream.settled()] == ["ticker"]
        market.trade("KRW-BTC", "160100000")
        assert [m["type"] for m in await stream.settled()] == ["trade"]


async def test_unknown_codes_are_ignored_silently(market: Market) -> None:
    async with market.stream(TICKET, want("ticker", "KRW-NOPE", "krw-btc", "KRW-XRP")) as stream:
        assert [m["code"] for m in await stream.settled()] == ["KRW-XRP"]


# -- formats ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("style", ["DEFAULT", "SIMPLE", "JSON_LIST", "SIMPLE_LIST"])
async def test_formats(market: Market, style: str) -> None:
    request = (want("ticker", "KRW-BTC"), want("trade", "KRW-BTC"), want("orderbook", "KRW-BTC.1"))
    async with market.stream(TICKET, *request, want("candle.1m", "KRW-BTC"), {"format": style}) as stream:
        messages = [await stream.next() for _ in range(4)]
    if style.endswith("LIST"):
        assert all(isinstance(m, list) and len(m) == 1 for m in messages)
        messages = [m[0] for m in messages]
    if style.startswith("SIMPLE"):
        assert [m["ty"] for m in messages] == ["ticker", "trade", "orderbook", "candle.1m"]
        ticker, trade, book, candle = messages
        assert {"cd", "tms", "st", "op", "hp", "lp", "tp", "pcp", "scr", "atv24h", "aav", "h52wdt", "ms", "dd"} <= set(
            ticker
        )
        assert (ticker["tdt"], trade["td"]) == ("20261120", "2026-11-20")
        assert {"sid", "bap", "bas", "bbp", "bbs", "ttms", "ab"} <= set(trade)
        assert set(book["obu"][0]) == {"ap", "bp", "as", "bs"}
        assert {"tas", "tbs", "lv"} <= set(book)
        assert {"cdttmu", "cdttmk", "catv", "catp"} <= set(candle)
        assert not any("_" in key for m in messages for key in m)
    else:
        assert [m["type"] for m in messages] == ["ticker", "trade", "orderbook", "candle.1m"]


@pytest.mark.parametrize(
    ("sample", "kind"),
    [
        ("jkorf_Tickers.json", "ticker"),
        ("jkorf_Trades.json", "trade"),
        ("jkorf_Kline.json", "candle.1m"),
        ("jkorf_OrderBook.json", "orderbook"),
    ],
)
async def test_fields_equal_recorded_messages(market: Market, sample: str, kind: str) -> None:
    """The recorded order book lacks the level and the stream type, which the reference has."""
    expected = sample_fields(sample)
    async with market.stream(TICKET, want(kind, "KRW-BTC")) as stream:
        message = await stream.next()
    assert set(message) - expected <= {"level", "stream_type"}
    assert expected <= set(message)


# -- faults -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("hello", "WRONG_FORMAT"),
        ('{"ticket":"x"}', "WRONG_FORMAT"),
        ("[]", "WRONG_FORMAT"),
        ("[1]", "WRONG_FORMAT"),
        ('[{"type":"ticker","codes":["KRW-BTC"]}]', "NO_TICKET"),
        ('[{"ticket":""},{"type":"ticker","codes":["KRW-BTC"]}]', "NO_TICKET"),
        ('[{"ticket":7},{"type":"ticker","codes":["KRW-BTC"]}]', "WRONG_FORMAT"),
        ('[{"ticket":"x"}]', "NO_TYPE"),
        ('[{"ticket":"x"},{"format":"DEFAULT"}]', "NO_TYPE"),
        ('[{"ticket":"x"},{"codes":["KRW-BTC"]}]', "NO_TYPE"),
        ('[{"ticket":"x"},{"type":"ticker"}]', "NO_CODES"),
        ('[{"ticket":"x"},{"type":"ticker","codes":[]}]', "NO_CODES"),
        ('[{"ticket":"x"},{"type":"ticker","codes":"KRW-BTC"}]', "WRONG_FORMAT"),
        ('[{"ticket":"x"},{"type":"ticker","codes":["KRW-BTC"],"is_only_realtime":"yes"}]', "WRONG_FORMAT"),
        ('[{"ticket":"x"},{"type":"tickers","codes":["KRW-BTC"]}]', "INVALID_PARAM"),
        ('[{"ticket":"x"},{"type":"candle.2m","codes":["KRW-BTC"]}]', "INVALID_PARAM"),
        ('[{"ticket":"x"},{"type":"orderbook","codes":["KRW-BTC"],"level":"abc"}]', "INVALID_PARAM"),
        ('[{"ticket":"x"},{"type":"orderbook","codes":["KRW-BTC"],"level":7}]', "INVALID_PARAM"),
        ('[{"ticket":"x"},{"type":"ticker","codes":["KRW-BTC"]},{"format":"XML"}]', "WRONG_FORMAT"),
        ('[{"ticket":"x"},{"method":"SHUTDOWN"}]', "INVALID_PARAM"),
        ('[{"ticket":"x"},{"type":"myOrder"}]', "INVALID_AUTH"),
    ],
)
async def test_errors(market: Market, text: str, name: str) -> None:
    async with market.stream() as stream:
        await stream.socket.send(text)
        assert await stream.error() == name


async def test_an_error_leaves_the_stream_as_it_was(market: Market) -> None:
    async with market.stream(TICKET, want("trade", "KRW-BTC", is_only_realtime=True)) as stream:
        await stream.ask(TICKET, want("ticker"))
        assert await stream.error() == "NO_CODES"
        market.trade("KRW-BTC", "160100000")
        assert (await stream.next())["type"] == "trade"


async def test_too_many_messages(make_sandbox: Callable[..., Any]) -> None:
    """§11: 5 messages a second per connection."""
    sandbox = await make_sandbox(feed=HandFeed(), rate_limit_factor=1.0)
    sandbox.limits._timer = lambda: 1000.0  # all within one second
    async with Market(sandbox, HandFeed()).stream() as stream:
        for _ in range(6):
            await stream.ask(TICKET, {"method": "LIST_SUBSCRIPTIONS"})
        answers = [await stream.next() for _ in range(6)]
    assert [a.get("method") for a in answers[:5]] == ["LIST_SUBSCRIPTIONS"] * 5
    assert answers[5]["error"]["name"] == "Too Many Requests"


async def test_an_obstinate_client_meets_the_teapot(make_sandbox: Callable[..., Any]) -> None:
    sandbox = await make_sandbox(feed=HandFeed(), rate_limit_factor=1.0)
    sandbox.limits._timer = lambda: 1000.0  # all within one second
    names: list[str] = []
    async with Market(sandbox, HandFeed()).stream() as stream:
        while "I'm a teapot" not in names:
            await stream.ask(TICKET, want("ticker"))
            names.append(await stream.error())
        with pytest.raises(websockets.ConnectionClosed):
            await stream.raw()
    assert names[:6] == ["NO_CODES"] * 5 + ["Too Many Requests"]


async def test_too_many_handshakes(make_sandbox: Callable[..., Any]) -> None:
    """§11: 5 handshakes a second; the sixth is refused with HTTP 429."""
    sandbox = await make_sandbox(feed=HandFeed(), rate_limit_factor=1.0)
    sandbox.limits._timer = lambda: 1000.0  # all within one second
    sockets = [await websockets.connect(sandbox.ws_url, proxy=None) for _ in range(5)]
    with pytest.raises(websockets.InvalidStatus) as refused:
        await websockets.connect(sandbox.ws_url, proxy=None)
    assert refused.value.response.status_code == 429
    for socket in sockets:
        await socket.close()


async def test_browsers_may_come_once_in_ten_seconds(make_sandbox: Callable[..., Any]) -> None:
    """§11: a handshake with an Origin header counts in the group `origin`."""
    sandbox = await make_sandbox(feed=HandFeed(), rate_limit_factor=1.0)
    sandbox.limits._timer = lambda: 1000.0  # all within one second
    first = await websockets.connect(sandbox.ws_url, origin=Origin("https://example.com"), proxy=None)
    with pytest.raises(websockets.InvalidStatus) as refused:
        await websockets.connect(sandbox.ws_url, origin=Origin("https://example.com"), proxy=None)
    assert refused.value.response.status_code == 429
    await first.close()


# -- subscriptions ----------------------------------------------------------------------------------------------------


async def test_a_new_request_replaces_the_old(market: Market) -> None:
    async with market.stream(TICKET, want("ticker", "KRW-BTC"), {"format": "SIMPLE"}) as stream:
        await stream.next()
        await stream.ask(TICKET, want("trade", "KRW-XRP", is_only_realtime=True))
        await stream.settled()
        market.trade("KRW-BTC", "160100000")
        market.trade("KRW-XRP", "3310")
        assert [(m["type"], m["code"]) for m in await stream.settled()] == [("trade", "KRW-XRP")]


async def test_list_subscriptions(market: Market) -> None:
    async with market.stream(TICKET, want("ticker", "KRW-BTC"), want("orderbook", "KRW-XRP.5", level=10)) as stream:
        await stream.settled()
        await stream.ask({"ticket": "q"}, {"method": "LIST_SUBSCRIPTIONS"})
        assert await stream.next() == {
            "method": "LIST_SUBSCRIPTIONS",
            "result": [
                {"type": "ticker", "codes": ["KRW-BTC"]},
                {"type": "orderbook", "codes": ["KRW-XRP.5"], "level": 10.0},
            ],
            "ticket": "q",
        }
        await stream.ask({"ticket": "q"}, {"method": "LIST_SUBSCRIPTIONS"}, {"format": "SIMPLE"})
        answer = await stream.next()
        assert (answer["mthd"], answer["tckt"], answer["rslt"][0]["ty"]) == ("LIST_SUBSCRIPTIONS", "q", "ticker")
        market.trade("KRW-BTC", "160100000")
        assert (await stream.next())["ty"] == "ticker"


# -- keep-alive -------------------------------------------------------------------------------------------------------


async def test_text_ping(market: Market) -> None:
    async with market.stream() as stream:
        await stream.socket.send("PING")
        assert await stream.raw() == b'{"status":"UP"}'


async def test_ping_frame_is_answered(market: Market) -> None:
    async with market.stream() as stream:
        await asyncio.wait_for(await stream.socket.ping(b"x"), 5)


@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """UP every 0.1 s instead of 10 s, closed after 0.4 s instead of 120 s."""
    made = Streams.__init__

    def init(self: Streams, *args: Any) -> None:
        made(self, *args, idle_seconds=0.4, up_seconds=0.1)

    monkeypatch.setattr(Streams, "__init__", init)


@pytest.mark.usefixtures("hurried")
async def test_up_repeats_and_keeps_the_stream_open(market: Market) -> None:
    async with market.stream() as stream:
        await stream.socket.send("PING")
        answers = [await stream.raw() for _ in range(8)]
    assert answers == [b'{"status":"UP"}'] * 8


@pytest.mark.usefixtures("hurried")
async def test_a_silent_stream_is_closed(market: Market) -> None:
    async with market.stream() as stream:
        with pytest.raises(websockets.ConnectionClosed):
            await asyncio.wait_for(stream.socket.recv(), 5)


@pytest.mark.usefixtures("hurried")
async def test_ping_frames_keep_a_silent_stream_open(market: Market) -> None:
    async with market.stream() as stream:
        for _ in range(8):
            await asyncio.sleep(0.1)
            await (await stream.socket.ping())


# -- private ----------------------------------------------------------------------------------------------------------


def order_message(code: str = "KRW-BTC", **more: Any) -> PrivateMessage:
    return {"type": "myOrder", "code": code, "uuid": "u-1", "ask_bid": "BID", "order_type": "limit", **more}


async def test_my_order_of_some_markets(market: Market) -> None:
    async with market.stream(TICKET, {"type": "myOrder", "codes": ["KRW-XRP"]}, private=True) as stream:
        assert await stream.settled() == []
        market.sandbox.hub.private(order_message("KRW-BTC"))
        market.sandbox.hub.private(order_message("KRW-XRP", state="wait", price=Decimal("3300"), trade_fee=None))
        message = await stream.next()
    assert (message["code"], message["stream_type"], message["trade_fee"]) == ("KRW-XRP", "REALTIME", None)
    assert isinstance(message["price"], float)


@pytest.mark.parametrize("codes", [{}, {"codes": []}])
async def test_my_order_of_all_markets(market: Market, codes: dict[str, Any]) -> None:
    async with market.stream(TICKET, {"type": "myOrder", **codes}, private=True) as stream:
        await stream.settled()
        market.sandbox.hub.private(order_message("KRW-USDT"))
        assert (await stream.next())["code"] == "KRW-USDT"


async def test_my_asset_in_short(market: Market) -> None:
    async with market.stream(TICKET, {"type": "myAsset"}, {"format": "SIMPLE_LIST"}, private=True) as stream:
        await stream.settled()
        assets = [{"currency": "KRW", "balance": Decimal("1000.5"), "locked": Decimal(0)}]
        market.sandbox.hub.private({"type": "myAsset", "asset_uuid": "a", "assets": assets, "asset_timestamp": 1})
        (message,) = await stream.next()
    assert message == {
        "ty": "myAsset",
        "astuid": "a",
        "ast": [{"cu": "KRW", "b": 1000.5, "l": 0.0}],
        "asttms": 1,
        "st": "REALTIME",
    }


async def test_announcements_can_be_subscribed_to(market: Market) -> None:
    async with market.stream(TICKET, {"type": "announcement", "include_body": True}, private=True) as stream:
        assert await stream.settled() == []


@pytest.mark.parametrize(
    ("entry", "name"),
    [
        ({"type": "myAsset", "codes": ["KRW-BTC"]}, "WRONG_FORMAT"),
        ({"type": "myAsset", "codes": []}, "WRONG_FORMAT"),
        ({"type": "ticker", "codes": ["KRW-BTC"]}, "INVALID_PARAM"),
    ],
)
async def test_private_errors(market: Market, entry: dict[str, Any], name: str) -> None:
    async with market.stream(TICKET, entry, private=True) as stream:
        assert await stream.error() == name


async def test_the_private_address_needs_a_token(market: Market) -> None:
    with pytest.raises(websockets.InvalidStatus) as refused:
        await websockets.connect(market.sandbox.ws_url + "/private", proxy=None)
    assert refused.value.response.status_code == 401


# -- many clients -----------------------------------------------------------------------------------------------------


async def test_a_client_that_does_not_read_is_cut_off_and_hinders_nobody(market: Market) -> None:
    request = (TICKET, want("orderbook", "KRW-BTC", is_only_realtime=True))
    _, writer = await asyncio.open_connection(*market.sandbox.rest_url.removeprefix("http://").split(":"), limit=1)
    writer.write(
        b"GET /websocket/v1 HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
    )
    payload = json.dumps(request).encode()
    writer.write(bytes([0x81, 0x80 | len(payload), 0, 0, 0, 0]) + payload)
    async with market.stream(*request) as stream:
        await stream.settled()
        streams = market.sandbox._streams
        assert len(streams._connections) == 2
        for i in range(8_000):
            market.sandbox.hub.book("KRW-BTC")
            await asyncio.sleep(0)
            if i % 500 == 0:
                await stream.next()
            if len(streams._connections) == 1:
                break
        market.trade("KRW-BTC", "160100000")
        while (await stream.next())["orderbook_units"][0]["ask_price"] != 160.1e6:
            pass
        assert len(streams._connections) == 1
    writer.close()


async def test_a_message_is_written_once_per_format(market: Market, monkeypatch: pytest.MonkeyPatch) -> None:
    written: list[bytes] = []

    def counting(fields: Any) -> bytes:
        written.append(encode(fields))
        return written[-1]

    monkeypatch.setattr("sandbox.streams.format.encode", counting)
    request = (TICKET, want("trade", "KRW-BTC", is_only_realtime=True))
    async with market.stream(*request) as one, market.stream(*request) as two:
        await one.settled()
        await two.settled()
        written.clear()
        market.trade("KRW-BTC", "160100000")
        assert await one.raw() == await two.raw()
    assert len(written) == 1
