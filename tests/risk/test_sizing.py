"""How much an entry costs (E6, R6). Equity 10,000,000 KRW, price 100,000, fees 0.05 % both ways."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.examples import BTC, ETH, NOON, D, holding, portfolio, position, rules
from trader.model.limits import ExitRule, Limits, Sizing, SizingMethod
from trader.model.order import Breakeven, ExitPlan
from trader.model.portfolio import DayUse, Portfolio
from trader.risk.exits import exit_plan
from trader.risk.limits_use import limits_use
from trader.risk.sizing import size_entry

FIXED = Sizing(SizingMethod.FIXED, order_fraction=D("0.1"))
RISK = Sizing(SizingMethod.RISK, risk_fraction=D("0.001"))
WIDE = Limits(max_order=D(10**9), max_market=D(10**9), max_exposure=D(1))


def sized(
    sizing: Sizing = FIXED,
    ours: Portfolio | None = None,
    limits: Limits = WIDE,
    stop: str | None = "98000",
    share: str = "1",
) -> Decimal:
    return size_entry(
        sizing,
        ours or portfolio(),
        limits,
        market=BTC,
        price=D(100_000),
        stop=None if stop is None else D(stop),
        rules=rules(),
        share=D(share),
    )


def test_fixed_is_a_fraction_of_equity() -> None:
    assert sized() == D(1_000_000)


def test_risk_based_loses_the_allowed_sum_at_the_stop_fees_included() -> None:
    """Allowed 10,000. One KRW loses 1.0005 − 0.98 × 0.9995 = 0.02099; 10,000 ÷ 0.02099 = 476,417.3."""
    notional = sized(RISK)
    assert notional == D(476_417)
    paid = notional * D("1.0005")
    back = notional / 100_000 * 98_000 * D("0.9995")
    assert D(9_999) < paid - back <= D(10_000)


@pytest.mark.parametrize("stop", [None, "100000", "120000", "0"])
def test_risk_based_without_a_usable_stop_is_fixed(stop: str | None) -> None:
    assert sized(RISK, stop=stop) == D(1_000_000)


def test_a_narrow_stop_cannot_blow_up_the_size() -> None:
    """Stop 0.01 % away: 10,000 ÷ 0.0010999 = 9.1 million, but no more than the cap per order."""
    assert sized(RISK, limits=Limits(max_order=D(300_000)), stop="99990") == D(300_000)


def test_caps() -> None:
    assert sized(limits=Limits(max_order=D(400_000))) == D(400_000)
    added = holding("15", "1500000")  # 15 × 100,000 held, 2,000,000 allowed; equity 11,500,000
    assert sized(ours=added, limits=Limits(max_order=D(10**9), max_market=D(2_000_000))) == D(500_000)
    assert sized(ours=added, limits=Limits(max_market=D(1_000_000))) == D(0)


def test_cash_pays_the_fee_too() -> None:
    """100,000 free: 100,000 ÷ 1.0005 = 99,950.02."""
    ours = holding("90", "9000000", cash=portfolio("100000").cash)
    assert sized(ours=ours) == D(99_950)


def test_share_only_shrinks() -> None:
    assert sized(share="0.25") == D(250_000)
    assert sized(share="7") == D(1_000_000)
    assert sized(share="-1") == D(0)


@given(
    cash=st.decimals("0", "100000000", places=2),
    max_order=st.decimals("0", "10000000", places=0),
    fraction=st.decimals("0.001", "0.95", places=3),
    stop=st.none() | st.decimals("1", "99999", places=0),
    method=st.sampled_from(SizingMethod),
)
def test_never_above_cap_or_cash(
    cash: Decimal, max_order: Decimal, fraction: Decimal, stop: Decimal | None, method: SizingMethod
) -> None:
    sizing = Sizing(method, order_fraction=fraction, risk_fraction=fraction / 10)
    notional = sized(sizing, portfolio(str(cash)), Limits(max_order=max_order), None if stop is None else str(stop))
    assert notional == notional.to_integral_value()
    assert 0 <= notional <= max_order
    assert notional * D("1.0005") <= cash


def test_exits_from_the_owners_rule() -> None:
    assert exit_plan(ExitRule(), D(100_000), rules()) == ExitPlan(stop=D(98_000), take=D(103_000))
    off = ExitRule(stop=D(0), take=D(0), trail=D("0.015"), max_hold_seconds=600)
    assert exit_plan(off, D(100_000), rules()) == ExitPlan(trail=D("0.015"), max_hold_seconds=600)


@pytest.mark.parametrize(
    ("price", "tick", "stop", "take"),
    [
        # 161,208,000 × 0.98 = 157,983,840 and × 1.03 = 166,044,240: both up to the next 1,000.
        ("161208000", "1000", "157984000", "166045000"),
        # 150,000 × 0.98 = 147,000 and × 1.03 = 154,500 lie on a tick already.
        ("150000", "100", "147000", "154500"),
        # 1,025 × 0.98 = 1,004.5 → 1,005; × 1.03 = 1,055.75 → 1,056.
        ("1025", "1", "1005", "1056"),
    ],
)
def test_stop_and_take_lie_on_a_tick_never_beyond_what_the_owner_set(
    price: str, tick: str, stop: str, take: str
) -> None:
    market = rules(ticks=((D(0), D(tick)),))
    plan = exit_plan(ExitRule(), D(price), market)
    assert (plan.stop, plan.take) == (D(stop), D(take))


def test_a_level_across_a_band_takes_the_tick_of_the_band_it_ends_in() -> None:
    """995,000 × 1.03 = 1,024,850 is above 1,000,000, where the tick is 1,000, not 500."""
    bands = rules(ticks=((D(1_000_000), D(1_000)), (D(500_000), D(500)), (D(0), D(100))))
    assert exit_plan(ExitRule(), D(995_000), bands).take == D(1_025_000)


def test_a_stop_nearer_than_a_tick_stays_below_the_price() -> None:
    """0.5 % below 101 is 100.495; up would be 101, the price itself: sold as soon as bought."""
    coarse = rules(ticks=((D(0), D(1)),))
    assert exit_plan(ExitRule(stop=D("0.005")), D(101), coarse).stop == D(100)


def test_a_strategys_stop_lies_on_a_tick_too() -> None:
    assert exit_plan(ExitRule(), D(100_000), rules(), D("99012.5")).stop == D(99_050)


def test_the_tighter_stop_counts() -> None:
    assert exit_plan(ExitRule(), D(100_000), rules(), D(99_000)).stop == D(99_000)
    assert exit_plan(ExitRule(), D(100_000), rules(), D(90_000)).stop == D(98_000)
    assert exit_plan(ExitRule(stop=D(0)), D(100_000), rules(), D(90_000)).stop == D(90_000)
    assert exit_plan(ExitRule(stop=D(0)), D(100_000), rules(), D(100_000)).stop is None


def test_a_size_is_cut_to_what_is_left_of_the_day_and_of_the_exposure() -> None:
    """Spending: 1,000,000 less 499,750 spent leaves 500,250 = 500,000 × 1.0005. Exposure: 30 % of 10,000,000, of which
    2,600,000 is taken."""
    spent = portfolio(today=DayUse(spent=D(499_750)))
    assert sized(ours=spent, limits=replace(WIDE, max_daily_spend=D(1_000_000))) == D(500_000)
    taken = portfolio("7500000", positions={ETH: position("25", market=ETH)}, bids={ETH: D(100_000)}, buying=D(100_000))
    assert sized(ours=taken, limits=replace(WIDE, max_exposure=D("0.3"))) == D(400_000)
    assert sized(ours=taken, limits=replace(WIDE, max_exposure=D("0.2"))) == 0


def test_a_break_even_rule_knows_fee_and_tick() -> None:
    plan = exit_plan(ExitRule(breakeven=D("0.01")), D(100_000), rules(ask_fee_rate=D("0.0004")))
    assert plan.breakeven == Breakeven(D("0.01"), D("0.0004"))


def test_limits_with_what_is_used() -> None:
    """1 BTC worth 100,000 bought for 130,000: 30,000 down, one of five positions, 100,000 of 10,100,000 exposed."""
    used = {row.key: row.used for row in limits_use(Limits(), holding("1", "130000"), NOON)}
    assert used["max_market_krw"] == D(100_000)
    assert used["max_positions"] == D(1)
    assert used["max_daily_loss_krw"] == D(30_000)
    assert used["max_order_krw"] is None
    assert used["max_exposure"] == D(100_000) / D(10_100_000)
    assert (used["max_daily_spend_krw"], used["max_stops_in_a_row"]) == (D(0), D(0))
    off = limits_use(Limits(max_stops_in_a_row=0), portfolio(losing_stops=(NOON,)), NOON)
    assert {row.key: row.used for row in off}["max_stops_in_a_row"] is None
