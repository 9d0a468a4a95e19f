"""Engines: how a database is reached, how durable a commit is, and what its errors mean in plain words."""

from __future__ import annotations

import os
import sqlite3
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, InterfaceError, OperationalError

from trader.errors import StorageFailed

WAL_KEPT_BYTES = 16 * 1024 * 1024
"""A bulk load grows SQLite's write-ahead log; afterwards it is cut back to this."""


class Synchronous(StrEnum):
    """When SQLite waits for the disk. FULL: at every commit, so that a committed order intent survives a power cut.
    NORMAL: at checkpoints only; a power cut may take the last commits (never half of one), a crash of this program
    takes none. PostgreSQL: `synchronous_commit` on and off."""

    FULL = "FULL"
    NORMAL = "NORMAL"


@dataclass(frozen=True, slots=True)
class Address:
    """Where the books are. `file` is None for PostgreSQL; `name` is fit to be shown (no password)."""

    url: URL
    file: Path | None

    @property
    def name(self) -> str:
        return str(self.file) if self.file else self.url.render_as_string(hide_password=True)


def parse_url(text: str) -> Address:
    """`sqlite:///data/trader.sqlite3` (four slashes: absolute) or `postgresql://user@host/name`.

    Raises StorageFailed for anything else."""
    try:
        url = make_url(text)
    except (ArgumentError, ValueError) as err:
        raise StorageFailed(f"DATABASE_URL is not a database address; {_FORMS}") from err
    if url.get_backend_name() == "sqlite":
        if not url.database or url.database == ":memory:":
            raise StorageFailed(f"DATABASE_URL names no file; {_FORMS}")
        file = Path(url.database).absolute()
        return Address(url.set(drivername="sqlite+pysqlite", database=str(file)), file)
    if url.drivername in ("postgresql", "postgres", "postgresql+psycopg"):
        return Address(url.set(drivername="postgresql+psycopg"), None)
    raise StorageFailed(f"DATABASE_URL: {url.drivername} is not supported; {_FORMS}")


_FORMS = "write sqlite:///data/trader.sqlite3 or postgresql://user@host/name"


def writer_engine(address: Address, *, synchronous: Synchronous, busy_seconds: float) -> Engine:
    """One connection; a transaction takes SQLite's write lock when it begins, not at its first write."""
    return _engine(address, 1, begin="BEGIN IMMEDIATE", synchronous=synchronous, busy_seconds=busy_seconds)


def reader_engine(address: Address, *, connections: int, busy_seconds: float) -> Engine:
    """Read-only connections; a transaction sees one state of the database from its first read on."""
    return _engine(
        address, connections, begin="BEGIN", synchronous=Synchronous.NORMAL, busy_seconds=busy_seconds, read_only=True
    )


def _engine(
    address: Address,
    connections: int,
    *,
    begin: str,
    synchronous: Synchronous,
    busy_seconds: float,
    read_only: bool = False,
) -> Engine:
    # Parameters stay out of error texts: they would put whole rows into the log.
    options: dict[str, Any] = {"pool_size": connections, "max_overflow": 0, "hide_parameters": True}
    if address.file is None:
        return _postgres_engine(address, synchronous, read_only, options)
    options["connect_args"] = {"timeout": busy_seconds, "isolation_level": None, "check_same_thread": False}
    engine = create_engine(address.url, **options)

    @event.listens_for(engine, "connect")
    def prepare(connection: sqlite3.Connection, _record: object) -> None:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute(f"PRAGMA synchronous = {synchronous.value}")
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute(f"PRAGMA journal_size_limit = {WAL_KEPT_BYTES}")
        if read_only:
            connection.execute("PRAGMA query_only = ON")

    @event.listens_for(engine, "begin")
    def start(connection: Connection) -> None:
        # The driver's own BEGIN comes too late (before the first INSERT) and is only ever deferred.
        connection.exec_driver_sql(begin)

    return engine


def _postgres_engine(address: Address, synchronous: Synchronous, read_only: bool, options: dict[str, Any]) -> Engine:
    commit = "on" if synchronous is Synchronous.FULL else "off"
    settings = f"-c timezone=UTC -c synchronous_commit={commit}"
    if read_only:
        settings += " -c default_transaction_read_only=on"
        options["isolation_level"] = "REPEATABLE READ"
    given = address.url.query.get("options", "")
    own = given if isinstance(given, str) else " ".join(given)
    options["connect_args"] = {"options": f"{own} {settings}".strip(), "connect_timeout": 10}
    # A connection may have died while nobody used it (the server was restarted): asked before each transaction.
    return create_engine(address.url, pool_pre_ping=True, **options)


def create_file(file: Path) -> None:
    """Make the directory and an empty file only its owner may read (SQLite gives the same rights to its side files).

    Raises StorageFailed."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        os.close(os.open(file, os.O_RDWR | os.O_CREAT, 0o600))
    except OSError as err:
        raise StorageFailed(f"cannot write the database file {file}: {err.strerror}; check DATABASE_URL") from err


SQLITE_WORDS = (
    (
        "database is locked",
        "books_locked",
        "another program has held {name} locked for too long; stop it and try again",
    ),
    ("database or disk is full", "disk_full", "the disk of {name} is full; free some space"),
    (
        "disk i/o error",
        "disk_error",
        "the disk of {name} reports an error; check the disk, then restore the last backup if needed",
    ),
    (
        "not a database",
        "books_foreign",
        "{name} is not a database of this program; check DATABASE_URL or restore the last backup",
    ),
    ("malformed", "books_damaged", "{name} is damaged; stop the program and restore the last backup"),
    (
        "readonly database",
        "books_read_only",
        "{name} may not be written; check the owner and rights of the file and its directory",
    ),
    ("unable to open", "books_unopened", "{name} cannot be opened; check that the directory exists and may be written"),
)
"""What the driver's text shows, the name of that trouble, and what to do about it."""


def explain(err: DBAPIError | sqlite3.Error, address: Address) -> StorageFailed:
    """A database error as StorageFailed that says what to do. The caller raises it `from err`."""
    cause = (getattr(err, "orig", None) if isinstance(err, DBAPIError) else err) or err
    words = str(cause).strip()
    if address.file is not None:
        for sign, name, advice in SQLITE_WORDS:
            if sign in words.lower():
                return StorageFailed(advice.format(name=address.name), name=name)
    elif isinstance(err, (OperationalError, InterfaceError)):
        return StorageFailed(f"PostgreSQL at {address.name} does not answer as it should: {_first_line(words)}")
    return StorageFailed(f"the database {address.name} refused a statement: {_first_line(words)}")


def _first_line(words: str) -> str:
    return words.splitlines()[0] if words else "no reason given"
