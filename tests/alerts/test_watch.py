"""Alerts held against the market: told once when a condition becomes true, whatever restarts in between (C2)."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.examples import NOON, D, info
from tests.market.paper_exchange import BTC, ETH, PaperExchange
from tests.trading_floor import FailingStorage
from trader.alerts.book import AlertBook
from trader.alerts.watch import AlertWatch
from trader.chronicle import Chronicle, Route
from trader.clock import ManualClock
from trader.errors import StorageFailed, UserInputError, VenueUnreachable
from trader.market.collector import Collector
from trader.market.quotes import QuoteBoard
from trader.model.alert import Alert, AlertKind, AlertState, Comparison, Condition, Reading
from trader.model.events import Event, EventKind
from trader.model.market import Market, Quote, Timeframe

ME = "telegram:1"
ABOVE = Condition(AlertKind.PRICE, Comparison.AT_LEAST, D(105))
BELOW = Condition(AlertKind.PRICE, Comparison.BELOW, D(95))


class Room:
    """Alerts over one memory; `restart` makes new parts over the same rows."""

    def __init__(self) -> None:
        self.clock = ManualClock(NOON)
        self.storage = FailingStorage()
        self.venue = PaperExchange(self.clock)
        self.events: list[Event] = []
        self.price(BTC, "100")
        self.restart()

    def restart(self) -> None:
        chronicle = Chronicle(self.storage, self.clock, (Route("telegram", "1"),))
        chronicle.on_event(self.events.append)
        self.quotes = QuoteBoard(self.clock)
        self.quotes.set_infos([info(BTC), info(ETH)])
        self.watch = AlertWatch(chronicle, self.clock, Collector(self.venue, self.storage, self.clock))
        self.book = AlertBook(self.venue, chronicle, self.clock, self.quotes, self.watch)

    def price(self, market: Market, price: str) -> None:
        """The venue's last price, for who asks."""
        self.venue.book[market] = Quote(market, D(price), D(price), D(price), self.clock.now())

    async def add(self, condition: Condition, market: Market = BTC, **options: Any) -> Alert:
        alert, _ = await self.book.add(ME, "telegram:1", market, condition, **options)
        return alert

    async def trades(self, *prices: str, market: Market = BTC, seconds: float = 1.0) -> None:
        for price in prices:
            self.clock.advance(seconds)
            self.watch.price(market, D(price), self.clock.now())
        await self.watch.close()

    def minutes(self, market: Market, *prices: int, start: datetime = NOON) -> None:
        """A trade in each minute from `start` on."""
        for number, price in enumerate(prices):
            self.venue.trade(market, start + timedelta(minutes=number), price)

    @property
    def told(self) -> list[str]:
        """Outcome and figure of each."""
        return [f"{e.data['outcome']} {e.data['value']}".strip() for e in self.events if e.kind is EventKind.ALERT]

    async def stored(self, alert: Alert) -> Alert:
        found = await self.storage.read(lambda records: records.alerts.get(alert.alert_id))
        assert found is not None
        return found


@pytest.fixture
def room() -> Room:
    return Room()


# ---------------------------------------------------------------- prices


async def test_a_level_is_told_once_when_it_is_crossed(room: Room) -> None:
    alert = await room.add(ABOVE)
    await room.trades("104", "104.9", "105", "106", "100", "107")
    assert room.told == ["fired 105"]
    stored = await room.stored(alert)
    assert (stored.state, stored.fired_at) == (AlertState.FIRED, NOON + timedelta(seconds=3))


async def test_what_is_true_already_is_told_when_it_becomes_true_anew(room: Room) -> None:
    _, reading = await room.book.add(ME, "", BTC, Condition(AlertKind.PRICE, Comparison.ABOVE, D(99)))
    assert reading == Reading(True, D(100))
    await room.trades("101", "102")
    assert room.told == []
    await room.trades("98", "101")
    assert room.told == ["fired 101"]


@pytest.mark.parametrize(
    ("level", "comparison", "on_the_way"), [("110", Comparison.AT_LEAST, "111"), ("90", Comparison.AT_MOST, "89")]
)
async def test_a_price_to_be_reached_is_reached_from_where_the_price_stands(
    room: Room, level: str, comparison: Comparison, on_the_way: str
) -> None:
    alert = await room.add(Condition(AlertKind.PRICE, Comparison.EITHER, D(level)))
    assert alert.condition.comparison is comparison
    await room.trades("100.5", on_the_way)
    assert room.told == [f"fired {on_the_way}"]


async def test_one_that_repeats_is_told_again_but_not_for_every_tremble(room: Room) -> None:
    """Above at 12:00:01, trembles, above again at 12:00:04 (not told) and at 12:06 (told)."""
    await room.add(ABOVE, repeat=True)
    await room.trades("105", "104", "105", "104")
    assert room.told == ["fired 105"]
    room.clock.advance(360)
    await room.trades("106")
    assert room.told == ["fired 105", "fired 106"]


async def test_many_levels_in_one_market_are_each_told_at_their_own_price(room: Room) -> None:
    for level in range(101, 111):
        await room.add(Condition(AlertKind.PRICE, Comparison.AT_LEAST, D(level)))
    await room.trades("102.5", "101.5", "105", "100", "104")
    assert room.told == ["fired 102.5"] * 2 + ["fired 105"] * 3
    assert room.watch.markets == {BTC}


async def test_a_market_without_alerts_is_not_watched(room: Room) -> None:
    heard: list[frozenset[Market]] = []
    room.book.on_change(lambda: heard.append(room.watch.markets))
    room.price(ETH, "10")
    alert = await room.add(Condition(AlertKind.PRICE, Comparison.ABOVE, D(11)), ETH)
    await room.book.delete(ME, alert.alert_id[:6])
    assert heard == [{ETH}, frozenset()]
    await room.trades("12", market=ETH)
    assert room.told == []


# ---------------------------------------------------------------- restarts and failures


async def test_a_restart_neither_repeats_nor_forgets(room: Room) -> None:
    """Fired before: not again. Crossed while nobody was there: told with the first price after."""
    await room.add(ABOVE)
    await room.add(BELOW)
    await room.trades("106")
    room.restart()
    await room.watch.load()
    await room.trades("106", "94")
    assert room.told == ["fired 106", "fired 94"]


async def test_one_that_repeats_and_is_still_true_after_a_restart_is_not_told_again(room: Room) -> None:
    await room.add(ABOVE, repeat=True)
    await room.trades("106")
    room.clock.advance(600)
    room.restart()
    await room.watch.load()
    await room.trades("107")
    assert room.told == ["fired 106"]
    await room.trades("100")
    await room.watch.tend()
    room.restart()
    await room.watch.load()
    await room.trades("105")
    assert room.told == ["fired 106", "fired 105"]


async def test_what_could_not_be_stored_is_told_when_it_can(room: Room) -> None:
    await room.add(ABOVE)
    room.storage.broken = True
    await room.trades("105", "100", "106")
    with pytest.raises(StorageFailed):
        await room.watch.tend()
    assert room.told == []
    room.storage.broken = False
    await room.watch.tend()
    await room.watch.tend()
    assert room.told == ["fired 105"]


async def test_one_deleted_while_it_fires_is_not_told(room: Room) -> None:
    alert = await room.add(ABOVE)
    room.clock.advance(1)
    room.watch.price(BTC, D(105), room.clock.now())
    await room.book.delete(ME, alert.alert_id)
    await asyncio.sleep(0)
    await room.watch.close()
    assert room.told in ([], ["fired 105"])  # whoever wrote first
    assert len(room.told) == ((await room.stored(alert)).state is AlertState.FIRED)


async def test_the_event_says_all_that_is_to_be_told(room: Room) -> None:
    alert = await room.add(ABOVE)
    await room.trades("105.5")
    (event,) = [e for e in room.events if e.kind is EventKind.ALERT]
    assert (event.market, event.push) == ("KRW-BTC", True)
    assert event.data == {
        "alert_id": alert.alert_id,
        "person": ME,
        "to": "telegram:1",
        "outcome": "fired",
        "condition": "price",
        "comparison": ">=",
        "level": "105",
        "span": "",
        "timeframe": "",
        "value": "105.5",
        "repeat": "",
    }


# ---------------------------------------------------------------- silence and the end


async def test_a_muted_one_waits_and_tells_what_is_still_true_when_it_is_over(room: Room) -> None:
    """Crossed at 12:01 and back: nothing. Crossed at 12:30 and still above at 13:00, when the silence ends: told."""
    await room.add(ABOVE)
    await room.book.mute(ME, "", NOON + timedelta(hours=1))
    await room.trades("106", "100", seconds=60)
    await room.trades("107", seconds=1680)
    assert room.told == []
    room.clock.advance(1800)
    await room.watch.tend()
    await room.watch.close()
    assert room.told == ["fired 107"]


async def test_unmuted_it_is_told_again(room: Room) -> None:
    alert = await room.add(ABOVE)
    (muted,) = await room.book.mute(ME, alert.alert_id[:4], None)
    assert muted.muted_until == alert.expires_at
    await room.book.unmute(ME, alert.alert_id[:4])
    await room.trades("105")
    assert room.told == ["fired 105"]


async def test_an_end_is_told_and_it_can_be_set_again(room: Room) -> None:
    alert = await room.add(ABOVE, until=NOON + timedelta(hours=2))
    room.clock.advance(7201)
    await room.trades("106")
    await room.watch.tend()
    assert room.told == ["expired"]
    room.price(BTC, "100")
    again, _ = await room.book.again(ME, "", alert.alert_id[:6])
    assert (again.condition, again.place, again.expires_at - room.clock.now()) == (
        ABOVE,
        "telegram:1",
        timedelta(days=30),
    )
    assert [a.state for a in await room.book.mine(ME)] == [AlertState.ACTIVE, AlertState.EXPIRED]


# ---------------------------------------------------------------- moves


async def test_a_move_is_told_also_when_it_began_before_anybody_asked(room: Room) -> None:
    """100 at 11:10 and 96 from 11:30 on; at 12:00 somebody asks for 5 % within an hour. 100.9 is 5.1 % above 96."""
    room.minutes(BTC, *[100] * 20, *[96] * 30, start=NOON - timedelta(minutes=50))
    room.price(BTC, "96")
    _, reading = await room.book.add(ME, "", BTC, Condition(AlertKind.MOVE, Comparison.EITHER, D("0.05"), 3600))
    assert reading == Reading(False, D("-0.04"))
    await room.trades("97", "100.7", "100.9")
    assert room.told == [f"fired {D('100.9') / 96 - 1}"]


async def test_a_fall_is_told_by_one_that_looks_down(room: Room) -> None:
    room.minutes(BTC, 100, start=NOON - timedelta(minutes=5))
    await room.add(Condition(AlertKind.MOVE, Comparison.BELOW, D("0.03"), 600))
    await room.trades("104", "101", "100.88")
    assert room.told == ["fired -0.03"]


async def test_after_a_restart_the_window_is_read_from_candles(room: Room) -> None:
    room.minutes(BTC, *[100] * 5, *[96] * 5, start=NOON - timedelta(minutes=10))
    room.price(BTC, "96")
    await room.add(Condition(AlertKind.MOVE, Comparison.ABOVE, D("0.05"), 3600))
    room.restart()
    await room.watch.load()
    await room.watch.fill()
    await room.trades("101")
    assert len(room.told) == 1


# ---------------------------------------------------------------- candles


async def test_indicators_are_judged_when_a_candle_closes(room: Room) -> None:
    """Mean of the last three closes: at 11:59 of 10, 10, 10 – the close is not above it; at 12:00 of 10, 10, 13."""
    room.minutes(BTC, 10, 10, 10, 10, 13, 13, start=NOON - timedelta(minutes=4))
    alert, reading = await room.book.add(
        ME, "", BTC, Condition(AlertKind.SMA, Comparison.ABOVE, span=3, timeframe=Timeframe.M1)
    )
    assert reading == Reading(False, D("0.0"))
    assert room.watch.markets == frozenset()
    room.clock.advance(30)
    await room.watch.look()
    assert room.told == []
    room.clock.advance(34)
    await room.watch.look()
    await room.watch.look()
    await room.watch.close()
    assert room.told == ["fired 0.181818"]  # 13 ÷ 11 − 1
    assert (await room.stored(alert)).state is AlertState.FIRED


async def test_between_two_closes_nothing_is_asked_of_the_venue(room: Room) -> None:
    room.minutes(BTC, *[10] * 60, start=NOON - timedelta(minutes=60))
    await room.add(Condition(AlertKind.SMA, Comparison.ABOVE, span=3, timeframe=Timeframe.M15))
    room.clock.advance(30)
    await room.watch.look()
    asked = len(room.venue.requests)
    for _ in range(10):
        room.clock.advance(60)
        await room.watch.look()
    assert len(room.venue.requests) == asked


async def test_a_market_that_cannot_be_read_stops_no_other(room: Room) -> None:
    condition = Condition(AlertKind.SMA, Comparison.ABOVE, span=3, timeframe=Timeframe.M1)
    room.price(ETH, "10")
    for market in (ETH, BTC):
        room.minutes(market, 10, 10, 10, 10, 13, start=NOON - timedelta(minutes=4))
        await room.add(condition, market)
    room.clock.advance(64)
    room.venue.down = {ETH}
    with pytest.raises(VenueUnreachable):
        await room.watch.look()
    await room.watch.close()
    assert room.told == ["fired 0.181818"]


# ---------------------------------------------------------------- what a person may ask


async def test_everybody_has_their_own(room: Room) -> None:
    alert = await room.add(ABOVE)
    assert await room.book.mine("slack:U2") == []
    with pytest.raises(UserInputError, match="alert-unknown"):
        await room.book.delete("slack:U2", alert.alert_id)
    assert await room.book.delete("slack:U2", "") == []
    assert [a.alert_id for a in await room.book.mine(ME)] == [alert.alert_id]


async def test_fifty_and_no_more(room: Room) -> None:
    for _ in range(50):
        await room.add(ABOVE)
    with pytest.raises(UserInputError, match="alert-too-many"):
        await room.add(ABOVE)
    await room.book.delete(ME, "")
    await room.add(ABOVE)


@pytest.mark.parametrize(
    ("condition", "error"),
    [
        (Condition(AlertKind.MOVE, Comparison.EITHER, D("0.05"), 30), "alert-span"),
        (Condition(AlertKind.MOVE, Comparison.EITHER, D("0.05"), 90_000), "alert-span"),
        (Condition(AlertKind.MOVE, Comparison.EITHER, D(2), 600), "alert-value"),
        (Condition(AlertKind.RSI, Comparison.BELOW, D(101), 14, Timeframe.M15), "alert-value"),
        (Condition(AlertKind.RSI, Comparison.BELOW, D(30), 1, Timeframe.M15), "alert-span"),
        (Condition(AlertKind.PRICE, Comparison.ABOVE, D(0)), "alert-value"),
    ],
)
async def test_conditions_that_make_no_sense_are_refused(room: Room, condition: Condition, error: str) -> None:
    with pytest.raises(UserInputError, match=error):
        await room.add(condition)
    assert await room.book.mine(ME) == []
