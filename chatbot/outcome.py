"""What a press leaves behind: whether the question still stands."""

from __future__ import annotations

from chatbot.reply import Reply, Tone
from chatbot.views.buttons import HALF, NO, OK
from chatbot.views.status import VIEW

_OVER = frozenset({"confirmation-gone", "ticket-unknown", "button-unknown"})
"""Errors (`data["error"]`) that say the question is no longer there: its buttons are useless to everybody."""

_ENDED = frozenset({"already_answered", "expired"})
"""Outcomes that say the same of a ticket."""


def still_stands(reply: Reply, *, member: bool) -> bool:
    """True: nothing came of this press, the buttons stay for whoever may use them. A stranger's never counts."""
    if not member:
        return True
    return reply.tone is Tone.ERROR and reply.data.get("error") not in _OVER and reply.data.get("outcome") not in _ENDED


def question_in(reply: Reply | None) -> tuple[str, str] | None:
    """(ticket id, market) of the question a reply asks; None: it asks none."""
    if reply is None or reply.data.get("outcome") != "ticket":
        return None
    return str(reply.data["ticket_id"]), str(reply.data["market"])


def shows_status(reply: Reply | None) -> bool:
    """Whether a reply shows how it stands: as a message it goes on doing so."""
    return reply is not None and reply.data.get("view") == VIEW and reply.picture is None and reply.document is None


def answers(action: str) -> str:
    """The ticket id that a button's action answers; empty for others."""
    verb, _, ticket_id = action.partition(":")
    return ticket_id if verb in (OK, HALF, NO) else ""
