"""The card of a trade: one message that shows where it stands and how it came there.  In: Trade, the bid, Words.  Out:
Reply.  Pure."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from itertools import groupby

from chatbot import notices
from chatbot.outbox.trades import Stage, Trade
from chatbot.reply import Button, Reply, Tone
from chatbot.views import cards, lines
from chatbot.views.buttons import anew_button, runs
from chatbot.wording import Words
from trader.model.events import EventKind
from trader.model.order import ZERO, Side
from trader.model.portfolio import Position

STEPS = 6
"""The last steps shown; the whole story is in /history."""


def card(trade: Trade, bid: Decimal | None, words: Words, now: datetime) -> Reply:
    """`bid` None: the price is not known now. While a person is asked, the card is the question; what is asked anew
    stands under it, and the card says what came of the first."""
    stage = trade.stage
    if stage is Stage.PROPOSED and trade.question is not None:
        former = trade.former_question
        if former is None:
            return cards.proposal(trade.question.data, trade.market, words, now)
        return cards.over(former[0].data, trade.market, words, now, notices.brief(former[1], words))
    market = words.market(trade.market)
    side = next((order.side for order in trade.orders), Side.BUY)
    return Reply(
        title=words.lenient(f"trade-{stage.value}", {"market": market, "side": words(f"side-{side.value}")}),
        lines=(*_figures(trade, bid, words), *_why(trade, words), *_steps(trade, words, now)),
        buttons=_buttons(trade, words),
        tone=Tone.INFO,
        data={"kind": "trade_card", "thread": trade.thread, "market": trade.market, "stage": stage.value},
        quiet=True,
    )


def net(position: Position, words: Words) -> dict[str, str]:
    """What came of a closed position: arrow, sum, share of what was paid."""
    share = position.realised_pnl / position.bought_cost if position.bought_cost else None
    return {
        "arrow": lines.arrow(position.realised_pnl),
        "pnl": words.krw_change(position.realised_pnl),
        "share": words.change(share),
    }


def _figures(trade: Trade, bid: Decimal | None, words: Words) -> list[str]:
    if trade.position is None:
        return []
    return _open(trade, trade.position, bid, words) if trade.position.open else _closed(trade.position, words)


def _open(trade: Trade, held: Position, bid: Decimal | None, words: Words) -> list[str]:
    said = [
        words(
            "trade-size",
            quantity=words.quantity(held.quantity, held.market.base),
            average=words.price(lines.rounded(held.average_cost)),
        )
    ]
    if bid is None:
        said.append(words("trade-now-unknown"))
    else:
        pnl = held.unrealised_pnl(bid)
        share = pnl / held.cost if held.cost else None
        said.append(words("trade-now", bid=words.price(bid), pnl=words.krw_change(pnl), share=words.change(share)))
    if held.sold_quantity:
        sold = words.quantity(held.sold_quantity, held.market.base)
        said.append(words("trade-realised", pnl=words.krw_change(held.realised_pnl), quantity=sold))
    return [*said, _levels(trade, bid, words)]


def _levels(trade: Trade, bid: Decimal | None, words: Words) -> str:
    stop = trade.guard.effective_stop if trade.guard else None
    take = trade.guard.plan.take if trade.guard else None
    parts = [
        words(key, price=words.price(lines.rounded(level)), far=words.change(level / bid - 1 if bid else None))
        for key, level in (("position-stop", stop), ("position-take", take))
        if level is not None
    ]
    return " · ".join(parts) or words("position-unguarded")


def _closed(over: Position, words: Words) -> list[str]:
    held = (over.closed_at - over.opened_at).total_seconds() if over.closed_at else None
    return [
        words("trade-net", **net(over, words)),
        words("trade-bought-sold", cost=words.krw(over.bought_cost), proceeds=words.krw(over.sold_proceeds)),
        words("trade-held", held=words.span(held), fees=words.krw(over.fees)),
    ]


def _why(trade: Trade, words: Words) -> list[str]:
    """Who wished for it and why, as the first order or proposal says."""
    asked = (event for event in trade.events if event.kind in (EventKind.PROPOSAL, EventKind.ORDER))
    first = next((event for event in asked if event.data.get("side") == Side.BUY.value), None)
    if first is None:
        return []
    why = lines.who_and_why(first.data.get("owner", ""), first.data.get("reason", ""), words)
    return [words("trade-why", why=why)]


def _steps(trade: Trade, words: Words, now: datetime) -> list[str]:
    """The same step again and again is told once, with its last time."""
    told = [(notices.step(event, words), event.at) for event in trade.events if notices.is_step(event)]
    merged = [(text, [at for _, at in group]) for text, group in groupby(told, key=lambda one: one[0])]
    shown = [
        f"{words.moment(times[-1], now)} {text}" + (f" ×{len(times)}" if len(times) > 1 else "")
        for text, times in merged[-STEPS:]
    ]
    return ["", *shown] if shown else []


def _buttons(trade: Trade, words: Words) -> tuple[tuple[Button, ...], ...]:
    stage, code = trade.stage, trade.market
    entry = next((order for order in trade.orders if order.side is Side.BUY), None)
    if stage is Stage.HOLDING:
        sell = words("button-sell-all", coin=words.coin(code))
        return runs((sell, f"/sell {code}"), (words("button-chart"), f"/chart {code}"))
    if stage is Stage.ENDED and trade.events[-1].kind is EventKind.TICKET_EXPIRED:
        return anew_button(trade.events[-1].data.get("ticket_id", ""), words)
    if entry is not None and stage is Stage.ORDERED:
        return runs((words("button-cancel"), f"/cancel {entry.client_order_id}"))
    if entry is not None and stage is Stage.CHECKING:
        return runs((words("button-order"), f"/orders {entry.client_order_id}"))
    return ()


def result(closed: list[Position]) -> Decimal:
    """KRW that several closed positions brought, net of fees."""
    return sum((position.realised_pnl for position in closed), ZERO)
