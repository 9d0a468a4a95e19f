"""A copy of the books taken while the program writes (D2)."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from storage.backup import backup
from storage.sql import open_storage
from trader.errors import StorageFailed


async def test_a_copy_taken_while_the_books_are_open_can_be_opened(tmp_path: Path) -> None:
    """What was committed is in the copy, what comes after is not; the copy is one file, its owner's alone."""
    url, target = f"sqlite:///{tmp_path}/trader.sqlite3", tmp_path / "copies" / "monday.sqlite3"
    books = await open_storage(url)
    await books.write(lambda r: r.notes.put("state", "before"))
    size = backup(url, target)
    await books.write(lambda r: r.notes.put("state", "after"))
    await books.close()
    assert size == target.stat().st_size > 0
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert [path.name for path in target.parent.iterdir()] == ["monday.sqlite3"]
    copy = await open_storage(f"sqlite:///{target}")
    assert await copy.read(lambda r: r.notes.get("state")) == "before"
    await copy.close()


def test_an_older_copy_is_replaced_only_by_a_sound_one(tmp_path: Path) -> None:
    file, target = tmp_path / "trader.sqlite3", tmp_path / "copy.sqlite3"
    target.write_text("yesterday's")
    file.write_text("no database " * 1000)
    with pytest.raises(StorageFailed, match="not a database"):
        backup(f"sqlite:///{file}", target)
    assert target.read_text() == "yesterday's"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["copy.sqlite3", "trader.sqlite3"]


def test_without_a_database_there_is_nothing_to_copy(tmp_path: Path) -> None:
    with pytest.raises(StorageFailed, match="no database at"):
        backup(f"sqlite:///{tmp_path}/none.sqlite3", tmp_path / "copy.sqlite3")
    assert list(tmp_path.iterdir()) == []


def test_postgresql_is_backed_up_by_its_own_tool(tmp_path: Path) -> None:
    with pytest.raises(StorageFailed, match="pg_dump"):
        backup("postgresql://trader@localhost/books", tmp_path / "copy")
