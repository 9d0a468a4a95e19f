"""`python -m chatbot demo` as a newcomer runs it: figures that agree with the exchange, clear words for mistakes.

Requirement D1."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.processes import ROOT, Done, run

RECORDED = ROOT.parent / "shared/data/candles/upbit_1m_KRW-BTC_ETH_XRP_20250901_20250924.parquet"
KEYS = {"orders", "fills", "denied", "fees_krw", "equity_krw", "positions"} | {
    "errors",
    "unresolved_orders",
    "outbox_pending",
}
TRADE = """# one trade by hand, then everything is sold
@1 /status
@1.5 /buy BTC 200000 confirm
@5 /panic confirm
@5.5 /buy ETH 100000 confirm
"""


def summary(done: Done) -> dict[str, Any]:
    """The last line of standard output, which must be the only one, and true to the exchange's own account."""
    assert done.code == 0, done.err
    assert "Traceback" not in done.err
    lines = done.out.splitlines()
    assert len(lines) == 1
    found: dict[str, Any] = json.loads(lines[0])
    assert found.keys() >= KEYS
    assert found["equity_krw"] == found["exchange_equity_krw"]
    assert found["errors"] == found["unresolved_orders"] == found["outbox_pending"] == 0
    return found


async def test_commands_trade_and_panic_ends_flat(folder: Path) -> None:
    """200,000 KRW bought by hand are sold by the panic, and entries stay locked: the second purchase is denied."""
    (folder / "commands").write_text(TRADE)
    options = ("--speed", "60", "--seed", "7", "--commands", "commands", "--json")
    found = summary(await run(folder, "demo", *options))
    assert found["positions"] == []
    assert found["state"] == "halted"
    assert found["denied"]["trading_state"] >= 1
    assert found["orders"] >= 2
    assert found["fills"] >= 2
    assert Decimal(found["fees_krw"]) > 0
    assert Decimal(found["equity_krw"]) == 10_000_000 + Decimal(found["realised_krw"])


async def test_a_person_reads_the_result_as_well(folder: Path) -> None:
    done = await run(folder, "demo", "--seconds", "2", "--speed", "60")
    assert done.code == 0, done.err
    assert done.err == ""
    books, exchange = re.findall(r"[\d,]+ KRW", done.out.splitlines()[-1])
    assert books == exchange


async def test_wrong_input_is_explained(folder: Path) -> None:
    """One sentence on standard error, nothing else; 1 = it could not be done, 2 = it was called wrongly."""
    (folder / "lines").write_text("/status\n@x /status\n")
    (folder / "bytes").write_bytes(b"\xff\xfe\x00")
    (folder / "bad.csv").write_text("a,b\n1,2\n")
    (folder / "bad.parquet").write_text("no parquet")
    cases: list[tuple[Sequence[str], int, str]] = [
        (("--commands", "nowhere"), 1, "nowhere"),
        (("--commands", "lines"), 1, "lines:1: cannot read '/status'; write it like '@12 /status'"),
        (("--commands", "bytes"), 1, "bytes"),
        (("--replay", "nowhere.csv"), 1, "nowhere.csv does not exist"),
        (("--replay", "bad.csv"), 1, "the columns market, ts_utc"),
        (("--replay", "bad.parquet"), 1, "bad.parquet is not a readable parquet"),
        (("--seconds", "0"), 2, "--seconds"),
        (("--speed", "nan"), 2, "--speed"),
        (("--nonsense",), 2, "No such option"),
    ]
    room = asyncio.Semaphore(3)

    async def check(arguments: Sequence[str], code: int, words: str) -> None:
        async with room:
            done = await run(folder, "demo", "--seconds", "2", *arguments)
        assert (done.code, done.out) == (code, "")
        assert words in done.err
        assert "Traceback" not in done.err

    await asyncio.gather(*(check(*case) for case in cases))


def candles(market: str, price: float, minutes: int) -> list[dict[str, object]]:
    """Up and down by a percent every quarter of an hour, so that a crossing of means happens."""
    start = datetime(2025, 9, 1, tzinfo=UTC)
    rows: list[dict[str, object]] = []
    for n in range(minutes):
        swing = abs((n + 20) % 30 - 15) / 15 * 0.02
        close = round(price * (1 + swing) / 1000) * 1000.0
        rows.append(
            {
                "market": market,
                "ts_utc": start + timedelta(minutes=n),
                "open": close,
                "high": close + 1000,
                "low": close - 1000,
                "close": close,
                "volume": 5.0,
            }
        )
    return rows


async def test_replay_of_own_candles(folder: Path) -> None:
    """CSV and parquet alike."""
    import pandas as pd

    rows = candles("KRW-BTC", 150e6, 600) + candles("KRW-ETH", 6e6, 600) + candles("KRW-XRP", 4e6, 600)
    table = pd.DataFrame(rows)
    table.to_csv(folder / "own.csv", index=False)
    table.to_parquet(folder / "own.parquet", index=False)
    (folder / "commands").write_text("@1 /buy BTC 100000 confirm\n")
    options = ("--seconds", "4", "--speed", "60", "--commands", "commands", "--json")
    runs = (run(folder, "demo", "--replay", f"own.{kind}", *options) for kind in ("csv", "parquet"))
    for done in await asyncio.gather(*runs):
        assert summary(done)["fills"] > 0


@pytest.mark.skipif(not RECORDED.exists(), reason=f"recorded candles are not at {RECORDED}")
async def test_replay_of_recorded_candles(folder: Path) -> None:
    options = ("--seconds", "5", "--speed", "60", "--replay", str(RECORDED), "--json")
    summary(await run(folder, "demo", *options))
