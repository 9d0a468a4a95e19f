"""The control socket: one command from the shell to the running service.

A unix socket of mode 0600 in the data directory, so whoever can open it is the service's own user and acts as an
owner. One JSON object a line: `{"line": "/status", "as": "telegram:1"}` → `{"text": …, "tone": …, "data": …}`."""

from __future__ import annotations

import asyncio
import base64
import json
import os
from pathlib import Path
from typing import Any

import structlog

from chatbot.dispatch import Dispatcher
from chatbot.people.access import SHELL, Person
from chatbot.reply import Reply

log = structlog.get_logger(__name__)

LONGEST_LINE = 64 * 1024
LARGEST_ANSWER = 128 * 1024 * 1024
"""Bytes; an export of years of trading comes whole."""
PATIENCE_SECONDS = 120.0
ALIVE_SECONDS = 2.0
FINISH_SECONDS = 1.0
"""What is being answered when the service ends may finish within this."""


class NoAnswer(ConnectionError):
    """A service holds the socket and does not answer."""


class ControlSocket:
    def __init__(self, path: Path, dispatcher: Dispatcher) -> None:
        self._path = path
        self._dispatcher = dispatcher
        self._server: asyncio.Server | None = None
        self._connections: dict[asyncio.Task[None], bool] = {}
        """Whether each is being answered now."""

    async def start(self) -> None:
        """The data directory is claimed before (`data_dir.Claim`), so a socket found here was left by a crash."""
        self._path.unlink(missing_ok=True)
        mask = os.umask(0o177)
        try:
            self._server = await asyncio.start_unix_server(self._serve, str(self._path), limit=LONGEST_LINE)
        finally:
            os.umask(mask)

    async def stop(self) -> None:
        """No new lines; those being answered may finish, because what they use is closed afterwards."""
        if self._server is None:
            return
        self._server.close()
        self._path.unlink(missing_ok=True)
        for task, answering in list(self._connections.items()):
            if not answering:
                task.cancel()
        if self._connections:
            await asyncio.wait(self._connections, timeout=FINISH_SECONDS)
        for task in self._connections:
            task.cancel()
        await asyncio.gather(*self._connections, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._connections[task] = False
        try:
            while (line := await reader.readline()) and self._server is not None and self._server.is_serving():
                self._connections[task] = True
                writer.write(json.dumps(await self._answer(line), ensure_ascii=False).encode() + b"\n")
                await writer.drain()
                self._connections[task] = False
        except (ConnectionError, ValueError) as err:
            log.warning("control_connection_ended", error=str(err))
        except asyncio.CancelledError:
            log.info("control_connection_cut")  # by `stop`; asyncio's streams would log a task that ends cancelled
        finally:
            del self._connections[task]
            writer.close()

    async def _answer(self, line: bytes) -> dict[str, Any]:
        try:
            request = json.loads(line)
            text, speaker = str(request["line"]), str(request.get("as") or "")
        except (ValueError, KeyError, TypeError, AttributeError):
            return {"text": "not a request", "tone": "error", "data": {}}
        reply = await self._dispatcher.line(person(speaker), text, conversation="shell")
        return answer(reply)


def person(speaker: str) -> Person:
    """`telegram:123` → that person; empty → the shell itself."""
    channel, _, user_id = speaker.partition(":")
    return Person(channel, user_id) if channel else Person(SHELL)


def answer(reply: Reply | None) -> dict[str, Any]:
    """A reply as JSON. A picture is told by its size, a document comes whole (base64); nothing at all is what a
    stranger gets."""
    if reply is None:
        return {"text": "", "tone": "error", "data": {}}
    data = dict(reply.data)
    if reply.picture is not None:
        data["picture_bytes"] = len(reply.picture.png)
    files: dict[str, Any] = {}
    if (document := reply.document) is not None:
        content = base64.b64encode(document.content).decode("ascii")
        files["document"] = {"name": document.name, "mime": document.mime, "content": content}
    buttons = [[{"label": b.label, "action": b.action} for b in row] for row in reply.buttons]
    return {"text": reply.text(), "tone": reply.tone.value, "data": data, "buttons": buttons, **files}


async def ask(path: Path, line: str, speaker: str = "", *, seconds: float = PATIENCE_SECONDS) -> dict[str, Any]:
    """Send one command and wait up to `seconds` for its reply. ConnectionError: no service, or none that answers."""
    try:
        reader, writer = await asyncio.open_unix_connection(str(path), limit=LARGEST_ANSWER)
    except OSError as err:
        raise ConnectionError(f"no service is running on {path.parent}") from err
    try:
        async with asyncio.timeout(seconds):
            writer.write(json.dumps({"line": line, "as": speaker}, ensure_ascii=False).encode() + b"\n")
            await writer.drain()
            received = await reader.readline()
    except TimeoutError as err:
        raise NoAnswer(f"the service on {path.parent} does not answer within {seconds:g} s") from err
    finally:
        writer.close()
    if not received:
        raise ConnectionError("the service closed the connection")
    result: dict[str, Any] = json.loads(received)
    return result


async def alive(path: Path) -> bool:
    """Whether the service takes and answers lines; an empty one asks for nothing. NoAnswer: there is one, but stuck."""
    try:
        await ask(path, "", seconds=ALIVE_SECONDS)
    except NoAnswer:
        raise
    except ConnectionError:
        return False
    return True
