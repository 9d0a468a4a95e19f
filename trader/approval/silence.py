"""When nobody answers: a no, or the owner's standing yes to small wishes.  In: Ticket, SilenceRule, Quote.  Out:
Ticket, Authorised | Refused.  Pure.

Never for what a person wished, never above the owner's sum, only where people were told so when they were asked, and
only at once: what ran out while the service was away is over."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from trader.approval.policy import notional_of
from trader.approval.tickets import BY_CLOCK, at_market, expire
from trader.model.events import TicketState
from trader.model.limits import SilencePolicy, SilenceRule
from trader.model.market import Quote
from trader.model.order import Authorised, Intent, Origin, Refused
from trader.model.ticket import Ticket

BY_SILENCE = "silence"
AT_ONCE = timedelta(seconds=30)
"""So long after its end a ticket may still go on unanswered."""


def goes_on(intent: Intent, rule: SilenceRule, at: datetime) -> bool:
    """Whether no answer by `at` counts as a yes."""
    return (
        rule.policy is SilencePolicy.ALLOW
        and intent.origin is Origin.STRATEGY
        and notional_of(intent) <= rule.below
        and (rule.hours is None or at in rule.hours)
    )


def unanswered(
    ticket: Ticket,
    rule: SilenceRule,
    quote: Quote | None,
    now: datetime,
    *,
    reached: bool = True,
    at_once: timedelta = AT_ONCE,
) -> tuple[Ticket, Authorised | Refused]:
    """A ticket that ran out.

    Args:
        quote: prices now; a yes needs them, within the band of the ticket.
        reached: somebody has got the question.
        at_once: how long after its end it may go on, in the time of `now`.
    Returns:
        The ticket as it is stored, and what follows: refused with `expired`, or with what stood against going on
        (`unreached`, `stale_quote`, `price_moved`).
    Raises:
        ValueError: it still runs (a mistake of the caller)."""
    if now < ticket.expires_at:
        raise ValueError(f"ticket {ticket.ticket_id} runs until {ticket.expires_at}")
    intent, over = ticket.cleared.intent, expire(ticket, now)
    in_time = now - ticket.expires_at <= at_once
    if not (ticket.silence_allows and in_time and goes_on(intent, rule, ticket.expires_at)):
        return over, Refused(intent, BY_CLOCK, "expired", ticket.ticket_id)
    if not reached:
        return over, Refused(intent, BY_CLOCK, "unreached", ticket.ticket_id)
    cleared = at_market(ticket, quote)
    if isinstance(cleared, str):
        return over, Refused(intent, BY_CLOCK, cleared, ticket.ticket_id)
    if notional_of(cleared.intent) > rule.below:
        return over, Refused(intent, BY_CLOCK, "price_moved", ticket.ticket_id)
    given = replace(ticket, state=TicketState.APPROVED, answered_by=BY_SILENCE, answered_at=now)
    return given, Authorised(cleared=cleared, by=BY_SILENCE, at=now)
