"""What the language models said against what happened: the value they added, and how well they know what they know."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, FuncFormatter

from trader.report.drawing.axes import amount_axis, moment_axis, price_axis
from trader.report.drawing.paper import FAINT, GRID, INK, MEMBERS, Row, new_figure, scale_of, title


def advice_picture(spec: Row) -> Figure:
    """Value added over time above; below, how often what was said with some chance came true, the larger the point the
    more often it was said.

    `title`, `width`, `height`; `members`: rows of `name`, `at` (unix seconds, ascending), `value` (KRW, as many),
    `bins` ([stated, came true, n]); the last row is the ensemble's."""
    scale, members = scale_of(spec), spec["members"]
    figure = new_figure(spec)
    value = figure.add_axes((0.025, 0.46, 0.83, 0.40))
    stated = figure.add_axes((0.025, 0.085, 0.83, 0.27))
    moments = [at for member in members for at in member["at"]] or [0, 1]
    first, last = min(moments), max(max(moments), min(moments) + 1)
    value.set_xlim(first, last + 0.012 * (last - first) + 1)
    value.axhline(0, color=FAINT, linewidth=1.2, zorder=2)
    for member, colour, width in _drawn(members):
        value.plot(member["at"], member["value"], color=colour, linewidth=width * scale, zorder=4)
    amount_axis(value, scale, percent=False)
    moment_axis(value, {"at": [first, last]}, scale)
    _calibration(stated, members, scale)
    title(figure, spec, scale)
    figure.text(0.027, 0.885, "Value added, KRW (cost subtracted)", fontsize=12 * scale, color=FAINT, va="center")
    figure.text(0.027, 0.375, "Said (x) against came true (y)", fontsize=12 * scale, color=FAINT, va="center")
    common: Row = {"fontsize": 15 * scale, "fontweight": "bold", "va": "center", "ha": "right"}
    for place, (member, colour, _) in enumerate(reversed(_drawn(members))):
        figure.text(0.975 - 0.15 * place, 0.945, member["name"][:11], color=colour, **common)
    return figure


def _drawn(members: Sequence[Row]) -> list[tuple[Row, str, float]]:
    """Each with its colour and width; the ensemble is black and broad."""
    colours = (*MEMBERS[: len(members) - 1], INK)
    return [(m, c, 3.0 if c is INK else 2.0) for m, c in zip(members[-len(colours) :], colours, strict=True)]


def _calibration(axes: Axes, members: Sequence[Row], scale: float) -> None:
    axes.set_xlim(0, 1.012)
    axes.set_ylim(-0.06, 1.06)
    axes.plot([0, 1], [0, 1], color=FAINT, linewidth=1.2, dashes=(4, 4), zorder=2)
    for member, colour, width in _drawn(members):
        if member["bins"]:
            said, true, count = zip(*member["bins"], strict=True)
            axes.plot(said, true, color=colour, linewidth=width * scale * 0.7, zorder=4)
            axes.scatter(said, true, s=[scale**2 * min(30 + 4 * n, 400) for n in count], color=colour, zorder=5)
    price_axis(axes, 0, scale)
    percent = FuncFormatter(lambda share, _: f"{share * 100:.0f}%")
    axes.yaxis.set_major_locator(FixedLocator([0, 0.5, 1]))
    axes.xaxis.set_major_locator(FixedLocator([0, 0.2, 0.4, 0.6, 0.8]))
    axes.yaxis.set_major_formatter(percent)
    axes.xaxis.set_major_formatter(percent)
    axes.tick_params(axis="x", labelsize=13 * scale, labelcolor=INK, length=0, pad=7 * scale)
    axes.grid(axis="x", color=GRID, linewidth=0.9, zorder=0)
