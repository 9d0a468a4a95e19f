"""What a picture is asked to show, and that the child draws it: colours are looked for where they must be (E11)."""

import asyncio
import io
import os
import signal
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from trader.model.market import CandleArrays, Market, Timeframe
from trader.model.order import ExitPlan, Fill, Side
from trader.model.portfolio import GuardLevels, Position
from trader.model.views import Performance, PnlReport
from trader.report.chart import (
    ChartFailed,
    ChartSpec,
    Mark,
    Painter,
    ResultSpec,
    chart_spec,
    marks_of,
    result_spec,
)

D = Decimal
BTC = Market("KRW", "BTC")
T0 = datetime(2026, 11, 20, 0, 0, tzinfo=UTC)
UP, DOWN, ENTRY, EXIT = (0xD8, 0x41, 0x2F), (0x1F, 0x66, 0xD1), (0x0B, 0x8F, 0x4D), (0x7A, 0x1F, 0xA2)
STOP = (0xC9, 0x6A, 0x00)
PLOT_LEFT, PLOT_RIGHT = 27, 923
"""Pixels of the price plot at 1080 wide."""


def candles(closes: list[float], timeframe: Timeframe = Timeframe.M15) -> CandleArrays:
    """Each opens at the close before it."""
    close = np.array(closes, dtype=np.float64)
    opened = np.concatenate([close[:1], close[:-1]])
    start = int(T0.timestamp())
    times = np.arange(start, start + len(close) * timeframe.seconds, timeframe.seconds, dtype=np.int64)
    spread = 0.2 * abs(close - opened) + 100.0
    volume = np.linspace(1.0, 5.0, len(close))
    return CandleArrays(
        BTC,
        timeframe,
        times,
        opened,
        np.maximum(opened, close) + spread,
        np.minimum(opened, close) - spread,
        close,
        volume,
    )


def fill(minutes: float, side: Side, price: int = 100) -> Fill:
    at = T0 + timedelta(minutes=minutes)
    return Fill(f"{minutes}{side}", "o", BTC, side, Decimal(price), Decimal(1), Decimal(price), Decimal(0), at)


def pixels(png: bytes) -> np.ndarray:
    """Shape (height, width, 3)."""
    return np.asarray(Image.open(io.BytesIO(png)).convert("RGB"))


def columns_of(picture: np.ndarray, colour: tuple[int, int, int], rows: slice = slice(None)) -> np.ndarray:
    """x of every pixel of exactly this colour."""
    return np.nonzero((picture[rows] == colour).all(axis=2))[1]


def rows_of(picture: np.ndarray, colour: tuple[int, int, int], columns: slice = slice(None)) -> np.ndarray:
    return np.nonzero((picture[:, columns] == colour).all(axis=2))[0]


# ---------------------------------------------------------------- the specs


def test_fills_of_one_candle_and_side_are_one_mark() -> None:
    shown = candles([100_000.0] * 8)
    fills = [fill(16, Side.BUY), fill(17, Side.BUY), fill(29.9, Side.SELL), fill(30, Side.SELL)]
    assert marks_of(shown, fills) == (Mark(1, Side.BUY), Mark(1, Side.SELL), Mark(2, Side.SELL))


def test_a_fill_in_the_forming_candle_stands_at_the_last_one_and_older_ones_are_left_out() -> None:
    shown = candles([100_000.0] * 8)
    fills = [fill(-1, Side.BUY), fill(8 * 15 + 3, Side.SELL), fill(9 * 15, Side.BUY)]
    assert marks_of(shown, fills) == (Mark(7, Side.SELL),)


def test_a_chart_shows_average_cost_and_the_tighter_stop() -> None:
    position = Position("p", BTC, "x", T0, quantity=Decimal(2), cost=Decimal(201_000))
    plan = ExitPlan(stop=Decimal(97_000), take=Decimal(106_000), trail=Decimal("0.02"))
    levels = GuardLevels("p", BTC, plan, high=Decimal(101_000), opened_at=T0)
    spec = chart_spec(candles([100_000.0] * 8), [], position, levels)
    # 101,000 × 0.98 = 98,980, on the tick of 50 99,000, is above the fixed stop.
    assert (spec.average_cost, spec.stop, spec.take) == (100_500, 99_000, 106_000)


def test_a_chart_of_a_market_without_a_position_has_no_lines() -> None:
    assert chart_spec(candles([1.0, 2.0])).as_json()["lines"] == {}


# ---------------------------------------------------------------- the picture


@pytest.fixture(scope="module")
def fonts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Listed once for all tests."""
    return tmp_path_factory.mktemp("fonts")


@pytest.fixture
async def painter(fonts: Path) -> AsyncIterator[Painter]:
    made = Painter(fonts, deadline_seconds=60)
    yield made
    await made.close()


RISE_AND_FALL = [100_000 + 500 * i for i in range(30)] + [114_500 - 500 * i for i in range(30)]


async def test_the_picture_is_a_png_of_the_asked_size(painter: Painter) -> None:
    png = await painter.render(ChartSpec(candles(RISE_AND_FALL), width=720, height=480))
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    assert Image.open(io.BytesIO(png)).size == (720, 480)


async def test_up_is_red_down_is_blue_and_marks_stand_at_their_candles(painter: Painter) -> None:
    """30 rising candles, then 30 falling; bought in the 10th, sold in the 50th, stop at 103,000."""
    marks = (Mark(10, Side.BUY), Mark(50, Side.SELL))
    spec = ChartSpec(candles(RISE_AND_FALL), marks, stop=Decimal(103_000))
    picture = pixels(await painter.render(spec))
    assert picture.shape == (720, 1080, 3)
    plot = slice(90, 540)  # below the heading, above the volume
    middle = PLOT_LEFT + (PLOT_RIGHT - PLOT_LEFT) / 2
    assert (np.unique(columns_of(picture[:, :900], UP, plot)) < middle + 20).all()
    assert len(columns_of(picture[:, :900], UP, plot)) > 3000
    falling = columns_of(picture[:, :900], DOWN, plot)
    assert np.count_nonzero(falling > middle) > 3000

    def place(index: int) -> float:
        """x of a candle: the axis runs from −1 to 60 + 0.72."""
        return PLOT_LEFT + (PLOT_RIGHT - PLOT_LEFT) * (index + 1) / 61.72

    entry, leave = columns_of(picture, ENTRY, plot), columns_of(picture, EXIT, plot)
    assert abs(float(np.mean(entry)) - place(10)) < 3
    assert abs(float(np.mean(leave)) - place(50)) < 3
    # The entry stands below its candle, the exit above its own.
    body = slice(int(place(10)) - 2, int(place(10)) + 3)
    assert rows_of(picture, ENTRY).min() > rows_of(picture, UP, body).max()
    body = slice(int(place(50)) - 2, int(place(50)) + 3)
    assert rows_of(picture[:540], EXIT).max() < rows_of(picture[:540], DOWN, body).min() + 4


async def test_the_stop_is_a_line_over_the_whole_width_at_its_price(painter: Painter) -> None:
    picture = pixels(await painter.render(ChartSpec(candles(RISE_AND_FALL), stop=Decimal(103_000))))
    found = (picture == STOP).all(axis=2)[:, PLOT_LEFT:PLOT_RIGHT].sum(axis=1)
    line = int(np.argmax(found))
    assert found[line] > 350, "dashed, hence about half of 896 pixels"
    # Lowest low 99,900, highest high 114,700; 7.5 % room on either side of 14,800 over rows 544 … 79.
    room = 0.075 * 14_800
    assert line == pytest.approx(543.6 - 464.4 * (103_000 - 99_900 + room) / (14_800 + 2 * room), abs=3)


async def test_a_stop_far_below_does_not_flatten_the_candles(painter: Painter) -> None:
    near = pixels(await painter.render(ChartSpec(candles(RISE_AND_FALL))))
    far = pixels(await painter.render(ChartSpec(candles(RISE_AND_FALL), stop=Decimal(10_000))))
    plot = (slice(90, 500), slice(30, 900))
    assert ((near[plot] == UP).all(axis=2) == (far[plot] == UP).all(axis=2)).all(), "every candle where it was"
    assert len(rows_of(far[500:545], STOP)) > 50, "it is told at the lower edge"


async def test_one_candle_and_a_flat_market_can_be_drawn(painter: Painter) -> None:
    assert pixels(await painter.render(ChartSpec(candles([0.00001234])))).shape == (720, 1080, 3)
    assert pixels(await painter.render(ChartSpec(candles([5.0] * 50)))).shape == (720, 1080, 3)


def grown(results: Sequence[float | None], held: Sequence[float], days: Sequence[int]) -> ResultSpec:
    moments = tuple(T0 + timedelta(days=len(days)) * n / (len(results) - 1) for n in range(len(results)))
    by_day = tuple((T0 + timedelta(days=i), Decimal(v)) for i, v in enumerate(days))
    return ResultSpec("P&L", moments, tuple(results), tuple(held), in_krw=False, by_day=by_day)


async def test_days_with_profit_are_red_bars_and_losses_blue_ones(painter: Painter) -> None:
    spec = grown([0, 0.01, 0.02, 0.01], [0, 0.0, 0.0, 0.0], [10_000, 5_000, -20_000])
    bars = pixels(await painter.render(spec))[500:]
    width = PLOT_RIGHT - PLOT_LEFT
    assert columns_of(bars, UP).max() < PLOT_LEFT + 0.67 * width
    assert columns_of(bars, DOWN).min() > PLOT_LEFT + 0.6 * width


async def test_a_result_above_zero_is_a_red_line_that_breaks_where_nothing_is_known(painter: Painter) -> None:
    """One day, no bars: known in the first and the last quarter, at +1 % of −1 … +1 % (holding)."""
    spec = grown([0.01, 0.01, None, 0.01, 0.01], [0, 0, -0.01, -0.01, -0.01], [0])
    picture = pixels(await painter.render(spec))[100:]
    columns, width = columns_of(picture[:, :900], UP), PLOT_RIGHT - PLOT_LEFT
    quarter = PLOT_LEFT + 0.25 * width
    assert len(columns[columns < quarter]) > 200
    assert not len(columns[(columns > quarter + 10) & (columns < PLOT_LEFT + 0.7 * width)])
    assert rows_of(picture[:, :900], UP).max() < 100, "near the upper edge"


def test_a_result_is_drawn_as_a_share_of_the_capital() -> None:
    """10,000 of 1,000,000 is 1 %; without a known capital it is KRW, and holding is left out."""
    report = PnlReport(T0, T0, D(0), D(0), None, 0, 0, None, None)
    moments = (T0, T0 + timedelta(hours=1))
    known = Performance(report, moments, (D(0), D(10_000)), (D(0), D("0.02")), (), D(0), D(1_000_000))
    spec = result_spec(known, "P&L")
    assert (spec.results, spec.held, spec.in_krw) == ((0.0, 0.01), (0.0, 0.02), False)
    spec = result_spec(replace(known, capital=None), "P&L")
    assert (spec.results, spec.held, spec.in_krw) == ((0.0, 10_000.0), (None, None), True)
    with pytest.raises(ValueError, match="no result is known"):
        result_spec(replace(known, results=(None, None)), "P&L")


# ---------------------------------------------------------------- when it goes wrong


SMALL = ChartSpec(candles([1.0, 2.0]), width=360, height=240)


async def test_what_cannot_be_drawn_says_why_and_the_next_picture_is_drawn(painter: Painter) -> None:
    broken = candles([1.0, 2.0]).until(0)
    with pytest.raises(ChartFailed, match="it could not be drawn: ValueError"):
        await painter.render(ChartSpec(broken))
    child = painter.child
    assert (await painter.render(SMALL)).startswith(b"\x89PNG")
    assert painter.child == child


# ---------------------------------------------------------------- the child that stays for a while


async def test_pictures_come_from_one_child_each_its_own(painter: Painter) -> None:
    """Three at once: one after another, none mixed up."""
    sizes = [(360, 240), (720, 480), (480, 320)]
    asked = [painter.render(replace(SMALL, width=width, height=height)) for width, height in sizes]
    first, *others = await asyncio.gather(*asked)
    child = painter.child
    assert [Image.open(io.BytesIO(png)).size for png in (first, *others)] == sizes
    await painter.render(SMALL)
    assert painter.child == child is not None


async def test_an_idle_child_is_let_go(fonts: Path) -> None:
    painter = Painter(fonts, deadline_seconds=60, idle_seconds=0.05)
    await painter.render(SMALL)
    gone = painter.child
    assert gone is not None
    async with asyncio.timeout(10):
        while _runs(gone):  # noqa: ASYNC110 - another process's end wakes nobody here
            await asyncio.sleep(0.02)
    assert painter.child is None
    assert (await painter.render(SMALL)).startswith(b"\x89PNG")
    assert painter.child not in (None, gone)
    await painter.close()


async def test_a_child_that_was_killed_is_replaced(painter: Painter) -> None:
    await painter.render(SMALL)
    killed = painter.child
    assert killed is not None
    os.kill(killed, signal.SIGKILL)
    assert (await painter.render(SMALL)).startswith(b"\x89PNG")
    assert painter.child not in (None, killed)


async def test_closing_leaves_no_process(fonts: Path) -> None:
    painter = Painter(fonts, deadline_seconds=60)
    await painter.render(SMALL)
    child = painter.child
    assert child is not None
    await painter.close()
    assert not _runs(child)


async def test_after_one_given_up_the_next_answer_is_the_next_pictures(fonts: Path) -> None:
    painter = Painter(fonts, deadline_seconds=60)
    late = asyncio.create_task(painter.render(ChartSpec(candles(RISE_AND_FALL))))
    async with asyncio.timeout(10):
        while painter.child is None:  # noqa: ASYNC110 - given up while it draws
            await asyncio.sleep(0.005)
    late.cancel()
    await asyncio.gather(late, return_exceptions=True)
    assert Image.open(io.BytesIO(await painter.render(SMALL))).size == (360, 240)
    await painter.close()


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


async def test_a_picture_that_takes_too_long_is_given_up(tmp_path: Path) -> None:
    with pytest.raises(ChartFailed, match=r"within 0\.05 seconds"):
        await Painter(tmp_path, deadline_seconds=0.05).render(ChartSpec(candles(RISE_AND_FALL)))


async def test_the_child_gets_no_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UPBIT_SECRET_KEY", "not for painters")
    environment = Painter(tmp_path)._environment()
    assert "UPBIT_SECRET_KEY" not in environment
    assert environment["MPLCONFIGDIR"] == str(tmp_path)
