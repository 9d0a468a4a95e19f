"""Cards of a trade: the ticket that asks, what came of the answer, a denial, the receipt of a panic."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from chatbot.reply import JSON, Reply, Tone
from chatbot.views import data, lines, ticket_card
from chatbot.views.buttons import anew_button, runs, ticket_buttons
from chatbot.views.causes import cause_text
from chatbot.views.reasons import reason_text
from chatbot.wording import Words, figures
from trader import questions
from trader.model.market import Market
from trader.model.mode import Mode
from trader.model.order import Denied, Intent, Order, OrderState, Origin, Refused
from trader.model.ticket import Ticket
from trader.model.views import PanicReceipt

# ---------------------------------------------------------------- the question


def ticket(asked: Ticket, mode: Mode, words: Words, now: datetime) -> Reply:
    extra: dict[str, JSON] = {"outcome": "ticket", **data.ticket(asked)}
    return proposal(questions.proposal(asked, mode.value), asked.cleared.intent.market.code, words, now, extra)


def proposal(
    flat: Mapping[str, str], market: str, words: Words, now: datetime, extra: Mapping[str, JSON] | None = None
) -> Reply:
    """The card of a ticket from flat text, as an event carries it. Whole terms: a person must not have to guess."""
    return Reply(
        title=_title(flat, market, words),
        lines=ticket_card.terms(flat, market, words, now),
        buttons=ticket_buttons(flat["ticket_id"], words) if flat.get("ticket_id") else (),
        tone=Tone.INFO,
        data=extra or dict(flat),
    )


def over(flat: Mapping[str, str], market: str, words: Words, now: datetime, ended: str, *, anew: bool = False) -> Reply:
    """The same when it cannot be answered any more: `ended` says how it ended, `anew` that it may be asked again."""
    return Reply(
        title=_title(flat, market, words),
        lines=(*ticket_card.terms(flat, market, words, now, waits=False), ended),
        buttons=anew_button(flat["ticket_id"], words) if anew and flat.get("ticket_id") else (),
        tone=Tone.INFO,
        data={"ticket_id": flat.get("ticket_id", ""), "outcome": "over"},
    )


def _title(flat: Mapping[str, str], market: str, words: Words) -> str:
    side, mode = flat.get("side", ""), flat.get("mode", "")
    return words(
        "card-title",
        side=words.first((f"side-{side}",), side),
        market=words.market(market),
        mode=words.first((f"mode-{mode}",), mode),
    )


def pending(tickets: Sequence[Ticket], words: Words, now: datetime) -> Reply:
    """Several wait: which one?"""
    rows = [row for one in tickets for row in ticket_buttons(one.ticket_id, words)]
    said = [pending_line(one, words, now) for one in tickets]
    title = words("pending-title", count=len(tickets))
    listed: list[JSON] = [data.ticket(one) for one in tickets]
    return Reply(title=title, lines=tuple(said), buttons=tuple(rows), tone=Tone.INFO, data={"tickets": listed})


def pending_line(one: Ticket, words: Words, now: datetime) -> str:
    """What waits, and for how long."""
    return words(
        "pending-line",
        id=one.ticket_id[:6],
        side=words(f"side-{one.cleared.intent.side.value}"),
        market=words.market(one.cleared.intent.market.code),
        size=_size(one.cleared.intent, words),
        left=ticket_card.left(one.expires_at, now, words),
    )


def _size(intent: Intent, words: Words) -> str:
    if intent.notional is not None:
        return words.krw(intent.notional)
    return words.quantity(intent.quantity, intent.market.base)


# ---------------------------------------------------------------- what came of it


def answered(result: Order | Refused | Denied, words: Words, now: datetime, *, rejected: bool = False) -> Reply:
    """`rejected`: the person said no, so a refusal is what they wanted."""
    if isinstance(result, Denied):
        return denied(result, words)
    if isinstance(result, Refused):
        return _refused(result, words, wanted=rejected)
    key = _ORDER_TITLES.get(result.state, "order-sent")
    bad = result.state in (OrderState.REJECTED, OrderState.EXPIRED)
    title = words(key, side=words(f"side-{result.side.value}"), market=words.market(result.market.code))
    return Reply(
        title=title,
        lines=tuple(lines.order_lines(result, words, now)),
        buttons=runs((words("button-order"), f"/orders {result.client_order_id}")),
        tone=Tone.ERROR if bad else Tone.WARNING if result.state is OrderState.UNKNOWN else Tone.OK,
        data={**data.order(result), "outcome": result.state.value},
    )


_ORDER_TITLES = {
    OrderState.DONE: "order-filled",
    OrderState.UNKNOWN: "order-checking",
    OrderState.REJECTED: "order-refused-by-venue",
    OrderState.EXPIRED: "order-never-arrived",
}


def _refused(result: Refused, words: Words, *, wanted: bool) -> Reply:
    intent = result.intent
    anew = result.code in ("price_moved", "stale_quote", "expired") and bool(result.ticket_id)
    by = lines.who(result.by, words)
    return Reply(
        title=words.first((f"refused-{result.code.replace('_', '-')}",), result.code, by=by),
        lines=(f"{words(f'side-{intent.side.value}')} {words.market(intent.market.code)} {_size(intent, words)}",),
        buttons=anew_button(result.ticket_id, words) if anew else (),
        tone=Tone.OK if wanted and result.code == "rejected" else Tone.ERROR,
        data={"outcome": result.code, "market": intent.market.code, "side": intent.side.value},
    )


def asked_anew(result: Ticket | Refused | Denied, mode: Mode, words: Words, now: datetime) -> Reply:
    """The fresh card, or why there is none. A strategy's is sent to everybody who is asked: here it is only named."""
    if not isinstance(result, Ticket):
        return answered(result, words, now)
    if result.cleared.intent.origin is Origin.PERSON:
        return ticket(result, mode, words, now)
    line = words(
        "pending-line",
        id=result.ticket_id[:6],
        side=words(f"side-{result.cleared.intent.side.value}"),
        market=words.market(result.cleared.intent.market.code),
        size=_size(result.cleared.intent, words),
        left=ticket_card.left(result.expires_at, now, words),
    )
    return Reply(words("card-asked-anew"), (line,), data={**data.ticket(result), "outcome": "asked_anew"})


def denied(result: Denied, words: Words) -> Reply:
    intent = result.intent
    reasons: list[JSON] = [{"code": r.code, "params": dict(r.params)} for r in result.reasons]
    return Reply(
        title=words("denied", side=words(f"side-{intent.side.value}"), market=words.market(intent.market.code)),
        lines=tuple(f"• {reason_text(reason, words)}" for reason in result.reasons),
        tone=Tone.ERROR,
        data={"outcome": "denied", "market": intent.market.code, "side": intent.side.value, "reasons": reasons},
    )


# ---------------------------------------------------------------- panic


def _panic_goes_on(receipt: PanicReceipt, words: Words) -> Reply:
    """What is done already, what is not, and that the rest is told when it has come about."""
    stuck = [words("panic-stuck", why=cause_text(receipt.cause, words))] if receipt.cause else []
    left = [
        words(
            "panic-waits",
            market=words.market(r.market.code),
            quantity=words.quantity(r.quantity, r.market.base),
        )
        for r in receipt.remaining
    ]
    cancelled = sum(r.outcome == "cancelled" for r in receipt.cancelled)
    return Reply(
        title=words("panic-goes-on"),
        lines=(
            *stuck,
            words("panic-counts", cancelled=cancelled, open=receipt.open_orders_left),
            *left,
            words("panic-told"),
        ),
        buttons=runs((words("button-status"), "/status"), (words("button-positions"), "/positions")),
        tone=Tone.WARNING,
        data={
            "outcome": "going-on",
            "flat": False,
            "cause": receipt.cause,
            "remaining": [{"market": r.market.code, "quantity": data.text(r.quantity)} for r in receipt.remaining],
            "open_orders_left": receipt.open_orders_left,
        },
    )


def panic_receipt(receipt: PanicReceipt, words: Words, *, cancel_only: bool, speed: float) -> Reply:
    """Flat is said only when the venue's own answer proves it. `speed` of the clock: seconds are told as lived."""
    sold: dict[Market, tuple[Decimal, Decimal]] = {}
    for one in receipt.sold:
        quantity, net = sold.get(one.market, (Decimal(0), Decimal(0)))
        sold[one.market] = (quantity + one.quantity, net + one.funds - one.fee)
    if receipt.going_on:
        return _panic_goes_on(receipt, words)
    left = [
        words(
            "panic-left",
            market=words.market(r.market.code),
            quantity=words.quantity(r.quantity, r.market.base),
            why=reason_text(r.reason, words),
        )
        for r in receipt.remaining
    ]
    cancelled = sum(r.outcome == "cancelled" for r in receipt.cancelled)
    failed = [lines.cancel_line(r, words) for r in receipt.cancelled if r.outcome == "failed"]
    only_cancelled = cancel_only and not failed and not receipt.open_orders_left
    key = "panic-flat" if receipt.flat else "panic-cancelled" if only_cancelled else "panic-not-flat"
    seconds = (receipt.finished_at - receipt.started_at).total_seconds() / speed
    return Reply(
        title=words(key, seconds=figures.quantity(Decimal(str(round(seconds, 2))))),
        lines=(
            words("panic-counts", cancelled=cancelled, open=receipt.open_orders_left),
            *failed,
            *(
                words("panic-sold", market=words.market(m.code), quantity=words.quantity(q, m.base), net=words.krw(net))
                for m, (q, net) in sold.items()
            ),
            *left,
            words("panic-locked"),
        ),
        buttons=runs((words("button-panic-again"), "/panic")) if key == "panic-not-flat" else (),
        tone=Tone.ERROR if key == "panic-not-flat" else Tone.OK,
        data={
            "outcome": "flat" if receipt.flat else "cancelled" if key == "panic-cancelled" else "not-flat",
            "flat": receipt.flat,
            "cancelled": [data.cancelled(r) for r in receipt.cancelled],
            "sold": {m.code: {"quantity": data.text(q), "net_krw": data.text(net)} for m, (q, net) in sold.items()},
            "remaining": [
                {"market": r.market.code, "quantity": data.text(r.quantity), "reason": r.reason.code}
                for r in receipt.remaining
            ],
            "open_orders_left": receipt.open_orders_left,
            "seconds": seconds,
        },
    )
