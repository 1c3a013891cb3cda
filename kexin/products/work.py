"""The work that admissions give: what its lines say and where they lead."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from kexin.core.models import WorkItem
from kexin.core.workflow import WorkKind, register_work_kind
from kexin.people.models import by_language
from kexin.products.choices import AdmissionStep
from kexin.products.operations.admission import RETURNED_WORK, WORK


def _name(item: WorkItem) -> str:
    return by_language(item.details.get("name", ""), item.details.get("name_en", ""))


def _sentence(item: WorkItem) -> str:
    step = item.details.get("step", "")
    label = AdmissionStep(step).label if step in AdmissionStep.values else step
    return _t("%(step)s: %(name)s") % {"step": label, "name": _name(item)}


def _returned(item: WorkItem) -> str:
    values = {"name": _name(item), "reason": item.details.get("reason", "")}
    return _t("%(name)s was returned: %(reason)s") % values


def _url(item: WorkItem) -> str:
    return f"{reverse('products:product', args=[item.subject_id])}?tab=admission"


def register() -> None:
    """Called once, when the floor is ready."""
    register_work_kind(
        WorkKind(WORK, _("Admission of a product"), _sentence, _url, icon="clipboard-check", closable=False)
    )
    register_work_kind(
        WorkKind(RETURNED_WORK, _("Product returned"), _returned, _url, icon="arrow-back-up", closable=False)
    )
