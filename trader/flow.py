"""The one way of a wish: Intent → risk → approval → execution. Strategies and persons go this way, exits by `exits`.

In: an `Intent`, or a person's answer to a ticket. Out: `Denied`, `Refused`, a pending `Ticket`, or the `Order` that was
sent. One wish is decided at a time, so that two cannot spend the same money."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

import structlog

from trader import patience, questions
from trader.account import AccountBoard
from trader.approval.policy import authorise_by_rule, needs_person
from trader.approval.silence import AT_ONCE, goes_on, unanswered
from trader.approval.tickets import anew, expire, open_ticket, replaced
from trader.approval.tickets import answer as answer_ticket
from trader.chronicle import Chronicle, Tell
from trader.clock import Clock
from trader.errors import BelowMinimum, InvalidOrder, OrderPending, VenueError, cause_of
from trader.execution.executor import Executor
from trader.ids import new_id
from trader.ledger.portfolio import load_portfolio, stored_declines, stored_stops
from trader.market.quotes import QuoteBoard
from trader.model.events import EventKind, OutboxMessage, Severity, TicketState
from trader.model.market import Market, OrderBook, Quote, Timeframe
from trader.model.order import (
    Authorised,
    Cleared,
    Denied,
    Intent,
    Order,
    Reason,
    Refused,
    Side,
)
from trader.model.plain import plain
from trader.model.portfolio import Balance, Portfolio, TradingState
from trader.model.seoul import day_start
from trader.model.ticket import Ticket
from trader.ports import Exchange, Records
from trader.risk.breaker import stop_run
from trader.risk.gate import review
from trader.risk.reasons import because
from trader.risk.volatility import moved, rows_needed
from trader.settings import Settings
from trader.state import RECONCILE, StateKeeper
from trader.unplaceable import unplaceable

log = structlog.get_logger(__name__)

DAY_LIMITS = frozenset({"max_daily_loss", "max_daily_spend", "max_entries_per_day"})
"""Reasons that stop every entry for the rest of the Korean day."""

BREAKER = "max_stops_in_a_row"
"""The reason that stops every entry for a while."""

TOLD = 100
"""Messages about limits looked through for what people have heard already."""


class Flow:
    """One for all wishes, so that the lock in it holds for all. `settings` gives those in force."""

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
        self.account = AccountBoard(exchange, clock)
        self.held_back: Callable[[OutboxMessage], bool] = lambda message: False
        """Whether its conversation asked for quiet when it was written: such silence was wanted."""
        self._deciding = asyncio.Lock()

    # ------------------------------------------------------------ wishes

    async def wish(self, intent: Intent) -> Denied | Ticket | Order:
        """Take a wish as far as it may go now. VenueError: the venue could not be asked, nothing was sent."""
        async with patience.turn(self._deciding):
            intent = await self._in_thread(intent)
            verdict = await self.review(intent)
            if isinstance(verdict, Denied):
                return await self.denied(verdict)
            settings = self._settings()
            if needs_person(verdict, settings.approval, settings.ask_above_krw):
                return await self._ask(verdict)
            authorised = authorise_by_rule(verdict, self._clock.now(), settings.approval, settings.ask_above_krw)
            return await self._execute(authorised)

    async def _in_thread(self, intent: Intent) -> Intent:
        """A wish for a market we are in belongs to the story of that position."""
        held = await self._chronicle.storage.read(lambda records: records.positions.open_for(intent.market))
        return intent if held is None else replace(intent, thread=held.thread_id)

    async def answer(
        self, ticket_id: str, approve: bool, by: str, share: Decimal = Decimal(1)
    ) -> Order | Refused | Denied:
        """A person's answer: the first one counts, and price and risk are looked at again before anything is sent."""
        async with patience.turn(self._deciding):
            ticket = await self._ticket(ticket_id)
            market = ticket.cleared.intent.market
            if approve:
                await self._freshen(market)
            answered, outcome = answer_ticket(ticket, approve, by, self._quotes.quote(market), self._clock.now(), share)
            verdict = await self.review(outcome.intent, asked=True) if isinstance(outcome, Authorised) else None
            denied = _codes(verdict) if isinstance(verdict, Denied) else ""
            if answered is not ticket and not await self._chronicle.write(
                lambda records, tell: questions.answered(records, tell, answered, denied, part=share < 1)
            ):
                return await self._too_late(ticket_id)
            if isinstance(verdict, Denied):
                return await self.denied(verdict)
            if isinstance(outcome, Authorised):
                return await self._execute(outcome)
            return outcome

    async def ask_anew(self, ticket_id: str, by: str) -> Ticket | Refused | Denied:
        """The same wish at the price of now, through the same gate, as a new ticket in place of the old one. KeyError:
        no such ticket. VenueError."""
        async with patience.turn(self._deciding):
            ticket = await self._ticket(ticket_id)
            market, now = ticket.cleared.intent.market, self._clock.now()
            quote, rules = await self._freshen(market), await self._exchange.rules(market)
            intent = anew(ticket, quote, rules, intent_id=new_id(), by=by, now=now)
            if isinstance(intent, Refused):
                return intent
            verdict = await self.review(intent, asked=True)
            if isinstance(verdict, Denied):
                return await self.denied(verdict)
            fresh, mode = self._open(verdict), self._settings().mode.value
            old = replaced(ticket, by, now) if ticket.state is TicketState.PENDING else ticket
            asked = await self._chronicle.write(
                lambda records, tell: questions.ask_anew(records, tell, old, fresh, mode)
            )
            return asked or await self._too_late(ticket_id)

    async def expire_tickets(self) -> int:
        """Tickets nobody answered in time: closed, or gone on with where the owner wants that."""
        pending = await self._chronicle.storage.read(lambda records: records.tickets.pending())
        late = [ticket for ticket in pending if self._clock.now() >= ticket.expires_at]
        for ticket in late:
            async with self._deciding:
                await self._unanswered(ticket)
        return len(late)

    async def _unanswered(self, ticket: Ticket) -> None:
        """Price and risk are looked at again; a venue that cannot be asked is a reason against going on."""
        rule, market = self._settings().silence_rule, ticket.cleared.intent.market
        quote, reached = self._quotes.quote(market), True
        if ticket.silence_allows:
            quote = await self._freshen(market)
            reached = await self._chronicle.storage.read(
                lambda records: questions.reached(records, ticket, self.held_back)
            )
        at_once = AT_ONCE * self._clock.speed
        stored, outcome = unanswered(ticket, rule, quote, self._clock.now(), reached=reached, at_once=at_once)
        against = outcome.code if isinstance(outcome, Refused) and outcome.code != "expired" else ""
        if isinstance(outcome, Authorised):
            against = await self._against(outcome.intent)
        if against:
            stored = expire(ticket, self._clock.now())
        told = {"limit": plain(rule.below), "hours": str(rule.hours or "")}
        first = await self._chronicle.write(
            lambda records, tell: questions.ran_out(records, tell, stored, against, told)
        )
        if first and not against and isinstance(outcome, Authorised):
            await self._go_on(outcome)

    async def _against(self, intent: Intent) -> str:
        """Codes of what stands against a wish now; empty: nothing."""
        try:
            verdict = await self.review(intent, asked=True)
        except VenueError as err:
            return cause_of(err)
        if isinstance(verdict, Denied):
            await self.denied(verdict)
            return _codes(verdict)
        return ""

    async def _go_on(self, authorised: Authorised) -> None:
        """People were told that it is sent: they hear of it when it is not."""
        outcome = await self._execute(authorised)
        if isinstance(outcome, Denied):
            data = {"where": "silence", "message": _codes(outcome), "count": "1"}
            intent = authorised.intent
            await self._chronicle.tell(
                EventKind.ERROR, market=intent.market, thread=intent.thread_id, severity=Severity.WARNING, data=data
            )

    async def _too_late(self, ticket_id: str) -> Refused:
        """Somebody else was first."""
        ticket = await self._ticket(ticket_id)
        return Refused(ticket.cleared.intent, ticket.answered_by, "already_answered", ticket_id)

    async def _ticket(self, ticket_id: str) -> Ticket:
        ticket = await self._chronicle.storage.read(lambda records: records.tickets.get(ticket_id))
        if ticket is None:
            raise KeyError(ticket_id)
        return ticket

    # ------------------------------------------------------------ parts

    async def review(self, intent: Intent, *, asked: bool = False) -> Cleared | Denied:
        """The risk gate with everything it needs read afresh. `asked`: a person was or is asked about this very wish,
        so that an earlier no is over. VenueError: the venue could not be asked."""
        await self._freshen(intent.market)
        rules, portfolio, book = await asyncio.gather(
            self._exchange.rules(intent.market), self.portfolio(), self._book(intent)
        )
        return review(
            intent,
            replace(portfolio, declined={}) if asked else portfolio,
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
        return await self.portfolio_with(await self.account.balances())

    async def portfolio_with(self, balances: Mapping[str, Balance]) -> Portfolio:
        """The same with balances at hand; remembered ones are for showing, never for deciding."""
        bids, state, now = self._quotes.bids(), self._state.current, self._clock.now()
        reconciled, wait = RECONCILE not in self._state.hampers, self._settings().limits.declined_seconds

        def read(records: Records) -> Portfolio:
            ours = load_portfolio(records, balances, bids, state, now)
            return replace(ours, reconciled=reconciled, declined=stored_declines(records, now, wait))

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
            return await self.denied(Denied(authorised.intent, (locked,)))
        try:
            return await self._executor.execute(authorised, self._quotes.quote(authorised.intent.market))
        except (BelowMinimum, InvalidOrder, OrderPending) as err:
            return await self.denied(
                Denied(authorised.intent, (await unplaceable(self._exchange, authorised.intent, err),))
            )

    def _locked(self, intent: Intent) -> Reason | None:
        """Somebody may have stopped trading while the wish was looked at."""
        state = self._state.current
        if state is TradingState.HALTED or (state is TradingState.REDUCING and intent.side is Side.BUY):
            return because("trading_state", state=state.value)
        return None

    async def _ask(self, cleared: Cleared) -> Ticket:
        ticket, mode = self._open(cleared), self._settings().mode.value
        return await self._chronicle.write(lambda records, tell: questions.ask(records, tell, ticket, mode))

    def _open(self, cleared: Cleared) -> Ticket:
        settings, now = self._settings(), self._clock.now()
        ends = now + timedelta(seconds=settings.approval_ttl_seconds)
        return open_ticket(
            cleared,
            self._quotes.quote(cleared.intent.market),
            ticket_id=new_id(),
            price_band=settings.price_band,
            ttl_seconds=settings.approval_ttl_seconds,
            now=now,
            silence_allows=goes_on(cleared.intent, settings.silence_rule, ends),
        )

    async def denied(self, denied: Denied) -> Denied:
        """In the audit trail; people see it in the reply or by /why. A limit of the whole day is told, once a day."""
        intent, now = denied.intent, self._clock.now()
        codes = [reason.code for reason in denied.reasons]
        data = {"side": intent.side.value, "owner": intent.owner, "reasons": _codes(denied)}

        def store(records: Records, tell: Tell) -> None:
            tell(EventKind.DENIED, market=intent.market, thread=intent.thread_id, push=False, data=data)
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


def _codes(denied: Denied) -> str:
    return " ".join(reason.code for reason in denied.reasons)


def limits_told(records: Records, since: datetime) -> set[str]:
    """Codes of limits that people have heard of since then."""
    told = records.events.latest(TOLD, (EventKind.LIMIT_HIT,))
    return {event.data["reasons"] for event in told if event.at >= since}
