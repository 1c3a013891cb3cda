"""What the clock does for knowledge: articles to be looked at become work, past ones leave search."""

from __future__ import annotations

import datetime as dt

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor
from kexin.core.calendar import business_date, zone
from kexin.core.errors import NotPermitted
from kexin.core.operation import operation
from kexin.core.policy import in_force
from kexin.core.workflow import duty_holder, open_work
from kexin.people.models import OrgUnit, PostHolder
from kexin.service.knowledge.choices import ArticleState
from kexin.service.knowledge.index import drop_past
from kexin.service.knowledge.policies import KnowledgePolicy
from kexin.service.knowledge.writing import LOOK, SUBJECT
from kexin.service.models import ArticleEntry, ArticleVersion

MOST = 500


@operation("service.sweep_articles", label=_("Ask for articles to be looked at"))
def sweep_articles(*, actor: Actor) -> int:
    """Open work for every version in use that is to be looked at soon; how many. Repeated, it opens none twice."""
    if not actor.everything:
        raise NotPermitted
    rules, today = in_force(KnowledgePolicy), business_date()
    drop_past(today)
    used = ArticleEntry.objects.filter(from_on__lte=today).values("version")
    soon = today + dt.timedelta(days=rules.warn_days)
    rows = ArticleVersion.objects.filter(pk__in=used, state=ArticleState.APPROVED, review_on__lte=soon)
    opened = 0
    for row in rows.select_related("article").order_by("review_on", "pk")[:MOST]:
        post = _writer(row)
        if post is None:
            continue
        assert row.review_on is not None
        item = open_work(
            LOOK,
            unit_id=post[1],
            owner_post_id=post[0],
            due_at=dt.datetime.combine(row.review_on, dt.time(17, 30), zone()),
            subject_kind=SUBJECT,
            subject_id=row.pk,
            details={"title": row.title, "article_id": row.article_id, "language": row.language},
            policy_id=rules.policy_version,
        )
        opened += item.opened_at >= timezone.now() - dt.timedelta(seconds=5)
    return opened


def _writer(row: ArticleVersion) -> tuple[int, int] | None:
    """The post of whoever wrote it, if still there; else who has to write at head office."""
    held = PostHolder.objects.filter(employee__user=row.drafter_user_id, ends_on=None, post__closed_on=None)
    found = held.values_list("post_id", "post__unit_id").first() if row.drafter_user_id else None
    if found is not None:
        return found
    head = OrgUnit.objects.filter(parent=None).order_by("path").values_list("pk", flat=True).first()
    duty = duty_holder("service.draft_article", head, None) if head is not None else None
    return (duty, head) if duty is not None and head is not None else None
