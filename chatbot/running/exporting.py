"""`export` from the shell: a Korean year of the books as a file, with or without the running service.

The same rows and columns as /export; here nothing is cut, since whoever declares a tax needs all of them."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

from chatbot.console.saving import save
from chatbot.scrub import outgoing
from chatbot.views import exports
from chatbot.wording import Words
from storage.sql import read_only
from trader.desk.lookups import Exported, stretch
from trader.model.seoul import year_start
from trader.model.views import Booking
from trader.settings import Settings


def export(settings: Settings, what: Exported, year: int, folder: Path) -> str:
    """What was written and where; says so when there is nothing. StorageFailed, LedgerMismatch, OSError."""
    words = Words(settings.language)
    start, end = year_start(year), year_start(year + 1)
    rows = read_only(settings.storage_url, lambda records: stretch(records, what, start, end))
    span = words("export-year", year=str(year))
    if not rows:
        return words("export-none", span=span)
    document = exports.document(what, rows, words, start, end)
    path = save(document.name, outgoing(document.content.decode("utf-8")).encode("utf-8"), folder)
    said = words("export-saved", name=str(path), rows=f"{len(rows):,}", span=span)
    return "\n".join([said, *_result(rows, words)])


def _result(rows: Sequence[object], words: Words) -> list[str]:
    """What the bookings came to; a correction of the books is no result."""
    booked = [row for row in rows if isinstance(row, Booking)]
    if not booked:
        return []
    realised = sum((row.realised for row in booked if row.realised is not None), Decimal(0))
    fees = sum((row.fee for row in booked), Decimal(0))
    return [words("export-year-result", realised=words.krw_change(realised), fees=words.fee(fees))]
