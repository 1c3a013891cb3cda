"""Units, employees, posts and sign-in accounts."""

from __future__ import annotations

import datetime as dt

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from kexin.core.choices import Reach
from kexin.core.models import Role
from kexin.core.scope import ScopedQuerySet
from kexin.people.choices import EmployeeStatus, UnitKind


def by_language(chinese: str, english: str) -> str:
    """The name in the language of the screen; the Chinese one where no English is given."""
    return english if english and (get_language() or "").startswith("en") else chinese


class OrgUnit(models.Model):
    """机构: head office, branch, sub-branch, outlet or department. ``path`` is ``/1/4/9/``, made by the operation."""

    code = models.CharField(_("code"), max_length=20, unique=True, db_collation="C")
    name = models.CharField(_("name"), max_length=80)
    name_en = models.CharField(_("English name"), max_length=80, blank=True)
    kind = models.CharField(_("kind"), max_length=12, choices=UnitKind.choices)
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="children")
    path = models.CharField(max_length=200, db_collation="C", unique=True)
    opened_on = models.DateField(_("opened on"), null=True, blank=True)
    closed_on = models.DateField(_("closed on"), null=True, blank=True)
    merged_into = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="taken_over",
        verbose_name=_("merged into"),
    )
    version = models.PositiveIntegerField(default=1)

    class Meta:
        verbose_name = _("unit")
        ordering = ["path"]

    @property
    def shown_name(self) -> str:
        return by_language(self.name, self.name_en)

    def __str__(self) -> str:
        return self.name


class UserManager(BaseUserManager["User"]):
    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(username=username)

    def create_user(self, username: str, password: str | None = None) -> User:
        user = self.model(username=username)
        user.set_password(password)
        user.save(using=self._db)
        return user


class User(AbstractBaseUser):
    """A sign-in account. Its powers come from the posts of its employee and from nothing else."""

    username = models.CharField(_("staff number"), max_length=40, unique=True, db_collation="C")
    email = models.EmailField(_("e-mail"), blank=True)
    language = models.CharField(max_length=10, blank=True)
    is_active = models.BooleanField(default=True)
    must_change_password = models.BooleanField(default=False)
    locked_until = models.DateTimeField(null=True, blank=True)
    date_joined = models.DateTimeField(auto_now_add=True)

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    objects = UserManager()

    class Meta:
        verbose_name = _("sign-in account")

    def __str__(self) -> str:
        return self.username

    is_staff = False
    is_superuser = False


class EmployeeQuerySet(ScopedQuerySet["Employee"]):
    scope_unit = "unit_id"
    scope_post = None


class Employee(models.Model):
    """员工. The staff number is the sign-in name and the actor's name in the audit."""

    staff_no = models.CharField(_("staff number"), max_length=20, unique=True, db_collation="C")
    name = models.CharField(_("name"), max_length=80)
    name_en = models.CharField(_("English name"), max_length=80, blank=True)
    unit = models.ForeignKey(OrgUnit, on_delete=models.PROTECT, related_name="employees")
    user = models.OneToOneField(User, on_delete=models.PROTECT, null=True, blank=True, related_name="employee")
    status = models.CharField(max_length=10, choices=EmployeeStatus.choices, default=EmployeeStatus.ACTIVE)
    joined_on = models.DateField(_("joined on"))
    left_on = models.DateField(_("left on"), null=True, blank=True)
    version = models.PositiveIntegerField(default=1)

    objects = EmployeeQuerySet.as_manager()

    class Meta:
        verbose_name = _("employee")
        indexes = [models.Index("unit", "staff_no", name="people_employee_unit")]

    @property
    def shown_name(self) -> str:
        return by_language(self.name, self.name_en)

    def __str__(self) -> str:
        return self.name


class DateSpan(Func):
    """``daterange(from, until, '[]')``: both days belong to it."""

    function = "daterange"
    output_field = DateRangeField()


class Post(models.Model):
    """岗位: a place in a unit, held for a period. Customers and work belong to posts, not to people."""

    unit = models.ForeignKey(OrgUnit, on_delete=models.PROTECT, related_name="posts")
    title = models.CharField(_("title"), max_length=60)
    title_en = models.CharField(_("English title"), max_length=60, blank=True)
    closed_on = models.DateField(null=True, blank=True)

    class Meta:
        verbose_name = _("post")
        indexes = [models.Index("unit", name="people_post_unit")]

    @property
    def shown_name(self) -> str:
        return by_language(self.title, self.title_en)

    def __str__(self) -> str:
        return f"{self.title}"


class PostHolder(models.Model):
    """Who holds a post from when until when; one holder at a time."""

    post = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="holders")
    employee = models.ForeignKey(Employee, on_delete=models.PROTECT, related_name="holdings")
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until"), null=True, blank=True)

    class Meta:
        verbose_name = _("holder of a post")
        constraints = [
            ExclusionConstraint(
                name="people_postholder_one_at_a_time",
                expressions=[
                    (Func(F("post"), F("post"), models.Value("[]"), function="int8range"), RangeOperators.OVERLAPS),
                    (DateSpan("starts_on", "ends_on", models.Value("[]")), RangeOperators.OVERLAPS),
                ],
            ),
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")), name="people_postholder_period"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.employee_id} @ {self.post_id}"


class PostRole(models.Model):
    """A role granted to a post and how far it reaches. Granted by maker–checker (people.grant_role)."""

    post = models.ForeignKey(Post, on_delete=models.CASCADE, related_name="roles")
    role = models.ForeignKey(Role, on_delete=models.PROTECT, related_name="posts")
    reach = models.CharField(_("reach"), max_length=10, choices=Reach.choices)
    unit = models.ForeignKey(OrgUnit, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    granted_at = models.DateTimeField(auto_now_add=True)
    ends_on = models.DateField(_("until"), null=True, blank=True)

    class Meta:
        verbose_name = _("role of a post")
        constraints = [models.UniqueConstraint(fields=["post", "role"], name="people_postrole_once")]

    def __str__(self) -> str:
        return f"{self.post_id}: {self.role_id}"


class DelegationQuerySet(ScopedQuerySet["Delegation"]):
    scope_unit = "post__unit_id"
    scope_post = "post_id"

    def running(self, day: dt.date) -> DelegationQuerySet:
        """In force on a day: within the period, not ended early, and the absent one still holds the post."""
        held = PostHolder.objects.filter(
            Q(ends_on=None) | Q(ends_on__gte=day),
            starts_on__lte=day,
            post=models.OuterRef("post"),
            employee=models.OuterRef("absent"),
        )
        return self.filter(models.Exists(held), ended_at=None, starts_on__lte=day, ends_on__gte=day)


class Delegation(models.Model):
    """代理: who does somebody's work for a period. Nothing is moved: items stay with the absent one's post.

    It names persons, not only posts: a successor on either side inherits nothing. Row history tells who changed it.
    """

    post = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="+", verbose_name=_("post"))
    absent = models.ForeignKey(Employee, on_delete=models.PROTECT, related_name="+", verbose_name=_("absent"))
    delegate_post = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="+")
    delegate = models.ForeignKey(Employee, on_delete=models.PROTECT, related_name="+", verbose_name=_("delegate"))
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until"))  # the last day
    kinds: ArrayField[list[str], list[str]] = ArrayField(
        models.CharField(max_length=60, db_collation="C"), verbose_name=_("kinds of work"), default=list, blank=True
    )
    reason = models.CharField(_("reason"), max_length=200)
    made_by = models.CharField(max_length=80)
    made_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.CharField(max_length=80, blank=True)

    objects = DelegationQuerySet.as_manager()

    class Meta:
        verbose_name = _("delegation")
        indexes = [
            models.Index("delegate_post", condition=Q(ended_at=None), name="people_delegation_delegate"),
            models.Index("post", condition=Q(ended_at=None), name="people_delegation_post"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="people_delegation_period"),
            models.CheckConstraint(condition=~Q(absent=F("delegate")), name="people_delegation_two_persons"),
            models.CheckConstraint(
                condition=Q(ended_at=None, ended_by="") | (Q(ended_at__isnull=False) & ~Q(ended_by="")),
                name="people_delegation_ended",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.absent_id} → {self.delegate_id}"
