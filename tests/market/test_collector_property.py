"""Whatever pattern of outages, restarts and minutes without a trade: what is loaded is whole and true (P1)."""

import asyncio
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Literal

from hypothesis import given, settings
from hypothesis import strategies as st
from paper_exchange import BTC, PaperExchange

from storage.memory import MemoryStorage
from trader.clock import ManualClock
from trader.market.collector import CollectFailed, Collector
from trader.model.market import Timeframe

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
M1, M5 = Timeframe.M1, Timeframe.M5
Step = tuple[Literal["collect", "down", "restart", "warm_up"], int]

steps = st.lists(
    st.tuples(st.sampled_from(["collect", "down", "restart", "warm_up"]), st.integers(1, 420)), min_size=1, max_size=8
)
traded_minutes = st.one_of(
    st.sets(st.integers(-300, 3600), min_size=1, max_size=80),
    st.integers(2, 9).map(lambda k: {n for n in range(-300, 3600) if n % k}),
    st.tuples(st.integers(-250, 3000), st.integers(1, 500)).map(
        lambda hole: {n for n in range(-300, 3600) if not hole[0] <= n < hole[0] + hole[1]}
    ),
)


async def _live_through(traded: set[int], life: list[Step]) -> None:
    clock = ManualClock(NOON + timedelta(seconds=1))
    venue, storage = PaperExchange(clock), MemoryStorage(clock)
    venue.trades[BTC] = []
    for n in sorted(traded):
        venue.trade(BTC, NOON + timedelta(minutes=n, seconds=20), 1000 + n % 97)
    collector = Collector(venue, storage, clock)
    for action, minutes in life:
        clock.advance(60 * minutes)
        if action == "restart":
            collector = Collector(venue, storage, clock)
        venue.down = {BTC} if action == "down" else set()
        try:
            if action == "warm_up":
                await collector.warm_up([BTC], M5, 60)
            await collector.collect([BTC], [M5])
        except CollectFailed:
            assert action == "down"
        await _check(collector, venue, M1)
        await _check(collector, venue, M5)
    venue.down = set()
    clock.advance(60)
    await collector.collect([BTC], [M5])
    rows = await collector.candles(BTC, M5, 40)
    if rows:
        assert rows[-1].closed_at == M5.floor(clock.now()), "after a good reading the last row is the one just closed"


async def _check(collector: Collector, venue: PaperExchange, timeframe: Timeframe) -> None:
    rows = await collector.candles(BTC, timeframe, 700)
    assert all(b.opened_at == a.closed_at for a, b in pairwise(rows)), "ascending and gap-free"
    truth = {c.opened_at: c for c in venue.all_candles(BTC, timeframe)}
    for row in rows:
        if row.filled:
            assert row.opened_at not in truth, "a candle the venue has is never made up"
            last = max(opened for opened in truth if opened < row.opened_at)
            assert (row.close, row.volume) == (truth[last].close, 0)
        else:
            assert row == truth[row.opened_at]


@settings(max_examples=40, deadline=None)
@given(traded_minutes, steps)
def test_loaded_candles_are_gap_free_and_the_venues_own(traded: set[int], life: list[Step]) -> None:
    asyncio.run(_live_through(traded, life))
