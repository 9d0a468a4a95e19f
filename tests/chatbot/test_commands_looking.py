"""C2, E11, R10: how it stands, in a form that fits a phone; what is not known is said to be unknown."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from chatbot import commands_doc
from chatbot.commands import REGISTRY
from chatbot.reply import Tone, cells
from chatbot.wording import LANGUAGES, Words
from tests.chatbot.chat_bench import CONSOLE, VIEWER, Bench
from tests.chatbot.fake_desk import BTC
from trader.errors import UserInputError
from trader.model.market import Timeframe

ROOT = Path(__file__).parents[2]
PHONE_CELLS = 34


async def test_status_in_korean(korean: Bench) -> None:
    reply = await korean.say("/상태", VIEWER)
    assert reply.title == "🟢 거래 중 · 모의(가상 시세)"
    assert reply.lines == (
        "자산 10,012,345원 · 오늘 +12,345원",
        "현금 9,000,000원 (주문에 묶임 62,345원)",
        "평가손익 알 수 없음",
        "포지션 1 · 미체결 1 · 승인 대기 0",
        "▲ 비트코인 KRW-BTC +1.06% (+10,000원)",
        "전략 weighted_ensemble · 15m",
        "마켓 BTC ETH",
        "마지막 시세 2초 전 · 가동 3시간 5분",
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
    reply = await korean.say("/positions")
    assert "  손절 93,100,000원 (-2%)" in reply.lines
    assert reply.buttons[0][0].action == "run:/sell KRW-BTC"
    assert (await korean.say("/positions", VIEWER)).buttons == ()


async def test_one_order_shows_its_story(korean: Bench) -> None:
    reply = await korean.say("/orders 7qw")
    assert reply.title == "주문 7QWERTY123456789"
    assert "12:00:00 미체결" in reply.lines
    assert reply.buttons[0][0].action == "run:/cancel 7QWERTY123456789"
    assert (await korean.say("/orders zzz")).data["error"] == "order-unknown"


async def test_why_names_what_blocks_and_where_each_pass_ended(korean: Bench) -> None:
    reply = await korean.say("/왜 비트코인")
    assert reply.lines == (
        "▸ 비트코인 KRW-BTC",
        "⛔ 지금 매수를 막는 것: 포지션 수 한도: 5 / 5",
        "12:00:00 [위험] 매도 후 대기 중: 1분 30초 남음; 호가 차이",
        "12:00:00 [신호] 살 신호 없음",
    )


async def test_health_tells_wrong_from_unknown_from_information(korean: Bench) -> None:
    reply = await korean.say("/health")
    assert (reply.title, reply.tone) == ("문제 1건, 알 수 없음 1건", Tone.ERROR)
    assert [line[0] for line in reply.lines] == ["✅", "❌", "▫", "❔"]
    assert "연결할 수 없습니다" in reply.lines[1]


async def test_limits_show_what_is_used(korean: Bench) -> None:
    reply = await korean.say("/limits")
    assert "⛔ 포지션 수 한도: 5 / 5 – max_positions" in reply.lines
    assert "하루 손실 한도: 12,000원 / 300,000원 – max_daily_loss_krw" in reply.lines
    assert "1회 주문 한도: 1,000,000원 – max_order_krw" in reply.lines


@pytest.mark.parametrize(
    ("line", "days"),
    [("/pnl", 1), ("/pnl day", 1), ("/pnl week", 7), ("/pnl month", 30), ("/pnl 14", 14), ("/손익 일주일", 7)],
)
async def test_pnl_of_a_period(bench: Bench, line: str, days: int) -> None:
    await bench.say(line)
    assert bench.desk.calls == [("pnl", days)]


async def test_pnl_is_net_of_fees_by_day_or_by_market(korean: Bench) -> None:
    week = await korean.say("/pnl week")
    assert week.title == "최근 7일 손익 +900원"
    assert "거래 3건, 이익 2건 (66.67%)" in week.lines
    assert week.table is not None
    assert week.table.rows[0] == ("10-05", "+1,000")
    day = await korean.say("/pnl")
    assert day.table is not None
    assert day.table.rows == (("BTC", "+1,600"), ("ETH", "-700"))


@pytest.mark.parametrize(
    ("line", "call"),
    [
        ("/trades", ("trades", 10, None)),
        ("/trades 20", ("trades", 20, None)),
        ("/trades BTC", ("trades", 10, BTC)),
        ("/trades 20 비트코인", ("trades", 20, BTC)),
        ("/chart", ("chart", BTC, None, 100)),
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
    assert reply.lines == ("12:00:00 콘솔 /pause 30분 → ok",)


async def test_a_language_is_each_persons_own(bench: Bench) -> None:
    assert (await bench.say("/language 한국어")).title == "한국어로 답합니다."
    assert (await bench.say("/status")).title.startswith("🟢 거래 중")
    assert (await bench.say("/status", VIEWER)).title.startswith("🟢 trading")
    assert (await bench.say("/language fr")).data["error"] == "language-unknown"


@pytest.mark.parametrize("language", LANGUAGES)
async def test_tables_fit_a_phone(language: str) -> None:
    bench = Bench(language=language)
    for line in ("/balance", "/pnl week", "/pnl"):
        table = (await bench.say(line)).table
        assert table is not None
        assert max(cells(row) for row in table.text().splitlines()) <= PHONE_CELLS


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("command", REGISTRY.all(), ids=lambda command: command.name)
async def test_every_example_of_the_help_can_be_typed(language: str, command: object) -> None:
    """None of them is a usage error; what the fake desk has not (an order of that id) may be missing."""
    bench = Bench(language=language)
    name = command.name  # type: ignore[attr-defined]
    reply = await bench.say(Words(language)(f"example-{name}"))
    assert reply.data.get("error") in (None, "order-unknown", "ticket-unknown", "param-unknown")
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
