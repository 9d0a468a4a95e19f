"""The kimchi premium limits buys in code (R6), whatever the models agreed on."""

from __future__ import annotations

from decimal import Decimal

import pytest

from trader.advice.rules import premium_limit, premium_of, premium_share
from trader.model.advice import ContextItem, Dossier, ItemStatus
from trader.model.limits import PremiumAction, PremiumRule
from trader.settings import Settings

D = Decimal
ALLOW, REDUCE, REFUSE = PremiumAction.ALLOW, PremiumAction.REDUCE, PremiumAction.REFUSE


@pytest.mark.parametrize(
    ("premium", "rule", "share", "reason"),
    [
        ("0.049", PremiumRule(), "1", ""),
        ("0.05", PremiumRule(), "1", ""),  # at the limit, not above it
        ("0.05001", PremiumRule(), "0.5", "premium"),
        ("0.12", PremiumRule(reduction=D("0.7")), "0.3", "premium"),
        ("0.12", PremiumRule(above=REFUSE), "0", "premium"),
        ("0.12", PremiumRule(above=ALLOW), "1", ""),
        ("0.12", PremiumRule(limit=D("0.15")), "1", ""),
        ("0.12", PremiumRule(limit=D(0)), "1", ""),  # no rule
        ("0.12", PremiumRule(reduction=D(0)), "1", ""),
        ("0.12", PremiumRule(reduction=D(1)), "0", "premium"),
        ("-0.02", PremiumRule(above=REFUSE), "1", ""),
        (None, PremiumRule(), "0.5", "premium_unknown"),
        (None, PremiumRule(unknown=REFUSE), "0", "premium_unknown"),
        (None, PremiumRule(unknown=ALLOW), "1", ""),
        (None, PremiumRule(limit=D(0), unknown=REFUSE), "1", ""),
    ],
)
def test_what_is_left_of_a_buy(premium: str | None, rule: PremiumRule, share: str, reason: str) -> None:
    assert premium_share(D(premium) if premium else None, rule) == (D(share), reason)


def dossier(status: ItemStatus, value: float | None = None, reason: str = "") -> Dossier:
    return Dossier((ContextItem("kimchi_premium", status, value, reason=reason),))


LIVE = Settings(_env_file=None, mode="paper")


@pytest.mark.parametrize(
    ("known", "expected"),
    [
        (dossier(ItemStatus.OK, 0.061), (D("0.5"), "premium")),
        (dossier(ItemStatus.OK, 0.01), (D(1), "")),
        (dossier(ItemStatus.STALE, 0.01), (D("0.5"), "premium_unknown")),  # an old one proves nothing
        (dossier(ItemStatus.ABSENT, reason="binance: http 451"), (D("0.5"), "premium_unknown")),
        (Dossier(()), (D("0.5"), "premium_unknown")),
    ],
)
def test_by_what_the_decision_was_told(known: Dossier, expected: tuple[Decimal, str]) -> None:
    assert premium_limit(known, LIVE) == expected


def test_a_made_up_market_has_no_premium_to_be_unknown() -> None:
    """In the sandbox Binance is not asked. Who sets its address there gets the rule like everybody."""
    sandbox = Settings(_env_file=None)
    off = dossier(ItemStatus.ABSENT, reason="binance: switched off; usd_krw: switched off")
    assert premium_limit(off, sandbox) == (D(1), "")
    assert premium_limit(off, LIVE) == (D("0.5"), "premium_unknown")
    failed = dossier(ItemStatus.ABSENT, reason="binance: http 451")
    assert premium_limit(failed, sandbox) == (D("0.5"), "premium_unknown")
    assert premium_limit(dossier(ItemStatus.OK, 0.2), sandbox) == (D("0.5"), "premium")


def test_the_settings_say_how() -> None:
    settings = Settings(
        _env_file=None, mode="paper", premium_limit_fraction="0.03", premium_action="refuse", premium_unknown="allow"
    )
    assert settings.premium_rule == PremiumRule(D("0.03"), REFUSE, ALLOW, D("0.5"))
    assert premium_limit(dossier(ItemStatus.OK, 0.04), settings) == (D(0), "premium")
    assert premium_limit(dossier(ItemStatus.ABSENT), settings) == (D(1), "")


def test_the_figure_is_exact() -> None:
    assert premium_of(dossier(ItemStatus.OK, 0.05)) == D("0.05")
