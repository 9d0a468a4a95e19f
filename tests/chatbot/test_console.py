"""C1: the console is a third front end; it never blocks, survives the end of its input, and answers by number."""

from __future__ import annotations

import asyncio
import io
import os
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest

from chatbot.console.printer import Printer
from chatbot.console.reader import ConsoleReader
from chatbot.console.script import ScriptError, ScriptLine, parse_script, read_script
from chatbot.reply import Button, Document, Picture, Reply, Table, cells
from tests.chatbot.chat_bench import Bench
from trader.model.events import Event, EventKind
from trader.model.views import StateNote

NOON = datetime(2026, 10, 5, 3, 0, tzinfo=UTC)


async def talk(bench: Bench, text: str) -> str:
    out = io.StringIO()
    printer = Printer(bench.languages.words(), out)
    await asyncio.wait_for(ConsoleReader(bench.dispatcher, printer, io.StringIO(text)).run(), 5)
    return out.getvalue()


async def test_lines_are_answered_until_the_input_ends(bench: Bench) -> None:
    said = await talk(bench, "/status\n\n/pause\n")
    assert "🟢 Trading" in said
    assert "🟡 Paused" in said


async def test_a_number_presses_the_button_printed_under_it(bench: Bench) -> None:
    await talk(bench, "/buy BTC 5만원\n1\n")
    assert bench.called == ["propose", "answer"]
    assert bench.desk.calls[1][1:3] == ("01HZX3ABCDEFGHJK", True)


async def test_quit_leaves(bench: Bench) -> None:
    assert "paused" not in await talk(bench, "quit\n/pause\n")


async def test_the_loop_goes_on_while_nobody_types(bench: Bench) -> None:
    """A pipe that never speaks: the reader waits in a thread, other work runs, cancelling it is immediate."""
    paused = asyncio.Event()
    set_state = bench.desk.set_state

    async def watched(action: str, by: str, until: datetime | None = None, reason: str = "") -> StateNote:
        paused.set()
        return await set_state(action, by, until, reason)

    bench.desk.set_state = watched  # type: ignore[method-assign]
    read_end, write_end = os.pipe()
    with os.fdopen(read_end) as source, os.fdopen(write_end, "w") as typist:
        printer = Printer(bench.languages.words(), io.StringIO())
        task = asyncio.create_task(ConsoleReader(bench.dispatcher, printer, source).run())
        for _ in range(10):
            await asyncio.sleep(0)
        assert not task.done()
        typist.write("/pause\n")
        typist.flush()
        await asyncio.wait_for(paused.wait(), 5)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        typist.close()
        for thread in threading.enumerate():
            if thread.name == "console":
                thread.join(5)  # it reads to the end before the pipe is closed under it
    assert bench.called == ["set_state"]


def test_notices_are_printed_with_their_time(bench: Bench) -> None:
    out = io.StringIO()
    printer = Printer(bench.languages.words(), out)
    printer.event(Event("E1", EventKind.STREAM_LOST, NOON, data={"stream": "public", "cause": "closed"}))
    printer.event(Event("E2", EventKind.COMMAND, NOON, data={"line": "/status"}))
    assert out.getvalue() == (
        "12:00:00 ⚠️ Lost: price stream\nIt is being reconnected.\nWhy: closed by the exchange\n"
        "Meanwhile stops are watched with prices asked for every second.\n"
    )


def test_a_closed_pipe_ends_the_printing_only(bench: Bench) -> None:
    class Closed(io.StringIO):
        def write(self, text: str) -> int:
            raise BrokenPipeError

    printer = Printer(bench.languages.words(), Closed())
    printer.reply(Reply("one"))
    printer.reply(Reply("two"))


def test_plain_text_of_a_reply() -> None:
    table = Table(("코인", "손익"), (("BTC", "+1,600"), ("이더리움", "-700")))
    reply = Reply(
        "제목", ("줄",), table, ((Button("✅ 승인", "ok:1"), Button("❌ 거절", "no:1")),), Picture(b"", "그림")
    )
    assert reply.text() == "\n".join(
        ["제목", "줄", "코인        손익", "BTC       +1,600", "이더리움    -700", "[그림]", "[1] ✅ 승인  [2] ❌ 거절"]
    )
    assert cells("한글a") == 5


# ---------------------------------------------------------------- command files


def test_a_command_file_says_when_to_run_what(tmp_path: Path) -> None:
    path = tmp_path / "commands.txt"
    path.write_text("# a tour\n@12 /status\n\n@3.5 /buy 비트코인 5만원 confirm\n@12 /pnl\n", encoding="utf-8")
    assert read_script(path) == [
        ScriptLine(3.5, "/buy 비트코인 5만원 confirm"),
        ScriptLine(12.0, "/status"),
        ScriptLine(12.0, "/pnl"),
    ]


def test_every_bad_line_is_named_with_its_number() -> None:
    with pytest.raises(ScriptError) as err:
        parse_script(["/status", "@x /status", "@5 /pnl", "@-1 /pnl", "@7"], "tour.txt")
    assert [line.split(": ")[0] for line in str(err.value).splitlines()] == [
        "tour.txt:1",
        "tour.txt:2",
        "tour.txt:4",
        "tour.txt:5",
    ]
    assert "write it like '@12 /status'" in str(err.value)


def test_a_missing_command_file_is_said(tmp_path: Path) -> None:
    with pytest.raises(ScriptError, match=r"cannot read the command file .*nothing\.txt"):
        read_script(tmp_path / "nothing.txt")


def test_a_document_is_saved_and_its_place_said(tmp_path: Path) -> None:
    """The same name twice keeps both files; a name never leads out of the folder."""
    out = io.StringIO()
    printer = Printer(Bench().languages.words(), out, tmp_path / "exports")
    for _ in range(2):
        printer.reply(Reply("Fills", document=Document("../fills.csv", b"a,b", "text/csv")))
    saved = sorted((tmp_path / "exports").iterdir())
    assert [path.name for path in saved] == ["fills-2.csv", "fills.csv"]
    assert all(path.read_bytes() == b"a,b" for path in saved)
    assert f"Saved in {tmp_path / 'exports' / 'fills.csv'}" in out.getvalue()
    assert [path.name for path in tmp_path.iterdir()] == ["exports"]


def test_a_document_that_cannot_be_saved_is_said(tmp_path: Path) -> None:
    out, file = io.StringIO(), tmp_path / "file"
    file.touch()
    Printer(Bench().languages.words(), out, file).reply(Reply("Fills", document=Document("f.csv", b"a", "text/csv")))
    assert "could not be saved" in out.getvalue()
