"""Members that say again what they said: answers come from the books, by the hash of the request (R8).

A request that was never made, or is put otherwise today, is not recorded: an error, and never a call. Nothing of a
vendor's is loaded, nothing is sent, nothing is paid."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from trader.advice.members.member import Adapter, MemberSpec, Raw, Wire
from trader.advice.prices import FREE
from trader.model.advice import Consultation, MemberResult, MemberStatus, Prompt

NOT_RECORDED: Final = "not recorded"

Recording = Mapping[tuple[str, str, str], MemberResult]
"""By hash of the request, member and model."""


def recording(consultations: Sequence[Consultation]) -> Recording:
    """What is on record, of the same request the newest."""
    return {
        (said.prompt_hash, result.member, result.model): result for said in consultations for result in said.results
    }


class Recorded:
    """One member of one model."""

    def __init__(self, spec: MemberSpec, record: Recording) -> None:
        self._spec = spec
        self._record = record

    async def call(self, prompt: Prompt, seconds: float) -> Raw:
        said = self._record.get((prompt.digest, self._spec.name, self._spec.model))
        if said is None:
            return Raw(MemberStatus.ERROR, detail=NOT_RECORDED, billed=False, replayed=True)
        # Text that was no answer then is looked at by the checks of today.
        again = said.status is MemberStatus.INVALID and bool(said.raw.strip())
        status = MemberStatus.OK if again else said.status
        return Raw(status, said.raw, said.usage, said.request_id, said.detail, billed=False, replayed=True)

    async def retires(self) -> str:
        return ""

    async def close(self) -> None:
        """There is nothing to be closed."""


def seats(said: Consultation, record: Recording) -> list[tuple[MemberSpec, Adapter]]:
    """The members that were asked then, in their order."""
    specs = [MemberSpec(result.member, result.model, Wire.CHAT, "", "", FREE) for result in said.results]
    return [(spec, Recorded(spec, record)) for spec in specs]
