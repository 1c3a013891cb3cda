"""The customer opens the sheet of what is being bought."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from kexin.core import frame
from kexin.core.actor import Actor
from kexin.core.choices import ActorKind
from kexin.core.errors import NotFound, NotPermitted
from kexin.core.operation import operation
from kexin.products.texts.printing import SheetFile, sheet_file
from kexin.sales.models import Sale

OPEN_SHEET = "sales.open_own_sheet"


@operation(OPEN_SHEET, label=_("Open the product sheet of one's own purchase"), plain=("language",))
def open_own_sheet(sale_id: int, *, actor: Actor, language: str) -> SheetFile:
    """The product sheet in use today as PDF, before buying and after. RuleViolation where none is in use."""
    if actor.kind != ActorKind.CUSTOMER:
        raise NotPermitted
    rows = Sale.objects.visible_to(actor, OPEN_SHEET).select_related("product")
    sale = rows.filter(pk=sale_id).first()
    if sale is None:
        raise NotFound
    act = frame.current.get()
    assert act is not None
    act.subject, act.customer_id = ("sales.Sale", sale.pk), sale.customer_id
    return sheet_file(sale.product, language)
