"""From a person's line or button to a reply: who is it, which command, are the arguments right, then the handler."""

from __future__ import annotations

from collections.abc import Iterable

from chatbot.access import Access, Person, Role
from chatbot.languages import Languages
from chatbot.reply import Reply
from trader.clock import Clock
from trader.desk import Desk
from trader.settings import Mode


class Dispatcher:
    """One for all front ends. Never raises for anything a person or the venue did; what is unexpected is logged once."""

    def __init__(
        self,
        desk: Desk,
        access: Access,
        clock: Clock,
        *,
        mode: Mode,
        languages: Languages,
        secrets: Iterable[str] = (),
    ) -> None:
        raise NotImplementedError

    async def line(self, person: Person, text: str, *, conversation: str = "") -> Reply | None:
        """A typed command. None: say nothing (a stranger who has been told already)."""
        raise NotImplementedError

    async def press(self, person: Person, action: str, *, conversation: str = "") -> Reply | None:
        """A button's action; checked like a command. None: say nothing."""
        raise NotImplementedError

    def menu(self, role: Role, language: str) -> list[tuple[str, str]]:
        """(command name without slash, one-line help) of all this role may run, for platform menus."""
        raise NotImplementedError
