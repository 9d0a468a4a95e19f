"""What went wrong, said so that a person knows what to do next."""

from __future__ import annotations

from chatbot.context import Forbidden
from chatbot.registry import Command
from chatbot.reply import JSON, Reply, Tone
from chatbot.views import lines, setting_values
from chatbot.views.buttons import runs
from chatbot.views.causes import cause_text
from chatbot.wording import Words
from trader.errors import (
    InsufficientFunds,
    LedgerMismatch,
    OutcomeUnknown,
    StorageFailed,
    TraderError,
    UserInputError,
    VenueBlocked,
    VenueBusy,
    VenueError,
    VenueForbidden,
    VenueOffline,
    VenueRejected,
    VenueUnreachable,
    cause_of,
)

_BY_TYPE: tuple[tuple[type[TraderError], str], ...] = (
    (VenueUnreachable, "failed-unreachable"),
    (VenueBusy, "failed-busy"),
    (VenueBlocked, "failed-blocked"),
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
    params = {name: lines.who(str(v), words) if name == "by" else str(v) for name, v in err.params.items()}
    if err.key == "setting-bad-value":
        return _bad_value(params, words)
    key = f"error-{err.key}"
    return words.lenient(key, params) if words.has(key) else str(err)


def _bad_value(params: dict[str, str], words: Words) -> str:
    """With the values that are possible, or the bounds, in the setting's own unit."""
    unit = setting_values.unit_of(params["key"])
    value, low, high = (setting_values.shown(unit, params[name], words) for name in ("value", "low", "high"))
    said = words("error-setting-bad-value", key=params["key"], value=value)
    if params["choices"]:
        return f"{said} {words('setting-choices', choices=', '.join(params['choices'].split()))}"
    return f"{said} {words('setting-bounds', low=low or '–', high=high or '–')}" if low or high else said


def failure(err: TraderError, words: Words) -> Reply:
    if isinstance(err, UserInputError):
        return Reply(title=input_error(err, words), tone=Tone.ERROR, data={"error": err.key})
    if isinstance(err, Forbidden):
        role = words(f"role-{err.needed.name.lower()}")
        return Reply(title=words("forbidden", role=role), tone=Tone.ERROR, data={"error": "forbidden"})
    return Reply(title=sentence(err, words), tone=Tone.ERROR, data={"error": type(err).__name__})


def not_sent(err: VenueError, words: Words, *more: str) -> Reply:
    """The venue could not be asked what must be known before an order: it was not begun."""
    data: dict[str, JSON] = {"error": type(err).__name__, "sent": False}
    return Reply(title=sentence(err, words), lines=(words("nothing-sent"), *more), tone=Tone.ERROR, data=data)


def sentence(err: TraderError, words: Words) -> str:
    """What the venue, the disk or the books did, and why, where that adds something."""
    if isinstance(err, UserInputError):
        return input_error(err, words)
    key = next((key for kind, key in _BY_TYPE if isinstance(err, kind)), "failed-other")
    return words(key, detail=_detail(err, words))


def _detail(err: TraderError, words: Words) -> str:
    """Its own name, or the kind of error, in words; its sentences are in other languages and stand in the log."""
    if isinstance(err, VenueError) and not err.name and err.status:
        return f"HTTP {err.status}"
    return cause_text(cause_of(err), words)


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
