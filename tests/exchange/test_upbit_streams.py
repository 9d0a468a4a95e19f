"""The streams come back after anything, and no message of ours is lost on the way to the consumer (E7)."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import jwt
import pytest
from websockets.asyncio.server import Server, ServerConnection, serve

from trader.exchange.upbit import streams as module
from trader.exchange.upbit.frames import PublicFrames
from trader.exchange.upbit.streams import UpbitStreams
from trader.model.market import Market, Quote
from trader.model.portfolio import Balance
from trader.ports import BalancesChanged, OwnOrderChanged, StreamDown, StreamEvent, StreamUp, TradeTick

BTC, ETH = Market("KRW", "BTC"), Market("KRW", "ETH")


def ticker(code: str, price: str, at: int = 1_763_600_000_000) -> bytes:
    return f'{{"type":"ticker","code":"{code}","trade_price":{price},"trade_timestamp":{at}}}'.encode()


def book(code: str, bid: str, ask: str, at: int = 1_763_600_000_500) -> str:
    unit = f'{{"ask_price":{ask},"bid_price":{bid},"ask_size":0.1,"bid_size":0.2}}'
    return f'{{"type":"orderbook","code":"{code}","timestamp":{at},"orderbook_units":[{unit}]}}'


MY_ORDER = '{"type":"myOrder","code":"KRW-BTC","uuid":"u1","state":"trade","price":1.0,"identifier":"b1-1"}'
MY_ASSET = '{"type":"myAsset","assets":[{"currency":"KRW","balance":0.30000000000000004,"locked":1}]}'


@dataclass
class StubVenue:
    """Hands every connection to `serve_one`; remembers what was asked."""

    url: str = ""
    paths: list[str] = field(default_factory=list)
    tokens: list[str] = field(default_factory=list)
    asked: list[Any] = field(default_factory=list)
    connections: list[ServerConnection] = field(default_factory=list)
    server: Server | None = None

    def subscription(self, number: int = -1) -> dict[str, Any]:
        """Type → codes of a request."""
        return {part["type"]: part.get("codes") for part in self.asked[number] if "type" in part}


Serve = Callable[[StubVenue, ServerConnection], Awaitable[None]]


@asynccontextmanager
async def venue(serve_one: Serve) -> AsyncIterator[StubVenue]:
    stub = StubVenue()

    async def handle(connection: ServerConnection) -> None:
        assert connection.request is not None
        stub.paths.append(connection.request.path)
        stub.tokens.append(connection.request.headers.get("Authorization", ""))
        stub.connections.append(connection)
        await serve_one(stub, connection)

    async with serve(handle, "127.0.0.1", 0) as server:
        stub.server = server
        stub.url = f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}/websocket/v1"
        yield stub


async def subscribed(stub: StubVenue, connection: ServerConnection) -> None:
    stub.asked.append(json.loads(await connection.recv()))


@asynccontextmanager
async def consumer(streams: UpbitStreams) -> AsyncIterator[Callable[[], Awaitable[StreamEvent]]]:
    """The next event within two seconds."""
    events = streams.events()

    async def following() -> StreamEvent:
        async with asyncio.timeout(2):
            return await anext(events)

    try:
        yield following
    finally:
        await streams.close()


@pytest.fixture(autouse=True)
def hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "FIRST_BACK_OFF_SECONDS", 0.01)
    monkeypatch.setattr(module, "REFUSED_BACK_OFF_SECONDS", 0.01)
    monkeypatch.setattr(module, "LONGEST_BACK_OFF_SECONDS", 0.05)


async def test_ticks_and_quotes_keep_every_digit_in_text_and_binary_frames() -> None:
    async def serve_one(stub: StubVenue, connection: ServerConnection) -> None:
        await subscribed(stub, connection)
        await connection.send(book("KRW-BTC", "0.00001234", "0.00001235"))  # no last price yet: held back
        await connection.send(ticker("KRW-BTC", "0.00001230"))
        await connection.send(book("KRW-BTC", "3.33e-05", "159508000.0").encode())
        await connection.wait_closed()

    async with venue(serve_one) as stub:
        streams = UpbitStreams(stub.url)
        await streams.watch([BTC])
        async with consumer(streams) as following:
            assert await following() == StreamUp("public", first=True)
            tick, first, second = await following(), await following(), await following()
            assert isinstance(tick, TradeTick)
            assert str(tick.price) == "0.00001230"
            assert tick.at.isoformat() == "2025-11-20T00:53:20+00:00"
            assert isinstance(first, Quote)
            assert (str(first.bid), str(first.ask), str(first.last)) == ("0.00001234", "0.00001235", "0.00001230")
            assert first.at.isoformat() == "2025-11-20T00:53:20.500000+00:00"
            assert isinstance(second, Quote)
            assert second.bid == Decimal("0.0000333")
            assert streams.last_message_age("private") is None
            assert 0 <= (streams.last_message_age("public") or 0) < 2
        assert stub.subscription() == {"ticker": ["KRW-BTC"], "orderbook": ["KRW-BTC.1"]}
        assert stub.paths == ["/websocket/v1"]  # without keys the private stream is left alone
        assert stub.tokens == [""]


async def test_own_orders_and_balances_come_over_the_private_stream_with_a_fresh_token() -> None:
    async def serve_one(stub: StubVenue, connection: ServerConnection) -> None:
        await subscribed(stub, connection)
        await connection.send(MY_ORDER)
        await connection.send(MY_ASSET.encode())
        if len(stub.connections) == 1:
            await connection.close()
        await connection.wait_closed()

    async with venue(serve_one) as stub:
        streams = UpbitStreams(stub.url, "access", "s" * 40)
        async with consumer(streams) as following:
            events = [await following() for _ in range(7)]
        changed = OwnOrderChanged("u1", "b1-1", BTC, "trade")
        krw = BalancesChanged({"KRW": Balance("KRW", Decimal("0.30000000000000004"), Decimal(1))})
        assert events[:3] == [StreamUp("private", True), changed, krw]
        assert isinstance(events[3], StreamDown)
        assert events[4:] == [StreamUp("private", False), changed, krw]
        assert stub.paths == ["/websocket/v1/private"] * 2
        claims = [jwt.decode(t.removeprefix("Bearer "), "s" * 40, algorithms=["HS256"]) for t in stub.tokens]
        assert {c["access_key"] for c in claims} == {"access"}
        assert len({c["nonce"] for c in claims}) == 2
        assert stub.subscription() == {"myOrder": None, "myAsset": None}


@pytest.mark.parametrize("way", ["abort", "clean close", "silence"])
async def test_a_lost_stream_is_told_once_and_comes_back(way: str) -> None:
    async def serve_one(stub: StubVenue, connection: ServerConnection) -> None:
        await subscribed(stub, connection)
        await connection.send(ticker("KRW-BTC", f"{len(stub.connections)}"))
        if len(stub.connections) == 1 and way == "abort":
            connection.transport.abort()
        elif len(stub.connections) == 1 and way == "clean close":
            await connection.close()
        else:
            await connection.wait_closed()

    async with venue(serve_one) as stub:
        streams = UpbitStreams(stub.url, silence_seconds=0.1 if way == "silence" else 60.0)
        await streams.watch([BTC])
        async with consumer(streams) as following:
            events = [await following() for _ in range(5)]
    assert events[0] == StreamUp("public", True)
    assert isinstance(events[1], TradeTick)
    assert isinstance(events[2], StreamDown)
    assert ("silent" in events[2].cause) == (way == "silence")
    assert events[3] == StreamUp("public", False)
    assert isinstance(events[4], TradeTick)
    assert events[4].price == 2


async def test_a_venue_that_is_away_for_many_attempts_is_told_of_once() -> None:
    async def serve_one(stub: StubVenue, connection: ServerConnection) -> None:
        await subscribed(stub, connection)
        await connection.wait_closed()

    async with venue(serve_one) as stub:
        url, port = stub.url, int(stub.url.split(":")[2].split("/")[0])
    streams = UpbitStreams(url)
    await streams.watch([BTC])
    async with consumer(streams) as following:
        down = await following()
        assert isinstance(down, StreamDown)
        assert down.cause == "out_of_reach"
        await asyncio.sleep(0.2)  # several attempts pass; the next event must be the return
        back = StubVenue(url)
        async with serve(lambda c: subscribed(back, c), "127.0.0.1", port):
            assert await following() == StreamUp("public", True)


async def test_a_private_stream_that_stops_answering_pings_is_replaced() -> None:
    async def serve_one(stub: StubVenue, connection: ServerConnection) -> None:
        await subscribed(stub, connection)
        answers = 3 if len(stub.connections) == 1 else 1000
        async for ping in connection:
            assert ping == "PING"
            if answers := answers - 1:
                await connection.send('{"status":"UP"}')
            else:
                break
        await connection.wait_closed()

    async with venue(serve_one) as stub:
        streams = UpbitStreams(stub.url, "access", "s" * 40, private_silence_seconds=0.2, private_ping_seconds=0.05)
        async with consumer(streams) as following:
            assert await following() == StreamUp("private", True)
            down = await following()
            assert isinstance(down, StreamDown)
            assert "silent" in down.cause
            assert await following() == StreamUp("private", False)
            assert streams.last_message_age("private") is not None


MALFORMED = [
    "", "{", b"\x00\xff", "[]", "null", "{}", '{"type":"ticker"}', '{"type":"ticker","code":1}',
    '{"type":"ticker","code":"KRW-BTC","trade_price":"NaN","trade_timestamp":1}',
    '{"type":"ticker","code":"KRW-BTC","trade_price":1,"trade_timestamp":99999999999999999}',
    '{"type":"orderbook","code":"KRW-BTC","timestamp":1,"orderbook_units":[{}]}',
]  # fmt: skip
HARMLESS = ['{"status":"UP"}', '{"type":"trade","code":"KRW-BTC"}', '{"type":"candle.1m","code":"KRW-BTC"}']


async def test_malformed_frames_are_counted_and_kill_nothing() -> None:
    async def serve_one(stub: StubVenue, connection: ServerConnection) -> None:
        await subscribed(stub, connection)
        for frame in [*MALFORMED, *HARMLESS, ticker("KRW-BTC", "1")]:
            await connection.send(frame)
        await connection.wait_closed()

    async with venue(serve_one) as stub:
        streams = UpbitStreams(stub.url)
        await streams.watch([BTC])
        async with consumer(streams) as following:
            assert await following() == StreamUp("public", True)
            assert isinstance(await following(), TradeTick)
            assert streams.malformed() == len(MALFORMED)
        assert len(stub.connections) == 1


async def test_an_error_message_of_the_venue_leads_to_a_new_connection() -> None:
    async def serve_one(stub: StubVenue, connection: ServerConnection) -> None:
        await subscribed(stub, connection)
        if len(stub.connections) == 1:
            await connection.send('{"error":{"name":"INVALID_AUTH","message":"no"}}')
        await connection.wait_closed()

    async with venue(serve_one) as stub:
        streams = UpbitStreams(stub.url, "access", "s" * 40)
        async with consumer(streams) as following:
            assert await following() == StreamUp("private", True)
            assert await following() == StreamDown("private", "said_no")
            assert await following() == StreamUp("private", False)


async def test_watch_replaces_the_markets_on_the_living_connection() -> None:
    more = asyncio.Event()

    async def serve_one(stub: StubVenue, connection: ServerConnection) -> None:
        await subscribed(stub, connection)
        await connection.send(ticker("KRW-BTC", "1"))
        await subscribed(stub, connection)
        await connection.send(ticker("KRW-BTC", "2"))  # still on its way: not watched any more
        await connection.send(ticker("KRW-ETH", "3"))
        more.set()
        await connection.wait_closed()

    async with venue(serve_one) as stub:
        streams = UpbitStreams(stub.url)
        await streams.watch([BTC])
        async with consumer(streams) as following:
            assert await following() == StreamUp("public", True)
            first = await following()
            await streams.watch([ETH])
            await streams.watch([ETH, ETH])  # the same again costs no message
            await more.wait()
            second = await following()
        assert [(e.market, e.price) for e in (first, second) if isinstance(e, TradeTick)] == [(BTC, 1), (ETH, 3)]
        assert len(stub.connections) == 1
        assert stub.subscription(1) == {"ticker": ["KRW-ETH"], "orderbook": ["KRW-ETH.1"]}


async def test_watching_nothing_closes_the_connection_without_alarm_until_there_is_something() -> None:
    async def serve_one(stub: StubVenue, connection: ServerConnection) -> None:
        await subscribed(stub, connection)
        await connection.wait_closed()

    async with venue(serve_one) as stub:
        streams = UpbitStreams(stub.url)
        await streams.watch([BTC])
        async with consumer(streams) as following:
            assert await following() == StreamUp("public", True)
            await streams.watch([])
            async with asyncio.timeout(2):
                await stub.connections[0].wait_closed()
            await streams.watch([ETH])
            assert await following() == StreamUp("public", False)
        assert stub.subscription()["ticker"] == ["KRW-ETH"]


async def test_a_flurry_of_watches_stays_inside_the_message_limit_and_the_last_wins() -> None:
    times: list[float] = []

    async def serve_one(stub: StubVenue, connection: ServerConnection) -> None:
        loop = asyncio.get_running_loop()
        async for request in connection:
            times.append(loop.time())
            stub.asked.append(json.loads(request))

    async with venue(serve_one) as stub:
        streams = UpbitStreams(stub.url)
        await streams.watch([BTC])
        async with consumer(streams) as following:
            await following()
            flurry = [streams.watch([Market("KRW", f"C{n}")]) for n in range(12)]
            await asyncio.gather(*flurry)
            async with asyncio.timeout(3):
                while stub.subscription()["ticker"] != ["KRW-C11"]:  # noqa: ASYNC110
                    await asyncio.sleep(0.01)
    for early, late in zip(times, times[5:], strict=False):
        assert late - early >= 1.0


async def test_close_ends_the_events_and_leaves_no_task_behind() -> None:
    async def serve_one(stub: StubVenue, connection: ServerConnection) -> None:
        await subscribed(stub, connection)
        await connection.wait_closed()

    async with venue(serve_one) as stub:
        streams = UpbitStreams(stub.url, "access", "s" * 40)
        await streams.watch([BTC])
        seen: Counter[str] = Counter()

        async def consume() -> None:
            async for event in streams.events():
                seen[type(event).__name__] += 1

        task = asyncio.create_task(consume())
        async with asyncio.timeout(2):
            while seen["StreamUp"] < 2:  # noqa: ASYNC110
                await asyncio.sleep(0.01)
            await streams.close()
            await task
        names = {t.get_name() for t in asyncio.all_tasks()}
        assert not any(name.startswith("upbit-") for name in names)


async def test_a_fault_of_our_own_is_told_and_the_stream_comes_back(monkeypatch: pytest.MonkeyPatch) -> None:
    async def serve_one(stub: StubVenue, connection: ServerConnection) -> None:
        await subscribed(stub, connection)
        await connection.send(ticker("KRW-BTC", "1"))
        await connection.wait_closed()

    sound = PublicFrames.read

    def broken(*_: object) -> list[StreamEvent]:
        monkeypatch.setattr(PublicFrames, "read", sound)
        raise KeyError("a fault")

    monkeypatch.setattr(PublicFrames, "read", broken)
    async with venue(serve_one) as stub:
        streams = UpbitStreams(stub.url)
        await streams.watch([BTC])
        async with consumer(streams) as following:
            assert await following() == StreamUp("public", True)
            assert await following() == StreamDown("public", "fault")
            assert await following() == StreamUp("public", False)
            assert isinstance(await following(), TradeTick)
