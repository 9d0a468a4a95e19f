"""The service's side of a drill: one at a time, told when it is over, nothing left of it however it ends (S9 C3)."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
import pytest_asyncio

from chatbot.drill.drills import Drills
from chatbot.drill.folder import FOLDER
from storage.memory import MemoryStorage
from trader.chronicle import Chronicle, Route
from trader.clock import ManualClock
from trader.errors import UserInputError
from trader.model.events import Event, Severity
from trader.model.market import EPOCH

WHOLE = {"steps": "start", "start_ready": "1.00", "start_bought": "yes", "seconds": "3"}

Make = Callable[..., Drills]


def saying(*lines: str, then: str = "") -> tuple[str, ...]:
    """A program that says these lines, then does as it is told; the directory is its last argument."""
    return (sys.executable, "-c", f"import sys, time, os, signal\nprint({chr(10).join(lines)!r}, flush=True)\n{then}")


HANGS = "time.sleep(60)"
DEAF = "signal.signal(signal.SIGTERM, signal.SIG_IGN); os.mkdir(os.path.join(sys.argv[1], 'drill')); time.sleep(60)"


@pytest.fixture
def chronicle() -> Chronicle:
    routes = (Route("telegram", "42"), Route("slack", "C1"))
    return Chronicle(MemoryStorage(), ManualClock(EPOCH), routes)


@pytest_asyncio.fixture
async def make(chronicle: Chronicle, tmp_path: Path) -> AsyncIterator[Make]:
    made: list[Drills] = []

    def one(*command: str, free: float | None = 600.0, longest: float = 20.0) -> Drills:
        made.append(Drills(tmp_path, chronicle, command=command, free=lambda: free, longest_seconds=longest))
        return made[-1]

    yield one
    await asyncio.gather(*(drills.close() for drills in made))


async def over(drills: Drills) -> Event:
    async with asyncio.timeout(10):
        while drills.running is not None:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    event = await drills.last()
    assert event is not None
    return event


async def begun(drills: Drills) -> None:
    async with asyncio.timeout(10):
        while drills.running is not None and not drills.running.findings:  # noqa: ASYNC110
            await asyncio.sleep(0.01)


async def test_the_result_is_a_row_and_a_message_in_both_chats(make: Make, chronicle: Chronicle) -> None:
    drills = make(*saying(json.dumps({"steps": "start"}), json.dumps(WHOLE | {"outcome": "passed"})))
    drills.start("telegram:1")
    event = await over(drills)
    assert event.data.items() >= {"outcome": "passed", "by": "telegram:1", "start_ready": "1.00"}.items()
    assert event.severity is Severity.INFO
    for channel in ("telegram", "slack"):
        [(message, told)] = await chronicle.storage.read(lambda records, c=channel: records.outbox.pending(c, 10))
        assert told == event, message


async def test_one_at_a_time_with_what_it_has_found_so_far(make: Make) -> None:
    drills = make(*saying(json.dumps({"steps": "start outage", "start_ready": "1.00"}), then=HANGS))
    drills.start("telegram:1")
    with pytest.raises(UserInputError, match="drill-running"):
        drills.start("slack:U1")
    await begun(drills)
    assert drills.running is not None
    assert drills.running.step.value == "outage"
    assert await drills.last() is None


async def test_stopped_by_a_person(make: Make) -> None:
    drills = make(*saying(json.dumps({"steps": "start"}), then=HANGS))
    with pytest.raises(UserInputError, match="drill-none"):
        await drills.stop("slack:U1")
    running = drills.start("telegram:1")
    await begun(drills)
    await drills.stop("slack:U1")
    assert drills.running is None
    assert running.child is not None
    assert running.child.returncode is not None
    event = await drills.last()
    assert event is not None
    assert (event.data["outcome"], event.data["by"]) == ("stopped", "slack:U1")


async def test_one_that_does_not_hear_is_killed_and_its_folder_removed(
    make: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chatbot.drill.drills.END_SECONDS", 0.2)
    drills = make(*saying(json.dumps({"steps": "start"}), then=DEAF))
    drills.start("telegram:1")
    await begun(drills)
    async with asyncio.timeout(5):
        while not (tmp_path / FOLDER).exists():  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    await drills.close()
    event = await drills.last()
    assert event is not None
    assert event.data["outcome"] == "cut"
    assert not (tmp_path / FOLDER).exists()


async def test_a_stop_right_after_the_start(make: Make) -> None:
    drills = make(*saying("{}", then=HANGS))
    drills.start("telegram:1")
    await drills.stop("telegram:1")
    assert (await over(drills)).data["outcome"] == "stopped"


@pytest.mark.parametrize(
    ("command", "words"),
    [
        (saying("{}", then="sys.exit('another drill is running')"), "another drill is running (1)"),
        (saying("{}", then="os.kill(os.getpid(), 9)"), "no word (-9)"),
        (saying("what?"), "JSONDecodeError"),
        (saying("{}"), "no word (0)"),
        (("/no/such/program",), "No such file or directory"),
    ],
)
async def test_a_drill_that_breaks_says_why(make: Make, command: tuple[str, ...], words: str) -> None:
    """Its end is told all the same, and another may be begun."""
    drills = make(*command)
    drills.start("telegram:1")
    event = await over(drills)
    assert event.data["outcome"] == "broken"
    assert words in event.data["detail"]
    assert event.severity is Severity.WARNING


async def test_one_that_never_ends_is_ended(make: Make) -> None:
    drills = make(*saying("{}", then=HANGS), longest=0.3)
    drills.start("telegram:1")
    assert (await over(drills)).data["detail"] == "no end within 0.3 s"


async def test_no_room_no_drill(make: Make) -> None:
    drills = make(*saying("{}"), free=100.0)
    with pytest.raises(UserInputError, match="drill-no-room"):
        drills.start("telegram:1")
    assert drills.running is None
    make(*saying("{}"), free=None).start("telegram:1")


async def test_nothing_secret_is_handed_on(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    """The process knows neither keys nor tokens nor the mode of the service that starts it."""
    for name in ("UPBIT_SECRET_KEY", "TELEGRAM_BOT_TOKEN", "MODE", "DATABASE_URL"):
        monkeypatch.setenv(name, "secret")
    names = "import json, os, sys\nprint(json.dumps({'detail': ' '.join(sorted(os.environ)), 'outcome': 'passed'}))"
    drills = make(sys.executable, "-c", names)
    drills.start("telegram:1")
    seen = set((await over(drills)).data["detail"].split())
    assert seen <= {"PATH", "LANG", "TMPDIR", "PYTHONPATH", "LC_CTYPE"}
