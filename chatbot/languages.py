"""Which language a person is spoken to in: their own choice, else the service's; and what people are called."""

from __future__ import annotations

from collections.abc import Mapping

from chatbot.coins import Coins
from chatbot.wording import LANGUAGES, Words
from trader.errors import UserInputError
from trader.model.events import EventKind
from trader.ports import Records, Storage

_NOTE = "chat_languages"
_REMEMBERED = 300
"""Commands looked through at a start for the names of those who gave them."""


class Languages:
    """`default` is ko or en. With `storage`, choices are kept there and outlive a restart."""

    def __init__(
        self,
        default: str,
        coins: Coins,
        *,
        chosen: Mapping[str, str] | None = None,
        names: Mapping[str, str] | None = None,
        storage: Storage | None = None,
    ) -> None:
        self._names = dict(names or {})
        self._words = {language: Words(language, coins, self._names) for language in LANGUAGES}
        self._default = default
        self._chosen = dict(chosen or {})
        self._storage = storage

    @classmethod
    async def load(cls, default: str, coins: Coins, storage: Storage) -> Languages:
        """With what people chose before, and the names they had."""
        chosen, names = await storage.read(lambda records: (records.notes.get(_NOTE), _names(records)))
        return cls(default, coins, chosen=chosen, names=names, storage=storage)

    def met(self, key: str, name: str) -> None:
        """Somebody who may talk to the bot is called so on their platform."""
        if name:
            self._names[key] = name

    def words(self, key: str = "") -> Words:
        """Wording for a person key (`telegram:123`), or for everybody when empty."""
        return self._words[self._chosen.get(key, self._default)]

    def of_place(self, channel: str, target: str) -> Words:
        """Of a conversation: what the person in it chose, where it is one person's own and named by them."""
        return self.words(f"{channel}:{target}")

    def speaking(self, language: str) -> Words:
        """Wording in `language`. KeyError when there is no such catalogue."""
        return self._words[language]

    async def choose(self, key: str, language: str) -> None:
        """UserInputError: language-unknown. StorageFailed: it could not be kept."""
        if language not in self._words:
            raise UserInputError("language-unknown", value=language, languages=", ".join(LANGUAGES))
        chosen = {**self._chosen, key: language}
        if self._storage is not None:
            await self._storage.write(lambda records: records.notes.put(_NOTE, chosen))
        self._chosen = chosen


def _names(records: Records) -> dict[str, str]:
    """By person key: as they were let in, then as they were called when they last gave a command."""
    given = {member.key: member.name for member in records.people.all()}
    commands = records.events.latest(_REMEMBERED, (EventKind.COMMAND, EventKind.LOOKED))
    given |= {event.data.get("person", ""): event.data.get("name", "") for event in reversed(commands)}
    return {key: name for key, name in given.items() if name}
