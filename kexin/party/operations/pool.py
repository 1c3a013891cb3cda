"""The pool of customers without a lead 待分配客户池: claiming one for one's own post."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor
from kexin.core.approval import Approvable, propose, register_approvable
from kexin.core.calendar import business_date
from kexin.core.choices import ApprovalStatus
from kexin.core.errors import Conflict, KexinError, NotFound, RuleViolation
from kexin.core.models import Approval
from kexin.core.operation import declare_right, operation
from kexin.core.policy import in_force
from kexin.party.models import Customer, PortfolioAssignment, PortfolioProtection
from kexin.party.operations.portfolio import give_to, held_customers
from kexin.party.ownership import pool_within
from kexin.party.ownership_rules import may_claim
from kexin.party.policies import PoolPolicy
from kexin.people.models import Post
from kexin.people.queries import names_of, post_labels

CLAIM = "party.claim_customer"


class ClaimedAlready(Conflict):
    """Somebody was faster; the message says who."""

    code = "claimed-already"


@operation(CLAIM, label=_("Claim a customer of the pool"), plain=("reason",))
def claim_customer(
    customer: Customer, *, actor: Actor, post: Post | None = None, reason: str = ""
) -> Customer | Approval:
    """Take a customer of the pool for one's own post (``post`` where one holds several).

    Of two who claim at once one wins; the other learns by whom. Customers with assets from the policy's amount on are
    proposed instead: a second person decides, and the answer is the proposal.
    """
    row = pool_within(actor, CLAIM, with_led=True).select_for_update(of=("self",)).filter(pk=customer.pk).first()
    if row is None:
        raise NotFound
    own = post.pk if post is not None else actor.post_id
    if own is None or own not in actor.post_ids:
        raise RuleViolation(_("Choose a post that you hold."))
    _still_free(row)
    rules = in_force(PoolPolicy)
    _enforce(row, own, rules)
    if row.assets >= rules.approval_from:
        return propose(
            CLAIM,
            actor=actor,
            arguments={"customer": row.pk, "post": own, "reason": reason},
            summary={"customer": row.customer_no, "post": post_labels([own]).get(own, "")},
            unit_id=row.unit_id,
            customer_id=row.pk,
            reason=reason or str(_("Claimed from the pool")),
            subject_kind="party.Customer",
            subject_id=row.pk,
        )
    return give_to(
        row, Post.objects.select_related("unit").get(pk=own), actor.name, reason or str(_("Claimed from the pool"))
    )


def _still_free(row: Customer) -> None:
    if row.lead_post_id is not None:
        who = post_labels([row.lead_post_id]).get(row.lead_post_id, "")
        raise ClaimedAlready(
            _("%(who)s has claimed this customer already.") % {"who": who}, current={"lead_post_id": row.lead_post_id}
        )
    waiting = Approval.objects.filter(
        operation=CLAIM, subject_kind="party.Customer", subject_id=row.pk, status=ApprovalStatus.OPEN
    ).first()
    if waiting is not None:
        who = names_of([waiting.maker_name]).get(waiting.maker_name, waiting.maker_name)
        raise ClaimedAlready(_("%(who)s has claimed this customer; a decision is awaited.") % {"who": who})


def _enforce(row: Customer, post: int, rules: PoolPolicy) -> None:
    last = (
        PortfolioAssignment.objects.filter(customer=row, post=post).exclude(ends_on=None).order_by("-ends_on").first()
    )
    since: dt.date | None = last.ends_on if last is not None else None
    protection = PortfolioProtection.objects.filter(customer=row).first()
    may_claim(
        held=held_customers([post]).get(post, 0),
        most=rules.most_customers,
        days_since_given_back=(business_date() - since).days if since else None,
        cooldown=rules.cooldown_days,
        protected=protection.reason if protection else "",
    ).enforce()


def _apply_claim(actor: Actor, arguments: dict[str, Any]) -> Customer:
    row = Customer.objects.select_for_update().get(pk=arguments["customer"])
    if row.lead_post_id is not None:
        who = post_labels([row.lead_post_id]).get(row.lead_post_id, "")
        raise ClaimedAlready(_("%(who)s has claimed this customer already.") % {"who": who})
    _enforce(row, arguments["post"], in_force(PoolPolicy))
    post = Post.objects.select_related("unit").get(pk=arguments["post"])
    return give_to(row, post, actor.name, arguments["reason"] or str(_("Claimed from the pool")))


declare_right("party.approve_claim", _("Approve the claim of a customer"))
register_approvable(Approvable(CLAIM, "party.approve_claim", _("The claim of a customer"), _apply_claim))


def claim_many(
    customers: Iterable[Customer], *, actor: Actor, reason: str = ""
) -> tuple[list[Customer | Approval], list[tuple[Customer, KexinError]]]:
    """Claim one by one, each an operation of its own: what was claimed or proposed, and what was refused and why."""
    done: list[Customer | Approval] = []
    refused: list[tuple[Customer, KexinError]] = []
    for customer in customers:
        try:
            done.append(claim_customer(customer, actor=actor, reason=reason))
        except KexinError as refusal:
            refused.append((customer, refusal))
    return done, refused
