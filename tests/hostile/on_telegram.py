"""A thousand hostile updates against Telegram's front end, dispatcher and storage, all of them real; the desk is a fake
that remembers what it was told to do."""

from __future__ import annotations

import asyncio
import copy
import random
import time
from collections.abc import Callable
from typing import Any

from chatbot.telegram.frontend import TelegramFrontEnd
from tests.chatbot.chat_bench import OWNER, VIEWER, Bench
from tests.fakes.telegram_server import SentMessage, TelegramServer
from tests.hostile import texts
from tests.hostile.tally import Tally, Watch, crashes
from trader.clock import SystemClock

ME, WATCHER, GROUP = int(OWNER.user_id), int(VIEWER.user_id), -100
REQUIRED = (
    ("from",),
    ("from", "id"),
    ("chat",),
    ("chat", "id"),
    ("text",),
    ("date",),
    ("message_id",),
)
"""Without any of these a message is none."""


class Attack:
    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed)
        self.bench = Bench()
        self.tally = Tally("telegram")
        self.telegram = TelegramServer()
        self.mine: list[dict[str, Any]] = []
        self.buttons: list[tuple[SentMessage, str]] = []
        self.question: SentMessage
        self.ticket: SentMessage
        self.code = ""

    async def run(self, count: int) -> Tally:
        began = time.monotonic()
        with crashes(self.tally):
            async with self.telegram as telegram:
                front = TelegramFrontEnd(
                    telegram.token,
                    telegram.url,
                    self.bench.dispatcher,
                    self.bench.storage,
                    self.bench.access,
                    self.bench.languages,
                    clock=SystemClock(),
                    poll_seconds=1,
                    backoff=(0.02, 0.1),
                )
                await front.start()
                try:
                    await self._prepare()
                    watch = await Watch.begin(self.bench)
                    await self._attack(count)
                    self.tally.accepted = await watch.accepted()
                    self._look_for_markup()
                    await self._still_answers()
                finally:
                    await front.stop()
        self.tally.seconds = time.monotonic() - began
        return self.tally

    async def _prepare(self) -> None:
        """The owner does three things whose traces an attacker will use: a question in a group, a proposal in private,
        an invitation."""
        telegram = self.telegram
        telegram.say(ME, "/panic", chat_id=GROUP)
        self.question = await telegram.next_message()
        telegram.say(ME, "/buy BTC 50000")
        self.ticket = await telegram.next_message()
        telegram.say(ME, "/pause")
        await telegram.next_message()
        messages = (self.question, self.ticket)
        self.buttons = [(m, b["callback_data"]) for m in messages for row in m.keyboard for b in row]
        self.mine = [
            self._message(ME, text, update_id=500_000 + n) for n, text in enumerate(("/panic", "/buy", "/pause"))
        ]
        self.code = self.bench.people.pairing.issue(self.bench.access.role_of(OWNER), OWNER.key)

    async def _attack(self, count: int) -> None:
        kinds: list[Callable[[], None]] = [
            self.wrong_types,
            self.huge_text,
            self.deep_nesting,
            self.unreadable_json,
            self.forged_buttons,
            self.others_tokens,
            self.strangers,
            self.group_members,
            self.guessed_codes,
            self.replays,
            self.markup,
            self.invisible_characters,
            self.forwarded_edited_posted,
            self.bots,
            self.viewers_overreaching,
        ]
        schedule = [kinds[number % len(kinds)] for number in range(count)]
        schedule.sort(key=lambda kind: kind == self.unreadable_json)
        for number, kind in enumerate(schedule):
            self.tally.sent[kind.__name__.replace("_", " ")] += 1
            kind()
            if number % 50 == 49:
                await self._taken()
        self.telegram.say(666, f"/pair {self.code}", chat_id=GROUP)  # a real code, but where others read it
        await self._taken()

    async def _taken(self) -> None:
        """Every update is confirmed. What has no id that could be confirmed goes with the next one that has."""
        self.telegram.inject({"edited_message": {}, "message": {}})
        await self.telegram.until(lambda: self.telegram.unconfirmed == 0, timeout=20)

    # ---- the kinds

    def _message(self, user: int, text: str, *, chat: int | None = None, **more: Any) -> dict[str, Any]:
        update_id = {"update_id": more.pop("update_id")} if "update_id" in more else {}
        message = {
            "message_id": self.rng.randint(1, 10**6),
            "from": {"id": user, "is_bot": False, "first_name": "Mallory"},
            "chat": {"id": chat or user, "type": "private" if chat is None else "supergroup"},
            "date": int(time.time()),
            "text": text,
            **more,
        }
        return {**update_id, "message": message}

    def _command(self) -> str:
        return self.rng.choice(texts.COMMANDS)

    def wrong_types(self) -> None:
        """The owner's own message, with one thing in it that cannot be."""
        update = self._message(ME, self._command())
        path = self.rng.choice(REQUIRED)
        holder: Any = update["message"]
        for name in path[:-1]:
            holder = holder[name]
        wrong = texts.junk(self.rng)
        if self.rng.random() < 0.2:
            del holder[path[-1]]
        elif path == ("text",) and isinstance(wrong, str):
            holder[path[-1]] = ["/stop"]
        elif isinstance(wrong, int) and abs(wrong) < 2**53:
            holder[path[-1]] = str(wrong)
        else:
            holder[path[-1]] = wrong
        if self.rng.random() < 0.1:
            update = {"callback_query": texts.junk(self.rng), "message": texts.junk(self.rng)}
        self.telegram.inject(update)

    def huge_text(self) -> None:
        size = self.rng.choice((5_000, 20_000, 100_000))
        self.telegram.inject(self._message(self.rng.choice((ME, 666)), self._command() + " " + "x" * size))

    def deep_nesting(self) -> None:
        deep = texts.nested(self.rng.randint(50, 400))
        where = self.rng.choice(("entities", "reply_to_message", "reply_markup", "from"))
        self.telegram.inject(
            self._message(ME, "/stop") | {"message": {**self._message(ME, "/stop")["message"], where: deep}}
        )

    def unreadable_json(self) -> None:
        self.telegram.inject_text(self.rng.choice(("[" * 5_000 + "]" * 5_000, "9" * 5_000)))

    def forged_buttons(self) -> None:
        """Also under the owner's own finger; a made-up ticket under others' only, since the fake desk takes any."""
        rng = self.rng
        if rng.random() < 0.2:
            action = f"{rng.choice(('ok', 'half', 'no'))}:{texts.token(rng, 16)}"
            self.telegram.press_data(rng.choice((WATCHER, 666)), self.ticket, action)
            return
        action = rng.choice(
            (
                f"do:{texts.token(rng)}",
                f"{texts.token(rng, 2)}:{texts.token(rng)}",
                texts.token(rng, 5000),
                "do:",
                ":",
                "run:",
                "run:run:run:/stop",
                "\u202edo:x",
            )
        )
        self.telegram.press_data(rng.choice((ME, WATCHER, 666)), rng.choice((self.question, self.ticket)), action)

    def others_tokens(self) -> None:
        """The buttons of the owner's question and proposal, pressed by somebody else."""
        message, data = self.rng.choice(self.buttons)
        self.telegram.press_data(self.rng.choice((WATCHER, 666, 10**9 + self.rng.randint(1, 9))), message, data)

    def strangers(self) -> None:
        user = 10**6 + self.rng.randint(1, 40)
        if self.rng.random() < 0.5:
            self.telegram.inject(self._message(user, self._command()))
        else:
            self.telegram.press_data(user, self.question, f"run:{self.rng.choice(texts.COMMANDS[:7])}")

    def group_members(self) -> None:
        """In the owner's group, calling the bot in every way it can be called there."""
        text = self.rng.choice((self._command(), f"@{self.telegram.username} {self._command().lstrip('/')}"))
        ours = {"reply_to_message": {"message_id": 1, "from": {"id": self.telegram.bot_id, "is_bot": True}}}
        self.telegram.inject(self._message(10**7 + self.rng.randint(1, 20), text, chat=GROUP, **ours))

    def guessed_codes(self) -> None:
        user = 10**8 + self.rng.randint(1, 10**6)
        chat = self.rng.choice((None, GROUP))
        self.telegram.inject(self._message(user, f"/pair {texts.code(self.rng)}", chat=chat))

    def replays(self) -> None:
        """What the owner sent is sent again, under the same id."""
        self.telegram.inject(copy.deepcopy(self.rng.choice(self.mine)))

    def markup(self) -> None:
        text, name = self.rng.choice(texts.MARKUP), self.rng.choice(texts.MARKUP)
        sender = {"id": WATCHER, "is_bot": False, "first_name": name, "last_name": text}
        self.telegram.inject(self._message(WATCHER, f"/x{text}", **{"from": sender}))

    def invisible_characters(self) -> None:
        text = texts.disguised(self.rng, self.rng.choice(texts.COMMANDS[:13]))
        user = self.rng.choice((666, 667))
        sender = {"id": user, "is_bot": False, "first_name": texts.disguised(self.rng, "Owner")}
        self.telegram.inject(self._message(user, text, **{"from": sender}))

    def forwarded_edited_posted(self) -> None:
        """The owner's words, but not said by the owner here and now."""
        update = self._message(ME, self._command())
        marks = (
            {"forward_origin": {"type": "user", "sender_user": {"id": ME}}},
            {"forward_date": 1},
            {"via_bot": {"id": 1, "is_bot": True}},
            {"edit_date": 1},
            {"sender_chat": {"id": GROUP, "type": "supergroup"}},
        )
        if self.rng.random() < 0.5:
            update["message"] |= self.rng.choice(marks)
            self.telegram.inject(update)
        else:
            kind = self.rng.choice(("edited_message", "channel_post", "edited_channel_post", "business_message"))
            self.telegram.inject({kind: update["message"]})

    def bots(self) -> None:
        sender = {"id": ME, "is_bot": self.rng.choice((True, 1, "yes")), "first_name": "Bot"}
        self.telegram.inject(self._message(ME, self._command(), **{"from": sender}))

    def viewers_overreaching(self) -> None:
        self.telegram.inject(self._message(WATCHER, self.rng.choice(texts.COMMANDS[:13])))

    # ---- afterwards

    def _look_for_markup(self) -> None:
        """A message that Telegram could not parse is sent again without markup: none of ours may be one of those."""
        for call in self.telegram.called("sendMessage"):
            if call.params.get("parse_mode") != "HTML":
                self.tally.injected.append(str(call.params.get("text"))[:200])

    async def _still_answers(self) -> None:
        self.telegram.say(ME, "/help")
        try:
            await self.telegram.until(lambda: any("/resume" in m.text for m in self.telegram.messages), timeout=20)
            self.tally.still_answers = True
        except TimeoutError:
            self.tally.still_answers = False


def attack(count: int, seed: int) -> Tally:
    """For the script; a test awaits `Attack.run`."""
    return asyncio.run(Attack(seed).run(count))
