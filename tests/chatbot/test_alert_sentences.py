"""C2: an alert asked for in a sentence is shown first; the price comes from the text, read by code."""

from __future__ import annotations

import pytest

from tests.chatbot.chat_bench import Bench
from tests.chatbot.test_alerts import Phone


@pytest.mark.parametrize(
    ("sentence", "line"),
    [
        ("리플 3천원 되면 알려줘", "/alerts KRW-XRP 3000"),
        ("비트코인 1억 넘으면 알려줘", "/alerts KRW-BTC > 100000000"),
        ("비트 9500만원 밑으로 떨어지면 말해줘", "/alerts KRW-BTC < 95000000"),
        ("이더 500만원 이하면 알림 줘", "/alerts KRW-ETH < 5000000"),
        ("XRP 4,000원 이상이면 알려줘요", "/alerts KRW-XRP > 4000"),
        ("비트코인 1시간에 5% 떨어지면 알려줘", "/alerts KRW-BTC -5% 60m"),
        ("리플 30분 안에 3% 오르면 알려줘", "/alerts KRW-XRP +3% 30m"),
        ("tell me when btc drops below 90m", "/alerts KRW-BTC < 90000000"),
        ("alert me if eth goes above 6m won", "/alerts KRW-ETH > 6000000"),
        ("let me know when xrp hits 3000", "/alerts KRW-XRP 3000"),
        ("notify me when btc moves 5% within an hour", "/alerts KRW-BTC 5% 60m"),
    ],
)
async def test_a_sentence_becomes_an_alert_that_is_shown_first(bench: Bench, sentence: str, line: str) -> None:
    reply = await bench.say(sentence)
    assert reply.data.get("understood") == line, reply
    assert reply.data["outcome"] == "asked"


async def test_confirmed_it_is_set() -> None:
    phone = Phone()
    asked = await phone.say("리플 3천5백원 되면 알려줘")
    made = await phone.press(asked.buttons[0][0].action)
    assert made.title == "🔔 알림을 걸었습니다: 엑스알피(리플) KRW-XRP 가격 3,500원 이상"


@pytest.mark.parametrize(
    "sentence",
    [
        "리플 3천원 되면 팔아줘",
        "리플 3천원 되면 알려주고 팔아줘",
        "리플 3천원 되면 알려주지 마",
        "비트코인이랑 이더 1억 되면 알려줘",
        "비트코인 1억에서 2억 되면 알려줘",
        "엄마가 리플 3천원 되면 알려달래",
        "if btc drops below 90m sell everything",
        "don't tell me when btc drops below 90m",
    ],
)
async def test_what_asks_for_more_or_less_sets_nothing(bench: Bench, sentence: str) -> None:
    reply = await bench.say(sentence)
    assert not str(reply.data.get("understood", "")).startswith("/alerts"), reply
    assert "add_alert" not in bench.called


async def test_a_move_without_a_time_is_asked_for(bench: Bench) -> None:
    reply = await bench.say("비트코인 5% 떨어지면 알려줘")
    assert reply.data["choices"] == ["/alerts KRW-BTC -5% 1h", "/alerts KRW-BTC -5% 24h"]
