"""What the sentence of an event is made of.  In: Event, Words.  Out: its text, each figure in its own unit.  Pure."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from itertools import zip_longest
from typing import TypeAlias

from chatbot.delivery import FAULTS, channel_name
from chatbot.language.spelling import spelled_trail
from chatbot.notify import text as notify_text
from chatbot.views import ai_text, alert_text, differences, lines, setting_values
from chatbot.views.causes import cause_text, has_cause
from chatbot.views.outcome_words import outcome_text
from chatbot.views.plain import figure
from chatbot.views.reasons import codes_text
from chatbot.wording import Words, figures
from trader.model.events import Event, EventKind

Params: TypeAlias = dict[str, str]


def params_of(event: Event, words: Words) -> Params:
    """What the sentence is made of: the event's text, each figure in its own unit."""
    given = {**event.data, "market": words.market(event.market) if event.market else ""}
    if "count" in given:
        given["often"] = "once" if given["count"] == "1" else "again"
    if event.kind in (EventKind.MISMATCH, EventKind.DIFFERENCE_ANSWERED):
        shown = differences.params(event.data, event.market, words)
        return shown | {name: _shown(name, shown.get(name, ""), event, words) for name in ("answer", "by")}
    if event.kind is EventKind.SETTING_CHANGED and notify_text.is_about(event.data):
        return given | notify_text.change(event.data, words) | {"by": lines.who(event.data.get("by", ""), words)}
    if event.kind is EventKind.ALERT:
        return given | {
            "condition": alert_text.condition_text(event.data, words),
            "value": alert_text.value_text(event.data, words),
        }
    shown = {name: _shown(name, value, event, words) for name, value in given.items()}
    return shown | _learned(event, words)


def _learned(event: Event, words: Words) -> Params:
    """What is put together from several keys."""
    said = event.data
    if event.kind is EventKind.LESSON and said.get("feature"):
        parts = (said.get(key, "") for key in ("side", "feature", "op", "level", "for"))
        counted = (said.get(key, "") for key in ("hits", "n", "other_hits", "other_n"))
        return {"condition": ai_text.condition(words, *parts), "counts": ai_text.counts(words, *counted)}
    if event.kind is EventKind.REFLECTION and said.get("teaches"):
        return {"teaches": ai_text.teaching(said["teaches"], words)}
    if event.kind is EventKind.AI_MEMBER:
        return {"setting": f"{said.get('member', '').upper()}_MODEL"}
    return {}


_OF_MODELS = frozenset(
    {
        EventKind.ADVICE,
        EventKind.AI_SCORECARD,
        EventKind.AI_MEMBER,
        EventKind.AI_BUDGET,
        EventKind.AI_MEMORY,
        EventKind.LESSON,
    }
)
_KRW = frozenset({"limit", "notional", "funds", "cost", "proceeds", "fees", "equity"})
_SIGNED = frozenset({"pnl", "realised", "unrealised"})
_PRICES = frozenset({"price", "average_cost", "stop", "take", "before"})
_QUANTITIES = frozenset({"quantity", "executed", "book", "venue"})
_TIMES = frozenset({"until", "expires_at", "due", "since"})
_OF_SETTINGS = frozenset({EventKind.SETTING_CHANGED, EventKind.SETTING_WAITS, EventKind.SETTING_CANCELLED})
_OF_TRAIL = frozenset({EventKind.COMMAND, EventKind.LOOKED})
_BY_ID = frozenset({EventKind.STRANGER, EventKind.ACCESS_CHANGED})
"""Who may do what goes by the id: anybody can take any name."""
_SPANS = frozenset({"held_seconds", "seconds"})
_WORDS = {
    "side": "side-",
    "lesson_state": "lesson-state-",
    "why": "lesson-why-",
    "state": "state-",
    "mode": "mode-",
    "stream": "stream-",
    "where": "where-",
    "job": "health-job-",
    "answer": "answer-",
    "verdict": "verdict-",
    "ai_role": "ai-role-",
    "role": "role-",
    "what": "access-",
}


def _shown(name: str, value: str, event: Event, words: Words) -> str:
    if not value:
        return ""
    if event.kind is EventKind.ORDER_REJECTED and name in ("state", "name"):
        return value if name == "state" else cause_text(value, words)
    if event.kind in _OF_TRAIL and name in ("line", "outcome"):
        return outcome_text(value, words) if name == "outcome" else spelled_trail(value, words)
    if name in ("message", "error") and has_cause(_why(event), words):
        return ""  # said in words already; what else there was stands in the log
    if name == "cause":
        return cause_text(value, words) if has_cause(value, words) else ""
    if name == "fault":
        channel = channel_name(event.data.get("channel", ""), words)
        return words(value, channel=channel) if value in FAULTS else ""
    if name == "note" and event.kind is EventKind.FAILSAFE:
        return words(value) if words.has(value) else ""
    if name == "remaining":
        return _remaining(value, event.data.get("reasons", ""), words)
    if name in _WORDS:
        prefix = "order-state-" if event.kind is EventKind.ORDER_RESOLVED else _WORDS[name]
        return words.first((f"{prefix}{value}",), value)
    if event.kind in _OF_SETTINGS and name in ("old", "new"):
        return setting_values.shown(setting_values.unit_of(event.data.get("key", "")), value, words)
    if name == "person" and event.kind in _BY_ID:
        return words.account(value)
    if name in ("by", "owner", "person"):
        return lines.who(value, words)
    if name == "reason" or (name == "cause" and event.kind is EventKind.GUARD_MOVED):
        return lines.why_text(value, words)
    if name == "channel":
        return words.first((f"channel-{value}",), value)
    if name == "reasons" and event.kind is EventKind.TICKET_EXPIRED:
        said = {
            code: cause_text(code, words) if has_cause(code, words) else codes_text(code, words)
            for code in value.split()
        }
        return "; ".join(said.values())
    if name == "reasons" or (name == "message" and event.data.get("where") in ("exit", "silence")):
        return codes_text(value, words)
    if name == "votes":
        return ai_text.votes(value, words)
    if name in _TIMES:
        return words.moment(datetime.fromisoformat(value), event.at)
    if name == "date":
        return f"{datetime.fromisoformat(value).astimezone(figures.SEOUL):%Y-%m-%d}"
    amount = figure(value)
    return value if amount is None else _amount(name, amount, event, words)


def _why(event: Event) -> str:
    return event.data.get("name" if event.kind is EventKind.ORDER_REJECTED else "cause", "")


def _remaining(pairs: str, reasons: str, words: Words) -> str:
    """`KRW-BTC:0.5 KRW-XRP:3` as people read it, each with why where that is known."""
    said: list[str] = []
    for pair, reason in zip_longest(pairs.split(), reasons.split(), fillvalue=""):
        code, _, left = pair.partition(":")
        what = f"{words.market(code)} {words.quantity(figure(left), code.partition('-')[2])}"
        why = cause_text(reason, words) if has_cause(reason, words) else codes_text(reason, words)
        said.append(f"{what} – {why}" if why else what)
    return ", ".join(said)


def _amount(name: str, amount: Decimal, event: Event, words: Words) -> str:
    if event.kind in _OF_MODELS and name in ("cost", "value"):
        return words.fee(amount) if name == "cost" else words.krw_change(amount)
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
