"""A result over time beside that of holding, and what was realised each day."""

from __future__ import annotations

import math
from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from trader.report.drawing.axes import amount_axis, moment_axis
from trader.report.drawing.labels import signed
from trader.report.drawing.paper import DOWN, FAINT, UP, Row, new_figure, scale_of, title


def result_picture(spec: Row) -> Figure:
    """Our result and that of holding as lines; realised result by Korean day as bars below, from two days on.

    `title`, `width`, `height`; `at`: unix seconds, ascending; `results`, `held`: as many, null = not known; `in_krw`:
    KRW instead of fractions; `days`: unix seconds of each Korean midnight; `values`: KRW, as many."""
    scale, bars = scale_of(spec), len(spec["days"]) > 1 and any(spec["values"])
    figure = new_figure(spec)
    lines = figure.add_axes((0.025, 0.345 if bars else 0.085, 0.83, 0.535 if bars else 0.795))
    first, last = spec["at"][0], spec["at"][-1]
    lines.set_xlim(first, last + 0.012 * (last - first) + 1)
    known = [value for row in (spec["results"], spec["held"]) for value in row if value is not None]
    least = 1.0 if spec["in_krw"] else 1e-5
    top, bottom = max([*known, least]), min([*known, -least])
    lines.set_ylim(bottom - 0.08 * (top - bottom), top + 0.08 * (top - bottom))
    gaps = [math.nan if value is None else value for value in spec["results"]]
    holds = [math.nan if value is None else value for value in spec["held"]]
    colour = UP if _last(spec["results"]) >= 0 else DOWN
    lines.axhline(0, color=FAINT, linewidth=1.2, zorder=2)
    lines.plot(spec["at"], holds, color=FAINT, linewidth=2.0 * scale, zorder=4)
    lines.plot(spec["at"], gaps, color=colour, linewidth=3.0 * scale, zorder=5)
    amount_axis(lines, scale, percent=not spec["in_krw"])
    _legend(figure, spec, colour, scale)
    if bars:
        below = figure.add_axes((0.025, 0.085, 0.83, 0.22), sharex=lines)
        lines.tick_params(axis="x", labelbottom=False, length=0)
        _day_bars(below, spec, scale)
    moment_axis(below if bars else lines, spec, scale)
    return figure


def _last(values: Sequence[float | None]) -> float:
    """The newest known one; 0 where none is."""
    return next((value for value in reversed(values) if value is not None), 0.0)


def _day_bars(axes: Axes, spec: Row, scale: float) -> None:
    middles = [start + 43_200 for start in spec["days"]]
    colours = [UP if value >= 0 else DOWN for value in spec["values"]]
    axes.bar(middles, spec["values"], width=0.68 * 86_400, color=colours, zorder=3)
    axes.axhline(0, color=FAINT, linewidth=1.2, zorder=2)
    top, bottom = max([*spec["values"], 1]), min([*spec["values"], -1])
    axes.set_ylim(bottom - 0.1 * (top - bottom), top + 0.1 * (top - bottom))
    amount_axis(axes, scale, percent=False, ticks=4)


def _legend(figure: Figure, spec: Row, colour: str, scale: float) -> None:
    result, held = _last(spec["results"]), spec["held"][-1]
    ours = f"{signed(result, 0)} KRW" if spec["in_krw"] else f"{signed(result * 100, 2)}%"
    title(figure, spec, scale)
    common: Row = {"fontweight": "bold", "va": "center", "ha": "right"}
    figure.text(0.70 if held is not None else 0.975, 0.945, f"BOT {ours}", fontsize=20 * scale, color=colour, **common)
    if held is not None:
        text = f"HOLD {signed(held * 100, 2)}%"
        figure.text(0.975, 0.945, text, fontsize=20 * scale, color=FAINT, **common)
