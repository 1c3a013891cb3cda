"""Employees, their sign-in accounts, and the posts they hold."""

from __future__ import annotations

import datetime as dt

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import ManyToOneRel, Q
from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor
from kexin.core.calendar import business_date
from kexin.core.errors import Conflict, RuleViolation
from kexin.core.events import emit
from kexin.core.models import RoleOperation, WorkItem
from kexin.core.operation import operation
from kexin.core.policy import in_force
from kexin.people.choices import EmployeeStatus
from kexin.people.duties import may_hold
from kexin.people.events import AppointmentEnded
from kexin.people.models import Employee, OrgUnit, Post, PostHolder, PostRole, User
from kexin.people.operations.organisation import within_reach
from kexin.people.operations.sign_in import end_all_sessions
from kexin.people.policies import DutiesPolicy


@operation("people.create_employee", label=_("Enter an employee"), plain=("staff_no",))
def create_employee(
    *, actor: Actor, staff_no: str, name: str, unit: OrgUnit, joined_on: dt.date, name_en: str = ""
) -> Employee:
    """Enter a person of the staff."""
    within_reach(unit.pk, actor)
    if Employee.objects.filter(staff_no=staff_no).exists():
        raise Conflict(fields={"staff_no": _("This staff number is in use already.")})
    if not name.strip():
        raise RuleViolation(fields={"name": _("A name is needed.")})
    return Employee.objects.create(
        staff_no=staff_no, name=name.strip(), name_en=name_en.strip(), unit=unit, joined_on=joined_on
    )


@operation("people.create_user", label=_("Create a sign-in account"))
def create_user(employee: Employee, *, actor: Actor, password: str) -> User:
    """A sign-in account whose name is the staff number; the password must be changed at the first sign-in."""
    row = Employee.objects.lock(employee, actor)
    if row.user_id is not None:
        raise Conflict(_("This employee has a sign-in account already."))
    try:
        validate_password(password, User(username=row.staff_no))
    except ValidationError as error:
        raise RuleViolation(fields={"password": " ".join(error.messages)}) from error
    user = User.objects.create_user(row.staff_no, password)
    user.must_change_password = True
    user.save(update_fields=["must_change_password"])
    row.user = user
    row.save(update_fields=["user"])
    return user


@operation("people.reset_password", label=_("Reset a password"))
def reset_password(employee: Employee, *, actor: Actor, password: str) -> User:
    """Give a new first password; it must be changed at the next sign-in."""
    user = Employee.objects.lock(employee, actor).user
    if user is None:
        raise RuleViolation(_("This employee has no sign-in account."))
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise RuleViolation(fields={"password": " ".join(error.messages)}) from error
    user.set_password(password)
    user.must_change_password = True
    user.locked_until = None
    user.save(update_fields=["password", "must_change_password", "locked_until"])
    end_all_sessions(user)
    return user


@operation("people.set_user_active", label=_("Lock or unlock a sign-in account"))
def set_user_active(employee: Employee, *, actor: Actor, active: bool) -> User:
    """Lock an account at once (its next request finds it locked), or open it again."""
    user = Employee.objects.lock(employee, actor).user
    if user is None:
        raise RuleViolation(_("This employee has no sign-in account."))
    user.is_active = active
    user.locked_until = None
    user.save(update_fields=["is_active", "locked_until"])
    if not active:
        end_all_sessions(user)
    return user


@operation("people.create_post", label=_("Create a post"), plain=("title",))
def create_post(*, actor: Actor, unit: OrgUnit, title: str, title_en: str = "") -> Post:
    """A place in a unit that somebody can hold."""
    within_reach(unit.pk, actor)
    if not title.strip():
        raise RuleViolation(fields={"title": _("A title is needed.")})
    if unit.closed_on is not None:
        raise RuleViolation(fields={"unit": _("This unit is closed.")})
    return Post.objects.create(unit=unit, title=title.strip(), title_en=title_en.strip())


@operation("people.close_post", label=_("Close a post"))
def close_post(post: Post, *, actor: Actor) -> Post:
    """Close a post that nobody holds; its roles go with it. What it looked after must be handed over before."""
    row = Post.objects.select_for_update().get(pk=post.pk)
    within_reach(row.unit_id, actor)
    today = business_date()
    if PostHolder.objects.filter(post=row).filter(Q(ends_on=None) | Q(ends_on__gt=today)).exists():
        raise RuleViolation(_("Somebody still holds this post."))
    if WorkItem.objects.open().filter(owner_post_id=row.pk).exists():
        raise RuleViolation(_("Open work items still belong to this post."))
    for relation in Post._meta.get_fields(include_hidden=True):  # upper floors' records that need somebody to lead
        if isinstance(relation, ManyToOneRel) and relation.field.name == "lead_post":
            led = relation.related_model._default_manager.filter(lead_post=row)
            if led.exists():
                words = {"what": led.model._meta.verbose_name}
                raise RuleViolation(_("Records still belong to this post: %(what)s.") % words)
    row.closed_on = today
    row.save(update_fields=["closed_on"])
    PostRole.objects.filter(post=row).delete()
    return row


@operation("people.appoint", label=_("Appoint somebody to a post"))
def appoint(
    post: Post, *, actor: Actor, employee: Employee, starts_on: dt.date, ends_on: dt.date | None = None
) -> PostHolder:
    """Let an employee hold a post for a period; incompatible duties across the person's posts are refused."""
    within_reach(post.unit_id, actor)
    if post.closed_on is not None:
        raise RuleViolation(fields={"post": _("This post is closed.")})
    if employee.status != EmployeeStatus.ACTIVE:
        raise RuleViolation(fields={"employee": _("This employee has left.")})
    if ends_on is not None and ends_on < starts_on:
        raise RuleViolation(fields={"ends_on": _("The end lies before the beginning.")})
    held = PostHolder.objects.filter(employee=employee).filter(Q(ends_on=None) | Q(ends_on__gte=starts_on))
    posts = [post.pk, *held.values_list("post_id", flat=True)]
    operations = RoleOperation.objects.filter(role__posts__post__in=posts).values_list("operation", flat=True)
    may_hold(operations, in_force(DutiesPolicy).pairs).enforce()
    try:
        with transaction.atomic():
            return PostHolder.objects.create(post=post, employee=employee, starts_on=starts_on, ends_on=ends_on)
    except IntegrityError as error:
        raise Conflict(fields={"post": _("Somebody holds this post in that period already.")}) from error


@operation("people.end_appointment", label=_("End an appointment"))
def end_appointment(holder: PostHolder, *, actor: Actor, ends_on: dt.date) -> PostHolder:
    """Let somebody hold a post until a day and no longer."""
    row = PostHolder.objects.select_for_update(of=("self",)).select_related("post").get(pk=holder.pk)
    within_reach(row.post.unit_id, actor)
    if ends_on < row.starts_on:
        raise RuleViolation(fields={"ends_on": _("The end lies before the beginning.")})
    row.ends_on = ends_on
    row.save(update_fields=["ends_on"])
    emit(AppointmentEnded(str(row.post_id), row.post_id, ends_on))
    return row


@operation("people.let_go", label=_("Record that an employee left"))
def let_go(employee: Employee, *, actor: Actor, left_on: dt.date | None = None) -> Employee:
    """The employee leaves: appointments end, the sign-in account is locked at once."""
    row = Employee.objects.lock(employee, actor)
    if row.status == EmployeeStatus.LEFT:
        return row
    day = left_on or business_date()
    running = PostHolder.objects.filter(employee=row).filter(Q(ends_on=None) | Q(ends_on__gte=day))
    for post_id in running.filter(starts_on__lte=day).values_list("post_id", flat=True):
        emit(AppointmentEnded(str(post_id), post_id, day))
    running.filter(starts_on__lte=day).update(ends_on=day)
    running.filter(starts_on__gt=day).delete()
    if row.user_id is not None:
        User.objects.filter(pk=row.user_id).update(is_active=False)
        end_all_sessions(User.objects.get(pk=row.user_id))
    row.status, row.left_on, row.version = EmployeeStatus.LEFT, day, row.version + 1
    row.save(update_fields=["status", "left_on", "version"])
    return row
