"""Acceptance 受理: what is brought forward becomes a request, a complaint, a report or a petition, on whatever channel.

Nobody is refused: who complained before, through others, or about whoever receives it, is received all the same.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor
from kexin.core.calendar import business_date
from kexin.core.errors import RuleViolation
from kexin.core.events import emit
from kexin.core.keystore import customer_keys
from kexin.core.operation import operation
from kexin.core.policy import in_force
from kexin.holdings.models import Account
from kexin.party.choices import CustomerStatus
from kexin.party.models import Customer
from kexin.people.models import Employee, OrgUnit, Post
from kexin.products.models import Product
from kexin.sales.models import Sale
from kexin.service.choices import Channel, RequestState, Urgency
from kexin.service.complaints.choices import ComplaintEntryKind, LetterLanguage, Mandate, SubjectKind, Triage
from kexin.service.complaints.events import ComplaintReceived
from kexin.service.complaints.matching import join_same, link_alike, print_of, repeated
from kexin.service.complaints.people import officer_for, sellers_of
from kexin.service.complaints.policies import ComplaintPolicy, parse_grading
from kexin.service.complaints.record import keep
from kexin.service.complaints.rules import Weight, may_receive, regulatory_major, suggested_grade
from kexin.service.complaints.timing import begin_case
from kexin.service.complaints.work import owe_major
from kexin.service.models import Complaint, ServiceRequest
from kexin.service.requests.opening import open_request
from kexin.service.requests.running import end_clocks, now
from kexin.service.rules import TABLE as REQUESTS
from kexin.service.rules import clean

RECEIVE, OFFICER = "service.receive_complaint", "service.grade_complaint"


@dataclass(frozen=True, slots=True)
class ComplaintData:
    """What is brought forward, as it was said. ``amount`` in CNY; ``accused`` are staff numbers.

    ``complainant_*`` are for somebody not on file; ``representative_*`` for who speaks for the complainant.
    """

    triage: str
    source: str
    channel: str
    subject: str
    text: str
    demand: str = ""
    amount: Decimal | None = None
    subject_kind: str = SubjectKind.OTHER
    subject_no: str = ""
    concerned_unit_id: int | None = None
    accused: tuple[str, ...] = ()
    hidden_from_unit: bool = False
    complainant_name: str = ""
    complainant_phone: str = ""
    complainant_email: str = ""
    complainant_language: str = ""
    representative_name: str = ""
    representative_phone: str = ""
    persons: int = 1
    face_to_face: bool = False
    regulator_no: str = ""
    forwarded_on: dt.date | None = None
    regulator_due_at: dt.datetime | None = None
    received_at: dt.datetime | None = None
    business: str = ""
    category: str = "other"


@operation(RECEIVE, label=_("Receive a complaint"))
def receive_complaint(
    data: ComplaintData,
    *,
    actor: Actor,
    customer: Customer | int | None = None,
    request: ServiceRequest | int | None = None,
) -> Complaint | ServiceRequest:
    """Accept what somebody brings forward: a consultation or suggestion becomes a request, the rest a case.

    ``request`` is the request out of which it comes; it ends and goes on here. The same person with the same matter is
    joined with the case that is open already. Raises RuleViolation with a sentence for each wrong field.
    """
    source, file = _where_from(actor, customer, request)
    at, clean_data = now(), _cleaned(data)
    received = clean_data.received_at or at
    _whole(clean_data, file, received, at)
    if clean_data.triage in (Triage.CONSULTATION, Triage.SUGGESTION):
        assert file is not None
        if source is not None:
            raise RuleViolation(fields={"triage": _("It is a request already.")})
        return _as_request(clean_data, file, actor)
    return _case(_subject_known(clean_data, file), file, source, actor, received, at)


def take(data: ComplaintData, file: Customer | None, actor: Actor) -> Complaint:
    """What the complainant brings without anybody in between, inside an operation. RuleViolation."""
    at, whole = now(), _cleaned(data)
    _whole(whole, file, at, at)
    return _case(_subject_known(whole, file), file, None, actor, at, at)


def _where_from(
    actor: Actor, customer: Customer | int | None, request: ServiceRequest | int | None
) -> tuple[ServiceRequest | None, Customer | None]:
    if request is None:
        return None, Customer.objects.lock(customer, actor) if customer is not None else None
    row = ServiceRequest.objects.lock(request, actor)
    REQUESTS.may(row.state, "complain").enforce()
    return row, row.customer


def _cleaned(data: ComplaintData) -> ComplaintData:
    texts: dict[str, Any] = {
        name: clean(getattr(data, name))
        for name in (
            "subject", "text", "demand", "subject_no", "complainant_name", "complainant_phone", "complainant_email",
            "representative_name", "representative_phone", "regulator_no",
        )
    }  # fmt: skip
    return replace(data, **texts, accused=tuple(dict.fromkeys(each.strip() for each in data.accused if each.strip())))


def _whole(data: ComplaintData, file: Customer | None, received: dt.datetime, at: dt.datetime) -> None:
    if file is not None and file.status == CustomerStatus.MERGED:
        raise RuleViolation(_("The file is closed and can only be read."))
    may_receive(
        triage=data.triage,
        source=data.source,
        channel=data.channel,
        subject_kind=data.subject_kind,
        subject=data.subject,
        text=data.text,
        demand=data.demand,
        amount=data.amount,
        persons=data.persons,
        on_file=file is not None,
        name=data.complainant_name,
        phone=data.complainant_phone,
        email=data.complainant_email,
        representative=data.representative_name,
        regulator_no=data.regulator_no,
        forwarded_on=data.forwarded_on,
        regulator_due_at=data.regulator_due_at,
        received_at=received,
        now=at,
    ).enforce()


def _as_request(data: ComplaintData, file: Customer, actor: Actor) -> ServiceRequest:
    return open_request(
        file,
        actor=actor,
        kind=data.triage,
        category=data.category,
        channel=data.channel,
        subject=data.subject,
        text=data.text,
        urgency=Urgency.GENERAL,
        received_at=data.received_at,
    )


def _subject_known(data: ComplaintData, file: Customer | None) -> ComplaintData:
    """What is complained about, checked; a sale tells who sold it and where."""
    unit, accused = data.concerned_unit_id, list(data.accused)
    match data.subject_kind:
        case SubjectKind.SALE:
            sale = Sale.objects.select_related("seller").filter(sale_no=data.subject_no).first()
            if sale is None or (file is not None and sale.customer_id != file.pk):
                raise RuleViolation(fields={"subject_no": _("No such sale of this customer.")})
            unit = unit or sale.unit_id
            accused += [sale.seller.staff_no]
        case SubjectKind.PRODUCT:
            if not Product.objects.filter(code=data.subject_no).exists():
                raise RuleViolation(fields={"subject_no": _("No such product.")})
        case SubjectKind.ACCOUNT:
            if file is None or not _has_account(file, data.subject_no):
                raise RuleViolation(fields={"subject_no": _("Enter the last four digits of an account of theirs.")})
        case SubjectKind.UNIT:
            if unit is None:
                raise RuleViolation(fields={"concerned_unit_id": _("Choose the unit.")})
        case SubjectKind.STAFF:
            if not accused:
                raise RuleViolation(fields={"accused": _("Say about whom.")})
    if unit is not None and not OrgUnit.objects.filter(pk=unit).exists():
        raise RuleViolation(fields={"concerned_unit_id": _("Choose the unit.")})
    accused = list(dict.fromkeys(accused))
    known = dict(Employee.objects.filter(staff_no__in=accused).values_list("staff_no", "unit_id"))
    if len(known) < len(accused):
        raise RuleViolation(fields={"accused": _("Somebody of these is not an employee.")})
    if unit is None and data.subject_kind == SubjectKind.STAFF:
        unit = known[accused[0]]
    return replace(data, concerned_unit_id=unit, accused=tuple(accused))


def _has_account(file: Customer, last_four: str) -> bool:
    if len(last_four) != 4 or not last_four.isdigit():
        return False
    return any(str(each.number or "").endswith(last_four) for each in Account.objects.filter(customer=file))


def _case(
    data: ComplaintData,
    file: Customer | None,
    source: ServiceRequest | None,
    actor: Actor,
    received: dt.datetime,
    at: dt.datetime,
) -> Complaint:
    rules = in_force(ComplaintPolicy)
    contact, officer = _posts(data, actor)
    print_ = print_of(file, data.complainant_phone, data.representative_phone, data.text, data.complainant_email)
    key = _next_key()
    weight = Weight(
        data.persons, data.amount, f"{data.subject}\n{data.text}\n{data.demand}", data.source,
        repeated(file, print_, rules.repeat_days, at), _age(file),
    )  # fmt: skip
    grade, reasons = suggested_grade(weight, parse_grading(rules.grading))
    row = Complaint(
        pk=key,
        complaint_no=f"C{business_date().year}{key:08d}",
        nature=data.triage,
        customer=file,
        key_id=_key_of(file),
        complainant_name=data.complainant_name or None,
        complainant_phone=data.complainant_phone or None,
        complainant_email=data.complainant_email or None,
        complainant_language=data.complainant_language if data.complainant_language in LetterLanguage.values else "",
        representative_name=data.representative_name or None,
        representative_phone=data.representative_phone or None,
        mandate=Mandate.UNVERIFIED if data.representative_name else Mandate.NONE,
        source=data.source,
        channel=data.channel,
        regulator_no=data.regulator_no,
        forwarded_on=data.forwarded_on,
        regulator_due_at=data.regulator_due_at,
        suggested_grade=grade,
        grade_reasons=list(reasons),
        grade=grade,
        regulatory_major=regulatory_major(
            persons=data.persons, face_to_face=data.face_to_face, least=rules.group_persons
        ),
        persons=data.persons,
        face_to_face=data.face_to_face,
        business=data.business if data.business in rules.facet("businesses") else "",
        subject_kind=data.subject_kind,
        subject_no=data.subject_no,
        concerned_unit_id=data.concerned_unit_id,
        accused=list(data.accused),
        hidden_from_unit=data.hidden_from_unit,
        subject=data.subject,
        text=data.text,
        demand=data.demand or None,
        amount=data.amount,
        phone_token=print_.phone,
        email_token=print_.email,
        representative_token=print_.representative,
        text_token=print_.text,
        unit_id=contact.unit_id,
        contact_post=contact,
        officer_post=officer,
        request=source,
        received_at=received,
        opened_at=at,
        opened_by=actor.name,
        due_at=received,
        legal_due_at=received,
        policy_id=rules.policy_version,
    )
    row.save(force_insert=True)
    keep(row, ComplaintEntryKind.ASKED, data.text, actor, at=received, channel=data.channel)
    if source is not None:
        _end_request(source, row, actor, at)
    begin_case(row, rules)
    owe_major(row, rules, actor.name)
    emit(ComplaintReceived(row.customer_id, row.complaint_no, row.pk, row.nature, row.source, row.grade))
    link_alike(row, rules.repeat_days, actor, at)
    return join_same(row, rules.repeat_days, actor, at)


def _posts(data: ComplaintData, actor: Actor) -> tuple[Post, Post]:
    """Who was asked first stays the contact; who is complained about is neither contact nor officer."""
    own = Post.objects.filter(pk=actor.post_id or 0).first()
    unit_id = own.unit_id if own is not None else data.concerned_unit_id
    unit_id = unit_id or OrgUnit.objects.filter(parent=None).values_list("pk", flat=True).order_by("pk").first()
    sellers = sellers_of(data.subject_kind, data.subject_no)
    assert unit_id is not None
    officer = officer_for(OFFICER, unit_id, data.accused, sellers, data.concerned_unit_id)
    contact = own if own is not None and actor.name not in data.accused else None
    contact = contact or officer_for(RECEIVE, unit_id, data.accused, sellers, data.concerned_unit_id)
    if contact is None:
        raise RuleViolation(
            _("Nobody can take this complaint at the moment: a role that handles complaints is missing.")
        )
    return contact, officer or contact


def _end_request(source: ServiceRequest, row: Complaint, actor: Actor, at: dt.datetime) -> None:
    """The request goes on as a complaint; who is complained about reads its words no more."""
    end_clocks(source, at, actor.name)
    source.state = REQUESTS.after(source.state, "complain")
    assert source.state == RequestState.COMPLAINT
    source.closed_at, source.kept_from = at, list(row.accused)
    source.version += 1
    source.save()


def _key_of(file: Customer | None) -> UUID:
    if file is not None:
        return file.party.key_id
    (key,) = customer_keys().create()
    return key


def _age(file: Customer | None) -> int | None:
    return timezone.localdate().year - file.born_year if file is not None and file.born_year else None


def _next_key() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence('service_complaint', 'id'))")
        return int(cursor.fetchone()[0])


SPOKEN = [each for each in Channel.choices if each[0] != Channel.PORTAL.value]
