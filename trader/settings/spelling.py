"""Names that were meant to be settings and are none: a slip of the hand must not be ignored without a word.

In: the names given, the names there are. Out: those that look like slips, each with the nearest name. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from difflib import SequenceMatcher, get_close_matches

OURS = frozenset({"upbit", "telegram", "slack", "sandbox"})
"""First words of names that nobody else gives to a variable of this program's environment."""

LIKE, ALIKE, SAME = 0.6, 0.75, 0.85
"""How near a name must be to be meant: in our own file or with our own word, with a first word we use, and any name."""

LONG_ENOUGH = 6
"""Shorter names are near to each other by chance."""


@dataclass(frozen=True, slots=True)
class Slip:
    """`nearest` is empty where no name is near."""

    name: str
    nearest: str


def slips(in_file: Iterable[str], in_environment: Iterable[str], known: Collection[str]) -> list[Slip]:
    """Of a file that is ours every name that is none; of an environment, which is everybody's, those that look it.
    Names in any case; slips in upper case, in order of their names."""
    names = {name.lower() for name in known}
    first = {name.partition("_")[0] for name in names if "_" in name}
    found = {name: _nearest(name, names, LIKE) for name in _strange(in_file, names)}
    for name in _strange(in_environment, names):
        word, joined, _ = name.partition("_")
        if joined and word in OURS:
            found.setdefault(name, _nearest(name, names, LIKE))
        elif near := _nearest(name, names, ALIKE if joined and word in first else SAME):
            found.setdefault(name, near)
    return [Slip(name.upper(), near.upper()) for name, near in sorted(found.items())]


def _strange(given: Iterable[str], known: Collection[str]) -> list[str]:
    return [name for name in dict.fromkeys(one.lower() for one in given) if name not in known]


def _nearest(name: str, known: Collection[str], least: float) -> str:
    if len(name) < LONG_ENOUGH:
        return ""
    near = get_close_matches(name, sorted(known), n=3, cutoff=least)
    return max(near, key=lambda other: SequenceMatcher(None, name, other).ratio(), default="")
