"""What a trade lost between wish and fill, measured after (S6). Positive is worse for us."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

from storage.memory import MemoryStorage
from tests.examples import NOON, D, fill, order
from trader.ledger.books import book
from trader.ledger.slippage import orders_of, position_slippage_bps
from trader.model.order import Side

BUY, SELL = Side.BUY, Side.SELL


def traded(storage: MemoryStorage, number: int, side: Side, price: str, quantity: str, decided: str) -> None:
    """An order of one fill, a minute after the one before."""
    funds = D(price) * D(quantity)
    name, at = f"c{number}", NOON + timedelta(minutes=number)
    placed = order(
        side, name, created_at=at, decision_price=D(decided), executed_quantity=D(quantity), executed_funds=funds
    )
    filled = fill(f"f{number}", side, price, quantity, at=at, client_order_id=name)

    def store(records: Any) -> None:
        records.orders.add(placed)
        book(records, placed, [filled], NOON + timedelta(days=1))

    asyncio.run(storage.write(store))


def test_of_one_order() -> None:
    """Two bought at 100,300, decided at 100,000: 30 bps or 600 KRW worse. A sale above its price is better."""
    bought = order(decision_price=D(100_000), executed_quantity=D(2), executed_funds=D(200_600))
    assert (bought.slippage_bps, bought.slippage) == (D(30), D(600))
    sold = order(SELL, decision_price=D(100_000), executed_quantity=D(2), executed_funds=D(200_200))
    assert (sold.slippage_bps, sold.slippage) == (D(-10), D(-200))
    assert (order().slippage_bps, order().slippage) == (None, None)


def test_of_a_position_over_all_its_orders() -> None:
    """In at 100,300 for 100,000 wished, out at 109,600 for 110,000: 300 + 400 worse on 210,000: 33.3 bps. The next
    position of the market is another one."""
    storage = MemoryStorage()
    traded(storage, 1, BUY, "100300", "1", "100000")
    traded(storage, 2, SELL, "109600", "1", "110000")
    traded(storage, 3, BUY, "120000", "1", "100000")
    traded(storage, 4, SELL, "120000", "1", "120000")
    second, first = asyncio.run(storage.read(lambda records: records.positions.recent_closed(2)))
    assert [o.client_order_id for o in asyncio.run(storage.read(lambda r: orders_of(r, first)))] == ["c1", "c2"]
    assert asyncio.run(storage.read(lambda records: position_slippage_bps(records, first))) == D(700) / D(21)
    assert asyncio.run(storage.read(lambda records: position_slippage_bps(records, second))) == D(20_000) / D(22)
