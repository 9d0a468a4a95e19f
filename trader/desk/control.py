"""Control: trading states, the red button, and the books against the exchange."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from trader.chronicle import Route
from trader.desk.tools import Part
from trader.model.difference import Difference, Reconciliation
from trader.model.market import Market
from trader.model.portfolio import TradingState
from trader.model.views import (
    PanicReceipt,
    StateNote,
)

ACTIONS = {
    "start": TradingState.ACTIVE,
    "resume": TradingState.ACTIVE,
    "pause": TradingState.REDUCING,
    "stop": TradingState.HALTED,
}


class Control(Part):
    async def set_state(self, action: str, by: str, until: datetime | None = None, reason: str = "") -> StateNote:
        """`action` is start, resume (→ ACTIVE), pause (→ REDUCING, optionally until) or stop (→ HALTED)."""
        return await self._t.state.set(ACTIONS[action], by, until=until, reason=reason)

    async def panic(
        self,
        by: str,
        *,
        cancel_only: bool = False,
        markets: Sequence[Market] = (),
        strategy: str = "",
        answered: Collection[Route] = (),
    ) -> PanicReceipt:
        """Lock entries, cancel, sell, read back. Never raises for one market's failure: the receipt says it. One that
        takes longer is `going_on`: the end is told, except where this answer is shown (`answered`) if it is the end."""
        return await self._t.pursuit.press(
            by, cancel_only=cancel_only, markets=markets, strategy=strategy, answered=answered
        )

    async def reconcile(self) -> Reconciliation:
        """Compare now. VenueError."""
        return await self._t.reconciler.asked()

    async def difference(self, id_start: str) -> Difference:
        """By id, an unambiguous beginning, or empty: the only open one. UserInputError: difference-unknown,
        difference-ambiguous."""
        return await self._t.reconciler.difference(id_start)

    async def answer_difference(self, answer: str, id_start: str, by: str) -> Difference:
        """`answer` is adopt, ignore or cancel; each difference is answered once. UserInputError: difference-unknown,
        difference-ambiguous, difference-answered, and why it cannot be adopted or cancelled. VenueError."""
        reconciler = self._t.reconciler
        acts = {"adopt": reconciler.adopt, "ignore": reconciler.ignore, "cancel": reconciler.cancel}
        return await acts[answer](id_start, by)
