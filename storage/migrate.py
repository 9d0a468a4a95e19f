"""The shape of the database, brought up to date at start.

Revisions are Alembic's (`storage/migrations`). Importing Alembic costs a quarter of a second and 12 MB, so the running
program only compares `alembic_version` with `HEAD`; when an older database has to be changed, a short-lived child
process does it: `python -m storage.migrate URL` (`-` reads the address from standard input, where no process list
shows its password). An empty database gets the newest tables at once and is marked as being at `HEAD`; a test proves
that both ways end in the same schema."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from sqlalchemy import Connection, Engine, inspect, text
from sqlalchemy.exc import DBAPIError

from storage.engine import Address, Synchronous, create_file, explain, parse_url, writer_engine
from storage.tables import metadata
from trader.errors import StorageFailed

REVISIONS = ("0001", "0002", "0003", "0004", "0005", "0006", "0007", "0008", "0009", "0010", "0011")
"""Every revision this program knows, oldest first."""

HEAD = REVISIONS[-1]

_TIMEOUT_SECONDS = 600.0
_LOCK = 5_241_793
"""PostgreSQL's advisory lock: two programs starting together change the schema one after the other."""


def upgrade(url: str) -> bool:
    """Bring the database at `url` to `HEAD`; False when it was there already. Raises StorageFailed."""
    address = parse_url(url)
    if address.file is not None:
        create_file(address.file)
    engine = writer_engine(address, synchronous=Synchronous.FULL, busy_seconds=5.0)
    try:
        return upgrade_with(engine, address)
    finally:
        engine.dispose()


def upgrade_with(engine: Engine, address: Address) -> bool:
    """As `upgrade`, with an engine that is open already."""
    try:
        with engine.begin() as connection:
            lock(connection)
            revision = current(connection)
            if revision is None:
                _refuse_strangers(connection, address)
                create(connection)
                return True
    except DBAPIError as err:
        raise explain(err, address) from err
    if revision == HEAD:
        return False
    if revision not in REVISIONS:
        raise StorageFailed(
            f"{address.name} was written by a newer version (schema {revision}, this one knows {HEAD}); "
            "upgrade the program"
        )
    engine.dispose()
    _upgrade_in_child(address)
    return True


def current(connection: Connection) -> str | None:
    """The revision the database is at; None when it was never marked."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    revision: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return revision


def _refuse_strangers(connection: Connection, address: Address) -> None:
    """An SQLite file belongs to one program; a PostgreSQL schema may hold others' tables, if their names differ."""
    found = set(inspect(connection).get_table_names())
    strangers = found if address.file is not None else found & set(metadata.tables)
    if strangers:
        raise StorageFailed(
            f"{address.name} holds tables of another program ({', '.join(sorted(strangers)[:3])}); "
            "give this one a database of its own"
        )


def create(connection: Connection) -> None:
    """All tables of `HEAD` in an empty database."""
    metadata.create_all(connection)
    connection.execute(
        text(
            "CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL, "
            "CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num))"
        )
    )
    connection.execute(text("INSERT INTO alembic_version VALUES (:head)"), {"head": HEAD})


def lock(connection: Connection) -> None:
    """Keep other programs from changing the schema until this transaction ends (SQLite: BEGIN IMMEDIATE did)."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})


def _upgrade_in_child(address: Address) -> None:
    url = address.url.render_as_string(hide_password=False)
    try:
        with subprocess.Popen(
            command(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=Path(__file__).parents[1],  # where the packages are, wherever the program was started from
        ) as child:
            _running.add(child)
            try:
                out, err = child.communicate(url, timeout=_TIMEOUT_SECONDS)
            finally:
                _running.discard(child)
                child.kill()  # does nothing to one that has ended
    except (OSError, subprocess.TimeoutExpired) as error:
        raise StorageFailed(f"the upgrade of {address.name} could not be run: {error}") from error
    if child.returncode != 0:
        last = (err.strip() or out.strip() or "no reason given").splitlines()[-1]
        raise StorageFailed(f"the upgrade of {address.name} failed, nothing was changed: {last}")


def command() -> list[str]:
    return [sys.executable, "-m", "storage.migrate", "-"]


_running: set[subprocess.Popen[str]] = set()


def give_up() -> None:
    """End an upgrade under way, from another thread: it is one transaction, so nothing of it stays."""
    for child in list(_running):
        child.terminate()


def run_alembic(url: str) -> None:
    """Apply every missing revision, all in one transaction. Loads Alembic: for the child process, tools and tests."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["url"] = url
    command.upgrade(config, "head")


def main(arguments: list[str]) -> int:
    """Exit status: 0 done, 1 failed (the reason is the last line on standard error), 2 wrong usage."""
    if len(arguments) != 1:
        print("usage: python -m storage.migrate URL   (- reads it from standard input)", file=sys.stderr)
        return 2
    url = sys.stdin.readline().strip() if arguments[0] == "-" else arguments[0]
    from alembic.util import CommandError

    try:
        address = parse_url(url)
        if address.file is not None:
            create_file(address.file)
        try:
            run_alembic(url)
        except DBAPIError as err:
            raise explain(err, address) from err
    except (StorageFailed, CommandError) as err:
        print(err, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
