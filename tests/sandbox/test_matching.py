"""The engine against a fixed book: fills, holds, fees, time in force, self-match prevention (reference §7 to §13)."""

from __future__ import annotations

from datetime import timedelta
from fractions import Fraction

import pytest

from sandbox.errors import ApiError
from sandbox.trading.orders import OrderRequest, render_order
from sandbox.values import Tick
from tests.sandbox.desk import MARKET, START, D, Desk, desk, levels


def test_market_buy_with_the_recorded_numbers() -> None:
    """§9.4: 5,000 KRW at 75,324,000, every field as recorded, and the rest is free again."""
    d = Desk(levels(("75324000", "1")), levels(("75323000", "1")))
    request = OrderRequest(MARKET, "bid", "price", price=D(5000))
    order = d.engine.submit(request)
    row = render_order(order)
    assert (row["state"], row["reserved_fee"], row["remaining_fee"], row["locked"]) == ("wait", "2.5", "2.5", "5002.5")
    assert (row["volume"], row["remaining_volume"], row["trades_count"]) == (None, None, 0)
    d.turn()
    row = render_order(order, trades=True)
    assert row["state"] == "cancel"
    assert row["executed_volume"] == "0.00006637"
    assert row["paid_fee"] == "2.49962694"
    assert row["remaining_fee"] == "0.00037306"
    assert row["locked"] == "0.74649306"
    assert row["volume"] is None
    assert [fill["funds"] for fill in row["trades"]] == ["4999.25388"]
    # 10,000,000 - 4,999.25388 - 2.49962694
    assert d.account.holding("KRW").balance == D("9994998.24649306")
    assert d.account.holding("KRW").locked == 0
    assert d.states() == ["wait", "trade", "cancel"]


def test_market_buy_that_divides_exactly_is_done() -> None:
    """§9.4: 5,005 KRW at 1,001 is exactly 5."""
    order = desk().place(side="bid", ord_type="price", price="5005")
    assert (order.state, order.executed_volume, order.locked, order.remaining_fee) == ("done", D(5), D(0), D(0))


def test_market_buy_walks_the_levels() -> None:
    """§8: 10,000 KRW take 5 at 1,001 (5,005) and floor(4,995 / 1,002) = 4.98502994 at 1,002."""
    d = desk()
    order = d.place(side="bid", ord_type="price", price="10000")
    assert [(fill.price, fill.volume) for fill in order.fills] == [(D(1001), D(5)), (D(1002), D("4.98502994"))]
    assert order.state == "cancel"
    assert d.market.printed == [(D(1001), D(5), "BID"), (D(1002), D("4.98502994"), "BID")]


def test_market_sell_pays_less_the_fee() -> None:
    """§9.3: 3.44709897 x 1,460 = 5,032.7644962, fee 2.5163822481."""
    d = Desk(levels(("1461", "100")), levels(("1460", "100")), KRW="0", BTC="3.44709897")
    order = d.place(side="ask", ord_type="market", volume="3.44709897")
    row = render_order(order)
    assert (row["state"], row["paid_fee"], row["locked"], row["price"]) == ("done", "2.5163822481", "0", None)
    assert (row["reserved_fee"], row["remaining_fee"]) == ("0", "0")
    assert d.account.holding("KRW").balance == D("5032.7644962") - D("2.5163822481")
    assert d.account.holding("BTC").total == 0


def test_limit_buy_holds_price_times_volume_and_fee() -> None:
    """§8.1: 1,000 x 5 reserves 2.5 and holds 5,002.5; §7: the hold leaves the free balance."""
    d = desk()
    order = d.place(side="bid", ord_type="limit", price="1000", volume="5")
    assert (order.reserved_fee, order.remaining_fee, order.locked) == (D("2.5"), D("2.5"), D("5002.5"))
    assert order.state == "wait"
    krw = d.account.holding("KRW")
    assert (krw.balance, krw.locked) == (D("9994997.5"), D("5002.5"))
    assert d.market.shown == {("bids", D(1000)): D(5)}


def test_crossing_limit_trades_and_the_rest_stays() -> None:
    """§8: 8 at 1,001 take 5 at once; 3 rest and hold 3 x 1,001 x 1.0005."""
    d = desk()
    order = d.place(side="bid", ord_type="limit", price="1001", volume="8")
    assert (order.state, order.executed_volume, order.remaining_volume) == ("wait", D(5), D(3))
    assert order.locked == D(3003) * D("1.0005") == d.account.holding("KRW").locked
    assert d.market.shown == {("bids", D(1001)): D(3)}


def test_better_price_frees_the_difference() -> None:
    """§9.3: a limit of 1,010 filled at 1,001 costs 1,001; nothing stays held."""
    d = desk()
    order = d.place(side="bid", ord_type="limit", price="1010", volume="5")
    assert (order.state, order.paid_fee) == ("done", D("5005") * D("0.0005"))
    assert d.account.holding("KRW").balance == D("10000000") - D(5005) * D("1.0005")
    assert d.account.holding("KRW").locked == order.locked == 0


def test_ticks_fill_resting_orders() -> None:
    """At the price the tick's volume limits the fill; a trade below fills the rest, at the order's price."""
    d = desk()
    order = d.place(side="bid", ord_type="limit", price="1000", volume="6")
    d.tick("1001", "9")
    assert order.executed_volume == 0
    d.tick("1000", "2.5")
    assert (order.state, order.executed_volume) == ("wait", D("2.5"))
    d.tick("999", "0.1")
    assert (order.state, order.executed_volume) == ("done", D(6))
    assert {fill.price for fill in order.fills} == {D(1000)}
    assert all(fill.is_maker and fill.taker == "ASK" for fill in order.fills)
    assert d.market.shown == {("bids", D(1000)): D(0)}
    assert d.states() == ["wait", "trade", "trade", "done"]


def test_a_tick_is_shared_by_age() -> None:
    d = desk()
    first = d.place(side="ask", ord_type="limit", price="1005", volume="10")
    second = d.place(side="ask", ord_type="limit", price="1005", volume="10")
    better = d.place(side="ask", ord_type="limit", price="1004", volume="10")
    d.tick("1005", "12", "BID")
    assert (better.executed_volume, first.executed_volume, second.executed_volume) == (D(10), D(10), D(2))


def test_younger_orders_are_passed_over() -> None:
    """A trade that happened before the order cannot fill it."""
    d = desk()
    order = d.place(side="bid", ord_type="limit", price="1000", volume="6")
    d.hub.tick(Tick(MARKET, START - timedelta(seconds=1), D(990), D(50), "ASK", 1))
    assert order.executed_volume == 0


def test_cancel_keeps_locked_in_the_record() -> None:
    """§9.4: the finished record still shows the hold; the money is free."""
    d = desk()
    order = d.place(side="bid", ord_type="limit", price="1000", volume="6")
    d.engine.cancel(order)
    assert (order.state, order.locked, order.hold) == ("cancel", D("6003"), 0)
    assert d.account.holding("KRW").balance == D("10000000")
    assert d.market.shown == {("bids", D(1000)): D(0)}
    d.engine.cancel(order)
    assert d.states() == ["wait", "cancel"]


def test_ioc_cancels_the_rest() -> None:
    """§8."""
    d = desk()
    order = d.place(side="bid", ord_type="limit", price="1001", volume="8", time_in_force="ioc")
    assert (order.state, order.executed_volume) == ("cancel", D(5))
    assert d.account.holding("KRW").locked == 0


@pytest.mark.parametrize(("volume", "state", "executed"), [("10", "done", "10"), ("10.1", "cancel", "0")])
def test_fok_is_all_or_nothing(volume: str, state: str, executed: str) -> None:
    """§8: 5 + 5 are on offer up to 1,002."""
    order = desk().place(side="bid", ord_type="limit", price="1002", volume=volume, time_in_force="fok")
    assert (order.state, order.executed_volume) == (state, D(executed))


@pytest.mark.parametrize(("price", "state"), [("1001", "cancel"), ("1000", "wait")])
def test_post_only_never_takes(price: str, state: str) -> None:
    """§8."""
    order = desk().place(side="bid", ord_type="limit", price=price, volume="8", time_in_force="post_only")
    assert (order.state, order.executed_volume) == (state, 0)


def test_best_takes_the_best_level_only() -> None:
    """§8: the best ask holds 5, the best bid 5."""
    d = desk()
    buy = d.place(side="bid", ord_type="best", price="10000", time_in_force="ioc")
    assert (buy.state, buy.executed_volume, buy.executed_funds) == ("cancel", D(5), D(5005))
    sell = d.place(side="ask", ord_type="best", volume="9", time_in_force="ioc")
    assert (sell.state, sell.executed_volume, sell.remaining_volume) == ("cancel", D(5), D(4))
    d = desk()
    assert d.place(side="bid", ord_type="best", price="10000", time_in_force="fok").executed_volume == 0
    assert d.place(side="bid", ord_type="best", price="5005", time_in_force="fok").state == "done"
    assert d.place(side="ask", ord_type="best", volume="5.1", time_in_force="fok").executed_volume == 0


def test_cancel_maker_is_the_default() -> None:
    """§8.3: a market order that would hit our own limit cancels it and goes on with others."""
    d = desk()
    maker = d.place(side="ask", ord_type="limit", price="1000", volume="8")
    taker = d.place(side="bid", ord_type="price", price="5005")
    assert (maker.state, maker.prevented_volume, maker.prevented_locked) == ("cancel", D(8), D(8))
    assert (taker.state, taker.executed_volume) == ("done", D(5))
    assert d.account.holding("BTC").locked == 0
    assert d.states() == ["wait", "wait", "prevented", "cancel", "trade", "done"]


def test_cancel_taker() -> None:
    """§8.3: what the taker got before stays; its rest is prevented."""
    d = desk()
    maker = d.place(side="ask", ord_type="limit", price="1002", volume="8")
    taker = d.place(side="bid", ord_type="limit", price="1002", volume="9", smp_type="cancel_taker")
    assert (maker.state, maker.remaining_volume) == ("wait", D(8))
    assert (taker.state, taker.executed_volume, taker.prevented_volume) == ("cancel", D(5), D(4))
    assert taker.prevented_locked == D(4) * 1002 * D("1.0005")
    assert d.account.holding("KRW").locked == 0


def test_reduce_cuts_both() -> None:
    """§8.3: 8 resting against 20 wanted: both lose 8, the maker ends, the taker goes on with 12."""
    d = desk()
    maker = d.place(side="ask", ord_type="limit", price="1000", volume="8")
    taker = d.place(side="bid", ord_type="limit", price="1002", volume="20", smp_type="reduce")
    assert (maker.state, maker.prevented_volume) == ("cancel", D(8))
    assert (taker.state, taker.executed_volume, taker.prevented_volume) == ("wait", D(10), D(8))
    assert taker.remaining_volume == 2
    d.tick("1001", "50")
    assert (taker.state, taker.executed_volume) == ("cancel", D(12))


def test_none_allows_a_trade_with_oneself() -> None:
    """§8.3: both sides fill and both pay."""
    d = desk()
    maker = d.place(side="ask", ord_type="limit", price="1000", volume="8")
    taker = d.place(side="bid", ord_type="limit", price="1000", volume="8", smp_type="none")
    assert maker.state == taker.state == "done"
    assert [fill.is_maker for fill in (*maker.fills, *taker.fills)] == [True, False]
    assert d.account.holding("KRW").balance == D("10000000") - 2 * D("4")
    assert d.market.printed == [(D(1000), D(8), "BID")]


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({"side": "bid", "ord_type": "price", "price": "4999"}, "under_min_total_bid"),
        ({"side": "bid", "ord_type": "limit", "price": "1000", "volume": "4.999"}, "under_min_total_bid"),
        ({"side": "ask", "ord_type": "limit", "price": "1000", "volume": "4.999"}, "under_min_total_ask"),
        # 5.005 x 999 = 4,999.995: the best bid counts
        ({"side": "ask", "ord_type": "market", "volume": "5.005"}, "under_min_total_market_ask"),
        ({"side": "bid", "ord_type": "price", "price": "1000000001"}, "over_krw_funds_bid"),
        ({"side": "ask", "ord_type": "limit", "price": "2000000", "volume": "501"}, "over_krw_funds_ask"),
        # 10,000,000 / 1.0005 = 9,995,002.49...
        ({"side": "bid", "ord_type": "price", "price": "9995003"}, "insufficient_funds_bid"),
        ({"side": "ask", "ord_type": "limit", "price": "1000", "volume": "100.1"}, "insufficient_funds_ask"),
        ({"side": "bid", "ord_type": "price", "price": "200000"}, "volume_too_large"),
    ],
)
def test_refusals(fields: dict[str, str], name: str) -> None:
    """§9.5, §10, §12; nothing is held afterwards."""
    d = desk()
    with pytest.raises(ApiError) as caught:
        d.place(**fields)
    assert (caught.value.status, caught.value.name) == (400, name)
    assert d.account.holding("KRW").locked == d.account.holding("BTC").locked == 0
    assert not d.engine.orders


def test_exactly_the_minimum_passes() -> None:
    """§10: 5,000 is allowed."""
    assert desk().place(side="bid", ord_type="price", price="5000").fills


def test_a_market_sell_larger_than_the_book() -> None:
    """§8: 30 levels are 100 BTC here."""
    d = desk(KRW="0", BTC="200")
    with pytest.raises(ApiError) as caught:
        d.place(side="ask", ord_type="market", volume="100.1")
    assert caught.value.name == "volume_too_large"


def test_identifiers_are_used_once() -> None:
    """§13: also after the order ended; a refused order uses none."""
    d = desk()
    d.engine.cancel(d.place(side="bid", ord_type="limit", price="900", volume="8", identifier="a"))
    for _ in range(2):
        with pytest.raises(ApiError) as caught:
            d.place(side="bid", ord_type="limit", price="900", volume="8", identifier="a")
        assert caught.value.name == "duplicated_identifier"
    with pytest.raises(ApiError):
        d.place(side="bid", ord_type="price", price="1", identifier="b")
    assert d.place(side="bid", ord_type="limit", price="900", volume="8", identifier="b").is_open


def test_average_price_moves_with_buys_only() -> None:
    """§7: 5 at 1,001 and 5 at 1,002 average 1,001.5; selling changes nothing, selling out forgets it."""
    d = desk(KRW="10000000")
    d.place(side="bid", ord_type="limit", price="1001", volume="5")
    d.place(side="bid", ord_type="limit", price="1002", volume="5")
    assert d.account.holding("BTC").avg_buy_price == D("1001.5")
    d.place(side="ask", ord_type="market", volume="5.1")
    assert d.account.holding("BTC").avg_buy_price == D("1001.5")
    d.place(side="ask", ord_type="limit", price="1030", volume="4.9")
    d.tick("1031", "1", "BID")
    assert d.account.holding("BTC").avg_buy_price == 0
    assert [row.currency for row in d.account.rows()] == ["KRW"]


def test_messages_carry_the_documented_fields() -> None:
    """§15: trade_fee and is_maker only in `trade`; assets follow each change."""
    d = desk()
    d.place(side="bid", ord_type="price", price="5005", identifier="me")
    wait, trade, done = [message for message in d.messages if message["type"] == "myOrder"]
    assert (wait["state"], wait["trade_fee"], wait["is_maker"], wait["locked"]) == ("wait", None, None, D("5007.5025"))
    assert (trade["price"], trade["volume"], trade["trade_fee"]) == (D(1001), D(5), D("2.5025"))
    assert (trade["is_maker"], trade["executed_funds"], trade["trades_count"]) == (False, D(5005), 1)
    assert (done["state"], done["price"], done["identifier"], done["ask_bid"]) == ("done", D(5005), "me", "BID")
    assets = [message["assets"] for message in d.messages if message["type"] == "myAsset"]
    assert [row["currency"] for row in assets[-1]] == ["KRW", "BTC"]
    assert assets[0] == [{"currency": "KRW", "balance": D("9994992.4975"), "locked": D("5007.5025")}]


def test_thirty_digits_stay_exact() -> None:
    """§9.3: nothing is rounded, also where ordinary decimal arithmetic (28 digits) would."""
    d = Desk(
        levels(("0.00001237", "99999999999999.12345678")), levels(("0.00001234", "1")), KRW="999999999.98765432109876"
    )
    order = d.place(side="bid", ord_type="price", price="987654321.12345678")
    fill = order.fills[0]
    funds = Fraction(fill.price) * Fraction(fill.volume)
    assert Fraction(fill.funds) == funds
    assert Fraction(order.paid_fee) == funds * Fraction(5, 10_000)
    left = Fraction("999999999.98765432109876") - funds * Fraction(10_005, 10_000)
    assert Fraction(d.account.holding("KRW").balance) == left
