"""Do books and venue agree? Told once while it lasts; a person's own coins are none of our business (P5, P6)."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.examples import BTC, D
from tests.trading_floor import Floor, sale, until, wish
from trader.errors import VenueUnreachable
from trader.model.events import EventKind
from trader.reconcile.reconciler import Reconciler


@pytest.fixture
async def floor() -> AsyncIterator[Floor]:
    made = Floor()
    yield made
    await made.close()


@pytest.fixture
def reconciler(floor: Floor) -> Reconciler:
    return Reconciler(floor.venue, floor.chronicle, floor.executor, floor.quotes, floor.state, lambda: floor.settings)


async def test_agreement_and_more_than_ours_is_fine(floor: Floor, reconciler: Reconciler) -> None:
    await floor.bought()
    floor.venue.totals["BTC"] += 5
    await reconciler.run()
    assert floor.told(EventKind.MISMATCH) == []


async def test_less_than_ours_is_told_once_while_it_lasts(floor: Floor, reconciler: Reconciler) -> None:
    await floor.bought()
    floor.venue.totals["BTC"] = D("0.4")
    for _ in range(3):
        await reconciler.run()
    (event,) = floor.told(EventKind.MISMATCH)
    assert (event.data["currency"], event.data["book"], event.data["venue"]) == ("BTC", "1", "0.4")


async def test_a_market_under_way_is_looked_at_next_time(floor: Floor, reconciler: Reconciler) -> None:
    """Sold at the venue, not booked yet because the order cannot be read: nothing is concluded."""
    await floor.bought()
    floor.venue.fill_at_once = False
    order = await floor.send(sale())
    floor.venue.fail("find", *[VenueUnreachable("away")] * 1000)
    floor.venue.fill(order.client_order_id, "1", "100000")
    await reconciler.run()
    assert floor.told(EventKind.MISMATCH) == []
    floor.venue.faults.clear()
    await floor.executor.catch_up()
    await floor.done(order)
    await reconciler.run()
    assert floor.told(EventKind.MISMATCH) == []


async def test_a_fill_while_the_venue_answers_is_no_difference(floor: Floor, reconciler: Reconciler) -> None:
    """The balances were read before the buy, the positions after it."""
    old = await floor.venue.balances()

    async def meanwhile() -> object:
        await floor.bought()
        return old

    floor.venue.balances = meanwhile  # type: ignore[method-assign]
    await reconciler.run()
    assert floor.told(EventKind.MISMATCH) == []


async def test_working_orders_are_looked_at_though_no_stream_says_so(floor: Floor, reconciler: Reconciler) -> None:
    """The private stream may be dead: what it would have told is found by asking."""
    floor.venue.fill_at_once = False
    order = await floor.send(wish())
    await until(lambda: floor.venue.asked.get("find", 0) >= 6)
    floor.venue.fill(order.client_order_id, "1", "100100")
    floor.venue.end(order.client_order_id)
    await reconciler.run()
    await floor.done(order)
    assert await floor.position(BTC) is not None


async def test_venue_away_is_the_jobs_failure(floor: Floor, reconciler: Reconciler) -> None:
    floor.venue.fail("balances", VenueUnreachable("away"))
    with pytest.raises(VenueUnreachable):
        await reconciler.run()
