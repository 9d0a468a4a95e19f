"""What every HTTP request passes through, outermost first: count, faults, limit header, errors, rate limit of public
calls.

The order matters: faults stand in front of `header_middleware` and so see finished answers, with their errors
rendered, which they may replace or drop."""

from __future__ import annotations

from collections import Counter

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from sandbox.errors import ApiError, error_middleware
from sandbox.rest.limits import RateLimits, Remaining, quotation_group

REMAINING = web.RequestKey("remaining", Remaining)

UNKNOWN_PATH = "unknown"


class RequestCounts:
    """How many requests came, by "METHOD /path", and how many answers went, by status."""

    def __init__(self) -> None:
        self.by_path: Counter[str] = Counter()
        self.by_status: Counter[int] = Counter()

    def middleware(self) -> Middleware:
        @web.middleware
        async def count(request: web.Request, handler: Handler) -> web.StreamResponse:
            known = request.match_info.http_exception is None
            self.by_path[f"{request.method} {request.path}" if known else UNKNOWN_PATH] += 1
            response = await handler(request)
            self.by_status[response.status] += 1
            return response

        return count


@web.middleware
async def header_middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Put `Remaining-Req` on every answer that came from a counted endpoint (reference §11)."""
    response = await handler(request)
    remaining = request.get(REMAINING)
    if remaining is not None and not response.prepared and "Remaining-Req" not in response.headers:
        response.headers["Remaining-Req"] = remaining.header
    return response


def quotation_middleware(limits: RateLimits, private: frozenset[tuple[str, str]]) -> Middleware:
    """Count public REST calls by address; with an `Origin` header they share one very small group.

    Args:
        private: (method, path) of endpoints that count for themselves.
    """

    @web.middleware
    async def limit(request: web.Request, handler: Handler) -> web.StreamResponse:
        path = request.path
        if not path.startswith("/v1/") or (request.method, path) in private:
            return await handler(request)
        if request.match_info.http_exception is not None:
            return await handler(request)
        address = request.remote or "unknown"
        group = "origin" if "Origin" in request.headers else quotation_group(path)
        request[REMAINING] = limits.take(group, address)
        return await handler(request)

    return limit


@web.middleware
async def path_middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refuse doubled and trailing slashes (in force since 2026-11-16, reference §0.8)."""
    path = request.raw_path.partition("?")[0]
    if path.startswith("/") and path != "/" and ("//" in path or path.endswith("/")):
        raise ApiError(404, 404, "The path has a doubled or a trailing slash.")
    return await handler(request)


def middlewares(
    counts: RequestCounts, limits: RateLimits, private: frozenset[tuple[str, str]], faults: Middleware
) -> list[Middleware]:
    """The chain, outermost first."""
    return [
        counts.middleware(),
        faults,
        header_middleware,
        error_middleware,
        path_middleware,
        quotation_middleware(limits, private),
    ]
