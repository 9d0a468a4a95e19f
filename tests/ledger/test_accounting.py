"""Average cost and realised result, exact to the last digit (P5)."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.examples import ETH, NOON, D, fill, order
from trader.errors import LedgerMismatch
from trader.ledger.accounting import apply_fill, cash_after, position_id, realised_steps
from trader.ledger.valuation import total
from trader.model.order import Fill, Side
from trader.model.portfolio import Position

BUY, SELL = Side.BUY, Side.SELL


def after(*fills: Fill) -> Position:
    """The position after these fills; a new one opens after a close."""
    position = None
    for each in fills:
        position = apply_fill(position, each, order(each.side), new_id=f"p-{each.fill_id}")
    assert position is not None
    return position


def test_a_buy_opens_a_position_at_cost_with_fee() -> None:
    """2 × 100,000 = 200,000, fee 100: 200,100 for 2 → 100,050 each."""
    held = after(fill("f1", quantity="2"))
    assert (held.position_id, held.owner, held.opened_at) == ("p-f1", "sma_cross", NOON)
    assert (held.quantity, held.cost, held.average_cost, held.fees) == (D(2), D(200_100), D(100_050), D(100))


def test_buys_average() -> None:
    """1 at 100,000 (+50) and 3 at 120,000 (+180): 460,230 for 4 → 115,057.5."""
    held = after(fill("f1"), fill("f2", price="120000", quantity="3"))
    assert (held.quantity, held.average_cost) == (D(4), D("115057.5"))
    assert held.position_id == "p-f1"


def test_a_part_sale_takes_its_part_of_the_cost() -> None:
    """Of 4 costing 460,230, 1 takes 115,057.5 along; sold at 130,000 − 65 = 129,935: 14,877.5 won."""
    held = after(fill("f1"), fill("f2", price="120000", quantity="3"), fill("f3", SELL, "130000"))
    assert (held.quantity, held.cost, held.realised_pnl) == (D(3), D("345172.5"), D("14877.5"))
    assert held.open


def test_the_last_sale_takes_the_rest_and_closes() -> None:
    """Bought for 300,150, sold for 3 × 90,000 − 135 = 269,865: 30,285 lost."""
    ended = after(fill("f1", quantity="3"), fill("f2", SELL, "90000"), fill("f3", SELL, "90000", "2"))
    assert (ended.quantity, ended.cost, ended.realised_pnl) == (D(0), D(0), D(-30_285))
    assert (ended.open, ended.closed_at, ended.exit_reason) == (False, NOON, "crossed_down")
    assert (ended.bought_cost, ended.sold_proceeds, ended.fees) == (D(300_150), D(269_865), D(285))


def test_a_third_is_not_lost_between_sales() -> None:
    """100,050 ÷ 3 does not end; the parts still add up to it."""
    parts = [fill(f"s{i}", SELL, "100000", "0.1", fee="0") for i in range(3)]
    ended = after(fill("b", quantity="0.3", fee="15"), *parts)
    assert ended.realised_pnl == D(-15)


def test_a_buy_after_the_close_opens_a_new_position() -> None:
    again = after(fill("f1"), fill("f2", SELL), fill("f3"))
    assert (again.position_id, again.realised_pnl, again.quantity) == ("p-f3", D(0), D(1))


@pytest.mark.parametrize("fills", [[fill("s", SELL)], [fill("b"), fill("s", SELL, quantity="1.00000001")]])
def test_selling_more_than_held_is_a_mismatch(fills: list[Fill]) -> None:
    with pytest.raises(LedgerMismatch):
        after(*fills)


def test_another_market_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="KRW-ETH"):
        apply_fill(None, fill("f", market=ETH), order(), "p")


# ---------------------------------------------------------------- additivity

prices = st.decimals("0.0001", "200000000", places=4)
quantities = st.integers(1, 10**12).map(lambda units: Decimal(units) / 10**8)
steps = st.lists(st.tuples(st.booleans(), prices, quantities, st.integers(1, 100)), min_size=1, max_size=25)


def flow(drawn: list[tuple[bool, Decimal, Decimal, int]]) -> list[Fill]:
    """Buys as drawn; a sale takes that many hundredths of what is held (100: all); fees unrounded as the venue's."""
    held, fills = D(0), []
    for i, (buys, price, quantity, percent) in enumerate(drawn):
        if not buys and held:
            quantity = held if percent == 100 else max((held * percent / 100).quantize(D("1e-8")), D("1e-8"))
            quantity = min(quantity, held)
        elif not buys:
            continue
        funds = price * quantity
        side = BUY if buys else SELL
        held += quantity if buys else -quantity
        fills.append(fill(str(i), side, str(price), f"{quantity:f}", fee=str(funds * D("0.0005")), funds=funds))
    if held:
        fills.append(fill("end", SELL, "1", f"{held:f}"))
    return fills


@given(steps)
def test_what_was_realised_is_what_cash_changed_by(drawn: list[tuple[bool, Decimal, Decimal, int]]) -> None:
    """Over any flow of fills that ends flat: Σ realised = cash after − cash before, to the last digit; quantity and
    cost never go negative; what is held is what was bought less what was sold."""
    fills = flow(drawn)
    position: Position | None = None
    realised: list[Decimal] = []
    for each in fills:
        position = apply_fill(position, each, order(each.side), new_id=position_id(each))
        assert position.quantity >= 0
        assert position.cost >= 0
        assert position.quantity == position.bought_quantity - position.sold_quantity
        if not position.open:
            assert position.realised_pnl == total([position.sold_proceeds, -position.bought_cost])
            realised.append(position.realised_pnl)
    assert position is None or not position.open
    start = D(10**9)
    assert total(realised) == total([cash_after(fills, start), -start])


@given(steps)
def test_the_sales_one_by_one_add_up_to_the_position(drawn: list[tuple[bool, Decimal, Decimal, int]]) -> None:
    fills = flow(drawn)
    position = None
    begin = 0
    for i, each in enumerate(fills):
        position = apply_fill(position, each, order(each.side), new_id=position_id(each))
        if not position.open:
            steps_found = realised_steps(position, fills[begin:])
            assert total(step.pnl for step in steps_found) == position.realised_pnl
            begin = i + 1
