"""Delivered questions, so that an answer given anywhere takes the buttons away everywhere.

When a ticket or a difference is answered in Slack, or runs out, the card in Telegram is edited: its terms stay, what
came of it stands below. A courtesy only: what fails here is not tried again, since pressing an old button is refused
anyway."""

from __future__ import annotations

from collections.abc import Awaitable
from dataclasses import replace
from typing import Any, Protocol

import structlog

from chatbot.delivery import ChatError
from chatbot.notices import notice
from chatbot.reply import Reply
from chatbot.wording import Words
from trader.errors import StorageFailed
from trader.model.events import Event, EventKind, OutboxMessage
from trader.ports import Records, Storage

log = structlog.get_logger(__name__)

_ASKS = {EventKind.PROPOSAL: "ticket_id", EventKind.MISMATCH: "difference_id"}
"""Kinds that ask, and the id by which they are answered."""

_ENDS = {
    EventKind.TICKET_ANSWERED: "ticket_id",
    EventKind.TICKET_EXPIRED: "ticket_id",
    EventKind.DIFFERENCE_ANSWERED: "difference_id",
}
_REMEMBERED = 100


class Send(Protocol):
    """Hand a reply to the chat `target`, or replace the message `edit`; returns the remote id. ChatError."""

    def __call__(self, target: str, reply: Reply, *, edit: str = "") -> Awaitable[str]: ...


class Questions:
    """Kept under the note `questions.<channel>`: `id/target` → [event id, remote id]."""

    def __init__(self, storage: Storage, channel: str, send: Send, words: Words) -> None:
        self._storage = storage
        self._key = f"questions.{channel}"
        self._send = send
        self._words = words

    def remember(self, records: Records, message: OutboxMessage, event: Event) -> None:
        """Inside the transaction that marks `message` as sent."""
        question_id = event.data.get(_ASKS.get(event.kind, ""), "")
        if not question_id or not message.remote_id or message.last_error:  # a digest has no buttons
            return
        kept = list(self._asked(records).items())[-_REMEMBERED:]
        records.notes.put(
            self._key, {**dict(kept), f"{question_id}/{message.target}": [event.event_id, message.remote_id]}
        )

    async def close(self, target: str, event: Event, outcome: Reply) -> None:
        """If `event` ends a question that was asked in `target`, edit it there."""
        if event.kind not in _ENDS:
            return
        name = f"{event.data.get(_ENDS[event.kind], '')}/{target}"
        try:
            found = await self._storage.read(lambda records: self._find(records, name))
            if found is None:
                return
            asked, remote_id = found
            card = notice(asked, self._words)
            if card is not None:
                closed = replace(card, buttons=(), lines=(*card.lines, outcome.title))
                await self._send(target, closed, edit=remote_id)
            await self._storage.write(lambda records: self._forget(records, name))
        except (ChatError, StorageFailed) as failure:
            log.info("question_not_closed", target=target, cause=str(failure))

    def _find(self, records: Records, name: str) -> tuple[Event, str] | None:
        entry = self._asked(records).get(name)
        if entry is None:
            return None
        event = records.events.get(entry[0])
        return (event, entry[1]) if event is not None else None

    def _forget(self, records: Records, name: str) -> None:
        records.notes.put(self._key, {k: v for k, v in self._asked(records).items() if k != name})

    def _asked(self, records: Records) -> dict[str, Any]:
        kept = records.notes.get(self._key)
        return kept if isinstance(kept, dict) else {}
