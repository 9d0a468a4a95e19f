"""Books that are kept: two services never share them or a bot, a copy is taken while trading and started from (D2)."""

from __future__ import annotations

import base64
import csv
import shutil
import signal
import sqlite3
import stat
from contextlib import closing
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from tests.e2e.house import House
from tests.e2e.processes import run, until
from trader.model.seoul import SEOUL


async def test_two_services_share_neither_books_nor_bot(house: House) -> None:
    """Each with a data directory of its own: refused with the cause while the first runs, welcome once it is killed."""
    books = f"sqlite:///{house.folder}/books.sqlite3"
    house.more = {"DATABASE_URL": books}
    await house.open()
    assert house.service is not None
    second = house.settings | {"DATA_DIR": str(house.folder / "second")}
    done = await run(house.folder, "run", settings=second)
    assert done.code == 1
    assert f"another service (process {house.service.pid}) keeps its books in {house.folder}/books.sqlite3" in done.err

    own_books = second | {"DATABASE_URL": ""}
    done = await run(house.folder, "run", settings=own_books)
    assert done.code == 1
    assert "another service on this machine uses the bot of TELEGRAM_BOT_TOKEN" in done.err
    own_bot = own_books | {"TELEGRAM_BOT_TOKEN": ""}
    done = await run(house.folder, "run", settings=own_bot)
    assert "uses the bot of SLACK_BOT_TOKEN" in done.err

    house.service.signal(signal.SIGKILL)
    await house.service.done()
    house.more = {"DATABASE_URL": books, "DATA_DIR": str(house.folder / "second")}
    await house.open_service()


def held(house: House) -> list[tuple[Any, ...]]:
    """Positions with the plan of their guard (the high-water mark moves with the price)."""
    columns = "position_id, quantity, cost, stop, take"
    return house.rows(f"SELECT {columns} FROM positions JOIN guards USING (position_id)")


async def test_a_copy_taken_while_trading_is_started_from(house: House) -> None:
    """A position, a copy, then the disk with the books is lost: the copy put in their place goes on guarding it, and
    its take profit or stop sells it."""
    await house.open()
    assert (await house.say("/buy BTC 100000 confirm"))["tone"] == "ok"
    await house.told("In: Bitcoin")
    copy = house.folder / "copies" / "books.sqlite3"
    done = await house.shell("backup", str(copy))
    assert done.code == 0, done.err
    assert done.out.startswith(f"{copy}: ")
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    before = held(house)
    assert house.service is not None
    await house.service.kill()
    shutil.rmtree(house.data_dir)
    house.data_dir.mkdir()
    shutil.copy(copy, house.data_dir / "trader.sqlite3")
    await house.open_service()
    assert held(house) == before
    await house.jump("KRW-BTC", "0.8")
    await house.told("Out: Bitcoin")
    assert await house.holding("BTC") == "0"


async def test_a_copy_is_refused_where_it_makes_no_sense(house: House) -> None:
    done = await house.shell("backup", str(house.folder / "copy"))
    assert done.code == 1
    assert "there is no database at" in done.err
    done = await run(house.folder, "backup", "copy", settings={"DATABASE_URL": "postgresql://trader@localhost/books"})
    assert done.code == 1
    assert "pg_dump" in done.err


async def test_copies_taken_again_and_again_while_it_trades(house: House) -> None:
    """Five copies between orders: each one sound by SQLite's own check, no order refused because of them."""
    await house.open()
    for number in range(5):
        reply = await house.say(f"/buy {('BTC', 'ETH', 'XRP')[number % 3]} 20000 confirm")
        assert reply["tone"] == "ok", reply
        copy = house.folder / f"copy{number}"
        assert (await house.shell("backup", str(copy))).code == 0
        with closing(sqlite3.connect(copy)) as books:
            assert books.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    await until(lambda: house.rows("SELECT count(*) FROM positions") == [(3,)], 10)
    for coin in ("BTC", "ETH", "XRP"):
        assert Decimal(await house.holding(coin)) > 0


async def test_a_year_of_the_ledger_is_written_while_it_trades_and_when_it_is_off(house: House) -> None:
    """One buy and its sale: two lines with Korean times, whose cash and result are what the books say; the same file
    from the chat, and from the books alone once the service is gone."""
    house.more = {"LANGUAGE": "en"}
    await house.open()
    assert (await house.say("/buy BTC 100000 confirm"))["tone"] == "ok"
    await house.told("In: Bitcoin")
    assert (await house.say("/sell BTC all confirm"))["tone"] == "ok"
    await house.told("Out: Bitcoin")
    year = datetime.now(SEOUL).year
    folder = house.folder / "tax"
    done = await house.shell("export", "ledger", "--year", str(year), "--folder", str(folder))
    assert done.code == 0, done.err
    [file] = folder.iterdir()
    assert file.name == f"ledger_{year}-01-01_{year}-12-31.csv"
    header, bought, sold = csv.reader(file.read_text(encoding="utf-8-sig").splitlines())
    [(result, fees)] = house.rows("SELECT realised_pnl, fees FROM positions")
    row = dict(zip(header, sold, strict=True))
    assert (bought[1], row["booking"]) == ("buy", "sell")
    assert abs(datetime.fromisoformat(row["time"]).replace(tzinfo=SEOUL) - datetime.now(SEOUL)) < timedelta(minutes=2)
    assert Decimal(row["result KRW"]) == Decimal(result)
    assert Decimal(bought[5]) + Decimal(sold[5]) == Decimal(fees)
    said = await house.say(f"/export ledger {year}")
    assert base64.b64decode(said["document"]["content"]) == file.read_bytes()

    assert house.service is not None
    await house.service.kill()
    again = await house.shell("export", "ledger", "--year", str(year), "--folder", str(folder))
    assert f"ledger_{year}-01-01_{year}-12-31-2.csv: 2 rows, year {year}" in again.out
    assert len({path.read_bytes() for path in folder.iterdir()}) == 1
    empty = await house.shell("export", "ledger", "--year", "2020")
    assert (empty.code, empty.out) == (0, "Nothing to export: year 2020\n")
    wrong = await house.shell("export", "coins", "--year", "2020")
    assert (wrong.code, "possible: trades, orders, fills, ledger, events" in wrong.err) == (1, True)


async def test_there_is_nothing_to_export_without_books(house: House) -> None:
    done = await house.shell("export", "ledger", "--year", "2026")
    assert done.code == 1
    assert "there is no database at" in done.err
    assert not house.data_dir.exists()
