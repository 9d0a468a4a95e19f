"""C3: front ends begin again whatever ends them; two programs on one token are explained once; groups that move are
followed; what is no update is left behind."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from structlog.testing import capture_logs

from chatbot.delivery import Backoff, ChatConflict, ChatUnreachable, Trouble
from chatbot.lasting import Lasting
from chatbot.outside import cleaned, too_deep
from chatbot.reply import Reply
from chatbot.slack.api import SlackApi
from chatbot.slack.frontend import SlackFrontEnd
from chatbot.slack.inbox import Inbox as SlackInbox
from chatbot.slack.link import SlackLink
from chatbot.telegram.frontend import TelegramFrontEnd
from chatbot.telegram.inbox import Inbox
from storage.memory import MemoryStorage
from tests.fakes.slack_server import SlackServer
from tests.fakes.stand_ins import OWNER, Script, access, languages
from tests.fakes.telegram_server import TelegramServer

T0 = datetime(2026, 10, 5, 3, 0, tzinfo=UTC)


def telegram_front(telegram: TelegramServer, script: Script, storage: MemoryStorage | None = None) -> TelegramFrontEnd:
    return TelegramFrontEnd(
        telegram.token,
        telegram.url,
        script,  # type: ignore[arg-type]
        storage or MemoryStorage(),
        access(),
        languages(),
        poll_seconds=1,
        backoff=(0.01, 0.02),
    )


# ---------------------------------------------------------------- beginning again


@pytest.mark.parametrize("end", [RuntimeError("a fault of ours"), asyncio.CancelledError("gone astray"), None])
async def test_a_life_begins_again_whatever_ends_it(end: BaseException | None) -> None:
    lives = 0
    third = asyncio.Event()

    async def live() -> None:
        nonlocal lives
        lives += 1
        if lives == 3:
            third.set()
            await asyncio.sleep(3600)
        if end is not None:
            raise end

    lasting = Lasting("test", live, (0.001, 0.01))
    with capture_logs() as logs:
        lasting.start()
        await asyncio.wait_for(third.wait(), 5)
        await asyncio.wait_for(lasting.stop(), 5)
    assert lives == 3
    assert len([line for line in logs if line["log_level"] == "error"]) == 2


async def test_a_stop_is_a_stop_also_between_two_lives() -> None:
    async def live() -> None:
        raise RuntimeError

    lasting = Lasting("test", live, (3600.0, 3600.0))
    with capture_logs():
        lasting.start()
        await asyncio.sleep(0)
        await asyncio.wait_for(lasting.stop(), 5)


async def test_telegram_goes_on_after_a_fault_of_ours_on_a_new_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    """Taking the updates fails twice with something nobody expected; the command is answered, once."""
    faults = [RuntimeError("first"), KeyError("second")]
    take = TelegramFrontEnd._take

    async def failing(self: TelegramFrontEnd, batch: list[object], *rest: Any) -> int | None:
        if batch and faults:
            raise faults.pop(0)
        return await take(self, batch, *rest)

    monkeypatch.setattr(TelegramFrontEnd, "_take", failing)
    script = Script()
    async with TelegramServer() as telegram:
        front = telegram_front(telegram, script)
        with capture_logs() as logs:
            await front.start()
            telegram.say(OWNER, "/status")
            answer = await telegram.next_message()
            await front.stop()
    assert (answer.text, len(script.lines)) == ("did /status", 1)
    assert [line["event"] for line in logs if line["log_level"] == "error"] == ["front_end_failed"] * 2
    assert len(telegram.called("getMe")) == 3  # each life makes its own connection


async def test_an_answer_in_hand_is_given_though_the_front_end_begins_again(monkeypatch: pytest.MonkeyPatch) -> None:
    script = Script()
    script.slow["/slow"] = asyncio.Event()
    take = TelegramFrontEnd._take
    faults = [RuntimeError("boom")]

    async def failing(self: TelegramFrontEnd, batch: list[object], *rest: Any) -> int | None:
        offset = await take(self, batch, *rest)
        if script.lines and faults:
            raise faults.pop()
        return offset

    monkeypatch.setattr(TelegramFrontEnd, "_take", failing)
    async with TelegramServer() as telegram:
        front = telegram_front(telegram, script)
        with capture_logs():
            await front.start()
            telegram.say(OWNER, "/slow")
            while not script.lines:  # noqa: ASYNC110
                await asyncio.sleep(0.01)
            telegram.say(OWNER, "/next")
            await telegram.until(lambda: any(m.text == "did /next" for m in telegram.messages))
            script.slow["/slow"].set()
            await telegram.until(lambda: any(m.text == "did /slow" for m in telegram.messages))
            await front.stop()
    assert not faults


async def test_slack_goes_on_after_a_fault_of_ours_and_does_nothing_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    faults = [RuntimeError("boom")]
    count = SlackLink._count

    def failing(self: SlackLink, *given: Any) -> None:
        if script.lines and faults:
            raise faults.pop()
        count(self, *given)

    monkeypatch.setattr(SlackLink, "_count", failing)
    script = Script()
    async with SlackServer() as slack:
        front = SlackFrontEnd(
            slack.bot_token,
            slack.app_token,
            slack.url,
            script,  # type: ignore[arg-type]
            MemoryStorage(),
            access(),
            languages(),
            backoff=(0.01, 0.02),
        )
        with capture_logs() as logs:
            await front.start()
            await slack.linked()
            envelope = await slack.command("U42", "status")
            await slack.next_message()
            await slack.announce_refresh()  # the present connection ends, the next one meets the fault
            await slack.until(lambda: len(slack.called("auth.test")) == 2)
            await slack.linked()
            await slack.send_again(envelope)
            await slack.command("U42", "positions")
            await slack.until(lambda: any("positions" in m.shown for m in slack.messages))
            await front.stop()
    assert [line for _, line, _ in script.lines] == ["/status", "/positions"]
    assert [line["event"] for line in logs if line["log_level"] == "error"] == ["front_end_failed"]


# ---------------------------------------------------------------- two programs on one token


def test_two_that_take_turns_are_explained_once() -> None:
    """Each of the two works now and then: only a minute and a half without a conflict ends it."""
    now = 0.0
    told: list[str] = []
    trouble = Trouble("telegram", languages().words(), told.append, monotonic=lambda: now)
    for _ in range(20):
        trouble.begins(ChatConflict("409"))
        now += 30
        trouble.over()
    assert len(told) == 1
    assert "Another program" in told[0]
    now += 90
    trouble.over()
    assert "works again" in told[1]


class Hellos:
    """Connections that say how many there are, and nothing more until they are closed."""

    def __init__(self, *counts: int) -> None:
        self._counts = list(counts)
        self.opened = 0

    async def open_link(self) -> Hello:
        self.opened += 1
        return Hello(self._counts.pop(0))


class Hello:
    close_code = 1006

    def __init__(self, count: int) -> None:
        self._hello: dict[str, Any] | None = {"type": "hello", "num_connections": count}
        self._closed = asyncio.Event()

    async def receive(self, timeout: float | None = None) -> Any:
        import json

        import aiohttp

        if self._hello is not None:
            text, self._hello = json.dumps(self._hello), None
            return aiohttp.WSMessage(aiohttp.WSMsgType.TEXT, text, None)
        async with asyncio.timeout(timeout):
            await self._closed.wait()
        return aiohttp.WSMessage(aiohttp.WSMsgType.CLOSED, None, None)

    async def close(self) -> None:
        self._closed.set()


async def listened(told: list[str], *counts: int) -> None:
    """A link over such connections, looked at again after a hundredth of a second, until they are used up."""

    async def read(envelope: dict[str, Any]) -> None:
        return None

    hellos, trouble = Hellos(*counts), Trouble("slack", languages().words(), told.append, quiet=0.0)
    inbox = SlackInbox(MemoryStorage(), "T1.B1", lambda incoming: True)
    link = SlackLink(
        hellos,  # type: ignore[arg-type]
        trouble,
        read,
        lambda incoming: None,
        inbox,
        lambda incoming: False,
        recheck=(0.01, 0.01),
    )
    running = asyncio.create_task(link.run(Backoff(0.001, 0.001)))
    async with asyncio.timeout(5):
        while hellos.opened < len(counts):  # noqa: ASYNC110
            await asyncio.sleep(0.005)
    await asyncio.sleep(0)
    running.cancel()
    await asyncio.wait({running})


async def test_slack_says_how_many_connections_there_are_and_a_stranger_among_them_is_explained() -> None:
    """First hello: 2 though we have 1; it may be one of ours that died. Second: 3 though we have 2: somebody else's."""
    told: list[str] = []
    await listened(told, 2, 3, 4)
    assert len(told) == 1
    assert "Another program" in told[0]


async def test_a_dead_connection_of_our_own_alarms_nobody() -> None:
    told: list[str] = []
    await listened(told, 2, 2)
    assert told == []


async def test_pings_do_not_put_off_the_second_look_at_who_else_is_connected() -> None:
    """Over the real clients: Slack pings every hundredth of a second, and the second look is due after a tenth."""
    told: list[str] = []

    async def read(envelope: dict[str, Any]) -> None:
        return None

    async with SlackServer() as slack:
        ours, theirs = (SlackApi(slack.bot_token, slack.app_token, slack.url) for _ in range(2))
        stranger = await theirs.open_link()
        await slack.linked()
        trouble = Trouble("slack", languages().words(), told.append, quiet=0.0)
        inbox, nothing = SlackInbox(MemoryStorage(), "T1.B1", lambda incoming: True), lambda incoming: None
        link = SlackLink(ours, trouble, read, nothing, inbox, lambda incoming: False, recheck=(0.1, 60.0))
        running = asyncio.create_task(link.run(Backoff(0.001, 0.001)))
        async with asyncio.timeout(5):
            while not told:
                await slack.ping()
                await asyncio.sleep(0.01)
        running.cancel()
        await asyncio.wait({running})
        await stranger.close()
        await asyncio.gather(ours.close(), theirs.close())
    assert len(told) == 1
    assert "Another program" in told[0]


async def test_a_network_fault_is_not_taken_for_a_conflict() -> None:
    told: list[str] = []
    trouble = Trouble("telegram", languages().words(), told.append)
    for _ in range(5):
        trouble.begins(ChatUnreachable("connect"))
    trouble.over()
    assert len(told) == 2


# ---------------------------------------------------------------- groups that move


async def test_a_group_that_became_a_supergroup_is_followed_also_after_a_restart() -> None:
    """Told by an update; the old id, which stands in the settings, goes on working, without asking Telegram again."""
    storage = MemoryStorage()
    async with TelegramServer() as telegram:
        front = telegram_front(telegram, Script(), storage)
        await front.start()
        chat = {"id": -5, "type": "group"}
        telegram.inject({"message": {"message_id": 1, "date": 1, "chat": chat, "migrate_to_chat_id": -1005}})
        await telegram.until(lambda: telegram.unconfirmed == 0)
        await front.send("-5", Reply("one"))
        await front.stop()
        again = telegram_front(telegram, Script(), storage)
        await again.start()
        await telegram.until(lambda: len(telegram.called("getMe")) == 2)
        telegram.say(OWNER, "/status", chat_id=-1005)
        await telegram.until(lambda: any(m.text == "did /status" for m in telegram.messages))
        sent = await again.send("-5", Reply("two"))
        assert await again.send("-5", Reply("two, edited"), edit=sent) == sent
        await again.stop()
    assert {m.chat_id for m in telegram.messages} == {-1005}


# ---------------------------------------------------------------- what is no update


async def test_an_update_that_cannot_be_taken_apart_holds_up_no_other() -> None:
    """Nested 20,000 deep, and a number of 5,000 digits; the owner's command stands before, between and behind them."""
    script = Script()
    async with TelegramServer() as telegram:
        front = telegram_front(telegram, script)
        for number, evil in enumerate(("[" * 20_000 + "]" * 20_000, "9" * 5_000, "{}")):
            telegram.say(OWNER, f"/status {number}")
            telegram.inject_text(evil)
        telegram.say(OWNER, "/status 3")
        await front.start()
        await telegram.until(lambda: len(telegram.messages) == 4, timeout=10)
        await front.stop()
    assert sorted(line for _, line, _ in script.lines) == [f"/status {n}" for n in range(4)]


async def test_an_old_update_id_is_not_run_again_however_long_ago() -> None:
    """A thousand updates later its id is no longer remembered, but known to be below. After a quiet week Telegram
    begins anew with any number, which is new then."""
    inbox = Inbox(MemoryStorage(), 1)
    for first in range(5_000_000, 5_001_000, 100):
        await inbox.take(range(first, first + 100), [], T0)
    assert not inbox.is_new(5_000_000, T0)
    assert not inbox.is_new(5_000_999, T0)
    assert inbox.is_new(5_001_000, T0)
    assert inbox.is_new(5_000_000, T0 + timedelta(days=8))
    assert inbox.is_new(77, T0)  # far away: another sequence


async def test_what_is_known_of_old_ids_outlives_a_restart() -> None:
    storage = MemoryStorage()
    inbox = Inbox(storage, 1)
    for first in range(0, 1000, 100):
        await inbox.take(range(first, first + 100), [], T0)
    again = Inbox(storage, 1)
    await again.load()
    assert not again.is_new(5, T0)
    assert again.is_new(1000, T0)


@pytest.mark.parametrize(
    ("typed", "seen"),
    [
        ("/st\u200bat\u2060us", "/status"),
        ("\u202e/panic\u202c", "/panic"),
        ("/buy\x00 BTC\x1b[2J", "/buy BTC[2J"),
        ("비트코인\u3164\ufeff 5만원\ud800", "비트코인  5만원"),
        ("line\nbreak\ttab 👍 ₩", "line\nbreak\ttab 👍 ₩"),
    ],
)
def test_a_line_is_what_a_person_sees_of_it(typed: str, seen: str) -> None:
    assert cleaned(typed) == seen


def test_depth_is_measured_without_going_deep() -> None:
    value: object = "x"
    for _ in range(100_000):
        value = [value]
    assert too_deep(value)
    assert not too_deep({"message": {"entities": [{"type": "bold"}]}})
