"""All members asked at once: the same bytes, one deadline, every ending a `MemberResult` (E2).

No member sees another's answer, none can hold up the others, and a slow or broken one is given a pause instead of
another try at every candle. What a call cost is kept in every case, estimated where the server did not say."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Final

import structlog

from trader.advice.answers import parse_answer
from trader.advice.budget import Budget, Caps
from trader.advice.members.faults import unreachable
from trader.advice.members.member import Adapter, Fault, MemberSpec, ModelUnknown, Raw
from trader.advice.reading import LONGEST, InvalidAnswer
from trader.clock import Clock
from trader.ids import new_id
from trader.model.advice import Answer, MemberResult, MemberStatus, Prompt, Usage

log = structlog.get_logger(__name__)

ZERO = Decimal(0)
FAILURES: Final = 3
REST_SECONDS: Final = 900.0
"""So many failures in a row, and a member rests so long; then one call shows whether it is well again."""
RETRY_NEEDS: Final = 2.0
"""Seconds that must be left for a second try."""


@dataclass(frozen=True, slots=True)
class Rate:
    """KRW per USD; `known` False: a configured stand-in, for the bill only."""

    krw: Decimal
    known: bool


Check = Callable[[str], "Answer | None"]
"""A member's text → its answer, None where the form has none. Raises InvalidAnswer."""


@dataclass(slots=True)
class _Seat:
    spec: MemberSpec
    adapter: Adapter
    failures: int = 0
    rests_until: float = 0.0
    off: str = ""


@dataclass(slots=True)
class _Bill:
    """What the tries of one call came to."""

    usd: Decimal = ZERO
    estimated: bool = False
    usage: Usage = field(default_factory=Usage)

    def add(self, spec: MemberSpec, raw: Raw, prompt: Prompt) -> Decimal:
        """USD of this try. A call that was cut off may have cost all it was allowed."""
        self.usage = raw.usage
        if not raw.billed:
            return ZERO
        usd, estimated = spec.price.usd(raw.usage, most_input=prompt.most_input, most_output=spec.max_output)
        self.usd, self.estimated = self.usd + usd, self.estimated or estimated
        return usd


@dataclass(frozen=True, slots=True)
class _Call:
    """One member asked once, or twice; `until` by the loop's clock."""

    seat: _Seat
    prompt: Prompt
    check: Check
    until: float
    caps: Caps
    rate: Rate
    bill: _Bill = field(default_factory=_Bill)


class Panel:
    """`rate` gives KRW per USD at the moment of asking."""

    def __init__(
        self,
        members: Sequence[tuple[MemberSpec, Adapter]],
        clock: Clock,
        budget: Budget,
        rate: Callable[[], Rate],
    ) -> None:
        self._seats = [_Seat(spec, adapter) for spec, adapter in members]
        self._clock = clock
        self._budget = budget
        self._rate = rate

    @property
    def specs(self) -> list[MemberSpec]:
        return [seat.spec for seat in self._seats]

    @property
    def troubles(self) -> dict[str, str]:
        """By member: why it is not asked any more until a person mends it."""
        return {seat.spec.name: seat.off for seat in self._seats if seat.off}

    def nearing(self, caps: Caps) -> dict[str, Decimal]:
        """KRW spent, by the cap of which four fifths are gone."""
        return self._budget.nearing(caps, self._clock.now())

    def likely_cost(self, prompt: Prompt) -> Decimal:
        """KRW, if every member answers at the first try and says all it may: what the worth of a question is weighed
        against. The caps hold by `worst_cost`."""
        counted, krw = sum(prompt.tokens.values()), self._rate().krw
        specs = [seat.spec for seat in self._seats if not seat.off]
        bills = (
            spec.price.usd(Usage(counted, spec.max_output), most_input=counted, most_output=spec.max_output)[0]
            for spec in specs
        )
        return sum(bills, ZERO) * krw

    def worst_cost(self, prompt: Prompt, member: str) -> Decimal:
        """KRW of one try of this member, whatever happens."""
        return sum((self._worst(seat, prompt) for seat in self._seats if seat.spec.name == member), ZERO)

    def _worst(self, seat: _Seat, prompt: Prompt) -> Decimal:
        """KRW of one try."""
        usd, _ = seat.spec.price.usd(Usage(), most_input=prompt.most_input, most_output=seat.spec.max_output)
        return usd * self._rate().krw

    async def ask(
        self, prompt: Prompt, *, price: Decimal, seconds: float, caps: Caps, only: str = ""
    ) -> tuple[MemberResult, ...]:
        """One result per member, in their order, after `seconds` at the latest. `only`: ask this one alone.

        All that can be asked, or none: where the caps leave room for a part of them, nothing is paid for a vote that
        those who are missing would spoil."""
        seats = [seat for seat in self._seats if not only or seat.spec.name == only]

        def check(text: str) -> Answer:
            return parse_answer(text, price=price, evidence=prompt.evidence)

        cap, keys = self._set_aside(seats, prompt, caps)
        asked = (self._ask(seat, prompt, check, seconds, caps, cap, keys.get(seat.spec.name, "")) for seat in seats)
        return tuple(await asyncio.gather(*asked))

    def _set_aside(self, seats: Sequence[_Seat], prompt: Prompt, caps: Caps) -> tuple[str, dict[str, str]]:
        """The first try of each: the cap that is in the way of them together, or by member the key of what is kept."""
        keys: dict[str, str] = {}
        for seat in filter(self._can_be_asked, seats):
            keys[seat.spec.name] = key = new_id()
            if cap := self._budget.reserve(key, self._worst(seat, prompt), caps, self._clock.now()):
                for taken in keys.values():
                    self._budget.settle(taken, ZERO, self._clock.now())
                return cap, {}
        return "", keys

    async def write(
        self, prompt: Prompt, *, seconds: float, caps: Caps, check: Callable[[str], object], only: str = ""
    ) -> MemberResult | None:
        """Text of another form than an answer, by the first member that can be asked, or by `only`; `check` raises
        InvalidAnswer. None: there is none."""
        able = (one for one in self._seats if self._can_be_asked(one) and only in ("", one.spec.name))
        seat = next(able, None)
        if seat is None:
            return None

        def checked(text: str) -> None:
            check(text)

        cap, keys = self._set_aside([seat], prompt, caps)
        return await self._ask(seat, prompt, checked, seconds, caps, cap, keys.get(seat.spec.name, ""))

    @property
    def cheapest(self) -> str:
        """The member whose words cost least, of those that can be asked now; of several the first. Empty: none."""
        able = [seat.spec for seat in self._seats if self._can_be_asked(seat)]
        costs = {spec.name: spec.price.input + spec.price.output for spec in able}
        return min(costs, key=lambda name: costs[name], default="")

    async def retirements(self) -> dict[str, str]:
        """By member: when its vendor ends the model (ISO date or `retired`), or `unknown: cause`; members about which
        nothing is to be said are left out. A vendor that cannot be asked is not worth a word at this place."""
        found: dict[str, str] = {}
        for seat in self._seats:
            try:
                async with asyncio.timeout(15):
                    said = await seat.adapter.retires()
            except ModelUnknown as err:
                said = f"unknown: {err}"
            except TimeoutError:
                continue
            if said:
                found[seat.spec.name] = said
        return found

    async def close(self) -> None:
        await asyncio.gather(*(seat.adapter.close() for seat in self._seats))

    # ---- one member

    @staticmethod
    def _can_be_asked(seat: _Seat) -> bool:
        return not seat.off and asyncio.get_running_loop().time() >= seat.rests_until

    async def _ask(
        self, seat: _Seat, prompt: Prompt, check: Check, seconds: float, caps: Caps, cap: str, key: str
    ) -> MemberResult:
        """`key` of what is set aside for the first try; none: it rests, or `cap` is in the way."""
        loop = asyncio.get_running_loop()
        began = loop.time()
        empty = MemberResult(seat.spec.name, seat.spec.model, MemberStatus.RESTING)
        if not key:
            if cap and self._can_be_asked(seat):
                return replace(empty, status=MemberStatus.BUDGET, detail=cap)
            return replace(empty, detail=seat.off or "rests after failures")
        call = _Call(seat, prompt, check, began + seconds, caps, self._rate())
        raw, result = await self._tries(call, key)
        self._learn(seat, raw, loop.time())
        bill = call.bill
        return replace(
            result,
            usage=bill.usage,
            cost=bill.usd * call.rate.krw,
            estimated=bill.estimated or not call.rate.known,
            latency_seconds=loop.time() - began,
        )

    async def _tries(self, call: _Call, key: str) -> tuple[Raw, MemberResult]:
        """Once, and once more where that may help, time is left and the caps allow it: a passing fault, or text that is
        no answer."""
        first = raw, result = await self._once(call, key)
        helps = raw.fault is Fault.AGAIN or result.status is MemberStatus.INVALID
        if not helps or call.until - asyncio.get_running_loop().time() < RETRY_NEEDS:
            return first
        again, worst = new_id(), self._worst(call.seat, call.prompt)
        if self._budget.reserve(again, worst, call.caps, self._clock.now()):
            return first
        return await self._once(call, again)

    async def _once(self, call: _Call, key: str) -> tuple[Raw, MemberResult]:
        """One try: its worst case is set aside under `key`, what it cost is settled after it."""
        loop, seat = asyncio.get_running_loop(), call.seat
        raw = Raw(MemberStatus.LATE, detail="deadline")
        try:
            async with asyncio.timeout_at(call.until):
                raw = await seat.adapter.call(call.prompt, max(call.until - loop.time(), 0.1))
        except TimeoutError:
            log.info("member_late", member=seat.spec.name)
        except Exception as err:  # noqa: BLE001 – whatever a server sends and its client makes of it; others answered
            raw = unreachable(err)
            log.error("member_broke", member=seat.spec.name, cause=raw.detail)  # its traceback may be seconds long
        finally:  # also when the program is told to stop meanwhile
            self._budget.settle(key, call.bill.add(seat.spec, raw, call.prompt) * call.rate.krw, self._clock.now())
        return raw, self._checked(call, raw)

    def _checked(self, call: _Call, raw: Raw) -> MemberResult:
        result = MemberResult(
            call.seat.spec.name,
            call.seat.spec.model,
            raw.status,
            detail=raw.detail,
            request_id=raw.request_id,
            raw=raw.text[:LONGEST],
            replayed=raw.replayed,
        )
        if raw.status is not MemberStatus.OK:
            return result
        try:
            return replace(result, answer=call.check(raw.text))
        except InvalidAnswer as why:
            return replace(result, status=MemberStatus.INVALID, detail=str(why))

    def _learn(self, seat: _Seat, raw: Raw, now: float) -> None:
        """What this ending means for the next question."""
        if raw.fault is Fault.NEVER:
            seat.off = raw.detail
            log.error("member_off", member=seat.spec.name, cause=raw.detail)
            return
        if raw.status in (MemberStatus.ERROR, MemberStatus.LATE):
            seat.failures += 1
            if raw.retry_after is not None:
                seat.rests_until = now + raw.retry_after
            elif seat.failures >= FAILURES:
                seat.rests_until = now + REST_SECONDS
                log.warning("member_rests", member=seat.spec.name, seconds=REST_SECONDS, cause=raw.detail)
        else:
            seat.failures = 0
