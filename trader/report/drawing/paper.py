"""The paper: its size, colours and title, and how large type is on it.

Red is up and blue is down, as people in Korea read it. Text is Latin only: the font that comes with matplotlib has no
Hangul, and a server has no fonts of its own; Korean belongs into the caption of the picture."""

from __future__ import annotations

from typing import Any

from matplotlib.figure import Figure

DPI = 100
UP, DOWN = "#d8412f", "#1f66d1"
UP_PALE, DOWN_PALE = "#efb1a8", "#a9c6ef"
ENTRY, EXIT = "#0b8f4d", "#7a1fa2"
MEMBERS = ("#1f66d1", "#d8412f", "#0b8f4d", "#c96a00", "#7a1fa2")
LINES = {"average": ("AVG", "#4a4f57"), "stop": ("STOP", "#c96a00"), "take": ("TAKE", "#0b8f4d")}
INK, FAINT, GRID, PAPER = "#22262b", "#7b828c", "#e9ecf0", "#ffffff"

Row = dict[str, Any]


def scale_of(spec: Row) -> float:
    """Type grows with the picture: sizes here are those of 1080 × 720."""
    return float(min(spec["width"] / 1080, spec["height"] / 720))


def new_figure(spec: Row) -> Figure:
    return Figure(figsize=(spec["width"] / DPI, spec["height"] / DPI), dpi=DPI, facecolor=PAPER)


def title(figure: Figure, spec: Row, scale: float) -> None:
    figure.text(0.027, 0.945, spec["title"], fontsize=22 * scale, fontweight="bold", color=INK, va="center")
