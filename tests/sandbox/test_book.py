"""The order book: sorted, never crossed, on ticks, less what local takers took (reference §5, §10)."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

from hypothesis import given
from hypothesis import strategies as st

from sandbox.market.book import OrderBook
from sandbox.rules import on_tick, round_to_tick
from sandbox.values import Book, Level
from tests.sandbox.public_parts import START

D = Decimal
CODES = ("KRW-BTC", "KRW-XRP", "KRW-USDT", "KRW-WAXP", "KRW-SHIB")
prices = st.one_of(
    st.decimals("1000", "200000000", places=0),
    st.decimals("1", "2000", places=2),
    st.decimals("0.001", "1", places=6),
    st.sampled_from([D("999500"), D("1000000"), D("10"), D("9.99"), D("100"), D("1000000000")]),
)
takers: st.SearchStrategy[Literal["ASK", "BID"]] = st.sampled_from(["ASK", "BID"])


def traded(code: str = "KRW-BTC", price: str = "160000000", taker: Literal["ASK", "BID"] = "BID") -> OrderBook:
    book = OrderBook(code)
    book.trade(D(price), taker)
    return book


def check_shape(book: Book) -> None:
    asks, bids = [row.price for row in book.asks], [row.price for row in book.bids]
    assert asks == sorted(set(asks))
    assert bids == sorted(set(bids), reverse=True)
    assert not asks or not bids or bids[0] < asks[0]
    assert all(row.size > 0 and row.price > 0 for row in (*book.asks, *book.bids))
    assert len(asks) <= 30
    assert len(bids) <= 30


@given(st.sampled_from(CODES), prices, takers)
def test_every_book_is_sorted_uncrossed_and_on_ticks(code: str, price: Decimal, taker: Literal["ASK", "BID"]) -> None:
    price = round_to_tick(code, price, up=True)
    book = traded(code, str(price), taker).public(START)
    check_shape(book)
    assert len(book.asks) == 30
    assert all(on_tick(code, row.price) for row in (*book.asks, *book.bids))
    best = book.asks[0] if taker == "BID" else book.bids[0]
    assert best.price == price


@given(
    st.lists(st.tuples(st.sampled_from(["asks", "bids"]), st.integers(-20, 20), st.integers(1, 9)), max_size=8),
    st.lists(st.tuples(st.sampled_from(["asks", "bids"]), st.integers(0, 5)), max_size=8),
)
def test_local_orders_never_cross_the_shown_book(
    resting: list[tuple[Literal["asks", "bids"], int, int]], taken: list[tuple[Literal["asks", "bids"], int]]
) -> None:
    book = traded("KRW-XRP", "3300")
    for side, index in taken:
        levels = getattr(book.public(START), side)
        book.consume(side, levels[index].price, levels[index].size)
    for side, offset, size in resting:
        book.rest(side, D(3300 + offset), D(size))
    check_shape(book.public(START))
    check_shape(book.shown(START))


def test_looking_twice_shows_the_same_book() -> None:
    book = traded()
    assert book.public(START) == book.public(START)
    other = traded()
    assert book.public(START) == other.public(START)


def test_the_best_levels_are_the_book_s() -> None:
    """Best ask and bid of the trade stream (§15) come from the same book."""
    book = traded()
    best = book.best(START)
    full = book.public(START)
    assert best == (full.asks[0], full.bids[0])


def test_what_a_local_taker_took_is_missing_and_comes_back() -> None:
    book = traded("KRW-XRP", "3300")
    first, second = book.public(START).asks[:2]
    book.consume("asks", first.price, first.size)
    book.consume("asks", second.price, second.size / 4)
    after = book.public(START).asks
    assert after[0] == Level(second.price, second.size - second.size / 4)
    assert len(after) == 30
    for _ in range(16):
        book.trade(D(3300), "BID")
    assert book.public(START).asks[0].price == first.price
    assert not book._taken


def test_a_resting_order_is_shown_but_not_offered_to_its_owner() -> None:
    book = traded("KRW-XRP", "3300", "BID")
    bid = book.public(START).bids[1]
    book.rest("bids", bid.price, D(7))
    book.rest("bids", D(3200), D(5))
    assert book.shown(START).bids[1].size == bid.size + 7
    assert book.public(START).bids[1].size == bid.size
    book.rest("bids", bid.price, D(-7))
    assert book.shown(START).bids[1].size == bid.size


def test_groups_round_asks_up_and_bids_down() -> None:
    """§5: `level` puts prices together."""
    book = traded("KRW-BTC", "160004000").grouped(START, D(10_000))
    check_shape(book)
    assert book.asks[0].price == 160_010_000
    assert book.bids[0].price in (159_990_000, 160_000_000)
    assert all(row.price % 10_000 == 0 for row in (*book.asks, *book.bids))
    assert len(book.asks) == 30


def test_a_real_book_replaces_the_invented_one() -> None:
    book = traded()
    real = Book("KRW-BTC", START, (Level(D(101), D(2)),), (Level(D(100), D(3)),))
    book.real(real)
    book.consume("asks", D(101), D("0.5"))
    assert book.public(START).asks == (Level(D(101), D("1.5")),)
    assert book.public(START).bids == real.bids
