"""A copy of the books while the program runs."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path

from storage.engine import explain, parse_url
from trader.errors import StorageFailed


def backup(url: str, target: Path) -> int:
    """Copy the SQLite database at `url` to the file `target` and check the copy; returns its size in bytes.

    One state of the books, writers are not held up. An older `target` is replaced only by a copy that passed the check.
    To restore: stop the program, put the copy in the database's place and remove its `-wal` and `-shm` files.
    Raises StorageFailed: no such database, no room, or PostgreSQL (which has its own tool)."""
    address = parse_url(url)
    if address.file is None:
        raise StorageFailed(f"{address.name} is backed up with pg_dump, not by this program")
    if not address.file.exists():
        raise StorageFailed(f"there is no database at {address.file}")
    partial = target.with_name(target.name + ".partial")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        partial.unlink(missing_ok=True)
        os.close(os.open(partial, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
        _copy(address.file, partial)
        os.replace(partial, target)
    except sqlite3.Error as err:
        partial.unlink(missing_ok=True)
        raise explain(err, address) from err
    except OSError as err:
        raise StorageFailed(f"the copy {target} cannot be written: {err.strerror}") from err
    return target.stat().st_size


def _copy(source: Path, target: Path) -> None:
    with closing(sqlite3.connect(source)) as books, closing(sqlite3.connect(target)) as copy:
        books.backup(copy)
        # The copy is one file: it brings the mode of the original along, and a log of its own would be left beside it.
        copy.execute("PRAGMA journal_mode = DELETE")
        found = copy.execute("PRAGMA quick_check(1)").fetchone()[0]
        if found != "ok":
            raise sqlite3.DatabaseError(f"malformed: {found}")
    with target.open("rb") as written:
        os.fsync(written.fileno())
