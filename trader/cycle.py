"""One pass through the stages: the table of contents of the program.

    candles (market) → signal (signals) → size and limits (risk) → advice → approval → order (execution)

For each market the pass ends in a journal row that says how far it came and why it stopped there (promise 5)."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from decimal import Decimal

import structlog

from trader.chronicle import Chronicle
from trader.clock import Clock
from trader.errors import TraderError
from trader.flow import Flow
from trader.ids import new_id
from trader.market.collector import Collector, NoCandles
from trader.market.quotes import QuoteBoard
from trader.model.advice import NOT_ASKED, Advice, AiRole
from trader.model.events import JournalEntry
from trader.model.market import Market, Timeframe
from trader.model.order import Denied, Intent, Order
from trader.model.plain import plain
from trader.model.portfolio import Position
from trader.model.signal import Action, Signal
from trader.model.ticket import Ticket
from trader.ports import Adviser, Exchange, Records
from trader.signals.evaluate import history_rows, last_signal
from trader.signals.registry import Strategy, get
from trader.tuning import Tuning
from trader.wishes import Wishes

log = structlog.get_logger(__name__)

RECORD_SIZE = 2000
"""Closed positions looked through for a strategy's win rate and payoff."""


Left = Callable[[Market], Awaitable[tuple[Decimal, str]]]
"""What a rule of code leaves of a buy, 0…1, and its code where that is less than all."""


class CycleFailed(TraderError):
    """Some markets could not be looked at; the others were."""


class Cycle:
    def __init__(
        self,
        exchange: Exchange,
        chronicle: Chronicle,
        clock: Clock,
        tuning: Tuning,
        collector: Collector,
        quotes: QuoteBoard,
        flow: Flow,
        left: Left,
        adviser: Adviser | None = None,
    ) -> None:
        """`left` is asked about entries that no model is asked about; where one is, its advice says so already."""
        self._exchange = exchange
        self._chronicle = chronicle
        self._clock = clock
        self._tuning = tuning
        self._collector = collector
        self._quotes = quotes
        self._flow = flow
        self._left = left
        self._adviser = adviser
        self._wishes = Wishes(exchange, chronicle, clock, tuning, quotes, flow)
        self._entering = asyncio.Lock()

    async def run(self) -> list[JournalEntry]:
        """Every market in use; one that waits for models holds up no other. CycleFailed at the end if a market failed;
        its row says why."""
        cycle_id = new_id()
        looks = await asyncio.gather(*(self._look(market) for market in await self.markets()))
        entries = [replace(entry, cycle_id=cycle_id) for entry, _ in looks]
        failed = [failure for _, failure in looks if failure]
        await self._chronicle.storage.write(lambda records: _store(records, entries))
        if failed:
            raise CycleFailed("; ".join(failed))
        return entries

    async def _look(self, market: Market) -> tuple[JournalEntry, str]:
        """Its row, and what went wrong."""
        try:
            return await self.consider(market), ""
        except Exception as err:
            log.warning("market_failed", market=str(market), exc_info=err)
            return self._entry(market, "market", "error", {"error": str(err)}), f"{market}: {err}"

    async def markets(self) -> list[Market]:
        """Those in the settings, and those we still hold: a market taken off the list is still left by its strategy."""
        held = await self._chronicle.storage.read(lambda records: [p.market for p in records.positions.open()])
        return list(dict.fromkeys([*self._tuning.current.market_list, *held]))

    def strategy(self, market: Market) -> Strategy:
        name = self._tuning.strategy_for(market)
        return get(name, self._tuning.params_of(name))

    async def consider(self, market: Market) -> JournalEntry:
        """One market, through the stages."""
        strategy, timeframe = self.strategy(market), self._tuning.current.timeframe
        try:
            candles = await self._collector.load(market, timeframe, history_rows(strategy, timeframe))
        except NoCandles:
            return self._entry(market, "market", "no_candles")
        needed = strategy.warmup_on(timeframe)
        if len(candles) <= needed:
            figures = {"have": str(len(candles)), "need": str(needed + 1)}
            return self._entry(market, "market", "warming_up", figures)
        if not self._fresh(int(candles.opened_at[-1]), timeframe):
            return self._entry(market, "market", "stale_candles")
        signal = await asyncio.to_thread(last_signal, strategy, candles)
        position = await self._chronicle.storage.read(lambda records: records.positions.open_for(market))
        if self._role is AiRole.DECIDER and (position is None or position.owner == signal.strategy):
            return await self._decide(signal, position)
        if signal.action is Action.ENTER and position is None:
            return await self._enter(signal)
        if signal.action is Action.EXIT and position is not None and position.owner == signal.strategy:
            return await self._exit(signal, position)
        out = Action.STAY_OUT if signal.action is Action.EXIT else signal.action  # there is nothing to leave
        code = "holding" if position is not None else out.value
        return self._entry(market, "signal", code, _said(signal))

    def _fresh(self, opened_at: int, timeframe: Timeframe) -> bool:
        """The newest candle is the one that closed last, or at worst the one before it (it may be a moment late)."""
        age = self._clock.now().timestamp() - opened_at
        return age < 3 * timeframe.seconds

    async def _enter(self, signal: Signal) -> JournalEntry:
        """Funds and limits come before a question that costs money (R7), and size and wish come together, so that no
        other market's entry is decided in between."""
        moved = await self._flow.moved(signal.market)
        unknown = self._tuning.current.volatility_block_fraction > 0 and moved is None
        more = {"moved": "unknown"} if unknown else {"moved": plain(moved)}
        if self._role is not AiRole.VETO:
            return await self._enter_unasked(signal, more)
        wanted = await self._wishes.entry(signal)
        verdict = await self._flow.review(wanted)
        if isinstance(verdict, Denied):
            return self._outcome(signal, wanted, await self._flow.denied(verdict), more)
        advice = await self._ask(signal, wanted)
        more |= _advised(advice)
        if not advice.approves:
            return self._entry(signal.market, *_against(advice), {**_said(signal), **more})
        return await self._wish_entry(signal, advice, more, wanted.intent_id)

    async def _enter_unasked(self, signal: Signal, more: dict[str, str]) -> JournalEntry:
        """Without models, or with such that only comment: the rules of code hold all the same."""
        share, reason = await self._left(signal.market)
        allowed = Advice(share > 0, share=share, reason=reason)
        more |= _advised(allowed)
        if not allowed.approves:
            return self._entry(signal.market, *_against(allowed), {**_said(signal), **more})
        return await self._wish_entry(signal, allowed, more)

    async def _wish_entry(
        self, signal: Signal, advice: Advice, more: dict[str, str], intent_id: str = "", exposure: float | None = None
    ) -> JournalEntry:
        async with self._entering:
            intent = await self._wishes.entry(signal, advice, intent_id=intent_id, exposure=exposure)
            return await self._pass_on(signal, intent, more, advice)

    async def _exit(self, signal: Signal, position: Position) -> JournalEntry:
        """A strategy's own sale; protective ones are the guard's and ask nobody. No model is paid for one that is not
        possible, or that people do not want."""
        intent = self._wishes.leaving(signal, position)
        if self._role is not AiRole.VETO:
            return await self._pass_on(signal, intent)
        verdict = await self._flow.review(intent)
        if isinstance(verdict, Denied):
            return self._outcome(signal, intent, await self._flow.denied(verdict))
        advice = await self._ask(signal, intent)
        if not advice.approves:
            return self._entry(signal.market, "advice", _verdict(advice), {**_said(signal), **_advised(advice)})
        return await self._pass_on(signal, intent, _advised(advice), advice)

    async def _decide(self, signal: Signal, position: Position | None) -> JournalEntry:
        """The models propose, at each closed candle; the strategy's figures are only shown to them (R1–R6)."""
        wanted = self._wishes.leaving(signal, position) if position else await self._wishes.entry(signal, exposure=1.0)
        verdict = await self._flow.review(wanted)
        if isinstance(verdict, Denied):
            codes = " ".join(reason.code for reason in verdict.reasons)
            return self._entry(signal.market, "risk", codes, _said(signal))
        advice = await self._ask(signal, wanted, open_side=True)
        more = _advised(advice)
        if not advice.approves or advice.side is not wanted.side:
            held = ("advice", "holding" if position else "hold")
            return self._entry(
                signal.market, *(held if advice.approves else _against(advice)), {**_said(signal), **more}
            )
        if position is None:
            return await self._wish_entry(signal, advice, more, wanted.intent_id, exposure=1.0)
        intent = self._wishes.leaving(signal, position, advice.share, wanted.intent_id)
        return await self._pass_on(signal, intent, more, advice)

    async def _ask(self, signal: Signal, intent: Intent, *, open_side: bool = False) -> Advice:
        if self._adviser is None:
            return NOT_ASKED
        question = await self._wishes.question(signal, intent, open_side=open_side)
        return await self._adviser.advise(question, intent.intent_id)

    @property
    def _role(self) -> AiRole:
        return AiRole.OFF if self._adviser is None else self._tuning.current.ai_role

    async def _pass_on(
        self, signal: Signal, intent: Intent, more: dict[str, str] | None = None, advice: Advice = NOT_ASKED
    ) -> JournalEntry:
        intent = replace(intent, consultation_id=advice.consultation_id)
        outcome = await self._flow.wish(intent)
        await self._follow_up(signal, intent, outcome, advice)
        return self._outcome(signal, intent, outcome, more)

    def _outcome(
        self, signal: Signal, intent: Intent, outcome: Denied | Ticket | Order, more: dict[str, str] | None = None
    ) -> JournalEntry:
        details = {**_said(signal), "side": intent.side.value, "notional": plain(intent.notional), **(more or {})}
        match outcome:
            case Denied():
                codes = [reason.code for reason in outcome.reasons]
                for reason in outcome.reasons:
                    details |= {f"{reason.code}.{name}": text for name, text in reason.params.items()}
                return self._entry(signal.market, "risk", " ".join(codes), details)
            case Ticket():
                details["ticket_id"] = outcome.ticket_id
                return self._entry(signal.market, "approval", "asked", details)
            case Order():
                details["client_order_id"] = outcome.client_order_id
                return self._entry(signal.market, "done", outcome.state.value, details)

    async def _follow_up(
        self, signal: Signal, intent: Intent, outcome: Denied | Ticket | Order, advice: Advice
    ) -> None:
        """What was said gets the wish and the order it led to; a remark is asked for where models only comment."""
        if advice.consultation_id:
            order_id = outcome.client_order_id if isinstance(outcome, Order) else ""
            await self._chronicle.storage.write(
                lambda records: _link(records, advice.consultation_id, intent.intent_id, order_id)
            )
        if self._adviser is not None and self._role is AiRole.ADVISER and not isinstance(outcome, Denied):
            self._adviser.comment(await self._wishes.question(signal, intent), intent.thread_id)

    def _entry(self, market: Market, stage: str, code: str, details: dict[str, str] | None = None) -> JournalEntry:
        return JournalEntry(
            cycle_id=new_id(),
            at=self._clock.now(),
            market=market.code,
            strategy=self._tuning.strategy_for(market),
            timeframe=self._tuning.current.timeframe.value,
            stage=stage,
            code=code,
            details=details or {},
        )


def _store(records: Records, entries: Sequence[JournalEntry]) -> None:
    for entry in entries:
        records.journal.add(entry)


def _link(records: Records, consultation_id: str, intent_id: str, order_id: str) -> None:
    said = records.consultations.get(consultation_id)
    if said is not None:
        records.consultations.save(replace(said, intent_id=intent_id, client_order_id=order_id))


def _verdict(advice: Advice) -> str:
    return advice.verdict.value if advice.verdict is not None else ""


def _against(advice: Advice) -> tuple[str, str]:
    """Stage and code: a rule of code that refused what would have gone on, or the models' own no."""
    return ("risk", advice.reason) if advice.reason else ("advice", _verdict(advice))


def _advised(advice: Advice) -> dict[str, str]:
    """What models and rules left of it, as text."""
    reason = {"reduced": advice.reason, "advice_share": plain(advice.share)} if advice.reason else {}
    if advice.verdict is None:
        return reason
    said = {"advice": _verdict(advice), "advice_share": plain(advice.share), "consultation_id": advice.consultation_id}
    return said | reason


def _said(signal: Signal) -> dict[str, str]:
    """What the strategy saw, as text."""
    said = {
        "action": signal.action.value,
        "reason": signal.reason,
        "close": plain(signal.close),
        "candle": signal.candle.isoformat(),
        **signal.details,
    }
    if signal.score is not None:
        said["score"] = f"{signal.score:.3f}"
    if signal.stop is not None:
        said["stop"] = plain(signal.stop)
    return said
