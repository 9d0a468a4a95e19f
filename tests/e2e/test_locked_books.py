"""Another program keeps the database to itself for long: stop and panic sell all the same, and nothing is booked twice
or lost when it is over, nor when the service dies before (promises 1 and 3, P7)."""

from __future__ import annotations

from decimal import Decimal

from tests.e2e.house import House
from tests.e2e.processes import until
from tests.e2e.test_trouble import held

ORDERS = "SELECT side, state, executed_quantity FROM orders ORDER BY id"


async def bought(house: House) -> str:
    """A position with a stop 5 % below; its quantity."""
    house.more = {"STOP_FRACTION": "0.05", "MARKETS": "KRW-BTC", "ORDER_STYLE": "market"}
    await house.open()
    assert (await house.say("/buy BTC 100000 confirm"))["tone"] == "ok"
    await house.told("In: Bitcoin")
    return await house.holding("BTC")


async def booked_once(house: House, quantity: str) -> None:
    """One buy and one sale, here and there, with all their fills; the position is closed, its guard gone."""
    await house.told("Out: Bitcoin", 30)
    rows = house.rows(ORDERS)
    assert [(side, state) for side, state, _ in rows] == [("buy", "done"), ("sell", "done")]
    assert [Decimal(executed) for _, _, executed in rows] == [Decimal(quantity)] * 2
    fills = house.rows("SELECT quantity FROM fills WHERE side = 'sell'")
    assert sum(Decimal(row[0]) for row in fills) == Decimal(quantity)
    assert house.rows("SELECT count(*) FROM positions WHERE closed_at IS NULL") == [(0,)]
    assert house.rows("SELECT count(*) FROM guards") == [(0,)]
    assert len((await house.state())["orders"]) == 2
    assert (await house.say("/reconcile"))["data"]["equal"]


async def test_the_stop_sells_at_once_and_is_booked_when_the_lock_is_gone(house: House) -> None:
    quantity = await bought(house)
    with held(house.data_dir / "trader.sqlite3"):
        await house.jump("KRW-BTC", "0.9")
        await house.until_sold("BTC")
        await house.told("Error: books")
        assert len(house.rows(ORDERS)) == 1
    await booked_once(house, quantity)


async def test_killed_before_the_books_knew_of_the_stop(house: House) -> None:
    """SIGKILL while the database is still locked: the next start carries the intent over, finds it sold, books it."""
    quantity = await bought(house)
    assert house.service is not None
    with held(house.data_dir / "trader.sqlite3"):
        await house.jump("KRW-BTC", "0.9")
        await house.until_sold("BTC")
        await house.service.kill()
    assert len(house.rows(ORDERS)) == 1
    await house.open_service()
    await booked_once(house, quantity)
    assert house.rows("SELECT state FROM orders WHERE side = 'sell'") == [("done",)]


async def test_killed_in_a_panic_the_books_knew_nothing_of(house: House) -> None:
    """Entries stay locked after the start: the panic stood beside the books, like the order it sent."""
    quantity = await bought(house)
    assert house.service is not None
    with held(house.data_dir / "trader.sqlite3"):
        (house.data_dir / "PANIC").touch()
        await house.until_sold("BTC")
        await house.service.kill()
    (house.data_dir / "PANIC").unlink(missing_ok=True)
    await house.open_service()
    assert (await house.say("/status"))["data"]["state"] == "halted"
    await until(lambda: house.telegrams("Out: Bitcoin"), 20)
    await booked_once(house, quantity)
