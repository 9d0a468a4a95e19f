"""One POST, and what became of it when its answer takes long.

In: an order whose intent is written. Out: the order as the venue took it. Whoever waits for a slow answer is told as
soon as the venue shows the order, not only when the answer is given up."""

from __future__ import annotations

import asyncio
from contextlib import suppress

import structlog

from trader.errors import VenueError
from trader.execution.watch import Watch
from trader.model.order import OrderRequest, VenueOrder
from trader.ports import Exchange

log = structlog.get_logger(__name__)

SLOW_SECONDS = 1.0
"""An answer that takes longer is not waited for alone: the order is looked for as often, and when the stream tells of
it."""


async def taken(exchange: Exchange, watch: Watch, request: OrderRequest) -> VenueOrder:
    """Sent once. Raises what `Exchange.submit` raises."""
    answer = asyncio.create_task(exchange.submit(request), name=f"post {request.client_order_id}")
    answer.add_done_callback(lambda task: task.cancelled() or task.exception())  # it may fail unheeded
    try:
        if (await asyncio.wait({answer}, timeout=SLOW_SECONDS))[0]:
            return answer.result()
        return await _first(answer, asyncio.create_task(_shown(exchange, watch, request.client_order_id)))
    finally:
        answer.cancel()


async def _first(answer: asyncio.Task[VenueOrder], search: asyncio.Task[VenueOrder]) -> VenueOrder:
    """The answer, whatever it is, unless the order is found before."""
    try:
        await asyncio.wait({answer, search}, return_when=asyncio.FIRST_COMPLETED)
        return answer.result() if answer.done() else search.result()
    finally:
        search.cancel()


async def _shown(exchange: Exchange, watch: Watch, client_order_id: str) -> VenueOrder:
    """Looked for until it is there."""
    while True:
        try:
            venue = await exchange.find(client_order_id=client_order_id)
        except VenueError as err:
            log.info("slow_order_not_looked_up", client_order_id=client_order_id, error=str(err))
            venue = None
        if venue is not None:
            log.warning("order_shown_before_its_answer", client_order_id=client_order_id)
            return venue
        watch.heard.clear()
        with suppress(TimeoutError):
            async with asyncio.timeout(SLOW_SECONDS):
                await watch.heard.wait()
