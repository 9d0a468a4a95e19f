"""Modes are addresses: which exchange stands behind the trader, and whose clock it follows.

`sandbox` and `paper` start a local exchange in this process, unless `UPBIT_REST_URL` and `UPBIT_WS_URL` name one;
`live` is Upbit. The same client speaks to all of them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

import httpx
import structlog

from trader.clock import Clock, ScaledClock, SystemClock
from trader.errors import SettingsError
from trader.exchange.upbit.limits import WINDOW_SECONDS, Limits
from trader.ledger.accounting import cash_after
from trader.model.mode import Mode
from trader.ports import Records, Storage
from trader.settings import Settings

if TYPE_CHECKING:
    from sandbox.server import Sandbox

log = structlog.get_logger(__name__)

UPBIT_REST = "https://api.upbit.com"
UPBIT_WS = "wss://api.upbit.com/websocket/v1"


@dataclass(frozen=True, slots=True)
class Venue:
    """An address with keys and a clock; `sandbox` when it runs in this process. `resync` sets the clock afresh.
    `pace`: how many times as many requests it allows as Upbit."""

    rest_url: str
    ws_url: str
    access_key: str
    secret_key: str
    clock: Clock
    sandbox: Sandbox | None = None
    resync: Callable[[], Awaitable[None]] | None = None
    pace: float = 1.0

    @property
    def limits(self) -> Limits:
        return Limits(WINDOW_SECONDS / self.pace)

    async def close(self) -> None:
        if self.sandbox is not None:
            await self.sandbox.stop()


async def open_venue(settings: Settings, storage: Storage) -> Venue:
    """Raises SettingsError when the feed or the address makes no sense, OSError when the port is taken."""
    keys = settings.upbit_access_key.get_secret_value(), settings.upbit_secret_key.get_secret_value()
    if settings.mode is Mode.LIVE:
        rest, ws = settings.upbit_rest_url or UPBIT_REST, settings.upbit_ws_url or UPBIT_WS
        return Venue(rest, ws, *keys, clock=SystemClock())
    if bool(settings.upbit_rest_url) != bool(settings.upbit_ws_url):
        raise SettingsError("set both UPBIT_REST_URL and UPBIT_WS_URL, or neither")
    if settings.upbit_rest_url:
        return await _outside(settings, keys)
    return await _inside(settings, storage)


async def _outside(settings: Settings, keys: tuple[str, str]) -> Venue:
    """A local exchange in another process: its clock is asked for, so that the timetable follows it."""
    if not all(keys):
        from sandbox.rest.auth import DEFAULT_ACCESS_KEY, DEFAULT_SECRET_KEY

        keys = (DEFAULT_ACCESS_KEY, DEFAULT_SECRET_KEY)
    clock = ScaledClock(datetime.now(UTC), 1.0)

    async def resync() -> None:
        await follow_outside_clock(clock, settings.upbit_rest_url)

    await resync()
    return Venue(settings.upbit_rest_url, settings.upbit_ws_url, *keys, clock=clock, resync=resync)


async def follow_outside_clock(clock: ScaledClock, rest_url: str) -> None:
    """The sandbox's clock; as before where the address is out of reach or answers no `/sandbox/state`."""
    try:
        async with httpx.AsyncClient(timeout=2.0) as client:
            answer = await client.get(f"{rest_url.rstrip('/')}/sandbox/state")
            state = answer.raise_for_status().json()["clock"]
            clock.set(datetime.fromisoformat(state["now"]), float(state["speed"]))
    except (httpx.HTTPError, httpx.InvalidURL, ValueError, KeyError) as err:
        log.info("clock_not_followed", error=str(err))


async def _inside(settings: Settings, storage: Storage) -> Venue:
    from sandbox.server import Sandbox

    feed = "live" if settings.mode is Mode.PAPER else settings.sandbox_feed
    cash, coins = await storage.read(lambda records: _account(records, settings.sandbox_cash_krw))
    pace = max(settings.sandbox_speed, 1.0)  # as many requests per candle as in life, however fast candles follow
    try:
        sandbox = Sandbox(
            feed, settings.sandbox_seed, settings.sandbox_speed, cash, coins=coins, rate_limit_factor=pace
        )
    except ValueError as err:
        raise SettingsError(f"SANDBOX_FEED: {err}") from err
    await sandbox.start()
    clock = ScaledClock(sandbox.clock.now(), settings.sandbox_speed)

    async def resync() -> None:
        clock.set(sandbox.clock.now(), settings.sandbox_speed)

    return Venue(
        sandbox.rest_url,
        sandbox.ws_url,
        sandbox.key.access_key,
        sandbox.key.secret_key,
        clock,
        sandbox,
        resync=resync,
        pace=pace,
    )


def _account(records: Records, start: Decimal) -> tuple[Decimal, dict[str, Decimal]]:
    """Play money goes on where the books left off: the local exchange forgets at its end, the books do not."""
    coins = {position.market.base: position.quantity for position in records.positions.open()}
    return cash_after(records.fills.all(), start), coins
