"""The machine-readable half of a reply (`say --json`): plain names, decimals as text, times as ISO 8601 UTC."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from chatbot.reply import JSON
from trader.model.difference import Difference
from trader.model.events import Event
from trader.model.order import Fill, Order
from trader.model.ticket import Ticket
from trader.model.views import (
    Away,
    BalanceRow,
    CancelResult,
    ClosedTrade,
    LimitUse,
    PendingRaise,
    Performance,
    PnlReport,
    PositionView,
    ScreenedMarket,
    SettingChange,
    StateNote,
    Status,
    Why,
)


def text(figure: Decimal | None) -> str | None:
    """0.01 → "0.01"; None stays None: unknown."""
    return None if figure is None else format(figure, "f")


def bps(figure: Decimal | None) -> str | None:
    """To a hundredth."""
    return None if figure is None else text(round(figure, 2))


def fraction(figure: Decimal | None) -> str | None:
    """To a millionth."""
    return None if figure is None else text(round(figure, 6))


def moment(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()


def state(note: StateNote) -> dict[str, JSON]:
    return {
        "state": note.state.value,
        "by": note.by,
        "since": moment(note.since),
        "reason": note.reason,
        "until": moment(note.until),
    }


def status(now: Status) -> dict[str, JSON]:
    return {
        **state(now.state),
        "now": moment(now.now),
        "mode": now.mode,
        "strategy": now.strategy,
        "timeframe": now.timeframe,
        "markets": [market.code for market in now.markets],
        "equity_krw": text(now.equity),
        "cash_free_krw": text(now.cash_free),
        "cash_locked_krw": text(now.cash_locked),
        "day_realised_krw": text(now.day_realised),
        "day_result_krw": text(now.day_result),
        "model_cost_krw": text(now.model_cost),
        "day_share": fraction(now.day_share),
        "unrealised_krw": text(now.unrealised),
        "positions": [position(view) for view in now.positions],
        "open_orders": now.open_orders,
        "unresolved_orders": now.unresolved_orders,
        "pending_tickets": now.pending_tickets,
        "data_age_seconds": now.data_age_seconds,
        "started_at": moment(now.started_at),
        "entries_wait_until": moment(now.entries_wait_until),
        **away(now.away),
        "panics": [
            {
                "started_at": moment(one.started_at),
                "cause": one.cause,
                "remaining": [left.market.code for left in one.remaining],
                "open_orders": one.open_orders_left,
            }
            for one in now.panics
        ],
    }


def away(one: Away | None) -> dict[str, JSON]:
    """Why the venue could not be asked, and how old what is said of the account is; null: it was asked."""
    return {"away": None if one is None else {"cause": one.cause, "age_seconds": one.age_seconds}}


def position(view: PositionView) -> dict[str, JSON]:
    held = view.position
    return {
        "position_id": held.position_id,
        "market": held.market.code,
        "owner": held.owner,
        "quantity": text(held.quantity),
        "cost_krw": text(held.cost),
        "average_cost": text(held.average_cost),
        "bid": text(view.bid),
        "value_krw": text(view.value),
        "unrealised_krw": text(view.unrealised),
        "unrealised_share": text(view.unrealised_share),
        "net_krw": text(view.net),
        "net_share": fraction(view.net_share),
        "stop": text(view.stop),
        "take": text(view.take),
        "opened_at": moment(held.opened_at),
        "leave_at": moment(view.leave_at),
    }


def balance(row: BalanceRow) -> dict[str, JSON]:
    return {
        "currency": row.currency,
        "free": text(row.free),
        "locked": text(row.locked),
        "bot_quantity": text(row.bot_quantity),
        "value_krw": text(row.value),
    }


def order(one: Order) -> dict[str, JSON]:
    return {
        "client_order_id": one.client_order_id,
        "venue_id": one.venue_id,
        "market": one.market.code,
        "side": one.side.value,
        "order_type": one.order_type.value,
        "state": one.state.value,
        "price": text(one.price),
        "quantity": text(one.quantity),
        "notional_krw": text(one.notional),
        "executed_quantity": text(one.executed_quantity),
        "executed_krw": text(one.executed_funds),
        "fee_krw": text(one.paid_fee),
        "owner": one.owner,
        "reason": one.reason,
        "approved_by": one.approved_by,
        "note": one.note,
        "slippage_bps": bps(one.slippage_bps),
        "created_at": moment(one.created_at),
    }


def fill(one: Fill) -> dict[str, JSON]:
    return {
        "market": one.market.code,
        "side": one.side.value,
        "price": text(one.price),
        "quantity": text(one.quantity),
        "funds_krw": text(one.funds),
        "fee_krw": text(one.fee),
        "at": moment(one.at),
    }


def trade(trade: ClosedTrade) -> dict[str, JSON]:
    one = trade.position
    return {
        "position_id": one.position_id,
        "market": one.market.code,
        "owner": one.owner,
        "opened_at": moment(one.opened_at),
        "closed_at": moment(one.closed_at),
        "bought_quantity": text(one.bought_quantity),
        "bought_krw": text(one.bought_cost),
        "proceeds_krw": text(one.sold_proceeds),
        "pnl_krw": text(one.realised_pnl),
        "fees_krw": text(one.fees),
        "exit_reason": one.exit_reason,
        "slippage_bps": bps(trade.slippage_bps),
    }


def ticket(one: Ticket) -> dict[str, JSON]:
    intent = one.cleared.intent
    return {
        "ticket_id": one.ticket_id,
        "market": intent.market.code,
        "side": intent.side.value,
        "notional_krw": text(intent.notional),
        "quantity": text(intent.quantity),
        "price": text(one.price),
        "fee_krw": text(one.cleared.fee),
        "equity_share": text(one.cleared.equity_share),
        "expires_at": moment(one.expires_at),
    }


def pnl(report: PnlReport) -> dict[str, JSON]:
    return {
        "start": moment(report.start),
        "end": moment(report.end),
        "realised_krw": text(report.realised),
        "fees_krw": text(report.fees),
        "model_cost_krw": text(report.model_cost),
        "unrealised_krw": text(report.unrealised),
        "closed": report.closed,
        "wins": report.wins,
        "by_market": {market.code: text(won) for market, won in report.by_market.items()},
        "by_day": {day.isoformat(): text(won) for day, won in report.by_day},
    }


def performance(one: Performance) -> dict[str, JSON]:
    return {
        **pnl(one.report),
        "result_krw": text(one.result),
        "result_share": fraction(one.share),
        "held_share": fraction(one.held_share),
        "held_markets": [market.code for market in one.held_markets],
        "traded_krw": text(one.traded),
        "turnover": fraction(one.turnover),
        "capital_krw": text(one.capital),
    }


def screened(one: ScreenedMarket) -> dict[str, JSON]:
    return {
        "market": one.info.market.code,
        "last": text(one.ticker.last),
        "change": fraction(one.ticker.change),
        "range": fraction(one.ticker.true_range),
        "turnover_krw": text(one.ticker.turnover),
        "spread_bps": bps(one.spread_bps),
        "warning": one.info.warning,
        "cautions": list(one.info.cautions),
        "traded": one.traded,
    }


def event(one: Event) -> dict[str, JSON]:
    return {
        "event_id": one.event_id,
        "kind": one.kind.value,
        "at": moment(one.at),
        "severity": one.severity.value,
        "market": one.market,
        "data": dict(one.data),
    }


def why(one: Why) -> dict[str, JSON]:
    return {
        "market": one.market.code,
        "blocks": [{"code": reason.code, "params": dict(reason.params)} for reason in one.blocks],
        "since": moment(one.since),
        "counts": [
            {
                "strategy": count.strategy,
                "passes": count.passes,
                "denied": count.denied,
                "ends": [{"stage": stage, "code": code, "count": n} for stage, code, n in count.ends],
            }
            for count in one.counts
        ],
        "passes": [
            {
                "at": moment(run.entry.at),
                "since": moment(run.since),
                "count": run.count,
                "stage": run.entry.stage,
                "code": run.entry.code,
                "details": dict(run.entry.details),
            }
            for run in one.runs
        ],
    }


def cancelled(one: CancelResult) -> dict[str, JSON]:
    return {
        "client_order_id": one.client_order_id,
        "market": one.market.code,
        "outcome": one.outcome,
        "note": one.note,
    }


def difference(one: Difference) -> dict[str, JSON]:
    return {
        "difference_id": one.difference_id,
        "kind": one.kind.value,
        "at": moment(one.at),
        "currency": one.currency,
        "market": one.market.code if one.market else None,
        "cause": one.cause,
        "book": text(one.book),
        "venue": text(one.venue),
        "change": text(one.change),
        "price": text(one.price),
        "krw": text(one.krw),
        "side": one.side,
        "venue_id": one.venue_id,
        "state": one.state.value,
        "answered_by": one.answered_by,
        "answered_at": moment(one.answered_at),
    }


def change(one: SettingChange) -> dict[str, JSON]:
    """`waits` with the time it takes effect, where it does not at once."""
    said: dict[str, JSON] = {"outcome": "ok", "key": one.key, "old": one.old, "new": one.new}
    return said if one.due is None else {**said, "outcome": "waits", "due": moment(one.due)}


def pending(one: PendingRaise) -> dict[str, JSON]:
    return {
        "key": one.key,
        "new": one.new,
        "by": one.by,
        "asked_at": moment(one.asked_at),
        "due": moment(one.due),
    }


def limit(one: LimitUse) -> dict[str, JSON]:
    return {"key": one.key, "limit": text(one.limit), "used": text(one.used), "unit": one.unit}
