"""``kexin begin``: an empty institution gets the two people who can make everything else, and nobody else does."""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from kexin.core.models import Role
from kexin.people.models import Employee, OrgUnit
from kexin.people.operations import create_user
from kexin.people.queries import actor_for
from kexin.project.commands import CommandError, begin

pytestmark = pytest.mark.django_db
Command = Callable[..., int]
BOTH = ("--administrator", "9001:郑维", "--approver", "9002:吴思敏")


@pytest.fixture
def command(monkeypatch: pytest.MonkeyPatch) -> Command:
    """The command in this process: the test bench has prepared the database."""
    monkeypatch.setattr("kexin.project.commands.preparation.prepare", lambda: None)

    def call(*words: str) -> int:
        parser = argparse.ArgumentParser()
        begin.arguments(parser)
        return begin.run(parser.parse_args(words))

    return call


def passwords(said: str) -> dict[str, str]:
    return dict(re.findall(r"^(\d+) .* first password (\S+)$", said, re.MULTILINE))


def test_the_first_two_sign_in_change_their_password_and_may_grant_together(command: Command, capsys: Any) -> None:
    assert command("--institution", "江澜银行", *BOTH) == 0
    first = passwords(capsys.readouterr().out)
    assert set(first) == {"9001", "9002"}
    for number, password in first.items():
        browser = Client()
        browser.post("/accounts/login/", {"login": number, "password": password})
        answer = browser.get("/")
        assert answer.status_code == 302
        assert answer.headers["Location"].startswith("/accounts/password/change/")
    unit = OrgUnit.objects.get()
    assert (unit.code, unit.name) == ("HQ", "江澜银行")
    one, other = (actor_for(Employee.objects.get(staff_no=number).user, methods=("password",)) for number in first)
    assert one.may("people.propose_grant")
    assert other.may("people.approve_grant")
    assert not one.may("people.approve_grant")
    assert not other.may("people.propose_grant")
    assert not one.may("party.view_customers")


def test_a_run_that_was_cut_off_is_taken_up_again(
    command: Command, capsys: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: Any, **__: Any) -> None:
        if Employee.objects.filter(staff_no="9002").exists():
            raise KeyboardInterrupt
        return create_user(*_, **__)  # type: ignore[return-value]

    with monkeypatch.context() as cut:
        cut.setattr("kexin.people.operations.create_user", fails)
        with pytest.raises(KeyboardInterrupt):
            command("--institution", "江澜银行", *BOTH)
    assert set(passwords(capsys.readouterr().out)) == {"9001"}
    assert command(*BOTH) == 0
    assert set(passwords(capsys.readouterr().out)) == {"9002"}
    assert OrgUnit.objects.count() == 1
    assert Employee.objects.count() == 2
    assert {post.title for post in OrgUnit.objects.get().posts.all()} == set(
        Role.objects.filter(code__in=("system_administrator", "compliance_officer")).values_list("name", flat=True)
    )


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (BOTH, "--institution"),
        (("--institution", "x", "--administrator", "1:甲", "--approver", "1:甲"), "two people"),
    ],
)
def test_plain_refusals(command: Command, words: tuple[str, ...], says: str) -> None:
    with pytest.raises(CommandError, match=says):
        command(*words)
    assert not Employee.objects.exists()


@pytest.mark.parametrize("person", ["9001", ":郑维", "9001:"])
def test_a_person_is_a_number_and_a_name(command: Command, person: str) -> None:
    with pytest.raises(SystemExit) as ended:
        command("--institution", "x", "--administrator", person, "--approver", "2:乙")
    assert ended.value.code == 2


@pytest.mark.usefixtures("bank")
def test_where_others_sign_in_nobody_begins(command: Command) -> None:
    before = Employee.objects.count()
    with pytest.raises(CommandError, match="Others can sign in"):
        command("--institution", "x", *BOTH)
    assert Employee.objects.count() == before
