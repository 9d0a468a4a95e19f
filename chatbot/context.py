"""What a command's handler is given: who asks, in which language, the desk, and the way to ask back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from chatbot.coins import Coins
from chatbot.confirmations import Confirmations
from chatbot.drill.drills import Drills
from chatbot.languages import Languages
from chatbot.notify.keeper import Notify
from chatbot.people.access import Person, Role
from chatbot.people.people import People
from chatbot.registry import Command, Registry
from chatbot.reply import JSON, Reply, Tone
from chatbot.views.buttons import question_buttons
from chatbot.wording import Words
from trader.chronicle import Route
from trader.clock import Clock
from trader.desk import Desk
from trader.errors import TraderError
from trader.model.mode import Mode


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
    people: People
    drills: Drills
    notify: Notify


@dataclass(slots=True)
class Context:
    """One run of one command. `confirmed`: the person has answered the second step; `private`: nobody else reads the
    answer; `audited`: goes to the trail at once; `spoken`: said in a sentence, so going on is asked first;
    `conversation`: where it was said, as the platform names it."""

    services: Services
    command: Command
    person: Person
    role: Role
    words: Words
    line: str
    confirmed: bool = False
    private: bool = False
    audited: bool = False
    spoken: bool = False
    conversation: str = ""
    asked: bool = field(default=False, init=False)

    @property
    def desk(self) -> Desk:
        return self.services.desk

    @property
    def by(self) -> str:
        return self.person.key

    @property
    def place(self) -> str:
        """Where this person is told what they asked for: here, or in their own chat when nobody else reads along.
        Empty for who has none."""
        if self.person.local:
            return ""
        here = f"{self.person.channel}:{self.conversation}"
        return self.person.key if self.private or not self.conversation else here

    @property
    def shown_in(self) -> tuple[Route, ...]:
        """The conversation the answer is shown in, as those who tell what happens name it: a private one also by the
        person in it."""
        names = [self.conversation, *([self.person.user_id] if self.private else [])]
        return tuple(Route(self.person.channel, name) for name in dict.fromkeys(names) if name)

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
