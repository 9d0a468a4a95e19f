"""From stored events to delivered messages, for one channel: in order, at its pace, never giving up (C3, R10).

A row is marked sent after the service took it, so a crash in between repeats a message rather than losing one. A chat
that does not answer waits by itself; other chats, and trading, do not notice."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import partial
from typing import TypeAlias

import structlog
from aiolimiter import AsyncLimiter

from chatbot.delivery import Backoff, ChatError
from chatbot.notices import notice
from chatbot.questions import Questions, Send
from chatbot.reply import Reply, Tone
from chatbot.scrub import by_shape
from chatbot.wording import Words
from trader.clock import Clock
from trader.errors import StorageFailed
from trader.model.events import Event, EventKind, OutboxMessage, Severity
from trader.ports import Records, Storage

log = structlog.get_logger(__name__)

Row: TypeAlias = tuple[OutboxMessage, Event]

DIGEST_ABOVE = 20
"""More messages than this waiting for one chat are merged."""
QUESTION_FRESH = timedelta(minutes=10)
"""A question younger than this is not merged: somebody may still press its buttons."""
LATE_AFTER = timedelta(minutes=2)
PAGE = 500


def pace_of(channel: str, target: str) -> AsyncLimiter:
    """Telegram: 1 a second per chat, 20 a minute in a group (its id is negative). Slack: 1 a second per channel.
    Short bursts of a few are taken by both. Source: core.telegram.org/bots/faq, docs.slack.dev rate limits."""
    if channel == "telegram" and target.startswith("-"):
        return AsyncLimiter(5, 15)
    return AsyncLimiter(3, 3)


def printing(write: Callable[[str], None]) -> Send:
    """The console as a chat: every message is printed."""

    async def send(target: str, reply: Reply, *, edit: str = "") -> str:
        write(reply.text())
        return ""

    return send


@dataclass(slots=True)
class _Chat:
    pace: AsyncLimiter
    waits: Backoff
    task: asyncio.Task[None] | None = None
    silent_until: float = 0.0
    failing: bool = False


@dataclass(frozen=True, slots=True)
class _Parcel:
    """What goes out as one message, and the rows it settles; `reply` None: nothing is to be said."""

    reply: Reply | None
    rows: tuple[Row, ...]
    note: str = ""


@dataclass(slots=True)
class OutboxSender:
    """One task per channel and one per chat that has something waiting.

    `tick_seconds` is how often it looks without being nudged; `backoff` the first and longest wait after a failure."""

    storage: Storage
    clock: Clock
    channel: str
    send: Send
    words: Words
    tick_seconds: float = 3.0
    backoff: tuple[float, float] = (1.0, 60.0)
    pace: Callable[[str, str], AsyncLimiter] = pace_of
    _questions: Questions = field(init=False)
    _chats: dict[str, _Chat] = field(init=False, default_factory=dict)
    _unsaved: dict[str, Row] = field(init=False, default_factory=dict)
    _overall: AsyncLimiter = field(init=False, default_factory=lambda: AsyncLimiter(30, 1))
    _wake: asyncio.Event = field(init=False, default_factory=asyncio.Event)
    _empty: asyncio.Event = field(init=False, default_factory=asyncio.Event)
    _life: asyncio.Task[None] | None = field(init=False, default=None)
    _waiting: int = field(init=False, default=0)

    def __post_init__(self) -> None:
        self._questions = Questions(self.storage, self.channel, self.send, self.words)

    async def start(self) -> None:
        if self._life is None:
            self._life = asyncio.create_task(self._live(), name=f"outbox-{self.channel}")

    async def stop(self) -> None:
        """What was not sent stays in the outbox."""
        tasks = [t for t in (self._life, *(chat.task for chat in self._chats.values())) if t is not None]
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
        due = [c.silent_until - now for c in self._chats.values() if c.task is None and c.silent_until > now]
        try:
            async with asyncio.timeout(min([self.tick_seconds, *due])):
                await self._wake.wait()
        except TimeoutError:
            pass

    async def _round(self) -> None:
        """Start a delivery for every chat that has rows, is not busy and not waiting after a failure."""
        await self._save_unsaved()
        limit = PAGE + self._waiting
        rows = await self.storage.read(lambda records: records.outbox.pending(self.channel, limit))
        if not rows:
            self._empty.set()
        now = asyncio.get_running_loop().time()
        by_chat: dict[str, list[Row]] = {}
        for message, event in rows:
            if message.message_id not in self._unsaved:
                by_chat.setdefault(message.target, []).append((message, event))
        self._waiting = 0
        for target, waiting in by_chat.items():
            chat = self._chats.get(target)
            if chat is None:
                chat = self._chats[target] = _Chat(self.pace(self.channel, target), Backoff(*self.backoff))
            if chat.task is not None or chat.silent_until > now:
                self._waiting += len(waiting)  # so that a chat out of reach does not fill the page
                continue
            chat.task = asyncio.create_task(self._deliver(target, chat, waiting))
            chat.task.add_done_callback(partial(self._delivered, chat))

    def _delivered(self, chat: _Chat, task: asyncio.Task[None]) -> None:
        chat.task = None
        if task.cancelled():
            return
        if (failure := task.exception()) is not None:
            log.error("outbox_failed", channel=self.channel, exc_info=failure)
            chat.silent_until = asyncio.get_running_loop().time() + chat.waits.after()
        self.nudge()

    # ---- delivering to one chat

    async def _deliver(self, target: str, chat: _Chat, rows: list[Row]) -> None:
        for parcel in self._parcels(rows):
            if parcel.reply is None:
                await self._settle(parcel, "")
                continue
            await chat.pace.acquire()
            await self._overall.acquire()
            try:
                remote_id = await self.send(target, parcel.reply)
            except ChatError as error:
                await self._failed(target, chat, parcel, error)
                return
            if chat.failing:
                log.info("outbox_delivers_again", channel=self.channel, target=target)
            chat.failing = False
            chat.waits.reset()
            await self._settle(parcel, remote_id)
            await self._questions.close(target, parcel.rows[0][1], parcel.reply)

    async def _failed(self, target: str, chat: _Chat, parcel: _Parcel, error: ChatError) -> None:
        wait = chat.waits.after(error)
        chat.silent_until = asyncio.get_running_loop().time() + wait
        cause = by_shape(str(error))
        if not chat.failing:
            log.warning("outbox_waits", channel=self.channel, target=target, cause=cause, seconds=wait)
        chat.failing = True
        await self._save([(replace(m, attempts=m.attempts + 1, last_error=cause), event) for m, event in parcel.rows])

    async def _settle(self, parcel: _Parcel, remote_id: str) -> None:
        now, said = self.clock.now(), parcel.reply is not None
        for message, event in parcel.rows:
            sent = replace(
                message,
                sent_at=now,
                attempts=message.attempts + said,
                remote_id=remote_id,
                last_error=parcel.note,
            )
            self._unsaved[message.message_id] = (sent, event)
        await self._save_unsaved()

    async def _save_unsaved(self) -> None:
        """Delivered rows that could not be marked yet are remembered here, and not sent a second time."""
        rows = list(self._unsaved.values())
        if rows and await self._save(rows):
            for message, _ in rows:
                self._unsaved.pop(message.message_id, None)

    async def _save(self, rows: Sequence[Row]) -> bool:
        def save(records: Records) -> None:
            for message, event in rows:
                records.outbox.save(message)
                if message.sent_at is not None:
                    self._questions.remember(records, message, event)

        try:
            await self.storage.write(save)
        except StorageFailed as failure:
            log.error("outbox_not_kept", channel=self.channel, cause=str(failure))
            return False
        return True

    # ---- what goes out together

    def _parcels(self, rows: Sequence[Row]) -> list[_Parcel]:
        """One parcel per row, in order; where too many wait, runs of lesser messages become one digest each."""
        single = [self._parcel(row) for row in rows]
        if len(rows) <= DIGEST_ABOVE:
            return single
        merged: list[_Parcel] = []
        run: list[_Parcel] = []
        for parcel in single:
            if self._stands_alone(parcel):
                merged += self._digest(run)
                merged.append(parcel)
                run = []
            else:
                run.append(parcel)
        return merged + self._digest(run)

    def _parcel(self, row: Row) -> _Parcel:
        _, event = row
        try:
            reply = notice(event, self.words)
        except Exception:
            log.exception("notice_has_no_words", kind=event.kind, event_id=event.event_id)
            reply = _bare(event)  # a fill whose wording is broken is still a fill: it must arrive
        if reply is None:
            return _Parcel(None, (row,), note="no words for it")
        return _Parcel(self._with_delay(reply, event), (row,))

    def _with_delay(self, reply: Reply, event: Event) -> Reply:
        delay = self.clock.now() - event.at
        if delay < LATE_AFTER * self.clock.speed:
            return reply
        line = self.words(
            "delivery-late",
            age=self.words.span(delay.total_seconds()),
            at=self.words.moment(event.at, self.clock.now()),
        )
        return replace(reply, lines=(*reply.lines, line))

    def _stands_alone(self, parcel: _Parcel) -> bool:
        _, event = parcel.rows[0]
        if event.severity is Severity.CRITICAL:
            return True
        asks = event.kind is EventKind.PROPOSAL
        return asks and self.clock.now() - event.at < QUESTION_FRESH * self.clock.speed

    def _digest(self, run: Sequence[_Parcel]) -> list[_Parcel]:
        spoken = [parcel for parcel in run if parcel.reply is not None]
        if len(spoken) < 2:
            return list(run)
        rows = tuple(row for parcel in run for row in parcel.rows)
        first, last = rows[0][1].at, rows[-1][1].at
        now = self.clock.now()
        title = self.words(
            "digest-title",
            count=str(len(spoken)),
            **{"from": self.words.moment(first, now), "to": self.words.moment(last, now)},
        )
        tone = Tone.WARNING if any(p.reply and p.reply.tone is not Tone.OK for p in spoken) else Tone.INFO
        return [_Parcel(Reply(title, tuple(self._digest_lines(spoken)), tone=tone), rows, note="in a digest")]

    def _digest_lines(self, spoken: Sequence[_Parcel]) -> list[str]:
        """One line a message; the same one again and again is counted, not repeated."""
        counted: list[tuple[str, Event, int]] = []
        for parcel in spoken:
            reply, event = parcel.reply, parcel.rows[0][1]
            text = reply.title or next(iter(reply.lines), "") if reply is not None else ""
            if counted and counted[-1][0] == text:
                counted[-1] = (text, counted[-1][1], counted[-1][2] + 1)
            else:
                counted.append((text, event, 1))
        now = self.clock.now()
        lines = [(f"{self.words.moment(event.at, now)} {text}", count) for text, event, count in counted]
        return [self.words("digest-times", line=line, count=str(n)) if n > 1 else line for line, n in lines]


def _bare(event: Event) -> Reply:
    lines = tuple(f"{key}: {value}" for key, value in event.data.items())
    return Reply(f"{event.kind.value} {event.market}".strip(), lines, tone=Tone.WARNING)
