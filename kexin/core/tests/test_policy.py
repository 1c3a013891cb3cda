"""Numbers as data: shapes, bounds, versions in force, proposals made from shapes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from django.test import Client
from django.urls import reverse

from kexin.core import policies
from kexin.core.approval import decide_approval
from kexin.core.calendar import business_date
from kexin.core.choices import PolicyStatus
from kexin.core.errors import RuleViolation
from kexin.core.models import Approval, PolicyVersion
from kexin.core.policies import CalendarPolicy, RevealPolicy, WorkPolicy
from kexin.core.policy import check_values, forget_cache, in_force, load_defaults, policy_types
from kexin.core.policy_operations import propose_policy
from tests.personas import Bank

pytestmark = pytest.mark.django_db
ClientOf = Callable[..., Client]
WORK: dict[str, object] = {
    "ladder": [{"at": "50%", "to": ["owner"]}, {"at": "+2 working days", "to": ["unit_head"]}],
    "approval_within_working_days": 2,
}


@pytest.mark.parametrize(
    ("change", "field", "code"),
    [
        ({"approval_within_working_days": 61}, "approval_within_working_days", "high"),
        ({"approval_within_working_days": 0}, "approval_within_working_days", "low"),
        ({"approval_within_working_days": "much"}, "approval_within_working_days", "kind"),
        ({"ladder": {"at": "50%"}}, "ladder", "kind"),
        ({"ladder": [{"at": "150%", "to": ["owner"]}]}, "ladder", "kind"),
        ({"ladder": [{"at": "due", "to": []}]}, "ladder", "kind"),
        ({"ladder": [{"at": "due", "to": ["owner"]}, {"at": "50%", "to": ["owner"]}]}, "ladder", "kind"),
        ({"invented": 1}, "invented", "unknown"),
    ],
)
def test_values_out_of_shape_are_named(change: dict[str, object], field: str, code: str) -> None:
    decision = check_values("core.work", {**WORK, **change})
    assert [(reason.field, reason.code) for reason in decision.reasons] == [(field, code)]


def test_a_missing_value_is_named() -> None:
    assert [reason.code for reason in check_values("core.work", {}).reasons] == ["missing"] * 2


def test_every_shipped_default_fits_its_shape(bank: Bank) -> None:
    for version in PolicyVersion.objects.all():
        assert check_values(version.code, version.values).allowed, version
    assert set(policy_types) <= set(PolicyVersion.objects.values_list("code", flat=True))


def test_a_version_begins_on_its_day_and_the_past_keeps_its_numbers(bank: Bank) -> None:
    later = business_date() + dt.timedelta(days=30)
    row = propose_policy(
        actor=bank.actor("gao"), code="core.work", values=WORK, in_force_from=later, legal_basis="", reason="r"
    )
    decide_approval(row, actor=bank.actor("wu"), approve=True)
    forget_cache()
    assert in_force(WorkPolicy).approval_within_working_days == 3
    assert in_force(WorkPolicy, later).approval_within_working_days == 2
    assert in_force(WorkPolicy, later - dt.timedelta(days=1)).approval_within_working_days == 3


def test_a_version_does_not_begin_in_the_past(bank: Bank) -> None:
    yesterday = business_date() - dt.timedelta(days=1)
    with pytest.raises(RuleViolation):
        propose_policy(
            actor=bank.actor("gao"), code="core.work", values=WORK, in_force_from=yesterday, legal_basis="", reason="r"
        )


def test_a_proposal_by_the_form_made_from_the_shape(bank: Bank, client_of: ClientOf) -> None:
    gao = client_of("gao")
    url = reverse("core:propose_policy", args=["core.work"])
    page = gao.get(url)
    assert page.context["form"].fields["approval_within_working_days"].max_value == 60
    typed = {**WORK, "ladder": yaml.safe_dump(WORK["ladder"])}
    given = {**typed, "in_force_from": str(business_date()), "legal_basis": "行内制度", "reason": "更早提醒"}
    wrong = gao.post(url, {**given, "approval_within_working_days": 9999})
    assert "approval_within_working_days" in wrong.context["form"].errors
    seen = gao.post(url, {**given, "preview": "1"})
    assert not PolicyVersion.objects.filter(code="core.work", number=2).exists()
    assert [len(lines) for _label, lines in seen.context["previews"]] == [3]  # the example, then two steps
    assert "超时 2 个工作日" in seen.content.decode()
    gao.post(url, given)
    version = PolicyVersion.objects.get(code="core.work", number=2)
    assert (version.status, version.values) == (PolicyStatus.PROPOSED, WORK)
    diff = gao.get(reverse("core:policy_diff", args=["core.work"]) + "?b=2")
    changed = {row.shape.name: (row.before, row.after) for row in diff.context["rows"] if row.changed}
    assert changed["approval_within_working_days"] == ("3", "2")
    approval = Approval.objects.get(operation="core.propose_policy")
    address = reverse("core:approval", args=[approval.pk])
    deciding = client_of("wu").get(address)  # who approves sees what changes against the version in force, and no more
    shown = deciding.context["change"]
    assert (shown.before.number, shown.after.number) == (1, 2)
    assert {row.shape.name: (row.before, row.after) for row in shown.changed} == changed
    assert shown.same == len(diff.context["rows"]) - len(changed)
    assert "与版本 1 相比的变化" in deciding.content.decode()
    client_of("wu").post(address, {"decision": "approve"})
    assert in_force(WorkPolicy).approval_within_working_days == 2
    assert client_of("gao").get(address).context["change"].before.number == 1  # decided: still against the one before


def test_lists_are_typed_as_yaml_and_checked(bank: Bank, client_of: ClientOf) -> None:
    gao = client_of("gao")
    url = reverse("core:propose_policy", args=["core.calendar"])
    given = {"in_force_from": str(business_date()), "reason": "冬令时间"}
    assert "intervals" in gao.post(url, {**given, "intervals": "[09:00"}).context["form"].errors
    assert "intervals" in gao.post(url, {**given, "intervals": "a: 1"}).context["form"].errors
    assert gao.post(url, {**given, "intervals": '["08:30-12:00", "13:00-17:00"]'}).status_code == 302
    approval = Approval.objects.get(operation="core.propose_policy")
    decide_approval(approval, actor=bank.actor("wu"), approve=True)
    assert in_force(CalendarPolicy).intervals == ["08:30-12:00", "13:00-17:00"]


def test_the_pages_and_who_may_open_them(bank: Bank, client_of: ClientOf, django_assert_max_num_queries) -> None:  # type: ignore[no-untyped-def]
    qian = client_of("qian")
    qian.get(reverse("core:policies"))
    with django_assert_max_num_queries(12):
        listed = qian.get(reverse("core:policies")).content.decode()
    assert "依据未核实" in listed
    with django_assert_max_num_queries(13):
        assert qian.get(reverse("core:policy", args=["core.session"])).status_code == 200
    assert qian.get(reverse("core:policy", args=["core.nothing"])).status_code == 404
    assert qian.get(reverse("core:policy_diff", args=["core.session"]) + "?b=99").status_code == 404
    assert qian.get(reverse("core:propose_policy", args=["core.session"])).status_code == 403
    assert client_of("lin").get(reverse("core:policies")).status_code == 403


def test_a_number_that_a_release_adds_is_filled_in_by_a_version_of_its_own():
    first = PolicyVersion.objects.get(code="core.reveal", number=1)
    first.values = {"per_hour": 7}
    first.save()
    forget_cache()
    load_defaults(Path(policies.__file__).parent)
    rules = in_force(RevealPolicy)
    assert (rules.per_hour, rules.shown_seconds) == (7, 30)
    second = PolicyVersion.objects.get(code="core.reveal", number=2)
    assert second.approved_by == "kexin.defaults"
    assert "shown_seconds" in second.note


OLD_WORK = {
    "remind_at_fraction": "0.6",
    "escalate_after_hours": 12,
    "escalation_levels": 2,
    "approval_within_working_days": 4,
}


def test_a_version_of_an_earlier_shape_keeps_meaning_what_it_said():
    first = PolicyVersion.objects.get(code="core.work", number=1)
    first.values, first.approved_by = OLD_WORK, "1005"
    first.save()
    forget_cache()
    meant = [("60%", ["owner"]), ("+12 hours", ["unit_head"]), ("+24 hours", ["unit_head"])]
    assert [(step["at"], step["to"]) for step in in_force(WorkPolicy).ladder] == meant
    load_defaults(Path(policies.__file__).parent)
    second = PolicyVersion.objects.get(code="core.work", number=2)
    assert set(second.values) == {"ladder", "approval_within_working_days"}
    assert [(step["at"], step["to"]) for step in second.values["ladder"]] == meant  # the institution's own choice
    assert second.values["approval_within_working_days"] == 4
    assert check_values("core.work", second.values).allowed


def test_a_shipped_version_of_an_earlier_shape_is_followed_by_the_shipped_numbers():
    PolicyVersion.objects.filter(code="core.work", number=1).update(values=OLD_WORK)
    load_defaults(Path(policies.__file__).parent)
    assert [step["at"] for step in in_force(WorkPolicy).ladder] == ["50%", "80%", "due", "+1 working day"]
