"""What is done to many customers at once: assignment, export."""

from __future__ import annotations

from django.http import HttpResponse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from pydantic import Field

from kexin.core.api.endpoints import ApiRequest, Endpoints
from kexin.core.api.files import TABLE, Format
from kexin.core.api.shapes import Id, Reason, Shown, Taken
from kexin.core.errors import RuleViolation
from kexin.core.ui.sending import sent
from kexin.party.api.taken import CustomerNarrowing, post_named
from kexin.party.models import Customer
from kexin.party.operations import export_customers
from kexin.party.operations.export import as_file
from kexin.party.operations.portfolio import MOST_AT_ONCE, assign_many
from kexin.party.queries import narrowed

router = Endpoints("many customers", _("Many customers at once"))
ASSIGN = "party.assign_portfolio"


class ExportTaken(CustomerNarrowing):
    """What leaves, in which format, and what for."""

    customer_ids: list[Id] = Field(
        default=[], max_length=5000, description="Only these, if any are named", examples=[[1042]]
    )
    format: Format = "csv"
    purpose: Reason


class AssignmentsTaken(Taken):
    """Whom to assign, to which post, and why."""

    customer_ids: list[Id] = Field(default=[], max_length=MOST_AT_ONCE, examples=[[1042]])
    narrowing: CustomerNarrowing | None = Field(
        default=None, description="Instead of numbers: all whom these filters of the list find, 500 at most"
    )
    lead_post_id: Id | None = Field(description="Nobody: back to the pool of the unit", examples=[7])
    reason: Reason


class Refused(Shown):
    """A customer who was not assigned, and why."""

    customer_id: Id
    code: str = Field(examples=["rule-violation"])
    detail: str = Field(examples=["The file is closed and can only be read."])


class Assigned(Shown):
    """What became of each: refusals do not hold up the others."""

    assigned: list[Id]
    refused: list[Refused]


@router.write("POST", "/customers/assignments", ASSIGN, _("Assign many customers to a portfolio"))
def assign_customers(request: ApiRequest, data: AssignmentsTaken) -> Assigned:
    """Assign customers to one post. Each is an act of its own: refusals are told and do not hold up the others."""
    if not request.actor.may(ASSIGN):
        raise request.actor.refusal(ASSIGN)
    post = post_named(data.lead_post_id) if data.lead_post_id is not None else None
    wanted = [Customer(pk=pk) for pk in dict.fromkeys(data.customer_ids)] or _found(request, data.narrowing)
    done, refused = assign_many(wanted, actor=request.actor, post=post, reason=data.reason)
    return Assigned(
        assigned=[row.pk for row in done],
        refused=[Refused(customer_id=row.pk, code=why.code, detail=str(why.message)) for row, why in refused],
    )


def _found(request: ApiRequest, narrowing: CustomerNarrowing | None) -> list[Customer]:
    if narrowing is None:
        raise RuleViolation(fields={"customer_ids": _t("Name customers, or say how to find them.")})
    reach = Customer.objects.visible_to(request.actor, ASSIGN).order_by("customer_no")
    found = list(narrowed(reach, narrowing.of(request.actor))[: MOST_AT_ONCE + 1])
    if len(found) > MOST_AT_ONCE:
        raise RuleViolation(
            fields={"narrowing": _t("More than %(most)s customers; narrow it.") % {"most": MOST_AT_ONCE}}
        )
    return found


@router.write("POST", "/customers/export", "party.export_customers", once=False, content=TABLE)
def export_list(request: ApiRequest, data: ExportTaken) -> HttpResponse:
    """Customers within reach as a file, for a purpose; masked as on the pages, watermarked, recorded."""
    actor = request.actor
    if not actor.may("party.export_customers"):
        raise actor.refusal("party.export_customers")
    reach = Customer.objects.visible_to(actor, "party.export_customers").order_by("customer_no")
    if data.customer_ids:
        reach = reach.filter(pk__in=data.customer_ids)
    rows = export_customers(actor=actor, rows=narrowed(reach, data.of(actor)), purpose=data.purpose)
    return sent(data.format, as_file(actor, rows), actor)  # type: ignore[return-value]
