"""Hard rules over buys, in code and not only in the prompt, whoever wished for them (R6).  Pure.

In: the dossier of the decision, the settings in force. Out: what is left of a buy. Sells are no matter of theirs."""

from __future__ import annotations

from decimal import Decimal

from trader.advice.context.finding import SWITCHED_OFF
from trader.advice.context.premium import KIMCHI
from trader.model.advice import Dossier, ItemStatus
from trader.model.limits import PremiumAction, PremiumRule
from trader.settings import Settings

ONE, ZERO = Decimal(1), Decimal(0)
ABOVE, UNKNOWN = CODES = ("premium", "premium_unknown")
"""Reason codes of a buy that was made smaller or refused."""


def premium_limit(dossier: Dossier, settings: Settings) -> tuple[Decimal, str]:
    """The share of a buy that is allowed at this kimchi premium, 0…1, and the reason code where it is below 1."""
    if not settings.real_prices and not _asked_for(dossier):
        return ONE, ""  # a made-up market has no premium to be unknown
    return premium_share(premium_of(dossier), settings.premium_rule)


def premium_share(premium: Decimal | None, rule: PremiumRule) -> tuple[Decimal, str]:
    """The same by figures; `premium` a fraction, None = not known."""
    if not rule.limit:
        return ONE, ""
    if premium is None:
        return _left(rule.unknown, rule.reduction, UNKNOWN)
    return _left(rule.above, rule.reduction, ABOVE) if premium > rule.limit else (ONE, "")


def premium_of(dossier: Dossier) -> Decimal | None:
    """The kimchi premium of this moment; None when it is absent, and also when it is stale: an old one may be wrong in
    either direction."""
    for item in dossier.items:
        if item.name == KIMCHI and item.status is ItemStatus.OK and isinstance(item.value, int | float):
            return Decimal(str(item.value))
    return None


def _asked_for(dossier: Dossier) -> bool:
    return any(item.name == KIMCHI and SWITCHED_OFF not in item.reason for item in dossier.items)


def _left(action: PremiumAction, reduction: Decimal, code: str) -> tuple[Decimal, str]:
    if action is PremiumAction.REFUSE:
        return ZERO, code
    share = ONE - reduction if action is PremiumAction.REDUCE else ONE
    return share, code if share < ONE else ""
