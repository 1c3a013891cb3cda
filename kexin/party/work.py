"""The work that customer files give: what its lines say and where they lead."""

from __future__ import annotations

import datetime as dt

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from kexin.core.calendar import business_date
from kexin.core.models import WorkItem
from kexin.core.workflow import WorkKind, register_work_kind
from kexin.party.choices import DocumentType
from kexin.party.duplicates import REASONS, WORK_KIND
from kexin.party.operations.expiry import EXPIRING


def _duplicate_sentence(item: WorkItem) -> str | Promise:
    why = "、".join(str(REASONS.get(code, code)) for code in item.details.get("reasons", []))
    return _t("Another file looks like the same person: %(why)s. Compare the two.") % {"why": why}


def _expiring_sentence(item: WorkItem) -> str | Promise:
    ends = dt.date.fromisoformat(item.details["expires_on"])
    left = (ends - business_date()).days
    values = {"kind": DocumentType(item.details["type"]).label, "day": ends, "n": left}
    if left < 0:
        return _t("%(kind)s expired on %(day)s: ask the customer for a valid document.") % values
    if not left:
        return _t("%(kind)s is valid until today, %(day)s: ask the customer for a new one.") % values
    words = ngettext(
        "%(kind)s is valid until %(day)s, %(n)s day left: ask the customer for a new one.",
        "%(kind)s is valid until %(day)s, %(n)s days left: ask the customer for a new one.",
        left,
    )
    return words % values


def _expiring_url(item: WorkItem) -> str:
    return f"{reverse('party:customer', args=[item.customer_id])}?tab=profile"


def _duplicate_url(item: WorkItem) -> str:
    return reverse("party:duplicate", args=[item.subject_id])


register_work_kind(
    WorkKind(
        WORK_KIND,
        _("Possible duplicate"),
        _duplicate_sentence,
        _duplicate_url,
        icon="copy",
        outcomes={"merged": _("Merged into one"), "different": _("Different persons")},
        closable=False,
    )
)

register_work_kind(
    WorkKind(
        EXPIRING,
        _("Identity document expiring"),
        _expiring_sentence,
        _expiring_url,
        icon="id-off",
        outcomes={"done": _("Dealt with"), "replaced": _("A new document was recorded")},
    )
)
