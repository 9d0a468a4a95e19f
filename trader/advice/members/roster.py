"""Settings → the members that are asked.  SettingsError says what is missing and how to mend it.

The vendors' libraries cost 40 to 50 MB each and up to two seconds: they are imported only for those who are members,
and only when one is first asked (`loading`)."""

from __future__ import annotations

from trader.advice.members.loading import Loader, OnDemand
from trader.advice.members.member import Adapter, MemberSpec, Wire
from trader.advice.prices import FREE, Price, parse_overrides, price_of, price_table
from trader.errors import SettingsError
from trader.settings import Settings

NAMES = ("openai", "anthropic", "gemini", "local")


def roster(settings: Settings) -> list[tuple[MemberSpec, Adapter]]:
    """In the order of AI_MEMBERS. Nothing of the vendors' is loaded yet."""
    overrides, loader = parse_overrides(settings.ai_prices), Loader()
    return [(spec, OnDemand(spec, loader)) for spec in specs(settings, overrides)]


def specs(settings: Settings, overrides: dict[str, Price]) -> list[MemberSpec]:
    return [_spec(name, settings, overrides) for name in settings.ai_members]


def _spec(name: str, settings: Settings, overrides: dict[str, Price]) -> MemberSpec:
    if name not in NAMES:
        raise SettingsError(f"AI_MEMBERS: {name!r} is not one of {', '.join(NAMES)}")
    if name == "local":
        return _local(settings, overrides)
    prefix = name.upper()
    key: str = getattr(settings, f"{name}_api_key").get_secret_value()
    if not key:
        raise SettingsError(f"AI_MEMBERS names {name}: set {prefix}_API_KEY, or take it off the list")
    model: str = getattr(settings, f"{name}_model") or price_table().defaults[name]
    wire = {"openai": Wire.RESPONSES, "anthropic": Wire.MESSAGES, "gemini": Wire.CHAT}[name]
    return MemberSpec(name, model, wire, getattr(settings, f"{name}_base_url"), key, price_of(model, overrides))


def _local(settings: Settings, overrides: dict[str, Price]) -> MemberSpec:
    """Its own electricity is not billed; effort is a word many of them do not know."""
    if not (settings.local_llm_base_url and settings.local_llm_model):
        raise SettingsError("AI_MEMBERS names local: set LOCAL_LLM_BASE_URL and LOCAL_LLM_MODEL, or take it off")
    model = settings.local_llm_model
    return MemberSpec(
        "local", model, Wire.CHAT, settings.local_llm_base_url, "local", overrides.get(model, FREE), effort=""
    )
