"""When nobody answers: the owner's rule for small wishes, and what it never does (C2)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.examples import NOON, D, buy, cleared, quote, sell
from trader.approval.silence import goes_on, unanswered
from trader.approval.tickets import expire, open_ticket
from trader.model.events import TicketState
from trader.model.limits import SilencePolicy, SilenceRule
from trader.model.order import Authorised, Intent, Origin, Refused
from trader.model.seoul import Hours
from trader.model.ticket import Ticket

ALLOW = SilenceRule(SilencePolicy.ALLOW, D(100_000))
LATE = NOON + timedelta(seconds=120)


def ticket(intent: Intent | None = None, *, allows: bool = True) -> Ticket:
    """Asked at NOON at 100,100, good for two minutes, band 0.5 %."""
    wish = cleared(intent or buy("100000"))
    return open_ticket(
        wish, quote(), ticket_id="t1", price_band=D("0.005"), ttl_seconds=120, now=NOON, silence_allows=allows
    )


@pytest.mark.parametrize(
    ("intent", "rule", "on"),
    [
        (buy("100000"), ALLOW, True),
        (buy("100001"), ALLOW, False),
        (sell("1"), ALLOW, True),  # 1 × 100,000
        (sell("1.01"), ALLOW, False),
        (buy("100000"), SilenceRule(), False),
        (buy("6000", origin=Origin.PERSON), ALLOW, False),
    ],
)
def test_small_wishes_of_strategies_go_on(intent: Intent, rule: SilenceRule, on: bool) -> None:
    assert goes_on(intent, rule, NOON) is on


@pytest.mark.parametrize(("hours", "on"), [("23:00-07:00", False), ("11:00-13:00", True), ("12:00-12:01", True)])
def test_only_in_the_hours_of_the_rule(hours: str, on: bool) -> None:
    """NOON is 12:00 in Seoul."""
    assert goes_on(buy("5000"), replace(ALLOW, hours=Hours.parse(hours)), NOON) is on


def test_it_goes_on_at_the_price_of_now() -> None:
    stored, given = unanswered(ticket(), ALLOW, quote("100200", "100300"), LATE)
    assert isinstance(given, Authorised)
    assert (given.by, given.intent.price, given.intent.notional) == ("silence", D(100_300), D(100_000))
    assert (stored.state, stored.answered_by, stored.answered_at) == (TicketState.APPROVED, "silence", LATE)


@pytest.mark.parametrize(
    ("asked", "rule", "seconds", "code"),
    [
        (ticket(allows=False), ALLOW, 120, "expired"),  # people were told that it would be rejected
        (ticket(), SilenceRule(), 120, "expired"),  # the rule was taken back meanwhile
        (ticket(), replace(ALLOW, below=D(99_999)), 120, "expired"),
        (ticket(buy("5000", origin=Origin.PERSON)), ALLOW, 120, "expired"),
        (ticket(), ALLOW, 150, None),
        (ticket(), ALLOW, 151, "expired"),  # the service was away: too late
    ],
)
def test_what_does_not_go_on(asked: Ticket, rule: SilenceRule, seconds: int, code: str | None) -> None:
    now = NOON + timedelta(seconds=seconds)
    stored, given = unanswered(asked, rule, quote(), now)
    assert (given.code if isinstance(given, Refused) else None) == code
    if code is not None:
        assert stored == expire(asked, now)


def test_nobody_who_was_not_asked_has_agreed() -> None:
    _, given = unanswered(ticket(), ALLOW, quote(), LATE, reached=False)
    assert isinstance(given, Refused)
    assert given.code == "unreached"


@pytest.mark.parametrize(("ask", "code"), [("100600", None), ("100601", "price_moved"), ("", "stale_quote")])
def test_the_price_is_looked_at_again(ask: str, code: str | None) -> None:
    _, given = unanswered(ticket(), ALLOW, quote("99000", ask) if ask else None, LATE)
    assert (given.code if isinstance(given, Refused) else None) == code


def test_a_sale_that_became_worth_more_than_the_rule_allows_is_not_made() -> None:
    """1 BTC was worth 100,000; at a bid of 100,100 it is above the sum."""
    _, given = unanswered(ticket(sell("1")), ALLOW, quote("100100", "100200"), LATE)
    assert isinstance(given, Refused)
    assert given.code == "price_moved"


def test_a_ticket_that_still_runs_has_not_run_out() -> None:
    with pytest.raises(ValueError, match="runs until"):
        unanswered(ticket(), ALLOW, quote(), LATE - timedelta(seconds=1))
