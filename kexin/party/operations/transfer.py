"""Portfolio transfer 管户移交: prepared, signed by giver and receivers, approved by a supervisor, taken back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor
from kexin.core.calendar import add, business_date
from kexin.core.choices import ActorKind
from kexin.core.errors import Conflict, NotFound, RuleViolation
from kexin.core.models import WorkItem
from kexin.core.operation import operation
from kexin.core.policy import in_force
from kexin.core.values import Duration
from kexin.core.workflow import close_work, duty_holder, open_work
from kexin.party.choices import SignatureRole, SplitRule, TransferReason, TransferState
from kexin.party.models import CustomerTransfer, TransferLine, TransferSignature
from kexin.party.operations.handing import SIGN_KIND, hand_over
from kexin.party.ownership_rules import may_supervise
from kexin.party.planning import PROPOSE, SIGN, Plan, giver_in_reach, living, plan
from kexin.party.policies import TransferPolicy
from kexin.people.models import Post

APPROVE = "party.approve_transfer"
LABEL = "party.TransferSignature"


@operation(PROPOSE, label=_("Prepare a portfolio transfer"), plain=("reason", "rule"))
def propose_transfer(
    giver: Post,
    *,
    actor: Actor,
    receivers: Sequence[int],
    reason: str,
    rule: str = SplitRule.EVEN,
    customers: Sequence[int] | None = None,
    note: str = "",
) -> CustomerTransfer:
    """Prepare the hand-over of some customers of a post, or of all it leads, to one or several posts by a rule.

    Whoever gives away customers of the own post signs by doing so. Where nobody holds the giving post any more the
    head who prepares it signs for that side, and then cannot supervise. Raises RuleViolation where a receiver cannot
    receive, nobody has room, or nobody is left to go.
    """
    if reason not in TransferReason.values:
        raise RuleViolation(fields={"reason": _("Choose a reason.")})
    post = giver_in_reach(actor, giver.pk)
    made = plan(post, receivers, rule, customers)
    _enforce(made, chosen=customers is not None)
    return _prepare(made, actor, reason, note)


def _enforce(made: Plan, *, chosen: bool) -> None:
    """A plan with something in the way is refused. Chosen customers all go; of a whole portfolio, those who can."""
    barred = [f"{each.label}: {each.barred}" for each in made.receivers if each.barred]
    if barred:
        raise RuleViolation(fields={"receivers": " ".join(barred)})
    if chosen and made.stays:
        said = "；".join(f"{row.customer_no}: {why}" for row, why in made.stays[:10])
        raise RuleViolation(_("Some customers cannot be transferred: %(list)s") % {"list": said})
    if made.without_room:
        text = _("The receivers have no room for %(count)s customers; %(most)s each are the most.")
        raise RuleViolation(fields={"receivers": text % {"count": made.without_room, "most": made.most}})
    if not made.placed:
        raise RuleViolation(_("There is nobody to transfer."))


def _prepare(
    made: Plan, actor: Actor, reason: str, note: str, counter_of: CustomerTransfer | None = None
) -> CustomerTransfer:
    rules = in_force(TransferPolicy)
    row = CustomerTransfer.objects.create(
        giver=made.giver,
        unit_id=made.giver.unit_id,
        reason=reason,
        note=note.strip()[:200],
        rule=made.rule,
        customers=len(made.placed),
        assets=made.total,
        counter_of=counter_of,
        made_by=actor.name,
        policy_id=rules.policy_version or None,
    )
    try:
        with transaction.atomic():
            TransferLine.objects.bulk_create(
                TransferLine(transfer=row, customer_id=customer, receiver_id=post, assets=made.assets[customer])
                for customer, post in sorted(made.placed.items())
            )
    except IntegrityError as error:
        raise Conflict(_("Some of these customers are part of another transfer by now.")) from error
    receivers = sorted(set(made.placed.values()))
    for post in receivers:
        _owe(row, SignatureRole.RECEIVER, post, rules)
    if made.giver.pk in actor.post_ids:
        _sign(_signature(row, SignatureRole.GIVER, made.giver.pk), actor, True, note)
    elif made.giver.pk in living([made.giver.pk]):
        _owe(row, SignatureRole.GIVER, made.giver.pk, rules)
    else:
        signature = _signature(row, SignatureRole.GIVER, made.giver.pk)
        signature.on_behalf = True
        _sign(signature, actor, True, note)
    return row


def _signature(row: CustomerTransfer, role: str, post: int) -> TransferSignature:
    return TransferSignature(transfer=row, role=role, post_id=post)


def _owe(row: CustomerTransfer, role: str, post: int, rules: TransferPolicy, unit: int | None = None) -> None:
    """A signature that is owed is somebody's work."""
    signature = _signature(row, role, post)
    signature.save()
    open_work(
        SIGN_KIND,
        unit_id=unit or Post.objects.values_list("unit_id", flat=True).get(pk=post),
        owner_post_id=post,
        due_at=add(timezone.now(), Duration(rules.sign_within_working_days, "working_days")),
        subject_kind=LABEL,
        subject_id=signature.pk,
        details={"transfer": row.pk, "role": role, "customers": row.customers},
        priority=3,
        policy_id=rules.policy_version or None,
    )


def _sign(signature: TransferSignature, actor: Actor, agreed: bool, note: str) -> None:
    if actor.kind != ActorKind.PERSON:
        raise RuleViolation(_("Only persons sign."))
    known = signature.transfer.signatures.filter(signed_by=actor.name)
    if known.exists():
        raise RuleViolation(_("You have signed this transfer for another side; three persons sign."))
    signature.signed_by, signature.signed_at = actor.name, timezone.now()
    signature.agreed, signature.note = agreed, note.strip()[:200]
    signature.save()
    if signature.pk:
        close_work(SIGN_KIND, LABEL, signature.pk, outcome="agreed" if agreed else "refused", by=actor.name)


def _locked(transfer: CustomerTransfer) -> CustomerTransfer:
    row = CustomerTransfer.objects.select_for_update(of=("self",)).select_related("giver").get(pk=transfer.pk)
    if row.state != TransferState.SIGNING:
        raise RuleViolation(_("This transfer is not being signed any more."))
    return row


@operation(SIGN, label=_("Sign a portfolio transfer as giver or receiver"), plain=("note",))
def sign_transfer(transfer: CustomerTransfer, *, actor: Actor, agree: bool, note: str = "") -> CustomerTransfer:
    """Sign for the post that one holds, or refuse with a reason: then the whole transfer ends and nothing moves."""
    mine = TransferSignature.objects.filter(transfer=transfer.pk, post__in=actor.post_ids).exclude(
        role=SignatureRole.SUPERVISOR
    )
    if not mine.exists():
        raise NotFound
    row = _locked(transfer)
    signature = mine.select_related("transfer").filter(signed_by="").first()
    if signature is None:
        raise RuleViolation(_("You have signed already."))
    if not agree and not note.strip():
        raise RuleViolation(fields={"note": _("Say why.")})
    _sign(signature, actor, agree, note)
    if not agree:
        _end(row, TransferState.REFUSED, actor)
    elif not row.signatures.filter(signed_by="").exists():
        _ask_supervisor(row, actor)
    return row


def _ask_supervisor(row: CustomerTransfer, actor: Actor) -> None:
    """Both sides have signed: the third signature is owed by the nearest head who is neither."""
    gone = row.signatures.filter(role=SignatureRole.GIVER, on_behalf=True).first()
    barred = _user_of(gone.signed_by) if gone is not None else actor.user_id
    post = duty_holder(APPROVE, row.unit_id, barred)
    if post is None:
        raise RuleViolation(_("Nobody else may supervise; a third person needs the right to."))
    _owe(row, SignatureRole.SUPERVISOR, post, in_force(TransferPolicy), unit=row.unit_id)


def _user_of(staff_no: str) -> int | None:
    from kexin.people.models import Employee

    return Employee.objects.filter(staff_no=staff_no).values_list("user_id", flat=True).first()


@operation(APPROVE, label=_("Supervise and approve a portfolio transfer"), plain=("note",))
def approve_transfer(transfer: CustomerTransfer, *, actor: Actor, approve: bool, note: str = "") -> CustomerTransfer:
    """The third signature, by somebody who is neither giver nor receiver: with it the customers change hands today."""
    if not CustomerTransfer.objects.visible_to(actor, APPROVE).filter(pk=transfer.pk).exists():
        raise NotFound
    row = _locked(transfer)
    signatures = list(row.signatures.select_for_update())
    sides = [each for each in signatures if each.role != SignatureRole.SUPERVISOR]
    signed = {each.signed_by for each in sides if each.signed_by}
    absent = {each.absent for each in actor.stand_ins}
    parties = {each.post_id for each in sides}
    may_supervise(actor.name, actor.post_ids, signed=signed, parties=parties).enforce()
    if absent & signed:
        raise RuleViolation(_("You stand in for somebody who signed; a third person supervises."))
    third = next((each for each in signatures if each.role == SignatureRole.SUPERVISOR), None)
    if third is None or any(not each.signed_by for each in sides):
        raise RuleViolation(_("Giver and receivers sign first."))
    if not approve and not note.strip():
        raise RuleViolation(fields={"note": _("Say why.")})
    third.transfer, third.post_id = row, actor.post_id or third.post_id
    _sign(third, actor, approve, note)
    if not approve:
        return _end(row, TransferState.REFUSED, actor)
    _receivers_still_there(row)
    row.carried = hand_over(row, actor.name)
    row.effective_on = business_date()
    return _end(row, TransferState.DONE, actor)


def _receivers_still_there(row: CustomerTransfer) -> None:
    posts = set(row.lines.values_list("receiver_id", flat=True))
    if posts - set(living(posts)):
        raise RuleViolation(_("A receiver holds the post no longer; withdraw the transfer and prepare it anew."))


def _end(row: CustomerTransfer, state: str, actor: Actor) -> CustomerTransfer:
    row.state, row.ended_at = state, timezone.now()
    row.save(update_fields=["state", "ended_at", "carried", "effective_on"])
    row.lines.filter(open=True).update(open=False)
    unsigned = row.signatures.filter(signed_by="").values("pk")
    done: dict[str, Any] = {"closed_at": timezone.now(), "closed_by": actor.name}
    WorkItem.objects.open().filter(kind=SIGN_KIND, subject_kind=LABEL, subject_id__in=unsigned).update(
        status="cancelled", outcome=state, **done
    )
    return row


@operation("party.withdraw_transfer", label=_("Withdraw a portfolio transfer"), plain=("reason",))
def withdraw_transfer(transfer: CustomerTransfer, *, actor: Actor, reason: str) -> CustomerTransfer:
    """Take a transfer back before the third signature: by whoever prepared it, or the head of the giver's unit."""
    reach = CustomerTransfer.objects.visible_to(actor, "party.withdraw_transfer").filter(pk=transfer.pk)
    if not reach.exists() and not CustomerTransfer.objects.filter(pk=transfer.pk, made_by=actor.name).exists():
        raise NotFound
    row = _locked(transfer)
    if not reason.strip():
        raise RuleViolation(fields={"reason": _("Say why.")})
    row.note = f"{row.note} {reason}".strip()[:200]
    row.save(update_fields=["note"])
    return _end(row, TransferState.WITHDRAWN, actor)


@operation("party.return_transfer", label=_("Take a portfolio transfer back"), plain=("reason",))
def return_transfer(transfer: CustomerTransfer, *, actor: Actor, reason: str) -> list[CustomerTransfer]:
    """Prepare the counter-transfers that undo a transfer: one per receiver, back to the giver, each with signatures.

    Possible for as many days as the policy says. Who has been led by others since stays where they are.
    """
    row = CustomerTransfer.objects.visible_to(actor, "party.return_transfer").select_for_update(of=("self",))
    found = row.select_related("giver__unit").filter(pk=transfer.pk).first()
    if found is None:
        raise NotFound
    if found.state != TransferState.DONE or found.effective_on is None:
        raise RuleViolation(_("Only a transfer that took effect can be taken back."))
    if not reason.strip():
        raise RuleViolation(fields={"reason": _("Say why.")})
    days = in_force(TransferPolicy).undo_days
    if (business_date() - found.effective_on).days > days:
        raise RuleViolation(_("A transfer can be taken back for %(days)s days only.") % {"days": days})
    if found.counters.filter(state__in=(TransferState.SIGNING, TransferState.DONE)).exists():
        raise RuleViolation(_("This transfer is being taken back already."))
    made = []
    for post in Post.objects.select_related("unit__parent").filter(
        pk__in=found.lines.filter(moved=True).values("receiver_id")
    ):
        led = found.lines.filter(moved=True, receiver=post, customer__lead_post=post)
        ids = list(led.values_list("customer_id", flat=True))
        if not ids:
            continue
        back = plan(post, [found.giver_id], SplitRule.EVEN, ids)
        _enforce(back, chosen=False)
        made.append(_prepare(back, actor, TransferReason.RETURN, reason, found))
    if not made:
        raise RuleViolation(_("There is nobody to transfer."))
    return made
