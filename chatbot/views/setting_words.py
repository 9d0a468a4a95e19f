"""One setting as a person sees it: value, unit, bounds, origin, its last changes, and what may be done with it."""

from __future__ import annotations

from collections.abc import Sequence

from chatbot.context import Context
from chatbot.people.access import Role
from chatbot.reply import Button, Reply, Tone
from chatbot.views import lines, setting_values
from chatbot.views.buttons import rows_of, runs
from chatbot.wording import Words
from trader.errors import UserInputError
from trader.model.events import SettingRow
from trader.model.views import SettingView

MOST_ON_A_BUTTON = 30
"""Characters, two buttons beside each other."""


def one_setting(
    ctx: Context,
    view: SettingView,
    waiting: Sequence[str],
    cancels: tuple[tuple[Button, ...], ...],
    history: Sequence[SettingRow],
) -> Reply:
    """`waiting`: lines about a change that waits; `cancels`: the buttons to forget it; `history`: newest first."""
    words = ctx.words
    about = (
        [words(f"setting-{view.key}"), words("setting-how", key=view.key)]
        if view.changeable
        else [words("setting-is-fixed")]
    )
    default = setting_values.shown(view.unit, view.default, words)
    return Reply(
        title=lines.setting_line(view, words),
        lines=(
            *waiting,
            *about,
            *_bounds(view, words),
            words("setting-default", default=default),
            *(_past(row, view, words) for row in history),
        ),
        buttons=(*cancels, *_buttons(ctx, view, bool(history))),
        tone=Tone.INFO,
        data={
            "key": view.key,
            "value": view.value,
            "default": view.default,
            "origin": view.origin,
            "unit": view.unit,
            "group": view.group,
            "choices": list(view.choices),
            "low": view.low,
            "high": view.high,
        },
    )


def setting_name(view: SettingView, words: Words) -> str:
    """What a button calls it: its meaning without what stands in brackets, as long as a button is wide."""
    name = words.first((f"setting-{view.key}",), view.key)
    name = name.partition("(")[0].strip()
    return name if len(name) <= MOST_ON_A_BUTTON else f"{name[: MOST_ON_A_BUTTON - 1].rstrip()}…"


def _bounds(view: SettingView, words: Words) -> list[str]:
    low, high = (setting_values.shown(view.unit, bound, words) for bound in (view.low, view.high))
    if not low and not high:
        return []
    return [words("setting-bounds", low=low or "–", high=high or "–")]


def _past(row: SettingRow, view: SettingView, words: Words) -> str:
    value = words("setting-back") if row.value is None else setting_values.shown(view.unit, row.value, words)
    return words("setting-past", at=words.moment(row.set_at), by=lines.who(row.set_by, words), value=value)


def _buttons(ctx: Context, view: SettingView, changed: bool) -> tuple[tuple[Button, ...], ...]:
    """Its other values where they can be counted, back to the default, undo, and back to its group."""
    words = ctx.words
    back = runs((words("button-settings"), f"/settings {view.group}"))
    if ctx.role < Role.OWNER or not view.changeable:
        return back
    others = [
        (setting_values.shown(view.unit, value, words), f"/set {view.key} {value}")
        for value in view.choices
        if value != view.value
    ]
    undo = [(words("button-undo"), f"/undo {view.key}")] if changed else []
    default = [(words("button-default"), f"/set {view.key} default")] if view.origin == "chat" else []
    return (*rows_of(others, 3), *runs(*undo, *default), *back)


def view_of(ctx: Context, key: str) -> SettingView:
    """UserInputError: setting-unknown."""
    found = next((v for v in ctx.desk.settings() if v.key == key), None)
    if found is None:
        raise UserInputError("setting-unknown", key=key)
    return found


def match(word: str, keys: Sequence[str]) -> str:
    """The key itself, the one that is the word and its unit (`stop` → `stop_fraction`), or the only one that contains
    it. UserInputError: setting-unknown, setting-ambiguous."""
    if word in keys:
        return word
    named = [key for key in keys if key.rpartition("_")[0] == word]
    inside = named if len(named) == 1 else [key for key in keys if word in key]
    if len(inside) > 1:
        raise UserInputError("setting-ambiguous", key=word, choices=", ".join(inside[:8]))
    if not inside:
        raise UserInputError("setting-unknown", key=word)
    return inside[0]
