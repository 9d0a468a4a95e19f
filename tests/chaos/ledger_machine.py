"""A state machine over execution and ledger: anything that can happen to an order, to an account and to the process,
in any order; after every step what must hold is held against rows and venue (promise 1, P5, P6, P7).

The short form is a test beside this file, the long one `tests/chaos/state_machine.py`."""

from __future__ import annotations

import asyncio
import functools
import sys
import tempfile
import traceback
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from decimal import ROUND_FLOOR, Decimal
from pathlib import Path
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from storage.memory import MemoryStorage
from storage.memory.spare import MemorySpare
from storage.spare_file import open_spare
from storage.sql import open_storage
from tests.chaos.lives import Life, World
from tests.chaos.truths import Rows, always, at_rest, read_rows
from tests.chaos.unruly_venue import UNIT, Fate, Post, UnrulyVenue
from tests.chaos.virtual_time import VirtualLoop
from tests.examples import BTC, ETH, D
from tests.trading_floor import sale, wish
from trader.ledger.portfolio import load_portfolio
from trader.model.difference import DifferenceState
from trader.model.limits import OrderStyle
from trader.model.market import Market
from trader.model.order import Authorised, Breakeven, Cleared, ExitPlan, Intent, OrderType, Origin
from trader.model.portfolio import TradingState
from trader.ports import SpareBook, Storage

START = D(10_000_000)
REST_SECONDS = 1_200.0
"""By then everything that was on its way has come, and what was given up has been looked for long enough."""

markets = st.sampled_from((BTC, ETH))
sums = st.integers(-2_000_000, 2_000_000)
few = st.integers(0, 2)
delays = st.sampled_from((0.0, 0.02, 0.4, 2.0))
absences = st.sampled_from((0.0, 0.0, 0.0, 2.0, 10.0, 40.0, 120.0))
notionals = st.integers(5_000, 2_500_000)
pauses = st.sampled_from((0.0, 0.01, 0.06, 0.2, 0.5, 1.0, 20.0))
lags = st.sampled_from((0.0, 0.0, 0.5, 4.0))
moves = st.sampled_from((D("0.97"), D("0.9"), D("0.995"), D("1.005"), D("1.03"), D("1.1")))
parts = st.one_of(st.just(D(1)), st.just(D(0)), st.integers(1, 99).map(lambda n: Decimal(n) / 100))
around = st.integers(-300, 300).map(lambda n: 1 + Decimal(n) / 10_000)
fates = st.builds(
    Fate,
    post=st.one_of(st.just(Post.TAKEN), st.sampled_from(Post)),
    travel=pauses,
    back=pauses,
    late=st.sampled_from((0.3, 3.0, 14.0, 25.0, 60.0, 400.0, 800.0)),
    filled=parts,
    lag=lags,
)

STEPS: Counter[str] = Counter()
"""How often each rule was carried out, by all machines of this process."""
CAME_TO_PASS: Counter[str] = Counter()
"""How often what: examples, lives, states in which orders ended, fills, exits, surfaced orders, differences."""


def step(**drawn: Any) -> Callable[[Callable[..., None]], Any]:
    """A rule that is counted."""

    def counted(work: Callable[..., None]) -> Any:
        @functools.wraps(work)
        def carried_out(self: Any, **values: Any) -> None:
            STEPS[work.__name__] += 1
            work(self, **values)

        return rule(**drawn)(carried_out)

    return counted


class Trading(RuleBasedStateMachine):
    """With the memory in this process."""

    @initialize(first=st.lists(st.tuples(markets, notionals), max_size=2), own=st.lists(markets, max_size=2))
    def begin(self, first: list[tuple[Market, int]], own: list[Market]) -> None:
        """Often with something held already, by us and by the person."""
        CAME_TO_PASS["examples"] += 1
        self.loop = VirtualLoop()
        memory, open_spare = self.loop.run_until_complete(self.memory())
        self.world = World(self.loop, UnrulyVenue(str(START)), memory, open_spare)
        self.venue = self.world.venue
        for market in own:
            self.venue.move(market.base, D(20))
        self.life = self.world.run(Life.begin(self.world))
        self.rows: Rows = self.world.read(read_rows)
        self.rested = 0
        self.apart: set[str] = set()
        self.pass_time(0.5)
        for market, notional in first:
            price = self.venue.prices[market][1]
            self.send(wish(str(notional), market, price=price, exits=plan(price)), Fate(filled=D(1)), 0.5)

    async def memory(self) -> tuple[Storage, Callable[[], SpareBook]]:
        """The books, and how each process opens the spare one."""
        spare = MemorySpare()
        return MemoryStorage(), lambda: spare

    def teardown(self) -> None:
        if not hasattr(self, "life"):
            return
        try:
            if sys.exc_info()[0] is None:
                self.come_to_rest()
        finally:
            self.count()
            self.world.run(self.life.kill())
            self.world.run(self.world.storage.close())
            self.loop.close()

    def count(self) -> None:
        CAME_TO_PASS.update(f"orders {order.state}" for order in self.rows.orders)
        CAME_TO_PASS["orders in doubt"] += sum("unknown" in states for states in self.rows.histories.values())
        CAME_TO_PASS["orders surfaced late"] += sum(
            "expired" in states[:-1] and states[-1] != "expired" for states in self.rows.histories.values()
        )
        CAME_TO_PASS["intents and panics kept apart"] += len(self.apart)
        CAME_TO_PASS["fills"] += len(self.rows.fills)
        CAME_TO_PASS.update(f"positions closed by {position.exit_reason}" for position in self.rows.closed)
        CAME_TO_PASS.update(f"differences {d.kind} {d.state}" for d in self.rows.differences)

    def pass_time(self, duration: float) -> None:
        self.world.run(asyncio.sleep(duration))

    # ------------------------------------------------------------ what we do

    @step(market=markets, notional=notionals, limit=st.booleans(), price=around, fate=fates, then=pauses)
    def buy_by_hand(self, market: Market, notional: int, limit: bool, price: Decimal, fate: Fate, then: float) -> None:
        """After a panic an owner resumes first."""
        if self.life.state.note.state is not TradingState.ACTIVE:
            self.life.spawn(self.life.state.set(TradingState.ACTIVE, "telegram:1"))
            self.pass_time(0.01)
        at = (self.venue.prices[market][1] * price).quantize(D(1))
        kind = OrderType.LIMIT if limit else OrderType.MARKET
        person: dict[str, Any] = {"origin": Origin.PERSON, "owner": "telegram:1"}
        self.send(wish(str(notional), market, price=at, order_type=kind, exits=plan(at), **person), fate, then)

    @step(market=markets, notional=notionals, fate=fates, then=pauses)
    def a_strategy_buys(self, market: Market, notional: int, fate: Fate, then: float) -> None:
        """All the way: price, balances and risk are looked at."""
        self.venue.fates.append(fate)
        price = self.venue.prices[market][1]
        self.life.spawn(self.life.flow.wish(wish(str(notional), market, price=price, exits=plan(price))))
        self.pass_time(then)

    @precondition(lambda self: self.rows.open)
    @step(index=st.integers(0, 1), share=parts, limit=st.booleans(), price=around, fate=fates, then=pauses)
    def sell(self, index: int, share: Decimal, limit: bool, price: Decimal, fate: Fate, then: float) -> None:
        position = self.rows.open[index % len(self.rows.open)]
        quantity = max((position.quantity * share).quantize(UNIT, ROUND_FLOOR), UNIT)
        at = (self.venue.prices[position.market][0] * price).quantize(D(1))
        kind = OrderType.LIMIT if limit else OrderType.MARKET
        person: dict[str, Any] = {"origin": Origin.PERSON, "owner": "telegram:1"}
        self.send(sale(f"{quantity:f}", position.market, price=at, order_type=kind, **person), fate, then)

    def send(self, intent: Intent, fate: Fate, then: float) -> None:
        now = self.world.clock.now()
        authorised = Authorised(Cleared(replace(intent, created_at=now), D(0), D(0), D(0)), "console", now)
        self.venue.fates.append(fate)
        quote = self.life.quotes.quote(intent.market)
        self.life.spawn(self.life.executor.execute(authorised, quote, OrderStyle.MARKET))
        self.pass_time(then)

    @precondition(lambda self: self.life.executor.working())
    @step(index=st.integers(0, 3), then=pauses)
    def cancel(self, index: int, then: float) -> None:
        working = self.life.executor.working()
        self.life.spawn(self.life.executor.cancel(working[index % len(working)]))
        self.pass_time(then)

    @precondition(lambda self: self.rows.open or self.resting())
    @step(fate=fates, cancel_only=st.booleans(), then=pauses)
    def panic(self, fate: Fate, cancel_only: bool, then: float) -> None:
        self.venue.fates.append(fate)
        self.life.spawn(self.life.panic.press("shell", cancel_only=cancel_only))
        self.pass_time(then)

    # ------------------------------------------------------------ what the venue does

    @step(market=markets, share=moves, fate=fates)
    def the_price_moves(self, market: Market, share: Decimal, fate: Fate) -> None:
        """Down to a stop, up to a take profit: then the guard sells."""
        if any(position.market == market for position in self.rows.open):
            self.venue.fates.append(fate)
        bid = (self.venue.prices[market][0] * share).quantize(D(1))
        self.venue.price(market, str(min(max(bid, D(1_000)), D(10_000_000))))
        self.world.within(lambda: self.life.price(market))
        self.pass_time(0.05)

    @precondition(lambda self: self.resting())
    @step(index=st.integers(0, 5), part=parts, price=around, lag=lags, then=pauses)
    def an_order_fills(self, index: int, part: Decimal, price: Decimal, lag: float, then: float) -> None:
        resting = self.resting()
        self.world.within(lambda: self.venue.fill_part(resting[index % len(resting)], part, price, lag))
        self.pass_time(then)

    @precondition(lambda self: self.resting())
    @step(index=st.integers(0, 5))
    def somebody_else_ends_an_order(self, index: int) -> None:
        resting = self.resting()
        self.venue.end(resting[index % len(resting)])

    def resting(self) -> list[str]:
        return [name for name, order in self.venue.orders.items() if order.open]

    @step(latency=delays, cancel=st.sampled_from((0.0, 0.1, 3.0)), lose=few, away=absences)
    def the_venue_is_slow_or_away(self, latency: float, cancel: float, lose: int, away: float) -> None:
        self.venue.latency, self.venue.cancel_seconds, self.venue.lose_cancels = latency, cancel, lose
        self.venue.away_until = self.loop.time() + away

    @precondition(lambda self: self.venue.messages)
    @step(index=st.integers(0, 20), times=st.integers(0, 3), back=st.booleans())
    def the_stream_speaks(self, index: int, times: int, back: bool) -> None:
        """Any message of those not told yet, out of turn, several times or never; or all are lost and it is back."""
        message = self.venue.messages.pop(index % len(self.venue.messages))
        for _ in range(times):
            self.world.within(lambda: self.life.hear(*message))
        if back:
            self.venue.messages.clear()
            self.world.within(self.life.reconnected)
        self.pass_time(0.01)

    # ------------------------------------------------------------ what others do

    @step(market=markets, quantity=st.integers(-300, 300), amount=sums, traded=st.booleans())
    def others_move_money_and_coins(self, market: Market, quantity: int, amount: int, traded: bool) -> None:
        """Deposits and withdrawals, or one trade by hand; of their own coins and of ours alike."""
        free, price = self.venue.free(market.base), self.venue.prices[market][0]
        coins = max(Decimal(quantity) / 100, -free)
        money = (-coins * price) if traded else Decimal(amount)
        if self.venue.free("KRW") + money >= 0:
            self.venue.move(market.base, coins)
            self.venue.move("KRW", money)

    @step(index=st.integers(0, 3), adopt=st.booleans(), then=pauses)
    def a_person_looks_and_answers(self, index: int, adopt: bool, then: float) -> None:
        self.life.spawn(self.life.reconciler.asked())
        waiting = [d for d in self.rows.differences if d.state in (DifferenceState.OPEN, DifferenceState.IGNORED)]
        if index < len(waiting):
            act = self.life.reconciler.adopt if adopt else self.life.reconciler.ignore
            self.life.spawn(act(waiting[index].difference_id, "telegram:1"))
        self.pass_time(then)

    # ------------------------------------------------------------ what the machine does

    @step(duration=st.sampled_from((0.05, 0.3, 1.0, 2.5, 6.0, 16.0, 35.0, 130.0)))
    def time_passes(self, duration: float) -> None:
        self.pass_time(duration)

    @step(before=delays, after=delays, writes=few, duration=absences)
    def the_disk_is_slow_or_full(self, before: float, after: float, writes: int, duration: float) -> None:
        self.world.before_commit, self.world.after_commit = before, after
        self.world.failing_writes, self.world.failing_until = writes, self.loop.time() + duration

    @step(killed=st.booleans(), away=st.sampled_from((0.0, 0.5, 20.0, 1_000.0, 4_000.0)))
    def the_process_ends(self, killed: bool, away: float) -> None:
        self.end_process(killed, away)

    def end_process(self, killed: bool, away: float) -> None:
        CAME_TO_PASS["processes killed" if killed else "processes stopped"] += 1
        self.world.run(self.life.kill() if killed else self.life.stop())
        self.pass_time(away)
        self.life = self.world.run(Life.begin(self.world))
        self.pass_time(0.05)

    @step(market=markets, post=st.sampled_from((Post.HIDDEN, Post.LATE)), late=st.sampled_from((40.0, 400.0, 800.0)))
    def an_answer_is_lost_before_a_long_night(self, market: Market, post: Post, late: float) -> None:
        """The order is given up, then the process is away for longer than such orders are looked for."""
        price = self.venue.prices[market][1]
        fate = Fate(post, late=late, filled=D(1))
        self.send(wish("100000", market, price=price, exits=plan(price)), fate, 26.0)
        self.end_process(killed=True, away=1_000.0)

    @precondition(lambda self: len(self.rows.orders) > self.rested + 2)
    @step()
    def all_is_well_for_a_while(self) -> None:
        self.come_to_rest()
        self.rested = len(self.rows.orders)

    def come_to_rest(self) -> None:
        self.world.calm()
        self.pass_time(REST_SECONDS)
        self.hold()
        bids = {market: prices[0] for market, prices in self.venue.prices.items()}
        balances = self.world.run(self.venue.balances())
        assert not self.life.spare.entries()
        now = self.world.clock.now()
        portfolio = self.world.read(lambda r: load_portfolio(r, balances, bids, TradingState.ACTIVE, now))
        at_rest(self.rows, self.venue, START, portfolio)

    # ------------------------------------------------------------ what must hold

    @invariant()
    def hold(self) -> None:
        self.rows = self.world.run(self.look())
        assert not self.life.surprises, [traceback.format_exception(error) for error in self.life.surprises]

    async def look(self) -> Rows:
        """At one moment: nothing moves between the reading of the rows and of the venue."""
        rows = await self.world.storage.read(read_rows)
        always(rows, self.venue, START, self.life.spare)
        self.apart |= {repr(entry) for entry in self.life.spare.entries()}
        return rows


def plan(price: Decimal) -> ExitPlan:
    rule = Breakeven(gain=D("0.02"), fee_rate=D("0.0005"))
    return ExitPlan(stop=price * D("0.98"), take=price * D("1.05"), trail=D("0.06"), breakeven=rule)


class TradingOnDisk(Trading):
    """With SQLite."""

    async def memory(self) -> tuple[Storage, Callable[[], SpareBook]]:
        self.folder = tempfile.TemporaryDirectory()
        folder = Path(self.folder.name)
        return await open_storage(f"sqlite:///{folder / 'trader.sqlite3'}"), lambda: open_spare(folder / "spare")

    def teardown(self) -> None:
        super().teardown()
        if hasattr(self, "folder"):
            self.folder.cleanup()
