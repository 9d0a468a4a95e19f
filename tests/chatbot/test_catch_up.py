"""C3: commands of the time without a connection – listed with their age in one message per conversation, what makes
things safer in one tap, nothing run twice or dropped, on both platforms and over restarts."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from chatbot.dispatch import Weight
from chatbot.reply import Button, Reply
from chatbot.slack.frontend import SlackFrontEnd
from chatbot.telegram.frontend import TelegramFrontEnd
from storage.memory import MemoryStorage
from tests.chatbot.chat_bench import OWNER as BENCH_OWNER
from tests.chatbot.chat_bench import Bench
from tests.fakes.slack_server import SlackServer
from tests.fakes.stand_ins import OWNER, STRANGER, VIEWER, Script, access, languages
from tests.fakes.telegram_server import TelegramServer
from trader.errors import StorageFailed
from trader.model.events import EventKind

ASK = Reply("Buy?", buttons=((Button("Approve", "ok:t1"),),))


# ---------------------------------------------------------------- what a late command would mean


@pytest.mark.parametrize(
    ("line", "stands_for", "weight"),
    [
        ("/status", "/status", Weight.LOOKS),
        ("/상태", "/상태", Weight.LOOKS),
        ("/chart BTC 1h", "/chart BTC 1h", Weight.LOOKS),
        ("/limits", "/limits", Weight.LOOKS),
        ("/markets", "/markets", Weight.LOOKS),
        ("/markets add XRP", "/markets add XRP", Weight.CHANGES),
        ("/alerts", "/alerts", Weight.LOOKS),
        ("/alerts BTC > 1억", "/alerts BTC > 1억", Weight.CHANGES),
        ("/buy BTC 5만원", "/buy BTC 5만원", Weight.CHANGES),
        ("/resume", "/resume", Weight.CHANGES),
        ("/pause 1h", "/pause 1h", Weight.SAFER),
        ("/긴급", "/긴급", Weight.SAFER),
        ("/cancel all", "/cancel all", Weight.SAFER),
        ("그만 사", "/pause", Weight.SAFER),
        ("비트코인 절반 팔아", "/sell KRW-BTC 50%", Weight.SAFER),
        ("잔고 얼마야", "/balance", Weight.LOOKS),
        ("비트코인 5만원어치 사줘", "/buy KRW-BTC 50000원", Weight.CHANGES),
        ("hello there", "", Weight.CHANGES),
        ("", "", Weight.CHANGES),
        ("x" * 600, "", Weight.CHANGES),
    ],
)
def test_what_a_late_command_would_mean(bench: Bench, line: str, stands_for: str, weight: Weight) -> None:
    assert bench.dispatcher.weigh(line) == (stands_for, weight)
    assert bench.desk.calls == []


async def test_the_trail_says_that_it_was_not_run(bench: Bench) -> None:
    await bench.dispatcher.came_late(BENCH_OWNER, "/buy BTC 5만원")
    await bench.dispatcher.close()
    (kept,) = bench.desk.recorded
    assert (kept.kind, kept.data["line"], kept.data["outcome"]) == (EventKind.LOOKED, "/buy BTC 5만원", "late")


# ---------------------------------------------------------------- Telegram


@pytest_asyncio.fixture
async def telegram() -> AsyncIterator[TelegramServer]:
    async with TelegramServer() as server:
        yield server


@pytest.fixture
def storage() -> MemoryStorage:
    return MemoryStorage()


@contextlib.asynccontextmanager
async def polling(telegram: TelegramServer, script: object, storage: MemoryStorage) -> AsyncIterator[TelegramFrontEnd]:
    front = TelegramFrontEnd(
        telegram.token,
        telegram.url,
        script,  # type: ignore[arg-type]
        storage,
        access(),
        languages(),
        poll_seconds=5,
        backoff=(0.02, 0.1),
    )
    await front.start()
    try:
        yield front
    finally:
        await front.stop()


async def settled(telegram: TelegramServer) -> None:
    telegram.say(OWNER, "/marker")
    await telegram.until(lambda: any("did /marker" in m.text for m in telegram.messages))


async def test_one_message_lists_what_came_meanwhile_and_offers_what_is_safer_first(
    telegram: TelegramServer, storage: MemoryStorage
) -> None:
    """Ten minutes ago /buy and /status, nine /pause twice, eight /sell: /status is answered, the rest listed."""
    script = Script()
    for line, age in (("/buy BTC", 600), ("/status", 600), ("/pause", 540), ("/pause", 530), ("/sell ETH", 480)):
        telegram.say(OWNER, line, age=age)
    async with polling(telegram, script, storage):
        await telegram.until(lambda: len(telegram.messages) == 2)
        await settled(telegram)
        listed = next(m for m in telegram.messages if "Not run" in m.text)
        assert listed.text.splitlines() == [
            "📥 Not run: 4 commands sent while there was no connection",
            "▸ /pause ×2 · 9m ago – one tap below",
            "▸ /sell ETH · 8m ago – one tap below",
            "▸ /buy BTC · 10m ago – expired",
            "Prices may have moved since. A button below runs it now.",
        ]
        assert listed.labels == ["▶ /pause", "▶ /sell ETH", "Run again: /buy BTC"]
        telegram.press(OWNER, listed, "▶ /pause")
        await telegram.until(lambda: bool(script.presses))
    assert [line for _, line, _ in script.lines] == ["/status", "/marker"]
    assert script.presses == [("telegram:42", "run:/pause", "42")]
    assert [line for _, line in script.late] == ["/buy BTC", "/pause", "/pause", "/sell ETH"]


async def test_each_conversation_has_its_own_and_a_group_says_who(
    telegram: TelegramServer, storage: MemoryStorage
) -> None:
    script = Script()
    telegram.say(OWNER, "/pause", age=600)
    telegram.say(OWNER, "/stop", chat_id=-100, age=600)
    telegram.say(VIEWER, "/panic", chat_id=-100, age=300)
    telegram.say(STRANGER, "/panic", chat_id=-100, age=300)
    async with polling(telegram, script, storage):
        await telegram.until(lambda: sum("Not run" in m.text for m in telegram.messages) == 2)
        await settled(telegram)
    group = next(m for m in telegram.messages if m.chat_id == -100 and "Not run" in m.text)
    assert group.text.splitlines()[1:3] == [
        "▸ Telegram 42: /stop · 10m ago – one tap below",
        "▸ Telegram 43: /panic · 5m ago – one tap below",
    ]
    assert [line for person, line, _ in script.lines if person == "telegram:666"] == ["/panic"]  # and is turned away


async def test_three_hundred_of_them_are_one_message(telegram: TelegramServer, storage: MemoryStorage) -> None:
    """Telegram hands them out in hundreds; all of them are there before anything is said."""
    for number in range(300):
        telegram.say(OWNER, f"/buy {number}", age=600)
    async with polling(telegram, Script(), storage):
        await telegram.until(lambda: bool(telegram.messages))
        await settled(telegram)
    assert sum("Not run" in m.text for m in telegram.messages) == 1
    listed = next(m for m in telegram.messages if "Not run" in m.text)
    assert "300 commands" in listed.text
    assert "270 more" in listed.text
    assert len(listed.labels) == 8


async def test_an_outage_while_it_runs_is_caught_up_in_the_same_way(
    telegram: TelegramServer, storage: MemoryStorage
) -> None:
    script = Script()
    async with polling(telegram, script, storage):
        await settled(telegram)
        await telegram.go_down()
        telegram.say(OWNER, "/buy BTC", age=120)
        telegram.say(OWNER, "/pause", age=90)
        await telegram.come_back()
        await telegram.until(lambda: "Not run" in telegram.messages[-1].text)
    assert "2 commands" in telegram.messages[-1].text
    assert [line for _, line, _ in script.lines] == ["/marker"]


async def test_what_was_taken_and_not_told_is_told_after_the_next_start(
    telegram: TelegramServer, storage: MemoryStorage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Telegram has forgotten them, the message about them did not get through, then the process ended."""
    monkeypatch.setattr("chatbot.telegram.frontend.GRACE_SECONDS", 0.01)
    telegram.say(OWNER, "/buy BTC", age=600)
    telegram.say(OWNER, "/pause", age=590)
    telegram.fail("sendMessage", 502, times=100)
    async with polling(telegram, Script(), storage):
        await telegram.until(lambda: telegram.unconfirmed == 0 and bool(telegram.called("sendMessage")))
    assert telegram.messages == []
    telegram.mend()
    script = Script()
    for _ in range(2):
        async with polling(telegram, script, storage):
            await settled(telegram)
            await telegram.until(lambda: any("Not run" in m.text for m in telegram.messages))
        telegram.messages[:] = [m for m in telegram.messages if "marker" not in m.text]
    (listed,) = telegram.messages
    assert "2 commands" in listed.text
    assert "Cut off" not in listed.text
    assert {line for _, line, _ in script.lines} == {"/marker"}


async def test_a_press_for_a_command_is_listed_with_the_others(
    telegram: TelegramServer, storage: MemoryStorage
) -> None:
    """A button that runs a command can be offered again; an answer to a question only under the question."""
    script = Script({"/buy": ASK, "/menu": Reply("Menu", buttons=((Button("Stop", "run:/stop"),),))})
    async with polling(telegram, script, storage):
        telegram.say(OWNER, "/buy")
        asked = await telegram.next_message()
        telegram.say(OWNER, "/menu")
        menu = await telegram.next_message()
    await storage.write(lambda r: r.notes.put(f"telegram.{telegram.bot_id}", None))  # away for nobody knows how long
    telegram.press(OWNER, asked, "Approve")
    telegram.press(OWNER, menu, "Stop")
    async with polling(telegram, script, storage):
        listed = await telegram.next_message()
    assert script.presses == []
    assert [line.split(" – ")[0] for line in listed.text.splitlines()[1:3]] == ["▸ /stop · unknown ago", "▸ a button"]
    assert listed.labels == ["▶ /stop"]


# ---------------------------------------------------------------- Slack


@pytest_asyncio.fixture
async def slack() -> AsyncIterator[SlackServer]:
    async with SlackServer() as server:
        yield server


@contextlib.asynccontextmanager
async def linked(slack: SlackServer, script: object, storage: MemoryStorage) -> AsyncIterator[SlackFrontEnd]:
    front = SlackFrontEnd(
        slack.bot_token,
        slack.app_token,
        slack.url,
        script,  # type: ignore[arg-type]
        storage,
        access(),
        languages(),
        backoff=(0.02, 0.1),
        gather_seconds=0.1,
    )
    await front.start()
    await slack.linked()
    try:
        yield front
    finally:
        await front.stop()


async def test_slack_events_of_an_outage_are_one_message(slack: SlackServer, storage: MemoryStorage) -> None:
    script = Script()
    async with linked(slack, script, storage):
        for line, age in (("/buy BTC", 600), ("/status", 600), ("/pause", 540)):
            await slack.direct_message("U42", line, age=age)
        await slack.until(lambda: len(slack.messages) == 2)
    listed = next(m for m in slack.messages if "Not run" in m.shown)
    assert listed.channel == "DU42"
    assert listed.shown.splitlines()[1:3] == [
        "▸ /pause · 9m ago – one tap below",
        "▸ /buy BTC · 10m ago – expired",
    ]
    assert listed.labels == ["▶ /pause", "Run again: /buy BTC"]
    assert [line for _, line, _ in script.lines] == ["/status"]


async def test_an_event_that_slack_repeats_after_a_restart_is_not_run_again(
    slack: SlackServer, storage: MemoryStorage
) -> None:
    """Its acknowledgement was lost: the same event comes to the next process in an envelope of its own."""
    script = Script()
    async with linked(slack, script, storage):
        event = await slack.direct_message("U42", "/buy BTC")
        command = await slack.command("U42", "/sell ETH")
        await slack.until(lambda: len(slack.messages) == 2)
    await asyncio.sleep(0)
    async with linked(slack, script, storage):
        again = await slack.send("events_api", event.body["payload"], retry_attempt=1, retry_reason="timeout")
        await slack.send_again(command)
        await slack.command("U42", "marker")
        await slack.until(lambda: len(slack.messages) == 3)
        assert again.acknowledged_after is not None
    assert [line for _, line, _ in script.lines] == ["/buy BTC", "/sell ETH", "/marker"]


async def test_a_slack_command_cut_off_by_a_restart_is_told_once_not_repeated(
    slack: SlackServer, storage: MemoryStorage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chatbot.slack.frontend.GRACE_SECONDS", 0.01)
    script = Script()
    script.slow["/buy 100000"] = asyncio.Event()
    async with linked(slack, script, storage):
        await slack.command("U42", "/buy 100000")
        async with asyncio.timeout(5):
            while not script.lines:  # noqa: ASYNC110
                await asyncio.sleep(0.005)
    script.lines.clear()
    for _ in range(2):
        async with linked(slack, script, storage):
            await slack.until(lambda: any("Cut off" in m.shown for m in slack.messages))
    (told,) = slack.messages
    assert (told.channel, "/buy 100000" in told.shown) == ("DU42", True)
    assert script.lines == []


async def test_late_slack_commands_that_were_not_told_of_are_told_after_the_next_start(
    slack: SlackServer, storage: MemoryStorage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chatbot.slack.frontend.GRACE_SECONDS", 0.01)
    slack.fail("chat.postMessage", 500, times=100)
    async with linked(slack, Script(), storage):
        late = await slack.direct_message("U42", "/pause", age=600)
        await slack.until(lambda: bool(slack.called("chat.postMessage")))
        assert late.acknowledged_after is not None
    slack.mend()
    async with linked(slack, Script(), storage):
        told = await slack.next_message()
    assert "▸ /pause · 10m ago – one tap below" in told.shown


async def test_what_a_stranger_sends_is_written_down_nowhere(slack: SlackServer, storage: MemoryStorage) -> None:
    async with linked(slack, Script(), storage):
        await slack.command("U666", "panic")
        await slack.next_message()
    assert await storage.read(lambda records: records.notes.get("slack.T1.B1")) is None


async def test_with_a_full_disk_slack_commands_still_work_and_at_once(slack: SlackServer) -> None:
    class Full(MemoryStorage):
        async def write(self, fn):  # type: ignore[no-untyped-def]
            raise StorageFailed("disk full")

    async with linked(slack, Script(), Full()):
        envelope = await slack.command("U42", "panic")
        assert (await slack.next_message()).shown == "did /panic"
        assert envelope.acknowledged_after is not None


async def test_a_slow_disk_does_not_cost_the_acknowledgement(
    slack: SlackServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Slack waits three seconds; this disk takes for ever."""
    monkeypatch.setattr("chatbot.slack.inbox._PATIENCE_SECONDS", 0.05)

    class Slow(MemoryStorage):
        async def write(self, fn):  # type: ignore[no-untyped-def]
            await asyncio.Event().wait()

    async with linked(slack, Script(), Slow()):
        envelope = await slack.command("U42", "panic")
        assert (await slack.next_message()).shown == "did /panic"
        assert envelope.acknowledged_after is not None
        assert envelope.acknowledged_after < 1.0
