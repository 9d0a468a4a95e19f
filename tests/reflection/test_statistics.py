"""Intervals and scores against figures worked by hand or printed in the sources."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trader.reflection.statistics import Z95, brier, brier_skill, calibration_error, difference, wilson


def test_wilson_of_15_in_148():
    found = wilson(15, 148)  # Newcombe (1998), example (c) of the single proportion: 0.0624 to 0.1605
    assert (round(found.low, 4), round(found.high, 4)) == (0.0624, 0.1605)


def test_wilson_stays_inside_at_the_edges():
    assert wilson(0, 20).low == 0
    assert wilson(20, 20).high == 1
    assert round(wilson(0, 20).high, 4) == 0.1611


def test_difference_of_56_in_70_and_48_in_80():
    found = difference(56, 70, 48, 80, Z95)  # Newcombe (1998), example (a), method 10: 0.0524 to 0.3339
    assert (round(found.low, 4), round(found.high, 4)) == (0.0524, 0.3339)


def test_always_saying_half_earns_a_quarter():
    assert brier([0.5] * 4, [True, False, True, True]) == 0.25


def test_brier_by_hand():
    assert brier([0.9, 0.2], [True, True]) == pytest.approx((0.01 + 0.64) / 2)
    assert brier_skill([0.75] * 4, [True, True, True, False]) == pytest.approx(0)  # knows the base rate, no more
    assert brier_skill([0.6], [True]) is None


def test_calibration_by_hand():
    # four say 0.9 and half came true (gap 0.4), one says 0.1 and it did not (gap 0.1): (4 × 0.4 + 0.1) / 5
    assert calibration_error([0.9] * 4 + [0.1], [True, True, False, False, False]) == pytest.approx(0.34)


@pytest.mark.parametrize(("hits", "n"), [(0, 0), (3, 2), (-1, 5)])
def test_what_is_no_proportion_is_refused(hits: int, n: int):
    with pytest.raises(ValueError, match="no proportion"):
        wilson(hits, n)


@given(st.integers(1, 500).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_an_interval_holds_its_share(case: tuple[int, int]):
    hits, n = case
    found = wilson(hits, n)
    assert 0 <= found.low <= hits / n + 1e-12
    assert hits / n - 1e-12 <= found.high <= 1
