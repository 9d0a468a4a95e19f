"""C5: sums, quantities, shares and times as people type them; where two readings are possible, nothing is guessed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatbot import amounts
from chatbot.slots.common import SellSize, parse_sell_size, parse_timeframe
from chatbot.wording import figures
from trader.errors import UserInputError

NOON = datetime(2026, 10, 5, 3, 0, tzinfo=UTC)
"""12:00 in Seoul."""


@pytest.mark.parametrize(
    ("text", "krw"),
    [
        ("5만원", 50_000),
        ("5만 원어치", 50_000),
        ("5만", 50_000),
        ("50,000원", 50_000),
        ("50000원", 50_000),
        ("50000", 50_000),
        ("₩50,000", 50_000),
        ("50000 KRW", 50_000),
        ("５만원", 50_000),
        ("５０，０００원", 50_000),
        ("1.5억", 150_000_000),
        ("1억 2천만원", 120_000_000),
        ("1억2000만", 120_000_000),
        ("1억 2,000만", 120_000_000),
        ("삼십만원", 300_000),
        ("십만원", 100_000),
        ("이십오만원", 250_000),
        ("2백5십만원", 2_500_000),
        ("천만원", 10_000_000),
        ("만원", 10_000),
        ("5천원", 5_000),
        ("5천", 5_000),
        ("2천500원", 2_500),
        ("1만5천원", 15_000),
        ("0.5만원", 5_000),
        ("오만원", 50_000),
        ("12만3456원", 123_456),
        ("5만500원", 50_500),
        ("1조", 1_000_000_000_000),
    ],
)
def test_sums_as_koreans_write_them(text: str, krw: int) -> None:
    assert amounts.parse_krw(text) == krw


@pytest.mark.parametrize(
    "text",
    [
        "비트코인만",  # 만 = "only"
        "만",  # "only", standing alone
        "원",
        "",
        "5만5",  # 50,005, or 55,000 said shortly?
        "2천500",
        "1,5",  # a decimal comma
        "50 000",  # two figures, or one?
        "-5만",
        "1e5",
        "5만만",
        "1만12000원",
        "1억만",
        "0",
        "0.5",  # half a won: meant as a quantity
        "5만원이나 6만원",
        "1" * 60,
    ],
)
def test_unclear_sums_are_refused(text: str) -> None:
    with pytest.raises(UserInputError):
        amounts.parse_krw(text)


@given(st.integers(min_value=1, max_value=10**15))
def test_what_is_shown_short_is_read_back_the_same(krw: int) -> None:
    """Figures are cut below 만 only beside 억, so those are compared to whole 만."""
    whole = krw if krw < 10**8 else krw - krw % 10_000
    assert amounts.parse_krw(figures.short_krw(Decimal(whole)) + "원") == whole


@given(st.text(alphabet="0123456789.,만억천백십일이삼원 %-", max_size=12))
def test_any_text_is_read_as_whole_positive_krw_or_refused(text: str) -> None:
    try:
        value = amounts.parse_krw(text)
    except UserInputError:
        return
    assert value > 0
    assert value == value.to_integral_value()


@pytest.mark.parametrize(
    ("text", "price"),
    [("95,000,000", "95000000"), ("9500만원", "95000000"), ("0.123", "0.123"), ("1억", "100000000")],
)
def test_prices(text: str, price: str) -> None:
    assert amounts.parse_price(text) == Decimal(price)


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("0.01", SellSize(quantity=Decimal("0.01"))),
        ("0.01 BTC", SellSize(quantity=Decimal("0.01"), unit="BTC")),
        ("0.01개", SellSize(quantity=Decimal("0.01"))),
        ("5만개", SellSize(quantity=Decimal(50_000))),
        ("50%", SellSize(share=Decimal("0.5"))),
        ("절반", SellSize(share=Decimal("0.5"))),
        ("전량", SellSize(share=Decimal(1))),
        ("all", SellSize(share=Decimal(1))),
        ("5만원", SellSize(notional=Decimal(50_000))),
        ("50,000원어치", SellSize(notional=Decimal(50_000))),
    ],
)
def test_sizes_of_a_sale(text: str, size: SellSize) -> None:
    assert parse_sell_size(text) == size


@pytest.mark.parametrize("text", ["5만", "5천", "150%", "0%", "0", "-1", "많이", "0.1 5"])
def test_unclear_sizes_are_refused(text: str) -> None:
    """`5만` of a sale may be a sum or a quantity."""
    with pytest.raises(UserInputError):
        parse_sell_size(text)


def test_fractions_say_which_they_are() -> None:
    assert amounts.parse_fraction("3%") == Decimal("0.03")
    assert amounts.parse_fraction("0.03") == Decimal("0.03")
    assert amounts.parse_fraction("150%") == Decimal("1.5")
    with pytest.raises(UserInputError):
        amounts.parse_fraction("3")  # 3 % or 300 %?


def test_bps_and_counts() -> None:
    assert amounts.parse_bps("30") == amounts.parse_bps("30bps") == amounts.parse_bps("0.3%") == 30
    assert amounts.parse_count("10개") == 10
    assert amounts.parse_yes_no("켜기") is True
    assert amounts.parse_yes_no("아니오") is False


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("30m", 1800),
        ("30분", 1800),
        ("30분만", 1800),
        ("30분간", 1800),
        ("2h", 7200),
        ("2시간", 7200),
        ("2시간 동안", 7200),
        ("1시간 30분", 5400),
        ("1h30m", 5400),
        ("90초", 90),
        ("하루", 86400),
        ("1d 2h", 93600),
    ],
)
def test_durations(text: str, seconds: int) -> None:
    assert amounts.parse_duration(text).total_seconds() == seconds


@pytest.mark.parametrize("text", ["30", "0분", "-5m", "", "내일", "500일"])
def test_unclear_durations_are_refused(text: str) -> None:
    with pytest.raises(UserInputError):
        amounts.parse_duration(text)


@pytest.mark.parametrize(
    ("text", "seoul"),
    [
        ("09:00", "10-06 09:00"),  # nine has passed today
        ("13:30", "10-05 13:30"),
        ("오전 9시", "10-06 09:00"),
        ("오전 9시까지", "10-06 09:00"),
        ("오후 3시 반", "10-05 15:30"),
        ("3pm", "10-05 15:00"),
        ("9am", "10-06 09:00"),
        ("내일 9시 30분", "10-06 09:30"),
        ("자정", "10-06 00:00"),
        ("24:00", "10-06 00:00"),
        ("2026-10-07 18:00", "10-07 18:00"),
    ],
)
def test_times_are_the_next_such_moment_in_seoul(text: str, seoul: str) -> None:
    moment = amounts.parse_until(text, NOON)
    assert moment.tzinfo is UTC
    assert f"{moment.astimezone(figures.SEOUL):%m-%d %H:%M}" == seoul


@pytest.mark.parametrize("text", ["25:00", "9", "밤 12시", "저녁 12시", "2026-13-01 09:00", "13pm", "9:75"])
def test_unclear_times_are_refused(text: str) -> None:
    with pytest.raises(UserInputError) as err:
        amounts.parse_until(text, NOON)
    assert err.value.key == "time-unclear"


def test_a_time_that_has_passed_is_refused() -> None:
    with pytest.raises(UserInputError) as err:
        amounts.parse_until("오늘 9시", NOON)
    assert err.value.key == "time-past"


@pytest.mark.parametrize(
    ("text", "frame"),
    [("15m", "15m"), ("15분", "15m"), ("15분봉", "15m"), ("60m", "1h"), ("4시간", "4h"), ("일봉", "1d")],
)
def test_timeframes(text: str, frame: str) -> None:
    assert parse_timeframe(text).value == frame


@pytest.mark.parametrize(
    "parse",
    [amounts.parse_krw, amounts.parse_price, amounts.parse_quantity, amounts.parse_share, amounts.parse_duration],
)
def test_no_parser_fails_in_another_way(parse: Callable[[str], object]) -> None:
    for text in ("", " ", "٣", "½", "∞", "NaN", "inf", "0x10", "만억조", "." * 10, "1" * 1000):
        with pytest.raises(UserInputError):
            parse(text)
