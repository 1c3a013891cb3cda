"""``kexin demo`` from end to end, with real commits."""

from __future__ import annotations

import argparse
import datetime as dt
import json
from pathlib import Path
from typing import Any

import pyarrow.parquet as parquet
import pytest

from kexin.core.models import Approval
from kexin.core.policies import SessionPolicy
from kexin.core.policy import in_force
from kexin.holdings.aum import rebuild as rebuild_of_figures
from kexin.party.models import Customer
from kexin.project.commands import CommandError, demo, preparation
from kexin.project.demo import story
from kexin.project.demo.unfinished import Unfinished, unfinished


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


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("cut_in", ["relax_second_factor", "leave_proposals", "rebuild"])
def test_a_load_that_was_cut_off_is_finished_by_the_next_one(
    installation: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], cut_in: str
) -> None:
    """Cut off behind the work of a step, before it is noted as done: the worst moment."""
    where = rebuild_of_figures if cut_in == "rebuild" else story
    whole = getattr(where, cut_in)

    def cut_off(*arguments: Any, **named: Any) -> None:
        whole(*arguments, **named)
        raise KeyboardInterrupt

    small = ("--customers", "20", "--months", "3", "--seed", "3")
    with monkeypatch.context() as cut:
        cut.setattr(where, cut_in, cut_off)
        with pytest.raises(KeyboardInterrupt):
            demo.run(parsed(*small))
    assert (installation / "demo-unfinished").stat().st_mode & 0o077 == 0
    sign_ins = (installation / "demo-sign-ins.txt").read_text(encoding="utf-8")
    proposals = Approval.objects.count()

    assert demo.run(parsed("--finish")) == 0
    assert "The demo bank is finished." in capsys.readouterr().err
    assert {path.name for path in installation.iterdir()} == {"demo-sign-ins.txt", "demo-truth.parquet"}
    assert (installation / "demo-sign-ins.txt").read_text(encoding="utf-8") == sign_ins
    assert in_force(SessionPolicy).mfa_for_customers is False
    assert Approval.objects.count() >= proposals
    assert parquet.read_table(installation / "demo-truth.parquet").num_rows > 0
    with pytest.raises(CommandError, match="cut off"):
        demo.run(parsed("--finish"))


@pytest.mark.usefixtures("bank", "chen")
def test_what_another_database_left_unfinished_is_not_told_here(installation: Path) -> None:
    rest = Unfinished.of_now(dt.date(2026, 1, 5), installation / "truth.parquet")
    rest.keep()
    assert unfinished() == rest
    rest.database = ["1", "another", 1]
    rest.keep()
    assert unfinished() is None
