"""One line or press → the dispatcher → what is posted and changed. Each runs in a task of its own."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import structlog

from chatbot.access import Access, Person, Role
from chatbot.delivery import Backoff, ChatError, ChatRefused
from chatbot.languages import Languages
from chatbot.late import LATE_AFTER, Lateness, command_of
from chatbot.outcome import still_stands
from chatbot.reply import Reply, Tone
from chatbot.slack.envelopes import Pressed, Typed
from chatbot.slack.render import Message, outcome_blocks, render, view_of, without_buttons
from trader.clock import Clock

if TYPE_CHECKING:
    from chatbot.dispatch import Dispatcher
    from chatbot.slack.api import SlackApi

log = structlog.get_logger(__name__)


class Handling:
    """Answers go to the response address of the command or press, and to the channel when that is spent."""

    def __init__(
        self, api: SlackApi, dispatcher: Dispatcher, access: Access, languages: Languages, clock: Clock
    ) -> None:
        self._api = api
        self._dispatcher = dispatcher
        self._access = access
        self._clock = clock
        self._lateness = Lateness(dispatcher, languages)

    async def typed(self, line: Typed) -> None:
        person = Person("slack", line.user_id, line.name or line.user_id)
        age = self._clock.now() - (line.at or self._clock.now())
        if age > LATE_AFTER and self._is_member(person) and not self._lateness.only_looks(line.text):
            reply: Reply | None = self._lateness.line(person, line.text, age)
        else:
            reply = await self._dispatcher.line(person, line.text, conversation=line.channel)
        if reply is None:
            return
        for message in render(reply, command_of(line.text)):
            await self._say(line, message, private=reply.tone is Tone.ERROR or not self._is_member(person))

    async def pressed(self, press: Pressed) -> None:
        person = Person("slack", press.user_id, press.name or press.user_id)
        age = self._clock.now() - (press.at or datetime.fromtimestamp(0, UTC))
        if age > LATE_AFTER and self._is_member(person) and not self._lateness.only_looks_press(press.action):
            reply: Reply | None = self._lateness.press(person, age if press.at is not None else None)
            keep = True
        else:
            reply = await self._dispatcher.press(person, press.action, conversation=press.channel)
            keep = reply is not None and still_stands(reply, member=self._is_member(person))
        if reply is not None:
            await self._show_outcome(press, reply, keep=keep)

    # ---- showing what a press did

    async def _show_outcome(self, press: Pressed, reply: Reply, *, keep: bool) -> None:
        """`keep`: it did not happen, the buttons stay for whoever may press them."""
        view = command_of(press.action.removeprefix("run:")) if press.action.startswith("run:") else ""
        messages = render(reply, view)
        replacement: Message | None = None
        done = False
        if keep:
            pass
        elif view:  # a view or a next step: whatever stands above stays, unless it is the same
            if view == view_of(press.blocks) and len(messages) == 1 and messages[0].picture is None:
                done, replacement = True, messages[0]
        else:
            blocks = None if reply.buttons or reply.picture else outcome_blocks(press.blocks, reply)
            done = blocks is not None
            replacement = Message(messages[0].text, blocks or without_buttons(press.blocks))
        if replacement is not None:
            done = await self._replace(press, replacement) and done
        if not done:
            for message in messages:
                await self._say(press, message, private=keep)

    async def _replace(self, press: Pressed, message: Message) -> bool:
        body = {"replace_original": True, "text": message.text, "blocks": list(message.blocks)}
        if press.response_url and await self._patiently(self._api.respond, press.response_url, body):
            return True
        if not press.channel or not press.message_ts:
            return False
        return await self._patiently(self._api.update, press.channel, press.message_ts, message.text, message.blocks)

    # ---- sending

    async def _say(self, to: Typed | Pressed, message: Message, *, private: bool) -> None:
        """To the response address (it also works where the bot is not a member), else into the channel."""
        thread = to.thread if isinstance(to, Typed) else ""
        if not to.response_url:
            await self._patiently(self._api.post, to.channel, message, thread)
            return
        await self._patiently(self._api.upload, to.channel, message, thread)
        body: dict[str, Any] = {
            "response_type": "ephemeral" if private else "in_channel",
            "replace_original": False,
            "text": message.text,
            "blocks": list(message.blocks),
        }
        if not await self._patiently(self._api.respond, to.response_url, body):
            await self._patiently(self._api.post, to.channel, Message(message.text, message.blocks), thread)

    async def _patiently(self, call: Any, *args: Any) -> bool:
        """Until Slack took it; False: it refuses."""
        waits = Backoff()
        while True:
            try:
                await call(*args)
            except ChatRefused as refusal:
                log.warning("slack_refused", call=call.__name__, cause=str(refusal))
                return False
            except ChatError as error:
                await asyncio.sleep(waits.after(error))
            else:
                return True

    def _is_member(self, person: Person) -> bool:
        return self._access.role_of(person) is not Role.NOBODY
