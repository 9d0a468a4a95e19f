"""Cells shared out to processes, so that every core has its part.

In: names of cells. Out: the cells as they ended; what a process that broke had not played is left out."""

from __future__ import annotations

import argparse
import asyncio
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.chaos.kept import AnyCell, kept

PROGRAM = Path(__file__).with_name("tables.py")


async def shared_out(options: argparse.Namespace, names: list[str]) -> list[AnyCell]:
    with TemporaryDirectory(prefix="tables-") as folder:
        files = [Path(folder) / f"{number}.jsonl" for number in range(options.processes)]
        parts = [names[number :: options.processes] for number in range(options.processes)]
        await asyncio.gather(*(_process(options, file, part) for file, part in zip(files, parts, strict=True)))
        return [cell for file in files for cell in kept(file).values()]


async def _process(options: argparse.Namespace, file: Path, names: list[str]) -> None:
    """It prints its defects itself."""
    only = file.with_suffix(".names")
    only.write_text("\n".join(names), encoding="utf-8")
    rooms = max(options.rooms // options.processes, 1)
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, str(PROGRAM), "--only", str(only), "--kept", str(file), "--rooms", str(rooms)),
        *("--language", options.language, "--seed", str(options.seed)),
    )
    try:
        await process.wait()
    finally:
        if process.returncode is None:
            process.terminate()
            await process.wait()
