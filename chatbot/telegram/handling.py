"""One line or press → the dispatcher → what is sent and edited. Each runs in a task of its own."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, ParamSpec

import structlog

from chatbot import outcome
from chatbot.delivery import Backoff, ChatError, ChatRefused
from chatbot.frontend import Asked
from chatbot.languages import Languages
from chatbot.late import LATE_AFTER, Lateness, Missed, command_of
from chatbot.outcome import question_in, shows_status, still_stands
from chatbot.people.access import Access, Person, Role
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
        self,
        api: TelegramApi,
        dispatcher: Dispatcher,
        access: Access,
        languages: Languages,
        clock: Clock,
        asked: Asked | None = None,
    ) -> None:
        self._api = api
        self._dispatcher = dispatcher
        self._access = access
        self._clock = clock
        self._asked = asked
        self._lateness = Lateness(dispatcher, languages)
        self._views: dict[tuple[int, int], str] = {}
        """Which command a message of ours answers: the same one pressed under it replaces it."""

    def too_late(self, incoming: Typed | Pressed, person: Person, silence: timedelta | None) -> bool:
        """Whether it is not to be run any more. `silence`: how long Telegram was out of reach before it came, which is
        all that is known of a press; None = unknown."""
        if isinstance(incoming, Typed):
            late = self._clock.now() - incoming.at > LATE_AFTER and not self._lateness.only_looks(incoming.text)
        else:
            late = silence is None or silence > LATE_AFTER
            late = late and not self._lateness.only_looks_press(incoming.action)
        return late and self._is_member(person)

    async def typed(self, line: Typed, person: Person) -> None:
        alone = line.chat_id == line.user_id
        work = self._dispatcher.line(person, line.text, conversation=_place(line), private=alone)
        reply = await self._shown_working(work, line.chat_id, line.topic)
        if reply is not None:
            answers = line.message_id if line.chat_id != line.user_id else None  # in a group, say whom it answers
            stands = _Standing(person.key, command_of(line.text), question_in(reply), shows_status(reply))
            await self._deliver(line.chat_id, render(reply), line.topic, answers, stands)

    async def pressed(self, press: Pressed, person: Person) -> None:
        answered = asyncio.create_task(self.stop_spinner(press.query_id))
        alone, place, message_id = press.chat_id == press.user_id, str(press.chat_id), str(press.message_id)
        ticket_id = outcome.answers(press.action)
        kept = ticket_id and self._asked is not None and await self._asked.release(place, message_id, ticket_id)
        work = self._dispatcher.press(person, press.action, conversation=_place(press), private=alone)
        reply = await self._shown_working(work, press.chat_id, press.topic)
        written = reply is not None and await self._show_outcome(press, reply, person)
        if kept and self._asked and not written:  # it counts on, or is put to its end
            await self._asked.adopt(place, message_id, ticket_id, "", again=True)
        await answered

    async def cut_off(self, command: Taken) -> None:
        """Tell the sender of a command that the former process did not finish."""
        person = Person("telegram", str(command.user_id))
        if not self._is_member(person):  # shut out meanwhile
            return
        reply = self._lateness.cut_off(person, command.text, pressed=command.pressed)
        await self._deliver(command.chat_id, render(reply), command.topic, None)

    async def caught_up(self, commands: Sequence[Taken], silence: timedelta | None) -> None:
        """Of one conversation: list what came too late, in one message. What shut-out people sent is left out."""
        now = self._clock.now()
        found = [missed for command in commands if (missed := self._missed(command, now, silence)) is not None]
        if found:
            first = commands[0]
            reply = await self._lateness.missed(found, group=first.chat_id != first.user_id)
            await self._deliver(first.chat_id, render(reply), first.topic, None)

    def _missed(self, command: Taken, now: datetime, silence: timedelta | None) -> Missed | None:
        person = Person("telegram", str(command.user_id))
        if not self._is_member(person):
            return None
        if not command.pressed:
            return Missed(person, command.text, now - datetime.fromisoformat(command.sent_at))
        line = command.text.removeprefix("run:") if command.text.startswith("run:") else ""
        return Missed(person, line, silence, pressed=True)

    # ---- showing what a press did

    async def _show_outcome(self, press: Pressed, reply: Reply, person: Person) -> bool:
        """Whether it stands in the message that was pressed."""
        messages = render(reply)
        if press.action.startswith("run:"):  # a view or a next step: whatever stands above stays, unless it is the same
            view = command_of(press.action.removeprefix("run:"))
            stands = _Standing(person.key, view, status=shows_status(reply))
            if not await self._replaced(press, messages, view):
                await self._deliver(press.chat_id, messages, press.topic, None, stands)
                return False
            if stands.status and self._asked is not None:
                await self._asked.keep_live(_place(press), str(press.message_id), person.key)
            return True
        if still_stands(reply, member=self._is_member(person)):
            await self._deliver(press.chat_id, messages, press.topic, press.message_id)
            return False
        if not (written := await self._appended(press, reply)):
            await self._patiently(self._api.remove_buttons, press.chat_id, press.message_id)
            stands = _Standing(person.key, question=question_in(reply))
            await self._deliver(press.chat_id, messages, press.topic, press.message_id, stands)
        return written

    async def _replaced(self, press: Pressed, messages: list[Message], view: str) -> bool:
        shown = self._views.get((press.chat_id, press.message_id))
        if shown != view or len(messages) != 1 or messages[0].file is not None or press.text is None:
            return False
        return await self._patiently(self._api.edit, press.chat_id, press.message_id, messages[0]) is not None

    async def _appended(self, press: Pressed, reply: Reply) -> bool:
        """A question was answered: its text stays, the outcome stands below, the buttons are gone."""
        more = (reply.table, reply.picture, reply.document)
        if press.text is None or reply.buttons or any(part is not None for part in more):
            return False
        text = f"{press.text}\n\n{reply.text()}"
        if units(text) > MAX_TEXT:
            return False
        edited = await self._patiently(self._api.close_message, press.chat_id, press.message_id, text, press.entities)
        return edited is not None

    # ---- sending

    async def _deliver(
        self,
        chat_id: int,
        messages: list[Message],
        topic: int | None,
        answers: int | None,
        stands: _Standing | None = None,
    ) -> None:
        sent: int | None = None
        for message in messages:
            sent = await self._patiently(self._api.send, chat_id, message, topic, answers)
            if sent is None:
                return
        if stands is not None and sent is not None:
            await self._stands(chat_id, topic, sent, stands, alone=len(messages) == 1)

    async def _stands(self, chat_id: int, topic: int | None, sent: int, stands: _Standing, *, alone: bool) -> None:
        """The last message of a reply is there; `alone`: it is the only one."""
        if stands.view and alone:
            self._remember(chat_id, sent, stands.view)
        if self._asked is None:
            return
        if stands.question is not None:
            await self._asked.adopt(str(chat_id), str(sent), *stands.question)
        if stands.status and alone:
            await self._asked.keep_live(_named(chat_id, topic), str(sent), stands.person)

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

    async def stop_spinner(self, query_id: str) -> None:
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


@dataclass(frozen=True, slots=True)
class _Standing:
    """What a reply to `person` (by key) leaves in the chat: the view it is (the same one pressed under it replaces it),
    ticket and market of the question it asks, `status`: it is kept up to date."""

    person: str
    view: str = ""
    question: tuple[str, str] | None = None
    status: bool = False


def _place(incoming: Typed | Pressed) -> str:
    return _named(incoming.chat_id, incoming.topic)


def _named(chat_id: int, topic: int | None) -> str:
    """As the outbox names it: a topic behind its chat."""
    return str(chat_id) if topic is None else f"{chat_id}/{topic}"
