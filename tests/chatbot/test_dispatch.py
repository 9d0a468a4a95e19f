"""C1, C2: one definition per command; what is wrong is said with usage and an example; dangerous ones ask once more."""

from __future__ import annotations

import re
from typing import Annotated

import pytest

from chatbot.commands import REGISTRY
from chatbot.context import Context
from chatbot.dispatch import Dispatcher
from chatbot.people.access import Role
from chatbot.registry import Registry, Slot
from chatbot.reply import Button, Reply, Tone
from tests.chatbot.chat_bench import CONSOLE, OWNER, TRADER, VIEWER, Bench
from tests.chatbot.fake_desk import FakeDesk
from trader.errors import VenueUnreachable
from trader.model.events import EventKind
from trader.model.mode import Mode
from trader.model.portfolio import TradingState
from trader.model.views import StateNote

# ---------------------------------------------------------------- finding the command


@pytest.mark.parametrize(
    "line", ["/status", "status", "/STATUS", "/status@my_bot", "/상태", "상태", "／status", "  /status  "]
)
async def test_a_command_by_name_alias_or_bot_mention(bench: Bench, line: str) -> None:
    assert (await bench.say(line)).data["state"] == "active"


async def test_without_a_slash_the_verb_may_come_last(korean: Bench) -> None:
    reply = await korean.say("비트코인 5만원 매수")
    assert reply.data["outcome"] == "ticket"
    assert reply.data["notional_krw"] == "50000"


@pytest.mark.parametrize("line", ["비트코인 매수 하지마", "비트코인 5만원 안 사", "사지 마", "중지 하지 마"])
async def test_a_negation_is_no_command(korean: Bench, line: str) -> None:
    assert (await korean.say(line)).tone is Tone.ERROR
    assert korean.called == []


async def test_an_unknown_command_names_the_closest_ones_this_role_may_run(bench: Bench) -> None:
    reply = await bench.say("/blance")
    assert reply.data["near"][0] == "balance"  # type: ignore[index]
    assert reply.buttons[0][0].action == "run:/help balance"
    assert "buy" not in (await bench.say("/bu", VIEWER)).data["near"]  # type: ignore[operator]


async def test_wrong_arguments_say_what_was_wrong_how_it_is_written_and_an_example(korean: Bench) -> None:
    reply = await korean.say("/buy 비트코인 많이")
    assert reply.title == "금액을 알 수 없습니다: 많이 (예: 5만원, 50,000원)"
    assert reply.lines == ("사용법: /buy <마켓> <금액> [at <가격>]", "예: /buy 비트코인 5만원")
    assert korean.called == []


@pytest.mark.parametrize(
    ("line", "error"),
    [
        ("/buy", "argument-missing"),
        ("/buy BTC", "argument-missing"),
        ("/buy BTC 5만원 at", "argument-missing"),
        ("/buy BTC 5만원 fast", "argument-extra"),
        ("/buy BTC 5만원 at 9천만 now", "argument-extra"),
        ("/buy BTX 5만원", "market-unknown-near"),
        ("/buy 쌍둥이 5만원", "market-ambiguous"),
        ("/buy ㅁㅁㅁㅁ 5만원", "market-unknown"),
        ("/status now", "argument-extra"),
        ("/chart BTC soon", "timeframe-unknown"),
        ("/help nonsense", "help-unknown"),
        ("/" + "x" * 600, "line-too-long"),
    ],
)
async def test_every_mistake_is_named(bench: Bench, line: str, error: str) -> None:
    reply = await bench.say(line)
    assert (reply.data["error"], reply.tone) == (error, Tone.ERROR)
    assert bench.called == []


async def test_an_ambiguous_name_asks_with_the_codes(bench: Bench) -> None:
    assert "KRW-AAA, KRW-BBB" in (await bench.say("/buy 쌍둥이 5만원")).title


@pytest.mark.parametrize("name", ["BTC", "btc", "KRW-BTC", "krw-btc", "비트코인", "비트", "Bitcoin", "ＢＴＣ"])
async def test_a_market_by_code_symbol_korean_or_english_name(bench: Bench, name: str) -> None:
    assert (await bench.say(f"/buy {name} 50000")).data["market"] == "KRW-BTC"


@pytest.mark.parametrize("name", ["리플", "엑스알피", "엑스알피(리플)", "XRP"])
async def test_a_name_with_another_in_brackets(bench: Bench, name: str) -> None:
    assert (await bench.say(f"/buy {name} 50000")).data["market"] == "KRW-XRP"


async def test_names_of_several_words(bench: Bench) -> None:
    assert (await bench.say("/buy Bitcoin Cash 5만원")).data["market"] == "KRW-BCH"


# ---------------------------------------------------------------- the second step


async def test_a_bare_yes_presses_nothing_and_shows_the_open_question_again(bench: Bench) -> None:
    """Also `/approve` with nothing to approve: the person means what was asked last. A minute later it is over."""
    assert (await bench.say("yes")).data["choices"] == ["/approve"]
    await bench.say("하루 손실 한도 5만원으로")
    question = await bench.say("set stop loss to 1%")
    for said in ("yes", "no", "/approve"):
        again = await bench.say(said)
        assert again.data["question"] == "say-press"
        assert again.lines == ("/set stop_fraction 1%",)
        assert again.buttons == question.buttons
        assert (await bench.say(said, TRADER)).data.get("question") != "say-press"
    assert (await bench.press(question.buttons[0][0].action)).tone is Tone.OK
    assert (await bench.say("yes")).lines == ("/set max_daily_loss_krw 50000",)
    bench.clock.advance(61)
    assert (await bench.say("yes")).data["choices"] == ["/approve"]


async def test_a_question_is_bound_to_the_person_the_line_and_good_once(bench: Bench) -> None:
    question = await bench.say("/panic", TRADER)
    do = question.buttons[0][0].action
    assert bench.called == []
    assert (await bench.press(do, OWNER)).data["error"] == "confirmation-other"
    assert (await bench.press(do, TRADER)).data["outcome"] == "flat"
    assert (await bench.press(do, TRADER)).data["error"] == "confirmation-gone"
    assert bench.desk.calls == [("panic", "slack:U2", False, ())]


async def test_a_question_expires_after_a_minute(bench: Bench) -> None:
    do = (await bench.say("/panic")).buttons[0][0].action
    bench.clock.advance(61)
    assert (await bench.press(do)).data["error"] == "confirmation-gone"
    assert bench.called == []


async def test_a_question_can_be_dropped(bench: Bench) -> None:
    do, drop = (button.action for button in (await bench.say("/panic")).buttons[0])
    assert (await bench.press(drop)).data["outcome"] == "dropped"
    assert (await bench.press(do)).data["error"] == "confirmation-gone"


@pytest.mark.parametrize("person", [OWNER, TRADER])
async def test_only_console_and_shell_answer_their_own_question(bench: Bench, person: object) -> None:
    reply = await bench.dispatcher.line(person, "/panic confirm")  # type: ignore[arg-type]
    assert reply is not None
    assert reply.tone is Tone.ERROR
    assert bench.called == []
    assert (await bench.say("/panic confirm", CONSOLE)).data["outcome"] == "flat"


async def test_the_line_of_a_question_runs_with_its_arguments(bench: Bench) -> None:
    do = (await bench.say("/panic cancel-only BTC")).buttons[0][0].action
    assert (await bench.press(do)).data["outcome"] == "cancelled"
    assert bench.desk.calls[0][2] is True


async def test_only_commands_declared_so_may_ask(bench: Bench) -> None:
    async def sneaky(ctx: Context) -> Reply:
        return ctx.ask("really?")

    registry = Registry()
    registry.command("sneaky", group="look", role=Role.VIEWER)(sneaky)
    dispatcher = Dispatcher(
        bench.desk,
        bench.people,
        bench.clock,
        mode=Mode.SANDBOX,
        languages=bench.languages,
        drills=bench.drills,
        notify=bench.notify,
        registry=registry,
    )
    reply = await dispatcher.line(OWNER, "/sneaky")
    assert reply is not None
    assert reply.data["error"] == "internal"


# ---------------------------------------------------------------- failures, audit, secrets


async def test_what_the_venue_did_is_said_in_words(bench: Bench) -> None:
    bench.desk.fails = VenueUnreachable("timed out")
    reply = await bench.say("/status")
    assert reply.title == "The exchange cannot be reached. Try again in a moment."
    assert reply.data["error"] == "VenueUnreachable"


async def test_the_unexpected_is_logged_and_the_person_gets_a_number(bench: Bench) -> None:
    def broken() -> None:
        raise ZeroDivisionError

    bench.desk.strategies = broken  # type: ignore[method-assign,assignment]
    reply = await bench.say("/strategy")
    assert re.fullmatch(
        r"Something went wrong inside the bot\. If it happens again, look for [0-9A-Z]{6} in /logs\.", reply.title
    )


async def test_every_change_is_in_the_trail_and_looking_is_not(bench: Bench) -> None:
    for line in ("/status", "/limits", "/pause 30m", "/set stop 1%", "/buy BTC 5만원", "/buy BTC x"):
        await bench.say(line)
    trail = [(e.data["line"], e.data["outcome"], e.push) for e in bench.desk.recorded]
    assert trail == [
        ("/pause 30m", "ok", False),
        ("/set stop 1%", "ok", False),
        ("/buy BTC 5만원", "ticket", False),
        ("/buy BTC x", "krw-unclear", False),
    ]
    assert {e.data["person"] for e in bench.desk.recorded} == {"telegram:1"}
    assert {e.kind for e in bench.desk.recorded} == {EventKind.COMMAND}


async def test_a_full_disk_does_not_keep_a_panic_from_being_answered(bench: Bench) -> None:
    bench.desk.disk_full = True
    assert (await bench.say("/panic confirm", CONSOLE)).data["outcome"] == "flat"


async def test_keys_never_come_out_again(bench: Bench) -> None:
    """S8: neither in the reply nor in the trail, by shape or because they are known."""
    token = "123456789:AAF" + "x" * 32
    upbit = "aB3" + "dE5fG7hJ9k" * 4
    for secret in (token, "xoxb-1234567890-abcdef", "sk-" + "a1B2" * 8, upbit[:40], "averysecretvalue"):
        reply = await bench.say(f"/buy {secret} 5만원")
        assert secret not in reply.text()
        assert secret not in str(reply.data)
        assert secret not in bench.desk.recorded[-1].data["line"]
        assert secret not in (await bench.say(secret)).text()


async def test_pause_stop_and_panic_wait_for_nothing_that_may_be_broken(bench: Bench) -> None:
    bench.desk.fails = VenueUnreachable("down")
    assert (await bench.say("/pause")).data["state"] == "reducing"
    stopped = await bench.say("/stop")
    assert stopped.data["state"] == "halted"
    assert "could not be read" in stopped.text()
    assert (await bench.say("/panic confirm", CONSOLE)).data["flat"] is True


# ---------------------------------------------------------------- when start and resume ask


async def test_start_asks_when_real_money_is_traded() -> None:
    live = Bench(mode=Mode.LIVE)
    live.desk.note = StateNote(TradingState.HALTED, "telegram:1", live.clock.now())
    question = await live.say("/start")
    assert question.data["outcome"] == "asked"
    assert live.called == []
    assert (await live.press(question.buttons[0][0].action)).data["state"] == "active"


async def test_resume_after_a_pause_is_immediate_after_a_panic_it_asks(bench: Bench) -> None:
    bench.desk.note = StateNote(TradingState.REDUCING, "telegram:1", bench.clock.now())
    assert (await bench.say("/resume")).data["state"] == "active"
    bench.desk.note = StateNote(TradingState.HALTED, "telegram:1", bench.clock.now(), reason="panic")
    question = await bench.say("/resume")
    assert question.data["outcome"] == "asked"
    assert "panic" in question.text()
    assert (await bench.press(question.buttons[0][0].action)).data["state"] == "active"


# ---------------------------------------------------------------- the registry


def test_names_fit_the_strictest_platform_and_every_question_is_declared() -> None:
    for command in REGISTRY.all():
        assert re.fullmatch(r"[a-z0-9_]{1,32}", command.name)
        assert command.change is None or command.change >= command.role


def test_a_word_means_one_command_only() -> None:
    registry = Registry()

    async def handler(ctx: Context) -> Reply:
        return Reply()

    registry.command("one", group="look", role=Role.VIEWER, aliases=("하나",))(handler)
    with pytest.raises(ValueError, match="already means /one"):
        registry.command("two", group="look", role=Role.VIEWER, aliases=("하나",))(handler)


def test_a_parameter_without_a_slot_is_refused_at_once() -> None:
    async def handler(ctx: Context, size: int) -> Reply:
        return Reply()

    with pytest.raises(ValueError, match="no slot"):
        Registry().command("bad", group="look", role=Role.VIEWER)(handler)
    assert Annotated[int, Slot("count", lambda words, ctx: (1, 1))]


def test_a_button_fits_telegram() -> None:
    with pytest.raises(ValueError, match="64 bytes"):
        Button("x", "run:" + "가" * 21)


# ---------------------------------------------------------------- speed


async def test_before_the_list_of_markets_is_read_no_name_is_called_unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    """Right after a start, or while the exchange is away: the exchange is at fault. Codes need no list."""
    monkeypatch.setattr(FakeDesk, "market_infos", lambda self: ())
    bench = Bench()
    for line in ("/buy BTC 5만원", "/sell 비트코인 50%", "/panic ETH"):
        reply = await bench.say(line)
        assert (reply.data["error"], reply.tone) == ("VenueUnreachable", Tone.ERROR)
    assert (await bench.say("/buy KRW-BTC 5만원")).data["market"] == "KRW-BTC"
