"""The schema's way from empty to newest: by revisions or at once, it ends the same (D1)."""

from __future__ import annotations

import os
import re
import sqlite3
import subprocess
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, inspect

import storage
from storage import migrate
from storage.engine import parse_url
from storage.sql import open_storage
from storage.tables import metadata
from trader.errors import StorageFailed

ROOT = Path(__file__).parents[2]
POSTGRES_URL = os.environ.get("TEST_POSTGRES_URL", "postgresql+psycopg://root@127.0.0.1:5432/test")


@pytest.fixture(params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """An empty database."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/trader.sqlite3"
        return
    import psycopg

    plain = POSTGRES_URL.replace("+psycopg", "")
    try:
        server = psycopg.connect(plain, autocommit=True, connect_timeout=2)
    except psycopg.OperationalError as err:
        pytest.skip(f"no PostgreSQL at {POSTGRES_URL}: {str(err).splitlines()[0]}")
    schema = f"migrate_{uuid.uuid4().hex[:12]}"
    server.execute(f"CREATE SCHEMA {schema}")  # type: ignore[arg-type]  # a name made here
    yield f"{POSTGRES_URL}?options=-csearch_path%3D{schema}"
    server.execute(f"DROP SCHEMA {schema} CASCADE")  # type: ignore[arg-type]
    server.close()


def differences(url: str) -> list[object]:
    """What Alembic would still change; [] when the database has the tables of the code."""
    engine = create_engine(parse_url(url).url)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        found = list(compare_metadata(context, metadata))
    engine.dispose()
    return found


def partial_indexes(url: str) -> dict[str, str]:
    """Name → condition, as the database states it: `compare_metadata` does not look at conditions."""
    engine = create_engine(parse_url(url).url)
    with engine.connect() as connection:
        if connection.dialect.name == "sqlite":
            rows = connection.exec_driver_sql("SELECT name, sql FROM sqlite_master WHERE type = 'index'")
        else:
            rows = connection.exec_driver_sql(
                "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = current_schema()"
            )
        found = {name: re.split(r"\bWHERE\b", sql)[1].strip() for name, sql in rows if sql and " WHERE " in sql}
    engine.dispose()
    return found


def script() -> ScriptDirectory:
    config = Config()
    config.set_main_option("script_location", str(Path(storage.__file__).parent / "migrations"))
    return ScriptDirectory.from_config(config)


def test_the_constant_head_is_the_head_of_the_revisions() -> None:
    """The daemon compares with the constant instead of loading Alembic: they must agree."""
    chain = [revision.revision for revision in reversed(list(script().walk_revisions()))]
    assert chain == list(migrate.REVISIONS)
    assert script().get_current_head() == migrate.HEAD


def test_the_revisions_lead_to_the_tables_of_the_code(url: str) -> None:
    migrate.run_alembic(url)
    assert differences(url) == []


def test_an_empty_database_gets_the_same_tables_at_once(url: str) -> None:
    assert migrate.upgrade(url) is True
    assert differences(url) == []


def test_both_ways_make_the_same_partial_indexes(url: str, tmp_path: Path) -> None:
    migrate.run_alembic(url)
    by_revisions = partial_indexes(url)
    engine = create_engine(parse_url(url).url)
    with engine.begin() as connection:
        metadata.drop_all(connection)
        connection.exec_driver_sql("DROP TABLE alembic_version")
    engine.dispose()
    migrate.upgrade(url)
    assert partial_indexes(url) == by_revisions
    assert set(by_revisions) == {
        "ix_orders_unfinished", "uq_positions_open_market", "ix_tickets_pending", "ix_outbox_pending",
    }  # fmt: skip


def test_a_second_upgrade_changes_nothing(url: str) -> None:
    assert migrate.upgrade(url) is True
    assert migrate.upgrade(url) is False
    migrate.run_alembic(url)
    assert differences(url) == []


def test_an_older_database_is_upgraded_by_a_child_process(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """There is no older revision yet, so one is made up: the database says 0000, the child runs what is missing."""
    monkeypatch.setattr(migrate, "REVISIONS", ("0000", "0001"))
    monkeypatch.setattr(migrate, "current", lambda connection: "0000")
    assert migrate.upgrade(url) is True
    assert differences(url) == []


async def test_a_database_of_a_newer_program_is_left_alone(url: str) -> None:
    migrate.upgrade(url)
    engine = create_engine(parse_url(url).url)
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    engine.dispose()
    with pytest.raises(StorageFailed, match=r"newer version \(schema 9999, this one knows 0001\); upgrade the program"):
        await open_storage(url)


def test_a_failed_upgrade_tells_the_reason_and_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A table of the first revision is in the way: the child fails, its transaction is undone."""
    file = tmp_path / "trader.sqlite3"
    with sqlite3.connect(file) as other:
        other.execute("CREATE TABLE candles (mine TEXT)")
    other.close()
    monkeypatch.setattr(migrate, "current", lambda connection: "0000")
    monkeypatch.setattr(migrate, "REVISIONS", ("0000", "0001"))
    with pytest.raises(StorageFailed, match=r"upgrade of .* failed, nothing was changed: .*candles already exists"):
        migrate.upgrade(f"sqlite:///{file}")
    engine = create_engine(f"sqlite:///{file}")
    assert inspect(engine).get_table_names() == ["candles"]
    engine.dispose()


def test_the_command_line_upgrades_and_explains_itself(tmp_path: Path) -> None:
    def run(*arguments: str, given: str = "") -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "storage.migrate", *arguments]
        return subprocess.run(command, input=given, capture_output=True, text=True, cwd=ROOT, timeout=60, check=False)

    url = f"sqlite:///{tmp_path}/trader.sqlite3"
    assert run("-", given=url).returncode == 0
    assert differences(url) == []
    assert run(url).returncode == 0
    wrong = run("nonsense")
    assert (wrong.returncode, wrong.stdout) == (1, "")
    assert wrong.stderr.startswith("DATABASE_URL is not a database address")
    assert run().returncode == 2
