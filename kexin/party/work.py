"""The work that customer files give: what its lines say and where they lead."""

from __future__ import annotations

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from kexin.core.models import WorkItem
from kexin.core.workflow import WorkKind, register_work_kind
from kexin.party.duplicates import REASONS, WORK_KIND


def _duplicate_sentence(item: WorkItem) -> str | Promise:
    why = "、".join(str(REASONS.get(code, code)) for code in item.details.get("reasons", []))
    return _t("Another file looks like the same person: %(why)s. Compare the two.") % {"why": why}


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
