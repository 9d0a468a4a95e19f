"""The control socket's end: what is being answered may finish, nothing new begins, nothing is left running (D4)."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any, cast

import pytest

from chatbot.dispatch import Dispatcher
from chatbot.people.access import Person
from chatbot.reply import Reply
from chatbot.running import control
from chatbot.running.control import ControlSocket, ask


class SlowDesk:
    """Answers when told to."""

    def __init__(self) -> None:
        self.asked = asyncio.Event()
        self.go = asyncio.Event()

    async def line(self, person: Person, text: str, conversation: str) -> Reply:
        self.asked.set()
        await self.go.wait()
        return Reply(title=f"done: {text}")


def complaints_of_asyncio() -> list[dict[str, Any]]:
    """What asyncio itself would log from now on."""
    heard: list[dict[str, Any]] = []
    asyncio.get_running_loop().set_exception_handler(lambda loop, context: heard.append(context))
    return heard


async def opened(desk: SlowDesk, folder: Path) -> tuple[ControlSocket, Path]:
    path = folder / "control.sock"
    socket = ControlSocket(path, cast(Dispatcher, desk))
    await socket.start()
    return socket, path


async def test_what_is_being_answered_may_finish(tmp_path: Path) -> None:
    """A purchase asked for just before the end gets its answer; an idle connection and a later one get none."""
    desk, complaints = SlowDesk(), complaints_of_asyncio()
    socket, path = await opened(desk, tmp_path)
    reader, writer = await asyncio.open_unix_connection(str(path))
    asking = asyncio.create_task(ask(path, "/buy BTC 10000"))
    await desk.asked.wait()
    stopping = asyncio.create_task(socket.stop())
    assert await reader.readline() == b""
    with pytest.raises(ConnectionError):
        await ask(path, "/status")
    desk.go.set()
    assert (await asking)["text"] == "done: /buy BTC 10000"
    await stopping
    writer.close()
    assert complaints == []


async def test_what_hangs_is_cut(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The books are closed afterwards, so nothing may go on for ever."""
    monkeypatch.setattr(control, "FINISH_SECONDS", 0.05)
    desk, complaints = SlowDesk(), complaints_of_asyncio()
    socket, path = await opened(desk, tmp_path)
    asking = asyncio.create_task(ask(path, "/buy BTC 10000"))
    await desk.asked.wait()
    await socket.stop()
    with pytest.raises(ConnectionError):
        await asking
    await socket.stop()
    assert complaints == []
