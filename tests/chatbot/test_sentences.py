"""C2, C5: what plain sentences mean, in Korean and English. Each becomes one command line, a proposal, a question, or
nothing; where two readings are possible nothing is guessed."""

from __future__ import annotations

import ast
import time
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chatbot.coins import Coins
from chatbot.commands import REGISTRY
from chatbot.language.grammar import meaning
from chatbot.language.lexer import Lexer
from chatbot.language.meaning import Ask, Meaning, Propose, Run
from chatbot.language.sentence import read
from chatbot.language.words import entries
from chatbot.wording import LANGUAGES
from chatbot.wording.catalogue import variables
from tests.chatbot.fake_desk import INFOS, NOW
from trader.model.market import Market, MarketInfo

LISTED = (
    *INFOS,
    MarketInfo(Market("KRW", "SOL"), "솔라나", "Solana"),
    MarketInfo(Market("KRW", "ME"), "매직에덴", "Magic Eden"),
    MarketInfo(Market("KRW", "DOGE"), "도지코인", "Dogecoin"),
)
LEXER = Lexer(entries(REGISTRY), Coins(lambda: LISTED))
LANGUAGE = Path(__file__).parents[2] / "chatbot" / "language"


def understood(message: str) -> Meaning | None:
    """At noon in Seoul on Monday, 5 October 2026."""
    return meaning(read(message, LEXER, NOW))


def line(message: str) -> str:
    found = understood(message)
    return found.line if isinstance(found, Run) else f"no command: {found}"


def question(message: str) -> str:
    found = understood(message)
    return found.key if isinstance(found, Ask) else f"no question: {found}"


# ---------------------------------------------------------------- sums


@pytest.mark.parametrize(
    ("said", "krw"),
    [
        ("5만원", 50_000),
        ("5만 원어치", 50_000),
        ("50,000원", 50_000),
        ("５만원", 50_000),
        ("３０，０００원", 30_000),
        ("1.5억원", 150_000_000),
        ("1억 2천만원", 120_000_000),
        ("1억2000만원", 120_000_000),
        ("삼십만원", 300_000),
        ("십만원", 100_000),
        ("2백5십만원", 2_500_000),
        ("만원", 10_000),
        ("5천원", 5_000),
        ("1만5천원", 15_000),
        ("1만 5천원", 15_000),
        ("0.5만원", 5_000),
        ("오만원", 50_000),
        ("12만3456원", 123_456),
        ("12만 3456원", 123_456),
        ("이만원", 20_000),
        ("백만원어치", 1_000_000),
        ("5만원어치만", 50_000),
        ("5만 원 어치", 50_000),
        ("5만치", 50_000),
        ("₩50,000", 50_000),
        ("50000krw", 50_000),
        ("5만원 정도", 50_000),
    ],
)
def test_sums_in_a_korean_sentence(said: str, krw: int) -> None:
    assert line(f"비트코인 {said} 사줘") == f"/buy KRW-BTC {krw}원"
    assert line(f"{said} 비트코인 매수해줘") == f"/buy KRW-BTC {krw}원"


@pytest.mark.parametrize(
    "said", ["50k won", "50,000 won", "50000 KRW", "0.05 million won", "50 thousand won", "₩50,000"]
)
def test_sums_in_an_english_sentence(said: str) -> None:
    assert line(f"buy {said} of bitcoin") == "/buy KRW-BTC 50000원"
    assert line(f"please buy bitcoin for {said}") == "/buy KRW-BTC 50000원"


@pytest.mark.parametrize(
    ("said", "readings"),
    [
        ("비트코인 5만 사줘", ("/buy KRW-BTC 50000원", "/buy KRW-BTC 50000개")),
        ("비트코인 5천 사", ("/buy KRW-BTC 5000원", "/buy KRW-BTC 5000개")),
        ("비트코인 오천 사", ("/buy KRW-BTC 5000원", "/buy KRW-BTC 5000개")),
        ("비트코인 1억2000만 매수", ("/buy KRW-BTC 120000000원", "/buy KRW-BTC 120000000개")),
        ("비트코인 50000 사줘", ("/buy KRW-BTC 50000원", "/buy KRW-BTC 50000개")),
        ("비트코인 0.01 사줘", ("/buy KRW-BTC 0.01개",)),
        ("리플 5만 팔아", ("/sell KRW-XRP 50000원", "/sell KRW-XRP 50000개")),
        ("buy 50k of bitcoin", ("/buy KRW-BTC 50000원", "/buy KRW-BTC 50000개")),
        ("buy 50000 bitcoin", ("/buy KRW-BTC 50000원", "/buy KRW-BTC 50000개")),
        ("비트코인 사 만원", ("/buy KRW-BTC 10000원",)),  # 만원 behind 사 (buy), or 사만원
        ("비트코인만원어치 사줘", ("/buy KRW-BTC 10000원",)),  # 만 = "only", or ten thousand
    ],
)
def test_a_sum_without_its_unit_is_asked_back_with_both_readings(said: str, readings: tuple[str, ...]) -> None:
    found = understood(said)
    assert isinstance(found, Ask)
    assert (found.key, found.choices) == ("say-amount-unit", readings)


def test_man_is_also_the_word_for_only() -> None:
    assert question("비트코인만 팔아") == "say-how-much-sell"
    assert line("비트코인만 5만원 사줘") == "/buy KRW-BTC 50000원"
    assert line("비트코인 5만원만 사줘") == "/buy KRW-BTC 50000원"
    assert line("비트코인 만 원어치 사줘") == "/buy KRW-BTC 10000원"
    assert line("비트코인 반만 팔아") == "/sell KRW-BTC 50%"


def test_written_without_blanks() -> None:
    assert line("비트코인5만원어치사줘") == "/buy KRW-BTC 50000원"
    assert line("이더이만원어치사줘") == "/buy KRW-ETH 20000원"
    assert line("비트코인전량매도") == "/sell KRW-BTC 100%"
    assert line("리플50%팔아줘") == "/sell KRW-XRP 50%"
    assert line("btc5만원사줘") == "/buy KRW-BTC 50000원"


# ---------------------------------------------------------------- quantities, shares, prices


@pytest.mark.parametrize(
    ("said", "command"),
    [
        ("비트코인 0.01개 사줘", "/buy KRW-BTC 0.01개"),
        ("0.01비트 사줘", "/buy KRW-BTC 0.01개"),
        ("0.01 BTC 사줘", "/buy KRW-BTC 0.01개"),
        ("buy 0.01 btc", "/buy KRW-BTC 0.01개"),
        ("리플 5만개 팔아", "/sell KRW-XRP 50000개"),
        ("리플 열 개 팔아", "/sell KRW-XRP 10개"),
        ("이더 0.5개 팔아줘", "/sell KRW-ETH 0.5개"),
        ("sell 2 eth", "/sell KRW-ETH 2개"),
        ("이더 절반 팔아", "/sell KRW-ETH 50%"),
        ("이더 반 팔아", "/sell KRW-ETH 50%"),
        ("이더리움 다 팔아줘", "/sell KRW-ETH 100%"),
        ("이더 전량 매도", "/sell KRW-ETH 100%"),
        ("이더 전부 던져", "/sell KRW-ETH 100%"),
        ("비트 10% 팔아", "/sell KRW-BTC 10%"),
        ("비트 12.5퍼센트 정리해줘", "/sell KRW-BTC 12.5%"),
        ("sell half my eth", "/sell KRW-ETH 50%"),
        ("sell all of my ethereum", "/sell KRW-ETH 100%"),
        ("sell 30 percent of my btc", "/sell KRW-BTC 30%"),
        ("비트코인 47만원어치 팔아", "/sell KRW-BTC 470000원"),
        ("비트코인 손절해줘 전부", "/sell KRW-BTC 100%"),
        ("비트코인 9천만원에 5만원어치 사줘", "/buy KRW-BTC 50000원 at 90000000원"),
        ("이더 절반 500만원에 팔아줘", "/sell KRW-ETH 50% at 5000000원"),
        ("비트코인 지정가 9천만원 5만원어치 매수", "/buy KRW-BTC 50000원 at 90000000원"),
        ("buy btc at 90,000,000 won for 50,000 won", "/buy KRW-BTC 50000원 at 90000000원"),
    ],
)
def test_quantities_shares_and_limit_prices(said: str, command: str) -> None:
    assert line(said) == command


@pytest.mark.parametrize(
    ("said", "key"),
    [
        ("비트 10% 사줘", "say-share-of-what"),
        ("buy 10% bitcoin", "say-share-of-what"),
        ("비트코인 절반 사줘", "say-share-of-what"),
        ("비트코인 다 사", "say-all-in"),
        ("전부 매수", "say-all-in"),
        ("올인", "say-all-in"),
        ("비트코인 몰빵 가자", "say-all-in"),
        ("이더 풀매수", "say-all-in"),
        ("go all in on bitcoin", "say-all-in"),
        ("buy bitcoin with all my money", "say-all-in"),
        ("비트코인 사줘", "say-how-much-buy"),
        ("buy some bitcoin", "say-how-much-buy"),
        ("비트 팔아", "say-how-much-sell"),
        ("sell my eth", "say-how-much-sell"),
        ("5만원에 비트코인 사줘", "say-price-or-sum"),  # for 50,000, or at 50,000?
        ("비트코인 5만원까지 사줘", "say-amount-bound"),
        ("비트코인 5만원 10만원 사줘", "say-two-amounts"),
        ("비트코인 5~10만원 사줘", "say-two-amounts"),
        ("비트코인 5만원이나 6만원 사", "say-two-amounts"),
        ("비트코인 0.1 5만원 사줘", "say-two-amounts"),
        ("비트코인 100달러어치 사줘", "say-foreign-money"),
        ("buy $50 of bitcoin", "say-foreign-money"),
        ("buy bitcoin at for 50,000 won", "say-limit-price"),
    ],
)
def test_sizes_that_have_to_be_asked(said: str, key: str) -> None:
    assert question(said) == key


@pytest.mark.parametrize(
    "said", ["-5만원 비트코인 사줘", "비트코인 1/3 팔아", "비트코인 0원 사줘", "비트코인 5만만원 사"]
)
def test_no_part_of_an_odd_figure_is_taken(said: str) -> None:
    assert not isinstance(understood(said), Run)


# ---------------------------------------------------------------- coins


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("비트코인", "KRW-BTC"),
        ("비트", "KRW-BTC"),
        ("비코", "KRW-BTC"),
        ("이더", "KRW-ETH"),
        ("리플", "KRW-XRP"),
        ("엑스알피", "KRW-XRP"),
        ("솔", "KRW-SOL"),
        ("도지", "KRW-DOGE"),
        ("비트코인캐시", "KRW-BCH"),
        ("비트코인 캐시", "KRW-BCH"),
        ("KRW-BTC", "KRW-BTC"),
        ("ＢＴＣ", "KRW-BTC"),
        ("bitcoin cash", "KRW-BCH"),
        ("magic eden", "KRW-ME"),
        ("비트코인을", "KRW-BTC"),
        ("리플도", "KRW-XRP"),
    ],
)
def test_coins_by_the_names_people_use(name: str, code: str) -> None:
    assert line(f"{name} 5만원 사줘") == f"/buy {code} 50000원"


@pytest.mark.parametrize(
    ("said", "key"),
    [
        ("비트랑 이더 5만원 사줘", "say-two-coins"),
        ("sell all my bitcoin and eth", "say-two-coins"),
        ("쌍둥이 5만원 사줘", "say-name-of-several"),
        ("5만원 사줘", "say-which-coin"),
        ("절반 팔아", "say-which-coin"),
        ("사과 5만원 사줘", "say-which-coin"),
        ("sell me half", "say-which-coin"),  # ME is a coin, and here it is not
    ],
)
def test_which_coin_is_never_guessed(said: str, key: str) -> None:
    assert question(said) == key


# ---------------------------------------------------------------- what is no instruction


@pytest.mark.parametrize(
    ("said", "key"),
    [
        ("사지 마", "say-negated-buy"),
        ("비트코인 사지마", "say-negated-buy"),
        ("비트코인 5만원 안 사", "say-negated-buy"),
        ("비트코인 5만원어치 사지 말아줘", "say-negated-buy"),
        ("사지 말고 기다려", "say-negated-buy"),
        ("비트코인 매수 금지", "say-negated-buy"),
        ("비트코인 매수 하지마", "say-negated-buy"),
        ("비트코인 사면 안 돼", "say-negated-buy"),
        ("비트코인 5만원 사줘 ㄴㄴ", "say-negated-buy"),
        ("don't buy 50k won of bitcoin", "say-negated-buy"),
        ("i don’t want to buy bitcoin", "say-negated-buy"),
        ("팔지 말고", "say-negated-sell"),
        ("절대 팔지 마", "say-negated-sell"),
        ("이더 절반 팔지마세요", "say-negated-sell"),
        ("don't sell", "say-negated-sell"),
        ("never sell my bitcoin", "say-negated-sell"),
        ("stop selling", "say-negated-sell"),
        ("매도 중지해줘", "say-negated-sell"),
        ("그만 팔아", "say-negated-sell"),
        ("멈추지 마", "say-negated"),
        ("중지 하지 마", "say-negated"),
        ("쉬지 말고 계속해", "say-negated"),
        ("취소하지 마", "say-negated"),
        ("do not cancel my orders", "say-negated"),
        ("don't resume", "say-negated"),
        ("비트코인 말고 이더 5만원 사줘", "say-exception"),
        ("비트코인 빼고 다 팔아", "say-exception"),
        ("sell everything but bitcoin", "say-exception"),
        ("sell all except eth", "say-exception"),
        ("비트코인 1억 되면 5만원 사줘", "say-condition"),
        ("이더 오르면 절반 팔아", "say-condition"),
        ("sell half my eth if it drops", "say-condition"),
        ("매일 비트코인 5만원 사줘", "say-repeated"),
        ("비트코인 5만원씩 사줘", "say-repeated"),
        ("buy 50k won of bitcoin every day", "say-repeated"),
        ("내일 9시에 비트코인 5만원 사줘", "say-scheduled"),
        ("tomorrow buy 50k won of bitcoin", "say-scheduled"),
        ("비트 살까?", "say-musing"),
        ("지금 팔아도 돼?", "say-musing"),
        ("should I buy bitcoin?", "say-musing"),
        ("> 비트코인 5만원 사줘", "say-quoted"),
        ("철수: “비트코인 5만원 사줘”", "say-quoted"),
        ('he wrote "sell half my eth"', "say-quoted"),
        ("응\n> 이더 절반 팔아", "say-quoted"),
    ],
)
def test_negations_conditions_and_others_words_are_no_orders(said: str, key: str) -> None:
    assert question(said) == key


@pytest.mark.parametrize(
    "said",
    [
        "친구가 비트코인 5만원어치 사라고 했어",
        "my friend said buy 50k won of bitcoin",
        "비트코인 5만원어치 사달라던데",
        "비트코인이 5만원이래",
        "어제 비트코인 5만원 사줘서 고마워",
        "안녕",
        "😀",
        "비트코인",
        "5만원",
    ],
)
def test_what_is_not_wholly_understood_is_not_run(said: str) -> None:
    assert not isinstance(understood(said), Run | Propose)


def test_buying_less_by_negation_offers_a_pause() -> None:
    found = understood("사지 마")
    assert isinstance(found, Ask)
    assert found.choices == ("/pause",)


def test_one_action_per_message() -> None:
    found = understood("지금 다 팔고 멈춰")
    assert isinstance(found, Ask)
    assert (found.key, found.choices) == ("say-two-actions", ("/panic", "/sell all", "/pause"))
    assert question("비트 5만원 사고 이더 절반 팔아") == "say-two-actions"
    assert question("주문 취소하고 멈춰") == "say-two-actions"
    assert question("비트코인 매도 5만원 사줘") == "say-two-actions"
    assert question("buy 50k won of bitcoin and sell half my eth") == "say-two-actions"
    assert question("잔고랑 포지션 보여줘") == "say-two-views"


def test_an_order_put_in_keeps_its_side() -> None:
    """`넣어` alone says no side."""
    assert line("비트코인에 5만원 넣어줘") == "/buy KRW-BTC 50000원"
    assert line("비트코인 매수 주문 5만원 넣어줘") == "/buy KRW-BTC 50000원"
    assert line("비트코인 매도 주문 5만원 넣어줘") == "/sell KRW-BTC 50000원"


# ---------------------------------------------------------------- pause, cancel, panic


@pytest.mark.parametrize(
    ("said", "command"),
    [
        ("멈춰", "/pause"),
        ("제발 좀 멈춰!!", "/pause"),
        ("야 봇 이상해 당장 멈춰", "/pause"),  # not all of it is understood, and it pauses all the same
        ("매수 멈춰", "/pause"),
        ("그만 사", "/pause"),
        ("이제 쉬자", "/pause"),
        ("매매 중지해줘", "/pause"),
        ("stop everything", "/pause"),
        ("please stop", "/pause"),
        ("stop buying", "/pause"),
        ("no more buying", "/pause"),
        ("30분만 쉬어", "/pause 30m"),
        ("한 시간만 쉬어", "/pause 60m"),
        ("1시간 반 쉬어", "/pause 90m"),
        ("3일 쉬어", "/pause 4320m"),
        ("pause for 2 hours", "/pause 120m"),
        ("take a break for half an hour", "/pause 30m"),
        ("내일 아침 9시까지 쉬어", "/pause 2026-10-06 09:00"),
        ("오전 9시까지 멈춰", "/pause 2026-10-06 09:00"),
        ("오후 3시 반까지 쉬어", "/pause 2026-10-05 15:30"),
        ("밤 11시까지 쉬어줘", "/pause 2026-10-05 23:00"),
        ("내일까지 쉬어", "/pause 2026-10-07 00:00"),  # the whole of tomorrow
        ("자정까지 멈춰", "/pause 2026-10-06 00:00"),
        ("pause until tomorrow 9am", "/pause 2026-10-06 09:00"),
        ("stop trading till 9 pm", "/pause 2026-10-05 21:00"),
        ("주문 취소해줘", "/cancel all"),
        ("주문 다 취소해", "/cancel all"),
        ("비트코인 주문 취소", "/cancel KRW-BTC"),
        ("cancel all orders", "/cancel all"),
        ("cancel my bitcoin orders", "/cancel KRW-BTC"),
        ("긴급 청산", "/panic"),
        ("비상!!", "/panic"),
        ("emergency, get me out", "/panic"),
        ("다 팔아", "/sell all"),
        ("전부 정리해", "/sell all"),
        ("가진 거 싹 다 팔아", "/sell all"),
        ("sell everything", "/sell all"),
        ("재개해줘", "/resume"),
        ("다시 시작해", "/resume"),
        ("resume trading", "/resume"),
    ],
)
def test_stopping_and_going_on(said: str, command: str) -> None:
    assert line(said) == command


@pytest.mark.parametrize(
    ("said", "key"),
    [
        ("9시에 멈춰", "say-pause-later"),
        ("알림 멈춰", "say-notices"),
        ("비트코인 멈춰", "say-pause-what"),
        ("취소해", "say-cancel-what"),
        ("매수 주문 취소해", "say-cancel-side"),
        ("cancel my buy orders", "say-cancel-side"),
    ],
)
def test_what_to_stop_is_asked_with_a_button(said: str, key: str) -> None:
    found = understood(said)
    assert isinstance(found, Ask)
    assert found.key == key
    assert found.choices


def test_a_pause_whose_end_is_unclear_has_none_and_says_so() -> None:
    for said in ("주말까지 쉬어", "3일까지 쉬어", "pause until friday"):
        assert understood(said) == Run("/pause", note="say-pause-until-unclear")


# ---------------------------------------------------------------- looking, settings


@pytest.mark.parametrize(
    ("said", "command"),
    [
        ("왜 안 샀어?", "/why"),
        ("왜 비트코인 안 샀어", "/why KRW-BTC"),
        ("why didn't you buy bitcoin?", "/why KRW-BTC"),
        ("잔고 보여줘", "/balance"),
        ("내 돈 얼마 있어?", "/balance"),
        ("what's my balance?", "/balance"),
        ("수익 얼마야", "/pnl day"),
        ("오늘 얼마 벌었어?", "/pnl day"),
        ("이번 주 수익 보여줘", "/pnl week"),
        ("한 달 손익", "/pnl month"),
        ("최근 10일 손익 보여줘", "/pnl 10"),
        ("how much did I make this week?", "/pnl week"),
        ("상태 어때", "/status"),
        ("어때?", "/status"),
        ("지금 뭐 하고 있어?", "/status"),
        ("how am I doing", "/status"),
        ("포지션 뭐 있어?", "/positions"),
        ("뭐 들고 있어?", "/positions"),
        ("show me my positions", "/positions"),
        ("미체결 보여줘", "/orders"),
        ("뭐 샀어?", "/orders"),
        ("매매 내역 보여줘", "/trades"),
        ("비트코인 차트 4시간봉 보여줘", "/chart KRW-BTC 4h"),
        ("비트 얼마야", "/chart KRW-BTC"),
        ("한도 알려줘", "/limits"),
        ("설정 보여줘", "/settings"),
        ("잘 돌아가고 있어?", "/health"),
        ("도와줘", "/help"),
        ("what can you do?", "/help"),
    ],
)
def test_looking(said: str, command: str) -> None:
    assert line(said) == command


@pytest.mark.parametrize(
    ("said", "command"),
    [
        ("손절 3%로 바꿔줘", "/set stop_fraction 3%"),
        ("stop loss 3%", "/set stop_fraction 3%"),
        ("set take profit to 5%", "/set take_fraction 5%"),
        ("익절 5%로 올려줘", "/set take_fraction 5%"),
        ("손절 없애줘", "/set stop_fraction 0"),
        ("리플 추가해줘", "/markets add KRW-XRP"),
        ("감시 목록에서 리플 빼줘", "/markets remove KRW-XRP"),
    ],
)
def test_settings_are_shown_before_they_change(said: str, command: str) -> None:
    assert understood(said) == Propose(command)


@pytest.mark.parametrize(
    ("said", "command"),
    [
        ("하루 손실 한도 5만원으로", "/set max_daily_loss_krw 50000"),
        ("하루 손실 한도를 5만으로 낮춰줘", "/set max_daily_loss_krw 50000"),
        ("set daily loss limit to 50,000 won", "/set max_daily_loss_krw 50000"),
        ("daily loss limit 50000", "/set max_daily_loss_krw 50000"),
        ("1회 주문 한도 10만원", "/set max_order_krw 100000"),
        ("최대 주문 금액 20만원으로 설정", "/set max_order_krw 200000"),
        ("order limit 100k", "/set max_order_krw 100000"),
        ("하루 매수 금액 한도 100만원", "/set max_daily_spend_krw 1000000"),
        ("하루 매수 횟수 한도 10", "/set max_entries_per_day 10"),
        ("종목별 한도 50만원으로 변경", "/set max_market_krw 500000"),
        ("포지션 수 한도 3개로 해줘", "/set max_positions 3"),
        ("max positions 3", "/set max_positions 3"),
        ("투자 비중 한도 50%", "/set max_exposure 50%"),
        ("max exposure 30%", "/set max_exposure 30%"),
    ],
)
def test_limits_are_changed_by_what_they_are_called(said: str, command: str) -> None:
    assert understood(said) == Propose(command)


@pytest.mark.parametrize(
    "said",
    [
        "하루 손실 한도 5만원 올려줘",
        "raise the daily loss limit by 10000 won",
        "한도 5만원으로 바꿔줘",
        "주문 한도 없애줘",
        "투자 비중 5만원",
        "하루 손실 한도 5%",
        "비트코인 하루 손실 한도 5만원",
        "하루 손실 한도 5만원, 주문 한도 3만원",
        "daily loss limit 50000 and buy btc",
    ],
)
def test_a_limit_and_a_value_or_how_it_is_said(said: str) -> None:
    assert understood(said) == Ask("say-limits", choices=("/limits",))


def test_a_limit_in_a_sentence_about_something_else() -> None:
    assert line("하루 손실 한도 얼마야?") == "/limits"
    assert line("what is the daily loss limit?") == "/limits"
    assert question("don't change the daily loss limit to 50000") == "say-negated"
    assert question("하루 손실 한도 넘으면 다 팔아") == "say-condition"
    assert question("매일 비트코인 5만원 사줘") == "say-repeated"
    assert line("daily loss limit reached, stop!") == "/pause"


@pytest.mark.parametrize("said", ["이더 손절 5%로", "set btc stop loss to 5%", "비트 익절 10%로 바꿔줘"])
def test_exits_are_the_same_for_every_coin(said: str) -> None:
    assert question(said) == "say-exits-everywhere"


@pytest.mark.parametrize(("said", "command"), [("전략 바꿔줘", "/strategy"), ("change settings", "/settings")])
def test_what_is_to_be_changed_without_to_what_is_shown(said: str, command: str) -> None:
    assert line(said) == command


@pytest.mark.parametrize("said", ["손절 1% 올려", "raise take profit by 2%", "손절 9천만원에 걸어줘"])
def test_by_how_much_or_to_what(said: str) -> None:
    assert question(said) == "say-exits"


# ---------------------------------------------------------------- anything at all

PIECES = (
    *(
        "비트코인",
        "이더",
        "리플",
        "쌍둥이",
        "btc",
        "eth",
        "me",
        "5만원",
        "5만",
        "오천",
        "만",
        "원어치",
        "0.01개",
        "50%",
        "절반",
    ),
    *(
        "다",
        "전부",
        "올인",
        "사줘",
        "사",
        "팔아",
        "매수",
        "매도",
        "넣어줘",
        "멈춰",
        "쉬어",
        "취소",
        "재개",
        "하지",
        "마",
        "말고",
    ),
    *(
        "안",
        "왜",
        "까지",
        "에",
        "만",
        "내일",
        "9시",
        "30분",
        "손절",
        "3%",
        "바꿔줘",
        "잔고",
        "보여줘",
        "하고",
        "고",
        "면",
    ),
    *(
        "buy",
        "sell",
        "half",
        "all",
        "my",
        "of",
        "50k",
        "won",
        "don't",
        "not",
        "at",
        "until",
        "stop",
        "cancel",
        "and",
        "if",
    ),
    *(">", '"', "?", "!", "😀", "\u202e", "\u200b", "０", "٣", "-", "1e9", "/", "@", "<b>", "&", "\n"),
)
SENTENCES = st.lists(st.sampled_from(PIECES), max_size=9).flatmap(
    lambda parts: st.sampled_from((" ", "", "  ")).map(lambda blank: blank.join(parts))
)


def figures_in(message: str) -> set[Decimal]:
    """Every amount the tokens of a message stand for."""
    return {t.value for t in read(message, LEXER, NOW).tokens if isinstance(t.value, Decimal)}


def no_order_out_of_nothing(message: str) -> None:
    found = understood(message)
    command = found.line if isinstance(found, Run | Propose) else ""
    if command.startswith(("/buy", "/sell")):
        amount = command.split()[-1 if "at" not in command else 2]
        sentence = read(message, LEXER, NOW)
        assert any(t.text in sentence.text for t in sentence.tokens if isinstance(t.value, Decimal)), message
        if amount != "all":
            value = Decimal(amount.rstrip("원개%")) / (100 if amount.endswith("%") else 1)
            assert value in figures_in(message), message
        assert not sentence.negated, message


@given(SENTENCES)
@settings(max_examples=400, deadline=None)
def test_no_mixture_of_words_gives_an_order_without_its_amount(message: str) -> None:
    no_order_out_of_nothing(message)


@given(st.text(max_size=120))
@settings(max_examples=150, deadline=None)
def test_arbitrary_text_is_read_without_a_crash(message: str) -> None:
    no_order_out_of_nothing(message)


@pytest.mark.parametrize(
    "message", ["1" * 500, "만" * 500, "사" * 500, "비트코인" * 125, "1,2" * 160, "5만 " * 160, "(" * 500]
)
def test_long_and_odd_text_is_read_quickly(message: str) -> None:
    begun = time.process_time()
    understood(message)
    assert time.process_time() - begun < 1.0


# ---------------------------------------------------------------- wording


def asks() -> Iterator[tuple[str, set[str]]]:
    """Every question of the sources: its key, and the parameters it is given."""
    for path in LANGUAGE.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not (
                isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Ask" and node.args
            ):
                continue
            keys = {n.value for n in ast.walk(node.args[0]) if isinstance(n, ast.Constant)}
            given_ = [n for n in node.args[1:2] if isinstance(n, ast.Dict)]
            names = {k.value for n in given_ for k in n.keys if isinstance(k, ast.Constant)}
            unknown = len(node.args) > 1 and not given_
            for key in keys:
                if isinstance(key, str) and key.startswith("say-") and not unknown:
                    yield key, {str(name) for name in names}


def test_every_question_has_its_words_and_gets_its_figures() -> None:
    found = list(asks())
    assert len(found) > 40
    for key, names in found:
        for language in LANGUAGES:
            assert variables(language)[key] <= names, key
