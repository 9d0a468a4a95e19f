"""What was traded and what happened as CSV files.  In: values of the desk.  Out: a `Document`.

UTF-8 with a mark at the beginning, which Korean Excel needs to read it; times in Seoul; figures exact, with a point and
without separators. Text from outside that a spreadsheet would take for a formula is kept from being one."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, TypeAlias

from chatbot.reply import Document
from chatbot.views import lines
from chatbot.wording import Words
from chatbot.wording.figures import SEOUL
from trader.desk.lookups import Exported
from trader.model.events import Event

MOST_ROWS = 50_000
"""Newest ones, in a chat; a spreadsheet of more is not for a phone."""

Cell: TypeAlias = "str | Decimal | datetime | None"
Columns: TypeAlias = tuple[tuple[str, Callable[[Any, Words], Cell]], ...]
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def document(what: Exported, rows: Sequence[object], words: Words, start: datetime, end: datetime) -> Document:
    """`rows` from `start` up to but without `end`, as the desk hands them out for `what`, oldest first."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    columns = COLUMNS[what]
    writer.writerow([words(f"csv-{name}") for name, _ in columns])
    writer.writerows([shown(read(row, words)) for _, read in columns] for row in rows)
    last_moment = end - timedelta(microseconds=1)
    first, last = (moment.astimezone(SEOUL).date().isoformat() for moment in (start, last_moment))
    name = f"{what.value}_{first}.csv" if first == last else f"{what.value}_{first}_{last}.csv"
    return Document(name, ("\ufeff" + out.getvalue()).encode("utf-8"), "text/csv")


def shown(cell: Cell) -> str:
    """A cell as it stands in the file."""
    if cell is None:
        return ""
    if isinstance(cell, Decimal):
        return exact(cell)
    if isinstance(cell, datetime):
        return f"{cell.astimezone(SEOUL):%Y-%m-%d %H:%M:%S}"
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


def exact(figure: Decimal) -> str:
    """All digits, no exponent, no zeros at the end: 0.01000000 → `0.01`."""
    text = format(figure, "f")
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text == "-0" else text


def _side(value: str, words: Words) -> str:
    return words.first((f"side-{value}", f"booking-{value.replace('_', '-')}"), value)


def _data(event: Event) -> str:
    return "; ".join(f"{name}={value}" for name, value in event.data.items() if value)


TRADES: Columns = (
    ("opened", lambda t, w: t.position.opened_at),
    ("closed", lambda t, w: t.position.closed_at),
    ("market", lambda t, w: t.position.market.code),
    ("owner", lambda t, w: lines.who(t.position.owner, w)),
    ("bought-quantity", lambda t, w: t.position.bought_quantity),
    ("bought-krw", lambda t, w: t.position.bought_cost),
    ("sold-quantity", lambda t, w: t.position.sold_quantity),
    ("proceeds-krw", lambda t, w: t.position.sold_proceeds),
    ("fee-krw", lambda t, w: t.position.fees),
    ("result-krw", lambda t, w: t.position.realised_pnl),
    ("reason", lambda t, w: lines.why_text(t.position.exit_reason, w)),
    ("slippage-bps", lambda t, w: None if t.slippage_bps is None else round(t.slippage_bps, 2)),
    ("position", lambda t, w: t.position.position_id),
)
ORDERS: Columns = (
    ("time", lambda o, w: o.created_at),
    ("market", lambda o, w: o.market.code),
    ("side", lambda o, w: _side(o.side.value, w)),
    ("type", lambda o, w: o.order_type.value),
    ("state", lambda o, w: lines.order_state(o.state.value, w)),
    ("price", lambda o, w: o.price),
    ("quantity", lambda o, w: o.quantity),
    ("notional-krw", lambda o, w: o.notional),
    ("executed-quantity", lambda o, w: o.executed_quantity),
    ("executed-krw", lambda o, w: o.executed_funds),
    ("fee-krw", lambda o, w: o.paid_fee),
    ("owner", lambda o, w: lines.who(o.owner, w)),
    ("reason", lambda o, w: lines.why_text(o.reason, w)),
    ("approved-by", lambda o, w: lines.who(o.approved_by, w) if o.approved_by else ""),
    ("note", lambda o, w: lines.why_text(o.note, w) if o.note else ""),
    ("slippage-bps", lambda o, w: None if o.slippage_bps is None else round(o.slippage_bps, 2)),
    ("order", lambda o, w: o.client_order_id),
    ("venue-order", lambda o, w: o.venue_id or ""),
)
FILLS: Columns = (
    ("time", lambda f, w: f.at),
    ("market", lambda f, w: f.market.code),
    ("side", lambda f, w: _side(f.side.value, w)),
    ("price", lambda f, w: f.price),
    ("quantity", lambda f, w: f.quantity),
    ("executed-krw", lambda f, w: f.funds),
    ("fee-krw", lambda f, w: f.fee),
    ("fill", lambda f, w: f.fill_id),
    ("order", lambda f, w: f.client_order_id),
)
LEDGER: Columns = (
    ("time", lambda b, w: b.at),
    ("booking", lambda b, w: _side(b.kind, w)),
    ("market", lambda b, w: b.market.code),
    ("quantity", lambda b, w: b.quantity),
    ("price", lambda b, w: b.price),
    ("fee-krw", lambda b, w: b.fee),
    ("cash-krw", lambda b, w: b.krw),
    ("result-krw", lambda b, w: b.realised),
    ("held", lambda b, w: b.held),
    ("cost-krw", lambda b, w: b.cost),
    ("position", lambda b, w: b.position_id),
    ("reference", lambda b, w: b.reference),
)
EVENTS: Columns = (
    ("time", lambda e, w: e.at),
    ("kind", lambda e, w: e.kind.value),
    ("severity", lambda e, w: e.severity.value),
    ("market", lambda e, w: e.market),
    ("details", lambda e, w: _data(e)),
    ("event", lambda e, w: e.event_id),
)
COLUMNS: dict[Exported, Columns] = {
    Exported.TRADES: TRADES,
    Exported.ORDERS: ORDERS,
    Exported.FILLS: FILLS,
    Exported.LEDGER: LEDGER,
    Exported.EVENTS: EVENTS,
}
