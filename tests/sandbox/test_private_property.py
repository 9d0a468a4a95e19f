"""Over any flow of orders, cancels and trades: nothing appears, nothing vanishes (reference §7, §9.3)."""

from __future__ import annotations

from contextlib import suppress
from decimal import Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox.errors import ApiError
from tests.sandbox.desk import D, Desk, desk

PRICES = st.integers(995, 1006).map(str)
VOLUMES = st.decimals("5.1", "30", places=8).map(str)
SMP = st.sampled_from(["cancel_maker", "cancel_taker", "reduce", "none"])
SIDES = st.sampled_from(["bid", "ask"])
ACTIONS = st.one_of(
    st.fixed_dictionaries(
        {
            "side": SIDES,
            "ord_type": st.just("limit"),
            "price": PRICES,
            "volume": VOLUMES,
            "smp_type": SMP,
            "time_in_force": st.sampled_from([None, None, None, "ioc", "fok"]),
        }
    ),
    st.fixed_dictionaries(
        {
            "side": st.just("bid"),
            "ord_type": st.just("price"),
            "price": st.decimals("5000", "40000", places=2).map(str),
            "smp_type": SMP,
        }
    ),
    st.fixed_dictionaries({"side": st.just("ask"), "ord_type": st.just("market"), "volume": VOLUMES, "smp_type": SMP}),
    st.fixed_dictionaries(
        {
            "side": SIDES,
            "ord_type": st.just("best"),
            "amount": st.decimals("6", "20", places=8),
            "time_in_force": st.sampled_from(["ioc", "fok"]),
            "smp_type": SMP,
        }
    ),
    st.tuples(PRICES, st.decimals("0.00000001", "20", places=8).map(str)),
    st.integers(0, 5),
)


def _act(d: Desk, action: Any) -> None:
    if isinstance(action, int):
        open_orders = d.engine.open_orders()
        if action < len(open_orders):
            d.engine.cancel(open_orders[action])
    elif isinstance(action, tuple):
        d.tick(*action)
    else:
        fields = dict(action)
        if "amount" in fields:
            amount = fields.pop("amount")
            fields |= {"price": f"{amount * 1000:f}"} if fields["side"] == "bid" else {"volume": f"{amount:f}"}
        with suppress(ApiError):
            d.place(**fields)


def _check_books(d: Desk) -> None:
    orders = list(d.engine.orders.values())
    sold = [fill for order in orders if order.side == "ask" for fill in order.fills]
    bought = [fill for order in orders if order.side == "bid" for fill in order.fills]
    paid = sum((fill.funds + fill.fee for fill in bought), D(0))
    got = sum((fill.funds - fill.fee for fill in sold), D(0))
    totals = d.account.totals(["KRW", "BTC"])
    assert totals["KRW"] == D("60000") - paid + got
    assert totals["BTC"] == D("40") + sum((f.volume for f in bought), D(0)) - sum((f.volume for f in sold), D(0))
    for row in d.account.rows():
        assert row.balance >= 0
        assert row.locked == sum((o.hold for o in orders if o.is_open and o.held_currency == row.currency), D(0))
    for order in orders:
        assert order.executed_volume == sum((fill.volume for fill in order.fills), D(0))
        assert order.executed_funds == sum((fill.price * fill.volume for fill in order.fills), D(0))
        assert order.paid_fee == order.executed_funds * D("0.0005")
        assert order.is_open == order.resting
        assert order.is_open or order.hold == 0
        if order.request.volume is not None:
            assert order.executed_volume + order.prevented_volume <= order.request.volume
        else:
            assert order.executed_funds <= (order.request.price or 0)
    resting: dict[tuple[str, Decimal], Decimal] = {}
    for order in orders:
        if order.resting and order.request.price is not None:
            key = ("bids" if order.side == "bid" else "asks", order.request.price)
            resting[key] = resting.get(key, D(0)) + (order.remaining_volume or 0)
    assert {key: size for key, size in d.market.shown.items() if size} == resting


@settings(max_examples=150, deadline=None)
@given(st.lists(ACTIONS, max_size=25))
def test_nothing_appears_or_vanishes(actions: list[Any]) -> None:
    """Over any flow: balances never negative, cash and coins conserved with fees exactly, fills add up (§9.3)."""
    d = desk(KRW="60000", BTC="40")
    for action in actions:
        _act(d, action)
        _check_books(d)
