"""What the core asks about staff when another system gets powers: units, posts, duties."""

from __future__ import annotations

from collections.abc import Iterable

from kexin.core.actor import Grant
from kexin.core.calendar import business_date
from kexin.core.choices import Reach
from kexin.core.policy import in_force
from kexin.core.service_accounts import Staff, register_staff
from kexin.people.duties import may_hold
from kexin.people.models import OrgUnit, Post
from kexin.people.policies import DutiesPolicy
from kexin.people.queries import grants_of


def units_of(reach: str, unit_id: int) -> tuple[int, ...]:
    """The units that a reach from a unit covers, for grants: none for the whole institution."""
    if reach == Reach.UNIT:
        return (unit_id,)
    if reach == Reach.SUBTREE:
        unit = OrgUnit.objects.filter(pk=unit_id).first()
        return tuple(OrgUnit.objects.filter(path__startswith=unit.path).values_list("pk", flat=True)) if unit else ()
    return ()


def grants_of_post(post_id: int) -> tuple[Grant, ...]:
    """What a post may do today; nothing once it is closed."""
    return grants_of(Post.objects.filter(pk=post_id, closed_on=None), business_date())


def check_duties(operations: Iterable[str]) -> None:
    """No machine holds what no person may hold together. Raises RuleViolation."""
    may_hold(operations, in_force(DutiesPolicy).pairs).enforce()


def unit_choices() -> list[tuple[int, str]]:
    """Open units, for pickers."""
    return [(unit.pk, unit.shown_name) for unit in OrgUnit.objects.filter(closed_on=None)]


def post_choices() -> list[tuple[int, str]]:
    """Open posts with their units, for pickers."""
    posts = Post.objects.filter(closed_on=None).select_related("unit").order_by("unit__path", "pk")
    return [(post.pk, f"{post.unit.shown_name} · {post.shown_name}") for post in posts]


def register() -> None:
    """Called once, in ``apps.ready``."""
    register_staff(Staff(units_of, grants_of_post, check_duties, unit_choices, post_choices))
