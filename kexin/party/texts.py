"""Words for codes of the party floor that are not choices of a model."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

CHECK_LABELS: Mapping[str, Promise] = {
    "identity_verified": _("Identity verified against the document"),
    "sanctions_screened": _("Name screening done"),
    "purpose_known": _("Purpose of the relationship known"),
    "consent_given": _("Consent to processing given"),
    "contact_verified": _("Contact verified"),
    "accounts_closed": _("All accounts closed or moved"),
    "claims_settled": _("No claims left on either side"),
    "complaints_closed": _("No open complaint"),
    "retention_explained": _("Retention of data explained to the customer"),
}
