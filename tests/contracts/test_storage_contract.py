"""What every memory promises (`trader.ports.Storage` and its repositories): in-process, SQLite, PostgreSQL."""

from __future__ import annotations

import asyncio
import os
import uuid
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeVar

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from storage.memory import MemoryStorage
from storage.sql import SqlStorage, open_storage
from trader.clock import ManualClock
from trader.errors import StorageFailed
from trader.model.advice import (
    AiRole,
    Answer,
    Consultation,
    MemberResult,
    MemberStatus,
    PricePlan,
    Question,
    Stance,
    Usage,
    Verdict,
    VoteRule,
    Writing,
)
from trader.model.alert import Alert, AlertKind, AlertState, Comparison, Condition
from trader.model.difference import Correction, Difference, DifferenceKind, DifferenceState
from trader.model.events import (
    Event,
    EventKind,
    JournalEntry,
    KeptMessage,
    OutboxMessage,
    SettingRow,
    Severity,
    TicketState,
)
from trader.model.market import Candle, Market, Timeframe
from trader.model.member import Member
from trader.model.order import (
    Breakeven,
    Cleared,
    ExitPlan,
    Fill,
    Intent,
    Order,
    OrderState,
    OrderType,
    Origin,
    Side,
    TimeInForce,
)
from trader.model.portfolio import GuardLevels, Position
from trader.model.reflection import Lesson, LessonState, Move
from trader.model.ticket import Ticket
from trader.ports import Records, Storage

T = TypeVar("T")

POSTGRES_URL = os.environ.get("TEST_POSTGRES_URL", "postgresql+psycopg://root@127.0.0.1:5432/test")
T0 = datetime(2026, 3, 2, 9, 0, 0, 123456, tzinfo=UTC)
KST = timezone(timedelta(hours=9))
BTC, ETH, XRP = Market("KRW", "BTC"), Market("KRW", "ETH"), Market("KRW", "XRP")
D = Decimal
FINE = D("0.00000001")
LONG = D("1234567890.123456789012")


def at(seconds: float) -> datetime:
    return T0 + timedelta(seconds=seconds)


# ---------------------------------------------------------------- the implementations


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(datetime(2026, 3, 3, tzinfo=UTC))


def postgres_answers() -> str | None:
    """None when a server answers, else why not."""
    import psycopg

    try:
        psycopg.connect(POSTGRES_URL.replace("+psycopg", ""), connect_timeout=2).close()
    except psycopg.OperationalError as err:
        return f"no PostgreSQL at {POSTGRES_URL}: {str(err).splitlines()[0]}"
    return None


async def postgres_storage(clock: ManualClock | None) -> tuple[SqlStorage, Callable[[], None]]:
    """A storage in a schema of its own, and how to drop that."""
    import psycopg

    schema = f"contract_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(POSTGRES_URL.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute(f"CREATE SCHEMA {schema}")  # type: ignore[arg-type]  # a name made here

    def drop() -> None:
        with psycopg.connect(POSTGRES_URL.replace("+psycopg", ""), autocommit=True) as connection:
            connection.execute(f"DROP SCHEMA {schema} CASCADE")  # type: ignore[arg-type]

    return await open_storage(f"{POSTGRES_URL}?options=-csearch_path%3D{schema}", clock=clock), drop


@pytest.fixture(params=["memory", "sqlite", "postgres"])
async def store(request: pytest.FixtureRequest, tmp_path: Path, clock: ManualClock) -> AsyncIterator[Storage]:
    if request.param == "memory":
        yield MemoryStorage(clock)
    elif request.param == "sqlite":
        sqlite = await open_storage(f"sqlite:///{tmp_path}/trader.sqlite3", clock=clock)
        yield sqlite
        await sqlite.close()
    else:
        if reason := postgres_answers():
            pytest.skip(reason)
        postgres, drop = await postgres_storage(clock)
        yield postgres
        await postgres.close()
        drop()


# ---------------------------------------------------------------- builders


def an_order(number: int = 1, **changes: Any) -> Order:
    order = Order(
        client_order_id=f"order-{number}",
        intent_id=f"intent-{number}",
        market=BTC,
        side=Side.BUY,
        order_type=OrderType.LIMIT,
        time_in_force=TimeInForce.GTC,
        origin=Origin.STRATEGY,
        owner="sma_cross",
        reason="빠른 평균이 위로",
        state=OrderState.NEW,
        created_at=at(number),
        updated_at=at(number),
        decision_price=D("98765000.5"),
    )
    return replace(order, **changes)


def a_full_order() -> Order:
    return an_order(
        side=Side.SELL,
        order_type=OrderType.BEST,
        time_in_force=TimeInForce.IOC,
        origin=Origin.GUARD,
        price=LONG,
        quantity=FINE,
        notional=D("5000.00"),
        venue_id="c4a6-…-한글",
        executed_quantity=D("0E-8"),
        executed_funds=D("4999.99999999"),
        paid_fee=D("2.5"),
        approved_by="telegram:123",
        note="under_min_total_bid",
        exits=ExitPlan(D("90000000"), D("1.1E+8"), D("0.015"), 3600, Breakeven(D("0.01"), D("0.0005"))),
        expires_at=at(30),
        thread="intent-0",
    )


def a_fill(number: int = 1, **changes: Any) -> Fill:
    fill = Fill(f"fill-{number}", "order-1", BTC, Side.BUY, D("98765000"), FINE, D("0.98765"), D("0.0005"), at(number))
    return replace(fill, **changes)


def a_position(number: int = 1, market: Market = BTC, **changes: Any) -> Position:
    return replace(Position(f"position-{number}", market, "sma_cross", at(number), FINE, D("5002.5")), **changes)


def levels(number: int = 1, **changes: Any) -> GuardLevels:
    plan = ExitPlan(D("95.50"), None, D("0.02"), 600, Breakeven(D("0.0100"), D("0.0005")))
    return replace(GuardLevels(f"position-{number}", BTC, plan, D("101.000"), at(number), D("100.050")), **changes)


def a_ticket(number: int = 1, **changes: Any) -> Ticket:
    intent = Intent(
        intent_id=f"intent-{number}",
        market=BTC,
        side=Side.BUY,
        origin=Origin.PERSON,
        owner="telegram:123",
        reason="지금 사자 🚀",
        created_at=at(number),
        price=D("98765000.10"),
        notional=D("100000"),
        order_type=OrderType.LIMIT,
        time_in_force=TimeInForce.POST_ONLY,
        exits=ExitPlan(stop=D("95000000"), trail=D("0.0150")),
    )
    cleared = Cleared(intent, fee=D("50.00"), slippage_bps=D("3.25"), equity_share=D("0.0100"))
    ticket = Ticket(f"ticket-{number}", cleared, D("98765000.10"), D("0.005"), at(number), at(number + 120))
    return replace(ticket, **changes)


def an_event(number: int = 1, **changes: Any) -> Event:
    event = Event(f"event-{number}", EventKind.FILL, at(number), Severity.INFO, "KRW-BTC", "intent-1", {"가격": "1.50"})
    return replace(event, **changes)


def a_message(number: int = 1, event: int = 1, **changes: Any) -> OutboxMessage:
    return replace(OutboxMessage(f"message-{number}", f"event-{event}", "telegram", "4711", at(number)), **changes)


def an_entry(number: int = 1, **changes: Any) -> JournalEntry:
    entry = JournalEntry(
        f"cycle-{number}", at(number), "KRW-BTC", "rsi", "15m", "risk", "cooldown", {"until": "09:05", "이유": "쿨다운"}
    )
    return replace(entry, **changes)


MIDNIGHT = datetime(2026, 3, 2, tzinfo=UTC)


def a_candle(minute: int, market: Market = BTC, timeframe: Timeframe = Timeframe.M1, **changes: Any) -> Candle:
    opened = MIDNIGHT + minute * timeframe.span
    candle = Candle(market, timeframe, opened, D("100.0"), D("101.5"), D("99"), D("100.5"), FINE, LONG)
    return replace(candle, **changes)


def digits(value: Decimal | None) -> str:
    """Exact equality: 1.50 is not 1.5 here."""
    assert value is not None
    return format(value, "f")


# ---------------------------------------------------------------- transactions


async def test_a_write_hands_back_what_fn_returns_and_a_read_sees_it(store: Storage) -> None:
    def book(records: Records) -> str:
        records.orders.add(an_order())
        return "booked"

    assert await store.write(book) == "booked"
    assert await store.read(lambda r: r.orders.get("order-1")) == an_order()


async def test_within_a_write_its_own_changes_are_seen(store: Storage) -> None:
    def book(records: Records) -> Order | None:
        records.orders.add(an_order())
        return records.orders.get("order-1")

    assert await store.write(book) == an_order()


async def test_a_function_that_raises_leaves_nothing_behind_and_its_own_exception_comes_out(store: Storage) -> None:
    """Every repository is touched, then the function fails: all of it is gone."""

    class Mine(Exception):
        pass

    def before(r: Records) -> None:
        r.orders.add(an_order(1))
        r.positions.save(a_position(1))
        r.guards.save(levels(1))
        r.guards.save(levels(2))
        r.tickets.add(a_ticket(1))
        r.events.add(an_event(1))
        r.outbox.add(a_message(1))
        r.candles.upsert([a_candle(0)])
        r.notes.put("state", "active")
        r.settings.add(SettingRow("markets", "KRW-BTC", "owner", T0))

    def everything(r: Records) -> dict[str, object]:
        return {
            "orders": r.orders.recent(9),
            "history": [r.orders.history(f"order-{n}") for n in (1, 2)],
            "venue": r.orders.by_venue_id("v"),
            "fills": r.fills.all(),
            "open": r.positions.open(),
            "closed": r.positions.recent_closed(9),
            "guards": r.guards.all(),
            "tickets": r.tickets.pending(),
            "journal": r.journal.latest(9),
            "events": r.events.latest(9),
            "settings": r.settings.history(9),
            "outbox": r.outbox.pending("telegram", 9),
            "kept": r.kept.live("telegram"),
            "candles": r.candles.latest(BTC, Timeframe.M1, 9),
            "notes": [r.notes.get("state"), r.notes.get("offset")],
        }

    def fails(r: Records) -> None:
        r.orders.add(an_order(2))
        r.orders.save(an_order(1, state=OrderState.SENT, venue_id="v"))
        r.fills.add(a_fill())
        r.positions.save(a_position(1, closed_at=at(9)))
        r.positions.save(a_position(2))
        r.guards.save(levels(1, high=D("500")))
        r.guards.remove("position-1")
        r.tickets.answer(a_ticket(1, state=TicketState.APPROVED, answered_by="owner", answered_at=at(5)))
        r.tickets.add(a_ticket(2))
        r.journal.add(an_entry())
        r.events.add(an_event(2))
        r.settings.add(SettingRow("markets", None, "owner", T0))
        r.outbox.add(a_message(2))
        r.outbox.save(a_message(1, sent_at=at(9)))
        r.kept.put(a_kept())
        r.candles.upsert([a_candle(0, close=D("7")), a_candle(1)])
        r.notes.put("state", "halted")
        r.notes.put("offset", 5)
        raise Mine

    await store.write(before)
    known = await store.read(everything)
    with pytest.raises(Mine):
        await store.write(fails)
    assert await store.read(everything) == known


async def test_after_a_failed_write_the_next_one_works(store: Storage) -> None:
    with pytest.raises(ZeroDivisionError):
        await store.write(lambda r: 1 / 0)
    await store.write(lambda r: r.notes.put("a", 1))
    assert await store.read(lambda r: r.notes.get("a")) == 1


async def test_a_hundred_concurrent_writes_happen_one_after_another_in_order(store: Storage) -> None:
    """Each reads the counter and adds one: nothing is lost, and the settings stand in the order of the calls."""

    def count(number: int) -> Callable[[Records], int]:
        def add(r: Records) -> int:
            counter = int(r.notes.get("counter") or 0) + 1
            r.notes.put("counter", counter)
            r.settings.add(SettingRow("n", str(number), "test", T0))
            return counter

        return add

    results = await asyncio.gather(*(store.write(count(number)) for number in range(100)))
    assert results == list(range(1, 101))
    rows = await store.read(lambda r: r.settings.history(200))
    assert [row.value for row in rows] == [str(number) for number in reversed(range(100))]


async def test_a_read_may_not_write(store: Storage) -> None:
    with pytest.raises(StorageFailed):
        await store.read(lambda r: r.notes.put("a", 1))
    assert await store.read(lambda r: r.notes.get("a")) is None


async def test_a_closed_store_says_so(store: Storage) -> None:
    await store.close()
    await store.close()
    with pytest.raises(StorageFailed):
        await store.write(lambda r: r.notes.put("a", 1))
    with pytest.raises(StorageFailed):
        await store.read(lambda r: r.notes.get("a"))


# ---------------------------------------------------------------- values cross exactly


@pytest.mark.parametrize(
    "text",
    ["0.00000001", "1234567890.123456789012", "0E-8", "1E+3", "-0.10", "100.000", "0", "9" * 40 + "." + "9" * 40],
)
async def test_decimals_keep_every_digit(store: Storage, text: str) -> None:
    """0E-8 comes back as 0.00000000, 1E+3 as 1000: the same number, written plainly."""
    await store.write(lambda r: r.fills.add(a_fill(price=D(text))))
    (fill,) = await store.read(lambda r: r.fills.all())
    assert digits(fill.price) == digits(D(text))
    assert fill.price == D(text)


async def test_times_keep_their_microsecond_and_come_back_in_utc(store: Storage) -> None:
    seoul = datetime(2026, 3, 2, 18, 0, 0, 1, tzinfo=KST)
    await store.write(lambda r: r.fills.add(a_fill(at=seoul)))
    (fill,) = await store.read(lambda r: r.fills.all())
    assert fill.at == datetime(2026, 3, 2, 9, 0, 0, 1, tzinfo=UTC)
    assert fill.at.utcoffset() == timedelta(0)


async def test_a_naive_time_is_refused_and_nothing_is_stored(store: Storage) -> None:
    naive = datetime(2026, 3, 2, 9)  # noqa: DTZ001 – the point of the test
    with pytest.raises(ValueError, match="time zone"):
        await store.write(lambda r: r.fills.add(a_fill(at=naive)))
    assert await store.read(lambda r: r.fills.all()) == []
    assert await store.read(lambda r: r.fills.first()) is None


async def test_a_float_for_money_is_refused(store: Storage) -> None:
    with pytest.raises(TypeError, match="Decimal"):
        await store.write(lambda r: r.fills.add(a_fill(price=0.1)))


@pytest.mark.parametrize("text", ["NaN", "Infinity", "-Infinity"])
async def test_what_is_no_number_is_refused(store: Storage, text: str) -> None:
    with pytest.raises(ValueError, match="not a number"):
        await store.write(lambda r: r.fills.add(a_fill(fee=D(text))))


# ---------------------------------------------------------------- orders


async def test_an_order_comes_back_whole(store: Storage) -> None:
    await store.write(lambda r: r.orders.add(a_full_order()))
    found = await store.read(lambda r: r.orders.get("order-1"))
    assert found == a_full_order()
    assert found is not None
    assert digits(found.executed_quantity) == "0.00000000"
    assert digits(found.notional) == "5000.00"


async def test_an_unknown_order_is_none(store: Storage) -> None:
    assert await store.read(lambda r: r.orders.get("nobody")) is None
    assert await store.read(lambda r: r.orders.by_venue_id("nobody")) is None
    assert await store.read(lambda r: r.orders.history("nobody")) == []


async def test_a_client_order_id_is_used_once(store: Storage) -> None:
    await store.write(lambda r: r.orders.add(an_order()))
    with pytest.raises(ValueError, match="order-1"):
        await store.write(lambda r: r.orders.add(an_order(note="again")))
    assert await store.read(lambda r: r.orders.get("order-1")) == an_order()
    assert len(await store.read(lambda r: r.orders.history("order-1"))) == 1


async def test_a_duplicate_may_be_caught_and_the_transaction_goes_on(store: Storage) -> None:
    await store.write(lambda r: r.orders.add(an_order()))

    def again(r: Records) -> None:
        with pytest.raises(ValueError, match="order-1"):
            r.orders.add(an_order())
        r.orders.add(an_order(2))

    await store.write(again)
    assert await store.read(lambda r: r.orders.get("order-2")) == an_order(2)


async def test_every_transition_of_an_order_is_kept_and_only_those(store: Storage) -> None:
    """A change of state or note is a transition; more executed quantity in the same state is not."""
    first = an_order(1)
    sent = first.changed(at(10), state=OrderState.SENT)
    partial = sent.changed(at(11), state=OrderState.PARTIAL, executed_quantity=D("0.1"), venue_id="v-1")
    more = partial.changed(at(12), executed_quantity=D("0.2"))
    noted = more.changed(at(13), note="cancel asked")
    ended = noted.changed(at(14), state=OrderState.CANCELLED, executed_quantity=D("0.3"))
    await store.write(lambda r: r.orders.add(first))
    for order in (sent, partial, more, noted, ended):
        await store.write(lambda r, order=order: r.orders.save(order))
    assert await store.read(lambda r: r.orders.get("order-1")) == ended
    assert await store.read(lambda r: r.orders.history("order-1")) == [
        (at(1), "new", ""),
        (at(10), "sent", ""),
        (at(11), "partial", ""),
        (at(13), "partial", "cancel asked"),
        (at(14), "cancelled", "cancel asked"),
    ]


async def test_an_order_never_added_cannot_be_saved(store: Storage) -> None:
    with pytest.raises(ValueError, match="never added"):
        await store.write(lambda r: r.orders.save(an_order()))
    assert await store.read(lambda r: r.orders.history("order-1")) == []


async def test_orders_are_found_by_the_venues_id(store: Storage) -> None:
    await store.write(lambda r: (r.orders.add(an_order(1)), r.orders.add(an_order(2, venue_id="v-2"))))
    await store.write(lambda r: r.orders.save(an_order(1, venue_id="v-1")))
    assert await store.read(lambda r: r.orders.by_venue_id("v-1")) == an_order(1, venue_id="v-1")
    assert await store.read(lambda r: r.orders.by_venue_id("v-2")) == an_order(2, venue_id="v-2")


async def test_unfinished_orders_are_those_without_a_final_state_oldest_first(store: Storage) -> None:
    states = list(OrderState)
    orders = [an_order(n, state=state, created_at=at(100 - n)) for n, state in enumerate(states)]
    await store.write(lambda r: [r.orders.add(order) for order in orders])
    found = await store.read(lambda r: r.orders.unfinished())
    assert [o.state for o in found] == [s for s in reversed(states) if not s.final]


async def test_recent_and_since_order_by_creation_and_ties_by_writing(store: Storage) -> None:
    orders = [an_order(1), an_order(3), an_order(2), an_order(4, created_at=at(3), market=ETH)]
    await store.write(lambda r: [r.orders.add(order) for order in orders])

    def names(found: list[Order]) -> list[str]:
        return [o.client_order_id[-1] for o in found]

    assert names(await store.read(lambda r: r.orders.recent(3))) == ["4", "3", "2"]
    assert names(await store.read(lambda r: r.orders.recent(2, BTC))) == ["3", "2"]
    assert names(await store.read(lambda r: r.orders.since(at(2)))) == ["2", "3", "4"]
    assert names(await store.read(lambda r: r.orders.since(at(3.000001)))) == []


# ---------------------------------------------------------------- fills


async def test_a_fill_is_booked_once(store: Storage) -> None:
    assert await store.write(lambda r: r.fills.add(a_fill())) is True
    assert await store.write(lambda r: r.fills.add(a_fill(price=D("1")))) is False
    assert await store.read(lambda r: r.fills.all()) == [a_fill()]


async def test_fills_are_listed_by_time_market_and_order(store: Storage) -> None:
    fills = [
        a_fill(3),
        a_fill(1, client_order_id="order-9"),
        a_fill(2, market=ETH, side=Side.SELL),
        a_fill(4, at=at(3)),
    ]
    await store.write(lambda r: [r.fills.add(fill) for fill in fills])

    def names(found: list[Fill]) -> list[str]:
        return [f.fill_id[-1] for f in found]

    assert names(await store.read(lambda r: r.fills.all())) == ["1", "2", "3", "4"]
    assert names(await store.read(lambda r: r.fills.of_order("order-1"))) == ["2", "3", "4"]
    assert names(await store.read(lambda r: r.fills.since(at(2)))) == ["2", "3", "4"]
    assert names(await store.read(lambda r: r.fills.since(at(2), BTC))) == ["3", "4"]
    assert names([f for f in [await store.read(lambda r: r.fills.first())] if f]) == ["1"]
    assert names(await store.read(lambda r: r.fills.recent(2))) == ["4", "3"]
    assert names(await store.read(lambda r: r.fills.recent(9, ETH))) == ["2"]


async def test_fills_are_listed_in_the_order_of_booking(store: Storage) -> None:
    """Whatever their times say: booked are 3, 1 and 4 of Bitcoin, and 2 of Ethereum in between."""
    fills = [a_fill(3), a_fill(1), a_fill(2, market=ETH), a_fill(4)]
    await store.write(lambda r: [r.fills.add(fill) for fill in fills])

    async def names(*first: int) -> list[str]:
        ids = [a_fill(n).fill_id for n in first]
        return [f.fill_id[-1] for f in await store.read(lambda r: r.fills.booked_from(BTC, ids))]

    assert await names(3) == ["3", "1", "4"]
    assert await names(4, 1) == ["1", "4"]
    assert await names(2) == ["4"]
    assert await names() == await names(9) == ["3", "1", "4"]


# ---------------------------------------------------------------- positions and guards


async def test_a_position_comes_back_whole_and_is_replaced_by_its_id(store: Storage) -> None:
    full = a_position(
        realised_pnl=D("-12.30"),
        fees=D("2.50"),
        bought_quantity=FINE,
        bought_cost=LONG,
        sold_quantity=D("0E-8"),
        sold_proceeds=D("1"),
        closed_at=at(60),
        exit_reason="손절 stop",
    )
    await store.write(lambda r: r.positions.save(a_position()))
    assert await store.read(lambda r: r.positions.get("position-1")) == a_position()
    await store.write(lambda r: r.positions.save(full))
    assert await store.read(lambda r: r.positions.get("position-1")) == full
    assert await store.read(lambda r: r.positions.get("position-2")) is None


async def test_open_positions_by_market_code(store: Storage) -> None:
    kept = [a_position(1, XRP), a_position(2, BTC), a_position(3, ETH, closed_at=at(9)), a_position(4, ETH)]
    await store.write(lambda r: [r.positions.save(position) for position in kept])
    assert [p.market.code for p in await store.read(lambda r: r.positions.open())] == ["KRW-BTC", "KRW-ETH", "KRW-XRP"]
    assert await store.read(lambda r: r.positions.open_for(ETH)) == kept[3]
    assert await store.read(lambda r: r.positions.open_for(Market("KRW", "DOGE"))) is None


async def test_a_market_has_one_open_position_at_most(store: Storage) -> None:
    await store.write(lambda r: r.positions.save(a_position(1)))
    with pytest.raises(ValueError, match="KRW-BTC"):
        await store.write(lambda r: r.positions.save(a_position(2)))
    assert [p.position_id for p in await store.read(lambda r: r.positions.open())] == ["position-1"]

    def close_and_open(r: Records) -> None:
        r.positions.save(a_position(1, closed_at=at(5)))
        r.positions.save(a_position(2))

    await store.write(close_and_open)
    with pytest.raises(ValueError, match="KRW-BTC"):
        await store.write(lambda r: r.positions.save(a_position(1)))


async def test_closed_positions_by_time(store: Storage) -> None:
    kept = [
        a_position(1, closed_at=at(30)),
        a_position(2, closed_at=at(10)),
        a_position(3, ETH, closed_at=at(20)),
        a_position(4, closed_at=at(30)),
        a_position(5),
    ]
    await store.write(lambda r: [r.positions.save(position) for position in kept])

    def names(found: list[Position]) -> list[str]:
        return [p.position_id[-1] for p in found]

    assert names(await store.read(lambda r: r.positions.closed_since(at(20)))) == ["3", "1", "4"]
    assert names(await store.read(lambda r: r.positions.recent_closed(3))) == ["4", "1", "3"]
    assert names(await store.read(lambda r: r.positions.recent_closed(9, BTC))) == ["4", "1", "2"]


async def test_guard_levels_are_rows_that_survive_and_go(store: Storage) -> None:
    await store.write(lambda r: (r.guards.save(levels(2, plan=ExitPlan())), r.guards.save(levels(1))))
    await store.write(lambda r: r.guards.save(levels(1).with_high(D("102.50"))))
    assert await store.read(lambda r: r.guards.all()) == [levels(1, high=D("102.50")), levels(2, plan=ExitPlan())]
    assert await store.read(lambda r: r.guards.get("position-2")) == levels(2, plan=ExitPlan())
    await store.write(lambda r: (r.guards.remove("position-1"), r.guards.remove("nobody")))
    assert await store.read(lambda r: r.guards.get("position-1")) is None
    assert [g.position_id for g in await store.read(lambda r: r.guards.all())] == ["position-2"]


# ---------------------------------------------------------------- tickets


async def test_a_ticket_holds_the_whole_cleared_intent(store: Storage) -> None:
    await store.write(lambda r: r.tickets.add(a_ticket()))
    found = await store.read(lambda r: r.tickets.get("ticket-1"))
    assert found == a_ticket()
    assert found is not None
    assert digits(found.cleared.intent.price) == "98765000.10"
    assert digits(found.cleared.intent.exits.trail) == "0.0150"
    assert found.cleared.intent.created_at.utcoffset() == timedelta(0)
    assert await store.read(lambda r: r.tickets.get("ticket-2")) is None


async def test_a_ticket_id_is_used_once(store: Storage) -> None:
    await store.write(lambda r: r.tickets.add(a_ticket()))
    with pytest.raises(ValueError, match="ticket-1"):
        await store.write(lambda r: r.tickets.add(a_ticket()))


async def test_pending_tickets_oldest_first_expired_ones_included(store: Storage) -> None:
    tickets = [a_ticket(3), a_ticket(1), a_ticket(2, expires_at=at(3)), a_ticket(4, created_at=at(3))]
    await store.write(lambda r: [r.tickets.add(ticket) for ticket in tickets])
    answer = a_ticket(1, state=TicketState.REJECTED, answered_by="owner", answered_at=at(9))
    assert await store.write(lambda r: r.tickets.answer(answer)) is True
    pending = await store.read(lambda r: r.tickets.pending())
    assert [t.ticket_id[-1] for t in pending] == ["2", "3", "4"]


async def test_of_two_answers_at_once_the_first_counts(store: Storage) -> None:
    await store.write(lambda r: r.tickets.add(a_ticket()))
    yes = a_ticket(state=TicketState.APPROVED, answered_by="telegram:1", answered_at=at(5))
    no = a_ticket(state=TicketState.REJECTED, answered_by="slack:U2", answered_at=at(5))
    won = await asyncio.gather(
        store.write(lambda r: r.tickets.answer(yes)), store.write(lambda r: r.tickets.answer(no))
    )
    assert won == [True, False]
    assert await store.read(lambda r: r.tickets.get("ticket-1")) == yes


async def test_tickets_by_when_they_were_answered(store: Storage) -> None:
    """After that moment, in the order of the answers; one that waits is none of them."""
    await store.write(lambda r: [r.tickets.add(a_ticket(number)) for number in (1, 2, 3, 4)])
    answers = [
        a_ticket(1, state=TicketState.REJECTED, answered_by="owner", answered_at=at(30)),
        a_ticket(2, state=TicketState.EXPIRED, answered_by="clock", answered_at=at(20)),
        a_ticket(3, state=TicketState.APPROVED, answered_by="owner", answered_at=at(10)),
    ]
    await store.write(lambda r: [r.tickets.answer(answer) for answer in answers])
    assert await store.read(lambda r: r.tickets.answered_since(at(10))) == [answers[1], answers[0]]
    assert await store.read(lambda r: r.tickets.answered_since(at(30))) == []


async def test_an_answer_must_answer_a_ticket_that_exists(store: Storage) -> None:
    await store.write(lambda r: r.tickets.add(a_ticket()))
    with pytest.raises(ValueError, match="no answer"):
        await store.write(lambda r: r.tickets.answer(a_ticket()))
    assert await store.write(lambda r: r.tickets.answer(a_ticket(2, state=TicketState.EXPIRED))) is False


# ---------------------------------------------------------------- journal, events, outbox


async def test_the_journal_newest_first_by_market(store: Storage) -> None:
    entries = [an_entry(1), an_entry(2, market="KRW-ETH"), an_entry(3), an_entry(4, at=at(3), details={})]
    await store.write(lambda r: [r.journal.add(entry) for entry in entries])
    assert await store.read(lambda r: r.journal.latest(3)) == [entries[3], entries[2], entries[1]]
    assert await store.read(lambda r: r.journal.latest(9, "KRW-ETH")) == [entries[1]]
    assert await store.read(lambda r: r.journal.latest(9, "KRW-XRP")) == []


async def test_events_of_one_moment_keep_the_order_of_writing(store: Storage) -> None:
    events = [an_event(n, at=T0, push=n % 2 == 0) for n in (5, 3, 9, 1)] + [an_event(7, at=at(-1))]
    await store.write(lambda r: [r.events.add(event) for event in events])
    assert await store.read(lambda r: r.events.since(T0)) == events[:4]
    assert await store.read(lambda r: r.events.latest(3)) == [events[3], events[2], events[1]]
    assert await store.read(lambda r: r.events.get("event-9")) == events[2]
    assert await store.read(lambda r: r.events.get("event-8")) is None


async def test_events_by_kind(store: Storage) -> None:
    kinds = [EventKind.FILL, EventKind.ORDER, EventKind.PANIC, EventKind.FILL]
    await store.write(lambda r: [r.events.add(an_event(n, kind=kind)) for n, kind in enumerate(kinds)])
    found = await store.read(lambda r: r.events.latest(9, kinds=(kind for kind in (EventKind.FILL, "panic"))))
    assert [event.event_id for event in found] == ["event-3", "event-2", "event-0"]
    assert await store.read(lambda r: r.events.latest(9, kinds=[])) == []


async def test_an_event_id_is_used_once(store: Storage) -> None:
    await store.write(lambda r: r.events.add(an_event()))
    with pytest.raises(ValueError, match="event-1"):
        await store.write(lambda r: r.events.add(an_event(severity=Severity.CRITICAL)))


async def test_the_outbox_hands_out_unsent_messages_in_the_order_they_came(store: Storage) -> None:
    """Times do not matter: message 3 was made last by the clock and put first."""

    def put(r: Records) -> None:
        r.events.add(an_event(1))
        r.events.add(an_event(2))
        for message in (a_message(3, 2), a_message(1, 1), a_message(2, 1, channel="slack"), a_message(4, 2)):
            r.outbox.add(message)

    await store.write(put)
    assert await store.read(lambda r: r.outbox.pending_count()) == 4
    assert await store.read(lambda r: r.outbox.pending("telegram", 2)) == [
        (a_message(3, 2), an_event(2)),
        (a_message(1, 1), an_event(1)),
    ]
    failed = a_message(3, 2, attempts=2, last_error="시간 초과")
    sent = a_message(1, 1, attempts=1, sent_at=at(60), remote_id="88")
    await store.write(lambda r: (r.outbox.save(failed), r.outbox.save(sent)))
    pending = await store.read(lambda r: r.outbox.pending("telegram", 9))
    assert pending == [(failed, an_event(2)), (a_message(4, 2), an_event(2))]
    assert await store.read(lambda r: r.outbox.pending("console", 9)) == []
    assert await store.read(lambda r: r.outbox.pending_count()) == 3


async def test_what_waits_is_counted_by_place_and_by_what_is_critical(store: Storage) -> None:
    """Two ordinary ones and a critical one on Telegram, one on Slack; a fifth has been sent."""

    def put(r: Records) -> None:
        r.events.add(an_event(1))
        r.events.add(an_event(2, severity=Severity.CRITICAL))
        slack, sent = a_message(4, 1, channel="slack"), a_message(5, 1, sent_at=at(60), remote_id="88")
        for message in (a_message(1, 1), a_message(2, 1), a_message(3, 2), slack, sent):
            r.outbox.add(message)

    await store.write(put)
    target = a_message().target
    assert dict(await store.read(lambda r: r.outbox.waiting())) == {
        ("telegram", target, False): 2,
        ("telegram", target, True): 1,
        ("slack", target, False): 1,
    }


async def test_a_message_needs_its_event_and_an_id_of_its_own(store: Storage) -> None:
    with pytest.raises(ValueError, match="event never added"):
        await store.write(lambda r: r.outbox.add(a_message()))
    await store.write(lambda r: (r.events.add(an_event()), r.outbox.add(a_message())))
    with pytest.raises(ValueError, match="message-1"):
        await store.write(lambda r: r.outbox.add(a_message()))
    with pytest.raises(ValueError, match="never added"):
        await store.write(lambda r: r.outbox.save(a_message(2)))


async def test_a_message_keeps_when_it_was_tried_and_is_forgotten_long_after_it_was_sent(store: Storage) -> None:
    tried, sent = a_message(1, tried_at=at(5)), a_message(2, sent_at=at(60), tried_at=at(59), remote_id="1")
    await store.write(lambda r: (r.events.add(an_event()), r.outbox.add(a_message(1)), r.outbox.add(a_message(2))))
    await store.write(lambda r: (r.outbox.save(tried), r.outbox.save(sent)))
    assert await store.read(lambda r: r.outbox.pending("telegram", 9)) == [(tried, an_event())]
    assert await store.write(lambda r: r.outbox.prune(at(60))) == 0
    assert await store.write(lambda r: r.outbox.prune(at(61))) == 1
    assert await store.read(lambda r: r.outbox.pending("telegram", 9)) == [(tried, an_event())]


async def test_critical_events_are_stranded_while_one_channel_alone_has_them_and_gave_them_to_nobody(
    store: Storage,
) -> None:
    """1 waits on Telegram only, in two chats; 2 is not critical; Slack has 3 too; one chat has got 4; 5 is young."""

    def put(r: Records) -> None:
        for number in (1, 2, 3, 4, 5):
            r.events.add(an_event(number, severity=Severity.INFO if number == 2 else Severity.CRITICAL))
            r.outbox.add(a_message(number, number, created_at=at(50 if number == 5 else number)))
        r.outbox.add(a_message(11, 1, target="4712", created_at=at(1)))
        r.outbox.add(a_message(13, 3, channel="slack", created_at=at(3)))
        r.outbox.add(a_message(14, 4, target="4712", created_at=at(4), sent_at=at(5)))

    await store.write(put)
    found = await store.read(lambda r: r.outbox.stranded(at(30), 9))
    assert found == [("telegram", an_event(1, severity=Severity.CRITICAL))]
    assert len(await store.read(lambda r: r.outbox.stranded(at(60), 1))) == 1
    assert [e.event_id for _, e in await store.read(lambda r: r.outbox.stranded(at(60), 9))] == ["event-1", "event-5"]


async def test_a_thread_tells_its_newest_events_and_its_newest_position(store: Storage) -> None:
    def put(r: Records) -> None:
        for number in (1, 2, 3, 4):
            r.events.add(an_event(number, thread="" if number == 2 else "intent-1"))
        r.positions.save(a_position(1, thread="intent-1", closed_at=at(9)))
        r.positions.save(a_position(2, thread="intent-1"))
        r.positions.save(a_position(3, market=ETH))

    await store.write(put)
    told = await store.read(lambda r: r.events.of_thread("intent-1", 2))
    assert [event.event_id for event in told] == ["event-3", "event-4"]
    assert await store.read(lambda r: r.events.of_thread("", 9)) == []
    assert await store.read(lambda r: r.positions.of_thread("intent-1")) == a_position(2, thread="intent-1")
    assert await store.read(lambda r: r.positions.of_thread("position-3")) == a_position(3, market=ETH)
    assert await store.read(lambda r: r.positions.of_thread("")) is None
    assert await store.read(lambda r: r.positions.of_thread("intent-9")) is None


def a_kept(topic: str = "trade:1", **changes: Any) -> KeptMessage:
    return replace(KeptMessage("telegram", "4711", topic, "88", at(1), at(2), "event-1", 3, live=True), **changes)


async def test_kept_messages_are_found_by_topic_in_their_conversation(store: Storage) -> None:
    card, other, fold = a_kept(), a_kept(target="4712", began_at=at(0)), a_kept("fold:x", live=False)
    slack = a_kept(channel="slack", remote_id="1.2")
    await store.write(lambda r: [r.kept.put(one) for one in (card, other, fold, slack)])
    assert await store.read(lambda r: r.kept.get("telegram", "4711", "trade:1")) == card
    assert await store.read(lambda r: r.kept.get("telegram", "4711", "trade:2")) is None
    assert await store.read(lambda r: r.kept.live("telegram")) == [other, card]
    ended = replace(card, live=False, remote_id="", count=4, changed_at=at(50))
    await store.write(lambda r: r.kept.put(ended))
    assert await store.read(lambda r: r.kept.get("telegram", "4711", "trade:1")) == ended
    assert await store.write(lambda r: r.kept.prune(at(10))) == 1
    assert await store.read(lambda r: r.kept.get("telegram", "4711", "fold:x")) is None
    await store.write(lambda r: r.kept.remove("slack", "4711", "trade:1"))
    assert await store.read(lambda r: (r.kept.live("slack"), r.kept.live("telegram"))) == ([], [other])


# ---------------------------------------------------------------- settings and notes


async def test_settings_are_never_overwritten_and_the_newest_row_counts(store: Storage) -> None:
    """The order of writing decides, not the clock (which may be set back); None takes a setting back."""
    rows = [
        SettingRow("markets", "KRW-BTC", "telegram:1", at(1)),
        SettingRow("language", "ko", "telegram:1", at(2)),
        SettingRow("markets", "KRW-BTC,KRW-ETH", "slack:U2", at(0)),
        SettingRow("param.rsi.period", "14", "telegram:1", at(3)),
        SettingRow("param.rsi.period", None, "telegram:1", at(4)),
    ]
    await store.write(lambda r: [r.settings.add(row) for row in rows])
    assert await store.read(lambda r: r.settings.current()) == {"markets": rows[2], "language": rows[1]}
    assert await store.read(lambda r: r.settings.history(2)) == [rows[4], rows[3]]
    assert await store.read(lambda r: r.settings.history(9, "markets")) == [rows[2], rows[0]]


@pytest.mark.parametrize(
    "value", ["active", 17, 1.5, True, None, ["가", 1], {"a": {"b": [1, None]}}, "", "\x00 \ud800"]
)
async def test_notes_hold_any_json(store: Storage, value: Any) -> None:
    await store.write(lambda r: r.notes.put("note", value))
    assert await store.read(lambda r: r.notes.get("note")) == value


async def test_a_note_is_replaced_and_an_unknown_one_is_none(store: Storage) -> None:
    await store.write(lambda r: r.notes.put("offset", 1))
    await store.write(lambda r: r.notes.put("offset", 2))
    assert await store.read(lambda r: (r.notes.get("offset"), r.notes.get("else"))) == (2, None)


@pytest.mark.parametrize("value", [D("1"), float("nan"), {1, 2}])
async def test_what_json_does_not_know_is_refused(store: Storage, value: Any) -> None:
    with pytest.raises((TypeError, ValueError)):
        await store.write(lambda r: r.notes.put("note", value))
    assert await store.read(lambda r: r.notes.get("note")) is None


async def test_a_stored_note_does_not_follow_the_callers_list(store: Storage) -> None:
    value = [1]
    await store.write(lambda r: r.notes.put("list", value))
    value.append(2)
    assert await store.read(lambda r: r.notes.get("list")) == [1]


# ---------------------------------------------------------------- candles


async def test_candles_are_keyed_by_market_timeframe_and_opening_time(store: Storage) -> None:
    """P1: the same minute of two markets, and of two timeframes, are different candles."""
    candles = [a_candle(0), a_candle(0, ETH, close=D("7")), a_candle(0, timeframe=Timeframe.M5, close=D("8"))]
    assert await store.write(lambda r: r.candles.upsert(candles)) == 3
    assert await store.read(lambda r: r.candles.latest(BTC, Timeframe.M1, 9)) == [candles[0]]
    assert await store.read(lambda r: r.candles.latest(ETH, Timeframe.M1, 9)) == [candles[1]]
    assert await store.read(lambda r: r.candles.latest(BTC, Timeframe.M5, 9)) == [candles[2]]


async def test_upsert_counts_new_and_changed_candles_only(store: Storage) -> None:
    three = [a_candle(n) for n in range(3)]
    assert await store.write(lambda r: r.candles.upsert(three)) == 3
    assert await store.write(lambda r: r.candles.upsert(three)) == 0
    mixed = [a_candle(0), a_candle(1, close=D("100.6")), a_candle(2, filled=True), a_candle(3)]
    assert await store.write(lambda r: r.candles.upsert(mixed)) == 3
    assert await store.read(lambda r: r.candles.latest(BTC, Timeframe.M1, 9)) == mixed
    assert await store.write(lambda r: r.candles.upsert([])) == 0


async def test_of_one_candle_given_twice_the_last_counts(store: Storage) -> None:
    twice = [a_candle(0), a_candle(0, close=D("5"))]
    assert await store.write(lambda r: r.candles.upsert(twice)) == 1
    assert await store.read(lambda r: r.candles.latest(BTC, Timeframe.M1, 9)) == twice[1:]


async def test_candles_keep_their_digits(store: Storage) -> None:
    await store.write(lambda r: r.candles.upsert([a_candle(0)]))
    (candle,) = await store.read(lambda r: r.candles.latest(BTC, Timeframe.M1, 9))
    assert [digits(getattr(candle, f)) for f in ("open", "high", "low", "close", "volume", "value")] == [
        "100.0", "101.5", "99", "100.5", "0.00000001", "1234567890.123456789012",
    ]  # fmt: skip


async def test_latest_candles_oldest_first_before_a_moment(store: Storage) -> None:
    await store.write(lambda r: r.candles.upsert([a_candle(n) for n in (4, 0, 2, 1)]))
    opened = [MIDNIGHT + timedelta(minutes=n) for n in range(5)]

    async def latest(limit: int, until: datetime | None) -> list[datetime]:
        return [c.opened_at for c in await store.read(lambda r: r.candles.latest(BTC, Timeframe.M1, limit, until))]

    assert await latest(2, None) == [opened[2], opened[4]]
    assert await latest(9, opened[2]) == [opened[0], opened[1]]
    assert await latest(1, opened[2] + timedelta(microseconds=1)) == [opened[2]]
    assert await store.read(lambda r: r.candles.latest(ETH, Timeframe.M1, 9)) == []


async def test_missing_names_the_holes_of_the_grid(store: Storage) -> None:
    """Minutes 0, 1 and 4 are stored. From 00:00:30 to 00:06 the grid has 1…5, so 2, 3 and 5 are missing."""
    await store.write(lambda r: r.candles.upsert([a_candle(n) for n in (0, 1, 4)]))

    async def missing(start: datetime, end: datetime, timeframe: Timeframe = Timeframe.M1) -> list[datetime]:
        return await store.read(lambda r: r.candles.missing(BTC, timeframe, start, end))

    minute = [MIDNIGHT + timedelta(minutes=n) for n in range(7)]
    assert await missing(MIDNIGHT + timedelta(seconds=30), minute[6]) == [minute[2], minute[3], minute[5]]
    assert await missing(minute[0], minute[2]) == []
    assert await missing(minute[2], minute[2]) == []
    assert await missing(minute[1].astimezone(KST), minute[3]) == [minute[2]]
    assert await missing(MIDNIGHT, MIDNIGHT + timedelta(days=2), Timeframe.D1) == [
        MIDNIGHT,
        MIDNIGHT + timedelta(days=1),
    ]


async def test_a_candle_still_open_by_the_clock_is_refused(store: Storage, clock: ManualClock) -> None:
    """P1. It is midnight of the 3rd: the minute that closes now may come, the next one not, and none of its batch."""
    now = clock.now()
    closing, still_open = (a_candle(0, opened_at=now - timedelta(minutes=1)), a_candle(0, opened_at=now))
    with pytest.raises(ValueError, match="open candle"):
        await store.write(lambda r: r.candles.upsert([closing, still_open]))
    assert await store.read(lambda r: r.candles.latest(BTC, Timeframe.M1, 1)) == []
    assert await store.write(lambda r: r.candles.upsert([closing])) == 1
    clock.advance(60)
    assert await store.write(lambda r: r.candles.upsert([still_open])) == 1


async def test_a_candle_off_its_grid_is_refused(store: Storage) -> None:
    """A five-minute candle opens at 00:00 or 00:05, not at 00:01."""
    with pytest.raises(ValueError, match="cannot open at"):
        await store.write(
            lambda r: r.candles.upsert([a_candle(0, timeframe=Timeframe.M5, opened_at=a_candle(1).opened_at)])
        )


# ---------------------------------------------------------------- people


async def test_people_in_the_order_they_were_added_and_one_row_each(store: Storage) -> None:
    """C4. The same number on two platforms is two people; a person let in again has one row still."""
    first = Member("telegram", "123", "owner", "김 철수 🐳", "pairing", T0)
    second = Member("slack", "123", "viewer", "", "telegram:123", T0 + timedelta(seconds=1))
    await store.write(lambda r: (r.people.save(second), r.people.save(first)))
    assert await store.read(lambda r: r.people.all()) == [first, second]
    gone = replace(first, revoked_by="shell", revoked_at=T0 + timedelta(hours=1))
    await store.write(lambda r: r.people.save(gone))
    assert await store.read(lambda r: r.people.get("telegram", "123")) == gone
    assert await store.read(lambda r: r.people.get("slack", "123")) == second
    assert await store.read(lambda r: r.people.get("telegram", "12")) is None
    assert (await store.read(lambda r: r.people.all()))[0].revoked


# ---------------------------------------------------------------- properties

decimals = st.decimals(allow_nan=False, allow_infinity=False, places=None).filter(lambda d: abs(d.adjusted()) < 40)
moments = st.datetimes(min_value=datetime(1, 1, 2), max_value=datetime(9999, 12, 30), timezones=st.just(UTC))  # noqa: DTZ001
words = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=30)


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(price=decimals, moment=moments, text=words)
async def test_any_money_time_and_text_reads_back_as_written(
    store: Storage, price: Decimal, moment: datetime, text: str
) -> None:
    name = uuid.uuid4().hex
    order = an_order(client_order_id=name, decision_price=price, created_at=moment, note=text, reason=text)

    def there_and_back(r: Records) -> Order | None:
        r.orders.add(order)
        return r.orders.get(name)

    found = await store.write(there_and_back)
    assert found is not None
    assert (found.created_at, found.note, found.reason) == (moment, text, text)
    assert digits(found.decision_price) == digits(price)


# ---------------------------------------------------------------- what somebody else changed


def a_difference(number: int = 1, **changes: Any) -> Difference:
    one = Difference(
        f"difference-{number}", DifferenceKind.SHORT, at(number), "BTC", "withdrawal", D("1.50"), FINE, D("-0.5")
    )
    return replace(one, **changes)


async def test_a_difference_comes_back_whole(store: Storage) -> None:
    full = a_difference(
        2,
        kind=DifferenceKind.ORDER,
        price=LONG,
        krw=D("-0.01"),
        market=BTC,
        side="sell",
        venue_id="v-한글",
        state=DifferenceState.CANCELLED,
        answered_by="telegram:1",
        answered_at=at(9),
    )
    for one in (a_difference(), full):
        await store.write(lambda r, one=one: r.differences.add(one))  # type: ignore[misc]
        assert await store.read(lambda r, one=one: r.differences.get(one.difference_id)) == one  # type: ignore[misc]
    with pytest.raises(ValueError, match="stored already"):
        await store.write(lambda r: r.differences.add(a_difference()))
    assert await store.read(lambda r: r.differences.get("nobody")) is None
    assert await store.read(lambda r: r.differences.recent(5)) == [full, a_difference()]
    assert await store.read(lambda r: r.differences.recent(1)) == [full]
    assert await store.read(lambda r: r.differences.reported(["v-한글", "v-2"])) == {"v-한글"}
    assert await store.read(lambda r: r.differences.reported([])) == frozenset()


async def test_a_difference_is_answered_once_but_what_was_ignored_may_be_adopted(store: Storage) -> None:
    for number in (1, 2):
        await store.write(lambda r, number=number: r.differences.add(a_difference(number)))  # type: ignore[misc]
    ignored = a_difference().answered(DifferenceState.IGNORED, "telegram:1", at(3))
    adopted = a_difference().answered(DifferenceState.ADOPTED, "slack:U2", at(4))
    assert await store.write(lambda r: r.differences.answer(ignored)) is True
    assert await store.write(lambda r: r.differences.answer(ignored)) is False
    assert await store.read(lambda r: r.differences.open()) == [a_difference(2)]
    assert await store.write(lambda r: r.differences.answer(adopted)) is True
    assert await store.write(lambda r: r.differences.answer(adopted)) is False
    assert await store.read(lambda r: r.differences.get("difference-1")) == adopted
    unknown = a_difference(7).answered(DifferenceState.IGNORED, "telegram:1", at(3))
    assert await store.write(lambda r: r.differences.answer(unknown)) is False
    with pytest.raises(ValueError, match="carries no answer"):
        await store.write(lambda r: r.differences.answer(a_difference(2)))


async def test_corrections_in_the_order_they_were_booked(store: Storage) -> None:
    late = Correction("x1", "position-1", BTC, -FINE, D("-5000.000000000001"), LONG, at(9), "telegram:1", "fill-1")
    early = Correction("x2", "position-2", ETH, D(2), D(0), D(1), at(1), "console")
    await store.write(lambda r: (r.corrections.add(late), r.corrections.add(early)))
    assert await store.read(lambda r: r.corrections.all()) == [late, early]
    with pytest.raises(ValueError, match="stored already"):
        await store.write(lambda r: r.corrections.add(late))


async def test_fills_booked_after_a_mark_whatever_their_time(store: Storage) -> None:
    """A fill that surfaces late has an old time, and was booked last all the same."""
    assert await store.read(lambda r: (r.fills.mark(), r.fills.booked_after(0))) == (0, [])
    await store.write(lambda r: r.fills.add(a_fill(5)))
    mark = await store.read(lambda r: r.fills.mark())
    await store.write(lambda r: (r.fills.add(a_fill(5)), r.fills.add(a_fill(9)), r.fills.add(a_fill(2))))
    assert await store.read(lambda r: r.fills.booked_after(mark)) == [a_fill(9), a_fill(2)]
    assert await store.read(lambda r: r.fills.booked_after(0)) == [a_fill(5), a_fill(9), a_fill(2)]
    assert await store.read(lambda r: r.fills.booked_after(r.fills.mark())) == []


# ---------------------------------------------------------------- advice


def _asked(number: int, market: Market = BTC, cost: str = "7.25") -> Consultation:
    question = Question(
        market,
        "rsi_zone",
        Timeframe.M15,
        at(number),
        Side.BUY,
        D("95000000.5"),
        D(500_000),
        D(0),
        D("93100000"),
        None,
        D(10_000_000),
        D(10_000_000),
        "rsi_left_oversold",
    )
    plan = PricePlan(None, D("93000000.25"), None, D("0.8"))
    answer = Answer(Stance.BUY, 40, D("0.62"), D("0.58"), 12, plan, "왜냐하면", ("thin book",), ("c:rsi",))
    said = MemberResult(
        "openai", "gpt-6-luna", MemberStatus.OK, answer, Usage(900, 120), D(cost), False, 1.25, raw="{}"
    )
    late = MemberResult("gemini", "gemini-3.5-flash-lite", MemberStatus.LATE, estimated=True)
    return Consultation(
        f"c{number}",
        at(number),
        question,
        AiRole.VETO,
        VoteRule.MAJORITY,
        "1",
        "1",
        f"prompt {number} 프롬프트",
        "ab12",
        {"rsi": 31.25},
        {"news": "absent"},
        (said, late),
        Verdict.APPROVED,
        Side.BUY,
        40,
        D("0.8"),
        plan,
        D("0.31"),
        D(cost),
    )


async def test_a_consultation_comes_back_as_it_was_said_and_lists_leave_the_prompt_out(store: Storage) -> None:
    """R8."""
    first, second = _asked(1), _asked(2, ETH, "0.1")
    await store.write(lambda r: (r.consultations.add(first), r.consultations.add(second)))
    assert await store.read(lambda r: r.consultations.get("c1")) == first
    assert await store.read(lambda r: r.consultations.get("c9")) is None
    assert await store.read(lambda r: r.consultations.latest(5)) == [
        replace(second, prompt=""),
        replace(first, prompt=""),
    ]
    assert [c.consultation_id for c in await store.read(lambda r: r.consultations.latest(5, BTC.code))] == ["c1"]
    assert [c.consultation_id for c in await store.read(lambda r: r.consultations.since(at(2)))] == ["c2"]
    assert [c.consultation_id for c in await store.read(lambda r: r.consultations.since(at(1), at(2)))] == ["c1"]
    assert await store.read(lambda r: r.consultations.cost_since(at(1))) == D("7.35")
    await store.write(lambda r: r.consultations.save(replace(first, prompt="", client_order_id="o1")))
    assert await store.read(lambda r: r.consultations.get("c1")) == replace(first, client_order_id="o1")
    with pytest.raises(ValueError, match="stored already"):
        await store.write(lambda r: r.consultations.add(first))


async def test_outcomes_by_consultation(store: Storage) -> None:
    """R9."""
    one, four = Move(1, D("100.5"), D(101), at(1)), Move(4, D("100.5"), D("99.125"), at(4))
    await store.write(lambda r: (r.outcomes.add("c1", four), r.outcomes.add("c1", one), r.outcomes.add("c2", one)))
    await store.write(lambda r: r.outcomes.add("c2", replace(one, end=D(102))))
    found = await store.read(lambda r: r.outcomes.of(["c1", "c2", "c3"]))
    assert found == {"c1": [one, four], "c2": [replace(one, end=D(102))]}


async def test_writings_with_their_cost(store: Storage) -> None:
    """What was written for people costs as well."""
    result = MemberResult("luna", "luna-1", MemberStatus.OK, cost=D("2.5"), raw='{"note": "메모"}')
    first = Writing("w1", at(1), "note", "p1", "w1", '{"pnl":"1"}', "ab", result)
    second = replace(first, writing_id="w2", at=at(2), purpose="lessons", subject="")
    await store.write(lambda r: (r.writings.add(first), r.writings.add(second)))
    assert await store.read(lambda r: r.writings.latest(5)) == [second, first]
    assert await store.read(lambda r: r.writings.latest(1)) == [second]
    assert await store.read(lambda r: r.writings.cost_since(at(2))) == D("2.5")
    assert await store.read(lambda r: r.writings.cost_since(at(0))) == D("5.0")
    assert await store.read(lambda r: r.writings.cost_since(at(0), "lessons")) == D("2.5")
    assert await store.read(lambda r: r.writings.cost_since(at(0), "sentence")) == 0
    with pytest.raises(ValueError, match="w1"):
        await store.write(lambda r: r.writings.add(first))


async def test_lessons_in_the_order_they_were_learned(store: Storage) -> None:
    """R9."""
    lesson = Lesson(
        "l2",
        at(2),
        "",
        "rsi",
        "<",
        30.5,
        "BUY",
        "짧게",
        "model",
        LessonState.ACTIVE,
        40,
        26,
        60,
        27,
        0.02,
        0.3,
        at(9),
        ("c1",),
    )
    older = replace(lesson, lesson_id="l1", created_at=at(1), pinned=True, changed_at=at(3))
    await store.write(lambda r: (r.lessons.save(lesson), r.lessons.save(older)))
    assert await store.read(lambda r: r.lessons.all()) == [older, lesson]
    await store.write(lambda r: r.lessons.save(replace(lesson, state=LessonState.RETIRED)))
    assert (await store.read(lambda r: r.lessons.get("l2"))) == replace(lesson, state=LessonState.RETIRED)
    assert await store.read(lambda r: r.lessons.get("l3")) is None


# ---------------------------------------------------------------- alerts


async def test_alerts_are_active_until_they_are_over_and_listed_by_person(store: Storage) -> None:
    """C2: every kind of condition comes back as it was; an ended one is forgotten when its own end is long past."""
    price = Alert(
        "a1",
        "telegram:1",
        "telegram:-100/7",
        BTC,
        Condition(AlertKind.PRICE, Comparison.ABOVE, D("100000000.5")),
        False,
        at(0),
        at(60),
    )
    rsi = Condition(AlertKind.RSI, Comparison.BELOW, D(30), 14, Timeframe.M15)
    other = replace(price, alert_id="a2", person="slack:U2", place="", condition=rsi, repeat=True, holds=True)
    await store.write(lambda r: (r.alerts.add(price), r.alerts.add(other)))
    with pytest.raises(ValueError, match="a1"):
        await store.write(lambda r: r.alerts.add(price))
    assert await store.read(lambda r: r.alerts.active()) == [price, other]
    fired = replace(price, state=AlertState.FIRED, fired_at=at(5), holds=True, muted_until=at(9))
    again = replace(price, alert_id="a3", created_at=at(6))
    await store.write(lambda r: (r.alerts.save(fired), r.alerts.add(again)))
    assert await store.read(lambda r: r.alerts.active()) == [other, again]
    assert await store.read(lambda r: r.alerts.of_person("telegram:1", 9)) == [again, fired]
    assert await store.read(lambda r: r.alerts.of_person("telegram:1", 1)) == [again]
    assert await store.read(lambda r: r.alerts.get("a1")) == fired
    assert await store.read(lambda r: r.alerts.get("nope")) is None
    assert await store.write(lambda r: r.alerts.prune(at(60))) == 0
    assert await store.write(lambda r: r.alerts.prune(at(61))) == 1
    assert await store.read(lambda r: r.alerts.of_person("telegram:1", 9)) == [again]
