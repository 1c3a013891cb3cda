"""What a sale rested on: every matching opinion whole, the very texts that were given, how it was taken back."""

from __future__ import annotations

from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _t

from kexin.core.listing import listed
from kexin.core.ui.numbers import exact
from kexin.products.models import TextVersion
from kexin.sales.choices import Gate, Party
from kexin.sales.dossier.collecting import moment
from kexin.sales.dossier.parts import Part
from kexin.sales.dossier.tree import Fact, Section, TextEvidence
from kexin.sales.models import Sale
from kexin.suitability.matching.choices import Check
from kexin.suitability.models import SuitabilityDecision


def opinions(sale: Sale) -> Part:
    """Each opinion that a round began with, the one asked for before the order, and the one that ended it."""
    rows = SuitabilityDecision.objects.filter(pk__in=_numbers(sale)).select_related("policy", "seller").order_by("pk")
    return Part(tuple(_opinion(row) for row in rows))


def _numbers(sale: Sale) -> set[int]:
    said = sale.gates.filter(gate__in=[Gate.ASSESSED, Gate.TOLD, Gate.SENT]).values_list(
        "evidence__decision", flat=True
    )
    return {int(each) for each in (*said, sale.decision_no, sale.refusal_no) if each}


def _opinion(row: SuitabilityDecision) -> Section:
    key = "en" if (get_language() or "").startswith("en") else "zh"
    failed = listed(str(Check(code).label) for code, passed in row.checks.items() if not passed)
    facts = (
        Fact(_t("Outcome"), row.get_outcome_display()),
        Fact(_t("Given at"), moment(row.decided_at)),
        Fact(_t("Given by"), row.decided_by),
        Fact(_t("Purpose"), row.get_purpose_display()),
        Fact(_t("Channel"), row.get_channel_display()),
        Fact(_t("Amount"), exact(row.amount) if row.amount is not None else "–"),
        Fact(_t("Checks not passed"), failed or "–"),
        Fact(_t("Policy version"), f"{row.policy.code} {row.policy.number}"),
    )
    against = [(_t("against"), each) for each in row.refusals]
    rows = tuple(
        (kind, str(each["words"][key]), str(each["basis"]))
        for kind, each in (*against, *((_t("condition"), each) for each in row.conditions))
    )
    data = {
        "no": row.pk,
        "outcome": row.outcome,
        "refusals": row.refusals,
        "conditions": row.conditions,
        "checks": row.checks,
        "facts": row.facts,
        "amount": f"{row.amount:.2f}" if row.amount is not None else None,
        "decided_at": row.decided_at.isoformat(),
        "decided_by": row.decided_by,
        "policy": {"code": row.policy.code, "number": row.policy.number, "values": row.policy.values},
    }
    title = f"{_t('Matching opinion')} {row.pk}"
    return Section("opinion", title, facts, (_t("Kind"), _t("Reason"), _t("Legal basis")), rows, data=data)


def texts(sale: Sale) -> Part:
    """The texts as they were on the page, with language, version and fingerprint; each is attached as it was given."""
    given = [row.evidence for row in sale.gates.filter(gate=Gate.DISCLOSED).order_by("round")]
    ids = {int(each["id"]) for evidence in given for each in evidence.get("texts", [])}
    versions = list(TextVersion.objects.filter(pk__in=ids).select_related("text").order_by("pk"))
    rows = tuple(
        (
            each.text.title,
            each.text.get_language_display(),
            str(each.number),
            str(each.in_use_from or "–"),
            each.reviewed_by,
            each.sha256,
        )
        for each in versions
    )
    heads = (
        _t("Text"), _t("Language"), _t("Version"), _t("In use from"), _t("Reviewed by"), "SHA-256",
    )  # fmt: skip
    attached = tuple(
        TextEvidence(f"text-{each.pk}.txt", each.text.title, each.text.language, each.number, each.sha256, each.body)
        for each in versions
    )
    data: dict[str, Any] = {"given": [each.get("texts", []) for each in given]}
    return Part((Section("texts", _t("Texts given"), (), heads, rows, data=data),), texts=attached)


def taken_back(sale: Sale) -> Part:
    """Who took the purchase back, by which right, until when it could be, and what came of it."""
    found = list(sale.withdrawals.order_by("pk"))
    if not found and sale.cooling_until is None:
        return Part()
    facts = (Fact(_t("Cooling-off until"), moment(sale.cooling_until)),)
    rows = tuple(
        (
            moment(each.at),
            str(Party(each.party).label),
            each.by,
            each.get_ground_display(),
            moment(each.until),
            each.evidence or "–",
            each.get_outcome_display() or "–",
        )
        for each in found
    )
    heads = (
        _t("Asked"), _t("Taken by"), _t("By"), _t("By which right"), _t("Possible until"), _t("Signed wish"),
        _t("Outcome"),
    )  # fmt: skip
    data = {
        "cooling_until": sale.cooling_until.isoformat() if sale.cooling_until else None,
        "asked": [
            {"at": each.at.isoformat(), "by": each.by, "party": each.party, "ground": each.ground,
             "until": each.until.isoformat(), "evidence": each.evidence, "outcome": each.outcome}
            for each in found
        ],
    }  # fmt: skip
    return Part((Section("taken_back", _t("Purchase taken back"), facts, heads, rows, data=data),))
