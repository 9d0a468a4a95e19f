"""Requests to Upbit: signed and sent by the official SDK, paced by `limits`, time-outs explicit, answers as bytes.

Two ways through: `read` (GET and the harmless DELETE) tries again until a deadline; `send` (orders) goes out once and
tells apart "nothing happened" from "nobody knows". The SDK signs every attempt with a fresh nonce; its own retries are
off, because by default it posts an order again when the answer is late. Its typed models are bypassed
(`cast_to=httpx.Response`): `wire` reads the bytes itself, straight into Decimal, and the call is faster."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

import httpx
import structlog
import upbit

from trader import patience
from trader.errors import OutcomeUnknown, VenueBusy, VenueError, VenueUnreachable
from trader.exchange.upbit import errors
from trader.exchange.upbit.limits import Group, Limits

log = structlog.get_logger(__name__)

Params = Mapping[str, str | Sequence[str]]

CONNECT_SECONDS = 3.0
ANSWER_SECONDS = 5.0
READ_DEADLINE_SECONDS = 10.0
ORDER_PATIENCE_SECONDS = 2.0  # an order that cannot leave within this is told "busy": its price is getting old
FIRST_BACK_OFF_SECONDS = 0.2
AWAY_SECONDS = 0.7
"""What is left of a waiting person's patience while nothing that was asked lately has been answered."""
KEEP_ALIVE_SECONDS = 30.0

# Nothing left this machine: the connection was refused, not made in time, or none was free.
_NOTHING_SENT = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
)


def is_loopback(url: str) -> bool:
    """Whether `url` points at this machine; proxies of the environment are not for it."""
    host = urlsplit(url).hostname or ""
    return host == "localhost" or host.startswith("127.") or host == "::1"


class Rest:
    """One connection pool and one set of limits for one venue address and key."""

    def __init__(
        self,
        base_url: str,
        access_key: str = "",
        secret_key: str = "",
        *,
        limits: Limits | None = None,
        answer_seconds: float = ANSWER_SECONDS,
        deadline_seconds: float = READ_DEADLINE_SECONDS,
    ) -> None:
        self.base_url = base_url.rstrip("/")
        self.access_key = access_key
        self.limits = limits or Limits()
        self._deadline = deadline_seconds
        self._answer = answer_seconds
        self._away = False
        timeout = self._timeout(answer_seconds)
        http = httpx.AsyncClient(
            timeout=timeout,
            limits=httpx.Limits(max_connections=20, max_keepalive_connections=10, keepalive_expiry=KEEP_ALIVE_SECONDS),
            follow_redirects=False,
            trust_env=not is_loopback(base_url),
        )
        # Keys are passed even when empty: None would make the SDK look into the environment.
        self._sdk = upbit.AsyncUpbit(
            access_key=access_key,
            secret_key=secret_key,
            base_url=self.base_url,
            timeout=timeout,
            max_retries=0,
            http_client=http,
        )

    async def close(self) -> None:
        await self._sdk.close()

    async def read(
        self, group: Group, path: str, params: Params | None = None, *, signed: bool = False, method: str = "GET"
    ) -> bytes:
        """The body of a successful answer. Tries again, with jittered back-off, until the deadline; for somebody who
        waits (`patience`), until theirs.

        Raises:
            VenueUnreachable, VenueBusy: still so at the deadline.
            VenueRejected and its subclasses, VenueOffline: at once.
        """
        hurry = patience.current()
        if hurry is not None and hurry.spent:
            raise VenueUnreachable(f"{method} {path}: not tried, Upbit did not answer just before")
        deadline = time.monotonic() + self._deadline
        limiter = self.limits[group]
        await limiter.acquire(self._deadline if hurry is None else min(2 * hurry.seconds, self._deadline))
        if hurry is not None:
            seconds = min(hurry.seconds, AWAY_SECONDS) if self._away else hurry.seconds
            deadline = min(deadline, time.monotonic() + seconds)
        back_off = FIRST_BACK_OFF_SECONDS
        while True:
            left = deadline - time.monotonic()
            try:
                return await self._once(method, group, path, params, signed=signed, answer=left)
            except OutcomeUnknown as err:  # for a read, a lost answer is just no answer
                self._away = True
                failure: VenueError = VenueUnreachable(str(err), name=err.name, status=err.status)
                cause: BaseException | None = err
            except (VenueUnreachable, VenueBusy) as err:
                self._away = isinstance(err, VenueUnreachable)
                failure, cause = err, err.__cause__
            pause = back_off * random.uniform(0.5, 1.5)
            if isinstance(failure, VenueBusy):
                pause = max(pause, failure.retry_after)
            if time.monotonic() + pause >= deadline:
                if hurry is not None and isinstance(failure, VenueUnreachable):
                    hurry.spent = True
                raise failure from cause
            log.info("venue_read_again", path=path, pause=round(pause, 2), error=str(failure))
            await asyncio.sleep(pause)
            back_off *= 2
            await limiter.acquire(max(deadline - time.monotonic(), 0.0))

    async def send(self, group: Group, path: str, body: Mapping[str, str]) -> bytes:
        """POST once, never again. Every outcome is told apart:

        Raises:
            VenueUnreachable: it never left this machine.
            VenueBusy, VenueOffline, VenueRejected and its subclasses: it was not accepted.
            OutcomeUnknown: it may have been.
        """
        await self.limits[group].acquire(ORDER_PATIENCE_SECONDS)
        return await self._once("POST", group, path, None, body=body, signed=True)

    async def _once(
        self,
        method: str,
        group: Group,
        path: str,
        params: Params | None,
        *,
        signed: bool,
        body: Mapping[str, str] | None = None,
        answer: float | None = None,
    ) -> bytes:
        """One request whose turn it is. `answer`: seconds it may take in all, where that is less than the usual."""
        limiter = self.limits[group]
        options: dict[str, Any] = {"security": {"bearer_auth": signed}}
        if params:
            options["params"] = params
        if answer is not None and answer < self._answer:
            options["timeout"] = self._timeout(max(answer, 0.1))
        whole = CONNECT_SECONDS + self._answer
        if answer is not None:
            whole = min(whole, max(answer, 0.1))
        try:
            async with asyncio.timeout(whole):  # the client's own limits hold for each piece of an answer, not for all
                response = await self._request(method, path, body, options)
        except TimeoutError as err:
            raise OutcomeUnknown(f"{method} {path}: no whole answer within {whole:g} s") from err
        except upbit.APIStatusError as err:
            response = err.response
            failure = errors.from_answer(
                response.status_code, response.content, response.headers, order=method == "POST"
            )
            if isinstance(failure, VenueBusy):
                limiter.pause(failure.retry_after)
            elif response.status_code == 418:
                limiter.block(errors.block_seconds(response.content, response.headers))
            raise failure from None
        except upbit.APIConnectionError as err:
            cause = err.__cause__
            kind = VenueUnreachable if isinstance(cause, _NOTHING_SENT) else OutcomeUnknown
            raise kind(f"{method} {path}: {type(cause).__name__} {cause}".rstrip()) from cause
        self._away = False
        limiter.answered(response.headers.get("remaining-req", ""))
        return response.content

    async def _request(self, method: str, path: str, body: Mapping[str, str] | None, options: Any) -> httpx.Response:
        if method == "POST":
            return await self._sdk.post(path, cast_to=httpx.Response, body=body, options=options)
        if method == "DELETE":
            return await self._sdk.delete(path, cast_to=httpx.Response, options=options)
        return await self._sdk.get(path, cast_to=httpx.Response, options=options)

    @staticmethod
    def _timeout(answer: float) -> httpx.Timeout:
        return httpx.Timeout(answer, connect=min(CONNECT_SECONDS, answer))
