"""Long history through pyupbit in a child process: exact digits, UTC, closed candles, honest gaps and errors (P1)."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from aiohttp import web

from sandbox.server import Sandbox
from trader.clock import ManualClock
from trader.errors import NotFound, VenueOffline, VenueUnreachable
from trader.exchange.upbit import history as module
from trader.exchange.upbit.client import UpbitExchange
from trader.exchange.upbit.history import UpbitHistory
from trader.model.market import Market, Timeframe

BTC = Market("KRW", "BTC")
NOW = datetime(2026, 11, 20, 1, 0, 30, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
FORMING = NOW.replace(second=0)


class Archive:
    """Minute candles of 400 minutes up to the forming one, without the three at 00:30; `fail` answers instead."""

    def __init__(self) -> None:
        hole = {FORMING - n * MINUTE for n in (28, 29, 30)}
        self.opened = [FORMING - n * MINUTE for n in range(400) if FORMING - n * MINUTE not in hole]
        self.asked: list[dict[str, str]] = []
        self.fail: list[tuple[int, str]] = []
        self.url = ""

    async def candles(self, request: web.Request) -> web.Response:
        self.asked.append(dict(request.query))
        if self.fail:
            status, text = self.fail.pop(0)
            return web.Response(status=status, text=text)
        until = datetime.fromisoformat(request.query["to"]).replace(tzinfo=UTC)
        page = [t for t in self.opened if t < until][: int(request.query["count"])]
        rows = ",".join(self.row(t) for t in page)
        return web.Response(text=f"[{rows}]", content_type="application/json")  # no Remaining-Req: pyupbit would fail

    @staticmethod
    def row(opened: datetime) -> str:
        kst = opened + timedelta(hours=9)
        return (
            f'{{"market":"KRW-BTC","candle_date_time_utc":"{opened:%Y-%m-%dT%H:%M:%S}",'
            f'"candle_date_time_kst":"{kst:%Y-%m-%dT%H:%M:%S}","opening_price":0.1,"high_price":0.30000000000000004,'
            f'"low_price":3.33e-05,"trade_price":159508000.0,"timestamp":1,"candle_acc_trade_price":123456789012345.12345678,'
            f'"candle_acc_trade_volume":0.00000001,"unit":1}}'
        )


@pytest.fixture
async def archive() -> AsyncIterator[Archive]:
    archive = Archive()
    app = web.Application()
    app.router.add_get("/v1/candles/minutes/1", archive.candles)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    archive.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield archive
    await runner.cleanup()


def reader(archive: Archive) -> UpbitHistory:
    return UpbitHistory(archive.url, ManualClock(NOW))


async def test_pages_join_without_the_forming_candle_and_keep_every_digit(archive: Archive) -> None:
    start, end = FORMING - timedelta(minutes=300), NOW + timedelta(hours=1)
    candles = await reader(archive).download(BTC, Timeframe.M1, start, end)
    expected = sorted(t for t in archive.opened if start <= t < FORMING)
    assert [c.opened_at for c in candles] == expected
    assert len(candles) == 300 - 3  # the three minutes without a trade stay missing
    c = candles[0]
    assert tuple(map(str, (c.open, c.high, c.close))) == ("0.1", "0.30000000000000004", "159508000.0")
    assert (c.low, c.volume, c.value) == (
        Decimal("0.0000333"),
        Decimal("0.00000001"),
        Decimal("123456789012345.12345678"),
    )
    assert [q["to"] for q in archive.asked] == ["2026-11-20 01:00:00", f"{candles[-200].opened_at:%Y-%m-%d %H:%M:%S}"]


async def test_pandas_stays_out_of_this_process() -> None:
    """The module itself costs neither pandas nor pyupbit."""
    import subprocess

    code = "import sys, trader.exchange.upbit.history; print({'pandas', 'pyupbit', 'requests'} & set(sys.modules))"
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)  # noqa: ASYNC221
    assert answer.stdout.strip() == "set()"


async def test_history_ends_where_the_venue_has_no_more(archive: Archive) -> None:
    candles = await reader(archive).download(BTC, Timeframe.M1, NOW - timedelta(days=30), NOW)
    assert len(candles) == len(archive.opened) - 1
    nothing = await reader(archive).download(BTC, Timeframe.M1, NOW - timedelta(days=30), NOW - timedelta(days=20))
    assert nothing == []
    assert await reader(archive).download(BTC, Timeframe.M1, NOW, NOW) == []


async def test_a_busy_or_stumbling_venue_is_asked_again(archive: Archive) -> None:
    archive.fail = [(429, "Too many API requests."), (502, "<html>")]
    candles = await reader(archive).download(BTC, Timeframe.M1, FORMING - timedelta(minutes=10), NOW)
    assert len(candles) == 10
    assert len(archive.asked) == 3


@pytest.mark.parametrize(
    ("status", "text", "kind"),
    [
        (404, '{"error":{"name":404,"message":"Code not found"}}', NotFound),
        (418, "I'm a teapot", VenueOffline),
        (400, '{"error":{"name":400,"message":"x"}}', VenueUnreachable),
        (200, "<html>", VenueUnreachable),
        (200, '[{"surprise":1}]', VenueUnreachable),
    ],
)
async def test_failures_are_errors_never_none(archive: Archive, status: int, text: str, kind: Any) -> None:
    archive.fail = [(status, text)] * (1 if status != 200 or text[0] == "[" else module.ATTEMPTS)
    with pytest.raises(kind):
        await reader(archive).download(BTC, Timeframe.M1, FORMING - timedelta(minutes=10), NOW)


async def test_a_reader_that_is_left_is_ended(archive: Archive) -> None:
    """Pages can be taken one at a time; leaving early leaves no child behind and lets the next one in."""
    history = reader(archive)
    pages = history.pages(BTC, Timeframe.M1, FORMING - timedelta(minutes=390), NOW)
    first = await anext(pages)
    await pages.aclose()
    assert len(first) == 200
    assert len(await history.download(BTC, Timeframe.M1, FORMING - timedelta(minutes=5), NOW)) == 5


async def test_history_and_the_small_reads_agree() -> None:
    """The same closed candles of the local exchange, by pyupbit and by the daemon's own reads."""
    sandbox = Sandbox(feed="synthetic", seed=7)
    await sandbox.start()
    clock = ManualClock(sandbox.clock.now())
    exchange = UpbitExchange(sandbox.rest_url, "", "", clock)
    for timeframe, span in ((Timeframe.M1, timedelta(hours=4)), (Timeframe.D1, timedelta(days=10))):
        long = await UpbitHistory(sandbox.rest_url, clock).download(BTC, timeframe, clock.now() - span, clock.now())
        assert len(long) >= 9
        assert long == await exchange.candles(BTC, timeframe, count=len(long))
    await exchange.close()
    await sandbox.stop()
