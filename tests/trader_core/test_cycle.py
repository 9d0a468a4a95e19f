"""One pass: candles → signal → risk → approval → order, and a row that says where it stopped (promise 5)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from decimal import Decimal

import pytest

from tests.examples import BTC, ETH, NOON, D
from tests.trading_floor import Floor, settings
from trader.cycle import Cycle, CycleFailed
from trader.errors import VenueUnreachable
from trader.market.collector import Collector
from trader.model.events import SettingRow
from trader.model.limits import ApprovalPolicy
from trader.model.market import Candle, Market, Timeframe
from trader.model.order import OrderState, Side
from trader.tuning import Tuning

M15 = Timeframe.M15
CROSS = {"param.sma_cross.fast": "2", "param.sma_cross.slow": "5"}


def history(market: Market, closes: list[str], before: int = 300) -> list[Candle]:
    """15-minute candles up to noon: `before` at the first close, then the closes given."""
    values = [D(closes[0])] * before + [D(close) for close in closes]
    first = NOON - len(values) * M15.span
    return [
        Candle(market, M15, first + n * M15.span, close, close, close, close, D(1), close)
        for n, close in enumerate(values)
    ]


class Desk:
    """A cycle on the floor: sma_cross of 2 and 5 candles on BTC."""

    def __init__(self, floor: Floor, **changes: object) -> None:
        base = settings(strategy="sma_cross", timeframe=M15, markets=("KRW-BTC",), sizing="fixed", **changes)
        rows = {key: SettingRow(key, value, "console", NOON) for key, value in CROSS.items()}
        self.floor, self.tuning = floor, Tuning(base, rows)
        floor.settings = self.tuning.current
        self.collector = Collector(floor.venue, floor.storage, floor.clock)
        self.left: tuple[Decimal, str] = (D(1), "")
        self.cycle = Cycle(
            floor.venue, floor.chronicle, floor.clock, self.tuning, self.collector, floor.quotes, floor.flow, self._left
        )

    async def _left(self, market: Market) -> tuple[Decimal, str]:
        return self.left

    async def run(self, **closes: list[str]) -> list[tuple[str, str, str]]:
        """(market, stage, code) of every row."""
        for base, values in closes.items():
            market = Market("KRW", base)
            self.floor.venue.history[market] = history(market, values)
            await self.collector.warm_up([market], M15, 300)
        await self.floor.quotes.refresh(self.floor.venue, [BTC, ETH])
        return [(e.market, e.stage, e.code) for e in await self.cycle.run()]


@pytest.fixture
async def floor() -> AsyncIterator[Floor]:
    made = Floor()
    yield made
    await made.close()


UP, DOWN, FLAT = ["100000", "102000"], ["100000", "98000"], ["100000"]


async def test_an_entry_is_sized_cleared_and_sent(floor: Floor) -> None:
    """10 % of 10,000,000 at most; stop and take from the owner's rule, at the ask of 100,100: 98,098 and 103,103, each
    up to the next tick."""
    desk = Desk(floor, order_fraction=Decimal("0.05"), take_fraction=Decimal("0.03"), stop_fraction=Decimal("0.02"))
    assert await desk.run(BTC=UP) == [("KRW-BTC", "done", "accepted")]
    (request,) = floor.venue.requests
    assert (request.side, request.notional) == (Side.BUY, D(500_000))
    (order,) = await floor.read(lambda records: records.orders.recent(5))
    assert (order.owner, order.exits.stop, order.exits.take) == ("sma_cross", D(98_100), D(103_200))


async def test_nothing_to_do_is_said_too(floor: Floor) -> None:
    assert await Desk(floor).run(BTC=FLAT) == [("KRW-BTC", "signal", "stay_out")]
    (entry,) = await floor.read(lambda records: records.journal.latest(5))
    assert entry.details["close"] == "100000"


async def test_an_exit_sells_what_this_strategy_bought(floor: Floor) -> None:
    await floor.bought()
    desk = Desk(floor)
    assert await desk.run(BTC=DOWN) == [("KRW-BTC", "done", "accepted")]
    assert [r.quantity for r in floor.venue.requests if r.side is Side.SELL] == [D(1)]


async def test_a_persons_position_is_not_the_strategys_to_sell(floor: Floor) -> None:
    from tests.trading_floor import wish
    from trader.model.order import Origin

    order = await floor.done(await floor.send(wish(origin=Origin.PERSON, owner="telegram:1")))
    assert order.state is OrderState.DONE
    assert await Desk(floor).run(BTC=DOWN) == [("KRW-BTC", "signal", "holding")]


async def test_denied_with_all_its_reasons_and_figures(floor: Floor) -> None:
    desk = Desk(floor, max_entries_per_day=0)
    assert await desk.run(BTC=UP) == [("KRW-BTC", "risk", "max_entries_per_day")]
    (entry,) = await floor.read(lambda records: records.journal.latest(5))
    assert entry.details["max_entries_per_day.limit"] == "0"
    assert floor.venue.requests == []


async def test_asked_says_which_ticket(floor: Floor) -> None:
    desk = Desk(floor, approval=ApprovalPolicy.ASK_ALL)
    assert await desk.run(BTC=UP) == [("KRW-BTC", "approval", "asked")]
    (entry,) = await floor.read(lambda records: records.journal.latest(5))
    (ticket,) = await floor.read(lambda records: records.tickets.pending())
    assert entry.details["ticket_id"] == ticket.ticket_id


async def test_too_few_old_or_no_candles(floor: Floor) -> None:
    desk = Desk(floor)
    assert await desk.run() == [("KRW-BTC", "market", "no_candles")]
    floor.venue.history[BTC] = history(BTC, UP, before=2)
    await desk.collector.warm_up([BTC], M15, 4)
    assert await desk.run() == [("KRW-BTC", "market", "warming_up")]


async def test_stale_candles_are_not_acted_on(floor: Floor) -> None:
    """The venue is silent for an hour: an old cross is no entry."""
    desk = Desk(floor)
    floor.venue.history[BTC] = history(BTC, UP)
    await desk.collector.warm_up([BTC], M15, 300)
    floor.clock.advance(3600)
    assert await desk.run() == [("KRW-BTC", "market", "stale_candles")]


async def test_one_market_failing_stops_no_other(floor: Floor) -> None:
    """Whatever it raises: its row says so, the others are decided, and the job fails in the end."""
    desk = Desk(floor)
    desk.tuning.apply(SettingRow("markets", "KRW-BTC KRW-ETH", "console", NOON))
    for fault in (VenueUnreachable("away"), ZeroDivisionError("a bug")):
        floor.venue.fail("balances", fault)
        with pytest.raises(CycleFailed, match="KRW-BTC"):
            await desk.run(BTC=UP, ETH=["5000"])
        rows = await floor.read(lambda records: records.journal.latest(2))
        assert {(r.market, r.stage, r.code) for r in rows} == {
            ("KRW-BTC", "market", "error"),
            ("KRW-ETH", "signal", "stay_out"),
        }
        assert len({r.cycle_id for r in rows}) == 1


async def test_a_market_taken_off_the_list_is_still_left(floor: Floor) -> None:
    await floor.bought()
    desk = Desk(floor)
    desk.tuning.apply(SettingRow("markets", "KRW-ETH", "console", NOON))
    rows = await desk.run(BTC=DOWN, ETH=["5000"])
    assert ("KRW-BTC", "done", "accepted") in rows
