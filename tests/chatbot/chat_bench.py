"""A dispatcher over the fake desk, at noon in Seoul, with one person of each role."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from chatbot.coins import Coins
from chatbot.dispatch import Dispatcher
from chatbot.drill.drills import Drills
from chatbot.languages import Languages
from chatbot.notify.keeper import Notify
from chatbot.people.access import Access, Person, Role
from chatbot.people.people import People
from chatbot.reply import Reply
from chatbot.scrub import outgoing
from storage.memory import MemoryStorage
from tests.chatbot.fake_desk import NOW, FakeDesk
from trader.chronicle import Chronicle
from trader.clock import ManualClock
from trader.model.mode import Mode

OWNER = Person("telegram", "1", "Owner")
TRADER = Person("slack", "U2", "Trader")
VIEWER = Person("telegram", "3", "Viewer")
STRANGER = Person("telegram", "666", "Mallory")
CONSOLE = Person("console")


class Bench:
    """One dispatcher and what is around it. `drill` is the program that stands for one, in `drill_dir`."""

    def __init__(
        self,
        mode: Mode = Mode.SANDBOX,
        language: str = "en",
        *,
        drill: Sequence[str] = ("false",),
        drill_dir: Path = Path("nowhere"),
        free_megabytes: float = 1000.0,
    ) -> None:
        self.desk = FakeDesk()
        self.clock = ManualClock(NOW)
        self.coins = Coins(self.desk.market_infos)
        self.languages = Languages(language, self.coins)
        roles = {OWNER.key: Role.OWNER, TRADER.key: Role.TRADER, VIEWER.key: Role.VIEWER}
        self.storage = MemoryStorage()
        self.chronicle = Chronicle(self.storage, self.clock)
        self.access = Access(roles)
        self.people = People(self.access, self.chronicle, lambda by: self.desk.set_state("pause", by, None, "revoked"))
        self.drills = Drills(drill_dir, self.chronicle, command=drill, free=lambda: free_megabytes)
        self.notify = Notify(self.chronicle, self.access, ("telegram", "slack"))
        outgoing.learn(("averysecretvalue",))
        self.dispatcher = Dispatcher(
            self.desk,
            self.people,
            self.clock,
            mode=mode,
            languages=self.languages,
            drills=self.drills,
            notify=self.notify,
        )

    async def say(self, line: str, person: Person = OWNER, *, private: bool = True) -> Reply:
        reply = await self.dispatcher.line(person, line, private=private)
        assert reply is not None
        return reply

    async def press(self, action: str, person: Person = OWNER) -> Reply:
        reply = await self.dispatcher.press(person, action)
        assert reply is not None
        return reply

    @property
    def called(self) -> list[str]:
        return [str(call[0]) for call in self.desk.calls]
