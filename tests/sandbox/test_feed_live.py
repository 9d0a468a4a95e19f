"""The live feed, fed by another sandbox on loopback instead of Upbit."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from sandbox.feeds import make_feed
from sandbox.feeds.live import REST_VARIABLE, WS_VARIABLE, LiveFeed
from sandbox.feeds.live_source import exact, read_frame
from sandbox.server import Sandbox
from sandbox.values import Book, Tick

CODES = ("KRW-BTC", "KRW-XRP")


def live_from(upstream: Sandbox, codes: tuple[str, ...] = CODES) -> LiveFeed:
    return LiveFeed(
        datetime.now(UTC), codes, upstream.rest_url, upstream.ws_url, pace_seconds=0, first_pause_seconds=0.05
    )


async def until(condition: Callable[[], bool], what: str) -> None:
    """Wait for the loopback traffic to arrive."""
    for _ in range(500):
        if condition():
            return
        await asyncio.sleep(0.01)
    pytest.fail(f"did not happen: {what}")


async def test_a_sandbox_follows_a_sandbox(make_sandbox: Callable[..., Any]) -> None:
    """Trades, books, candles and day sums of both are the same."""
    upstream = await make_sandbox()
    follower = await make_sandbox(feed=live_from(upstream))
    assert set(follower.data.infos) == set(CODES)
    upstream.data.set_price("KRW-XRP", Decimal(4000))
    await until(lambda: follower.data.last_price("KRW-XRP") >= 3990, "the jump arrives")
    await until(
        lambda: follower.data.state("KRW-XRP").last == upstream.data.state("KRW-XRP").last, "the last trades agree"
    )
    for unit, count in (("1m", 200), ("1d", 200), ("60m", 5)):
        theirs = upstream.data.state("KRW-XRP").bars.recent(unit, count)
        ours = follower.data.state("KRW-XRP").bars.recent(unit, count)
        assert [(b.opened_at, b.open, b.high, b.low, b.close, b.volume) for b in ours] == [
            (b.opened_at, b.open, b.high, b.low, b.close, b.volume) for b in theirs
        ]
    await until(lambda: follower.data.book("KRW-XRP").asks == upstream.data.book("KRW-XRP").asks, "the books agree")


async def test_it_comes_back_after_a_break_with_what_it_missed(make_sandbox: Callable[..., Any]) -> None:
    upstream = await make_sandbox()
    feed = live_from(upstream)
    follower = await make_sandbox(feed=feed)
    await asyncio.wait_for(feed.connected.wait(), 5)
    await upstream._streams.disconnect_all()
    upstream.data.set_price("KRW-XRP", Decimal(5000))
    await until(lambda: not feed.connected.is_set(), "the break is noticed")
    missed = upstream.data.state("KRW-XRP").trades
    await until(
        lambda: (
            {t.sequence for t in missed} & {t.sequence for t in follower.data.state("KRW-XRP").trades}
            and follower.data.last_price("KRW-XRP") >= 4950
        ),
        "the missed jump arrives",
    )
    await asyncio.wait_for(feed.connected.wait(), 5)
    sequences = [tick.sequence for tick in follower.data.state("KRW-XRP").trades]
    assert len(sequences) == len(set(sequences)), "no trade counts twice"


async def test_without_codes_it_takes_the_busiest_markets(make_sandbox: Callable[..., Any]) -> None:
    upstream = await make_sandbox()
    feed = live_from(upstream, ())
    try:
        await feed.open()
        codes = [info.code for info in feed.markets]
    finally:
        await feed.close()
    assert codes[:3] == ["KRW-BTC", "KRW-ETH", "KRW-XRP"]
    assert len(codes) == 10
    assert "KRW-WAXP" not in codes


async def test_addresses_come_from_the_environment(
    make_sandbox: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    upstream = await make_sandbox()
    monkeypatch.setenv(REST_VARIABLE, upstream.rest_url)
    monkeypatch.setenv(WS_VARIABLE, upstream.ws_url)
    feed = make_feed("live:krw-btc", 7, datetime.now(UTC))
    try:
        await feed.open()
        assert [info.code for info in feed.markets] == ["KRW-BTC"]
        assert abs(feed.start - datetime.now(UTC)) < timedelta(seconds=5)
    finally:
        await feed.close()


async def test_an_unknown_market_is_named(make_sandbox: Callable[..., Any]) -> None:
    feed = live_from(await make_sandbox(), ("KRW-BTC", "KRW-NOPE"))
    with pytest.raises(ValueError, match="KRW-NOPE"):
        await feed.open()


async def test_no_network_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sandbox.feeds.live_source.RETRY_SECONDS", 0.0)
    feed = LiveFeed(datetime.now(UTC), ("KRW-BTC",), "http://127.0.0.1:1", "ws://127.0.0.1:1", pace_seconds=0)
    with pytest.raises(ConnectionError, match="--feed synthetic"):
        await feed.open()


def test_live_prices_cannot_be_set() -> None:
    with pytest.raises(ValueError, match="synthetic"):
        LiveFeed(datetime.now(UTC)).set_price("KRW-BTC", Decimal(1))


def test_stamps_ahead_of_the_local_clock_count_as_now() -> None:
    now = datetime(2026, 11, 20, 10, tzinfo=UTC)
    feed = LiveFeed(now, ("KRW-BTC",))
    feed._arrived.append(Tick("KRW-BTC", now + timedelta(seconds=3), Decimal(1), Decimal(1), "BID", 1))
    assert [tick.at for tick in feed.advance(now)] == [now]


def test_frames_are_read_exactly() -> None:
    trade = (
        b'{"type":"trade","code":"KRW-BTC","trade_timestamp":1795168801000,"trade_price":160000000.0,'
        b'"trade_volume":6.314e-05,"ask_bid":"ASK","sequential_id":17951688010000001}'
    )
    book = (
        '{"type":"orderbook","code":"KRW-BTC","timestamp":1795168801000,"orderbook_units":'
        '[{"ask_price":101.0,"bid_price":100.0,"ask_size":0.5,"bid_size":0.0}]}'
    )
    tick, levels = read_frame(trade), read_frame(book)
    assert isinstance(tick, Tick)
    assert (tick.price, tick.volume, tick.taker) == (Decimal(160000000), Decimal("0.00006314"), "ASK")
    assert isinstance(levels, Book)
    assert (len(levels.asks), len(levels.bids)) == (1, 0)
    assert read_frame(b'{"status":"UP"}') is None
    assert str(exact(Decimal("160000000.0"))) == "160000000"
