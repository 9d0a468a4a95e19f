"""Two services never share books or a bot: what the second is told, and that a killed one lets go (promise 1)."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from chatbot.running.bot_claim import BotClaims, lock_name
from storage.claim import BooksTaken, claim_database
from storage.sql import open_storage
from trader.errors import SettingsError, StorageFailed
from trader.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
POSTGRES_URL = os.environ.get("TEST_POSTGRES_URL", "postgresql+psycopg://root@127.0.0.1:5432/test")

HOLD_BOOKS = "import sys; from storage.claim import claim_database; held = claim_database(sys.argv[1])"
HOLD_BOT = """import sys; from pathlib import Path
from chatbot.running.bot_claim import BotClaims; from trader.settings import Settings
held = BotClaims(Settings(_env_file=None, telegram_bot_token=sys.argv[1]), [Path(sys.argv[2])])"""


@contextmanager
def another_process(code: str, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    """It runs the code, says so, and holds on until it is killed."""
    script = f"{code}\nprint('held', flush=True)\nsys.stdin.read()"
    command = [sys.executable, "-c", script, *arguments]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "held\n"
            yield process
        finally:
            process.kill()


def bot(token: str = "1:abc", **settings: str) -> Settings:
    return Settings(_env_file=None, telegram_bot_token=token, **settings)  # type: ignore[arg-type]


def test_books_in_a_file_elsewhere(tmp_path: Path) -> None:
    """By its name, by a link to it, and by another spelling of the path it is the same file; a kill lets go at once."""
    file, link = tmp_path / "books.sqlite3", tmp_path / "link.sqlite3"
    link.symlink_to(file)
    with another_process(HOLD_BOOKS, f"sqlite:///{file}") as other:
        for url in (f"sqlite:///{file}", f"sqlite:///{link}", f"sqlite:///{tmp_path}/x/../books.sqlite3"):
            with pytest.raises(BooksTaken, match=rf"another service \(process {other.pid}\) keeps its books in"):
                claim_database(url)
        other.send_signal(signal.SIGKILL)
        other.wait()
        claim = claim_database(f"sqlite:///{file}")
    claim.check()
    claim.release()
    claim_database(f"sqlite:///{file}").release()


def test_a_directory_that_cannot_be_written_is_named() -> None:
    with pytest.raises(StorageFailed, match="DATABASE_URL"):
        claim_database("sqlite:////proc/nowhere/books.sqlite3")


@pytest.fixture
def schema_url() -> Iterator[str]:
    plain = POSTGRES_URL.replace("+psycopg", "")
    try:
        server = psycopg.connect(plain, autocommit=True, connect_timeout=2)
    except psycopg.OperationalError as err:
        pytest.skip(f"no PostgreSQL at {POSTGRES_URL}: {str(err).splitlines()[0]}")
    name = f"claim_{uuid.uuid4().hex[:12]}"
    with server:
        server.execute(f"CREATE SCHEMA {name}".encode())
        yield f"{plain}?application_name={name}&options=-csearch_path%3D{name}"
        server.execute(f"DROP SCHEMA {name} CASCADE".encode())


async def test_books_on_a_server(schema_url: str) -> None:
    """Taken by another process: refused; another schema is free; when the other one dies they can be had."""
    with another_process(HOLD_BOOKS, schema_url):
        with pytest.raises(BooksTaken, match=r"another service .*server process"):
            claim_database(schema_url)
        claim_database(schema_url.replace("claim_", "other_")).release()
    storage = await open_storage(schema_url)  # the books themselves are not locked by it
    claim = claim_database(schema_url)
    claim.check()
    await storage.close()
    claim.release()


def test_a_lock_lost_with_its_connection_is_taken_again_or_known_to_be_lost(schema_url: str) -> None:
    """The server hangs up (a restart). Nobody else: ours again. Somebody else: said."""
    server = psycopg.connect(POSTGRES_URL.replace("+psycopg", ""), autocommit=True)
    name = schema_url.partition("application_name=")[2].partition("&")[0]

    def hang_up() -> None:
        query = "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE application_name = %s"
        server.execute(query, (name,))

    with server:
        claim = claim_database(schema_url)
        hang_up()
        claim.check()
        with pytest.raises(BooksTaken):
            claim_database(schema_url)
        hang_up()
        with another_process(HOLD_BOOKS, schema_url), pytest.raises(BooksTaken):
            claim.check()


def test_a_bot_of_another_process(tmp_path: Path) -> None:
    """The same token is refused with the setting's name; another token, or the same one elsewhere, is another bot."""
    with another_process(HOLD_BOT, "1:abc", str(tmp_path)):
        with pytest.raises(SettingsError, match="another service on this machine uses the bot of TELEGRAM_BOT_TOKEN"):
            BotClaims(bot(), [tmp_path])
        BotClaims(bot("2:abc"), [tmp_path]).release()
        BotClaims(bot(telegram_api_url="http://127.0.0.1:1"), [tmp_path]).release()
    BotClaims(bot(), [tmp_path]).release()


def test_the_token_is_not_in_the_name(tmp_path: Path) -> None:
    """Nor does a slash at the end of the address make another bot."""
    BotClaims(bot("123456:secret"), [tmp_path]).release()
    (file,) = tmp_path.iterdir()
    assert "123456" not in file.name
    assert "secret" not in file.name
    assert file.read_bytes() == b""
    assert lock_name("https://api.telegram.org/", "1:a") == lock_name("https://api.telegram.org", "1:a")


def test_no_place_for_a_lock_is_no_reason_not_to_trade(tmp_path: Path) -> None:
    BotClaims(bot(), [Path("/proc/nowhere"), tmp_path / "missing"]).release()
    BotClaims(bot(""), []).release()
