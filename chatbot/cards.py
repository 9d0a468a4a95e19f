"""Cards of a trade: the ticket that asks, what came of the answer, a denial, the receipt of a panic."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal, InvalidOperation

from chatbot import data, lines
from chatbot.buttons import runs, ticket_buttons
from chatbot.reasons import reason_text
from chatbot.reply import JSON, Reply, Tone
from chatbot.wording import Words, figures
from trader.model.market import Market
from trader.model.order import Denied, Intent, Order, OrderState, Origin, Refused, Side
from trader.model.ticket import Ticket
from trader.model.views import PanicReceipt
from trader.settings import Mode


def figure(text: str | None) -> Decimal | None:
    """Plain decimal text of an event; None: not there, or no figure."""
    if not text:
        return None
    try:
        return Decimal(text)
    except InvalidOperation:
        return None


def moment(text: str | None) -> datetime | None:
    """ISO 8601 of an event; None: not there."""
    return datetime.fromisoformat(text) if text else None


# ---------------------------------------------------------------- the question


def ticket(asked: Ticket, mode: Mode, words: Words, now: datetime) -> Reply:
    intent = asked.cleared.intent
    flat = {
        "ticket_id": asked.ticket_id,
        "side": intent.side.value,
        "notional": data.text(intent.notional) or "",
        "quantity": data.text(intent.quantity) or "",
        "price": data.text(asked.price) or "",
        "limit_price": (data.text(intent.price) or "") if intent.order_type.value == "limit" else "",
        "fee": data.text(asked.cleared.fee) or "",
        "equity_share": data.text(asked.cleared.equity_share) or "",
        "price_band": data.text(asked.price_band) or "",
        "expires_at": asked.expires_at.isoformat(),
        "mode": mode.value,
    }
    extra: dict[str, JSON] = {"outcome": "ticket", **data.ticket(asked)}
    return proposal(flat, intent.market.code, words, now, extra)


def proposal(
    flat: Mapping[str, str], market: str, words: Words, now: datetime, extra: Mapping[str, JSON] | None = None
) -> Reply:
    """The card of a ticket from flat text, as an event carries it. Whole terms: a person must not have to guess."""
    side = flat.get("side", "")
    price = figure(flat.get("limit_price")) or figure(flat.get("price"))
    notional, quantity = figure(flat.get("notional")), figure(flat.get("quantity"))
    about_notional, about_quantity = notional, quantity
    if price and notional is None and quantity is not None:
        about_notional = quantity * price
    if price and quantity is None and notional is not None:
        about_quantity = (notional / price).quantize(Decimal("0.00000001"))
    base = market.partition("-")[2]
    shown = [
        words("card-sum", sum=words.krw(about_notional), short=words.short(about_notional)),
        words("card-quantity", quantity=words.quantity(about_quantity, base), price=words.price(lines.rounded(price))),
        words(
            "card-fee",
            fee=words.fee(figure(flat.get("fee"))),
            share=words.share(figure(flat.get("equity_share"))),
        ),
    ]
    if flat.get("limit_price"):
        shown.append(words("card-limit", price=words.price(price)))
    elif flat.get("price_band") and price:
        band = Decimal(flat["price_band"])
        low, high = (words.price(lines.rounded(price * (1 + sign * band))) for sign in (-1, 1))
        shown.append(words("card-band", band=words.share(band), low=low, high=high))
    if flat.get("owner") or flat.get("reason"):
        shown.append(lines.who_and_why(flat.get("owner", ""), flat.get("reason", ""), words))
    expires = moment(flat.get("expires_at"))
    shown.append(words("card-expires", at=words.moment(expires, now), left=_left(expires, now, words)))
    mode = flat.get("mode", "")
    return Reply(
        title=words(
            "card-title",
            side=words.first((f"side-{side}",), side),
            market=words.market(market),
            mode=words.first((f"mode-{mode}",), mode),
        ),
        lines=tuple(shown),
        buttons=ticket_buttons(flat["ticket_id"], words) if flat.get("ticket_id") else (),
        tone=Tone.INFO,
        data=extra or dict(flat),
    )


def _left(expires: datetime | None, now: datetime, words: Words) -> str:
    return words.span(None if expires is None else (expires - now).total_seconds())


def pending(tickets: Sequence[Ticket], words: Words, now: datetime) -> Reply:
    """Several wait: which one?"""
    rows = [row for one in tickets for row in ticket_buttons(one.ticket_id, words)]
    said = [
        words(
            "pending-line",
            id=one.ticket_id[:6],
            side=words(f"side-{one.cleared.intent.side.value}"),
            market=words.market(one.cleared.intent.market.code),
            size=_size(one.cleared.intent, words),
            left=_left(one.expires_at, now, words),
        )
        for one in tickets
    ]
    title = words("pending-title", count=len(tickets))
    listed: list[JSON] = [data.ticket(one) for one in tickets]
    return Reply(title=title, lines=tuple(said), buttons=tuple(rows), tone=Tone.INFO, data={"tickets": listed})


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
    again = _again(intent) if result.code in ("price_moved", "stale_quote", "expired") else ""
    by = lines.who(result.by, words)
    return Reply(
        title=words.first((f"refused-{result.code.replace('_', '-')}",), result.code, by=by),
        lines=(f"{words(f'side-{intent.side.value}')} {words.market(intent.market.code)} {_size(intent, words)}",),
        buttons=runs((words("button-again"), again)) if again else (),
        tone=Tone.OK if wanted and result.code == "rejected" else Tone.ERROR,
        data={"outcome": result.code, "market": intent.market.code, "side": intent.side.value},
    )


def _again(intent: Intent) -> str:
    """The line that asks anew at today's price; only for what a person wished."""
    if intent.origin is not Origin.PERSON:
        return ""
    limit = f" at {intent.price:f}" if intent.order_type.value == "limit" else ""
    size = f"{intent.notional:f}원" if intent.notional is not None else f"{intent.quantity or 0:f}"
    return f"/{'buy' if intent.side is Side.BUY else 'sell'} {intent.market.code} {size}{limit}"


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


def panic_receipt(receipt: PanicReceipt, words: Words, *, cancel_only: bool, speed: float) -> Reply:
    """Flat is said only when the venue's own answer proves it. `speed` of the clock: seconds are told as lived."""
    sold: dict[Market, tuple[Decimal, Decimal]] = {}
    for one in receipt.sold:
        quantity, net = sold.get(one.market, (Decimal(0), Decimal(0)))
        sold[one.market] = (quantity + one.quantity, net + one.funds - one.fee)
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
