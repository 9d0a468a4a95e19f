"""The tables as Markdown.  In: cells.  Out: text. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence

from tests.chaos.panics import FLAT_SECONDS, STATES, PanicCell
from tests.chaos.trades import TRADES, Cell

LONGEST = 190
MOST = 9
"""Texts shown of one cell."""

_NAME = re.compile(r"(?:엑스알피\(리플\)|XRP\(Ripple\)|Ripple|XRP) KRW-XRP")
_OTHERS = re.compile(r"(?:이더리움|Ethereum|비트코인|Bitcoin) KRW-(ETH|BTC)")
_STEP = re.compile(r"^\d\d:\d\d:\d\d (?!·)")
_ASIDE = re.compile(r"^(?:주문 |Order )[0-9A-Z]{6,}$|^\d\d:\d\d:\d\d · |^⚠️ .* \(\d\d:\d\d:\d\d\)$")
"""Lines that say nothing of what happened: ids, the foot of an answer, the message that is answered."""

_NOTE = "📒"
"""The note that follows each closed trade, whatever the exchange does."""

INTRO = """# What faults come to

What a person is told and how long it takes when the exchange or the way to it misbehaves: each
[fault of the sandbox](sandbox-faults.md) × each kind of order the product sends, and panic from each trading state ×
each fault. Written by

```sh
.venv/bin/python tests/chaos/tables.py --out docs/fault-tables.md     # everything, some nine minutes
.venv/bin/python tests/chaos/tables.py --faults timeout 429 --orders stop cancel --states active
```

Every cell has a service of its own (SQLite on disk, REST, streams, Telegram front end), a sandbox and a local
Telegram; seed {seed}, {language}. The script itself checks, and ends with exit code 1 otherwise: books equal to the
exchange's account, order by order and fill by fill (column *books*); no order twice, none in doubt or left open;
differences told where somebody else touched the account; a first word within 10 s; the outcome told; nothing told
twice; no code, key or foreign language in a text.

Times are real seconds from the person's press (for the stop from the fall of the price), measured on two shared cores
with {rooms} cells at a time. Messages wait their turn at Telegram's pace, so they may come a second or two after what
they tell. Texts are shortened, the card of a trade to its title and newest line; the note that is written of each
closed trade is left out. A fault without a duration strikes once: the request that sends the order, or the cancel.
"Of everything" is an outage that begins with the first request after the press, and takes the streams with it.
"""


def document(
    orders: Sequence[Cell],
    panics: Sequence[PanicCell],
    to_flat: float | None,
    *,
    language: str,
    seed: int,
    rooms: int,
) -> str:
    spoken = {"ko": "texts in Korean", "en": "texts in English"}[language]
    parts = [INTRO.format(seed=seed, language=spoken, rooms=rooms), _summary(orders, panics)]
    for trade in TRADES:
        cells = [cell for cell in orders if cell.trade is trade]
        if cells:
            parts.append(_orders(trade.title, cells))
    if panics:
        parts.append(_panics(panics, to_flat))
    return "\n".join(parts)


def _summary(orders: Sequence[Cell], panics: Sequence[PanicCell]) -> str:
    quick = sum(cell.resolved is not None and cell.resolved <= 2 for cell in orders)
    longest = max((cell.resolved or 0 for cell in orders), default=0)
    flat = sum(cell.flat for cell in panics)
    slowest = max((cell.over or 0 for cell in panics if cell.flat), default=0)
    bad = sum(bool(cell.defects) for cell in orders) + sum(bool(cell.defects) for cell in panics)
    lines = (
        f"**{len(orders)} orders**: {quick} decided within 2 s, the longest after {longest:.1f} s.",
        f"**{len(panics)} panics**: {flat} flat by themselves, the slowest after {slowest:.1f} s; "
        "the others say what is left and why.",
        f"**Cells with a defect**: {bad}.",
        "",
        "What takes 15 s and more does so on purpose: an order whose answer is lost is never sent again blind. When",
        "the exchange has not shown it for 15 s it counts as never having come to be; only then an exit is sent anew.",
        "With the exchange's clock behind ours a stop may take five seconds: so long after a position began, a price",
        "dated before it is nothing to it.",
        "",
    )
    return "\n".join(lines)


def _orders(title: str, cells: Sequence[Cell]) -> str:
    rows = [f"## {title}", "", "| fault | ends | resolved | books | told (s: text) |", "|---|---|---|---|---|"]
    for cell in cells:
        resolved = "–" if cell.resolved is None else f"{cell.resolved:.1f} s"
        rows.append(f"| {cell.spoil.name} | {cell.ends} | {resolved} | {_books(cell)} | {_told(cell.told)} |")
    return "\n".join([*rows, ""])


def _panics(cells: Sequence[PanicCell], to_flat: float | None) -> str:
    rows = ["## Panic", ""]
    if to_flat is not None:
        rows += [f"Ten positions without a fault: flat after {to_flat:.2f} s (aim {FLAT_SECONDS:g} s).", ""]
    rows += [
        "Two positions (XRP, ETH) and a resting buy (BTC). What strikes requests strikes the cancel, the first sale",
        "and the read-back. Three figures: when the person was answered – after some two seconds at most, with how it",
        "stands then –, when it was over, and when they could read that, behind the messages of the trades that it",
        "ended. Entries are locked afterwards, whatever the state was before. Texts are those from the first state of",
        "the row; what was sold is left out. For coins that somebody took out, or sold by hand in that moment, only",
        "that person can answer: the receipt names them, and after the answer the second press is flat.",
        "",
        "| fault | " + " | ".join(state.upper() for state in STATES) + " | books | the answer | the end |",
        "|---|" + "---|" * (len(STATES) + 3),
    ]
    for spoil in dict.fromkeys(cell.spoil for cell in cells):
        found = {cell.state: cell for cell in cells if cell.spoil is spoil}
        first = next(iter(found.values()))
        end = "" if first.receipt == first.answer else _unsold(first.receipt)
        books = next((_books(cell) for cell in found.values() if not cell.equal), "equal")
        row = [spoil.name, *(_flat(found.get(state)) for state in STATES), books, _unsold(first.answer), end or "–"]
        rows.append("| " + " | ".join(row) + " |")
    return "\n".join([*rows, ""])


def _flat(cell: PanicCell | None) -> str:
    if cell is None or cell.answered is None or cell.over is None or cell.heard is None:
        return "–"
    times = f"{cell.answered:.1f} · {cell.over:.1f} · {cell.heard:.1f} s"
    if cell.flat:
        return f"flat {times}"
    return (
        f"**not flat** {times}; once more: flat {cell.again:.1f} s" if cell.again is not None else f"not flat {times}"
    )


def _books(cell: Cell | PanicCell) -> str:
    return "equal" if cell.equal else "**not equal**"


def spoken(name: str, cell: Cell | PanicCell) -> str:
    """Every word of a cell, for who wants to judge them."""
    ends = f"{cell.ends}, {cell.resolved}" if isinstance(cell, Cell) else f"{cell.answered}, {cell.over}"
    texts = [f"  {at:.2f} " + " / ".join(text.splitlines()) for at, text in cell.told]
    return "\n".join([f"{name}: {ends}", *texts, *(f"  DEFECT {defect}" for defect in cell.defects)])


def _told(told: Sequence[tuple[float, str]]) -> str:
    """Equal texts once, a card with each new line."""
    shown: dict[str, float] = {}
    for at, text in told:
        short = _short(text)
        if _NOTE not in short:
            shown.setdefault(short, at)
    rows = [f"{at:.1f}: {text}" for text, at in shown.items()]
    return "<br>".join(rows[:MOST] + (["…"] if len(rows) > MOST else []))


def _unsold(text: str) -> str:
    """What was sold, market by market, left out."""
    return _short("\n".join(line for line in text.splitlines() if "→" not in line))


def _plain(line: str) -> str:
    return _OTHERS.sub(r"\1", _NAME.sub("XRP", line)).replace("|", "\\|")


def _short(text: str) -> str:
    """A card: its title and newest line; anything else: all of it but for what `_ASIDE` is."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if not lines:
        return "–"
    if len(lines) > 1 and _STEP.match(lines[-1]):
        lines = [lines[0], _STEP.sub("", lines[-1])]
    said = _plain(" · ".join(line for line in lines if not _ASIDE.match(line)))
    return said if len(said) <= LONGEST else said[: LONGEST - 1] + "…"
