"""Values as text: every digit, every microsecond, every character a database can hold."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path

import pytest

from storage.encoding import cleared_from_json, cleared_to_json
from storage.grid import gaps, openings
from storage.sql import open_storage
from storage.values import decimal_text, storable_text, utc_text
from trader.model.events import SettingRow
from trader.model.market import Market, Timeframe
from trader.model.order import Breakeven, Cleared, ExitPlan, Intent, OrderType, Origin, Outlook, Side, TimeInForce

D = Decimal
T0 = datetime(2026, 3, 2, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "text"), [("0E-8", "0.00000000"), ("1E+3", "1000"), ("1.50", "1.50"), ("1E-8", "0.00000001")]
)
def test_decimals_are_written_plainly(value: str, text: str) -> None:
    assert decimal_text(D(value)) == text


def test_times_are_written_so_that_text_order_is_time_order() -> None:
    seoul = timezone(timedelta(hours=9))
    assert utc_text(datetime(2026, 1, 1, 8, tzinfo=seoul)) == "2025-12-31T23:00:00.000000Z"
    assert utc_text(datetime(2026, 1, 1, tzinfo=UTC)) == "2026-01-01T00:00:00.000000Z"


def test_what_no_database_takes_is_replaced() -> None:
    """A broken emoji from a model's answer must not cost the transaction that carries a fill."""
    assert storable_text("매수 🚀") == "매수 🚀"
    assert storable_text("a\x00b") == "a�b"
    assert storable_text("\ud83d!") == "�!"


async def test_a_setting_with_a_broken_character_is_stored(tmp_path: Path) -> None:
    storage = await open_storage(f"sqlite:///{tmp_path}/trader.sqlite3")
    await storage.write(lambda r: r.settings.add(SettingRow("note", "x\ud83dy\x00", "owner", T0)))
    (row,) = await storage.read(lambda r: r.settings.history(1))
    assert row.value == "x�y�"
    await storage.close()


CLEARED = Cleared(
    Intent(
        intent_id="i-1",
        market=Market("KRW", "BTC"),
        side=Side.SELL,
        origin=Origin.GUARD,
        owner="guard",
        reason="손절",
        created_at=datetime(2026, 3, 2, 9, 0, 0, 5, tzinfo=UTC),
        price=D("98765000.0"),
        notional=None,
        quantity=D("0.00000001"),
        order_type=OrderType.BEST,
        time_in_force=TimeInForce.IOC,
        exits=ExitPlan(D("1"), D("2.0"), D("0.015"), 60, Breakeven(D("0.01"), D("0.0005"))),
        thread="i-0",
        figures={"rsi": "28.5"},
        consultation_id="c-1",
    ),
    fee=D("0.00"),
    slippage_bps=D("-1.5"),
    equity_share=D("0.1"),
    outlook=Outlook(D("0.10"), D("0.8"), 3, D("1.0"), D("2"), D("-3"), D("4"), D("5"), None),
)
AS_STORED = """
{"v": 5, "fee": "0.00", "slippage_bps": "-1.5", "equity_share": "0.1",
 "outlook": {"exposure": "0.10", "exposure_limit": "0.8", "entries_left": 3, "spend_left": "1.0", "stop": "2",
             "at_stop": "-3", "take": "4", "at_take": "5", "result": null}, "intent": {
 "intent_id": "i-1", "market": "KRW-BTC", "side": "sell", "origin": "guard", "owner": "guard", "reason": "손절",
 "created_at": "2026-03-02T09:00:00.000005Z", "price": "98765000.0", "notional": null, "quantity": "0.00000001",
 "order_type": "best", "time_in_force": "ioc",
 "exits": {"stop": "1", "take": "2.0", "trail": "0.015", "max_hold_seconds": 60,
           "breakeven": {"gain": "0.01", "fee_rate": "0.0005"}}, "thread": "i-0",
 "figures": {"rsi": "28.5"}, "consultation_id": "c-1"}}
"""


def test_a_cleared_intent_has_this_shape_in_the_database() -> None:
    """Tickets asked before an upgrade are read after it: this text may gain readers, never change."""
    assert cleared_to_json(CLEARED) == json.loads(AS_STORED)
    assert cleared_from_json(json.loads(AS_STORED)) == CLEARED


def test_a_ticket_of_a_newer_program_is_not_guessed_at() -> None:
    with pytest.raises(ValueError, match="shape 6"):
        cleared_from_json({**json.loads(AS_STORED), "v": 6})


def test_a_ticket_of_an_older_shape_is_still_read() -> None:
    """Version 1 knew no break-even rule, version 2 no thread, version 3 no figures behind the wish; version 4 knew a
    tick of the rule's own."""
    old = json.loads(AS_STORED)
    old["v"] = 4
    old["intent"]["exits"]["breakeven"]["tick_size"] = "1000"
    assert cleared_from_json(old) == CLEARED
    old["v"] = 3
    del old["intent"]["figures"], old["intent"]["consultation_id"], old["outlook"]
    bare = replace(CLEARED, intent=replace(CLEARED.intent, figures={}, consultation_id=""), outlook=None)
    assert cleared_from_json(old) == bare
    old["v"] = 2
    del old["intent"]["thread"]
    intent = replace(bare.intent, thread="")
    assert cleared_from_json(old) == replace(bare, intent=intent)
    old["v"] = 1
    del old["intent"]["exits"]["breakeven"]
    exits = replace(intent.exits, breakeven=None)
    assert cleared_from_json(old) == replace(bare, intent=replace(intent, exits=exits))


def test_the_grid_has_as_many_openings_as_it_has_gaps_when_empty() -> None:
    """From 00:00:30 to 00:10 there open 9 one-minute candles and one five-minute candle; a day has 1440 minutes."""
    half_past, ten = T0 + timedelta(seconds=30), T0 + timedelta(minutes=10)
    assert openings(Timeframe.M1, half_past, ten) == 9 == len(gaps(Timeframe.M1, half_past, ten, []))
    assert gaps(Timeframe.M5, half_past, ten, []) == [T0 + timedelta(minutes=5)]
    assert openings(Timeframe.M1, T0, T0 + timedelta(days=1)) == 1440
    assert openings(Timeframe.M1, ten, T0) == 0 == len(gaps(Timeframe.M1, ten, T0, []))
