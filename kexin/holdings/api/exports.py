"""Accounts and bookings of many customers as files."""

from __future__ import annotations

from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _
from pydantic import Field

from kexin.core.api.endpoints import ApiRequest, Endpoints
from kexin.core.api.files import TABLE, Format
from kexin.core.api.lookup import named
from kexin.core.api.shapes import Id, Reason, Taken
from kexin.core.ui.sending import sent
from kexin.holdings.api.ledger import Narrowing
from kexin.holdings.operations.export_many import accounts_file, export_accounts, export_ledger, ledger_file
from kexin.holdings.operations.review import print_review_sheet
from kexin.people.models import OrgUnit

router = Endpoints("holdings exports", _("Exports of accounts and transactions"))


class AccountsExport(Taken):
    """What leaves, in which format, and what for."""

    unit_id: Id | None = Field(default=None, description="Only this unit and what is below it", examples=[None])
    format: Format = "csv"
    purpose: Reason


class LedgerExport(Narrowing):
    """Which bookings leave, in which format, and what for."""

    unit_id: Id | None = Field(default=None, description="Only this unit and what is below it", examples=[None])
    format: Format = "csv"
    purpose: Reason


def _path(unit_id: int | None) -> str:
    unit = named(OrgUnit.objects.all(), unit_id, "unit_id", _("There is no such unit."))
    return str(unit.path) if unit else ""


@router.write("POST", "/accounts/export", "holdings.export_accounts", once=False, content=TABLE)
def export_all_accounts(request: ApiRequest, data: AccountsExport) -> HttpResponse:
    """Accounts of customers within reach as a file, numbers masked; watermarked and recorded."""
    rows, _count = export_accounts(actor=request.actor, purpose=data.purpose, unit_path=_path(data.unit_id))
    return sent(data.format, accounts_file(rows), request.actor)  # type: ignore[return-value]


@router.write("POST", "/transactions/export", "holdings.export_ledger", once=False, content=TABLE)
def export_all_bookings(request: ApiRequest, data: LedgerExport) -> HttpResponse:
    """Bookings of all accounts within reach as a file, account by account; watermarked and recorded."""
    wanted = data.wanted()
    rows, _count = export_ledger(
        actor=request.actor, wanted=wanted, purpose=data.purpose, unit_path=_path(data.unit_id)
    )
    return sent(data.format, ledger_file(rows, wanted), request.actor)  # type: ignore[return-value]


@router.write(
    "POST",
    "/customers/{customer_id}/review",
    "holdings.print_review_sheet",
    once=False,
    content={"application/pdf": {"schema": {"type": "string", "format": "binary"}}},
)
def make_review_sheet(request: ApiRequest, customer_id: Id) -> HttpResponse:
    """The review of a customer's holdings as PDF, in the language asked for; recorded with its SHA-256."""
    sheet = print_review_sheet(customer_id, actor=request.actor)
    response = HttpResponse(sheet.content, content_type="application/pdf")
    response.headers["Content-Disposition"] = f'attachment; filename="{sheet.name}"'
    return response
