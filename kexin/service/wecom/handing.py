"""Who gets a customer gets the customer's WeCom contact, too: WeCom hands it over, the customer is told (离职继承).

The lead manager's account of before and the one of now must both be known. What WeCom is asked goes out like a message:
tried again while it cannot be reached, listed among the messages, once.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor, system
from kexin.core.errors import NotPermitted
from kexin.core.events import subscribe
from kexin.core.operation import operation
from kexin.core.policy import in_force
from kexin.engagement.messages.adapters.http_wecom import HANDED
from kexin.engagement.messages.choices import WECOM
from kexin.engagement.messages.sending import write_message
from kexin.engagement.models import OutboundMessage
from kexin.party.events import CustomersTransferred, PortfolioAssigned
from kexin.people.queries import post_labels
from kexin.service.models import Conversation, WecomAccount
from kexin.service.wecom.policies import WecomPolicy

CLOCK, PURPOSE = "clock.wecom", "service.wecom_handover"


@operation("service.hand_over_contacts", label=_("Hand WeCom contacts to the new lead manager"))
def hand_over_contacts(customers: Sequence[int], *, actor: Actor, before: int, after: int) -> int:
    """Of these customers those who write to the former lead's account; how many are asked for. Repeated, no more."""
    if not actor.everything:
        raise NotPermitted
    rows = WecomAccount.objects.filter(post__in=(before, after), ended_at=None).order_by("-since")
    members = {row.post_id: row.member for row in reversed(rows)}
    if before not in members or after not in members:
        return 0
    line = f"{members[before]}{HANDED}{members[after]}"
    text = in_force(WecomPolicy).handed_text.replace("$staff", post_labels({after}).get(after, ""))
    talks = Conversation.objects.filter(channel=WECOM, customer__in=customers, owner_post=before)
    asked = 0
    for talk in talks.select_related("customer__party").order_by("customer", "-last_at", "-pk").distinct("customer"):
        waiting = OutboundMessage.objects.filter(customer=talk.customer_id, purpose=PURPOSE, status="waiting")
        if not talk.address or waiting.exists():
            continue
        write_message(
            talk.customer, actor=actor, channel=WECOM, purpose=PURPOSE, body=text, subject_line=line,
            address=str(talk.address), key_id=talk.key_id,
        )  # fmt: skip
        asked += 1
    _owners(customers, before, after)
    return asked


def _owners(customers: Sequence[int], before: int, after: int) -> None:
    """The unfinished ones are the new lead's."""
    from kexin.people.models import Post
    from kexin.service.conversations.work import move_answer

    post = Post.objects.get(pk=after)
    rows = Conversation.objects.unfinished().filter(channel=WECOM, customer__in=customers, owner_post=before)
    for row in rows.select_for_update(of=("self",)).order_by("pk"):
        row.owner_post, row.unit_id = post, post.unit_id
        row.version += 1
        row.save()
        move_answer(row)


@subscribe(CustomersTransferred)
def follow_transfer(fact: CustomersTransferred) -> None:
    """All customers of one transfer at once."""
    hand_over_contacts(fact.customer_ids, actor=system(CLOCK), before=fact.giver_post_id, after=fact.receiver_post_id)


@subscribe(PortfolioAssigned)
def follow_assignment(fact: PortfolioAssigned) -> None:
    """One customer, assigned or claimed."""
    if fact.before_post_id is not None and fact.post_id is not None and fact.before_post_id != fact.post_id:
        hand_over_contacts((fact.customer_id,), actor=system(CLOCK), before=fact.before_post_id, after=fact.post_id)
