"""``kexin begin``: the first two people of an institution, who then make everything else on the pages.

Two, because powers are granted by two: the system administrator proposes, the compliance officer approves. Only an
institution in which nobody else can sign in is begun; a run that was cut off is taken up again by the same command.
"""

from __future__ import annotations

import argparse
import secrets
from typing import TYPE_CHECKING

from kexin.project.commands import CommandError

if TYPE_CHECKING:
    from kexin.core.actor import Actor
    from kexin.people.models import OrgUnit

help = "open an empty institution: its head office, a first administrator and who approves what they propose"
ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"  # nothing that is read wrongly from paper
ROLES = (("administrator", "system_administrator"), ("approver", "compliance_officer"))


def arguments(parser: argparse.ArgumentParser) -> None:
    """The institution and its first two people."""
    parser.add_argument("--institution", metavar="NAME", help="name of the head office (needed if there is none yet)")
    parser.add_argument("--code", default="HQ", help="code of the head office (default HQ)")
    for name, role in ROLES:
        text = f"staff number and name of the first {role.replace('_', ' ')}"
        parser.add_argument(f"--{name}", type=_person, required=True, metavar="NUMBER:NAME", help=text)


def run(args: argparse.Namespace) -> int:
    """0 when both can sign in; 1 when others can already, or what was given cannot be used."""
    from kexin.core.actor import system
    from kexin.core.errors import KexinError
    from kexin.people.models import User
    from kexin.project.commands.preparation import prepare

    prepare()
    people = {role: getattr(args, name) for name, role in ROLES}
    numbers = [number for number, _name in people.values()]
    if len(set(numbers)) < len(numbers):
        raise CommandError("The administrator and the approver are two people with numbers of their own.")
    if User.objects.exclude(username__in=numbers).exists():
        raise CommandError("Others can sign in already: they make further accounts on the page “Employees”.")
    actor = system("console.begin")
    try:
        unit = _head_office(args.institution or "", args.code, actor)
        for role, (number, name) in people.items():
            password = _enter(number, name, role, unit, actor)
            told = f"first password {password}" if password else "has an account already"
            print(f"{number}  {name}  {role}  {told}", flush=True)
    except KexinError as refusal:
        texts = [str(text) for text in refusal.fields.values()]
        raise CommandError(" ".join(texts) or str(refusal.message)) from refusal
    print("Each password is asked to be changed at the first sign-in.")
    return 0


def _head_office(name: str, code: str, actor: Actor) -> OrgUnit:
    from kexin.people.models import OrgUnit
    from kexin.people.operations import create_unit

    found = OrgUnit.objects.filter(parent=None).first()
    if found is not None:
        return found
    if not name.strip():
        raise CommandError("Name the institution: --institution NAME.")
    return create_unit(actor=actor, code=code, name=name.strip(), kind="head_office", parent=None)


def _enter(number: str, name: str, role_code: str, unit: OrgUnit, actor: Actor) -> str:
    """Employee, post, role and account, as far as they are missing; the password of a new account."""
    from kexin.core.calendar import business_date
    from kexin.core.models import Role
    from kexin.people.models import Employee, Post, PostHolder
    from kexin.people.operations import apply_grant, appoint, create_employee, create_post, create_user

    role, today = Role.objects.get(code=role_code), business_date()
    employee = Employee.objects.filter(staff_no=number).first() or create_employee(
        actor=actor, staff_no=number, name=name, unit=unit, joined_on=today
    )
    held = PostHolder.objects.filter(employee=employee).select_related("post").first()
    if held is None:
        free = Post.objects.filter(unit=unit, title=role.name, holders=None).first()
        post = free or create_post(actor=actor, unit=unit, title=role.name, title_en=role.name_en)
        appoint(post, actor=actor, employee=employee, starts_on=today)
    else:
        post = held.post
    apply_grant(post, actor=actor, role=role, reach="all")
    if employee.user_id is not None:
        return ""
    password = "-".join("".join(secrets.choice(ALPHABET) for _ in range(5)) for _ in range(4))
    create_user(employee, actor=actor, password=password)
    return password


def _person(text: str) -> tuple[str, str]:
    number, _colon, name = (part.strip() for part in text.partition(":"))
    if not number or not name:
        raise argparse.ArgumentTypeError(f"a staff number, a colon and a name, as in 9001:郑维, not “{text}”")
    return number, name
