"""The one statement that says what an account is today agrees with the rules that others are answered by."""

from __future__ import annotations

import pytest

from kexin.core.calendar import business_date
from kexin.people.models import Employee, Post, PostHolder
from kexin.people.queries import actor_for, grants_of, held_on
from tests.personas import Bank


def test_everybody_has_the_grants_of_the_posts_held_today(bank: Bank) -> None:
    today = business_date()
    for employee in Employee.objects.exclude(user=None):
        assert employee.user is not None
        actor = actor_for(employee.user, methods=("password", "mfa"))
        posts = list(Post.objects.filter(pk__in=held_on(today).filter(employee=employee).values("post")).order_by("pk"))
        assert actor.post_ids == tuple(post.pk for post in posts)
        assert sorted(actor.grants, key=str) == sorted(grants_of(posts, today), key=str)
        assert actor.grants, employee.staff_no


@pytest.mark.parametrize("change", ["employee", "holder"])
def test_who_left_or_lost_the_post_has_nothing(bank: Bank, change: str) -> None:
    lin = bank.employees["lin"]
    assert lin.user is not None
    if change == "employee":
        Employee.objects.filter(pk=lin.pk).update(status="left", left_on=business_date())
    else:
        PostHolder.objects.filter(employee=lin).delete()
    actor = actor_for(lin.user, methods=("password", "mfa"))
    assert (actor.grants, actor.post_ids, actor.post_id) == ((), (), None)
