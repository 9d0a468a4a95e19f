"""Who may use the bot: look, invite, change a role, shut out; and, for whoever has a code, come in."""

from __future__ import annotations

from chatbot.commands.register import command
from chatbot.context import Context
from chatbot.failures import sentence
from chatbot.people.access import GIVEN, Known, Role, role_named
from chatbot.people.pairing import LIFETIME
from chatbot.people.people import ENVIRONMENT
from chatbot.reply import JSON, Button, Reply, Tone
from chatbot.slots.people import RESTORE, KnownPerson, PairingCode, RoleChange, RoleName
from chatbot.views import lines
from chatbot.views.buttons import runs
from chatbot.wording import Words
from trader.errors import TraderError, UserInputError

MOST_SHOWN = 20


@command("people", group="people", role=Role.OWNER, change=Role.OWNER, asks=True, aliases=("사람", "사용자"))
async def people(ctx: Context, who: KnownPerson | None = None, change: RoleChange | None = None) -> Reply:
    if who is None:
        return _everybody(ctx)
    if change is None:
        return _one(ctx, who)
    ctx.changing()
    if change == RESTORE:
        return await _restore(ctx, who)
    return await _give(ctx, who, role_named(change))


def _everybody(ctx: Context) -> Reply:
    words = ctx.words
    known = ctx.services.people.access.everybody()
    shown = known[:MOST_SHOWN]
    more = [words("people-more", count=len(known) - len(shown))] if len(known) > len(shown) else []
    invite = [
        (words("button-invite", role=words(f"role-{r.name.lower()}")), f"/invite {r.name.lower()}") for r in GIVEN
    ]
    rows = [row for one in shown for row in runs((_short(one, ctx), f"/people {one.key}"))]
    return Reply(
        title=words("people-title", count=sum(1 for one in known if one.role is not Role.NOBODY)),
        lines=(*(_line(one, ctx) for one in shown), *more) if known else (words("people-none"),),
        buttons=(*rows, *runs(*invite)),
        data={"people": [_data(one) for one in known]},
    )


def _line(one: Known, ctx: Context) -> str:
    words = ctx.words
    parts = [_short(one, ctx), words(f"role-{one.given.name.lower()}"), _origin(one, ctx)]
    if one.revoked:
        parts.append(words("person-revoked"))
    return " · ".join(parts)


def _short(one: Known, ctx: Context) -> str:
    sign = "⛔" if one.revoked else {Role.OWNER: "👑", Role.TRADER: "🔁", Role.VIEWER: "👁"}.get(one.role, "·")
    return " ".join(part for part in (sign, ctx.words.account(one.key), one.name) if part)


def _origin(one: Known, ctx: Context) -> str:
    if one.member is None or one.member.added_by == ENVIRONMENT:
        return ctx.words("origin-environment")
    return ctx.words("person-added-by", by=lines.who(one.member.added_by, ctx.words))


def _data(one: Known) -> dict[str, JSON]:
    listed = one.listed is not Role.NOBODY
    return {
        "person": one.key,
        "name": one.name,
        "role": one.role.name.lower(),
        "origin": "environment" if listed else "chat",
        "revoked": one.revoked,
    }


def _one(ctx: Context, one: Known) -> Reply:
    words, now = ctx.words, ctx.services.clock.now()
    said = [f"{words(f'role-{one.given.name.lower()}')} · {_origin(one, ctx)}"]
    member = one.member
    if member is not None and member.added_by != ENVIRONMENT:
        said.append(words("person-added-at", at=words.moment(member.added_at, now)))
    if member is not None and member.revoked:
        by = lines.who(member.revoked_by, words)
        said.append(words("person-revoked-at", at=words.moment(member.revoked_at, now), by=by))
    if one.listed is not Role.NOBODY:
        said.append(words("person-listed"))
    return Reply(title=_short(one, ctx), lines=tuple(said), buttons=_changes(one, ctx), data=_data(one))


def _changes(one: Known, ctx: Context) -> tuple[tuple[Button, ...], ...]:
    words = ctx.words
    if one.revoked:
        return runs((words("button-restore"), f"/people {one.key} {RESTORE}"))
    roles = [
        (words("button-role", role=words(f"role-{role.name.lower()}")), f"/people {one.key} {role.name.lower()}")
        for role in GIVEN
        if role is not one.role
    ]
    return (*runs(*roles), *runs((words("button-revoke"), f"/revoke {one.key}")))


async def _give(ctx: Context, one: Known, role: Role) -> Reply:
    words, word = ctx.words, ctx.words(f"role-{role.name.lower()}")
    if one.revoked:
        raise UserInputError("person-revoked", person=one.key)
    if one.role is role:
        return Reply(title=words("person-unchanged", person=words.account(one.key), role=word), tone=Tone.INFO)
    if role is not Role.OWNER:
        ctx.services.people.refuse_last_owner(one)
    if not ctx.confirmed:
        return ctx.ask(words("person-role-ask", person=_named(one, words), role=word))
    await ctx.services.people.give(one, role, ctx.by)
    return Reply(title=words("person-role-done", person=_named(one, words), role=word), data={"outcome": "ok"})


async def _restore(ctx: Context, one: Known) -> Reply:
    words, role = ctx.words, ctx.words(f"role-{one.given.name.lower()}")
    if not one.revoked:
        return Reply(title=words("person-unchanged", person=words.account(one.key), role=role), tone=Tone.INFO)
    if not ctx.confirmed:
        return ctx.ask(words("person-restore-ask", person=_named(one, words), role=role))
    await ctx.services.people.restore(one, ctx.by)
    return Reply(title=words("person-restored", person=_named(one, words), role=role), data={"outcome": "ok"})


def _named(one: Known, words: Words) -> str:
    return f"{words.account(one.key)} {one.name}".rstrip()


# ---------------------------------------------------------------- shutting out


@command("revoke", group="people", role=Role.OWNER, change=Role.OWNER, asks=True, aliases=("차단", "권한회수"))
async def revoke(ctx: Context, who: KnownPerson) -> Reply:
    words, people = ctx.words, ctx.services.people
    if who.revoked:
        return Reply(title=words("person-revoked-already", person=_named(who, words)), tone=Tone.INFO)
    last = [owner.key for owner in people.access.owners()] == [who.key]
    if last and not ctx.person.local:
        people.refuse_last_owner(who)
    warning = (words("person-last-warning"),) if last else ()
    if not ctx.confirmed:
        return ctx.ask(
            words("person-revoke-ask", person=_named(who, words)), (words("person-revoke-explained"), *warning)
        )
    ctx.services.confirmations.forget(who.key)
    await people.revoke(who, ctx.by)
    withdrawn, failed = await _withdraw(ctx, who)
    tickets = [words("person-tickets", count=withdrawn)] if withdrawn else []
    return Reply(
        title=words("person-revoked-done", person=_named(who, words)),
        lines=(words("person-frozen"), *tickets, *failed, *warning),
        buttons=runs((words("button-resume"), "/resume"), (words("button-people"), "/people")),
        tone=Tone.WARNING,
        data={"outcome": "ok", "person": who.key, "tickets": withdrawn},
    )


async def _withdraw(ctx: Context, who: Known) -> tuple[int, list[str]]:
    """What this person proposed and nobody has answered is not to be approved by mistake; and what went wrong there."""
    withdrawn, failed = 0, list[str]()
    for ticket in await ctx.desk.tickets():
        if ticket.cleared.intent.owner != who.key:
            continue
        try:
            await ctx.desk.answer(ticket.ticket_id, False, ctx.by)
            withdrawn += 1
        except TraderError as err:
            failed.append(sentence(err, ctx.words))
    return withdrawn, failed


# ---------------------------------------------------------------- coming in


@command("invite", group="people", role=Role.OWNER, change=Role.OWNER, aliases=("초대",))
async def invite(ctx: Context, role: RoleName) -> Reply:
    """The code is shown where nobody else reads it: in a private chat, at the machine, or for one person's eyes."""
    if not ctx.private:
        raise UserInputError("invite-public")
    words, given = ctx.words, role_named(role)
    code = ctx.services.people.pairing.issue(given, ctx.by)
    minutes = str(int(LIFETIME.total_seconds()) // 60)
    word = words(f"role-{role}")
    return Reply(
        title=words("invite-title", role=word),
        lines=(words("invite-line", code=code), words("invite-expires", minutes=minutes)),
        data={"outcome": "ok", "code": code, "role": role, "minutes": int(minutes)},
        private=True,
    )


@command("pair", group="people", role=Role.NOBODY, change=Role.NOBODY, secret=True, aliases=("연결", "등록"))
async def pair(ctx: Context, code: PairingCode) -> Reply:
    if ctx.person.local:
        raise UserInputError("pairing-local")
    people, words = ctx.services.people, ctx.words
    try:
        grant = people.pairing.redeem(code, ctx.person, role=ctx.role, private=ctx.private)
    except UserInputError as err:
        if err.key == "pairing-dead":
            await people.codes_died(ctx.person)
        raise
    await people.admit(ctx.person, grant.role, grant.by)
    role = words(f"role-{grant.role.name.lower()}")
    return Reply(
        title=words("paired-title", role=role),
        lines=(words("paired-owner" if grant.role is Role.OWNER else "paired-line"),),
        buttons=runs((words("button-status"), "/status"), (words("button-commands"), "/help")),
        data={"outcome": "ok", "role": grant.role.name.lower()},
    )
