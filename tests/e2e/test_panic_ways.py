"""Panic with a real exchange process: by a file in the data directory, at a start, from every trading state, with an
entry on its way (promise 3, C2)."""

from __future__ import annotations

import asyncio
from decimal import Decimal
from typing import Any

import pytest

from tests.e2e.house import House
from tests.e2e.processes import until
from tests.e2e.venue_controls import fault, open_orders, rest_a_buy


async def hold(house: House, *coins: str) -> None:
    for coin in coins:
        reply = await house.say(f"/buy {coin} 100000 confirm")
        assert reply["tone"] == "ok", reply
    held = f"SELECT count(*) FROM positions WHERE closed_at IS NULL AND quantity > 0 HAVING count(*) = {len(coins)}"
    await until(lambda: house.rows(held), 15)


def pressed(house: House) -> str:
    """The receipt left by the file; empty while there is none."""
    return "".join(path.read_text() for path in house.data_dir.glob("PANIC.done-*"))


async def test_a_file_while_it_runs(house: House) -> None:
    """Two positions and a resting order are gone after a `touch`; told on both phones; sticky."""
    await house.open()
    await hold(house, "BTC", "XRP")
    await rest_a_buy(house)
    (house.data_dir / "PANIC").touch()
    await until(lambda: pressed(house))
    assert pressed(house).startswith("FLAT after")
    assert [await house.holding(coin) for coin in ("BTC", "XRP")] == ["0", "0"]
    assert await open_orders(house) == 0
    phone, _ = await house.told("Panic: flat")
    assert "PANIC file" in phone.text
    assert (await house.say("/status"))["data"]["state"] == "halted"
    assert (await house.say("/buy BTC 100000 confirm"))["tone"] == "error"
    assert house.service is not None
    await house.service.terminate()
    await house.open_service()
    assert (await house.say("/status"))["data"]["state"] == "halted"
    assert (await house.say("/resume confirm"))["data"]["state"] == "active"


async def test_a_file_that_waits_for_the_start(house: House) -> None:
    """Put there while the service is off: locked before anything else, and only the named market is sold."""
    await house.open()
    await hold(house, "BTC", "XRP")
    assert house.service is not None
    await house.service.kill()
    (house.data_dir / "PANIC").write_text("KRW-XRP\n")
    service = await house.open_service(ready=False)
    await until(lambda: pressed(house), 20, lambda: service.err)
    assert pressed(house).startswith("KRW-XRP\nFLAT")
    assert "panic_file_seen" in service.err.partition("event='ready'")[0]
    assert await house.holding("XRP") == "0"
    assert Decimal(await house.holding("BTC")) > 0
    assert (await house.say("/status"))["data"]["state"] == "halted"


@pytest.mark.parametrize("before", ["/resume", "/pause", "/stop"])
async def test_from_every_trading_state(house: House, before: str) -> None:
    await house.open()
    await hold(house, "BTC")
    await rest_a_buy(house)
    await house.say(before)
    reply = await house.say("/panic confirm")
    assert reply["data"]["flat"] is True, reply
    assert await house.holding("BTC") == "0"
    assert await open_orders(house) == 0
    assert (await house.say("/status"))["data"]["state"] == "halted"


async def test_a_strategy_alone(house: House) -> None:
    """What a person bought belongs to that person: panic over the strategy leaves it and is flat at once."""
    await house.open()
    await hold(house, "BTC")
    done = await house.shell("panic", "--yes", "--strategy", "buy_and_hold")
    assert done.code == 0, done.out + done.err
    assert Decimal(await house.holding("BTC")) > 0
    assert (await house.say("/status"))["data"]["state"] == "halted"


IN_FLIGHT: dict[str, tuple[str, dict[str, Any]]] = {
    "the answer comes 2 s late": ("timeout", {"seconds": 2.0, "when": "after"}),
    "the order gets there 2 s late, its answer is lost": ("delay_accept", {"seconds": 2.0}),
    "the answer is lost": ("drop_response_after_accept", {}),
    "accepted, and a 500": ("error_after_accept", {}),
}


@pytest.mark.parametrize("case", IN_FLIGHT)
async def test_while_an_entry_is_on_its_way(house: House, case: str) -> None:
    """The button is pressed between the entry's POST and its answer; it must end flat, with the coins sold again."""
    kind, fields = IN_FLIGHT[case]
    await house.open()
    await fault(house, kind, match={"method": "POST", "path": "/v1/orders"}, times=1, **fields)
    buying = asyncio.create_task(house.shell("say", "/buy BTC 100000 confirm"))
    await until(lambda: house.rows("SELECT * FROM orders"), 15)
    done = await house.shell("panic", "--yes")  # which follows it to its end
    await buying
    assert done.code == 0, done.out + done.err
    assert house.rows("SELECT count(*) FROM positions WHERE closed_at IS NULL") == [(0,)]
    assert await house.holding("BTC") == "0"
    assert await open_orders(house) == 0
    orders = (await house.state())["orders"]
    assert sum(order["side"] == "bid" for order in orders) == 1
