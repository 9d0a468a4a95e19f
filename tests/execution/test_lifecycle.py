"""What the venue's view of an order makes of ours: fills, fees, states (P5)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal, localcontext

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.memory import MemoryStorage
from tests.examples import BTC, NOON, D, order
from trader.execution.lifecycle import EXACT, absorb, new_fills
from trader.ledger.books import book
from trader.model.order import Fill, Order, OrderState, OrderType, Side, VenueFill, VenueOrder

RATE = D("0.0005")


def venue_fill(n: int, price: str, quantity: str) -> VenueFill:
    with localcontext(EXACT):
        return VenueFill(f"f{n}", D(price), D(quantity), D(price) * D(quantity), NOON + timedelta(seconds=n))


def venue_order(
    fills: list[VenueFill], is_open: bool = False, paid: Decimal | None = None, **changes: object
) -> VenueOrder:
    with localcontext(EXACT):
        executed = sum((f.quantity for f in fills), D(0))
        fee = sum((f.funds for f in fills), D(0)) * RATE if paid is None else paid
    shown = VenueOrder(
        "v1", "c1", BTC, Side.BUY, OrderType.LIMIT, is_open, None, D(1), executed, fee, NOON, tuple(fills), True
    )
    return replace(shown, **changes)  # type: ignore[arg-type]


def ours(state: OrderState = OrderState.ACCEPTED, **changes: object) -> Order:
    return order(state=state, order_type=OrderType.LIMIT, quantity=D(1), venue_id="v1", **changes)


def sums(fills: list[Fill]) -> Decimal:
    with localcontext(EXACT):
        return sum((f.fee for f in fills), D(0))


def test_a_fee_is_shared_by_funds_the_last_fill_takes_the_rest() -> None:
    """100 KRW over funds of 1, 1 and 1: 33.333333333333 twice, and 33.333333333334."""
    fills = [venue_fill(n, "1", "1") for n in range(3)]
    shared = new_fills(ours(), venue_order(fills, paid=D(100)), [])
    assert [f.fee for f in shared] == [D("33.333333333333"), D("33.333333333333"), D("33.333333333334")]


FILLS = st.lists(
    st.tuples(st.decimals("0.00000001", "200000000", places=8), st.decimals("0.00000001", "100000", places=8)),
    min_size=1,
    max_size=8,
)


@given(FILLS, st.lists(st.integers(1, 8), max_size=8))
def test_parts_of_the_fee_always_add_up(rows: list[tuple[Decimal, Decimal]], cuts: list[int]) -> None:
    """However the fills come in over several looks: no part is negative, and after each look the sum is the venue's
    paid fee to the last digit."""
    fills = [venue_fill(n, str(price), str(quantity)) for n, (price, quantity) in enumerate(rows)]
    known: list[Fill] = []
    for cut in sorted({*(c for c in cuts if c < len(fills)), len(fills)}):
        shown = venue_order(fills[:cut])
        known += new_fills(ours(), shown, known)
        assert sums(known) == shown.paid_fee
        assert all(f.fee >= 0 for f in known)
    assert [f.fill_id for f in known] == [f.fill_id for f in fills]


@pytest.mark.parametrize(
    ("quantities", "is_open", "state"),
    [
        ([], True, OrderState.ACCEPTED),
        (["0.4"], True, OrderState.PARTIAL),
        (["0.4", "0.6"], False, OrderState.DONE),
        (["0.4"], False, OrderState.CANCELLED),
        ([], False, OrderState.CANCELLED),
    ],
)
async def test_state_follows_what_was_executed(quantities: list[str], is_open: bool, state: OrderState) -> None:
    storage = MemoryStorage()
    fills = [venue_fill(n, "100000", q) for n, q in enumerate(quantities)]
    before = ours()

    def take(records):  # type: ignore[no-untyped-def]
        records.orders.add(before)
        return absorb(records, lambda *a, **k: None, before, venue_order(fills, is_open), NOON, book)

    assert (await storage.write(take)).order.state is state


async def test_an_end_without_all_its_fills_is_not_the_end() -> None:
    """The venue says 1 executed but shows 0.4 of it: looked at again until the fills are complete."""
    storage = MemoryStorage()
    shown = venue_order([venue_fill(1, "100000", "0.4")], executed_quantity=D(1))

    def take(records):  # type: ignore[no-untyped-def]
        records.orders.add(ours())
        return absorb(records, lambda *a, **k: None, ours(), shown, NOON, book)

    assert (await storage.write(take)).order.state is OrderState.PARTIAL


async def test_absorbing_again_changes_and_tells_nothing() -> None:
    storage, told = MemoryStorage(), list[object]()
    shown = venue_order([venue_fill(1, "100000", "1")])

    def tell(kind, **more):  # type: ignore[no-untyped-def]
        told.append(kind)

    def take(records):  # type: ignore[no-untyped-def]
        return absorb(records, tell, records.orders.get("c1"), shown, NOON, book)

    await storage.write(lambda records: records.orders.add(ours()))
    first = await storage.write(take)
    count = len(told)
    again = await storage.write(take)
    assert (len(first.new_fills), again.new_fills, again.order) == (1, (), first.order)
    assert len(told) == count


@pytest.mark.parametrize(
    ("side", "price", "expected"),
    [(Side.BUY, "100100", "10"), (Side.BUY, "99900", "-10"), (Side.SELL, "99900", "10"), (Side.SELL, "100100", "-10")],
)
def test_slippage_is_positive_where_it_is_worse_for_us(side: Side, price: str, expected: str) -> None:
    """Against a decision price of 100,000: 100 KRW are 10 bps."""
    filled = order(side=side, executed_quantity=D(2), executed_funds=D(price) * 2)
    assert filled.slippage_bps == D(expected)
    assert order().slippage_bps is None
