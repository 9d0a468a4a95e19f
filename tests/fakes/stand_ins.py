"""Stand-ins for what lies behind the front ends, so that a test of an adapter is about the adapter."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from chatbot.coins import Coins
from chatbot.dispatch import SAFER, Weight
from chatbot.languages import Languages
from chatbot.people.access import Access, Person, Role
from chatbot.reply import Reply

OWNER = 42
VIEWER = 43
STRANGER = 666
ROLES = {"telegram:42": Role.OWNER, "telegram:43": Role.VIEWER, "slack:U42": Role.OWNER, "slack:U43": Role.VIEWER}


class Script:
    """A dispatcher that answers from `replies` (by line or action) and remembers what reached it."""

    def __init__(self, replies: Mapping[str, Reply | None] | None = None) -> None:
        self.replies = dict(replies or {})
        self.lines: list[tuple[str, str, str]] = []
        """(person key, line, conversation)"""
        self.presses: list[tuple[str, str, str]] = []
        self.late: list[tuple[str, str]] = []
        self.slow: dict[str, asyncio.Event] = {}
        """A line in here is answered when its event is set."""

    async def line(self, person: Person, text: str, *, conversation: str = "", private: bool = False) -> Reply | None:
        self.lines.append((person.key, text, conversation))
        if text in self.slow:
            await self.slow[text].wait()
        return self.replies.get(text, Reply(f"did {text}"))

    async def press(
        self, person: Person, action: str, *, conversation: str = "", private: bool = False
    ) -> Reply | None:
        self.presses.append((person.key, action, conversation))
        return self.replies.get(action, Reply(f"pressed {action}"))

    def menu(self, role: Role, language: str) -> list[tuple[str, str]]:
        looks = [("status", "상태" if language == "ko" else "what is going on"), ("positions", "positions")]
        return looks if role is Role.VIEWER else [*looks, ("panic", "sell everything"), ("buy", "buy")]

    def weigh(self, line: str) -> tuple[str, Weight]:
        word = line.removeprefix("/").split()[0] if line.strip() else ""
        looks = word in ("status", "positions", "marker")
        return line, Weight.LOOKS if looks else Weight.SAFER if word in SAFER else Weight.CHANGES

    async def came_late(self, person: Person, line: str) -> None:
        self.late.append((person.key, line))


def access() -> Access:
    return Access(ROLES)


def languages(language: str = "en") -> Languages:
    return Languages(language, Coins())
