"""Faults of requests and answers: refused, late, cut, garbled, or processed without the client learning of it.

Each disturber is called with a request that its fault strikes and answers it in its own way; `handler` is the whole
sandbox behind it, errors rendered. What a disturber lets the handler do is done in full; it only spoils the news."""

from __future__ import annotations

import asyncio
import json
import math
import socket
import struct
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, Protocol, cast
from urllib.parse import parse_qsl

from aiohttp import web
from aiohttp.typedefs import Handler

from sandbox.errors import ApiError, BodyShape
from sandbox.faults.later import Later
from sandbox.faults.model import Event, Fault
from sandbox.rest.limits import GROUPS, Remaining, exchange_group, quotation_group

CUT_STATUS = 444
"""Stands for "closed without an answer" in the sandbox's own counts; no client ever sees it."""

_DRIP_SECONDS = 0.25
_NAMES = {
    400: "validation_error",
    401: "jwt_verification",
    403: "market_offline",
    404: "order_not_found",
    418: "too_many_requests",
    429: "too_many_requests",
    500: "internal_server_error",
}
_MESSAGES = {
    403: "The market is offline for maintenance.",
    418: "Too many API requests. This group is blocked for {left} seconds.",
    429: "Too many API requests.",
}
_HTML = (
    "<html>\r\n<head><title>{status}</title></head>\r\n<body><center><h1>{status}</h1></center></body>\r\n</html>\r\n"
)
_REASONS = {502: "502 Bad Gateway", 503: "503 Service Temporarily Unavailable", 504: "504 Gateway Time-out"}


class Desk(Protocol):
    """What disturbers need of the board."""

    later: Later

    def spawn(self, work: Coroutine[Any, Any, Any]) -> None:
        """Let something go on after its request has ended."""
        ...


Disturber = Callable[[Desk, Fault, web.Request, Handler], Awaitable[web.StreamResponse]]


async def read_event(request: web.Request) -> Event:
    """What a request is about, for `Match.fits`; parameters that cannot be read count as absent."""
    try:
        body = await request.text() if request.can_read_body else ""
        content = json.loads(body) if body else {}
    except (ValueError, LookupError, RecursionError, web.HTTPRequestEntityTooLarge):
        content = {}
    values = content if isinstance(content, dict) else {}
    values = {**dict(parse_qsl(request.query_string)), **values}
    texts = {name: value for name, value in values.items() if isinstance(value, str)}
    markets = (texts.get("market", "") or texts.get("markets", "")).split(",")
    return Event(
        request.method,
        request.path,
        tuple(market for market in markets if market),
        texts.get("side", ""),
        texts.get("identifier", "") or texts.get("new_identifier", ""),
    )


def cut(request: web.Request, *, reset: bool = False) -> web.Response:
    """Close the request's connection without an answer: in order (FIN), or with a reset (RST).

    Returns:
        A stand-in for the answer that can no longer be sent.
    """
    transport = request.transport
    if transport is not None and reset:
        raw = transport.get_extra_info("socket")
        if raw is not None:
            # Lingering for zero seconds makes the kernel send RST instead of FIN.
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        transport.abort()
    elif transport is not None:
        transport.close()
    return web.Response(status=CUT_STATUS)


def refusal(fault: Fault, request: web.Request, now: float) -> web.Response:
    """The answer that `status`, `body_shape`, `name` and `message` describe."""
    fields = fault.fields
    status: int = fields["status"]
    shape = fields["body_shape"] or ("nested" if status <= 500 else "html")
    left = math.ceil((fault.ends_at - now) if fault.ends_at is not None else fields.get("retry_after") or 5)
    headers = _limit_headers(request) if status in (418, 429) else {}
    if fields.get("retry_after") is not None:
        headers["Retry-After"] = str(fields["retry_after"])
    if shape == "html":
        page = _HTML.format(status=_REASONS.get(status, str(status)))
        return web.Response(status=status, text=page, content_type="text/html", headers=headers)
    message = fields["message"] or _MESSAGES.get(status, "The sandbox was told to answer so.").format(left=left)
    name = fields["name"] or _NAMES.get(status, "internal_server_error" if status > 500 else "validation_error")
    return ApiError(status, name, message, shape=cast(BodyShape, shape), headers=headers).response()


def _limit_headers(request: web.Request) -> dict[str, str]:
    path = request.path
    private = "Authorization" in request.headers
    group = GROUPS[exchange_group(request.method, path) if private else quotation_group(path)]
    calls, seconds = group.windows[0]
    return {"Remaining-Req": Remaining(group.word, int(calls * 60 / seconds), 0).header}


def _now() -> float:
    return asyncio.get_running_loop().time()


def _accepted(response: web.StreamResponse) -> bool:
    return response.status < 400


async def _process(fault: Fault, request: web.Request, handler: Handler) -> tuple[web.StreamResponse, bool]:
    """Let the request be carried out, trades included; (answer, whether it was accepted).

    A refused one does not count as struck: there was nothing to accept.
    """
    response = await handler(request)
    if not _accepted(response):
        fault.give_back()
        return response, False
    # Orders trade in the next turn of the event loop.
    await asyncio.sleep(0)
    return response, True


async def drop_response_after_accept(
    desk: Desk, fault: Fault, request: web.Request, handler: Handler
) -> web.StreamResponse:
    response, accepted = await _process(fault, request, handler)
    return cut(request) if accepted else response


async def error_after_accept(desk: Desk, fault: Fault, request: web.Request, handler: Handler) -> web.StreamResponse:
    response, accepted = await _process(fault, request, handler)
    return refusal(fault, request, _now()) if accepted else response


async def delay_accept(desk: Desk, fault: Fault, request: web.Request, handler: Handler) -> web.StreamResponse:
    """The request waits somewhere on its way in; what it does, and whether it may, is decided when it arrives."""
    await request.read()

    async def arrive() -> None:
        await desk.later.sleep(fault.fields["seconds"])
        await handler(request)

    if fault.fields["answer"] == "cut":
        desk.spawn(arrive())
    else:
        await arrive()
    return cut(request)


async def http_status(desk: Desk, fault: Fault, request: web.Request, handler: Handler) -> web.StreamResponse:
    return refusal(fault, request, _now())


async def timeout(desk: Desk, fault: Fault, request: web.Request, handler: Handler) -> web.StreamResponse:
    seconds = fault.fields["seconds"]
    if fault.fields["when"] == "before":
        if not request.path.startswith("/websocket"):
            await request.read()
        await desk.later.sleep(seconds)
        return await handler(request)
    response = await handler(request)
    await desk.later.sleep(seconds)
    return response


async def connection_reset(desk: Desk, fault: Fault, request: web.Request, handler: Handler) -> web.StreamResponse:
    if fault.fields["when"] == "after":
        await handler(request)
        await asyncio.sleep(0)
    return cut(request, reset=True)


async def truncated_json(desk: Desk, fault: Fault, request: web.Request, handler: Handler) -> web.StreamResponse:
    """The first half of the body as a complete HTTP answer."""
    response = await handler(request)
    body = body_of(response)
    return response if body is None else with_body(response, body[: len(body) // 2])


async def slow_body(desk: Desk, fault: Fault, request: web.Request, handler: Handler) -> web.StreamResponse:
    """Status and headers at once, then the body in equal drips over `seconds`."""
    response = await handler(request)
    body = body_of(response)
    if not body:
        return response
    seconds: float = fault.fields["seconds"]
    drips = max(2, min(len(body), math.ceil(seconds / _DRIP_SECONDS)))
    slow = web.StreamResponse(status=response.status, headers=response.headers)
    slow.content_length = len(body)
    releases, sent = desk.later.releases, 0
    try:
        await slow.prepare(request)
        for drip in range(1, drips + 1):
            if desk.later.releases == releases:
                await desk.later.sleep(seconds / drips)
            end = len(body) * drip // drips
            await slow.write(body[sent:end])
            sent = end
    except ConnectionError:
        # The client had enough; that is its right.
        return cut(request)
    return slow


def body_of(response: web.StreamResponse) -> bytes | None:
    """The bytes of a complete answer; None for one that is sent already, such as a stream."""
    if response.prepared or not isinstance(response, web.Response) or not isinstance(response.body, bytes | bytearray):
        return None
    return bytes(response.body)


def with_body(response: web.StreamResponse, body: bytes) -> web.Response:
    """The same answer with another body."""
    headers = response.headers.copy()
    headers.popall("Content-Length", None)
    return web.Response(status=response.status, body=body, headers=headers)


DISTURBERS: dict[str, Disturber] = {
    "drop_response_after_accept": drop_response_after_accept,
    "delay_accept": delay_accept,
    "error_after_accept": error_after_accept,
    "http_status": http_status,
    "timeout": timeout,
    "slow_body": slow_body,
    "truncated_json": truncated_json,
    "connection_reset": connection_reset,
}
