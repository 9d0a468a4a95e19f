"""The scorecard, with figures worked by hand (R9). Fee 0, so that moves are returns."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from trader.model.advice import MemberStatus, Stance
from trader.model.order import Side
from trader.model.reflection import Move
from trader.reflection.scorecard import Judged, calibration_bins, pairs, score, value_added

FREE = Decimal(0)
AT = datetime(2026, 3, 2, tzinfo=UTC)


def move(percent: str) -> Move:
    return Move(12, Decimal(1000), Decimal(1000) * (1 + Decimal(percent) / 100), AT)


def judged(stance: str | None = "BUY", percent: str | None = "2", **changes: Any) -> Judged:
    values: dict[str, Any] = {
        "consultation_id": "c1",
        "member": "luna",
        "status": MemberStatus.OK if stance else MemberStatus.LATE,
        "stance": Stance(stance) if stance else None,
        "p_up": Decimal("0.6") if stance else None,
        "side": Side.BUY,
        "notional": Decimal(100_000),
        "share": Decimal(1 if stance == "BUY" else 0),
        "cost": Decimal(7),
        "latency_seconds": 1.0,
        "move": None if percent is None else move(percent),
        "foretold": None if percent is None else move(percent),
    }
    return Judged(**{**values, **changes})


@pytest.mark.parametrize(
    ("stance", "percent", "share", "krw"),
    [
        ("HOLD", "-2", "0", "2000"),  # kept from losing 2,000
        ("HOLD", "3", "0", "-3000"),  # kept from winning 3,000
        ("BUY", "3", "1", "0"),  # the rules would have done the same
        ("BUY", "-2", "0.5", "1000"),  # half the size, half the loss
    ],
)
def test_value_is_counted_against_the_rules_alone(stance: str, percent: str, share: str, krw: str):
    assert value_added(judged(stance, percent, share=Decimal(share)), FREE) == Decimal(krw)


def test_without_a_wish_of_the_rules_the_answer_stands_for_itself():
    own = judged("BUY", "2", side=None, share=Decimal("0.4"))
    assert value_added(own, FREE) == 800
    assert value_added(judged("HOLD", "-5", side=None), FREE) == 0


def test_what_is_not_resolved_adds_nothing_but_its_bill():
    found = score("luna", [judged(percent=None)], FREE)
    assert (found.calls, found.n, found.hit_rate, found.brier, found.value_added) == (1, 0, None, None, -7)


def test_a_card_by_hand():
    found = score(
        "luna",
        [
            judged("BUY", "2", p_up=Decimal("0.8")),  # right
            judged("BUY", "-1", p_up=Decimal("0.6"), latency_seconds=3.0),  # wrong
            judged("HOLD", "-3", p_up=Decimal("0.3")),  # right: buying would have lost, 3,000 kept
            judged(None, "1", latency_seconds=25.0),  # late
        ],
        FREE,
    )
    assert (found.calls, found.failed, found.n, found.hits) == (4, 1, 3, 2)
    assert found.mean_net == pytest.approx((0.02 - 0.01 + 0) / 3)
    assert found.median_net == 0
    assert found.brier == pytest.approx((0.2**2 + 0.6**2 + 0.3**2) / 3)
    assert found.cost == 28
    # kept 3,000 by holding; the late one let a win of 1,000 go; the bill
    assert found.value_added == 3000 - 1000 - 28
    assert found.latency_p50 == 2.0
    assert not found.enough
    assert not found.below_the_bar


def test_a_chance_is_judged_at_the_candle_it_was_stated_for():
    """It said 0.9 for four candles on, where it stood 2 % higher; after the card's twelve it had fallen by 3 %."""
    found = score("luna", [judged("BUY", "-3", p_up=Decimal("0.9"), foretold=move("2"))], FREE)
    assert (found.hits, found.brier) == (0, pytest.approx(0.01))
    later = judged("BUY", "2", p_up=Decimal("0.9"), foretold=None)
    assert (score("luna", [later], FREE).n, score("luna", [later], FREE).brier) == (1, None)
    assert calibration_bins([later]) == []


def test_who_was_not_asked_was_not_called_and_has_not_failed():
    rested = judged(None, "1", status=MemberStatus.RESTING, cost=FREE)
    found = score("luna", [judged("BUY", "2"), rested], FREE)
    assert (found.calls, found.failed) == (1, 0)


def test_a_member_that_costs_more_than_it_brings_is_below_the_bar_only_with_enough_answers():
    bad = [judged("HOLD", "2", p_up=Decimal("0.1")) for _ in range(99)]
    assert not score("luna", bad, FREE).below_the_bar
    assert score("luna", [*bad, judged("BUY", "-2", p_up=Decimal("0.9"))], FREE).below_the_bar


def test_pairs_count_only_common_questions():
    luna = [judged("BUY", "-1"), judged("BUY", "2", consultation_id="c2"), judged("BUY", "2", consultation_id="c3")]
    haiku = [judged("BUY", "-1", member="haiku"), judged("HOLD", "2", member="haiku", consultation_id="c2")]
    (found,) = pairs({"luna": luna, "haiku": haiku}, FREE)
    assert (found.n, found.agreed, found.both_wrong) == (2, 1, 1)


def test_calibration_bins_for_the_picture():
    said = [judged(percent=p, p_up=Decimal(c)) for p, c in (("2", "0.9"), ("-2", "0.85"), ("-1", "0.1"))]
    assert calibration_bins(said) == [(0.1, 0.0, 1), (pytest.approx(0.875), 0.5, 2)]
