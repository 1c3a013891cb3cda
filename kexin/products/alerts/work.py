"""The work that an alert gives, and what was seen in words."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from kexin.core.models import WorkItem
from kexin.core.templatetags.kexin import day
from kexin.core.workflow import WorkKind, register_work_kind
from kexin.people.models import by_language
from kexin.products.alerts.choices import AlertKind, AlertOutcome
from kexin.products.alerts.examining import WORK


def told(kind: str, on: dt.date, facts: Mapping[str, Any]) -> str:
    """One sentence about what was seen."""
    since = dt.date.fromisoformat(facts.get("since") or on.isoformat())
    percent = str(facts.get("percent", "–"))
    values = {"percent": percent.removeprefix("-"), "day": day(on), "since": day(since)}
    if kind == AlertKind.STALE:
        return _t("The latest net value is that of %(day)s.") % values
    if kind == AlertKind.JUMP and percent.startswith("-"):
        return _t("Up by %(percent)s %% from %(since)s to %(day)s.") % values
    return _t("Down by %(percent)s %% from %(since)s to %(day)s.") % values


def _sentence(item: WorkItem) -> str:
    kept, kind = item.details, str(item.details.get("kind", ""))
    values = {
        "product": by_language(kept.get("product", ""), kept.get("product_en", "")),
        "kind": AlertKind(kind).label if kind in AlertKind.values else kind,
        "facts": told(kind, dt.date.fromisoformat(kept["day"]), kept),
    }
    return _t("%(product)s: %(kind)s. %(facts)s") % values


def register() -> None:
    """Called when the floor starts."""
    register_work_kind(
        WorkKind(
            WORK,
            _("Alert on a net value"),
            _sentence,
            lambda item: reverse("product_alerts:one", args=[item.subject_id]),
            icon="trending-down",
            outcomes=dict(AlertOutcome.choices),
            closable=False,
        )
    )
