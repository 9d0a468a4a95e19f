"""S11, R10, C3: what happens is told in words; a figure that did not come along is unknown, never 0."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from chatbot.coins import Coins
from chatbot.notices import KEYS, SILENT, brief, notice
from chatbot.reply import Reply, Tone
from chatbot.wording import LANGUAGES, Words
from tests.chatbot.fake_desk import INFOS
from trader.model.events import Event, EventKind

NOON = datetime(2026, 10, 5, 3, 0, tzinfo=UTC)
KO = Words("ko", Coins(lambda: INFOS))


def event(kind: EventKind, market: str = "KRW-BTC", **data: str) -> Event:
    return Event("E1", kind, NOON, market=market, data=data)


def told(kind: EventKind, market: str = "KRW-BTC", **data: str) -> Reply:
    reply = notice(event(kind, market, **data), KO)
    assert reply is not None
    return reply


def test_every_kind_has_its_keys_and_is_told_or_silent() -> None:
    assert set(KEYS) == set(EventKind)
    for kind in EventKind:
        assert (notice(event(kind), KO) is None) is (kind in SILENT)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", list(EventKind))
def test_nothing_is_known_and_still_it_is_told(kind: EventKind, language: str) -> None:
    """An event without any data must not keep the message from being sent, nor claim a zero."""
    words = Words(language)
    bare = Event("E1", kind, NOON)
    reply = notice(bare, words)
    if reply is not None:
        assert reply.title
        assert "0원" not in reply.text()
    assert brief(bare, words)


def test_an_event_that_is_not_to_be_pushed_is_not() -> None:
    assert notice(Event("E1", EventKind.ORDER, NOON, push=False), KO) is None


def test_a_proposal_says_everything_and_can_be_answered() -> None:
    reply = told(
        EventKind.PROPOSAL,
        ticket_id="01HZX3ABCDEFGHJK",
        side="buy",
        notional="500000",
        quantity="",
        price="95000000",
        price_band="0.005",
        fee="250",
        equity_share="0.05",
        expires_at="2026-10-05T03:02:00+00:00",
        reason="crossed_up",
        owner="sma_cross",
        mode="live",
    )
    assert reply.title == "비트코인 KRW-BTC 매수 제안 · 실전"
    assert reply.lines == (
        "금액 500,000원 (50만원)",
        "수량 0.00526316 BTC · 가격 95,000,000원",
        "예상 수수료 250원 · 자산의 5%",
        "가격이 94,525,000원 ~ 95,475,000원(±0.5%)를 벗어나면 무효",
        "sma_cross · 이동평균 상향 돌파",
        "12:02:00까지 (2분)",
    )
    assert [b.action for b in reply.buttons[0]] == [
        "ok:01HZX3ABCDEFGHJK",
        "half:01HZX3ABCDEFGHJK",
        "no:01HZX3ABCDEFGHJK",
    ]


def test_an_exit_says_the_result_net_of_fees() -> None:
    reply = told(
        EventKind.EXIT,
        position_id="P1",
        reason="stop",
        owner="sma_cross",
        proceeds="935300",
        pnl="-4700",
        pnl_share="-0.005",
        held_seconds="7200",
        fees="940",
    )
    assert reply.title == "청산: 비트코인 KRW-BTC -4,700원 (-0.5%)"
    assert reply.lines == ("이유: 손절", "받은 금액 935,300원 · 수수료 940원 (손익에 반영됨)", "2시간 보유")


def test_a_fill_and_an_entry() -> None:
    fill = told(
        EventKind.FILL,
        client_order_id="7QW",
        side="buy",
        price="95000000",
        quantity="0.001",
        funds="95000",
        fee="47.5",
        slippage_bps="1.2345",
    )
    assert fill.title == "비트코인 KRW-BTC 매수 체결 0.001 BTC @ 95,000,000원"
    assert "금액 95,000원 · 수수료 47.5원" in fill.lines
    assert "미끄러짐 1.2bps" in fill.lines
    entry = told(EventKind.ENTRY, quantity="0.001", average_cost="95047500", cost="95047.5", stop="", take="")
    assert "⚠️ 손절·익절 없음" in entry.lines


def test_an_unknown_order_says_that_it_is_not_sent_again() -> None:
    reply = told(EventKind.ORDER_UNKNOWN, client_order_id="7QW")
    assert "다시 보내지 않습니다" in reply.text()
    assert reply.tone is Tone.WARNING
    assert reply.buttons[0][0].action == "run:/orders 7QW"


def test_a_panic_that_left_something_is_an_error() -> None:
    flat = told(EventKind.PANIC, market="", by="telegram:1", flat="yes", cancelled="2", sold="1", seconds="1.5")
    left = told(EventKind.PANIC, market="", by="shell", flat="no", remaining="KRW-BTC:0.1", open_orders_left="1")
    assert (flat.tone, left.tone) == (Tone.OK, Tone.ERROR)
    assert "남은 것 없음" in flat.title
    assert "KRW-BTC:0.1" in left.text()
    assert left.buttons[0][0].action == "run:/panic"


def test_a_setting_is_shown_in_its_unit() -> None:
    reply = told(EventKind.SETTING_CHANGED, market="", key="order_fraction", old="0.1", new="0.05", by="telegram:1")
    assert reply.title == "설정 order_fraction: 10% → 5% (telegram:1)"


def test_failures_carry_a_count_and_their_end_is_told() -> None:
    failed = told(EventKind.JOB_FAILED, market="", job="collect", error="VenueUnreachable: timed out", count="1")
    back = told(EventKind.JOB_RECOVERED, market="", job="collect", count="37")
    assert failed.title == "⚠️ 작업 실패: collect (×1)"
    assert back.title == "✅ 작업 정상화: collect (실패 37회 후)"


def test_a_daily_report_names_the_korean_day() -> None:
    reply = told(
        EventKind.DAILY_REPORT,
        market="",
        date="2026-10-03T15:00:00+00:00",
        equity="10012345",
        realised="12345",
        unrealised="",
        fees="940",
        closed="3",
        wins="2",
    )
    assert reply.title == "일일 보고 2026-10-04 · 자산 10,012,345원"
    assert reply.lines[0] == "실현 +12,345원 · 평가 알 수 없음"


def test_a_start_without_owners_warns() -> None:
    reply = told(EventKind.STARTED, market="", mode="paper", state="active", access="0", positions="0")
    assert reply.title == "시작: 모의(실시간 시세) · 거래 중"
    assert "등록된 소유자가 없어" in reply.text()


def test_a_key_in_an_error_does_not_come_out() -> None:
    token = "123456789:AAF" + "x" * 32
    assert token not in told(EventKind.ERROR, message=f"bad url https://api/bot{token}/x", where="chat").text()
