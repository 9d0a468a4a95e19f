"""What stands under the title: details, left out when they do not apply; the title alone carries what must not be
missed."""

from __future__ import annotations

from collections.abc import Mapping

from chatbot.drill import report as drill_report
from chatbot.notices.params import Params
from chatbot.views import ai_text, differences
from chatbot.views.plain import figure
from chatbot.wording import Words
from trader.model.events import Event, EventKind


def details_of(event: Event, params: Params, words: Words) -> list[str]:
    """Details that are left out when they do not apply; the title alone carries what must not be missed."""
    found = DETAILS.get(event.kind, ())
    said = [words.lenient(f"detail-{key}", params) for key, needs in found if all(params.get(n) for n in needs)]
    if event.kind is EventKind.ORDER:
        said.insert(
            0, words("detail-order-size", size=params.get("notional") or params.get("quantity") or words.unknown)
        )
    if event.kind is EventKind.MISMATCH:
        said.extend(differences.lines(params, words))
    if event.kind is EventKind.ENTRY and not (params.get("stop") or params.get("take")):
        said.append(words("position-unguarded"))
    if event.kind is EventKind.STREAM_LOST and event.data.get("stream") == "public":
        said.append(words("detail-stream-lost-public"))
    if event.kind is EventKind.ORDER_RESOLVED and event.data.get("state") == "expired":
        said.insert(0, words("detail-exit-again" if event.data.get("again") else "detail-order-gone"))
    if event.kind is EventKind.STARTED and event.data.get("access") == "0":
        said.append(words("detail-nobody-admitted"))
    if event.kind is EventKind.DRILL_FINISHED:
        said.extend(drill_report.lines(event.data, words))
    if event.kind is EventKind.REFLECTION:
        said.extend(ai_text.reflection_lines(event.data, words))
    if event.kind is EventKind.AI_SCORECARD:
        said.extend(ai_text.week_lines(event.data, words))
    if event.kind is EventKind.AI_MEMBER and event.data.get("change"):
        said.append(words.lenient(f"detail-ai-{event.data['change']}", params))
    return said


def order_size(event: Event, params: Params, words: Words) -> str:
    """What was asked for; a quantity with what it comes to at the limit."""
    quantity, price = figure(event.data.get("quantity")), figure(event.data.get("price"))
    if quantity is not None and price is not None:
        return f"{params['quantity']} ({words.krw(quantity * price)})"
    return params.get("notional") or params.get("quantity") or words.unknown


DETAILS: Mapping[EventKind, tuple[tuple[str, tuple[str, ...]], ...]] = {
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
        ("failsafe-next", ("positions",)),
    ),
    EventKind.TICKET_EXPIRED: (("silence-against", ("reasons",)),),
    EventKind.TICKET_SILENCE: (("silence-rule", ("limit",)), ("silence-hours", ("hours",))),
    EventKind.ORDER: (("order-price", ("price",)), ("order-id", ("client_order_id",))),
    EventKind.ORDER_UNKNOWN: (("order-unknown", ()), ("order-id", ("client_order_id",))),
    EventKind.ORDER_RESOLVED: (("order-id", ("client_order_id",)),),
    EventKind.ORDER_REJECTED: (
        ("rejected-message", ("message",)),
        ("exit-again", ("again",)),
        ("order-id", ("client_order_id",)),
    ),
    EventKind.ORDER_CANCELLED: (("cancelled-why", ("reason",)), ("order-id", ("client_order_id",))),
    EventKind.FILL: (("fill-sum", ()), ("fill-slippage", ("slippage_bps",)), ("order-id", ("client_order_id",))),
    EventKind.ENTRY: (("entry-cost", ()), ("entry-stop", ("stop",)), ("entry-take", ("take",))),
    EventKind.EXIT: (("exit-why", ()), ("exit-sums", ()), ("exit-held", ("held_seconds",))),
    EventKind.STATE_CHANGED: (("state-until", ("until",)), ("state-why", ("reason",))),
    EventKind.PANIC: (
        ("panic-cause", ("cause",)),
        ("panic-counts", ()),
        ("panic-remaining", ("remaining",)),
        ("panic-proceeds", ("proceeds",)),
    ),
    EventKind.ERROR: (
        ("error-market", ("market",)),
        ("error-cause", ("cause",)),
        ("message", ("message",)),
        ("exit-again", ("again",)),
        ("order-id", ("client_order_id",)),
    ),
    EventKind.SETTING_WAITS: (("setting-due", ("due",)),),
    EventKind.JOB_FAILED: (("error-cause", ("cause",)), ("message-error", ("error",))),
    EventKind.STREAM_LOST: (("stream-lost", ()), ("stream-cause", ("cause",))),
    EventKind.DIFFERENCE_ANSWERED: (("difference-change", ("change",)),),
    EventKind.RECONCILED: (("reconciled-open", ("open",)),),
    EventKind.DAILY_REPORT: (("daily-result", ()), ("daily-trades", ("closed",)), ("daily-fees", ("fees",))),
    EventKind.ADVICE: (("advice-votes", ("votes",)), ("advice-reason", ("reason",)), ("advice-cost", ("cost",))),
    EventKind.AI_BUDGET: (("ai-budget", ()), ("ai-budget-how", ())),
    EventKind.AI_MEMORY: (("ai-memory", ("n", "brier_with", "brier_without")), ("ai-memory-how", ())),
    EventKind.LESSON: (("lesson-counts", ("counts",)), ("lesson-text", ("text",)), ("lesson-why", ("why",))),
    EventKind.STRANGER: (("stranger", ()),),
    EventKind.ACCESS_CHANGED: (("access-name", ("name",)), ("access-role", ("role",)), ("access-by", ("by",))),
    EventKind.CHAT_DOWN: (("chat-down-since", ("since",)), ("chat-down-fault", ("fault",)), ("chat-down", ())),
    EventKind.CHAT_BACK: (("chat-back", ()),),
    EventKind.ALERT: (("alert-value", ("value",)), ("alert-repeat", ("repeat",))),
}
"""(wording, keys it needs): a line whose keys are all there is said; one without needs is always said."""
