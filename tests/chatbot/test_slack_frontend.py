"""Slack's front end against the local Slack, through the real library (C1, C3, C4, S11)."""

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
from chatbot.slack.frontend import SlackFrontEnd
from storage.memory import MemoryStorage
from tests.fakes.slack_server import PostedMessage, SlackServer
from tests.fakes.stand_ins import Script, access, languages

OWNER, VIEWER, STRANGER = "U42", "U43", "U666"
PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 64
ASK = Reply("Buy?", ("100,000 KRW",), buttons=((Button("Approve", "ok:t1"), Button("Reject", "no:t1")),))


@pytest_asyncio.fixture
async def slack() -> AsyncIterator[SlackServer]:
    async with SlackServer() as server:
        yield server


@contextlib.asynccontextmanager
async def running(
    slack: SlackServer,
    script: Script,
    *,
    told: list[str] | None = None,
    bot_token: str = "",
    app_token: str = "",
    linked: bool = True,
    storage: MemoryStorage | None = None,
) -> AsyncIterator[SlackFrontEnd]:
    front = SlackFrontEnd(
        bot_token or slack.bot_token,
        app_token or slack.app_token,
        slack.url,
        script,  # type: ignore[arg-type]
        storage or MemoryStorage(),
        access(),
        languages(),
        on_trouble=None if told is None else told.append,
        backoff=(0.02, 0.1),
        gather_seconds=0.05,
    )
    await front.start()
    if linked:
        await slack.linked()
    try:
        yield front
    finally:
        await front.stop()


async def until_told(told: list[str], count: int = 1) -> None:
    async with asyncio.timeout(5):
        while len(told) < count:  # noqa: ASYNC110
            await asyncio.sleep(0.01)


# ---- commands


@pytest.mark.parametrize(
    ("typed", "line"),
    [
        ("status", "/status"),
        ("/status 3", "/status 3"),
        ("상태", "/상태"),
        ("/매수 비트코인 5만원", "/매수 비트코인 5만원"),
        ("이더 절반 팔아", "이더 절반 팔아"),
        ("", "/help"),
        ("/alerts BTC &gt; 1억", "/alerts BTC > 1억"),
    ],
)
async def test_the_text_after_the_slash_command_is_the_line(slack: SlackServer, typed: str, line: str) -> None:
    script = Script()
    async with running(slack, script):
        await slack.command(OWNER, typed)
        answer = await slack.next_message()
    assert script.lines == [("slack:U42", line, "C1")]
    assert answer.shown == f"did {line}"
    assert (answer.channel, answer.ephemeral) == ("C1", False)


async def test_a_direct_message_and_a_mention_are_lines_too(slack: SlackServer) -> None:
    script = Script()
    async with running(slack, script):
        await slack.direct_message(OWNER, "buy &lt;5&gt; &amp; hold")
        await slack.next_message()
        await slack.event({"type": "app_mention", "user": VIEWER, "text": "<@UBOT> /status", "channel": "C7"})
        answer = await slack.next_message()
    assert script.lines == [("slack:U42", "buy <5> & hold", "DU42"), ("slack:U43", "/status", "C7")]
    assert answer.channel == "C7"


@pytest.mark.parametrize(
    ("kind", "payload"),
    [
        ("slash_commands", None),
        ("slash_commands", {"command": "/trader"}),
        ("slash_commands", {"command": 5, "text": "panic", "user_id": OWNER, "channel_id": "C1"}),
        ("slash_commands", {"command": "/trader", "text": 5, "user_id": OWNER, "channel_id": "C1"}),
        ("slash_commands", {"command": "/trader", "text": "/panic"}),
        ("slash_commands", {"command": "/trader", "text": "x" * 100_000, "user_id": OWNER, "channel_id": "C1"}),
        ("interactive", {"type": "block_actions", "user": "U42", "actions": {}}),
        ("interactive", {"type": "block_actions", "user": {"id": OWNER}, "actions": [{"value": 7}]}),
        (
            "interactive",
            {"type": "block_actions", "user": OWNER, "actions": [{"action_id": "button-0-0", "value": "x"}]},
        ),
        ("interactive", {"type": "view_submission", "user": {"id": OWNER}}),
        ("events_api", {"type": "event_callback", "authorizations": 5, "event": {"type": "app_mention"}}),
        ("events_api", {"type": "event_callback", "event": [1, 2]}),
        ("events_api", {"type": "event_callback", "event": {"type": ["message"], "channel_type": "im"}}),
        ("novelty", {"x": 1}),
    ],
)
async def test_what_is_malformed_or_not_for_us_is_acknowledged_and_skipped(
    slack: SlackServer, kind: str, payload: Any
) -> None:
    script = Script()
    async with running(slack, script):
        await slack.send_raw("not json")
        await slack.send_raw("[1]")
        odd = await slack.send(kind, payload)
        await slack.command(OWNER, "status")
        await slack.next_message()
        assert odd.acknowledged_after is not None
    assert [line for _, line, _ in script.lines] == ["/status"]
    assert script.presses == []


async def test_acknowledged_at_once_however_long_the_command_takes(slack: SlackServer) -> None:
    """Slack waits three seconds; the command here takes for ever, and another is answered meanwhile."""
    script = Script()
    script.slow["/backtest"] = asyncio.Event()
    async with running(slack, script):
        slow = await slack.command(OWNER, "backtest")
        await slack.command(OWNER, "panic")
        assert (await slack.next_message()).shown == "did /panic"
        assert slow.acknowledged_after is not None
        assert slow.acknowledged_after < 0.5
        script.slow["/backtest"].set()
        assert (await slack.next_message()).shown == "did /backtest"


async def test_two_commands_at_once_do_not_wait_for_each_other(slack: SlackServer) -> None:
    """The second is answered first, because it is done first; both were acknowledged before either was done."""
    script = Script()
    first, second = script.slow["/backtest"], script.slow["/chart"] = asyncio.Event(), asyncio.Event()
    async with running(slack, script):
        envelopes = [await slack.command(OWNER, "backtest"), await slack.command(VIEWER, "chart")]
        await slack.until(lambda: all(e.acknowledged_after is not None for e in envelopes))
        assert slack.messages == []
        second.set()
        assert (await slack.next_message()).shown == "did /chart"
        first.set()
        assert (await slack.next_message()).shown == "did /backtest"
    assert script.lines == [("slack:U42", "/backtest", "C1"), ("slack:U43", "/chart", "C1")]
    assert max(e.acknowledged_after or 9 for e in envelopes) < 0.5


async def test_the_workspace_is_asked_about_once_not_with_every_command(slack: SlackServer) -> None:
    async with running(slack, Script()):
        for _ in range(5):
            await slack.command(OWNER, "status")
            await slack.next_message()
    assert [call.method for call in slack.calls] == ["auth.test", "apps.connections.open", *["response_url"] * 5]


async def test_the_same_envelope_or_event_again_is_acknowledged_but_not_run_again(slack: SlackServer) -> None:
    script = Script()
    async with running(slack, script):
        first = await slack.command(OWNER, "buy")
        await slack.next_message()
        await slack.send_again(first)
        event = await slack.direct_message(OWNER, "/sell")
        await slack.next_message()
        again = await slack.send("events_api", event.body["payload"], retry_attempt=1, retry_reason="timeout")
        await slack.command(OWNER, "marker")
        await slack.next_message()
        assert again.acknowledged_after is not None
        assert first.acknowledgements == 2
    assert [line for _, line, _ in script.lines] == ["/buy", "/sell", "/marker"]


async def test_a_strangers_answer_is_seen_by_the_stranger_alone(slack: SlackServer) -> None:
    async with running(slack, Script({"/status": Reply("You are not on the list")})):
        await slack.command(STRANGER, "status")
        answer = await slack.next_message()
    assert answer.ephemeral


async def test_late_events_are_not_run(slack: SlackServer) -> None:
    """Slack repeats what was not acknowledged for up to an hour: /buy from ten minutes ago is not run."""
    script = Script()
    async with running(slack, script):
        await slack.direct_message(OWNER, "/buy", age=600)
        late = await slack.next_message()
        await slack.direct_message(OWNER, "/status", age=600)
        await slack.next_message()
    assert "/buy" in late.shown
    assert "10m" in late.shown
    assert [line for _, line, _ in script.lines] == ["/status"]


# ---- buttons


async def asked(slack: SlackServer) -> PostedMessage:
    await slack.command(OWNER, "buy")
    return await slack.next_message()


async def test_a_press_is_the_pressing_members_and_its_outcome_replaces_the_buttons(slack: SlackServer) -> None:
    script = Script({"/buy": ASK, "ok:t1": Reply("Bought", ("0.001 BTC",))})
    async with running(slack, script):
        message = await asked(slack)
        assert message.labels == ["Approve", "Reject"]
        await slack.press(VIEWER, message, "Approve")
        await slack.until(lambda: message.edits == 1)
    assert script.presses == [("slack:U43", "ok:t1", "C1")]
    assert message.shown.splitlines() == ["Buy?", "100,000 KRW", "Bought", "0.001 BTC"]
    assert message.labels == []
    assert len(slack.messages) == 1


@pytest.mark.parametrize(
    ("user", "reply"),
    [(VIEWER, Reply("Only traders may", tone=Tone.ERROR)), (STRANGER, Reply("You are not on the list"))],
)
async def test_what_did_not_happen_leaves_the_buttons_and_is_said_privately(
    slack: SlackServer, user: str, reply: Reply
) -> None:
    async with running(slack, Script({"/buy": ASK, "ok:t1": reply})):
        message = await asked(slack)
        await slack.press(user, message, "Approve")
        answer = await slack.next_message()
    assert message.labels == ["Approve", "Reject"]
    assert answer.ephemeral


async def test_an_old_press_is_not_run(slack: SlackServer) -> None:
    script = Script({"/buy": ASK})
    async with running(slack, script):
        message = await asked(slack)
        await slack.press(OWNER, message, "Approve", age=300)
        answer = await slack.next_message()
    assert script.presses == []
    assert "too late" in answer.shown
    assert message.labels == ["Approve", "Reject"]


async def test_a_button_that_is_not_ours_is_acknowledged_and_ignored(slack: SlackServer) -> None:
    """The same press, but for the button's `action_id`."""
    script = Script({"/buy": ASK})
    async with running(slack, script):
        message = await asked(slack)
        message.blocks[-1]["elements"][0]["action_id"] = "approve_everything"
        foreign = await slack.press(OWNER, message, "Approve")
        await slack.press(OWNER, message, "Reject")
        await slack.until(lambda: message.edits == 1)
        assert foreign.acknowledged_after is not None
    assert script.presses == [("slack:U42", "no:t1", "C1")]


async def test_refreshing_a_view_edits_it_and_a_next_step_does_not(slack: SlackServer) -> None:
    buttons = ((Button("Refresh", "run:/status"), Button("Positions", "run:/positions")),)
    script = Script({"/status": Reply("12:00", buttons=buttons), "run:/status": Reply("12:01", buttons=buttons)})
    async with running(slack, script):
        await slack.command(OWNER, "status")
        message = await slack.next_message()
        await slack.press(OWNER, message, "Refresh")
        await slack.until(lambda: message.edits == 1)
        assert (message.shown, message.labels) == ("12:01", ["Refresh", "Positions"])
        await slack.press(OWNER, message, "Refresh")
        await slack.until(lambda: message.edits == 2)
        await slack.press(OWNER, message, "Positions")
        assert (await slack.next_message()).shown == "pressed run:/positions"
    assert message.shown == "12:01"


async def test_when_the_response_address_is_spent_the_channel_is_used(slack: SlackServer) -> None:
    slack.fail("response_url", 404, "used_url")
    async with running(slack, Script()):
        await slack.command(OWNER, "status")
        answer = await slack.next_message()
    assert answer.shown == "did /status"
    assert slack.called("chat.postMessage")


# ---- rendering


async def test_markup_and_mentions_in_any_text_are_shown_not_obeyed(slack: SlackServer) -> None:
    evil = "<!channel> <http://x|free> *bold* `code` ```"
    reply = Reply(evil, (evil,), table=Table(("coin", "sum"), ((evil, "1"),)))
    async with running(slack, Script({"/x": reply})):
        await slack.command(OWNER, "x")
        message = await slack.next_message()
    kinds = {block["type"] for block in message.blocks}
    assert kinds == {"header", "rich_text"}  # neither reads markup
    assert message.shown.count(evil) == 3
    assert "<!channel>" not in message.text  # the notification's text does: there it is escaped
    assert "&lt;!channel&gt;" in message.text


async def test_a_long_answer_keeps_to_every_limit_of_block_kit(slack: SlackServer) -> None:
    """2,000 lines: several messages, none refused, no line lost, buttons under the last."""
    lines = tuple(f"{number:04d} {'x' * 30}" for number in range(2000))
    reply = Reply("t" * 200, lines, Table(("n",), (("1",),)), ((Button("b" * 100, "run:/logs 2"),),))
    async with running(slack, Script(), linked=True) as front:
        await front.send("C9", reply)
    shown = "\n".join(m.shown for m in slack.messages).splitlines()
    assert shown == ["t" * 200, *lines, "n", "1"]
    assert len(slack.messages) > 1
    assert [bool(m.labels) for m in slack.messages] == [False] * (len(slack.messages) - 1) + [True]


async def test_a_picture_is_uploaded_and_its_words_follow(slack: SlackServer) -> None:
    async with running(slack, Script({"/chart": Reply("BTC", picture=Picture(PNG, "BTC chart"))})):
        await slack.command(OWNER, "chart")
        message = await slack.next_message()
    assert message.shown == "BTC"
    (file,) = slack.files
    assert (file["name"], file["title"], file["channel"], file["content"]) == ("picture.png", "BTC chart", "C1", PNG)


async def test_a_document_is_uploaded_under_its_name_and_its_words_follow(slack: SlackServer) -> None:
    """C2: the CSV of /export as a file of the channel."""
    csv = Document("fills.csv", "\ufeff시각\n".encode(), "text/csv")
    async with running(slack, Script({"/export": Reply("Fills", document=csv)})):
        await slack.command(OWNER, "export")
        message = await slack.next_message()
    assert message.shown == "Fills"
    (file,) = slack.files
    assert (file["name"], file["channel"], file["content"]) == ("fills.csv", "C1", csv.content)


async def test_where_the_app_is_no_member_a_picture_comes_in_the_persons_own_chat(slack: SlackServer) -> None:
    """A slash command works everywhere; a file goes only where the app is."""
    slack.fail("files.completeUploadExternal", error="not_in_channel")
    async with running(slack, Script({"/chart": Reply("BTC", picture=Picture(PNG, "BTC chart"))})):
        await slack.command(OWNER, "chart")
        message = await slack.next_message()
    assert (message.shown, message.channel) == ("BTC", "C1")
    assert [file["channel"] for file in slack.files] == [f"D{OWNER}"]


async def test_what_a_press_in_a_thread_came_to_is_said_in_that_thread(slack: SlackServer) -> None:
    async with running(slack, Script({"run:/chart": Reply("BTC")})) as front:
        root = await front.send("C9", Reply("Order"))
        await front.send("C9", Reply("In", buttons=((Button("Chart", "run:/chart"),),)), thread=root)
        await slack.press(OWNER, slack.messages[1], "Chart")
        await slack.until(lambda: len(slack.messages) == 3)
    assert (slack.messages[2].shown, slack.messages[2].thread) == ("BTC", root)


async def test_where_pictures_are_not_allowed_the_words_still_come(slack: SlackServer) -> None:
    slack.fail("files.getUploadURLExternal", error="missing_scope")
    async with running(slack, Script()) as front:
        await front.send("C9", Reply("BTC", picture=Picture(PNG, "chart")))
    assert [m.shown for m in slack.messages] == ["BTC"]


async def test_send_gives_the_timestamp_and_edits_by_it(slack: SlackServer) -> None:
    async with running(slack, Script()) as front:
        ts = await front.send("C9", ASK)
        assert ts == slack.messages[0].ts
        assert await front.send("C9", Reply("Bought"), edit=ts) == ts
    assert (slack.messages[0].shown, slack.messages[0].labels) == ("Bought", [])


async def test_what_is_said_under_a_message_is_shown_in_the_channel_unless_quiet(slack: SlackServer) -> None:
    """C3: a thread; where its first message was deleted, it is said in the channel alone."""
    async with running(slack, Script()) as front:
        root = await front.send("C9", Reply("Order"))
        await front.send("C9", Reply("Stop moved", quiet=True), thread=root)
        await front.send("C9", Reply("In"), thread=root)
        assert [(m.thread, m.broadcast) for m in slack.messages] == [("", False), (root, False), (root, True)]
        slack.delete(slack.messages[0])
        await front.send("C9", Reply("Out"), thread=root)
        assert (slack.messages[-1].shown, slack.messages[-1].thread) == ("Out", "")
        with pytest.raises(ChatGone):
            await front.send("C9", Reply("Sold"), edit=root)


async def test_a_direct_message_is_edited_where_it_was_posted(slack: SlackServer) -> None:
    """Slack takes a person's id for posting, but wants the id of the conversation for an edit."""
    async with running(slack, Script()) as front:
        ts = await front.send("U1", Reply("Order"))
        assert slack.messages[0].channel == "DU1"
        assert await front.send("U1", Reply("Sold"), edit=ts) == ts
    assert slack.messages[0].shown == "Sold"
    async with running(slack, Script()) as front:  # after a restart as well
        assert await front.send("U1", Reply("Closed"), edit=ts) == ts
    assert [message.shown for message in slack.messages] == ["Closed"]


async def test_an_app_that_may_not_open_conversations_posts_anew_after_a_restart(slack: SlackServer) -> None:
    """An app installed before it asked for im:write: the id of the conversation is known from the last post only."""
    slack.fail("conversations.open", error="missing_scope", times=100)
    async with running(slack, Script()) as front:
        ts = await front.send("U1", Reply("Order"))
        assert await front.send("U1", Reply("Sold"), edit=ts) == ts
    async with running(slack, Script()) as front:
        with pytest.raises(ChatGone):
            await front.send("U1", Reply("Sold"), edit=ts)


async def test_a_picture_goes_into_the_conversation_with_a_person(slack: SlackServer) -> None:
    """Slack takes no person's id for files."""
    async with running(slack, Script()) as front:
        await front.send("U1", Reply("Today", picture=Picture(b"\x89PNG", "Result")))
    assert [file["channel"] for file in slack.files] == ["DU1"]


@pytest.mark.parametrize(("status", "kind"), [(500, ChatUnanswered), (0, ChatUnreachable)])
async def test_whether_a_message_may_have_arrived_is_told(
    slack: SlackServer, status: int, kind: type[ChatUnreachable]
) -> None:
    async with running(slack, Script()) as front:
        if status:
            slack.fail("chat.postMessage", status)
        else:
            await slack.go_down()
        with pytest.raises(ChatUnreachable) as raised:
            await front.send("C9", Reply("In"))
        assert type(raised.value) is kind


# ---- faults of the service


@pytest.mark.parametrize(("bot", "app"), [("xoxb-wrong-secret-token", ""), ("", "xapp-wrong-secret-token")])
async def test_a_wrong_token_is_explained_once_and_never_shown(
    slack: SlackServer, bot: str, app: str, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    told: list[str] = []
    async with running(slack, Script(), told=told, bot_token=bot, app_token=app, linked=False) as front:
        await until_told(told)
        await asyncio.sleep(0.3)  # several more attempts
        assert not front.connected
        assert front.fault == "chat-forbidden"
    assert len(told) == 1
    assert told[0].startswith("Slack rejects the token. Put the right one into .env")
    output = capsys.readouterr().out + caplog.text
    assert "wrong-secret" not in output
    assert output.count("chat_trouble") == 1


async def test_a_lost_link_is_replaced_and_an_outage_explained_once(slack: SlackServer) -> None:
    told: list[str] = []
    script = Script()
    async with running(slack, script, told=told) as front:
        await slack.go_down()
        await until_told(told)
        assert not front.connected
        await slack.come_back()
        await slack.linked()
        await slack.command(OWNER, "status")
        await slack.next_message()
        assert front.connected
    assert [("reached" in t, "again" in t) for t in told] == [(True, False), (False, True)]


async def test_a_link_dropped_without_a_word_is_replaced(slack: SlackServer) -> None:
    async with running(slack, Script()):
        for _ in range(3):
            await slack.drop_links()
            await slack.linked()
        await slack.command(OWNER, "status")
        assert (await slack.next_message()).shown == "did /status"


async def test_an_announced_end_is_bridged_without_a_gap(slack: SlackServer) -> None:
    """The new link is there before the old one goes; what still comes on the old one is served."""
    script = Script()
    async with running(slack, script):
        old = slack._links[0]
        await slack.announce_refresh()
        await slack.until(lambda: slack.links == 2)
        address = slack._response_url("C1", None)
        body = {"command": "/trader", "user_id": OWNER, "channel_id": "C1", "text": "status", "response_url": address}
        await old.send_json({"type": "slash_commands", "envelope_id": "late-one", "payload": body})
        assert (await slack.next_message()).shown == "did /status"
        await old.close()
        await slack.command(OWNER, "help")
        assert (await slack.next_message()).shown == "did /help"


async def test_a_busy_slack_is_given_the_time_it_asks_for(slack: SlackServer) -> None:
    slack.fail("response_url", 429, retry_after=1)
    async with running(slack, Script()):
        await slack.command(OWNER, "status")
        assert (await slack.next_message()).shown == "did /status"
    first, second = slack.called("response_url")
    assert second.at - first.at >= 0.95


async def test_start_and_stop_return_at_once_when_slack_hangs(slack: SlackServer) -> None:
    slack.hang = True
    loop = asyncio.get_running_loop()
    begun = loop.time()
    async with running(slack, Script(), linked=False):
        assert loop.time() - begun < 0.05
        await asyncio.sleep(0.05)
        begun = loop.time()
    assert loop.time() - begun < 1.0
