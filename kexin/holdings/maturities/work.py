"""Work that maturities make: one item per customer and week, closed by what came of it."""

from __future__ import annotations

from decimal import Decimal

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext, pgettext_lazy

from kexin.core.models import WorkItem
from kexin.core.ui import numbers
from kexin.core.workflow import WorkKind, register_work_kind
from kexin.holdings.operations.maturities import MATURING

OUTCOMES = {
    "renewed": _("Renewed"),
    "bought": _("Another product bought"),
    "stays": _("Money stays in the account"),
    "left": pgettext_lazy("maturity", "Money leaves"),
    "unreached": _("Not reached"),
}


def _sentence(item: WorkItem) -> str:
    details = item.details
    count = int(details.get("count", 1))
    return ngettext(
        "%(amount)s matures on %(day)s: ask what is to become of it.",
        "%(amount)s in %(count)s parts matures from %(day)s on: ask what is to become of it.",
        count,
    ) % {
        "amount": numbers.by_size(Decimal(details.get("amount", "0"))),
        "count": count,
        "day": details.get("first", ""),
    }


def _url(item: WorkItem) -> str:
    return f"{reverse('party:customer', args=[item.customer_id])}?tab=assets"


def register() -> None:
    """Declare the kind, when the floor starts."""
    register_work_kind(WorkKind(MATURING, _("Maturing"), _sentence, _url, icon="calendar-dollar", outcomes=OUTCOMES))
