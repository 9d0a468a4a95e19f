"""What models may cost: nothing goes beyond a cap, whatever is under way (R7)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from trader.advice.budget import Budget, Caps

CAPS = Caps(day=Decimal(100), month=Decimal(250))
NOON = datetime(2026, 3, 2, 3, tzinfo=UTC)  # noon in Seoul


def test_calls_under_way_count_as_spent():
    budget = Budget()
    assert budget.reserve("a", Decimal(60), CAPS, NOON) == ""
    assert budget.reserve("b", Decimal(60), CAPS, NOON) == "day"
    budget.settle("a", Decimal(7), NOON)
    assert budget.reserve("b", Decimal(60), CAPS, NOON) == ""
    assert budget.spent_day == 7


def test_a_new_korean_day_is_a_new_day_cap_and_a_new_month_a_new_month_cap():
    budget = Budget()
    budget.restore(NOON, Decimal(100), Decimal(240))
    assert budget.reserve("a", Decimal(1), CAPS, NOON) == "day"
    tomorrow = NOON + timedelta(hours=12)  # midnight in Seoul
    assert budget.reserve("a", Decimal(11), CAPS, tomorrow) == "month"
    assert budget.reserve("a", Decimal(10), CAPS, tomorrow) == ""
    april = datetime(2026, 3, 31, 15, tzinfo=UTC)  # 1 April in Seoul
    assert budget.reserve("b", Decimal(90), CAPS, april) == ""
    assert budget.spent_month == 0


def test_four_fifths_are_worth_a_word():
    budget = Budget()
    budget.restore(NOON, Decimal(79), Decimal(79))
    assert budget.nearing(CAPS, NOON) == {}
    budget.settle("a", Decimal(1), NOON)
    assert budget.nearing(CAPS, NOON) == {"day": Decimal(80)}
    budget.restore(NOON, Decimal(0), Decimal(200))
    assert budget.nearing(CAPS, NOON) == {"month": Decimal(200)}


def test_a_cap_of_nothing_allows_nothing():
    assert Budget().reserve("a", Decimal("0.1"), Caps(Decimal(0), Decimal(9)), NOON) == "day"


@given(st.lists(st.tuples(st.integers(1, 60), st.integers(0, 100), st.booleans()), max_size=40))
def test_spending_never_passes_a_cap_while_no_call_costs_more_than_was_set_aside(calls: list[tuple[int, int, bool]]):
    budget = Budget()
    open_calls: list[tuple[str, Decimal]] = []
    for number, (worst, percent, first) in enumerate(calls):
        if not budget.reserve(str(number), Decimal(worst), CAPS, NOON):
            open_calls.append((str(number), Decimal(worst) * percent / 100))
        if open_calls and first:
            key, cost = open_calls.pop(0)
            budget.settle(key, cost, NOON)
    for key, cost in open_calls:
        budget.settle(key, cost, NOON)
    assert budget.spent_day <= CAPS.day
