"""OpenAI, Anthropic, Gemini and a local server on loopback, as their own clients see them.

A `Scene` says how the next call ends; answers have the vendors' real shapes."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from aiohttp import web

INPUT, OUTPUT = 1200, 150


class Scene(StrEnum):
    GOOD = "good answer"
    REFUSAL = "refusal"
    TRUNCATED = "truncated"
    HUGE = "200, 5 MB"
    DEEP = "200, nested 200,000 deep"
    MOVED = "307 to another place"
    BUSY_AN_HOUR = "429, retry-after 3600"
    NO_MONEY = "429 insufficient_quota"
    OVERLOADED = "529"
    SERVER_ERROR = "500, then good"
    BAD_KEY = "401"
    RETIRED = "404 model"
    TOO_LONG = "400 context too long"
    HANG = "hang"
    CUT_OFF = "connection cut"
    GARBAGE = "200, HTML"
    HALF_JSON = "200, half of a JSON"
    WRONG_SHAPE = "200, other JSON"
    LIST_ERROR = "list-shaped error"
    EMPTY = "empty content"
    PROSE = "prose instead of JSON"
    NAN = "NaN"
    OUT_OF_RANGE = "out of range"
    UNKNOWN_EVIDENCE = "unknown evidence id"


def answer_text(**changes: Any) -> str:
    plan = {"entry_price": None, "stop_loss_price": 93_500_000, "take_profit_price": 98_000_000, "market_factor": 0.8}
    body: dict[str, Any] = {
        "decision": "BUY",
        "percentage": 50,
        "confidence": 0.7,
        "p_up": 0.6,
        "horizon_candles": 12,
        "price_plan": {**plan, **changes.pop("plan", {})},
        "reason": "RSI left the oversold zone.",
        "risks": ["thin book"],
        "evidence_ids": ["c:rsi"],
    }
    return json.dumps({**body, **changes})


_TEXTS = {
    Scene.PROSE: "I would buy a little here.",
    Scene.NAN: answer_text().replace('"confidence": 0.7', '"confidence": NaN'),
    Scene.OUT_OF_RANGE: answer_text(confidence=7),
    Scene.UNKNOWN_EVIDENCE: answer_text(evidence_ids=["n:99"]),
    Scene.EMPTY: "",
    Scene.TRUNCATED: answer_text()[:80],
    Scene.REFUSAL: "I cannot help with that.",
}
_ERRORS: dict[Scene, tuple[int, str, str]] = {
    Scene.BUSY_AN_HOUR: (429, "rate_limit_error", "rate_limit_exceeded"),
    Scene.NO_MONEY: (429, "insufficient_quota", "insufficient_quota"),
    Scene.OVERLOADED: (529, "overloaded_error", "overloaded"),
    Scene.BAD_KEY: (401, "authentication_error", "invalid_api_key"),
    Scene.RETIRED: (404, "not_found_error", "model_not_found"),
    Scene.TOO_LONG: (400, "invalid_request_error", "context_length_exceeded"),
}


@dataclass
class ModelServer:
    """`scenes` are used up one call after another; the last one stays. `answer` is what a good answer says."""

    scenes: list[Scene] = field(default_factory=lambda: [Scene.GOOD])
    answer: str = field(default_factory=answer_text)
    delay: float = 0.0
    requests: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    usage: dict[str, Any] = field(default_factory=dict)
    """Stated instead of, or beside, the usual counts."""
    strayed: int = 0
    url: str = ""
    knows_schemas: bool = True

    def app(self) -> web.Application:
        app = web.Application()
        app.router.add_post("/v1/responses", self._responses)
        app.router.add_post("/v1/messages", self._messages)
        app.router.add_post("/v1/chat/completions", self._chat)
        app.router.add_post("/elsewhere/{path:.*}", self._elsewhere)
        app.router.add_get("/v1/models/{name}", self._model)
        return app

    async def _next(self, request: web.Request) -> Scene:
        self.requests.append(await request.json())
        self.headers.append(dict(request.headers))
        if self.delay:
            await asyncio.sleep(self.delay)
        return self.scenes.pop(0) if len(self.scenes) > 1 else self.scenes[0]

    async def _shared(self, scene: Scene, request: web.Request) -> web.StreamResponse | None:
        """Endings that are alike everywhere."""
        match scene:
            case Scene.HANG:
                await asyncio.sleep(3600)
            case Scene.CUT_OFF:
                assert request.transport is not None
                request.transport.abort()
                return web.Response()
            case Scene.GARBAGE:
                return web.Response(text="<html><body>Just a moment…</body></html>", content_type="text/html")
            case Scene.HALF_JSON:
                return web.Response(text='{"id": "x", "output": [', content_type="application/json")
            case Scene.WRONG_SHAPE:
                return web.json_response({"hello": ["world"]})
            case Scene.HUGE:
                return web.Response(text='{"x":"' + "x" * 5_000_000 + '"}', content_type="application/json")
            case Scene.DEEP:
                return web.Response(text="[" * 200_000, content_type="application/json")
            case Scene.MOVED:
                return web.Response(status=307, headers={"location": f"{self.url}/elsewhere{request.path}"})
            case Scene.SERVER_ERROR:
                return web.json_response({"error": {"message": "oops", "type": "server_error"}}, status=500)
            case Scene.LIST_ERROR:
                error = {"code": 429, "message": "Quota exceeded", "status": "RESOURCE_EXHAUSTED"}
                return web.json_response([{"error": error}], status=429)
        return None

    def _text(self, scene: Scene) -> str:
        return _TEXTS.get(scene, self.answer)

    def _error(self, scene: Scene, *, anthropic: bool) -> web.Response | None:
        if scene not in _ERRORS:
            return None
        status, kind, code = _ERRORS[scene]
        headers = {"retry-after": "3600"} if scene is Scene.BUSY_AN_HOUR else {}
        if anthropic:
            error: dict[str, Any] = {"type": kind, "message": "said no", "details": {"error_code": code}}
            body: dict[str, Any] = {"type": "error", "error": error, "request_id": "req_1"}
        else:
            body = {"error": {"message": "said no", "type": kind, "code": code, "param": None}}
        return web.json_response(body, status=status, headers=headers)

    # ---- OpenAI's Responses

    async def _responses(self, request: web.Request) -> web.StreamResponse:
        scene = await self._next(request)
        if (shared := await self._shared(scene, request)) or (shared := self._error(scene, anthropic=False)):
            return shared
        part: dict[str, Any] = {"type": "output_text", "text": self._text(scene), "annotations": [], "logprobs": []}
        if scene is Scene.REFUSAL:
            part = {"type": "refusal", "refusal": _TEXTS[scene]}
        content = [] if scene is Scene.EMPTY else [part]
        truncated = scene is Scene.TRUNCATED
        body = {
            "id": "resp_1",
            "object": "response",
            "created_at": 1_780_000_000,
            "model": "gpt-6-luna",
            "status": "incomplete" if truncated else "completed",
            "incomplete_details": {"reason": "max_output_tokens"} if truncated else None,
            "error": None,
            "instructions": None,
            "metadata": {},
            "parallel_tool_calls": True,
            "tool_choice": "auto",
            "tools": [],
            "output": [
                {"type": "message", "id": "msg_1", "status": "completed", "role": "assistant", "content": content}
            ],
            "usage": {
                "input_tokens": INPUT,
                "input_tokens_details": {"cached_tokens": 200, "cache_write_tokens": 0},
                "output_tokens": OUTPUT,
                "output_tokens_details": {"reasoning_tokens": 40},
                "total_tokens": INPUT + OUTPUT,
                **self.usage,
            },
        }
        return web.json_response(body, headers={"x-request-id": "req_1"})

    # ---- Anthropic's Messages

    async def _messages(self, request: web.Request) -> web.StreamResponse:
        scene = await self._next(request)
        if (shared := await self._shared(scene, request)) or (shared := self._error(scene, anthropic=True)):
            return shared
        stop = {Scene.REFUSAL: "refusal", Scene.TRUNCATED: "max_tokens"}.get(scene, "end_turn")
        body = {
            "id": "msg_1",
            "type": "message",
            "role": "assistant",
            "model": "claude-haiku-5-5",
            "content": [] if scene is Scene.EMPTY else [{"type": "text", "text": self._text(scene)}],
            "stop_reason": stop,
            "stop_sequence": None,
            "usage": {
                "input_tokens": INPUT - 200,
                "cache_read_input_tokens": 200,
                "cache_creation_input_tokens": 0,
                "output_tokens": OUTPUT,
                **self.usage,
            },
        }
        return web.json_response(body, headers={"request-id": "req_1"})

    # ---- chat.completions, as Gemini and local servers speak it

    async def _chat(self, request: web.Request) -> web.StreamResponse:
        scene = await self._next(request)
        if (shared := await self._shared(scene, request)) or (shared := self._error(scene, anthropic=False)):
            return shared
        if not self.knows_schemas and self.requests[-1]["response_format"]["type"] == "json_schema":
            return web.json_response({"error": {"message": "unknown response_format", "code": "bad"}}, status=400)
        message: dict[str, Any] = {"role": "assistant", "content": self._text(scene)}
        if scene is Scene.REFUSAL:
            message = {"role": "assistant", "content": None, "refusal": _TEXTS[scene]}
        body = {
            "id": "chat_1",
            "object": "chat.completion",
            "created": 1_780_000_000,
            "model": "gemini-3.5-flash-lite",
            "choices": [
                {"index": 0, "message": message, "finish_reason": "length" if scene is Scene.TRUNCATED else "stop"}
            ],
            "usage": {
                "prompt_tokens": INPUT,
                "completion_tokens": OUTPUT,
                "total_tokens": INPUT + OUTPUT,
                **self.usage,
            },
        }
        return web.json_response(body)

    async def _elsewhere(self, request: web.Request) -> web.Response:
        self.strayed += 1
        return web.json_response({})

    async def _model(self, request: web.Request) -> web.Response:
        name = request.match_info["name"]
        if name == "gone":
            return web.json_response({"error": {"message": "no such model", "code": "model_not_found"}}, status=404)
        if "anthropic-version" in request.headers:
            lifecycle = "deprecated" if name == "ending" else "active"
            body: dict[str, Any] = {
                "id": name,
                "type": "model",
                "display_name": name,
                "created_at": "2026-01-01T00:00:00Z",
                "lifecycle": lifecycle,
                "retires_at": "2027-01-14T00:00:00Z" if name == "ending" else None,
            }
        else:
            body = {"id": name, "object": "model", "created": 1, "owned_by": "x"}
            if name == "ending":
                body["shutdown_date"] = "2027-01-14"
        return web.json_response(body)


@asynccontextmanager
async def serving(server: ModelServer) -> AsyncIterator[ModelServer]:
    runner = web.AppRunner(server.app(), shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    assert site._server is not None
    host, port = site._server.sockets[0].getsockname()[:2]  # type: ignore[attr-defined]
    server.url = f"http://{host}:{port}"
    try:
        yield server
    finally:
        await runner.cleanup()
