"""Lines from a terminal to the dispatcher. Reads without blocking the loop; ends at the end of the input."""

from __future__ import annotations

import asyncio
import sys
import threading
from collections.abc import AsyncIterator
from typing import TextIO

from chatbot.console.printer import Printer
from chatbot.dispatch import Dispatcher
from chatbot.people.access import CONSOLE, Person

PERSON = Person(CONSOLE)
_LEAVE = frozenset({"quit", "exit", "종료"})


class ConsoleReader:
    """One person at the terminal, an owner by being there. A number presses the button printed under that number."""

    def __init__(self, dispatcher: Dispatcher, printer: Printer, source: TextIO | None = None) -> None:
        self._dispatcher = dispatcher
        self._printer = printer
        self._source = source if source is not None else sys.stdin

    async def run(self) -> None:
        """Until the end of the input or `quit`. Commands run one after another; notices are printed in between."""
        async for raw in lines(self._source):
            line = raw.strip()
            if line.casefold() in _LEAVE:
                return
            if line:
                await self._answer(line)

    async def _answer(self, line: str) -> None:
        button = self._button(line)
        if button is not None:
            reply = await self._dispatcher.press(PERSON, button, conversation=CONSOLE)
        else:
            reply = await self._dispatcher.line(PERSON, line, conversation=CONSOLE)
        if reply is not None:
            self._printer.reply(reply)

    def _button(self, line: str) -> str | None:
        buttons = self._printer.buttons
        if not (line.isascii() and line.isdecimal() and len(line) < 3):
            return None
        number = int(line)
        return buttons[number - 1].action if 1 <= number <= len(buttons) else None


async def lines(source: TextIO) -> AsyncIterator[str]:
    """Lines as they come. A daemon thread waits for them, so neither the loop nor the end of the process does."""
    loop = asyncio.get_running_loop()
    queue: asyncio.Queue[str | None] = asyncio.Queue()

    def hand_over(line: str | None) -> bool:
        try:
            loop.call_soon_threadsafe(queue.put_nowait, line)
        except RuntimeError:  # the loop is closed: nobody listens any more
            return False
        return True

    def read() -> None:
        try:
            for line in source:
                if not hand_over(line):
                    return
        finally:
            hand_over(None)

    threading.Thread(target=read, name="console", daemon=True).start()
    while (line := await queue.get()) is not None:
        yield line
