"""C2, C4: what happens to a sentence behind the grammar – the same handlers, roles, second steps and trail."""

from __future__ import annotations

import pytest

from chatbot.notices import brief
from chatbot.reply import Tone
from chatbot.wording import Words
from tests.chatbot.chat_bench import CONSOLE, TRADER, VIEWER, Bench
from tests.chatbot.fake_desk import BTC, ETH, TICKET_ID, FakeDesk, position
from tests.examples import NOON
from trader.errors import VenueUnreachable
from trader.model.events import Event, EventKind


async def test_a_sentence_becomes_a_card_and_an_order_only_by_its_button(korean: Bench) -> None:
    card = await korean.say("비트코인 5만원어치 사줘", TRADER)
    assert card.title == "비트코인 KRW-BTC 매수 제안 · 모의(가상 시세)"
    assert card.lines[-1] == "↪ /buy KRW-BTC 50,000원"
    assert card.buttons[0][0].action == f"ok:{TICKET_ID}"
    assert korean.called == ["propose"]
    assert (await korean.press(card.buttons[0][0].action, TRADER)).data["outcome"] == "done"
    assert korean.called == ["propose", "answer"]


@pytest.mark.parametrize(
    ("said", "korean_line", "english_line"),
    [
        ("buy 100k won of bitcoin", "/buy KRW-BTC 100,000원", "/buy KRW-BTC 100,000 KRW"),
        (
            "buy 50,000 won of bitcoin at 90,000,000 won",
            "/buy KRW-BTC 50,000원 at 90,000,000원",
            "/buy KRW-BTC 50,000 KRW at 90,000,000 KRW",
        ),
        ("비트코인 0.001개 사줘", "/buy KRW-BTC 0.001개", "/buy KRW-BTC 0.001 BTC"),
        ("sell 30,000 won of eth", "/sell KRW-ETH 30,000원", "/sell KRW-ETH 30,000 KRW"),
        ("이더 절반 팔아", "/sell KRW-ETH 50%", "/sell KRW-ETH 50%"),
    ],
)
async def test_the_command_is_shown_in_the_readers_language_and_means_the_same_when_typed(
    bench: Bench, korean: Bench, said: str, korean_line: str, english_line: str
) -> None:
    for one, line in ((bench, english_line), (korean, korean_line)):
        one.desk.held = [position(BTC), position(ETH, "0.5", "1900000")]
        spoken = await one.say(said)
        assert spoken.lines[-1] == f"↪ {line}"
        typed = await one.say(line)
        assert (typed.title, typed.lines) == (spoken.title, spoken.lines[:-1])


async def test_choices_and_the_trail_are_spelled_in_english_too(bench: Bench) -> None:
    asked = await bench.say("buy 50000 bitcoin")
    assert [row[0].label for row in asked.buttons] == ["/buy KRW-BTC 50,000 KRW", "/buy KRW-BTC 50,000 BTC"]
    trail = Event("e", EventKind.COMMAND, NOON, data={"person": "telegram:1", "line": "5만원 → /buy KRW-BTC 50000원"})
    assert "5만원 → /buy KRW-BTC 50,000 KRW" in brief(trail, Words("en"))


async def test_a_buy_by_quantity_is_worth_what_it_costs_now(bench: Bench) -> None:
    """0.001 of 95,000,000 is 95,000."""
    card = await bench.say("비트코인 0.001개 사줘")
    assert card.data["notional_krw"] == "95000.000"
    assert (await bench.say("/buy BTC 0.001 ETH")).data["error"] == "buy-other-coin"


@pytest.mark.parametrize(
    ("said", "command"),
    [
        ("이더 절반 팔아", "/sell KRW-ETH 50%"),
        ("/이더 절반 팔아", "/sell KRW-ETH 50%"),  # as Slack's command makes it
        ("/sell half my eth", "/sell KRW-ETH 50%"),
        ("/매수 비트코인을 5만원어치", "/buy KRW-BTC 50000원"),
        ("/pause until tomorrow 9am", "/pause 2026-10-06 09:00"),
        ("buy bitcoin for 50,000 won", "/buy KRW-BTC 50000원"),
    ],
)
async def test_every_way_leads_to_the_same_command(bench: Bench, said: str, command: str) -> None:
    bench.desk.held = [position(BTC), position(ETH, "0.5", "1900000")]
    assert (await bench.say(said)).data["understood"] == command


async def test_command_lines_without_a_slash_stay_commands(bench: Bench) -> None:
    for line in ("status", "chart BTC 15m", "pause 30m", "cancel all", "trades 20 BTC", "set stop 1%"):
        reply = await bench.say(line)
        assert reply.tone is not Tone.ERROR, line
        assert "understood" not in reply.data, line


async def test_pausing_needs_no_second_step_and_says_until_when(korean: Bench) -> None:
    reply = await korean.say("내일 아침 9시까지 쉬어", TRADER)
    assert reply.data["until"] == "2026-10-06T00:00:00+00:00"
    assert "10-06 09:00까지" in reply.title
    assert [call[:2] for call in korean.desk.calls] == [("set_state", "pause")]


async def test_going_on_is_asked_although_the_command_would_not(bench: Bench) -> None:
    """Paused by hand, `/resume` goes on at once; a sentence shows first what will run."""
    await bench.say("/pause")
    question = await bench.say("resume trading please")
    assert question.data["outcome"] == "asked"
    assert bench.called == ["set_state"]
    assert (await bench.press(question.buttons[0][0].action)).data["state"] == "active"


async def test_a_setting_is_shown_first_and_a_looser_one_asked_twice(bench: Bench) -> None:
    """2 % is in force: 1 % is tighter, 3 % is looser."""
    tighter = await bench.say("손절 1%로 바꿔줘")
    assert bench.called == []
    assert (await bench.press(tighter.buttons[0][0].action)).title == "Setting changed."
    looser = await bench.say("손절 3%로 바꿔줘")
    second = await bench.press(looser.buttons[0][0].action)
    assert second.data["outcome"] == "asked"
    assert len(bench.called) == 1
    await bench.press(second.buttons[0][0].action)
    assert bench.called == ["change_setting", "change_setting"]


async def test_a_proposed_change_can_be_dropped_and_belongs_to_its_person(bench: Bench) -> None:
    do, drop = (button.action for button in (await bench.say("리플 추가해줘")).buttons[0])
    assert (await bench.press(do, TRADER)).data["error"] == "confirmation-other"
    assert (await bench.press(drop)).data["outcome"] == "dropped"
    assert bench.called == []


@pytest.mark.parametrize(
    "line", ["비트코인 매수 하지마", "비트코인 5만원 안 사", "사지 마", "중지 하지 마", "don't sell"]
)
async def test_a_negation_is_answered_and_does_nothing(korean: Bench, line: str) -> None:
    reply = await korean.say(line)
    assert reply.tone is Tone.ERROR
    assert reply.data["outcome"] == "asked-back"
    assert korean.called == []


async def test_the_buttons_of_a_question_are_commands_this_person_may_run(bench: Bench) -> None:
    asked = await bench.say("사지 마", TRADER)
    assert [b.action for row in asked.buttons for b in row] == ["run:/pause"]
    assert (await bench.say("사지 마", VIEWER)).buttons == ()
    assert (await bench.press("run:/pause", TRADER)).data["state"] == "reducing"


async def test_a_unit_is_one_tap_away(bench: Bench) -> None:
    asked = await bench.say("비트코인 5만 사줘")
    assert [b.label for row in asked.buttons for b in row] == ["/buy KRW-BTC 50,000 KRW", "/buy KRW-BTC 50,000 BTC"]
    assert (await bench.press(asked.buttons[0][0].action)).data["outcome"] == "ticket"


async def test_roles_hold_for_sentences(bench: Bench) -> None:
    for line in ("비트코인 5만원 사줘", "멈춰줘 제발", "다 팔아"):
        assert (await bench.say(line, VIEWER)).data["error"] == "forbidden"
    assert (await bench.say("재개해줘", TRADER)).data["error"] == "forbidden"
    assert bench.called == []


async def test_the_trail_tells_what_was_said_and_what_it_was_taken_for(bench: Bench) -> None:
    await bench.say("비트코인 5만원어치 사줘")
    [event] = [e for e in bench.desk.recorded if e.kind is EventKind.COMMAND]
    assert event.data["line"] == "비트코인 5만원어치 사줘 → /buy KRW-BTC 50000원"
    assert event.data["outcome"] == "ticket"


async def test_a_coin_with_a_slip_in_it_is_named_and_not_completed(bench: Bench) -> None:
    reply = await bench.say("비트코잉 5만원 사줘")
    assert "KRW-BTC" in reply.title
    assert bench.called == []


async def test_before_the_list_of_markets_is_known_nothing_is_guessed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(FakeDesk, "market_infos", lambda self: ())
    assert (await Bench().say("이더리움 5만원 사줘")).data["error"] == VenueUnreachable.__name__


async def test_at_the_console_a_sentence_may_carry_its_confirmation(bench: Bench) -> None:
    reply = await bench.say("비트코인 5만원 사줘 confirm", CONSOLE)
    assert reply.data["outcome"] == "done"


async def test_what_is_not_understood_gets_an_example(korean: Bench) -> None:
    reply = await korean.say("오늘 날씨 참 좋다")
    assert reply.title == "무슨 뜻인지 모르겠습니다. 예: 비트코인 5만원 사줘"
    assert reply.tone is Tone.ERROR


async def test_help_tells_that_sentences_work(korean: Bench) -> None:
    assert (
        "말로도 됩니다: 비트코인 5만원 사줘 · 이더 절반 팔아 · 내일 9시까지 쉬어" in (await korean.say("/help")).lines
    )


async def test_the_examples_of_the_help_are_true(bench: Bench) -> None:
    bench.desk.held = [position(BTC), position(ETH, "0.5", "1900000")]
    for line in (
        "비트코인 5만원 사줘",
        "이더 절반 팔아",
        "내일 9시까지 쉬어",
        "buy 50k won of bitcoin",
        "sell half my eth",
    ):
        assert (await bench.say(line)).tone is not Tone.ERROR, line
