"""Faults of the streams: connections that end or fall silent, messages that are lost, doubled, late or swapped.

Messages are counted per sandbox, not per client: a message that several clients are to get is one, and what strikes
it strikes it for all of them. Messages nobody subscribed to do not count."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Protocol

from sandbox.faults.later import Later
from sandbox.faults.model import Event, Fault

Deliver = Callable[[], None]
Tamper = Callable[[str, str, Deliver], None]

_PRIVATE = frozenset({"myOrder", "myAsset"})
_STREAMS = {"public": (False,), "private": (True,), "both": (False, True)}


class Sockets(Protocol):
    """`sandbox.streams.Streams`, as far as faults handle it."""

    tamper: Tamper | None

    def disconnect(self, private: bool, code: int, reason: str, *, abrupt: bool, refuse_seconds: float) -> None: ...

    def mute(self, private: bool, muted: bool, *, answer_pings: bool = False) -> None: ...

    def admit(self) -> None: ...


class StreamFaults:
    """Stands between the streams and their clients while a fault of this family is set."""

    def __init__(self, sockets: Sockets, later: Later) -> None:
        self._sockets = sockets
        self._later = later
        self._faults: list[Fault] = []
        self._silences: list[Fault] = []
        self._held: dict[bool, Deliver] = {}

    def add(self, fault: Fault) -> None:
        """Set it; what needs no message to strike strikes now."""
        if fault.kind in ("ws_disconnect", "ws_silence") and not fault.given and not fault.after:
            if fault.strikes(_now()):
                self._cut_off(fault)
            if fault.over(_now()):
                return
        self._faults.append(fault)
        self._sockets.tamper = self.message

    def clear(self) -> None:
        """Everything is as without faults; messages held back have been let go by `Later.release`."""
        self._faults.clear()
        self._silences.clear()
        self._sockets.tamper = None
        self._sockets.admit()
        for private in (False, True):
            self._let_go(private)
            self._sockets.mute(private, False)

    def message(self, kind: str, market: str, deliver: Deliver) -> None:
        """One message is about to go to its subscribers; `deliver` sends it to them."""
        private, now = kind in _PRIVATE, _now()
        event = Event(markets=(market,), type=kind)
        for fault in self._faults:
            if private not in _STREAMS[fault.fields["stream"]] or not fault.match.fits(event):
                continue
            if fault.kind == "ws_reorder" and fault.fields["how"] == "swap" and private in self._held:
                continue  # this is the message that overtakes the one held back
            if fault.strikes(now):
                self._spoil(fault, private, deliver)
                return
        self._send(private, deliver)

    def _spoil(self, fault: Fault, private: bool, deliver: Deliver) -> None:
        match fault.kind:
            case "ws_duplicate":
                deliver()
                self._send(private, deliver)
            case "ws_reorder" if fault.fields["how"] == "swap":
                self._held[private] = deliver
                self._later.call(fault.fields["seconds"], lambda: self._let_go(private, deliver))
            case "ws_reorder":
                self._later.call(fault.fields["seconds"], deliver)
            case "ws_gap":
                pass  # lost
            case _:
                self._cut_off(fault)

    def _send(self, private: bool, deliver: Deliver) -> None:
        deliver()
        self._let_go(private)

    def _let_go(self, private: bool, only: Deliver | None = None) -> None:
        """Send what was held back; with `only`, unless it has gone already."""
        held = self._held.get(private)
        if held is not None and only in (None, held):
            del self._held[private]
            held()

    def _cut_off(self, fault: Fault) -> None:
        fields = fault.fields
        if fault.kind == "ws_disconnect":
            for private in _STREAMS[fields["stream"]]:
                self._sockets.disconnect(
                    private,
                    fields["code"],
                    "sandbox fault",
                    abrupt=fields["how"] == "abrupt",
                    refuse_seconds=fields["seconds"],
                )
            return
        self._silences.append(fault)
        fault.under_way += 1
        self._apply_silences()
        self._later.call(fields["seconds"], lambda: self._end_silence(fault))

    def _end_silence(self, fault: Fault) -> None:
        if fault in self._silences:
            self._silences.remove(fault)
            fault.under_way -= 1
            self._apply_silences()

    def _apply_silences(self) -> None:
        for private in (False, True):
            mine = [fault for fault in self._silences if private in _STREAMS[fault.fields["stream"]]]
            answering = all(fault.fields["answer_pings"] for fault in mine)
            self._sockets.mute(private, bool(mine), answer_pings=answering)


def _now() -> float:
    return asyncio.get_running_loop().time()
