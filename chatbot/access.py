"""Who may do what: ids in an allow-list, each with a role. An empty list admits nobody (C4)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Self

from trader.settings import Settings

CONSOLE = "console"
SHELL = "shell"
LOCAL_CHANNELS = frozenset({CONSOLE, SHELL})
"""Reached only by whoever is logged in as the service's own user (terminal; control socket of mode 0600)."""


class Role(IntEnum):
    """VIEWER looks, TRADER trades and stops, OWNER also starts and changes settings."""

    NOBODY = 0
    VIEWER = 1
    TRADER = 2
    OWNER = 3


@dataclass(frozen=True, slots=True)
class Person:
    """`channel` is telegram, slack, console or shell; `user_id` the platform's own, unchangeable id, never a name."""

    channel: str
    user_id: str = ""
    name: str = ""

    @property
    def key(self) -> str:
        """`telegram:123`; the console and the shell alone are called by their channel."""
        return f"{self.channel}:{self.user_id}" if self.user_id else self.channel

    @property
    def local(self) -> bool:
        return self.channel in LOCAL_CHANNELS


class Access:
    """Roles by person key. A person in several lists has the highest of their roles."""

    def __init__(self, roles: Mapping[str, Role]) -> None:
        self._roles = dict(roles)

    @classmethod
    def from_settings(cls, settings: Settings) -> Self:
        lists: list[tuple[str, Iterable[str], Role]] = [
            ("telegram", settings.telegram_viewers, Role.VIEWER),
            ("telegram", settings.telegram_traders, Role.TRADER),
            ("telegram", settings.telegram_owners, Role.OWNER),
            ("slack", settings.slack_viewers, Role.VIEWER),
            ("slack", settings.slack_traders, Role.TRADER),
            ("slack", settings.slack_owners, Role.OWNER),
        ]
        return cls({f"{channel}:{user_id}": role for channel, ids, role in lists for user_id in ids})

    def role_of(self, person: Person) -> Role:
        if person.local:
            return Role.OWNER
        return self._roles.get(person.key, Role.NOBODY) if person.user_id else Role.NOBODY
