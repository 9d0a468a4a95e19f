"""What each fault of the exchange comes to, for each kind of order and for panic, as tables. From the top of the
repository:

    .venv/bin/python tests/chaos/tables.py --out docs/fault-tables.md

Every cell has a service, an exchange and a phone of its own, all real, in one process. What must hold is checked by
code: books equal to the exchange's account, nothing left in doubt, every text fit for a person. Exit code 1 when
anything does not hold."""

from __future__ import annotations

import argparse
import asyncio
import logging
import sys
import tempfile
import time
import types
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))
if "tests" not in sys.modules:  # another distribution installs a package of this name
    tests = types.ModuleType("tests")
    tests.__path__ = [str(ROOT / "tests")]
    sys.modules["tests"] = tests

from chatbot.running.logs import configure  # noqa: E402
from tests.chaos.crew import shared_out  # noqa: E402
from tests.chaos.kept import AnyCell, keep, kept, name_of  # noqa: E402
from tests.chaos.panics import STATES, PanicCell, fastest, press  # noqa: E402
from tests.chaos.report import document, spoken  # noqa: E402
from tests.chaos.spoils import SPOILS, Spoil  # noqa: E402
from tests.chaos.trades import TRADES, Cell, play  # noqa: E402

CELL_SECONDS = 240.0


def parse(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="tests/chaos/tables.py", description=(__doc__ or "").partition(".")[0])
    parser.add_argument("--faults", nargs="+", default=[], metavar="KIND", help="only these (part of a name will do)")
    parser.add_argument("--orders", nargs="*", default=[t.name for t in TRADES], choices=[t.name for t in TRADES])
    parser.add_argument("--states", nargs="*", default=list(STATES), choices=list(STATES), help="of panic")
    parser.add_argument("--only", type=Path, metavar="FILE", help="of these the cells named in the file; no tables")
    parser.add_argument("--language", default="ko", choices=["ko", "en"])
    parser.add_argument("--seed", type=int, default=7, help="of the prices")
    parser.add_argument("--rooms", type=int, default=10, help="cells at the same time")
    parser.add_argument("--processes", type=int, default=2, help="that share them")
    parser.add_argument("--out", type=Path, help="the tables as Markdown")
    parser.add_argument("--kept", type=Path, help="cells are kept here; those that held are not played again")
    parser.add_argument("--words", type=Path, help="every word of every cell")
    return parser.parse_args(arguments)


def chosen(names: Sequence[str]) -> list[Spoil]:
    return [spoil for spoil in SPOILS if not names or any(name in spoil.name for name in names)]


def planned(options: argparse.Namespace) -> list[AnyCell]:
    """Empty cells in the order of the tables."""
    spoils = chosen(options.faults)
    orders = [Cell(trade, spoil) for trade in TRADES if trade.name in options.orders for spoil in spoils]
    panics = [PanicCell(state, spoil) for spoil in spoils for state in options.states]
    cells: list[AnyCell] = [*orders, *panics]
    only = None if options.only is None else options.only.read_text(encoding="utf-8").splitlines()
    return [cell for cell in cells if only is None or name_of(cell) in only]


async def all_cells(
    options: argparse.Namespace,
    ended: Callable[[AnyCell], None] = lambda cell: None,
    known: Mapping[str, AnyCell] | None = None,
) -> list[AnyCell]:
    """In the order of the tables, however they end; `ended` is told of each that was played, those `known` are not."""
    room, known = asyncio.Semaphore(options.rooms), known or {}

    async def one(cell: AnyCell) -> AnyCell:
        if name_of(cell) in known:
            return known[name_of(cell)]
        async with room:
            done = await _played(cell, options)
        ended(done)
        return done

    return list(await asyncio.gather(*(one(cell) for cell in planned(options))))


async def _played(cell: AnyCell, options: argparse.Namespace) -> AnyCell:
    try:
        async with asyncio.timeout(CELL_SECONDS):
            if isinstance(cell, Cell):
                return await play(cell.trade, cell.spoil, options.language, options.seed)
            return await press(cell.state, cell.spoil, options.language, options.seed)
    except Exception as err:  # noqa: BLE001 - a cell that breaks is a defect of that cell, the others go on
        cell.defects.append(f"broke: {type(err).__name__}: {str(err)[:300]}")
        return cell


async def run(options: argparse.Namespace) -> int:
    began = time.monotonic()

    def ended(cell: AnyCell) -> None:
        for defect in cell.defects:
            print(f"DEFECT {name_of(cell)}: {defect}", flush=True)
        if options.kept:
            keep(options.kept, cell)

    if options.only:
        return 1 if any(cell.defects for cell in await all_cells(options, ended)) else 0
    to_flat = await fastest(seed=options.seed) if options.states else None
    known = {name: cell for name, cell in kept(options.kept).items() if not cell.defects}
    missing = [name_of(cell) for cell in planned(options) if name_of(cell) not in known]
    if options.processes > 1 and len(missing) > 1:
        for cell in await shared_out(options, missing):
            known[name_of(cell)] = cell
            if options.kept:
                keep(options.kept, cell)
    cells = await all_cells(options, ended, known)
    _write(options, cells, to_flat)
    bad = sum(bool(cell.defects) for cell in cells)
    print(f"{len(cells)} cells in {time.monotonic() - began:.0f} s, {bad} with defects")
    return 1 if bad else 0


def _write(options: argparse.Namespace, cells: Sequence[AnyCell], to_flat: float | None) -> None:
    orders = [cell for cell in cells if isinstance(cell, Cell)]
    panics = [cell for cell in cells if isinstance(cell, PanicCell)]
    text = document(orders, panics, to_flat, language=options.language, seed=options.seed, rooms=options.rooms)
    if options.out:
        options.out.write_text(text, encoding="utf-8")
    else:
        print(text)
    if options.words:
        options.words.write_text("\n\n".join(spoken(name_of(cell), cell) for cell in cells) + "\n", encoding="utf-8")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(prefix="tables-") as folder:
        configure(Path(folder) / "log", level=logging.WARNING)
        sys.exit(asyncio.run(run(parse())))
