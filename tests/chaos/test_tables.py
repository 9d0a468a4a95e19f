"""The fault tables in their short form, and the reading of texts: it must find what is wrong (C3 C5, promises 1 3).

The long form is `tests/chaos/tables.py`."""

from __future__ import annotations

import asyncio
from decimal import Decimal

import pytest

from tests.chaos.panics import PanicCell
from tests.chaos.reading import misread
from tests.chaos.report import document
from tests.chaos.spoils import SPOILS, Aim
from tests.chaos.tables import all_cells, parse, run
from tests.chaos.trades import TRADES, Cell
from trader.execution import lifecycle


async def test_a_few_cells() -> None:
    """A lost answer and a limit of requests, for three kinds of order and for panic; each in a room of its own."""
    lost = parse(["--faults", "drop_response", "--orders", "buy", "--states", "active"])
    busy = parse(["--faults", "429 flat", "--orders", "stop", "cancel", "--states"])
    found = await asyncio.gather(all_cells(lost), all_cells(busy))
    cells = [cell for part in found for cell in part]
    assert [cell.defects for cell in cells] == [[]] * 4
    orders = [cell for cell in cells if isinstance(cell, Cell)]
    panics = [cell for cell in cells if isinstance(cell, PanicCell)]
    ends = {(cell.trade.name, cell.spoil.name): cell.ends for cell in orders}
    assert ends["buy", "drop_response_after_accept"] == "done"
    assert ends["cancel", "http_status 429 flat"] == "cancelled"
    assert ends["stop", "http_status 429 flat"].endswith("then done")
    assert [(cell.flat, cell.equal) for cell in panics] == [(True, True)]
    text = document(orders, panics, None, language="ko", seed=7, rooms=4)
    assert text.count("| drop_response_after_accept |") == 2


async def test_a_wrong_cell_is_a_defect(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Fees are not booked: the books do not stand as the exchange's account does."""
    monkeypatch.setattr(lifecycle, "_shares", lambda fee, funds: [Decimal(0) for _ in funds])
    assert await run(parse(["--faults", "no fault", "--orders", "buy", "--states"])) == 1
    told = capsys.readouterr().out
    assert "DEFECT buy × no fault: " in told
    assert "| **not equal** |" in told


def test_every_fault_of_the_sandbox_is_in_the_tables() -> None:
    from sandbox.faults.kinds import KINDS

    assert {spoil.kind for spoil in SPOILS} - {"none"} == set(KINDS)
    statuses = {
        fault["status"]
        for spoil in SPOILS
        for fault in spoil.make(Aim("POST", "/v1/orders", "bid"))
        if fault["kind"] == "http_status"
    }
    assert statuses == {400, 401, 403, 418, 429, 500, 502, 503}


@pytest.mark.parametrize(
    ("texts", "language", "wrong"),
    [
        (["✅ 엑스알피(리플) KRW-XRP 매수 주문을 보냈습니다.\n주문 6N9NRYABCDEFGHJK"], "ko", ""),
        (["거래 상태: 정지 (telegram:42)"], "ko", "telegram:42"),
        (["취소 실패 (insufficient_funds_ask)"], "ko", "insufficient_funds_ask"),
        (["이유: closed by the venue"], "ko", "closed by the venue"),
        (["POST /v1/orders: ReadTimeout"], "en", ""),
        (["Order: 매수"], "en", "Korean"),
        (["남은 포지션 None개"], "ko", "None"),
        (["주문을 보냈습니다.", "체결", "주문을 보냈습니다."], "ko", "told twice"),
    ],
)
def test_texts_are_read(texts: list[str], language: str, wrong: str) -> None:
    found = misread(texts, language)
    assert (found == []) == (wrong == "")
    assert wrong in " ".join(found)


def test_a_table_shows_what_was_told_and_when() -> None:
    cell = Cell(TRADES[0], SPOILS[0], [(0.04, "엑스알피(리플) KRW-XRP 매수 주문을 보냈습니다.\n크기")], "done", 0.1)
    panic = PanicCell(
        "active", SPOILS[0], 0.2, 1.5, 2.5, flat=True, answer="매도 중", receipt="남은 것 없음", equal=True
    )
    text = document([cell], [panic], 0.3, language="ko", seed=7, rooms=1)
    assert "| no fault | done | 0.1 s | **not equal** | 0.0: XRP 매수 주문을 보냈습니다. · 크기 |" in text
    assert "| no fault | flat 0.2 · 1.5 · 2.5 s | – | – | equal | 매도 중 | 남은 것 없음 |" in text
    assert "flat after 0.30 s (aim 2 s)" in text
