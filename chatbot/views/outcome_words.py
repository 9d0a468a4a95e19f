"""What became of a command, in a word for /history.  In: the code the audit trail keeps.  Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from chatbot.reply import Tone
from chatbot.views.causes import cause_text, has_cause
from chatbot.wording import Words
from trader.approval.tickets import REFUSALS

OUTCOMES: Final[Mapping[str, str]] = {
    **dict.fromkeys((Tone.OK, Tone.INFO, Tone.WARNING, "already", "flat", "started", "stopped"), "ok"),
    **dict.fromkeys(("asked", "asked-back"), "asked"),
    **dict.fromkeys(("ticket", "asked_anew"), "ticket"),
    **dict.fromkeys(("going-on", "running"), "going-on"),
    **dict.fromkeys(REFUSALS, "refused"),
    "not-flat": "left",
    **{code: code for code in ("dropped", "waits", "denied", "partly", "none")},
}
"""Code → the end of its key. What is not here is a state of an order or of a difference, a cause, or a slip of the
hand, which its reply has explained."""


def outcome_text(code: str, words: Words) -> str:
    key = OUTCOMES.get(code)
    if key is not None:
        return words(f"outcome-{key}")
    if has_cause(code, words):
        return cause_text(code, words)
    return words.first((f"order-state-{code}", f"answer-{code}"), words("outcome-failed"))
