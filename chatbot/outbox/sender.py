"""Delivering what waits, for one channel: in order, at its pace, never giving up (C3, R10).

A row is marked as tried before its message is handed over and as sent after the service took it: a crash in between
repeats a message rather than losing one, and the repetition says so. A chat that does not answer waits by itself; other
chats, and trading, do not notice."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Coroutine, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial

import structlog
from aiolimiter import AsyncLimiter

from chatbot.delivery import Backoff, ChatError, ChatGone, ChatUnanswered, ChatUnreachable, fault_of
from chatbot.frontend import Send
from chatbot.outbox import chats, standing
from chatbot.outbox.asking import Album, Questions
from chatbot.outbox.chats import Chat, Stuck
from chatbot.outbox.live import LiveViews, Look
from chatbot.outbox.marks import Marks
from chatbot.outbox.pace import CARD_EVERY, COUNT_EVERY, EDIT_EVERY, LIVE_EVERY, RECHECK_SECONDS, pace_of
from chatbot.outbox.parcels import Bid, Edit, Parcel, Planner, Speech, no_price
from chatbot.outbox.reading import Known, Row, read_known, thread_of
from chatbot.outbox.standing import Standing, Turns, counts_down
from chatbot.reply import Reply
from chatbot.scrub import outgoing
from trader.chronicle import Route
from trader.clock import Clock
from trader.errors import StorageFailed
from trader.model.events import EventKind, KeptMessage, Severity
from trader.ports import Storage

log = structlog.get_logger(__name__)

PAGE = 1000

Quiet = Callable[[Route, datetime], datetime | None]
"""Until when a conversation is told of nothing but what is critical; None: it is told of everything at that moment."""


@dataclass(slots=True)
class OutboxSender:
    """One task per channel and one per chat that has something waiting.

    `tick_seconds` is how often it looks without being nudged; `backoff` the first and longest wait after a failure;
    `bid` the price cards are valued at; None: nobody here knows prices, and cards wait for the next step. What is not
    critical waits while it is `quiet`, and comes in one message afterwards. `album` has the pictures of questions;
    `look` tells how it stands for a person, None: nobody here knows."""

    storage: Storage
    clock: Clock
    channel: str
    send: Send
    words: Speech
    bid: Bid | None = None
    tick_seconds: float = 3.0
    backoff: tuple[float, float] = (1.0, 60.0)
    pace: Callable[[str, str], AsyncLimiter] = pace_of
    edit_every: float = EDIT_EVERY
    card_every: float = CARD_EVERY
    count_every: float = COUNT_EVERY
    live_every: float = LIVE_EVERY
    quiet: Quiet = lambda place, now: None
    album: Album | None = None
    look: Look | None = None
    delivered: bool = field(init=False, default=False)
    _chats: dict[str, Chat] = field(init=False, default_factory=dict)
    _paces: dict[str, AsyncLimiter] = field(init=False, default_factory=dict)
    _marks: Marks = field(init=False)
    _standing: Standing = field(init=False)
    _turns: Turns = field(init=False)
    _questions: Questions = field(init=False)
    _views: LiveViews | None = field(init=False, default=None)
    _overall: AsyncLimiter = field(init=False, default_factory=lambda: AsyncLimiter(30, 1))
    _wake: asyncio.Event = field(init=False, default_factory=asyncio.Event)
    _empty: asyncio.Event = field(init=False, default_factory=asyncio.Event)
    _life: asyncio.Task[None] | None = field(init=False, default=None)
    _waiting: int = field(init=False, default=0)

    def __post_init__(self) -> None:
        self._marks = Marks(self.storage, self.channel)
        self._questions = Questions(self.storage, self.clock, self.channel, self.album)
        self._standing = Standing(self.storage, self.clock, self.channel, self.words, self._planner, self.bid)
        self._turns = Turns(self.card_every if self.bid is not None else None, self.count_every)
        if self.look is not None:
            self._views = LiveViews(self.storage, self.clock, self.channel, self.send, self.look, self.live_every)

    async def start(self) -> None:
        if self._life is None:
            self._life = asyncio.create_task(self._live(), name=f"outbox-{self.channel}")

    async def stop(self) -> None:
        """What was not sent stays in the outbox."""
        tasks = [t for t in (self._life, *(chat.task for chat in self._chats.values())) if t is not None]
        tasks += self._questions.following
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._life = None

    async def flush(self, seconds: float) -> bool:
        """Give what waits now up to `seconds` to go out, as before a stop. False: something is left."""
        try:
            async with asyncio.timeout(seconds):
                self._empty.clear()
                self.nudge()
                await self._empty.wait()
        except TimeoutError:
            return False
        return True

    def nudge(self) -> None:
        """Rows were added: look now."""
        self._wake.set()

    def stuck(self, longer_than: timedelta) -> Stuck | None:
        """Whether every attempt fails while something waits longer than this; None: all is well as far as is known."""
        return chats.stuck(self._chats.values(), self.clock.now(), longer_than)

    def _planner(self, target: str) -> Planner:
        return Planner(self.channel, self.words(target), self.clock, self.bid or no_price)

    @property
    def failing(self) -> bool:
        return any(chat.cause for chat in self._chats.values())

    # ---- looking

    async def _live(self) -> None:
        while True:
            self._wake.clear()
            try:
                await self._round()
            except StorageFailed as failure:
                log.error("outbox_unreadable", channel=self.channel, cause=str(failure))
            except Exception:
                log.exception("outbox_round_failed", channel=self.channel)  # the next round may do better
            await self._pause()

    async def _pause(self) -> None:
        now = asyncio.get_running_loop().time()
        due = [moment for chat in self._chats.values() if chat.task is None for moment in chat.due if moment > now]
        try:
            async with asyncio.timeout(min([self.tick_seconds, *(moment - now for moment in due)])):
                await self._wake.wait()
        except TimeoutError:
            pass

    async def _round(self) -> None:
        """Start a delivery for every chat that has rows, is not busy and not waiting after a failure; elsewhere the
        cards of open trades are refreshed."""
        await self._marks.retry()
        limit = PAGE + self._waiting
        self._marks.reading()
        seen = await self.storage.read(lambda records: standing.seen(records, self.channel, limit))
        if not seen.rows:
            self._empty.set()
        by_chat: dict[str, list[Row]] = {}
        for message, event in seen.rows:
            if not self._marks.settled(message.message_id):
                by_chat.setdefault(message.target, []).append((message, event))
        self._waiting = 0
        for target, waiting in self._awake(by_chat).items():
            if not self._begin(target, self._chat(target), waiting, _of(target, seen.over)):
                self._waiting += len(waiting)  # so that a chat out of reach does not fill the page
        for target in {kept.target for kept in seen.live} | set(self._chats):
            chat = self._chat(target)
            chat.waiting = len(by_chat.get(target, ()))
            chat.since = chat.since if chat.waiting else None
            self._refresh_one(target, chat, [k for k in seen.live if k.target == target], _of(target, seen.over))

    def _awake(self, by_chat: dict[str, list[Row]]) -> dict[str, list[Row]]:
        """Without what quiet hours hold back. Such a row is no sign of a chat that does not deliver."""
        now = self.clock.now()
        for target in [target for target in by_chat if self.quiet(Route(self.channel, target), now) is not None]:
            rows, chat = by_chat.pop(target), self._chat(target)
            loud = [row for row in rows if row[1].severity is Severity.CRITICAL]
            chat.slept |= {message.message_id for message, _ in rows} - {message.message_id for message, _ in loud}
            self._waiting += len(rows) - len(loud)
            if loud:
                by_chat[target] = loud
        return by_chat

    def _slept(self, target: str, chat: Chat, rows: Sequence[Row]) -> frozenset[str]:
        """Those that were held back, also by the process before this one."""
        place = Route(self.channel, target)
        slept = {m.message_id for m, _ in rows if self.quiet(place, m.created_at) is not None} | chat.slept
        return frozenset(slept & {message.message_id for message, _ in rows})

    def _chat(self, target: str) -> Chat:
        """Topics of one group share its pace."""
        if target not in self._chats:
            group = target.partition("/")[0]
            if group not in self._paces:
                self._paces[group] = self.pace(self.channel, group)
            self._chats[target] = Chat(self._paces[group], Backoff(*self.backoff))
        return self._chats[target]

    def _begin(self, target: str, chat: Chat, waiting: list[Row], over: Collection[str]) -> bool:
        """False: the chat is busy or waits after a failure."""
        now = asyncio.get_running_loop().time()
        chat.since = min(message.created_at for message, _ in waiting)
        due = chat.held_until <= now or any(message.message_id not in chat.held for message, _ in waiting)
        if chat.task is not None and due and chat.gives_way:
            chat.task.cancel()
        chat.look_past(waiting)
        if chat.task is not None or chat.silent_until > now:
            return False
        if due:
            self._run(chat, self._deliver(target, chat, waiting, [topic for topic in over if thread_of(topic)]))
        return True

    def _run(self, chat: Chat, work: Coroutine[None, None, None], *, gives_way: bool = False) -> None:
        chat.gives_way = gives_way
        chat.task = asyncio.create_task(work)
        chat.task.add_done_callback(partial(self._delivered, chat))

    def _delivered(self, chat: Chat, task: asyncio.Task[None]) -> None:
        chat.task = None
        if task.cancelled():
            self.nudge()
            return
        if (failure := task.exception()) is not None:
            log.error("outbox_failed", channel=self.channel, exc_info=failure)
            chat.silent_until = asyncio.get_running_loop().time() + chat.waits.after()
        self.nudge()

    # ---- delivering to one chat

    async def _deliver(self, target: str, chat: Chat, rows: list[Row], ended: Collection[str]) -> None:
        """`ended`: cards that do not say so yet. What is critical and comes meanwhile does not wait for the rest."""
        chat.takes(rows)
        known = await self.storage.read(lambda records: read_known(records, self.channel, target, rows, ended))
        parcels = self._planner(target).plan(target, rows, known, self._slept(target, chat, rows), ended)
        for number, parcel in enumerate(parcels):
            if number and chat.overtaken:
                chat.put_off(parcels[number:])
                return
            if self._held_back(chat, parcel, known):
                continue
            try:
                await self._hand_over(target, chat, parcel, known)
            except ChatError as error:
                chat.put_off(parcels[number:])
                await self._failed(target, chat, parcel, error)
                return

    def _held_back(self, chat: Chat, parcel: Parcel, known: Known) -> bool:
        """A message is not edited more often than people can read: what happens meanwhile goes into the next edit."""
        now = asyncio.get_running_loop().time()
        due = chat.edited.get(parcel.topic, now - self.edit_every) + self.edit_every
        if not parcel.patient or not known.stands(parcel.topic) or due <= now:
            return False
        chat.held |= {message.message_id for message, _ in parcel.rows}
        chat.held_until = min(due, chat.held_until or due)
        return True

    async def _hand_over(self, target: str, chat: Chat, parcel: Parcel, known: Known) -> None:
        edit = known.stands(parcel.topic) if parcel.edit is not Edit.NEVER else ""
        if parcel.reply is None or (parcel.edit is Edit.ONLY and not edit):
            await self._marks.sent(parcel, "", self.clock.now())
            return
        remote_id, new = "", False
        if edit:
            remote_id = await self._edited(target, chat, parcel, edit)
        if not remote_id and parcel.edit is not Edit.ONLY:
            remote_id, new = await self._sent(target, chat, parcel, known.stands(parcel.under)), True
        self._went_through(target, chat)
        await self._marks.sent(parcel, remote_id, self.clock.now())
        chat.slept -= {message.message_id for message, _ in parcel.rows}
        self._remember(chat, parcel, remote_id, known)
        if new and counts_down(parcel.reply) and parcel.rows:
            asked = parcel.rows[-1][1]
            self._illustrate(target, remote_id, asked.data.get("ticket_id", ""), asked.market)

    async def _edited(self, target: str, chat: Chat, parcel: Parcel, edit: str) -> str:
        """Empty: that message is gone."""
        assert parcel.reply is not None
        await self._take_turn(chat)
        try:
            return await self.send(target, parcel.reply, edit=edit)
        except ChatGone as gone:
            log.info("outbox_message_gone", channel=self.channel, topic=parcel.topic, cause=str(gone))
            return ""
        except ChatUnanswered as lost:
            raise ChatUnreachable(str(lost)) from lost  # the same edit twice harms nobody

    async def _sent(self, target: str, chat: Chat, parcel: Parcel, thread: str) -> str:
        assert parcel.reply is not None
        reply = parcel.reply
        if any(message.tried_at is not None for message, _ in parcel.rows):
            reply = replace(reply, title=self.words(target)("delivery-again", title=reply.title))
        await self._take_turn(chat)
        await self._marks.tried(parcel.rows, self.clock.now())
        return await self.send(target, reply, thread=thread)

    def _went_through(self, target: str, chat: Chat) -> None:
        if chat.cause:
            log.info("outbox_delivers_again", channel=self.channel, target=target)
        chat.went_through()
        self.delivered = True

    async def _take_turn(self, chat: Chat) -> None:
        await chat.pace.acquire()
        await self._overall.acquire()

    def _remember(self, chat: Chat, parcel: Parcel, remote_id: str, known: Known) -> None:
        if not parcel.topic:
            return
        if parcel.drop:  # what ended it is still said under it
            return
        if parcel.keep is not None:
            known.kept[parcel.topic] = replace(parcel.keep, remote_id=remote_id)
        now = asyncio.get_running_loop().time()
        live = parcel.keep is not None and parcel.keep.live
        chat.said(parcel.topic, parcel.reply if live else None, now)
        if any(event.kind is EventKind.TICKET_ANSWERED for _, event in parcel.rows):
            chat.recheck[parcel.topic] = now + RECHECK_SECONDS

    async def _failed(self, target: str, chat: Chat, parcel: Parcel, error: ChatError) -> None:
        wait, cause = chat.waits.after(error), outgoing(str(error)) or type(error).__name__
        if not chat.cause:
            log.warning("outbox_waits", channel=self.channel, target=target, cause=cause, seconds=wait)
        chat.failed(cause, fault_of(error), wait)
        tried_at = self.clock.now() if isinstance(error, ChatUnanswered) else None
        await self._marks.failed(parcel.rows, cause, tried_at)

    # ---- what stands in a chat

    def _refresh_one(self, target: str, chat: Chat, live: Sequence[KeptMessage], over: Collection[str]) -> None:
        """If the chat has nothing else to do. A status comes last, and is broken off for what happens."""
        now = asyncio.get_running_loop().time()
        if chat.task is not None or chat.silent_until > now or chat.waiting:
            return
        turn = self._turns.next(chat, live, over, now)
        if turn is not None:
            self._run(chat, self._refresh(target, chat, turn.topic, forced=turn.forced))
        elif self._views is not None and (kept := self._views.due(chat, live, now)) is not None:
            self._run(chat, self._views.refresh(chat, kept, self._take_turn), gives_way=True)

    async def _refresh(self, target: str, chat: Chat, topic: str, *, forced: bool = False) -> None:
        chat.recheck.pop(topic, None)
        fresh = await self._standing.as_now(target, topic)
        now, shown = asyncio.get_running_loop().time(), chat.shown.get(topic)
        if fresh is None or not fresh.live:
            chat.ended[topic] = now
        if fresh is None:
            chat.said(topic, None, now)
            return
        if not forced and shown == fresh.reply:
            chat.said(topic, shown, now)
            return
        if not forced and fresh.vague:
            return
        try:
            remote_id = await self._edited(target, chat, fresh.parcel, fresh.kept.remote_id)
        except ChatError as error:
            await self._failed(target, chat, fresh.parcel, error)
            return
        self._went_through(target, chat)
        chat.said(topic, fresh.reply if remote_id else None, now)
        if not remote_id or fresh.kept.live != fresh.live:
            live = fresh.live and bool(remote_id)  # gone: nothing is left to change
            await self._marks.keep(replace(fresh.kept, remote_id=remote_id, live=live))

    # ---- questions

    async def adopt(self, target: str, remote_id: str, ticket_id: str, market: str, *, again: bool) -> None:
        """A front end has put a question into the chat itself: from now on it is kept up to date here."""
        topic = await self._questions.keep(target, remote_id, ticket_id)
        self._chat(target).said(topic, None, asyncio.get_running_loop().time())
        if not again:
            self._illustrate(target, remote_id, ticket_id, market)

    async def release(self, target: str, remote_id: str, ticket_id: str) -> bool:
        """The front end writes into it itself again. False: it was not kept here."""
        return await self._questions.let_go(target, remote_id, ticket_id)

    async def keep_live(self, target: str, remote_id: str, person: str) -> None:
        """A front end has shown how it stands: from now on that is kept up to date here."""
        if self._views is not None:
            topic = await self._views.keep(target, remote_id, person)
            self._chat(target).said(topic, None, asyncio.get_running_loop().time())

    def _illustrate(self, target: str, remote_id: str, ticket_id: str, market: str) -> None:
        """The question is out; its picture may take its time, and fail."""
        self._questions.illustrate(ticket_id, market, self.words(target), partial(self._follow, target, remote_id))

    async def _follow(self, target: str, remote_id: str, reply: Reply) -> None:
        await self._take_turn(self._chat(target))
        await self.send(target, reply, thread=remote_id)


def _of(target: str, over: Collection[tuple[str, str]]) -> list[str]:
    return sorted(topic for where, topic in over if where == target)
