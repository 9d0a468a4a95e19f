"""A file named PANIC in the data directory is the red button for whoever can reach the disk but no chat (promise 3).

Its words may narrow it: `cancel-only`, markets, `strategy NAME`; empty = everything, and so is what is not understood.
It is looked for by a loop of its own, so it works without the timetable, and before anything is traded at a start.
Afterwards it is renamed to `PANIC.done-<time>`, with the receipt inside."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path

import structlog

from trader.clock import Clock
from trader.errors import TraderError
from trader.model.market import Market
from trader.model.views import PanicReceipt
from trader.panic.button import PATIENCE_SECONDS
from trader.panic.pursuit import Pursuit

log = structlog.get_logger(__name__)

NAME = "PANIC"
BY = "file"
LOOK_SECONDS = 0.25
"""A file is acted on when two looks have seen it the same: who writes into it is given the time to finish."""
RETRY_SECONDS = 5.0
LONGEST_BYTES = 4096

Stamp = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Order:
    """What the file asks for. `unclear` are words that were not understood: then it is about everything."""

    cancel_only: bool = False
    markets: frozenset[Market] = frozenset()
    strategy: str = ""
    unclear: tuple[str, ...] = ()


def read_order(text: str, markets: Collection[Market], strategies: Collection[str]) -> Order:
    """A known market by its code, or by its coin where that is meant against KRW; `strategy NAME`; `cancel-only`.

    A mistyped market must not leave a person with what they wanted sold, so a word that means nothing widens it to
    everything."""
    words = text.replace(",", " ").split()
    names = {market.code: market for market in markets}
    names |= {market.base: market for market in markets if market.quote == "KRW"}
    found, unclear, strategy, cancel_only = set[Market](), [], "", False
    while words:
        word = words.pop(0)
        if word.lower() in ("cancel-only", "취소만"):
            cancel_only = True
        elif word.lower() in ("strategy", "전략") and words and words[0].lower() in strategies:
            strategy = words.pop(0).lower()
        elif word.upper() in names:
            found.add(names[word.upper()])
        else:
            unclear.append(word)
    if unclear:
        return Order(cancel_only, unclear=tuple(unclear))
    return Order(cancel_only, frozenset(found), strategy)


class PanicFile:
    """`markets` are those known now, `strategies` the names of all."""

    def __init__(
        self,
        folder: Path,
        pursuit: Pursuit,
        clock: Clock,
        markets: Callable[[], Collection[Market]],
        strategies: Callable[[], Collection[str]],
    ) -> None:
        self._path = folder / NAME
        self._pursuit = pursuit
        self._clock = clock
        self._markets = markets
        self._strategies = strategies
        self._seen: Stamp | None = None
        self._done: Stamp | None = None

    async def run(self) -> None:
        """For ever. What goes wrong once is tried again: the button must not break."""
        while True:
            pause = LOOK_SECONDS
            try:
                await self.look()
            except TraderError as err:
                log.error("panic_file_failed", error=str(err))
                pause = RETRY_SECONDS
            except Exception as err:
                log.critical("panic_file_broke", exc_info=err)
                pause = RETRY_SECONDS
            await asyncio.sleep(pause)

    async def look(self) -> None:
        """The first sight of it locks entries; the second, unchanged one presses."""
        stamp = self._stamp()
        if stamp is None or stamp == self._done:
            self._seen = None
        elif stamp == self._seen:
            await self._press(stamp)
        else:
            if self._seen is None:
                log.critical("panic_file_seen")
                await self._pursuit.lock(BY)
            self._seen = stamp

    def _stamp(self) -> Stamp | None:
        try:
            found = os.lstat(self._path)
        except FileNotFoundError:
            return None
        return found.st_ino, found.st_size, found.st_mtime_ns

    async def _press(self, stamp: Stamp) -> None:
        text = self._text()
        order = read_order(text, self._markets(), self._strategies())
        receipt = await self._pursuit.press(
            BY,
            cancel_only=order.cancel_only,
            markets=order.markets,
            strategy=order.strategy,
            seconds=PATIENCE_SECONDS,
        )
        self._done, self._seen = stamp, None
        lines = [receipt_text(receipt)]
        if order.unclear:
            lines.append(f"  not understood, so it was about everything: {' '.join(order.unclear)}")
        self._put_away("\n".join([*([text.strip()] if text.strip() else []), *lines]) + "\n")

    def _text(self) -> str:
        try:
            with self._path.open("rb") as file:
                return file.read(LONGEST_BYTES).decode("utf-8", "replace")
        except OSError as err:
            log.warning("panic_file_unreadable", error=str(err))  # that it is there says enough
            return ""

    def _put_away(self, text: str) -> None:
        """Renamed first: a full disk may keep the receipt from being written, but the button is pressed once."""
        done = self._path.with_name(f"{NAME}.done-{self._clock.now():%Y%m%dT%H%M%SZ}")
        try:
            os.replace(self._path, done)
            with open(os.open(done, os.O_WRONLY | os.O_TRUNC | os.O_NOFOLLOW), "w", encoding="utf-8") as file:
                file.write(text)
        except OSError as err:
            log.error("panic_receipt_not_kept", error=str(err), receipt=text)


def receipt_text(receipt: PanicReceipt) -> str:
    """Plain English, for a file or a shell that may have no service to word it."""
    seconds = (receipt.finished_at - receipt.started_at).total_seconds()
    lines = [f"{'FLAT' if receipt.flat else 'NOT FLAT'} after {seconds:.1f} s; entries are locked until /resume."]
    lines += [f"  order {c.client_order_id} {c.market}: {c.outcome} {c.note}".rstrip() for c in receipt.cancelled]
    lines += [f"  sold {f.quantity:f} {f.market.base} at {f.price:f}" for f in receipt.sold]
    for left in receipt.remaining:
        figures = " ".join(f"{name}={value}" for name, value in left.reason.params.items())
        lines.append(f"  NOT SOLD {left.quantity:f} {left.market.base}: {left.reason.code} {figures}".rstrip())
    if receipt.open_orders_left:
        lines.append(f"  {receipt.open_orders_left} orders of ours are still open, or could not be read back")
    if receipt.going_on:
        lines.append(f"  the service goes on trying{f' ({receipt.cause})' if receipt.cause else ''}")
    return "\n".join(lines)
