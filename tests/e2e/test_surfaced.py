"""An order whose answer was lost, given up, and there after all, behind a long outage (promise 1, P5)."""

from __future__ import annotations

from decimal import Decimal

import httpx

from tests.e2e.house import House
from tests.e2e.processes import until
from tests.e2e.venue_controls import fault


async def lose_service(house: House, seconds: int) -> None:
    """Killed, and so much time passes."""
    assert house.service is not None
    await house.service.kill()
    async with httpx.AsyncClient(timeout=30) as client:
        (await client.post(f"{house.rest_url}/sandbox/advance", json={"seconds": seconds})).raise_for_status()


async def arrive(house: House) -> None:
    """What waits on its way to the exchange arrives now."""
    async with httpx.AsyncClient() as client:
        (await client.delete(f"{house.rest_url}/sandbox/faults")).raise_for_status()


async def test_given_up_before_a_long_outage_and_there_after_it(house: House) -> None:
    """Killed while in doubt: looked up and given up at the next start. It arrives at the exchange during the next,
    long outage: at the start after it is found, booked once, guarded, and both phones are told; its stop sells."""
    house.more = {"ORDER_STYLE": "market"}
    await house.open()
    await fault(house, "delay_accept", seconds=600)
    await house.say("/buy BTC 100000 confirm")
    await house.told("answer unknown")
    await lose_service(house, 60)
    await house.open_service()
    await until(lambda: house.rows("SELECT state FROM orders") == [("expired",)])
    await lose_service(house, 1_200)
    await arrive(house)
    await house.until_holding("BTC", lambda quantity: quantity > 0)
    assert house.rows("SELECT count(*) FROM fills") == [(0,)]

    await house.open_service()
    await house.told("In: Bitcoin")
    [(state, quantity)] = house.rows("SELECT state, executed_quantity FROM orders")
    assert (state, Decimal(quantity)) == ("done", Decimal(await house.holding("BTC")))
    assert house.rows("SELECT count(*) FROM positions JOIN guards USING (position_id)") == [(1,)]
    assert (await house.say("/reconcile"))["data"]["equal"]
    await house.jump("KRW-BTC", "0.8")
    await house.told("Out: Bitcoin")
    assert await house.holding("BTC") == "0"
    assert len((await house.state())["orders"]) == 2
