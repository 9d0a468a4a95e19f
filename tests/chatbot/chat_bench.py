"""A dispatcher over the fake desk, at noon in Seoul, with one person of each role."""

from __future__ import annotations

from chatbot.access import Access, Person, Role
from chatbot.coins import Coins
from chatbot.dispatch import Dispatcher
from chatbot.languages import Languages
from chatbot.reply import Reply
from tests.chatbot.fake_desk import NOW, FakeDesk
from trader.clock import ManualClock
from trader.settings import Mode

OWNER = Person("telegram", "1", "Owner")
TRADER = Person("slack", "U2", "Trader")
VIEWER = Person("telegram", "3", "Viewer")
STRANGER = Person("telegram", "666", "Mallory")
CONSOLE = Person("console")


class Bench:
    """One dispatcher and what is around it."""

    def __init__(self, mode: Mode = Mode.SANDBOX, language: str = "en") -> None:
        self.desk = FakeDesk()
        self.clock = ManualClock(NOW)
        self.coins = Coins(self.desk.market_infos)
        self.languages = Languages(language, self.coins)
        roles = {OWNER.key: Role.OWNER, TRADER.key: Role.TRADER, VIEWER.key: Role.VIEWER}
        self.dispatcher = Dispatcher(
            self.desk,
            Access(roles),
            self.clock,
            mode=mode,
            languages=self.languages,
            secrets=("averysecretvalue",),
        )

    async def say(self, line: str, person: Person = OWNER) -> Reply:
        reply = await self.dispatcher.line(person, line)
        assert reply is not None
        return reply

    async def press(self, action: str, person: Person = OWNER) -> Reply:
        reply = await self.dispatcher.press(person, action)
        assert reply is not None
        return reply

    @property
    def called(self) -> list[str]:
        return [str(call[0]) for call in self.desk.calls]
