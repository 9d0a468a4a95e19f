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

from chatbot.delivery import Backoff, ChatError, ChatRefused, ChatUnreachable, Trouble
from chatbot.frontend import Asked
from chatbot.languages import Languages
from chatbot.lasting import GRACE_SECONDS, Lasting, close_behind
from chatbot.people.access import Access, Person, Role
from chatbot.reply import Reply
from chatbot.telegram.api import TelegramApi
from chatbot.telegram.handling import Handling
from chatbot.telegram.inbox import Inbox, Taken
from chatbot.telegram.moves import Moves
from chatbot.telegram.posting import post
from chatbot.telegram.updates import Incoming, Pressed, Typed, moved_to, read, update_id_of
from chatbot.wording import LANGUAGES
from trader.background import Background
from trader.clock import Clock, SystemClock
from trader.ports import Storage

if TYPE_CHECKING:
    from chatbot.dispatch import Dispatcher

log = structlog.get_logger(__name__)

BATCH = 100
"""Updates Telegram hands out at a time, at most."""


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
        asked: Asked | None = None,
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
        self._asked = asked
        self._poll_seconds = poll_seconds
        self._backoff = backoff
        self._trouble = Trouble(self.channel, languages.words(), on_trouble, quiet=3 * backoff[1])
        self._api: TelegramApi | None = None
        self._inbox: Inbox | None = None
        self._handling: Handling | None = None
        self._moves: Moves | None = None
        self._life = Lasting("telegram", self._live, backoff)
        self._commands = Background()
        self._late: list[Taken] = []
        """What came too late and has not been told of yet."""
        self.connected = False

    @property
    def fault(self) -> str:
        """The wording key of the fault in force; empty while all is well."""
        return self._trouble.current

    async def start(self) -> None:
        """Begin to connect; returns at once."""
        self._life.start()

    async def stop(self) -> None:
        """Take nothing more, let commands in hand finish for a moment, then leave."""
        await self._life.stop()
        await self._commands.finish(GRACE_SECONDS)
        await self._commands.close()
        if self._inbox is not None:
            await self._inbox.stopped(self._clock.now())
            self._inbox = self._handling = None
        if self._api is not None:
            await self._keep_moves(self._api)
            await self._api.close()
            self._api = None
        self.connected = False

    async def send(self, target: str, reply: Reply, *, edit: str = "", thread: str = "") -> str:
        """As `frontend.Send`; `target` is a number."""
        if self._api is None:
            raise ChatUnreachable("not connected yet")
        return await post(self._api, target, reply, edit=edit, thread=thread)

    # ---- the life of the connection

    async def _live(self) -> None:
        """Ends only by what nobody expected; everything that may be broken is then made anew."""
        waits = Backoff(*self._backoff)
        try:
            while True:
                try:
                    api, inbox, handling = await self._connect()
                    await self._poll(api, inbox, handling, waits)
                except ChatError as error:
                    self.connected = False
                    self._trouble.begins(error)
                    await asyncio.sleep(waits.after(error))
        except Exception:
            self._discard()
            raise
        finally:
            self.connected = False

    def _discard(self) -> None:
        """The next life begins with a new connection; commands in hand may finish on the old one."""
        api, self._api, self._handling = self._api, None, None
        if api is not None:
            self._commands.start(close_behind(api, self._commands.tasks))

    async def _connect(self) -> tuple[TelegramApi, Inbox, Handling]:
        if self._api is None:
            self._api = TelegramApi(self._token, self._api_url)
        api = self._api
        if self._inbox is None or self._handling is None:
            await api.connect()
            await self._load_moves(api)
            handling = Handling(api, self._dispatcher, self._access, self._languages, self._clock, self._asked)
            cut_off: list[Taken] = []
            if self._inbox is None:
                inbox = Inbox(self._storage, api.bot_id)
                cut_off = await inbox.load()
                self._inbox = inbox
            self._handling = handling
            log.info("telegram_connected", bot=api.bot_name)
            self._late += [command for command in cut_off if not command.begun]
            for command in (command for command in cut_off if command.begun):
                self._commands.start(self._answer(self._inbox, handling.cut_off(command), command))
            self._commands.start(self._set_menus(api))
        return api, self._inbox, self._handling

    async def _load_moves(self, api: TelegramApi) -> None:
        if self._moves is None:
            self._moves = Moves(self._storage, api.bot_id)
        api.moved = await self._moves.load()

    async def _keep_moves(self, api: TelegramApi) -> None:
        """Also those that a refused message has told of."""
        if self._moves is not None:
            await self._moves.keep(api.moved)

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
            if len(batch) >= BATCH:  # more may wait from the time we were away
                seconds = 0
            else:
                self._catch_up(inbox, handling, silence)
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
        by_id = {i: raw for raw in batch if (i := update_id_of(raw)) is not None}  # one may be in it twice
        ids = list(by_id)
        if not ids:
            return None
        now = self._clock.now()
        fresh = [raw for i, raw in by_id.items() if inbox.is_new(i, now)]
        api.moved |= dict(move for raw in fresh if (move := moved_to(raw)) is not None)
        await self._keep_moves(api)
        incoming = [item for raw in fresh if (item := read(raw, api.bot_id, api.bot_name)) is not None]
        late = {item.update_id for item in incoming if handling.too_late(item, _person(item), silence)}
        members = [item for item in incoming if self._access.role_of(_person(item)) is not Role.NOBODY]
        taken = {item.update_id: _taken(item, begun=item.update_id not in late) for item in members}
        await inbox.take(ids, taken.values(), now)
        for item in incoming:
            if item.update_id in late:
                self._late.append(taken[item.update_id])
                if isinstance(item, Pressed):
                    self._commands.start(handling.stop_spinner(item.query_id))
                continue
            person = _person(item)
            work = handling.typed(item, person) if isinstance(item, Typed) else handling.pressed(item, person)
            self._commands.start(
                self._answer(inbox, work, *([taken[item.update_id]] if item.update_id in taken else []))
            )
        return max(ids) + 1

    def _catch_up(self, inbox: Inbox, handling: Handling, silence: timedelta | None) -> None:
        """Everything of the time without a connection is here: one message for each conversation that has some."""
        late, self._late = self._late, []
        conversations: dict[tuple[int, int | None], list[Taken]] = {}
        for command in late:
            conversations.setdefault((command.chat_id, command.topic), []).append(command)
        for commands in conversations.values():
            self._commands.start(self._answer(inbox, handling.caught_up(commands, silence), *commands))

    async def _answer(self, inbox: Inbox, work: Coroutine[Any, Any, None], *commands: Taken) -> None:
        await work
        await inbox.answered(*(command.update_id for command in commands))

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


def _person(incoming: Incoming) -> Person:
    return Person("telegram", str(incoming.user_id), incoming.name)


def _taken(incoming: Incoming, *, begun: bool) -> Taken:
    pressed = isinstance(incoming, Pressed)
    text, sent_at = (incoming.action, "") if isinstance(incoming, Pressed) else (incoming.text, incoming.at.isoformat())
    return Taken(incoming.update_id, incoming.chat_id, incoming.user_id, incoming.topic, text, pressed, sent_at, begun)
