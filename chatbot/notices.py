"""Events → what is pushed to people.  In: Event, Words.  Out: Reply, or None where nobody is to be told.  Pure.

`KEYS` is the contract with those who write events: the flat text each kind carries (sums in KRW, shares as fractions,
times ISO 8601, lengths in seconds, all as plain decimal text; empty = not applicable). A key that is missing is said to
be unknown, never shown as 0. `Event.market` and `Event.at` come with the event itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Final, TypeAlias

from chatbot import cards, differences, lines, setting_values
from chatbot.buttons import runs
from chatbot.cards import figure
from chatbot.reasons import codes_text
from chatbot.reply import Button, Reply, Tone
from chatbot.wording import Words, figures
from trader.model.events import Event, EventKind

_DIFFERENCE: Final = (
    "difference_id",
    "kind",
    "currency",
    "cause",
    "book",
    "venue",
    "change",
    "price",
    "krw",
    "side",
    "venue_id",
)

KEYS: Final[Mapping[EventKind, tuple[str, ...]]] = {
    EventKind.STARTED: ("mode", "markets", "strategy", "timeframe", "state", "positions", "access"),
    EventKind.STOPPED: ("reason", "positions", "open_orders"),
    EventKind.FAILSAFE: ("policy", "outcome", "positions", "open_orders", "note"),
    EventKind.PROPOSAL: (
        "ticket_id",
        "side",
        "notional",
        "quantity",
        "price",
        "limit_price",
        "price_band",
        "fee",
        "equity_share",
        "expires_at",
        "reason",
        "owner",
        "mode",
    ),
    EventKind.TICKET_ANSWERED: ("ticket_id", "side", "answer", "by"),
    EventKind.TICKET_EXPIRED: ("ticket_id", "side"),
    EventKind.ORDER: ("client_order_id", "side", "order_type", "notional", "quantity", "price", "owner", "reason"),
    EventKind.ORDER_UNKNOWN: ("client_order_id",),
    EventKind.ORDER_RESOLVED: ("client_order_id", "state"),
    EventKind.ORDER_REJECTED: ("client_order_id", "name", "message"),
    EventKind.ORDER_CANCELLED: ("client_order_id", "executed", "reason"),
    EventKind.FILL: ("client_order_id", "side", "price", "quantity", "funds", "fee", "owner", "slippage_bps"),
    EventKind.ENTRY: ("position_id", "quantity", "average_cost", "cost", "stop", "take"),
    EventKind.EXIT: ("position_id", "reason", "owner", "proceeds", "pnl", "pnl_share", "held_seconds", "fees"),
    EventKind.DENIED: ("side", "owner", "reasons"),
    EventKind.LIMIT_HIT: ("reasons",),
    EventKind.STATE_CHANGED: ("state", "by", "reason", "until"),
    EventKind.SETTING_CHANGED: ("key", "old", "new", "by"),
    EventKind.SETTING_WAITS: ("key", "old", "new", "by", "due"),
    EventKind.SETTING_CANCELLED: ("key", "old", "new", "by"),
    EventKind.PANIC: ("by", "flat", "cancelled", "sold", "proceeds", "remaining", "open_orders_left", "seconds"),
    EventKind.ERROR: ("where", "message", "count"),
    EventKind.JOB_FAILED: ("job", "error", "count"),
    EventKind.JOB_RECOVERED: ("job", "count"),
    EventKind.STREAM_LOST: ("stream", "cause"),
    EventKind.STREAM_BACK: ("stream", "seconds"),
    EventKind.MISMATCH: _DIFFERENCE,
    EventKind.DIFFERENCE_ANSWERED: (*_DIFFERENCE, "answer", "by"),
    EventKind.RECONCILED: ("cause", "equal", "open", "orders", "positions", "unsettled", "seconds"),
    EventKind.DAILY_REPORT: ("date", "equity", "realised", "unrealised", "fees", "closed", "wins"),
    EventKind.COMMAND: ("person", "name", "line", "outcome", "confirmed"),
    EventKind.STRANGER: ("person", "name", "conversation"),
}

SILENT: Final = frozenset({EventKind.DENIED, EventKind.COMMAND})
"""Told in the reply and by /why and /history; pushing them would only be noise."""

_Params: TypeAlias = dict[str, str]
_Render: TypeAlias = Callable[[Event, Words], _Params]


def notice(event: Event, words: Words) -> Reply | None:
    """None: nothing is pushed for this kind, or the event says it is not to be."""
    if event.kind in SILENT or not event.push:
        return None
    if event.kind is EventKind.PROPOSAL:
        return cards.proposal(event.data, event.market, words, event.at)
    params = _params(event, words)
    key = event.kind.value.replace("_", "-")
    return Reply(
        title=words.lenient(f"notice-{key}", params),
        lines=tuple(_more(event, params, words)),
        buttons=_buttons(event, words),
        tone=_tone(event),
        data={"kind": event.kind.value, "at": event.at.isoformat(), "market": event.market, **event.data},
    )


def brief(event: Event, words: Words) -> str:
    """One line for /history; every kind has one."""
    if event.kind is EventKind.PROPOSAL:
        side = words.first((f"side-{event.data.get('side', '')}",), "")
        return words("brief-proposal", side=side, market=words.market(event.market))
    return words.lenient(f"notice-{event.kind.value.replace('_', '-')}", _params(event, words))


def _params(event: Event, words: Words) -> _Params:
    """What the sentence is made of: the event's text, each figure in its own unit."""
    given = {**event.data, "market": words.market(event.market) if event.market else ""}
    if event.kind in (EventKind.MISMATCH, EventKind.DIFFERENCE_ANSWERED):
        shown = differences.params(event.data, event.market, words)
        return shown | {name: _shown(name, shown.get(name, ""), event, words) for name in ("answer", "by")}
    return {name: _shown(name, value, event, words) for name, value in given.items()}


_KRW = frozenset({"notional", "funds", "cost", "proceeds", "fees", "equity"})
_SIGNED = frozenset({"pnl", "realised", "unrealised"})
_PRICES = frozenset({"price", "average_cost", "stop", "take"})
_QUANTITIES = frozenset({"quantity", "executed", "book", "venue"})
_TIMES = frozenset({"until", "expires_at", "due"})
_OF_SETTINGS = frozenset({EventKind.SETTING_CHANGED, EventKind.SETTING_WAITS, EventKind.SETTING_CANCELLED})
_SPANS = frozenset({"held_seconds", "seconds"})
_WORDS = {
    "side": "side-",
    "state": "state-",
    "mode": "mode-",
    "stream": "stream-",
    "where": "where-",
    "answer": "answer-",
}


def _shown(name: str, value: str, event: Event, words: Words) -> str:
    if not value:
        return ""
    if name in _WORDS:
        prefix = "order-state-" if event.kind is EventKind.ORDER_RESOLVED else _WORDS[name]
        return words.first((f"{prefix}{value}",), value)
    if event.kind in _OF_SETTINGS and name in ("old", "new"):
        return setting_values.shown(setting_values.unit_of(event.data.get("key", "")), value, words)
    if name in ("by", "owner", "person"):
        return lines.who(value, words)
    if name == "reason":
        return lines.why_text(value, words)
    if name == "reasons" or (name == "message" and event.data.get("where") == "exit"):
        return codes_text(value, words)
    if name in _TIMES:
        return words.moment(datetime.fromisoformat(value), event.at)
    if name == "date":
        return f"{datetime.fromisoformat(value).astimezone(figures.SEOUL):%Y-%m-%d}"
    amount = figure(value)
    return value if amount is None else _amount(name, amount, event, words)


def _amount(name: str, amount: Decimal, event: Event, words: Words) -> str:
    if name in _KRW:
        return words.krw(amount)
    if name in _SIGNED:
        return words.krw_change(amount)
    if name == "fee":
        return words.fee(amount)
    if name.endswith("_bps"):
        return figures.quantity(round(amount, 1))
    if name == "seconds" and event.kind is EventKind.PANIC:
        return words("span-seconds", n=figures.quantity(round(amount, 2)))
    if name in _PRICES:
        return words.price(lines.rounded(amount))
    if name in _QUANTITIES:
        return words.quantity(amount, event.market.partition("-")[2] or event.data.get("currency", ""))
    if name == "pnl_share":
        return words.change(amount)
    if name in _SPANS:
        return words.span(float(amount))
    return figures.quantity(amount)


# ---------------------------------------------------------------- what stands under the title


def _more(event: Event, params: _Params, words: Words) -> list[str]:
    """Details that are left out when they do not apply; the title alone carries what must not be missed."""
    found = _DETAILS.get(event.kind, ())
    said = [words.lenient(f"detail-{key}", params) for key, needs in found if all(params.get(n) for n in needs)]
    if event.kind is EventKind.ORDER:
        said.insert(
            0, words("detail-order-size", size=params.get("notional") or params.get("quantity") or words.unknown)
        )
    if event.kind is EventKind.MISMATCH:
        said.extend(differences.lines(params, words))
    if event.kind is EventKind.ENTRY and not (params.get("stop") or params.get("take")):
        said.append(words("position-unguarded"))
    if event.kind is EventKind.STARTED and event.data.get("access") == "0":
        said.append(words("detail-nobody-admitted"))
    return said


def _order_size(event: Event, params: _Params, words: Words) -> str:
    """What was asked for; a quantity with what it comes to at the limit."""
    quantity, price = figure(event.data.get("quantity")), figure(event.data.get("price"))
    if quantity is not None and price is not None:
        return f"{params['quantity']} ({words.krw(quantity * price)})"
    return params.get("notional") or params.get("quantity") or words.unknown


_DETAILS: Mapping[EventKind, tuple[tuple[str, tuple[str, ...]], ...]] = {
    EventKind.STARTED: (
        ("started-strategy", ("strategy",)),
        ("started-markets", ("markets",)),
        ("started-open", ("positions",)),
    ),
    EventKind.STOPPED: (("stopped-left", ("positions",)),),
    EventKind.FAILSAFE: (
        ("failsafe-what", ()),
        ("failsafe-positions", ("positions",)),
        ("failsafe-orders", ("open_orders",)),
        ("failsafe-note", ("note",)),
    ),
    EventKind.ORDER: (("order-price", ("price",)), ("order-id", ("client_order_id",))),
    EventKind.ORDER_UNKNOWN: (("order-unknown", ()), ("order-id", ("client_order_id",))),
    EventKind.ORDER_RESOLVED: (("order-id", ("client_order_id",)),),
    EventKind.ORDER_REJECTED: (("rejected-message", ("message",)), ("order-id", ("client_order_id",))),
    EventKind.ORDER_CANCELLED: (("cancelled-why", ("reason",)), ("order-id", ("client_order_id",))),
    EventKind.FILL: (("fill-sum", ()), ("fill-slippage", ("slippage_bps",)), ("order-id", ("client_order_id",))),
    EventKind.ENTRY: (("entry-cost", ()), ("entry-stop", ("stop",)), ("entry-take", ("take",))),
    EventKind.EXIT: (("exit-why", ()), ("exit-sums", ()), ("exit-held", ("held_seconds",))),
    EventKind.STATE_CHANGED: (("state-until", ("until",)), ("state-why", ("reason",))),
    EventKind.PANIC: (("panic-counts", ()), ("panic-remaining", ("remaining",)), ("panic-proceeds", ("proceeds",))),
    EventKind.ERROR: (("error-market", ("market",)), ("message", ("message",))),
    EventKind.SETTING_WAITS: (("setting-due", ("due",)),),
    EventKind.JOB_FAILED: (("message-error", ("error",)),),
    EventKind.STREAM_LOST: (("stream-lost", ()), ("stream-cause", ("cause",))),
    EventKind.DIFFERENCE_ANSWERED: (("difference-change", ("change",)),),
    EventKind.RECONCILED: (("reconciled-open", ("open",)),),
    EventKind.DAILY_REPORT: (("daily-result", ()), ("daily-trades", ("closed",)), ("daily-fees", ("fees",))),
    EventKind.STRANGER: (("stranger", ()),),
}
"""(wording, keys it needs): a line whose keys are all there is said; one without needs is always said."""


def _tone(event: Event) -> Tone:
    if event.kind is EventKind.MISMATCH:
        return differences.tone(event.data.get("kind", ""))
    if event.kind is EventKind.RECONCILED:
        return Tone.OK if event.data.get("equal") == "yes" else Tone.ERROR
    if event.kind in _BAD:
        return Tone.ERROR
    if event.kind is EventKind.PANIC:
        return Tone.OK if event.data.get("flat") == "yes" else Tone.ERROR
    return Tone.WARNING if event.kind in _WORRYING else Tone.OK


_BAD = frozenset({EventKind.ERROR, EventKind.FAILSAFE, EventKind.ORDER_REJECTED})
_WORRYING = frozenset(
    {
        EventKind.ORDER_UNKNOWN,
        EventKind.LIMIT_HIT,
        EventKind.JOB_FAILED,
        EventKind.STREAM_LOST,
        EventKind.STATE_CHANGED,
        EventKind.STRANGER,
        EventKind.STOPPED,
        EventKind.TICKET_EXPIRED,
    }
)


def _buttons(event: Event, words: Words) -> tuple[tuple[Button, ...], ...]:
    order_id = event.data.get("client_order_id", "")
    if event.kind in (EventKind.ORDER_UNKNOWN, EventKind.ORDER_REJECTED) and order_id:
        return runs((words("button-order"), f"/orders {order_id}"))
    if event.kind is EventKind.ORDER and order_id:
        return runs((words("button-cancel"), f"/cancel {order_id}"))
    if event.kind is EventKind.ENTRY and event.market:
        coin = words.coin(event.market)
        return runs(
            (words("button-sell", coin=coin), f"/sell {event.market}"),
            (words("button-chart"), f"/chart {event.market}"),
        )
    if event.kind is EventKind.SETTING_WAITS:
        key = event.data.get("key", "")
        return runs((words("button-cancel-raise", key=key), f"/set {key} cancel"))
    if event.kind is EventKind.LIMIT_HIT:
        return runs((words("button-limits"), "/limits"))
    if event.kind is EventKind.MISMATCH:
        return differences.buttons(event.data, words)
    if event.kind is EventKind.RECONCILED:
        return runs((words("button-reconcile"), "/reconcile"))
    if event.kind in (EventKind.STARTED, EventKind.STREAM_BACK, EventKind.DAILY_REPORT):
        return runs((words("button-status"), "/status"))
    if event.kind is EventKind.PANIC and event.data.get("flat") != "yes":
        return runs((words("button-panic-again"), "/panic"), (words("button-positions"), "/positions"))
    return ()
