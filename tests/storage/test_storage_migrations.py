"""The schema's way from empty to newest: by revisions or at once, it ends the same (D1)."""

from __future__ import annotations

import os
import re
import sqlite3
import subprocess
import sys
import uuid
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from alembic import command
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
from tests.examples import NOON, D
from trader.errors import StorageFailed
from trader.model.order import Breakeven, ExitPlan

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


def upgrade_to(url: str, revision: str) -> None:
    """As an earlier program would have left it."""
    config = Config()
    config.set_main_option("script_location", str(Path(storage.__file__).parent / "migrations"))
    config.attributes["url"] = url
    command.upgrade(config, revision)


DATA_OF_0001 = (
    """INSERT INTO orders (client_order_id, intent_id, market, side, order_type, time_in_force, origin, owner, reason,
    state, created_at, updated_at, decision_price, price, quantity, executed_quantity, executed_funds, paid_fee,
    approved_by, note, exit_stop, exit_max_hold_seconds) VALUES ('c1', 'i1', 'KRW-BTC', 'buy', 'limit', 'gtc',
    'strategy', 'sma_cross', 'crossed_up', 'partial', '2026-03-02T03:00:00.000000Z', '2026-03-02T03:00:01.000000Z',
    '98765000.5', '98765000.5', '0.00100000', '0.0005', '49382.50025', '24.691250125', 'rule', '', '96789700', 600)""",
    """INSERT INTO fills (fill_id, client_order_id, market, side, price, quantity, funds, fee, at) VALUES ('f1', 'c1',
    'KRW-BTC', 'buy', '98765000.5', '0.0005', '49382.50025', '24.691250125', '2026-03-02T03:00:01.000000Z')""",
    """INSERT INTO positions (position_id, market, owner, opened_at, quantity, cost, realised_pnl, fees,
    bought_quantity, bought_cost, sold_quantity, sold_proceeds, exit_reason) VALUES ('p-f1', 'KRW-BTC', 'sma_cross',
    '2026-03-02T03:00:01.000000Z', '0.0005', '49407.191500125', '0', '24.691250125', '0.0005', '49407.191500125', '0',
    '0', '')""",
    """INSERT INTO guards (position_id, market, stop, trail, high, opened_at) VALUES ('p-f1', 'KRW-BTC', '96789700',
    '0.015', '98999000', '2026-03-02T03:00:01.000000Z')""",
)


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
        "ix_differences_open", "ix_events_thread", "ix_kept_messages_live", "ix_alerts_active",
    }  # fmt: skip


def test_a_second_upgrade_changes_nothing(url: str) -> None:
    assert migrate.upgrade(url) is True
    assert migrate.upgrade(url) is False
    migrate.run_alembic(url)
    assert differences(url) == []


def test_an_older_database_is_upgraded_by_a_child_process(url: str) -> None:
    upgrade_to(url, "0001")
    assert differences(url) != []
    assert migrate.upgrade(url) is True
    assert differences(url) == []


async def test_an_upgrade_keeps_what_is_stored(url: str) -> None:
    """From 0001 with an order, its fill, the position and the guard's row: all of it reads as it was written, what is
    new is absent, and a break-even rule can be stored from now on."""
    upgrade_to(url, "0001")
    engine = create_engine(parse_url(url).url)
    with engine.begin() as connection:
        for statement in DATA_OF_0001:
            connection.exec_driver_sql(statement)
    engine.dispose()
    books = await open_storage(url)
    try:
        before = await books.read(lambda records: (records.orders.unfinished(), records.guards.all()))
        [order], [guard] = before
        assert (order.price, order.quantity, order.expires_at) == (D("98765000.5"), D("0.00100000"), None)
        assert order.exits == ExitPlan(stop=D("96789700"), max_hold_seconds=600)
        assert guard.plan == ExitPlan(stop=D("96789700"), trail=D("0.015"))
        assert (guard.high, guard.average_cost, guard.breakeven_stop) == (D("98999000"), D(0), None)
        [position] = await books.read(lambda records: records.positions.open())
        assert (position.thread, order.thread_id) == ("i1", "i1")  # of the wish whose first fill opened it
        assert [f.fill_id for f in await books.read(lambda records: records.fills.all())] == ["f1"]

        plan = replace(guard.plan, breakeven=Breakeven(D("0.01"), D("0.0005")))
        changed = replace(guard, plan=plan, average_cost=D("98814382.5"))
        expiring = order.changed(NOON, expires_at=NOON)
        await books.write(lambda records: (records.guards.save(changed), records.orders.save(expiring)))
        after = await books.read(lambda records: (records.orders.unfinished(), records.guards.all()))
        assert after == ([expiring], [changed])
    finally:
        await books.close()


async def test_a_database_of_a_newer_program_is_left_alone(url: str) -> None:
    migrate.upgrade(url)
    engine = create_engine(parse_url(url).url)
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    engine.dispose()
    with pytest.raises(
        StorageFailed, match=rf"newer version \(schema 9999, this one knows {migrate.HEAD}\); upgrade the"
    ):
        await open_storage(url)


def test_a_failed_upgrade_tells_the_reason_and_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A table of the first revision is in the way: the child fails, its transaction is undone."""
    file = tmp_path / "trader.sqlite3"
    with sqlite3.connect(file) as other:
        other.execute("CREATE TABLE candles (mine TEXT)")
    other.close()
    monkeypatch.setattr(migrate, "current", lambda connection: "0000")
    monkeypatch.setattr(migrate, "REVISIONS", ("0000", *migrate.REVISIONS))
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
