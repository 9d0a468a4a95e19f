"""One consultation in words: what each model saw and said, side by side, and what became of it.  Pure.

Reasons and risks are the models' own words: cleaned of links and markup, shortened, and shown as a quotation."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from chatbot.reply import JSON, Document, Table
from chatbot.views import lines
from chatbot.views.ai_text import feature_value
from chatbot.views.causes import cause_text
from chatbot.wording import Words
from trader.learning import Decision
from trader.model.advice import Answer, Consultation, ItemStatus, MemberResult, MemberStatus
from trader.model.plain import plain
from trader.model.untrusted import clean

REASON = 400
MOST_COLUMNS = 3
"""Members beside each other on a phone."""


def head(said: Consultation, words: Words) -> str:
    side = said.side or said.question.side
    return words(
        "ai-decision-title",
        market=words.market(said.question.market.code),
        side=words(f"side-{side.value}") if side else words("ai-open-side"),
        verdict=words(f"verdict-{said.verdict.value}"),
    )


def decision_lines(found: Decision, words: Words) -> list[str]:
    said, asked = found.said, found.said.question
    told = [
        words(
            "ai-decision-when",
            at=words.moment(said.at),
            strategy=asked.strategy,
            timeframe=asked.timeframe.value,
            price=words.price(lines.rounded(asked.price)),
        ),
        words(
            "ai-decision-rule",
            role=words(f"ai-role-{said.role.value}"),
            rule=words(f"vote-rule-{said.rule.value}"),
            cost=words.fee(said.cost),
        ),
    ]
    if said.shadow:
        told.append(words("ai-decision-shadow", id=said.shadow_of))
    if said.confidence is not None:
        told.append(words("ai-decision-size", share=f"{said.percentage}%", factor=words.share(said.size_factor)))
    if said.reason:
        told.append(words("pass-reduced", share=words.share(said.allowed), cause=cause_text(said.reason, words)))
    told.append(_outcome(found, words))
    if said.client_order_id:
        told.append(words("ai-decision-order", id=said.client_order_id[:6]))
    return told


def _outcome(found: Decision, words: Words) -> str:
    """The price since then."""
    if not found.moves:
        return words("ai-outcome-none")
    moved = (words("note-after", candles=m.horizon, share=words.change(m.change)) for m in found.moves)
    return words("ai-outcome", moves=" · ".join(moved))


# ---------------------------------------------------------------- what they saw


def seen_lines(said: Consultation, words: Words) -> list[str]:
    """Every item with its status, and its age as it stood in the prompt; the figures of the moment."""
    shown = _shown(said)
    told = []
    for status in ItemStatus:
        names = [name for name, found in said.statuses.items() if found == status.value]
        if names:
            told.append(words(f"ai-items-{status.value}", items=" · ".join(_item(n, shown, words) for n in names)))
    if said.features:
        told.append(words("ai-features", figures=" · ".join(_feature(n, v, words) for n, v in said.features.items())))
    memory = shown.get("memory")
    if isinstance(memory, dict):
        told.append(words("ai-memory-shown", count=len(memory)))
    return told


def _shown(said: Consultation) -> dict[str, Any]:
    """The prompt's own JSON; empty where there was none."""
    return json.loads(said.prompt) if said.prompt else {}


def _item(name: str, shown: Mapping[str, Any], words: Words) -> str:
    """What it is called, and how old it was."""
    known = words.first((f"item-{name.replace(':', '-').replace('_', '-')}",), name)
    item = {**shown.get("items", {}), **shown.get("untrusted", {})}.get(name, {})
    age = item.get("age_seconds")
    return f"{known} ({words.span(age)})" if isinstance(age, int | float) else known


def _feature(name: str, value: float, words: Words) -> str:
    return f"{words.first((f'feature-{name}',), name)} {feature_value(name, Decimal(repr(value)), words)}"


# ---------------------------------------------------------------- what they said


def said_table(said: Consultation, words: Words) -> Table | None:
    """At most three members, each a column."""
    results = said.results[:MOST_COLUMNS]
    if not results:
        return None
    columns = ("", *(result.member[:9] for result in results))
    rows = [(words(f"ai-row-{name}"), *(cell(result, words) for result in results)) for name, cell in _ROWS.items()]
    return Table(columns, tuple(rows))


def _of(answer: Answer | None, show: str) -> str:
    return "–" if answer is None else show


def _stance(result: MemberResult, words: Words) -> str:
    if result.status is not MemberStatus.OK or result.answer is None:
        return words(f"vote-{result.status.value.replace('_', '-')}")
    return words(f"vote-{result.answer.stance.value.lower()}")


def _share(value: Decimal) -> str:
    return f"{value * 100:.0f}%"


_ROWS: Mapping[str, Callable[[MemberResult, Words], str]] = {
    "stance": _stance,
    "size": lambda r, w: _of(r.answer, f"{r.answer.percentage}%" if r.answer else ""),
    "confidence": lambda r, w: _of(r.answer, _share(r.answer.confidence) if r.answer else ""),
    "up": lambda r, w: _of(r.answer, _share(r.answer.p_up) if r.answer else ""),
    "horizon": lambda r, w: _of(r.answer, str(r.answer.horizon) if r.answer else ""),
    "stop": lambda r, w: w.brief(r.answer.plan.stop) if r.answer else "–",
    "take": lambda r, w: w.brief(r.answer.plan.take) if r.answer else "–",
    "cost": lambda r, w: w.fee(r.cost),
    "seconds": lambda r, w: f"{r.latency_seconds:.1f}",
}


_ENDINGS = {
    "day": "ai-cap-day",
    "month": "ai-cap-month",
    "deadline": "ai-late",
    "rests after failures": "ai-rests",
    "too large": "ai-too-large",
}
"""Endings of ours; a vendor's code stays as it is."""


def word_lines(said: Consultation, words: Words) -> list[str]:
    """Each member's own words, and why one gave no answer."""
    told = []
    for result in said.results:
        if result.answer is not None:
            reason = clean(result.answer.reason, REASON)
            if reason:
                told.append(words("ai-member-words", member=result.member, text=reason))
        elif result.detail:
            key = _ENDINGS.get(result.detail)
            detail = words(key) if key else clean(result.detail, 120)
            told.append(words("ai-member-detail", member=result.member, detail=detail))
    return told


def prompt_file(said: Consultation) -> Document | None:
    """What every member was shown, and each answer as it came; None where nobody was asked."""
    if not said.prompt:
        return None
    answers: list[JSON] = [
        {
            "member": result.member,
            "model": result.model,
            "status": result.status.value,
            "request_id": result.request_id,
            "raw": result.raw,
        }
        for result in said.results
    ]
    body: dict[str, JSON] = {
        "id": said.consultation_id,
        "prompt_version": said.prompt_version,
        "schema_version": said.schema_version,
        "sha256": said.prompt_hash,
        "prompt": _shown(said),
        "answers": answers,
    }
    content = json.dumps(body, ensure_ascii=False, indent=1).encode()
    return Document(f"ai-{said.consultation_id}.json", content, "application/json")


def as_data(found: Decision) -> dict[str, JSON]:
    said = found.said
    members: list[JSON] = [_member(result) for result in said.results]
    outcomes: dict[str, JSON] = {str(move.horizon): plain(move.change) for move in found.moves}
    return {
        "id": said.consultation_id,
        "at": said.at.isoformat(),
        "market": said.question.market.code,
        "verdict": said.verdict.value,
        "side": said.side.value if said.side else None,
        "cost_krw": plain(said.cost),
        "members": members,
        "outcomes": outcomes,
        "items": dict(said.statuses),
    }


def _member(result: MemberResult) -> dict[str, JSON]:
    answer = result.answer
    return {
        "member": result.member,
        "status": result.status.value,
        "decision": answer.stance.value if answer else None,
        "confidence": plain(answer.confidence) if answer else None,
        "cost_krw": plain(result.cost),
    }
