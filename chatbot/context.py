"""What a command's handler is given: who asks, in which language, the desk, and the way to ask back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from chatbot.access import Person, Role
from chatbot.buttons import question_buttons
from chatbot.coins import Coins
from chatbot.confirmations import Confirmations
from chatbot.languages import Languages
from chatbot.registry import Command, Registry
from chatbot.reply import JSON, Reply, Tone
from chatbot.wording import Words
from trader.clock import Clock
from trader.desk import Desk
from trader.errors import TraderError
from trader.settings import Mode


class Forbidden(TraderError):
    """The person's role does not allow it."""

    def __init__(self, needed: Role) -> None:
        super().__init__(f"needs role {needed.name.lower()}")
        self.needed = needed


@dataclass(frozen=True, slots=True)
class Services:
    """The same for every command."""

    desk: Desk
    clock: Clock
    coins: Coins
    languages: Languages
    confirmations: Confirmations
    registry: Registry
    mode: Mode


@dataclass(slots=True)
class Context:
    """One run of one command. `confirmed`: the person has answered the second step; `audited`: goes to the trail."""

    services: Services
    command: Command
    person: Person
    role: Role
    words: Words
    line: str
    confirmed: bool = False
    audited: bool = False
    asked: bool = field(default=False, init=False)

    @property
    def desk(self) -> Desk:
        return self.services.desk

    @property
    def by(self) -> str:
        return self.person.key

    def changing(self) -> None:
        """Call before changing anything. Forbidden: this role may only look."""
        self.audited = True
        if self.command.change is not None and self.role < self.command.change:
            raise Forbidden(self.command.change)

    def ask(self, title: str, lines: Sequence[str] = (), data: Mapping[str, JSON] | None = None) -> Reply:
        """The question of the second step, with its buttons; the same line runs again, confirmed, on ✅."""
        if not self.command.asks:
            raise RuntimeError(f"/{self.command.name} is not declared as asking")
        self.asked = True
        token = self.services.confirmations.ask(self.person.key, self.line)
        hint = (self.words("hint-confirm", line=self.line),) if self.person.local else ()
        return Reply(
            title=title,
            lines=(*lines, *hint),
            buttons=question_buttons(token, self.words),
            tone=Tone.WARNING,
            data={**(data or {}), "outcome": "asked"},
        )
