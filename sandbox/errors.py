"""Error answers in the shapes Upbit uses (reference §5, §11 and §12).

The Exchange API names its errors with words, the Quotation API repeats the status as an integer name. Rate limit
answers have been seen in three shapes, so the shape is part of the error."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from typing import Literal

from aiohttp import web
from aiohttp.typedefs import Handler

BodyShape = Literal["nested", "flat", "text"]

log = logging.getLogger(__name__)


class ApiError(Exception):
    """A refusal that the client gets as `{"error": {"name": …, "message": …}}`.

    Args:
        status: HTTP status.
        name: a word (private API) or the status as an integer (public API).
        message: one line for people; clients must not branch on it.
        shape: how the body looks; only rate limit answers differ from "nested".
        headers: extra answer headers.
    """

    def __init__(
        self,
        status: int,
        name: str | int,
        message: str,
        *,
        shape: BodyShape = "nested",
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(f"{status} {name}: {message}")
        self.status = status
        self.name = name
        self.message = message
        self.shape = shape
        self.headers = dict(headers or {})

    def response(self) -> web.Response:
        """The HTTP answer that says so."""
        if self.shape == "text":
            return web.Response(status=self.status, text=self.message, headers=self.headers)
        body: dict[str, object] = {"name": self.name, "message": self.message}
        if self.shape == "nested":
            body = {"error": body}
        else:
            del body["message"]
        text = json.dumps(body, ensure_ascii=False)
        return web.Response(status=self.status, text=text, content_type="application/json", headers=self.headers)


@web.middleware
async def error_middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Render refusals, unknown paths and our own faults as Upbit would; nothing reaches the client as a traceback."""
    try:
        return await handler(request)
    except ApiError as error:
        return error.response()
    except web.HTTPMethodNotAllowed:
        return ApiError(405, "method_not_allowed", "This path does not offer that method.").response()
    except web.HTTPNotFound:
        return ApiError(404, 404, "Not found: no such path.").response()
    except web.HTTPRequestEntityTooLarge:
        return ApiError(413, "validation_error", "The body is too large.").response()
    except web.HTTPException as error:
        return ApiError(error.status, "validation_error", error.reason).response()
    except Exception:
        log.exception("request failed path=%s", request.path)
        return ApiError(500, "internal_server_error", "The sandbox failed on this request.").response()
