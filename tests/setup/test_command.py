"""The console command: help for everything, plain exit codes, and a doctor who finds what is wrong."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from kexin.project.cli import COMMANDS, is_offered
from tests.setup.running import Installation, free_port


@pytest.fixture
def nowhere(tmp_path: Path) -> Installation:
    """A directory in which Kexin was never started."""
    return Installation(tmp_path, free_port())


def test_help_lists_every_command(nowhere: Installation) -> None:
    result = nowhere.run("--help")

    assert result.returncode == 0, result.stderr
    for name in filter(is_offered, COMMANDS):
        assert f"\n    {name}" in result.stdout


@pytest.mark.parametrize("name", [name for name in COMMANDS if is_offered(name) and name != "manage"])
def test_each_command_explains_itself(nowhere: Installation, name: str) -> None:
    result = nowhere.run(name, "--help")

    assert result.returncode == 0, result.stderr
    assert f"usage: kexin {name}" in result.stdout
    assert not (nowhere.var / "postgres").exists()  # to explain costs nothing


@pytest.mark.parametrize("arguments", [[], ["dance"], ["doctor", "--dance"]])
def test_wrong_usage_ends_with_2(nowhere: Installation, arguments: list[str]) -> None:
    assert nowhere.run(*arguments).returncode == 2


def test_the_doctor_reports_an_installation_never_started(nowhere: Installation) -> None:
    result = nowhere.run("doctor", "--json")
    findings = {finding["about"]: finding for finding in json.loads(result.stdout)}

    assert result.returncode == 1
    assert findings["packages"]["good"] is True
    assert findings["database"]["text"] == "not made yet"
    assert findings["database"]["remedy"]


def test_the_doctor_names_what_is_wrong_in_lines(nowhere: Installation) -> None:
    result = nowhere.run("doctor", KEXIN_TIME_ZONE="Mars/Olympus", PORT="eight")

    assert result.returncode == 1
    assert "✗ time zone: Mars/Olympus is unknown\n    → Set KEXIN_TIME_ZONE" in result.stdout
    assert "✗ port: PORT is “eight”" in result.stdout
    assert "✓ Python: " in result.stdout


def test_the_doctor_says_when_the_database_cannot_be_reached(nowhere: Installation) -> None:
    result = nowhere.run("doctor", DATABASE_URL=f"postgresql://kexin@127.0.0.1:{free_port()}/kexin")

    assert result.returncode == 1
    assert "✗ database: The database postgresql://kexin@127.0.0.1" in result.stdout
