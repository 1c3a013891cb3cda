"""Who acts in the told story: personas by their sign-in name, colleagues by unit and title."""

from __future__ import annotations

from django.db.models import Q

from kexin.core.actor import Actor
from kexin.people.models import Employee, PostHolder
from kexin.people.queries import actor_for

FIRST_UNIT = "S001"  # Lin's and Zhou's sub-branch
WEALTH_MANAGER, HEAD, RETAIL_HEAD, LOBBY = "理财经理", "支行行长", "零售行长", "大堂经理"


def cast(username: str) -> Actor:
    """A persona as signed in with both factors."""
    user = Employee.objects.select_related("user").get(staff_no=username).user
    assert user is not None
    return actor_for(user, session="demo", methods=("password", "mfa"))


def colleagues(title: str, unit: str = "") -> list[Actor]:
    """Those with an account who hold posts of a title today, in one unit or in all, in the order of their posts."""
    rows = PostHolder.objects.filter(Q(post__unit__code=unit) if unit else Q(), post__title=title, ends_on=None)
    rows = rows.filter(employee__user__isnull=False, employee__user__is_active=True)
    return [cast(row.employee.staff_no) for row in rows.select_related("employee").order_by("post__unit__code", "post")]
