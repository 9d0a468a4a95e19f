"""What may stand against a sale: what makes it impossible, sells what is not ours to sell, or a person's no.  Pure.

No limit of the owner is asked here. A no holds back the strategy that asked, for a while. Protective exits (guard,
panic) pass in every trading state, on any price and over any other order: only having nothing, or too little for the
venue, stops them."""

from __future__ import annotations

from trader.model.order import ZERO, Reason
from trader.model.portfolio import TradingState
from trader.risk.case import Case
from trader.risk.entries import Check, declined, market_inactive, order_pending
from trader.risk.reasons import because


def halted(case: Case) -> Reason | None:
    """REDUCING lets every sale pass, HALTED only protective exits."""
    state = case.portfolio.state
    return because("trading_state", state=state.value) if state is TradingState.HALTED else None


def more_than_held(case: Case) -> Reason | None:
    """Never more than the bot's own position; coins that unfinished sales may still take are spoken for."""
    quantity = case.intent.quantity or ZERO
    if not case.held or quantity <= 0:
        return because("nothing_to_sell", market=case.intent.market.code)
    if quantity > case.held:
        return because("more_than_held", quantity=quantity, held=case.held)
    left = case.held - case.selling
    return because("already_selling", quantity=quantity, left=max(left, ZERO)) if quantity > left else None


def below_minimum(case: Case) -> Reason | None:
    """Dust: the venue refuses it."""
    minimum = case.rules.min_notional
    if (case.intent.quantity or ZERO) <= 0 or case.notional >= minimum:
        return None
    return because("below_minimum", notional=case.notional, minimum=minimum)


def leaves_dust(case: Case) -> Reason | None:
    """A part sale must not leave a rest that the venue would never take: sell all of it, or less."""
    rest = case.held - (case.intent.quantity or ZERO)
    value, minimum = rest * case.price, case.rules.min_notional
    return because("leaves_dust", value=value, minimum=minimum) if rest > 0 and value < minimum else None


PROTECTIVE_CHECKS: tuple[Check, ...] = (more_than_held, below_minimum)

SALE_CHECKS: tuple[Check, ...] = (
    halted,
    order_pending,
    market_inactive,
    more_than_held,
    below_minimum,
    leaves_dust,
    declined,
)
