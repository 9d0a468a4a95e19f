"""The driver: one sandbox, and one life of the service after another, each killed at a moment nobody chose.

While a life lasts, people send commands over the control socket, prices jump and faults strike. After each life the
books are looked at as the crash left them; at the end, after a clean life that has resolved everything, they are
compared with the exchange's own account (`compare.py`)."""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
import shutil
import signal
import statistics
import tempfile
import time
from collections.abc import AsyncIterator, Callable
from decimal import Decimal, localcontext
from pathlib import Path
from typing import Any

import httpx

from chatbot.drill.compare import EXACT, Defect, check_intents, check_whole, compare, read_books
from chatbot.running.control import NoAnswer, ask
from tests.chaos.bare_positions import check_books
from tests.chaos.dice import MARKETS, Dice, End, Life
from tests.chaos.forge import Forge, Service
from tests.chaos.service import STAGED
from tests.chaos.tally import Plan, Tally
from tests.e2e.processes import Child
from trader.execution.points import POINTS

CASH = Decimal(1_000_000_000_000)
READY = "event='ready'"
READY_SECONDS = 12.0
"""Without a fault in force a service that is not ready by then counts as failed."""
STOP_SECONDS = 11.0
ANSWER_SECONDS = 3.0
PEOPLE = 4
RESOLVE_SECONDS = 75.0
"""Longest last life: the grace time of an order nobody has seen, and a look for those that were given up."""
LAST_LIVES = 4
RESULT_DAYS = 90
"""More than pass in a run."""
DAY_EVERY = 120
"""Lives after which a day passes with no service running: what a day counts begins anew, and resting orders fill. So
seldom that a run of 500 kills stays within the five days of minutes the sandbox remembers."""
SAID_DEFECTS = 40
"""The rest is counted only."""
INTENTS_EVERY = 20
"""Lives between two looks at the exchange's orders: they grow to thousands, and looking costs a life's time."""

BROKEN = re.compile(
    r"Traceback|level='critical'|never retrieved|was destroyed but|event='("
    r"order_against_the_books|order_look_broke|order_not_stored|background_work_broke|stream_event_failed"
    r"|books_cannot_be_written|event_listener_failed|unexpected_error|stop_took_too_long)'"
)
"""Lines no life may leave in its log, whatever the exchange does."""
_EVENT = re.compile(r"level='(?:error|critical)' event='(\w+)")


class Machine:
    def __init__(self, plan: Plan, say: Callable[[str], None] = print) -> None:
        self.plan = plan
        self.tally = Tally()
        self.folder = Path(tempfile.mkdtemp(prefix=f"chaos-{plan.seed}-"))
        self._say = say
        self._forge = Forge(self.folder)
        self._sandbox: Child | None = None
        self._http = httpx.AsyncClient(timeout=120.0)
        self._rest = self._ws = ""
        self._fired: dict[int, int] = {}

    # ------------------------------------------------------------ the whole run

    async def run(self) -> Tally:
        """Lives until there are enough kills or the time is over, then the comparison."""
        began = time.monotonic()
        try:
            await self._open_sandbox()
            while self.tally.kills < self.plan.kills and time.monotonic() - began < self.plan.minutes * 60:
                await self._one_life()
                if self.tally.lives % 25 == 0:
                    self._progress(time.monotonic() - began)
            await self._settle()
        finally:
            await self._close()
        self.tally.seconds = time.monotonic() - began
        return self.tally

    def _progress(self, seconds: float) -> None:
        t = self.tally
        latest = statistics.median(t.answers[-200:]) if t.answers else 0
        self._say(
            f"seed {self.plan.seed}: {seconds:5.0f} s, {t.lives} lives, {t.kills} kills, {t.orders} orders, "
            f"answers in {latest * 1000:.0f} ms, {len(t.defects)} defects"
        )

    async def _open_sandbox(self) -> None:
        arguments = ("--port", "0", "--cash", str(CASH), "--rate-limit-factor", "1000", "--seed", str(self.plan.seed))
        self._sandbox = await Child.start(self.folder, "sandbox", ("sandbox", *arguments), {})
        await self._sandbox.said("sandbox ready", 30)
        found = re.search(r"rest=(\S+) ws=(\S+)", self._sandbox.out)
        assert found is not None
        self._rest, self._ws = found.groups()

    async def _close(self) -> None:
        await self._http.aclose()
        await self._forge.close()
        if self._sandbox is not None:
            await self._sandbox.kill()
        if not self.tally.defects:
            shutil.rmtree(self.folder, ignore_errors=True)

    @property
    def books(self) -> Path:
        return self.folder / "data" / "trader.sqlite3"

    def _settings(self) -> dict[str, str]:
        """Nothing stands against an entry but the exchange; exits are near."""
        return {
            "DATA_DIR": str(self.folder / "data"),
            "UPBIT_REST_URL": self._rest,
            "UPBIT_WS_URL": self._ws,
            "LANGUAGE": "en",
            "MARKETS": " ".join(MARKETS),
            "STRATEGY": "buy_and_hold",
            "TIMEFRAME": "1d",
            "APPROVAL": "auto",
            "APPROVAL_TTL_SECONDS": "10",
            "BUY_ON_WARNING": "yes",
            "MAX_ORDER_KRW": "1000000000",
            "MAX_MARKET_KRW": "100000000000",
            "MAX_POSITIONS": "100",
            "MAX_ENTRIES_PER_DAY": "1000000",
            "MAX_DAILY_LOSS_KRW": "1000000000000",
            "MAX_DAILY_SPEND_KRW": "10000000000000",
            "MAX_EXPOSURE": "1",
            "MAX_STOPS_IN_A_ROW": "0",
            "VOLATILITY_BLOCK_FRACTION": "0",
            "RAISE_DELAY_SECONDS": "0",
            "MAX_SPREAD_BPS": "10000",
            "MAX_SLIPPAGE_BPS": "10000",
            "COOLDOWN_SECONDS": "0",
            "PRICE_BAND": "0.1",
            "REMAINDER_TTL_SECONDS": "2",
            "STOP_FRACTION": "0.008",
            "TAKE_FRACTION": "0.01",
        }

    # ------------------------------------------------------------ one life

    async def _one_life(self) -> None:
        number = self.tally.lives
        name = f"{self.plan.seed}/{number}"
        life = Dice(f"{name}/life").life(POINTS)
        if life.clear_faults:
            await self._clear_faults()
        service = await self._begin(f"life{number}.log", life)
        async with self._around(name, service) as troubles:
            end = await self._until_end(life, service, troubles)
        self._look_back(service, end, name)
        if number % INTENTS_EVERY == 0:
            await self._check_intents(name)
        if number % DAY_EVERY == DAY_EVERY - 1:
            await self._clear_faults()  # an order still on its way must not be a day late
            answer = await self._http.post(f"{self._rest}/sandbox/advance", json={"seconds": 86_400})
            answer.raise_for_status()

    async def _begin(self, log: str, life: Life) -> Service:
        self.tally.lives += 1
        job = {
            "environment": self._settings(),
            "log": str(self.folder / log),
            "point": life.point,
            "passing": life.passing,
        }
        return await self._forge.start(job, cold=life.cold)

    @contextlib.asynccontextmanager
    async def _around(self, name: str, service: Service) -> AsyncIterator[asyncio.Event]:
        """People, prices and faults as long as the life lasts. Yields an event: a fault has been set."""
        troubles = asyncio.Event()
        people = [Dice(f"{name}/people{n}") for n in range(PEOPLE)]
        lines = ["/resume confirm", *(dice.command() for dice in people[1:])]
        tasks = [asyncio.create_task(self._talk(*who, service)) for who in zip(people, lines, strict=True)]
        tasks.append(asyncio.create_task(self._move(Dice(f"{name}/prices"), service)))
        if self.plan.faults:
            tasks.append(asyncio.create_task(self._trouble(Dice(f"{name}/faults"), service, troubles)))
        try:
            yield troubles
        finally:
            service.signal(signal.SIGKILL)
            for task in tasks:
                task.cancel()
            for result in await asyncio.gather(*tasks, return_exceptions=True):
                if isinstance(result, Exception):
                    raise result

    async def _until_end(self, life: Life, service: Service, troubles: asyncio.Event) -> str:
        """The name of the end it came to."""
        if life.end is End.START:
            code = await service.end(life.seconds)
            return await self._killed(service, "start") if code is None else self._by_itself(service, code)
        if not await self._ready(service):
            if service.alive:
                if not troubles.is_set() and not self._fired:
                    self._defect("service failed", f"{service.log.name}: not ready in {READY_SECONDS:g} s")
                return await self._killed(service, "never ready")
            return self._by_itself(service, await service.end(1))
        code = await service.end(life.seconds)
        if code is not None:
            return self._by_itself(service, code)
        if life.end in (End.STOPPING, End.CLEAN):
            return await self._told_to_stop(life, service)
        return await self._killed(service, "moment")

    async def _ready(self, service: Service) -> bool:
        began = time.monotonic()
        while service.alive and time.monotonic() - began < READY_SECONDS:
            if READY in service.said:
                self.tally.ready.append(time.monotonic() - began)
                return True
            await asyncio.sleep(0.03)
        return False

    async def _killed(self, service: Service, name: str) -> str:
        service.signal(signal.SIGKILL)
        await service.end(10)
        return name

    async def _told_to_stop(self, life: Life, service: Service) -> str:
        service.signal(signal.SIGTERM)
        code = await service.end(life.after if life.end is End.STOPPING else STOP_SECONDS)
        if code is None and life.end is End.STOPPING:
            return await self._killed(service, "stopping")
        if code != 0:
            self._defect("service failed", f"{service.log.name}: SIGTERM, then exit code {code}")
            await self._killed(service, "stopping")
        return "clean"

    def _by_itself(self, service: Service, code: int | None) -> str:
        staged = service.said.rpartition(STAGED)[2].strip()
        if code == -signal.SIGKILL and staged in POINTS:
            return f"at {staged}"
        self._defect("service failed", f"{service.log.name}: ended by itself with {code}")
        return "by itself"

    def _look_back(self, service: Service, end: str, name: str) -> None:
        """At the log and the books, as the life left them."""
        self.tally.ends[end] += 1
        said, found = service.said, len(self.tally.defects)
        for line in said.splitlines():
            if BROKEN.search(line):
                self._defect("service failed", f"life {name}: {line[:300]}")
            self.tally.errors.update(_EVENT.findall(line))
        for defect in check_books(self.books):
            self._defect(defect.kind, f"life {name}: {defect.text}")
        if len(self.tally.defects) == found:
            service.log.unlink(missing_ok=True)

    def _defect(self, kind: str, text: str) -> None:
        self.tally.defects.append(Defect(kind, text))
        if len(self.tally.defects) <= SAID_DEFECTS:
            self._say(f"seed {self.plan.seed}: DEFECT {kind}: {text}")

    async def _check_intents(self, name: str) -> None:
        state, books = await self._state(), read_books(self.books)
        self.tally.orders = len(state["orders"])
        for defect in check_intents(books, state):
            self._defect(defect.kind, f"life {name}: {defect.text}")

    # ------------------------------------------------------------ what happens around it

    async def _talk(self, dice: Dice, line: str, service: Service) -> None:
        """One person: `line`, then whatever the dice say, as fast as it is answered."""
        socket = self.folder / "data" / "control.sock"
        while service.alive:
            began = time.monotonic()
            try:
                reply = await ask(socket, line, seconds=ANSWER_SECONDS)
            except NoAnswer:
                self.tally.commands["no answer"] += 1
            except (ConnectionError, json.JSONDecodeError):
                await asyncio.sleep(0.03)
                continue
            else:
                self.tally.answers.append(time.monotonic() - began)
                self.tally.commands[f"{line.split()[0]} {reply['tone']}"] += 1
                if reply["tone"] == "error":
                    if reply["data"].get("error") == "LedgerMismatch":
                        self._defect("service failed", f"{service.log.name}: {line}: {reply['text'][:200]}")
                    reasons = reply["data"].get("reasons") or [{"code": reply["data"].get("error", "?")}]
                    self.tally.refusals.update(str(reason["code"]) for reason in reasons)
                await asyncio.sleep(dice.pause(0.06))
                if "trading_state" in json.dumps(reply):
                    line = "/resume confirm"
                    continue
            line = dice.command()

    async def _move(self, dice: Dice, service: Service) -> None:
        while service.alive:
            await asyncio.sleep(dice.pause(0.25))
            await self._http.post(f"{self._rest}/sandbox/price", json=dice.price())

    async def _trouble(self, dice: Dice, service: Service, troubles: asyncio.Event) -> None:
        for fault in dice.faults():
            await asyncio.sleep(dice.pause(0.8))
            if not service.alive:
                return
            answer = await self._http.post(f"{self._rest}/sandbox/faults", json=[fault])
            if answer.status_code != 200:
                raise RuntimeError(f"{fault}: {answer.text}")
            troubles.set()
            for row in answer.json()["faults"]:
                self._fired[row["id"]] = 0

    async def _clear_faults(self) -> None:
        """Count what has struck, then take everything off."""
        if self.plan.faults:
            rows = (await self._http.get(f"{self._rest}/sandbox/faults")).json()["faults"]
            self.tally.faults.update({row["kind"]: row["fired"] for row in rows})
            (await self._http.delete(f"{self._rest}/sandbox/faults")).raise_for_status()
            self._fired.clear()

    async def _state(self) -> dict[str, Any]:
        answer = await self._http.get(f"{self._rest}/sandbox/state")
        state: dict[str, Any] = answer.raise_for_status().json()
        return state

    # ------------------------------------------------------------ the end

    async def _settle(self) -> None:
        """No faults, and lives that end cleanly, until nothing is under way; then the comparison."""
        await self._clear_faults()
        for attempt in range(LAST_LIVES):
            service = await self._begin(f"last{attempt}.log", Life(End.CLEAN, 0))
            if not await self._ready(service):
                self._defect("service failed", f"{service.log.name}: not ready, without any fault")
            await self._until_resolved(service)
            await self._check_result(service)
            end = await self._told_to_stop(Life(End.CLEAN, 0), service)
            self._look_back(service, end, f"last{attempt}")
            if not read_books(self.books).unfinished and not await self._open_there():
                break
        books, state = read_books(self.books), await self._state()
        t = self.tally
        t.orders, t.fills = len(state["orders"]), sum(len(order["trades"]) for order in state["orders"])
        t.states.update(order["state"] for order in books.orders)
        t.origins.update(order["origin"] for order in books.orders)
        t.doubted, t.surfaced = _doubts(self.books)
        for defect in (*check_whole(self.books), *compare(books, state, CASH)):
            self._defect(defect.kind, defect.text)

    async def _until_resolved(self, service: Service) -> None:
        """Cancel what rests, and wait until every order is over."""
        socket, until = self.folder / "data" / "control.sock", time.monotonic() + RESOLVE_SECONDS
        while service.alive and time.monotonic() < until:
            with contextlib.suppress(ConnectionError):
                await ask(socket, "/cancel all", seconds=30)
            if not read_books(self.books).unfinished and not await self._open_there():
                return
            await asyncio.sleep(0.5)

    async def _check_result(self, service: Service) -> None:
        """What people are told they won, worked out sale by sale, is what the positions won."""
        for _ in range(3):
            before = read_books(self.books)
            try:
                told = await ask(self.folder / "data" / "control.sock", f"/pnl {RESULT_DAYS}", seconds=30)
            except ConnectionError:
                return  # it has ended, which `_told_to_stop` sees
            if len(read_books(self.books).fills) != len(before.fills):
                continue
            with localcontext(EXACT):
                won = sum((Decimal(p["realised_pnl"]) for p in before.positions), Decimal(0))
            if told["data"].get("realised_krw") is None or Decimal(told["data"]["realised_krw"]) != won:
                self._defect("result differs", f"positions won {won}, told: {told['text'][:200]}")
            return

    async def _open_there(self) -> int:
        return sum(order["state"] == "wait" for order in (await self._state())["orders"])


def _doubts(file: Path) -> tuple[int, int]:
    """Orders that were in doubt at least once, and those of them that surfaced after they had been given up."""
    import sqlite3

    with contextlib.closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as books:
        query = "SELECT count(DISTINCT client_order_id) FROM order_history WHERE {}"
        doubted = books.execute(query.format("state = 'unknown'")).fetchone()[0]
        late = books.execute(query.format("note = 'surfaced late'")).fetchone()[0]
    return doubted, late
