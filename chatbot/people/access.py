"""Who may do what: ids in the environment's lists and people let in by people, each with a role. Nobody else (C4)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Self

from trader.model.member import Member
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


GIVEN = (Role.OWNER, Role.TRADER, Role.VIEWER)
"""Roles a person can be given."""


def role_named(name: str) -> Role:
    """NOBODY for a word that names no role: what cannot be read admits nobody."""
    return next((role for role in GIVEN if role.name.lower() == name), Role.NOBODY)


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


@dataclass(frozen=True, slots=True)
class Known:
    """Somebody who has a role or had one. `listed`: the role they have by the environment; `member`: what people said,
    which wins."""

    channel: str
    user_id: str
    listed: Role
    member: Member | None

    @property
    def key(self) -> str:
        return f"{self.channel}:{self.user_id}"

    @property
    def role(self) -> Role:
        """As it is now."""
        return Role.NOBODY if self.revoked else self.given

    @property
    def given(self) -> Role:
        """As it is, or was before it was revoked."""
        return self.listed if self.member is None else role_named(self.member.role)

    @property
    def revoked(self) -> bool:
        return self.member is not None and self.member.revoked

    @property
    def name(self) -> str:
        return self.member.name if self.member is not None else ""


class Access:
    """Roles by person key. A person in several lists has the highest of their roles; a row about a person wins."""

    def __init__(self, roles: Mapping[str, Role], members: Iterable[Member] = ()) -> None:
        self._listed = dict(roles)
        self._members = {member.key: member for member in members}

    @classmethod
    def from_settings(cls, settings: Settings, members: Iterable[Member] = ()) -> Self:
        lists: list[tuple[str, Iterable[str], Role]] = [
            ("telegram", settings.telegram_viewers, Role.VIEWER),
            ("telegram", settings.telegram_traders, Role.TRADER),
            ("telegram", settings.telegram_owners, Role.OWNER),
            ("slack", settings.slack_viewers, Role.VIEWER),
            ("slack", settings.slack_traders, Role.TRADER),
            ("slack", settings.slack_owners, Role.OWNER),
        ]
        return cls({f"{channel}:{user_id}": role for channel, ids, role in lists for user_id in ids}, members)

    def role_of(self, person: Person) -> Role:
        if person.local:
            return Role.OWNER
        return self._known(person.key).role if person.user_id else Role.NOBODY

    def known(self, key: str) -> Known | None:
        """Somebody who stands in a list or a row; None: a stranger."""
        return self._known(key) if key in self._listed or key in self._members else None

    def everybody(self) -> list[Known]:
        """Those of the environment first, then the others in the order they were added."""
        return [self._known(key) for key in dict.fromkeys((*self._listed, *self._members))]

    def owners(self, channel: str = "") -> list[Known]:
        """Those who are owners now, on one channel or on all."""
        return [k for k in self.everybody() if k.role is Role.OWNER and channel in ("", k.channel)]

    def put(self, member: Member) -> None:
        """What a row says is in force from now on."""
        self._members[member.key] = member

    def _known(self, key: str) -> Known:
        channel, _, user_id = key.partition(":")
        return Known(channel, user_id, self._listed.get(key, Role.NOBODY), self._members.get(key))
