"""/alerts from the phone: conditions as people write them, a list with buttons, what is told when one fires (C2)."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from chatbot.coins import Coins
from chatbot.notices import notice
from chatbot.reply import Reply
from chatbot.slots.alerts import parse_condition
from chatbot.wording import Words
from tests.alerts.test_watch import Room
from tests.chatbot.chat_bench import OWNER, STRANGER, TRADER, VIEWER, Bench
from tests.chatbot.fake_desk import INFOS
from tests.examples import NOON, D
from tests.market.paper_exchange import BTC
from trader.alerts.watch import event_data
from trader.errors import UserInputError
from trader.model.alert import Alert, AlertKind, Comparison, Condition
from trader.model.events import Event, EventKind
from trader.model.market import Market, Timeframe

KO, EN = Words("ko", Coins(lambda: INFOS)), Words("en", Coins(lambda: INFOS))
XRP = Market("KRW", "XRP")
PRICE, MOVE, RSI, SMA, VOLUME = AlertKind
ABOVE, AT_LEAST, BELOW, AT_MOST, EITHER = Comparison
M15 = Timeframe.M15


@pytest.mark.parametrize(
    ("text", "condition"),
    [
        ("> 1억", Condition(PRICE, ABOVE, D(100_000_000))),
        (">1억", Condition(PRICE, ABOVE, D(100_000_000))),
        (">= 95,000,000", Condition(PRICE, AT_LEAST, D(95_000_000))),
        ("95000000 이상", Condition(PRICE, AT_LEAST, D(95_000_000))),
        ("9500만원 이하", Condition(PRICE, AT_MOST, D(95_000_000))),
        ("3천원 미만", Condition(PRICE, BELOW, D(3_000))),
        ("below 90m", Condition(PRICE, BELOW, D(90_000_000))),
        ("0.5원 초과", Condition(PRICE, ABOVE, D("0.5"))),
        ("3천원", Condition(PRICE, EITHER, D(3_000))),
        ("5% 1h", Condition(MOVE, EITHER, D("0.05"), 3600)),
        ("+5% 1시간", Condition(MOVE, ABOVE, D("0.05"), 3600)),
        ("-2.5% 30분", Condition(MOVE, BELOW, D("0.025"), 1800)),
        ("1시간 안에 5% 하락", Condition(MOVE, BELOW, D("0.05"), 3600)),
        ("5% up within 2h", Condition(MOVE, ABOVE, D("0.05"), 7200)),
        ("rsi < 30", Condition(RSI, BELOW, D(30), 14, M15)),
        ("rsi<30 1h", Condition(RSI, BELOW, D(30), 14, Timeframe.H1)),
        ("RSI(7) >= 70 4시간봉", Condition(RSI, AT_LEAST, D(70), 7, Timeframe.H4)),
        ("rsi 30 이하", Condition(RSI, AT_MOST, D(30), 14, M15)),
        ("rsi 9 25 미만 5분", Condition(RSI, BELOW, D(25), 9, Timeframe.M5)),
        ("> sma 20", Condition(SMA, ABOVE, D(0), 20, M15)),
        ("price below sma 60 1h", Condition(SMA, BELOW, D(0), 60, Timeframe.H1)),
        ("이평 20 위 일봉", Condition(SMA, ABOVE, D(0), 20, Timeframe.D1)),
        ("ma20 아래", Condition(SMA, BELOW, D(0), 20, M15)),
        ("volume 3x", Condition(VOLUME, AT_LEAST, D(3), 20, M15)),
        ("volume > 2.5x 30 5m", Condition(VOLUME, ABOVE, D("2.5"), 30, Timeframe.M5)),
        ("거래량 3배 이상 1시간", Condition(VOLUME, AT_LEAST, D(3), 20, Timeframe.H1)),
    ],
)
def test_conditions_as_people_write_them(text: str, condition: Condition) -> None:
    assert parse_condition(text, M15) == condition


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("> 비싸면", "price-unclear"),
        ("rsi", "alert-unclear"),
        ("rsi < dreißig", "alert-unclear"),
        ("5%", "alert-window"),
        ("+5% 하락 1h", "alert-unclear"),
        ("5% 언젠가", "duration-unclear"),
        ("rsi < 30 7m", "timeframe-unknown"),
        ("> 5,00", "price-unclear"),
        ("volume > 3x 20 fortnight", "timeframe-unknown"),
    ],
)
def test_what_is_not_clear_is_refused_not_guessed(text: str, error: str) -> None:
    with pytest.raises(UserInputError) as refused:
        parse_condition(text, M15)
    assert refused.value.key == error


# ---------------------------------------------------------------- the command


class Phone(Bench):
    """The command over real alerts; BTC stands at 100, XRP at 3,000."""

    def __init__(self, language: str = "ko") -> None:
        super().__init__(language=language)
        self.room = room = Room()
        room.quotes.set_infos(INFOS)
        room.price(XRP, "3000")
        desk, book = self.desk, room.book
        desk.alerts, desk.add_alert, desk.alert_again = book.mine, book.add, book.again  # type: ignore[method-assign]
        desk.delete_alerts, desk.mute_alerts, desk.unmute_alerts = book.delete, book.mute, book.unmute  # type: ignore[method-assign]

    def labels(self, reply: Reply) -> list[list[str]]:
        return [[button.label for button in row] for row in reply.buttons]

    def action(self, reply: Reply, label: str) -> str:
        return next(button.action for row in reply.buttons for button in row if label in button.label)


@pytest.fixture
def phone() -> Phone:
    phone = Phone()
    phone.room.clock.advance((phone.clock.now() - NOON).total_seconds())
    phone.room.price(BTC, "100")
    phone.room.price(XRP, "3000")
    return phone


async def test_set_listed_muted_and_deleted_by_thumb(phone: Phone) -> None:
    made = await phone.say("/alerts BTC > 105 repeat")
    assert made.title == "🔔 알림을 걸었습니다: 비트코인 KRW-BTC 가격 105원 초과"
    assert made.lines == ("지금 100원", "11-04 12:00까지 지켜봅니다.", "한 번 알린 뒤에도 계속 지켜봅니다.")
    listed = await phone.press(phone.action(made, "목록"))
    assert listed.title == "시세 알림 1건"
    assert listed.lines == ("🔔 비트코인 KRW-BTC 가격 105원 초과 · 반복 · 11-04 12:00까지",)
    assert phone.labels(listed) == [["🗑 비트코인 가격 105원 초과", "🔕"]]
    await phone.press(phone.action(listed, "🔕"))
    listed = await phone.say("/알림")
    assert listed.lines[0].startswith("🔕")
    gone = await phone.press(phone.action(listed, "🗑"))
    assert gone.title == "알림을 지웠습니다: 비트코인 KRW-BTC 가격 105원 초과"
    assert (await phone.say("/alerts")).title == "걸어 둔 시세 알림이 없습니다."


async def test_a_price_alone_an_end_and_korean_words(phone: Phone) -> None:
    made = await phone.say("알림 리플 3천5백원 내일 9시까지")
    assert made.title == "🔔 알림을 걸었습니다: 엑스알피(리플) KRW-XRP 가격 3,500원 이상"
    assert "10-06 09:00까지 지켜봅니다." in made.lines
    muted = await phone.say("/alerts mute all 2h")
    assert muted.lines == ("14:00:00부터 다시 알립니다.",)
    again = await phone.say("/alerts XRP 2900 until 13:00")
    assert again.title.endswith("가격 2,900원 이하")
    assert "13:00:00까지 지켜봅니다." in again.lines


async def test_what_holds_already_is_said(phone: Phone) -> None:
    made = await phone.say("/alerts BTC 90 이상")
    assert "이미 만족하고 있습니다. 벗어났다가 다시 만족하면 알립니다." in made.lines


async def test_many_have_pages_and_buttons_for_all(phone: Phone) -> None:
    for level in range(101, 109):
        await phone.say(f"/alerts BTC > {level}")
    first = await phone.say("/alerts")
    assert (first.title, len(first.lines)) == ("시세 알림 8건", 6)
    assert phone.labels(first)[-2:] == [["모두 끄기", "모두 삭제"], ["이전 ▶"]]
    second = await phone.say("/alerts page 2")
    assert len(second.lines) == 2
    assert (await phone.say("/alerts delete all")).title == "알림을 지웠습니다: 8건"


async def test_a_viewer_has_alerts_of_their_own_and_a_stranger_none(phone: Phone) -> None:
    await phone.say("/alerts BTC > 105", VIEWER)
    assert (await phone.say("/alerts", TRADER)).title == "걸어 둔 시세 알림이 없습니다."
    assert (await phone.say("/alerts", STRANGER)).data["outcome"] == "stranger"
    made = (await phone.room.book.mine(VIEWER.key))[0]
    assert (made.person, made.place) == ("telegram:3", "telegram:3")
    commands = [event.data["line"] for event in phone.desk.recorded if event.kind is EventKind.COMMAND]
    assert commands == ["/alerts BTC > 105"]  # setting one is in the audit trail at once


async def test_in_a_group_it_is_told_there(phone: Phone) -> None:
    await phone.dispatcher.line(OWNER, "/alerts BTC > 105", conversation="-100/7")
    assert (await phone.room.book.mine(OWNER.key))[0].place == "telegram:-100/7"


@pytest.mark.parametrize(
    ("line", "title"),
    [
        ("/alerts BTC", "알림 조건을 알 수 없습니다: BTC"),
        ("/alerts BTC 5%", "5% 변동을 볼 시간을 함께 적어 주세요. 예: 5% 1h"),
        ("/alerts BTC-ETH > 5", "원화 마켓에만 알림을 걸 수 있습니다: BTC-ETH"),
        ("/alerts BTC rsi < 30 until 어제", "시각을 알 수 없습니다"),
        ("/alerts delete ZZZZ", "그런 알림이 없습니다: ZZZZ. 목록은 /alerts"),
        ("/alerts delete", "빠진 것이 있습니다: 알림 번호"),
    ],
)
async def test_a_slip_says_what_to_write(phone: Phone, line: str, title: str) -> None:
    assert (await phone.say(line)).title.startswith(title[:12])


# ---------------------------------------------------------------- what is told


def fired(condition: Condition, value: str, *, repeat: bool = False, outcome: str = "fired") -> Event:
    alert = Alert(
        "ABCDEFGH12345678", "telegram:1", "telegram:1", BTC, condition, repeat, NOON, NOON + timedelta(days=1)
    )
    data = event_data(alert, outcome, Decimal(value) if value else None)
    return Event("e1", EventKind.ALERT, NOON, market="KRW-BTC", data=data)


def shown(condition: Condition, value: str, *texts: str) -> object:
    """Title and figure in Korean, then in English, each behind the market's name."""
    return pytest.param(condition, value, texts[:2], texts[2:], id=f"{condition.kind.value}")


@pytest.mark.parametrize(
    ("condition", "value", "ko", "en"),
    [
        shown(
            Condition(PRICE, ABOVE, D(100_000_000)),
            "100100000",
            "가격 100,000,000원 초과",
            "지금 100,100,000원",
            "price above 100,000,000 KRW",
            "Now 100,100,000 KRW",
        ),
        shown(
            Condition(MOVE, EITHER, D("0.05"), 3600),
            "-0.0512",
            "1시간 안에 5% 변동",
            "지금 -5.12%",
            "moved 5% within 1h",
            "Now -5.12%",
        ),
        shown(
            Condition(RSI, BELOW, D(30), 14, M15),
            "28.413",
            "RSI(14) < 30 (15m)",
            "지금 28.41",
            "RSI(14) < 30 (15m)",
            "Now 28.41",
        ),
        shown(
            Condition(SMA, BELOW, D(0), 20, M15),
            "-0.0123",
            "종가가 20봉 평균 아래 (15m)",
            "지금 평균보다 -1.23%",
            "close below the mean of 20 (15m)",
            "Now -1.23% from the mean",
        ),
        shown(
            Condition(VOLUME, AT_LEAST, D(3), 20, M15),
            "3.256",
            "거래량이 20봉 평균의 3배 이상 (15m)",
            "지금 평균의 3.26배",
            "volume ≥ 3 × the mean of 20 (15m)",
            "Now 3.26 × the mean",
        ),
    ],
)
def test_what_fires_is_told_with_its_figure(
    condition: Condition, value: str, ko: tuple[str, str], en: tuple[str, str]
) -> None:
    for words, name, (title, line) in ((KO, "비트코인", ko), (EN, "Bitcoin", en)):
        reply = notice(fired(condition, value), words)
        assert reply is not None
        assert (reply.title, reply.lines[0]) == (f"🔔 {name} KRW-BTC {title}", line)
        assert [b.action for row in reply.buttons for b in row] == [
            "run:/chart KRW-BTC",
            "run:/alerts again ABCDEF",
        ]


def test_one_that_goes_on_can_be_silenced_or_deleted_and_an_ended_one_set_again() -> None:
    level = Condition(PRICE, ABOVE, D(100))
    going_on = notice(fired(level, "101", repeat=True), KO)
    assert going_on is not None
    assert [b.action for row in going_on.buttons for b in row] == [
        "run:/chart KRW-BTC",
        "run:/alerts mute ABCDEF 1h",
        "run:/alerts delete ABCDEF",
    ]
    ended = notice(fired(level, "", repeat=True, outcome="expired"), KO)
    assert ended is not None
    assert ended.title == "⌛ 만료된 알림: 비트코인 KRW-BTC 가격 100원 초과"
    assert ended.buttons[0][1].action == "run:/alerts again ABCDEF"
