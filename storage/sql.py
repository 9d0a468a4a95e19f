"""`SqlStorage`: the memory on SQLite or PostgreSQL. Transactions are functions; one writer, a few readers.

All writes go through one thread with one connection, so they happen one after another and never fight for SQLite's
write lock; reads have threads and connections of their own, so a long read delays no write."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError, StatementError

from storage import migrate
from storage.engine import Address, Synchronous, create_file, explain, parse_url, reader_engine, writer_engine
from storage.repositories.records import SqlRecords
from storage.repositories.statements import Transaction
from trader.clock import Clock
from trader.errors import StorageFailed
from trader.ports import Records

T = TypeVar("T")

READERS = 2
CHECK_BELOW_BYTES = 200 * 1024 * 1024


class SqlStorage:
    """`trader.ports.Storage` over SQLAlchemy. Made by `open_storage`.

    A cancelled `write` may still be committed: its thread cannot be stopped half-way. `clock` is the one an open
    candle is told by; it may be set later, when the venue's clock is known."""

    def __init__(self, address: Address, writer: Engine, readers: Engine, clock: Clock | None) -> None:
        self._address = address
        self._writer = writer
        self._readers = readers
        self.clock = clock
        self._write_thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="storage-write")
        self._read_threads = ThreadPoolExecutor(max_workers=READERS, thread_name_prefix="storage-read")
        self._closing = threading.Lock()
        self._closed = False

    @property
    def name(self) -> str:
        """The file, or the address without a password."""
        return self._address.name

    async def write(self, fn: Callable[[Records], T]) -> T:
        """Commit what `fn` did when it returns; roll back and raise its own exception when it raises.
        Raises StorageFailed when the database cannot; nothing of it is stored then."""
        self._refuse_closed()
        return await asyncio.get_running_loop().run_in_executor(self._write_thread, self._write, fn)

    async def read(self, fn: Callable[[Records], T]) -> T:
        """One consistent state for all of `fn`. Raises StorageFailed, also for an attempt to write."""
        self._refuse_closed()
        return await asyncio.get_running_loop().run_in_executor(self._read_threads, self._read, fn)

    async def close(self) -> None:
        """Finish what was begun, then let go of the database. May be called twice."""
        with self._closing:
            if self._closed:
                return
            self._closed = True
        await asyncio.to_thread(self._close)

    def _refuse_closed(self) -> None:
        if self._closed:
            raise StorageFailed(f"{self.name} is closed")

    def _write(self, fn: Callable[[Records], T]) -> T:
        return self._transact(self._writer, fn, commit=True)

    def _read(self, fn: Callable[[Records], T]) -> T:
        return self._transact(self._readers, fn, commit=False)

    def _transact(self, engine: Engine, fn: Callable[[Records], T], *, commit: bool) -> T:
        try:
            with engine.connect() as connection, connection.begin() as transaction:
                result = fn(SqlRecords(Transaction(connection, self.clock)))
                if not commit:
                    transaction.rollback()
            return result
        except DBAPIError as err:
            raise explain(err, self._address) from err
        except StatementError as err:
            # A value the columns refused (naive time, float for money): hand out the plain reason.
            raise err.orig or err from err

    def _close(self) -> None:
        self._write_thread.shutdown(wait=True)
        self._read_threads.shutdown(wait=True)
        self._readers.dispose()
        self._writer.dispose()


async def open_storage(
    url: str,
    *,
    clock: Clock | None = None,
    synchronous: Synchronous = Synchronous.FULL,
    busy_seconds: float = 5.0,
    check_below_bytes: int = CHECK_BELOW_BYTES,
) -> SqlStorage:
    """Open the books at `url`, checked and brought up to date.

    Args:
        url: `sqlite:///path/trader.sqlite3` (the file is made when missing) or `postgresql://user@host/name`.
        clock: by which an open candle is told and refused; None trusts the caller.
        synchronous: how durable a commit is; see `Synchronous`.
        busy_seconds: how long to wait for another program's lock (SQLite).
        check_below_bytes: a SQLite file smaller than this is checked for damage.
    Raises:
        StorageFailed: not reachable, damaged, not ours, or written by a newer program.
    """
    address = parse_url(url)
    try:
        return await asyncio.to_thread(_open, address, clock, synchronous, busy_seconds, check_below_bytes)
    except asyncio.CancelledError:
        migrate.give_up()  # the thread would go on until the upgrade is done
        raise


def read_only(url: str, fn: Callable[[Records], T], *, busy_seconds: float = 5.0) -> T:
    """One look at the books at `url`, also while a service keeps them: nothing is made, changed or brought up to date.

    Raises StorageFailed: no books there, or not of this version."""
    address = parse_url(url)
    if address.file is not None and not address.file.exists():
        raise StorageFailed(f"there is no database at {address.file}")
    engine = reader_engine(address, connections=1, busy_seconds=busy_seconds)
    try:
        with engine.connect() as connection, connection.begin() as transaction:
            revision = migrate.current(connection)
            if revision != migrate.HEAD:
                raise StorageFailed(
                    f"{address.name} is not of this version (schema {revision or 'none'}, this one knows "
                    f"{migrate.HEAD}): python -m chatbot migrate"
                )
            result = fn(SqlRecords(Transaction(connection, None)))
            transaction.rollback()
        return result
    except DBAPIError as err:
        raise explain(err, address) from err
    finally:
        engine.dispose()


def _open(
    address: Address, clock: Clock | None, synchronous: Synchronous, busy_seconds: float, check_below_bytes: int
) -> SqlStorage:
    if address.file is not None:
        create_file(address.file)
    writer = writer_engine(address, synchronous=synchronous, busy_seconds=busy_seconds)
    readers = reader_engine(address, connections=READERS, busy_seconds=busy_seconds)
    try:
        if address.file is not None and address.file.stat().st_size < check_below_bytes:
            _check(readers, address)
        migrate.upgrade_with(writer, address)
    except BaseException as err:
        readers.dispose()
        writer.dispose()
        if isinstance(err, DBAPIError):
            raise explain(err, address) from err
        raise
    return SqlStorage(address, writer, readers, clock)


def _check(engine: Engine, address: Address) -> None:
    """Raises StorageFailed for a damaged file: better no start than books that lie."""
    with engine.connect() as connection:
        findings = [str(row[0]) for row in connection.exec_driver_sql("PRAGMA quick_check(3)")]
    if findings != ["ok"]:
        first = " ".join(findings[0].replace("*** in database main ***", "").split())
        raise StorageFailed(f"{address.name} is damaged ({first}); stop the program and restore the last backup")
