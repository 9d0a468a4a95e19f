"""When the guard leaves a position (S3). Entered at 100,000 KRW at noon."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.examples import BTC, NOON, D
from trader.guard.levels import evaluate
from trader.model.order import Breakeven, ExitPlan
from trader.model.portfolio import GuardLevels
from trader.model.ticks import KRW, tick_at


def levels(**plan: object) -> GuardLevels:
    return GuardLevels("p1", BTC, ExitPlan(**plan), high=D(100_000), opened_at=NOON)  # type: ignore[arg-type]


FULL = replace(
    levels(
        stop=D(98_000),
        take=D(103_000),
        trail=D("0.015"),
        max_hold_seconds=600,
        breakeven=Breakeven(D("0.005"), D("0.0005")),
    ),
    average_cost=D(100_050),
)


@pytest.mark.parametrize(
    ("plan", "price", "seconds", "code"),
    [
        ({"stop": D(98_000)}, "98001", 0, None),
        ({"stop": D(98_000)}, "98000", 0, "stop"),
        ({"stop": D(98_000)}, "90000", 0, "stop"),
        ({"take": D(103_000)}, "102999", 0, None),
        ({"take": D(103_000)}, "103000", 0, "take"),
        ({"trail": D("0.015")}, "98501", 0, None),
        ({"trail": D("0.015")}, "98500", 0, "trail"),
        ({"max_hold_seconds": 600}, "100000", 599, None),
        ({"max_hold_seconds": 600}, "100000", 600, "max_hold"),
        ({}, "1", 10**6, None),
        ({"stop": D(98_000), "trail": D("0.015")}, "98500", 0, "trail"),
        ({"stop": D(99_000), "trail": D("0.015")}, "98000", 0, "stop"),
        ({"stop": D(98_000), "max_hold_seconds": 600}, "97000", 600, "stop"),
    ],
)
def test_the_level_that_is_reached(plan: dict[str, object], price: str, seconds: int, code: str | None) -> None:
    assert evaluate(levels(**plan), D(price), NOON + timedelta(seconds=seconds))[1] == code


def test_the_trailing_stop_follows_the_price_up_and_never_down() -> None:
    """High 110,000 → trailing stop 110,000 × 0.985 = 108,350, up to the tick of 100; a fall to 109,000 leaves it."""
    row = levels(trail=D("0.015"))
    row, code = evaluate(row, D(110_000), NOON)
    assert (row.effective_stop, code) == (D(108_400), None)
    row, code = evaluate(row, D(109_000), NOON)
    assert (row.effective_stop, code) == (D(108_400), None)
    row, code = evaluate(row, D(108_400), NOON)
    assert code == "trail"


@pytest.mark.parametrize(
    ("high", "trail", "stop"),
    [
        ("100900000", "0.0105", "99841000"),  # 99,840,550: the tick is 1,000
        ("1012000", "0.015", "997000"),  # 996,820: below a million it is 500
        ("100", "0.005", "99.5"),  # below 100 it is 0.1
        ("102", "0.005", "101"),  # 101.49: up would be the high itself, sold as soon as it is seen
        ("0.0234", "0.01", "0.0232"),  # 0.023166
    ],
)
def test_a_trailing_stop_is_on_the_markets_tick_in_every_band(high: str, trail: str, stop: str) -> None:
    assert levels(trail=D(trail)).with_high(D(high)).effective_stop == D(stop)


def test_a_break_even_stop_is_on_the_tick_of_the_band_it_is_in() -> None:
    """Below 10,000 the tick is 5: 9,992 ÷ 0.9995 = 9,997.0 → 10,000. From there on it is 10: 10,003.0 → 10,010, since
    10,005, where the entry's tick would put it, is no price of this market and would act at 10,000, below cost."""
    rule = replace(HELD, plan=ExitPlan(breakeven=Breakeven(D("0.01"), D("0.0005"))), average_cost=D(9_992))
    assert rule.breakeven_price == D(10_000)
    assert replace(rule, average_cost=D(9_998)).breakeven_price == D(10_010)


HELD = GuardLevels(
    "p1",
    BTC,
    ExitPlan(stop=D(98_000), breakeven=Breakeven(D("0.01"), fee_rate=D("0.0005"))),
    high=D(100_000),
    opened_at=NOON,
    average_cost=D(100_050),
)
"""One bought at 100,000 with a fee of 50. Cost: 100,050 ÷ 0.9995 = 100,100.05 → 100,200 on the tick. The stop moves
there at 100,050 × 1.01 = 101,050.5."""


def test_the_stop_moves_to_cost_once_and_for_all() -> None:
    row, code = evaluate(HELD, D(101_000), NOON)
    assert (row.effective_stop, code) == (D(98_000), None)
    row, code = evaluate(row, D(101_100), NOON)
    assert (row.effective_stop, code) == (D(100_200), None)
    row, code = evaluate(row, D(100_300), NOON)
    assert (row.effective_stop, code) == (D(100_200), None)
    assert evaluate(row, D(100_200), NOON)[1] == "breakeven"


def test_a_sale_at_the_break_even_stop_brings_all_costs_back() -> None:
    """100,200 less 0.05 % = 100,149.9 for what cost 100,050; a tick lower, 100,100 would bring 100,049.95: a loss."""
    assert HELD.breakeven_price == D(100_200)
    assert D(100_200) * D("0.9995") >= HELD.average_cost > D(100_100) * D("0.9995")


def test_a_gain_smaller_than_the_costs_never_stops_at_once() -> None:
    """0.01 % is less than the fees: the stop moves only when the price is a tick above it."""
    row = replace(HELD, plan=replace(HELD.plan, breakeven=Breakeven(D("0.0001"), D("0.0005"))))
    assert row.breakeven_at == D(100_300)
    assert evaluate(row, D(100_200), NOON)[1] is None
    assert evaluate(row, D(100_300), NOON)[1] is None


def test_a_tighter_level_gives_the_code() -> None:
    high = HELD.with_high(D(105_000))
    trailing = replace(high, plan=replace(HELD.plan, trail=D("0.01")))
    assert evaluate(trailing, D(103_950), NOON)[1] == "trail"
    fixed = replace(high, plan=replace(HELD.plan, stop=D(100_500)))
    assert evaluate(fixed, D(100_200), NOON)[1] == "stop"


def test_without_the_cost_there_is_no_break_even_stop() -> None:
    """A row of before the rule existed."""
    assert replace(HELD, average_cost=D(0)).with_high(D(200_000)).effective_stop == D(98_000)


@given(st.lists(st.decimals("90000", "110000", places=0), min_size=1, max_size=30))
def test_high_and_stop_never_fall_and_the_stop_is_a_price(prices: list[Decimal]) -> None:
    row = FULL
    for price in prices:
        after, _ = evaluate(row, price, NOON)
        assert after.high == max(row.high, price)
        assert row.effective_stop is not None
        assert after.effective_stop is not None
        assert after.effective_stop >= row.effective_stop
        assert after.effective_stop % tick_at(KRW, after.effective_stop) == 0
        row = after
