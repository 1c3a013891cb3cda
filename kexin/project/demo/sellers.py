"""Certificates and product authorisations of the demo bank's sellers: most in order, one ending soon, one expired."""

from __future__ import annotations

import datetime as dt

from kexin.core.calendar import business_date
from kexin.people.choices import EmployeeStatus
from kexin.people.models import PostHolder, ProductAuthorisation, Qualification
from kexin.people.queries import held_on
from kexin.project.demo.seller_papers import file_papers

KINDS = {"fund": "中国证券投资基金业协会", "bank_wealth": "江澜银行培训中心", "insurance": "中国保险行业协会"}
CLASSES = ["wealth", "structured", "fund", "insurance", "gold"]
SELLING = ("wealth_manager", "sub_branch_head")
EVIDENCE = "演示数据：发证机构网站核验"
MADE_BY, GRANTED_BY = "demo.load", "demo.approval"


def certify_sellers() -> int:
    """Give every wealth manager and head of a sub-branch certificates and an authorisation; how many sellers.

    Every twelfth seller's fund certificate ends within three weeks, every seventeenth's has expired.
    """
    today = business_date()
    held = held_on(today).filter(post__roles__role__code__in=SELLING, employee__status=EmployeeStatus.ACTIVE)
    sellers = list({row.employee_id: row for row in held.select_related("employee").order_by("-employee_id")}.values())
    sellers.reverse()
    papers, granted = [], []
    for place, row in enumerate(sellers, 1):
        papers += [_paper(row, kind, place, today) for kind in KINDS]
        granted.append(
            ProductAuthorisation(
                employee_id=row.employee_id,
                classes=CLASSES,
                highest_grade=4,
                own_grade=3,
                private=place % 3 == 1,
                starts_on=today - dt.timedelta(days=340),
                ends_on=today + dt.timedelta(days=40 if place % 12 == 5 else 160),
                proposed_by=MADE_BY,
                granted_by=GRANTED_BY,
            )
        )
    file_papers(Qualification.objects.bulk_create(papers), MADE_BY, today)
    ProductAuthorisation.objects.bulk_create(granted)
    return len(sellers)


def _paper(row: PostHolder, kind: str, place: int, today: dt.date) -> Qualification:
    issued = today - dt.timedelta(days=420)
    until = today + dt.timedelta(days=430)
    if kind == "fund" and place % 12 == 0:
        until = today + dt.timedelta(days=20)
    if kind == "fund" and place % 17 == 0:
        until = today - dt.timedelta(days=9)
    return Qualification(
        employee_id=row.employee_id,
        kind=kind,
        number=f"{kind[:1].upper()}{issued.year}{row.employee_id:06d}",
        issuer=KINDS[kind],
        issued_on=issued,
        valid_until=until,
        evidence=EVIDENCE,
        recorded_by=MADE_BY,
    )
