"""Stream events reach whoever needs them, in order, and nothing waits (E7)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from tests.examples import BTC, NOON, D, quote
from tests.trader_core.test_service import House, bought, gone
from tests.trading_floor import until
from trader.model.events import EventKind
from trader.model.order import Order, Side
from trader.model.ticket import Ticket
from trader.ports import OwnOrderChanged, StreamDown, StreamUp, TradeTick


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    made = House(tmp_path)
    yield made
    await made.stop()


async def test_quotes_and_trades_go_to_the_board(house: House) -> None:
    trader = await house.start()
    trader.feed.take(quote("100200", "100300", at=NOON + timedelta(seconds=1)))
    trader.feed.take(TradeTick(BTC, D(100_250), NOON + timedelta(seconds=2)))
    known = trader.quotes.quote(BTC)
    assert known is not None
    assert (known.bid, known.ask, known.last) == (D(100_200), D(100_300), D(100_250))


async def test_a_trade_reaches_the_guard_with_its_own_time(house: House) -> None:
    """One from before the position sets nothing off, one from after it does."""
    trader = await house.start()
    trader.feed.take(StreamUp("public", True))
    await bought(trader)
    trader.feed.take(TradeTick(BTC, D(97_000), NOON - timedelta(seconds=1)))
    assert trader.executor.working() == []
    assert BTC in trader.guard.markets
    trader.feed.take(TradeTick(BTC, D(97_000), NOON + timedelta(seconds=1)))
    await gone(trader)


async def test_an_own_order_is_looked_at_when_the_stream_says_so(house: House) -> None:
    """After half a second of quiet looks come seldom; the stream's word, by the venue's id alone, makes one now."""
    trader = await house.start()
    house.venue.fill_at_once = False
    ticket = await trader.desk.propose(Side.BUY, BTC, "console", notional=D(90_000), price=D(90_000))
    assert isinstance(ticket, Ticket)
    order = await trader.desk.answer(ticket.ticket_id, True, "console")
    assert isinstance(order, Order)
    await until(lambda: house.venue.asked.get("find", 0) >= 5)
    house.venue.fill(order.client_order_id, str(order.quantity), "90000")
    trader.feed.take(OwnOrderChanged("v1", None, BTC, "done"))
    done = await trader.executor.wait(order.client_order_id, 0.3)
    assert done is not None
    assert done.executed_quantity == order.quantity


async def test_down_is_told_once_and_up_with_how_long_it_was_away(house: House) -> None:
    trader = await house.start()
    trader.feed.take(StreamUp("private", True))
    await until(lambda: trader.feed.health["private"].up)
    for _ in range(3):
        trader.feed.take(StreamDown("private", "lost"))
    await until(lambda: trader.feed.health["private"].up is False)
    house.clock.advance(5)
    trader.feed.take(StreamUp("private", False))
    await until(lambda: house.told(EventKind.STREAM_BACK))
    assert house.told(EventKind.STREAM_BACK)[0].data == {"stream": "private", "seconds": "5"}
    assert len(house.told(EventKind.STREAM_LOST)) == 1
    assert trader.feed.health["private"].losses == 1
