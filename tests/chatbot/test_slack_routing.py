"""What slack-bolt makes of an envelope, without a connection: which listener reads it, and what nobody reads (C1)."""

from __future__ import annotations

import contextlib
import copy
import logging
import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chatbot.slack.api import Bot, SlackApi
from chatbot.slack.envelopes import Incoming, Opened, Pressed, Typed
from chatbot.slack.routing import Routing

BOT = Bot("trader", "UBOT", "B1", "T1", "xoxb-x")
NOWHERE = "http://127.0.0.1:9"
"""Nobody listens there: whoever calls Slack fails."""


@contextlib.asynccontextmanager
async def routing(bot: Bot = BOT) -> AsyncIterator[Routing]:
    api = SlackApi("xoxb-x", "xapp-x", NOWHERE)
    try:
        yield Routing(api, bot)
    finally:
        await api.close()


async def read(kind: str, payload: dict[str, Any], bot: Bot = BOT) -> Incoming | None:
    async with routing(bot) as ours:
        return await ours.read({"type": kind, "envelope_id": "e1", "payload": payload})


def command(**fields: Any) -> dict[str, Any]:
    return {"command": "/trader", "text": "status", "user_id": "U42", "channel_id": "C1", **fields}


def press(action_id: str = "button-0-1", **fields: Any) -> dict[str, Any]:
    action = {"type": "button", "action_id": action_id, "value": "no:t1", "action_ts": "1700000000.5"}
    return {"type": "block_actions", "user": {"id": "U42"}, "channel": {"id": "C1"}, "actions": [action], **fields}


def event(kind: str = "message", **fields: Any) -> dict[str, Any]:
    inner = {"type": kind, "channel_type": "im", "user": "U42", "text": "status", "channel": "D1", **fields}
    return {"type": "event_callback", "event_time": 1700000000, "event": inner}


# ---- what is read


@pytest.mark.parametrize("name", ["/trader", "/trader2", "/업비트"])
async def test_every_slash_command_of_the_app_is_ours_whatever_its_name(name: str) -> None:
    assert await read("slash_commands", command(command=name)) == Typed("U42", "", "/status", "C1", None)


async def test_a_press_of_one_of_our_buttons_is_read() -> None:
    pressed = await read("interactive", press())
    assert isinstance(pressed, Pressed)
    assert (pressed.user_id, pressed.action, pressed.channel) == ("U42", "no:t1", "C1")
    assert pressed.at is not None
    assert pressed.at.timestamp() == 1700000000.5


@pytest.mark.parametrize(
    ("name", "text", "line"),
    [
        ("/trader-status", "", "/status"),
        ("/trader-buy", "BTC 50000", "/buy BTC 50000"),
        ("/upbit-panic", "", "/panic"),  # /trader was taken
        ("/my-bot", "status", "/status"),  # another name with a dash in it
    ],
)
async def test_each_command_has_a_name_of_its_own(name: str, text: str, line: str) -> None:
    assert await read("slash_commands", command(command=name, text=text)) == Typed("U42", "", line, "C1", None)


async def test_who_opens_the_home_tab_is_told() -> None:
    found = await read("events_api", event("app_home_opened", tab="home"))
    assert isinstance(found, Opened)
    assert found.user_id == "U42"


async def test_a_press_on_the_home_tab_has_no_channel() -> None:
    body = press(view={"type": "home", "id": "V1"}, container={"type": "view", "view_id": "V1"})
    for gone in ("channel", "message", "response_url"):
        body.pop(gone, None)
    found = await read("interactive", body)
    assert isinstance(found, Pressed)
    assert (found.home, found.channel, found.message_ts, found.response_url) == (True, "", "", "")


@pytest.mark.parametrize("payload", [event(), event("app_mention", channel_type="channel", text="<@UBOT> status")])
async def test_direct_messages_and_mentions_are_read(payload: dict[str, Any]) -> None:
    typed = await read("events_api", payload)
    assert isinstance(typed, Typed)
    assert (typed.user_id, typed.text, typed.channel) == ("U42", "status", "D1")


# ---- what is not


@pytest.mark.parametrize(
    ("kind", "payload"),
    [
        ("interactive", press("approve_everything")),
        ("interactive", press("button-0-1-of-somebody-else")),
        ("interactive", press(type="interactive_message", callback_id="x")),
        ("interactive", {"type": "shortcut", "callback_id": "panic", "user": {"id": "U42"}}),
        (
            "interactive",
            {"type": "view_submission", "user": {"id": "U42"}, "view": {"callback_id": "x", "type": "modal"}},
        ),
        ("events_api", event(channel_type="channel")),
        ("events_api", event(subtype="message_changed", hidden=True)),
        ("events_api", event(subtype="file_share")),
        ("events_api", event(bot_id="B7")),
        ("events_api", event("app_mention", bot_id="B7")),
        ("events_api", event(edited={"user": "U42", "ts": "1"})),
        ("events_api", event("app_mention", edited={"user": "U42", "ts": "1"})),
        ("events_api", event(attachments=[{"is_share": True, "text": "비트코인 5만원 사줘"}])),
        ("events_api", event(attachments=[{"is_msg_unfurl": True, "message_blocks": []}])),
        ("events_api", event(blocks=[{"type": "rich_text", "elements": [{"type": "rich_text_quote"}]}])),
        ("events_api", event("reaction_added")),
        ("events_api", event("app_home_opened", tab="messages")),
        ("events_api", event("app_home_opened", tab="home", user=7)),
        ("novelty", {"x": 1}),
    ],
)
async def test_what_has_no_listener_is_nothing(kind: str, payload: dict[str, Any]) -> None:
    assert await read(kind, payload) is None


async def test_what_our_own_bot_said_is_dropped_before_any_listener() -> None:
    """A mention written by the bot's own user would match a listener. Bolt's middleware, which has the bot's ids from
    the authorisation before it, drops it first; of another member it is read."""
    mention = event("app_mention", user="UBOT")
    assert await read("events_api", mention) is None
    assert await read("events_api", mention, Bot("other", "UOTHER", "B2", "T1", "xoxb-x")) is not None


async def test_a_person_is_never_taken_for_the_owner_of_the_token() -> None:
    """`auth.test` of a token without a bot names a person: the commands of others stay theirs."""
    typed = await read("slash_commands", command(), Bot("kim", "U1", "", "T1", "xoxp-x"))
    assert isinstance(typed, Typed)
    assert typed.user_id == "U42"


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.sampled_from(["event_callback", "im", "U1"]),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["id", "type", "text"]), inner, max_size=3)
    ),
    max_leaves=6,
)


@st.composite
def damaged(draw: st.DrawFn) -> Any:
    """A good payload with something else in one place, at any depth."""
    payload: Any = copy.deepcopy(draw(st.sampled_from([command(), press(), event(), event("app_mention")])))
    for extra in ("authorizations", "team", "response_url", "response_urls", "function_data", "view", "message"):
        payload.setdefault(extra, {})
    place = payload
    while True:
        key = draw(st.sampled_from(list(place) if isinstance(place, dict) else list(range(len(place)))))
        if not isinstance(place[key], dict | list) or not place[key] or draw(st.booleans()):
            place[key] = draw(_JSON)
            return payload
        place = place[key]


@settings(max_examples=150, deadline=None)
@given(payload=damaged() | _JSON)
async def test_no_payload_can_raise(payload: Any) -> None:
    """What is still read has a person, a text and a channel, all of them text."""
    async with routing() as ours:
        found = await ours.read({"envelope_id": "e1", "payload": payload})
    match found:
        case Typed(user_id, _, text, channel):
            assert user_id
            assert text
            assert all(isinstance(value, str) for value in (user_id, text, channel))
        case Pressed(user_id, _, action, channel):
            assert user_id
            assert action
            assert all(isinstance(value, str) for value in (user_id, action, channel))


# ---- what it costs


async def test_it_is_built_without_the_network_or_files_whatever_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Bolt looks into the environment: a token there would be warned about, client ids begin an OAuth flow."""
    for name in ("SLACK_BOT_TOKEN", "SLACK_CLIENT_ID", "SLACK_CLIENT_SECRET", "SLACK_SIGNING_SECRET"):
        monkeypatch.setenv(name, "xoxb-of-somebody-else")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    assert await read("slash_commands", command()) is not None
    assert os.listdir(tmp_path) == []
    assert caplog.text == ""


async def test_the_levels_of_our_own_loggers_stay() -> None:
    """Bolt sets the level of the logger that has the app's name, with every request."""
    assert await read("slash_commands", command()) is not None
    assert [logging.getLogger(name).level for name in ("trader", "chatbot")] == [logging.NOTSET, logging.NOTSET]
