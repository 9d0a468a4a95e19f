"""The Socket Mode link when an acknowledgement does not get through, which a local Slack cannot be made to do (C3)."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any, TypeVar

import aiohttp

from chatbot.delivery import Backoff, ChatUnreachable, Trouble
from chatbot.slack.envelopes import Incoming, Typed
from chatbot.slack.inbox import Inbox
from chatbot.slack.link import SlackLink
from storage.memory import MemoryStorage
from tests.fakes.stand_ins import languages
from trader.ports import Records

T = TypeVar("T")

HELLO = {"type": "hello"}
BUY = {"envelope_id": "e1", "type": "slash_commands", "payload": {}}
BYE = {"type": "disconnect"}


class Wire:
    """One connection. `sends`: an acknowledgement gets through when this is set; `breaks`: it never does."""

    close_code = 1006

    def __init__(self, *messages: dict[str, Any], breaks: bool = False) -> None:
        self._messages = list(messages)
        self._breaks = breaks
        self._closed = asyncio.Event()
        self.sends = asyncio.Event()
        self.sending = 0
        self.sent: list[str] = []

    async def receive(self, timeout: float | None = None) -> aiohttp.WSMessage:
        if self._messages:
            return aiohttp.WSMessage(aiohttp.WSMsgType.TEXT, json.dumps(self._messages.pop(0)), None)
        await self._closed.wait()
        return aiohttp.WSMessage(aiohttp.WSMsgType.CLOSED, None, None)

    async def send_json(self, body: dict[str, Any]) -> None:
        if self._breaks:
            raise aiohttp.ClientConnectionResetError("Cannot write to closing transport")
        self.sending += 1
        await self.sends.wait()
        self.sent.append(body["envelope_id"])

    async def close(self) -> None:
        self._closed.set()


class Wires:
    """In place of the Web API: hands out these connections."""

    def __init__(self, *wires: Wire) -> None:
        self._wires = list(wires)

    async def open_link(self) -> Wire:
        return self._wires.pop(0)


class Journal:
    def __init__(self) -> None:
        self.entries: list[str] = []

    async def read(self, envelope: dict[str, Any]) -> Incoming | None:
        self.entries.append("read")
        return Typed("U42", "", "/buy", "C1", None)

    def hand_on(self, incoming: Incoming) -> None:
        self.entries.append("handed on")


def link(journal: Journal, *wires: Wire, storage: MemoryStorage | None = None) -> SlackLink:
    trouble = Trouble("slack", languages().words(), None)
    inbox = Inbox(storage or MemoryStorage(), "T1.B1", lambda incoming: True)
    late = lambda incoming: False  # noqa: E731
    return SlackLink(Wires(*wires), trouble, journal.read, journal.hand_on, inbox, late)  # type: ignore[arg-type]


async def turns(count: int = 20) -> None:
    for _ in range(count):
        await asyncio.sleep(0)


async def test_nothing_is_handed_on_before_the_acknowledgement_is_out() -> None:
    journal, wire = Journal(), Wire(HELLO, BUY)
    life = asyncio.create_task(link(journal, wire).run(Backoff()))
    await turns()
    assert (wire.sending, journal.entries) == (1, ["read"])
    wire.sends.set()
    await turns()
    assert (wire.sent, journal.entries) == (["e1"], ["read", "handed on"])
    life.cancel()


async def test_a_stop_is_heard_in_the_moment_in_which_a_command_was_written_down() -> None:
    """Two turns of the loop after the write, when what waits for it has not woken up yet."""

    class Stopping(MemoryStorage):
        async def write(self, fn: Callable[[Records], T]) -> T:
            written = await super().write(fn)
            loop = asyncio.get_running_loop()
            loop.call_soon(lambda: loop.call_soon(life.cancel))
            return written

    life = asyncio.create_task(link(Journal(), Wire(HELLO, BUY), storage=Stopping()).run(Backoff()))
    await asyncio.wait({life}, timeout=2)
    assert life.cancelled()


async def test_what_could_not_be_acknowledged_is_handed_on_when_it_comes_again() -> None:
    journal, good = Journal(), Wire(HELLO, BUY)
    good.sends.set()
    ours = link(journal, Wire(HELLO, BUY, breaks=True), good)
    try:
        await ours.run(Backoff())
    except ChatUnreachable:
        pass
    else:
        raise AssertionError("a connection that cannot be written to is over")
    assert journal.entries == ["read"]
    life = asyncio.create_task(ours.run(Backoff()))
    await turns()
    assert (good.sent, journal.entries) == (["e1"], ["read", "read", "handed on"])
    life.cancel()


async def test_the_same_envelope_on_the_old_and_the_new_connection_is_handed_on_once() -> None:
    """Both copies are read and on their way to be acknowledged before either acknowledgement is out."""
    journal, old, new = Journal(), Wire(HELLO, BYE, BUY), Wire(HELLO, BUY)
    life = asyncio.create_task(link(journal, old, new).run(Backoff()))
    await turns()
    assert (old.sending, new.sending) == (1, 1)
    old.sends.set()
    new.sends.set()
    await turns()
    assert (old.sent, new.sent) == (["e1"], ["e1"])
    assert journal.entries.count("handed on") == 1
    life.cancel()
