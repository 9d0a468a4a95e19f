"""The people of the day and their phones: what they type and press, and how each of it was answered.

On Telegram they type in a group, where an answer names the message it answers; what is told of the trading goes to the
owner's own chat. On Slack each command has its response address, and each direct message is a thread of its own."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Any

from tests.day.named import named
from tests.e2e.house import CHANNEL, OWNER, House
from tests.fakes.slack_server import Envelope, PostedMessage
from tests.fakes.telegram_server import SentMessage

GROUP = -55
ON_TELEGRAM = {"owner": OWNER, "trader": 43, "viewer": 44}
ON_SLACK = {"owner": "U1", "trader": "U2", "viewer": "U3"}


@dataclass(slots=True, eq=False)
class Asked:
    """One command of a person; `line` as the audit trail has it, empty for a button. `answers` counts those that belong
    to it alone; `posted` stands in a message of the channel that may answer it instead.

    `place` is the conversation that would be told that it was cut off or came late; `after` the trouble before it."""

    platform: str
    role: str
    line: str
    place: str
    answers: Callable[[], int]
    after: str = ""
    posted: str = ""
    pressed: bool = False
    at: float = field(default_factory=time.monotonic)

    @property
    def person(self) -> str:
        ids = ON_TELEGRAM if self.platform == "telegram" else ON_SLACK
        return f"{self.platform}:{ids[self.role]}"

    @property
    def answered(self) -> bool:
        return self.answers() > 0


@dataclass(slots=True)
class Phones:
    """What was asked so far is in `asked`; `repeats` and `swaps` count what the services did on top."""

    house: House
    dice: Random
    asked: list[Asked] = field(default_factory=list)
    trouble: str = ""
    repeats: int = 0
    swaps: int = 0
    _ids: Any = field(default_factory=lambda: itertools.count(5_000_000))
    _updates: list[dict[str, Any]] = field(default_factory=list)
    _envelopes: list[Envelope] = field(default_factory=list)
    _waiting: list[tuple[str, str, float]] = field(default_factory=list)

    # ---- Telegram

    def telegram(self, role: str, line: str, *, age: float = 0.0) -> Asked:
        number = next(self._ids)
        update = {
            "message": {
                "message_id": number,
                "from": {"id": ON_TELEGRAM[role], "is_bot": False, "first_name": role},
                "chat": {"id": GROUP, "type": "supergroup"},
                "date": int(time.time() - age),
                "text": line if line.startswith("/") else f"@{self.house.telegram.username} {line}",
            }
        }
        self._inject(update)
        server = self.house.telegram
        return self._ask("telegram", role, line, str(GROUP), lambda: sum(m.reply_to == number for m in server.messages))

    def press_telegram(self, role: str, message: SentMessage, label: str) -> Asked:
        """What came of it is written into the message, which loses the button, or said under it."""
        server = self.house.telegram

        def under() -> int:
            return sum(m.reply_to == message.message_id for m in server.messages)

        before = under()
        server.press(ON_TELEGRAM[role], message, label, name=role)
        return self._ask("telegram", role, "", str(GROUP), lambda: under() - before + (label not in message.labels))

    def _ask(
        self, platform: str, role: str, line: str, place: str, answers: Callable[[], int], *, posted: str = ""
    ) -> Asked:
        asked = Asked(platform, role, line, place, answers, self.trouble, posted, pressed=not line)
        self.asked.append(asked)
        return asked

    def _inject(self, update: dict[str, Any]) -> None:
        number = self.house.telegram.inject(update)
        self._updates = [*self._updates[-20:], {**update, "update_id": number}]

    def repeat_telegram(self) -> None:
        """An update that came lately comes again."""
        if self._updates:
            self.house.telegram.inject(self.dice.choice(self._updates))
            self.repeats += 1

    def swap_telegram(self, role: str, lines: tuple[str, str]) -> None:
        """Two commands, the later one handed out first."""
        for line in lines:
            self.telegram(role, line)
        self.house.telegram.swap()
        self.swaps += 1

    # ---- Slack

    async def slack(self, role: str, line: str, *, age: float = 0.0) -> None:
        """A slash command, or a direct message when it is a sentence; while the app has no connection Slack keeps
        messages and refuses commands, so that a person types them again."""
        if not self.house.slack.is_linked:
            self._waiting.append((role, line, time.time() - age))
            return
        server, place = self.house.slack, f"D{ON_SLACK[role]}"
        if age or (" " in line and not line.startswith("/")):
            stamp = f"{time.time():.6f}"
            sent = await server.direct_message(ON_SLACK[role], line, age=age, ts=stamp, thread_ts=stamp)
            self._ask("slack", role, line, place, lambda: sum(m.thread == stamp for m in server.messages))
        elif line.startswith("/buy ") and self.dice.random() < 0.5:  # with the slash it is no sentence
            sent = await server.command(ON_SLACK[role], line, channel=CHANNEL, name=role)
            self._ask("slack", role, line, place, self._responses(sent), posted=line.split()[-1])
        else:
            said = line.removeprefix("/")
            sent = await server.command(ON_SLACK[role], said, channel=CHANNEL, name=role)
            posted = "As of " if said == "status" else ""
            self._ask("slack", role, said if " " in said else line, place, self._responses(sent), posted=posted)
        self._envelopes = [*self._envelopes[-20:], sent]

    async def press_slack(self, role: str, message: PostedMessage, label: str) -> None:
        if not self.house.slack.is_linked:
            return
        sent = await self.house.slack.press(ON_SLACK[role], message, label)
        self._envelopes = [*self._envelopes[-20:], sent]
        self._ask("slack", role, "", message.channel, self._responses(sent))

    def _responses(self, sent: Envelope) -> Callable[[], int]:
        address = sent.body["payload"]["response_url"]
        return lambda: self.house.slack.responded[address]

    async def catch_up(self) -> None:
        """What was typed on Slack while there was no connection, and envelopes that nobody acknowledged."""
        waiting, self._waiting = self._waiting, []
        for sent in [sent for sent in self._envelopes if not sent.acknowledgements]:
            await self.house.slack.send_again(sent)
        for role, line, at in waiting:
            await self.slack(role, line, age=time.time() - at)

    async def repeat_slack(self, *, event: bool) -> None:
        """An envelope that came lately comes again; `event`: the same event in an envelope of its own."""
        if not self._envelopes or not self.house.slack.is_linked:
            return
        sent = self.dice.choice(self._envelopes)
        if event and sent.body["type"] == "events_api":
            await self.house.slack.send("events_api", sent.body["payload"], retry_attempt=1, retry_reason="timeout")
        else:
            await self.house.slack.send_again(sent)
        self.repeats += 1

    # ---- what became of it

    @property
    def open(self) -> tuple[list[Asked], list[Asked]]:
        """Commands without an answer: those that a message names as cut off or late, and the others. Each message
        answers, and each word tells of, as many commands as it names."""
        words = [word for word in named(self.house) for _ in range(word.left)]
        posts = [m for m in self.house.slack.messages if m.channel == CHANNEL]
        left = [asked for asked in self.asked if not asked.answered]
        fits = [
            [n for n, word in enumerate(words) if word.tells_of(asked)]
            + [
                len(words) + n
                for n, m in enumerate(posts)
                if asked.posted and asked.posted in m.shown and m.at > asked.at
            ]
            for asked in left
        ]
        given = {asker: message for message, asker in _handed_out(fits).items()}
        told = [asked for n, asked in enumerate(left) if given.get(n, len(words)) < len(words)]
        return told, [asked for n, asked in enumerate(left) if n not in given]


def _handed_out(fits: list[list[int]]) -> dict[int, int]:
    """Message → whom it goes to: as many as can be get one of those that fit them, and no message goes to two."""
    taken: dict[int, int] = {}

    def give(asker: int, tried: set[int]) -> bool:
        for message in fits[asker]:
            if message not in tried:
                tried.add(message)
                if message not in taken or give(taken[message], tried):
                    taken[message] = asker
                    return True
        return False

    for asker in range(len(fits)):
        give(asker, set())
    return taken
