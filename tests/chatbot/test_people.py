"""C4: people come in by a code, get roles, and are shut out at once; who is told follows them."""

from __future__ import annotations

import asyncio

import pytest

from chatbot.people.access import Access, Person, Role
from chatbot.people.routes import routes
from chatbot.reply import Reply
from tests.chatbot.chat_bench import CONSOLE, OWNER, STRANGER, TRADER, VIEWER, Bench
from trader.chronicle import Route
from trader.errors import StorageFailed
from trader.model.events import Event, EventKind
from trader.model.member import Member
from trader.model.portfolio import TradingState
from trader.settings import Settings

SHELL = Person("shell")
SECOND = Person("telegram", "10", "Second")


def settings(**given: object) -> Settings:
    tokens = {"telegram_bot_token": "1:t", "slack_bot_token": "xoxb-t", "slack_app_token": "xapp-t"}
    return Settings(_env_file=None, **{**tokens, **given})  # type: ignore[call-arg,arg-type]


async def invited(bench: Bench, role: str = "trader", by: Person = OWNER) -> str:
    return str((await bench.say(f"/invite {role}", by)).data["code"])


async def pair(bench: Bench, person: Person, code: str) -> Reply:
    reply = await bench.dispatcher.line(person, f"/pair {code}", conversation=person.user_id, private=True)
    assert reply is not None
    return reply


async def second_owner(bench: Bench) -> None:
    await pair(bench, SECOND, await invited(bench, "owner"))


async def told(bench: Bench) -> list[Event]:
    events = await bench.storage.read(lambda r: r.events.latest(100, [EventKind.ACCESS_CHANGED]))
    return events[::-1]


# ---------------------------------------------------------------- coming in


async def test_a_stranger_with_a_code_is_in_at_once_and_stays_in(bench: Bench) -> None:
    reply = await pair(bench, STRANGER, await invited(bench, "trader"))
    assert reply.data == {"outcome": "ok", "role": "trader"}
    commands = (await bench.say("/help", STRANGER)).data["commands"]
    assert {"status", "buy"} < set(commands)  # type: ignore[arg-type]
    (row,) = await bench.storage.read(lambda r: r.people.all())
    assert (row.key, row.role, row.name, row.added_by) == ("telegram:666", "trader", "Mallory", "telegram:1")
    (event,) = await told(bench)
    assert event.push
    assert (event.data["what"], event.data["person"], event.data["by"]) == ("paired", "telegram:666", "telegram:1")


async def test_the_code_stands_in_no_row(bench: Bench) -> None:
    """Neither when it is made, nor when it is used, mistyped into another command, or said by a member."""
    code = await invited(bench, "owner")
    await bench.say(f"/pari {code}", VIEWER)
    await pair(bench, STRANGER, "AAAAA-BBBBB")
    await pair(bench, STRANGER, code)
    await bench.dispatcher.close()
    stored = await bench.storage.read(lambda r: str(r.events.latest(100)) + str(r.people.all()))
    trail = [(e.data["person"], e.data["line"], e.data["outcome"]) for e in bench.desk.recorded]
    assert code not in stored
    assert code not in str(bench.desk.recorded)
    assert ("telegram:666", "/pair ***", "pairing-wrong") in trail
    assert ("telegram:666", "/pair ***", "ok") in trail
    assert ("telegram:3", "/pari ***", "command-unknown") in trail


async def test_a_code_in_a_group_lets_nobody_in(bench: Bench) -> None:
    code = await invited(bench)
    reply = await bench.dispatcher.line(STRANGER, f"/pair {code}", conversation="-100", private=False)
    assert reply is not None
    assert reply.data["error"] == "pairing-public"
    assert bench.access.role_of(STRANGER) is Role.NOBODY
    assert await bench.dispatcher.line(STRANGER, f"/pair {code}", private=True) is not None  # told once, as any
    assert await bench.dispatcher.line(STRANGER, f"/pair {code}", private=True) is None


async def test_a_code_is_not_shown_in_a_group(bench: Bench) -> None:
    reply = await bench.say("/invite viewer", private=False)
    assert reply.data["error"] == "invite-public"
    assert not bench.people.pairing.open


async def test_an_invitation_is_for_the_eyes_of_who_asked(bench: Bench) -> None:
    assert (await bench.say("/invite viewer", TRADER)).data["error"] == "forbidden"
    assert (await bench.say("/invite viewer")).private


async def test_guessing_is_told_to_the_owners_and_then_met_with_silence(bench: Bench) -> None:
    await invited(bench)
    guessers = [Person("telegram", str(1000 + n // 5)) for n in range(20)]
    for guesser in guessers:
        await pair(bench, guesser, "AAAAA-BBBBB")
    assert [e.data["what"] for e in await told(bench)] == ["guessed"]
    first = await bench.dispatcher.line(guessers[-1], "/pair AAAAA-BBBBB", private=True)
    assert first is not None
    assert first.lines[0] == "Your Telegram id: 1003"  # as any stranger, once
    assert await bench.dispatcher.line(guessers[-1], "/pair AAAAA-BBBBB", private=True) is None


async def test_a_higher_role_by_a_second_code(bench: Bench) -> None:
    await pair(bench, VIEWER, await invited(bench, "trader"))
    assert bench.access.role_of(VIEWER) is Role.TRADER


async def test_nobody_is_let_in_whose_row_cannot_be_written(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    code = await invited(bench)

    async def full(fn: object) -> None:
        raise StorageFailed("disk full")

    monkeypatch.setattr(bench.storage, "write", full)
    assert (await pair(bench, STRANGER, code)).data["error"] == "StorageFailed"
    assert bench.access.role_of(STRANGER) is Role.NOBODY


# ---------------------------------------------------------------- the list and roles


async def test_people_lists_everybody_with_role_and_origin(bench: Bench) -> None:
    await pair(bench, SECOND, await invited(bench, "viewer"))
    reply = await bench.say("/people")
    assert reply.lines == (
        "👑 Telegram 1 · owner · environment",
        "🔁 Slack U2 · trader · environment",
        "👁 Telegram 3 · viewer · environment",
        "👁 Telegram 10 Second · viewer · by a code of Owner",
    )
    assert [b.action for b in reply.buttons[-1]] == ["run:/invite owner", "run:/invite trader", "run:/invite viewer"]
    assert (await bench.say("/people", TRADER)).data["error"] == "forbidden"


@pytest.mark.parametrize("name", ["telegram:10", "10", "second", "@Second"])
async def test_a_person_by_key_number_or_name(bench: Bench, name: str) -> None:
    await pair(bench, SECOND, await invited(bench, "viewer"))
    assert (await bench.say(f"/people {name}")).data["person"] == "telegram:10"


async def test_a_role_changes_by_a_button_after_a_question(bench: Bench) -> None:
    page = await bench.say("/people telegram:3")
    button = next(b for row in page.buttons for b in row if b.action == "run:/people telegram:3 trader")
    question = await bench.press(button.action)
    assert bench.access.role_of(VIEWER) is Role.VIEWER
    await bench.press(question.buttons[0][0].action)
    assert bench.access.role_of(VIEWER) is Role.TRADER
    assert [e.data["what"] for e in await told(bench)] == ["role"]


async def test_the_last_owner_can_neither_be_lowered_nor_revoked_by_chat(bench: Bench) -> None:
    for line in ("/people telegram:1 viewer", "/revoke telegram:1"):
        assert (await bench.say(line)).data["error"] == "person-last-owner"
    assert bench.access.role_of(OWNER) is Role.OWNER


# ---------------------------------------------------------------- shutting out


async def confirm(bench: Bench, line: str, person: Person = OWNER) -> Reply:
    question = await bench.say(line, person)
    assert question.data["outcome"] == "asked"
    return await bench.press(question.buttons[0][0].action, person)


async def test_revoked_is_out_at_once_with_buttons_questions_and_proposals(bench: Bench) -> None:
    """The trader has a question open and a proposal of their own; entries are stopped, those who remain are told."""
    question = await bench.say("/panic", TRADER)
    ticket = await bench.say("/buy BTC 5만원", TRADER)
    await confirm(bench, "/revoke slack:U2")
    assert bench.access.role_of(TRADER) is Role.NOBODY
    assert (bench.desk.note.state, bench.desk.note.reason) == (TradingState.REDUCING, "revoked")
    assert bench.desk.calls[-1][0] == "answer"
    assert bench.desk.calls[-1][2] is False  # their proposal was turned down
    for action in (question.buttons[0][0].action, ticket.buttons[0][0].action):
        before = list(bench.desk.calls)
        await bench.dispatcher.press(TRADER, action)
        assert bench.desk.calls == before
    assert await bench.dispatcher.line(TRADER, "/status") is None
    assert [e.data["what"] for e in await told(bench)] == ["revoked"]


async def test_revoked_while_a_sentence_is_being_thought_about(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """The trader asks for something, a model takes its time, and meanwhile an owner revokes the trader."""
    hear = bench.dispatcher._hearing.hear

    async def slow(*given: object) -> object:
        monkeypatch.undo()
        await confirm(bench, "/revoke slack:U2")
        return await hear(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(bench.dispatcher._hearing, "hear", slow)
    reply = await bench.say("/buy BTC 5만원", TRADER)
    assert reply.data["error"] == "forbidden"
    assert "propose" not in bench.called


async def test_let_in_again_within_the_minute_an_old_question_stays_unanswered(bench: Bench) -> None:
    question = await bench.say("/panic", TRADER)
    await confirm(bench, "/revoke slack:U2")
    await confirm(bench, "/people slack:U2 restore")
    assert bench.access.role_of(TRADER) is Role.TRADER
    assert (await bench.press(question.buttons[0][0].action, TRADER)).data["error"] == "confirmation-gone"


async def test_what_an_owner_invited_before_being_revoked_is_void(bench: Bench) -> None:
    await second_owner(bench)
    code = await invited(bench, "owner", by=SECOND)
    await confirm(bench, "/revoke telegram:10")
    reply = await bench.dispatcher.line(STRANGER, f"/pair {code}", private=True)
    assert reply is not None
    assert reply.data["outcome"] == "stranger"
    assert bench.access.role_of(STRANGER) is Role.NOBODY


async def test_with_a_full_disk_a_revoked_person_is_out_all_the_same(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    question = await bench.say("/revoke slack:U2")

    async def full(fn: object) -> None:
        raise StorageFailed("disk full")

    monkeypatch.setattr(bench.storage, "write", full)
    assert (await bench.press(question.buttons[0][0].action)).data["error"] == "StorageFailed"
    assert bench.access.role_of(TRADER) is Role.NOBODY
    assert "set_state" in bench.called


async def test_from_the_shell_the_last_owner_can_be_revoked_and_it_is_said_what_that_means(bench: Bench) -> None:
    asked = await bench.say("/revoke telegram:1", SHELL)
    assert "last owner" in asked.text()
    done = await bench.say("/revoke telegram:1 confirm", SHELL)
    assert "python -m chatbot pair" in done.text()
    assert bench.access.owners() == []
    reply = await pair(bench, OWNER, await invited(bench, "owner", by=CONSOLE))
    assert reply.data["role"] == "owner"
    assert [known.key for known in bench.access.owners()] == [OWNER.key]


async def test_two_who_revoke_one_another_leave_one(bench: Bench) -> None:
    await second_owner(bench)
    mine = await bench.say("/revoke telegram:10", OWNER)
    theirs = await bench.say("/revoke telegram:1", SECOND)
    await asyncio.gather(
        bench.dispatcher.press(OWNER, mine.buttons[0][0].action),
        bench.dispatcher.press(SECOND, theirs.buttons[0][0].action),
    )
    assert len(bench.access.owners()) == 1


async def test_messages_on_their_way_to_a_revoked_person_go_nowhere(bench: Bench) -> None:
    await second_owner(bench)
    bench.chronicle.routes = (Route("telegram", "1"), Route("telegram", "10"))
    await bench.chronicle.tell(EventKind.ERROR, data={"where": "test", "message": "before"})
    await confirm(bench, "/revoke telegram:10")
    waiting = await bench.storage.read(lambda r: r.outbox.pending("telegram", 10))
    assert "telegram:10" not in {f"telegram:{m.target}" for m, e in waiting if e.kind is EventKind.ERROR}


# ---------------------------------------------------------------- who is told


def owner(user_id: str, channel: str = "telegram", revoked: bool = False) -> Member:
    from tests.chatbot.fake_desk import NOW

    return Member(channel, user_id, "owner", "", "shell", NOW, "shell" if revoked else "", NOW if revoked else None)


def test_a_paired_owner_is_told_where_no_chat_is_named() -> None:
    given = settings(telegram_owners="1")
    access = Access.from_settings(given, [owner("5"), owner("U7", "slack")])
    assert routes(given, access) == [Route("telegram", "1"), Route("telegram", "5"), Route("slack", "U7")]


def test_a_named_chat_is_told_instead() -> None:
    given = settings(telegram_owners="1", telegram_chat_id="-100", slack_channel="C1")
    assert routes(given, Access.from_settings(given, [owner("5")])) == [
        Route("telegram", "-100"),
        Route("slack", "C1"),
    ]


def test_who_was_shut_out_is_told_nothing_more_also_where_the_environment_names_their_chat() -> None:
    given = settings(telegram_owners="1,2", telegram_chat_id="1")
    assert routes(given, Access.from_settings(given, [owner("1", revoked=True)])) == [Route("telegram", "2")]


def test_without_owners_nobody_is_told() -> None:
    given = settings()
    assert routes(given, Access.from_settings(given)) == []
