"""The synthetic feed: deterministic, lively, consistent with its history, on ticks."""

from __future__ import annotations

import statistics
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest

from sandbox.feeds import make_feed
from sandbox.feeds.synthetic import SyntheticFeed
from sandbox.market.bars import BarStore
from sandbox.rules import on_tick
from sandbox.values import Bar, Tick
from sandbox.wire import to_ms

NOW = datetime(2026, 11, 20, 14, 23, 7, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture(scope="module")
def history() -> list[Bar]:
    return list(SyntheticFeed(7, NOW).history())


@pytest.fixture(scope="module")
def hour() -> list[Tick]:
    return list(SyntheticFeed(7, NOW).advance(NOW + HOUR))


def test_slicing_does_not_matter(hour: list[Tick]) -> None:
    sliced = SyntheticFeed(7, NOW)
    ticks: list[Tick] = []
    at = NOW
    step = 0
    while at < NOW + HOUR:
        step += 1
        at = min(at + timedelta(milliseconds=731 * step), NOW + HOUR)
        ticks.extend(sliced.advance(at))
    assert ticks == hour


def test_other_seed_other_market(hour: list[Tick]) -> None:
    assert list(SyntheticFeed(8, NOW).advance(NOW + HOUR))[:50] != hour[:50]


def test_ticks_are_in_order_valid_and_unique(hour: list[Tick]) -> None:
    assert [tick.at for tick in hour] == sorted(tick.at for tick in hour)
    assert all(tick.at <= NOW + HOUR for tick in hour)
    assert all(on_tick(tick.market, tick.price) for tick in hour)
    assert all(tick.volume > 0 and tick.volume == round(tick.volume, 8) for tick in hour)
    assert len({tick.sequence for tick in hour}) == len(hour)


def test_listing() -> None:
    markets = {info.code: info for info in SyntheticFeed(7, NOW).markets}
    assert {"KRW-BTC", "KRW-ETH", "KRW-XRP", "KRW-SOL", "KRW-DOGE", "KRW-USDT", "KRW-ADA"} <= markets.keys()
    assert any(info.warning for info in markets.values())
    assert any(info.caution for info in markets.values())


def test_history_has_a_year_and_two_days_and_agrees(history: list[Bar], hour: list[Tick]) -> None:
    """Days equal the sum of their minutes; each series goes on where the last one ended."""
    midnight = NOW.replace(hour=0, minute=0, second=0)
    for market in ("KRW-BTC", "KRW-DOGE", "KRW-WAXP"):
        days = [bar for bar in history if bar.market == market and bar.unit == "1d"]
        minutes = [bar for bar in history if bar.market == market and bar.unit == "1m"]
        assert len(days) >= 365
        assert minutes[0].opened_at <= NOW - timedelta(days=2)
        assert [bar.opened_at for bar in days] == sorted({bar.opened_at for bar in days})
        for day in days[-2:]:
            part = [bar for bar in minutes if day.opened_at <= bar.opened_at < day.opened_at + timedelta(days=1)]
            assert (day.open, day.close) == (part[0].open, part[-1].close)
            assert (day.high, day.low) == (max(bar.high for bar in part), min(bar.low for bar in part))
            assert day.volume == sum(bar.volume for bar in part)
            assert day.value == sum(bar.value for bar in part)
        assert days[-1].opened_at == midnight - timedelta(days=1)
        first = next(tick for tick in hour if tick.market == market)
        assert first.at >= minutes[-1].opened_at + timedelta(minutes=1)
        assert abs(first.price / minutes[-1].close - 1) < Decimal("0.01")
        for bar in (*days, *minutes):
            assert bar.low <= min(bar.open, bar.close) <= max(bar.open, bar.close) <= bar.high
            assert bar.low * bar.volume <= bar.value <= bar.high * bar.volume


def test_an_hour_is_lively_and_believable(history: list[Bar], hour: list[Tick]) -> None:
    """Minute moves of altcoins are of the order of 0.1 to 0.5 %, and prices stay where people know them."""
    for market in ("KRW-ETH", "KRW-XRP", "KRW-SOL", "KRW-ADA"):
        store = BarStore(market)
        store.load(bar for bar in history if bar.market == market)
        for tick in hour:
            if tick.market == market:
                store.add(to_ms(tick.at), tick.price, tick.volume)
        closes = [float(bar.close) for bar in store.recent("1m", 60)[::-1]]
        moves = [after / before - 1 for before, after in pairwise(closes)]
        assert 0.0005 < statistics.pstdev(moves) < 0.005
    bitcoin = [tick.price for tick in hour if tick.market == "KRW-BTC"]
    assert all(Decimal(140_000_000) < price < Decimal(180_000_000) for price in bitcoin)


def test_buyers_push_up_and_sellers_down(hour: list[Tick]) -> None:
    """The taker's side leans with the move."""
    ticks = [tick for tick in hour if tick.market == "KRW-BTC"]
    ups = [t.taker for before, t in pairwise(ticks) if t.price > before.price]
    assert ups.count("BID") / len(ups) > 0.6


def test_alt_coins_follow_bitcoin(hour: list[Tick]) -> None:
    """Over five minutes, Ethereum's moves correlate with Bitcoin's."""

    def moves(market: str) -> list[float]:
        last: dict[int, float] = {}
        for tick in hour:
            if tick.market == market:
                last[to_ms(tick.at) // 300_000] = float(tick.price)
        values = list(last.values())
        return [after / before - 1 for before, after in pairwise(values)]

    assert statistics.correlation(moves("KRW-BTC"), moves("KRW-ETH")) > 0.2


def test_a_thin_market_has_minutes_without_trades(hour: list[Tick]) -> None:
    minutes = {to_ms(tick.at) // 60_000 for tick in hour if tick.market == "KRW-WAXP"}
    assert 20 < len(minutes) < 63


def test_a_jump_moves_what_follows() -> None:
    feed = SyntheticFeed(7, NOW)
    list(feed.advance(NOW))
    feed.set_price("KRW-XRP", Decimal("5003"))
    later = [tick for tick in feed.advance(NOW + timedelta(minutes=5)) if tick.market == "KRW-XRP"]
    assert later[0].price == 5000
    assert all(4800 < tick.price < 5200 and on_tick("KRW-XRP", tick.price) for tick in later)
    with pytest.raises(ValueError, match="above zero"):
        feed.set_price("KRW-XRP", Decimal("-1"))
    with pytest.raises(KeyError):
        feed.set_price("KRW-NOPE", Decimal(1))


def test_fast_time_thins_the_trades() -> None:
    """At most about 400 trades per real second: at speed 120 an hour passes in 30 s."""
    feed = SyntheticFeed(7, NOW)
    feed.set_speed(120)
    count = sum(1 for _ in feed.advance(NOW + HOUR))
    assert 30 * 200 < count < 30 * 700


@pytest.mark.parametrize("spec", ["", "random", "synthetic:9", "replay", "replay:", "replay:/no/such/file.parquet"])
def test_a_wrong_spec_says_what_to_do(spec: str) -> None:
    with pytest.raises(ValueError, match="replay"):
        make_feed(spec, 7, NOW)
