"""One line or press → the dispatcher → what is posted and changed. Each runs in a task of its own."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import structlog

from chatbot import outcome
from chatbot.delivery import Backoff, ChatError, ChatRefused
from chatbot.frontend import Asked
from chatbot.languages import Languages
from chatbot.late import LATE_AFTER, Lateness, Missed, command_of
from chatbot.outcome import question_in, shows_status, still_stands
from chatbot.people.access import Access, Person, Role
from chatbot.reply import Reply, Tone
from chatbot.slack.envelopes import Incoming, Opened, Pressed, Typed
from chatbot.slack.home import HomeTab
from chatbot.slack.inbox import Taken
from chatbot.slack.render import Message, outcome_blocks, render, view_of, without_buttons
from trader.clock import Clock

if TYPE_CHECKING:
    from chatbot.dispatch import Dispatcher
    from chatbot.slack.api import SlackApi

log = structlog.get_logger(__name__)


class Handling:
    """Answers go to the response address of the command or press, and to the channel when that is spent."""

    def __init__(
        self,
        api: SlackApi,
        dispatcher: Dispatcher,
        access: Access,
        languages: Languages,
        clock: Clock,
        asked: Asked | None = None,
        home: HomeTab | None = None,
    ) -> None:
        self._api = api
        self._dispatcher = dispatcher
        self._access = access
        self._clock = clock
        self._asked = asked
        self._home = home
        self._languages = languages
        self._lateness = Lateness(dispatcher, languages)

    async def typed(self, line: Typed) -> None:
        person, alone = person_of(line), bool(line.response_url) or line.direct
        reply = await self._dispatcher.line(person, line.text, conversation=line.channel, private=alone)
        if reply is None:
            return
        private = reply.tone is Tone.ERROR or not self.is_member(person)
        await self._say_all(line, reply, render(reply, command_of(line.text)), private=private or reply.private)

    async def opened(self, opened: Opened) -> None:
        if self._home is not None:
            await self._home.opened(opened.user_id)

    async def pressed(self, press: Pressed) -> None:
        if press.home:
            await self._pressed_at_home(press)
            return
        person, alone = person_of(press), bool(press.response_url)
        kept = await self._released(press)
        reply = await self._dispatcher.press(person, press.action, conversation=press.channel, private=alone)
        keep = reply is not None and still_stands(reply, member=self.is_member(person))
        written = reply is not None and await self._show_outcome(press, reply, keep=keep)
        if kept and self._asked is not None and not written:  # it counts on, or is put to its end
            ticket_id = outcome.answers(press.action)
            await self._asked.adopt(_place(press), press.message_ts, ticket_id, "", again=True)

    async def _pressed_at_home(self, press: Pressed) -> None:
        """What comes of it stands on top of the same page; what does not fit there, in the person's own chat."""
        person, home = person_of(press), self._home
        reply = await self._dispatcher.press(person, press.action, conversation=press.user_id, private=True)
        if home is not None and (reply is None or shows_status(reply) or not self.is_member(person)):
            await home.opened(press.user_id)
            return
        if reply is None:
            return
        if home is None or reply.picture is not None or reply.document is not None:
            for message in render(reply):
                await self._patiently(self._api.post, press.user_id, message)
            words = self._languages.words(person.key)
            reply = Reply(reply.title, (words("home-in-messages"),), tone=reply.tone)
        if home is not None:
            await home.answered(press.user_id, reply)

    # ---- what came too late, or was cut off

    def too_late(self, incoming: Incoming) -> bool:
        """Whether it is not to be run any more. Of a slash command nobody knows when it was sent: Slack does not keep
        them."""
        if isinstance(incoming, Opened):
            return False
        if isinstance(incoming, Typed):
            late = self._older(incoming.at or self._clock.now()) and not self._lateness.only_looks(incoming.text)
        else:
            late = self._older(incoming.at or datetime.fromtimestamp(0, UTC))
            late = late and not self._lateness.only_looks_press(incoming.action)
        return late and self.is_member(person_of(incoming))

    def _older(self, sent_at: datetime) -> bool:
        return self._clock.now() - sent_at > LATE_AFTER

    async def cut_off(self, command: Taken) -> None:
        """Tell the sender of a command that the former process did not finish."""
        person = Person("slack", command.user_id)
        if self.is_member(person):  # else shut out meanwhile
            reply = self._lateness.cut_off(person, command.text, pressed=command.pressed)
            await self._post(command, reply)

    async def caught_up(self, commands: Sequence[Taken]) -> None:
        """Of one conversation: list what came too late, in one message."""
        found = [self._missed(command) for command in commands]
        members = [missed for missed in found if self.is_member(missed.person)]
        if members:
            group = not commands[0].channel.startswith(("D", "U", "W"))
            await self._post(commands[0], await self._lateness.missed(members, group=group))

    def _missed(self, command: Taken) -> Missed:
        age = self._clock.now() - datetime.fromisoformat(command.sent_at) if command.sent_at else None
        line = command.text
        if command.pressed:
            line = line.removeprefix("run:") if line.startswith("run:") else ""
        return Missed(Person("slack", command.user_id), line, age, command.pressed)

    async def _post(self, command: Taken, reply: Reply) -> None:
        for message in render(reply):
            await self._patiently(self._api.post, command.channel, message, command.thread)

    async def _released(self, press: Pressed) -> bool:
        """What comes of an answer is written into the question's own message: nobody else may, meanwhile."""
        ticket_id = outcome.answers(press.action)
        if not ticket_id or self._asked is None:
            return False
        return await self._asked.release(_place(press), press.message_ts, ticket_id)

    # ---- showing what a press did

    async def _show_outcome(self, press: Pressed, reply: Reply, *, keep: bool) -> bool:
        """Whether it stands in the message that was pressed. `keep`: it did not happen, the buttons stay for whoever
        may press them."""
        if reply.private:
            await self._say_all(press, reply, render(reply), private=True)
            return False
        view = command_of(press.action.removeprefix("run:")) if press.action.startswith("run:") else ""
        messages = render(reply, view)
        replacement: Message | None = None
        done = stays = False
        if keep:
            pass
        elif view:  # a view or a next step: whatever stands above stays, unless it is the same
            if view == view_of(press.blocks) and len(messages) == 1 and messages[0].file is None:
                done, replacement = True, messages[0]
                stays = shows_status(reply)
        else:
            blocks = None if reply.buttons or reply.picture or reply.document else outcome_blocks(press.blocks, reply)
            done = blocks is not None
            replacement = Message(messages[0].text, blocks or without_buttons(press.blocks))
        if replacement is not None:
            done = await self._replace(press, replacement) and done
        if done and stays and self._asked is not None:
            await self._asked.keep_live(_place(press), press.message_ts, person_of(press).key)
        if not done:
            await self._say_all(press, reply, messages, private=keep)
        return done

    async def _replace(self, press: Pressed, message: Message) -> bool:
        body = {"replace_original": True, "text": message.text, "blocks": list(message.blocks)}
        if press.response_url and await self._patiently(self._api.respond, press.response_url, body):
            return True
        if not press.channel or not press.message_ts:
            return False
        return await self._patiently(self._api.update, press.channel, press.message_ts, message.text, message.blocks)

    # ---- sending

    async def _say_all(self, to: Typed | Pressed, reply: Reply, messages: Sequence[Message], *, private: bool) -> None:
        """What changes afterwards is posted: a message at a response address cannot be edited."""
        question = question_in(reply)
        changes = (question is not None or shows_status(reply)) and len(messages) == 1
        if changes and self._asked is not None and not private:
            remote_id = await self._posted(to.channel, messages[0], to.thread)
            if remote_id and question is not None:
                await self._asked.adopt(_place(to), remote_id, *question)
            elif remote_id:
                await self._asked.keep_live(_place(to), remote_id, person_of(to).key)
            if remote_id:
                return
        for message in messages:
            await self._say(to, message, private=private, only=reply.private)

    async def _posted(self, channel: str, message: Message, thread: str) -> str:
        """A message that can be edited later; one at a response address cannot. Empty: the bot may not post there."""
        waits = Backoff()
        while True:
            try:
                return await self._api.post(channel, message, thread)
            except ChatRefused as refusal:
                log.info("slack_not_posted", cause=str(refusal))
                return ""
            except ChatError as error:
                await asyncio.sleep(waits.after(error))

    async def _say(self, to: Typed | Pressed, message: Message, *, private: bool, only: bool = False) -> None:
        """To the response address (it also works where the bot is not a member), else into the channel; not there with
        `only`, when nobody else may read it."""
        if not to.response_url:
            await self._patiently(self._api.post, to.channel, message, to.thread)
            return
        await self._hand_file(to, message, private=private)
        body: dict[str, Any] = {
            "response_type": "ephemeral" if private else "in_channel",
            "replace_original": False,
            "text": message.text,
            "blocks": list(message.blocks),
            **({"thread_ts": to.thread} if to.thread else {}),
        }
        if not await self._patiently(self._api.respond, to.response_url, body) and not only:
            await self._patiently(self._api.post, to.channel, Message(message.text, message.blocks), to.thread)

    async def _hand_file(self, to: Typed | Pressed, message: Message, *, private: bool) -> None:
        """Where the app is no member, and where nobody else may see it, into the person's own conversation with it."""

        async def hand_over() -> None:
            there = not private and await self._api.upload(to.channel, message, to.thread)
            if not there:
                await self._api.upload(to.user_id, message)

        if message.file is not None:
            await self._patiently(hand_over)

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

    def is_member(self, person: Person) -> bool:
        return self._access.role_of(person) is not Role.NOBODY


def _place(incoming: Typed | Pressed) -> str:
    """As the outbox names it: the app's conversation with a person bears the person's id."""
    return incoming.user_id if incoming.channel.startswith("D") else incoming.channel


def person_of(incoming: Incoming) -> Person:
    return Person("slack", incoming.user_id, incoming.name or incoming.user_id)
