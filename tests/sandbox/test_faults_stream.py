"""Every fault of the streams, as a raw client and as the trader sees it (E7, reference §15)."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from sandbox.server import Sandbox
from tests.sandbox.fault_parts import BTC, raw_buy, trader_order, until
from tests.sandbox.signing import Client
from trader.exchange.upbit.client import UpbitExchange
from trader.exchange.upbit.streams import UpbitStreams
from trader.ports import OwnOrderChanged, StreamDown, StreamEvent, StreamUp, TradeTick

PUBLIC = [{"ticket": "t"}, {"type": "ticker", "codes": ["KRW-BTC"]}]
PRIVATE = [{"ticket": "t"}, {"type": "myOrder"}]


@asynccontextmanager
async def private(client: Client, *types: dict[str, Any]) -> AsyncIterator[ClientConnection]:
    """A subscribed private connection of the `websockets` library."""
    url = client.sandbox.ws_url + "/private"
    async with connect(
        url, additional_headers=client.sign(), proxy=None, ping_interval=None, close_timeout=1
    ) as socket:
        await socket.send(json.dumps([{"ticket": "t"}, *(types or PRIVATE[1:])]))
        await socket.send(json.dumps([{"ticket": "t"}, {"method": "LIST_SUBSCRIPTIONS"}]))
        while "method" not in json.loads(await asyncio.wait_for(socket.recv(), 5)):
            pass
        yield socket


async def states(socket: ClientConnection, count: int) -> list[str]:
    """The states of the next myOrder messages."""
    return [json.loads(await asyncio.wait_for(socket.recv(), 3))["state"] for _ in range(count)]


async def quiet(socket: ClientConnection, seconds: float = 0.15) -> bool:
    """Whether nothing comes for so long."""
    try:
        await asyncio.wait_for(socket.recv(), seconds)
    except TimeoutError:
        return True
    return False


class Watcher:
    """The trader's own streams, and what they told."""

    def __init__(self, sandbox: Sandbox, **patience: float) -> None:
        key = sandbox.auth.key
        self.streams = UpbitStreams(sandbox.ws_url, key.access_key, key.secret_key, **patience)
        self.events: list[StreamEvent] = []
        self._sandbox = sandbox
        self._task = asyncio.create_task(self._read())

    async def _read(self) -> None:
        async for event in self.streams.events():
            self.events.append(event)

    def up(self, stream: str) -> int:
        return sum(isinstance(event, StreamUp) and event.stream == stream for event in self.events)

    def down(self, stream: str) -> list[str]:
        return [event.cause for event in self.events if isinstance(event, StreamDown) and event.stream == stream]

    def orders(self, identifier: str) -> list[str]:
        found = [event for event in self.events if isinstance(event, OwnOrderChanged)]
        return [event.state for event in found if event.client_order_id == identifier]

    async def ready(self) -> None:
        """Both streams are up, the first tick is there, and the sandbox knows the private subscription."""
        await self.streams.watch([BTC])
        await until(lambda: any(isinstance(event, TradeTick) for event in self.events))
        await until(lambda: self.up("private") == 1)
        await asyncio.sleep(0.05)

    async def close(self) -> None:
        await self.streams.close()
        await self._task


@asynccontextmanager
async def watching(sandbox: Sandbox, **patience: float) -> AsyncIterator[Watcher]:
    watcher = Watcher(sandbox, **patience)
    try:
        await watcher.ready()
        yield watcher
    finally:
        await watcher.close()


# ---------------------------------------------------------------- connections


@pytest.mark.parametrize(("how", "code"), [("clean", 1001), ("clean", 1012), ("abrupt", 1006)])
async def test_disconnected(client: Client, how: str, code: int) -> None:
    """Clean comes with a closing frame and its code, abrupt without (1006 is what libraries call that)."""
    fault = {"kind": "ws_disconnect", "stream": "private", "how": how} | ({"code": code} if how == "clean" else {})
    async with private(client) as socket:
        client.sandbox.faults.add([fault])
        with pytest.raises(ConnectionClosed):
            await asyncio.wait_for(socket.recv(), 3)
        assert socket.close_code == code
    assert client.sandbox.faults.rows()[0]["active"] is False


async def test_only_the_named_stream_is_disconnected(client: Client) -> None:
    public = await client.session.ws_connect(client.sandbox.ws_url)
    await public.send_json(PUBLIC)
    await public.receive(timeout=3)
    async with private(client) as socket:
        client.sandbox.faults.add([{"kind": "ws_disconnect", "stream": "public"}])
        while (message := await public.receive(timeout=3)).type is aiohttp.WSMsgType.BINARY:
            pass
        assert message.type is aiohttp.WSMsgType.CLOSE
        assert (await raw_buy(client, "i1")).status == 201
        assert (await states(socket, 3))[0] == "wait"


async def test_disconnected_at_a_message(client: Client) -> None:
    """With a match or `after` it happens instead of such a message: here the first fill."""
    client.sandbox.faults.add([{"kind": "ws_disconnect", "match": {"type": "myOrder"}, "after": 1, "how": "abrupt"}])
    async with private(client) as socket:
        await raw_buy(client, "i1")
        assert await states(socket, 1) == ["wait"]
        with pytest.raises(ConnectionClosed):
            await asyncio.wait_for(socket.recv(), 3)


async def test_refused_after_a_disconnect(client: Client) -> None:
    """`seconds`: the stream stays away, handshakes answer 503; then it is back."""
    client.sandbox.faults.add([{"kind": "ws_disconnect", "stream": "public", "seconds": 0.3}])
    with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
        await client.session.ws_connect(client.sandbox.ws_url)
    assert refused.value.status == 503
    async with private(client):
        pass
    await asyncio.sleep(0.3)
    await (await client.session.ws_connect(client.sandbox.ws_url)).close()


@pytest.mark.parametrize("how", ["clean", "abrupt"])
async def test_the_trader_reconnects(sandbox: Sandbox, trader: UpbitExchange, how: str) -> None:
    """E7: StreamDown and StreamUp once each on both streams, then everything flows again."""
    async with watching(sandbox) as watcher:
        sandbox.faults.add([{"kind": "ws_disconnect", "how": how}])
        await until(lambda: watcher.up("public") == 2 and watcher.up("private") == 2)
        assert (len(watcher.down("public")), len(watcher.down("private"))) == (1, 1)
        before = len(watcher.events)
        await until(lambda: any(isinstance(event, TradeTick) for event in watcher.events[before:]))
        await asyncio.sleep(0.05)
        await trader.submit(trader_order("t1"))
        await until(lambda: watcher.orders("t1") == ["wait", "trade", "cancel"])


async def test_the_trader_waits_out_an_outage(sandbox: Sandbox) -> None:
    """Refused handshakes are one outage: told once."""
    async with watching(sandbox) as watcher:
        sandbox.faults.add([{"kind": "ws_disconnect", "stream": "public", "seconds": 1.0}])
        await until(lambda: watcher.up("public") == 2, 10)
        assert len(watcher.down("public")) == 1


# ---------------------------------------------------------------- silence


async def test_silence(client: Client) -> None:
    """The connection stays open, nothing comes: no message, no pong, no answer to PING; afterwards all is well."""
    async with private(client) as socket:
        client.sandbox.faults.add([{"kind": "ws_silence", "seconds": 0.6}])
        pong = await socket.ping()
        await socket.send("PING")
        await raw_buy(client, "lost")
        assert await quiet(socket, 0.3)
        assert not pong.done()
        assert client.sandbox.faults.rows()[0]["active"] is True
        await until(lambda: client.sandbox.faults.rows()[0]["active"] is False)
        await (await socket.ping())
        await raw_buy(client, "told")
        assert json.loads(await socket.recv())["identifier"] == "told"


async def test_silence_that_answers_pings(client: Client) -> None:
    """The nastier sort: PING frames are answered, so only the lack of data tells."""
    async with private(client) as socket:
        client.sandbox.faults.add([{"kind": "ws_silence", "seconds": 0.5, "stream": "private", "answer_pings": True}])
        await asyncio.wait_for(await socket.ping(), 1)
        await raw_buy(client, "lost")
        assert await quiet(socket)


async def test_silence_holds_for_new_connections(client: Client) -> None:
    client.sandbox.faults.add([{"kind": "ws_silence", "stream": "public", "seconds": 0.5}])
    async with connect(client.sandbox.ws_url, proxy=None, close_timeout=1) as socket:
        await socket.send(json.dumps(PUBLIC))
        assert await quiet(socket, 0.3)
        assert json.loads(await asyncio.wait_for(socket.recv(), 3))["type"] == "ticker"


async def test_the_trader_replaces_a_silent_connection(sandbox: Sandbox) -> None:
    """E7: open but silent is as bad as closed."""
    async with watching(sandbox, silence_seconds=0.6) as watcher:
        sandbox.faults.add([{"kind": "ws_silence", "stream": "public", "seconds": 1.0, "answer_pings": True}])
        await until(lambda: watcher.down("public") == ["silent"])
        await until(lambda: not sandbox.faults.rows()[0]["active"])
        before = len(watcher.events)
        await until(lambda: any(isinstance(event, TradeTick) for event in watcher.events[before:]), 10)


# ---------------------------------------------------------------- single messages


ORDER_FLOW = {
    "none": ([], ["wait", "trade", "cancel"]),
    "first twice": ([{"kind": "ws_duplicate"}], ["wait", "wait", "trade", "cancel"]),
    "fill twice": ([{"kind": "ws_duplicate", "after": 1}], ["wait", "trade", "trade", "cancel"]),
    "all twice": ([{"kind": "ws_duplicate", "times": 0}], ["wait", "wait", "trade", "trade", "cancel", "cancel"]),
    "swapped": ([{"kind": "ws_reorder", "after": 1}], ["wait", "cancel", "trade"]),
    "late": ([{"kind": "ws_reorder", "how": "delay", "seconds": 0.2}], ["trade", "cancel", "wait"]),
    "fill lost": ([{"kind": "ws_gap", "after": 1}], ["wait", "cancel"]),
    "all lost": ([{"kind": "ws_gap", "seconds": 0.2}], []),
    "last held": ([{"kind": "ws_reorder", "after": 2, "seconds": 0.1}], ["wait", "trade", "cancel"]),
    "lost, then twice": ([{"kind": "ws_gap"}, {"kind": "ws_duplicate"}], ["trade", "trade", "cancel"]),
}


@pytest.mark.parametrize("name", ORDER_FLOW)
async def test_messages_of_an_order(client: Client, name: str) -> None:
    """What a raw client gets of wait, trade, cancel, the three messages of a market buy."""
    faults, expected = ORDER_FLOW[name]
    async with private(client) as socket:
        if faults:
            client.sandbox.faults.add([{"match": {"type": "myOrder"}, **fault} for fault in faults])
        await raw_buy(client, "i1")
        assert await states(socket, len(expected)) == expected
        assert await quiet(socket)
    order = client.sandbox.engine.by_identifier["i1"]
    assert (order.state, len(order.fills)) == ("cancel", 1)


@pytest.mark.parametrize("name", ["all twice", "swapped", "late", "fill lost", "all lost"])
async def test_messages_of_an_order_at_the_trader(sandbox: Sandbox, trader: UpbitExchange, name: str) -> None:
    """The trader hands on exactly what came; REST tells the truth whatever came."""
    faults, expected = ORDER_FLOW[name]
    async with watching(sandbox) as watcher:
        sandbox.faults.add([{"match": {"type": "myOrder"}, **fault} for fault in faults])
        await trader.submit(trader_order("t1"))
        await until(lambda: len(watcher.orders("t1")) == len(expected))
        await asyncio.sleep(0.1)
        assert watcher.orders("t1") == expected
    found = await trader.find(client_order_id="t1")
    assert found is not None
    assert (found.open, len(found.fills)) == (False, 1)


async def test_a_gap_by_time_ends(client: Client) -> None:
    """It begins with the first message it loses; other types pass."""
    async with private(client, {"type": "myOrder"}, {"type": "myAsset"}) as socket:
        client.sandbox.faults.add([{"kind": "ws_gap", "seconds": 0.2, "match": {"type": "myOrder"}}])
        await raw_buy(client, "lost")
        assert json.loads(await asyncio.wait_for(socket.recv(), 3))["type"] == "myAsset"
        await until(lambda: not client.sandbox.faults.rows()[0]["active"])
        await raw_buy(client, "told")
        types = Counter()
        while types["myOrder"] < 3:
            types[json.loads(await asyncio.wait_for(socket.recv(), 3))["type"]] += 1
    row = client.sandbox.faults.rows()[0]
    assert (row["fired"], row["seen"]) == (3, 3)


async def test_public_messages_too(client: Client) -> None:
    """`stream: public` doubles tickers of one market; order books as well."""
    types = [{"type": "ticker", "codes": ["KRW-BTC"], "is_only_realtime": True}]
    types.append({"type": "orderbook", "codes": ["KRW-BTC.1"], "is_only_realtime": True})
    client.sandbox.faults.add(
        [{"kind": "ws_duplicate", "stream": "public", "times": 0, "match": {"market": "KRW-BTC"}}]
    )
    async with connect(client.sandbox.ws_url, proxy=None, close_timeout=1) as socket:
        await socket.send(json.dumps([{"ticket": "t"}, *types]))
        for _ in range(4):
            first = await asyncio.wait_for(socket.recv(), 5)
            assert await asyncio.wait_for(socket.recv(), 5) == first


async def test_clearing_ends_silence_and_lets_go(client: Client) -> None:
    """DELETE: messages held back come, the silence is over, streams admit clients again."""
    async with private(client) as socket:
        faults = client.sandbox.faults
        faults.add([{"kind": "ws_reorder", "how": "delay", "seconds": 60, "times": 3}])
        await raw_buy(client, "i1")
        assert await quiet(socket)
        faults.clear()
        assert await states(socket, 3) == ["wait", "trade", "cancel"]
        faults.add(
            [{"kind": "ws_silence", "seconds": 60}, {"kind": "ws_disconnect", "stream": "public", "seconds": 60}]
        )
        faults.clear()
        await raw_buy(client, "i2")
        assert (await states(socket, 3))[0] == "wait"
        await (await client.session.ws_connect(client.sandbox.ws_url)).close()
