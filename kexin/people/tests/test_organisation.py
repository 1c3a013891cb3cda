"""Units, employees, posts: what the pages and operations do, and for whom they do not exist."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from kexin.core.actor import system
from kexin.core.choices import Outcome
from kexin.core.errors import Conflict, NotFound, RuleViolation
from kexin.core.models import AuditEntry, Role
from kexin.people import operations as ops
from kexin.people.models import Employee, OrgUnit, Post, PostHolder, User
from kexin.people.queries import actor_for
from tests.personas import Bank

pytestmark = pytest.mark.django_db
ClientOf = Callable[..., Client]
SYSTEM = system("test")


def local_administrator(bank: Bank) -> Employee:
    """An administrator whose reach is the East sub-branch only."""
    person = ops.create_employee(
        actor=SYSTEM, staff_no="2001", name="金玲", unit=bank.units["east"], joined_on=dt.date(2021, 1, 1)
    )
    ops.create_user(person, actor=SYSTEM, password="correct-horse-7-staple")
    post = ops.create_post(actor=SYSTEM, unit=bank.units["east"], title="机构管理员")
    ops.apply_grant(post, actor=SYSTEM, role=Role.objects.get(code="system_administrator"), reach="unit")
    ops.appoint(post, actor=SYSTEM, employee=person, starts_on=dt.date(2021, 1, 1))
    person.refresh_from_db()
    return person


def test_a_unit_is_created_renamed_and_closed_by_pages(bank: Bank, client_of: ClientOf) -> None:
    gao = client_of("gao")
    given = {"code": "103", "kind": "outlet", "name": "江畔网点", "parent": bank.units["east"].pk}
    made = gao.post(reverse("people_new_unit"), given)
    unit = OrgUnit.objects.get(code="103")
    assert made["Location"] == reverse("people_unit", args=[unit.pk])
    assert unit.path == f"{bank.units['east'].path}{unit.pk}/"
    form = {"name": "江畔支行", "name_en": "Riverside", "version": unit.version}
    gao.post(reverse("people_rename_unit", args=[unit.pk]), form)
    stale = gao.post(reverse("people_rename_unit", args=[unit.pk]), form)
    assert stale.status_code == 422  # somebody renamed it meanwhile
    gao.post(reverse("people_close_unit", args=[unit.pk]))
    unit.refresh_from_db()
    assert (unit.name, unit.closed_on is not None) == ("江畔支行", True)


def test_a_code_is_used_once(bank: Bank, client_of: ClientOf) -> None:
    given = {"code": "101", "kind": "outlet", "name": "重复", "parent": bank.units["east"].pk}
    answer = client_of("gao").post(reverse("people_new_unit"), given)
    assert answer.status_code == 422
    assert "code" in answer.context["form"].errors


def test_a_unit_with_staff_stays_open(bank: Bank) -> None:
    with pytest.raises(RuleViolation):
        ops.close_unit(bank.units["east"], actor=bank.actor("gao"))


def test_a_reach_of_one_unit_ends_at_its_border(bank: Bank) -> None:
    local = actor_for(local_administrator(bank).user)
    assert ops.create_post(actor=local, unit=bank.units["east"], title="柜员").pk
    with pytest.raises(NotFound):
        ops.create_post(actor=local, unit=bank.units["west"], title="柜员")
    with pytest.raises(NotFound):
        ops.reset_password(bank.employees["mei"], actor=local, password="blue-ladder-39-fog")
    with pytest.raises(NotFound):
        ops.rename_unit(bank.units["west"], actor=local, name="x", name_en="", version=1)
    assert AuditEntry.objects.filter(actor_name="2001", outcome=Outcome.REFUSED).count() == 3


def test_employees_out_of_reach_are_not_found(bank: Bank, client_of: ClientOf) -> None:
    zhou = client_of("zhou")  # sees East and below
    assert zhou.get(reverse("people_employee", args=[bank.employees["lin"].pk])).status_code == 200
    assert zhou.get(reverse("people_employee", args=[bank.employees["mei"].pk])).status_code == 404
    listed = zhou.get(reverse("people_employees")).content.decode()
    assert "1001" in listed
    assert "1002" not in listed
    assert client_of("lin").get(reverse("people_employees")).status_code == 403


def test_one_post_has_one_holder_at_a_time(bank: Bank) -> None:
    with pytest.raises(Conflict):
        ops.appoint(
            bank.posts["lin"], actor=bank.actor("gao"), employee=bank.employees["sun"], starts_on=dt.date(2026, 1, 1)
        )


def test_an_appointment_that_joins_incompatible_duties_is_refused(bank: Bank, client_of: ClientOf) -> None:
    """Wu approves grants; the administrator's second post proposes them (H-18)."""
    post = ops.create_post(actor=bank.actor("gao"), unit=bank.units["head"], title="管理员二")
    ops.apply_grant(post, actor=SYSTEM, role=Role.objects.get(code="system_administrator"), reach="all")
    answer = client_of("gao").post(
        reverse("people_appoint", args=[post.pk]), {"employee": bank.employees["wu"].pk, "starts_on": "2026-01-01"}
    )
    assert answer.status_code == 422
    assert not PostHolder.objects.filter(post=post).exists()


def test_who_leaves_is_signed_out_and_holds_nothing(bank: Bank, client_of: ClientOf) -> None:
    gao = client_of("gao")
    gao.post(reverse("people_leave", args=[bank.employees["sun"].pk]), {"left_on": "2026-01-31"})
    sun = Employee.objects.get(staff_no="1003")
    assert sun.status == "left"
    assert not User.objects.get(username="1003").is_active
    assert actor_for(sun.user).grants == ()


def test_a_post_is_closed_only_when_nobody_and_nothing_depends_on_it(bank: Bank, chen: object) -> None:
    gao = bank.actor("gao")
    with pytest.raises(RuleViolation):
        ops.close_post(bank.posts["lin"], actor=gao)
    ops.let_go(bank.employees["lin"], actor=gao)
    with pytest.raises(RuleViolation):  # Mrs Chen would have nobody
        ops.close_post(bank.posts["lin"], actor=gao)
    ops.let_go(bank.employees["qian"], actor=gao)
    assert ops.close_post(bank.posts["qian"], actor=gao).closed_on is not None
    assert not Post.objects.get(pk=bank.posts["qian"].pk).roles.exists()


def test_a_weak_first_password_is_refused_at_its_field(bank: Bank, client_of: ClientOf) -> None:
    person = ops.create_employee(
        actor=bank.actor("gao"), staff_no="2002", name="郑华", unit=bank.units["west"], joined_on=dt.date(2024, 1, 1)
    )
    url = reverse("people_new_account", args=[person.pk])
    assert "password" in client_of("gao").post(url, {"password": "1234567890"}).context["form"].errors
    assert client_of("gao").post(url, {"password": "violet-kettle-88-sea"}).status_code == 302
    assert User.objects.get(username="2002").must_change_password


PAGES = [
    ("people_organisation", None, 16),
    ("people_unit", "unit", 18),
    ("people_employees", None, 16),
    ("people_employee", "employee", 20),
    ("people_post", "post", 16),
    ("people_roles", None, 16),
    ("people_who", None, 12),
]


@pytest.mark.parametrize(("name", "kind", "budget"), PAGES)
def test_query_budgets(bank: Bank, client_of: ClientOf, django_assert_max_num_queries, name, kind, budget) -> None:  # type: ignore[no-untyped-def]
    keys = {"unit": bank.units["east"], "employee": bank.employees["lin"], "post": bank.posts["lin"]}
    url = reverse(name, args=[keys[kind].pk] if kind else [])
    gao = client_of("gao")
    gao.get(url)
    with django_assert_max_num_queries(budget):
        assert gao.get(url).status_code == 200


@pytest.mark.parametrize(
    "name", ["people_new_unit", "people_new_employee", "people_roles", "people_who", "people_employees"]
)
def test_a_wealth_manager_is_refused(bank: Bank, client_of: ClientOf, name: str) -> None:
    assert client_of("lin").get(reverse(name)).status_code == 403
