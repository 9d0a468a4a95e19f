"""Slack's front end: a Socket Mode connection in the background, lines and presses to the dispatcher, replies and
notices back.

Nothing here can hold up trading: `start` returns at once, and every fault is waited out and explained once. Importing
this module loads the libraries (an eighth of a second, 7 MB): only where there are tokens."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any

import structlog

from chatbot.access import Access
from chatbot.delivery import Backoff, ChatError, ChatRefused, ChatUnreachable, Trouble
from chatbot.languages import Languages
from chatbot.reply import Reply
from chatbot.slack.api import SlackApi
from chatbot.slack.envelopes import Incoming, Typed
from chatbot.slack.handling import Handling
from chatbot.slack.link import SlackLink
from chatbot.slack.render import render
from chatbot.slack.routing import Routing
from trader.clock import Clock, SystemClock

if TYPE_CHECKING:
    from chatbot.dispatch import Dispatcher

log = structlog.get_logger(__name__)

GRACE_SECONDS = 5.0
"""How long `stop` waits for commands in hand."""


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
        access: Access,
        languages: Languages,
        *,
        clock: Clock | None = None,
        on_trouble: Callable[[str], None] | None = None,
        backoff: tuple[float, float] = (1.0, 30.0),
    ) -> None:
        self._bot_token = bot_token
        self._app_token = app_token
        self._api_url = api_url
        self._dispatcher = dispatcher
        self._access = access
        self._languages = languages
        self._clock = clock or SystemClock()
        self._backoff = backoff
        self._trouble = Trouble(self.channel, languages.words(), on_trouble)
        self._api: SlackApi | None = None
        self._link: SlackLink | None = None
        self._life: asyncio.Task[None] | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def connected(self) -> bool:
        return self._link is not None and self._link.connected

    @property
    def fault(self) -> str:
        """The wording key of the fault in force; empty while all is well."""
        return self._trouble.current

    async def start(self) -> None:
        """Begin to connect; returns at once."""
        if self._life is None:
            self._life = asyncio.create_task(self._live(), name="slack")

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
        if self._api is not None:
            await self._api.close()
            self._api = self._link = None

    async def send(self, target: str, reply: Reply, *, edit: str = "") -> str:
        """Post to the channel `target`, or replace the message `edit`; returns the timestamp of the message that
        carries the buttons. Raises ChatError: nothing or only a part was sent."""
        if self._api is None:
            raise ChatUnreachable("not connected yet")
        messages = render(reply)
        if edit and len(messages) == 1 and messages[0].picture is None:
            try:
                await self._api.update(target, edit, messages[0].text, messages[0].blocks)
            except ChatRefused as gone:
                log.info("slack_edit_refused", message_ts=edit, cause=str(gone))
            else:
                return edit
        sent = [await self._api.post(target, message) for message in messages]
        return sent[-1]

    # ---- the life of the connection

    async def _live(self) -> None:
        waits = Backoff(*self._backoff)
        while True:
            try:
                link = await self._prepare()
                await link.run(waits)
            except ChatError as error:
                self._trouble.begins(error)
                await asyncio.sleep(waits.after(error))
            except Exception:
                log.exception("slack_failed")  # a fault of ours must not leave the bot deaf for good
                await asyncio.sleep(waits.after())

    async def _prepare(self) -> SlackLink:
        if self._api is None:
            self._api = SlackApi(self._bot_token, self._app_token, self._api_url)
        if self._link is None:
            bot = await self._api.check()
            log.info("slack_connected", bot=bot.name)
            handling = Handling(self._api, self._dispatcher, self._access, self._languages, self._clock)

            def hand_on(incoming: Incoming) -> None:
                if isinstance(incoming, Typed):
                    self._spawn(handling.typed(incoming))
                else:
                    self._spawn(handling.pressed(incoming))

            self._link = SlackLink(self._api, self._trouble, Routing(self._api, bot).read, hand_on)
        return self._link

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._finished)

    def _finished(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (failure := task.exception()) is not None:
            log.error("slack_handler_failed", exc_info=failure)
