"""A desk whose answers are set by the test: values in memory, every change remembered in `calls`."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from tests.chatbot import ai_examples
from trader.advice.pattern.model import Assessment, PatternModel
from trader.chronicle import Route
from trader.desk import Desk
from trader.desk.lookups import Exported
from trader.errors import StorageFailed, TraderError, UserInputError
from trader.learning import Decision, MemberView, Standing
from trader.loosening import waits
from trader.market.screener import Ranking
from trader.model.alert import Alert, Condition, Reading
from trader.model.difference import Difference, DifferenceState, Reconciliation
from trader.model.events import Event, EventKind, JournalEntry, SettingRow
from trader.model.market import EPOCH, Market, MarketInfo, Ticker, Timeframe
from trader.model.mode import Mode
from trader.model.order import (
    Cleared,
    Denied,
    Intent,
    Order,
    OrderState,
    OrderType,
    Origin,
    Reason,
    Refused,
    Side,
    TimeInForce,
)
from trader.model.portfolio import Position, TradingState
from trader.model.reflection import Lesson
from trader.model.ticket import Ticket
from trader.model.views import (
    Away,
    BalanceRow,
    Balances,
    CancelResult,
    ClosedTrade,
    HealthCheck,
    LimitUse,
    LimitUses,
    OrderView,
    PanicReceipt,
    ParamView,
    Performance,
    PnlReport,
    PositionView,
    ScreenedMarket,
    SettingChange,
    SettingView,
    StateNote,
    Status,
    Undoable,
    Why,
)
from trader.reflection.cards import Cards
from trader.reflection.diary import Noted
from trader.report.chart import ChartFailed
from trader.report.passes import counts, runs
from trader.settings import Settings
from trader.tuning import PENDING, Tuning, pending_row

NOW = datetime(2026, 10, 5, 3, 0, tzinfo=UTC)
"""Noon in Seoul."""

BTC, ETH, XRP, BCH = (Market("KRW", base) for base in ("BTC", "ETH", "XRP", "BCH"))
INFOS = (
    MarketInfo(BTC, "비트코인", "Bitcoin"),
    MarketInfo(ETH, "이더리움", "Ethereum"),
    MarketInfo(XRP, "엑스알피(리플)", "XRP"),
    MarketInfo(BCH, "비트코인캐시", "Bitcoin Cash", warning=True),
    MarketInfo(Market("BTC", "ETH"), "이더리움", "Ethereum"),
    MarketInfo(Market("KRW", "AAA"), "쌍둥이", "Twin"),
    MarketInfo(Market("KRW", "BBB"), "쌍둥이", "Twin"),
)
CAUTIONED = MarketInfo(XRP, "엑스알피(리플)", "XRP", cautions=("PRICE_FLUCTUATIONS",))
PRICES = {BTC: Decimal(95_000_000), ETH: Decimal(4_000_000), XRP: Decimal(3_000), BCH: Decimal(500_000)}
TICKET_ID = "01HZX3ABCDEFGHJK"
ORDER_ID = "7QWERTY123456789"


def position(market: Market = BTC, quantity: str = "0.01", cost: str = "940000") -> Position:
    return Position("P1" + market.base, market, "sma_cross", NOW - timedelta(hours=2), Decimal(quantity), Decimal(cost))


def view(held: Position) -> PositionView:
    bid = PRICES[held.market]
    value = held.quantity * bid
    gain = value - held.cost
    net = gain - value * Decimal("0.0005")
    stop, take = bid * Decimal("0.98"), bid * Decimal("1.03")
    return PositionView(held, bid, value, gain, gain / held.cost, stop, take, None, net, net / held.cost)


class FakeDesk(Desk):
    def __init__(self, mode: Mode = Mode.SANDBOX) -> None:
        self.calls: list[tuple[object, ...]] = []
        self.recorded: list[Event] = []
        self.note = StateNote(TradingState.ACTIVE, "telegram:1", NOW)
        self.held = [position()]
        self.open = [self.make_order()]
        self.pending: list[Ticket] = []
        self.differences: list[Difference] = []
        self.deny: tuple[Reason, ...] = ()
        self.refuse = ""
        self.answered_state = OrderState.DONE
        self.fails: TraderError | None = None
        self.disk_full = False
        self.raise_delay = timedelta(0)
        self.wait_until: datetime | None = None
        self.away: Away | None = None
        self.panics: tuple[PanicReceipt, ...] = ()
        self.answered: list[Route] = []
        self.balance_rows: tuple[BalanceRow, ...] = (
            BalanceRow("KRW", Decimal(9_000_000), Decimal(62_345), Decimal(0), Decimal(9_062_345)),
            BalanceRow("BTC", Decimal("0.015"), Decimal(0), Decimal("0.01"), Decimal(1_425_000)),
            BalanceRow("DUST", Decimal("0.1"), Decimal(0), Decimal(0), Decimal("0.4")),
            BalanceRow("AIR", Decimal(7), Decimal(0), Decimal(0), None),
        )
        self.day_result: Decimal | None = Decimal(12_500)
        self.closed = 3
        self.rows: dict[Exported, list[object]] = {}
        self.setting_rows: list[SettingRow] = []
        self.chart_fails = False
        self.standing = ai_examples.standing()
        self.learned: list[Lesson] = [ai_examples.lesson()]
        self.noted: list[Noted] = [Noted(ai_examples.note(), ((12, Decimal("0.011")),))]
        self.tuning = Tuning(Settings(_env_file=None, mode=mode), {})  # type: ignore[call-arg]

    def _called(self, *what: object) -> None:
        self.calls.append(what)
        if self.fails is not None:
            raise self.fails

    def market_infos(self) -> Sequence[MarketInfo]:
        return INFOS

    async def status(self) -> Status:
        if self.fails is not None:
            raise self.fails
        return Status(
            now=NOW,
            mode=self.tuning.current.mode.value,
            state=self.note,
            strategy="weighted_ensemble",
            timeframe="15m",
            markets=(BTC, ETH),
            equity=Decimal(10_012_345),
            cash_free=Decimal(9_000_000),
            cash_locked=Decimal(62_345),
            day_realised=Decimal(12_345),
            unrealised=None,
            positions=tuple(map(view, self.held)),
            open_orders=len(self.open),
            unresolved_orders=0,
            pending_tickets=len(self.pending),
            data_age_seconds=2.4,
            started_at=NOW - timedelta(hours=3, minutes=5),
            entries_wait_until=self.wait_until,
            day_result=self.day_result,
            day_share=None if self.day_result is None else self.day_result / 10_000_000,
            away=self.away,
            panics=self.panics,
        )

    async def balances(self) -> Balances:
        return Balances(self.balance_rows, self.away)

    def price_age(self, markets: Iterable[Market]) -> float | None:
        return None if self.away is None else 200.0

    async def positions(self) -> list[PositionView]:
        return [view(held) for held in self.held]

    def make_order(self, **changes: object) -> Order:
        order = Order(
            client_order_id=ORDER_ID,
            intent_id="I1",
            market=BTC,
            side=Side.BUY,
            order_type=OrderType.LIMIT,
            time_in_force=TimeInForce.GTC,
            origin=Origin.STRATEGY,
            owner="sma_cross",
            reason="fast over slow",
            state=OrderState.PARTIAL,
            created_at=NOW - timedelta(seconds=30),
            updated_at=NOW,
            decision_price=PRICES[BTC],
            price=PRICES[BTC],
            quantity=Decimal("0.001"),
            venue_id="V-1",
            executed_quantity=Decimal("0.0004"),
            executed_funds=Decimal(38_000),
            paid_fee=Decimal(19),
        )
        return replace(order, **changes)  # type: ignore[arg-type]

    async def orders(self, limit: int = 20) -> list[Order]:
        return self.open[:limit]

    async def order(self, id_start: str) -> OrderView:
        found = [o for o in self.open if o.client_order_id.startswith(id_start.upper())]
        if not found:
            raise UserInputError("order-unknown", id=id_start)
        lost = "OutcomeUnknown"
        steps = (("new", ""), ("sent", ""), ("unknown", lost), ("accepted", lost))
        return OrderView(found[0], (), tuple((NOW, state, note) for state, note in steps))

    async def tickets(self) -> list[Ticket]:
        return self.pending

    async def trades(self, limit: int = 10, market: Market | None = None, skip: int = 0) -> list[ClosedTrade]:
        self._called("trades", limit, market, skip)
        return [self.trade()] * max(0, min(limit, self.closed - skip))

    def trade(self) -> ClosedTrade:
        closed = replace(
            position(),
            quantity=Decimal(0),
            cost=Decimal(0),
            realised_pnl=Decimal(-4_700),
            fees=Decimal(940),
            bought_quantity=Decimal("0.01"),
            bought_cost=Decimal(940_000),
            sold_quantity=Decimal("0.01"),
            sold_proceeds=Decimal(935_300),
            closed_at=NOW,
            exit_reason="stop",
        )
        return ClosedTrade(closed, Decimal("3.25"))

    async def performance(self, days: int) -> Performance:
        """900 won, 10,000 more not realised, of 1,000,000; holding lost 2 %; 500,000 traded."""
        report = await self.pnl(days)
        moments = (report.start, report.end)
        results = (Decimal(0), Decimal(10_900))
        held = (Decimal(0), Decimal("-0.02"))
        return Performance(report, moments, results, held, (BTC, ETH), Decimal(500_000), Decimal(1_000_000))

    async def performance_picture(self, performance: Performance, title: str) -> bytes | None:
        if self.chart_fails:
            raise ChartFailed("no picture")
        self.calls.append(("performance_picture", title))
        return b"\x89PNG"

    async def screener(self, ranking: Ranking, count: int) -> list[ScreenedMarket]:
        self._called("screener", ranking, count)
        infos = {info.market: info for info in (*INFOS, CAUTIONED)}
        figures = {BTC: ("99", "101", "123456789012"), CAUTIONED.market: ("80", "130", "99999999")}
        tickers = [
            Ticker(m, Decimal(low), Decimal(high), Decimal(low), Decimal(100), Decimal(krw), NOW)
            for m, (low, high, krw) in {**figures, BCH: ("100", "100", "5000")}.items()
        ]
        return [ScreenedMarket(infos[t.market], t, Decimal("10.5"), t.market == BTC) for t in tickers][:count]

    async def exported(self, what: Exported, start: datetime, end: datetime) -> Any:
        self._called("exported", what, start, end)
        return self.rows.get(what, [])

    async def pnl(self, days: int) -> PnlReport:
        self._called("pnl", days)
        by_day = tuple((NOW - timedelta(days=n), Decimal(1000 - 700 * n)) for n in range(min(days, 3)))
        return PnlReport(
            start=NOW - timedelta(days=days),
            end=NOW,
            realised=Decimal(900),
            fees=Decimal(1_200),
            unrealised=Decimal(10_000),
            closed=3,
            wins=2,
            best=replace(position(), realised_pnl=Decimal(1_600), bought_cost=Decimal(100_000)),
            worst=replace(position(ETH), realised_pnl=Decimal(-700), bought_cost=Decimal(100_000)),
            by_market={BTC: Decimal(1_600), ETH: Decimal(-700)},
            by_day=by_day,
        )

    async def why(self, market: Market | None, limit: int = 5) -> list[Why]:
        details = {"cooldown.seconds_left": "90", "reason": "fast over slow"}
        entry = JournalEntry("C1", NOW, "KRW-BTC", "sma_cross", "15m", "risk", "cooldown max_spread", details)
        stay = JournalEntry("C0", NOW, "KRW-BTC", "sma_cross", "15m", "signal", "stay_out", {})
        entries = [entry, stay, replace(stay, at=NOW - timedelta(hours=3))]
        blocks = (Reason("max_positions", {"open": "5", "limit": "5"}),)
        return [Why(market or BTC, tuple(runs(entries)[:limit]), blocks, tuple(counts(entries)), entries[-1].at)]

    async def health(self) -> list[HealthCheck]:
        return [
            HealthCheck("stream-public", True, "0.3 s"),
            HealthCheck("chat-telegram", False, "chat-unreachable"),
            HealthCheck("memory", None, "120 MB"),
            HealthCheck("stream-private", None, ""),
            HealthCheck("job-reconcile", False, "VenueUnreachable: GET /v1/accounts", "VenueUnreachable"),
            HealthCheck("job-daily-report", None, "", due=NOW + timedelta(hours=21)),
        ]

    async def limits(self) -> LimitUses:
        rows = [
            LimitUse("max_order_krw", Decimal(1_000_000), None, "KRW"),
            LimitUse("max_positions", Decimal(5), Decimal(5), "count"),
            LimitUse("max_daily_loss_krw", Decimal(300_000), Decimal(12_000), "KRW"),
            LimitUse("cooldown_seconds", Decimal(300), None, "seconds"),
            LimitUse("declined_seconds", Decimal(3600), None, "seconds"),
        ]
        return LimitUses(tuple(rows), self.away)

    async def alerts(self, person: str) -> list[Alert]:
        self._called("alerts", person)
        return []

    async def add_alert(
        self,
        person: str,
        place: str,
        market: Market,
        condition: Condition,
        *,
        repeat: bool = False,
        until: datetime | None = None,
    ) -> tuple[Alert, Reading]:
        self._called("add_alert", market, condition)
        made = Alert("A1", person, place, market, condition, repeat, NOW, until or NOW + timedelta(days=30))
        return made, Reading(False, PRICES[market])

    async def pattern(self, market: Market) -> tuple[PatternModel, Assessment | None] | None:
        self._called("pattern", market)
        return None

    async def train_pattern(self, market: Market) -> PatternModel | None:
        self._called("train_pattern", market)
        return None

    async def chart(self, market: Market, timeframe: Timeframe | None, candles: int) -> bytes:
        self._called("chart", market, timeframe, candles)
        return b"\x89PNG"

    async def events(
        self, limit: int, kinds: Collection[EventKind] = (), person: str = "", skip: int = 0
    ) -> list[Event]:
        kept = [e for e in self.recorded[::-1] if not kinds or e.kind in kinds]
        return [e for e in kept if not person or e.data.get("person") == person][skip:][:limit]

    def check_setting(self, key: str, value: str) -> str:
        return self.tuning.check(key, value)

    async def setting_history(self, key: str, limit: int) -> list[SettingRow]:
        return [row for row in self.setting_rows[::-1] if row.key == key][:limit]

    async def undoable(self, key: str, by: str) -> Undoable:
        newest = next((row for row in self.setting_rows[::-1] if row.key == key or not key), None)
        if newest is None:
            raise UserInputError("undo-none", key=key)
        before = [row for row in self.setting_rows if row.key == newest.key and row is not newest]
        value = before[-1].value if before else None
        new = self.tuning.base_value(newest.key) if value is None else value
        return Undoable(newest.key, value, str(newest.value), new, newest.set_by, NOW)

    async def undo(self, undoable: Undoable, by: str) -> SettingChange:
        return await self.change_setting(undoable.key, undoable.value, by)

    def settings(self) -> list[SettingView]:
        return self.tuning.views()

    async def change_setting(self, key: str, value: str | None, by: str) -> SettingChange:
        self._called("change_setting", key, value, by)
        old = next(v.value for v in self.settings() if v.key == key)
        new = self.tuning.base_value(key) if value is None else self.tuning.check(key, value)
        if self.raise_delay and waits(key, old, new):
            due = NOW + self.raise_delay
            self.tuning.apply(pending_row(key, value, by, NOW, due))
            return SettingChange(key, old, new, due)
        row = SettingRow(key, value if value is None else self.tuning.check(key, value), by, EPOCH)
        self.tuning.apply(row)
        self.setting_rows.append(row)
        return SettingChange(key, old, next(v.value for v in self.settings() if v.key == key))

    async def cancel_raise(self, key: str, by: str) -> SettingChange:
        self._called("cancel_raise", key, by)
        pending = self.tuning.pending(key)
        if pending is None:
            raise UserInputError("raise-none", key=key)
        self.tuning.apply(SettingRow(f"{PENDING}{key}", None, by, NOW))
        return SettingChange(key, pending.new, next(v.value for v in self.settings() if v.key == key))

    def strategies(self) -> dict[str, tuple[Market, ...]]:
        return {"weighted_ensemble": (BTC, ETH), "sma_cross": ()}

    async def change_strategy(self, name: str, market: Market | None, by: str) -> SettingChange:
        self._called("change_strategy", name, market, by)
        return SettingChange("strategy", "weighted_ensemble", name)

    def params(self, strategy: str | None) -> tuple[str, list[ParamView]]:
        return strategy or "weighted_ensemble", [ParamView("fast", "12", "12", "2", "200", "candles in the fast mean")]

    async def change_param(self, strategy: str, name: str, value: str | None, by: str) -> SettingChange:
        self._called("change_param", strategy, name, value, by)
        return SettingChange(f"{strategy}.{name}", "12", value or "12")

    async def change_markets(self, add: Sequence[Market], remove: Sequence[Market], by: str) -> SettingChange:
        self._called("change_markets", tuple(add), tuple(remove), by)
        return SettingChange("markets", "KRW-BTC", "KRW-BTC KRW-XRP")

    async def set_state(self, action: str, by: str, until: datetime | None = None, reason: str = "") -> StateNote:
        self.calls.append(("set_state", action, by, until))
        states = {"pause": TradingState.REDUCING, "stop": TradingState.HALTED}
        self.note = StateNote(states.get(action, TradingState.ACTIVE), by, NOW, reason, until)
        return self.note

    async def propose(
        self,
        side: Side,
        market: Market,
        by: str,
        *,
        notional: Decimal | None = None,
        quantity: Decimal | None = None,
        share: Decimal | None = None,
        price: Decimal | None = None,
    ) -> Ticket | Denied:
        self._called("propose", side, market, by, notional, quantity, share, price)
        if side is Side.SELL and quantity is None:
            quantity = next(h.quantity for h in self.held if h.market == market) * (share or Decimal(1))
        if side is Side.BUY and quantity is not None:
            notional, quantity = quantity * (price or PRICES[market]), None
        intent = Intent(
            "I9",
            market,
            side,
            Origin.PERSON,
            by,
            "manual",
            NOW,
            price or PRICES[market],
            notional=notional,
            quantity=quantity,
            order_type=OrderType.MARKET if price is None else OrderType.LIMIT,
        )
        if self.deny:
            return Denied(intent, self.deny)
        ticket = self.make_ticket(intent)
        self.pending.append(ticket)
        return ticket

    def make_ticket(self, intent: Intent, ticket_id: str = TICKET_ID) -> Ticket:
        worth = intent.notional or (intent.quantity or Decimal(0)) * intent.price
        cleared = Cleared(intent, worth * Decimal("0.0005"), Decimal(2), worth / 10_000_000)
        return Ticket(ticket_id, cleared, PRICES[intent.market], Decimal("0.005"), NOW, NOW + timedelta(seconds=120))

    async def answer(
        self, ticket_id: str, approve: bool, by: str, share: Decimal = Decimal(1)
    ) -> Order | Refused | Denied:
        self._called("answer", ticket_id, approve, by, share)
        found = [t for t in self.pending if t.ticket_id.startswith(ticket_id.upper())]
        if not found:
            raise UserInputError("ticket-unknown" if ticket_id else "ticket-none", id=ticket_id)
        if len(found) > 1:
            raise UserInputError("ticket-ambiguous", ids=" ".join(t.ticket_id[:6] for t in found))
        intent = found[0].cleared.intent
        if self.refuse or not approve:
            return Refused(intent, by, self.refuse or "rejected", found[0].ticket_id)
        self.pending.remove(found[0])
        return self.make_order(
            market=intent.market,
            side=intent.side,
            state=self.answered_state,
            order_type=intent.order_type,
            notional=intent.notional,
            quantity=intent.quantity,
            note="",
        )

    async def ask_anew(self, ticket_id: str, by: str) -> Ticket | Refused | Denied:
        self._called("ask_anew", ticket_id, by)
        found = [t for t in self.pending if t.ticket_id.startswith(ticket_id.upper())]
        if not found:
            raise UserInputError("ticket-unknown" if ticket_id else "ticket-none", id=ticket_id)
        self.pending.remove(found[0])
        self.pending.append(replace(found[0], ticket_id=f"{found[0].ticket_id}2"))
        return self.pending[-1]

    async def cancel(self, what: str, by: str) -> list[CancelResult]:
        self._called("cancel", what, by)
        return [CancelResult(order.client_order_id, order.market, "cancelled") for order in self.open]

    async def panic(
        self,
        by: str,
        *,
        cancel_only: bool = False,
        markets: Sequence[Market] = (),
        strategy: str = "",
        answered: Collection[Route] = (),
    ) -> PanicReceipt:
        self.answered = list(answered)
        self.calls.append(("panic", by, cancel_only, tuple(markets), *([strategy] if strategy else [])))
        done = NOW + timedelta(seconds=1.5)
        return PanicReceipt(NOW, done, (CancelResult(ORDER_ID, BTC, "cancelled"),), (), (), 0, flat=not cancel_only)

    async def reconcile(self) -> Reconciliation:
        self._called("reconcile")
        waiting = tuple(d for d in self.differences if d.state is DifferenceState.OPEN)
        left = tuple(d for d in self.differences if d.state is DifferenceState.IGNORED)
        return Reconciliation(NOW, 0.05, 1, len(self.held), (), waiting, left)

    async def difference(self, id_start: str) -> Difference:
        found = [d for d in self.differences if d.difference_id.startswith(id_start.upper())]
        if not found:
            raise UserInputError("difference-unknown", id=id_start)
        return found[0]

    async def answer_difference(self, answer: str, id_start: str, by: str) -> Difference:
        self._called("answer_difference", answer, id_start, by)
        asked = await self.difference(id_start)
        if asked.state is not DifferenceState.OPEN:
            raise UserInputError("difference-answered", answer=asked.state.value, by=asked.answered_by)
        states = {"adopt": DifferenceState.ADOPTED, "ignore": DifferenceState.IGNORED}
        done = asked.answered(states.get(answer, DifferenceState.CANCELLED), by, NOW)
        self.differences = [done if d is asked else d for d in self.differences]
        return done

    async def ai_standing(self, days: int, side: Side | None = None) -> Standing:
        self._called("ai_standing", days, side)
        return self.standing

    async def ai_members(self) -> tuple[MemberView, ...]:
        return self.standing.members

    async def ai_picture(self, cards: Cards, title: str) -> bytes | None:
        if self.chart_fails:
            raise ChartFailed("no picture")
        return b"\x89PNG" if cards.questions else None

    async def ai_decision(self, id_start: str) -> Decision:
        found = ai_examples.decision()
        if not found.said.consultation_id.startswith(id_start.upper()):
            raise UserInputError("ai-unknown", id=id_start)
        return found

    async def ai_last(self, market: Market | None) -> Decision:
        self._called("ai_last", market)
        return ai_examples.decision()

    async def restore_member(self, name: str, by: str) -> None:
        self._called("restore_member", name, by)

    async def lessons(self) -> list[Lesson]:
        return self.learned

    async def notes(self, count: int) -> list[Noted]:
        return self.noted[:count]

    async def change_lesson(self, action: str, id_start: str, by: str, text: str = "") -> Lesson:
        self._called("change_lesson", action, id_start, by, text)
        return ai_examples.lesson(pinned=action == "pin")

    async def record(self, *events: Event) -> None:
        if self.disk_full:
            raise StorageFailed("disk full")
        self.recorded.extend(events)
