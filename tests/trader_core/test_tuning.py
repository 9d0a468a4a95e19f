"""Settings changed while running: checked as the environment is, in force at once, told where from (E9, E12)."""

from __future__ import annotations

import pytest

from storage.memory import MemoryStorage
from tests.examples import BTC, ETH, NOON, D, info
from trader.bureau import Bureau
from trader.chronicle import Chronicle
from trader.clock import ManualClock
from trader.errors import UserInputError
from trader.market.quotes import QuoteBoard
from trader.model.events import EventKind, SettingRow
from trader.model.market import Market
from trader.settings import Settings
from trader.settings.fields import as_text
from trader.tuning import Tuning, tunable_keys

BASE = Settings(_env_file=None, markets=("KRW-BTC",), max_order_krw=D(200_000), raise_delay_seconds=0)


class Office:
    def __init__(self, base: Settings = BASE) -> None:
        self.storage, clock = MemoryStorage(), ManualClock(NOON)
        self.tuning = Tuning(base, {})
        quotes = QuoteBoard(clock)
        quotes.set_infos([info(BTC), info(ETH)])
        self.bureau = Bureau(Chronicle(self.storage, clock), clock, self.tuning, quotes)
        self.changed: list[str] = []
        self.bureau.on_change(self.changed.append)

    async def reopened(self) -> Tuning:
        return Tuning(BASE, await self.storage.read(lambda records: records.settings.current()))


async def test_a_change_is_stored_in_force_and_told() -> None:
    office = Office()
    change = await office.bureau.change_setting("max_order_krw", "300000", "telegram:1")
    assert (change.old, change.new) == ("200000", "300000")
    assert office.tuning.current.limits.max_order == 300_000
    assert (await office.reopened()).current.max_order_krw == 300_000
    assert office.changed == ["max_order_krw"]
    (event,) = await office.storage.read(lambda records: records.events.latest(5))
    assert event.kind is EventKind.SETTING_CHANGED
    assert event.data == {"key": "max_order_krw", "old": "200000", "new": "300000", "by": "telegram:1"}


@pytest.mark.parametrize(
    ("key", "value", "error"),
    [
        ("max_order_krw", "4999", "setting-bad-value"),
        ("max_order_krw", "much", "setting-bad-value"),
        ("max_order_krw", "NaN", "setting-bad-value"),
        ("timeframe", "7m", "setting-bad-value"),
        ("markets", "", "setting-bad-value"),
        ("markets", "bitcoin", "setting-bad-value"),
        ("markets", "KRW-NOWHERE", "market-unknown"),
        ("strategy", "luck", "strategy-unknown"),
        ("mode", "live", "setting-unknown"),
        ("upbit_secret_key", "x", "setting-unknown"),
        ("nothing", "1", "setting-unknown"),
        ("nothing", None, "setting-unknown"),
        ("mode", None, "setting-unknown"),
    ],
)
async def test_a_bad_value_changes_nothing(key: str, value: str | None, error: str) -> None:
    office = Office()
    with pytest.raises(UserInputError) as caught:
        await office.bureau.change_setting(key, value, "console")
    assert caught.value.key == error
    assert office.tuning.current == BASE
    assert await office.storage.read(lambda records: records.settings.history(5)) == []
    assert office.changed == []


async def test_back_to_the_environments_value() -> None:
    office = Office()
    await office.bureau.change_setting("max_order_krw", "300000", "console")
    change = await office.bureau.change_setting("max_order_krw", None, "console")
    assert (change.old, change.new) == ("300000", "200000")
    assert (await office.reopened()).current == BASE


async def test_origin_and_history() -> None:
    office = Office()
    await office.bureau.change_setting("max_positions", "3", "telegram:1")
    views = {view.key: view for view in office.tuning.views()}
    assert [views[k].origin for k in ("max_positions", "max_order_krw", "timeframe")] == [
        "chat",
        "environment",
        "default",
    ]
    assert (views["max_positions"].set_by, views["max_positions"].set_at) == ("telegram:1", NOON)
    assert (views["max_positions"].value, views["max_positions"].default) == ("3", "5")
    await office.bureau.change_setting("max_positions", "4", "telegram:2")
    history = await office.storage.read(lambda records: records.settings.history(5, "max_positions"))
    assert [(row.value, row.set_by) for row in history] == [("4", "telegram:2"), ("3", "telegram:1")]


def test_secrets_are_never_shown() -> None:
    tuning = Tuning(Settings(_env_file=None, upbit_secret_key="hush", telegram_bot_token=""), {})
    views = {view.key: view for view in tuning.views()}
    assert views["upbit_secret_key"].value == "***"
    assert views["telegram_bot_token"].value == ""
    assert "hush" not in repr(tuning.views())


def test_a_stored_value_out_of_bounds_is_left_aside_the_others_count() -> None:
    """An upgrade moved a bound: the program starts, with that setting's own value."""
    rows = {
        "max_order_krw": SettingRow("max_order_krw", "1", "console", NOON),
        "max_positions": SettingRow("max_positions", "3", "console", NOON),
        "gone_setting": SettingRow("gone_setting", "3", "console", NOON),
    }
    tuning = Tuning(BASE, rows)
    assert (tuning.current.max_order_krw, tuning.current.max_positions) == (200_000, 3)
    views = {view.key: view for view in tuning.views()}
    assert views["max_order_krw"].origin == "environment"


async def test_markets_are_added_and_taken_off_never_all() -> None:
    office = Office()
    change = await office.bureau.change_markets([ETH, BTC], [], "console")
    assert change.new == "KRW-BTC KRW-ETH"
    assert (await office.bureau.change_markets([], [BTC], "console")).new == "KRW-ETH"
    with pytest.raises(UserInputError, match="markets-empty"):
        await office.bureau.change_markets([], [ETH], "console")


async def test_a_strategy_of_one_market_alone() -> None:
    office = Office()
    await office.bureau.change_strategy("sma_cross", BTC, "console")
    assert office.tuning.strategy_for(BTC) == "sma_cross"
    assert office.tuning.strategy_for(ETH) == BASE.strategy
    assert (await office.reopened()).strategy_for(BTC) == "sma_cross"
    with pytest.raises(UserInputError, match="strategy-unknown"):
        await office.bureau.change_strategy("luck", BTC, "console")


async def test_parameters_are_checked_stored_and_taken_back() -> None:
    office = Office()
    change = await office.bureau.change_param("sma_cross", "fast", "20", "console")
    assert (change.key, change.new) == ("sma_cross.fast", "20")
    assert (await office.reopened()).params_of("sma_cross") == {"fast": "20"}
    for name, value in (("fast", "0"), ("fast", "soon"), ("nothing", "1"), ("nothing", None)):
        with pytest.raises(UserInputError):
            await office.bureau.change_param("sma_cross", name, value, "console")
    assert (await office.bureau.change_param("sma_cross", "fast", None, "console")).new == change.old
    assert len(await office.storage.read(lambda records: records.settings.history(9))) == 2


async def test_a_default_that_no_longer_fits_the_rest_is_refused() -> None:
    """fast 12 / slow 48 by default. With slow at 10, fast must stay below it: it cannot go back to 12."""
    office = Office()
    await office.bureau.change_param("sma_cross", "fast", "5", "console")
    await office.bureau.change_param("sma_cross", "slow", "10", "console")
    with pytest.raises(UserInputError):
        await office.bureau.change_param("sma_cross", "fast", None, "console")
    assert office.tuning.params_of("sma_cross") == {"fast": "5", "slow": "10"}


def test_every_tunable_setting_goes_through_its_own_text() -> None:
    """What /settings shows can be typed back."""
    tuning = Tuning(BASE, {})
    for key in tunable_keys():
        shown = as_text(getattr(tuning.current, key))
        assert tuning.check(key, shown) == shown
    assert tuning.check("max_order_krw", "1e6") == "1000000"
    assert [Market.parse(c) for c in tuning.check("markets", "krw-btc, KRW-ETH krw-btc").split()] == [BTC, ETH]
