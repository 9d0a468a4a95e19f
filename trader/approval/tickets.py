"""Questions to a person: made from a `Cleared`, answered once.  In: Ticket, Quote.  Out: Ticket, Authorised | Refused.

Pure; storing the answered ticket (`records.tickets.answer`) decides who was first. Codes of refusal are in `REFUSALS`.
An approved intent carries the price of the tap, so the risk gate can look at it once more before it is sent."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import ROUND_FLOOR, Decimal

from trader.model.events import TicketState
from trader.model.market import Quote
from trader.model.order import Authorised, Cleared, ExitPlan, Intent, OrderType, Origin, Refused, Side
from trader.model.rules import QUANTITY_STEP, TradingRules
from trader.model.ticket import Ticket
from trader.model.ticks import stop_on_tick

REFUSALS = ("rejected", "expired", "already_answered", "price_moved", "stale_quote", "too_old")
"""Every code a `Refused` of a person's tap can carry."""

ANEW_WITHIN = timedelta(hours=1)
"""So long after its end a question may be asked anew; later the reason for it has passed."""

BY_CLOCK = "clock"
ONE = Decimal(1)


def market_price(quote: Quote, side: Side) -> Decimal:
    """What we would trade at: a buy meets the ask, a sale the bid."""
    return quote.ask if side is Side.BUY else quote.bid


def open_ticket(
    cleared: Cleared,
    quote: Quote | None,
    *,
    ticket_id: str,
    price_band: Decimal,
    ttl_seconds: int,
    now: datetime,
    silence_allows: bool = False,
) -> Ticket:
    """A pending ticket at the market's price now (the decision price where no quote is known)."""
    price = market_price(quote, cleared.intent.side) if quote else cleared.intent.price
    return Ticket(
        ticket_id=ticket_id,
        cleared=cleared,
        price=price,
        price_band=price_band,
        created_at=now,
        expires_at=now + timedelta(seconds=ttl_seconds),
        silence_allows=silence_allows,
    )


def expire(ticket: Ticket, now: datetime) -> Ticket:
    """The ticket as it is stored when nobody answered in time."""
    return replace(ticket, state=TicketState.EXPIRED, answered_by=BY_CLOCK, answered_at=now)


def answer(
    ticket: Ticket,
    approved: bool,
    by: str,
    quote: Quote | None,
    now: datetime,
    share: Decimal = ONE,
) -> tuple[Ticket, Authorised | Refused]:
    """A person's yes or no.

    Args:
        quote: prices at the tap; needed for a yes, except to a person's own limit order, whose price stands.
        share: the part of the size that is wanted, 0 < share ≤ 1 (0.5 = half).
    Returns:
        The ticket to store, unchanged where the answer did not count (`already_answered`, `price_moved`,
        `stale_quote`: it stays pending and may be answered again until it expires), and what follows from it.
    Raises:
        ValueError: share out of range."""
    if not 0 < share <= 1:
        raise ValueError(f"share must be above 0 and at most 1, not {share}")
    intent = ticket.cleared.intent
    if ticket.state is not TicketState.PENDING:
        return ticket, Refused(intent, ticket.answered_by, "already_answered", ticket.ticket_id)
    if now >= ticket.expires_at:
        return expire(ticket, now), Refused(intent, BY_CLOCK, "expired", ticket.ticket_id)
    if not approved:
        return _answered(ticket, TicketState.REJECTED, by, now), Refused(intent, by, "rejected", ticket.ticket_id)
    cleared = at_market(ticket, quote, share)
    if isinstance(cleared, str):
        return ticket, Refused(intent, by, cleared, ticket.ticket_id)
    return _answered(ticket, TicketState.APPROVED, by, now), Authorised(cleared=cleared, by=by, at=now)


def at_market(ticket: Ticket, quote: Quote | None, share: Decimal = ONE) -> Cleared | str:
    """What was asked, at the price of now; or why not: `stale_quote`, `price_moved` out of the ticket's band. A
    person's own limit stands however the market moves."""
    intent = ticket.cleared.intent
    if intent.order_type is OrderType.LIMIT:
        return _resized(ticket.cleared, intent.price, share)
    if quote is None:
        return "stale_quote"
    price = market_price(quote, intent.side)
    if abs(price - ticket.price) > ticket.price * ticket.price_band:
        return "price_moved"
    return _resized(ticket.cleared, price, share)


def replaced(ticket: Ticket, by: str, now: datetime) -> Ticket:
    """The ticket as it is stored when it was asked anew."""
    return _answered(ticket, TicketState.REPLACED, by, now)


def anew(
    ticket: Ticket, quote: Quote | None, rules: TradingRules, *, intent_id: str, by: str, now: datetime
) -> Intent | Refused:
    """The same wish at the price of now, in the same thread: its levels as far from the price as they were. Only for
    one that waits or ran out lately."""
    old = ticket.cleared.intent
    if ticket.state not in (TicketState.PENDING, TicketState.EXPIRED):
        return Refused(old, ticket.answered_by, "already_answered", ticket.ticket_id)
    if now - ticket.expires_at > ANEW_WITHIN:
        return Refused(old, by, "too_old", ticket.ticket_id)
    wish = replace(
        old,
        intent_id=intent_id,
        thread=old.thread_id,
        created_at=now,
        owner=by if old.origin is Origin.PERSON else old.owner,
    )
    if old.order_type is OrderType.LIMIT:
        return wish
    if quote is None:
        return Refused(old, by, "stale_quote", ticket.ticket_id)
    price = market_price(quote, old.side)
    return replace(wish, price=price, exits=_moved(old.exits, price / old.price, price, rules))


def _moved(exits: ExitPlan, factor: Decimal, price: Decimal, rules: TradingRules) -> ExitPlan:
    stop = None if exits.stop is None else stop_on_tick(rules.ticks, exits.stop * factor, price)
    take = None if exits.take is None else rules.round_price(exits.take * factor, Side.SELL)
    return replace(exits, stop=stop, take=take)


def _answered(ticket: Ticket, state: TicketState, by: str, now: datetime) -> Ticket:
    return replace(ticket, state=state, answered_by=by, answered_at=now)


def _resized(cleared: Cleared, price: Decimal, share: Decimal) -> Cleared:
    """At the price of the tap; sums floored to whole KRW, quantities to the venue's 8 decimals."""
    intent: Intent = replace(cleared.intent, price=price)
    if share == ONE:
        return replace(cleared, intent=intent)
    if intent.notional is not None:
        intent = replace(intent, notional=(intent.notional * share).to_integral_value(ROUND_FLOOR))
    if intent.quantity is not None:
        intent = replace(intent, quantity=(intent.quantity * share).quantize(QUANTITY_STEP, ROUND_FLOOR))
    return replace(cleared, intent=intent, fee=cleared.fee * share, equity_share=cleared.equity_share * share)
