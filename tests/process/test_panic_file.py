"""The PANIC file: what its words mean, that it locks at first sight and presses once, and what stays behind (C2)."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.examples import BTC, ETH
from tests.trading_floor import Floor, until, wish
from trader.execution import follower
from trader.model.events import EventKind
from trader.model.order import Side
from trader.model.portfolio import TradingState
from trader.panic import file as panic_file
from trader.panic.file import Order, PanicFile, read_order

MARKETS = (BTC, ETH)
STRATEGIES = ("sma_cross", "rsi_zones")


@pytest.mark.parametrize(
    ("text", "order"),
    [
        ("", Order()),
        ("\n\n", Order()),
        ("cancel-only\n", Order(cancel_only=True)),
        ("취소만", Order(cancel_only=True)),
        ("KRW-BTC", Order(markets=frozenset({BTC}))),
        ("krw-btc, eth", Order(markets=frozenset({BTC, ETH}))),
        ("cancel-only ETH", Order(cancel_only=True, markets=frozenset({ETH}))),
        ("strategy sma_cross", Order(strategy="sma_cross")),
        ("전략 SMA_CROSS BTC", Order(markets=frozenset({BTC}), strategy="sma_cross")),
    ],
)
def test_words_that_narrow_it(text: str, order: Order) -> None:
    assert read_order(text, MARKETS, STRATEGIES) == order


@pytest.mark.parametrize("text", ["KRW-BTX", "BTC ETC", "strategy martingale", "sell-all", "strategy", "\x00\ufffd"])
def test_what_is_not_understood_is_about_everything(text: str) -> None:
    """A typo must not leave anything unsold; it is named in the receipt."""
    order = read_order(text, MARKETS, STRATEGIES)
    assert (order.markets, order.strategy, order.cancel_only) == (frozenset(), "", False)
    assert order.unclear


def test_a_typo_does_not_turn_cancelling_into_selling() -> None:
    assert read_order("cancel-only BTX", MARKETS, STRATEGIES).cancel_only


@pytest.fixture
async def floor(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Floor]:
    monkeypatch.setattr(follower, "LOOK_SECONDS", (0.0, 0.002))
    monkeypatch.setattr(panic_file, "LOOK_SECONDS", 0.01)
    made = Floor()
    yield made
    await made.close()


def button(floor: Floor, folder: Path) -> PanicFile:
    return PanicFile(folder, floor.pursuit, floor.clock, lambda: MARKETS, lambda: STRATEGIES)


def receipt(folder: Path) -> str:
    (file,) = folder.glob("PANIC.done-*")
    return file.read_text(encoding="utf-8")


async def test_the_first_sight_locks_the_second_presses(floor: Floor, tmp_path: Path) -> None:
    """The receipt carries the time in its name, the words of the file, and what was sold."""
    await floor.done(await floor.send(wish()))
    await floor.done(await floor.send(wish("50050", market=ETH)))
    file = button(floor, tmp_path)
    await file.look()
    assert floor.state.current is TradingState.ACTIVE
    (tmp_path / "PANIC").write_text("KRW-BTC\n")
    await file.look()
    assert floor.state.current is TradingState.HALTED
    assert await floor.position(BTC) is not None
    await file.look()
    assert await floor.position(BTC) is None
    assert await floor.position(ETH) is not None
    assert os.listdir(tmp_path) == [f"PANIC.done-{floor.clock.now():%Y%m%dT%H%M%SZ}"]
    assert receipt(tmp_path).startswith("KRW-BTC\nFLAT after 0.0 s; entries are locked until /resume.\n")
    assert "sold 1.00000000 BTC at 100000" in receipt(tmp_path)
    assert floor.state.note.by == "file"


async def test_a_file_that_is_still_being_written_is_waited_for(floor: Floor, tmp_path: Path) -> None:
    """`echo KRW-BTC > PANIC` makes an empty file first: that must not sell everything."""
    await floor.done(await floor.send(wish()))
    await floor.done(await floor.send(wish("50050", market=ETH)))
    file, path = button(floor, tmp_path), tmp_path / "PANIC"
    path.touch()
    await file.look()
    path.write_text("KRW-BTC")
    await file.look()
    assert path.exists()
    await file.look()
    assert not path.exists()
    assert await floor.position(ETH) is not None


async def test_it_lives_by_itself_and_hears_the_next_one_too(floor: Floor, tmp_path: Path) -> None:
    await floor.done(await floor.send(wish()))
    life = asyncio.create_task(button(floor, tmp_path).run())
    (tmp_path / "PANIC").touch()
    await until(lambda: not (tmp_path / "PANIC").exists())
    assert await floor.position() is None
    await floor.state.set(TradingState.ACTIVE, "telegram:1")
    await floor.done(await floor.send(wish()))
    floor.clock.advance(1)
    (tmp_path / "PANIC").write_text("what now")
    await until(lambda: not (tmp_path / "PANIC").exists())
    assert await floor.position() is None
    assert floor.state.current is TradingState.HALTED
    last = tmp_path / max(os.listdir(tmp_path))
    assert "not understood, so it was about everything: what now" in last.read_text()
    life.cancel()


async def test_a_fault_does_not_break_the_button(floor: Floor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The books cannot be read for a moment: tried again."""
    monkeypatch.setattr(panic_file, "RETRY_SECONDS", 0.01)
    await floor.done(await floor.send(wish()))
    read, failures = floor.storage.read, iter([RuntimeError("a fault of ours")])

    async def read_or_fail(fn: object) -> object:
        for failure in failures:
            raise failure
        return await read(fn)  # type: ignore[arg-type]

    monkeypatch.setattr(floor.storage, "read", read_or_fail)
    life = asyncio.create_task(button(floor, tmp_path).run())
    (tmp_path / "PANIC").touch()
    await until(lambda: not (tmp_path / "PANIC").exists())
    assert await floor.position() is None
    life.cancel()


async def test_one_that_cannot_be_renamed_is_pressed_once(
    floor: Floor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(13, "not allowed")

    monkeypatch.setattr(panic_file.os, "replace", refuse)
    file = button(floor, tmp_path)
    (tmp_path / "PANIC").touch()
    for _ in range(5):
        await file.look()
    assert len(floor.told(EventKind.PANIC)) == 1


async def test_whatever_bears_the_name_is_a_button(floor: Floor, tmp_path: Path) -> None:
    """A directory, and a link to a file that must not be overwritten."""
    (tmp_path / "PANIC").mkdir()
    file = button(floor, tmp_path)
    await file.look()
    await file.look()
    assert not (tmp_path / "PANIC").exists()
    precious = tmp_path / "precious"
    precious.write_text("cancel-only")
    floor.clock.advance(1)
    (tmp_path / "PANIC").symlink_to(precious)
    await file.look()
    await file.look()
    assert not (tmp_path / "PANIC").exists()
    assert precious.read_text() == "cancel-only"


async def test_cancel_only_sells_nothing(floor: Floor, tmp_path: Path) -> None:
    await floor.done(await floor.send(wish()))
    (tmp_path / "PANIC").write_text("cancel-only")
    file = button(floor, tmp_path)
    await file.look()
    await file.look()
    assert (await floor.position()) is not None
    assert [request.side for request in floor.venue.requests] == [Side.BUY]
    assert floor.state.current is TradingState.HALTED
