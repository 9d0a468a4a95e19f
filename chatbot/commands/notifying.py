"""/notify and /quiet: who is told what, and when not. What is critical is always told."""

from __future__ import annotations

from collections.abc import Sequence

from chatbot.commands.register import command
from chatbot.context import Context, Forbidden
from chatbot.notify.rules import Group, Profile, key_of, route_of
from chatbot.notify.slots import NotifyRequest, QuietHours, SendTo, Switch
from chatbot.people.access import Role
from chatbot.reply import Button, Reply, Tone
from chatbot.views.buttons import rows_of, runs
from trader.chronicle import Route
from trader.errors import UserInputError

NIGHT = "23:00-07:00"
"""What the button offers."""


@command("notify", group="settings", role=Role.VIEWER, change=Role.VIEWER, aliases=("알림설정", "통지"))
async def notify(ctx: Context, what: NotifyRequest | None = None) -> Reply:
    if what is None:
        return _menu(ctx)
    ctx.changing()
    keeper = ctx.services.notify
    match what:
        case SendTo(group, places):
            if ctx.role < Role.OWNER:
                raise Forbidden(Role.OWNER)
            await keeper.send_to(group, places, ctx.by)
        case Switch(group, on):
            await keeper.switch(_mine_to_change(ctx, _here(ctx)), group, on, ctx.by)
        case Profile():
            await keeper.set_profile(_mine_to_change(ctx, _here(ctx)), what, ctx.by)
    return _menu(ctx)


@command("quiet", group="settings", role=Role.VIEWER, change=Role.VIEWER, aliases=("방해금지", "조용시간"))
async def quiet(ctx: Context, hours: QuietHours | None = None) -> Reply:
    if hours is None:
        return _quiet_now(ctx, _here(ctx))
    ctx.changing()
    place = _own(ctx) if hours.mine else _conversation(ctx) if hours.mine is False else _here(ctx)
    await ctx.services.notify.set_hours(_mine_to_change(ctx, place), hours.hours, ctx.by)
    return _quiet_now(ctx, place)


# ---------------------------------------------------------------- whose conversation


def _here(ctx: Context) -> Route:
    """Where this person is told what they asked for. UserInputError: place-none."""
    if not ctx.place:
        raise UserInputError("place-none")
    return route_of(ctx.place)


def _own(ctx: Context) -> Route:
    if ctx.person.local:
        raise UserInputError("place-none")
    return route_of(ctx.person.key)


def _conversation(ctx: Context) -> Route:
    if ctx.person.local or not ctx.conversation:
        raise UserInputError("place-none")
    return _own(ctx) if ctx.conversation == ctx.person.user_id else Route(ctx.person.channel, ctx.conversation)


def _mine_to_change(ctx: Context, place: Route) -> Route:
    """One's own chat is everybody's to make quiet, any other an owner's. Forbidden."""
    if key_of(place) != ctx.person.key and ctx.role < Role.OWNER:
        raise Forbidden(Role.OWNER)
    return place


# ---------------------------------------------------------------- showing


def _menu(ctx: Context) -> Reply:
    words, keeper = ctx.words, ctx.services.notify
    place = route_of(ctx.place) if ctx.place else None
    routed = [
        words("notify-routed", name=_name(ctx, group), places=_named(ctx, places))
        for group, places in keeper.rules.routed.items()
    ]
    return Reply(
        title=words("notify-title"),
        lines=(
            *(_of_place(ctx, place) if place is not None else ()),
            words("notify-default", places=_named(ctx, keeper.everybody) or words("notify-nobody")),
            *routed,
            words("notify-critical"),
        ),
        buttons=_buttons(ctx, place) if place is not None else (),
        tone=Tone.INFO,
        data={"outcome": "ok", "place": ctx.place, "rules": keeper.rules.as_note()},
    )


def _of_place(ctx: Context, place: Route) -> list[str]:
    words, wish = ctx.words, ctx.services.notify.rules.wish(place)
    off = ", ".join(_name(ctx, group) for group, on in wish.switched.items() if not on)
    return [
        words(f"notify-is-{wish.profile.value}"),
        *([words("notify-off", names=off)] if off else []),
        _hours_line(ctx, place),
        *([] if _told(ctx, place) else [words("notify-not-here")]),
    ]


def _buttons(ctx: Context, place: Route) -> tuple[tuple[Button, ...], ...]:
    words, wish = ctx.words, ctx.services.notify.rules.wish(place)
    profiles = [
        (f"{'● ' if wish.profile is profile else ''}{words(f'notify-{profile.value}')}", f"/notify {profile.value}")
        for profile in Profile
    ]
    groups = []
    for group in Group:
        on = wish.switched.get(group, True)
        groups.append((f"{'🔔' if on else '🔕'} {_name(ctx, group)}", f"/notify {group.value} {'off' if on else 'on'}"))
    return (*runs(*profiles), *rows_of(groups, 3), *runs(_night(ctx, place)))


def _quiet_now(ctx: Context, place: Route) -> Reply:
    words, now = ctx.words, ctx.services.clock.now()
    hours = ctx.services.notify.rules.wish(place).hours
    until = ctx.services.notify.quiet_until(place, now)
    return Reply(
        title=_hours_line(ctx, place),
        lines=(
            *((words("quiet-now", at=words.moment(until, now)),) if until is not None else ()),
            words("quiet-how") if hours else words("quiet-example"),
            *(() if _told(ctx, place) else (words("notify-not-here"),)),
        ),
        buttons=runs(_night(ctx, place), (words("button-notify"), "/notify")),
        tone=Tone.INFO,
        data={"outcome": "ok", "place": key_of(place), "hours": str(hours) if hours else None},
    )


def _night(ctx: Context, place: Route) -> tuple[str, str]:
    if ctx.services.notify.rules.wish(place).hours:
        return ctx.words("button-quiet-off"), "/quiet off"
    return ctx.words("button-quiet", hours=NIGHT), f"/quiet {NIGHT}"


def _hours_line(ctx: Context, place: Route) -> str:
    hours = ctx.services.notify.rules.wish(place).hours
    return ctx.words("quiet-hours", hours=str(hours)) if hours else ctx.words("quiet-none")


def _told(ctx: Context, place: Route) -> bool:
    """Whether anything is sent there without being asked for."""
    notify = ctx.services.notify
    return place in notify.everybody or any(place in places for places in notify.rules.routed.values())


def _name(ctx: Context, group: Group) -> str:
    return ctx.words(f"notify-group-{group.value}")


def _named(ctx: Context, places: Sequence[Route]) -> str:
    """People by name, anything else as it is written in a rule."""
    access, words = ctx.services.people.access, ctx.words
    keys = [key_of(place) for place in places]
    return ", ".join(words.person(key) if access.known(key) is not None else key for key in keys)
