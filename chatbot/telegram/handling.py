"""One line or press → the dispatcher → what is sent and edited. Each runs in a task of its own."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from datetime import timedelta
from typing import TYPE_CHECKING, Any, ParamSpec

import structlog

from chatbot.access import Access, Person, Role
from chatbot.delivery import Backoff, ChatError, ChatRefused
from chatbot.languages import Languages
from chatbot.late import LATE_AFTER, Lateness, command_of
from chatbot.outcome import still_stands
from chatbot.reply import Reply
from chatbot.telegram.inbox import Taken
from chatbot.telegram.render import MAX_TEXT, Message, render, units
from chatbot.telegram.updates import Pressed, Typed
from trader.clock import Clock

if TYPE_CHECKING:
    from chatbot.dispatch import Dispatcher
    from chatbot.telegram.api import TelegramApi

log = structlog.get_logger(__name__)
P = ParamSpec("P")

SHOW_TYPING_AFTER = 1.5
"""Seconds: a person should see within two that the command arrived."""
_VIEWS_REMEMBERED = 500


class Handling:
    """Answers are tried until they arrive: a command is always answered, also when the network fails in between."""

    def __init__(
        self, api: TelegramApi, dispatcher: Dispatcher, access: Access, languages: Languages, clock: Clock
    ) -> None:
        self._api = api
        self._dispatcher = dispatcher
        self._access = access
        self._clock = clock
        self._lateness = Lateness(dispatcher, languages)
        self._views: dict[tuple[int, int], str] = {}
        """Which command a message of ours answers: the same one pressed under it replaces it."""

    async def typed(self, line: Typed, person: Person) -> None:
        age = self._clock.now() - line.at
        if age > LATE_AFTER and self._is_member(person) and not self._lateness.only_looks(line.text):
            reply: Reply | None = self._lateness.line(person, line.text, age)
        else:
            work = self._dispatcher.line(person, line.text, conversation=str(line.chat_id))
            reply = await self._shown_working(work, line.chat_id, line.topic)
        if reply is not None:
            answers = line.message_id if line.chat_id != line.user_id else None  # in a group, say whom it answers
            await self._deliver(line.chat_id, render(reply), line.topic, answers, view=command_of(line.text))

    async def pressed(self, press: Pressed, person: Person, silence: timedelta | None) -> None:
        """`silence`: how long Telegram was out of reach before this press came; None = unknown."""
        answered = asyncio.create_task(self._stop_spinner(press.query_id))
        late = silence is None or silence > LATE_AFTER
        if late and self._is_member(person) and not self._lateness.only_looks_press(press.action):
            reply: Reply | None = self._lateness.press(person, silence)
        else:
            work = self._dispatcher.press(person, press.action, conversation=str(press.chat_id))
            reply = await self._shown_working(work, press.chat_id, press.topic)
        if reply is not None:
            await self._show_outcome(press, reply, person)
        await answered

    async def cut_off(self, command: Taken) -> None:
        """Tell the sender of a command that the former process did not finish."""
        person = Person("telegram", str(command.user_id))
        await self._deliver(command.chat_id, render(self._lateness.cut_off(person, command.text)), command.topic, None)

    # ---- showing what a press did

    async def _show_outcome(self, press: Pressed, reply: Reply, person: Person) -> None:
        messages = render(reply)
        if press.action.startswith("run:"):  # a view or a next step: whatever stands above stays, unless it is the same
            view = command_of(press.action.removeprefix("run:"))
            if not await self._replaced(press, messages, view):
                await self._deliver(press.chat_id, messages, press.topic, None, view=view)
        elif still_stands(reply, member=self._is_member(person)):
            await self._deliver(press.chat_id, messages, press.topic, press.message_id)
        elif not await self._appended(press, reply):
            await self._patiently(self._api.remove_buttons, press.chat_id, press.message_id)
            await self._deliver(press.chat_id, messages, press.topic, press.message_id)

    async def _replaced(self, press: Pressed, messages: list[Message], view: str) -> bool:
        shown = self._views.get((press.chat_id, press.message_id))
        if shown != view or len(messages) != 1 or messages[0].picture is not None or press.text is None:
            return False
        return await self._patiently(self._api.edit, press.chat_id, press.message_id, messages[0]) is not None

    async def _appended(self, press: Pressed, reply: Reply) -> bool:
        """A question was answered: its text stays, the outcome stands below, the buttons are gone."""
        if press.text is None or reply.buttons or reply.table is not None or reply.picture is not None:
            return False
        text = f"{press.text}\n\n{reply.text()}"
        if units(text) > MAX_TEXT:
            return False
        edited = await self._patiently(self._api.close_message, press.chat_id, press.message_id, text, press.entities)
        return edited is not None

    # ---- sending

    async def _deliver(
        self, chat_id: int, messages: list[Message], topic: int | None, answers: int | None, *, view: str = ""
    ) -> None:
        for message in messages:
            sent = await self._patiently(self._api.send, chat_id, message, topic, answers)
            if sent is None:
                return
            if view and len(messages) == 1:
                self._remember(chat_id, sent, view)

    def _remember(self, chat_id: int, message_id: int, view: str) -> None:
        self._views[chat_id, message_id] = view
        while len(self._views) > _VIEWS_REMEMBERED:
            del self._views[next(iter(self._views))]

    async def _patiently(self, call: Callable[P, Awaitable[int]], *args: P.args, **kwargs: P.kwargs) -> int | None:
        """The message's id when Telegram took it, however long that lasts; None: it refuses."""
        waits = Backoff()
        while True:
            try:
                return await call(*args, **kwargs)
            except ChatRefused as refusal:
                log.warning("telegram_refused", cause=str(refusal))
                return None
            except ChatError as error:
                await asyncio.sleep(waits.after(error))

    async def _stop_spinner(self, query_id: str) -> None:
        try:
            await self._api.answer_press(query_id)
        except ChatError as error:
            log.debug("telegram_press_not_answered", cause=str(error))

    async def _shown_working(
        self, work: Coroutine[Any, Any, Reply | None], chat_id: int, topic: int | None
    ) -> Reply | None:
        task = asyncio.create_task(work)
        try:
            done, _ = await asyncio.wait({task}, timeout=SHOW_TYPING_AFTER)
            if not done:
                await self._show_typing(chat_id, topic)
            return await task
        finally:
            task.cancel()

    async def _show_typing(self, chat_id: int, topic: int | None) -> None:
        try:
            await self._api.show_typing(chat_id, topic)
        except ChatError as error:
            log.debug("telegram_typing_not_shown", cause=str(error))

    def _is_member(self, person: Person) -> bool:
        return self._access.role_of(person) is not Role.NOBODY
