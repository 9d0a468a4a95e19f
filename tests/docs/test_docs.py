"""What people read agrees with the code: generated files are fresh, names exist, commands shown are understood."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from typer.main import get_command

from chatbot import docs
from chatbot.people.access import Role
from chatbot.commands import REGISTRY
from chatbot.console.script import parse_script
from chatbot.reply import Tone
from chatbot.running.shell import shell
from sandbox.__main__ import parse_arguments
from sandbox.faults.kinds import KINDS
from tests.chatbot.chat_bench import Bench
from trader.model.mode import Mode
from trader.settings import Settings
from trader.settings.fields import field_extra

ROOT = docs.ROOT
DECISIONS = sorted((ROOT / "docs" / "adr").glob("*.md"))
PAGES = sorted([ROOT / "README.md", ROOT / "CHANGELOG.md", *(ROOT / "docs").rglob("*.md")])
VERBS = get_command(shell).commands  # type: ignore[attr-defined]


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def text_of(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def blocks(text: str, language: str = "") -> list[str]:
    """Lines of the fenced blocks of one language."""
    found = re.findall(rf"^ *```{language}\n(.*?)^ *```$", text, re.MULTILINE | re.DOTALL)
    return [line.strip() for block in found for line in block.splitlines()]


def code(text: str) -> list[str]:
    """Inline code, and the lines of all fenced blocks."""
    fenced = [line for language in ("", "sh", "python") for line in blocks(text, language)]
    return [*re.findall(r"`([^`\n]+)`", re.sub(r"```.*?```", "", text, flags=re.DOTALL)), *fenced]


# ---------------------------------------------------------------- generated files


@pytest.mark.parametrize("name", docs.documents())
def test_generated_files_are_fresh(name: str) -> None:
    """`make docs` would change nothing (D4)."""
    assert text_of(name) == docs.documents()[name], "run: make docs"


def test_every_setting_is_listed_once() -> None:
    """D4, E12: in .env.example and docs/settings.md, in one of the groups with a heading."""
    listed = re.findall(r"^#?([A-Z0-9_]+)=", text_of(".env.example"), re.MULTILINE)
    assert sorted(listed) == sorted(name.upper() for name in Settings.model_fields)
    page = re.findall(r"^\| `([A-Z0-9_]+)`", text_of("docs/settings.md"), re.MULTILINE)
    assert sorted(page) == sorted(listed)
    assert {field_extra(info)["group"] for info in Settings.model_fields.values()} == set(docs.GROUPS)


def test_every_setting_says_what_it_is() -> None:
    assert [name for name, info in Settings.model_fields.items() if not info.description] == []


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch) -> None:
    """No setting comes from this machine's environment."""
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
        monkeypatch.delenv(name, raising=False)


@pytest.mark.usefixtures("bare")
def test_env_example_changes_nothing_as_it_stands(tmp_path: Path) -> None:
    """Copied as it is, or with every line in force, it gives the defaults: so every default in it is true."""
    default = Settings(_env_file=None)
    every = tmp_path / "every.env"
    every.write_text(re.sub(r"^#([A-Z0-9_]+=)", r"\1", text_of(".env.example"), flags=re.MULTILINE), encoding="utf-8")
    assert Settings(_env_file=ROOT / ".env.example") == default
    assert Settings(_env_file=every) == default
    assert default.mode is Mode.SANDBOX


def test_env_example_holds_no_secret() -> None:
    secrets = [name.upper() for name, info in Settings.model_fields.items() if "Secret" in str(info.annotation)]
    assert len(secrets) == 9
    assert [name for name in secrets if f"\n{name}=\n" not in text_of(".env.example")] == []


@pytest.mark.usefixtures("bare")
def test_going_live_as_the_readme_says() -> None:
    """The block of settings in the README is enough, and none of its lines can be left out."""
    lines = [line for line in blocks(text_of("README.md"), "sh") if re.fullmatch(r"[A-Z_]+=\S+", line)]
    given = {key.lower(): value for key, value in (line.split("=", 1) for line in lines)}
    assert set(given) == {"mode", "live_trading_confirmed", "upbit_access_key", "upbit_secret_key"}
    assert Settings(_env_file=None, **given).mode is Mode.LIVE
    for name in set(given) - {"mode"}:
        with pytest.raises(ValueError, match="MODE=live"):
            Settings(_env_file=None, **{key: value for key, value in given.items() if key != name})


def test_between_needs_exactly_one_place() -> None:
    text = "a\n<!-- x -->\nold\n<!-- /x -->\nb\n"
    assert docs.between(text, "x", "new") == "a\n<!-- x -->\nnew\n<!-- /x -->\nb\n"
    with pytest.raises(ValueError, match="one pair"):
        docs.between(text + text, "x", "new")
    with pytest.raises(ValueError, match="one pair"):
        docs.between(text, "y", "new")


# ---------------------------------------------------------------- names


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_links_lead_somewhere(page: Path) -> None:
    """Files exist, and anchors name a heading of the page."""
    text = page.read_text(encoding="utf-8")
    headings = {
        re.sub(r"[^\w -]", "", line).strip().lower().replace(" ", "-") for line in re.findall("^#+ (.+)$", text, re.M)
    }
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if target.startswith("#"):
            assert target[1:] in headings, target
        elif not target.startswith("https://"):
            assert (page.parent / target).exists(), target


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_files_named_exist(page: Path) -> None:
    """What looks like a path of the project is one: from its root, beside the page, or in a package; a bare name may
    stand anywhere in one."""
    packages = [ROOT / name for name in ("trader", "chatbot", "storage", "sandbox")]
    for name in code(page.read_text(encoding="utf-8")):
        if re.fullmatch(r"[\w./-]+\.(py|md|toml|yaml|ftl|png)|[a-z_]+/([\w-]+/)*", name):
            exact = any((place / name).exists() for place in [ROOT, page.parent, *packages])
            below = "/" not in name and any(next(package.rglob(name), None) for package in packages)
            assert exact or below, name


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_verbs_named_exist(page: Path) -> None:
    """Every `python -m chatbot VERB` can be run, with the options shown."""
    for line in re.findall(r"python -m chatbot ([^`\n#;,)]+)", page.read_text(encoding="utf-8")):
        verb, *words = shlex.split(line, comments=True)
        if verb != "VERB":
            known = {option for param in VERBS[verb].params for option in param.opts}
            assert {word for word in words if word.startswith("-")} <= known, line


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_make_targets_named_exist(page: Path) -> None:
    targets = set(re.findall(r"^([a-z]+):", text_of("Makefile"), re.MULTILINE))
    for line in code(page.read_text(encoding="utf-8")):
        for target in re.findall(r"\bmake ([a-z]+)\b", line):
            assert target in targets, line


def test_every_verb_is_in_the_readme() -> None:
    assert set(re.findall(r"^\| `([a-z-]+)", text_of("README.md"), re.MULTILINE)) == set(VERBS)


def test_chat_commands_named_exist() -> None:
    """Also Korean ones, and only such whose whole line is understood."""
    for page in ("README.md", "CHANGELOG.md", "docs/architecture.md", "docs/sandbox.md"):
        for line in code(text_of(page)):
            for word in re.findall(r"(?:^|(?<=  ))/([a-z가-힣]+)(?![\w/])", line):
                if word not in ("trader", "v1", "newbot"):
                    assert REGISTRY.find(word) is not None, f"{page}: /{word}"


@pytest.mark.parametrize(
    "line",
    [
        "/status",
        "/positions",
        "/why BTC",
        "/chart BTC",
        "/buy BTC 30만",
        "/panic",
        "/language en",
        "/help buy",
        "/상태",
        "/매수 비트코인 5만원",
        "비트코인 5만원 사줘",
        "비트코인 5만원어치 사줘",
        "왜 안 샀어?",
        "내일 아침 9시까지 쉬어",
        "/중지",
        "/긴급",
        "/limits max_order_krw 100000",
    ],
)
async def test_chat_lines_of_the_readme_are_understood(line: str) -> None:
    """Command and arguments: the answer is no error (C1, C5)."""
    assert line in text_of("README.md")
    assert (await Bench().say(line)).tone is not Tone.ERROR


def test_demo_script_lines_are_readable() -> None:
    (line,) = re.findall(r"`(@\d+ /\w+)`", text_of("README.md"))
    assert parse_script([line])[0].second == 12


# ---------------------------------------------------------------- the sandbox's page


def test_sandbox_page_names_every_option_and_fault() -> None:
    page = text_of("docs/sandbox.md")
    options = {f"--{name.replace('_', '-')}" for name in vars(parse_arguments([]))}
    assert {option for option in options if option not in page} == set()
    assert {kind for kind in KINDS if f"`{kind}`" not in page} == set()


# ---------------------------------------------------------------- decisions and the rest


def test_decisions_are_numbered_and_have_their_parts() -> None:
    assert [int(path.name[:4]) for path in DECISIONS] == list(range(1, len(DECISIONS) + 1))
    for path in DECISIONS:
        text = path.read_text(encoding="utf-8")
        assert all(part in text for part in ("Status:", "**Context.**", "**Decision.**", "**Consequences.**")), (
            path.name
        )
        assert len(text.splitlines()) <= 45, path.name


def test_pictures_are_small() -> None:
    pictures = sorted((ROOT / "docs" / "pictures").glob("*.png"))
    threads = [f"thread-{chat}-{language}.png" for chat in ("slack", "telegram") for language in ("en", "ko")]
    assert [path.name for path in pictures] == ["chat.png", "terminal.png", *threads]
    assert all(path.stat().st_size <= 300_000 for path in pictures)


def test_slack_manifest_asks_for_the_scopes_the_readme_names() -> None:
    manifest = text_of("deploy/slack-manifest.yaml")
    scopes = re.findall(r"^ +- ([a-z_]+(?::[a-z]+)?) +#", manifest, re.MULTILINE)
    assert len(scopes) == 6
    assert [scope for scope in scopes if f"`{scope}`" not in text_of("README.md")] == []
    assert "- command: /trader\n" in manifest


def test_slack_manifest_has_every_command_and_the_home_tab() -> None:
    """C1. Names as Slack takes them: at most 32 characters, small letters; at most 50 of one app."""
    manifest = text_of("deploy/slack-manifest.yaml")
    found = re.findall(r"^ +- command: /([a-z0-9_-]{1,31})$", manifest, re.MULTILINE)
    assert found[0] == "trader"
    every = {f"trader-{command.name}" for command in REGISTRY.all(Role.OWNER)}
    assert set(found[1:]) <= every
    assert len(found) == len(set(found)) == min(len(every) + 1, 50)
    assert "    home_tab_enabled: true\n" in manifest
    assert "      - app_home_opened\n" in manifest


def test_every_role_is_explained() -> None:
    """C4."""
    head = text_of("docs/commands.md").split("##")[0]
    assert [role.name for role in Role if role is not Role.NOBODY and role.name.lower() not in head] == []
