"""Status messages that stand in a chat and go on showing how it is, for a while. They give way to everything else.

Only the newest of a conversation is kept up to date; it is found again after a restart by its kept message, under the
topic `live:<person>`. Where it cannot be edited any more, its last line says as of when it stands."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import structlog

from chatbot.delivery import ChatError, ChatRefused
from chatbot.frontend import Send
from chatbot.outbox.chats import Chat
from chatbot.people.access import Person
from chatbot.views.status import Shown
from trader.clock import Clock
from trader.errors import StorageFailed, TraderError
from trader.model.events import KeptMessage
from trader.ports import Records, Storage

log = structlog.get_logger(__name__)

PREFIX = "live:"
LIVE_FOR = timedelta(minutes=15)
LEFT_OVER = 2
"""Messages a chat must be able to take at once beside such an edit: what happens is never paced by it."""

Look = Callable[[Person, datetime | None], Awaitable[Shown | None]]
"""How it stands for a person, kept up to date until that moment (None: it ends here). None: they may not look."""


@dataclass(slots=True)
class LiveViews:
    """Of one channel. Nothing here raises."""

    storage: Storage
    clock: Clock
    channel: str
    send: Send
    look: Look
    every: float

    async def keep(self, target: str, remote_id: str, person: str) -> str:
        """It was said; the one before it in the same conversation ends. Returns its topic."""
        now = self.clock.now()
        kept = KeptMessage(self.channel, target, f"{PREFIX}{person}", remote_id, now, now, live=True)

        def put(records: Records) -> None:
            for old in records.kept.live(self.channel):
                if old.target == target and old.topic.startswith(PREFIX):
                    records.kept.remove(old.channel, old.target, old.topic)
            records.kept.put(kept)

        await self._write(put)
        return kept.topic

    def due(self, chat: Chat, live: Sequence[KeptMessage], now: float) -> KeptMessage | None:
        """The one of a chat, if it is its turn and the chat has room for more than it."""
        kept = next((one for one in live if one.topic.startswith(PREFIX)), None)
        if kept is None or chat.edited.get(kept.topic, -self.every) + self.every > now:
            return None
        return kept if chat.pace.has_capacity(1 + LEFT_OVER) else None

    async def refresh(self, chat: Chat, kept: KeptMessage, turn: Callable[[Chat], Awaitable[None]]) -> None:
        """Say it anew if anything changed. May be broken off at any moment."""
        now = asyncio.get_running_loop().time()
        chat.said(kept.topic, chat.shown.get(kept.topic), now)  # whatever comes of it: not again before its time
        try:
            ended = await self._said_anew(chat, kept, turn)
        except ChatRefused as gone:  # deleted, too old, the bot shut out
            log.info("live_view_gone", channel=self.channel, target=kept.target, cause=str(gone))
            ended = True
        except ChatError as failure:
            chat.edited[kept.topic] = now + (failure.retry_after or 0.0)
            log.info("live_view_waits", channel=self.channel, target=kept.target, cause=str(failure))
            return
        except TraderError as failure:
            log.info("live_view_unknown", channel=self.channel, cause=str(failure))
            return
        except Exception:
            log.exception("live_view_failed", channel=self.channel)
            return
        if ended:
            await self._let_go(kept)

    async def _said_anew(self, chat: Chat, kept: KeptMessage, turn: Callable[[Chat], Awaitable[None]]) -> bool:
        """True: it is over."""
        until, now = kept.began_at + LIVE_FOR * self.clock.speed, self.clock.now()
        if now >= until + LIVE_FOR * self.clock.speed:
            return True  # nobody was here to end it: what stands there says when it was
        view = await self.look(_person(kept), until if now < until else None)
        if view is None:
            return True
        if chat.shown.get(kept.topic) != view.same:
            await turn(chat)
            await self.send(kept.target, replace(view.reply, quiet=True), edit=kept.remote_id)
            chat.shown[kept.topic] = view.same
        return now >= until

    async def _let_go(self, kept: KeptMessage) -> None:
        def remove(records: Records) -> None:
            stands = records.kept.get(kept.channel, kept.target, kept.topic)
            if stands is not None and stands.remote_id == kept.remote_id and stands.began_at == kept.began_at:
                records.kept.remove(kept.channel, kept.target, kept.topic)

        await self._write(remove)

    async def _write(self, change: Callable[[Records], None]) -> None:
        try:
            await self.storage.write(change)
        except StorageFailed as failure:
            log.error("live_view_not_kept", channel=self.channel, cause=str(failure))


def _person(kept: KeptMessage) -> Person:
    channel, _, user_id = kept.topic.removeprefix(PREFIX).partition(":")
    return Person(channel, user_id)
