"""Which post owes what: the nearest holder of a right or role, and whom a step of the ladder of work reaches."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from django.db.models import Q, QuerySet

from kexin.core.calendar import business_date
from kexin.core.choices import Reach
from kexin.core.ladder import OWNER_HEAD, UNIT_HEAD
from kexin.people.models import Delegation, OrgUnit, Post, PostRole, User
from kexin.people.queries import held_on

HEAD_DUTY = "core.reassign_work"  # who hands over the work of others is their head


def duty_holder(operation: str, unit_id: int, except_user: int | Collection[int] | None) -> int | None:
    """The held post that grants ``operation`` nearest to a unit: same unit first, then upwards, then anybody.

    ``except_user`` is somebody (or several) whose own matter it is: whoever does that person's work at present is
    passed over, too.
    """
    own = [except_user] if isinstance(except_user, int) else list(except_user or ())
    barred = {*own, *(each for user in own for each in _standing_in_for(user))}
    return _nearest(PostRole.objects.filter(role__grants__operation=operation), unit_id, barred)


def _standing_in_for(user_id: int) -> Iterable[int | None]:
    running = Delegation.objects.running(business_date()).filter(absent__user=user_id)
    return running.values_list("delegate__user", flat=True)


def recipient(code: str, unit_id: int, owner_post_id: int, kept_from: Collection[str] = ()) -> int | None:
    """Whom a step of the ladder of work means: the head over the owner, over the unit, or the nearest of a role.

    The owner is never the recipient: a head who is late has the next head above. So is nobody in ``kept_from`` (staff
    numbers): what is kept from a head climbs past that head.
    """
    holder = held_on(business_date()).filter(post=owner_post_id).select_related("employee", "post").first()
    own = {holder.employee.user_id} if holder is not None and holder.employee.user_id is not None else set()
    if kept_from:
        own |= set(User.objects.filter(username__in=kept_from).values_list("pk", flat=True))
    if code in (OWNER_HEAD, UNIT_HEAD):
        heads = PostRole.objects.filter(role__grants__operation=HEAD_DUTY)
        owner_unit = Post.objects.filter(pk=owner_post_id).values_list("unit_id", flat=True).first()
        return _nearest(heads, (owner_unit if code == OWNER_HEAD else None) or unit_id, own)
    return _nearest(PostRole.objects.filter(role__code=code), unit_id, own)


def _nearest(granted: QuerySet[PostRole], unit_id: int, barred: Collection[int | None]) -> int | None:
    today = business_date()
    unit = OrgUnit.objects.get(pk=unit_id)
    line = [int(each) for each in unit.path.strip("/").split("/")]
    rows = (
        granted.filter(post__closed_on=None)
        .filter(Q(ends_on=None) | Q(ends_on__gte=today))
        .select_related("post__unit", "unit")
        .order_by("post_id")
    )
    best: tuple[int, int] | None = None
    held = {
        holder.post_id: holder.employee.user_id
        for holder in held_on(today).filter(post__in=[row.post_id for row in rows]).select_related("employee")
    }
    for row in rows:
        if row.post_id not in held or held[row.post_id] in barred:
            continue
        # Whoever reaches only a portfolio owes nothing for the customers of others, nor for the pool.
        place = (row.unit or row.post.unit).pk
        near = (row.reach == Reach.UNIT and place == unit_id) or (row.reach == Reach.SUBTREE and place in line)
        if row.reach != Reach.ALL and not near:
            continue
        distance = len(line) - line.index(row.post.unit_id) if row.post.unit_id in line else 100
        if best is None or (distance, row.post_id) < best:
            best = (distance, row.post_id)
    return best[1] if best else None
