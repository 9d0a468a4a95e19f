"""Which language a person is spoken to in: their own choice, else the service's."""

from __future__ import annotations

from collections.abc import Mapping

from chatbot.coins import Coins
from chatbot.wording import LANGUAGES, Words
from trader.errors import UserInputError
from trader.ports import Storage

_NOTE = "chat_languages"


class Languages:
    """`default` is ko or en. With `storage`, choices are kept there and outlive a restart."""

    def __init__(
        self,
        default: str,
        coins: Coins,
        *,
        chosen: Mapping[str, str] | None = None,
        storage: Storage | None = None,
    ) -> None:
        self._words = {language: Words(language, coins) for language in LANGUAGES}
        self._default = default
        self._chosen = dict(chosen or {})
        self._storage = storage

    @classmethod
    async def load(cls, default: str, coins: Coins, storage: Storage) -> Languages:
        """With what people chose before."""
        chosen = await storage.read(lambda records: records.notes.get(_NOTE))
        return cls(default, coins, chosen=chosen, storage=storage)

    def words(self, key: str = "") -> Words:
        """Wording for a person key (`telegram:123`), or for everybody when empty."""
        return self._words[self._chosen.get(key, self._default)]

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
