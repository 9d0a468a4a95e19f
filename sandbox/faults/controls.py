"""POST, GET and DELETE /sandbox/faults."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

from aiohttp import web

from sandbox.errors import ApiError
from sandbox.faults.board import Faults
from sandbox.faults.model import FaultError


class FaultControls:
    """Handlers; none needs a token, and no fault ever strikes them."""

    def __init__(self, faults: Faults) -> None:
        self._faults = faults

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/sandbox/faults", self.list, allow_head=False),
            web.post("/sandbox/faults", self.add),
            web.delete("/sandbox/faults", self.clear),
        ]

    async def list(self, request: web.Request) -> web.Response:
        """GET: `{"faults": […], "transfers": {…}}`."""
        return _json({"faults": self._faults.rows(), "transfers": self._faults.transfers()})

    async def add(self, request: web.Request) -> web.Response:
        """POST a list of faults: `{"faults": […]}` with the ones just set; 400 says what was expected."""
        try:
            content = json.loads(await request.text(), parse_float=Decimal, parse_constant=str)
            if not isinstance(content, list):
                content = None
        except (ValueError, LookupError, RecursionError):
            content = None
        if content is None:
            raise _bad('the body must be a JSON list of faults, such as [{"kind": "timeout", "seconds": 5}]')
        try:
            return _json({"faults": self._faults.add(content)})
        except FaultError as error:
            raise _bad(str(error)) from error

    async def clear(self, request: web.Request) -> web.Response:
        """DELETE: `{"cleared": n}`."""
        return _json({"cleared": self._faults.clear()})


def _json(content: Any) -> web.Response:
    return web.Response(text=json.dumps(content, ensure_ascii=False), content_type="application/json")


def _bad(message: str) -> ApiError:
    return ApiError(400, "sandbox_control", message)
