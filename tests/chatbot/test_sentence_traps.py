"""C2: sentences that sound like an order and are none, slips of the thumb, and slang: what real people type."""

from __future__ import annotations

import pytest

from chatbot.language.meaning import Ask, Propose, Run
from chatbot.language.spelling import spelled
from chatbot.wording import Words
from tests.chatbot.test_sentences import line, question, understood

# ---------------------------------------------------------------- figures


@pytest.mark.parametrize(
    ("said", "command"),
    [
        ("sell .5 eth", "/sell KRW-ETH 0.5개"),
        ("이더 .5개 팔아", "/sell KRW-ETH 0.5개"),
        ("비트 .5만원 사줘", "/buy KRW-BTC 5000원"),
        ("buy .5m won btc", "/buy KRW-BTC 500000원"),
        ("비코 10만원어치 사줘", "/buy KRW-BTC 100000원"),
        ("비트코인 1.5만원 사줘", "/buy KRW-BTC 15000원"),
        ("이더 전부 다 팔아", "/sell KRW-ETH 100%"),
    ],
)
def test_a_figure_keeps_its_point(said: str, command: str) -> None:
    assert line(said) == command


@pytest.mark.parametrize("said", ["사줘.5만원 비트", "비트.5개 팔아", "sell eth.5 now"])
def test_no_figure_begins_behind_a_point(said: str) -> None:
    assert not isinstance(understood(said), Run)


@pytest.mark.parametrize("said", ["이더 반에 반만 팔아줘", "비트 5만원 5만원 사줘", "sell half of half my eth"])
def test_the_same_amount_twice_is_two_amounts(said: str) -> None:
    assert question(said) == "say-two-amounts"


@pytest.mark.parametrize("said", ["이더 3분의 1 팔아", "이더 삼분의 일만 팔아줘", "이더 반의반 팔아"])
def test_a_part_of_a_fraction_is_no_amount(said: str) -> None:
    found = understood(said)
    assert isinstance(found, Ask)
    assert found.choices == ("/sell KRW-ETH 100%", "/sell KRW-ETH 50%")


# ---------------------------------------------------------------- questions


@pytest.mark.parametrize(
    ("said", "command"),
    [
        ("how do I cancel orders?", "/help cancel"),
        ("주문 취소 어떻게 해?", "/help cancel"),
        ("what does panic do?", "/help panic"),
        ("what is pause", "/help pause"),
        ("how to sell half my eth", "/help sell"),
        ("비트코인 5만원 어떻게 사요?", "/help buy"),
        ("매도 방법 알려줘", "/help sell"),
        ("did you cancel my orders?", "/orders"),
        ("did you sell half my eth?", "/orders"),
        ("what did you buy today", "/orders"),
        ("when did you stop", "/status"),
        ("what's my balance", "/balance"),
    ],
)
def test_who_asks_about_a_command_does_not_give_it(said: str, command: str) -> None:
    assert line(said) == command


@pytest.mark.parametrize(
    "said", ["is it ok to cancel all orders", "주문 취소해도 돼?", "취소할까?", "이더 손절할까", "이더 절반 팔아볼까"]
)
def test_thinking_aloud_is_no_order(said: str) -> None:
    assert question(said) == "say-musing"


@pytest.mark.parametrize("said", ["주문 취소?", "cancel orders?"])
def test_what_runs_at_once_is_not_run_on_a_question(said: str) -> None:
    found = understood(said)
    assert isinstance(found, Ask)
    assert found.choices[0] == "/cancel all"


def test_a_polite_question_is_a_request() -> None:
    assert line("can you cancel my orders?") == "/cancel all"
    assert line("주문 취소해 줄래?") == "/cancel all"
    assert line("can you sell half of my eth?") == "/sell KRW-ETH 50%"


@pytest.mark.parametrize(
    "said", ["뭐야 멈춰!", "what is going on, stop", "어떻게 좀 해봐 멈춰", "뭐하는거야 당장 멈춰"]
)
def test_who_cries_stop_is_not_given_help(said: str) -> None:
    assert line(said) == "/pause"


# ---------------------------------------------------------------- what is left out, when, and if


@pytest.mark.parametrize(
    "said",
    [
        "비트만 남기고 다 팔아",
        "이더 절반 남기고 다 팔아",
        "5만원만 남기고 다 팔아",
        "비트 제외 전부 팔아",
        "비트 외에 다 팔아",
        "비트 아닌거 다 팔아",
        "나머지 이더 다 팔아",
        "keep btc, sell everything",
        "sell the rest of my eth",
        "sell the other half of my eth",
        "sell everything else",
    ],
)
def test_what_is_to_stay_is_never_offered_for_sale(said: str) -> None:
    found = understood(said)
    assert isinstance(found, Ask)
    assert (found.key, found.choices) == ("say-exception", ())


@pytest.mark.parametrize(
    "said",
    [
        "이더 500만원 도달시 다 팔아",
        "이더 500만원 넘을 시 전량매도",
        "이더 500만원 이상에 다 팔아",
        "이더 떨어졌을때 다 팔아",
        "이더 떨어질 경우 전량 매도",
        "손절선 깨지는 순간 다 팔아",
        "이더 500만원 되자마자 다팔아",
        "should eth drop, sell all eth",
        "sell all eth at 5m won or higher",
    ],
)
def test_a_condition_in_other_words_is_a_condition(said: str) -> None:
    assert question(said) == "say-condition"


@pytest.mark.parametrize(
    "said",
    [
        "이따가 비트 5만원 사줘",
        "비트 5만원 사줘 나중에",
        "다음주에 이더 다 팔아",
        "이더 다 팔아 월요일에",
        "비트 5만원 매수 예약",
        "sell half my eth later",
        "sell all eth tonight",
    ],
)
def test_later_is_not_now(said: str) -> None:
    assert question(said) == "say-scheduled"


# ---------------------------------------------------------------- stops, switches


def test_stopping_only_the_sales_does_not_pause_the_purchases() -> None:
    assert question("매도만 멈춰") == "say-negated-sell"


@pytest.mark.parametrize(
    ("said", "command"),
    [
        ("trailing stop 3%", "/set trail_fraction 3%"),
        ("트레일링 3%로 바꿔줘", "/set trail_fraction 3%"),
        ("turn off stop loss", "/set stop_fraction 0"),
        ("손절 꺼줘", "/set stop_fraction 0"),
        ("손절 -2%로 바꿔줘", "/set stop_fraction 2%"),
        ("손절 2퍼", "/set stop_fraction 2%"),
    ],
)
def test_a_stop_is_a_setting_and_stops_nothing(said: str, command: str) -> None:
    assert understood(said) == Propose(command)


@pytest.mark.parametrize("said", ["move my stop to break even", "where is my stop on eth"])
def test_a_stop_that_is_spoken_of_pauses_nothing(said: str) -> None:
    assert understood(said) is None


@pytest.mark.parametrize("said", ["봇 꺼줘", "자동매매 꺼", "turn the bot off", "shut down", "종료해", "꺼"])
def test_switching_the_bot_off_pauses(said: str) -> None:
    assert line(said).startswith("/pause")


@pytest.mark.parametrize("said", ["모든 한도를 꺼버려", "turn off the limits", "비트 꺼"])
def test_switching_off_something_else_does_not(said: str) -> None:
    assert not isinstance(understood(said), Run | Propose)


def test_switching_it_on_goes_on() -> None:
    assert line("자동매매 켜줘") == line("turn the bot back on") == "/resume"


def test_notices_are_switched_among_notices() -> None:
    for said in ("알림 꺼줘", "turn off notifications", "알림 켜줘", "turn on notifications"):
        found = understood(said)
        assert isinstance(found, Ask), said
        assert (found.key, found.choices) == ("say-notices", ("/notify",)), said


# ---------------------------------------------------------------- slang


@pytest.mark.parametrize(
    ("said", "command"),
    [
        ("망했다 다 던져", "/sell all"),
        ("전부 현금화", "/sell all"),
        ("포지션 다 닫아", "/sell all"),
        ("전량 매도", "/sell all"),
        ("싹다팔아", "/sell all"),
        ("close all positions", "/sell all"),
        ("exit half my eth", "/sell KRW-ETH 50%"),
        ("리플 5만원 물타기", "/buy KRW-XRP 50000원"),
        ("비트 5만원 추가매수", "/buy KRW-BTC 50000원"),
        ("i wanna sell half my btc", "/sell KRW-BTC 50%"),
    ],
)
def test_words_of_the_trade(said: str, command: str) -> None:
    assert line(said) == command


@pytest.mark.parametrize(
    "said", ["이더 손절", "리플 익절해", "비트 현금화", "get me out of eth", "close my eth position"]
)
def test_a_sale_without_its_size_is_asked(said: str) -> None:
    assert question(said) == "say-how-much-sell"


@pytest.mark.parametrize("said", ["비트코인 5만원 매수가", "비트코인 매수세 5만원", "btc close price"])
def test_a_price_is_no_purchase(said: str) -> None:
    found = understood(said)
    assert not isinstance(found, Run) or found.line == "/chart KRW-BTC"


# ---------------------------------------------------------------- small talk


@pytest.mark.parametrize("said", ["응", "네", "ㅇㅇ", "ㅇㅋ", "승인해줘", "yes", "ok", "Yes please!"])
def test_a_bare_yes_approves_nothing(said: str) -> None:
    assert understood(said) == Ask("say-yes", choices=("/approve",))


@pytest.mark.parametrize("said", ["아니", "아니요", "ㄴㄴ", "거절해줘", "no", "no thanks"])
def test_a_bare_no_offers_to_reject(said: str) -> None:
    assert understood(said) == Ask("say-no", choices=("/reject",))


def test_a_cancellation_of_nothing_named_may_mean_the_proposal() -> None:
    found = understood("취소")
    assert isinstance(found, Ask)
    assert found.choices == ("/reject", "/cancel all", "/orders")


def test_a_greeting_is_answered() -> None:
    for said in ("안녕하세요", "고마워", "thanks!", "hello"):
        found = understood(said)
        assert isinstance(found, Ask), said
        assert found.key == "say-hello", said


@pytest.mark.parametrize(
    ("said", "command"),
    [
        ("영어로 바꿔줘", "/language en"),
        ("speak english please", "/language en"),
        ("한국어로", "/language ko"),
        ("한글로 답해", "/language ko"),
    ],
)
def test_the_language_is_changed_by_a_sentence(said: str, command: str) -> None:
    assert line(said) == command


def test_the_price_of_an_alert_is_shown_in_groups_of_three() -> None:
    found = understood("비트 1억 넘으면 알려줘")
    assert isinstance(found, Propose)
    assert spelled(found.line, Words("ko")) == "/alerts KRW-BTC > 100,000,000"
