"""E9, S6: a raised limit waits in sight of everybody and can be cancelled; losing stops in a row; slippage shown."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from chatbot.reply import Tone
from tests.chatbot.chat_bench import VIEWER, Bench
from tests.chatbot.fake_desk import NOW


async def raised(bench: Bench, line: str = "/set max_order_krw 500만") -> None:
    bench.desk.raise_delay = timedelta(minutes=10)
    question = await bench.say(line)
    assert question.data["outcome"] == "asked"
    reply = await bench.press(question.buttons[0][0].action)
    assert (reply.data["outcome"], reply.data["due"]) == ("waits", (NOW + timedelta(minutes=10)).isoformat())
    assert [b.action for b in reply.buttons[0]] == ["run:/set max_order_krw cancel"]


async def test_the_question_says_that_it_will_wait(korean: Bench) -> None:
    question = await korean.say("/set max_order_krw 500만")
    assert "10분 뒤에 적용되며, 그 전에는 취소할 수 있습니다." in question.lines
    sizing = await korean.say("/set order_fraction 50%")
    assert sizing.data["outcome"] == "asked"
    assert not any("10분 뒤" in line for line in sizing.lines)


async def test_what_waits_is_shown_with_its_time_and_who_asked(korean: Bench) -> None:
    await raised(korean)
    for line in ("/limits", "/settings", "/set max_order_krw"):
        reply = await korean.say(line)
        assert "  ⏳ 5,000,000원 · 12:10:00부터 · Owner" in reply.lines, line
        assert "run:/set max_order_krw cancel" in [b.action for row in reply.buttons for b in row]
    lines = (await korean.say("/limits")).lines
    assert lines[0].startswith("1회 주문 한도: 1,000,000원")
    assert lines[1].startswith("  ⏳")


async def test_a_viewer_sees_it_and_cannot_cancel_it(bench: Bench) -> None:
    await raised(bench)
    reply = await bench.say("/limits", VIEWER)
    assert reply.data["pending"]
    assert reply.buttons == ()
    assert (await bench.say("/set max_order_krw cancel", VIEWER)).tone is Tone.ERROR
    assert "cancel_raise" not in bench.called


@pytest.mark.parametrize("word", ["cancel", "취소"])
async def test_cancelling(bench: Bench, word: str) -> None:
    await raised(bench)
    reply = await bench.say(f"/set max_order_krw {word}")
    assert reply.title == "The change of max_order_krw to 5,000,000 KRW is cancelled."
    assert reply.lines == ("max_order_krw stays 1,000,000 KRW.",)
    assert (await bench.say("/limits")).data["pending"] == []
    assert (await bench.say(f"/set max_order_krw {word}")).data["error"] == "raise-none"


async def test_lowering_takes_effect_at_once(bench: Bench) -> None:
    bench.desk.raise_delay = timedelta(minutes=10)
    assert (await bench.say("/set max_order_krw 50만")).data["outcome"] == "ok"


# ---------------------------------------------------------------- losing stops in a row


async def test_the_wait_after_losing_stops_is_said_and_resume_ends_it(korean: Bench) -> None:
    """Nobody paused: /resume would have nothing to do, were it not for the wait. It asks first."""
    korean.desk.wait_until = NOW + timedelta(minutes=40)
    said = "⛔ 연속 손절: 12:40:00까지 새로 사지 않습니다. 바로 풀려면 /resume"
    status = await korean.say("/status")
    assert said in status.lines
    assert status.tone is Tone.WARNING
    assert "run:/resume" in [b.action for b in status.buttons[0]]
    question = await korean.say("/resume")
    assert question.data["outcome"] == "asked"
    assert said in question.lines
    await korean.press(question.buttons[0][0].action)
    assert korean.desk.calls == [("set_state", "resume", "telegram:1", None)]


# ---------------------------------------------------------------- slippage


async def test_slippage_of_an_order_and_of_a_trade(bench: Bench) -> None:
    """0.0004 BTC decided at 95,000,000 cost 38,038: 38 KRW or 10 bps worse."""
    bench.desk.open = [replace(bench.desk.open[0], executed_funds=Decimal(38_038))]
    reply = await bench.say("/orders 7QW")
    assert "Slippage +10.0bps (+38 KRW)" in reply.lines
    assert reply.data["slippage_bps"] == "10.00"
    trades = await bench.say("/trades")
    assert trades.lines[0].endswith("slippage +3.2bps")
    assert trades.data["trades"][0]["slippage_bps"] == "3.25"  # type: ignore[index,call-overload]
    unfilled = replace(bench.desk.open[0], executed_quantity=Decimal(0), executed_funds=Decimal(0))
    bench.desk.open = [unfilled]
    assert not any("Slippage" in line for line in (await bench.say("/orders 7QW")).lines)
