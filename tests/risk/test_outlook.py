"""What is at stake and what the limits leave, worked by hand (C2). Fees 0.05 % each way."""

from __future__ import annotations

from dataclasses import replace

from tests.examples import BTC, LIMITS, NOON, D, buy, holding, info, order_book, portfolio, quote, rules, sell
from trader.model.order import Cleared, ExitPlan, Intent
from trader.model.portfolio import DayUse, Portfolio
from trader.risk.gate import review


def cleared(intent: Intent, book: Portfolio | None = None, **limits: object) -> Cleared:
    verdict = review(
        intent,
        book or portfolio(),
        replace(LIMITS, **limits),  # type: ignore[arg-type]
        rules(),
        quote(),
        order_book(("100100", "100")),
        info(),
        NOON,
    )
    assert isinstance(verdict, Cleared), verdict
    return verdict


def test_a_buy_says_what_stop_and_target_come_to() -> None:
    """1,001,000 KRW at 100,100 are 10 coins; the fee is 500.5. Sold at 98,000: 980,000 − 490 − 1,001,000 − 500.5 =
    −21,990.5; at 103,000: 1,030,000 − 515 − 1,001,000 − 500.5 = 27,984.5."""
    wish = buy("1001000", exits=ExitPlan(stop=D(98_000), take=D(103_000)))
    seen = cleared(wish, max_order=D(2_000_000)).outlook
    assert seen is not None
    assert (seen.at_stop, seen.at_take) == (D("-21990.5"), D("27984.5"))
    assert (seen.stop, seen.take, seen.result) == (D(98_000), D(103_000), None)


def test_the_tighter_of_stop_and_trailing_stop_counts() -> None:
    """1 % below 100,100 is 99,099, on the tick 99,100, nearer than 98,000."""
    seen = cleared(buy(exits=ExitPlan(stop=D(98_000), trail=D("0.01")))).outlook
    assert seen is not None
    assert (seen.stop, seen.take, seen.at_take) == (D(99_100), None, None)


def test_a_buy_says_what_is_left_of_the_limits() -> None:
    """The third of five entries; 200,000 spent, 100,000 and its fee of 50 come to it, of 500,000; 100,000 of
    10,000,000 is 1 %."""
    book = portfolio(today=DayUse(entries=2, spent=D(200_000)))
    seen = cleared(buy(), book, max_entries_per_day=5, max_daily_spend=D(500_000)).outlook
    assert seen is not None
    assert (seen.entries_left, seen.spend_left) == (2, D(199_950))
    assert (seen.exposure, seen.exposure_limit) == (D("0.01"), D(1))


def test_a_sale_says_what_it_brings_against_its_cost() -> None:
    """Half of 2 BTC that cost 90,000 each, sold at 100,000: 100,000 − 50 − 90,000 = 9,950. Of 10,200,000 there remain
    100,000 invested."""
    book = holding("2", "180000")
    seen = cleared(sell("1"), book).outlook
    assert seen is not None
    assert seen.result == D(9_950)
    assert seen.exposure == D(100_000) / (D(10_000_000) + 2 * book.bids[BTC])
    assert (seen.entries_left, seen.spend_left, seen.at_stop) == (None, None, None)
