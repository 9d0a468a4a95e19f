"""The one way of a wish: Intent → risk → approval → execution. Strategies, persons and the guard all go through here.

In: an `Intent`, or a person's answer to a ticket. Out: `Denied`, `Refused`, a pending `Ticket`, or the `Order` that was
sent. One wish is decided at a time, so that two cannot spend the same money; protective exits wait for nobody."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from decimal import Decimal

import structlog

from trader.approval.policy import authorise_by_rule, needs_person, notional_of
from trader.approval.tickets import answer as answer_ticket
from trader.approval.tickets import expire, open_ticket
from trader.chronicle import Chronicle, Tell
from trader.clock import Clock
from trader.errors import BelowMinimum, InvalidOrder, OrderPending, TraderError, VenueError
from trader.execution.executor import Executor
from trader.ids import new_id
from trader.ledger.portfolio import load_portfolio, stored_stops
from trader.market.quotes import QuoteBoard
from trader.model.events import EventKind, Severity, TicketState
from trader.model.limits import OrderStyle
from trader.model.market import Market, OrderBook, Quote, Timeframe
from trader.model.order import (
    ZERO,
    Authorised,
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
)
from trader.model.plain import plain
from trader.model.portfolio import Balance, Portfolio, Position, TradingState
from trader.model.seoul import day_start
from trader.model.ticket import Ticket
from trader.ports import Exchange, Records
from trader.risk.breaker import stop_run
from trader.risk.gate import review
from trader.risk.reasons import because
from trader.risk.volatility import moved, rows_needed
from trader.settings import Settings
from trader.state import RECONCILE, StateKeeper

log = structlog.get_logger(__name__)

EXIT_WAIT_SECONDS = 10.0
"""Real seconds an exit order may take before the guard looks again."""


DAY_LIMITS = frozenset({"max_daily_loss", "max_daily_spend", "max_entries_per_day"})
"""Reasons that stop every entry for the rest of the Korean day."""

BREAKER = "max_stops_in_a_row"
"""The reason that stops every entry for a while."""

TOLD = 100
"""Messages about limits looked through for what people have heard already."""


class Flow:
    def __init__(
        self,
        exchange: Exchange,
        chronicle: Chronicle,
        clock: Clock,
        settings: Callable[[], Settings],
        quotes: QuoteBoard,
        executor: Executor,
        state: StateKeeper,
    ) -> None:
        self._exchange = exchange
        self._chronicle = chronicle
        self._clock = clock
        self._settings = settings
        self._quotes = quotes
        self._executor = executor
        self._state = state
        self._deciding = asyncio.Lock()
        self._selling: dict[Market, asyncio.Lock] = {}
        self._unsellable: set[str] = set()

    # ------------------------------------------------------------ wishes

    async def wish(self, intent: Intent) -> Denied | Ticket | Order:
        """Take a wish as far as it may go now. VenueError: the venue could not be asked, nothing was sent."""
        async with self._deciding:
            verdict = await self.review(intent)
            if isinstance(verdict, Denied):
                return await self._denied(verdict)
            settings = self._settings()
            if needs_person(verdict, settings.approval, settings.ask_above_krw):
                return await self._ask(verdict, settings)
            authorised = authorise_by_rule(verdict, self._clock.now(), settings.approval, settings.ask_above_krw)
            return await self._execute(authorised)

    async def answer(
        self, ticket_id: str, approve: bool, by: str, share: Decimal = Decimal(1)
    ) -> Order | Refused | Denied:
        """A person's answer: the first one counts, and price and risk are looked at again before anything is sent."""
        async with self._deciding:
            ticket = await self._chronicle.storage.read(lambda records: records.tickets.get(ticket_id))
            if ticket is None:
                raise KeyError(ticket_id)
            market = ticket.cleared.intent.market
            if approve:
                await self._freshen(market)
            answered, outcome = answer_ticket(ticket, approve, by, self._quotes.quote(market), self._clock.now(), share)
            verdict = None
            if isinstance(outcome, Authorised):
                verdict = await self.review(outcome.intent)
            if answered is not ticket and not await self._store_answer(answered, verdict):
                return Refused(ticket.cleared.intent, by, "already_answered")
            if isinstance(verdict, Denied):
                return await self._denied(verdict)
            if isinstance(outcome, Authorised):
                return await self._execute(outcome)
            return outcome

    async def expire_tickets(self) -> int:
        """Close tickets nobody answered in time."""
        now = self._clock.now()

        def close(records: Records, tell: Tell) -> int:
            late = [ticket for ticket in records.tickets.pending() if now >= ticket.expires_at]
            for ticket in late:
                if records.tickets.answer(expire(ticket, now)):
                    intent = ticket.cleared.intent
                    data = {"ticket_id": ticket.ticket_id, "side": intent.side.value}
                    tell(EventKind.TICKET_EXPIRED, market=intent.market, thread=intent.intent_id, data=data)
            return len(late)

        pending = await self._chronicle.storage.read(lambda records: records.tickets.pending())
        if not any(now >= ticket.expires_at for ticket in pending):
            return 0
        return await self._chronicle.write(close)

    # ------------------------------------------------------------ protective exits

    async def leave(self, position: Position, code: str, price: Decimal) -> bool:
        """Sell a whole position because a level was reached. True when nothing is left to sell.

        The position comes from the guard's memory, which spares a look into the books on the fast path: should it be
        out of date, the books refuse the order and they are asked."""
        market = position.market
        async with self._selling.setdefault(market, asyncio.Lock()):
            if not self._executor.working(market):
                try:
                    return await self._sell(position, Origin.GUARD, "guard", code, price)
                except OrderPending as err:
                    log.info("guard_was_behind_the_books", market=str(market), error=str(err))
            return await self._sell_position(market, Origin.GUARD, "guard", code, price)

    async def sell_position(self, market: Market, origin: Origin, owner: str, reason: str, price: Decimal) -> bool:
        """Protective sale at the market, whatever state and limits say. First takes back our open orders there: they
        may hold the coins, or buy more. False: not (all) sold, try again."""
        async with self._selling.setdefault(market, asyncio.Lock()):
            return await self._sell_position(market, origin, owner, reason, price)

    async def _sell_position(self, market: Market, origin: Origin, owner: str, reason: str, price: Decimal) -> bool:
        if self._executor.working(market):
            await self._executor.cancel_all(market)
        position = await self._chronicle.storage.read(lambda records: records.positions.open_for(market))
        return True if position is None else await self._sell(position, origin, owner, reason, price)

    async def _sell(self, position: Position, origin: Origin, owner: str, reason: str, price: Decimal) -> bool:
        market = position.market
        order = await self._send_exit(position, position.quantity, origin, owner, reason, price)
        if order is not None and order.state is OrderState.REJECTED and order.note.startswith("insufficient_funds"):
            held = (await self._exchange.balances()).get(market.base)
            quantity = min(position.quantity, held.free if held else ZERO)
            order = await self._send_exit(position, quantity, origin, owner, reason, price) if quantity else None
        if order is None or order.state in (OrderState.REJECTED, OrderState.EXPIRED):
            return False
        await self._executor.wait(order.client_order_id, EXIT_WAIT_SECONDS)
        return await self._chronicle.storage.read(lambda records: records.positions.open_for(market)) is None

    async def _send_exit(
        self, position: Position, quantity: Decimal, origin: Origin, owner: str, reason: str, price: Decimal
    ) -> Order | None:
        now = self._clock.now()
        intent = Intent(new_id(), position.market, Side.SELL, origin, owner, reason, now, price, quantity=quantity)
        portfolio = Portfolio(self._state.current, Balance("KRW", ZERO, ZERO), {position.market: position})
        rules = await self._exchange.rules(position.market)
        quote = self._quotes.quote(position.market)
        verdict = review(
            intent, portfolio, self._settings().limits, rules, quote, None, self._quotes.infos.get(position.market), now
        )
        if isinstance(verdict, Denied):
            await self._cannot_sell(position, verdict)
            return None
        self._unsellable.discard(position.position_id)
        try:
            return await self._executor.execute(authorise_by_rule(verdict, now), quote, OrderStyle.MARKET)
        except BelowMinimum as err:
            await self._cannot_sell(position, Denied(intent, (await self._unplaceable(intent, err),)))
            return None

    async def _cannot_sell(self, position: Position, denied: Denied) -> None:
        """Said once per position; the guard goes on trying."""
        if position.position_id in self._unsellable:
            return
        codes = " ".join(reason.code for reason in denied.reasons)
        await self._chronicle.tell(
            EventKind.ERROR,
            market=position.market,
            severity=Severity.CRITICAL,
            data={"where": "exit", "message": codes, "count": "1"},
        )
        self._unsellable.add(position.position_id)

    # ------------------------------------------------------------ parts

    async def review(self, intent: Intent) -> Cleared | Denied:
        """The risk gate with everything it needs read afresh. VenueError: the venue could not be asked."""
        await self._freshen(intent.market)
        rules, portfolio, book = await asyncio.gather(
            self._exchange.rules(intent.market), self.portfolio(), self._book(intent)
        )
        return review(
            intent,
            portfolio,
            self._settings().limits,
            rules,
            self._quotes.quote(intent.market),
            book,
            self._quotes.infos.get(intent.market),
            self._clock.now(),
            await self.moved(intent.market) if intent.side is Side.BUY else None,
        )

    async def moved(self, market: Market) -> Decimal | None:
        """How far the market's price went lately, a fraction; None while it is not known, or nobody wants to know."""
        limits, now, quote = self._settings().limits, self._clock.now(), self._quotes.quote(market)
        if not limits.volatility_block:
            return None
        rows, window = rows_needed(limits.volatility_window_seconds), limits.volatility_window_seconds
        candles = await self._chronicle.storage.read(
            lambda records: records.candles.latest(market, Timeframe.M1, rows, now)
        )
        return moved(candles, quote.last if quote else None, window, now)

    async def portfolio(self) -> Portfolio:
        """Rows and the venue's balances as one value. VenueError."""
        balances = await self._exchange.balances()
        bids, state, now = self._quotes.bids(), self._state.current, self._clock.now()
        reconciled = RECONCILE not in self._state.hampers

        def read(records: Records) -> Portfolio:
            return replace(load_portfolio(records, balances, bids, state, now), reconciled=reconciled)

        return await self._chronicle.storage.read(read)

    async def _book(self, intent: Intent) -> OrderBook | None:
        """Only an entry needs the depth of the market."""
        return await self._exchange.order_book(intent.market) if intent.side is Side.BUY else None

    async def _freshen(self, market: Market) -> Quote | None:
        """The stream's quote, or one asked for when the stream is silent."""
        if self._quotes.stale(market, self._settings().max_quote_age_seconds / 2):
            try:
                await self._quotes.refresh(self._exchange, [market])
            except VenueError as err:
                log.warning("quote_refresh_failed", market=str(market), error=str(err))
        return self._quotes.quote(market)

    async def _execute(self, authorised: Authorised) -> Order | Denied:
        locked = self._locked(authorised.intent)
        if locked is not None:
            return await self._denied(Denied(authorised.intent, (locked,)))
        try:
            return await self._executor.execute(authorised, self._quotes.quote(authorised.intent.market))
        except (BelowMinimum, InvalidOrder, OrderPending) as err:
            return await self._denied(Denied(authorised.intent, (await self._unplaceable(authorised.intent, err),)))

    def _locked(self, intent: Intent) -> Reason | None:
        """Somebody may have stopped trading while the wish was looked at."""
        state = self._state.current
        if state is TradingState.HALTED or (state is TradingState.REDUCING and intent.side is Side.BUY):
            return because("trading_state", state=state.value)
        return None

    async def _unplaceable(self, intent: Intent, err: TraderError) -> Reason:
        """Why an authorised wish could not even be put as an order."""
        if isinstance(err, OrderPending):
            return because("order_pending", market=intent.market.code)
        if isinstance(err, BelowMinimum):
            rules = await self._exchange.rules(intent.market)
            return because("below_minimum", notional=notional_of(intent), minimum=rules.min_notional)
        return because("not_placeable", detail=str(err))

    async def _ask(self, cleared: Cleared, settings: Settings) -> Ticket:
        intent = cleared.intent
        ticket = open_ticket(
            cleared,
            self._quotes.quote(intent.market),
            ticket_id=new_id(),
            price_band=settings.price_band,
            ttl_seconds=settings.approval_ttl_seconds,
            now=self._clock.now(),
        )

        def ask(records: Records, tell: Tell) -> Ticket:
            by_person = intent.origin is Origin.PERSON
            asked = None if by_person else _asked_already(records, ticket)
            if asked is not None:
                return asked
            records.tickets.add(ticket)
            tell(
                EventKind.PROPOSAL,
                market=intent.market,
                thread=intent.intent_id,
                push=not by_person,
                data=proposal(ticket),
            )
            return ticket

        return await self._chronicle.write(ask)

    async def _store_answer(self, ticket: Ticket, verdict: Cleared | Denied | None) -> bool:
        """False when somebody else was first."""
        intent = ticket.cleared.intent

        def store(records: Records, tell: Tell) -> bool:
            if not records.tickets.answer(ticket):
                return False
            expired = ticket.state is TicketState.EXPIRED
            data = {
                "ticket_id": ticket.ticket_id,
                "side": intent.side.value,
                "answer": "denied" if isinstance(verdict, Denied) else ticket.state.value,
                "by": ticket.answered_by,
            }
            kind = EventKind.TICKET_EXPIRED if expired else EventKind.TICKET_ANSWERED
            push = intent.origin is not Origin.PERSON
            tell(kind, market=intent.market, thread=intent.intent_id, push=push, data=data)
            return True

        return await self._chronicle.write(store)

    async def _denied(self, denied: Denied) -> Denied:
        """In the audit trail; people see it in the reply or by /why. A limit of the whole day is told, once a day."""
        intent, now = denied.intent, self._clock.now()
        codes = [reason.code for reason in denied.reasons]
        data = {"side": intent.side.value, "owner": intent.owner, "reasons": " ".join(codes)}

        def store(records: Records, tell: Tell) -> None:
            tell(EventKind.DENIED, market=intent.market, thread=intent.intent_id, push=False, data=data)
            for code in self._untold(records, set(codes), now):
                tell(EventKind.LIMIT_HIT, severity=Severity.WARNING, data={"reasons": code})

        await self._chronicle.write(store)
        return denied

    def _untold(self, records: Records, codes: set[str], now: datetime) -> set[str]:
        """Limits that stop every entry, of which people have not heard since they were reached."""
        untold = (codes & DAY_LIMITS) - limits_told(records, day_start(now))
        if BREAKER in codes:
            began = stop_run(stored_stops(records), self._settings().limits, now).began
            if began is not None and BREAKER not in limits_told(records, began):
                untold |= {BREAKER}
        return untold


def _asked_already(records: Records, ticket: Ticket) -> Ticket | None:
    """The same question, still waiting for its answer: a strategy that goes on wishing does not ask twice."""
    intent = ticket.cleared.intent
    for other in records.tickets.pending():
        asked = other.cleared.intent
        same = (asked.market, asked.side, asked.owner) == (intent.market, intent.side, intent.owner)
        if same and ticket.created_at < other.expires_at:
            return other
    return None


def limits_told(records: Records, since: datetime) -> set[str]:
    """Codes of limits that people have heard of since then."""
    told = records.events.latest(TOLD, (EventKind.LIMIT_HIT,))
    return {event.data["reasons"] for event in told if event.at >= since}


def proposal(ticket: Ticket) -> dict[str, str]:
    """What a proposal's message needs."""
    intent, cleared = ticket.cleared.intent, ticket.cleared
    return {
        "ticket_id": ticket.ticket_id,
        "side": intent.side.value,
        "notional": plain(intent.notional),
        "quantity": plain(intent.quantity),
        "price": plain(ticket.price),
        "fee": plain(cleared.fee),
        "equity_share": plain(cleared.equity_share),
        "expires_at": ticket.expires_at.isoformat(),
        "reason": intent.reason,
        "owner": intent.owner,
        "price_band": plain(ticket.price_band),
        "limit_price": plain(intent.price) if intent.order_type is OrderType.LIMIT else "",
    }
