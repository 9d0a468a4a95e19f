"""Own trades and somebody else's, in any order, answered or not: money, coins and results still add up (P5, P6).

The real reconciler over the real memory; the venue's totals are moved by hand. Amounts are exact, so every equation
holds to the last digit."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from datetime import timedelta
from decimal import Decimal
from typing import Any, TypeVar

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from tests.examples import BTC, ETH, NOON, D, fill, order
from tests.trading_floor import Floor
from trader.errors import UserInputError
from trader.ledger.accounting import cash_after
from trader.ledger.books import book
from trader.ledger.corrections import take_out
from trader.ledger.valuation import realised_since, total
from trader.model.difference import Difference, DifferenceKind, DifferenceState
from trader.model.market import Market
from trader.model.order import ExitPlan, Fill, Side
from trader.reconcile import Reconciler
from trader.reconcile.reading import read_agreed

T = TypeVar("T")

PLAN = ExitPlan(stop=D(1))
START = D(10**12)
OUTSIDE_ETH = D("1.5")

markets = st.sampled_from((BTC, ETH))
prices = st.decimals("1", "200000000", places=3)
units = st.integers(1, 10**10).map(lambda n: Decimal(n) / 10**8)
percents = st.integers(1, 100)
sums = st.decimals("-1000000000", "1000000000", places=4).filter(bool)


class Beside(RuleBasedStateMachine):
    @initialize()
    def begin(self) -> None:
        self.loop = asyncio.new_event_loop()
        self.loop.run_until_complete(self._begin())
        self.fills: list[Fill] = []
        self.looked = False
        self.refused = ""

    async def _begin(self) -> None:
        floor = self.floor = Floor()
        self.totals = floor.venue.totals
        self.totals |= {"KRW": START, "ETH": OUTSIDE_ETH}
        self.reconciler = Reconciler(
            floor.venue, floor.chronicle, floor.executor, floor.quotes, floor.state, lambda: floor.settings
        )
        await self.reconciler.run()

    def teardown(self) -> None:
        self.loop.run_until_complete(self.floor.close())
        self.loop.close()

    def do(self, work: Coroutine[Any, Any, T]) -> T:
        return self.loop.run_until_complete(work)

    # ---- the bot

    def _trade(self, market: Market, side: Side, price: Decimal, quantity: Decimal) -> None:
        self.looked = False
        number = len(self.fills)
        one = fill(
            f"f{number}", side, str(price), f"{quantity:f}",
            at=NOON + timedelta(seconds=number), market=market, client_order_id=f"c{number}",
        )  # fmt: skip
        placed = order(side, f"c{number}", market=market, exits=PLAN)
        self.do(self.floor.storage.write(lambda records: book(records, placed, [one], one.at)))
        self.fills.append(one)
        signed = quantity if side is Side.BUY else -quantity
        self.totals[market.base] = self.totals.get(market.base, D(0)) + signed
        self.totals["KRW"] = cash_after([one], self.totals["KRW"])

    def _held(self, market: Market) -> Decimal:
        position = self.do(self.floor.position(market))
        return position.quantity if position else D(0)

    @rule(market=markets, price=prices, quantity=units)
    def we_buy(self, market: Market, price: Decimal, quantity: Decimal) -> None:
        if price * quantity * 2 < self.totals["KRW"]:
            self._trade(market, Side.BUY, price, quantity)

    @rule(market=markets, price=prices, percent=percents)
    def we_sell(self, market: Market, price: Decimal, percent: int) -> None:
        """At most what the account really has of ours."""
        possible = min(self._held(market), self.totals.get(market.base, D(0)))
        part = min(max((possible * percent / 100).quantize(D("1e-8")), D("1e-8")), possible)
        if part > 0:
            self._trade(market, Side.SELL, price, part)

    # ---- the person

    @rule(amount=sums)
    def money_moves(self, amount: Decimal) -> None:
        self.looked = False
        if self.totals["KRW"] + amount > 0:
            self.totals["KRW"] += amount

    @rule(market=markets, quantity=units)
    def coins_come(self, market: Market, quantity: Decimal) -> None:
        self.looked = False
        self.totals[market.base] = self.totals.get(market.base, D(0)) + quantity

    @rule(market=markets, percent=percents)
    def coins_go(self, market: Market, percent: int) -> None:
        """The person's own and ours alike."""
        self.looked = False
        there = self.totals.get(market.base, D(0))
        self.totals[market.base] = there - (there * percent / 100).quantize(D("1e-8"))

    @rule(market=markets, price=prices, percent=percents)
    def the_person_sells(self, market: Market, price: Decimal, percent: int) -> None:
        self.looked = False
        there = self.totals.get(market.base, D(0))
        part = (there * percent / 100).quantize(D("1e-8"))
        self.totals[market.base] = there - part
        self.totals["KRW"] += part * price

    # ---- looks and answers

    @rule()
    def look(self) -> None:
        self.do(self.reconciler.run())
        self.looked = True

    def _rows(self) -> list[Difference]:
        return self.do(self.floor.read(lambda records: records.differences.recent(10_000)))

    @precondition(lambda self: self.looked and any(d.state is DifferenceState.OPEN for d in self._rows()))
    @rule(data=st.data(), answer=st.sampled_from(("adopt", "ignore")))
    def answer(self, data: st.DataObject, answer: str) -> None:
        waiting = [d for d in self._rows() if d.state is DifferenceState.OPEN]
        chosen = data.draw(st.sampled_from(range(len(waiting))))
        act = self.reconciler.adopt if answer == "adopt" else self.reconciler.ignore
        refused = ""
        try:
            done = self.do(act(waiting[chosen].difference_id, "console"))
        except UserInputError as err:
            refused = err.key
        else:
            assert done.state is not DifferenceState.OPEN
        assert refused in ("", "difference-too-small"), "what could never be sold cannot become a position"

    @rule(data=st.data())
    def look_and_adopt_coins(self, data: st.DataObject) -> None:
        self.look()
        result = self.do(self.reconciler.run())
        coins = [d for d in (*result.open, *result.standing) if d.kind in (DifferenceKind.SHORT, DifferenceKind.EXTRA)]
        if coins:
            chosen = coins[data.draw(st.integers(0, len(coins) - 1))]
            try:
                self.do(self.reconciler.adopt(chosen.difference_id, "console"))
            except UserInputError as err:
                assert chosen.kind is DifferenceKind.EXTRA
                self.refused = err.key
            assert self.refused in ("", "difference-too-small")

    # ---- what must hold

    @invariant()
    def money_is_explained(self) -> None:
        """Account = first cash + what our fills brought + what came and went + what was rounded."""
        if not self.looked:
            return
        agreed = self.do(self.floor.read(read_agreed))
        assert agreed is not None
        outside = total(d.change for d in self._rows() if d.kind is DifferenceKind.CASH)
        assert total([cash_after(self.fills, START), outside, agreed.rounding]) == self.totals["KRW"] == agreed.krw

    @invariant()
    def coins_are_explained(self) -> None:
        """Account = our positions + what is not ours; ours = bought − sold + corrected."""
        if not self.looked:
            return
        agreed = self.do(self.floor.read(read_agreed))
        assert agreed is not None
        corrections = self.do(self.floor.read(lambda records: records.corrections.all()))
        for market in (BTC, ETH):
            held = self._held(market)
            assert held + agreed.outside.get(market.base, D(0)) == self.totals.get(market.base, D(0))
            traded = total(f.quantity if f.side is Side.BUY else -f.quantity for f in self.fills if f.market == market)
            assert held == traded + total(c.quantity for c in corrections if c.market == market)

    @invariant()
    def results_come_from_our_trades_alone(self) -> None:
        """Σ realised = what sales brought − (what buys and corrections cost − cost still held), and sale by sale."""
        positions = self.do(self.floor.read(lambda r: [*r.positions.open(), *r.positions.recent_closed(10_000)]))
        corrections = self.do(self.floor.read(lambda records: records.corrections.all()))
        realised = total(p.realised_pnl for p in positions)
        cost = total([*(p.cost for p in positions), *(-c.cost for c in corrections)])
        assert realised == total([cash_after(self.fills, D(0)), cost])
        steps = self.do(self.floor.read(lambda records: realised_since(records, NOON - timedelta(days=1))))
        assert total(step.pnl for step in steps) == realised

    @invariant()
    def an_open_position_has_a_guard_and_nothing_else_has(self) -> None:
        guarded = {row.position_id for row in self.do(self.floor.read(lambda records: records.guards.all()))}
        assert guarded == {p.position_id for p in self.do(self.floor.read(lambda records: records.positions.open()))}

    @invariant()
    def one_shortage_a_coin_waits(self) -> None:
        short = [d.currency for d in self._rows() if d.kind is DifferenceKind.SHORT and d.state is DifferenceState.OPEN]
        assert len(short) == len(set(short))


TestBeside = Beside.TestCase
TestBeside.settings = settings(max_examples=40, stateful_step_count=30, deadline=None)


def test_a_part_taken_out_carries_its_part_of_the_cost() -> None:
    """1 BTC for 100,050; 0.25 taken out at 120,000 take 25,012.5 along and realise nothing; the rest sold at 110,000
    brings 82,500 − 41.25 − 75,037.5 = 7,421.25."""

    async def story() -> None:
        floor = Floor()
        bought = fill("b")
        await floor.storage.write(lambda records: book(records, order(exits=PLAN), [bought], NOON))

        def out(records: Any) -> None:
            take_out(records, records.positions.open_for(BTC), D("0.25"), D(120_000), "x1", "console", NOON)

        await floor.storage.write(out)
        sold = fill("s", Side.SELL, "110000", "0.75", at=NOON + timedelta(seconds=1))
        booked = await floor.storage.write(lambda records: book(records, order(Side.SELL, "c2"), [sold], NOON))
        assert booked.after is not None
        assert (booked.after.realised_pnl, booked.after.open) == (D("7421.25"), False)
        await floor.close()

    asyncio.run(story())
