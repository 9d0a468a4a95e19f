"""The spare book: what every kind of it keeps, and what the one on disk survives (promises 1 and 3, P7)."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from storage.memory.spare import MemorySpare
from storage.spare_file import ROOM_BYTES, open_spare
from tests.examples import BTC, ETH, NOON, D, order
from trader.errors import StorageFailed
from trader.model.halt import Halt
from trader.model.order import Breakeven, ExitPlan, Order, OrderState, Origin, Side
from trader.ports import SpareBook

PLAN = ExitPlan(D("98000.5"), D(103_000), D("0.015"), 600, Breakeven(D("0.01"), D("0.0005")))
HALT = Halt("telegram:1", NOON, frozenset({BTC, ETH}), "sma_cross", cancel_only=True)


def exit_of(name: str) -> Order:
    """Every kind of value an order has."""
    return order(
        Side.SELL, name, state=OrderState.NEW, origin=Origin.GUARD, owner="guard", reason='stop "손절"\n',
        quantity=D("0.00000001"), notional=None, price=D("1E+5"), exits=PLAN,
        expires_at=NOON + timedelta(microseconds=1), approved_by="rule",
    )  # fmt: skip


@pytest.fixture(params=["memory", "file"])
def spare(request: pytest.FixtureRequest, tmp_path: Path) -> SpareBook:
    return MemorySpare() if request.param == "memory" else open_spare(tmp_path / "spare")


def test_what_is_kept_is_there_until_it_is_dropped(spare: SpareBook) -> None:
    first, second = exit_of("a"), exit_of("b")
    assert spare.entries() == []
    for entry in (first, HALT, second):
        spare.keep(entry)
    assert spare.entries() == [first, HALT, second]
    spare.drop([first, HALT])
    assert spare.entries() == [second]
    spare.drop([second])
    assert spare.entries() == []


# ---------------------------------------------------------------- on disk


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "spare"


def test_the_next_process_reads_it_to_the_last_digit(path: Path) -> None:
    spare = open_spare(path)
    spare.keep(exit_of("a"))
    spare.keep(HALT)
    assert open_spare(path).entries() == [exit_of("a"), HALT]
    assert path.stat().st_mode & 0o777 == 0o600


def test_dropped_means_gone_for_the_next_process_too(path: Path) -> None:
    spare = open_spare(path)
    spare.keep(exit_of("a"))
    spare.drop(spare.entries())
    assert open_spare(path).entries() == []
    spare.keep(exit_of("b"))
    assert open_spare(path).entries() == [exit_of("b")]


@pytest.mark.parametrize("kept", [1, 30, 200])
def test_a_line_cut_short_by_a_crash_ends_it_and_is_written_over(path: Path, kept: int) -> None:
    """`kept` bytes of the second entry reached the disk: nobody was told that it is kept."""
    spare = open_spare(path)
    spare.keep(exit_of("a"))
    end = path.read_bytes().index(b"\0")
    spare.keep(exit_of("b"))
    with path.open("r+b") as file:
        file.seek(end + kept)
        file.write(bytes(ROOM_BYTES - end - kept))
    again = open_spare(path)
    assert again.entries() == [exit_of("a")]
    again.keep(exit_of("c"))
    assert open_spare(path).entries() == [exit_of("a"), exit_of("c")]


def test_an_entry_of_before_a_new_column_is_read(path: Path) -> None:
    open_spare(path).keep(exit_of("a"))
    line = json.loads(path.read_bytes().partition(b"\0")[0])
    del line["values"]["thread"], line["values"]["approved_by"]
    path.write_bytes(json.dumps(line).encode() + b"\n")
    [entry] = open_spare(path).entries()
    assert isinstance(entry, Order)
    assert (entry.client_order_id, entry.quantity, entry.approved_by) == ("a", D("0.00000001"), "")


def test_an_entry_of_a_newer_program_is_not_passed_over(path: Path) -> None:
    open_spare(path).keep(HALT)
    path.write_bytes(path.read_bytes().replace(b'"v": 1', b'"v": 9'))
    with pytest.raises(StorageFailed, match="upgrade"):
        open_spare(path)


def test_two_programs_do_not_write_over_each_other(path: Path) -> None:
    """A panic beside a service that hangs. Each empties the file only when nothing of the other's is in it."""
    service, lone = open_spare(path), open_spare(path)
    service.keep(exit_of("a"))
    lone.keep(exit_of("b"))
    service.keep(exit_of("c"))
    everything = [exit_of("a"), exit_of("b"), exit_of("c")]
    assert open_spare(path).entries() == everything
    service.drop(service.entries())
    assert open_spare(path).entries() == everything, "carried over once more it changes nothing"
    last = open_spare(path)
    last.drop(last.entries())
    assert open_spare(path).entries() == []


def test_a_file_that_cannot_be_emptied_gives_nothing_twice(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What stands in the books is not carried into them again by this process, and leaves the file with the next."""

    def refused(file: int, content: bytes, at: int) -> int:
        raise OSError(5, "Input/output error")

    spare = open_spare(path)
    spare.keep(HALT)
    with monkeypatch.context() as broken:
        broken.setattr(os, "pwrite", refused)
        with pytest.raises(StorageFailed, match="Input/output error"):
            spare.drop([HALT])
    assert spare.entries() == []
    spare.keep(exit_of("a"))
    spare.drop(spare.entries())
    assert open_spare(path).entries() == []


def test_its_room_is_taken_when_it_is_made(path: Path) -> None:
    """The blocks are there, zeros and all, before the disk runs full."""
    open_spare(path)
    assert path.stat().st_size == ROOM_BYTES
    assert path.stat().st_blocks * 512 >= ROOM_BYTES


def test_what_cannot_be_kept_is_said(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    spare = open_spare(path)
    spare.keep(exit_of("a"))

    def full(*_: object) -> int:
        raise OSError(28, os.strerror(28))

    monkeypatch.setattr(os, "pwrite", full)
    with pytest.raises(StorageFailed, match="No space left"):
        spare.keep(exit_of("b"))
    assert spare.entries() == [exit_of("a")]


@pytest.mark.parametrize("call", [os.open, os.fsync])
def test_a_disk_that_refuses_is_said(path: Path, monkeypatch: pytest.MonkeyPatch, call: Callable[..., object]) -> None:
    spare = open_spare(path)

    def broken(*_: object) -> int:
        raise OSError(5, os.strerror(5))

    monkeypatch.setattr(os, call.__name__, broken)
    with pytest.raises(StorageFailed, match="check the disk"):
        spare.keep(HALT)
    assert spare.entries() == []
