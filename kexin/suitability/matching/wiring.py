"""What matching enters into the floors below when the floor starts."""

from __future__ import annotations

import functools

from django.utils.translation import gettext_lazy as _

from kexin.core.ui.panels import register_panel, register_tab
from kexin.engagement.calls.known import register_known
from kexin.engagement.calls.products import register_product_gate
from kexin.engagement.timeline import Payload, leave_out, register_timeline
from kexin.party.consents.queries import standing_restrictions
from kexin.people.vocabulary import register_product_words
from kexin.products.choices import ProductClass, Regime
from kexin.suitability.matching import assessed, briefing, calling, events, handlers, operations, rerated, sources, work  # noqa: F401  doors
from kexin.suitability.matching.choices import MatchOutcome, Purpose, QualifiedBasis
from kexin.suitability.matching.shelf import VIEW, VIEW_DECISIONS
from kexin.suitability.ui import matching_pages as pages
from kexin.suitability.ui import rerated_pages


def _decided(payload: Payload) -> str:
    outcome, purpose = payload.get("outcome"), payload.get("purpose")
    words = [str(payload.get("product", ""))]
    if purpose in Purpose.values:
        words.append(str(Purpose(str(purpose)).label))
    if outcome in MatchOutcome.values:
        words.append(str(MatchOutcome(str(outcome)).label))
    return " · ".join(words)


def _qualified(payload: Payload) -> str:
    basis = payload.get("basis")
    label = str(QualifiedBasis(str(basis)).label) if basis in QualifiedBasis.values else ""
    return f"{label} · {payload.get('valid_until', '')}"


def register() -> None:
    """Called once, when the floor is ready."""
    sources.register_assessments(assessed.assessed)
    sources.register_needs(assessed.needs)
    sources.register_consents(assessed.agreed)
    sources.register_restrictions(standing_restrictions)
    register_product_gate(calling.GATE)
    register_known("suitability", 10, briefing.known)
    register_product_words(ProductClass.choices, Regime.choices)
    register_tab("customer", "fits", _("What fits"), 25, VIEW)
    register_panel("customer", "fits", "main", 10, "fits", _("Suitable products"), VIEW, pages.fits_panel, "load")
    register_panel("customer", "fits", "main", 20, "unfit", _("What does not fit, and why"), VIEW, pages.unfit_panel)
    register_panel(
        "customer", "fits", "side", 10, "decisions", _("Matching opinions"), VIEW_DECISIONS, pages.decisions_panel
    )
    register_panel(
        "product", "overview", "main", 60, "fitting", _("My customers whom it fits"), VIEW, pages.customers_panel
    )
    register_panel(
        "product", "overview", "main", 62, "rematches", _("Holders after re-ratings"), VIEW_DECISIONS,
        rerated_pages.rematches_panel,
    )  # fmt: skip
    told = functools.partial(register_timeline, operation=VIEW_DECISIONS)
    told("suitability.SuitabilityDecided", _("Matching opinion"), "scale", _decided, "calm")
    leave_out("suitability.CallOpinionsGiven")  # of a whole list; each opinion stands in the customer's own file
    leave_out("suitability.HoldersRematched")  # about all holders; each one's file shows its own line
    work.register()
    told("suitability.QualifiedInvestorVerified", _("Verified as a qualified investor"), "certificate", _qualified)
