"""产品说明书 as a file: the reviewed text in use with the product's facts, in one language."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils import timezone, translation
from django.utils.translation import gettext as _t

from kexin.core.calendar import business_date
from kexin.core.typeset import typeset
from kexin.core.ui.numbers import MINUS, exact
from kexin.people.models import OrgUnit
from kexin.products.choices import RiskGrade
from kexin.products.models import Benchmark, Product, TextVersion
from kexin.products.texts.rules import paragraphs
from kexin.products.values.queries import benchmark_words, performance_of

TEMPLATE = Path(__file__).parent.parent / "typeset" / "sheet.typ"
LOCALES = {"zh": "zh-hans", "en": "en"}


def product_sheet(product: Product, version: TextVersion) -> bytes:
    """The sheet as PDF/A, in the language of its text. The caller has checked that the version is in use."""
    now = timezone.localtime()
    with translation.override(LOCALES[version.text.language]):
        return typeset(TEMPLATE, sheet_data(product, version, now), made_at=now)


def sheet_data(product: Product, version: TextVersion, now: dt.datetime) -> dict[str, Any]:
    """Everything the sheet says, as text in the language that is on."""
    chinese = version.text.language == "zh"
    stated = Benchmark.objects.filter(product=product, from_on__lte=business_date()).order_by("-from_on").first()
    root = OrgUnit.objects.filter(parent=None).order_by("path").first()
    found = performance_of(product)
    past = []
    if found.shown:
        past = [
            (_t("Period"), f"{found.began} – {found.latest}"),
            (_t("Return over the period"), _percent(found.gained)),
            (_t("Return by the year"), _percent(found.by_year)),
            (_t("Largest fall"), _percent(-found.fall.depth if found.fall else None)),
            (_t("Volatility by the year"), _percent(found.fluctuation)),
        ]
    facts = [
        (_t("Product code"), product.code),
        (_t("Class"), str(product.get_product_class_display())),
        (_t("Issuer"), product.issuer),
        (_t("Registration code"), product.registration_code),
        (_t("Risk grade"), str(RiskGrade(product.risk_grade).label) if product.risk_grade else ""),
        (_t("Currency"), product.currency),
        (_t("Term in days"), str(product.term_days) if product.term_days else ""),
        (_t("Minimum amount"), exact(product.minimum_amount) if product.minimum_amount is not None else ""),
        (_t("Benchmark of performance"), stated.words if stated else ""),
    ]
    return {
        "lang": "zh" if chinese else "en",
        "region": "cn" if chinese else "us",
        "title": product.shown_name,
        "subtitle": f"{_t('Product sheet')} · {version.text.title}",
        "institution": root.shown_name if root else "",
        "demo": _t("Demo data") if settings.KEXIN_DEMO else "",
        "version": _t("Version %(number)s, in use since %(day)s; made %(moment)s")
        % {"number": version.number, "day": version.in_use_from, "moment": f"{now:%Y-%m-%d %H:%M}"},
        "fingerprint": f"SHA-256 {version.sha256}",
        "facts": [{"label": label, "value": value} for label, value in facts if value],
        "warnings": [benchmark_words(language=version.text.language)] if stated else [],
        "paragraphs": paragraphs(version.body),
        "past_title": _t("Past performance"),
        "past": [{"label": label, "value": value} for label, value in past],
        "past_words": found.past_words,
    }


def _percent(value: float | None) -> str:
    return "–" if value is None else f"{value * 100:.2f}%".replace("-", MINUS)
