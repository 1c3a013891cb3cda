"""Known problems and what met them."""

from __future__ import annotations

from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor
from kexin.core.scope import ScopedQuerySet
from kexin.people.models import OrgUnit, Post
from kexin.service.models.complaints import Complaint
from kexin.service.models.knowledge import Article
from kexin.service.models.requests import ServiceRequest
from kexin.service.problems.choices import ProblemState


class KnownProblemQuerySet(ScopedQuerySet["KnownProblem"]):
    """Names no customer: whoever may see known problems sees all of them."""

    def visible_to(self, actor: Actor, operation: str) -> Self:
        return self if actor.everything or actor.may(operation) else self.none()


class KnownProblem(models.Model):
    """共性问题: something that meets many customers: symptoms, owner, workaround, fix, and whether it comes back.

    Its words are of the institution, never of a customer. ``fixed_at`` is when the last fix was in place.
    """

    problem_no = models.CharField(_("problem number"), max_length=20, unique=True, db_collation="C")
    title = models.CharField(_("title"), max_length=120)
    symptoms = models.CharField(_("how it shows"), max_length=2000)
    workaround = models.CharField(_("what helps meanwhile"), max_length=2000, blank=True)
    fix = models.CharField(_("what was done about it"), max_length=2000, blank=True)
    prevention = models.CharField(_("how it is prevented"), max_length=1000, blank=True)
    note = models.CharField(_("note"), max_length=500, blank=True)
    state = models.CharField(_("state"), max_length=8, choices=ProblemState.choices, default=ProblemState.OPEN)
    unit = models.ForeignKey(OrgUnit, on_delete=models.PROTECT, related_name="+", verbose_name=_("unit"))
    owner_post = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="+")
    due_on = models.DateField(_("due on"))
    found_at = models.DateTimeField(_("recorded"))
    found_by = models.CharField(_("recorded by"), max_length=80)
    fixed_at = models.DateTimeField(_("fixed"), null=True, blank=True)
    watch_until = models.DateField(_("watched until"), null=True, blank=True)
    settled_at = models.DateTimeField(null=True, blank=True)
    policy_id = models.BigIntegerField(null=True)
    version = models.PositiveIntegerField(default=1)

    objects = KnownProblemQuerySet.as_manager()

    class Meta:
        verbose_name = _("known problem")
        constraints = [
            models.CheckConstraint(
                condition=~Q(state__in=["fixed", "closed"]) | (~Q(fix="") & Q(fixed_at__isnull=False)),
                name="service_problem_fixed",
            ),
        ]
        indexes = [
            models.Index("state", "due_on", name="service_problem_state"),
            models.Index(F("found_at").desc(), name="service_problem_found"),
        ]

    def __str__(self) -> str:
        return self.problem_no


class ProblemLinkQuerySet(ScopedQuerySet["ProblemLink"]):
    scope_through = "problem"


class ProblemLink(models.Model):
    """问题关联: a request or complaint that met the problem, or an article about it. ``met_at`` is when it came in."""

    problem = models.ForeignKey(KnownProblem, on_delete=models.PROTECT, related_name="links")
    request = models.ForeignKey(
        ServiceRequest, on_delete=models.PROTECT, null=True, blank=True, related_name="problem_links"
    )
    complaint = models.ForeignKey(
        Complaint, on_delete=models.PROTECT, null=True, blank=True, related_name="problem_links"
    )
    article = models.ForeignKey(Article, on_delete=models.PROTECT, null=True, blank=True, related_name="problem_links")
    met_at = models.DateTimeField(null=True, blank=True)
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=80)
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = ProblemLinkQuerySet.as_manager()

    class Meta:
        verbose_name = _("link of a known problem")
        constraints = [
            models.CheckConstraint(
                condition=Q(request__isnull=False, complaint=None, article=None)
                | Q(request=None, complaint__isnull=False, article=None)
                | Q(request=None, complaint=None, article__isnull=False),
                name="service_problemlink_one",
            ),
            *(
                models.UniqueConstraint(
                    fields=["problem", each],
                    condition=Q(ended_at=None) & Q(**{f"{each}__isnull": False}),
                    name=f"service_problemlink_{each}",
                )
                for each in ("request", "complaint", "article")
            ),
        ]

    def __str__(self) -> str:
        return f"ProblemLink {self.pk}"
