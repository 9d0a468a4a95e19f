"""How long somebody who waits for an answer lets the venue take. Handed along by context, so that the one client
serves a person in a chat (seconds) and a job at night (as long as it takes).

Within it, each read of the venue is given up after so many seconds, and once one was, the others are not begun: the
person hears after the first that the venue is away. What was started meanwhile and goes on after it – an order that is
followed – is bound no longer."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from contextvars import Context, ContextVar, copy_context
from dataclasses import dataclass

from trader.errors import VenueBusy


@dataclass(slots=True)
class Patience:
    """`seconds` for each read, its turn in the limit group not counted; `spent`: one was given up."""

    seconds: float
    spent: bool = False
    over: bool = False


_CURRENT: ContextVar[Patience | None] = ContextVar("patience", default=None)


def current() -> Patience | None:
    """None: nobody is in a hurry."""
    patience = _CURRENT.get()
    return None if patience is None or patience.over else patience


def unhurried() -> Context:
    """For a task that outlives whoever waits: following an order must not be given up because a person, or a round of
    a panic, is in a hurry."""
    context = copy_context()
    context.run(_CURRENT.set, None)
    return context


@contextmanager
def within(seconds: float) -> Iterator[Patience]:
    """For what is done inside, and what is started there for as long as this lasts. The innermost one holds."""
    patience = Patience(seconds)
    token = _CURRENT.set(patience)
    try:
        yield patience
    finally:
        patience.over = True
        _CURRENT.reset(token)


@asynccontextmanager
async def turn(lock: asyncio.Lock) -> AsyncIterator[None]:
    """`async with lock`, for somebody who waits no longer than for a read: who holds it may be waiting for the venue
    with more patience. VenueBusy: it was not begun."""
    patience = current()
    try:
        async with asyncio.timeout(None if patience is None else patience.seconds):
            await lock.acquire()
    except TimeoutError:
        raise VenueBusy("another request is still waiting for the venue", retry_after=1.0) from None
    try:
        yield
    finally:
        lock.release()
