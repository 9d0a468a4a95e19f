"""A change of the rules of telling in words.  In: flat text of an event.  Out: what was changed, from what, to what.
Pure."""

from __future__ import annotations

from collections.abc import Mapping

from chatbot.notify.rules import Group, Profile
from chatbot.wording import Words

PREFIX = "notify."


def is_about(data: Mapping[str, str]) -> bool:
    return data.get("key", "").startswith(PREFIX)


def change(data: Mapping[str, str], words: Words) -> dict[str, str]:
    """`notify.trades.telegram:1` off → `거래 알림 (Kim)`, `끔`."""
    what, _, place = data.get("key", "").removeprefix(PREFIX).partition(".")
    if what in list(Group):
        name = words("notify-change-group", name=words(f"notify-group-{what}"))
    else:
        name = words.first((f"notify-change-{what}",), what)
    return {
        "key": f"{name} ({words.person(place)})" if place else name,
        "old": _value(data.get("old", ""), words),
        "new": _value(data.get("new", ""), words),
    }


def _value(text: str, words: Words) -> str:
    if text in list(Profile):
        return words(f"notify-{text}")
    return words.first((f"notify-value-{text}",), ", ".join(text.split())) if text else "–"
