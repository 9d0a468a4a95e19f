"""One service at a time on the same books, also when two of them have directories of their own.

SQLite: a lock on a file beside the database. PostgreSQL: an advisory lock, held by a connection that does nothing else.
Both are let go of by the system however the process ends."""

from __future__ import annotations

import fcntl
import os
from contextlib import suppress
from typing import TYPE_CHECKING, Protocol

from storage.engine import Address, parse_url
from trader.errors import StorageFailed

if TYPE_CHECKING:
    from psycopg import Connection

LOCK_CLASS = 5_241_794
"""First half of the advisory lock's key; the second is the schema, so that schemas of one database do not collide."""


class BooksTaken(StorageFailed):
    """Another service uses these books."""


class DatabaseClaim(Protocol):
    def check(self) -> None:
        """Still ours? One that was lost is taken again. BooksTaken: somebody else has it now.
        StorageFailed: it cannot be asked."""
        ...

    def release(self) -> None: ...


def claim_database(url: str) -> DatabaseClaim:
    """Blocks for a network answer with PostgreSQL. BooksTaken: another service uses these books; StorageFailed."""
    address = parse_url(url)
    return _FileClaim(address) if address.file is not None else _ServerClaim(address)


def _taken(address: Address, holder: str) -> BooksTaken:
    return BooksTaken(
        f"another service ({holder or 'process unknown'}) keeps its books in {address.name}: "
        "stop it, or give this one a DATABASE_URL of its own"
    )


class _FileClaim:
    """`<database>.lock` beside the file; the path is resolved, so that a link is no second database."""

    def __init__(self, address: Address) -> None:
        assert address.file is not None
        path = address.file.resolve()
        path = path.with_name(path.name + ".lock")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as err:
            raise StorageFailed(f"cannot write {path}: {err.strerror}; check DATABASE_URL") from err
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as err:
            holder = os.pread(self._file, 100, 0).decode("ascii", "replace")
            os.close(self._file)
            raise _taken(address, holder) from err
        with suppress(OSError):  # a full disk: the lock holds, only its owner is not named
            os.ftruncate(self._file, 0)
            os.write(self._file, f"process {os.getpid()}".encode())

    def check(self) -> None:
        """A file's lock cannot be lost."""

    def release(self) -> None:
        os.close(self._file)


class _ServerClaim:
    def __init__(self, address: Address) -> None:
        self._address = address
        self._connection: Connection[tuple[object, ...]] = self._take()

    def _take(self) -> Connection[tuple[object, ...]]:
        import psycopg

        url = self._address.url.set(drivername="postgresql").render_as_string(hide_password=False)
        try:
            connection = psycopg.connect(url, autocommit=True, connect_timeout=10)
            row = connection.execute(
                "SELECT pg_try_advisory_lock(%s, hashtext(coalesce(current_schema(), '')))", (LOCK_CLASS,)
            ).fetchone()
            holder = "" if row == (True,) else _holder(connection)
        except psycopg.Error as err:
            raise StorageFailed(f"PostgreSQL at {self._address.name} does not answer as it should: {err}") from err
        if row != (True,):
            connection.close()
            raise _taken(self._address, holder)
        return connection

    def check(self) -> None:
        import psycopg

        try:
            self._connection.execute("SELECT 1")
        except psycopg.Error:
            self._connection.close()
            self._connection = self._take()

    def release(self) -> None:
        self._connection.close()


def _holder(connection: Connection[tuple[object, ...]]) -> str:
    row = connection.execute(
        "SELECT a.client_addr, a.pid FROM pg_locks l JOIN pg_stat_activity a USING (pid) "
        "WHERE l.locktype = 'advisory' AND l.classid = %s AND l.granted "
        "AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())",
        (LOCK_CLASS,),
    ).fetchone()
    return f"from {row[0] or 'this machine'}, server process {row[1]}" if row else ""
