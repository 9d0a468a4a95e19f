"""C4: numeric ids in an allow-list with roles; an empty list admits nobody; buttons check as commands do."""

from __future__ import annotations

from chatbot.people.access import Access, Person, Role
from tests.chatbot.chat_bench import OWNER, STRANGER, TRADER, VIEWER, Bench
from trader.model.events import EventKind
from trader.settings import Settings


def settings(**given: object) -> Settings:
    return Settings(_env_file=None, **given)  # type: ignore[call-arg,arg-type]


def test_an_empty_list_admits_nobody() -> None:
    access = Access.from_settings(settings())
    assert access.role_of(OWNER) is Role.NOBODY
    assert access.role_of(Person("telegram", "")) is Role.NOBODY


def test_the_highest_of_several_roles_counts_and_channels_are_kept_apart() -> None:
    access = Access.from_settings(settings(telegram_viewers="7,1", telegram_owners="1", slack_traders="U2"))
    assert access.role_of(Person("telegram", "1")) is Role.OWNER
    assert access.role_of(Person("telegram", "7")) is Role.VIEWER
    assert access.role_of(Person("slack", "U2")) is Role.TRADER
    assert access.role_of(Person("slack", "1")) is Role.NOBODY


def test_who_sits_at_the_machine_is_an_owner() -> None:
    access = Access.from_settings(settings())
    assert access.role_of(Person("console")) is access.role_of(Person("shell")) is Role.OWNER


def test_a_name_gives_no_right() -> None:
    access = Access.from_settings(settings(telegram_owners="1"))
    assert access.role_of(Person("telegram", "2", name="1")) is Role.NOBODY


async def test_a_stranger_is_told_their_id_once_and_then_met_with_silence(bench: Bench) -> None:
    first = await bench.dispatcher.line(STRANGER, "/status", conversation="666")
    assert first is not None
    assert "telegram:666" not in first.text()
    assert "10,012,345" not in first.text()
    assert await bench.dispatcher.line(STRANGER, "/status") is None
    assert await bench.dispatcher.press(STRANGER, "ok:01HZX3ABCDEFGHJK") is None
    assert [e.kind for e in bench.desk.recorded] == [EventKind.STRANGER]
    assert bench.desk.recorded[0].data["person"] == "telegram:666"
    assert bench.desk.recorded[0].push
    bench.clock.advance(3600)
    assert await bench.dispatcher.line(STRANGER, "/status") is not None
    assert len(bench.desk.recorded) == 2


async def test_a_stranger_is_told_both_ways_in(bench: Bench, korean: Bench) -> None:
    """A code from the owner, or the list in the environment, each with what to write."""
    english, hangul = [await one.dispatcher.line(STRANGER, "/status") for one in (bench, korean)]
    assert english is not None
    assert hangul is not None
    assert (english.title, *english.lines) == (
        "You may not use this bot yet.",
        "Your Telegram id: 666",
        "The owner can let you in with a code (/invite): send it to the bot in a private chat, as /pair CODE",
        "Or the owner adds 666 to TELEGRAM_TRADERS or TELEGRAM_VIEWERS in .env and restarts.",
    )
    assert hangul.lines[0] == "내 텔레그램 ID: 666"
    assert "/pair" in hangul.lines[1]
    assert {"telegram_traders", "telegram_viewers", "slack_traders", "slack_viewers"} <= set(Settings.model_fields)


async def test_a_strangers_button_does_nothing(bench: Bench) -> None:
    ticket = await bench.say("/buy BTC 5만원")
    approve = ticket.buttons[0][0].action
    await bench.dispatcher.press(STRANGER, approve)
    assert bench.called == ["propose"]


async def test_a_crowd_of_strangers_does_not_flood_the_owners(bench: Bench) -> None:
    for n in range(10):
        await bench.dispatcher.line(Person("telegram", f"9{n}"), "hello")
    assert [e.push for e in bench.desk.recorded] == [True] * 3 + [False] * 7


async def test_a_viewer_may_look_but_not_trade_neither_typed_nor_pressed(bench: Bench) -> None:
    assert (await bench.say("/status", VIEWER)).data["equity_krw"] == "10012345"
    ticket = await bench.say("/buy BTC 5만원", TRADER)
    for reply in (
        await bench.say("/buy BTC 5만원", VIEWER),
        await bench.press(ticket.buttons[0][0].action, VIEWER),
        await bench.say("/pause", VIEWER),
    ):
        assert reply.data["error"] == "forbidden"
    assert bench.called == ["propose"]
    denied = [e for e in bench.desk.recorded if e.data.get("outcome") == "Forbidden"]
    assert len(denied) == 3


async def test_a_trader_may_pause_but_not_start_or_change_settings(bench: Bench) -> None:
    assert (await bench.say("/pause", TRADER)).data["state"] == "reducing"
    for line in ("/resume", "/start", "/stop", "/set order_fraction 5%", "/markets add XRP", "/limits max_positions 3"):
        assert (await bench.say(line, TRADER)).data["error"] == "forbidden", line
    assert (await bench.say("/limits", TRADER)).data["limits"]
    assert bench.called == ["set_state"]


async def test_every_command_stands_in_the_audit_trail_also_what_only_looked_or_was_refused(bench: Bench) -> None:
    """Who, what, what came of it. What only looked is written by the time everything is closed, all of it at once."""
    await bench.say("/positions", VIEWER)
    await bench.say("/pause", VIEWER)
    await bench.say("/pause", TRADER)
    await bench.say("/nonsense", VIEWER)
    await bench.say("/buy BTC", TRADER)
    await bench.say("/" + "x" * 600, VIEWER)
    question = await bench.say("/panic", TRADER)
    await bench.press(question.buttons[0][0].action, OWNER)
    await bench.press(question.buttons[0][1].action, TRADER)
    await bench.press("do:nothing00000", OWNER)
    at_once = [(e.data["person"], e.data["line"], e.data["outcome"]) for e in bench.desk.recorded]
    assert at_once == [
        ("telegram:3", "/pause", "Forbidden"),
        ("slack:U2", "/pause", "ok"),
        ("slack:U2", "/buy BTC", "argument-missing"),
        ("slack:U2", "/panic", "asked"),
        ("telegram:1", "do", "confirmation-other"),
        ("telegram:1", "do", "confirmation-gone"),
    ]
    await bench.dispatcher.close()
    later = [e for e in bench.desk.recorded if e.kind is EventKind.LOOKED]
    assert [(e.data["line"][:10], e.data["outcome"]) for e in later] == [
        ("/positions", "ok"),
        ("/nonsense", "command-unknown"),
        ("/xxxxxxxxx", "line-too-long"),
        ("/panic", "dropped"),
    ]
    assert not any(e.push for e in bench.desk.recorded)


async def test_looks_that_could_not_be_written_are_tried_again(bench: Bench) -> None:
    bench.desk.disk_full = True
    await bench.say("/positions", VIEWER)
    await bench.dispatcher.close()
    bench.desk.disk_full = False
    await bench.dispatcher.close()
    assert [e.data["line"] for e in bench.desk.recorded] == ["/positions"]


async def test_a_strangers_words_reach_no_model_and_no_command(bench: Bench) -> None:
    """While a code waits to be used, `/pair` is all that a stranger can say, and all that is looked at."""
    bench.people.pairing.issue(Role.OWNER, "shell")
    for line in ("/pair", "pair", "sell everything", "/panic"):
        reply = await bench.dispatcher.line(STRANGER, line, private=True)
        assert reply is None or reply.data.get("outcome") == "stranger" or reply.data["error"] == "argument-missing"
    assert bench.called == []


async def test_help_and_menu_show_what_the_role_may_run(bench: Bench) -> None:
    assert "/buy" not in (await bench.say("/help", VIEWER)).text()
    assert "/buy" in (await bench.say("/help", TRADER)).text()
    names = [name for name, _ in bench.dispatcher.menu(Role.VIEWER, "ko")]
    assert "status" in names
    assert "panic" not in names
