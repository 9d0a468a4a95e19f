"""One thing, one or two lines of text: positions, orders, trades, limits, settings, the trading state."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from chatbot.views import setting_values
from chatbot.views.causes import cause_text
from chatbot.views.reasons import reason_text
from chatbot.wording import Words, figures
from trader.model.events import JournalEntry
from trader.model.order import Order, OrderType, Reason
from trader.model.portfolio import Position, TradingState
from trader.model.views import (
    Away,
    CancelResult,
    ClosedTrade,
    LimitUse,
    PanicReceipt,
    PendingRaise,
    PositionView,
    SettingView,
    StateNote,
)

_LIGHTS = {TradingState.ACTIVE: "🟢", TradingState.REDUCING: "🟡", TradingState.HALTED: "🔴"}
_SHORT_ID = 6


def who(by: str, words: Words) -> str:
    """A person by name; the clock, the guard and the like in words."""
    return words.first((f"by-{by}",), words.person(by) if by else words.unknown)


def why_text(reason: str, words: Words) -> str:
    """Why an order or exit came about: stop, take profit, manual …; a strategy's own words as they are."""
    return cause_text(reason, words) or words.unknown


def who_and_why(owner: str, reason: str, words: Words) -> str:
    """`sma_cross · 이동평균 상향 돌파`; once where both say the same (panic, guard)."""
    return " · ".join(dict.fromkeys((who(owner, words), why_text(reason, words))))


def vote(parts: Sequence[str], words: Words) -> str:
    """A member, what it said or how the call ended, and how sure it was: `openai 매수 62%`, `gemini 늦음`."""
    member, *said = parts
    sure = [f"{share}%" for share in said[1:]]
    return " ".join(
        (member, *(words.first((f"vote-{one.lower().replace('_', '-')}",), one) for one in said[:1]), *sure)
    )


def cautions(codes: Sequence[str], words: Words) -> str:
    """The venue's caution flags in words."""
    return ", ".join(words.first((f"caution-{code.lower().replace('_', '-')}",), code) for code in codes)


def state_title(note: StateNote, mode: str, words: Words, now: datetime) -> str:
    """`🟡 일시정지 · 모의 · 21:00:00까지 · telegram:1`"""
    state = words(f"state-{note.state.value}")
    parts = [
        f"{_LIGHTS[note.state]} {state[:1].upper()}{state[1:]}",
        words.first((f"mode-{mode}",), mode),
        *([words("until", at=words.moment(note.until, now))] if note.until else []),
        *([who(note.by, words)] if note.state is not TradingState.ACTIVE else []),
        *([why_text(note.reason, words)] if note.reason and note.state is not TradingState.ACTIVE else []),
    ]
    return " · ".join(parts)


def away_lines(away: Away | None, words: Words) -> list[str]:
    """That the venue is not reached, and how old what is shown of the account is."""
    if away is None:
        return []
    why = cause_text(away.cause, words)
    if away.age_seconds is None:
        return [words("away-unknown", why=why)]
    return [words("away-balances", why=why, age=words.span(away.age_seconds))]


def panic_lines(panics: Sequence[PanicReceipt], words: Words, speed: float) -> list[str]:
    """Panics that go on, for how long as lived, and what they wait for."""
    return [
        words(
            "panic-under-way",
            age=words.span((one.finished_at - one.started_at).total_seconds() / speed),
            why=cause_text(one.cause, words) or words("panic-working"),
        )
        for one in panics
    ]


def old_prices(age_seconds: float | None, words: Words) -> list[str]:
    return [] if age_seconds is None else [words("prices-old", age=words.span(age_seconds))]


def arrow(amount: Decimal | None) -> str:
    return "▲" if amount and amount > 0 else "▼" if amount and amount < 0 else "·"


def position_head(view: PositionView, words: Words) -> str:
    """`▲ 비트코인 KRW-BTC +1.23% (+12,345원)`: what a sale now would bring, its fee taken off."""
    won, share = net_result(view)
    return f"{arrow(won)} {words.market(view.position.market.code)} {words.change(share)} ({words.krw_change(won)})"


def net_result(view: PositionView) -> tuple[Decimal | None, Decimal | None]:
    """(KRW, share of the cost); before the fee of selling while that is not known."""
    return (view.unrealised, view.unrealised_share) if view.net is None else (view.net, view.net_share)


def guard_distances(view: PositionView, words: Words) -> str:
    """`손절 -2% · 익절 +3%`; empty where nothing guards it."""
    levels = (("position-stop-far", view.stop), ("position-take-far", view.take))
    return " · ".join(words(key, far=_distance(level, view, words)) for key, level in levels if level is not None)


def position_lines(view: PositionView, words: Words, now: datetime) -> list[str]:
    held = view.position
    details = [
        words("position-size", quantity=words.quantity(held.quantity, held.market.base), value=words.krw(view.value)),
        words("position-price", average=words.price(rounded(held.average_cost)), bid=words.price(view.bid)),
        _guard_line(view, words, now),
        words(
            "position-age",
            age=words.span((now - held.opened_at).total_seconds()),
            at=words.moment(held.opened_at, now),
            owner=who(held.owner, words),
        ),
    ]
    return [position_head(view, words), *(f"  {line}" for line in details)]


def _guard_line(view: PositionView, words: Words, now: datetime) -> str:
    if view.stop is None and view.take is None and view.leave_at is None:
        return words("position-unguarded")
    parts = []
    if view.stop is not None:
        parts.append(
            words("position-stop", price=words.price(rounded(view.stop)), far=_distance(view.stop, view, words))
        )
    if view.take is not None:
        parts.append(
            words("position-take", price=words.price(rounded(view.take)), far=_distance(view.take, view, words))
        )
    if view.leave_at is not None:
        parts.append(words("until", at=words.moment(view.leave_at, now)))
    return " · ".join(parts)


def _distance(level: Decimal, view: PositionView, words: Words) -> str:
    return words.change(level / view.bid - 1 if view.bid else None)


def rounded(price: Decimal | None) -> Decimal | None:
    """A computed price (a mean) to about the digits a tick would have: eight significant ones."""
    if price is None or not price:
        return price
    digits = max(0, 7 - price.adjusted())
    return round(price, min(digits, 8) if price < 100 else 0 if price >= 1000 else 2)


def order_state(state: str, words: Words) -> str:
    return words.first((f"order-state-{state}",), state)


def order_lines(order: Order, words: Words, now: datetime) -> list[str]:
    """Two lines: what was wanted, and how far it came."""
    base = order.market.base
    wanted = words.krw(order.notional) if order.quantity is None else words.quantity(order.quantity, base)
    at = f" @ {words.price(order.price)}" if order.order_type is OrderType.LIMIT else ""
    head = f"{words(f'side-{order.side.value}')} {words.market(order.market.code)} {wanted}{at}"
    parts = [words.moment(order.created_at, now), order_state(order.state.value, words)]
    if order.executed_quantity:
        price = words.price(rounded(order.average_price))
        parts.append(words("order-executed", quantity=words.quantity(order.executed_quantity, base), price=price))
    if order.note:
        parts.append(why_text(order.note, words))
    return [head, f"  {' · '.join(parts)} · {order.client_order_id[:_SHORT_ID]}"]


def slippage_lines(order: Order, words: Words) -> list[str]:
    """How much worse (+) or better (−) it was filled than the price the wish arose at."""
    if order.slippage_bps is None:
        return []
    return [words("order-slippage", bps=signed_bps(order.slippage_bps), krw=words.krw_change(order.slippage))]


def signed_bps(bps: Decimal) -> str:
    return f"{round(bps, 1):+f}" if round(bps, 1) else "0"


def trade_line(trade: ClosedTrade, words: Words, now: datetime) -> str:
    closed, bps = trade.position, trade.slippage_bps
    slippage = "" if bps is None else f" · {words('trade-slippage', bps=signed_bps(bps))}"
    held = (closed.closed_at - closed.opened_at).total_seconds() if closed.closed_at else None
    line = words(
        "trade-line",
        arrow=arrow(closed.realised_pnl),
        at=words.moment(closed.closed_at, now),
        market=words.market(closed.market.code),
        pnl=words.krw_change(closed.realised_pnl),
        share=words.change(closed.realised_pnl / closed.bought_cost if closed.bought_cost else None),
        held=words.span(held),
        reason=why_text(closed.exit_reason, words),
    )
    return line + slippage


def short_trade(closed: Position, words: Words) -> str:
    share = words.change(closed.realised_pnl / closed.bought_cost if closed.bought_cost else None)
    return f"{words.coin(closed.market.code)} {words.krw_change(closed.realised_pnl)} ({share})"


def held(currency: str, quantity: Decimal, words: Words) -> str:
    return words.krw(quantity) if currency == "KRW" else words.quantity(quantity, currency)


ADVICE = "advice"
"""The stage whose codes are the models' verdicts: their no is not the exchange's."""


def journal_text(entry: JournalEntry, words: Words) -> str:
    """What one pass ended with; several reasons of the risk gate are told one after another, with their figures."""
    key = f"pass-{entry.code.replace('_', '-')}"
    if entry.stage == ADVICE:
        reason = entry.details.get("reason", "")
        return code_name(ADVICE, entry.code, words) + (f" ({why_text(reason, words)})" if reason else "")
    blind = f" · {words('pass-move-unknown')}" if entry.details.get("moved") == "unknown" else ""
    if words.has(key):
        said = words.lenient(key, entry.details)
        reason = entry.details.get("reason", "")
        return (f"{said} ({why_text(reason, words)})" if reason else said) + _reduced(entry, words) + blind
    return "; ".join(reason_text(reason, words) for reason in _reasons(entry)) + blind


def _reduced(entry: JournalEntry, words: Words) -> str:
    """A rule of code that made the buy smaller."""
    code = entry.details.get("reduced", "")
    if not code:
        return ""
    share = words.share(Decimal(entry.details["advice_share"]))
    return f" · {words('pass-reduced', share=share, cause=cause_text(code, words))}"


def code_name(stage: str, code: str, words: Words) -> str:
    """Where passes ended, without the figures of any one of them."""
    if stage == "risk":
        return words.first((f"denied-{code.replace('_', '-')}",), code)
    name = code.replace("_", "-")
    if stage == ADVICE:
        if words.has(f"verdict-{code}"):
            return words("pass-advice", verdict=words(f"verdict-{code}"))
        return words("pass-advice-holding" if code == "holding" else "pass-advice-hold")
    return words.first((f"count-{name}", f"pass-{name}"), code)


def _reasons(entry: JournalEntry) -> list[Reason]:
    """The journal keeps figures as `<code>.<name>`."""
    return [
        Reason(
            code,
            {k.removeprefix(f"{code}."): v for k, v in entry.details.items() if k.startswith(f"{code}.")},
        )
        for code in entry.code.split()
    ]


def cancel_line(result: CancelResult, words: Words) -> str:
    outcome = words.first((f"cancel-{result.outcome}",), result.outcome)
    note = f" ({cause_text(result.note, words)})" if result.note else ""
    return f"{words.market(result.market.code)} {result.client_order_id[:_SHORT_ID]} – {outcome}{note}"


def limit_line(use: LimitUse, words: Words) -> str:
    limit = setting_values.shown(use.unit, figures.quantity(use.limit).replace(",", ""), words)
    name = words.first((f"setting-{use.key}",), use.key)
    if use.used is None:
        return f"{name}: {limit} – {use.key}"
    used = setting_values.shown(use.unit, figures.quantity(use.used).replace(",", ""), words)
    mark = "⛔ " if use.used >= use.limit else ""
    return f"{mark}{name}: {used} / {limit} – {use.key}"


def pending_line(pending: PendingRaise, unit: str, words: Words, now: datetime) -> str:
    """`  ⏳ 2,000,000원 · 12:10:00부터 · telegram:1`: what waits, until when, and who asked."""
    new = setting_values.shown(unit, pending.new, words)
    return words("waiting-line", new=new, at=words.moment(pending.due, now), by=who(pending.by, words))


def setting_lines(view: SettingView, words: Words) -> list[str]:
    """Two lines: what it means and comes to; its key, and where the value comes from."""
    name = words.first((f"setting-{view.key}",), view.key)
    value = setting_values.shown(view.unit, view.value, words) or "–"
    return [f"{name}: {value}", f"  {view.key} · {origin(view, words)}"]


def setting_compact(view: SettingView, words: Words) -> list[str]:
    return [setting_line(view, words)]


def origin(view: SettingView, words: Words) -> str:
    """`기본값`, `환경 변수`, or by whom and when."""
    if view.origin == "chat":
        return f"{who(view.set_by, words)} {words.moment(view.set_at)}"
    return words(f"origin-{view.origin}")


def setting_line(view: SettingView, words: Words) -> str:
    value = setting_values.shown(view.unit, view.value, words) or "–"
    if view.origin == "default":
        return f"{view.key} = {value}"
    if view.origin == "chat":
        return f"{view.key} = {value} ← {who(view.set_by, words)} {words.moment(view.set_at)}"
    return f"{view.key} = {value} ← {words('origin-environment')}"
