"""`panic` from the shell: through the running service when there is one, without it otherwise."""

from __future__ import annotations

from collections.abc import Sequence

from chatbot.control import NoAnswer, alive, ask
from chatbot.data_dir import SOCKET, holder_of
from chatbot.routes import routes
from chatbot.venue import open_venue
from storage.sql import open_storage
from trader.errors import SettingsError
from trader.exchange.upbit.client import UpbitExchange
from trader.exchange.upbit.streams import UpbitStreams
from trader.model.market import Market
from trader.model.views import PanicReceipt
from trader.service import Trader, World
from trader.settings import Mode, Settings

BY = "shell"
SERVICE_SECONDS = 60.0
"""More than a panic's own patience with every step; after that the button is pressed without the service."""


async def press(settings: Settings, cancel_only: bool, markets: Sequence[str]) -> tuple[str, bool]:
    """(receipt as text, whether nothing is left). Raises TraderError, OSError, ValueError."""
    scope = [Market.parse(code) for code in markets]
    words = ["/panic", *(["cancel-only"] if cancel_only else []), *(market.code for market in scope), "confirm"]
    path, stuck = settings.data_dir / SOCKET, ""
    try:
        if await alive(path):
            reply = await ask(path, " ".join(words), seconds=SERVICE_SECONDS)
            return reply["text"], bool(reply["data"].get("flat", False)) or cancel_only
    except NoAnswer as err:
        stuck = f"\nNOTE: {err}; stop it ({holder_of(settings.data_dir)}), or it may trade again when it wakes up."
    except ConnectionError as err:
        stuck = f"\nNOTE: {err}."
    receipt = await _alone(settings, cancel_only, scope)
    return receipt_text(receipt) + stuck, receipt.flat or cancel_only


async def _alone(settings: Settings, cancel_only: bool, markets: Sequence[Market]) -> PanicReceipt:
    """The same button on the same parts, without timetable, streams and chat."""
    if settings.mode is not Mode.LIVE and not settings.upbit_rest_url:
        raise SettingsError(
            "the local exchange lives inside the service, which is not running: there is nothing to sell"
        )
    storage = await open_storage(settings.storage_url)
    venue = await open_venue(settings, storage)
    exchange = UpbitExchange(venue.rest_url, venue.access_key, venue.secret_key, venue.clock)
    try:
        world = World(settings, exchange, UpbitStreams(venue.ws_url), storage, venue.clock, routes(settings))
        trader = await Trader.create(world)
        await trader.executor.resume()
        receipt = await trader.panic.press(BY, cancel_only=cancel_only, markets=markets)
        await trader.executor.close()
        return receipt
    finally:
        await exchange.close()
        await venue.close()
        await storage.close()


def receipt_text(receipt: PanicReceipt) -> str:
    """Plain English for a shell that may have no service to word it."""
    seconds = (receipt.finished_at - receipt.started_at).total_seconds()
    lines = [f"{'FLAT' if receipt.flat else 'NOT FLAT'} after {seconds:.1f} s; entries are locked until /resume."]
    lines += [f"  order {c.client_order_id} {c.market}: {c.outcome} {c.note}".rstrip() for c in receipt.cancelled]
    lines += [f"  sold {f.quantity:f} {f.market.base} at {f.price:f}" for f in receipt.sold]
    for left in receipt.remaining:
        figures = " ".join(f"{name}={value}" for name, value in left.reason.params.items())
        lines.append(f"  NOT SOLD {left.quantity:f} {left.market.base}: {left.reason.code} {figures}".rstrip())
    if receipt.open_orders_left:
        lines.append(f"  {receipt.open_orders_left} orders of ours are still open, or could not be read back")
    return "\n".join(lines)
