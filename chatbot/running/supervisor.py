"""What systemd is told (`sd_notify`): ready, how it goes, still well, stopping. Nothing happens without NOTIFY_SOCKET.

It lives in the event loop on purpose: a loop that hangs tells nothing, and is ended and started anew (D2, S9)."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Mapping

import structlog
from sdnotify import SystemdNotifier

from trader.service import Trader
from trader.vitals import deserves_watchdog

log = structlog.get_logger(__name__)

START_PERIOD_SECONDS = 1.0
LONGEST_PERIOD_SECONDS = 10.0
EXTENSION_SECONDS = 30
"""While it starts (an upgrade of the books, an exchange that is away) systemd is asked for so much more, again and
again: as long as this loop turns, a slow start is no failed one."""


class Supervisor:
    """`trader` is given when it exists; until then, and until it can trade, the service counts as starting."""

    def __init__(self, environment: Mapping[str, str] = os.environ) -> None:
        self.trader: Trader | None = None
        self._notifier = SystemdNotifier() if environment.get("NOTIFY_SOCKET") else None
        if self._notifier is not None and self._notifier.socket is not None:
            self._notifier.socket.setblocking(False)  # a full socket must not hold up the loop
        self._watchdog = watchdog_seconds(environment)
        self._ready = False
        self._well = True

    async def run(self) -> None:
        """Until cancelled."""
        if self._notifier is None:
            return
        while True:
            self._round()
            await asyncio.sleep(self._period())

    def stopping(self) -> None:
        self._tell("STOPPING=1", "STATUS=stopping")

    def _round(self) -> None:
        trader = self.trader
        if trader is None:
            self._tell(f"EXTEND_TIMEOUT_USEC={EXTENSION_SECONDS * 1_000_000}", "STATUS=starting")
            return
        if not self._ready and not trader.ready.is_set():
            self._tell(f"EXTEND_TIMEOUT_USEC={EXTENSION_SECONDS * 1_000_000}", "STATUS=waiting for the exchange")
            return
        if not self._ready:
            self._ready = True
            self._tell("READY=1")
        self._tell(f"STATUS={status(trader)}")
        self._feed(trader)

    def _feed(self, trader: Trader) -> None:
        vitals = trader.vitals()
        well = deserves_watchdog(vitals)
        if well is not self._well:
            (log.warning if not well else log.info)("watchdog_fed" if well else "watchdog_not_fed", vitals=str(vitals))
        self._well = well
        if well and self._watchdog:
            self._tell("WATCHDOG=1")

    def _period(self) -> float:
        if not self._ready:
            return START_PERIOD_SECONDS
        return min(self._watchdog / 4, LONGEST_PERIOD_SECONDS) if self._watchdog else LONGEST_PERIOD_SECONDS

    def _tell(self, *lines: str) -> None:
        if self._notifier is not None:
            self._notifier.notify("\n".join(lines))


def watchdog_seconds(environment: Mapping[str, str]) -> float:
    """How often systemd wants to hear that all is well; 0 where it does not, or does not mean this process
    (`sd_watchdog_enabled(3)`)."""
    usec, pid = environment.get("WATCHDOG_USEC", ""), environment.get("WATCHDOG_PID", "")
    if not usec.isdecimal() or (pid and pid != str(os.getpid())):
        return 0.0
    return int(usec) / 1_000_000


def status(trader: Trader) -> str:
    """One line for `systemctl status`: ASCII, no figures of money."""
    age = trader.health.data_age()
    prices = "no prices yet" if age is None else f"prices {age:.1f} s old"
    held, working = len(trader.guard.markets), len(trader.executor.working())
    return f"{trader.state.current.value}, {held} positions guarded, {working} orders working, {prices}"
