"""The crash machine in its short form, and the comparison itself: it must find what is wrong (P5 P7 E8, promise 1).

The long form is `tests/chaos/run.py --kills 500`."""

from __future__ import annotations

import copy
import sqlite3
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from chatbot.drill.compare import Books, compare
from tests.chaos.bare_positions import check_books
from tests.chaos.dice import Dice
from tests.chaos.machine import Machine
from tests.chaos.tally import Plan


async def test_killed_again_and_again() -> None:
    """A few lives with random faults, each killed; afterwards books and exchange agree to the last digit."""
    machine = Machine(Plan(seed=7, kills=5, minutes=3))
    tally = await machine.run()
    assert tally.defects == [], machine.folder
    assert tally.kills == 5
    assert tally.orders > 0
    assert tally.fills > 0


def test_a_seed_repeats_the_drawing() -> None:
    one, two = Dice("7/1/life"), Dice("7/1/life")
    assert [one.life(("a", "b")) for _ in range(20)] == [two.life(("a", "b")) for _ in range(20)]
    assert [one.command() for _ in range(20)] == [two.command() for _ in range(20)]
    assert [one.faults() for _ in range(20)] == [two.faults() for _ in range(20)]


# ---------------------------------------------------------------- the comparison
#
# One purchase of 0.5 XRP at 1,000 in two fills (fee 0.25), one refused order. The account began with 10,000 KRW.

ORDER = {
    "client_order_id": "A1",
    "intent_id": "I1",
    "market": "KRW-XRP",
    "side": "buy",
    "state": "done",
    "venue_id": "u-1",
    "executed_quantity": "0.5",
    "executed_funds": "500",
    "paid_fee": "0.25",
    "exit_stop": "990",
    "exit_take": "1010",
    "exit_trail": None,
    "exit_max_hold_seconds": 60,
}
REFUSED = ORDER | {
    "client_order_id": "A2",
    "intent_id": "I2",
    "state": "rejected",
    "venue_id": None,
    "executed_quantity": "0",
    "executed_funds": "0",
    "paid_fee": "0",
}
FILL = {
    "id": 1,
    "fill_id": "f-1",
    "client_order_id": "A1",
    "market": "KRW-XRP",
    "side": "buy",
    "price": "1000",
    "quantity": "0.2",
    "funds": "200",
    "fee": "0.1",
}
POSITION = {
    "position_id": "p-f-1",
    "market": "KRW-XRP",
    "closed_at": None,
    "quantity": "0.5",
    "cost": "500.25",
    "realised_pnl": "0",
    "fees": "0.25",
}
GUARD = {"position_id": "p-f-1", "stop": "990", "take": "1010", "trail": None, "max_hold_seconds": 60, "high": "1000"}


def books() -> dict[str, list[dict[str, Any]]]:
    second = FILL | {"id": 2, "fill_id": "f-2", "quantity": "0.3", "funds": "300", "fee": "0.15"}
    made: dict[str, list[dict[str, Any]]] = {
        "orders": [ORDER, REFUSED],
        "fills": [FILL, second],
        "positions": [POSITION],
        "guards": [GUARD],
    }
    return copy.deepcopy(made)


def exchange() -> dict[str, Any]:
    trades = [
        {"uuid": "f-1", "price": "1000", "volume": "0.2", "funds": "200"},
        {"uuid": "f-2", "price": "1000", "volume": "0.3", "funds": "300"},
    ]
    order = {
        "uuid": "u-1",
        "identifier": "A1",
        "market": "KRW-XRP",
        "side": "bid",
        "state": "cancel",
        "volume": None,
        "executed_volume": "0.5",
        "paid_fee": "0.25",
        "trades": trades,
    }
    balances = [
        {"currency": "KRW", "balance": "9499.75", "locked": "0"},
        {"currency": "XRP", "balance": "0.3", "locked": "0.2"},
    ]
    return {"orders": [order], "balances": balances}


def kinds(ours: dict[str, list[dict[str, Any]]], theirs: dict[str, Any]) -> set[str]:
    return {defect.kind for defect in compare(Books(**ours), theirs, Decimal(10_000))}


def test_books_that_agree_have_no_defect() -> None:
    assert kinds(books(), exchange()) == set()


def test_what_the_exchange_has_and_we_have_not() -> None:
    ours, theirs = books(), exchange()
    del ours["fills"][1]
    assert kinds(ours, theirs) >= {"fill lost", "cash differs", "coins differ", "position differs"}
    ours = books()
    del ours["orders"][0]
    assert "order unknown to us" in kinds(ours, theirs)
    theirs["orders"].append(theirs["orders"][0] | {"identifier": "A2", "uuid": "u-2", "trades": [], "paid_fee": "0"})
    ours = books()
    ours["orders"][1]["intent_id"] = "I1"
    assert kinds(ours, theirs) >= {"order twice", "order in a wrong state"}


def test_what_we_have_and_the_exchange_has_not() -> None:
    ours, theirs = books(), exchange()
    ours["fills"].append(ours["fills"][1] | {"fill_id": "f-3"})
    assert kinds(ours, theirs) >= {"fill too many", "cash differs"}
    ours = books()
    ours["orders"][1]["state"] = "cancelled"
    assert kinds(ours, theirs) == {"order that never was"}
    ours["orders"][1]["state"] = "unknown"
    assert kinds(ours, theirs) == {"order that never was", "order unresolved"}


@pytest.mark.parametrize(
    ("table", "key", "value", "kind"),
    [
        ("orders", "executed_quantity", "0.50000001", "order with wrong figures"),
        ("orders", "paid_fee", "0.2500000000000000000001", "order with wrong figures"),
        ("orders", "venue_id", "u-9", "order with wrong figures"),
        ("orders", "state", "cancelled", "order in a wrong state"),
        ("fills", "price", "1001", "fill with wrong figures"),
        ("fills", "fee", "0.1000000000000000000001", "cash differs"),
        ("positions", "cost", "500.24", "position differs"),
        ("positions", "quantity", "0.4", "position differs"),
        ("guards", "position_id", "p-other", "position without guard"),
        ("guards", "stop", "989", "guard with wrong levels"),
        ("guards", "max_hold_seconds", None, "guard with wrong levels"),
        ("guards", "high", "999", "guard with wrong levels"),
    ],
)
def test_one_digit_is_enough(table: str, key: str, value: Any, kind: str) -> None:
    ours = books()
    ours[table][0][key] = value
    assert kind in kinds(ours, exchange())


def test_an_order_left_open_at_the_exchange() -> None:
    theirs = exchange()
    theirs["orders"][0]["state"] = "wait"
    assert "order left open" in kinds(books(), theirs)


def test_a_difference_nobody_made() -> None:
    ours = books()
    ours["differences"] = [{"kind": "short", "currency": "XRP"}]
    assert kinds(ours, exchange()) == {"difference that is none"}


def test_an_open_position_without_a_guard_is_found_at_any_moment(tmp_path: Path) -> None:
    file = tmp_path / "trader.sqlite3"
    assert check_books(file) == []
    with sqlite3.connect(file) as rows:
        rows.execute("CREATE TABLE positions (position_id TEXT, market TEXT, closed_at TEXT)")
        rows.execute("CREATE TABLE guards (position_id TEXT)")
        rows.execute("INSERT INTO positions VALUES ('p-1', 'KRW-XRP', NULL), ('p-2', 'KRW-ADA', 'noon')")
    assert [defect.text for defect in check_books(file)] == ["p-1 KRW-XRP"]
    with sqlite3.connect(file) as rows:
        rows.execute("INSERT INTO guards VALUES ('p-1')")
    assert check_books(file) == []
