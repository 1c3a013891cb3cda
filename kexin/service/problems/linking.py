"""What met a known problem: requests and complaints, counted as returns after its fix; articles about it."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor
from kexin.core.errors import NotFound, RuleViolation
from kexin.core.events import emit
from kexin.core.operation import operation
from kexin.core.policy import in_force
from kexin.service.complaints.queries import VIEW as VIEW_COMPLAINTS
from kexin.service.models import Article, Complaint, KnownProblem, ProblemLink, ServiceRequest
from kexin.service.problems.choices import ProblemState
from kexin.service.problems.events import ProblemRecurred
from kexin.service.problems.policies import ProblemPolicy
from kexin.service.problems.recording import work_again
from kexin.service.problems.rules import came_back
from kexin.service.queries import VIEW as VIEW_REQUESTS

LINKS = "service.link_problem"


@operation(LINKS, label=_("Link a known problem"), plain=("number",))
def link_problem(problem: KnownProblem | int, *, actor: Actor, number: str) -> ProblemLink:
    """By the number of a request or complaint within reach, or of an article. What came in after the fix is a return:
    from the policy's count on, the problem is open again."""
    row = KnownProblem.objects.lock(problem, actor)
    found = _found(number.strip().upper(), actor)
    if ProblemLink.objects.filter(problem=row, ended_at=None, **found).exists():
        raise RuleViolation(fields={"number": _("It is linked already.")})
    met = found.get("request") or found.get("complaint")
    made = ProblemLink.objects.create(
        problem=row,
        met_at=met.received_at if met is not None else None,
        made_at=timezone.now(),
        made_by=actor.name,
        **found,
    )
    if made.met_at is not None and row.fixed_at is not None and made.met_at > row.fixed_at:
        _returned(row, actor)
    return made


def _returned(row: KnownProblem, actor: Actor) -> None:
    times = came_back(met_at(row), row.fixed_at)
    again = times >= in_force(ProblemPolicy).reopen_after and row.state in (ProblemState.FIXED, ProblemState.CLOSED)
    if again:
        work_again(row, actor.name)
    emit(ProblemRecurred(row.pk, row.problem_no, times, again))


def met_at(row: KnownProblem) -> list[dt.datetime]:
    """When each request or complaint came in that met the problem."""
    rows = row.links.filter(ended_at=None, met_at__isnull=False).order_by("met_at")
    return [each for each in rows.values_list("met_at", flat=True) if each is not None]


def _found(number: str, actor: Actor) -> dict[str, Any]:
    if number.startswith("Q"):
        request = ServiceRequest.objects.visible_to(actor, VIEW_REQUESTS).filter(request_no=number).first()
        if request is not None:
            return {"request": request}
    elif number.startswith("C") and actor.may(VIEW_COMPLAINTS):
        complaint = Complaint.objects.visible_to(actor, VIEW_COMPLAINTS).filter(complaint_no=number).first()
        if complaint is not None:
            return {"complaint": complaint}
    elif number.startswith("K"):
        article = Article.objects.filter(article_no=number).first()
        if article is not None:
            return {"article": article}
    raise RuleViolation(fields={"number": _("Nothing within your reach has this number.")})


@operation("service.unlink_problem", label=_("End a link of a known problem"))
def unlink_problem(problem: KnownProblem | int, *, actor: Actor, link_id: int) -> ProblemLink:
    """It was a mistake; it counts no more."""
    row = KnownProblem.objects.lock(problem, actor)
    made = row.links.select_for_update().filter(pk=link_id, ended_at=None).first()
    if made is None:
        raise NotFound
    made.ended_at = timezone.now()
    made.save(update_fields=["ended_at"])
    return made
