"""The painter: JSON on stdin, PNG on stdout.  `python -m trader.report.draw`, started by `trader.report.chart`.

A process of its own, because matplotlib costs 40 MB that the daemon needs twice a day. It knows nothing of the
trader: figures come as JSON (see `candles_picture` and `days_picture`), colours and places are decided here.

Red is up and blue is down, as people in Korea read it. Text is Latin only: the font that comes with matplotlib has no
Hangul, and a server has no fonts of its own; Korean belongs into the caption of the picture."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from matplotlib.axes import Axes
from matplotlib.collections import LineCollection, PolyCollection
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, FuncFormatter, MaxNLocator
from matplotlib.transforms import ScaledTranslation, blended_transform_factory

SEOUL = timezone(timedelta(hours=9))
DPI = 100
UP, DOWN = "#d8412f", "#1f66d1"
UP_PALE, DOWN_PALE = "#efb1a8", "#a9c6ef"
ENTRY, EXIT = "#0b8f4d", "#7a1fa2"
LINES = {"average": ("AVG", "#4a4f57"), "stop": ("STOP", "#c96a00"), "take": ("TAKE", "#0b8f4d")}
INK, FAINT, GRID, PAPER = "#22262b", "#7b828c", "#e9ecf0", "#ffffff"
TIME_STEPS = (60, 300, 600, 900, 1800, 3600, 7200, 14400, 21600, 43200, 86400, 172800, 432000, 864000, 2592000)
"""Seconds between labels of the time axis."""

Row = dict[str, Any]


# ---------------------------------------------------------------- candles


def candles_picture(spec: Row) -> Figure:
    """Price above, volume below, one shared time axis in Seoul time.

    `title`, `seconds` (length of a candle), `width`, `height` (pixels); columns `opened_at` (unix seconds), `open`,
    `high`, `low`, `close`, `volume` of equal length; `marks`: rows of `index` (candle), `side` (buy or sell);
    `lines`: prices by `average`, `stop`, `take`."""
    scale = _scale(spec)
    figure = _paper(spec)
    price = figure.add_axes((0.025, 0.245, 0.83, 0.645))
    volume = figure.add_axes((0.025, 0.085, 0.83, 0.15), sharex=price)
    count = len(spec["close"])
    price.set_xlim(-1.0, count + max(0.5, count * 0.012))
    _bodies(price, spec)
    _volumes(volume, spec, scale)
    digits = decimals(spec["close"][-60:])
    low, high = _price_range(spec)
    price.set_ylim(low, high)
    _price_axis(price, digits, scale)
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
    _plain(axes)
    axes.spines["bottom"].set_visible(True)
    axes.spines["bottom"].set_color(GRID)
    axes.text(0.004, 0.95, "Volume", transform=axes.transAxes, fontsize=11 * scale, color=FAINT, va="top")


def _price_axis(axes: Axes, digits: int, scale: float) -> None:
    axes.yaxis.tick_right()
    axes.yaxis.set_major_locator(MaxNLocator(nbins=7, steps=[1, 2, 5, 10]))
    axes.tick_params(axis="y", labelsize=_label_size(axes, digits) * scale, labelcolor=INK, length=0, pad=6 * scale)
    axes.grid(axis="y", color=GRID, linewidth=0.9, zorder=0)
    _plain(axes)


def _tick_digits(axes: Axes, digits: int) -> int:
    """As many as prices have, and more where the steps of the axis are finer: a label must not be rounded."""
    low, high = axes.get_ylim()
    return max(digits, decimals([tick for tick in axes.get_yticks() if low <= tick <= high] or [0.0]))


def _label_size(axes: Axes, digits: int) -> float:
    """Nine-digit prices still have to fit the right margin."""
    return 13.5 if len(f"{axes.get_ylim()[1]:,.{digits}f}") <= 9 else 12


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
        fontsize=_label_size(axes, digits) * scale,
        fontweight="bold",
        color=PAPER,
        va="center",
        ha="left",
        zorder=9,
        bbox={"facecolor": colour, "edgecolor": "none", "boxstyle": "square,pad=0.28"},
    )


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
    figure.text(0.027, 0.945, spec["title"], fontsize=22 * scale, fontweight="bold", color=INK, va="center")
    figure.text(0.975, 0.945, f"{moment:%Y-%m-%d %H:%M} KST", fontsize=13 * scale, color=FAINT, va="center", ha="right")
    change = (last / first - 1) * 100
    colour = UP if change >= 0 else DOWN
    words = (
        f"{last:,.{digits}f}   {change:+.2f}%".replace("-", "−") + f" / {length(len(spec['close']) * spec['seconds'])}"
    )
    figure.text(0.52, 0.945, words, fontsize=18 * scale, fontweight="bold", color=colour, va="center", ha="center")


def length(seconds: int) -> str:
    """A stretch of time in its two largest units: 45m, 3h 20m, 24h, 4d 4h."""
    days, hours, minutes = seconds // 86400, seconds // 3600, seconds // 60
    parts = ((days, "d"), (hours % 24, "h")) if days >= 2 else ((hours, "h"), (minutes % 60, "m"))
    return " ".join(f"{n}{unit}" for n, unit in parts if n)


# ---------------------------------------------------------------- result by day


def days_picture(spec: Row) -> Figure:
    """Realised result by Korean day as bars, their running sum as a line.

    `title`, `width`, `height`; `days`: labels oldest first; `values`: KRW, as many."""
    scale, values = _scale(spec), spec["values"]
    figure = _paper(spec)
    axes = figure.add_axes((0.025, 0.085, 0.83, 0.8))
    places = range(len(values))
    sums = [sum(values[: i + 1]) for i in places]
    axes.set_xlim(-0.7, len(values) - 0.3)
    axes.bar(places, values, width=0.68, color=[UP if v >= 0 else DOWN for v in values], zorder=3)
    axes.plot(places, sums, color=INK, linewidth=2.2 * scale, marker="o", markersize=5 * scale, zorder=5)
    axes.plot(places[-1], sums[-1], color=INK, marker="o", markersize=9 * scale, markeredgecolor=PAPER, zorder=6)
    axes.axhline(0, color=FAINT, linewidth=1.2, zorder=2)
    top, bottom = max([*values, *sums, 1]), min([*values, *sums, -1])
    axes.set_ylim(bottom - 0.09 * (top - bottom), top + 0.09 * (top - bottom))
    _price_axis(axes, 0, scale)
    fine = _tick_digits(axes, 0)
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: signed(value, fine)))
    every = max(1, -(-len(values) // 10))
    shown = {i: spec["days"][i] for i in places if (len(values) - 1 - i) % every == 0}
    axes.xaxis.set_major_locator(FixedLocator(list(shown)))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: shown.get(round(value), "")))
    axes.tick_params(axis="x", labelsize=13 * scale, labelcolor=INK, length=0, pad=7 * scale)
    figure.text(0.027, 0.945, spec["title"], fontsize=22 * scale, fontweight="bold", color=INK, va="center")
    figure.text(0.5, 0.945, "bars: day   line: sum", fontsize=13 * scale, color=FAINT, va="center", ha="center")
    total = f"{signed(sums[-1], 0)} KRW"
    colour = UP if sums[-1] >= 0 else DOWN
    figure.text(0.975, 0.945, total, fontsize=20 * scale, fontweight="bold", color=colour, va="center", ha="right")
    return figure


# ---------------------------------------------------------------- shared


def _scale(spec: Row) -> float:
    """Type grows with the picture: sizes here are those of 1080 × 720."""
    return float(min(spec["width"] / 1080, spec["height"] / 720))


def _paper(spec: Row) -> Figure:
    return Figure(figsize=(spec["width"] / DPI, spec["height"] / DPI), dpi=DPI, facecolor=PAPER)


def _plain(axes: Axes) -> None:
    axes.set_facecolor(PAPER)
    axes.set_axisbelow(True)
    for spine in axes.spines.values():
        spine.set_visible(False)


def signed(value: float, digits: int) -> str:
    """+1,200 or −1,200; nothing has no sign."""
    words = f"{value:+,.{digits}f}".replace("-", "−")
    return words if words.strip("+−0.,") else "0"


def decimals(prices: Sequence[float]) -> int:
    """Digits behind the point that these prices need, at most 8."""
    return max(len(f"{p:.8f}".rstrip("0").partition(".")[2]) for p in prices)


PICTURES = {"candles": candles_picture, "days": days_picture}


def main() -> None:
    spec = json.load(sys.stdin)
    figure = PICTURES[spec["kind"]](spec)
    png = io.BytesIO()
    figure.savefig(png, format="png", dpi=DPI)
    sys.stdout.buffer.write(png.getvalue())


if __name__ == "__main__":
    main()
