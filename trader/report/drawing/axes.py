"""Axes that several pictures have: prices and amounts at the right, Seoul times below."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

from matplotlib.axes import Axes
from matplotlib.ticker import FixedLocator, FuncFormatter, MaxNLocator

from trader.report.drawing.labels import decimals, signed
from trader.report.drawing.paper import GRID, INK, PAPER, Row

SEOUL = timezone(timedelta(hours=9))
TIME_STEPS = (60, 300, 600, 900, 1800, 3600, 7200, 14400, 21600, 43200, 86400, 172800, 432000, 864000, 2592000)
"""Seconds between labels of the time axis."""


def plain(axes: Axes) -> None:
    axes.set_facecolor(PAPER)
    axes.set_axisbelow(True)
    for spine in axes.spines.values():
        spine.set_visible(False)


def price_axis(axes: Axes, digits: int, scale: float) -> None:
    axes.yaxis.tick_right()
    axes.yaxis.set_major_locator(MaxNLocator(nbins=7, steps=[1, 2, 5, 10]))
    axes.tick_params(axis="y", labelsize=label_size(axes, digits) * scale, labelcolor=INK, length=0, pad=6 * scale)
    axes.grid(axis="y", color=GRID, linewidth=0.9, zorder=0)
    plain(axes)


def label_size(axes: Axes, digits: int) -> float:
    """Nine-digit prices still have to fit the right margin."""
    return 13.5 if len(f"{axes.get_ylim()[1]:,.{digits}f}") <= 9 else 12


def amount_axis(axes: Axes, scale: float, *, percent: bool, ticks: int = 7) -> None:
    """Signed labels at the right, no finer than the steps of the axis."""
    price_axis(axes, 0, scale)
    axes.yaxis.set_major_locator(MaxNLocator(nbins=ticks, steps=[1, 2, 5, 10]))
    factor = 100.0 if percent else 1.0
    low, high = axes.get_ylim()
    digits = decimals([round(tick * factor, 6) for tick in axes.get_yticks() if low <= tick <= high] or [0.0])
    unit = "%" if percent else ""
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: signed(value * factor, digits) + unit))


def moment_axis(axes: Axes, spec: Row, scale: float) -> None:
    """Round Seoul times within a day, dates beyond."""
    first, last = spec["at"][0], spec["at"][-1]
    step = next((s for s in TIME_STEPS if s >= (last - first) / 7), TIME_STEPS[-1])
    offset = int(SEOUL.utcoffset(None).total_seconds())
    begin = first + (last - first) // 40  # a label at the very edge would leave the picture
    ticks = range((begin + offset + step - 1) // step * step - offset, last + 1, step)
    words = {}
    for tick in ticks:
        local = datetime.fromtimestamp(tick, UTC).astimezone(SEOUL)
        midnight = (local.hour, local.minute) == (0, 0)
        words[tick] = f"{local.month}/{local.day}" if midnight else f"{local:%H:%M}"
    axes.xaxis.set_major_locator(FixedLocator(list(words)))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: words.get(round(value), "")))
    axes.tick_params(axis="x", labelsize=13 * scale, labelcolor=INK, length=0, pad=7 * scale)
