"""Questions that stand in a chat beside the cards of trades: replies to what a person wished. They count down, lose
their buttons wherever they were answered, and a small chart follows each question without holding it up.

A question is found again after a restart by its kept message, under the topic `ask:<ticket>`."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime

import structlog

from chatbot import notices
from chatbot.delivery import ChatError
from chatbot.outbox.reading import ENDS
from chatbot.reply import Picture, Reply
from chatbot.views import cards
from chatbot.wording import Words
from trader.clock import Clock
from trader.errors import StorageFailed
from trader.model.events import Event, EventKind, KeptMessage, TicketState
from trader.ports import Records, Storage

log = structlog.get_logger(__name__)

PREFIX = "ask:"
DRAWN = 20
"""Pictures remembered: both channels ask for the same one at nearly the same moment."""
_THREAD = 200

Draw = Callable[[str], Awaitable[bytes]]
"""The chart of a ticket, as PNG. Raises whatever went wrong."""


def ticket_of(topic: str) -> str:
    """Empty for topics that are no question."""
    return topic.removeprefix(PREFIX) if topic.startswith(PREFIX) else ""


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked, and how it ended; None while it waits."""

    question: Event
    ended: Event | None


def read_asked(records: Records, ticket_id: str) -> Asked | None:
    """None: nothing is known of it (any more)."""
    ticket = records.tickets.get(ticket_id)
    if ticket is None:
        return None
    thread = records.events.of_thread(ticket.cleared.intent.thread_id, _THREAD)
    told = [event for event in thread if event.data.get("ticket_id") == ticket_id]
    question = next((event for event in told if event.kind is EventKind.PROPOSAL), None)
    ended = next((event for event in told if event.kind in ENDS), None)
    return None if question is None else Asked(question, ended)


def asked_card(asked: Asked, words: Words, now: datetime) -> Reply:
    """The question as it stands now; when it is over its terms stay, with what came of it."""
    event, ended = asked.question, asked.ended
    if ended is None:
        return cards.proposal(event.data, event.market, words, now)
    anew = ended.kind is EventKind.TICKET_EXPIRED
    return cards.over(event.data, event.market, words, now, notices.brief(ended, words), anew=anew)


def over(records: Records, live: Iterable[KeptMessage]) -> set[tuple[str, str]]:
    """(target, topic) of those kept questions that do not wait any more."""
    asked = [(kept, records.tickets.get(ticket_id)) for kept in live if (ticket_id := ticket_of(kept.topic))]
    return {(k.target, k.topic) for k, ticket in asked if ticket is None or ticket.state is not TicketState.PENDING}


@dataclass(slots=True)
class Album:
    """Charts of questions, each drawn once for all chats. A picture that cannot be had is logged, and left out."""

    storage: Storage
    draw: Draw
    _drawing: dict[str, asyncio.Task[bytes | None]] = field(init=False, default_factory=dict)

    async def of(self, ticket_id: str) -> bytes | None:
        """None: there is none, or the question is over by now."""
        task = self._drawing.get(ticket_id)
        if task is None:
            task = self._drawing[ticket_id] = asyncio.create_task(self._drawn(ticket_id))
            while len(self._drawing) > DRAWN:
                del self._drawing[next(iter(self._drawing))]
        png = await asyncio.shield(task)
        ticket = await self.storage.read(lambda records: records.tickets.get(ticket_id))
        return png if ticket is not None and ticket.state is TicketState.PENDING else None

    async def _drawn(self, ticket_id: str) -> bytes | None:
        try:
            return await self.draw(ticket_id)
        except Exception as err:
            log.warning("question_without_picture", ticket=ticket_id, exc_info=err)
            return None

    async def close(self) -> None:
        tasks = list(self._drawing.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def picture(png: bytes, market: str, words: Words) -> Reply:
    """Said under the question, without calling anybody once more."""
    alt = words("card-picture", market=words.market(market))
    return Reply(lines=(alt,), picture=Picture(png, alt), quiet=True)


@dataclass(slots=True)
class Questions:
    """Of one channel. Nothing here raises: a question that is not kept can be answered all the same."""

    storage: Storage
    clock: Clock
    channel: str
    album: Album | None
    following: set[asyncio.Task[None]] = field(init=False, default_factory=set)

    async def keep(self, target: str, remote_id: str, ticket_id: str) -> str:
        """It stands in the chat; returns its topic."""
        now = self.clock.now()
        kept = KeptMessage(self.channel, target, f"{PREFIX}{ticket_id}", remote_id, now, now, live=True)
        try:
            await self.storage.write(lambda records: records.kept.put(kept))
        except StorageFailed as failure:
            log.error("question_not_kept", channel=self.channel, cause=str(failure))
        return kept.topic

    async def let_go(self, target: str, remote_id: str, ticket_id: str) -> bool:
        """False: it was not kept."""
        topic = f"{PREFIX}{ticket_id}"
        try:
            kept = await self.storage.read(lambda records: records.kept.get(self.channel, target, topic))
            if kept is None or kept.remote_id != remote_id or not kept.live:
                return False  # most presses: no turn of the writing thread is taken
            await self.storage.write(lambda records: records.kept.remove(self.channel, target, topic))
            return True
        except StorageFailed as failure:
            log.error("question_not_let_go", channel=self.channel, cause=str(failure))
            return False

    def illustrate(self, ticket_id: str, market: str, words: Words, say: Callable[[Reply], Awaitable[None]]) -> None:
        """Have the question's chart said as soon as it is drawn."""
        if self.album is not None:
            task = asyncio.create_task(self._follow(self.album, ticket_id, market, words, say))
            self.following.add(task)
            task.add_done_callback(self.following.discard)

    async def _follow(
        self, album: Album, ticket_id: str, market: str, words: Words, say: Callable[[Reply], Awaitable[None]]
    ) -> None:
        try:
            png = await album.of(ticket_id)
            if png is not None:
                await say(picture(png, market, words))
        except (ChatError, StorageFailed) as failure:
            log.info("question_without_picture", channel=self.channel, ticket=ticket_id, cause=str(failure))
