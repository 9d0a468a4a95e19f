"""Between a sale's fill at the venue and its booking, its money is not counted twice."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from trader.ledger.portfolio import just_sold
from trader.model.market import Market
from trader.model.portfolio import Balance, Portfolio, Position, TradingState
from trader.model.seoul import SEOUL

XRP = Market("KRW", "XRP")
HELD = Position("p", XRP, "me", datetime(2026, 11, 21, tzinfo=SEOUL), Decimal(300), Decimal(990_000))


def coins(quantity: int) -> dict[str, Balance]:
    return {"XRP": Balance("XRP", Decimal(quantity), Decimal(0))}


def test_what_the_venue_sold_is_left_out_of_equity() -> None:
    """300 XRP at 3,300 sold for 990,000: cash has it already, the books still hold the coins."""
    sold = just_sold({XRP: HELD}, coins(0), {XRP: Decimal(300)})
    assert sold == {XRP: Decimal(300)}
    cash = Balance("KRW", Decimal(9_990_000), Decimal(0))
    portfolio = Portfolio(TradingState.ACTIVE, cash, {XRP: HELD}, {XRP: Decimal(3300)}, sold=sold)
    assert portfolio.equity == Decimal(9_990_000)


def test_half_a_sale_counts_for_half() -> None:
    assert just_sold({XRP: HELD}, coins(150), {XRP: Decimal(300)}) == {XRP: Decimal(150)}


def test_no_more_is_believed_than_our_sale_explains() -> None:
    """100 of 300 are being sold; that all 300 are gone is another matter."""
    assert just_sold({XRP: HELD}, coins(0), {XRP: Decimal(100)}) == {XRP: Decimal(100)}


def test_coins_of_the_persons_own_hide_nothing_else() -> None:
    assert just_sold({XRP: HELD}, coins(900), {XRP: Decimal(300)}) == {XRP: Decimal(0)}
