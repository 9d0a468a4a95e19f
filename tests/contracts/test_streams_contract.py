"""What `ports.Streams` promises, on every implementation: UpbitStreams at the local exchange (E7)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from decimal import Decimal
from unittest.mock import sentinel

import pytest

from sandbox.server import Sandbox
from trader.exchange.upbit.client import UpbitExchange
from trader.exchange.upbit.streams import UpbitStreams
from trader.model.market import Market, Quote
from trader.model.order import OrderRequest, OrderType, Side, TimeInForce
from trader.ports import BalancesChanged, Exchange, OwnOrderChanged, StreamEvent, Streams, StreamUp, TradeTick

BTC, ETH = Market("KRW", "BTC"), Market("KRW", "ETH")


@dataclass
class Live:
    """A venue's exchange and streams; `seen` grows as events come."""

    exchange: Exchange
    streams: Streams
    seen: list[StreamEvent]

    async def until(self, *wanted: object) -> None:
        """Waits for events that equal, or are instances of, each of `wanted`."""

        def came(what: object) -> bool:
            return any(isinstance(e, what) if isinstance(what, type) else e == what for e in self.seen)

        async with asyncio.timeout(10):
            while not all(came(what) for what in wanted):  # noqa: ASYNC110
                await asyncio.sleep(0.01)


async def upbit_and_sandbox() -> AsyncIterator[Live]:
    sandbox = Sandbox(feed="synthetic", seed=7, speed=10.0)
    await sandbox.start()
    key = sandbox.key
    exchange = UpbitExchange(sandbox.rest_url, key.access_key, key.secret_key, sandbox.clock)
    streams = UpbitStreams(sandbox.ws_url, key.access_key, key.secret_key)
    yield Live(exchange, streams, [])
    await streams.close()
    await exchange.close()
    await sandbox.stop()


@pytest.fixture(params=[upbit_and_sandbox], ids=["upbit-sandbox"])
async def live(request: pytest.FixtureRequest) -> AsyncIterator[Live]:
    async for made in request.param():

        async def collect(made: Live) -> None:
            async for event in made.streams.events():
                made.seen.append(event)

        await made.streams.watch([BTC])
        task = asyncio.create_task(collect(made))
        yield made
        await made.streams.close()
        await task


async def test_both_streams_come_up_and_prices_flow(live: Live) -> None:
    await live.until(StreamUp("public", True), StreamUp("private", True), TradeTick, Quote)
    quotes = [e for e in live.seen if isinstance(e, Quote)]
    assert all(q.market == BTC and q.bid < q.ask for q in quotes)
    assert (live.streams.last_message_age("public") or 0) < 10


async def test_our_own_order_is_told_with_its_id_and_so_are_the_balances(live: Live) -> None:
    await live.until(StreamUp("private", True))
    request = OrderRequest(
        "stream-1", BTC, Side.BUY, OrderType.MARKET, TimeInForce.GTC, None, None, Decimal(50_000), sentinel.authorised
    )
    placed = await live.exchange.submit(request)
    await live.until(OwnOrderChanged(placed.venue_id, "stream-1", BTC, "trade"), BalancesChanged)
    await live.until(OwnOrderChanged(placed.venue_id, "stream-1", BTC, "cancel"))
    balances = await live.exchange.balances()
    changed = [e.balances for e in live.seen if isinstance(e, BalancesChanged)]
    assert changed[-1]["BTC"].free == balances["BTC"].free
    assert changed[-1]["KRW"].free == balances["KRW"].free


async def test_watch_replaces_the_markets(live: Live) -> None:
    await live.until(TradeTick, Quote)
    await live.streams.watch([ETH])
    live.seen.clear()
    await live.until(TradeTick, Quote)
    assert {e.market for e in live.seen if isinstance(e, TradeTick | Quote)} == {ETH}


async def test_close_ends_the_sequence(live: Live) -> None:
    await live.until(StreamUp("public", True))
    await live.streams.close()  # the fixture waits for the consumer: it would hang if the sequence did not end
