"""Candles on disk are closed, complete and the venue's own (P1)."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from paper_exchange import BTC, ETH, PaperExchange

from storage.memory import MemoryStorage
from trader.clock import ManualClock
from trader.errors import NotFound, VenueUnreachable
from trader.market.collector import PAGE, CollectFailed, Collector, NoCandles
from trader.model.market import Candle, Market, Timeframe

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
M1, M15 = Timeframe.M1, Timeframe.M15


class Bench:
    """A venue whose BTC trades once a minute (price 1,000 + minute of the day) and a collector with an empty memory."""

    def __init__(self, now: datetime = NOON, history_minutes: int = 400, market: Market = BTC) -> None:
        self.clock = ManualClock(now)
        self.venue = PaperExchange(self.clock)
        self.storage = MemoryStorage(self.clock)
        self.collector = Collector(self.venue, self.storage, self.clock)
        for n in range(-history_minutes, 2000):
            self.venue.trade(market, now + timedelta(minutes=n, seconds=30), 1000 + n)

    def at(self, minutes: float, seconds: float = 1) -> None:
        self.clock.advance((NOON + timedelta(minutes=minutes, seconds=seconds) - self.clock.now()).total_seconds())

    def restart(self) -> None:
        """A new process: nothing but the stored rows is left."""
        self.collector = Collector(self.venue, self.storage, self.clock)

    def asked(self) -> list[tuple[Market, Timeframe, int, datetime | None]]:
        requests, self.venue.requests = self.venue.requests, []
        return requests

    async def stored(self, market: Market = BTC, timeframe: Timeframe = M1) -> list[Candle]:
        return await self.storage.read(lambda r: r.candles.latest(market, timeframe, 10_000))


def openings(candles: Sequence[Candle]) -> list[float]:
    """Minutes from noon."""
    return [(c.opened_at - NOON) / timedelta(minutes=1) for c in candles]


async def test_each_minute_adds_the_one_that_closed_and_never_the_open_one() -> None:
    bench = Bench()
    bench.at(0)
    report = await bench.collector.collect([BTC], [])
    assert report.new == {BTC: 200}, "the first reading is one page"
    assert openings(await bench.stored())[-1] == -1, "12:00 is still forming"

    bench.at(1)
    assert (await bench.collector.collect([BTC], [])).new == {BTC: 1}
    last = (await bench.stored())[-1]
    assert (last.opened_at, last.close) == (NOON, 1000)


async def test_the_same_minute_asked_twice_costs_nothing_once_it_is_confirmed() -> None:
    bench = Bench()
    bench.at(0)
    await bench.collector.collect([BTC], [M15])
    bench.at(1)
    await bench.collector.collect([BTC], [M15])
    bench.asked()
    bench.at(1, seconds=20)
    report = await bench.collector.collect([BTC], [M15])
    assert report.new == {}
    assert bench.asked() == []


async def test_a_strategy_candle_is_read_at_its_close_and_confirmed_a_minute_later_then_left_alone() -> None:
    bench = Bench()
    asked = []
    for minute in range(16):
        bench.at(minute)
        await bench.collector.collect([BTC], [M15])
        asked += [minute for _, timeframe, _, _ in bench.asked() if timeframe is M15]
    assert asked == [0, 1, 15]
    assert openings(await bench.stored(timeframe=M15))[-1] == 0
    fifteen = (await bench.stored(timeframe=M15))[-1]
    assert (fifteen.open, fifteen.high, fifteen.low, fifteen.close) == (1000, 1014, 1000, 1014), "as the venue made it"


async def test_a_late_correction_replaces_the_candle() -> None:
    bench = Bench()
    bench.at(1)
    await bench.collector.collect([BTC], [])
    assert (await bench.stored())[-1].close == 1000
    bench.venue.trade(BTC, NOON + timedelta(seconds=59, milliseconds=990), 1007)  # written down by the venue too late
    bench.at(2)
    report = await bench.collector.collect([BTC], [])
    assert report.new == {BTC: 2}, "one new, one corrected"
    assert [c.close for c in (await bench.stored())[-2:]] == [1007, 1001]


async def test_a_candle_that_closes_while_the_venue_answers_waits_for_the_next_call() -> None:
    bench = Bench()
    bench.at(0, seconds=59)
    bench.venue.while_answering = lambda: bench.clock.advance(2)
    await bench.collector.collect([BTC], [])
    assert bench.clock.now() == NOON + timedelta(seconds=61)
    assert openings(await bench.stored())[-1] == -1
    await bench.collector.collect([BTC], [])
    assert openings(await bench.stored())[-1] == 0


async def test_after_an_outage_the_newest_page_comes_first_and_the_gap_is_filled_in_the_same_call() -> None:
    bench = Bench()
    bench.at(0)
    await bench.collector.collect([BTC], [])
    bench.restart()
    bench.at(450)
    bench.asked()
    report = await bench.collector.collect([BTC], [])
    until = [(moment - NOON) / timedelta(minutes=1) for _, _, _, moment in bench.asked() if moment]
    assert until == [450, 250, 50], "newest page first, then backwards into what is missing"
    assert report.new == {BTC: 200}
    assert report.filled == {BTC: 250}, "450 − 200 minutes"
    assert openings(await bench.stored()) == list(range(-200, 450))


async def test_a_very_long_outage_is_worked_off_over_several_calls() -> None:
    bench = Bench(history_minutes=10)
    bench.at(0)
    await bench.collector.collect([BTC], [])
    for n in range(2000, 3010):
        bench.venue.trade(BTC, NOON + timedelta(minutes=n, seconds=30), 1000 + n)
    bench.at(3000)
    assert (await bench.collector.collect([BTC], [])).filled == {BTC: 2000}, "ten pages of 200"
    assert len(await bench.collector.candles(BTC, M1, 5000)) == 2200, "what was read without a break"
    bench.at(3001)
    assert (await bench.collector.collect([BTC], [])).filled == {BTC: 800}
    assert openings(await bench.stored()) == list(range(-10, 3001))
    bench.asked()
    bench.at(3002)
    await bench.collector.collect([BTC], [])
    assert len(bench.asked()) == 1, "nothing is left to fill"


async def test_long_gaps_go_to_the_bulk_download_where_there_is_one() -> None:
    bench = Bench(history_minutes=10)
    bench.at(0)
    await bench.collector.collect([BTC], [])
    for n in range(2000, 3010):
        bench.venue.trade(BTC, NOON + timedelta(minutes=n, seconds=30), 1000 + n)
    downloads = []

    async def history(market: Market, timeframe: Timeframe, start: datetime, end: datetime) -> Sequence[Candle]:
        downloads.append((market, timeframe, start, end))
        return [c for c in bench.venue.all_candles(market, timeframe) if start <= c.opened_at < end]

    bench.collector = Collector(bench.venue, bench.storage, bench.clock, history=history)
    bench.at(3000)
    assert (await bench.collector.fill_gaps([BTC], [])).filled == {BTC: 2800}
    # 11:59 was read one second after its close: not yet confirmed, so the gap begins there.
    assert downloads == [(BTC, M1, NOON - timedelta(minutes=1), NOON + timedelta(minutes=2800))]
    assert openings(await bench.stored()) == list(range(-10, 3000))
    assert len(bench.asked()) == 2, "the first start, and the newest page"


async def test_minutes_without_a_trade_are_not_asked_for_again_also_after_a_restart() -> None:
    bench = Bench()
    traded = bench.venue.trades[BTC]
    bench.venue.trades[BTC] = [t for t in traded if not NOON <= t[0] < NOON + timedelta(minutes=30)]  # maintenance
    bench.at(0)
    await bench.collector.collect([BTC], [])
    for minute in range(31, 34):
        bench.restart()
        bench.at(minute)
        bench.asked()
        await bench.collector.collect([BTC], [])
        assert len(bench.asked()) == 1, f"minute {minute}: the newest page and no search for the hole"
    assert openings(await bench.stored())[-4:] == [-1, 30, 31, 32], "nothing was invented on disk"

    rows = await bench.collector.candles(BTC, M1, 35)
    assert openings(rows) == list(range(-2, 33))
    assert [r.filled for r in rows] == [False] * 2 + [True] * 30 + [False] * 3
    assert {r.close for r in rows if r.filled} == {Decimal(999)}, "the close of 11:59"
    arrays = await bench.collector.load(BTC, M1, 35)
    assert arrays.volume.tolist() == [1.0] * 2 + [0.0] * 30 + [1.0] * 3


async def test_a_market_where_nobody_trades_still_has_a_row_for_every_interval() -> None:
    bench = Bench()
    bench.venue.trades[BTC] = [t for t in bench.venue.trades[BTC] if t[0] < NOON]
    bench.at(5)
    await bench.collector.collect([BTC], [])
    bench.at(300)
    await bench.collector.collect([BTC], [])
    arrays = await bench.collector.load(BTC, M1, 100)
    assert len(arrays) == 100
    assert set(arrays.close.tolist()) == {999.0}
    assert datetime.fromtimestamp(int(arrays.opened_at[-1]), UTC) == NOON + timedelta(minutes=299)


async def test_an_outage_that_is_not_filled_yet_is_left_out_not_invented() -> None:
    bench = Bench()
    bench.at(0)
    await bench.collector.collect([BTC], [])
    bench.venue.down.add(BTC)
    bench.at(300)
    with pytest.raises(CollectFailed):
        await bench.collector.collect([BTC], [])
    rows = await bench.collector.candles(BTC, M1, 10)
    assert openings(rows) == list(range(-10, 0)), "the last that is known, not five hours of a flat line"


async def test_one_market_that_fails_stops_no_other_and_is_told_once_at_the_end() -> None:
    bench = Bench()
    for n in range(-20, 20):
        bench.venue.trade(ETH, NOON + timedelta(minutes=n, seconds=5), 50)
    bench.venue.down.add(BTC)
    bench.at(0)
    with pytest.raises(CollectFailed, match="KRW-BTC does not answer") as failure:
        await bench.collector.collect([BTC, ETH], [M15])
    assert failure.value.report.new == {ETH: 20 + 2}
    assert set(failure.value.report.failed) == {BTC}
    assert {series: type(cause) for series, cause in failure.value.causes.items()} == {
        (BTC, M1): VenueUnreachable,
        (BTC, M15): VenueUnreachable,
    }
    assert openings(await bench.stored(ETH)) == list(range(-20, 0))


async def test_an_empty_answer_proves_no_hole_where_candles_are_known() -> None:
    """During trouble the venue may answer with nothing; that must not be remembered as "nobody traded"."""
    bench = Bench()
    bench.at(0)
    await bench.collector.collect([BTC], [])
    bench.venue.silent.add(BTC)
    bench.at(10)
    with pytest.raises(CollectFailed, match="though there are earlier ones"):
        await bench.collector.collect([BTC], [])
    bench.venue.silent.clear()
    bench.at(11)
    assert (await bench.collector.collect([BTC], [])).new == {BTC: 11}


async def test_a_market_that_is_not_listed_says_so() -> None:
    bench = Bench()
    bench.at(0)
    with pytest.raises(CollectFailed) as failure:
        await bench.collector.collect([Market("KRW", "NONE")], [])
    assert isinstance(failure.value.__cause__, NotFound)
    with pytest.raises(NoCandles, match="KRW-NONE"):
        await bench.collector.load(Market("KRW", "NONE"), M1, 10)


async def test_warm_up_reads_as_many_rows_as_asked_in_pages() -> None:
    bench = Bench(history_minutes=900)
    bench.at(0)
    assert (await bench.collector.warm_up([BTC], M1, 400)).new == {BTC: 400}
    assert [count for _, _, count, _ in bench.asked()] == [200, 200]
    arrays = await bench.collector.load(BTC, M1, 400)
    assert len(arrays) == 400
    assert arrays.close.tolist() == [1000.0 + n for n in range(-400, 0)]


async def test_warm_up_after_a_restart_asks_only_for_the_news() -> None:
    bench = Bench(history_minutes=900)
    bench.at(0)
    await bench.collector.warm_up([BTC], M1, 400)
    bench.restart()
    bench.at(3)
    bench.asked()
    assert (await bench.collector.warm_up([BTC], M1, 400)).new == {BTC: 3}
    assert [count for _, _, count, _ in bench.asked()] == [7], "4 since the last confirmed one, and 3 again"


async def test_a_young_market_has_fewer_rows_and_is_not_asked_for_more() -> None:
    bench = Bench(history_minutes=30)
    bench.at(0)
    await bench.collector.warm_up([BTC], M1, 400)
    assert len(await bench.collector.candles(BTC, M1, 400)) == 30


async def test_a_thin_market_gets_its_rows_too() -> None:
    """One trade in 7 minutes: 200 rows reach back 1,400 minutes."""
    bench = Bench(history_minutes=1)
    bench.venue.trades[BTC] = []
    for n in range(-1401, 0, 7):
        bench.venue.trade(BTC, NOON + timedelta(minutes=n), 2000 + n)
    bench.at(0)
    await bench.collector.warm_up([BTC], M1, 400)
    rows = await bench.collector.candles(BTC, M1, 400)
    assert openings(rows) == list(range(-400, 0))
    assert sum(not r.filled for r in rows) == 58, "every seventh minute: −400, −393 … −1"


async def test_a_page_is_never_larger_than_the_venue_gives() -> None:
    bench = Bench(history_minutes=900)
    bench.at(0)
    await bench.collector.warm_up([BTC], M1, 700)
    assert max(count for _, _, count, _ in bench.asked()) == PAGE


async def test_the_latest_candles_of_any_length_with_or_without_the_venue() -> None:
    """Read when they are asked for; while the venue is away, what is stored; nothing at all is an error."""
    bench = Bench(history_minutes=400)
    bench.at(0)
    assert len(await bench.collector.latest(BTC, M15, 20)) == 20
    bench.at(15)
    rows = await bench.collector.latest(BTC, M15, 20)
    assert datetime.fromtimestamp(int(rows.opened_at[-1]), UTC) == NOON
    bench.venue.down.add(BTC)
    bench.at(30)
    stored = await bench.collector.latest(BTC, M15, 20)
    assert list(stored.opened_at) == list(rows.opened_at)
    with pytest.raises(NoCandles):
        await bench.collector.latest(ETH, M15, 20)
