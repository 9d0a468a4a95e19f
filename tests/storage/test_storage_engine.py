"""Addresses, durability, and what a broken database says. SQLite files on disk; nothing mocked."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import stat
import threading
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy.exc import OperationalError

from storage.engine import Synchronous, explain, parse_url
from storage.sql import SqlStorage, open_storage
from trader.errors import StorageFailed
from trader.ports import Records


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[SqlStorage]:
    storage = await open_storage(f"sqlite:///{tmp_path}/trader.sqlite3", busy_seconds=0.1)
    yield storage
    await storage.close()


# ---------------------------------------------------------------- addresses


def test_a_relative_sqlite_address_is_a_file_below_the_working_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert parse_url("sqlite:///data/trader.sqlite3").file == tmp_path / "data" / "trader.sqlite3"
    assert parse_url("sqlite:////var/lib/trader.sqlite3").file == Path("/var/lib/trader.sqlite3")


@pytest.mark.parametrize("scheme", ["postgresql", "postgres", "postgresql+psycopg"])
def test_every_way_to_write_postgresql_is_understood_and_shows_no_password(scheme: str) -> None:
    address = parse_url(f"{scheme}://trader:s3cret@db.local:5432/books")
    assert address.url.drivername == "postgresql+psycopg"
    assert address.name == "postgresql+psycopg://trader:***@db.local:5432/books"


@pytest.mark.parametrize("url", ["", "trader.sqlite3", "sqlite://", "sqlite:///:memory:", "mysql://root@localhost/x"])
async def test_an_unusable_address_says_how_to_write_one(url: str) -> None:
    with pytest.raises(StorageFailed, match=r"DATABASE_URL.*sqlite:///data/trader.sqlite3 or postgresql://"):
        await open_storage(url)


async def test_postgresql_that_does_not_answer_is_named_without_its_password() -> None:
    with pytest.raises(StorageFailed, match=r"PostgreSQL at .*127\.0\.0\.1:1/books") as caught:
        await open_storage("postgresql://trader:s3cret@127.0.0.1:1/books")
    assert "s3cret" not in str(caught.value)


# ---------------------------------------------------------------- files


async def test_a_missing_directory_is_made_and_the_file_is_its_owners_alone(tmp_path: Path) -> None:
    file = tmp_path / "data" / "books" / "trader.sqlite3"
    storage = await open_storage(f"sqlite:///{file}")
    await storage.write(lambda r: r.notes.put("a", 1))
    kept = sorted(path.name for path in file.parent.iterdir())
    assert kept == ["trader.sqlite3", "trader.sqlite3-shm", "trader.sqlite3-wal"]
    assert {stat.S_IMODE(path.stat().st_mode) for path in file.parent.iterdir()} == {0o600}
    await storage.close()


async def test_a_directory_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a directory")
    with pytest.raises(StorageFailed, match=r"cannot write the database file .*/file/trader.sqlite3: .*DATABASE_URL"):
        await open_storage(f"sqlite:///{tmp_path}/file/trader.sqlite3")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
async def test_a_directory_without_rights_is_named(tmp_path: Path) -> None:
    (tmp_path / "sealed").mkdir(mode=0o500)
    with pytest.raises(StorageFailed, match="cannot write the database file"):
        await open_storage(f"sqlite:///{tmp_path}/sealed/trader.sqlite3")


async def test_a_file_that_is_no_database_is_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "letter.txt"
    file.write_text("dear exchange, " * 500)
    with pytest.raises(StorageFailed, match="not a database of this program"):
        await open_storage(f"sqlite:///{file}")
    assert file.read_text() == "dear exchange, " * 500


async def test_another_programs_database_is_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "places.sqlite3"
    with sqlite3.connect(file) as other:
        other.execute("CREATE TABLE moz_places (id INTEGER)")
    other.close()
    with pytest.raises(StorageFailed, match=r"another program \(moz_places\)"):
        await open_storage(f"sqlite:///{file}")


async def test_a_damaged_file_is_not_opened_and_says_what_to_do(tmp_path: Path) -> None:
    """Pages in the middle are overwritten: the check at open finds it before a wrong figure is read."""
    file = tmp_path / "trader.sqlite3"
    storage = await open_storage(f"sqlite:///{file}")
    await storage.write(lambda r: [r.notes.put(f"note {n}", "x" * 500) for n in range(500)])
    await storage.close()
    with file.open("r+b") as raw:
        size = file.stat().st_size
        raw.seek(size // 2)
        raw.write(b"\xa5" * 20_000)
    with pytest.raises(StorageFailed, match=r"damaged.*restore the last backup"):
        await open_storage(f"sqlite:///{file}")


async def test_the_check_for_damage_can_be_left_out_for_large_files(tmp_path: Path) -> None:
    storage = await open_storage(f"sqlite:///{tmp_path}/trader.sqlite3", check_below_bytes=0)
    await storage.close()


# ---------------------------------------------------------------- durability and isolation


@pytest.mark.parametrize(("mode", "number"), [(Synchronous.FULL, 2), (Synchronous.NORMAL, 1)])
async def test_the_writer_waits_for_the_disk_as_asked(tmp_path: Path, mode: Synchronous, number: int) -> None:
    storage = await open_storage(f"sqlite:///{tmp_path}/trader.sqlite3", synchronous=mode)
    with storage._writer.connect() as connection:
        found = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("synchronous", "journal_mode", "foreign_keys", "busy_timeout")
        }
    assert found == {"synchronous": number, "journal_mode": "wal", "foreign_keys": 1, "busy_timeout": 5000}
    await storage.close()


async def test_full_is_what_one_gets_without_asking(store: SqlStorage) -> None:
    """An order intent is committed before it is sent and must survive a power cut."""
    with store._writer.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2


async def test_a_read_sees_one_state_from_beginning_to_end(store: SqlStorage, tmp_path: Path) -> None:
    """Between its two looks somebody else commits; the second look still shows the first state."""

    def look_twice(records: Records) -> tuple[object, object]:
        first = records.notes.get("a")
        other = sqlite3.connect(tmp_path / "trader.sqlite3")
        other.execute("UPDATE notes SET value = '2'")
        other.commit()
        other.close()
        return first, records.notes.get("a")

    await store.write(lambda r: r.notes.put("a", 1))
    assert await store.read(look_twice) == (1, 1)
    assert await store.read(lambda r: r.notes.get("a")) == 2


async def test_a_long_read_delays_no_write(store: SqlStorage) -> None:
    """The read ends only after the write is done: with one thread for both this would never finish."""
    written = threading.Event()

    def long(records: Records) -> object:
        before = records.notes.get("a")
        assert written.wait(10)
        return before

    reading = asyncio.create_task(store.read(long))
    await store.write(lambda r: r.notes.put("a", 1))
    written.set()
    assert await reading in (None, 1)


async def test_close_finishes_what_was_begun(tmp_path: Path) -> None:
    storage = await open_storage(f"sqlite:///{tmp_path}/trader.sqlite3")
    writes = [asyncio.create_task(storage.write(lambda r, n=n: r.notes.put(str(n), n))) for n in range(20)]
    await asyncio.sleep(0)
    await storage.close()
    await asyncio.gather(*writes)
    again = await open_storage(f"sqlite:///{tmp_path}/trader.sqlite3")
    assert await again.read(lambda r: [r.notes.get(str(n)) for n in range(20)]) == list(range(20))
    await again.close()


# ---------------------------------------------------------------- locked and full


async def test_a_database_locked_by_another_program_fails_after_the_wait_and_recovers(
    store: SqlStorage, tmp_path: Path
) -> None:
    other = sqlite3.connect(tmp_path / "trader.sqlite3", isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    start = time.monotonic()
    with pytest.raises(StorageFailed, match=r"another program has held .* locked") as caught:
        await store.write(lambda r: r.notes.put("a", 1))
    assert 0.05 < time.monotonic() - start < 5
    assert isinstance(caught.value.__cause__, OperationalError)
    assert await store.read(lambda r: r.notes.get("a")) is None  # reads go on: write-ahead log
    other.execute("ROLLBACK")
    other.close()
    await store.write(lambda r: r.notes.put("a", 2))
    assert await store.read(lambda r: r.notes.get("a")) == 2


async def test_on_a_full_disk_nothing_of_the_transaction_is_stored(store: SqlStorage) -> None:
    """The file may grow no further: the write fails as a whole; once there is room the next one works."""
    with store._writer.connect() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")

    def much(records: Records) -> None:
        records.notes.put("first", "small")
        records.notes.put("second", "x" * 1_000_000)

    with pytest.raises(StorageFailed, match=r"disk of .* is full; free some space"):
        await store.write(much)
    assert await store.read(lambda r: (r.notes.get("first"), r.notes.get("second"))) == (None, None)
    with store._writer.connect() as connection:
        connection.exec_driver_sql("PRAGMA max_page_count = 1000000")
    await store.write(much)
    assert await store.read(lambda r: r.notes.get("first")) == "small"


@pytest.mark.parametrize(
    ("words", "advice"),
    [
        ("database is locked", "stop it and try again"),
        ("database or disk is full", "free some space"),
        ("disk I/O error", "check the disk"),
        ("database disk image is malformed", "restore the last backup"),
        ("attempt to write a readonly database", "check the owner and rights"),
        ("unable to open database file", "check that the directory exists"),
        ("no such table: orders", "refused a statement: no such table: orders"),
    ],
)
def test_every_failure_says_what_to_do(words: str, advice: str) -> None:
    failed = explain(sqlite3.OperationalError(words), parse_url("sqlite:////data/trader.sqlite3"))
    assert advice in str(failed)
    assert "/data/trader.sqlite3" in str(failed)
