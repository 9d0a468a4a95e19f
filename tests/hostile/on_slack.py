"""A thousand hostile envelopes against Slack's front end and dispatcher, both real, through the real library."""

from __future__ import annotations

import asyncio
import copy
import json
import random
import time
from collections.abc import Awaitable, Callable
from typing import Any

from chatbot.slack.frontend import SlackFrontEnd
from tests.chatbot.chat_bench import TRADER, Bench
from tests.chatbot.fake_desk import NOW
from tests.chatbot.live_bench import home_of
from tests.fakes.slack_server import Envelope, PostedMessage, SlackServer
from tests.hostile import texts
from tests.hostile.tally import Tally, Watch, crashes
from trader.clock import SystemClock
from trader.model.member import Member

ME, WATCHER = TRADER.user_id, "U3"


class Attack:
    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed)
        self.bench = Bench()
        self.bench.access.put(Member("slack", WATCHER, "viewer", "Watcher", "environment", NOW))
        self.tally = Tally("slack")
        self.slack = SlackServer()
        self.mine: list[Envelope] = []
        self.buttons: list[tuple[PostedMessage, dict[str, Any]]] = []
        self.code = ""

    async def run(self, count: int) -> Tally:
        began = time.monotonic()
        with crashes(self.tally):
            async with self.slack as slack:
                front = SlackFrontEnd(
                    slack.bot_token,
                    slack.app_token,
                    slack.url,
                    self.bench.dispatcher,
                    self.bench.storage,
                    self.bench.access,
                    self.bench.languages,
                    clock=SystemClock(),
                    home=home_of(self.bench),
                    backoff=(0.02, 0.1),
                )
                await front.start()
                await slack.linked()
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
        """The trader asks /panic in a channel, proposes a purchase and pauses; an owner makes a code."""
        for text in ("panic", "/buy BTC 50000"):
            self.mine.append(await self.slack.command(ME, text))
            message = await self.slack.next_message()
            self.buttons += [(message, button) for button in message.buttons]
        self.mine.append(await self.slack.direct_message(ME, "/pause"))
        await self.slack.next_message()
        self.code = self.bench.people.pairing.issue(self.bench.access.role_of(TRADER), "telegram:1")

    async def _attack(self, count: int) -> None:
        kinds: list[Callable[[], Awaitable[object]]] = [
            self.wrong_types,
            self.huge_text,
            self.deep_nesting,
            self.no_json,
            self.forged_buttons,
            self.others_tokens,
            self.strangers,
            self.guessed_codes,
            self.replayed_envelopes,
            self.replayed_events,
            self.markup,
            self.invisible_characters,
            self.edited_shared_quoted,
            self.bots_and_joins,
            self.channel_talk,
            self.viewers_overreaching,
            self.home_tabs,
        ]
        for number in range(count):
            kind = kinds[number % len(kinds)]
            self.tally.sent[kind.__name__.replace("_", " ")] += 1
            await kind()
            if number % 50 == 49:
                await self._taken()
        await self.slack.event(
            {"type": "app_mention", "user": "U666", "text": f"<@UBOT> /pair {self.code}", "channel": "C1"}
        )
        await self._taken()

    async def _taken(self) -> None:
        """What was sent before is acknowledged."""
        last = await self.slack.send("novelty", {})
        await self.slack.until(lambda: last.acknowledgements > 0, timeout=20)

    # ---- the kinds

    def _command(self) -> str:
        return self.rng.choice(texts.COMMANDS)

    def _slash(self, user: Any, text: Any, **more: Any) -> dict[str, Any]:
        return {
            "command": "/trader",
            "text": text,
            "user_id": user,
            "user_name": "mallory",
            "channel_id": "C1",
            "team_id": "T1",
            "response_url": "http://127.0.0.1:9/never",
            "trigger_id": "t1",
            **more,
        }

    async def wrong_types(self) -> None:
        """The trader's own command, press or message, with one thing in it that cannot be."""
        rng, wrong = self.rng, texts.junk(self.rng)
        if wrong in ("text", "1", ""):
            wrong = ["U2"]
        case = rng.randint(0, 4)
        if case == 0:
            await self.slack.send(
                "slash_commands",
                self._slash(ME, self._command()) | {rng.choice(("user_id", "channel_id", "command")): wrong},
            )
        elif case == 1:
            await self.slack.send("slash_commands", self._slash(ME, [wrong]))
        elif case == 2:
            payload = self._press(ME, *rng.choice(self.buttons))
            holder, name = rng.choice(
                ((payload, "user"), (payload["actions"][0], "value"), (payload, "actions"), (payload["user"], "id"))
            )
            holder[name] = wrong
            await self.slack.send("interactive", payload)
        elif case == 3:
            await self.slack.event(
                {"type": "message", "channel_type": "im", "user": wrong, "text": "/stop", "channel": "D1"}
            )
        else:
            await self.slack.send(
                rng.choice(("slash_commands", "interactive", "events_api", "hello", "novelty")), wrong
            )

    async def huge_text(self) -> None:
        text = f"{self._command()} {'x' * self.rng.choice((5_000, 50_000, 200_000))}"
        if self.rng.random() < 0.5:
            await self.slack.send("slash_commands", self._slash(ME, text))
        else:
            await self.slack.direct_message(self.rng.choice((ME, "U666")), text)

    async def deep_nesting(self) -> None:
        deep = texts.nested(self.rng.randint(50, 400))
        payload = self._press(ME, *self.rng.choice(self.buttons))
        payload["message"]["blocks"] = deep
        kind = self.rng.choice(("interactive", "slash_commands"))
        await self.slack.send(kind, payload if kind == "interactive" else self._slash(ME, "stop", extra=deep))

    async def no_json(self) -> None:
        junk = (
            "{",
            "null",
            "[]",
            "7",
            '"text"',
            "[" * 50_000,
            '{"envelope_id": ' + "9" * 5_000 + "}",
            '{"envelope_id": {}}',
            "\x00",
        )
        await self.slack.send_raw(self.rng.choice(junk))

    def _press(self, user: Any, message: PostedMessage, button: dict[str, Any]) -> dict[str, Any]:
        return copy.deepcopy(
            {
                "type": "block_actions",
                "team": {"id": "T1", "domain": "local"},
                "user": {"id": user, "username": "mallory", "team_id": "T1"},
                "channel": {"id": message.channel},
                "container": {"type": "message", "message_ts": message.ts, "channel_id": message.channel},
                "message": {"ts": message.ts, "text": message.text, "blocks": message.blocks},
                "response_url": "",
                "actions": [{**button, "action_ts": f"{time.time():.6f}"}],
            }
        )

    async def forged_buttons(self) -> None:
        """A made-up ticket under others' fingers only, since the fake desk takes any."""
        rng = self.rng
        user, value = rng.choice((ME, WATCHER, "U666")), f"do:{texts.token(rng)}"
        if rng.random() < 0.6:
            user = rng.choice((WATCHER, "U666"))
            value = rng.choice(
                (
                    f"ok:{texts.token(rng, 16)}",
                    "run:/stop",
                    "run:/panic",
                    texts.token(rng, 3000),
                    "do:",
                    "run:run:/stop",
                )
            )
        message, button = rng.choice(self.buttons)
        await self.slack.send("interactive", self._press(user, message, {**button, "value": value}))

    async def others_tokens(self) -> None:
        """The buttons of the trader's question and proposal, pressed by somebody else."""
        await self.slack.send(
            "interactive", self._press(self.rng.choice((WATCHER, "U666", "W9")), *self.rng.choice(self.buttons))
        )

    async def strangers(self) -> None:
        user = f"U9{self.rng.randint(1, 40)}"
        if self.rng.random() < 0.5:
            await self.slack.command(user, self._command())
        else:
            await self.slack.direct_message(user, self._command())

    async def guessed_codes(self) -> None:
        user = f"U8{self.rng.randint(1, 10**6)}"
        await self.slack.direct_message(user, f"/pair {texts.code(self.rng)}")

    async def replayed_envelopes(self) -> None:
        await self.slack.send_again(self.rng.choice(self.mine))

    async def replayed_events(self) -> None:
        """The same event in a new envelope."""
        event = next(e for e in self.mine if e.body["type"] == "events_api")
        await self.slack.send(
            "events_api", copy.deepcopy(event.body["payload"]), retry_attempt=1, retry_reason="timeout"
        )

    async def markup(self) -> None:
        name, text = self.rng.choice(texts.MARKUP), self.rng.choice(texts.MARKUP)
        if self.rng.random() < 0.5:
            await self.slack.command(WATCHER, f"/x{text}".replace(" ", ""), name=name)
        else:
            await self.slack.direct_message(WATCHER, f"/x{text}")

    async def invisible_characters(self) -> None:
        await self.slack.direct_message(self.rng.choice(("U666", "U667")), texts.disguised(self.rng, self._command()))

    async def edited_shared_quoted(self) -> None:
        """The trader's words, but not said by the trader here and now."""
        quote = {"type": "rich_text", "elements": [{"type": "rich_text_quote", "elements": []}]}
        mark: dict[str, Any] = self.rng.choice(
            (
                {"subtype": "message_changed"},
                {"edited": {"user": ME, "ts": "1.0"}},
                {"attachments": [{"is_share": True}]},
                {"blocks": [quote]},
                {"hidden": True},
                {"subtype": "file_share"},
            )
        )
        await self.slack.direct_message(ME, self._command(), **mark)

    async def bots_and_joins(self) -> None:
        mark = self.rng.choice(({"bot_id": "B9"}, {"subtype": "bot_message"}, {"subtype": "channel_join"}))
        await self.slack.direct_message(ME, self._command(), **mark)

    async def channel_talk(self) -> None:
        """The trader talks to others in a channel the bot is in."""
        await self.slack.direct_message(ME, self._command(), channel_type=self.rng.choice(("channel", "group", "mpim")))

    async def viewers_overreaching(self) -> None:
        await self.slack.command(WATCHER, self.rng.choice(texts.COMMANDS[:13]))

    async def home_tabs(self) -> None:
        """Strangers who open the Home tab, pages nobody published, and presses on them by those who may not."""
        rng, case = self.rng, self.rng.randint(0, 2)
        if case == 0:
            await self.slack.open_home(f"U7{rng.randint(1, 40)}")
        elif case == 1:
            event = {"type": "app_home_opened", "user": "U666", "channel": "D1", "tab": "home"}
            await self.slack.event(event | {rng.choice(("user", "tab", "view", "channel")): texts.junk(rng)})
        else:
            message, button = rng.choice(self.buttons)
            value = rng.choice((button["value"], "run:/stop", "run:/panic", f"ok:{texts.token(rng, 16)}"))
            payload = self._press(rng.choice((WATCHER, "U666")), message, {**button, "value": value})
            for name in ("channel", "message", "response_url"):
                del payload[name]
            view = rng.choice(({"type": "home", "id": "V1"}, {"type": "home", "blocks": texts.nested(60)}))
            await self.slack.send("interactive", payload | {"container": {"type": "view"}, "view": view})

    # ---- afterwards

    def _look_for_markup(self) -> None:
        """Slack reads markup in the plain text beside the blocks, and in mrkdwn elements: there must be none; and
        strangers see nothing on their Home tab."""
        for message in self.slack.messages:
            if "<" in message.text or '"mrkdwn"' in json.dumps(message.blocks):
                self.tally.injected.append(message.text[:200])
        for user_id, page in self.slack.homes.items():
            if user_id not in (ME, WATCHER) and ("KRW" in page.shown or page.buttons):
                self.tally.injected.append(f"{user_id} saw {page.shown[:200]}")

    async def _still_answers(self) -> None:
        await self.slack.direct_message(ME, "/help")
        try:
            await self.slack.until(lambda: any("/pause" in m.shown for m in self.slack.messages), timeout=20)
            self.tally.still_answers = True
        except TimeoutError:
            self.tally.still_answers = False


def attack(count: int, seed: int) -> Tally:
    """For the script; a test awaits `Attack.run`."""
    return asyncio.run(Attack(seed).run(count))
