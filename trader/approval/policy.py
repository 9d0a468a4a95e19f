"""Whether a person must be asked, and authorising by rule where nobody need be.  In: Cleared.  Out: Authorised.  Pure.

Automatic trading is a policy here, not a way round: everything that is sent passes through this package."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from trader.model.limits import ApprovalPolicy
from trader.model.order import ZERO, Authorised, Cleared, Intent, Origin

BY_RULE = "rule"


def notional_of(intent: Intent) -> Decimal:
    """KRW at stake: a buy's notional, or a sale's quantity at its decision price."""
    if intent.notional is not None:
        return intent.notional
    return (intent.quantity or ZERO) * intent.price


def needs_person(cleared: Cleared, policy: ApprovalPolicy, ask_above: Decimal) -> bool:
    """Protective exits wait for nobody; what a person asked for is always shown to a person once more before it goes.

    `ask_above` is in KRW and counts under ASK_ABOVE only: a notional equal to it still passes unasked."""
    intent = cleared.intent
    if intent.protective:
        return False
    if intent.origin is Origin.PERSON:
        return True
    if policy is ApprovalPolicy.AUTO:
        return False
    if policy is ApprovalPolicy.ASK_ALL:
        return True
    return notional_of(intent) > ask_above


def authorise_by_rule(
    cleared: Cleared,
    now: datetime,
    policy: ApprovalPolicy = ApprovalPolicy.ASK_ALL,
    ask_above: Decimal = ZERO,
) -> Authorised:
    """Without asking: protective exits under any policy, the rest only where the policy asks nobody.

    Raises:
        ValueError: a person has to be asked (a mistake of the caller)."""
    if needs_person(cleared, policy, ask_above):
        raise ValueError(f"a person has to approve this {cleared.intent.side} of {cleared.intent.market}")
    return Authorised(cleared=cleared, by=BY_RULE, at=now)
