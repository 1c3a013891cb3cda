"""Accounts of members, agreements written down by staff, and what compliance makes of forbidden words."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor
from kexin.core.errors import NotFound, RuleViolation, type_text
from kexin.core.events import emit
from kexin.core.fields import decrypt_rows
from kexin.core.operation import operation
from kexin.core.query import query
from kexin.core.scope import scope_filters
from kexin.people.models import Post
from kexin.service.models import Conversation, ConversationMessage, FlaggedWords, WecomAccount
from kexin.service.rules import clean
from kexin.service.wecom.events import ForbiddenWordsSettled
from kexin.service.wecom.sidecar import LONGEST_ID
from kexin.service.wecom.work import OUTCOMES, SETTLES, settle_look

ASSIGNS, VIEW_ACCOUNTS, VIEW_FLAGGED = (
    "service.assign_wecom_account", "service.view_wecom_accounts", "service.view_flagged_words",
)  # fmt: skip
LONGEST_NOTE = 500


@operation(ASSIGNS, label=_("Give a WeCom account to a post"), plain=("member",))
def assign_wecom_account(*, actor: Actor, member: str, post_id: int) -> WecomAccount:
    """From now on what this member writes is this post's. The post that had it gives it up."""
    name = clean(member)
    wrong: dict[str, type_text] = {}
    if not 0 < len(name) <= LONGEST_ID or " " in name:
        wrong["member"] = _("A member's id has 1 to %(most)s characters without blanks.") % {"most": LONGEST_ID}
    filters = scope_filters(actor, ASSIGNS, unit="unit_id", post="pk")
    rows = Post.objects.filter(pk=post_id, closed_on=None)
    post = rows.first() if filters is None or any(rows.filter(**each).exists() for each in filters) else None
    if post is None:
        wrong["post"] = _("Choose one of the list.")
    if wrong or post is None:
        raise RuleViolation(fields=wrong)
    now = timezone.now()
    before = WecomAccount.objects.select_for_update(of=("self",)).filter(member=name, ended_at=None).first()
    if before is not None and before.post_id == post.pk:
        return before
    if before is not None:
        before.ended_at, before.ended_by = now, actor.name
        before.save(update_fields=["ended_at", "ended_by"])
    return WecomAccount.objects.create(member=name, post=post, since=now, set_by=actor.name)


@query(VIEW_ACCOUNTS, label=_("See WeCom accounts"))
def wecom_accounts(actor: Actor) -> QuerySet[WecomAccount]:
    """Accounts in use within reach."""
    rows = WecomAccount.objects.visible_to(actor, VIEW_ACCOUNTS).filter(ended_at=None)
    return rows.select_related("post__unit").order_by("member")


@dataclass(frozen=True, slots=True)
class Flagged:
    """Words with the phrases found in them, opened."""

    row: FlaggedWords
    text: str
    conversation: Conversation


@query(VIEW_FLAGGED, label=_("See forbidden words found"), record="list")
def flagged_words(actor: Actor, *, open_only: bool = True) -> QuerySet[FlaggedWords]:
    """What was found within reach, the last first."""
    rows = FlaggedWords.objects.visible_to(actor, VIEW_FLAGGED).exclude(message__by=actor.name)
    rows = rows.select_related("message__conversation", "unit", "post").order_by("-found_at", "-pk")
    return rows.filter(settled_at=None) if open_only else rows


@query(VIEW_FLAGGED, label=_("See forbidden words found"), record="open")
def flagged(actor: Actor, pk: int) -> Flagged:
    """One of them with its words. NotFound, also for whoever wrote them."""
    rows = FlaggedWords.objects.visible_to(actor, VIEW_FLAGGED).exclude(message__by=actor.name)
    row = rows.select_related("message__conversation", "unit", "post").filter(pk=pk).first()
    if row is None:
        raise NotFound
    decrypt_rows(ConversationMessage, [row.message], ("text",))
    return Flagged(row, str(row.message.text or ""), row.message.conversation)


@operation(SETTLES, label=_("Settle forbidden words"), plain=("outcome",))
def settle_flagged_words(flag: FlaggedWords | int, *, actor: Actor, outcome: str, note: str) -> FlaggedWords:
    """What was done about it; never by whoever wrote them."""
    row = FlaggedWords.objects.lock(flag, actor)
    said = clean(note)
    wrong: dict[str, type_text] = {}
    if row.message.by == actor.name:
        raise NotFound
    if row.settled_at is not None:
        raise RuleViolation(_("This has been settled already."))
    if outcome not in OUTCOMES:
        wrong["outcome"] = _("Choose one of the list.")
    if not 0 < len(said) <= LONGEST_NOTE:
        wrong["note"] = _("Say what was done, in at most %(most)s characters.") % {"most": LONGEST_NOTE}
    if wrong:
        raise RuleViolation(fields=wrong)
    row.outcome, row.note, row.settled_at, row.settled_by = outcome, said, timezone.now(), actor.name
    row.save()
    settle_look(row, outcome=outcome, by=actor.name)
    talk = row.message.conversation
    emit(ForbiddenWordsSettled(talk.customer_id, talk.conversation_no, row.pk, outcome))
    return row
