"""What an order that was given up may still explain is not adopted as a person's doing (P5, S9)."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.examples import D
from tests.trading_floor import Floor, until, wish
from trader.errors import OutcomeUnknown, UserInputError
from trader.execution import follower
from trader.model.difference import DifferenceKind
from trader.model.order import ExitPlan, OrderState
from trader.reconcile import Reconciler

PLAN = ExitPlan(stop=D(90_000))


@pytest.fixture
async def floor(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Floor]:
    monkeypatch.setattr(follower, "RESOLVE_SECONDS", (0.0, 0.01))
    monkeypatch.setattr(follower, "GRACE_SECONDS", 0.03)
    made = Floor()
    yield made
    await made.close()


async def test_coins_of_an_order_that_hides_are_not_adopted(floor: Floor) -> None:
    """1 BTC bought in hiding: given up, and the account shows a coin too many. While the order is looked for the coin
    cannot be taken in; it surfaces, and is ours once. Twice would have left the account a coin short."""
    reconciler = Reconciler(
        floor.venue, floor.chronicle, floor.executor, floor.quotes, floor.state, lambda: floor.settings
    )
    await reconciler.run()
    floor.venue.lose_answers = floor.venue.hide = True
    floor.venue.fail("submit", OutcomeUnknown("time-out"))
    assert (await floor.done(await floor.send(wish(exits=PLAN)))).state is OrderState.EXPIRED
    found = {difference.kind: difference for difference in (await reconciler.run()).open}
    with pytest.raises(UserInputError) as refused:
        await reconciler.adopt(found[DifferenceKind.EXTRA].difference_id, "console")
    assert refused.value.key == "difference-moving"

    floor.venue.hide = False
    await reconciler.run()
    await until(lambda: not floor.executor.working())
    result = await reconciler.run()
    position = await floor.position()
    assert position is not None
    assert position.quantity == floor.venue.totals["BTC"] == 1
    assert DifferenceKind.SHORT not in {difference.kind for difference in result.open}
