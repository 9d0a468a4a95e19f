"""What is PostgreSQL's own: connections die while the program lives on."""

from __future__ import annotations

import os
import uuid
from collections.abc import AsyncIterator
from typing import Any

import psycopg
import pytest

from storage.sql import SqlStorage, open_storage
from trader.errors import StorageFailed
from trader.ports import Records

POSTGRES_URL = os.environ.get("TEST_POSTGRES_URL", "postgresql+psycopg://root@127.0.0.1:5432/test")
PLAIN_URL = POSTGRES_URL.replace("+psycopg", "")


@pytest.fixture
def server() -> Any:
    try:
        return psycopg.connect(PLAIN_URL, autocommit=True, connect_timeout=2)
    except psycopg.OperationalError as err:
        pytest.skip(f"no PostgreSQL at {POSTGRES_URL}: {str(err).splitlines()[0]}")


@pytest.fixture
async def store(server: Any) -> AsyncIterator[SqlStorage]:
    schema = f"own_{uuid.uuid4().hex[:12]}"
    server.execute(f"CREATE SCHEMA {schema}")
    storage = await open_storage(f"{PLAIN_URL}?application_name={schema}&options=-csearch_path%3D{schema}")
    yield storage
    await storage.close()
    server.execute(f"DROP SCHEMA {schema} CASCADE")
    server.close()


def hang_up(server: Any, storage: SqlStorage) -> None:
    """The server ends all connections of this storage, as a restart does."""
    name = storage._address.url.query["application_name"]
    query = "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE application_name = %s"
    assert server.execute(query, (name,)).rowcount > 0


async def test_a_connection_lost_between_two_writes_is_made_again_unnoticed(store: SqlStorage, server: Any) -> None:
    await store.write(lambda r: r.notes.put("a", 1))
    assert await store.read(lambda r: r.notes.get("a")) == 1
    hang_up(server, store)
    await store.write(lambda r: r.notes.put("a", 2))
    assert await store.read(lambda r: r.notes.get("a")) == 2


async def test_a_connection_lost_inside_a_write_fails_it_as_a_whole_and_the_next_one_works(
    store: SqlStorage, server: Any
) -> None:
    def interrupted(records: Records) -> None:
        records.notes.put("a", 1)
        hang_up(server, store)
        records.notes.put("b", 2)

    with pytest.raises(StorageFailed, match="PostgreSQL at .* does not answer as it should"):  # noqa: RUF043
        await store.write(interrupted)
    assert await store.read(lambda r: (r.notes.get("a"), r.notes.get("b"))) == (None, None)
    await store.write(lambda r: r.notes.put("b", 3))
    assert await store.read(lambda r: r.notes.get("b")) == 3


async def test_the_database_server_works_in_utc_and_reads_cannot_write(store: SqlStorage) -> None:
    with store._readers.connect() as connection:
        assert connection.exec_driver_sql("SHOW timezone").scalar() == "UTC"
        assert connection.exec_driver_sql("SHOW transaction_read_only").scalar() == "on"
        assert connection.exec_driver_sql("SHOW transaction_isolation").scalar() == "repeatable read"
