"""S11, R10, C3: what happens is told in words; a figure that did not come along is unknown, never 0."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from chatbot.coins import Coins
from chatbot.notices import KEYS, SILENT, brief, notice
from chatbot.reply import Reply, Tone
from chatbot.views.outcome_words import OUTCOMES
from chatbot.wording import LANGUAGES, Words
from tests.chatbot.fake_desk import INFOS
from trader.model.events import Event, EventKind
from trader.model.order import OrderState

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
        "수량 약 0.00526316 BTC · 가격 95,000,000원",
        "예상 수수료 250원 · 자산의 5%",
        "가격이 94,525,000원 ~ 95,475,000원(±0.5%)을 벗어나면 무효",
        "이유: sma_cross · 이동평균 상향 돌파",
        "⏳ 12:02:00까지 (120초 남음)",
    )
    assert [b.action for b in reply.buttons[0]] == [
        "ok:01HZX3ABCDEFGHJK",
        "half:01HZX3ABCDEFGHJK",
        "no:01HZX3ABCDEFGHJK",
    ]


def test_a_proposal_says_what_is_at_stake_what_is_left_and_why() -> None:
    """A buy of 500,000 at 95,000,000: the stop 2% below costs 10,490, the target 3% above brings 14,242."""
    lines = told(
        EventKind.PROPOSAL,
        side="buy",
        notional="500000",
        price="95000000",
        stop="93100000",
        at_stop="-10490",
        take="97850000",
        at_take="14242",
        trail="0.02",
        entries_left="48",
        spend_left="49499750",
        exposure="0.25",
        exposure_limit="0.8",
        owner="sma_cross",
        reason="crossed_up",
        figures="slow:94812345.678 fast:95123456.7 score:0.4129",
        verdict="approved",
        votes="openai:BUY:62 gemini:late",
        expires_at="2026-10-05T03:01:45+00:00",
        silence="allow",
    ).lines
    assert lines[3:] == (
        "손절 93,100,000원 (-2%) → -10,490원",
        "익절 97,850,000원 (+3%) → +14,242원",
        "고점에서 2% 내리면 매도",
        "체결 후: 오늘 매수 48회 · 4,950만원 남음 · 투자 비중 25% / 80%",
        "이유: sma_cross · 이동평균 상향 돌파",
        "  점수 0.413 · 장기 평균 94,812,346원 · 단기 평균 95,123,457원",
        "AI 동의 – openai 매수 62% · gemini 늦음",
        "⏳ 12:01:45까지 (105초 남음)",
        "답이 없으면 규칙대로 실행합니다.",
    )


def test_a_proposed_sale_says_what_it_brings() -> None:
    sale = told(EventKind.PROPOSAL, side="sell", quantity="0.01", price="95000000", result="-1234", exposure="0.1")
    assert sale.lines[3:5] == ("▼ 팔면 순손익 -1,234원", "체결 후: 투자 비중 10% / 알 수 없음")
    bare = told(EventKind.PROPOSAL, side="buy", notional="500000", price="95000000", exposure="0.1")
    assert "⚠️ 손절·익절 없음" in bare.lines


def test_going_on_without_an_answer_is_told_with_the_rule() -> None:
    reply = told(EventKind.TICKET_SILENCE, side="buy", notional="80000", limit="100000", hours="23:00-07:00")
    assert reply.title == "⏰ 비트코인 KRW-BTC 매수: 답이 없어 규칙대로 실행합니다."
    assert reply.lines == (
        "금액 80,000원 · 규칙: 100,000원 이하는 답이 없어도 실행",
        "적용 시간 23:00-07:00",
    )
    late = told(EventKind.TICKET_EXPIRED, side="buy", reasons="price_moved cooldown VenueUnreachable")
    assert late.lines[0].startswith("규칙대로 실행하지 않은 이유: 가격이 허용 범위를 벗어남; ")
    assert "VenueUnreachable" not in late.lines[0]


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
    assert "슬리피지 1.2bps" in fill.lines
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
    assert "비트코인 KRW-BTC 0.1 BTC" in left.text()
    assert left.buttons[0][0].action == "run:/panic"


@pytest.mark.parametrize(
    ("code", "word"),
    [
        ("accepted", "미체결"),
        ("ok", "완료"),
        ("asked", "확인 요청"),
        ("denied", "한도에 막힘"),
        ("price_moved", "주문하지 않음"),
        ("VenueUnreachable", "거래소에 연결되지 않음"),
        ("adopted", "반영"),
        ("market-unknown", "실행되지 않음"),
        ("KeyError", "실행되지 않음"),
    ],
)
def test_what_became_of_a_command_is_said_in_words(code: str, word: str) -> None:
    ran = event(EventKind.COMMAND, "", person="console", line="/buy BTC 50000", outcome=code)
    assert brief(ran, KO).endswith(f"/buy BTC 50000 → {word}")


def test_every_outcome_written_in_the_chat_has_a_word() -> None:
    """An outcome that is no state of an order would else be told as not carried out."""
    literal = re.compile(r'"outcome": "([a-z_-]+)"')
    root = Path(__file__).parents[2] / "chatbot"
    files = [path for path in root.rglob("*.py") if path.parent.name != "drill"]
    found = {one for path in files for one in literal.findall(path.read_text(encoding="utf-8"))}
    assert {"ok", "asked", "ticket"} < found
    assert found - set(OUTCOMES) - set(OrderState) == {"stranger", "over", "too-few"}  # shown, and nothing done


def test_a_panic_that_goes_on_says_what_it_waits_for() -> None:
    on = told(
        EventKind.PANIC,
        market="",
        by="telegram:1",
        flat="no",
        going_on="yes",
        cause="VenueUnreachable",
        remaining="KRW-BTC:0.1",
        seconds="20",
    )
    assert on.tone is Tone.WARNING
    assert on.title == "긴급 청산 진행 중: 남은 것 있음 (텔레그램 1, 20초)"
    assert on.lines[0] == "거래소에 연결되지 않음 – 될 때까지 다시 시도합니다."


def test_a_setting_is_shown_in_its_unit() -> None:
    reply = told(EventKind.SETTING_CHANGED, market="", key="order_fraction", old="0.1", new="0.05", by="telegram:1")
    assert reply.title == "설정 order_fraction: 10% → 5% (텔레그램 1)"


def test_failures_carry_a_count_and_their_end_is_told() -> None:
    raw = "VenueUnreachable: timed out"
    failed = told(EventKind.JOB_FAILED, market="", job="collect", cause="VenueUnreachable", error=raw, count="1")
    bug = told(EventKind.JOB_FAILED, market="", job="collect", cause="KeyError", error="KeyError: 'x'", count="1")
    back = told(EventKind.JOB_RECOVERED, market="", job="collect", count="37")
    assert (failed.title, failed.lines) == ("⚠️ 작업 실패: 봉 수집", ("거래소에 연결되지 않음",))
    assert bug.lines == ("KeyError: 'x'",)
    assert back.title == "✅ 작업 정상화: 봉 수집 (실패 37회 후)"


def test_what_the_exchange_refuses_is_said_in_words_with_the_next_step() -> None:
    """Its own sentence only where we have none: it is in its language, not in the reader's."""
    data = {"client_order_id": "7QW", "side": "sell", "message": "Upbit answered 400: x"}
    refused = told(EventKind.ORDER_REJECTED, name="insufficient_funds_ask", state="rejected", again="yes", **data)
    assert refused.title.endswith("주문을 거래소가 거부했습니다: 코인 잔고 부족")
    assert refused.lines == ("보호 매도이므로 계속 다시 시도합니다.", "주문 7QW")
    busy = told(EventKind.ORDER_REJECTED, name="VenueBusy", state="expired", **data)
    assert busy.title.endswith("주문이 접수되지 않았습니다: 거래소 요청 한도 초과")
    new = told(EventKind.ORDER_REJECTED, name="brand_new_name", state="rejected", **data)
    assert new.title.endswith(": brand_new_name")
    assert new.lines[0] == "Upbit answered 400: x"


def test_an_order_in_doubt_that_never_came_to_be_says_what_to_do() -> None:
    own = told(EventKind.ORDER_RESOLVED, client_order_id="7QW", state="expired")
    assert own.lines[0] == "주문되지 않았습니다. 필요하면 다시 주문해 주세요."
    exit_ = told(EventKind.ORDER_RESOLVED, client_order_id="7QW", state="expired", again="yes")
    assert exit_.lines[0] == "보호 매도이므로 계속 다시 시도합니다."


def test_a_lost_stream_says_why_and_what_watches_meanwhile() -> None:
    reply = told(EventKind.STREAM_LOST, market="", stream="public", cause="lost")
    assert reply.lines == (
        "다시 연결하는 중입니다.",
        "이유: 연결이 끊어짐",
        "그동안 손절·익절은 1초마다 조회한 가격으로 봅니다.",
    )


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


def test_the_fail_safe_says_in_the_readers_language_what_could_not_be_done_and_what_to_do() -> None:
    gone = told(EventKind.FAILSAFE, "", policy="close", outcome="failed", positions="2", note="failsafe-no-exchange")
    assert gone.lines[-2:] == (
        "모의 거래소가 서비스와 함께 꺼져 취소하거나 팔 것이 없습니다.",
        "다시 켜질 때까지 업비트 앱에서 직접 살펴 주세요. "
        "서버에서: systemctl status trader, 이어서 python -m chatbot doctor",
    )
    flat = told(EventKind.FAILSAFE, "", policy="close", outcome="done", positions="", note="")
    assert len(flat.lines) == 1  # nothing is left to look after
