"""How Alembic reaches the database. Run by `storage.migrate`; from a shell `alembic revision` finds it too.

The whole upgrade is one transaction: all of it happens or nothing."""

from __future__ import annotations

from alembic import context

from storage.engine import Synchronous, parse_url, writer_engine
from storage.migrate import lock


def run() -> None:
    if context.is_offline_mode():
        raise SystemExit("migrations are run against a database; there is no SQL-script mode")
    config = context.config
    url = config.attributes.get("url") or config.get_main_option("sqlalchemy.url")
    if not url:
        raise SystemExit("no database address given")
    engine = writer_engine(parse_url(url), synchronous=Synchronous.FULL, busy_seconds=30.0)
    try:
        with engine.begin() as connection:
            lock(connection)
            context.configure(
                connection=connection,
                target_metadata=config.attributes.get("metadata"),
                render_as_batch=connection.dialect.name == "sqlite",
            )
            context.run_migrations()
    finally:
        engine.dispose()


run()
