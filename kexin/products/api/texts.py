"""Texts about products for other systems: written, reviewed, given."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _
from ninja import Query
from pydantic import Field

from kexin.core.api.conditional import expected_version, tell_version
from kexin.core.api.endpoints import ApiRequest, Endpoints
from kexin.core.api.problems import InvalidRequest
from kexin.core.api.shapes import Day, Id, Moment, Page, Paging, Reason, Shown, Taken, Version, one_of, page_of
from kexin.people.models import by_language
from kexin.products.choices import ProductClass
from kexin.products.models import ProductText, TextVersion
from kexin.products.models.text import LONGEST
from kexin.products.texts.choices import Standing, TextKind, TextLanguage
from kexin.products.texts.lint import Finding
from kexin.products.texts.operations import (
    change_text,
    draft_text,
    draft_version,
    review_text,
    submit_text,
    withdraw_text,
)
from kexin.products.texts.printing import print_sheet
from kexin.products.texts.queries import (
    VIEW_TEXTS,
    TextFile,
    findings_of,
    text_file,
    text_in_use,
    texts,
    texts_of_product,
    try_words,
    version_in_reach,
)

router = Endpoints("product texts", _("Texts about products"))

Kind = one_of(TextKind)
OfClass = one_of(ProductClass)
Language = one_of(TextLanguage)
Words = Annotated[
    str,
    Field(min_length=1, max_length=LONGEST, examples=["理财产品不是存款，投资有风险。"],
          description="Paragraphs with empty lines between"),
]  # fmt: skip
Change = Annotated[str, Field(max_length=300, examples=["补充费用说明"])]


class TextsWanted(Paging):
    """Which texts, which part of the list."""

    kind: Kind | None = None  # type: ignore[valid-type]
    product_class: OfClass | None = None  # type: ignore[valid-type]
    language: Language | None = None  # type: ignore[valid-type]


class TextLine(Shown):
    """A text, and which version of it is in use today."""

    id: Id
    kind: str = Field(examples=["risk_disclosure"])
    product_class: str = Field(examples=["wealth"])
    product_id: Id | None = Field(description="Empty: for every product of the class")
    language: str = Field(examples=["zh"])
    title: str = Field(examples=["理财产品风险揭示书"])
    used_no: int | None = Field(description="Number of the version in use", examples=[2])
    used_from: Day | None
    waiting: str = Field(description="State of a version being written or reviewed, or empty", examples=["draft"])


class TextVersionShown(Shown):
    """A version of a text."""

    id: Id
    text_id: Id
    number: int = Field(examples=[2])
    body: Words
    change: str = Field(examples=["补充费用说明"])
    standing: one_of(Standing)  # type: ignore[valid-type]
    drafted_by: str = Field(examples=["1010"])
    drafted_at: Moment
    reviewed_by: str = Field(examples=["1005"])
    reviewed_at: Moment | None
    checklist: dict[str, bool] = Field(examples=[{"promise": True}])
    note: str = Field(examples=[""])
    in_use_from: Day | None
    withdrawn_reason: str = Field(examples=[""])
    sha256: str = Field(description="Of the words, once approved", examples=[""])
    version: Version


class TextShown(TextLine):
    """A text with its versions, the newest first."""

    versions: list[TextVersionShown]


class TextTaken(Taken):
    """The first version of a text, for a class of products or for one product."""

    kind: Kind  # type: ignore[valid-type]
    product_class: OfClass | None = None  # type: ignore[valid-type]
    product_id: Id | None = Field(default=None, examples=[None])
    language: Language  # type: ignore[valid-type]
    title: str = Field(min_length=1, max_length=120, examples=["理财产品风险揭示书"])
    body: Words


class NextVersion(Taken):
    """A draft behind the latest version; without words it begins with those of the latest."""

    body: str = Field(default="", max_length=LONGEST, examples=[""])
    change: Change = ""


class TextChange(Taken):
    """The words of a draft from now on."""

    body: Words
    change: Change = ""


class ReviewTaken(Taken):
    """What the reviewer answers and decides."""

    approve: bool = Field(examples=[False])
    answers: dict[str, bool] = Field(
        description="Yes or no per question of the checklist", examples=[{"promise": True}]
    )
    note: str = Field(default="", max_length=1000, examples=["请补充流动性风险"])
    in_use_from: dt.date | None = Field(default=None, description="Today, if left out", examples=[None])


class WithdrawalOfText(Taken):
    """Why it may not be given any more."""

    reason: Reason


class SheetTaken(Taken):
    """In which language."""

    language: Language  # type: ignore[valid-type]


class WordsTaken(Taken):
    """Words to be looked at."""

    kind: Kind  # type: ignore[valid-type]
    product_class: OfClass  # type: ignore[valid-type]
    language: Language  # type: ignore[valid-type]
    body: Words


class FindingShown(Shown):
    """One thing the check of words says. Without places it is about the whole text."""

    code: str = Field(examples=["return"])
    level: str = Field(description="`bad` can never be approved", examples=["bad"])
    words: str = Field(examples=["收益保障"])
    why: str = Field(examples=["承诺收益。收益不能保证，须同时说明风险。"])
    basis: str = Field(examples=["金融监管总局令2025年第7号第十三条"])
    start: int = Field(examples=[12])
    end: int = Field(examples=[16])


class FindingList(Shown):
    """What the check of words says, in the order of the text, then what it lacks."""

    items: list[FindingShown]


class UseWanted(Taken):
    """Which text, in which language, on which day."""

    kind: Kind  # type: ignore[valid-type]
    language: Language  # type: ignore[valid-type]
    day: dt.date | None = Field(default=None, description="Today, if left out", examples=["2026-11-20"])


class InUse(Shown):
    """The version to give; empty where nothing reviewed is in use."""

    text: TextVersionShown | None


class UseList(Shown):
    """Every text in use for a product today."""

    items: list[TextVersionShown]


def _finding(each: Finding) -> FindingShown:
    return FindingShown(
        code=each.code, level=each.level, words=each.words, why=by_language(each.why, each.why_en), basis=each.basis,
        start=each.start, end=each.end,
    )  # fmt: skip


def _version(row: TextVersion, stands: str) -> TextVersionShown:
    names = set(TextVersionShown.model_fields) - {"id", "standing"}
    return TextVersionShown(id=row.pk, standing=stands, **{name: getattr(row, name) for name in names})


def _line(row: ProductText) -> TextLine:
    names = set(TextLine.model_fields) - {"id", "waiting"}
    return TextLine(id=row.pk, waiting=row.waiting or "", **{name: getattr(row, name) for name in names})  # type: ignore[attr-defined]


def _file(file: TextFile) -> TextShown:
    used, text = file.used, file.text
    return TextShown(
        id=text.pk,
        kind=text.kind,
        product_class=text.product_class,
        product_id=text.product_id,
        language=text.language,
        title=text.title,
        used_no=used.number if used else None,
        used_from=used.in_use_from if used else None,
        waiting=file.open.state if file.open else "",
        versions=[_version(each, file.standing(each)) for each in file.versions],
    )


def _answer(request: ApiRequest, row: TextVersion) -> TextVersionShown:
    tell_version(request, row.version)
    return _version(row, text_file(request.actor, row.text_id).standing(row))


@router.read("/product-texts", VIEW_TEXTS)
def list_texts(request: ApiRequest, wanted: Query[TextsWanted]) -> Page[TextLine]:
    """Texts; those without anything in use only for who writes or reviews."""
    rows = texts(request.actor)
    for name in ("kind", "product_class", "language"):
        if getattr(wanted, name):
            rows = rows.filter(**{name: getattr(wanted, name)})
    lines, following = page_of(request, rows, wanted, [("kind", "asc"), ("product_class", "asc")], _line)
    return Page[TextLine](items=lines, next=following)


@router.read("/product-texts/{text_id}", VIEW_TEXTS)
def show_text(request: ApiRequest, text_id: Id) -> TextShown:
    """A text with its versions."""
    return _file(text_file(request.actor, text_id))


@router.write("POST", "/product-texts", "products.draft_text", status=201)
def add_text(request: ApiRequest, data: TextTaken) -> TextVersionShown:
    """Draft the first version of a text."""
    if (data.product_class is None) == (data.product_id is None):
        raise InvalidRequest(fields={"product_class": _("Choose a class or a product.")})
    values = data.model_dump() | {"product_class": data.product_class or ""}
    return _answer(request, draft_text(actor=request.actor, **values))


@router.write("POST", "/product-texts/{text_id}/versions", "products.draft_version", status=201)
def add_version(request: ApiRequest, text_id: Id, data: NextVersion) -> TextVersionShown:
    """Begin a new version."""
    return _answer(request, draft_version(text_id, actor=request.actor, **data.model_dump()))


@router.write("PATCH", "/text-versions/{version_id}", "products.change_text", conditional=True, etag=True)
def edit_text(request: ApiRequest, version_id: Id, data: TextChange) -> TextVersionShown:
    """Write in a draft or in what was returned."""
    version = expected_version(request, lambda: version_in_reach(request.actor, version_id).version)
    return _answer(request, change_text(version_id, actor=request.actor, version=version, **data.model_dump()))


@router.write("POST", "/text-versions/{version_id}/submission", "products.submit_text")
def hand_in_text(request: ApiRequest, version_id: Id) -> TextVersionShown:
    """Give a version to review: somebody else owes it."""
    return _answer(request, submit_text(version_id, actor=request.actor))


@router.write("POST", "/text-versions/{version_id}/review", "products.review_text")
def decide_text(request: ApiRequest, version_id: Id, data: ReviewTaken) -> TextVersionShown:
    """Approve a version, in use from a day on, or return it with a reason."""
    return _answer(request, review_text(version_id, actor=request.actor, **data.model_dump()))


@router.write("POST", "/text-versions/{version_id}/withdrawal", "products.withdraw_text")
def end_text(request: ApiRequest, version_id: Id, data: WithdrawalOfText) -> TextVersionShown:
    """Stop an approved version from being given, at once."""
    return _answer(request, withdraw_text(version_id, actor=request.actor, reason=data.reason))


@router.read("/product-texts/{text_id}/versions/{number}/findings", VIEW_TEXTS, _("Check the words of a version"))
def list_findings(request: ApiRequest, text_id: Id, number: int) -> FindingList:
    """What the check of words says of a version by the rules in force."""
    row = text_file(request.actor, text_id).version(number)
    return FindingList(items=[_finding(each) for each in findings_of(request.actor, row)])


@router.write("POST", "/product-text-checks", VIEW_TEXTS, _("Check words"), once=False)
def check_some_words(request: ApiRequest, data: WordsTaken) -> FindingList:
    """Look at words that are nobody's text yet; nothing is stored."""
    return FindingList(items=[_finding(each) for each in try_words(request.actor, **data.model_dump())])


@router.read("/products/{product_id}/texts", VIEW_TEXTS, _("See the texts of a product"))
def list_texts_of_product(request: ApiRequest, product_id: Id) -> UseList:
    """Every text in use for a product today: its own, else its class's."""
    found = texts_of_product(request.actor, product_id)
    return UseList(items=[_version(each, Standing.IN_USE) for each in found])


@router.read("/products/{product_id}/texts/in-use", VIEW_TEXTS, _("See the text to give"))
def show_text_in_use(request: ApiRequest, product_id: Id, wanted: Query[UseWanted]) -> InUse:
    """The reviewed version to give for a product in a language on a day."""
    found = text_in_use(request.actor, product_id, wanted.kind, wanted.language, wanted.day)
    return InUse(text=_version(found, Standing.IN_USE) if found else None)


@router.write(
    "POST",
    "/products/{product_id}/sheet",
    "products.print_sheet",
    once=False,
    content={"application/pdf": {"schema": {"type": "string", "format": "binary"}}},
)
def make_product_sheet(request: ApiRequest, product_id: Id, data: SheetTaken) -> HttpResponse:
    """The product sheet in use today as PDF; recorded with its SHA-256."""
    made = print_sheet(product_id, actor=request.actor, language=data.language)
    response = HttpResponse(made.content, content_type="application/pdf")
    response.headers["Content-Disposition"] = f'attachment; filename="{made.name}"'
    return response
