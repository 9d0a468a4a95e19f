"""`panic` from the shell: through the running service when there is one, without it otherwise."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from chatbot.people.access import Access
from chatbot.people.routes import routes
from chatbot.running.control import NoAnswer, alive, ask
from chatbot.running.data_dir import SOCKET, SPARE, holder_of
from chatbot.running.venue import open_venue
from storage.spare_file import open_spare
from storage.sql import open_storage
from trader.errors import SettingsError
from trader.exchange.upbit.client import UpbitExchange
from trader.exchange.upbit.streams import UpbitStreams
from trader.model.market import Market
from trader.model.mode import Mode
from trader.panic.file import receipt_text
from trader.parts import World
from trader.service import Trader
from trader.settings import Settings

BY = "shell"
SERVICE_SECONDS = 180.0
"""How long the shell follows a panic of the service; the service goes on with it as long as it takes."""

ASK_AGAIN_SECONDS = 1.0


async def press(
    settings: Settings,
    cancel_only: bool,
    markets: Sequence[str],
    strategy: str = "",
    said: Callable[[str], None] = lambda text: None,
) -> tuple[str, bool]:
    """(receipt as text, whether nothing is left). `said` is given how it stands while the service is at it. Raises
    TraderError, OSError, ValueError."""
    scope = [Market.parse(code) for code in markets]
    words = ["/panic", *(["cancel-only"] if cancel_only else []), *(["strategy", strategy] if strategy else [])]
    words += [*(market.code for market in scope), "confirm"]
    path, stuck = settings.data_dir / SOCKET, ""
    try:
        if await alive(path):
            return await _through_service(path, " ".join(words), cancel_only, said)
    except NoAnswer as err:
        stuck = f"\nNOTE: {err}; stop it ({holder_of(settings.data_dir)}), or it may trade again when it wakes up."
    except ConnectionError as err:
        stuck = f"\nNOTE: {err}."
    async with lone_trader(settings) as trader:
        receipt = await trader.panic.press(BY, cancel_only=cancel_only, markets=scope, strategy=strategy)
    done = receipt.flat or (cancel_only and not receipt.open_orders_left)
    return receipt_text(receipt) + stuck, done


async def _through_service(path: Path, line: str, cancel_only: bool, said: Callable[[str], None]) -> tuple[str, bool]:
    """While the service is at it nobody else may be: two that sell one position would sell a person's own coins too.
    Asking again while it goes on joins in. ConnectionError: it died or hangs, so that the button must be pressed
    without it."""
    until, told = time.monotonic() + SERVICE_SECONDS, ""
    try:
        while (reply := await ask(path, line, seconds=SERVICE_SECONDS))["data"].get("outcome") == "going-on":
            if reply["text"] != told:
                said(reply["text"])
                told = reply["text"]
            if time.monotonic() > until:
                return "The service goes on with it; look with `say /status`.", False
            await asyncio.sleep(ASK_AGAIN_SECONDS)
    except NoAnswer:
        if not await alive(path):
            raise
        return (
            f"The service is still at it after {SERVICE_SECONDS:g} s; look with `say /status`, then press again.",
            False,
        )
    return reply["text"], bool(reply["data"].get("flat", False)) or (cancel_only and reply["tone"] != "error")


def within_service(settings: Settings) -> bool:
    """The local exchange lives inside the service: without it there is nothing to ask."""
    return settings.mode is not Mode.LIVE and not settings.upbit_rest_url


@asynccontextmanager
async def lone_trader(settings: Settings) -> AsyncIterator[Trader]:
    """The same parts without timetable, streams and chat, following every order that is not over. SettingsError,
    StorageFailed."""
    if within_service(settings):
        raise SettingsError(
            "the local exchange lives inside the service, which is not running: there is nothing to sell"
        )
    async with AsyncExitStack() as opened:
        storage = await open_storage(settings.storage_url)
        opened.push_async_callback(storage.close)
        venue = await open_venue(settings, storage)
        opened.push_async_callback(venue.close)
        exchange = UpbitExchange(venue.rest_url, venue.access_key, venue.secret_key, venue.clock)
        opened.push_async_callback(exchange.close)
        access = Access.from_settings(settings, await storage.read(lambda records: records.people.all()))
        told = routes(settings, access)
        spare = await asyncio.to_thread(open_spare, settings.data_dir / SPARE)
        world = World(settings, exchange, UpbitStreams(venue.ws_url), storage, venue.clock, told, spare)
        trader = await Trader.create(world)
        opened.push_async_callback(trader.executor.close)
        await trader.executor.resume()
        yield trader
