"""One note of a front end among the books: what it must still know after a restart.

With a failing store the front end goes on from memory: /panic must work then."""

from __future__ import annotations

from typing import Any

import structlog

from trader.errors import StorageFailed
from trader.ports import Records, Storage

log = structlog.get_logger(__name__)


class Note:
    def __init__(self, storage: Storage, key: str) -> None:
        self._storage = storage
        self._key = key
        self._failing = False

    async def read(self) -> dict[str, Any]:
        """Empty where nothing was written yet. StorageFailed."""
        stored = await self._storage.read(lambda records: records.notes.get(self._key))
        return stored if isinstance(stored, dict) else {}

    async def write(self, content: dict[str, Any]) -> bool:
        """Whether it is kept; that it is not is logged once, until it works again."""

        def put(records: Records) -> None:
            records.notes.put(self._key, content)

        try:
            await self._storage.write(put)
        except StorageFailed as failure:
            if not self._failing:
                log.error("note_not_kept", note=self._key, cause=str(failure))
            self._failing = True
            return False
        self._failing = False
        return True
