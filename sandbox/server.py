"""The sandbox: a local exchange that speaks Upbit's protocol, as one object to start and stop.

It lives in the running event loop, beside a program under test or alone (`python -m sandbox`)."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal

from aiohttp import web

from sandbox.clock import SandboxClock
from sandbox.control import Controls
from sandbox.errors import BodyShape
from sandbox.faults import Faults
from sandbox.faults.controls import FaultControls
from sandbox.feeds import make_feed
from sandbox.market.data import MarketData
from sandbox.rest.auth import DEFAULT_ACCESS_KEY, DEFAULT_SECRET_KEY, Authenticator, Key
from sandbox.rest.limits import RateLimits
from sandbox.rest.pipeline import RequestCounts, middlewares
from sandbox.rest.private import Options, PrivateApi
from sandbox.rest.quotation import routes as quotation_routes
from sandbox.streams.websocket import Streams
from sandbox.trading.account import Account
from sandbox.trading.matching import Engine
from sandbox.values import Feed, Hub

HEARTBEAT_SECONDS = 0.02
_LARGEST_BODY = 64 * 1024

log = logging.getLogger(__name__)


class Sandbox:
    """An exchange on a loopback port.

    Args:
        feed: "synthetic", "replay:FILE", "live", or a feed of one's own.
        seed: of the synthetic feed.
        speed: sandbox seconds per real second.
        cash: KRW the account starts with.
        port: 0 picks a free one.
        coins: other currencies the account starts with.
        rate_limit_factor: multiplies every rate limit.
        limit_body: how bodies of 429 and 418 look.
        options: switches where Upbit's behaviour has been seen both ways.
    """

    def __init__(
        self,
        feed: str | Feed = "synthetic",
        seed: int = 7,
        speed: float = 1.0,
        cash: Decimal = Decimal("10000000"),
        access_key: str = DEFAULT_ACCESS_KEY,
        secret_key: str = DEFAULT_SECRET_KEY,
        port: int = 0,
        host: str = "127.0.0.1",
        *,
        coins: Mapping[str, Decimal] | None = None,
        rate_limit_factor: float = 1.0,
        limit_body: BodyShape = "nested",
        options: Options | None = None,
    ) -> None:
        self.feed = make_feed(feed, seed, datetime.now(UTC)) if isinstance(feed, str) else feed
        self.speed = speed
        self.account = Account({"KRW": cash, **(coins or {})})
        self.limits = RateLimits(rate_limit_factor, limit_body)
        self.hub = Hub()
        self.counts = RequestCounts()
        self.key = Key(access_key, secret_key)
        self._options = options or Options()
        self._host, self._port = host, port
        self._feed_open = False
        self._runner: web.AppRunner | None = None
        self._heartbeat: asyncio.Task[None] | None = None
        self.clock: SandboxClock
        self.data: MarketData
        self.engine: Engine
        self.auth: Authenticator
        self.faults: Faults
        self._streams: Streams

    @property
    def rest_url(self) -> str:
        return f"http://{self._host}:{self._port}"

    @property
    def ws_url(self) -> str:
        return f"ws://{self._host}:{self._port}/websocket/v1"

    async def start(self) -> None:
        """Load the market's past, open the port, let time run.

        Raises:
            OSError: the port is taken.
        """
        self._feed_open = True
        await self.feed.open()
        self.clock = SandboxClock(self.feed.start, self.speed)
        self.data = MarketData(self.feed, self.clock, self.hub)
        self.data.load()
        loop = asyncio.get_running_loop()
        self.engine = Engine(self.account, self.data, self.clock, self.hub, loop.call_soon)
        self.hub.on_tick(self.engine.on_tick)
        self.auth = Authenticator(self.key, self.clock)
        self._streams = Streams(self.data, self.hub, self.clock, self.auth.verify_handshake, self.limits)
        self.faults = Faults(self.engine, self.data, self._streams)
        self._runner = web.AppRunner(self._application(), access_log=None, shutdown_timeout=2.0)
        await self._runner.setup()
        self.clock.restart()
        site = web.TCPSite(self._runner, self._host, self._port, reuse_address=True)
        await site.start()
        self._port = self._runner.addresses[0][1]
        await self._streams.start()
        self._heartbeat = asyncio.create_task(self._beat(), name="sandbox-heartbeat")

    async def stop(self) -> None:
        """Close streams, port and feed; calling it again does nothing."""
        if self._heartbeat is not None:
            self._heartbeat.cancel()
            # What broke it, if anything did, is logged already.
            await asyncio.gather(self._heartbeat, return_exceptions=True)
            self._heartbeat = None
            await self.faults.stop()
            await self._streams.stop()
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None
            self.data.close()
        if self._feed_open:
            self._feed_open = False
            await self.feed.close()

    async def wait_failed(self) -> None:
        """Return never, unless the heartbeat breaks; then raise what broke it."""
        assert self._heartbeat is not None, "start the sandbox first"
        await asyncio.shield(self._heartbeat)

    async def _beat(self) -> None:
        try:
            while True:
                caught_up = self.data.advance()
                await asyncio.sleep(HEARTBEAT_SECONDS if caught_up else 0)
        except Exception:
            log.exception("the sandbox's market stopped")
            raise

    def _application(self) -> web.Application:
        private = PrivateApi(
            self.engine, self.data.infos, self.clock, self.auth, self.limits, self._options, self.data.advance
        )
        controls = Controls(
            engine=self.engine,
            data=self.data,
            feed=self.feed,
            clock=self.clock,
            limits=self.limits,
            counts=self.counts,
            faults=self.faults,
        )
        own = private.routes()
        keys = frozenset((route.method, route.path) for route in own)
        application = web.Application(
            middlewares=middlewares(self.counts, self.limits, keys, self.faults.middleware()),
            client_max_size=_LARGEST_BODY,
        )
        for routes in (
            own,
            controls.routes(),
            FaultControls(self.faults).routes(),
            quotation_routes(self.data),
            self._streams.routes(),
        ):
            application.add_routes(routes)
        return application
