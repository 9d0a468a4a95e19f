"""Raising a limit or loosening a guard waits, lowering does not; what waits is a row (S6, promise 7)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from storage.memory import MemoryStorage
from storage.sql import open_storage
from tests.examples import BTC, NOON, D, info
from tests.trader_core.test_service import House
from tests.trading_floor import until
from trader.bureau import Bureau
from trader.chronicle import Chronicle
from trader.clock import ManualClock
from trader.errors import UserInputError
from trader.market.quotes import QuoteBoard
from trader.model.events import EventKind, SettingRow
from trader.model.views import PendingRaise, SettingChange
from trader.ports import Storage
from trader.settings import Settings
from trader.tuning import Tuning

BASE = Settings(_env_file=None, markets=("KRW-BTC",), max_order_krw=D(200_000), stop_fraction=D("0.02"))
WAIT = timedelta(minutes=10)


class Office:
    """A bureau over rows; `reopened` is the same after a restart."""

    def __init__(
        self, storage: Storage, rows: dict[str, SettingRow], clock: ManualClock, base: Settings = BASE
    ) -> None:
        self.storage, self.clock, self.base = storage, clock, base
        self.tuning = Tuning(base, rows)
        quotes = QuoteBoard(clock)
        quotes.set_infos([info(BTC)])
        self.bureau = Bureau(Chronicle(storage, clock), clock, self.tuning, quotes)

    @classmethod
    def new(cls, storage: Storage | None = None) -> Office:
        return cls(storage or MemoryStorage(), {}, ManualClock(NOON))

    async def reopened(self, base: Settings | None = None) -> Office:
        rows = await self.storage.read(lambda records: records.settings.current())
        return Office(self.storage, rows, self.clock, base or self.base)

    async def kinds(self) -> list[EventKind]:
        """Of what people were told, oldest first."""
        return [e.kind for e in await self.storage.read(lambda records: records.events.latest(20))][::-1]

    @property
    def order_limit(self) -> int:
        return int(self.tuning.current.max_order_krw)


async def test_a_raise_takes_effect_when_its_time_has_come() -> None:
    office = Office.new()
    done = await office.bureau.change_setting("max_order_krw", "300000", "telegram:1")
    assert done == SettingChange("max_order_krw", "200000", "300000", due=NOON + WAIT)
    assert office.order_limit == 200_000
    pending = PendingRaise("max_order_krw", "300000", "300000", "telegram:1", NOON, NOON + WAIT)
    assert office.tuning.all_pending() == [pending]
    assert {v.key: v.pending for v in office.tuning.views() if v.pending} == {"max_order_krw": pending}
    office.clock.advance(599)
    await office.bureau.apply_due()
    assert office.order_limit == 200_000
    office.clock.advance(1)
    await office.bureau.apply_due()
    await office.bureau.apply_due()
    assert (office.order_limit, office.tuning.all_pending()) == (300_000, [])
    assert await office.kinds() == [EventKind.SETTING_WAITS, EventKind.SETTING_CHANGED]
    row = office.tuning.row("max_order_krw")
    assert row is not None
    assert (row.set_by, row.set_at) == ("telegram:1", NOON + WAIT)


async def test_a_raise_survives_a_restart_neither_lost_nor_hastened(tmp_path: Path) -> None:
    """In a real database: half of the wait passes, the service starts anew, the other half has to pass as well."""
    storage = await open_storage(f"sqlite:///{tmp_path}/trader.sqlite3")
    office = Office.new(storage)
    await office.bureau.change_setting("max_order_krw", "300000", "telegram:1")
    office.clock.advance(300)
    await storage.close()
    office.storage = await open_storage(f"sqlite:///{tmp_path}/trader.sqlite3")
    office = await office.reopened()
    await office.bureau.apply_due()
    assert office.order_limit == 200_000
    assert office.tuning.all_pending()[0].due == NOON + WAIT
    office.clock.advance(86_400)  # down for a day
    office = await office.reopened()
    await office.bureau.apply_due()
    assert office.order_limit == 300_000
    assert (await office.reopened()).order_limit == 300_000
    await office.storage.close()


async def test_lowering_is_immediate_and_ends_what_waits() -> None:
    office = Office.new()
    await office.bureau.change_setting("max_order_krw", "300000", "telegram:1")
    done = await office.bureau.change_setting("max_order_krw", "100000", "telegram:2")
    assert (done.new, done.due, office.order_limit) == ("100000", None, 100_000)
    office.clock.advance(3600)
    await office.bureau.apply_due()
    assert office.order_limit == 100_000
    assert (await office.reopened()).tuning.all_pending() == []


async def test_a_second_raise_takes_the_place_of_the_first() -> None:
    """Its own wait begins with it."""
    office = Office.new()
    await office.bureau.change_setting("max_order_krw", "300000", "telegram:1")
    office.clock.advance(500)
    await office.bureau.change_setting("max_order_krw", "400000", "telegram:2")
    office.clock.advance(500)
    await office.bureau.apply_due()
    assert office.order_limit == 200_000
    office.clock.advance(100)
    await office.bureau.apply_due()
    assert office.order_limit == 400_000


async def test_a_raise_can_be_cancelled() -> None:
    office = Office.new()
    await office.bureau.change_setting("max_order_krw", "300000", "telegram:1")
    assert await office.bureau.cancel_raise("max_order_krw", "telegram:2") == SettingChange(
        "max_order_krw", "300000", "200000"
    )
    office.clock.advance(3600)
    await office.bureau.apply_due()
    assert office.order_limit == 200_000
    assert await office.kinds() == [EventKind.SETTING_WAITS, EventKind.SETTING_CANCELLED]
    with pytest.raises(UserInputError, match="raise-none"):
        await office.bureau.cancel_raise("max_order_krw", "telegram:2")


@pytest.mark.parametrize(
    ("key", "value", "waits"),
    [
        ("stop_fraction", "0.03", True),
        ("stop_fraction", "0", True),
        ("stop_fraction", "0.01", False),
        ("cooldown_seconds", "0", True),
        ("declined_seconds", "600", True),
        ("max_stops_in_a_row", "0", True),
        ("raise_delay_seconds", "0", True),
        ("raise_delay_seconds", "1200", False),
        ("order_fraction", "0.5", False),  # sizing asks once more, it does not wait
        ("timeframe", "1m", False),
    ],
)
async def test_what_waits(key: str, value: str, waits: bool) -> None:
    """The wait itself cannot be shortened without waiting."""
    done = await Office.new().bureau.change_setting(key, value, "console")
    assert (done.due is not None) is waits


async def test_back_to_the_default_waits_too_when_that_is_looser() -> None:
    office = Office.new()
    await office.bureau.change_setting("max_order_krw", "100000", "console")
    done = await office.bureau.change_setting("max_order_krw", None, "console")
    assert (done.new, done.due) == ("200000", NOON + WAIT)
    office.clock.advance(600)
    await office.bureau.apply_due()
    assert (office.order_limit, office.tuning.row("max_order_krw")) == (200_000, None)


async def test_without_a_delay_nothing_waits() -> None:
    office = Office(MemoryStorage(), {}, ManualClock(NOON), BASE.model_copy(update={"raise_delay_seconds": 0}))
    assert (await office.bureau.change_setting("max_order_krw", "300000", "console")).due is None
    assert office.order_limit == 300_000


async def test_what_an_upgrade_has_made_impossible_is_forgotten_and_told() -> None:
    office = Office.new()
    await office.bureau.change_setting("max_order_krw", "300000", "telegram:1")
    row = office.tuning.row("pending.max_order_krw")
    assert row is not None
    assert row.value is not None
    broken = SettingRow(row.key, row.value.replace('"300000"', '"4999"'), row.set_by, row.set_at)
    await office.storage.write(lambda records: records.settings.add(broken))
    office = await office.reopened()
    office.clock.advance(600)
    await office.bureau.apply_due()
    assert (office.order_limit, office.tuning.all_pending()) == (200_000, [])
    assert (await office.kinds())[-1] is EventKind.SETTING_CANCELLED


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    made = House(tmp_path)
    yield made
    await made.stop()


async def test_the_timetable_applies_it_and_so_does_the_next_start(house: House) -> None:
    """Ten minutes pass while the service runs, and once more while it does not."""
    trader = await house.start()
    await trader.desk.change_setting("max_positions", "7", "telegram:1")
    house.clock.advance(600)
    await until(lambda: trader.tuning.current.max_positions == 7)
    await trader.desk.change_setting("max_positions", "9", "telegram:1")
    await house.stop()
    house.clock.advance(600)
    trader = await house.start()
    await until(lambda: trader.tuning.current.max_positions == 9)


async def test_limits_show_the_wait_itself(house: House) -> None:
    trader = await house.start()
    use = {row.key: (row.limit, row.used) for row in (await trader.desk.limits()).rows}
    assert use["raise_delay_seconds"] == (D(600), None)
    assert use["max_stops_in_a_row"] == (D(5), D(0))
    assert use["max_exposure"] == (D("0.8"), D(0))
