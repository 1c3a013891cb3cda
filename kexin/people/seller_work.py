"""The work that ending certificates and authorisations give: what its lines say and where they lead."""

from __future__ import annotations

import datetime as dt

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from kexin.core.calendar import business_date
from kexin.core.listing import listed
from kexin.core.models import WorkItem
from kexin.core.policy import in_force
from kexin.core.workflow import WorkKind, register_work_kind
from kexin.people.models import by_language
from kexin.people.operations.evidence_missing import MISSING
from kexin.people.operations.qualification_expiry import AUTHORISATION, CERTIFICATE
from kexin.people.qualification_policies import QualificationPolicy
from kexin.people.vocabulary import class_words


def _values(item: WorkItem) -> tuple[dict[str, object], bool]:
    ends = dt.date.fromisoformat(item.details["ends_on"])
    name = by_language(item.details["name"], item.details.get("name_en", ""))
    return {"name": name, "day": ends}, ends < business_date()


def _certificate_sentence(item: WorkItem) -> str | Promise:
    values, over = _values(item)
    values["kind"] = in_force(QualificationPolicy).kind_label(item.details["kind"])
    if over:
        return (
            _t("%(name)s: %(kind)s expired on %(day)s. Until it is renewed nothing that needs it may be sold.") % values
        )
    return _t("%(name)s: %(kind)s is valid until %(day)s. Have it renewed and recorded.") % values


def _authorisation_sentence(item: WorkItem) -> str | Promise:
    values, over = _values(item)
    values["classes"] = listed(class_words(item.details["classes"]))
    if over:
        return _t("%(name)s: the authorisation for %(classes)s ended on %(day)s.") % values
    return (
        _t("%(name)s: the authorisation for %(classes)s ends on %(day)s. Propose a new one if it is to go on.") % values
    )


def _missing_sentence(item: WorkItem) -> str | Promise:
    name = by_language(item.details["name"], item.details.get("name_en", ""))
    kind = in_force(QualificationPolicy).kind_label(item.details["kind"])
    return _t("%(name)s: no file proves the certificate %(kind)s. Attach its scan.") % {"name": name, "kind": kind}


def _file_url(item: WorkItem) -> str:
    return reverse("people_seller_file", args=[item.details["employee"]])


def _url(item: WorkItem) -> str:
    return reverse("people_employee", args=[item.details["employee"]])


_OUTCOMES = {"done": _("Dealt with"), "renewed": _("Renewed or ended")}
register_work_kind(
    WorkKind(
        CERTIFICATE, _("Certificate expiring"), _certificate_sentence, _url, icon="certificate", outcomes=_OUTCOMES
    )
)
register_work_kind(
    WorkKind(
        AUTHORISATION,
        _("Product authorisation ending"),
        _authorisation_sentence,
        _url,
        icon="certificate",
        outcomes=_OUTCOMES,
    )
)
register_work_kind(
    WorkKind(
        MISSING,
        _("Certificate without a file"),
        _missing_sentence,
        _file_url,
        icon="certificate",
        outcomes={"done": _("Dealt with")},
    )
)
