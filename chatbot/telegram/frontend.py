"""Telegram's front end: polls in the background, hands lines and presses to the dispatcher, sends replies and notices.

Nothing here can hold up trading: `start` returns at once, and every fault is waited out and explained once. Importing
this module loads the library (a quarter of a second, 14 MB): only where there is a token, and not in a thread, which
would cost another 5 MB of heap."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import structlog

from chatbot.access import Access, Person, Role
from chatbot.delivery import Backoff, ChatError, ChatRefused, ChatUnreachable, Trouble
from chatbot.languages import Languages
from chatbot.reply import Reply
from chatbot.telegram.api import TelegramApi
from chatbot.telegram.handling import Handling
from chatbot.telegram.inbox import Inbox, Taken
from chatbot.telegram.render import render
from chatbot.telegram.updates import Incoming, Pressed, Typed, read, update_id_of
from chatbot.wording import LANGUAGES
from trader.clock import Clock, SystemClock
from trader.ports import Storage

if TYPE_CHECKING:
    from chatbot.dispatch import Dispatcher

log = structlog.get_logger(__name__)

GRACE_SECONDS = 5.0
"""How long `stop` waits for commands in hand."""


class TelegramFrontEnd:
    """One bot. `send` is what the outbox uses; `on_trouble` gets one explained sentence per fault and one at its end.

    `clock` shows the time of the wall, not of a sandbox's market: ages of messages are measured with it."""

    channel = "telegram"

    def __init__(
        self,
        token: str,
        api_url: str,
        dispatcher: Dispatcher,
        storage: Storage,
        access: Access,
        languages: Languages,
        *,
        clock: Clock | None = None,
        on_trouble: Callable[[str], None] | None = None,
        poll_seconds: int = 25,
        backoff: tuple[float, float] = (1.0, 30.0),
    ) -> None:
        self._token = token
        self._api_url = api_url
        self._dispatcher = dispatcher
        self._storage = storage
        self._access = access
        self._languages = languages
        self._clock = clock or SystemClock()
        self._poll_seconds = poll_seconds
        self._backoff = backoff
        self._trouble = Trouble(self.channel, languages.words(), on_trouble)
        self._api: TelegramApi | None = None
        self._inbox: Inbox | None = None
        self._handling: Handling | None = None
        self._life: asyncio.Task[None] | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self.connected = False

    @property
    def fault(self) -> str:
        """The wording key of the fault in force; empty while all is well."""
        return self._trouble.current

    async def start(self) -> None:
        """Begin to connect; returns at once."""
        if self._life is None:
            self._life = asyncio.create_task(self._live(), name="telegram")

    async def stop(self) -> None:
        """Take nothing more, let commands in hand finish for a moment, then leave."""
        if self._life is not None:
            self._life.cancel()
            await asyncio.wait({self._life})
            self._life = None
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=GRACE_SECONDS)
        for task in list(self._tasks):
            task.cancel()
        if self._inbox is not None:
            await self._inbox.stopped(self._clock.now())
            self._inbox = self._handling = None
        if self._api is not None:
            await self._api.close()
            self._api = None
        self.connected = False

    async def send(self, target: str, reply: Reply, *, edit: str = "") -> str:
        """Send to the chat `target` (a number), or replace the message `edit`; returns the remote id of the message
        that carries the buttons. Raises ChatError: nothing or only a part was sent."""
        if self._api is None:
            raise ChatUnreachable("not connected yet")
        try:
            chat_id = int(target)
        except ValueError as wrong:
            raise ChatRefused(f"not a chat id: {target!r}") from wrong
        messages = render(reply)
        if edit and len(messages) == 1 and messages[0].picture is None:
            try:
                await self._api.edit(chat_id, int(edit), messages[0])
            except ChatRefused as gone:
                log.info("telegram_edit_refused", message_id=edit, cause=str(gone))
            else:
                return edit
        sent = [await self._api.send(chat_id, message) for message in messages]
        return str(sent[-1])

    # ---- the life of the connection

    async def _live(self) -> None:
        waits = Backoff(*self._backoff)
        while True:
            try:
                api, inbox, handling = await self._connect()
                await self._poll(api, inbox, handling, waits)
            except ChatError as error:
                self.connected = False
                self._trouble.begins(error)
                await asyncio.sleep(waits.after(error))
            except Exception:
                log.exception("telegram_failed")  # a fault of ours must not leave the bot deaf for good
                self.connected = False
                await asyncio.sleep(waits.after())

    async def _connect(self) -> tuple[TelegramApi, Inbox, Handling]:
        if self._api is None:
            self._api = TelegramApi(self._token, self._api_url)
        api = self._api
        if self._inbox is None or self._handling is None:
            await api.connect()
            inbox = Inbox(self._storage, api.bot_id)
            cut_off = await inbox.load()
            handling = Handling(api, self._dispatcher, self._access, self._languages, self._clock)
            self._inbox, self._handling = inbox, handling
            log.info("telegram_connected", bot=api.bot_name)
            for command in cut_off:
                self._spawn(self._answer(inbox, command.update_id, handling.cut_off(command)))
            self._spawn(self._set_menus(api))
        return api, self._inbox, self._handling

    async def _poll(self, api: TelegramApi, inbox: Inbox, handling: Handling, waits: Backoff) -> None:
        """`offset` is only sent to confirm a batch: ids start anew after a quiet week, and an old offset would then
        throw the new ones away."""
        offset: int | None = None
        seconds = 0  # what waits already came while we were away; what comes later is fresh
        contact = inbox.last_contact
        while True:
            batch = await api.updates(offset, seconds)
            seconds = self._poll_seconds
            waits.reset()
            self._trouble.over()
            self.connected = True
            now = self._clock.now()
            silence = None if contact is None else now - contact
            contact = now
            offset = await self._take(batch, api, inbox, handling, silence)
            if batch and offset is None:  # nothing in it can be confirmed: it will come again
                await asyncio.sleep(waits.after())

    async def _take(
        self,
        batch: list[object],
        api: TelegramApi,
        inbox: Inbox,
        handling: Handling,
        silence: timedelta | None,
    ) -> int | None:
        """Write down what is new, start handling it; returns the offset that confirms the batch."""
        ids = [update_id for raw in batch if (update_id := update_id_of(raw)) is not None]
        if not ids:
            return None
        fresh = [raw for raw in batch if (i := update_id_of(raw)) is not None and inbox.is_new(i)]
        incoming = [item for raw in fresh if (item := read(raw, api.bot_id, api.bot_name)) is not None]
        members = [item for item in incoming if self._access.role_of(_person(item)) is not Role.NOBODY]
        await inbox.take(ids, [_taken(item) for item in members], self._clock.now())
        for item in incoming:
            if isinstance(item, Typed):
                work = handling.typed(item, _person(item))
            else:
                work = handling.pressed(item, _person(item), silence)
            self._spawn(self._answer(inbox, item.update_id, work))
        return max(ids) + 1

    async def _answer(self, inbox: Inbox, update_id: int, work: Coroutine[Any, Any, None]) -> None:
        await work
        await inbox.answered(update_id)

    async def _set_menus(self, api: TelegramApi) -> None:
        waits = Backoff(*self._backoff)
        for language in (None, *LANGUAGES):
            spoken = language or self._languages.words().language
            commands = self._dispatcher.menu(Role.OWNER, spoken)[:100]
            while True:
                try:
                    await api.set_menu(commands, language)
                    break
                except ChatRefused as refusal:
                    log.warning("telegram_menu_refused", cause=str(refusal))
                    return
                except ChatError as error:
                    await asyncio.sleep(waits.after(error))

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._finished)

    def _finished(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (failure := task.exception()) is not None:
            log.error("telegram_handler_failed", exc_info=failure)


def _person(incoming: Incoming) -> Person:
    return Person("telegram", str(incoming.user_id), incoming.name)


def _taken(incoming: Incoming) -> Taken:
    text = incoming.action if isinstance(incoming, Pressed) else incoming.text
    return Taken(incoming.update_id, incoming.chat_id, incoming.user_id, incoming.topic, text)
