"""C2, E9: start, stop, pause, panic; settings change while running, loosened in two steps, tightened at once."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from chatbot.reply import Tone
from tests.chatbot.chat_bench import CONSOLE, OWNER, VIEWER, Bench
from tests.chatbot.fake_desk import BTC, NOW, ORDER_ID, XRP
from trader.chronicle import Route
from trader.model.market import Market
from trader.model.order import Fill, Reason, Side
from trader.model.portfolio import TradingState
from trader.model.views import CancelResult, PanicReceipt, Remainder, StateNote


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

    async def left(by: str, **scope: object) -> PanicReceipt:
        remainder = Remainder(XRP, Decimal(1), Reason("dust", {"value": "3000", "minimum": "5000"}))
        cancelled = (CancelResult(ORDER_ID, BTC, "failed", "TimeoutError"),)
        return PanicReceipt(NOW, NOW + timedelta(seconds=2), cancelled, fills, (remainder,), 1, flat=False)

    korean.desk.panic = left  # type: ignore[method-assign]
    reply = await korean.say("/긴급 confirm", CONSOLE)
    assert (reply.data["outcome"], reply.tone) == ("not-flat", Tone.ERROR)
    assert reply.lines == (
        "주문 취소 0건 · 남은 주문 1건",
        "비트코인 KRW-BTC 7QWERT – 아직 취소되지 않음, 계속 시도합니다 (거래소 응답이 늦음)",
        "비트코인 KRW-BTC 0.01 BTC 매도 → 949,525원(수수료 제외)",
        "⚠️ 남음: 엑스알피(리플) KRW-XRP 1 XRP – 금액이 너무 작아 팔 수 없습니다: 3,000원 (최소 5,000원)",
        "신규 매수는 잠겨 있습니다. 풀려면 /resume",
    )


async def test_a_panic_that_takes_longer_says_so_at_once_and_is_seen_in_status(korean: Bench) -> None:
    """Two minutes of an outage: what waits, that it goes on by itself, and how to see how it stands."""
    waits = Remainder(XRP, Decimal(1), Reason("not_sold", {"why": "VenueUnreachable"}))
    now = NOW + timedelta(minutes=2)
    under_way = PanicReceipt(NOW, now, (), (), (waits,), 2, flat=False, going_on=True, cause="VenueUnreachable")

    async def stuck(by: str, **scope: object) -> PanicReceipt:
        korean.desk.calls.append(("panic", by, scope["answered"]))
        return under_way

    korean.desk.panic = stuck  # type: ignore[method-assign,assignment]
    korean.desk.panics = (under_way,)
    reply = await korean.say("/긴급 confirm", CONSOLE)
    assert (reply.title, reply.tone) == ("🔒 신규 매수를 잠갔습니다. 취소와 매도를 계속하고 있습니다.", Tone.WARNING)
    assert reply.lines == (
        "⚠️ 거래소에 연결되지 않음 – 될 때까지 다시 시도합니다.",
        "주문 취소 0건 · 남은 주문 2건",
        "아직: 엑스알피(리플) KRW-XRP 1 XRP",
        "끝나면 알려 드립니다.",
    )
    assert (reply.data["outcome"], reply.data["flat"]) == ("going-on", False)
    status = await korean.say("/status")
    assert status.lines[0] == "🚨 긴급 청산 2분째 진행 중 – 거래소에 연결되지 않음"
    korean.desk.note = StateNote(TradingState.HALTED, "telegram:1", NOW, "panic")
    question = await korean.say("/resume")
    assert "긴급 청산이 아직 진행 중입니다. 재개하면 청산을 그만둡니다." in question.lines


async def test_a_panic_names_the_conversation_that_reads_its_receipt(korean: Bench) -> None:
    """In a chat with the bot alone also the person's own one; in a group the group; at the terminal none."""
    question = await korean.dispatcher.line(OWNER, "/panic", conversation="1", private=True)
    assert question is not None
    await korean.dispatcher.press(OWNER, question.buttons[0][0].action, conversation="1", private=True)
    assert korean.desk.answered == [Route("telegram", "1")]
    question = await korean.dispatcher.line(OWNER, "/panic", conversation="-100", private=False)
    assert question is not None
    await korean.dispatcher.press(OWNER, question.buttons[0][0].action, conversation="-100")
    assert korean.desk.answered == [Route("telegram", "-100")]


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
        ("/set max_positions 3개", "max_positions", "3"),
        ("/set max_daily_loss 0", "max_daily_loss_krw", "0"),
    ],
)
async def test_values_are_read_by_the_settings_unit(bench: Bench, line: str, key: str, stored: str) -> None:
    """All of these tighten: they take effect at once."""
    assert (await bench.say(line)).data["outcome"] == "ok"
    assert bench.desk.calls == [("change_setting", key, stored, "telegram:1")]


@pytest.mark.parametrize(
    ("line", "key", "stored"),
    [
        ("/set timeframe 1시간", "timeframe", "1h"),
        ("/set markets 비트코인, 리플", "markets", "KRW-BTC KRW-XRP"),
        ("/set take_fraction 5%", "take_fraction", "0.05"),
    ],
)
async def test_what_only_changes_how_is_shown_and_confirmed(korean: Bench, line: str, key: str, stored: str) -> None:
    question = await korean.say(line)
    assert question.title == "이렇게 바꿀까요?"
    assert question.lines[0].startswith(f"{key}: ")
    assert korean.called == []
    assert (await korean.press(question.buttons[0][0].action)).data["outcome"] == "ok"
    assert korean.desk.calls == [("change_setting", key, stored, "telegram:1")]


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
    assert undo == "run:/undo order_fraction"
    question = await korean.press(undo)  # back up is looser
    assert (question.title, question.lines[0]) == ("이 변경을 되돌릴까요?", "order_fraction: 5% → 10%")
    done = await korean.press(question.buttons[0][0].action)
    assert (done.title, done.lines) == ("되돌렸습니다.", ("order_fraction: 5% → 10%",))
    assert korean.desk.calls[-1] == ("change_setting", "order_fraction", None, "telegram:1")


@pytest.mark.parametrize("line", ["/undo", "/set undo", "/set undo order_fraction", "/되돌려 order_fraction"])
async def test_the_newest_change_is_taken_back(bench: Bench, line: str) -> None:
    assert (await bench.say(line)).data["error"] == "undo-none"
    await bench.say("/set order_fraction 5%")
    assert (await bench.say(line)).lines[0] == "order_fraction: 5% → 10%"
    assert (await bench.say(line, VIEWER)).tone is Tone.ERROR


async def test_taking_a_loosening_back_happens_at_once(bench: Bench) -> None:
    question = await bench.say("/set order_fraction 20%")
    await bench.press(question.buttons[0][0].action)
    assert (await bench.say("/undo")).title == "Taken back."


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


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (
            "/set approval sometimes confirm",
            "approval = sometimes: 쓸 수 없는 값입니다. 가능한 값: auto, ask-all, ask-above",
        ),
        ("/set max_order_krw 1000원", "max_order_krw = 1,000원: 쓸 수 없는 값입니다. 범위 5,000원 ~ –"),
        ("/set max_exposure 120%", "max_exposure = 120%: 쓸 수 없는 값입니다. 범위 0% ~ 100%"),
    ],
)
async def test_what_cannot_be_set_is_said_with_what_can(korean: Bench, line: str, said: str) -> None:
    """In the setting's own unit, and in the person's language."""
    assert (await korean.say(line, CONSOLE)).title == said


async def test_a_setting_is_shown_with_its_origin_and_secrets_are_not(korean: Bench) -> None:
    shown = await korean.say("/settings all")
    assert "order_fraction = 10%" in shown.lines
    assert any(line.startswith("mode = sandbox") for line in shown.lines)
    assert "1회 주문 한도" in (await korean.say("/set max_order_krw")).text()


async def test_the_menu_leads_from_groups_to_settings_to_values(korean: Bench) -> None:
    """E11, E12: every tap is a command; the last one asks before it changes anything."""
    menu = await korean.say("/settings")
    assert "▸ 승인 7개" in menu.lines
    approvals = next(b for row in menu.buttons for b in row if b.label == "승인")
    group = await korean.press(approvals.action)
    assert group.lines[:2] == ("승인 방식(auto, ask-all, ask-above): ask-all", "  approval · 기본값")
    one = await korean.press(next(b.action for row in group.buttons for b in row if b.label == "승인 방식"))
    assert [b.label for b in one.buttons[0]] == ["auto", "ask-above"]
    question = await korean.press(one.buttons[0][0].action)
    assert question.title == "위험이 커지는 변경입니다. 적용할까요?"
    await korean.press(question.buttons[0][0].action)
    changed = await korean.say("/settings changed")
    assert changed.lines[0].endswith(": auto")
    assert changed.lines[1].startswith("  approval · Owner ")
    assert "▸ 승인 7개 (채팅으로 1개 바꿈)" in (await korean.say("/settings")).lines
    assert (await korean.say("/settings 한도")).title == "설정: 한도"
    assert (await korean.say("/settings 없는것")).data["error"] == "group-unknown"


@pytest.mark.parametrize(
    ("said", "value"),
    [
        ("23:00-07:00", "23:00-07:00"),
        ("23시부터 7시까지", "23:00-07:00"),
        ("밤 11시 ~ 아침 7시", "23:00-07:00"),
        ("항상", ""),
    ],
)
async def test_hours_of_silence_are_said_as_people_say_them(korean: Bench, said: str, value: str) -> None:
    await korean.say("/set silence_hours 12:00-13:00 confirm", CONSOLE)
    await korean.say(f"/set silence_hours {said} confirm", CONSOLE)
    assert korean.desk.tuning.current.silence_hours == value
    assert (await korean.say("/set silence_hours 밤")).data["error"] == "hours-unclear"


async def test_one_setting_tells_its_bounds_and_its_last_changes(korean: Bench) -> None:
    await korean.say("/set order_fraction 5%")
    one = await korean.say("/set order_fraction")
    assert "범위 0% ~ 95%" in one.lines
    assert one.lines[-1].endswith("Owner → 5%")
    assert [b.label for row in one.buttons for b in row] == ["되돌리기", "기본값으로", "설정 목록"]
    seen = await korean.say("/set order_fraction", VIEWER)
    assert [b.label for row in seen.buttons for b in row] == ["설정 목록"]


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
