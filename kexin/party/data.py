"""What is typed or loaded about a party, before it is stored: plain values, checked by :mod:`kexin.party.rules`."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentData:
    """One identity document."""

    type: str
    number: str = field(repr=False)
    country: str = "CN"
    issued_on: dt.date | None = None
    expires_on: dt.date | None = None
    long_term: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactData:
    """One way to reach the party."""

    kind: str
    value: str = field(repr=False)
    preferred: bool = False
    do_not_use: bool = False
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressData:
    """One address: ``area`` to the district stays readable, ``detail`` is encrypted."""

    kind: str
    area: str = ""
    detail: str = field(default="", repr=False)
    country: str = "CN"
    postcode: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PartyData:
    """A new party."""

    kind: str
    name: str = field(default="", repr=False)
    sex: str = ""
    born_on: dt.date | None = field(default=None, repr=False)
    lunar_birthday: str = ""
    nationality: str = ""
    tax_residence: str = ""
    language: str = ""
    occupation: str = ""
    income_band: str = ""
    preferred_channel: str = ""
    documents: tuple[DocumentData, ...] = ()
    contacts: tuple[ContactData, ...] = ()
    addresses: tuple[AddressData, ...] = ()
    legal_form: str = ""
    industry: str = ""
    scale: str = ""
    founded_on: dt.date | None = None
