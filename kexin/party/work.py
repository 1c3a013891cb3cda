"""The work that customer files give: what its lines say and where they lead."""

from __future__ import annotations

import datetime as dt

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from kexin.core.calendar import business_date
from kexin.core.listing import listed
from kexin.core.models import WorkItem
from kexin.core.policy import in_force
from kexin.core.workflow import WorkKind, register_work_kind
from kexin.party.choices import Channel, DocumentType, FactKind, SignatureRole
from kexin.party.duplicates import REASONS, WORK_KIND
from kexin.party.operations.expiry import EXPIRING
from kexin.party.operations.facts import REVIEW_KIND
from kexin.party.operations.handing import ORPHAN_KIND, SIGN_KIND, TELL_KIND
from kexin.party.policies import TransferPolicy


def _duplicate_sentence(item: WorkItem) -> str | Promise:
    why = listed(str(REASONS.get(code, code)) for code in item.details.get("reasons", []))
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


def _sign_sentence(item: WorkItem) -> str | Promise:
    number = int(item.details.get("customers", 0))
    role = SignatureRole(item.details["role"]).label
    words = ngettext(
        "Transfer of %(n)s customer: sign as %(role)s.", "Transfer of %(n)s customers: sign as %(role)s.", number
    )
    return words % {"n": number, "role": role}


def _transfer_url(item: WorkItem) -> str:
    return reverse("party:transfer", args=[item.details["transfer"]])


def notice_text(details: dict[str, object]) -> str:
    """The words in which a customer is told, by the policy in force, in the language of the screen."""
    rules = in_force(TransferPolicy)
    words = rules.notice_en if (get_language() or "").startswith("en") else rules.notice
    return words.replace("{manager}", str(details.get("manager", ""))).replace("{unit}", str(details.get("unit", "")))


def _tell_sentence(item: WorkItem) -> str | Promise:
    channel = str(item.details.get("channel") or "")
    how = Channel(channel).label if channel in Channel.values else _t("no channel preferred")
    return _t("Tell the customer about the new manager (%(how)s): %(text)s") % {
        "how": how,
        "text": notice_text(item.details),
    }


def _customer_url(item: WorkItem) -> str:
    return reverse("party:customer", args=[item.customer_id])


def _orphan_sentence(item: WorkItem) -> str | Promise:
    return (
        _t("Nobody holds %(post)s: %(customers)s customers and %(work)s open work items need somebody.") % item.details
    )


def _orphan_url(item: WorkItem) -> str:
    return f"{reverse('party:new_transfer')}?giver={item.subject_id}"


register_work_kind(
    WorkKind(
        SIGN_KIND,
        _("Transfer to be signed"),
        _sign_sentence,
        _transfer_url,
        icon="signature",
        outcomes={"agreed": _("Signed"), "refused": _("Refused"), "done": _("Signed"), "withdrawn": _("Withdrawn")},
        closable=False,
    )
)

register_work_kind(
    WorkKind(
        TELL_KIND,
        _("Tell the customer about the new manager"),
        _tell_sentence,
        _customer_url,
        icon="message",
        outcomes={
            "done": _("Told"),
            "not_reached": _("Not reached"),
            "superseded": _("Replaced by a later hand-over"),
        },
    )
)

register_work_kind(
    WorkKind(
        ORPHAN_KIND,
        _("Customers and work without a manager"),
        _orphan_sentence,
        _orphan_url,
        icon="user-off",
        outcomes={"handed_over": _("Handed over")},
        closable=False,
    )
)


def _review_sentence(item: WorkItem) -> str | Promise:
    kinds = listed(str(FactKind(kind).label) for kind in item.details.get("kinds", []) if kind in FactKind.values)
    return _t("Ask the customer whether these are still right: %(kinds)s.") % {"kinds": kinds}


def _review_url(item: WorkItem) -> str:
    return f"{reverse('party:customer', args=[item.customer_id])}?tab=profile"


register_work_kind(
    WorkKind(
        REVIEW_KIND,
        _("Customer data to be reviewed"),
        _review_sentence,
        _review_url,
        icon="user-search",
        outcomes={"confirmed": _("Confirmed or changed"), "gone": _("The file was closed")},
        closable=False,
    )
)
