"""`SpareFile`: the intents of exits, and panics, on disk while the database cannot be written.

A small file whose room is taken when it is made, so that it can be written on a full disk. One JSON line per entry,
each on disk before `keep` returns; the first zero byte ends them. A line that was not finished was never promised to
anybody, and ends them too. Two programs may write (a panic beside a service that hangs): a lock keeps them apart."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from storage.repositories.orders import order_of, order_row
from trader.errors import StorageFailed
from trader.model.halt import Halt
from trader.model.market import Market
from trader.model.order import Order, OrderState, OrderType, Origin, Side, TimeInForce

ROOM_BYTES = 64 * 1024
"""About eighty entries; more make the file grow."""

VERSION = 1

_EARLY = datetime(1970, 1, 1, tzinfo=UTC)
_BLANK = order_row(
    Order(
        client_order_id="",
        intent_id="",
        market=Market("", ""),
        side=Side.SELL,
        order_type=OrderType.MARKET,
        time_in_force=TimeInForce.GTC,
        origin=Origin.GUARD,
        owner="",
        reason="",
        state=OrderState.NEW,
        created_at=_EARLY,
        updated_at=_EARLY,
        decision_price=Decimal(0),
    )
)
"""What a column has that came after the program which wrote the entry."""


class SpareFile:
    """`trader.ports.SpareBook`. Made by `open_spare`."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._entries: list[Order | Halt] = []
        self._dropped: set[tuple[object, ...]] = set()
        """Names of what is in the books and may still stand in the file."""

    def load(self) -> None:
        """Take the room (a full disk has none: then each entry is tried for itself), and read what a process before
        left behind. StorageFailed."""
        with self._locked() as file:
            size = os.fstat(file).st_size
            with suppress(OSError):
                os.pwrite(file, bytes(max(ROOM_BYTES - size, 0)), size)
                os.fsync(file)
            self._entries = [_entry(line) for line in _lines(_content(file))]
        self._keep_name()

    def keep(self, entry: Order | Halt) -> None:
        line = json.dumps(_row(entry), ensure_ascii=False).encode() + b"\n\0"
        with self._locked() as file:
            end = sum(len(found) + 1 for found in _lines(_content(file)))
            if os.pwrite(file, line, end) != len(line):
                raise OSError(28, os.strerror(28))
            os.fsync(file)
        self._entries.append(entry)

    def entries(self) -> list[Order | Halt]:
        return list(self._entries)

    def drop(self, entries: Sequence[Order | Halt]) -> None:
        """The file is emptied with the last of them: entries of a program beside this one are left to it. Where that
        fails (StorageFailed) they are dropped all the same, and the file is emptied with the next ones."""
        self._dropped |= {_name(entry) for entry in entries}
        self._entries = [entry for entry in self._entries if _name(entry) not in self._dropped]
        if self._entries:
            return
        with self._locked() as file:
            content = _content(file)
            if all(_name(_entry(line)) in self._dropped for line in _lines(content)):
                os.pwrite(file, bytes(len(content)), 0)
                os.fsync(file)
                self._dropped.clear()

    @contextmanager
    def _locked(self) -> Iterator[int]:
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            try:
                fcntl.flock(file, fcntl.LOCK_EX)
                yield file
            finally:
                os.close(file)
        except OSError as err:
            raise StorageFailed(f"cannot write {self._path}: {err.strerror}; check the disk") from err

    def _keep_name(self) -> None:
        """That the file exists must outlive a power cut as well."""
        folder = os.open(self._path.parent, os.O_RDONLY | os.O_CLOEXEC)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def open_spare(path: Path) -> SpareFile:
    """Blocks for the disk. StorageFailed: it cannot be written, or a newer program has left something in it."""
    spare = SpareFile(path)
    spare.load()
    return spare


def _name(entry: Order | Halt) -> tuple[object, ...]:
    return (entry.client_order_id,) if isinstance(entry, Order) else (entry.by, entry.at)


def _content(file: int) -> bytes:
    return os.pread(file, os.fstat(file).st_size, 0).partition(b"\0")[0]


def _lines(content: bytes) -> list[bytes]:
    """The finished ones."""
    lines: list[bytes] = []
    for line in content.split(b"\n")[:-1]:
        try:
            json.loads(line)
        except ValueError:
            break
        lines.append(line)
    return lines


def _entry(line: bytes) -> Order | Halt:
    row = json.loads(line)
    if row["v"] != VERSION:
        raise StorageFailed(f"the spare file is of shape {row['v']}, this program reads {VERSION}: upgrade it")
    values = {name: _value(value) for name, value in row["values"].items()}
    if row["kind"] == "order":
        return order_of(SimpleNamespace(**(_BLANK | values)))
    markets = frozenset(Market.parse(code) for code in values["markets"])
    return Halt(values["by"], values["at"], markets, values["strategy"], values["cancel_only"])


def _row(entry: Order | Halt) -> dict[str, Any]:
    if isinstance(entry, Order):
        kind, values = "order", order_row(entry)
    else:
        kind, values = "halt", _halt_row(entry)
    return {"v": VERSION, "kind": kind, "values": {name: _plain(value) for name, value in values.items()}}


def _halt_row(halt: Halt) -> dict[str, Any]:
    codes = sorted(market.code for market in halt.markets)
    return {
        "by": halt.by,
        "at": halt.at,
        "markets": codes,
        "strategy": halt.strategy,
        "cancel_only": halt.cancel_only,
    }


def _plain(value: Any) -> Any:
    """JSON has neither decimals nor times: they say what they are."""
    if isinstance(value, Decimal):
        return {"decimal": f"{value:f}"}
    return {"time": value.isoformat()} if isinstance(value, datetime) else value


def _value(value: Any) -> Any:
    if not isinstance(value, dict) or len(value) != 1:
        return value
    if "decimal" in value:
        return Decimal(value["decimal"])
    return datetime.fromisoformat(value["time"]) if "time" in value else value
