"""True duplicates: the same person's second file, opened at another desk, with the truth about it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from kexin.core.actor import Actor
from kexin.core.fields import decrypt_rows
from kexin.party.data import AddressData, ContactData, PartyData
from kexin.party.models import ContactPoint, Customer, DuplicateCandidate, Party
from kexin.party.operations import create_customer, propose_merge
from kexin.people.models import OrgUnit

HOW_MANY = 5
SECOND_UNIT = "S001"


def tell_of_twins(cast: Callable[[str], Actor], today: dt.date) -> list[dict[str, object]]:
    """Zhou's desk opens files for people whom the bank knows already; one merge is proposed and waits.

    The first twins come with the mobile of the first file, the others with a new one and the same name and birth
    date. Gives back one row of truth for each.
    """
    zhou, steward = cast("zhou"), cast("he")
    unit = OrgUnit.objects.get(code=SECOND_UNIT)
    truth: list[dict[str, object]] = []
    for number, original in enumerate(_originals()):
        twin = create_customer(actor=zhou, data=_again(original, number), unit=unit, lead_post=None, anyway=True)
        truth.append(
            {
                "party_id": twin.pk,
                "customer_no": twin.customer_no,
                "kind": "duplicate",
                "detail": "same_person",
                "since": today,
                "note": f"演示数据；{original.customer_no}",
            }
        )
        if number == 0:
            pair = DuplicateCandidate.objects.get(first_id=original.pk, second_id=twin.pk)
            propose_merge(
                pair,
                actor=steward,
                keep=original,
                choices={},
                reason="同名同生日且手机号一致，客户到店确认系重复建档。",
            )
    return truth


def _originals() -> list[Customer]:
    """Persons of several sub-branches who are nobody's told story, spread over the bank."""
    rows = Customer.objects.filter(kind="individual", status="active").exclude(unit__code=SECOND_UNIT)
    every = list(rows.order_by("pk").values_list("pk", flat=True))
    step = max(len(every) // HOW_MANY, 1)
    chosen = every[step // 2 :: step][:HOW_MANY]
    return list(Customer.objects.filter(pk__in=chosen).select_related("party").order_by("pk"))


def _again(original: Customer, number: int) -> PartyData:
    (party,) = decrypt_rows(Party, [original.party])
    contacts = list(ContactPoint.objects.filter(party=party, kind="mobile")[:1])
    decrypt_rows(ContactPoint, contacts)
    mobile = contacts[0].value if contacts and number < 3 else f"199000{7_000 + number:04}0"[:11]
    return PartyData(
        kind="individual",
        name=str(party.name),
        sex=party.sex,
        born_on=party.born_on,
        nationality="CN",
        contacts=(ContactData(kind="mobile", value=mobile, preferred=True),),
        addresses=(AddressData(kind="home", area="江澜市 城东区", detail="地址待核实"),),
    )
