"""What a post is to reach in a month."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor
from kexin.core.choices import Reach
from kexin.core.errors import NotFound, RuleViolation
from kexin.core.operation import operation
from kexin.holdings.choices import TargetMeasure
from kexin.holdings.models import Target
from kexin.people.models import Post

SET_TARGET = "holdings.set_target"


@operation(SET_TARGET, label=_("Set a target"), plain=("measure",))
def set_target(post: Post, *, actor: Actor, month: dt.date, measure: str, amount: Decimal) -> Target:
    """Set or change the target of a post for a month. The post must be in a unit that the actor's grants reach."""
    within = any(grant.reach == Reach.ALL or post.unit_id in grant.unit_ids for grant in actor.grants_for(SET_TARGET))
    if not within:
        raise NotFound
    if measure not in TargetMeasure.values:
        raise RuleViolation(fields={"measure": _("There is no such measure.")})
    if not 0 <= amount < 10**17:
        raise RuleViolation(fields={"amount": _("A target is nought or more.")})
    if post.closed_on is not None:
        raise RuleViolation(fields={"post": _("This post is closed.")})
    row = Target.objects.select_for_update().filter(post=post, month=month.replace(day=1), measure=measure).first()
    if row is None:
        return Target.objects.create(
            post=post, month=month.replace(day=1), measure=measure, amount=amount, set_by=actor.name
        )
    if row.amount != amount:
        row.amount, row.set_by, row.version = amount, actor.name, row.version + 1
        row.save(update_fields=["amount", "set_by", "set_at", "version"])
    return row
