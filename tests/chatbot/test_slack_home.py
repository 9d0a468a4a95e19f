"""Slack's Home tab: what a person finds there, what the buttons on it do, and who finds nothing (C1, C4)."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from chatbot.reply import Button, Reply
from chatbot.slack.api import SlackApi
from chatbot.slack.render import home_blocks
from chatbot.wording import LANGUAGES
from storage.memory import MemoryStorage
from tests.chatbot.chat_bench import STRANGER, TRADER, Bench, Person
from tests.chatbot.fake_desk import NOW, TICKET_ID
from tests.chatbot.golden_wire import written
from tests.chatbot.live_bench import Phones, home_of, let_in, phones
from tests.fakes.slack_server import SlackServer
from tests.fakes.telegram_server import TelegramServer
from trader.model.member import Member
from trader.model.portfolio import TradingState
from trader.model.views import StateNote

OWNER, TRADING, VIEWER, OTHER = "U1", TRADER.user_id, "U3", "U666"
GOLDEN = Path(__file__).parent / "golden_home"


@pytest_asyncio.fixture
async def at() -> AsyncIterator[Phones]:
    async with TelegramServer() as telegram, SlackServer() as slack, phones(telegram, slack, MemoryStorage()) as both:
        yield both


async def opened(at: Phones, user: str) -> Any:
    await at.slack.open_home(user)
    await at.slack.until(lambda: user in at.slack.homes)
    return at.slack.homes[user]


def home(at: Phones, user: str) -> Any:
    """As it is now."""
    return at.slack.homes[user]


async def quiet() -> None:
    """Time for several looks; nothing is waited for, since nothing is to happen."""
    await asyncio.sleep(0.3)


# ---------------------------------------------------------------- what is there


async def test_an_owner_finds_how_it_stands_and_the_buttons_that_matter(at: Phones) -> None:
    page = await opened(at, OWNER)
    assert "🟢 Trading · sandbox" in page.shown
    assert "▲ Bitcoin KRW-BTC +1.01% (+9,525 KRW)" in page.shown
    assert "As of 12:00:00 · kept up to date until 12:15:00" in page.shown
    assert page.labels == ["Refresh", "Positions", "Result", "Pause", "🚨 Panic", "Settings", "Help"]


@pytest.mark.parametrize(
    ("user", "state", "labels"),
    [
        (TRADING, TradingState.ACTIVE, ["Pause", "🚨 Panic"]),
        (TRADING, TradingState.REDUCING, ["🚨 Panic"]),  # an owner goes on
        (OWNER, TradingState.REDUCING, ["Resume", "🚨 Panic"]),
        (VIEWER, TradingState.ACTIVE, []),
    ],
)
async def test_it_offers_what_this_person_may_press(
    at: Phones, user: str, state: TradingState, labels: list[str]
) -> None:
    at.bench.desk.note = StateNote(state, "telegram:1", NOW)
    page = await opened(at, user)
    assert page.labels[3:-2] == labels


async def test_what_waits_is_answered_there(at: Phones) -> None:
    await at.bench.say("/buy BTC 50000", TRADER)
    page = await opened(at, OWNER)
    assert "Waiting for an answer: 1" in page.shown
    assert page.labels[-3:] == ["✅ Approve", "½ Half", "❌ Reject"]
    await at.slack.press_home(OWNER, "❌ Reject")
    await at.slack.until(lambda: home(at, OWNER).published == 2)
    assert at.bench.desk.calls[-1][:3] == ("answer", TICKET_ID, False)
    at.bench.desk.pending = []
    at.happened()
    await at.slack.until(lambda: "Waiting" not in home(at, OWNER).shown)
    assert home(at, OWNER).shown.startswith("Rejected")
    assert "❌ Reject" not in home(at, OWNER).labels
    assert at.slack.messages == []


async def test_a_viewer_sees_what_waits_without_buttons(at: Phones) -> None:
    await at.bench.say("/buy BTC 50000", TRADER)
    page = await opened(at, VIEWER)
    assert "Waiting for an answer: 1" in page.shown
    assert "✅ Approve" not in page.labels


async def test_each_in_their_language(at: Phones) -> None:
    await at.bench.languages.choose(f"slack:{OWNER}", "ko")
    korean, english = await opened(at, OWNER), await opened(at, TRADING)
    assert "🟢 거래 중" in korean.shown
    assert "🟢 Trading" in english.shown


async def test_the_messages_tab_is_nothing_to_show(at: Phones) -> None:
    await at.slack.open_home(OWNER, tab="messages")
    await quiet()
    assert at.slack.homes == {}


async def test_it_is_acknowledged_before_anything_is_done(at: Phones) -> None:
    at.slack.hang = True
    envelope = await at.slack.open_home(OWNER)
    await at.slack.until(lambda: envelope.acknowledged_after is not None, 2.0)
    assert at.slack.called("views.publish") == []
    at.slack.mend()


# ---------------------------------------------------------------- what the buttons do


async def test_panic_asks_on_the_page_itself(at: Phones) -> None:
    await opened(at, OWNER)
    await at.slack.press_home(OWNER, "🚨 Panic")
    await at.slack.until(lambda: "Panic (everything)" in home(at, OWNER).shown)
    page = home(at, OWNER)
    assert page.shown.index("Panic (everything)") < page.shown.index("🟢 Trading")
    assert page.labels[:2] == ["✅ Do it", "❌ Leave it"]
    assert "panic" not in at.bench.called
    await at.slack.press_home(OWNER, "✅ Do it")
    await at.slack.until(lambda: "Panic done" in home(at, OWNER).shown)
    assert "panic" in at.bench.called
    assert at.slack.messages == []


async def test_pause_is_done_at_once_and_shows(at: Phones) -> None:
    await opened(at, OWNER)
    await at.slack.press_home(OWNER, "Pause")
    await at.slack.until(lambda: "Resume" in home(at, OWNER).labels)
    assert home(at, OWNER).shown.count("🟡 Paused") == 2  # what came of it, and how it stands


async def test_a_menu_is_walked_on_the_page(at: Phones) -> None:
    await opened(at, OWNER)
    await at.slack.press_home(OWNER, "Settings")
    await at.slack.until(lambda: "Settings" in home(at, OWNER).shown)
    await at.slack.press_home(OWNER, "Refresh")
    await at.slack.until(lambda: "Settings" not in home(at, OWNER).shown)
    assert at.slack.messages == []


async def test_a_picture_goes_where_messages_are(at: Phones) -> None:
    await opened(at, OWNER)
    await at.slack.press_home(OWNER, "Result")
    await at.slack.until(lambda: "The answer stands under Messages." in home(at, OWNER).shown)
    assert [message.channel for message in at.slack.messages] == [f"D{OWNER}"]
    assert [file["channel"] for file in at.slack.files] == [f"D{OWNER}"]


async def test_a_press_goes_into_the_trail_like_any_other(at: Phones) -> None:
    await opened(at, OWNER)
    await at.slack.press_home(OWNER, "Pause")
    await at.slack.until(lambda: "Resume" in home(at, OWNER).labels)
    assert [e.data["person"] for e in at.bench.desk.recorded] == [f"slack:{OWNER}"]


# ---------------------------------------------------------------- up to date


async def test_what_happens_is_shown_to_who_looks(at: Phones) -> None:
    await opened(at, OWNER)
    at.bench.desk.note = StateNote(TradingState.HALTED, "guard", NOW)
    at.happened()
    await at.slack.until(lambda: "🔴 Stopped" in home(at, OWNER).shown)


async def test_nothing_is_published_while_nothing_changes(at: Phones) -> None:
    page = await opened(at, OWNER)
    at.happened()
    await quiet()
    assert page.published == home(at, OWNER).published == 1


async def test_after_a_while_it_says_as_of_when_it_stands(at: Phones) -> None:
    await opened(at, OWNER)
    at.bench.clock.advance(15 * 60)
    await at.slack.until(lambda: "kept up to date" not in home(at, OWNER).shown)
    assert "As of 12:00:00" in home(at, OWNER).shown
    count = home(at, OWNER).published
    at.bench.desk.note = StateNote(TradingState.HALTED, "guard", NOW)
    at.happened()
    await quiet()
    assert home(at, OWNER).published == count
    await at.slack.open_home(OWNER)
    await at.slack.until(lambda: "🔴 Stopped" in home(at, OWNER).shown)


async def test_a_restart_goes_on_with_the_open_pages() -> None:
    storage = MemoryStorage()
    async with TelegramServer() as telegram, SlackServer() as slack:
        async with phones(telegram, slack, storage) as at:
            await opened(at, OWNER)
            await opened(at, OTHER)
        bench = Bench()
        bench.desk.note = StateNote(TradingState.HALTED, "guard", NOW)
        async with phones(telegram, slack, storage, bench=bench):
            await slack.until(lambda: "🔴 Stopped" in slack.homes[OWNER].shown)
        assert slack.homes[OTHER].published == 1


async def test_nobody_looking_nothing_is_done(at: Phones) -> None:
    at.happened()
    await quiet()
    assert at.slack.called("views.publish") == []


async def test_asked_to_wait_it_waits(at: Phones) -> None:
    await opened(at, OWNER)
    at.slack.fail("views.publish", 429, retry_after=60, times=100)
    calls = len(at.slack.called("views.publish"))
    at.bench.desk.note = StateNote(TradingState.HALTED, "guard", NOW)
    at.happened()
    await at.slack.until(lambda: len(at.slack.called("views.publish")) > calls)
    await quiet()
    assert len(at.slack.called("views.publish")) == calls + 1


async def test_an_app_without_a_home_tab_is_left_in_peace(at: Phones) -> None:
    """Installed from an older manifest."""
    at.slack.fail("views.publish", error="not_enabled", times=100)
    await at.slack.open_home(OWNER)
    await at.slack.until(lambda: bool(at.slack.called("views.publish")))
    at.happened()
    await quiet()
    assert len(at.slack.called("views.publish")) == 1
    await at.slack.command(OWNER, "positions")
    assert "Bitcoin" in (await at.slack.next_message()).shown


# ---------------------------------------------------------------- who finds nothing


async def test_a_stranger_finds_how_to_come_in_and_nothing_else(at: Phones) -> None:
    page = await opened(at, OTHER)
    assert page.shown.splitlines()[0] == "Not paired"
    assert OTHER in page.shown
    assert "pair CODE" in page.shown
    assert page.buttons == []
    assert "KRW" not in page.shown


async def test_a_stranger_who_opens_it_again_and_again_costs_one_page(at: Phones) -> None:
    await opened(at, OTHER)
    for _ in range(5):
        await at.slack.open_home(OTHER)
    await quiet()
    assert home(at, OTHER).published == 1


async def test_who_is_shut_out_while_looking_sees_nothing_more(at: Phones) -> None:
    await opened(at, OWNER)
    at.bench.access.put(Member("slack", OWNER, "owner", "", "environment", NOW, "telegram:1", NOW))
    at.fronts[1].people_changed()
    await at.slack.until(lambda: home(at, OWNER).shown.startswith("Not paired"))
    assert "KRW" not in home(at, OWNER).shown


async def test_who_is_shut_out_later_sees_nothing_either(at: Phones) -> None:
    await opened(at, TRADING)
    at.bench.clock.advance(15 * 60)
    await at.slack.until(lambda: "kept up to date" not in home(at, TRADING).shown)
    at.bench.access.put(Member("slack", TRADING, "trader", "", "environment", NOW, "telegram:1", NOW))
    at.fronts[1].people_changed()
    await at.slack.until(lambda: home(at, TRADING).shown.startswith("Not paired"))


async def test_who_was_shut_out_by_the_shell_sees_nothing_after_the_start() -> None:
    storage = MemoryStorage()
    async with TelegramServer() as telegram, SlackServer() as slack:
        async with phones(telegram, slack, storage) as at:
            await opened(at, TRADING)
        bench = Bench()
        bench.access.put(Member("slack", TRADING, "trader", "", "environment", NOW, "shell", NOW))
        async with phones(telegram, slack, storage, bench=bench):
            await slack.until(lambda: slack.homes[TRADING].shown.startswith("Not paired"))


async def test_a_button_of_an_old_page_is_checked_like_any_other(at: Phones) -> None:
    """The page still stands on the screen of somebody who was shut out."""
    await opened(at, OWNER)
    at.bench.access.put(Member("slack", OWNER, "owner", "", "environment", NOW, "telegram:1", NOW))
    await at.slack.press_home(OWNER, "Pause")
    await at.slack.until(lambda: home(at, OWNER).shown.startswith("Not paired"))
    assert at.bench.desk.note.state is TradingState.ACTIVE


# ---------------------------------------------------------------- within Slack's limits


def test_a_page_of_too_much_is_cut_at_its_end() -> None:
    """100 blocks in a Home tab, 3000 characters in a text; ids of blocks differ."""
    long = Reply("Everything", tuple("x" * 2900 for _ in range(40)))
    rows = tuple((Button("Go", f"run:/why {n}"),) for n in range(60))
    blocks = home_blocks((Reply("First", buttons=rows), long, Reply("Last", buttons=rows)))
    assert len(blocks) == 100
    ids = [block["block_id"] for block in blocks if "block_id" in block]
    assert len(ids) == len(set(ids))


async def test_the_longest_page_is_taken() -> None:
    """Twelve positions, eight proposals, a long answer on top."""
    async with SlackServer() as slack:
        api = SlackApi(slack.bot_token, slack.app_token, slack.url)
        answer = Reply("x" * 140, tuple("y" * 2999 for _ in range(30)))
        await api.publish("U1", home_blocks((answer, *(await _page("crowded", "en")))))
        await api.close()
    assert len(slack.homes["U1"].blocks) <= 100


# ---------------------------------------------------------------- as they were last looked at


async def _page(name: str, language: str) -> tuple[Reply, ...]:
    bench = Bench(language=language)
    let_in(bench)
    one = home_of(bench)
    person = {"viewer": Person("slack", VIEWER), "stranger": STRANGER}.get(name, Person("slack", OWNER))
    if name in ("waiting", "crowded"):
        await bench.say("/buy BTC 50000", TRADER)
    if name == "crowded":
        bench.desk.pending = [replace(bench.desk.pending[0], ticket_id=f"T{n}{TICKET_ID[2:]}") for n in range(8)]
        bench.desk.held = bench.desk.held * 12
    if name == "paused":
        bench.desk.note = StateNote(TradingState.REDUCING, "telegram:1", NOW)
    return (await one.page(person, one.kept_until())).parts


PAGES = ("owner", "viewer", "paused", "waiting", "crowded", "stranger")


async def _told(name: str) -> dict[str, Any]:
    async with SlackServer() as slack:
        api = SlackApi(slack.bot_token, slack.app_token, slack.url)
        try:
            found = {}
            for language in LANGUAGES:
                await api.publish("U1", home_blocks(await _page(name, language)))
                found[language] = {"home": slack.homes["U1"].blocks}
            return found
        finally:
            await api.close()


@pytest.mark.parametrize("name", PAGES)
async def test_it_reads_as_it_was_last_looked_at(name: str, request: pytest.FixtureRequest) -> None:
    """After a wording was changed on purpose: --write-golden, then read the difference."""
    told, path = await _told(name), GOLDEN / f"{name}.json"
    if request.config.getoption("--write-golden", default=False):
        GOLDEN.mkdir(exist_ok=True)
        path.write_text(written(told), encoding="utf-8")
    assert told == json.loads(path.read_text(encoding="utf-8"))
