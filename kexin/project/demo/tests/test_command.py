"""``kexin demo`` from end to end, with real commits."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import pytest

from kexin.party.models import Customer
from kexin.project.commands import CommandError, demo, preparation


def parsed(*arguments: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    demo.arguments(parser)
    return parser.parse_args(arguments)


@pytest.fixture
def installation(tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The test database as an installation of its own; its keys and tables are there already."""
    settings.VAR = tmp_path
    monkeypatch.setattr(preparation, "prepare", lambda: None)
    return tmp_path


@pytest.mark.django_db(transaction=True)
def test_the_command_loads_tells_and_refuses_the_second_time(
    installation: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    small = ("--customers", "20", "--months", "3", "--seed", "3")
    assert demo.run(parsed(*small)) == 0
    told = json.loads(capsys.readouterr().out.strip().splitlines()[-1])
    assert told["party_customer"] == 20
    assert told["holdings_transaction"] > 100
    assert {path.name for path in installation.iterdir()} >= {"demo-sign-ins.txt", "demo-truth.parquet"}
    before = Customer.objects.count()
    sign_ins = (installation / "demo-sign-ins.txt").read_text(encoding="utf-8")
    with pytest.raises(CommandError):
        demo.run(parsed(*small))
    assert Customer.objects.count() == before
    assert (installation / "demo-sign-ins.txt").read_text(encoding="utf-8") == sign_ins


@pytest.mark.parametrize(("arguments", "word"), [(("--customers", "2"), "customers"), (("--months", "99"), "months")])
def test_sizes_that_cannot_be_made_are_said_in_one_sentence(
    db: None, installation: Path, arguments: tuple[str, ...], word: str
) -> None:
    with pytest.raises(CommandError, match=f"{word} must be between"):
        demo.run(parsed(*arguments))
    assert not list(installation.iterdir())
