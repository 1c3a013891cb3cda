"""Known problems: what they are, who fixes them, what met them, whether they come back."""

from __future__ import annotations

from typing import Annotated, Any

from django.utils.translation import gettext_lazy as _
from ninja import Query
from pydantic import Field

from kexin.core.api.endpoints import ApiRequest, Endpoints
from kexin.core.api.lookup import existing
from kexin.core.api.shapes import Day, Id, Moment, Page, Paging, Shown, Taken, Version, page_of
from kexin.service.models import KnownProblem, ProblemLink
from kexin.service.problems.choices import ProblemState
from kexin.service.problems.linking import LINKS, link_problem, unlink_problem
from kexin.service.problems.queries import LATE, UNFINISHED, VIEW, problem_file, problems, problems_beside
from kexin.service.problems.recording import (
    CHANGES,
    FIXES,
    RECORDS,
    REOPENS,
    SETTLES,
    change_problem,
    fix_problem,
    record_problem,
    reopen_problem,
    settle_problem,
)

router = Endpoints("known-problems", _("Known problems"))
_STATES = "|".join([*ProblemState.values, LATE, UNFINISHED])


class ProblemTaken(Taken):
    """What it is in the words of customers, who removes its cause, until when; names no customer."""

    title: str = Field(max_length=120, examples=["新版手机银行转账页面卡住"])
    symptoms: str = Field(max_length=2000, examples=["点转账后一直转圈，重新登录后仍然如此"])
    workaround: str = Field(default="", max_length=2000, examples=["改用网页版转账"])
    owner_post_id: Id
    due_on: Day | None = Field(default=None, examples=["2030-03-31"])


class ProblemChangeTaken(ProblemTaken):
    """The same, with the version that was seen."""

    version: Version | None = Field(default=None, examples=[1])


class ProblemFixTaken(Taken):
    """What was done about the cause, and how it does not come back."""

    fix: str = Field(max_length=2000, examples=["修正证书缓存"])
    prevention: str = Field(default="", max_length=1000, examples=["发布前增加弱网测试"])


class ProblemEndTaken(Taken):
    """It did not come back; or it is lived with, for a reason."""

    accept: bool = Field(default=False, examples=[False])
    note: str = Field(default="", max_length=500, examples=[""])


class ProblemAgainTaken(Taken):
    """Why it is worked on again."""

    note: str = Field(max_length=500, examples=["同样的症状再次出现"])


class ProblemLinkTaken(Taken):
    """The number of a request, complaint or article within reach."""

    number: str = Field(max_length=20, examples=["Q202600000001"])


class ProblemsWanted(Paging):
    """Which part of the list."""

    state: Annotated[str, Field(pattern=f"^({_STATES}|)$", examples=["unfinished"])] = ""


class ProblemShown(Shown):
    """A known problem. ``met``: how many requests and complaints; ``returns``: of them after the fix."""

    id: Id
    problem_no: str = Field(examples=["W2026000001"])
    title: str = Field(examples=["新版手机银行转账页面卡住"])
    symptoms: str = Field(examples=["点转账后一直转圈"])
    workaround: str = Field(examples=["改用网页版转账"])
    fix: str = Field(examples=[""])
    prevention: str = Field(examples=[""])
    note: str = Field(examples=[""])
    state: str = Field(examples=["open"])
    unit_id: Id
    owner_post_id: Id
    due_on: Day
    found_at: Moment
    fixed_at: Moment | None
    watch_until: Day | None
    met: int = Field(examples=[3])
    returns: int = Field(examples=[0])
    version: Version


class ProblemLinkShown(Shown):
    """What met it, as far as it is within reach."""

    link_id: Id
    number: str = Field(examples=["Q202600000001"])
    request_id: Id | None
    complaint_id: Id | None
    article_id: Id | None
    met_at: Moment | None
    returned: bool = Field(examples=[False])


class ProblemLinksShown(Shown):
    """Links within reach; ``hidden`` lie beyond it."""

    items: list[ProblemLinkShown]
    hidden: int = Field(examples=[0])


class ProblemBesideShown(Shown):
    """A known problem beside a request: linked, or alike (0 to 1)."""

    problem: ProblemShown
    alike: float = Field(examples=[0.62])
    linked: bool = Field(examples=[False])


class ProblemsBesideShown(Shown):
    """Linked ones first, then the likest."""

    items: list[ProblemBesideShown]


_NAMES = [name for name in ProblemShown.model_fields if name not in ("id", "met", "returns")]


def _shown(row: KnownProblem) -> ProblemShown:
    counted: dict[str, Any] = {"met": getattr(row, "met", 0), "returns": getattr(row, "returns", 0)}
    return ProblemShown(id=row.pk, **counted, **{name: getattr(row, name) for name in _NAMES})


def _again(request: ApiRequest, row: KnownProblem) -> ProblemShown:
    """With its counts, for whoever may see them."""
    return _shown(problem_file(request.actor, row.pk).row if request.actor.may(VIEW) else row)


def _named(request: ApiRequest, permission: str, pk: int) -> KnownProblem:
    return existing(request.actor, permission, KnownProblem.objects.all(), pk)


@router.read("/known-problems", VIEW)
def list_known_problems(request: ApiRequest, wanted: Query[ProblemsWanted]) -> Page[ProblemShown]:
    """Known problems, the newest first."""
    rows = problems(request.actor, state=wanted.state)
    items, following = page_of(request, rows, wanted, [("found_at", "desc"), ("pk", "desc")], _shown)
    return Page[ProblemShown](items=items, next=following)


@router.read("/known-problems/{problem_id}", VIEW)
def read_known_problem(request: ApiRequest, problem_id: Id) -> ProblemShown:
    """One known problem."""
    return _shown(problem_file(request.actor, problem_id).row)


@router.read("/known-problems/{problem_id}/links", VIEW)
def list_problem_links(request: ApiRequest, problem_id: Id) -> ProblemLinksShown:
    """What met it."""
    file = problem_file(request.actor, problem_id)
    items = [
        ProblemLinkShown(
            link_id=each.row.pk,
            number=each.number,
            request_id=each.row.request_id,
            complaint_id=each.row.complaint_id,
            article_id=each.row.article_id,
            met_at=each.row.met_at,
            returned=each.back,
        )
        for each in file.links
    ]
    return ProblemLinksShown(items=items, hidden=file.hidden)


@router.write("POST", "/known-problems", RECORDS, status=201)
def known_problem_recorded(request: ApiRequest, data: ProblemTaken) -> ProblemShown:
    """Record one; its owner owes a fix."""
    return _shown(record_problem(actor=request.actor, **data.model_dump()))


@router.write("PUT", "/known-problems/{problem_id}", CHANGES)
def known_problem_changed(request: ApiRequest, problem_id: Id, data: ProblemChangeTaken) -> ProblemShown:
    """Change its words, owner or day."""
    row = _named(request, CHANGES, problem_id)
    return _again(request, change_problem(row, actor=request.actor, **data.model_dump()))


@router.write("POST", "/known-problems/{problem_id}/fix", FIXES)
def known_problem_fixed(request: ApiRequest, problem_id: Id, data: ProblemFixTaken) -> ProblemShown:
    """Say that it is fixed; from now on it is watched."""
    row = _named(request, FIXES, problem_id)
    return _again(request, fix_problem(row, actor=request.actor, **data.model_dump()))


@router.write("POST", "/known-problems/{problem_id}/end", SETTLES)
def known_problem_settled(request: ApiRequest, problem_id: Id, data: ProblemEndTaken) -> ProblemShown:
    """Close it, or say that it is lived with."""
    row = _named(request, SETTLES, problem_id)
    return _again(request, settle_problem(row, actor=request.actor, **data.model_dump()))


@router.write("POST", "/known-problems/{problem_id}/reopening", REOPENS)
def known_problem_reopened(request: ApiRequest, problem_id: Id, data: ProblemAgainTaken) -> ProblemShown:
    """Work on it again."""
    row = _named(request, REOPENS, problem_id)
    return _again(request, reopen_problem(row, actor=request.actor, note=data.note))


@router.write("POST", "/known-problems/{problem_id}/links", LINKS, status=201)
def known_problem_linked(request: ApiRequest, problem_id: Id, data: ProblemLinkTaken) -> ProblemLinkShown:
    """Link what met it; after the fix it counts as a return."""
    row = _named(request, LINKS, problem_id)
    return _link(link_problem(row, actor=request.actor, number=data.number), data.number.strip().upper())


@router.write("POST", "/known-problems/{problem_id}/links/{link_id}/end", "service.unlink_problem")
def known_problem_unlinked(request: ApiRequest, problem_id: Id, link_id: Id) -> ProblemLinkShown:
    """End a link made by mistake."""
    row = _named(request, "service.unlink_problem", problem_id)
    return _link(unlink_problem(row, actor=request.actor, link_id=link_id), "")


def _link(made: ProblemLink, number: str) -> ProblemLinkShown:
    fixed = made.problem.fixed_at
    return ProblemLinkShown(
        link_id=made.pk,
        number=number,
        request_id=made.request_id,
        complaint_id=made.complaint_id,
        article_id=made.article_id,
        met_at=made.met_at,
        returned=made.met_at is not None and fixed is not None and made.met_at > fixed,
    )


@router.read("/requests/{request_id}/known-problems", VIEW)
def list_problems_beside(request: ApiRequest, request_id: Id) -> ProblemsBesideShown:
    """Known problems that a request is linked with or sounds like."""
    found = problems_beside(request.actor, request_id)
    items = [ProblemBesideShown(problem=_shown(each.row), alike=each.alike, linked=each.linked) for each in found]
    return ProblemsBesideShown(items=items)
