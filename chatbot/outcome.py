"""What a press leaves behind: whether the question still stands."""

from __future__ import annotations

from chatbot.reply import Reply, Tone

_OVER = frozenset({"confirmation-gone", "ticket-unknown", "button-unknown"})
"""Errors (`data["error"]`) that say the question is no longer there: its buttons are useless to everybody."""


def still_stands(reply: Reply, *, member: bool) -> bool:
    """True: nothing came of this press, the buttons stay for whoever may use them. A stranger's never counts."""
    if not member:
        return True
    return reply.tone is Tone.ERROR and reply.data.get("error") not in _OVER
