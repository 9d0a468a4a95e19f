"""E9: a change by chat is taken back to what was before it, whatever that was; what loosens waits as always."""

from __future__ import annotations

import pytest

from tests.examples import D
from tests.trader_core.test_raises import Office
from trader.errors import UserInputError

ANN, BOB = "telegram:1", "slack:U2"


async def test_back_to_the_value_before_and_then_to_the_environments() -> None:
    """200,000 in the environment; 150,000, then 120,000 by chat."""
    office = Office.new()
    await office.bureau.change_setting("max_order_krw", "150000", ANN)
    await office.bureau.change_setting("max_order_krw", "120000", ANN)
    found = await office.bureau.undoable("max_order_krw", ANN)
    assert (found.old, found.new, found.value) == ("120000", "150000", "150000")
    await office.bureau.change_setting("raise_delay_seconds", "0", ANN)
    assert office.tuning.pending("raise_delay_seconds") is not None, "that loosens, so it waits; the undo waits as well"
    assert (await office.bureau.undo(found, ANN)).due is not None
    assert office.order_limit == 120_000


async def test_the_first_change_is_taken_back_to_what_the_environment_says() -> None:
    office = Office.new()
    await office.bureau.change_setting("stop_fraction", "0.01", ANN)
    found = await office.bureau.undoable("", ANN)
    assert (found.key, found.value, found.old, found.new) == ("stop_fraction", None, "0.01", "0.02")
    done = await office.bureau.undo(found, ANN)
    assert done.due is not None
    office.clock.advance(600)
    await office.bureau.apply_due()
    assert office.tuning.current.stop_fraction == D("0.02")
    assert office.tuning.row("stop_fraction") is None


async def test_ones_own_newest_that_nobody_has_changed_again() -> None:
    office = Office.new()
    await office.bureau.change_setting("timeframe", "1h", ANN)
    await office.bureau.change_setting("order_style", "best", ANN)
    await office.bureau.change_setting("order_style", "market", BOB)
    assert (await office.bureau.undoable("", ANN)).key == "timeframe"
    assert (await office.bureau.undoable("order_style", ANN)).new == "best", "named, it may be another's"
    assert (await office.bureau.undoable("", BOB)).key == "order_style"


async def test_parameters_and_the_strategy_of_one_market() -> None:
    office = Office.new()
    (market,) = office.tuning.current.market_list
    await office.bureau.change_param("sma_cross", "fast", "10", ANN)
    await office.bureau.change_strategy("sma_cross", market, ANN)
    found = await office.bureau.undoable(f"strategy.{market.code}", ANN)
    assert (found.value, found.old, found.new) == (None, "sma_cross", office.tuning.current.strategy)
    await office.bureau.undo(found, ANN)
    assert office.tuning.strategy_for(market) == office.tuning.current.strategy
    found = await office.bureau.undoable("param.sma_cross.fast", ANN)
    assert (found.value, found.old, found.new) == (None, "10", "12")
    await office.bureau.undo(found, ANN)
    assert office.tuning.params_of("sma_cross") == {}


async def test_nothing_to_take_back() -> None:
    office = Office.new()
    for key in ("", "max_order_krw", "no_such_key"):
        with pytest.raises(UserInputError) as said:
            await office.bureau.undoable(key, ANN)
        assert said.value.key == "undo-none"
    await office.bureau.change_setting("order_style", "best", ANN)
    await office.bureau.undo(await office.bureau.undoable("order_style", ANN), ANN)
    again = await office.bureau.undoable("order_style", ANN)
    assert (again.old, again.new) == ("limit", "best"), "an undo can be undone"
