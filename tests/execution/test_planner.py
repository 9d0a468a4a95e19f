"""What exactly is sent to the venue (P3)."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.examples import NOON, D, buy, cleared, quote, rules, sell
from trader.approval.policy import authorise_by_rule
from trader.errors import BelowMinimum, InvalidOrder
from trader.execution.planner import plan
from trader.model.limits import ApprovalPolicy, OrderStyle
from trader.model.market import Quote
from trader.model.order import Intent, OrderRequest, OrderType, Side, TimeInForce


def planned(
    intent: Intent, style: OrderStyle = OrderStyle.LIMIT, at: Quote | None = None, aggressiveness: str = "0.0015"
) -> OrderRequest:
    authorised = authorise_by_rule(cleared(intent), NOON, ApprovalPolicy.AUTO)
    return plan(authorised, rules(), at or quote(), style, D(aggressiveness), client_order_id="c1")


def test_a_limit_buy_stays_within_its_budget() -> None:
    """100,100 × 1.0015 = 100,250.15 → tick 100 → 100,200. 100,000 ÷ (100,200 × 1.0005) = 0.997505239…, floored."""
    request = planned(buy("100000"))
    assert (request.order_type, request.time_in_force) == (OrderType.LIMIT, TimeInForce.GTC)
    assert request.price == D(100_200)
    assert request.quantity == D("0.99750523")
    assert request.notional is None
    assert request.price * request.quantity * D("1.0005") <= D(100_000)


def test_a_limit_sale_is_priced_below_the_bid_and_rounded_up() -> None:
    """100,000 × 0.9985 = 99,850 → tick 50 → 99,850. At 105 KRW: 105 × 0.9985 = 104.84 → tick 1, up → 105."""
    assert planned(sell("1.123456789")).price == D(99_850)
    assert planned(sell("1.123456789")).quantity == D("1.12345678")
    assert planned(sell("100"), at=quote("105", "106")).price == D(105)


def test_the_price_meets_the_other_side_even_where_ticks_are_coarse() -> None:
    """106 × 1.0015 = 106.16 → 106: still the ask."""
    assert planned(buy(), at=quote("105", "106")).price == D(106)


def test_a_market_buy_names_whole_krw_and_a_market_sale_a_quantity() -> None:
    request = planned(buy("12345.67"), OrderStyle.MARKET)
    assert (request.notional, request.quantity, request.price) == (D(12_345), None, None)
    request = planned(sell("0.123456789"), OrderStyle.MARKET)
    assert (request.notional, request.quantity, request.price) == (None, D("0.12345678"), None)


def test_a_best_order_is_immediate_or_cancelled() -> None:
    request = planned(buy("12345"), OrderStyle.BEST)
    assert (request.order_type, request.time_in_force, request.notional) == (OrderType.BEST, TimeInForce.IOC, D(12_345))
    request = planned(sell("0.5"), OrderStyle.BEST)
    assert (request.order_type, request.time_in_force, request.quantity) == (OrderType.BEST, TimeInForce.IOC, D("0.5"))


def test_a_persons_limit_price_is_respected() -> None:
    """Buy at most 95,025 → tick 50 → 95,000, whatever the desk's style and the quote."""
    wish = buy("50000", order_type=OrderType.LIMIT, price=D("95025"))
    authorised = authorise_by_rule(cleared(wish), NOON, ApprovalPolicy.AUTO)
    request = plan(authorised, rules(), quote(), OrderStyle.MARKET, D("0.0015"), "c1")
    assert (request.order_type, request.price) == (OrderType.LIMIT, D(95_000))
    sale = sell("1", order_type=OrderType.LIMIT, price=D("123456"), time_in_force=TimeInForce.POST_ONLY)
    request = plan(
        authorise_by_rule(cleared(sale), NOON, ApprovalPolicy.AUTO), rules(), None, OrderStyle.BEST, D(0), "c1"
    )
    assert (request.price, request.time_in_force) == (D(123_500), TimeInForce.POST_ONLY)


def test_without_a_quote_the_decision_price_stands_in() -> None:
    authorised = authorise_by_rule(cleared(sell("1")), NOON, ApprovalPolicy.AUTO)
    assert plan(authorised, rules(), None, OrderStyle.LIMIT, D("0.0015"), "c1").price == D(99_850)


@pytest.mark.parametrize(
    ("intent", "style"),
    [
        (buy("4999"), OrderStyle.MARKET),
        (buy("5000"), OrderStyle.LIMIT),  # 5,000 ÷ 1.0005 is below 5,000
        (sell("0.0499"), OrderStyle.MARKET),  # 0.0499 × 100,000 = 4,990
        (sell("0.0499"), OrderStyle.LIMIT),
    ],
)
def test_below_the_venues_minimum_nothing_is_sent(intent: Intent, style: OrderStyle) -> None:
    with pytest.raises(BelowMinimum):
        planned(intent, style)


def test_a_small_sale_is_priced_so_that_the_venue_takes_it() -> None:
    """0.05 × 99,850 would be 4,992.5; at the bid of 100,000 it is worth the minimum of 5,000."""
    request = planned(sell("0.05"))
    assert (request.price, request.quantity) == (D(100_000), D("0.05"))


def test_a_price_below_one_tick_or_a_sum_above_the_maximum_is_invalid() -> None:
    with pytest.raises(InvalidOrder):
        planned(buy(order_type=OrderType.LIMIT, price=D("0.0001")))
    with pytest.raises(InvalidOrder):
        planned(buy("1000000001"), OrderStyle.MARKET)


@given(
    notional=st.decimals("5100", "999000000", places=2),
    ask=st.decimals("0.5", "200000000", places=3),
    aggressiveness=st.decimals("0", "0.02", places=4),
)
def test_any_limit_buy_fits_budget_tick_and_digits(notional: Decimal, ask: Decimal, aggressiveness: Decimal) -> None:
    venue = rules()
    ask = venue.round_price(ask, Side.SELL)
    authorised = authorise_by_rule(cleared(buy(str(notional))), NOON, ApprovalPolicy.AUTO)
    try:
        request = plan(authorised, venue, quote(str(ask), str(ask)), OrderStyle.LIMIT, aggressiveness, "c1")
    except BelowMinimum:
        return  # one step of the quantity is worth more than the money
    assert request.price is not None
    assert request.quantity is not None
    assert ask <= request.price <= ask * (1 + aggressiveness)
    assert request.price % venue.tick_size(request.price) == 0
    assert request.quantity == request.quantity.quantize(D("0.00000001"))
    assert request.price * request.quantity * (1 + venue.bid_fee_rate) <= notional
