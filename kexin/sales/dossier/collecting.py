"""What is known of a sale, gathered for its dossier."""

from __future__ import annotations

import base64
import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.utils.timezone import localtime
from django.utils.translation import get_language
from django.utils.translation import gettext as _t

from kexin.core.choices import Outcome
from kexin.core.listing import listed
from kexin.core.models import PolicyVersion
from kexin.core.operation import doors
from kexin.core.personal import Forgotten
from kexin.core.seal_evidence import SealedEntry, checkpoints_over, entries_about
from kexin.core.ui.numbers import exact
from kexin.people.models import OrgUnit
from kexin.sales.choices import Gate, Party, SaleChannel, SaleState
from kexin.sales.dossier.parts import Part, parts_of
from kexin.sales.dossier.tree import AuditEvidence, Dossier, Fact, Section, SignatureEvidence
from kexin.sales.models import Sale, Signature
from kexin.sales.signatures.choices import ProofMethod, SignatureKind
from kexin.sales.why import why_ended


def collect(sale: Sale, *, at: dt.datetime, watermark: str) -> Dossier:
    """Everything known of ``sale`` now. Names are opened; the caller has checked the reach."""
    parts = [_sale(sale), _gates(sale), *parts_of(sale), _policies(sale)]
    entries = entries_about("sales.Sale", sale.pk, customer_id=sale.customer_id, since=sale.opened_at)
    root = OrgUnit.objects.filter(parent=None).order_by("path").first()
    return Dossier(
        number=sale.sale_no,
        title=_t("Dossier of a sale"),
        subtitle=" · ".join((_name(sale), sale.product.name, f"{exact(sale.amount)} {sale.currency}")),
        institution=root.shown_name if root else "Kexin",
        language=get_language() or "zh-hans",
        made_at=at.isoformat(timespec="microseconds"),
        watermark=watermark,
        sections=tuple(section for part in parts for section in part.sections),
        signatures=tuple(_signature(each) for each in _signatures(sale)),
        recordings=tuple(each for part in parts for each in part.recordings),
        texts=tuple(each for part in parts for each in part.texts),
        audit=tuple(_entry(each) for each in entries),
        checkpoints=tuple(each.as_json() for each in checkpoints_over(entries)),
    )


def _sale(sale: Sale) -> Part:
    facts = (
        Fact(_t("Sale number"), sale.sale_no),
        Fact(_t("State"), str(SaleState(sale.state).label)),
        Fact(_t("Customer"), f"{_name(sale)} {sale.customer.customer_no}"),
        Fact(_t("Product"), f"{sale.product.name} {sale.product.code}"),
        Fact(_t("Amount"), f"{exact(sale.amount)} {sale.currency}"),
        Fact(_t("Channel"), str(SaleChannel(sale.channel).label)),
        Fact(_t("Staff took part"), _t("yes") if sale.staff_took_part else _t("no")),
        Fact(_t("Seller"), f"{sale.seller.shown_name} {sale.seller.staff_no}"),
        Fact(_t("Unit"), sale.unit.shown_name),
        Fact(_t("Sale opened"), moment(sale.opened_at)),
        Fact(_t("Sale closed"), moment(sale.closed_at)),
        Fact(_t("Reason"), why_ended(sale) or "–"),
    )
    data = {
        "sale_no": sale.sale_no,
        "customer_no": sale.customer.customer_no,
        "product": sale.product.code,
        "amount": f"{sale.amount:.2f}",
        "currency": sale.currency,
        "channel": sale.channel,
        "staff_took_part": sale.staff_took_part,
        "state": sale.state,
        "round": sale.round,
        "needed": sorted(sale.needed),
        "decision_no": sale.decision_no,
        "refusal_no": sale.refusal_no,
        "lapses_on": sale.lapses_on.isoformat(),
        "seller": sale.seller.staff_no,
        "unit": sale.unit.code,
        "opened_at": sale.opened_at.isoformat(),
        "opened_on": sale.opened_on.isoformat(),
        "closed_at": sale.closed_at.isoformat() if sale.closed_at else None,
    }
    return Part((Section("sale", _t("Sale"), facts, data=data),))


def _gates(sale: Sale) -> Part:
    passed = list(sale.gates.order_by("round", "at", "gate"))
    rows = tuple(
        (str(each.round), str(Gate(each.gate).label), moment(each.at), str(Party(each.party).label), each.by)
        for each in passed
    )
    here = {each.gate for each in passed if each.round == sale.round}
    missing = [str(Gate(each).label) for each in sorted(sale.needed) if each not in here]
    note = _t("Not passed in this round: %(gates)s.") % {"gates": listed(missing)} if missing else ""
    data = {
        "gates": [
            {
                "round": each.round,
                "gate": each.gate,
                "at": each.at.isoformat(),
                "by": each.by,
                "party": each.party,
                "evidence": each.evidence,
            }
            for each in passed
        ]
    }
    heads = (_t("Round"), _t("Gate"), _t("Time"), _t("Taken by"), _t("Passed by"))
    return Part((Section("gates", _t("Gates"), (), heads, rows, note, data),))


def _policies(sale: Sale) -> Part:
    versions: Mapping[str, Any] = sale.policies
    known = PolicyVersion.objects.in_bulk([each for each in versions.values() if isinstance(each, int)])
    rows = tuple(
        (code, str(row.number), str(row.in_force_from), row.legal_basis)
        for code, row in ((code, known[pk]) for code, pk in sorted(versions.items()) if pk in known)
    )
    data = {
        "versions": dict(versions),
        "values": {
            str(pk): {"code": row.code, "number": row.number, "values": row.values} for pk, row in sorted(known.items())
        },
    }
    heads = (_t("Policy"), _t("Version"), _t("In force from"), _t("Legal basis"))
    return Part((Section("policies", _t("Policy versions"), (), heads, rows, data=data),))


def _signatures(sale: Sale) -> list[Signature]:
    return list(Signature.objects.filter(sale=sale).select_related("drawing", "stamp").order_by("round"))


def _signature(row: Signature) -> SignatureEvidence:
    strokes = row.drawing.strokes
    proof = f"{ProofMethod(row.proof).label} {row.proof_reference}".strip()
    stamp = getattr(row, "stamp", None)
    return SignatureEvidence(
        title=f"{_t('Round')} {row.round} · {proof}",
        kind=str(SignatureKind(row.kind).label),
        at=moment(row.at),
        manifest=row.manifest,
        drawing="" if isinstance(strokes, Forgotten) or not strokes else str(strokes),
        cms=base64.b64encode(bytes(row.cms or b"")).decode("ascii"),
        stamp=base64.b64encode(bytes(stamp.token)).decode("ascii") if stamp else "",
    )


def _entry(each: SealedEntry) -> AuditEvidence:
    door = doors.get(each.operation)
    return AuditEvidence(
        at=moment(each.at),
        actor=each.actor,
        operation=str(door.label) if door else each.operation,
        outcome=str(Outcome(each.outcome).label),
        text=each.text,
        no=each.no,
        digest=each.digest.hex(),
        before=each.before.hex(),
        chain=each.chain.hex(),
    )


def _name(sale: Sale) -> str:
    name = sale.customer.party.name
    return "" if name is None else str(name)


def moment(at: dt.datetime | None) -> str:
    """A moment as it is written in a dossier."""
    return f"{localtime(at):%Y-%m-%d %H:%M:%S}" if at else "–"
