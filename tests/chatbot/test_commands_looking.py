"""C2, E11, R10: how it stands, in a form that fits a phone; what is not known is said to be unknown."""

from __future__ import annotations

import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from chatbot import commands_doc
from chatbot.commands import REGISTRY
from chatbot.reply import Tone, cells
from chatbot.views import lines
from chatbot.wording import LANGUAGES, Words
from tests.chatbot.chat_bench import CONSOLE, TRADER, VIEWER, Bench
from tests.chatbot.fake_desk import BTC, NOW
from trader.errors import UserInputError
from trader.model.events import JournalEntry
from trader.model.market import Timeframe
from trader.model.views import Away, HealthCheck

ROOT = Path(__file__).parents[2]
PHONE_CELLS = 34


async def test_status_in_korean(korean: Bench) -> None:
    reply = await korean.say("/상태", VIEWER)
    assert reply.title == "🟢 거래 중 · 모의(가상 시세)"
    assert reply.lines == (
        "자산 10,012,345원",
        "오늘 +12,500원 (+0.12%) · 실현 +12,345원",
        "현금 9,000,000원 (주문에 묶임 62,345원)",
        "평가손익 알 수 없음",
        "포지션 1 · 미체결 1 · 승인 대기 0",
        "▲ 비트코인 KRW-BTC +1.01% (+9,525원)",
        "  손절까지 -2% · 익절까지 +3%",
        "전략 weighted_ensemble · 15m",
        "마켓 BTC ETH",
        "마지막 시세 2초 전 · 가동 3시간 5분",
        "12:00:00 기준",
    )
    assert reply.data["equity_krw"] == "10012345"
    assert reply.data["unrealised_krw"] is None


async def test_a_total_with_an_unknown_part_is_unknown(korean: Bench) -> None:
    """AIR has no price: its value is unknown, and so is the sum. Dust below 1 KRW is counted, not listed."""
    reply = await korean.say("/balance")
    assert reply.title == "총 자산 알 수 없음"
    assert reply.table is not None
    assert [row[0] for row in reply.table.rows] == ["KRW", "BTC", "AIR"]
    assert "봇이 사지 않은 것: 0.005 BTC" in reply.lines
    assert "1원 미만 1종은 표시하지 않았습니다." in reply.lines


async def test_positions_show_distance_to_the_stop_and_offer_to_sell(korean: Bench) -> None:
    """0.01 × 95,000,000 − 940,000 − 475 of fee = 9,525. A viewer is offered the chart alone."""
    reply = await korean.say("/positions")
    assert reply.lines == (
        "▲ 비트코인 KRW-BTC +1.01% (+9,525원)",
        "  0.01 BTC · 950,000원",
        "  평균 94,000,000원 → 현재 95,000,000원",
        "  손절 93,100,000원 (-2%) · 익절 97,850,000원 (+3%)",
        "  2시간 보유(10:00:00부터) · sma_cross",
    )
    row = reply.buttons[0]
    assert [b.action for b in row] == ["run:/sell KRW-BTC 50%", "run:/sell KRW-BTC", "run:/chart KRW-BTC"]
    assert [b.label for b in (await korean.say("/positions", VIEWER)).buttons[0]] == ["BTC 차트"]


async def test_a_day_whose_midnight_prices_are_unknown_shows_what_is_realised(korean: Bench) -> None:
    korean.desk.day_result = None
    assert "오늘 실현 +12,345원" in (await korean.say("/status")).lines


async def test_one_order_shows_its_story(korean: Bench) -> None:
    reply = await korean.say("/orders 7qw")
    assert reply.title == "주문 7QWERTY123456789"
    steps = [
        "12:00:00 작성됨",
        "12:00:00 보냄",
        "12:00:00 보냈으나 응답 없음, 확인 중 (거래소 응답 없음)",
        "12:00:00 미체결",
    ]
    assert list(reply.lines[-4:]) == steps
    assert reply.buttons[0][0].action == "run:/cancel 7QWERTY123456789"
    assert (await korean.say("/orders zzz")).data["error"] == "order-unknown"


async def test_why_names_what_blocks_and_where_each_pass_ended(korean: Bench) -> None:
    reply = await korean.say("/왜 비트코인")
    assert reply.lines == (
        "▸ 비트코인 KRW-BTC",
        "⛔ 지금 매수를 막는 것: 포지션 수 한도: 5 / 5",
        "sma_cross · 3시간 동안 3회: 살 신호 없음 2 · 거부 1 (매도 후 대기 1, 호가 차이 1)",
        "12:00:00 [위험] 매도 후 대기 중: 1분 30초 남음; 호가 차이",
        "12:00:00 [신호] 살 신호 없음 (09:00:00부터 2회)",
    )
    overview = await korean.say("/why")
    assert [line for line in overview.lines if "[" in line] == [reply.lines[3]], "the newest outcome of each market"
    assert overview.buttons[0][0].action == "run:/why KRW-BTC"


@pytest.mark.parametrize(
    ("code", "korean", "english"),
    [
        ("rejected", "AI 반대", "AI: against it"),
        ("cooldown", "AI 반대 후 쉬는 중", "AI: resting after a no"),
        ("all_failed", "AI 모두 무응답", "AI: nobody answered"),
        ("hold", "AI가 팔자고 하지만 팔 것이 없음", "the AI would sell, there is nothing to sell"),
    ],
)
def test_the_models_no_is_not_told_as_the_exchanges(code: str, korean: str, english: str) -> None:
    entry = JournalEntry("C1", NOW, "KRW-BTC", "sma_cross", "15m", "advice", code, {"reason": "crossed_up"})
    ko, en = Words("ko"), Words("en")
    assert lines.journal_text(entry, ko) == f"{korean} (이동평균 상향 돌파)"
    assert lines.code_name("advice", code, ko) == korean
    assert lines.code_name("advice", code, en) == english


async def test_health_tells_wrong_from_unknown_from_information(korean: Bench) -> None:
    reply = await korean.say("/health")
    assert (reply.title, reply.tone) == ("문제 2건, 알 수 없음 1건", Tone.ERROR)
    assert [line[0] for line in reply.lines] == ["❌", "▫", "❔", "❌", "✅", "▫"]
    assert "연결할 수 없습니다" in reply.lines[0]
    assert reply.lines[3] == "❌ 장부 대조 – 거래소에 연결되지 않음"
    assert reply.lines[4] == "✅ 시세 스트림 0.3초"
    assert reply.lines[5] == "▫️ 아직 차례 전: 일일 보고 10-06 09:00"


async def test_what_is_well_and_what_is_not_due_fits_a_few_lines(
    korean: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Twelve jobs that wait for their turn: the next three are named, nine are counted."""
    later = [HealthCheck("job-collect", None, "", due=NOW + timedelta(hours=n)) for n in range(12, 0, -1)]
    well = [HealthCheck("orders-unresolved", True, "0"), HealthCheck("job-decide", True, "0.08 s")]

    async def checks() -> list[HealthCheck]:
        return [*later, *well]

    monkeypatch.setattr(korean.desk, "health", checks)
    reply = await korean.say("/health")
    assert reply.lines == (
        "✅ 응답 없는 주문 · 매매 판단 0.08초",
        "▫️ 아직 차례 전: 봉 수집 13:00:00, 봉 수집 14:00:00, 봉 수집 15:00:00 외 9건",
    )


async def test_limits_show_what_is_used(korean: Bench) -> None:
    reply = await korean.say("/limits")
    assert "⛔ 포지션 수 한도: 5 / 5 – max_positions" in reply.lines
    assert "하루 손실 한도: 12,000원 / 300,000원 – max_daily_loss_krw" in reply.lines
    assert "1회 주문 한도: 1,000,000원 – max_order_krw" in reply.lines


@pytest.mark.parametrize("line", ["/status", "/balance", "/limits", "/positions"])
async def test_while_the_venue_is_away_views_say_how_old_they_are(korean: Bench, line: str) -> None:
    korean.desk.away = Away("VenueUnreachable", 95.0)
    reply = await korean.say(line)
    away = "⚠️ 거래소에 연결되지 않음 – 잔고는 1분 35초 전 값입니다."
    assert reply.lines[0] == ("⚠️ 시세는 3분 20초 전 값입니다." if line == "/positions" else away)
    assert len(reply.lines) > 1


async def test_balances_never_told_are_unknown(korean: Bench) -> None:
    korean.desk.away, korean.desk.balance_rows = Away("VenueBlocked", None), ()
    reply = await korean.say("/balance")
    assert reply.title == "총 자산 알 수 없음"
    assert reply.lines == ("⚠️ 요청이 많아 거래소가 접속을 잠시 막음 – 잔고를 알 수 없습니다.",)
    assert reply.table is None


@pytest.mark.parametrize(
    ("line", "days"),
    [("/pnl", 1), ("/pnl day", 1), ("/pnl week", 7), ("/pnl month", 30), ("/pnl 14", 14), ("/손익 일주일", 7)],
)
async def test_pnl_of_a_period(bench: Bench, line: str, days: int) -> None:
    await bench.say(line)
    assert bench.desk.calls[0] == ("pnl", days)


async def test_pnl_is_net_of_fees_by_day_or_by_market(korean: Bench) -> None:
    """10,900 of 1,000,000 is 1.09 %; 500,000 ÷ (1,000,000 + 5,450) of mean equity is 49.73 %."""
    week = await korean.say("/pnl week")
    assert week.title == "최근 7일 손익 +900원"
    assert week.lines == (
        "평가손익 +10,000원",
        "평가 변동 포함 +10,900원 (+1.09%)",
        "그냥 보유했다면 -2% (BTC ETH)",
        "거래한 금액 500,000원 (회전율 49.73%)",
        "수수료 1,200원 (손익에 반영됨)",
        "거래 3건 중 2건 이익 (66.67%) · 표본이 적습니다",
        "최고: 비트코인 +1,600원 (+1.6%)",
        "최저: 이더리움 -700원 (-0.7%)",
    )
    assert week.table is not None
    assert week.table.rows[0] == ("10-05", "+1,000", "+0.1%")
    assert week.picture is not None
    assert korean.desk.calls[-1] == ("performance_picture", "P&L 7d")
    day = await korean.say("/pnl")
    assert day.table is not None
    assert day.table.rows == (("BTC", "+1,600"), ("ETH", "-700"))


@pytest.mark.parametrize(
    ("line", "call"),
    [
        ("/trades", ("trades", 11, None, 0)),
        ("/trades 20", ("trades", 21, None, 0)),
        ("/trades BTC", ("trades", 11, BTC, 0)),
        ("/trades 20 비트코인", ("trades", 21, BTC, 0)),
        ("/trades 20 BTC page 3", ("trades", 21, BTC, 40)),
        ("/chart", ("chart", BTC, Timeframe.M15, 100)),
        ("/chart BTC 15분 200", ("chart", BTC, Timeframe.M15, 200)),
        ("/chart 1h", ("chart", BTC, Timeframe.H1, 100)),
    ],
)
async def test_optional_arguments_may_be_left_out(bench: Bench, line: str, call: tuple[object, ...]) -> None:
    await bench.say(line)
    assert bench.desk.calls == [call]


async def test_a_chart_is_a_picture_with_a_description(korean: Bench) -> None:
    reply = await korean.say("/chart BTC 15m")
    assert reply.picture is not None
    assert reply.picture.png == b"\x89PNG"
    assert reply.picture.alt == "비트코인 KRW-BTC 15m · 봉 100개"
    korean.desk.fails = UserInputError("no-candles", market="KRW-BTC")
    assert (await korean.say("/chart BTC")).title == "봉이 아직 없습니다: KRW-BTC"


@pytest.mark.parametrize("line", ["/trades 0", "/trades 99", "/history 51", "/chart BTC 15m 5"])
async def test_counts_have_bounds(bench: Bench, line: str) -> None:
    assert (await bench.say(line)).data["error"] == "count-range"


async def test_history_tells_who_did_what(korean: Bench) -> None:
    await korean.say("/pause 30분", CONSOLE)
    reply = await korean.say("/history")
    assert reply.lines == ("12:00:00 콘솔 /pause 30분 → 완료",)


async def test_a_language_is_each_persons_own(bench: Bench) -> None:
    assert (await bench.say("/language 한국어")).title == "한국어로 답합니다."
    assert (await bench.say("/status")).title.startswith("🟢 거래 중")
    assert (await bench.say("/status", VIEWER)).title.startswith("🟢 Trading")
    assert (await bench.say("/language fr")).data["error"] == "language-unknown"


async def test_what_is_said_unasked_in_a_persons_own_conversation_is_in_their_language(bench: Bench) -> None:
    """It is named by the person; a channel others read stays as it is."""
    await bench.dispatcher.line(TRADER, "/language ko", conversation="C1", private=False)
    spoken = {place: bench.languages.of_place("slack", place).language for place in ("C1", TRADER.user_id)}
    assert spoken == {"C1": "en", TRADER.user_id: "ko"}


@pytest.mark.parametrize("language", LANGUAGES)
async def test_tables_fit_a_phone(language: str) -> None:
    bench = Bench(language=language)
    for line in ("/balance", "/pnl week", "/pnl", "/screener"):
        table = (await bench.say(line)).table
        assert table is not None
        assert max(cells(row) for row in table.text().splitlines()) <= PHONE_CELLS


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("command", REGISTRY.all(), ids=lambda command: command.name)
async def test_every_example_of_the_help_can_be_typed(language: str, command: object) -> None:
    """None of them is a usage error; what is not there (an order or a person of that id) may be missing."""
    bench = Bench(language=language)
    name = command.name  # type: ignore[attr-defined]
    reply = await bench.say(Words(language)(f"example-{name}"))
    assert reply.data.get("error") in (
        None,
        "order-unknown",
        "ticket-unknown",
        "undo-none",
        "param-unknown",
        "person-unknown",
        "pairing-none",
    )
    help_page = await bench.say(f"/help {name}")
    assert help_page.tone is not Tone.ERROR
    assert f"/{name}" in help_page.text()


def test_the_command_reference_is_up_to_date() -> None:
    assert (ROOT / "docs" / "commands.md").read_text(encoding="utf-8") == commands_doc.markdown()


def test_the_readme_table_has_every_command() -> None:
    table = commands_doc.table()
    assert all(f"`/{command.name}" in table for command in REGISTRY.all())
    assert "| `/buy <market> <KRW> [at <price>]` | Propose a buy for a sum in KRW | trader |" in table


def test_the_printed_reference_is_the_file() -> None:
    run = subprocess.run(
        [sys.executable, "-m", "chatbot.commands_doc"], cwd=ROOT, capture_output=True, check=True, timeout=60
    )
    assert run.stdout.decode("utf-8") == commands_doc.markdown()
