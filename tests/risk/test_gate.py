"""The gate: each reason alone, all of them together, and what no limit may stop (S6, promise 7).

The everyday case: 100,000 KRW of BTC at 100,100 (bid 100,000), 10,000,000 KRW free, fee 0.05 %."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.examples import (
    BTC,
    ETH,
    LIMITS,
    NOON,
    D,
    buy,
    holding,
    info,
    order_book,
    portfolio,
    position,
    protective,
    quote,
    rules,
    sell,
)
from trader.model.limits import Limits
from trader.model.market import Market
from trader.model.order import Cleared, Denied, ExitPlan, Intent, OrderType, Origin, Reason, Side
from trader.model.portfolio import Balance, DayUse, Decline, Portfolio, TradingState
from trader.risk.gate import entry_blocks, review
from trader.risk.reasons import REASONS, because


def reviewed(intent: Intent | None = None, ours: Portfolio | None = None, **changes: Any) -> Cleared | Denied:
    around: dict[str, Any] = {
        "limits": LIMITS,
        "rules": rules(),
        "quote": quote(),
        "book": order_book(),
        "info": info(),
        "now": NOON,
    }
    return review(intent or buy(), ours or portfolio(), **{**around, **changes})


def reasons(verdict: Cleared | Denied) -> list[Reason]:
    return list(verdict.reasons) if isinstance(verdict, Denied) else []


def test_a_sound_entry_is_cleared_with_its_estimates() -> None:
    """Fee 100,000 × 0.0005 = 50; 100,000 of 10,000,000 is 1 %; one level takes it all, so no slippage."""
    verdict = reviewed()
    assert isinstance(verdict, Cleared)
    assert replace(verdict, outlook=None) == Cleared(buy(), fee=D(50), slippage_bps=D(0), equity_share=D("0.01"))


ALONE: list[tuple[str, dict[str, str], dict[str, Any]]] = [
    ("trading_state", {"state": "reducing"}, {"ours": portfolio(state=TradingState.REDUCING)}),
    ("trading_state", {"state": "halted"}, {"ours": portfolio(state=TradingState.HALTED)}),
    ("not_reconciled", {}, {"ours": portfolio(reconciled=False)}),
    ("books_differ", {"market": "KRW-BTC"}, {"ours": portfolio(disputed=frozenset({BTC}))}),
    ("order_pending", {"market": "KRW-BTC"}, {"ours": portfolio(pending=frozenset({BTC}))}),
    (
        "order_unresolved",
        {"market": "KRW-BTC"},
        {"ours": portfolio(pending=frozenset({BTC}), unresolved=frozenset({BTC}))},
    ),
    ("already_holding", {"market": "KRW-BTC", "quantity": "1"}, {"ours": holding()}),
    ("market_inactive", {"market": "KRW-BTC"}, {"rules": rules(active=False)}),
    ("market_unknown", {"market": "KRW-BTC"}, {"info": None}),
    ("market_warning", {"market": "KRW-BTC"}, {"info": info(warning=True)}),
    (
        "market_caution",
        {"market": "KRW-BTC", "cautions": "PRICE_FLUCTUATIONS"},
        {"info": info(cautions=("PRICE_FLUCTUATIONS",))},
    ),
    ("stale_quote", {"age_seconds": "", "limit_seconds": "30"}, {"quote": None}),
    ("stale_quote", {"age_seconds": "31", "limit_seconds": "30"}, {"now": NOON + timedelta(seconds=31)}),
    ("cooldown", {"seconds_left": "1"}, {"ours": portfolio(last_exit={BTC: NOON - timedelta(seconds=299)})}),
    (
        "declined",
        {"how": "rejected", "seconds_left": "1"},
        {"ours": portfolio(declined={(buy().owner, BTC, Side.BUY): Decline(NOON - timedelta(seconds=3599), False)})},
    ),
    (
        "declined",
        {"how": "unanswered", "seconds_left": "3600"},
        {"ours": portfolio(declined={(buy().owner, BTC, Side.BUY): Decline(NOON, True)})},
    ),
    (
        "max_daily_loss",
        {"loss": "300000", "limit": "300000"},
        {"ours": portfolio(today=DayUse(realised_pnl=D(-300_000)))},
    ),
    ("max_entries_per_day", {"entries": "50", "limit": "50"}, {"ours": portfolio(today=DayUse(entries=50))}),
    (
        # 800,000 spent, 100,000 on its way, and 100,000 × 1.0005 now: 1,000,050
        "max_daily_spend",
        {"spent": "900000", "notional": "100000", "limit": "1000000"},
        {
            "ours": portfolio(today=DayUse(spent=D(800_000)), buying=D(100_000)),
            "limits": Limits(max_daily_spend=D(1_000_000)),
        },
    ),
    (
        # 400,000 in ETH, 50,000 on its way, 100,000 now, of 1,000,000: 55 %
        "max_exposure",
        {"exposure_fraction": "0.55", "limit_fraction": "0.5"},
        {
            "ours": portfolio(
                "600000", positions={ETH: position("4", market=ETH)}, bids={ETH: D(100_000)}, buying=D(50_000)
            ),
            "limits": Limits(max_exposure=D("0.5")),
        },
    ),
    (
        # the third one nine minutes ago, entries wait for ten
        "max_stops_in_a_row",
        {"stops": "3", "limit": "3", "seconds_left": "60"},
        {
            "ours": portfolio(losing_stops=tuple(NOON - timedelta(minutes=m) for m in (90, 20, 9))),
            "limits": Limits(max_stops_in_a_row=3, stop_breaker_seconds=600),
        },
    ),
    ("volatility", {"move_fraction": "0.051", "limit_fraction": "0.05"}, {"moved": D("0.051")}),
    (
        "max_positions",
        {"open": "1", "limit": "1"},
        {"ours": portfolio(positions={ETH: position(market=ETH)}), "limits": Limits(max_positions=1)},
    ),
    ("no_size", {}, {"intent": buy("0")}),
    ("below_minimum", {"notional": "4999", "minimum": "5000"}, {"intent": buy("4999")}),
    (
        # 1 % below the stop: 6,000 ÷ (100,100 × 1.0005) × 79,200 × 0.9995 = 4,742.5
        "below_minimum_at_stop",
        {"value": "4743", "stop": "79200", "minimum": "5000"},
        {"intent": buy("6000", exits=ExitPlan(stop=D(80_000)))},
    ),
    (
        # without a stop 10 % below the ask: 5,500 × 0.9 × 0.9995 ÷ 1.0005 = 4,945.1
        "below_minimum_at_stop",
        {"value": "4945", "stop": "90090", "minimum": "5000"},
        {"intent": buy("5500")},
    ),
    (
        "above_maximum",
        {"notional": "100000", "maximum": "99999"},
        {"rules": rules(max_notional=D(99_999))},
    ),
    ("not_enough_cash", {"needed": "100050", "free": "100049"}, {"ours": portfolio("100049")}),
    ("max_order", {"notional": "100000", "limit": "99999"}, {"limits": Limits(max_order=D(99_999))}),
    ("max_market", {"value": "100000", "limit": "99999"}, {"limits": Limits(max_market=D(99_999))}),
    (
        # 100,000 → 100,400: 400 ÷ 100,200 = 39.9 bps
        "max_spread",
        {"spread_bps": "39.9", "limit_bps": "30"},
        {"quote": quote("100000", "100400")},
    ),
    (
        # half at 100,000, half at 101,000: 0.5 + 0.4950495 BTC, mean 100,497.5, 49.8 bps above the best
        "max_slippage",
        {"slippage_bps": "49.8", "limit_bps": "30"},
        {"book": order_book(("100000", "0.5"), ("101000", "9"))},
    ),
    ("book_too_thin", {"notional": "100000", "available": "50000"}, {"book": order_book(("100000", "0.5"))}),
]


@pytest.mark.parametrize(("code", "params", "case"), ALONE, ids=[f"{i}-{c[0]}" for i, c in enumerate(ALONE)])
def test_each_reason_alone(code: str, params: dict[str, str], case: dict[str, Any]) -> None:
    assert reasons(reviewed(**case)) == [Reason(code, params)]


@pytest.mark.parametrize(
    "case",
    [
        {"ours": portfolio("100050")},
        {"ours": portfolio(last_exit={BTC: NOON - timedelta(seconds=300)})},
        {"ours": portfolio(today=DayUse(realised_pnl=D(-299_999)))},
        {"ours": portfolio(today=DayUse(entries=49))},
        {"now": NOON + timedelta(seconds=30)},
        {"limits": Limits(max_order=D(100_000), max_market=D(100_000))},
        {"info": info(warning=True), "limits": Limits(buy_on_warning=True)},
        {"limits": Limits(max_daily_loss=D(0))},
        {"limits": Limits(max_daily_spend=D(100_050))},
        {"limits": Limits(max_exposure=D("0.01"))},
        {"moved": D("0.05")},
        {"moved": D(2), "limits": Limits(volatility_block=D(0))},
        {"moved": None},
        {"ours": portfolio(losing_stops=(NOON,) * 9), "limits": Limits(max_stops_in_a_row=0)},
        {"ours": portfolio(losing_stops=(NOON - timedelta(hours=1),) * 5)},  # the wait is over this very second
        {"book": None},
        {"intent": buy("5700")},  # 5,700 × 0.9 × 0.9995 ÷ 1.0005 = 5,124.9
        {"intent": buy("5200", exits=ExitPlan(stop=D(98_000)))},  # 5,200 × 0.9692… × 0.9995 ÷ 1.0005 = 5,034.9
    ],
)
def test_just_inside_a_limit(case: dict[str, Any]) -> None:
    assert isinstance(reviewed(**case), Cleared)


def test_every_reason_is_given_not_the_first() -> None:
    verdict = reviewed(
        buy("2500000"),
        holding("1", "2000000", state=TradingState.REDUCING, cash=Balance("KRW", D(1), D(0)), bids={}),
        quote=None,
        info=info(warning=True),
    )
    assert [reason.code for reason in reasons(verdict)] == [
        "trading_state",
        "already_holding",
        "market_warning",
        "stale_quote",
        "not_enough_cash",
        "max_order",
        "max_market",
        "max_exposure",
        "book_too_thin",
    ]


def test_a_person_may_add_to_a_position_and_buy_under_caution() -> None:
    wish = buy(origin=Origin.PERSON, owner="telegram:1")
    assert isinstance(reviewed(wish, holding(), info=info(cautions=("DEPOSIT_AMOUNT_SOARING",))), Cleared)
    assert [r.code for r in reasons(reviewed(wish, info=info(warning=True)))] == ["market_warning"]


def test_money_of_buys_on_their_way_is_not_spent_twice() -> None:
    """200,000 free, 100,000 of it wanted by a buy the venue may not have locked yet: 99,950 × 1.0005 still fits."""
    ours = portfolio("200000", pending=frozenset({ETH}), pending_notional=D(100_000))
    assert isinstance(reviewed(buy("99900"), ours), Cleared)
    assert [r.code for r in reasons(reviewed(buy("99951"), ours))] == ["not_enough_cash"]


def test_locked_money_is_not_subtracted_again() -> None:
    """P6: 100,050 free beside 900,000 locked: the buy fits."""
    assert isinstance(reviewed(ours=portfolio(cash=Balance("KRW", D(100_050), D(900_000)))), Cleared)


def test_an_order_on_its_way_counts_as_a_position() -> None:
    ours = portfolio(pending=frozenset({ETH}))
    assert [r.code for r in reasons(reviewed(ours=ours, limits=Limits(max_positions=1)))] == ["max_positions"]


def test_open_losses_count_against_the_day() -> None:
    """ETH bought for 400,000 is worth 1 × 150,000 now; 100,000 won today: 150,000 lost in all."""
    held = position(market=ETH, cost="400000")
    ours = portfolio(positions={ETH: held}, bids={ETH: D(150_000)}, today=DayUse(realised_pnl=D(100_000)))
    found = reasons(reviewed(ours=ours, limits=Limits(max_daily_loss=D(150_000))))
    assert found == [Reason("max_daily_loss", {"loss": "150000", "limit": "150000"})]


def test_a_persons_limit_order_is_judged_at_its_own_price() -> None:
    """Its price bounds what it costs: the thin book does not matter."""
    wish = buy(origin=Origin.PERSON, order_type=OrderType.LIMIT, price=D(90_000))
    assert isinstance(reviewed(wish, book=order_book(("100100", "0.01"))), Cleared)


# ---------------------------------------------------------------- sales

SALES: list[tuple[str, dict[str, str], dict[str, Any]]] = [
    ("trading_state", {"state": "halted"}, {"ours": holding(state=TradingState.HALTED)}),
    ("order_pending", {"market": "KRW-BTC"}, {"ours": holding(pending=frozenset({BTC}))}),
    (
        "order_unresolved",
        {"market": "KRW-BTC"},
        {"ours": holding(pending=frozenset({BTC}), unresolved=frozenset({BTC}))},
    ),
    ("market_inactive", {"market": "KRW-BTC"}, {"rules": rules(active=False)}),
    ("nothing_to_sell", {"market": "KRW-BTC"}, {"ours": portfolio()}),
    ("more_than_held", {"quantity": "1.00000001", "held": "1"}, {"intent": sell("1.00000001")}),
    ("already_selling", {"quantity": "1", "left": "0.6"}, {"ours": holding(selling={BTC: D("0.4")})}),
    (
        "below_minimum",
        {"notional": "4999", "minimum": "5000"},
        {"intent": sell("0.04999"), "ours": holding("0.04999")},
    ),
    ("leaves_dust", {"value": "4000", "minimum": "5000"}, {"intent": sell("0.96")}),
]


@pytest.mark.parametrize(("code", "params", "case"), SALES, ids=[f"{i}-{c[0]}" for i, c in enumerate(SALES)])
def test_what_stands_against_a_sale(code: str, params: dict[str, str], case: dict[str, Any]) -> None:
    intent = case.get("intent", sell("1"))
    found = reasons(reviewed(intent, case.get("ours", holding()), rules=case.get("rules", rules())))
    assert found == [Reason(code, params)]


def test_a_sale_is_estimated_against_the_bids() -> None:
    """0.5 at 100,000 and 0.5 at 99,000: mean 99,500, 50 bps worse than the best; fee 100,000 × 0.0005."""
    book = order_book(bids=(("100000", "0.5"), ("99000", "1")))
    verdict = reviewed(sell("1"), holding(), book=book)
    assert isinstance(verdict, Cleared)
    assert (verdict.slippage_bps, verdict.fee) == (D(50), D(50))


def test_a_protective_exit_cannot_sell_what_is_not_held_or_already_being_sold() -> None:
    assert [r.code for r in reasons(reviewed(protective("1"), portfolio()))] == ["nothing_to_sell"]
    ours = holding(selling={BTC: D(1)}, pending=frozenset({BTC}))
    assert [r.code for r in reasons(reviewed(protective("1"), ours))] == ["already_selling"]


# ---------------------------------------------------------------- promise 7

amounts = st.decimals("0", "1000000000", places=0)
any_limits = st.builds(
    Limits,
    max_order=amounts,
    max_market=amounts,
    max_positions=st.integers(0, 5),
    max_entries_per_day=st.integers(0, 50),
    max_daily_loss=amounts,
    max_spread_bps=st.decimals("0", "100", places=1),
    max_slippage_bps=st.decimals("0", "100", places=1),
    max_daily_spend=amounts,
    max_exposure=st.decimals("0", "1", places=2),
    max_stops_in_a_row=st.integers(0, 5),
    stop_breaker_seconds=st.integers(0, 10**6),
    volatility_block=st.decimals("0", "1", places=2),
    cooldown_seconds=st.integers(0, 10**6),
    declined_seconds=st.integers(0, 10**6),
    max_quote_age_seconds=st.integers(0, 100),
    buy_on_warning=st.booleans(),
)
any_portfolio = st.builds(
    holding,
    quantity=st.just("1"),
    cost=st.decimals("5000", "10000000", places=0).map(str),
    state=st.sampled_from(TradingState),
    cash=st.builds(Balance, st.just("KRW"), amounts, amounts),
    pending=st.sampled_from([frozenset[Market](), frozenset({BTC}), frozenset({ETH})]),
    unresolved=st.sampled_from([frozenset[Market](), frozenset({BTC})]),
    last_exit=st.sampled_from([{}, {BTC: NOON}]),
    declined=st.sampled_from([{}, {(buy().owner, BTC, side): Decline(NOON, False) for side in Side}]),
    today=st.builds(DayUse, st.integers(0, 100), amounts, st.decimals("-1000000000", "0", places=0)),
    buying=amounts,
    reconciled=st.booleans(),
    disputed=st.sampled_from([frozenset[Market](), frozenset({BTC})]),
    losing_stops=st.lists(st.just(NOON), max_size=8).map(tuple),
)
any_quote = st.none() | st.builds(quote, st.just("100000"), st.sampled_from(["100000", "200000"]))


@given(
    limits=any_limits,
    ours=any_portfolio,
    now_quote=any_quote,
    late=st.integers(0, 10**6),
    origin=st.sampled_from([Origin.GUARD, Origin.PANIC]),
    quantity=st.decimals("0.05", "1", places=8),
    listed=st.sampled_from([None, info(), info(warning=True, cautions=("X",))]),
    active=st.booleans(),
    moved=st.none() | st.decimals("0", "10", places=2),
)
def test_no_limit_and_no_state_stops_a_protective_exit(
    limits: Limits,
    ours: Portfolio,
    now_quote: Any,
    late: int,
    origin: Origin,
    quantity: Decimal,
    listed: Any,
    active: bool,
    moved: Decimal | None,
) -> None:
    """Whatever the limits and what is used of them, the state, the prices' age and moves or another order on its way:
    a quantity that is held and worth the venue's minimum may always be sold."""
    verdict = reviewed(
        protective(str(quantity), origin=origin),
        ours,
        limits=limits,
        quote=now_quote,
        info=listed,
        rules=rules(active=active),
        now=NOON + timedelta(seconds=late),
        book=None,
        moved=moved,
    )
    assert isinstance(verdict, Cleared)


@given(
    limits=any_limits, ours=any_portfolio, now_quote=any_quote, origin=st.sampled_from([Origin.PERSON, Origin.STRATEGY])
)
def test_no_limit_stops_any_sale_unless_halted_or_an_order_is_on_its_way(
    limits: Limits, ours: Portfolio, now_quote: Any, origin: Origin
) -> None:
    ours = replace(ours, declined={})
    verdict = reviewed(sell("1", origin=origin), ours, limits=limits, quote=now_quote, info=None, book=None)
    blocked = ours.state is TradingState.HALTED or BTC in ours.pending or BTC in ours.unresolved
    assert isinstance(verdict, Denied) is blocked
    assert {reason.code for reason in reasons(verdict)} <= {"trading_state", "order_pending", "order_unresolved"}


# ---------------------------------------------------------------- completeness


def test_every_declared_reason_has_an_example_here() -> None:
    """All but the one that comes after the gate, when a cleared wish cannot be put as an order."""
    assert {code for code, _, _ in (*ALONE, *SALES)} | {"not_placeable"} == set(REASONS)


def test_a_reason_carries_exactly_the_declared_figures() -> None:
    with pytest.raises(KeyError):
        because("cooldown")
    with pytest.raises(KeyError):
        because("nonsense", market="KRW-BTC")


def test_what_blocks_a_market_now() -> None:
    """For /why: no wish needed."""
    around: dict[str, Any] = {"limits": LIMITS, "rules": rules(), "quote": quote(), "info": info(), "now": NOON}
    assert entry_blocks(BTC, "sma_cross", portfolio(), **around) == ()
    ours = replace(holding(), state=TradingState.REDUCING)
    assert [r.code for r in entry_blocks(BTC, "sma_cross", ours, **around)] == ["trading_state", "already_holding"]
    assert [r.code for r in entry_blocks(BTC, "sma_cross", portfolio("9000"), **around)] == [
        "not_enough_cash",
        "max_exposure",
    ]
    assert [r.code for r in entry_blocks(BTC, "sma_cross", portfolio(), moved=D("0.06"), **around)] == ["volatility"]
    ours = portfolio(declined={("sma_cross", BTC, Side.BUY): Decline(NOON, False)})
    assert [r.code for r in entry_blocks(BTC, "sma_cross", ours, **around)] == ["declined"]
    assert entry_blocks(BTC, "rsi_zones", ours, **around) == ()


def test_a_no_holds_back_that_strategy_in_that_market_alone() -> None:
    """Not another strategy, another market, a person, a sale, or where nobody wants to wait."""
    ours = portfolio(declined={("sma_cross", BTC, Side.BUY): Decline(NOON, False)})
    wanted = buy(owner="sma_cross")
    assert [r.code for r in reasons(reviewed(wanted, ours))] == ["declined"]
    assert not reasons(reviewed(replace(wanted, owner="rsi_zones"), ours))
    assert not reasons(reviewed(replace(wanted, origin=Origin.PERSON), ours))
    assert not reasons(reviewed(wanted, ours, limits=replace(LIMITS, declined_seconds=0)))
    assert not reasons(reviewed(wanted, ours, now=NOON + timedelta(hours=1), quote=quote(at=NOON + timedelta(hours=1))))
    assert not reasons(reviewed(wanted, portfolio(declined={("sma_cross", ETH, Side.BUY): Decline(NOON, False)})))
    assert not reasons(reviewed(sell("1", owner="sma_cross"), holding(declined=ours.declined)))


def test_a_no_to_a_sale_holds_back_the_strategy_and_nobody_else() -> None:
    """Held since 11:00, rejected at noon; a position opened after the no is another matter."""
    no = {("sma_cross", BTC, Side.SELL): Decline(NOON, False)}
    ours, wanted = holding(declined=no), sell("1", owner="sma_cross")
    assert [r.code for r in reasons(reviewed(wanted, ours))] == ["declined"]
    assert not reasons(reviewed(replace(wanted, origin=Origin.PERSON), ours))
    assert not reasons(reviewed(replace(wanted, origin=Origin.GUARD), ours))
    assert not reasons(reviewed(wanted, ours, now=NOON + timedelta(hours=1)))
    younger = replace(ours.positions[BTC], opened_at=NOON + timedelta(minutes=5))
    assert not reasons(reviewed(wanted, replace(ours, positions={BTC: younger}), now=NOON + timedelta(minutes=10)))
