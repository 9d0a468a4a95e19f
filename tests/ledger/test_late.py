"""What the venue has done is booked even where our books had no room for it (promise 1, P5). One BTC at 100,000."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal

from storage.memory import MemoryStorage
from tests.examples import BTC, NOON, D, fill, order
from trader.ledger.bookings import bookings
from trader.ledger.books import BookedFills
from trader.ledger.late import book_fact
from trader.ledger.valuation import realised_since, total
from trader.model.order import ExitPlan, Fill, Side

PLAN = ExitPlan(stop=D(98_000))
LATER = NOON + timedelta(hours=1)


async def booked(storage: MemoryStorage, side: Side, name: str, *fills: Fill) -> BookedFills:
    placed = order(side, name, exits=PLAN)
    return await storage.write(lambda records: book_fact(records, placed, fills, LATER))


async def won(storage: MemoryStorage) -> Decimal:
    """As the day's result counts it, sale by sale; and line by line."""
    day = await storage.read(lambda records: realised_since(records, NOON - timedelta(days=1)))
    lines = await storage.read(lambda records: bookings(records.fills.booked_after(0), records.corrections.all()))
    whole = total(step.pnl for step in day)
    assert whole == total(line.realised for line in lines if line.realised is not None)
    return whole


async def positions(storage: MemoryStorage) -> Sequence[object]:
    return await storage.read(lambda records: [*records.positions.open(), *records.guards.all()])


async def test_what_the_books_hold_is_booked_as_ever() -> None:
    storage = MemoryStorage()
    await booked(storage, Side.BUY, "c1", fill("f1"))
    sold = await booked(storage, Side.SELL, "c2", fill("f2", Side.SELL, "110000"))
    assert (sold.taken_in, sold.realised) == (0, D(9_895))
    assert await positions(storage) == []


async def test_a_sale_that_surfaces_after_its_coins_were_sold_again() -> None:
    """1 bought for 100,050; the second exit brought 98,951: 1,099 lost. The first one surfaces: it sold a coin of
    the person's at 99,000, taken in at 99,000, and only its fee of 49.5 is a loss of ours. The account lost a coin and
    got its money: 98,950.5."""
    storage = MemoryStorage()
    await booked(storage, Side.BUY, "c1", fill("f1"))
    await booked(storage, Side.SELL, "c3", fill("f3", Side.SELL, "99000", fee="49", at=NOON + timedelta(minutes=2)))
    late = fill("f2", Side.SELL, "99000", fee="49.5", at=NOON + timedelta(minutes=1), client_order_id="c2")
    sold = await booked(storage, Side.SELL, "c2", late)
    assert (sold.taken_in, sold.before) == (D(1), None)
    assert await positions(storage) == []
    assert await won(storage) == D(-1_099) - D("49.5")
    [correction] = await storage.read(lambda records: records.corrections.all())
    assert (correction.market, correction.quantity, correction.cost) == (BTC, D(1), D(99_000))


async def test_only_what_is_missing_is_taken_in() -> None:
    """0.4 held at 40,020 all told; 1 sold at 110,000 in two fills: 0.6 at 110,000 come in at no gain. What was won:
    110,000 − 55 − 40,020 − 66,000 = 3,925."""
    storage = MemoryStorage()
    await booked(storage, Side.BUY, "c1", fill("f1", quantity="0.4"))
    sales = [fill(f"f{n}", Side.SELL, "110000", "0.5", at=NOON + timedelta(minutes=n)) for n in (2, 3)]
    sold = await booked(storage, Side.SELL, "c2", *sales)
    assert sold.taken_in == D("0.6")
    assert sold.closed
    assert await won(storage) == D(3_925)


async def test_booking_it_again_takes_nothing_in() -> None:
    storage = MemoryStorage()
    late = fill("f2", Side.SELL, "99000")
    await booked(storage, Side.SELL, "c2", late)
    assert (await booked(storage, Side.SELL, "c2")).taken_in == 0
    assert len(await storage.read(lambda records: records.corrections.all())) == 1
