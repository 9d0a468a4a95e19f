"""When the guard leaves a position (S3). Entered at 100,000 KRW at noon."""

from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.examples import BTC, NOON, D
from trader.guard.levels import evaluate
from trader.model.order import ExitPlan
from trader.model.portfolio import GuardLevels


def levels(**plan: object) -> GuardLevels:
    return GuardLevels("p1", BTC, ExitPlan(**plan), high=D(100_000), opened_at=NOON)  # type: ignore[arg-type]


FULL = levels(stop=D(98_000), take=D(103_000), trail=D("0.015"), max_hold_seconds=600)


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
    """High 110,000 → trailing stop 110,000 × 0.985 = 108,350; a fall to 109,000 leaves it there."""
    row = levels(trail=D("0.015"))
    row, code = evaluate(row, D(110_000), NOON)
    assert (row.effective_stop, code) == (D(108_350), None)
    row, code = evaluate(row, D(109_000), NOON)
    assert (row.effective_stop, code) == (D(108_350), None)
    row, code = evaluate(row, D(108_350), NOON)
    assert code == "trail"


@given(st.lists(st.decimals("90000", "110000", places=0), min_size=1, max_size=30))
def test_high_and_stop_never_fall(prices: list[Decimal]) -> None:
    row = FULL
    for price in prices:
        after, _ = evaluate(row, price, NOON)
        assert after.high == max(row.high, price)
        assert row.effective_stop is not None
        assert after.effective_stop is not None
        assert after.effective_stop >= row.effective_stop
        row = after
