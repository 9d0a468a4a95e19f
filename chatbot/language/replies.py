"""What is said back to a sentence: what it was taken for, a change before it is made, a question."""

from __future__ import annotations

from dataclasses import replace

from chatbot.language.meaning import Ask, Run
from chatbot.language.spelling import spelled
from chatbot.people.access import Role
from chatbot.registry import Command, Registry
from chatbot.reply import Reply, Tone
from chatbot.views.buttons import question_buttons, runs
from chatbot.wording import Words

_REFUSED = frozenset(
    {
        "say-negated",
        "say-negated-buy",
        "say-negated-sell",
        "say-exception",
        "say-quoted",
        "say-all-in",
        "say-foreign-money",
        "say-condition",
        "say-repeated",
        "say-scheduled",
    }
)
"""Nothing is missing; it is simply not done."""


def understood(reply: Reply, meant: Run, words: Words) -> Reply:
    """With the command it was taken for, so that a person sees it and learns it."""
    notes = (words(meant.note),) if meant.note else ()
    line = words("say-understood", line=spelled(meant.line, words))
    return replace(reply, lines=(*reply.lines, *notes, line), data={**reply.data, "understood": meant.line})


def asked_back(ask: Ask, registry: Registry, role: Role, words: Words) -> Reply:
    """Why nothing happened, and the commands it may have meant, as far as this role may run them."""
    allowed = [line for line in ask.choices if _may(registry.find(line.split()[0]), role)]
    return Reply(
        title=words(ask.key, **ask.params),
        buttons=tuple(row for line in allowed for row in runs((spelled(line, words), line))),
        tone=Tone.ERROR if ask.key in _REFUSED else Tone.INFO,
        data={"outcome": "asked-back", "question": ask.key, "choices": list(allowed)},
    )


def _may(command: Command | None, role: Role) -> bool:
    return command is not None and command.role <= role


def proposed(line: str, command: Command, token: str, words: Words, *, local: bool) -> Reply:
    """A change, shown before it is made."""
    hint = (words("hint-confirm", line=line),) if local else ()
    return Reply(
        title=words("say-propose"),
        lines=(f"{spelled(line, words)} – {words(f'help-{command.name}')}", *hint),
        buttons=question_buttons(token, words),
        tone=Tone.WARNING,
        data={"outcome": "asked", "understood": line},
    )


def still_asked(token: str, line: str, words: Words) -> Reply:
    """A bare yes, or `/approve`, while a question of the second step waits: only its own button answers it."""
    return Reply(
        title=words("say-press"),
        lines=(spelled(line, words),),
        buttons=question_buttons(token, words),
        tone=Tone.INFO,
        data={"outcome": "asked-back", "question": "say-press", "choices": [line]},
    )
