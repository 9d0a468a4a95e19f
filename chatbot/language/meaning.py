"""What a sentence comes to. Values only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Run:
    """One registered command, written out (`/sell KRW-ETH 50%`). `note` is the key of a line to say with it."""

    line: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Propose:
    """A change that is shown first and runs when the person confirms it."""

    line: str


@dataclass(frozen=True, slots=True)
class Ask:
    """Nothing happens; `key` says why and `choices` are command lines to press. Not `sure`: some words were not
    understood, so whoever understands more may be asked."""

    key: str
    params: Mapping[str, str] = field(default_factory=dict)
    choices: tuple[str, ...] = ()
    sure: bool = True


Meaning: TypeAlias = Run | Propose | Ask
