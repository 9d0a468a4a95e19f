"""C2, E10, E11, S10: long lists page, periods leave as files, markets are screened, the log is read from the phone."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from chatbot import commands
from chatbot.recent_logs import RECENT
from chatbot.reply import Reply, Tone
from tests.chatbot.chat_bench import OWNER, TRADER, VIEWER, Bench
from tests.chatbot.fake_desk import BTC, NOW
from trader.desk.lookups import Exported
from trader.model.events import Event, EventKind
from trader.model.order import Fill, Side
from trader.model.views import Booking


def actions(reply: Reply) -> list[str]:
    return [button.action.removeprefix("run:") for row in reply.buttons for button in row]


def table(reply: Reply) -> list[list[str]]:
    """The rows of the document, as a spreadsheet reads it."""
    assert reply.document is not None
    return list(csv.reader(io.StringIO(reply.document.content.decode("utf-8-sig"))))


# ---------------------------------------------------------------- pages


async def test_trades_turn_to_older_and_newer_pages(korean: Bench) -> None:
    """25 trades, ten a page."""
    korean.desk.closed = 25
    first, second, third = [await korean.say(f"/trades 10 page {page}") for page in (1, 2, 3)]
    assert actions(first) == ["/trades 10 page 2", "/export trades month"]
    assert actions(second) == ["/trades 10", "/trades 10 page 3", "/export trades month"]
    assert actions(third) == ["/trades 10 page 2", "/export trades month"]
    assert [len(page.lines) for page in (first, second, third)] == [10, 10, 5]
    assert second.title == "끝난 거래 10건 · 합계 -47,000원 · 2쪽"
    assert actions(await korean.say("/trades BTC")) == ["/trades 10 KRW-BTC page 2", "/export trades month"]
    assert "/export trades month" not in actions(await korean.say("/trades", VIEWER))


async def test_a_page_beyond_the_end_leads_back(korean: Bench) -> None:
    reply = await korean.say("/trades 10 page 5")
    assert (reply.title, actions(reply)) == ("끝난 거래가 없습니다.", ["/trades 10 page 4"])
    assert (await korean.say("/trades page 0")).data["error"] == "count-range"


@pytest.mark.parametrize("line", ["/history nonsense", "/history 20 nonsense"])
async def test_what_history_understands_is_said_when_it_does_not(bench: Bench, korean: Bench, line: str) -> None:
    """Not that a count is wrong: the kinds, a person, and how it is written."""
    english, hangul = await bench.say(line), await korean.say(line)
    assert english.title == (
        "Not understood: nonsense. Write how many (20), a kind (commands, looks, orders, trades, proposals, settings, "
        "errors), me, or a person (telegram:123)."
    )
    assert english.lines == ("Usage: /history [n] [kind|person] [page <page>]", "Example: /history 20 orders")
    assert hangul.title.startswith("알 수 없는 말입니다: nonsense – 개수(20), 종류(commands, ")


@pytest.mark.parametrize(
    ("line", "error"),
    [
        ("/trades nonsense", "market-unknown"),
        ("/logs nonsense", "level-unknown"),
        ("/export nonsense", "export-unknown"),
        ("/chart BTC nonsense", "timeframe-unknown"),
    ],
)
async def test_the_complaint_is_about_what_may_stand_there(bench: Bench, line: str, error: str) -> None:
    assert (await bench.say(line)).data["error"] == error


async def test_history_of_a_kind_of_a_person_and_by_pages(korean: Bench) -> None:
    for minute in range(4):
        data = {"person": OWNER.key, "line": f"/pause {minute + 1}m", "outcome": "ok"}
        korean.desk.recorded.append(Event(f"E{minute}", EventKind.COMMAND, NOW, data=data))
    korean.desk.recorded.append(Event("F", EventKind.STATE_CHANGED, NOW, data={"state": "active", "by": "console"}))
    commands_only = await korean.say("/history 2 명령")
    assert commands_only.lines == ("12:00:00 Owner /pause 4m → 완료", "12:00:00 Owner /pause 3m → 완료")
    assert actions(commands_only)[0] == "/history 2 commands page 2"
    assert "/history 2 commands" not in actions(commands_only)
    assert len((await korean.say("/history me")).lines) == 4
    assert (await korean.say("/history console")).lines == ()
    assert len((await korean.say("/history state_changed")).lines) == 1
    assert (await korean.say("/history 20 nonsense")).data["error"] == "trail-unknown"


async def test_logs_are_for_owners_and_by_level(korean: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(commands.trail, "RECENT", type(RECENT)())
    assert (await korean.say("/logs")).title == "로그가 없습니다."
    for level, event in (("info", "heartbeat"), ("warning", "venue_read_again")):
        line = {"event": event, "level": level, "timestamp": NOW.isoformat(), "path": "/v1/ticker"}
        commands.trail.RECENT.keep(None, level, line)
    everything = await korean.say("/로그")
    assert everything.lines == ("⚠️ 12:00:00 venue_read_again path=/v1/ticker", "· 12:00:00 heartbeat path=/v1/ticker")
    assert len((await korean.say("/logs 20 경고")).lines) == 1
    assert (await korean.say("/logs", TRADER)).data["error"] == "forbidden"


# ---------------------------------------------------------------- files

FILL = Fill(
    "F1", "O1", BTC, Side.BUY, Decimal("95000000"), Decimal("0.00012345"), Decimal("11727.75"), Decimal("5.863875"), NOW
)
BOOKING = Booking(
    NOW,
    "sell",
    BTC,
    Decimal(-1),
    Decimal(5),
    Decimal(0),
    Decimal(5),
    Decimal("-0.10"),
    Decimal(0),
    Decimal(0),
    "P",
    "F",
)


async def test_an_export_opens_in_a_korean_spreadsheet_with_exact_figures(korean: Bench) -> None:
    korean.desk.rows[Exported.FILLS] = [FILL]
    reply = await korean.say("/export 체결 week")
    assert korean.desk.calls == [
        ("exported", Exported.FILLS, NOW - timedelta(days=6, hours=12), NOW + timedelta(hours=12))
    ]
    assert reply.title == "체결 · 최근 7일 · 1줄"
    assert reply.document is not None
    assert reply.document.content.startswith(b"\xef\xbb\xbf")
    assert (reply.document.name, reply.document.mime) == ("fills_2026-09-29_2026-10-05.csv", "text/csv")
    header, row = table(reply)
    assert header[:4] == ["시각", "마켓", "구분", "가격(원)"]
    assert row == [
        "2026-10-05 12:00:00",
        "KRW-BTC",
        "매수",
        "95000000",
        "0.00012345",
        "11727.75",
        "5.863875",
        "F1",
        "O1",
    ]


async def test_a_year_is_exported_from_midnight_to_midnight_in_seoul(korean: Bench) -> None:
    """2025 in Seoul begins and ends at 15:00 UTC of a December 31."""
    korean.desk.rows[Exported.LEDGER] = [BOOKING]
    reply = await korean.say("/export 장부 2025년")
    year = datetime(2024, 12, 31, 15, tzinfo=UTC), datetime(2025, 12, 31, 15, tzinfo=UTC)
    assert korean.desk.calls == [("exported", Exported.LEDGER, *year)]
    assert reply.document is not None
    assert (reply.title, reply.document.name) == ("장부 · 2025년 · 1줄", "ledger_2025-01-01_2025-12-31.csv")
    assert (await korean.say("/export ledger 1999")).document is not None  # so many days
    assert (await korean.say("/export ledger 9999")).data["error"] == "period-unclear"


async def test_every_kind_can_be_exported_in_both_languages(bench: Bench) -> None:
    bench.desk.rows = {
        Exported.TRADES: [bench.desk.trade()],
        Exported.ORDERS: [bench.desk.make_order()],
        Exported.FILLS: [FILL],
        Exported.LEDGER: [BOOKING],
        Exported.EVENTS: [Event("E1", EventKind.COMMAND, NOW, data={"line": "/status"})],
    }
    for language in ("en", "ko"):
        await bench.say(f"/language {language}")
        for what in Exported:
            header, row = table(await bench.say(f"/export {what.value} day"))
            assert len(header) == len(row) == len(set(header)), what
    assert "-0.1" in table(await bench.say("/export ledger"))[1]


async def test_what_persons_wrote_leaves_to_owners_only_and_cannot_calculate(bench: Bench) -> None:
    """`=HYPERLINK(…)` typed by a stranger would be a formula in the owner's spreadsheet."""
    order = bench.desk.make_order(note='=HYPERLINK("http://evil")', reason="@sum")
    bench.desk.rows = {Exported.ORDERS: [order], Exported.EVENTS: [Event("E1", EventKind.STRANGER, NOW)]}
    _, row = table(await bench.say("/export orders", TRADER))
    assert '\'=HYPERLINK("http://evil")' in row
    assert "'@sum" in row
    assert (await bench.say("/export events", TRADER)).data["error"] == "forbidden"
    assert (await bench.say("/export events")).document is not None
    assert (await bench.say("/export orders", VIEWER)).data["error"] == "forbidden"


async def test_an_export_is_offered_and_nothing_is_no_file(korean: Bench) -> None:
    menu = await korean.say("/export")
    assert actions(menu) == [f"/export {what.value} month" for what in Exported]
    assert "/export events month" not in actions(await korean.say("/export", TRADER))
    empty = await korean.say("/export fills week")
    assert (empty.title, empty.document) == ("내보낼 것이 없습니다: 최근 7일", None)
    assert (await korean.say("/export everything")).data["error"] == "export-unknown"


async def test_a_secret_that_got_into_a_row_does_not_leave_in_a_file(bench: Bench) -> None:
    token = "7000000001:LOCAL-telegram-token-for-tests-0123456"
    bench.desk.rows = {Exported.EVENTS: [Event("E1", EventKind.ERROR, NOW, data={"message": f"for {token}"})]}
    reply = await bench.say("/export events")
    assert reply.document is not None
    assert token.encode() not in reply.document.content


# ---------------------------------------------------------------- markets


async def test_the_screener_shows_figures_warnings_and_adds_by_button(korean: Bench) -> None:
    """BTC: 99 of 100 yesterday, between 99 and 101. XRP is cautioned against, BCH is under a warning."""
    reply = await korean.say("/screener 변동 3")
    assert [call[0] for call in korean.desk.calls] == ["screener"]
    assert reply.title == "변동 폭 상위 3개"
    assert reply.table is not None
    assert reply.table.rows[:2] == (
        ("BTC·", "-1.0", "2.0", "1,235억", "10"),
        ("XRP", "-20.0", "50.0", "1.00억", "10"),
    )
    assert "⚠️ BCH: 거래 유의" in reply.lines
    assert "⚠️ XRP: 주의(가격 급등락)" in reply.lines
    assert actions(reply) == ["/markets add KRW-XRP", "/screener volatile 3", "/screener turnover 3"]
    assert actions(await korean.say("/screener", VIEWER)) == ["/screener turnover 10", "/screener volatile 10"]
    assert (await korean.say("/screener 31")).data["error"] == "count-range"


async def test_a_chart_leads_on_and_tells_the_levels_of_what_is_held(korean: Bench) -> None:
    reply = await korean.say("/chart")
    assert korean.desk.calls == [("chart", BTC, korean.desk.tuning.current.timeframe, 100)]
    assert "  손절 93,100,000원 (-2%) · 익절 97,850,000원 (+3%)" in reply.lines
    assert "/chart KRW-BTC 1h 100" in actions(reply)
    assert "/sell KRW-BTC" in actions(reply)
    assert "/sell KRW-BTC" not in actions(await korean.say("/chart", VIEWER))
    assert (await korean.say("/chart ETH 1h")).lines == ()


async def test_results_are_told_where_no_picture_can_be_drawn(korean: Bench) -> None:
    korean.desk.chart_fails = True
    reply = await korean.say("/pnl week")
    assert (reply.picture, reply.tone) == (None, Tone.OK)
    assert reply.table is not None
