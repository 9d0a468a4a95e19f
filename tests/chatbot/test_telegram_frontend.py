"""Telegram's front end against the local Telegram, through the real library (C1, C3, C4)."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from chatbot.delivery import ChatGone, ChatUnanswered, ChatUnreachable
from chatbot.reply import Button, Document, Picture, Reply, Table, Tone
from chatbot.telegram.frontend import TelegramFrontEnd
from storage.memory import MemoryStorage
from tests.fakes.stand_ins import OWNER, STRANGER, VIEWER, Script, access, languages
from tests.fakes.telegram_server import SentMessage, TelegramServer
from trader.errors import StorageFailed

PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 64
ASK = Reply("Buy?", ("100,000 KRW",), buttons=((Button("Approve", "ok:t1"), Button("Reject", "no:t1")),))


@pytest_asyncio.fixture
async def telegram() -> AsyncIterator[TelegramServer]:
    async with TelegramServer() as server:
        yield server


@pytest.fixture
def storage() -> MemoryStorage:
    return MemoryStorage()


@contextlib.asynccontextmanager
async def running(
    telegram: TelegramServer,
    script: Script,
    storage: MemoryStorage,
    *,
    told: list[str] | None = None,
    token: str = "",
    poll_seconds: int = 5,
) -> AsyncIterator[TelegramFrontEnd]:
    front = TelegramFrontEnd(
        token or telegram.token,
        telegram.url,
        script,  # type: ignore[arg-type]
        storage,
        access(),
        languages(),
        on_trouble=None if told is None else told.append,
        poll_seconds=poll_seconds,
        backoff=(0.02, 0.1),
    )
    await front.start()
    try:
        yield front
    finally:
        await front.stop()


async def settled(telegram: TelegramServer) -> None:
    """Every update so far is confirmed and a marker command behind them is answered."""
    telegram.say(OWNER, "/marker")
    await telegram.until(lambda: any("did /marker" in m.text for m in telegram.messages))


# ---- commands


async def test_a_command_in_a_private_chat_is_answered_there(telegram: TelegramServer, storage: MemoryStorage) -> None:
    script = Script()
    async with running(telegram, script, storage):
        telegram.say(OWNER, "/status now")
        answer = await telegram.next_message()
    assert (answer.chat_id, answer.text) == (OWNER, "did /status now")
    assert script.lines == [("telegram:42", "/status now", "42")]


@pytest.mark.parametrize("line", ["/상태", "상태", "비트코인 5만원 매수", "hello"])
async def test_korean_words_and_plain_text_reach_the_dispatcher(
    telegram: TelegramServer, storage: MemoryStorage, line: str
) -> None:
    script = Script()
    async with running(telegram, script, storage):
        telegram.say(OWNER, line)
        await telegram.next_message()
    assert script.lines == [("telegram:42", line, "42")]


async def test_in_a_group_only_what_calls_the_bot_is_read(telegram: TelegramServer, storage: MemoryStorage) -> None:
    """/cmd and /cmd@ours and @ours and an answer to the bot: yes. Talk and another bot's command: no.
    The person is who typed, never the group."""
    script = Script()
    ours = {"reply_to_message": {"message_id": 1, "from": {"id": telegram.bot_id, "is_bot": True}}}
    async with running(telegram, script, storage):
        telegram.say(OWNER, "good morning", chat_id=-100)
        telegram.say(OWNER, "/status@SomeOtherBot", chat_id=-100)
        telegram.say(OWNER, f"/status@{telegram.username.upper()} x", chat_id=-100)
        telegram.say(VIEWER, f"@{telegram.username} 잔고", chat_id=-100)
        telegram.say(VIEWER, "why?", chat_id=-100, **ours)
        await telegram.until(lambda: len(script.lines) == 3)
        answer = await telegram.next_message()
    assert sorted(script.lines) == [
        ("telegram:42", "/status x", "-100"),
        ("telegram:43", "why?", "-100"),
        ("telegram:43", "잔고", "-100"),
    ]
    assert answer.chat_id == -100
    assert answer.reply_to is not None


@pytest.mark.parametrize(
    "update",
    [
        {"edited_message": {"message_id": 1, "text": "/panic", "date": 1, "from": {"id": 42}, "chat": {"id": 42}}},
        {"channel_post": {"message_id": 1, "text": "/panic", "date": 1, "chat": {"id": -1}}},
        {"message": "/panic"},
        {"message": {"text": "/panic"}},
        {"message": {"message_id": "1", "text": 5, "date": "x", "from": {"id": "42"}, "chat": []}},
        {"message": {"message_id": 1, "text": "/x", "date": 10**30, "from": {"id": 42}, "chat": {"id": 42}}},
        {"message": {"message_id": 1, "text": "x" * 500_000, "date": 1, "from": {"id": 42}, "chat": {"id": 42}}},
        {"callback_query": {"id": 5, "data": ["ok:t1"], "from": {"id": 42}}},
        {"callback_query": {"id": "5", "data": "ok:t1", "from": {"id": 42}, "message": {"chat": {"id": 42}}}},
        {"update_id": "text", "message": {}},
        {"surprise": [[[]]]},
    ],
)
async def test_what_is_malformed_or_not_for_us_is_skipped_and_the_next_command_works(
    telegram: TelegramServer, storage: MemoryStorage, update: dict[str, Any]
) -> None:
    script = Script()
    async with running(telegram, script, storage):
        telegram.inject(update)
        telegram.say(OWNER, "/status")
        await telegram.next_message()
    assert script.lines == [("telegram:42", "/status", "42")]
    assert script.presses == []


@pytest.mark.parametrize(
    "fields",
    [
        {"forward_origin": {"type": "user", "date": 1}},
        {"from": {"id": 99, "is_bot": True, "first_name": "Bot"}},
        {"via_bot": {"id": 99, "is_bot": True}},
        {"sender_chat": {"id": -100, "type": "channel", "title": "signals"}},
        {"is_automatic_forward": True},
        {"edit_date": 1},
        {"quote": {"text": "/panic", "position": 0}},
        {"external_reply": {"origin": {"type": "channel", "date": 1}}},
        {"entities": [{"type": "blockquote", "offset": 0, "length": 6}]},
        {"entities": [{"type": "expandable_blockquote", "offset": 0, "length": 6}]},
    ],
)
async def test_forwards_quotes_and_other_bots_are_no_commands(
    telegram: TelegramServer, storage: MemoryStorage, fields: dict[str, Any]
) -> None:
    script = Script()
    async with running(telegram, script, storage):
        telegram.say(OWNER, "/panic", **fields)
        await settled(telegram)
    assert [line for _, line, _ in script.lines] == ["/marker"]


async def test_a_stranger_gets_what_the_dispatcher_says_and_silence_is_possible(
    telegram: TelegramServer, storage: MemoryStorage
) -> None:
    script = Script({"/start": Reply("Your id is 666"), "/again": None})
    async with running(telegram, script, storage):
        telegram.say(STRANGER, "/start")
        telegram.say(STRANGER, "/again")
        await settled(telegram)
    assert [m.text for m in telegram.messages if m.chat_id == STRANGER] == ["Your id is 666"]
    assert ("telegram:666", "/start", "666") in script.lines


async def test_a_slow_command_holds_up_nobody(telegram: TelegramServer, storage: MemoryStorage) -> None:
    """A back-test is running; /panic is answered meanwhile, and the slow one is shown to be worked on."""
    script = Script()
    script.slow["/backtest"] = asyncio.Event()
    async with running(telegram, script, storage):
        telegram.say(OWNER, "/backtest")
        telegram.say(OWNER, "/panic")
        first = await telegram.next_message()
        await telegram.until(lambda: bool(telegram.called("sendChatAction")))
        script.slow["/backtest"].set()
        second = await telegram.next_message()
    assert [first.text, second.text] == ["did /panic", "did /backtest"]


async def test_the_menu_is_set_in_both_languages(telegram: TelegramServer, storage: MemoryStorage) -> None:
    async with running(telegram, Script(), storage):
        await telegram.until(lambda: len(telegram.menus) == 3)
    assert telegram.menus["ko"][0] == {"command": "status", "description": "상태"}
    assert telegram.menus["en"][0] == {"command": "status", "description": "what is going on"}
    assert telegram.menus[""] == telegram.menus["en"]  # the service speaks English here


# ---- buttons


async def asked(telegram: TelegramServer, user: int = OWNER, chat_id: int | None = None) -> SentMessage:
    telegram.say(user, "/buy", chat_id=chat_id)
    return await telegram.next_message()


async def test_a_press_is_the_pressing_persons_and_its_outcome_replaces_the_buttons(
    telegram: TelegramServer, storage: MemoryStorage
) -> None:
    """In a group, asked by the owner, pressed by the viewer: the id is the viewer's. The terms stay, formatted."""
    script = Script({"/buy": ASK, "ok:t1": Reply("Bought", ("0.001 BTC",))})
    async with running(telegram, script, storage):
        message = await asked(telegram, chat_id=-100)
        assert message.labels == ["Approve", "Reject"]
        query = telegram.press(VIEWER, message, "Approve")
        await telegram.until(lambda: message.edits == 1)
    assert script.presses == [("telegram:43", "ok:t1", "-100")]
    assert message.text == "Buy?\n100,000 KRW\n\nBought\n0.001 BTC"
    assert message.entities == [{"type": "bold", "offset": 0, "length": 4}]
    assert message.labels == []
    assert telegram.answered_presses == [query]


async def test_what_did_not_happen_leaves_the_buttons_for_others(
    telegram: TelegramServer, storage: MemoryStorage
) -> None:
    script = Script({"/buy": ASK, "ok:t1": Reply("Only traders may do this", tone=Tone.ERROR)})
    async with running(telegram, script, storage):
        message = await asked(telegram)
        telegram.press(VIEWER, message, "Approve")
        answer = await telegram.next_message()
    assert "Only traders" in answer.text
    assert answer.reply_to == message.message_id
    assert message.labels == ["Approve", "Reject"]


async def test_a_question_that_is_gone_loses_its_buttons(telegram: TelegramServer, storage: MemoryStorage) -> None:
    gone = Reply("This question is no longer open", tone=Tone.ERROR, data={"error": "ticket-unknown"})
    async with running(telegram, Script({"/buy": ASK, "ok:t1": gone}), storage):
        message = await asked(telegram)
        telegram.press(OWNER, message, "Approve")
        await telegram.until(lambda: message.edits == 1)
    assert message.labels == []
    assert "no longer open" in message.text


async def test_a_strangers_press_changes_nothing(telegram: TelegramServer, storage: MemoryStorage) -> None:
    script = Script({"/buy": ASK, "ok:t1": Reply("You are not on the list")})
    async with running(telegram, script, storage):
        message = await asked(telegram, chat_id=-100)
        telegram.press(STRANGER, message, "Approve")
        await telegram.next_message()
    assert message.labels == ["Approve", "Reject"]
    assert message.edits == 0


async def test_refreshing_a_view_edits_it_in_place(telegram: TelegramServer, storage: MemoryStorage) -> None:
    button = ((Button("Refresh", "run:/status"),),)
    script = Script({"/status": Reply("12:00", buttons=button), "run:/status": Reply("12:01", buttons=button)})
    async with running(telegram, script, storage):
        telegram.say(OWNER, "/status")
        message = await telegram.next_message()
        telegram.press(OWNER, message, "Refresh")
        await telegram.until(lambda: message.edits == 1)
    assert message.text == "12:01"
    assert message.labels == ["Refresh"]
    assert len(telegram.messages) == 1


async def test_refreshing_an_unchanged_view_is_no_error(telegram: TelegramServer, storage: MemoryStorage) -> None:
    """Telegram refuses an edit that changes nothing; no second message appears."""
    same = Reply("12:00", buttons=((Button("Refresh", "run:/status"),),))
    script = Script({"/status": same, "run:/status": same})
    async with running(telegram, script, storage):
        telegram.say(OWNER, "/status")
        message = await telegram.next_message()
        telegram.press(OWNER, message, "Refresh")
        await telegram.until(lambda: bool(telegram.called("editMessageText")))
        await settled(telegram)
    assert [m.text for m in telegram.messages] == ["12:00", "did /marker"]


async def test_a_next_step_under_a_notice_leaves_the_notice(telegram: TelegramServer, storage: MemoryStorage) -> None:
    notice = Reply("Bought BTC", buttons=((Button("Chart", "run:/chart KRW-BTC"),),))
    script = Script({"run:/chart KRW-BTC": Reply("Chart", picture=Picture(PNG, "chart"))})
    async with running(telegram, script, storage) as front:
        await telegram.until(lambda: telegram.polls > 0)
        await front.send(str(OWNER), notice)
        message = await telegram.next_message()
        telegram.press(OWNER, message, "Chart")
        chart = await telegram.next_message()
    assert (message.text, message.labels) == ("Bought BTC", ["Chart"])
    assert chart.photo == PNG


async def test_a_document_comes_with_its_words_and_stays_when_another_is_asked_for(
    telegram: TelegramServer, storage: MemoryStorage
) -> None:
    """C2: a file cannot be edited into a message: the button under it sends a new one."""
    csv = Document("fills.csv", "\ufeff시각\n".encode(), "text/csv")
    reply = Reply("Fills", ("3 rows",), document=csv, buttons=((Button("Again", "run:/export"),),))
    script = Script({"/export": reply, "run:/export": reply})
    async with running(telegram, script, storage):
        telegram.say(OWNER, "/export")
        first = await telegram.next_message()
        telegram.press(OWNER, first, "Again")
        second = await telegram.next_message()
    assert first.document == second.document == ("fills.csv", csv.content)
    assert (first.text, first.labels, first.edits) == ("Fills\n3 rows", ["Again"], 0)


# ---- late, repeated, cut off


async def test_a_late_command_is_not_run_but_offered_again(telegram: TelegramServer, storage: MemoryStorage) -> None:
    """/panic typed ten minutes ago while the service was down; looking (/status) is harmless and just done."""
    script = Script()
    telegram.say(OWNER, "/panic", age=600)
    telegram.say(OWNER, "/status", age=600)
    async with running(telegram, script, storage):
        await telegram.until(lambda: len(telegram.messages) == 2)
        late = next(m for m in telegram.messages if "/panic" in m.text)
        assert [line for _, line, _ in script.lines] == ["/status"]
        assert "10m" in late.text
        telegram.press(OWNER, late, late.labels[0])
        await telegram.until(lambda: bool(script.presses))
    assert script.presses == [("telegram:42", "run:/panic", "42")]


async def test_a_press_made_while_we_were_away_is_not_run(telegram: TelegramServer, storage: MemoryStorage) -> None:
    """Telegram does not say when it was pressed. After an absence of unknown length it has to be pressed again."""
    script = Script({"/buy": ASK})
    async with running(telegram, script, storage):
        message = await asked(telegram)
    await storage.write(lambda r: r.notes.put(f"telegram.{telegram.bot_id}", None))
    telegram.press(OWNER, message, "Approve")
    async with running(telegram, script, storage):
        answer = await telegram.next_message()
    assert script.presses == []
    assert "too late" in answer.text
    assert message.labels == ["Approve", "Reject"]


async def test_a_press_made_during_a_short_restart_is_run(telegram: TelegramServer, storage: MemoryStorage) -> None:
    script = Script({"/buy": ASK})
    async with running(telegram, script, storage):
        message = await asked(telegram)
    telegram.press(OWNER, message, "Approve")
    async with running(telegram, script, storage):
        await telegram.until(lambda: message.edits == 1)
    assert script.presses == [("telegram:42", "ok:t1", "42")]


async def test_an_update_that_comes_again_is_not_run_again(telegram: TelegramServer, storage: MemoryStorage) -> None:
    """The confirmation was lost (crash): after the restart Telegram hands out the same update."""
    script = Script()
    async with running(telegram, script, storage):
        update_id = telegram.say(OWNER, "/buy")
        await telegram.next_message()
        await telegram.until(lambda: telegram.unconfirmed == 0)
    telegram.say(OWNER, "/buy", update_id=1)  # its own id is overwritten below
    telegram._updates[-1]["update_id"] = update_id
    async with running(telegram, script, storage):
        await settled(telegram)
    assert [line for _, line, _ in script.lines] == ["/buy", "/marker"]


async def test_an_update_that_stands_twice_in_a_batch_is_run_once(
    telegram: TelegramServer, storage: MemoryStorage
) -> None:
    script = Script()
    update_id = telegram.say(OWNER, "/buy")
    telegram.inject({**telegram._updates[-1], "update_id": update_id})
    async with running(telegram, script, storage):
        await settled(telegram)
    assert [line for _, line, _ in script.lines] == ["/buy", "/marker"]


async def test_a_command_cut_off_by_a_crash_is_told_not_repeated(
    telegram: TelegramServer, storage: MemoryStorage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chatbot.telegram.frontend.GRACE_SECONDS", 0.01)
    script = Script()
    script.slow["/buy 100000"] = asyncio.Event()
    async with running(telegram, script, storage):
        telegram.say(OWNER, "/buy 100000")
        await telegram.until(lambda: bool(script.lines))
        await telegram.until(lambda: telegram.unconfirmed == 0)
    script.lines.clear()
    async with running(telegram, script, storage):
        told = await telegram.next_message()
        await settled(telegram)
    assert "/buy 100000" in told.text
    assert "Cut off" in told.text
    assert [line for _, line, _ in script.lines] == ["/marker"]
    async with running(telegram, script, storage):
        await settled(telegram)
    assert sum("Cut off" in m.text for m in telegram.messages) == 1


async def test_with_a_full_disk_commands_still_work(telegram: TelegramServer) -> None:
    class Full(MemoryStorage):
        async def write(self, fn):  # type: ignore[no-untyped-def]
            raise StorageFailed("disk full")

    async with running(telegram, Script(), Full()):
        telegram.say(OWNER, "/panic")
        assert (await telegram.next_message()).text == "did /panic"


# ---- faults of the service


async def test_a_wrong_token_is_explained_once_and_never_shown(
    telegram: TelegramServer,
    storage: MemoryStorage,
    capsys: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    token = "7999999999:WRONG-token-of-somebody-0123456789abcdef"
    told: list[str] = []
    async with running(telegram, Script(), storage, told=told, token=token):
        async with asyncio.timeout(5):
            while not told:  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        await asyncio.sleep(0.3)  # several more attempts
    assert len(told) == 1
    assert "token" in told[0]
    output = capsys.readouterr().out + caplog.text + told[0]
    assert "WRONG-token" not in output
    assert output.count("chat_trouble") == 1


async def test_two_pollers_are_explained_once_and_waited_out(telegram: TelegramServer, storage: MemoryStorage) -> None:
    told: list[str] = []
    telegram.conflict = True
    async with running(telegram, Script(), storage, told=told) as front:
        await telegram.until(lambda: telegram.polls > 3)
        assert front.fault == "chat-conflict"
        telegram.conflict = False
        while front.fault:  # the two take turns: it counts as over when it was not met for a while
            telegram.say(OWNER, "/status")
            await telegram.next_message()
    assert len(told) == 2
    assert "Another program" in told[0]
    assert "works again" in told[1]


async def test_an_outage_loses_no_command_and_is_explained_once(
    telegram: TelegramServer, storage: MemoryStorage
) -> None:
    told: list[str] = []
    script = Script()
    async with running(telegram, script, storage, told=told) as front:
        await settled(telegram)
        await telegram.go_down()
        async with asyncio.timeout(5):
            while not told:  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        assert not front.connected
        telegram.say(OWNER, "/status")
        await telegram.come_back()
        await telegram.until(lambda: telegram.messages[-1].text == "did /status")
    assert [("reached" in t, "again" in t) for t in told] == [(True, False), (False, True)]


async def test_server_errors_are_waited_out(telegram: TelegramServer, storage: MemoryStorage) -> None:
    telegram.fail("getMe", 502, times=2)
    telegram.fail("getUpdates", 500, times=2)
    async with running(telegram, Script(), storage):
        telegram.say(OWNER, "/status")
        assert (await telegram.next_message()).text == "did /status"


async def test_an_answer_is_tried_until_it_arrives_with_the_pause_asked_for(
    telegram: TelegramServer, storage: MemoryStorage
) -> None:
    telegram.fail("sendMessage", 429, retry_after=1)
    async with running(telegram, Script(), storage):
        telegram.say(OWNER, "/status")
        assert (await telegram.next_message()).text == "did /status"
    first, second = telegram.called("sendMessage")
    assert second.at - first.at >= 0.95


async def test_start_and_stop_return_at_once_when_telegram_hangs(
    telegram: TelegramServer, storage: MemoryStorage
) -> None:
    telegram.hang = True
    loop = asyncio.get_running_loop()
    begun = loop.time()
    async with running(telegram, Script(), storage):
        assert loop.time() - begun < 0.05
        await asyncio.sleep(0.05)
        begun = loop.time()
    assert loop.time() - begun < 1.0


# ---- sending notices


async def test_send_gives_the_id_of_the_message_with_the_buttons_and_edits_it(
    telegram: TelegramServer, storage: MemoryStorage
) -> None:
    async with running(telegram, Script(), storage) as front:
        await telegram.until(lambda: telegram.polls > 0)
        remote_id = await front.send("42", ASK)
        message = telegram.messages[-1]
        assert remote_id == str(message.message_id)
        assert await front.send("42", Reply("Bought"), edit=remote_id) == remote_id
    assert (message.text, message.labels) == ("Bought", [])


async def test_what_is_said_under_a_message_arrives_also_when_that_one_was_deleted(
    telegram: TelegramServer, storage: MemoryStorage
) -> None:
    """C3: a reply chain; a quiet message makes no sound."""
    async with running(telegram, Script(), storage) as front:
        await telegram.until(lambda: telegram.polls > 0)
        root = await front.send("42", Reply("Order", quiet=True))
        await front.send("42", Reply("In"), thread=root)
        telegram.delete(telegram.messages[0])
        await front.send("42", Reply("Out"), thread=root)
    assert [(m.text, m.reply_to, m.quiet) for m in telegram.messages] == [
        ("In", int(root), False),
        ("Out", None, False),
    ]


async def test_a_message_that_cannot_be_edited_is_told_as_such(
    telegram: TelegramServer, storage: MemoryStorage
) -> None:
    """Deleted, or too long for one message: the caller decides what to do; the words of a picture can be edited."""
    async with running(telegram, Script(), storage) as front:
        await telegram.until(lambda: telegram.polls > 0)
        root = await front.send("42", Reply("Proposal", picture=Picture(PNG, "chart")))
        assert await front.send("42", Reply("Bought"), edit=root) == root
        assert telegram.messages[0].text == "Bought"
        with pytest.raises(ChatGone):
            await front.send("42", Reply("long", ("x" * 2000,)), edit=root)
        with pytest.raises(ChatGone):
            await front.send("42", Reply("long", ("x" * 5000,)), edit=root)
        telegram.delete(telegram.messages[0])
        with pytest.raises(ChatGone):
            await front.send("42", Reply("Sold"), edit=root)
    assert telegram.messages == []


@pytest.mark.parametrize(("status", "kind"), [(502, ChatUnanswered), (0, ChatUnreachable)])
async def test_whether_a_message_may_have_arrived_is_told(
    telegram: TelegramServer, storage: MemoryStorage, status: int, kind: type[ChatUnreachable]
) -> None:
    """A broken answer (502) leaves it open; a refused connection does not."""
    async with running(telegram, Script(), storage) as front:
        await telegram.until(lambda: telegram.polls > 0)
        if status:
            telegram.fail("sendMessage", status)
        else:
            await telegram.go_down()
        with pytest.raises(ChatUnreachable) as raised:
            await front.send("42", Reply("In"))
        assert type(raised.value) is kind


async def test_a_group_that_became_a_supergroup_is_followed(telegram: TelegramServer, storage: MemoryStorage) -> None:
    async with running(telegram, Script(), storage) as front:
        await telegram.until(lambda: telegram.polls > 0)
        telegram.migrate(-5, -1005)
        await front.send("-5", Reply("one"))
        await front.send("-5", Reply("two"))
    assert [(m.chat_id, m.text) for m in telegram.messages] == [(-1005, "one"), (-1005, "two")]


async def test_markup_in_any_text_is_shown_not_obeyed(telegram: TelegramServer, storage: MemoryStorage) -> None:
    """A headline or a name that looks like HTML comes out as written, in title, line and table."""
    evil = '<b>free</b> <a href="http://x">&amp; </pre><code>'
    reply = Reply(evil, (evil,), table=Table(("coin", "sum"), ((evil, "1"),)))
    async with running(telegram, Script({"/x": reply}), storage):
        telegram.say(OWNER, "/x")
        message = await telegram.next_message()
    assert message.text.count(evil) == 3
    assert {e["type"] for e in message.entities} == {"bold", "pre"}


async def test_a_long_answer_is_split_on_line_borders(telegram: TelegramServer, storage: MemoryStorage) -> None:
    """400 lines of 40 characters with ampersands: several messages, every line whole, buttons under the last."""
    lines = tuple(f"{number:04d} {'&' * 35}" for number in range(400))
    script = Script({"/logs": Reply("Logs", lines, buttons=((Button("More", "run:/logs 2"),),))})
    async with running(telegram, script, storage):
        telegram.say(OWNER, "/logs")
        await telegram.until(lambda: bool(telegram.messages and telegram.messages[-1].labels))
    shown = "\n".join(m.text for m in telegram.messages).splitlines()
    assert shown == ["Logs", *lines]
    assert [bool(m.labels) for m in telegram.messages] == [False] * (len(telegram.messages) - 1) + [True]


async def test_two_bots_on_one_token_both_learn_of_it_and_one_recovers(
    telegram: TelegramServer, storage: MemoryStorage
) -> None:
    """Every poll of one ends the other's. When one is stopped the other works on."""
    told: list[str] = []
    async with running(telegram, Script(), storage, told=told):
        async with running(telegram, Script(), MemoryStorage(), told=told):
            async with asyncio.timeout(5):
                while not told:  # noqa: ASYNC110
                    await asyncio.sleep(0.01)
        telegram.say(OWNER, "/status")
        assert (await telegram.next_message()).text == "did /status"
    assert "Another program uses the same Telegram token" in told[0]
