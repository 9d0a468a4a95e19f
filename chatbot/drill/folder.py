"""Where a drill lives: `DATA_DIR/drill`, emptied before and removed afterwards; one drill at a time.

The lock beside it is let go of by the system however the process ends, so what a killed drill left is found by that."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from chatbot.running.data_dir import Held, hold, make_data_dir
from trader.errors import SettingsError

FOLDER, LOCK, LOG = "drill", "drill.lock", "drill.log"


@contextlib.contextmanager
def own_folder(data_dir: Path) -> Iterator[Path]:
    """Empty, removed at the end. SettingsError: it cannot be made, or another drill uses it."""
    make_data_dir(data_dir)
    folder = data_dir.absolute() / FOLDER
    try:
        lock = hold(data_dir / LOCK)
    except Held as err:
        raise SettingsError(f"another drill ({err}) is running on {data_dir}: wait for its end") from err
    try:
        shutil.rmtree(folder, ignore_errors=True)
        make_data_dir(folder)
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(lock)


def clear(data_dir: Path) -> None:
    """Remove what a drill left that could not do it itself."""
    if (data_dir / FOLDER).exists():
        with contextlib.suppress(SettingsError), own_folder(data_dir):
            pass


def keep_logs(folder: Path, data_dir: Path) -> None:
    """What the drill said and found, and what the service said in all its lives, in `DATA_DIR/drill.log`."""
    logs = sorted(folder.glob("*.log"))
    text = "\n".join(log.read_text(encoding="utf-8", errors="replace") for log in logs)
    (data_dir / LOG).write_text(text, encoding="utf-8")
