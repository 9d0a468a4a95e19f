"""What went wrong, said so that a person knows what to do next."""

from __future__ import annotations

from chatbot.buttons import runs
from chatbot.context import Forbidden
from chatbot.registry import Command
from chatbot.reply import Reply, Tone
from chatbot.wording import Words
from trader.errors import (
    InsufficientFunds,
    LedgerMismatch,
    OutcomeUnknown,
    StorageFailed,
    TraderError,
    UserInputError,
    VenueBusy,
    VenueError,
    VenueForbidden,
    VenueOffline,
    VenueRejected,
    VenueUnreachable,
)

_BY_TYPE: tuple[tuple[type[TraderError], str], ...] = (
    (VenueUnreachable, "failed-unreachable"),
    (VenueBusy, "failed-busy"),
    (VenueOffline, "failed-offline"),
    (VenueForbidden, "failed-forbidden"),
    (InsufficientFunds, "failed-funds"),
    (VenueRejected, "failed-rejected"),
    (OutcomeUnknown, "failed-outcome-unknown"),
    (StorageFailed, "failed-storage"),
    (LedgerMismatch, "failed-mismatch"),
)


def input_error(err: UserInputError, words: Words) -> str:
    """One sentence. A key the catalogue lacks is shown as it is (a test keeps that from happening)."""
    params = {name: str(value) for name, value in err.params.items()}
    key = f"error-{err.key}"
    return words.lenient(key, params) if words.has(key) else str(err)


def failure(err: TraderError, words: Words) -> Reply:
    if isinstance(err, UserInputError):
        return Reply(title=input_error(err, words), tone=Tone.ERROR, data={"error": err.key})
    if isinstance(err, Forbidden):
        role = words(f"role-{err.needed.name.lower()}")
        return Reply(title=words("forbidden", role=role), tone=Tone.ERROR, data={"error": "forbidden"})
    return Reply(title=sentence(err, words), tone=Tone.ERROR, data={"error": type(err).__name__})


def sentence(err: TraderError, words: Words) -> str:
    """What the venue, the disk or the books did, with the venue's own words behind it."""
    if isinstance(err, UserInputError):
        return input_error(err, words)
    key = next((key for kind, key in _BY_TYPE if isinstance(err, kind)), "failed-other")
    detail = (err.name if isinstance(err, VenueError) else "") or str(err)
    return words(key, detail=detail)


def usage(err: UserInputError, command: Command, words: Words) -> Reply:
    """Wrong arguments: what was wrong, how it is written, and an example."""
    return Reply(
        title=input_error(err, words),
        lines=(
            words("usage", usage=usage_line(command, words)),
            words("example", example=words(f"example-{command.name}")),
        ),
        buttons=runs((words("button-help"), f"/help {command.name}")),
        tone=Tone.ERROR,
        data={"error": err.key, "usage": usage_line(command, words)},
    )


def internal(reference: str, words: Words) -> Reply:
    return Reply(title=words("failed-internal", reference=reference), tone=Tone.ERROR, data={"error": "internal"})


def usage_line(command: Command, words: Words) -> str:
    """`/buy <market> <sum> [at <price>]`, from the handler's signature."""
    parts = [f"/{command.name}"]
    for p in command.parameters:
        label = words(f"arg-{p.slot.label}")
        if p.slot.flag:
            parts.append(f"[{p.slot.markers[0]}]")
        elif p.keyword:
            parts.append(f"[{p.slot.markers[0]} <{label}>]")
        elif p.many:
            parts.append(f"[{label} …]")
        else:
            parts.append(f"<{label}>" if p.required else f"[{label}]")
    return " ".join(parts)
