"""What requests about customers bring: a new file, changes of one, filters of the list."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any

from django.utils.translation import gettext_lazy as _
from pydantic import Field

from kexin.core.actor import Actor
from kexin.core.api.problems import InvalidRequest
from kexin.core.api.shapes import Day, Id, Line, Taken, one_of
from kexin.party.choices import (
    AddressKind,
    Channel,
    ContactKind,
    CustomerStatus,
    DocumentType,
    EnterpriseScale,
    IncomeBand,
    PartyKind,
    Sex,
)
from kexin.party.data import AddressData, ContactData, DocumentData, PartyData
from kexin.party.queries import CustomerFilter
from kexin.people.models import OrgUnit, Post

Country = Annotated[str, Field(pattern="^([A-Z]{2})?$", examples=["CN"])]


class DocumentTaken(Taken):
    """An identity document."""

    type: one_of(DocumentType)  # type: ignore[valid-type]
    number: str = Field(min_length=1, max_length=60, examples=["310101195904129964"])
    country: Country = "CN"
    issued_on: Day | None = None
    expires_on: Day | None = Field(default=None, examples=["2035-01-01"])
    long_term: bool = False

    def data(self) -> DocumentData:
        return DocumentData(**self.model_dump())


class ContactTaken(Taken):
    """A contact point."""

    kind: one_of(ContactKind)  # type: ignore[valid-type]
    value: str = Field(min_length=1, max_length=200, examples=["13800005678"])
    preferred: bool = False
    do_not_use: bool = False
    note: str = Field(default="", max_length=60, examples=["工作日晚上"])

    def data(self) -> ContactData:
        return ContactData(**self.model_dump())


class AddressTaken(Taken):
    """An address."""

    kind: one_of(AddressKind)  # type: ignore[valid-type]
    area: str = Field(default="", max_length=120, examples=["江澜市 城东区"])
    detail: str = Field(default="", max_length=300, examples=["桂花路 12 号 3 幢 402 室"])
    country: Country = "CN"
    postcode: str = Field(default="", max_length=12, examples=["310000"])

    def data(self) -> AddressData:
        return AddressData(**self.model_dump())


class CustomerTaken(Taken):
    """A new file: a prospect, in a unit, led by a post or by nobody yet."""

    kind: one_of(PartyKind)  # type: ignore[valid-type]
    name: Line = Field(examples=["陈秀兰"])
    unit_id: Id
    lead_post_id: Id | None = None
    anyway: bool = Field(default=False, description="Open the file though files that look alike exist")
    sex: one_of(Sex) = ""  # type: ignore[valid-type]
    born_on: Day | None = Field(default=None, examples=["1959-04-12"])
    lunar_birthday: str = Field(default="", max_length=5, examples=["03-05"])
    nationality: Country = ""
    tax_residence: str = Field(default="", max_length=40, examples=["CN"])
    language: str = Field(default="", max_length=10, examples=["zh"])
    occupation: str = Field(default="", max_length=60, examples=["退休教师"])
    income_band: one_of(IncomeBand) | None = None  # type: ignore[valid-type]
    preferred_channel: one_of(Channel) | None = None  # type: ignore[valid-type]
    documents: list[DocumentTaken] = Field(default=[], max_length=20)
    contacts: list[ContactTaken] = Field(default=[], max_length=20)
    addresses: list[AddressTaken] = Field(default=[], max_length=20)
    legal_form: str = Field(default="", max_length=60, examples=["有限责任公司"])
    industry: str = Field(default="", max_length=60, examples=["零售业"])
    scale: one_of(EnterpriseScale) | None = Field(default=None, description="Size of an enterprise; others have none")  # type: ignore[valid-type]
    founded_on: Day | None = None

    def data(self) -> PartyData:
        plain: dict[str, Any] = self.model_dump(
            exclude={"unit_id", "lead_post_id", "anyway", "documents", "contacts", "addresses"}
        )
        plain |= {
            "scale": self.scale or "",
            "income_band": self.income_band or "",
            "preferred_channel": self.preferred_channel or "",
        }
        return PartyData(
            **plain,
            documents=tuple(each.data() for each in self.documents),
            contacts=tuple(each.data() for each in self.contacts),
            addresses=tuple(each.data() for each in self.addresses),
        )


class CustomerChanges(Taken):
    """Fields to change; those left out stay as they are."""

    name: Line | None = Field(default=None, examples=["陈秀兰"])
    born_on: dt.date | None = Field(default=None, examples=["1959-04-12"])
    sex: one_of(Sex) | None = None  # type: ignore[valid-type]
    lunar_birthday: str | None = Field(default=None, max_length=5, examples=["03-05"])
    nationality: Country | None = None
    tax_residence: str | None = Field(default=None, max_length=40, examples=["CN"])
    language: str | None = Field(default=None, max_length=10, examples=["zh"])
    occupation: str | None = Field(default=None, max_length=60, examples=["退休教师"])
    income_band: one_of(IncomeBand) | None = None  # type: ignore[valid-type]
    preferred_channel: one_of(Channel) | None = None  # type: ignore[valid-type]
    scale: one_of(EnterpriseScale) | None = Field(default=None, description="Size of an enterprise; others have none")  # type: ignore[valid-type]

    def changes(self) -> dict[str, Any]:
        """What was named; ``null`` empties a field."""
        named = {name: getattr(self, name) for name in self.model_fields_set}
        return {name: value if value is not None or name == "born_on" else "" for name, value in named.items()}


class CustomerNarrowing(Taken):
    """Filters of the list of customers, all optional."""

    kind: one_of(PartyKind) | None = None  # type: ignore[valid-type]
    status: one_of(CustomerStatus) | None = None  # type: ignore[valid-type]
    scale: one_of(EnterpriseScale) | None = Field(default=None, description="Size of an enterprise; others have none")  # type: ignore[valid-type]
    unit_id: Id | None = None
    post_id: Id | None = Field(default=None, description="Led by this post", examples=[7])
    pool: bool = Field(default=False, description="Led by nobody")
    age_from: int | None = Field(default=None, ge=0, le=130, examples=[60])
    age_to: int | None = Field(default=None, ge=0, le=130, examples=[75])
    birthday_month: int | None = Field(default=None, ge=1, le=12, examples=[4])
    assets_from: int | None = Field(default=None, ge=0, le=10**17, examples=[500000])
    assets_to: int | None = Field(default=None, ge=0, le=10**17, examples=[6000000])
    tier: str = Field(default="", max_length=20, description="Code of a tier", examples=["gold"])
    average_from: int | None = Field(default=None, ge=0, le=10**17, examples=[200000])
    average_to: int | None = Field(default=None, ge=0, le=10**17, examples=[500000])
    review_due: bool = Field(default=False, description="With data to be confirmed again")
    text: str = Field(
        default="", max_length=80, description="Part of a name, pinyin, initials, a number, a mobile", examples=["陈"]
    )

    @property
    def by_figures(self) -> bool:
        """Does the narrowing tell anything of what customers have?"""
        amounts = (self.assets_from, self.assets_to, self.average_from, self.average_to)
        return bool(self.tier) or any(each is not None for each in amounts)

    def of(self, actor: Actor) -> CustomerFilter:
        """The filter, unless it asks by figures for somebody who may not see them."""
        if self.by_figures and not actor.may("holdings.view_accounts"):
            raise InvalidRequest(fields={"assets_from": _("Assets are not yours to sort or filter by.")})
        return self.wanted()

    def wanted(self) -> CustomerFilter:
        return CustomerFilter(
            kind=self.kind or "",
            scale=self.scale or "",
            status=self.status or "",
            unit_id=self.unit_id,
            post_id=self.post_id,
            pool=self.pool,
            age_from=self.age_from,
            age_to=self.age_to,
            birthday_month=self.birthday_month,
            assets_from=self.assets_from,
            assets_to=self.assets_to,
            tier=self.tier,
            average_from=self.average_from,
            average_to=self.average_to,
            review_due=self.review_due,
            text=self.text,
        )


def unit_named(pk: int) -> OrgUnit:
    """A unit named in a body. Raises InvalidRequest."""
    unit = OrgUnit.objects.filter(pk=pk).first()
    if unit is None:
        raise InvalidRequest(fields={"unit_id": _("There is no such unit.")})
    return unit


def post_named(pk: int) -> Post:
    """A post named in a body. Raises InvalidRequest."""
    post = Post.objects.select_related("unit").filter(pk=pk).first()
    if post is None:
        raise InvalidRequest(fields={"lead_post_id": _("There is no such post.")})
    return post
