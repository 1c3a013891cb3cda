"""Sales: opening on a matching opinion, the gates staff pass, cancelling."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any

from django.utils.translation import gettext_lazy as _
from ninja import Query
from pydantic import Field

from kexin.core.api.endpoints import ApiRequest, Endpoints
from kexin.core.api.lookup import existing
from kexin.core.api.shapes import Amount, Day, Id, Moment, Page, Paging, Shown, Taken, Version, Why, one_of, page_of
from kexin.core.errors import NotFound
from kexin.party.models import Customer
from kexin.products.models import Product
from kexin.sales.choices import Gate, SaleChannel, SaleState, TellingMode
from kexin.sales.instructing.choices import DividendWay, InstructionKind
from kexin.sales.instructing.giving import choose_dividends, redeem_units
from kexin.sales.matching import conditions_of
from kexin.sales.models import Instruction, Sale
from kexin.sales.operations.approving import approve_sale, approve_senior_sale
from kexin.sales.operations.confirming import tell_opinion
from kexin.sales.operations.opening import cancel_sale, change_sale, open_sale
from kexin.sales.operations.ordering import hand_over_sale
from kexin.sales.queries import VIEW, VIEW_SENIOR, SaleFile, SaleFilter, as_senior, sale_file, sales, senior_sale_file
from kexin.sales.quota.queries import quota_of
from kexin.sales.why import why_ended
from kexin.sales.withdrawing.taking_back import withdraw_sale

router = Endpoints("sales", _("Sales"))
Asked = Annotated[Decimal, Field(max_digits=20, decimal_places=2, gt=0, examples=["50000.00"])]


class SaleTaken(Taken):
    """What is to be sold to whom, on which matching opinion."""

    customer_id: Id
    product_id: Id
    amount: Asked
    channel: one_of(SaleChannel)  # type: ignore[valid-type]
    staff_took_part: bool = Field(examples=[True], description="Decides on the premises whether the sale is recorded")
    decision_no: Id


class SaleChangeTaken(Taken):
    """Another amount, on a matching opinion about it."""

    amount: Asked
    decision_no: Id
    version: Version


class TellingTaken(Taken):
    """How the customer was told the matching opinion; on paper, which document of the customer is the signed copy."""

    mode: one_of(TellingMode)  # type: ignore[valid-type]
    document_id: Id | None = None


class SaleApprovalTaken(Taken):
    """Approved, or refused with a reason."""

    approve: bool = Field(examples=[True])
    note: str = Field(default="", max_length=200, examples=[""])


class SalesWanted(Taken):
    """Which sales."""

    state: one_of(SaleState) | None = None  # type: ignore[valid-type]
    customer_id: Id | None = None
    product_id: Id | None = None
    opened_from: Day | None = None
    opened_until: Day | None = None


class SaleShown(Shown):
    """A sale in a list."""

    id: Id
    sale_no: str = Field(examples=["S202600000001"])
    customer_id: Id
    product_id: Id
    product: str = Field(examples=["稳盈九十天"])
    amount: Amount
    currency: str = Field(examples=["CNY"])
    channel: str = Field(examples=["premises"])
    staff_took_part: bool
    state: str = Field(examples=["open"])
    seller: str = Field(examples=["1001"])
    unit: str = Field(examples=["城东支行"])
    opened_at: Moment
    round: int = Field(examples=[1])
    lapses_on: Day
    version: Version


class GateShown(Shown):
    """A gate the sale needs; ``at`` is empty until it is passed."""

    gate: str = Field(examples=["disclosed"])
    at: Moment | None
    party: str = Field(examples=["customer"])
    evidence: dict[str, Any] = Field(examples=[{"seconds": 64}])


class SaleStageShown(Shown):
    """A stage of the process by which the sale goes."""

    name: str = Field(examples=["客户拜访"])
    done: bool
    gates: list[str] = Field(examples=[["assessed", "told"]])
    records: list[str] = Field(examples=[["visit"]], description="Records of this stage that are there")


class SaleConditionShown(Shown):
    """A condition on which the matching opinion allows the sale, and the rule behind it."""

    words: str = Field(examples=["须由高级管理层决定。"])
    basis: str = Field(examples=["《金融机构产品适当性管理办法》"])


class SaleWhole(SaleShown):
    """A sale with its gates in order; ``blocked_by`` is the next one."""

    decision_no: Id | None
    conditions: list[SaleConditionShown]
    cooling_until: Moment | None
    reason: str = Field(examples=[""])
    process: str = Field(examples=["客户经营六阶段流程"])
    stages: list[SaleStageShown]
    gates: list[GateShown]
    blocked_by: str = Field(examples=["signed"])


class WithdrawalTaken(Taken):
    """Where the customer's signed wish lies, and the reason if there is one."""

    evidence: str = Field(min_length=1, max_length=120, examples=["柜面撤销申请书 2026-0312"])
    reason: str = Field(default="", max_length=200, examples=[""])


class RedemptionTaken(Taken):
    """How many units are given back, and where the customer's signed wish lies."""

    units: Amount
    evidence: str = Field(min_length=1, max_length=120, examples=["赎回申请书 2026-0312"])


class DividendsTaken(Taken):
    """How dividends are paid from now on, and where the customer's signed wish lies."""

    way: one_of(DividendWay)  # type: ignore[valid-type]
    evidence: str = Field(min_length=1, max_length=120, examples=["分红方式变更申请书 2026-0312"])


class InstructionShown(Shown):
    """An instruction on its way to the core system, or ended by its answer."""

    id: Id
    sale_id: Id
    order_no: str = Field(examples=["S2026-1-1-R1"])
    kind: one_of(InstructionKind)  # type: ignore[valid-type]
    units: Decimal | None = Field(examples=["5000.00"])
    way: str = Field(examples=[""])
    outcome: str = Field(examples=["done"])


class QuotaShown(Shown):
    """The quota of a product: what is placed at cost, kept aside for sales under way, left. Empty: no such limit."""

    currency: str = Field(examples=["CNY"])
    quota: Amount | None
    placed: Amount
    reserved: Amount
    left: Amount | None
    per_customer: Amount | None


def _plain(row: Sale) -> dict[str, Any]:
    return {
        "id": row.pk,
        "sale_no": row.sale_no,
        "customer_id": row.customer_id,
        "product_id": row.product_id,
        "product": row.product.name,
        "amount": row.amount,
        "currency": row.currency,
        "channel": row.channel,
        "staff_took_part": row.staff_took_part,
        "state": row.state,
        "seller": row.seller.staff_no,
        "unit": row.unit.shown_name,
        "opened_at": row.opened_at,
        "round": row.round,
        "lapses_on": row.lapses_on,
        "version": row.version,
    }


def _whole(request: ApiRequest, pk: int) -> SaleWhole:
    read = senior_sale_file if as_senior(request.actor) else sale_file
    return _shown(read(request.actor, pk))


def _shown(file: SaleFile) -> SaleWhole:
    gates = [
        GateShown(
            gate=Gate(gate).name.lower(),
            at=done.at if done else None,
            party=done.party if done else "",
            evidence=done.evidence if done else {},
        )
        for line in file.stages
        for gate, done in line.gates
    ]
    return SaleWhole(
        **_plain(file.sale),
        decision_no=file.sale.decision_no,
        conditions=[
            SaleConditionShown(words=each.words, basis=each.basis) for each in conditions_of(file.sale.decision_no or 0)
        ],
        cooling_until=file.sale.cooling_until,
        reason=why_ended(file.sale),
        process=file.process,
        stages=[
            SaleStageShown(
                name=line.label,
                done=line.done,
                gates=[gate.name.lower() for gate, _row in line.gates],
                records=[each.kind.value for each in line.records if each.pk is not None],
            )
            for line in file.stages
        ],
        gates=gates,
        blocked_by=file.blocked_by.name.lower() if file.blocked_by else "",
    )


def _named(request: ApiRequest, permission: str, pk: int) -> Sale:
    return existing(request.actor, permission, Sale.objects.all(), pk)


@router.read("/sales", VIEW)
def list_sales(request: ApiRequest, paging: Query[Paging], wanted: Query[SalesWanted]) -> Page[SaleShown]:
    """Sales within reach, newest first."""
    rows = sales(
        request.actor,
        SaleFilter(
            state=wanted.state or "",
            product=wanted.product_id,
            customer=wanted.customer_id,
            opened_from=wanted.opened_from,
            opened_until=wanted.opened_until,
        ),
    )
    items, following = page_of(
        request, rows, paging, [("opened_at", "desc"), ("pk", "desc")], lambda row: SaleShown(**_plain(row))
    )
    return Page[SaleShown](items=items, next=following)


@router.write("POST", "/sales", "sales.open_sale", status=201)
def begin_sale(request: ApiRequest, data: SaleTaken) -> SaleWhole:
    """Open a sale on a matching opinion that allows it; the first gate is passed with it."""
    customer = existing(request.actor, "sales.open_sale", Customer.objects.all(), data.customer_id)
    product = Product.objects.filter(pk=data.product_id).first()
    row = open_sale(
        customer,
        product if product is not None else data.product_id,
        actor=request.actor,
        amount=data.amount,
        channel=data.channel,
        staff_took_part=data.staff_took_part,
        decision_no=data.decision_no,
    )
    return _whole(request, row.pk)


@router.read("/sales/{sale_id}", VIEW, _("See a sale"))
def read_sale(request: ApiRequest, sale_id: Id) -> SaleWhole:
    """One sale: its gates with their evidence, and what blocks it."""
    return _shown(sale_file(request.actor, sale_id))


@router.read("/senior-sales/{sale_id}", VIEW_SENIOR, _("See a sale that takes a senior"))
def read_senior_sale(request: ApiRequest, sale_id: Id) -> SaleWhole:
    """The same for senior management: only a sale that waits for a senior's decision, or had it, is found."""
    return _shown(senior_sale_file(request.actor, sale_id))


@router.write("POST", "/sales/{sale_id}/amount", "sales.change_sale")
def another_amount(request: ApiRequest, sale_id: Id, data: SaleChangeTaken) -> SaleWhole:
    """Another amount: a new round begins, and the customer confirms everything anew."""
    row = _named(request, "sales.change_sale", sale_id)
    changed = change_sale(
        row, actor=request.actor, amount=data.amount, decision_no=data.decision_no, version=data.version
    )
    return _whole(request, changed.pk)


@router.write("POST", "/sales/{sale_id}/opinion", "sales.tell_opinion")
def opinion_told(request: ApiRequest, sale_id: Id, data: TellingTaken) -> SaleWhole:
    """The customer was told the matching opinion."""
    row = _named(request, "sales.tell_opinion", sale_id)
    return _whole(request, tell_opinion(row, actor=request.actor, mode=data.mode, document_id=data.document_id).pk)


@router.write("POST", "/sales/{sale_id}/approval", "sales.approve_sale")
def decide_on_sale(request: ApiRequest, sale_id: Id, data: SaleApprovalTaken) -> SaleWhole:
    """Approve a sale of somebody else, or refuse it."""
    row = _named(request, "sales.approve_sale", sale_id)
    return _whole(request, approve_sale(row, actor=request.actor, approve=data.approve, note=data.note).pk)


@router.write("POST", "/sales/{sale_id}/senior-approval", "sales.approve_senior_sale")
def senior_decides_on_sale(request: ApiRequest, sale_id: Id, data: SaleApprovalTaken) -> SaleWhole:
    """Approve a sale that takes a senior because of the enterprise's size, or refuse it."""
    row = _named(request, "sales.approve_senior_sale", sale_id)
    return _whole(request, approve_senior_sale(row, actor=request.actor, approve=data.approve, note=data.note).pk)


@router.write("POST", "/sales/{sale_id}/order", "sales.hand_over_sale")
def order_of_sale(request: ApiRequest, sale_id: Id) -> SaleWhole:
    """Match once more and hand the order to the core system; a refusal ends the sale and says why."""
    row = _named(request, "sales.hand_over_sale", sale_id)
    return _whole(request, hand_over_sale(row, actor=request.actor).pk)


@router.write("POST", "/sales/{sale_id}/cancellation", "sales.cancel_sale")
def call_sale_off(request: ApiRequest, sale_id: Id, data: Why) -> SaleWhole:
    """End a sale before the order has gone."""
    row = _named(request, "sales.cancel_sale", sale_id)
    return _whole(request, cancel_sale(row, actor=request.actor, reason=data.reason).pk)


@router.write("POST", "/sales/{sale_id}/withdrawal", "sales.withdraw_sale")
def take_back(request: ApiRequest, sale_id: Id, data: WithdrawalTaken) -> SaleWhole:
    """Take a purchase back on the customer's signed wish, in the cooling-off or before its cut-off."""
    row = _named(request, "sales.withdraw_sale", sale_id)
    withdraw_sale(row, actor=request.actor, reason=data.reason, evidence=data.evidence)
    return _whole(request, row.pk)


@router.write("POST", "/sales/{sale_id}/redemption", "sales.redeem_units", status=201)
def redeem_purchase(request: ApiRequest, sale_id: Id, data: RedemptionTaken) -> InstructionShown:
    """Give units of an executed purchase back on the customer's signed wish; the core system's answer ends it."""
    row = _named(request, "sales.redeem_units", sale_id)
    return _instruction(redeem_units(row, actor=request.actor, units=data.units, evidence=data.evidence))


@router.write("POST", "/sales/{sale_id}/dividends", "sales.choose_dividends", status=201)
def choose_dividends_of_purchase(request: ApiRequest, sale_id: Id, data: DividendsTaken) -> InstructionShown:
    """Have dividends of an executed purchase paid in cash or reinvested, on the customer's signed wish."""
    row = _named(request, "sales.choose_dividends", sale_id)
    return _instruction(choose_dividends(row, actor=request.actor, way=data.way, evidence=data.evidence))


def _instruction(row: Instruction) -> InstructionShown:
    facts: dict[str, Any] = {name: getattr(row, name) for name in ("sale_id", "kind", "units", "way", "outcome")}
    return InstructionShown(id=row.pk, order_no=row.order.order_no, **facts)


@router.read("/products/{product_id}/quota", VIEW, _("See the quota of a product"))
def read_quota(request: ApiRequest, product_id: Id) -> QuotaShown:
    """What is left of a product for sale. Not found where its terms state no quota."""
    found = quota_of(request.actor, product_id)
    if found is None:
        raise NotFound
    use = found.use
    return QuotaShown(
        currency=found.product.currency,
        quota=use.quota,
        placed=use.placed,
        reserved=use.reserved,
        left=use.left,
        per_customer=found.per_customer,
    )
