"""Questions to a person as rows and events: asked, answered, run out, asked anew.  Runs inside a transaction."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal

from trader.approval.policy import notional_of
from trader.approval.silence import BY_SILENCE
from trader.chronicle import Tell
from trader.model.advice import Consultation
from trader.model.events import EventKind, OutboxMessage, TicketState
from trader.model.order import OrderType, Origin, Outlook
from trader.model.plain import plain
from trader.model.ticket import Ticket
from trader.ports import Records

REMEMBERED = 200
"""Events of a thread that are looked through for a question's own."""
DENIED = "denied"
"""The answer of a yes that the risk gate did not let through."""
HALF = "half"
"""The answer of a yes to a part of the size."""


def ask(records: Records, tell: Tell, ticket: Ticket, mode: str) -> Ticket:
    """Store the question and tell it, unless the same one waits already: a strategy that goes on wishing does not ask
    twice. Who wished it by hand sees it in the reply."""
    intent = ticket.cleared.intent
    by_person = intent.origin is Origin.PERSON
    asked = None if by_person else _waits_already(records, ticket)
    if asked is not None:
        return asked
    records.tickets.add(ticket)
    said = records.consultations.get(intent.consultation_id) if intent.consultation_id else None
    data = proposal(ticket, mode) | _votes(said)
    tell(EventKind.PROPOSAL, market=intent.market, thread=intent.thread_id, push=not by_person, data=data)
    return ticket


def ask_anew(records: Records, tell: Tell, old: Ticket, fresh: Ticket, mode: str) -> Ticket | None:
    """`fresh` in place of `old`, which is given as it is to be stored. None: somebody was first; another one that waits
    in the same thread is returned instead."""
    thread = fresh.cleared.intent.thread_id
    waiting = (t for t in records.tickets.pending() if t.ticket_id != old.ticket_id)
    other = next((t for t in waiting if t.cleared.intent.thread_id == thread), None)
    if other is not None and fresh.created_at < other.expires_at:
        return other
    if old.state is TicketState.REPLACED and not answered(records, tell, old):
        return None
    return ask(records, tell, fresh, mode)


def answered(records: Records, tell: Tell, ticket: Ticket, denied: str = "", *, part: bool = False) -> bool:
    """Store an answer. False: somebody else was first. `denied`: codes of what the risk gate has against the yes;
    `part`: the yes is to a part of the size."""
    intent = ticket.cleared.intent
    if not records.tickets.answer(ticket):
        return False
    data = {"ticket_id": ticket.ticket_id, "side": intent.side.value}
    if ticket.state is TicketState.EXPIRED:
        tell(EventKind.TICKET_EXPIRED, market=intent.market, thread=intent.thread_id, data=data)
        return True
    partly = part and ticket.state is TicketState.APPROVED
    data |= {"answer": DENIED if denied else HALF if partly else ticket.state.value, "by": ticket.answered_by}
    push = intent.origin is not Origin.PERSON
    tell(EventKind.TICKET_ANSWERED, market=intent.market, thread=intent.thread_id, push=push, data=data)
    return True


def ran_out(records: Records, tell: Tell, ticket: Ticket, against: str, rule: Mapping[str, str]) -> bool:
    """Store what comes of a ticket nobody answered. False: somebody did. `against`: codes of what stood against going
    on, where it was to; `rule` as people are told it."""
    intent = ticket.cleared.intent
    if not records.tickets.answer(ticket):
        return False
    data = {"ticket_id": ticket.ticket_id, "side": intent.side.value}
    if ticket.state is TicketState.EXPIRED:
        tell(EventKind.TICKET_EXPIRED, market=intent.market, thread=intent.thread_id, data=data | {"reasons": against})
        return True
    data |= {"notional": plain(notional_of(intent)), "by": BY_SILENCE, **rule}
    tell(EventKind.TICKET_SILENCE, market=intent.market, thread=intent.thread_id, data=data)
    return True


def reached(records: Records, ticket: Ticket, held_back: Callable[[OutboxMessage], bool]) -> bool:
    """Whether somebody has got the question; also where there is nobody to send it to, or quiet was asked for."""
    told = records.events.of_thread(ticket.cleared.intent.thread_id, REMEMBERED)
    asked = [event for event in told if event.data.get("ticket_id") == ticket.ticket_id]
    rows = [
        row for event in asked if event.kind is EventKind.PROPOSAL for row in records.outbox.of_event(event.event_id)
    ]
    return not rows or any(row.sent_at is not None or held_back(row) for row in rows)


def _waits_already(records: Records, ticket: Ticket) -> Ticket | None:
    intent = ticket.cleared.intent
    for other in records.tickets.pending():
        asked = other.cleared.intent
        same = (asked.market, asked.side, asked.owner) == (intent.market, intent.side, intent.owner)
        if same and ticket.created_at < other.expires_at:
            return other
    return None


# ---------------------------------------------------------------- as text


def proposal(ticket: Ticket, mode: str) -> dict[str, str]:
    """All that a question's message needs."""
    intent, cleared = ticket.cleared.intent, ticket.cleared
    return {
        "ticket_id": ticket.ticket_id,
        "mode": mode,
        "side": intent.side.value,
        "notional": plain(intent.notional),
        "quantity": plain(intent.quantity),
        "price": plain(ticket.price),
        "fee": plain(cleared.fee),
        "equity_share": plain(cleared.equity_share),
        "expires_at": ticket.expires_at.isoformat(),
        "reason": intent.reason,
        "owner": intent.owner,
        "price_band": plain(ticket.price_band),
        "limit_price": plain(intent.price) if intent.order_type is OrderType.LIMIT else "",
        "trail": plain(intent.exits.trail),
        "silence": "allow" if ticket.silence_allows else "reject",
        "figures": " ".join(f"{name}:{value}" for name, value in intent.figures.items() if value),
        **_outlook(cleared.outlook),
    }


def _outlook(seen: Outlook | None) -> dict[str, str]:
    if seen is None:
        return {}
    return {
        "exposure": plain(round(seen.exposure, 6)),
        "exposure_limit": plain(seen.exposure_limit),
        "entries_left": "" if seen.entries_left is None else str(seen.entries_left),
        "spend_left": _krw(seen.spend_left),
        "stop": plain(seen.stop),
        "at_stop": _krw(seen.at_stop),
        "take": plain(seen.take),
        "at_take": _krw(seen.at_take),
        "result": _krw(seen.result),
    }


def _krw(amount: Decimal | None) -> str:
    return "" if amount is None else plain(amount.quantize(Decimal(1)))


def _votes(said: Consultation | None) -> dict[str, str]:
    """`openai:BUY:62 gemini:late`: a vote in per cent of confidence, or how the call ended; nothing a model wrote."""
    if said is None:
        return {}
    votes = [":".join(one.said) for one in said.results]
    return {"votes": " ".join(votes), "verdict": said.verdict.value, "size_factor": plain(said.size_factor)}
