"""How an event is marked: the tone of its message, and the buttons with what one does next."""

from __future__ import annotations

from chatbot.drill import report as drill_report
from chatbot.drill.judging import Outcome
from chatbot.reply import Button, Tone
from chatbot.views import differences
from chatbot.views.buttons import runs
from chatbot.wording import Words
from trader.model.events import Event, EventKind


def tone(event: Event) -> Tone:
    if event.kind is EventKind.MISMATCH:
        return differences.tone(event.data.get("kind", ""))
    if event.kind is EventKind.RECONCILED:
        return Tone.OK if event.data.get("equal") == "yes" else Tone.ERROR
    if event.kind is EventKind.DRILL_FINISHED:
        return drill_report.tone(event.data)
    if event.kind in _BAD:
        return Tone.ERROR
    if event.kind is EventKind.PANIC:
        going_on = event.data.get("going_on") == "yes"
        return Tone.OK if event.data.get("flat") == "yes" else Tone.WARNING if going_on else Tone.ERROR
    return Tone.WARNING if event.kind in _WORRYING else Tone.OK


_BAD = frozenset({EventKind.ERROR, EventKind.FAILSAFE, EventKind.ORDER_REJECTED})
_WORRYING = frozenset(
    {
        EventKind.AI_MEMBER,
        EventKind.AI_BUDGET,
        EventKind.AI_MEMORY,
        EventKind.ORDER_UNKNOWN,
        EventKind.LIMIT_HIT,
        EventKind.JOB_FAILED,
        EventKind.STREAM_LOST,
        EventKind.STATE_CHANGED,
        EventKind.STRANGER,
        EventKind.ACCESS_CHANGED,
        EventKind.STOPPED,
        EventKind.TICKET_EXPIRED,
        EventKind.CHAT_DOWN,
    }
)


def buttons(event: Event, words: Words) -> tuple[tuple[Button, ...], ...]:
    order_id = event.data.get("client_order_id", "")
    if event.kind in (EventKind.ORDER_UNKNOWN, EventKind.ORDER_REJECTED) and order_id:
        return runs((words("button-order"), f"/orders {order_id}"))
    if event.kind is EventKind.ORDER and order_id:
        return runs((words("button-cancel"), f"/cancel {order_id}"))
    if event.kind is EventKind.ENTRY and event.market:
        coin = words.coin(event.market)
        return runs(
            (words("button-sell-all", coin=coin), f"/sell {event.market}"),
            (words("button-chart"), f"/chart {event.market}"),
        )
    if event.kind is EventKind.SETTING_WAITS:
        key = event.data.get("key", "")
        return runs((words("button-cancel-raise", key=key), f"/set {key} cancel"))
    if event.kind is EventKind.ADVICE:
        return runs((words("button-advice"), f"/ai {event.data.get('consultation_id', '')}"))
    if event.kind is EventKind.REFLECTION and event.data.get("consultation_id"):
        return runs((words("button-advice"), f"/ai {event.data['consultation_id']}"))
    if event.kind is EventKind.LESSON:
        return runs((words("button-lessons"), "/lessons"))
    if event.kind in (EventKind.AI_SCORECARD, EventKind.AI_MEMBER, EventKind.AI_BUDGET, EventKind.AI_MEMORY):
        return runs((words("button-ai"), "/ai"))
    if event.kind is EventKind.LIMIT_HIT:
        return runs((words("button-limits"), "/limits"))
    if event.kind is EventKind.MISMATCH:
        return differences.buttons(event.data, words)
    if event.kind is EventKind.RECONCILED:
        return runs((words("button-reconcile"), "/reconcile"))
    if event.kind in (EventKind.STARTED, EventKind.STREAM_BACK, EventKind.DAILY_REPORT):
        return runs((words("button-status"), "/status"))
    if event.kind is EventKind.DRILL_FINISHED and event.data.get("outcome") != Outcome.PASSED:
        return runs((words("button-drill"), "/drill"))
    if event.kind is EventKind.ALERT:
        return _alert_buttons(event, words)
    if event.kind is EventKind.PANIC and event.data.get("flat") != "yes":
        return runs((words("button-panic-again"), "/panic"), (words("button-positions"), "/positions"))
    return ()


def _alert_buttons(event: Event, words: Words) -> tuple[tuple[Button, ...], ...]:
    """One that repeats can be silenced or deleted, one that is over can be set again."""
    alert_id, chart = event.data.get("alert_id", "")[:6], (words("button-chart"), f"/chart {event.market}")
    if not alert_id:
        return ()
    if event.data.get("repeat") and event.data.get("outcome") == "fired":
        mute = (words("button-mute-hour"), f"/alerts mute {alert_id} 1h")
        return runs(chart, mute, (words("button-delete"), f"/alerts delete {alert_id}"))
    return runs(chart, (words("button-alert-again"), f"/alerts again {alert_id}"))
