"""The systemd units: accepted by systemd itself, and in step with what the program does (D2, S9)."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from configparser import RawConfigParser
from pathlib import Path

import pytest

from chatbot.running.supervisor import LONGEST_PERIOD_SECONDS
from chatbot.running.verbs import STOP_SECONDS
from trader.model.limits import FailsafePolicy
from trader.panic.file import NAME
from trader.vitals import FRESH_SECONDS

ROOT = Path(__file__).resolve().parents[2]
UNITS = sorted((ROOT / "deploy").glob("*.service"))


def read(name: str) -> RawConfigParser:
    unit = RawConfigParser(strict=True)
    unit.optionxform = str  # type: ignore[assignment,method-assign]
    unit.read(ROOT / "deploy" / name, encoding="utf-8")
    return unit


def test_systemd_accepts_them(tmp_path: Path) -> None:
    """On copies whose program, directory and user exist here; everything else is as shipped."""
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd-analyze is not installed")
    assert [unit.name for unit in UNITS] == ["trader-failsafe.service", "trader.service"]
    for unit in UNITS:
        text = unit.read_text(encoding="utf-8").replace("/opt/trader/.venv/bin/python", sys.executable)
        text = text.replace("User=trader", "User=root").replace("Group=trader", "Group=root")
        text = text.replace("WorkingDirectory=/opt/trader", f"WorkingDirectory={tmp_path}")
        (tmp_path / unit.name).write_text(text.replace("file:/opt/trader", f"file:{ROOT}"), encoding="utf-8")
    command = ["systemd-analyze", "verify", "--man=no", "--recursive-errors=no"]
    done = subprocess.run(
        [*command, *(str(tmp_path / unit.name) for unit in UNITS)], capture_output=True, text=True, check=False
    )
    said = [line for line in done.stderr.splitlines() if "trader" in line or str(tmp_path) in line]
    assert (done.returncode, said) == (0, []), done.stderr


def test_the_verifier_would_have_said_so(tmp_path: Path) -> None:
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd-analyze is not installed")
    unit = tmp_path / "broken.service"
    unit.write_text("[Service]\nType=notify\nExecStart=/nowhere/python\nProtectSytem=strict\n")
    command = ["systemd-analyze", "verify", "--man=no", "--recursive-errors=no", str(unit)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert "ProtectSytem" in done.stderr
    assert done.returncode != 0


def test_figures_agree_with_the_program() -> None:
    """A watchdog longer than the pause of a price stream and of its feeding; a stop longer than the program's own."""
    unit, service = read("trader.service"), read("trader.service")["Service"]
    assert service["Type"] == "notify"
    assert service["Restart"] == "on-failure"
    assert unit["Unit"]["OnFailure"] == "trader-failsafe.service"
    assert float(service["WatchdogSec"]) > FRESH_SECONDS
    assert float(service["WatchdogSec"]) / 4 >= LONGEST_PERIOD_SECONDS
    assert float(service["TimeoutStopSec"]) > STOP_SECONDS


@pytest.mark.parametrize("name", [unit.name for unit in UNITS])
def test_both_are_hardened_alike(name: str) -> None:
    service = read(name)["Service"]
    for key, value in {
        "User": "trader",
        "StateDirectory": "trader",
        "NoNewPrivileges": "yes",
        "ProtectSystem": "strict",
        "ProtectHome": "yes",
        "PrivateTmp": "yes",
        "PrivateDevices": "yes",
        "CapabilityBoundingSet": "",
        "RestrictAddressFamilies": "AF_INET AF_INET6 AF_UNIX",
        "SystemCallFilter": "@system-service",
    }.items():
        assert service[key] == value, key
    assert service["ExecStart"].startswith("/opt/trader/.venv/bin/python -m chatbot ")


def test_the_runbook_names_what_there_is() -> None:
    """Every policy, every verb it uses, both units, and the file of the panic."""
    from chatbot.running.shell import shell

    text = (ROOT / "docs" / "runbook.md").read_text(encoding="utf-8")
    verbs = {command.name or getattr(command.callback, "__name__", "") for command in shell.registered_commands}
    used = {word.split()[1] for word in re.findall(r"\btrader (?:backup|doctor|failsafe|migrate|panic|say)\b", text)}
    assert used <= verbs
    assert {"backup", "doctor", "failsafe", "migrate", "panic", "say"} <= used
    assert all(f"`{policy.value}`" in text for policy in FailsafePolicy)
    assert all(unit.name in text for unit in UNITS)
    assert f"/var/lib/trader/{NAME}" in text
