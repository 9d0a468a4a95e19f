"""Slack's front end: a Socket Mode connection in the background, lines and presses to the dispatcher, replies and
notices back.

Nothing here can hold up trading: `start` returns at once, and every fault is waited out and explained once. Importing
this module loads the libraries (an eighth of a second, 7 MB): only where there are tokens."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from functools import partial
from typing import TYPE_CHECKING, Any

import structlog

from chatbot.delivery import Backoff, ChatError, ChatUnreachable, Trouble
from chatbot.frontend import Asked
from chatbot.home import Home
from chatbot.languages import Languages
from chatbot.lasting import GRACE_SECONDS, Lasting, close_behind
from chatbot.people.access import Access
from chatbot.reply import Reply
from chatbot.slack.api import SlackApi
from chatbot.slack.envelopes import Incoming, Opened, Typed
from chatbot.slack.handling import Handling, person_of
from chatbot.slack.home import HOME_EVERY, HomeTab
from chatbot.slack.inbox import Inbox, Taken
from chatbot.slack.link import SlackLink
from chatbot.slack.posting import post
from chatbot.slack.routing import Routing
from trader.background import Background
from trader.clock import Clock, SystemClock
from trader.errors import StorageFailed
from trader.ports import Storage

if TYPE_CHECKING:
    from chatbot.dispatch import Dispatcher

log = structlog.get_logger(__name__)

GATHER_SECONDS = 2.0
"""How long late commands are gathered for one message: Slack hands out what it kept within a moment."""


class SlackFrontEnd:
    """One app in one workspace. `send` is what the outbox uses; `on_trouble` gets one explained sentence per fault and
    one at its end.

    `clock` shows the time of the wall, not of a sandbox's market: ages of messages are measured with it."""

    channel = "slack"

    def __init__(
        self,
        bot_token: str,
        app_token: str,
        api_url: str,
        dispatcher: Dispatcher,
        storage: Storage,
        access: Access,
        languages: Languages,
        *,
        clock: Clock | None = None,
        on_trouble: Callable[[str], None] | None = None,
        asked: Asked | None = None,
        home: Home | None = None,
        home_every: tuple[float, float] = HOME_EVERY,
        backoff: tuple[float, float] = (1.0, 30.0),
        gather_seconds: float = GATHER_SECONDS,
    ) -> None:
        self._bot_token = bot_token
        self._app_token = app_token
        self._api_url = api_url
        self._dispatcher = dispatcher
        self._storage = storage
        self._access = access
        self._languages = languages
        self._clock = clock or SystemClock()
        self._asked = asked
        self._home = home
        self._home_every = home_every
        self._home_tab: HomeTab | None = None
        self._backoff = backoff
        self._gather_seconds = gather_seconds
        self._trouble = Trouble(self.channel, languages.words(), on_trouble, quiet=0.0)
        self._api: SlackApi | None = None
        self._link: SlackLink | None = None
        self._life = Lasting("slack", self._live, backoff)
        self._commands = Background()
        self._inbox: Inbox | None = None
        self._late: list[Taken] = []
        """What came too late and has not been told of yet."""
        self._gathering: asyncio.Task[None] | None = None

    @property
    def connected(self) -> bool:
        return self._link is not None and self._link.connected

    @property
    def fault(self) -> str:
        """The wording key of the fault in force; empty while all is well."""
        return self._trouble.current

    async def start(self) -> None:
        """Begin to connect; returns at once."""
        self._life.start()

    async def stop(self) -> None:
        """Take nothing more, let commands in hand finish for a moment, then leave. What was gathered is told after the
        next start."""
        await self._life.stop()
        if self._gathering is not None:
            self._gathering.cancel()
        await self._commands.finish(GRACE_SECONDS)
        await self._commands.close()
        if self._home_tab is not None:
            await self._home_tab.close()
            self._home_tab = None
        if self._api is not None:
            await self._api.close()
            self._api = self._link = None

    def happened(self) -> None:
        """Something may have changed what open Home tabs show."""
        if self._home_tab is not None:
            self._home_tab.happened()

    def people_changed(self) -> None:
        """Somebody came or was shut out."""
        if self._home_tab is not None:
            self._home_tab.people_changed()

    async def send(self, target: str, reply: Reply, *, edit: str = "", thread: str = "") -> str:
        """As `frontend.Send`; the id of a message is its timestamp."""
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
                    link = await self._prepare()
                    await link.run(waits)
                except ChatError as error:
                    self._trouble.begins(error)
                    await asyncio.sleep(waits.after(error))
        except Exception:
            self._discard()
            raise

    def _discard(self) -> None:
        """The next life begins with a new connection; commands in hand may finish on the old one. What was seen is
        remembered, so that nothing is done twice."""
        api, self._api, self._link = self._api, None, None
        tab, self._home_tab = self._home_tab, None
        if tab is not None:
            self._commands.start(tab.close())
        if api is not None:
            self._commands.start(close_behind(api, self._commands.tasks))

    async def _prepare(self) -> SlackLink:
        if self._api is None:
            self._api = SlackApi(self._bot_token, self._app_token, self._api_url)
        if self._link is None:
            bot = await self._api.check()
            log.info("slack_connected", bot=bot.name)
            if self._home is not None:
                self._home_tab = HomeTab(self._api, self._home, self._storage, every=self._home_every)
                await self._home_tab.resume()
            handling = Handling(
                self._api,
                self._dispatcher,
                self._access,
                self._languages,
                self._clock,
                self._asked,
                self._home_tab,
            )
            inbox = await self._open_inbox(f"{bot.team_id}.{bot.bot_id}", handling)
            hand_on = partial(self._hand_on, inbox, handling)
            read = Routing(self._api, bot).read
            self._link = SlackLink(self._api, self._trouble, read, hand_on, inbox, handling.too_late)
        return self._link

    async def _open_inbox(self, name: str, handling: Handling) -> Inbox:
        """With what the former process left."""
        if self._inbox is not None:
            return self._inbox
        inbox = Inbox(self._storage, name, lambda incoming: handling.is_member(person_of(incoming)))
        try:
            left = await inbox.load()
        except StorageFailed as failure:
            log.error("slack_inbox_unreadable", cause=str(failure))
            left = []
        self._inbox = inbox
        for command in left:
            if command.begun:
                self._commands.start(self._answer(inbox, handling.cut_off(command), command))
            else:
                self._gather(inbox, handling, command)
        return inbox

    def _hand_on(self, inbox: Inbox, handling: Handling, incoming: Incoming) -> None:
        if isinstance(incoming, Opened):
            self._commands.start(handling.opened(incoming))
            return
        taken = inbox.taken(incoming)
        if taken is not None and not taken.begun:
            self._gather(inbox, handling, taken)
            return
        work = handling.typed(incoming) if isinstance(incoming, Typed) else handling.pressed(incoming)
        self._commands.start(self._answer(inbox, work, *([taken] if taken is not None else [])))

    def _gather(self, inbox: Inbox, handling: Handling, command: Taken) -> None:
        """What Slack kept for us comes one by one: it is told together."""
        self._late.append(command)
        if self._gathering is None or self._gathering.done():
            self._gathering = asyncio.create_task(self._catch_up(inbox, handling))

    async def _catch_up(self, inbox: Inbox, handling: Handling) -> None:
        await asyncio.sleep(self._gather_seconds)
        late, self._late = self._late, []
        conversations: dict[str, list[Taken]] = {}
        for command in late:
            conversations.setdefault(command.channel, []).append(command)
        for commands in conversations.values():
            self._commands.start(self._answer(inbox, handling.caught_up(commands), *commands))

    @staticmethod
    async def _answer(inbox: Inbox, work: Coroutine[Any, Any, None], *commands: Taken) -> None:
        await work
        await inbox.answered(*(command.key for command in commands))
