"""Reads of known problems: the list with what came back, one with its links, what fits an open request."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, F, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor
from kexin.core.calendar import business_date
from kexin.core.errors import NotFound
from kexin.core.fields import decrypt_rows
from kexin.core.policy import in_force
from kexin.core.query import query
from kexin.service.complaints.queries import VIEW as VIEW_COMPLAINTS
from kexin.service.knowledge.queries import titles_of
from kexin.service.knowledge.words import words
from kexin.service.models import Complaint, KnownProblem, ProblemLink, ServiceRequest
from kexin.service.problems.choices import UNSETTLED, ProblemState
from kexin.service.problems.policies import ProblemPolicy
from kexin.service.problems.rules import likeness
from kexin.service.queries import VIEW as VIEW_REQUESTS

VIEW = "service.view_problems"
MOST, MOST_COMPARED = 200, 500
LATE, UNFINISHED = "late", "unfinished"
_MET = Q(links__ended_at=None, links__met_at__isnull=False)


@query(VIEW, label=_("See known problems"), plain=("state",))
def problems(actor: Actor, *, state: str = "") -> QuerySet[KnownProblem]:
    """Known problems with ``met`` (how many requests and complaints) and ``returns`` (of them after the fix).
    ``state``: one of its states, "unfinished", or "late" for those whose fix is overdue."""
    rows = KnownProblem.objects.visible_to(actor, VIEW).select_related("unit")
    if state == LATE:
        rows = rows.filter(state=ProblemState.OPEN, due_on__lt=business_date())
    elif state == UNFINISHED:
        rows = rows.filter(state__in=UNSETTLED)
    elif state in ProblemState.values:
        rows = rows.filter(state=state)
    return rows.annotate(
        met=Count("links", filter=_MET), returns=Count("links", filter=_MET & Q(links__met_at__gt=F("fixed_at")))
    )


@dataclass(frozen=True, slots=True)
class LinkShown:
    """A link within the reader's reach: the number it names, in words, and whether it was a return."""

    row: ProblemLink
    number: str
    words: str
    back: bool


@dataclass(frozen=True, slots=True)
class ProblemFile:
    """A known problem; ``hidden``: how many links lie beyond the reader's reach."""

    row: KnownProblem
    met: int
    returns: int
    links: list[LinkShown]
    hidden: int


@query(VIEW, label=_("See known problems"), record="open")
def problem_file(actor: Actor, pk: int) -> ProblemFile:
    """One of them with what met it, as far as the reader may see it. NotFound."""
    row = problems(actor).filter(pk=pk).first()
    if row is None:
        raise NotFound
    rows = list(
        row.links.filter(ended_at=None).select_related("request", "complaint", "article").order_by("-pk")[:MOST]
    )
    requests = ServiceRequest.objects.visible_to(actor, VIEW_REQUESTS).filter(problem_links__in=rows)
    cases = Complaint.objects.visible_to(actor, VIEW_COMPLAINTS).filter(problem_links__in=rows)
    seen = {each.pk: each for each in decrypt_rows(ServiceRequest, list(requests), ("subject",))}
    heard = {each.pk: each for each in decrypt_rows(Complaint, list(cases), ("subject",))}
    titles = titles_of([each.article_id for each in rows if each.article_id is not None])
    shown = []
    for each in rows:
        back = each.met_at is not None and row.fixed_at is not None and each.met_at > row.fixed_at
        if each.request_id in seen:
            found = seen[each.request_id]
            shown.append(LinkShown(each, found.request_no, str(found.subject), back))
        elif each.complaint_id in heard:
            case = heard[each.complaint_id]
            shown.append(LinkShown(each, case.complaint_no, str(case.subject), back))
        elif each.article is not None:
            number = each.article.article_no
            shown.append(LinkShown(each, number, titles.get(each.article_id or 0, number), False))
    counted = {"met": row.met, "returns": row.returns}  # type: ignore[attr-defined]
    return ProblemFile(row, links=shown, hidden=len(rows) - len(shown), **counted)


@dataclass(frozen=True, slots=True)
class Beside:
    """A known problem beside a request: how like it is (0 to 1), or already linked."""

    row: KnownProblem
    alike: float
    linked: bool


@query(VIEW, label=_("See known problems"), record="list")
def problems_beside(actor: Actor, request_id: int) -> list[Beside]:
    """Those a request within reach is linked with, then unfinished ones that it is like. NotFound."""
    request = ServiceRequest.objects.visible_to(actor, VIEW_REQUESTS).filter(pk=request_id).first()
    if request is None:
        raise NotFound
    rules = in_force(ProblemPolicy)
    decrypt_rows(ServiceRequest, [request], ("subject", "text"))
    every = list(KnownProblem.objects.visible_to(actor, VIEW).order_by("-found_at")[:MOST_COMPARED])
    mine = set(request.problem_links.filter(ended_at=None).values_list("problem_id", flat=True))
    linked = [Beside(row, 1.0, True) for row in every if row.pk in mine]
    asked = words(f"{request.subject} {request.text or ''}")
    known = [words(f"{row.title} {row.title} {row.symptoms}") for row in every]
    near = [
        Beside(row, likeness(asked, said, known), False)
        for row, said in zip(every, known, strict=True)
        if row.pk not in mine and row.state in UNSETTLED
    ]
    fit = sorted((each for each in near if each.alike >= rules.alike), key=lambda each: (-each.alike, each.row.pk))
    return [*linked, *fit[: rules.suggestions]]
