"""Parameters: declared once, checked, listed (E12)."""

import pytest

from trader.errors import UserInputError
from trader.signals import params, registry
from trader.signals.sma_cross import SmaCross
from trader.signals.volatility_breakout import VolatilityBreakout
from trader.signals.weighted_ensemble import WeightedEnsemble

ALL = registry.names()


def test_the_strategies() -> None:
    assert ALL == ("buy_and_hold", "rsi_zones", "sma_cross", "volatility_breakout", "weighted_ensemble")


def test_from_text() -> None:
    assert registry.get("sma_cross", {"fast": " 5 ", "slow": "20"}) == SmaCross(fast=5, slow=20)
    given = {"exit": "PREV_LOW", "leave_at_day_end": "no", "k": "0.6"}
    assert registry.get("volatility_breakout", given) == VolatilityBreakout(
        k=0.6, exit="prev_low", leave_at_day_end=False
    )


@pytest.mark.parametrize(
    ("strategy", "given", "key", "said"),
    [
        ("no_such", {}, "strategy-unknown", {"names": " ".join(ALL)}),
        ("sma_cross", {"quick": "3"}, "param-unknown", {"name": "quick", "names": "fast slow"}),
        ("sma_cross", {"fast": "1"}, "param-bad-value", {"name": "fast", "value": "1", "bounds": "2 … 200"}),
        ("sma_cross", {"fast": "3.5"}, "param-bad-value", {"value": "3.5"}),
        ("sma_cross", {"fast": "much"}, "param-bad-value", {"value": "much"}),
        ("volatility_breakout", {"k": "nan"}, "param-bad-value", {"value": "nan"}),
        ("volatility_breakout", {"exit": "hope"}, "param-bad-value", {"bounds": "atr trail prev_low"}),
        ("volatility_breakout", {"leave_at_day_end": "maybe"}, "param-bad-value", {"bounds": "yes no"}),
        ("sma_cross", {"fast": "50", "slow": "20"}, "param-not-below", {"lower": "fast", "low": 50, "high": 20}),
        (
            "weighted_ensemble",
            dict.fromkeys(("trend", "momentum", "swing", "scalping", "day", "price_action"), "0"),
            "param-no-weight",
            {},
        ),
    ],
)
def test_what_cannot_be_used_is_said(strategy: str, given: dict[str, str], key: str, said: dict[str, str]) -> None:
    with pytest.raises(UserInputError) as caught:
        registry.get(strategy, given)
    assert caught.value.key == key
    assert caught.value.params.items() >= said.items()


def test_out_of_bounds_in_code_is_an_error_too() -> None:
    with pytest.raises(ValueError, match="threshold"):
        WeightedEnsemble(threshold=1.5)


@pytest.mark.parametrize("name", ALL)
def test_every_parameter_is_documented_with_unit_and_a_default_in_bounds(name: str) -> None:
    strategy = registry.get(name)
    shown = params.views(strategy)
    assert [view.name for view in shown] == [spec.name for spec in params.specs(strategy)]
    for view in shown:
        assert view.value == view.default
        assert view.description.endswith(")"), f"{name}.{view.name} says no unit"
    again = registry.get(name, {view.name: view.value for view in shown})
    assert again == strategy


@pytest.mark.parametrize("name", ALL)
def test_every_value_of_the_search_grid_may_be_given(name: str) -> None:
    for spec in params.specs(registry.strategy_class(name)):
        grid = spec.grid(5)
        assert 2 <= len(grid) <= 5
        for value in grid:
            spec.check(value)
            assert spec.parse(params.as_text(value)) == pytest.approx(value)


def test_the_grid_spans_the_bounds() -> None:
    fast, slow = params.specs(SmaCross)
    assert fast.grid(3) == (2, 101, 200)
    assert slow.grid(1) == (5,)


def test_two_strategies_cannot_have_one_name() -> None:
    with pytest.raises(ValueError, match="sma_cross"):
        registry.strategy("sma_cross")(SmaCross)
