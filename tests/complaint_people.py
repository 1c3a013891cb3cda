"""Who handles complaints, beside the cast of ``tests.personas``: two officers of consumer protection at head office."""

from __future__ import annotations

from typing import cast

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from kexin.core.actor import system
from kexin.people.models import Employee, OrgUnit, Post
from tests.personas import JOINED, PASSWORD, Bank

OFFICERS = {"ning": ("1023", "宁静", "Ning Jing"), "bai": ("1025", "白露", "Bai Lu")}


def hire_officers(bank: Bank) -> Bank:
    """Give the small bank its complaint officers."""
    for name, person in OFFICERS.items():
        hire(bank, name, *person)
    return bank


def hire(
    bank: Bank, name: str, number: str, chinese: str, english: str, *, unit: str = "head", reach: str = "all"
) -> None:
    """One more complaint officer, at head office unless told otherwise."""
    from kexin.core.models import Role
    from kexin.people.operations import apply_grant, appoint, create_employee, create_post, create_user

    actor, place = system("set-up"), cast(OrgUnit, bank.units[unit])
    if (known := Employee.objects.filter(staff_no=number).first()) is not None:
        bank.employees[name], bank.posts[name] = known, Post.objects.get(holders__employee=known)
        return
    employee = create_employee(
        actor=actor, staff_no=number, name=chinese, name_en=english, unit=place, joined_on=JOINED
    )
    user = create_user(employee, actor=actor, password=PASSWORD)
    user.must_change_password = False
    user.save(update_fields=["must_change_password"])
    post = create_post(actor=actor, unit=place, title="消保专员", title_en="consumer protection officer")
    apply_grant(post, actor=actor, role=Role.objects.get(code="consumer_protection_officer"), reach=reach)
    appoint(post, actor=actor, employee=employee, starts_on=JOINED)
    employee.refresh_from_db()
    bank.employees[name], bank.posts[name] = employee, post


def signed_copy(client: Client, complaint_id: int) -> int:
    """A copy of a signed agreement among the files of a case, as staff add it; its key."""
    from kexin.service.models import ComplaintEvidence

    picture = SimpleUploadedFile("agreement.png", b"\x89PNG\r\n\x1a\n" + b"x" * 200)
    assert client.post(f"/complaints/{complaint_id}/files/", {"file": picture}).status_code == 302
    return ComplaintEvidence.objects.order_by("-pk")[0].pk
