"""The checks of customers that need Python: identity number, contacts, name, agreement of number and file."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from zoneinfo import ZoneInfo

from kexin.core.identifiers import IdentifierCheck
from kexin.core.identifiers import check as check_identifier
from kexin.core.masking import mask_contact, mask_identity, mask_name
from kexin.party.intake.residents import plainly_right

MOBILE, PHONE, EMAIL = CONTACTS = ("mobile", "phone", "email")
_CN_MOBILE: Final = re.compile(r"1[3-9][0-9]{9}")
PLAIN_EMAIL: Final = re.compile(  # narrower than what is allowed, and in normal form
    r"[A-Za-z0-9]{1,20}([._-][A-Za-z0-9]{1,20}){0,2}@([a-z0-9]{1,30}(-[a-z0-9]{1,30})?\.){1,3}[a-z]{2,20}"
)


@dataclass(slots=True)
class Checked:
    """What the checks of one row found."""

    number: str = ""
    contacts: dict[str, str] = field(default_factory=dict)
    born_on: dt.date | None = None
    sex: str = ""
    fault: tuple[str, str, str] | None = None


def check_row(row: Mapping[str, Any]) -> Checked:
    """Look at one row; ``fault`` is field, masked value and reason of what is wrong."""
    found = Checked(born_on=row.get("born_on"), sex=row.get("sex") or "")
    name = row.get("name")
    if name and not has_letter(name):
        found.fault = ("name", mask_name(name), "name")
        return found
    number = row.get("document_number")
    if number:
        document = check_identifier(row["document_type"], number)
        if document.errors:
            found.fault = ("document_number", mask_identity(number), "identifier")
            return found
        found.number = document.normalised
        if document.birth_date and row["document_type"] == "CN-RIC":
            if found.born_on and found.born_on != document.birth_date:
                found.fault = ("document_number", mask_identity(number), "birth_differs")
                return found
            found.born_on = found.born_on or document.birth_date
            found.sex = found.sex or document.sex
    for kind in CONTACTS:
        value = row.get(kind)
        if not value:
            continue
        checked = _contact(kind, value)
        if checked.errors:
            found.fault = (kind, mask_contact(value), "contact")
            return found
        found.contacts[kind] = checked.normalised
    return found


def has_letter(name: str) -> bool:
    """A name of figures and signs only is none."""
    return any(unicodedata.category(char)[0] == "L" for char in name)


def _contact(kind: str, value: str) -> IdentifierCheck:
    if kind == MOBILE and _CN_MOBILE.fullmatch(value):
        return IdentifierCheck(value)
    return check_identifier(kind, value)


@dataclass(slots=True)
class Column:
    """What the checks of many rows found, row by row in step; ``kept`` says which rows of the part these are."""

    kept: list[int] = field(default_factory=list)
    numbers: list[str] = field(default_factory=list)
    born: list[dt.date | None] = field(default_factory=list)
    sexes: list[str] = field(default_factory=list)
    contacts: dict[str, list[str]] = field(default_factory=lambda: {kind: [] for kind in CONTACTS})
    faults: list[tuple[int, tuple[str, str, str]]] = field(default_factory=list)


def check_columns(columns: Mapping[str, Sequence[Any]], size: int) -> Column:
    """:func:`check_row` of many rows; what is plainly right is seen at a glance, the others are looked at singly."""
    none: Sequence[Any] = [None] * size
    names, born, sexes, types, numbers, mobiles, phones, emails = (
        columns.get(name, none)
        for name in ("name", "born_on", "sex", "document_type", "document_number", MOBILE, PHONE, EMAIL)
    )
    nameless = {name for name in set(names) if name and not has_letter(name)}
    today = dt.datetime.now(ZoneInfo("Asia/Shanghai")).date()
    asked = [number if type == "CN-RIC" else None for number, type in zip(numbers, types, strict=True)]
    residents = plainly_right(asked, today)
    found, mobile_shape, email_shape = Column(), _CN_MOBILE.fullmatch, PLAIN_EMAIL.fullmatch
    keep: list[Callable[[Any], None]] = [
        found.kept.append, found.numbers.append, found.born.append, found.sexes.append,
        *(found.contacts[kind].append for kind in CONTACTS),
    ]  # fmt: skip
    every = zip(names, born, sexes, numbers, residents, mobiles, phones, emails, strict=True)
    for index, (name, day, sex, number, resident, mobile, phone, email) in enumerate(every):
        if (
            name not in nameless
            and (resident is not None or not number)
            and (not mobile or mobile_shape(mobile))
            and not phone
            and (not email or email_shape(email))
            and (resident is None or day is None or day == resident.born_on)
        ):
            told = resident or (None, "")
            row: tuple[Any, ...] = (index, number or "", day or told[0], sex or told[1], mobile or "", "", email or "")
        else:
            checked = check_row({name: values[index] for name, values in columns.items()})
            if checked.fault is not None:
                found.faults.append((index, checked.fault))
                continue
            row = (
                index, checked.number, checked.born_on, checked.sex,
                *(checked.contacts.get(kind, "") for kind in CONTACTS),
            )  # fmt: skip
        for append, value in zip(keep, row, strict=True):
            append(value)
    return found
