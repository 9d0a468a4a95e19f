"""Parameters of the commands about people: a person, a role, a code."""

from __future__ import annotations

from typing import Annotated

from chatbot.amounts import LONGEST, folded
from chatbot.context import Context
from chatbot.people.access import GIVEN, Known
from chatbot.registry import Slot
from trader.errors import UserInputError

RESTORE = "restore"

_ROLES = {
    **{role.name.lower(): role.name.lower() for role in GIVEN},
    "소유자": "owner",
    "거래": "trader",
    "트레이더": "trader",
    "보기": "viewer",
    "조회": "viewer",
}
_CHANGES = {**_ROLES, **dict.fromkeys((RESTORE, "복구", "해제"), RESTORE)}


def _person(words: list[str], ctx: Context) -> tuple[Known, int]:
    """`telegram:123`, the number alone, or a name nobody else has. UserInputError: person-unknown, person-ambiguous."""
    text = words[0].removeprefix("@")
    access = ctx.services.people.access
    exact = access.known(text)
    if exact is not None:
        return exact, 1
    everybody = access.everybody()
    found = [one for one in everybody if text == one.user_id] or [
        one for one in everybody if folded(text) in (folded(one.key), folded(one.name))
    ]
    if not found:
        raise UserInputError("person-unknown", value=text[:LONGEST])
    if len(found) > 1:
        raise UserInputError("person-ambiguous", ids=", ".join(one.key for one in found))
    return found[0], 1


def _role(words: list[str], ctx: Context) -> tuple[str, int]:
    role = _ROLES.get(folded(words[0]))
    if role is None:
        raise UserInputError("role-unknown", value=words[0][:LONGEST])
    return role, 1


def _change(words: list[str], ctx: Context) -> tuple[str, int]:
    change = _CHANGES.get(folded(words[0]))
    if change is None:
        raise UserInputError("role-unknown", value=words[0][:LONGEST])
    return change, 1


def _code(words: list[str], ctx: Context) -> tuple[str, int]:
    return " ".join(words), len(words)


KnownPerson = Annotated[Known, Slot("person", _person)]
RoleName = Annotated[str, Slot("role", _role)]
RoleChange = Annotated[str, Slot("role-change", _change)]
PairingCode = Annotated[str, Slot("pairing-code", _code)]
