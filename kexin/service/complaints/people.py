"""Who may handle a case: the nearest with the right, without interest in it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from kexin.core.calendar import business_date
from kexin.core.decision import Decision
from kexin.core.workflow import duty_holder
from kexin.people.models import Employee, Post, PostHolder
from kexin.people.queries import held_on
from kexin.sales.models import Sale
from kexin.service.complaints.choices import SubjectKind
from kexin.service.complaints.rules import Near, without_interest
from kexin.service.models import Complaint

HEADS = "core.reassign_work"
MOST_TRIED = 20


def users_of(staff: Iterable[str]) -> list[int]:
    """The sign-in accounts behind staff numbers."""
    rows = Employee.objects.filter(staff_no__in=list(staff), user__isnull=False)
    return [int(each) for each in rows.values_list("user_id", flat=True) if each is not None]


def sellers_of(kind: str, number: str) -> list[str]:
    """Staff numbers of who sold what is complained about."""
    if kind != SubjectKind.SALE or not number:
        return []
    return list(Sale.objects.filter(sale_no=number).values_list("seller__staff_no", flat=True))


def near(holder: PostHolder) -> Near:
    """What ties the holder of a post to a case."""
    employee = holder.employee
    head = duty_holder(HEADS, holder.post.unit_id, employee.user_id)
    named = held_on(business_date()).filter(post=head).values_list("employee__staff_no", flat=True).first()
    return Near(employee.staff_no, holder.post.unit_id, named or "")


def interest(
    post_id: int, accused: Collection[str], sellers: Sequence[str], concerned_unit_id: int | None
) -> Decision | None:
    """May whoever holds this post today look into the case? None where nobody holds it."""
    rows = held_on(business_date()).filter(post=post_id, post__closed_on=None).select_related("employee", "post")
    holder = rows.first()
    if holder is None:
        return None
    return without_interest(near(holder), accused=accused, sellers=sellers, concerned_unit_id=concerned_unit_id)


def officer_for(
    right: str, unit_id: int, accused: Collection[str], sellers: Sequence[str], concerned_unit_id: int | None
) -> Post | None:
    """The nearest who may do ``right`` and has no interest; else the nearest who is not complained about."""
    barred, fallback = users_of(accused), None
    for _try in range(MOST_TRIED):
        post_id = duty_holder(right, unit_id, barred)
        if post_id is None:
            break
        found = interest(post_id, accused, sellers, concerned_unit_id)
        if found is not None and found.allowed:
            return Post.objects.get(pk=post_id)
        fallback = fallback or post_id
        holder = held_on(business_date()).filter(post=post_id).select_related("employee").first()
        if holder is None or holder.employee.user_id is None or holder.employee.user_id in barred:
            break
        barred.append(holder.employee.user_id)
    return Post.objects.get(pk=fallback) if fallback is not None else None


def interest_in(row: Complaint, post_id: int) -> Decision | None:
    """The same for a case as it stands."""
    return interest(post_id, row.accused, sellers_of(row.subject_kind, row.subject_no), row.concerned_unit_id)
