"""Giving a referral, answering it, telling its outcome, entering what was agreed as shares."""

from __future__ import annotations

from decimal import Decimal

from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor
from kexin.core.calendar import add, business_date
from kexin.core.choices import Reach
from kexin.core.errors import RuleViolation
from kexin.core.events import emit
from kexin.core.operation import operation
from kexin.core.policy import in_force
from kexin.core.values import Duration
from kexin.core.workflow import duty_holder
from kexin.party.models import Customer
from kexin.party.operations import set_shares
from kexin.people.models import OrgUnit, Post
from kexin.people.queries import held_on
from kexin.sales.advice.recording import open_file, own_post
from kexin.sales.advice.rules import clean
from kexin.sales.models import Referral
from kexin.sales.referrals.choices import ReferralOutcome, ReferralState
from kexin.sales.referrals.events import (
    ReferralAnswered,
    ReferralAttributed,
    ReferralClosed,
    ReferralMade,
    ReferralWithdrawn,
)
from kexin.sales.referrals.policies import ReferralPolicy
from kexin.sales.referrals.rules import TABLE, may_refer, may_take
from kexin.sales.referrals.work import ANSWER, OUTCOME, owe_answer, owe_news, owe_outcome, settle

ANSWERS = "sales.answer_referral"


@operation("sales.make_referral", label=_("Refer a customer"), plain=("from_line", "to_line", "product_line"))
def make_referral(
    customer: Customer | int,
    *,
    actor: Actor,
    from_line: str,
    to_line: str,
    need: str,
    unit_id: int,
    receiver_post_id: int | None = None,
    share: Decimal | None = None,
    product_line: str = "all",
) -> Referral:
    """Hand a customer's need to a post, or to the pool of a unit. The clock runs from now.

    ``share``: what the giver keeps of the figures, in percent; the policy's usual share where left out.
    """
    row, post, rules = open_file(customer, actor), own_post(actor), in_force(ReferralPolicy)
    said, kept = clean(need), Decimal(rules.usual_share) if share is None else share
    may_refer(
        from_line=from_line,
        to_line=to_line,
        need=said,
        share=kept,
        most_share=rules.most_share,
        product_line=product_line,
    ).enforce()
    unit = OrgUnit.objects.filter(pk=unit_id, closed_on=None).first()
    if unit is None:
        raise RuleViolation(fields={"unit_id": _("Choose one of the list.")})
    receiver = _receiver(receiver_post_id, unit, post)
    owner = receiver.pk if receiver is not None else _pool_owner(unit, actor)
    if owner is None:
        raise RuleViolation(fields={"unit_id": _("Nobody of this unit answers referrals.")})
    if Referral.objects.filter(customer=row, to_line=to_line, state=ReferralState.WAITING).exists():
        raise RuleViolation(_("A referral of this customer to this line waits already."))
    due, key = add(timezone.now(), Duration(rules.answer_hours, "working_hours")), _next_key()
    made = Referral.objects.create(
        pk=key,
        referral_no=f"R{business_date().year}{key:08d}",
        customer=row,
        key_id=row.party.key_id,
        from_line=from_line,
        to_line=to_line,
        giver_post=post,
        giver_unit_id=post.unit_id,
        given_by=actor.name,
        given_at=timezone.now(),
        unit=unit,
        receiver_post=receiver,
        need=said,
        share=kept,
        product_line=product_line,
        due_at=due.at,
        policy_id=rules.policy_version,
    )
    owe_answer(made, owner, due, rules)
    emit(ReferralMade(row.pk, made.referral_no, made.pk, from_line, to_line))
    return made


def _pool_owner(unit: OrgUnit, actor: Actor) -> int | None:
    """Who owes the answer while it lies in the pool: the head of the unit, else somebody there who may answer."""
    head = duty_holder(ANSWERS, unit.pk, actor.user_id)
    if head is not None:
        return head
    held = held_on(business_date()).filter(post__unit=unit, post__closed_on=None)
    able = held.filter(post__roles__role__grants__operation=ANSWERS).exclude(post__in=actor.post_ids)
    return able.order_by("post_id").values_list("post_id", flat=True).first()


def _receiver(pk: int | None, unit: OrgUnit, giver: Post) -> Post | None:
    if pk is None:
        return None
    held = held_on(business_date()).filter(post=pk, post__unit=unit, post__closed_on=None).exists()
    if not held or pk == giver.pk:
        raise RuleViolation(fields={"receiver_post_id": _("Choose a post of this unit that somebody else holds.")})
    return Post.objects.get(pk=pk)


@operation(ANSWERS, label=_("Accept or decline a referral"))
def answer_referral(referral: Referral | int, *, actor: Actor, accept: bool, reason: str = "") -> Referral:
    """The receiver takes it, with the attribution that the giver proposed, or declines it with a reason."""
    row = Referral.objects.lock(referral, actor)
    state = TABLE.after(row.state, "accept" if accept else "decline")
    _may_take(row, actor)
    if not accept and not reason.strip():
        raise RuleViolation(fields={"reason": _("Say why it is declined.")})
    rules = in_force(ReferralPolicy)
    row.state, row.answered_at, row.answered_by = state, timezone.now(), actor.name
    row.reason = clean(reason)[:300] or None
    if accept:
        row.receiver_post = own_post(actor) if row.receiver_post is None else row.receiver_post
    row.version += 1
    row.save()
    settle(ANSWER, row, outcome="accepted" if accept else "declined", by=actor.name)
    if accept and row.receiver_post_id is not None:
        owe_outcome(row, row.receiver_post_id, rules)
    else:
        owe_news(row, rules)
    emit(ReferralAnswered(row.customer_id, row.referral_no, row.pk, accept))
    return row


@operation("sales.close_referral", label=_("Tell the outcome of a referral"), plain=("outcome",))
def close_referral(referral: Referral | int, *, actor: Actor, outcome: str, note: str = "") -> Referral:
    """What became of it; the giver is told."""
    row = Referral.objects.lock(referral, actor)
    state = TABLE.after(row.state, "close")
    _may_take(row, actor)
    if outcome not in ReferralOutcome.values:
        raise RuleViolation(fields={"outcome": _("Choose one of the list.")})
    if outcome != ReferralOutcome.BUSINESS and not note.strip():
        raise RuleViolation(fields={"note": _("Say why.")})
    row.state, row.outcome, row.outcome_note = state, outcome, clean(note)[:1000] or None
    row.closed_at = timezone.now()
    row.version += 1
    row.save()
    settle(OUTCOME, row, outcome="closed", by=actor.name)
    owe_news(row, in_force(ReferralPolicy))
    emit(ReferralClosed(row.customer_id, row.referral_no, row.pk, outcome))
    return row


@operation("sales.withdraw_referral", label=_("Take a referral back"))
def withdraw_referral(referral: Referral | int, *, actor: Actor) -> Referral:
    """Only the giver, and only before it was answered."""
    row = Referral.objects.lock(referral, actor)
    if row.giver_post_id not in actor.post_ids:
        raise RuleViolation(_("Only who gave a referral takes it back."))
    row.state = TABLE.after(row.state, "withdraw")
    row.version += 1
    row.save()
    settle(ANSWER, row, outcome="withdrawn", by=actor.name, cancelled=True)
    emit(ReferralWithdrawn(row.customer_id, row.referral_no, row.pk))
    return row


@operation("sales.attribute_referral", label=_("Enter the agreed attribution of a referral"))
def attribute_referral(referral: Referral | int, *, actor: Actor) -> Referral:
    """Divide the customer's product line between receiver and giver as they agreed, from today on, once.

    Needs the right to divide customers (``party.set_shares``) as well, and the customer within reach.
    """
    row = Referral.objects.lock(referral, actor)
    if not actor.may("party.set_shares"):
        raise actor.refusal("party.set_shares")
    if row.state not in (ReferralState.ACCEPTED, ReferralState.CLOSED) or row.receiver_post_id is None:
        raise RuleViolation(_("Shares are entered once the referral was accepted."))
    if row.attributed_at is not None:
        raise RuleViolation(_("The agreed shares were entered already."))
    whole = Decimal(100)
    shares = [(row.receiver_post_id, whole - row.share), (row.giver_post_id, row.share)]
    set_shares(
        row.customer,
        actor=actor,
        line=row.product_line,
        shares=[(post, percent) for post, percent in shares if percent > 0],
        reason=row.referral_no,
    )
    row.attributed_at, row.attributed_by = timezone.now(), actor.name
    row.version += 1
    row.save()
    emit(ReferralAttributed(row.customer_id, row.referral_no, row.pk, row.product_line, str(row.share)))
    return row


def _may_take(row: Referral, actor: Actor) -> None:
    units = {unit for grant in actor.grants_for(ANSWERS) if grant.reach != Reach.PORTFOLIO for unit in grant.unit_ids}
    may_take(
        giver=row.giver_post_id,
        receiver=row.receiver_post_id,
        posts=actor.post_ids,
        of_unit=actor.unit_id == row.unit_id,
        heads_unit=row.unit_id in units and actor.may("sales.approve_sale"),
    ).enforce()


def _next_key() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence('sales_referral', 'id'))")
        return int(cursor.fetchone()[0])
