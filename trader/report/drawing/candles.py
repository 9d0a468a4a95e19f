"""Candles with their volume, our entries and exits, and the prices that matter to an open position."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from matplotlib.axes import Axes
from matplotlib.collections import LineCollection, PolyCollection
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, FuncFormatter
from matplotlib.transforms import ScaledTranslation, blended_transform_factory

from trader.report.drawing.axes import SEOUL, TIME_STEPS, label_size, plain, price_axis
from trader.report.drawing.labels import decimals, length
from trader.report.drawing.paper import (
    DOWN,
    DOWN_PALE,
    ENTRY,
    EXIT,
    FAINT,
    GRID,
    INK,
    LINES,
    PAPER,
    UP,
    UP_PALE,
    Row,
    new_figure,
    scale_of,
    title,
)


def candles_picture(spec: Row) -> Figure:
    """Price above, volume below, one shared time axis in Seoul time.

    `title`, `seconds` (length of a candle), `width`, `height` (pixels); columns `opened_at` (unix seconds), `open`,
    `high`, `low`, `close`, `volume` of equal length; `marks`: rows of `index` (candle), `side` (buy or sell);
    `lines`: prices by `average`, `stop`, `take`."""
    scale = scale_of(spec)
    figure = new_figure(spec)
    price = figure.add_axes((0.025, 0.245, 0.83, 0.645))
    volume = figure.add_axes((0.025, 0.085, 0.83, 0.15), sharex=price)
    count = len(spec["close"])
    price.set_xlim(-1.0, count + max(0.5, count * 0.012))
    _bodies(price, spec)
    _volumes(volume, spec, scale)
    digits = decimals(spec["close"][-60:])
    low, high = _price_range(spec)
    price.set_ylim(low, high)
    price_axis(price, digits, scale)
    _levels(price, spec, digits, scale)
    _marks(price, spec, scale)
    _last_price(price, spec, digits, scale)
    _time_axis(price, volume, spec, scale)
    _heading(figure, spec, digits, scale)
    return figure


def _price_range(spec: Row) -> tuple[float, float]:
    """Room for candles and marks, and for the lines that are not so far off that candles would turn to dust."""
    low, high = min(spec["low"]), max(spec["high"])
    reach = max(high - low, high * 1e-4)
    near = [p for p in spec["lines"].values() if low - 0.6 * reach <= p <= high + 0.6 * reach]
    low, high = min([low, *near]), max([high, *near])
    room = 0.075 * max(high - low, high * 1e-4)
    return low - room, high + room


def _bodies(axes: Axes, spec: Row) -> None:
    half = 0.5 if len(spec["close"]) > 250 else 0.38
    colours = [UP if c >= o else DOWN for o, c in zip(spec["open"], spec["close"], strict=True)]
    wicks = [((i, low), (i, high)) for i, (low, high) in enumerate(zip(spec["low"], spec["high"], strict=True))]
    axes.add_collection(LineCollection(wicks, colors=colours, linewidths=_wick(len(wicks)), zorder=2), autolim=False)
    boxes = [
        ((i - half, o), (i - half, c), (i + half, c), (i + half, o))
        for i, (o, c) in enumerate(zip(spec["open"], spec["close"], strict=True))
    ]
    bodies = PolyCollection(boxes, facecolors=colours, edgecolors=colours, linewidths=0.7, zorder=3)
    axes.add_collection(bodies, autolim=False)


def _wick(count: int) -> float:
    return 1.3 if count <= 120 else 0.9


def _volumes(axes: Axes, spec: Row, scale: float) -> None:
    half = 0.5 if len(spec["close"]) > 250 else 0.38
    rising = [c >= o for o, c in zip(spec["open"], spec["close"], strict=True)]
    boxes = [((i - half, 0), (i - half, v), (i + half, v), (i + half, 0)) for i, v in enumerate(spec["volume"])]
    axes.add_collection(
        PolyCollection(boxes, facecolors=[UP_PALE if up else DOWN_PALE for up in rising], zorder=2), autolim=False
    )
    axes.set_ylim(0, max([*spec["volume"], 1e-12]) * 1.12)
    axes.yaxis.set_major_locator(FixedLocator([]))
    plain(axes)
    axes.spines["bottom"].set_visible(True)
    axes.spines["bottom"].set_color(GRID)
    axes.text(0.004, 0.95, "Volume", transform=axes.transAxes, fontsize=11 * scale, color=FAINT, va="top")


def _levels(axes: Axes, spec: Row, digits: int, scale: float) -> None:
    """Dashed lines with their price, each where it hides least; one outside the picture is told at the edge."""
    low, high = axes.get_ylim()
    place = blended_transform_factory(axes.transAxes, axes.transData)
    taken: list[tuple[float, float]] = []
    for name, price in spec["lines"].items():
        word, colour = LINES[name]
        text, y, anchor = f"{word} {price:,.{digits}f}", price, "center"
        if price > high:
            text, y, anchor = f"{text} ↑", high, "top"
        elif price < low:
            text, y, anchor = f"{text} ↓", low, "bottom"
        else:
            axes.axhline(price, color=colour, linewidth=1.5 * scale, dashes=(6, 4), zorder=4)
        x, y = free_place(spec["low"], spec["high"], y, 0.026 * (high - low), taken, beside=anchor == "center")
        taken.append((x, y))
        box = {"facecolor": PAPER, "edgecolor": "none", "alpha": 0.88, "pad": 2.0}
        label = axes.text(x, y, text, transform=place, fontsize=12 * scale, color=colour, va=anchor, zorder=7, bbox=box)
        label.set_fontweight("bold")


def free_place(
    low: Sequence[float],
    high: Sequence[float],
    y: float,
    half: float,
    taken: Sequence[tuple[float, float]],
    *,
    beside: bool,
) -> tuple[float, float]:
    """Where a label of height 2 × `half` for a line at `y` covers the fewest candles and no other label.

    Returns its left end (fraction of the width) and its middle: on the line, or just above or below it when `beside`.
    `taken` are the places given away already."""

    def covered(place: tuple[float, float]) -> int:
        x, middle = place
        first, last = int(x * len(low)), int((x + 0.22) * len(low)) + 1
        span = zip(low[first:last], high[first:last], strict=True)
        candles = sum(1 for a, b in span if a < middle + half and b > middle - half)
        return candles + sum(len(low) for other, at in taken if abs(other - x) < 0.2 and abs(at - middle) < 2 * half)

    heights = (y, y + 1.2 * half, y - 1.2 * half) if beside else (y,)
    return min(((x, middle) for middle in heights for x in (0.006, 0.2, 0.4, 0.6, 0.775)), key=covered)


def _marks(axes: Axes, spec: Row, scale: float) -> None:
    """Entries below their candle, exits above it, a little apart from the wick."""
    gap = 13 * scale / 72
    for side, shape, colour, shift in (("buy", "^", ENTRY, -gap), ("sell", "v", EXIT, gap)):
        rows = [mark["index"] for mark in spec["marks"] if mark["side"] == side]
        heights = [spec["low"][i] if side == "buy" else spec["high"][i] for i in rows]
        apart = axes.transData + ScaledTranslation(0, shift, axes.figure.dpi_scale_trans)
        axes.scatter(
            rows,
            heights,
            s=330 * scale**2,
            c=colour,
            marker=shape,
            edgecolors=PAPER,
            linewidths=2.0 * scale,
            transform=apart,
            zorder=8,
            clip_on=False,
        )


def _last_price(axes: Axes, spec: Row, digits: int, scale: float) -> None:
    last = spec["close"][-1]
    low, high = axes.get_ylim()
    near = 0.045 * (high - low)  # the box would half cover a label there
    fine = _tick_digits(axes, digits)
    words = FuncFormatter(lambda value, _: "" if abs(value - last) < near else f"{value:,.{fine}f}")
    axes.yaxis.set_major_formatter(words)
    colour = UP if last >= spec["open"][-1] else DOWN
    axes.axhline(last, color=colour, linewidth=1.0 * scale, dashes=(1, 2), zorder=4)
    place = blended_transform_factory(axes.transAxes, axes.transData)
    axes.text(
        *(1.0, last, f" {last:,.{digits}f} "),
        transform=place,
        fontsize=label_size(axes, digits) * scale,
        fontweight="bold",
        color=PAPER,
        va="center",
        ha="left",
        zorder=9,
        bbox={"facecolor": colour, "edgecolor": "none", "boxstyle": "square,pad=0.28"},
    )


def _tick_digits(axes: Axes, digits: int) -> int:
    """As many as prices have, and more where the steps of the axis are finer: a label must not be rounded."""
    low, high = axes.get_ylim()
    return max(digits, decimals([tick for tick in axes.get_yticks() if low <= tick <= high] or [0.0]))


def _time_axis(price: Axes, volume: Axes, spec: Row, scale: float) -> None:
    ticks = time_ticks(spec["opened_at"], spec["seconds"])
    volume.xaxis.set_major_locator(FixedLocator([index for index, _ in ticks]))
    words = dict(ticks)
    volume.xaxis.set_major_formatter(FuncFormatter(lambda value, _: words.get(round(value), "")))
    volume.tick_params(axis="x", labelsize=13 * scale, labelcolor=INK, length=0, pad=7 * scale)
    price.tick_params(axis="x", labelbottom=False, length=0)
    for axes in (price, volume):
        axes.grid(axis="x", color=GRID, linewidth=0.9, zorder=0)


def time_ticks(opened_at: Sequence[int], seconds: int, labels: int = 7) -> list[tuple[int, str]]:
    """(index of the candle, label) at round Seoul times; a new day shows its date. Gap-free `opened_at` is assumed."""
    wanted = (opened_at[-1] - opened_at[0]) / labels
    step = next((s for s in TIME_STEPS if s >= max(wanted, seconds)), TIME_STEPS[-1])
    offset = int(SEOUL.utcoffset(None).total_seconds())
    ticks = []
    for index, moment in enumerate(opened_at):
        # Long candles do not open at Korean midnight (a daily one opens at 09:00): theirs is the day they open in.
        day = moment + offset if seconds < 86400 else (moment + offset) // 86400 * 86400
        if day % step == 0 and index < len(opened_at) - 0.02 * len(opened_at):
            local = datetime.fromtimestamp(moment, UTC).astimezone(SEOUL)
            midnight = seconds >= 86400 or (local.hour, local.minute) == (0, 0)
            ticks.append((index, f"{local.month}/{local.day}" if midnight else f"{local:%H:%M}"))
    return ticks


def _heading(figure: Figure, spec: Row, digits: int, scale: float) -> None:
    first, last = spec["open"][0], spec["close"][-1]
    moment = datetime.fromtimestamp(spec["opened_at"][-1] + spec["seconds"], UTC).astimezone(SEOUL)
    title(figure, spec, scale)
    figure.text(0.975, 0.945, f"{moment:%Y-%m-%d %H:%M} KST", fontsize=13 * scale, color=FAINT, va="center", ha="right")
    change = (last / first - 1) * 100
    colour = UP if change >= 0 else DOWN
    words = (
        f"{last:,.{digits}f}   {change:+.2f}%".replace("-", "−") + f" / {length(len(spec['close']) * spec['seconds'])}"
    )
    figure.text(0.52, 0.945, words, fontsize=18 * scale, fontweight="bold", color=colour, va="center", ha="center")
