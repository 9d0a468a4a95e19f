"""`revoke` from the shell: through the running service when there is one, in its books otherwise (C4)."""

from __future__ import annotations

from contextlib import ExitStack

from chatbot.people.access import Access, Known
from chatbot.people.people import FROZEN, People
from chatbot.people.routes import routes
from chatbot.running.control import NoAnswer, alive, ask
from chatbot.running.data_dir import SOCKET, Claim, holder_of, make_data_dir
from storage.claim import claim_database
from storage.sql import open_storage
from trader.chronicle import Chronicle
from trader.clock import SystemClock
from trader.errors import UserInputError
from trader.model.portfolio import TradingState
from trader.settings import Settings
from trader.state import StateKeeper

BY = "shell"


async def revoke(settings: Settings, who: str, *, confirmed: bool) -> tuple[str, bool]:
    """(what would be done, or was done when `confirmed`; whether it could be). TraderError, OSError: it could not even
    begin."""
    make_data_dir(settings.data_dir)
    path, stuck = settings.data_dir / SOCKET, ""
    try:
        if await alive(path):
            reply = await ask(path, f"/revoke {who}{' confirm' if confirmed else ''}")
            return reply["text"], reply["tone"] != "error"
    except NoAnswer as err:
        stuck = f"\nNOTE: {err}; it lets this person in until it is stopped ({holder_of(settings.data_dir)})."
    with ExitStack() as claims:
        if not stuck:
            claims.callback(Claim(settings.data_dir).release)
            claims.callback(claim_database(settings.storage_url).release)
        text, done = await _in_the_books(settings, who, confirmed)
    return text + stuck, done


async def _in_the_books(settings: Settings, who: str, confirmed: bool) -> tuple[str, bool]:
    storage = await open_storage(settings.storage_url)
    try:
        access = Access.from_settings(settings, await storage.read(lambda records: records.people.all()))
        known = access.known(who)
        if known is None:
            raise UserInputError("person-unknown", value=who)
        if known.revoked:
            return f"{known.key} is revoked already.", True
        if not confirmed:
            return "\n".join([f"Revoke {known.key} ({known.role.name.lower()})?", *_warning(access, known)]), True
        warning = _warning(access, known)
        chronicle = Chronicle(storage, SystemClock(), routes(settings, access))

        async def freeze(by: str) -> None:
            state = await StateKeeper.load(chronicle, TradingState.ACTIVE)
            await state.set(TradingState.REDUCING, by, reason=FROZEN)

        people = People(access, chronicle, freeze)
        people.on_change(lambda: setattr(chronicle, "routes", tuple(routes(settings, access))))
        await people.revoke(known, BY)
        done = f"{known.key} is revoked. No new buys until an owner sends /resume; people are told at the next start."
        return "\n".join([done, *warning]), True
    finally:
        await storage.close()


def _warning(access: Access, known: Known) -> list[str]:
    if [owner.key for owner in access.owners()] != [known.key]:
        return []
    return [
        "WARNING: this is the last owner: nobody will be able to resume or to change settings by chat. "
        "A code for a new owner: python -m chatbot pair"
    ]
