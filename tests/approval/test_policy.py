"""Who must be asked, and what may go by rule (C2)."""

import re
from decimal import Decimal
from pathlib import Path

import pytest

from tests.examples import NOON, D, buy, cleared, protective, sell
from trader.approval.policy import authorise_by_rule, needs_person
from trader.model.limits import ApprovalPolicy
from trader.model.order import Origin

AUTO, ASK_ALL, ASK_ABOVE = ApprovalPolicy.AUTO, ApprovalPolicy.ASK_ALL, ApprovalPolicy.ASK_ABOVE


@pytest.mark.parametrize("policy", list(ApprovalPolicy))
@pytest.mark.parametrize("origin", [Origin.GUARD, Origin.PANIC])
def test_a_protective_exit_waits_for_nobody(policy: ApprovalPolicy, origin: Origin) -> None:
    exit_ = cleared(protective(origin=origin))
    assert not needs_person(exit_, policy, D(0))
    assert authorise_by_rule(exit_, NOON).by == "rule"


@pytest.mark.parametrize(
    ("policy", "notional", "asked"),
    [
        (AUTO, "900000", False),
        (ASK_ALL, "6000", True),
        (ASK_ABOVE, "499999", False),
        (ASK_ABOVE, "500000", False),
        (ASK_ABOVE, "500001", True),
    ],
)
def test_the_policy_decides_about_a_strategys_buy(policy: ApprovalPolicy, notional: str, asked: bool) -> None:
    assert needs_person(cleared(buy(notional)), policy, D(500_000)) is asked


def test_a_sale_counts_by_quantity_times_decision_price() -> None:
    """6 × 100,000 = 600,000 KRW is above 500,000; 5 × 100,000 is not."""
    assert needs_person(cleared(sell("6")), ASK_ABOVE, D(500_000))
    assert not needs_person(cleared(sell("5")), ASK_ABOVE, D(500_000))


@pytest.mark.parametrize("policy", list(ApprovalPolicy))
def test_what_a_person_asked_for_is_shown_once_more(policy: ApprovalPolicy) -> None:
    assert needs_person(cleared(buy("6000", origin=Origin.PERSON)), policy, Decimal(500_000))


def test_by_rule_refuses_what_a_person_must_see() -> None:
    with pytest.raises(ValueError, match="approve"):
        authorise_by_rule(cleared(buy()), NOON, ASK_ALL)
    assert authorise_by_rule(cleared(buy()), NOON, AUTO).at == NOON


def test_only_this_package_makes_an_authorised() -> None:
    """Nothing else in the product may construct the permission to trade."""
    root = Path(__file__).parents[2]
    makers = {
        path.relative_to(root).parts[:2]
        for package in ("trader", "chatbot", "storage", "sandbox")
        for path in (root / package).rglob("*.py")
        if re.search(r"(?<!class )\bAuthorised\(", path.read_text(encoding="utf-8"))
    }
    assert makers == {("trader", "approval")}
