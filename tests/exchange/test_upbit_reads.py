"""Reads are tried again until a deadline, and what comes back is ours: Decimal, UTC, closed candles only."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from trader.clock import ManualClock
from trader.errors import InvalidOrder, NotFound, VenueBusy, VenueForbidden, VenueOffline, VenueUnreachable
from trader.exchange.upbit.client import UpbitExchange
from trader.model.market import Market, Timeframe

BTC = Market("KRW", "BTC")
ETH = Market("KRW", "ETH")
NOON = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)


def candle(opened: datetime, close: float = 100.5) -> dict[str, Any]:
    return {
        "market": "KRW-BTC",
        "candle_date_time_utc": f"{opened:%Y-%m-%dT%H:%M:%S}",
        "candle_date_time_kst": f"{opened + timedelta(hours=9):%Y-%m-%dT%H:%M:%S}",
        "opening_price": 100.1,
        "high_price": 101.0,
        "low_price": 99.9,
        "trade_price": close,
        "timestamp": int((opened.timestamp() + 60) * 1000) + 40,
        "candle_acc_trade_price": 6713.4,
        "candle_acc_trade_volume": 66.8,
        "unit": 1,
    }


def book(market: str, bid: float = 99.0, ask: float = 101.0, at: int = 1_763_600_000_500) -> dict[str, Any]:
    unit = {"ask_price": ask, "bid_price": bid, "ask_size": 0.1, "bid_size": 0.2}
    return {"market": market, "timestamp": at, "total_ask_size": 1, "total_bid_size": 1, "orderbook_units": [unit]}


def ticker(market: str, price: float = 100.0, at: int = 1_763_600_000_000) -> dict[str, Any]:
    return {"market": market, "trade_price": price, "trade_timestamp": at, "timestamp": at}


ORDER = {
    "uuid": "u1",
    "side": "bid",
    "ord_type": "price",
    "price": "5000",
    "state": "cancel",
    "market": "KRW-BTC",
    "created_at": "2026-11-20T10:00:00+09:00",
    "paid_fee": "2.49962694",
    "locked": "0.74649306",
    "executed_volume": "0.00006637",
    "trades_count": 1,
    "identifier": "b1-1",
    "trades": [
        {
            "market": "KRW-BTC",
            "uuid": "t1",
            "price": "75324000",
            "volume": "0.00006637",
            "funds": "4999.25388",
            "trend": "up",
            "created_at": "2026-11-20T10:00:00.123456+09:00",
            "side": "bid",
        }
    ],
}


async def test_a_read_is_tried_again_after_drops_gateway_errors_garbage_and_429(
    upbit: UpbitExchange, stub: Any
) -> None:
    stub.drop().text("<html>", 502).json([{"currency": "KRW", "balance": "1.5", "locked": "2", "unit_currency": "KRW"}])
    balances = await upbit.balances()
    assert (balances["KRW"].free, balances["KRW"].locked, balances["KRW"].total) == (
        Decimal("1.5"),
        Decimal("2"),
        Decimal("3.5"),
    )
    assert len(stub.requests) == 3
    assert len(set(stub.authorisations)) == 3  # a new nonce each


@pytest.mark.parametrize("way", ["drop", "html 503", "hang"])
async def test_a_read_gives_up_at_its_deadline(stub: Any, clock: Any, way: str) -> None:
    {"drop": stub.drop, "html 503": lambda: stub.text("<html>", 503), "hang": stub.hang}[way]()
    upbit = UpbitExchange(stub.url, "access", "s" * 40, clock, answer_seconds=0.3, deadline_seconds=2.0)
    with pytest.raises(VenueUnreachable):
        await upbit.balances()
    await upbit.close()
    assert 1 < len(stub.requests) <= 6


async def test_a_busy_venue_is_told_when_waiting_would_outlast_the_deadline(upbit: UpbitExchange, stub: Any) -> None:
    stub.text("Too many API requests.", 429)
    with pytest.raises(VenueBusy):
        await upbit.balances()
    assert len(stub.requests) == 1


@pytest.mark.parametrize(
    ("name", "status", "kind"),
    [
        ("jwt_verification", 401, VenueForbidden),
        ("market_offline", 403, VenueOffline),
        ("invalid_parameter", 400, InvalidOrder),
    ],
)
async def test_a_refused_read_is_not_tried_again(
    upbit: UpbitExchange, stub: Any, name: str, status: int, kind: Any
) -> None:
    stub.error(name, status)
    with pytest.raises(kind):
        await upbit.balances()
    assert len(stub.requests) == 1


async def test_a_filled_market_buy_is_closed_though_upbit_calls_it_cancelled(upbit: UpbitExchange, stub: Any) -> None:
    """5,000 KRW at 75,324,000 buy 0.00006637; fee 0.05 % of 4,999.25388 = 2.49962694 (P5)."""
    stub.json(ORDER)
    order = await upbit.find(client_order_id="b1-1")
    assert order is not None
    assert not order.open
    assert order.fills_complete
    assert order.price is None
    assert order.executed_quantity == Decimal("0.00006637")
    assert order.paid_fee == Decimal("2.49962694")
    assert order.fills[0].funds == Decimal("4999.25388")
    assert order.fills[0].at == datetime(2026, 11, 20, 1, 0, 0, 123456, tzinfo=UTC)


async def test_fills_that_do_not_add_up_are_said_to_be_incomplete(upbit: UpbitExchange, stub: Any) -> None:
    stub.json(ORDER | {"executed_volume": "0.00010000", "trades_count": 2})
    order = await upbit.find(venue_id="u1")
    assert order is not None
    assert not order.fills_complete


async def test_only_the_venues_own_word_says_that_an_order_is_unknown(upbit: UpbitExchange, stub: Any) -> None:
    stub.error("order_not_found", 404)
    assert await upbit.find(client_order_id="b1-1") is None
    stub.answers.clear()
    stub.text("<html>404</html>", 404)
    with pytest.raises(VenueUnreachable):
        await upbit.find(client_order_id="b1-1")


async def test_many_orders_are_asked_for_by_the_hundred(upbit: UpbitExchange, stub: Any) -> None:
    stub.json([{k: v for k, v in ORDER.items() if k != "trades"}]).json([])
    found = await upbit.find_many([f"b1-{n}" for n in range(150)])
    assert [order.fills_complete for order in found] == [False]
    assert [path for _, path, _, _ in stub.requests] == ["/v1/orders/uuids"] * 2


async def test_a_lost_cancel_is_asked_for_again(upbit: UpbitExchange, stub: Any) -> None:
    stub.drop().json(ORDER)
    await upbit.cancel(client_order_id="b1-1")
    assert [(m, q) for m, _, q, _ in stub.requests] == [("DELETE", {"identifier": "b1-1"})] * 2
    stub.answers.clear()
    stub.error("order_not_found", 404)
    with pytest.raises(NotFound):
        await upbit.cancel(venue_id="u1")


async def test_the_forming_candle_is_cut_by_our_clock_even_if_the_venue_sends_it(
    upbit: UpbitExchange, stub: Any
) -> None:
    """It is 01:00:30: the candle of 01:00 is forming, 00:59 and 00:57 are closed, 00:58 had no trade."""
    opened = [NOON, NOON - timedelta(minutes=1), NOON - timedelta(minutes=3)]
    stub.json([candle(t) for t in opened])
    candles = await upbit.candles(BTC, Timeframe.M1, count=5)
    assert [c.opened_at for c in candles] == [opened[2], opened[1]]
    assert candles[-1].close == Decimal("100.5")
    assert candles[-1].volume == Decimal("66.8")
    _, path, query, _ = stub.requests[0]
    assert (path, query["to"], query["count"]) == ("/v1/candles/minutes/1", "2026-11-20T01:00:00Z", "5")


async def test_more_than_200_candles_come_in_pages_without_overlap(upbit: UpbitExchange, stub: Any) -> None:
    first = [NOON - timedelta(minutes=n) for n in range(1, 201)]
    second = [NOON - timedelta(minutes=n) for n in range(201, 251)]
    stub.json([candle(t) for t in first]).json([candle(t) for t in second])
    candles = await upbit.candles(BTC, Timeframe.M1, count=250)
    assert [c.opened_at for c in candles] == sorted([*first, *second])
    assert stub.requests[1][2]["to"] == f"{first[-1]:%Y-%m-%dT%H:%M:%SZ}"


async def test_until_is_exclusive_and_never_reaches_into_the_present(upbit: UpbitExchange, stub: Any) -> None:
    stub.json([])
    await upbit.candles(BTC, Timeframe.H1, count=1, until=NOON - timedelta(hours=5))
    await upbit.candles(BTC, Timeframe.D1, count=1, until=NOON + timedelta(days=5))
    assert [q["to"] for _, _, q, _ in stub.requests] == ["2026-11-19T20:00:00Z", "2026-11-20T00:00:00Z"]


async def test_quotes_leave_out_unknown_markets(upbit: UpbitExchange, stub: Any) -> None:
    """Asked for both, the venue answers 404; asked one by one, KRW-ETH is the unknown one."""
    not_found = {"error": {"name": 404, "message": "Code not found"}}
    stub.json(not_found, 404).json([book("KRW-BTC")]).json([ticker("KRW-BTC")]).json(not_found, 404)
    quotes = await upbit.quotes([BTC, ETH])
    assert [(q.market, q.bid, q.ask, q.last) for q in quotes] == [(BTC, 99, 101, 100)]
    assert quotes[0].at == datetime.fromtimestamp(1_763_600_000.5, UTC)


async def test_tickers_of_every_market_in_one_request(upbit: UpbitExchange, stub: Any) -> None:
    """E10: 100 yesterday, between 98 and 104 today, 103 now: up 3 %, a range of 6 %."""
    row = {**ticker("KRW-BTC", 103.0), "high_price": 104.0, "low_price": 98.0, "opening_price": 100.0}
    stub.json([{**row, "prev_closing_price": 100.0, "acc_trade_price_24h": 5e9, "change": "RISE"}])
    (found,) = await upbit.tickers("KRW")
    assert (found.market, found.last, found.turnover) == (BTC, 103, 5_000_000_000)
    assert (found.change, found.true_range) == (Decimal("0.03"), Decimal("0.06"))
    assert [request[1:3] for request in stub.requests] == [("/v1/ticker/all", {"quote_currencies": "KRW"})]


async def test_an_order_book_without_a_side_has_no_quote(upbit: UpbitExchange, stub: Any) -> None:
    stub.json([book("KRW-BTC", bid=0.0)]).json([ticker("KRW-BTC")])
    assert await upbit.quotes([BTC]) == []


CHANCE = {
    "bid_fee": "0.0005",
    "ask_fee": "0.0004",
    "market": {
        "id": "KRW-BTC",
        "bid": {"currency": "KRW", "price_unit": None, "min_total": 5000},
        "ask": {"currency": "BTC", "price_unit": None, "min_total": "5000"},
        "max_total": "1000000000.0",
        "state": "active",
    },
}


async def test_rules_come_from_the_venue_and_last_an_hour(upbit: UpbitExchange, stub: Any, clock: ManualClock) -> None:
    instruments = [{"market": "KRW-BTC", "quote_currency": "KRW", "tick_size": "1000", "supported_levels": []}]
    stub.json(CHANCE).json([ticker("KRW-BTC", 89_435_000)]).json(instruments)
    stub.json(CHANCE | {"bid_fee": "0"}).json([ticker("KRW-BTC", 89_435_000)]).json(instruments)
    rules = await upbit.rules(BTC)
    assert (rules.bid_fee_rate, rules.ask_fee_rate) == (Decimal("0.0005"), Decimal("0.0004"))
    assert (rules.min_notional, rules.max_notional) == (Decimal(5000), Decimal(1_000_000_000))
    assert rules.active
    assert rules.tick_size(Decimal(89_435_000)) == 1000
    clock.advance(3599)
    assert await upbit.rules(BTC) is rules
    clock.advance(2)
    assert (await upbit.rules(BTC)).bid_fee_rate == 0


async def test_rules_without_instruments_stand_on_the_table(upbit: UpbitExchange, stub: Any) -> None:
    stub.json(CHANCE).json({"error": {"name": 404, "message": "Code not found"}}, 404)
    assert (await upbit.rules(BTC)).tick_size(Decimal(750_000)) == 500


async def test_a_quote_currency_upbit_does_not_have_is_not_found(upbit: UpbitExchange, stub: Any) -> None:
    with pytest.raises(NotFound):
        await upbit.rules(Market("EUR", "BTC"))


async def test_key_rights_a_key_that_sees_withdrawals_is_told(upbit: UpbitExchange, stub: Any) -> None:
    stub.json([{"access_key": "access", "expire_at": "2027-01-01T09:00:00+09:00"}])
    stub.json([]).json([]).error("insufficient_funds_bid", 400).json([])
    rights = await upbit.key_rights()
    assert rights.expires_at == datetime(2027, 1, 1, tzinfo=UTC)
    assert rights.view_assets
    assert rights.view_orders
    assert rights.make_orders
    assert rights.withdrawals
    assert [path for _, path, _, _ in stub.requests] == [
        "/v1/api_keys",
        "/v1/accounts",
        "/v1/orders/open",
        "/v1/orders/test",
        "/v1/withdraws",
    ]


async def test_key_rights_missing_ones_are_told_and_a_bad_key_raises(upbit: UpbitExchange, stub: Any) -> None:
    stub.json([]).error("out_of_scope", 401)
    rights = await upbit.key_rights()
    assert (rights.expires_at, rights.view_assets, rights.make_orders, rights.withdrawals) == (
        None,
        False,
        False,
        False,
    )
    stub.answers.clear()
    stub.error("expired_access_key", 401)
    with pytest.raises(VenueForbidden):
        await upbit.key_rights()
