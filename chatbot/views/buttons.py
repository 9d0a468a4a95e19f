"""Buttons: what they are called and what they send back. Tickets and tokens go by id, never by side or sum."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from chatbot.reply import MAX_ACTION_BYTES, Button
from chatbot.wording import Words

OK, HALF, NO, ANEW, DO, DROP, RUN = "ok", "half", "no", "anew", "do", "drop", "run"

_TYPED: dict[str, Callable[[str], str]] = {
    OK: lambda ticket: f"/approve {ticket}",
    HALF: lambda ticket: f"/approve {ticket} half",
    NO: lambda ticket: f"/reject {ticket}",
    ANEW: lambda ticket: f"/again {ticket}",
    RUN: lambda line: line,
}


def typed(action: str) -> str | None:
    """The command line a button stands for; None for the answer to a question (`do:`, `drop:`) or nonsense."""
    verb, _, argument = action.partition(":")
    line = _TYPED.get(verb)
    return line(argument) if line is not None and argument else None


def ticket_buttons(ticket_id: str, words: Words) -> tuple[tuple[Button, ...], ...]:
    return (
        (
            Button(f"✅ {words('button-approve')}", f"{OK}:{ticket_id}"),
            Button(f"½ {words('button-half')}", f"{HALF}:{ticket_id}"),
            Button(f"❌ {words('button-reject')}", f"{NO}:{ticket_id}"),
        ),
    )


def anew_button(ticket_id: str, words: Words) -> tuple[tuple[Button, ...], ...]:
    return ((Button(f"🔁 {words('button-anew')}", f"{ANEW}:{ticket_id}"),),)


def question_buttons(token: str, words: Words) -> tuple[tuple[Button, ...], ...]:
    return (
        (
            Button(f"✅ {words('button-confirm')}", f"{DO}:{token}"),
            Button(f"❌ {words('button-drop')}", f"{DROP}:{token}"),
        ),
    )


def rows_of(pairs: Sequence[tuple[str, str]], width: int) -> tuple[tuple[Button, ...], ...]:
    """(label, command line) in rows of `width`."""
    return tuple(row for at in range(0, len(pairs), width) for row in runs(*pairs[at : at + width]))


def runs(*pairs: tuple[str, str]) -> tuple[tuple[Button, ...], ...]:
    """One row of (label, command line); lines that do not fit a button are left out."""
    fitting = [(label, f"{RUN}:{line}") for label, line in pairs]
    row = tuple(Button(label, action) for label, action in fitting if len(action.encode()) <= MAX_ACTION_BYTES)
    return (row,) if row else ()
