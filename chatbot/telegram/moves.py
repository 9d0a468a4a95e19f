"""Groups that became supergroups have another id: remembered, so that the one in the settings goes on working."""

from __future__ import annotations

import structlog

from chatbot.note import Note
from trader.ports import Storage

log = structlog.get_logger(__name__)

_MOST = 100


class Moves:
    """Kept under the note `telegram.<bot id>.moved`."""

    def __init__(self, storage: Storage, bot_id: int) -> None:
        self._note = Note(storage, f"telegram.{bot_id}.moved")
        self._kept: dict[int, int] = {}

    async def load(self) -> dict[int, int]:
        """New ids by old ones."""
        self._kept = {int(old): int(new) for old, new in (await self._note.read()).items()}
        return dict(self._kept)

    async def keep(self, moved: dict[int, int]) -> None:
        """Write down what is new. With a failing store it is tried again with the next batch."""
        while len(moved) > _MOST:
            del moved[next(iter(moved))]
        if moved == self._kept:
            return
        for old in moved.keys() - self._kept.keys():
            log.warning("telegram_group_moved", old=old, new=moved[old], hint="put the new id into TELEGRAM_CHAT_ID")
        if await self._note.write({str(old): new for old, new in moved.items()}):
            self._kept = dict(moved)


def present(chat_id: int, moved: dict[int, int]) -> int:
    """Where a chat is now; a ring, which Telegram never makes, is not run round."""
    for _ in range(len(moved)):
        if chat_id not in moved:
            break
        chat_id = moved[chat_id]
    return chat_id
