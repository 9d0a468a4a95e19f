"""Cells of the tables on disk, a line of JSON each, so that a run that was broken off goes on where it was.

In: a cell that ended. Out: those of earlier runs, or of another process, by name."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, TypeAlias

from tests.chaos.panics import PanicCell
from tests.chaos.spoils import SPOILS, Spoil
from tests.chaos.trades import TRADES, Cell

AnyCell: TypeAlias = Cell | PanicCell
FIELDS = ("told", "defects", "equal")
OF_ORDERS = ("ends", "resolved", *FIELDS)
OF_PANICS = ("answered", "over", "heard", "flat", "answer", "receipt", "again", *FIELDS)


def name_of(cell: AnyCell) -> str:
    return f"{cell.trade.name if isinstance(cell, Cell) else f'panic from {cell.state}'} × {cell.spoil.name}"


def keep(path: Path, cell: AnyCell) -> None:
    of_order = isinstance(cell, Cell)
    fields = {name: getattr(cell, name) for name in (OF_ORDERS if of_order else OF_PANICS)}
    row = {"kind": cell.trade.name if isinstance(cell, Cell) else "", "spoil": cell.spoil.name, **fields}
    if isinstance(cell, PanicCell):
        row["state"] = cell.state
    with path.open("a", encoding="utf-8") as file:
        file.write(json.dumps(row, ensure_ascii=False) + "\n")


def kept(path: Path | None) -> dict[str, AnyCell]:
    """By name; the last one of a name counts."""
    if path is None or not path.exists():
        return {}
    cells = [_cell(json.loads(line)) for line in path.read_text(encoding="utf-8").splitlines()]
    return {name_of(cell): cell for cell in cells if cell is not None}


def _cell(row: dict[str, Any]) -> AnyCell | None:
    """None: of an order or a fault that is no more."""
    spoils: dict[str, Spoil] = {spoil.name: spoil for spoil in SPOILS}
    trades = {trade.name: trade for trade in TRADES}
    spoil, kind = spoils.get(row.pop("spoil")), row.pop("kind")
    row["told"] = [(at, text) for at, text in row["told"]]
    if spoil is None or kind not in ("", *trades):
        return None
    return Cell(trades[kind], spoil, **row) if kind else PanicCell(spoil=spoil, **row)
