"""Whoever complained without signing in reads the agreement of a settlement and signs it, in the visit that is proved.

The number or address is confirmed once more: a code of its own, for this agreement and nothing else, that expires, is
tried only so often and is good for one signature. The limits are those of the visit.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor
from kexin.core.crypto import key_ring
from kexin.core.errors import NotFound, RuleViolation
from kexin.core.masking import mask_contact
from kexin.core.operation import operation
from kexin.core.policy import in_force
from kexin.portal import secrets
from kexin.portal.choices import Opening
from kexin.portal.models import Visitor, VisitorSigning
from kexin.portal.operations.visiting import BOUND, case_of_visit, contact_of, language_now
from kexin.portal.policies import VisitorPolicy
from kexin.portal.rules import may_send_code, read_code
from kexin.sales.signatures.choices import ProofMethod
from kexin.sales.signatures.signing import Proof
from kexin.service.complaints.agreement import agreement_of, settled_of, to_be_signed
from kexin.service.complaints.signing import sign_agreement, waiting
from kexin.service.models import Complaint, SettlementSignature


@operation("portal.read_agreement_as_visitor", label=_("Read the agreement of a settlement without signing in"))
def read_agreement_as_visitor(visitor: Visitor, *, actor: Actor, complaint_id: int) -> tuple[Complaint, bytes]:
    """The agreement as it is signed, or was. NotFound before its approval."""
    row = case_of_visit(visitor, complaint_id)
    made = settled_of(row)
    if made is None:
        raise NotFound
    return row, agreement_of(row, made)


@operation("portal.ask_signing_code", label=_("Ask for the code to sign an agreement without signing in"))
def ask_signing_code(visitor: Visitor, *, actor: Actor, complaint_id: int) -> Opening:
    """A code for this agreement goes to the number or address of the visit; EARLY or LIMIT where it may not yet."""
    row, rules, now = case_of_visit(visitor, complaint_id), in_force(VisitorPolicy), timezone.now()
    made = waiting(row)
    of_number = VisitorSigning.objects.filter(
        visitor__number_digest=bytes(visitor.number_digest), made_at__gt=now - dt.timedelta(days=1)
    )
    last = of_number.order_by("-made_at").first()
    may = may_send_code(
        now=now,
        last_sent=last.made_at if last is not None else None,
        of_session=0,
        of_day=of_number.count(),
        pause_seconds=rules.pause_seconds,
        most_a_session=1,
        most_a_day=rules.codes_a_day,
    )
    if may != Opening.DONE:
        return may
    code, sha256 = secrets.new_code(), hashlib.sha256(to_be_signed(row, made)).hexdigest()
    Visitor.objects.filter(pk=visitor.pk).update(language=language_now())
    signing = VisitorSigning.objects.create(
        visitor=visitor,
        complaint=row,
        agreement_sha256=sha256,
        sealed_code=key_ring().master.encrypt(code.encode(), BOUND),
        code_digest=secrets.signing_digest(visitor.pk, row.pk, sha256, code),
        code_ends_at=now + dt.timedelta(minutes=rules.code_minutes),
        made_at=now,
    )
    from kexin.portal.tasks import send_signing_code

    send_signing_code.defer(signing_id=signing.pk)
    return Opening.DONE


@operation("portal.sign_as_visitor", label=_("Sign the agreement of a settlement without signing in"))
def sign_as_visitor(
    visitor: Visitor,
    *,
    actor: Actor,
    complaint_id: int,
    agreed: bool,
    drawing: str,
    code: str,
    device: Mapping[str, str],
) -> Opening:
    """The complainant's own signature; a wrong code is counted, and too many end the code. RuleViolation."""
    row, rules = case_of_visit(visitor, complaint_id), in_force(VisitorPolicy)
    waiting(row)
    signing = live_code(visitor, row.pk, lock=True)
    if signing is None:
        return Opening.EXPIRED
    typed = read_code(code)
    if not typed or not secrets.is_signing_code(
        visitor.pk, row.pk, signing.agreement_sha256, typed, bytes(signing.code_digest)
    ):
        signing.attempts += 1
        signing.save(update_fields=["attempts"])
        return Opening.LOCKED if signing.attempts >= rules.attempts else Opening.WRONG
    proof = Proof(
        method=ProofMethod.CODE, reference=f"code.{signing.pk}", session=f"visit.{visitor.pk}", device=dict(device)
    )
    made = sign_agreement(
        row, actor=actor, agreed=agreed, drawing=drawing, proof=proof, code_to=mask_contact(contact_of(visitor))
    )
    if SettlementSignature.objects.get(settlement=made).agreement_sha256 != signing.agreement_sha256:
        raise RuleViolation(
            _("The agreement has changed since the code was sent. Read it again and ask for a new code.")
        )
    signing.used_at, signing.sealed_code = timezone.now(), None
    signing.save(update_fields=["used_at", "sealed_code"])
    from kexin.portal.tasks import tell_visitor

    tell_visitor.defer(visitor_id=visitor.pk, what="signed", number=row.complaint_no)
    return Opening.DONE


def live_code(visitor: Visitor, complaint_id: int, *, lock: bool = False) -> VisitorSigning | None:
    """The newest code of this visit for the agreement of a case, if it can still be used."""
    rows = VisitorSigning.objects.filter(visitor=visitor.pk, complaint=complaint_id)
    newest = (rows.select_for_update() if lock else rows).order_by("-made_at", "-pk").first()
    if newest is None or newest.used_at is not None or newest.code_ends_at <= timezone.now():
        return None
    return newest if newest.attempts < in_force(VisitorPolicy).attempts else None


def code_shown(signing: VisitorSigning) -> str:
    """The code that waits to be sent; empty where it was sent."""
    return key_ring().master.decrypt(bytes(signing.sealed_code), BOUND).decode() if signing.sealed_code else ""
