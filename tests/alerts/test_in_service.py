"""Alerts inside the running trader: markets nobody trades are watched for them, the guard comes first (C2)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from tests.examples import BTC, ETH, NOON, D
from tests.trader_core.test_service import House
from tests.trading_floor import until
from trader.model.alert import AlertKind, Comparison, Condition
from trader.model.events import EventKind
from trader.ports import StreamDown, StreamUp, TradeTick

ABOVE = Condition(AlertKind.PRICE, Comparison.ABOVE, D(5_500))


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    made = House(tmp_path)
    yield made
    await made.stop()


async def test_a_market_that_is_not_traded_is_watched_for_an_alert_and_told_by_the_stream(house: House) -> None:
    """Trades BTC alone. ETH stands at 5,000; the alert's row and its message come in one transaction."""
    trader = await house.start()
    assert house.streams.watched[-1] == (BTC,)
    await trader.desk.add_alert("telegram:1", "telegram:1", ETH, ABOVE)
    await until(lambda: house.streams.watched[-1] == (BTC, ETH))
    house.streams.say(StreamUp("public", True), TradeTick(ETH, D(5_501), NOON + timedelta(seconds=1)))
    await until(lambda: house.told(EventKind.ALERT))
    rows = await house.memory.read(lambda records: records.outbox.pending("telegram", 100))
    assert [event.data["value"] for _, event in rows if event.kind is EventKind.ALERT] == ["5501"]
    (alert,) = await trader.desk.alerts("telegram:1")
    await trader.desk.delete_alerts("telegram:1", "")
    assert alert.fired_at == NOON


async def test_after_a_restart_the_stream_brings_the_alerts_markets_from_the_start(house: House) -> None:
    trader = await house.start()
    await trader.desk.add_alert("telegram:1", "", ETH, ABOVE)
    await house.stop()
    trader = await house.start()
    assert house.streams.watched[-1] == (BTC, ETH)
    trader.feed.take(TradeTick(ETH, D(5_600), NOON + timedelta(seconds=1)))
    await until(lambda: house.told(EventKind.ALERT))


async def test_while_the_stream_is_away_prices_are_asked_for(house: House) -> None:
    trader = await house.start()
    await trader.desk.add_alert("telegram:1", "", ETH, ABOVE)
    trader.feed.take(StreamDown("public", "lost"))
    await until(lambda: trader.feed.health["public"].up is False)
    house.venue.price(ETH, "5600")
    house.clock.advance(6)
    await trader.rounds.tend_alerts()
    await until(lambda: house.told(EventKind.ALERT))


async def test_a_market_no_longer_listed_does_not_spoil_the_stream(house: House) -> None:
    trader = await house.start()
    await trader.desk.add_alert("telegram:1", "", ETH, ABOVE)
    await house.stop()
    del house.venue.prices[ETH]
    trader = await house.start()
    assert house.streams.watched[-1] == (BTC,)
    assert len(await trader.desk.alerts("telegram:1")) == 1
