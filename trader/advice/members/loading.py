"""Members whose clients are loaded when they are first needed, beside the running loop.

Importing all three clients takes a second or two and 90 MB. Done in a thread, with other threads let in often and no
collection of garbage in between, it keeps the loop waiting for about ten milliseconds at the longest
(`benchmarks/model_clients.py`); with collections it was 160. Nothing of it stands between start and guard."""

from __future__ import annotations

import asyncio
import gc
import time
from collections.abc import Callable

import structlog

from trader.advice.members.member import Adapter, MemberSpec, Raw, Wire
from trader.model.advice import Prompt

log = structlog.get_logger(__name__)


def adapter_of(spec: MemberSpec) -> Adapter:
    """Imports the vendor's client and makes one: blocks for as long as that takes."""
    made: Callable[[MemberSpec], Adapter]
    match spec.wire:
        case Wire.RESPONSES:
            from trader.advice.members.openai_responses import OpenAiResponses as made
        case Wire.MESSAGES:
            from trader.advice.members.anthropic_messages import AnthropicMessages as made
        case Wire.CHAT:
            from trader.advice.members.chat_completions import ChatCompletions as made
    return made(spec)


class Loader:
    """One client after the other, whoever asks: two that are imported at once would share the same libraries."""

    def __init__(self, make: Callable[[MemberSpec], Adapter] = adapter_of) -> None:
        self._make = make
        self._turn = asyncio.Lock()

    async def load(self, spec: MemberSpec) -> Adapter:
        async with self._turn:
            began = time.perf_counter()
            adapter = await asyncio.to_thread(self._uncollected, spec)
            log.info("client_loaded", member=spec.name, seconds=round(time.perf_counter() - began, 2))
            return adapter

    def _uncollected(self, spec: MemberSpec) -> Adapter:
        """What is imported stays, and is never looked at by a collection: neither now nor later."""
        collecting = gc.isenabled()
        gc.disable()
        try:
            return self._make(spec)
        finally:
            gc.freeze()
            if collecting:
                gc.enable()


class OnDemand:
    """A member that is loaded by its first call. A deadline may pass meanwhile; the next call finds it loaded."""

    def __init__(self, spec: MemberSpec, loader: Loader) -> None:
        self._spec = spec
        self._loader = loader
        self._loading: asyncio.Task[Adapter] | None = None

    async def _adapter(self) -> Adapter:
        if self._loading is None:
            self._loading = asyncio.create_task(self._loader.load(self._spec))
        return await asyncio.shield(self._loading)

    async def call(self, prompt: Prompt, seconds: float) -> Raw:
        loop = asyncio.get_running_loop()
        until = loop.time() + seconds
        adapter = await self._adapter()
        return await adapter.call(prompt, max(until - loop.time(), 0.1))

    async def retires(self) -> str:
        return await (await self._adapter()).retires()

    async def close(self) -> None:
        if self._loading is None:
            return
        (loaded,) = await asyncio.gather(self._loading, return_exceptions=True)
        if not isinstance(loaded, BaseException):  # what could not be loaded was said to whoever asked
            await loaded.close()
