"""C2, E9: start, stop, pause, panic; settings change while running, loosened in two steps, tightened at once."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from chatbot.reply import Tone
from tests.chatbot.chat_bench import CONSOLE, Bench
from tests.chatbot.fake_desk import BTC, NOW, ORDER_ID, XRP
from trader.model.market import Market
from trader.model.order import Fill, Reason, Side
from trader.model.views import CancelResult, PanicReceipt, Remainder


@pytest.mark.parametrize(
    ("line", "until"),
    [
        ("/pause", None),
        ("/pause 30m", NOW + timedelta(minutes=30)),
        ("/일시정지 1시간 30분", NOW + timedelta(minutes=90)),
        ("/pause 오후 9시까지", NOW + timedelta(hours=9)),  # noon to nine in the evening
        ("/pause 09:00", NOW + timedelta(hours=21)),
    ],
)
async def test_a_pause_is_immediate_and_says_until_when(bench: Bench, line: str, until: object) -> None:
    reply = await bench.say(line)
    assert bench.desk.calls == [("set_state", "pause", "telegram:1", until)]
    assert reply.tone is Tone.WARNING
    assert reply.buttons[0][0].action == "run:/resume"


async def test_a_pause_that_is_not_understood_changes_nothing(bench: Bench) -> None:
    assert (await bench.say("/pause soon")).data["error"] == "time-unclear"
    assert bench.called == []


async def test_a_stop_says_what_stays_open_and_offers_to_close_it(korean: Bench) -> None:
    reply = await korean.say("/중지")
    assert reply.data["state"] == "halted"
    assert "남은 것: 포지션 1개, 미체결 주문 1개" in reply.lines
    assert [b.action for b in reply.buttons[0]] == ["run:/cancel all", "run:/start"]


async def test_starting_what_runs_says_so(bench: Bench) -> None:
    assert (await bench.say("/start")).data["outcome"] == "already"
    assert bench.called == []


async def test_a_panic_receipt_says_what_is_left_and_why(korean: Bench) -> None:
    fills = tuple(
        Fill(
            f"F{n}",
            "O1",
            BTC,
            Side.SELL,
            Decimal(95_000_000),
            Decimal("0.005"),
            Decimal(475_000),
            Decimal("237.5"),
            NOW,
        )
        for n in range(2)
    )

    async def left(by: str, *, cancel_only: bool = False, markets: object = (), strategy: str = "") -> PanicReceipt:
        remainder = Remainder(XRP, Decimal(1), Reason("dust", {"value": "3000", "minimum": "5000"}))
        cancelled = (CancelResult(ORDER_ID, BTC, "failed", "timeout"),)
        return PanicReceipt(NOW, NOW + timedelta(seconds=2), cancelled, fills, (remainder,), 1, flat=False)

    korean.desk.panic = left  # type: ignore[method-assign]
    reply = await korean.say("/긴급 confirm", CONSOLE)
    assert (reply.data["outcome"], reply.tone) == ("not-flat", Tone.ERROR)
    assert reply.lines == (
        "주문 취소 0건 · 남은 주문 1건",
        "비트코인 KRW-BTC 7QWERT – 취소 실패 (timeout)",
        "비트코인 KRW-BTC 0.01 BTC 매도 → 949,525원(수수료 제외)",
        "⚠️ 남음: 엑스알피(리플) KRW-XRP 1 XRP – 금액이 너무 작아 팔 수 없습니다: 3,000원 (최소 5,000원)",
        "신규 매수는 잠겨 있습니다. 풀려면 /resume",
    )


# ---------------------------------------------------------------- settings


@pytest.mark.parametrize(
    ("line", "key", "stored"),
    [
        ("/set max_order_krw 50만원", "max_order_krw", "500000"),
        ("/set MAX_ORDER_KRW 500,000", "max_order_krw", "500000"),
        ("/set max-order-krw 50만", "max_order_krw", "500000"),
        ("/limits max_daily_loss 10만원", "max_daily_loss_krw", "100000"),
        ("/set stop 1%", "stop_fraction", "0.01"),
        ("/set order_fraction 0.05", "order_fraction", "0.05"),
        ("/set cooldown 10분", "cooldown_seconds", "600"),
        ("/set cooldown 600", "cooldown_seconds", "600"),
        ("/set max_spread 0.2%", "max_spread_bps", "20"),
        ("/set timeframe 1시간", "timeframe", "1h"),
        ("/set markets 비트코인, 리플", "markets", "KRW-BTC KRW-XRP"),
        ("/set max_positions 3개", "max_positions", "3"),
        ("/set max_daily_loss 0", "max_daily_loss_krw", "0"),
    ],
)
async def test_values_are_read_by_the_settings_unit(bench: Bench, line: str, key: str, stored: str) -> None:
    """All of these tighten or only change how: they take effect at once."""
    assert (await bench.say(line)).data["outcome"] == "ok"
    assert bench.desk.calls == [("change_setting", key, stored, "telegram:1")]


@pytest.mark.parametrize(
    "line",
    [
        "/set max_order_krw 500만",
        "/limits max_positions 10",
        "/set stop_fraction 0",
        "/set approval auto",
        "/set buy_on_warning 예",
        "/set cooldown 0",
    ],
)
async def test_loosening_asks_once_more(bench: Bench, line: str) -> None:
    question = await bench.say(line)
    assert question.data["outcome"] == "asked"
    assert bench.called == []
    assert (await bench.press(question.buttons[0][0].action)).data["outcome"] == "ok"
    assert bench.called == ["change_setting"]


async def test_a_change_shows_old_and_new_and_can_be_undone(korean: Bench) -> None:
    reply = await korean.say("/set order_fraction 5%")
    assert reply.lines[0] == "order_fraction: 10% → 5%"
    undo = reply.buttons[0][0].action
    assert undo == "run:/set order_fraction 0.1"
    assert (await korean.press(undo)).data["outcome"] == "asked"  # back up is looser


async def test_back_to_the_default(bench: Bench) -> None:
    await bench.say("/set order_fraction 5%")
    question = await bench.say("/set order_fraction default")
    await bench.press(question.buttons[0][0].action)
    assert bench.desk.calls[-1] == ("change_setting", "order_fraction", None, "telegram:1")


@pytest.mark.parametrize(
    ("line", "error"),
    [
        ("/set nonsense 5", "setting-unknown"),
        ("/set max 5", "setting-ambiguous"),
        ("/set stop_fraction 3", "fraction-unclear"),
        ("/set stop_fraction 1%%", "fraction-unclear"),
        ("/set max_positions many", "count-unclear"),
        ("/set upbit_secret_key abc", "setting-fixed"),
        ("/set approval sometimes confirm", "setting-bad-value"),
        ("/set max_order_krw 1000원", "setting-bad-value"),  # below the venue's minimum of 5,000
        ("/limits nonsense 5", "setting-unknown"),
        ("/set timeframe 7m", "timeframe-unknown"),
    ],
)
async def test_values_that_cannot_be_used(bench: Bench, line: str, error: str) -> None:
    assert (await bench.say(line, CONSOLE)).data["error"] == error


async def test_a_setting_is_shown_with_its_origin_and_secrets_are_not(korean: Bench) -> None:
    assert "order_fraction = 10%" in (await korean.say("/settings")).lines
    shown = await korean.say("/settings all")
    assert any(line.startswith("mode = sandbox") for line in shown.lines)
    assert "1회 주문 한도" in (await korean.say("/set max_order_krw")).text()


async def test_markets_by_name(korean: Bench) -> None:
    reply = await korean.say("/markets add 리플 비트코인캐시")
    assert korean.desk.calls == [("change_markets", (XRP, Market("KRW", "BCH")), (), "telegram:1")]
    assert "⚠️ 비트코인캐시 KRW-BCH: 거래 유의 종목입니다." in reply.lines
    await korean.say("/마켓 제거 리플")
    assert korean.desk.calls[-1][2] == (XRP,)
    assert (await korean.say("/markets 리플")).data["error"] == "markets-change-unclear"
    assert (await korean.say("/markets add")).data["error"] == "argument-missing"
    assert (await korean.say("/markets")).data["markets"] == ["KRW-BTC", "KRW-ETH", "KRW-XRP"]


async def test_strategies_and_their_parameters(bench: Bench) -> None:
    assert (await bench.say("/strategy")).data["strategies"] == {
        "weighted_ensemble": ["KRW-BTC", "KRW-ETH"],
        "sma_cross": [],
    }
    await bench.say("/strategy sma_cross BTC")
    await bench.say("/params fast 10")
    await bench.say("/params sma_cross fast default")
    assert bench.desk.calls == [
        ("change_strategy", "sma_cross", BTC, "telegram:1"),
        ("change_param", "weighted_ensemble", "fast", "10", "telegram:1"),
        ("change_param", "sma_cross", "fast", None, "telegram:1"),
    ]
    assert (await bench.say("/strategy nonsense")).data["error"] == "strategy-unknown"
    assert (await bench.say("/params slow 3")).data["error"] == "param-unknown"
    assert (await bench.say("/params fast")).data["error"] == "argument-missing"


async def test_panic_over_one_strategy(bench: Bench, korean: Bench) -> None:
    """Named in the question, handed on by its name; one that does not exist is no reason to sell everything."""
    assert "sma_cross" in (await bench.say("/panic strategy sma_cross")).title
    assert (await bench.say("/panic strategy sma_cross BTC confirm", CONSOLE)).data["outcome"] == "flat"
    assert bench.desk.calls[-1] == ("panic", "console", False, (BTC,), "sma_cross")
    await korean.say("/긴급 전략 sma_cross 취소만 confirm", CONSOLE)
    assert korean.desk.calls[-1] == ("panic", "console", True, (), "sma_cross")
    for line in ("/panic strategy", "/panic strategy martingale confirm"):
        assert (await bench.say(line, CONSOLE)).tone is Tone.ERROR
    assert len([call for call in bench.desk.calls if call[0] == "panic"]) == 1
