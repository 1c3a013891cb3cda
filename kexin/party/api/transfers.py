"""Portfolio transfers: preview, preparing, signing, the hand-over list."""

from __future__ import annotations

from typing import Annotated, Any

from django.utils.translation import gettext_lazy as _
from ninja import Query
from pydantic import Field

from kexin.core.api.endpoints import ApiRequest, Endpoints
from kexin.core.api.lookup import existing
from kexin.core.api.shapes import Amount, Day, Id, Moment, Page, Paging, Shown, Taken, Why, one_of, page_of
from kexin.party.choices import SplitRule, TransferReason, TransferState
from kexin.party.models import CustomerTransfer
from kexin.party.naming import shown_name
from kexin.party.operations import (
    approve_transfer,
    propose_transfer,
    return_transfer,
    sign_transfer,
    withdraw_transfer,
)
from kexin.party.planning import transfer_plan
from kexin.party.transfers import handover_list, transfer_file, transfers
from kexin.people.models import Post

router = Endpoints("transfers", _("Portfolio transfers"))


class TransferWanted(Taken):
    """Of whom, to whom, by which rule. Without ``customer_ids`` the whole portfolio goes."""

    giver_post_id: Id
    receiver_post_ids: Annotated[list[Id], Field(min_length=1, max_length=50, examples=[[8, 9]])]
    rule: one_of(SplitRule) = "even"  # type: ignore[valid-type]
    customer_ids: Annotated[list[Id], Field(min_length=1, max_length=5000)] | None = Field(
        default=None, examples=[[1042, 1043]]
    )


class TransferTaken(TransferWanted):
    """The same, with the reason."""

    reason: one_of(TransferReason)  # type: ignore[valid-type]
    note: str = Field(default="", max_length=200, examples=["林晓雯离职"])


class TransferSignatureTaken(Taken):
    """Agreed or refused; a refusal says why."""

    agree: bool = Field(examples=[True])
    note: str = Field(default="", max_length=200, examples=[""])


class TransferStates(Taken):
    """Which transfers."""

    state: one_of(TransferState) | None = None  # type: ignore[valid-type]


class TransferReceiverShown(Shown):
    """What a receiver gets. ``barred`` says why the post cannot receive, if it cannot."""

    post_id: Id
    receiver: str = Field(examples=["陶然 · 理财经理"])
    customers: int = Field(examples=[120])
    assets: Amount
    work: int = Field(description="Open work items that travel along", examples=[14])
    barred: str = Field(default="", examples=[""])


class TransferStayShown(Shown):
    """A customer who cannot go, and why."""

    customer_id: Id
    why: str = Field(examples=["行长直管客户"])


class TransferPlanShown(Shown):
    """What a transfer would do now; nothing is stored."""

    possible: bool
    receivers: list[TransferReceiverShown]
    customers: int = Field(examples=[240])
    without_room: int = Field(examples=[0])
    stays: list[TransferStayShown]


class TransferSignatureShown(Shown):
    """A signature owed or given; ``on_behalf``: the giving post is held by nobody, the head signed for it."""

    role: str = Field(examples=["receiver"])
    post_id: Id
    signed_by: str = Field(examples=["1002"])
    signed_at: Moment | None
    agreed: bool | None
    on_behalf: bool
    note: str = Field(examples=[""])


class TransferShown(Shown):
    """A transfer in a list."""

    id: Id
    giver_post_id: Id
    unit: str = Field(examples=["城东支行"])
    reason: str = Field(examples=["leaving"])
    rule: str = Field(examples=["even"])
    state: str = Field(examples=["signing"])
    customers: int = Field(examples=[240])
    assets: Amount
    made_by: str = Field(examples=["1004"])
    made_at: Moment
    effective_on: Day | None


class TransferWhole(TransferShown):
    """A transfer with its signatures and receivers."""

    signatures: list[TransferSignatureShown]
    receivers: list[TransferReceiverShown]
    counter_of_id: Id | None


class TransfersMade(Shown):
    """The transfers that were prepared, one per former receiver."""

    ids: list[Id] = Field(examples=[[13]])


class TransferLineShown(Shown):
    """One customer of the hand-over list."""

    customer_id: Id
    customer_no: str = Field(examples=["C00010000001"])
    name: str = Field(examples=["陈秀兰"])
    receiver_post_id: Id
    assets: Amount
    moved: bool
    work: int = Field(examples=[2])


class TransferLines(Shown):
    """The hand-over list, by receiver and number."""

    items: list[TransferLineShown]


def _plain(row: CustomerTransfer) -> dict[str, Any]:
    return {
        "id": row.pk,
        "giver_post_id": row.giver_id,
        "unit": row.unit.shown_name,
        "reason": row.reason,
        "rule": row.rule,
        "state": row.state,
        "customers": row.customers,
        "assets": row.assets,
        "made_by": row.made_by,
        "made_at": row.made_at,
        "effective_on": row.effective_on,
    }


def _whole(request: ApiRequest, pk: int) -> TransferWhole:
    file = transfer_file(request.actor, pk)
    signatures = [
        TransferSignatureShown(
            role=each.role,
            post_id=each.post_id,
            signed_by=each.signed_by,
            signed_at=each.signed_at,
            agreed=each.agreed,
            on_behalf=each.on_behalf,
            note=each.note,
        )
        for each in file.signatures
    ]
    receivers = [
        TransferReceiverShown(
            post_id=each.post_id, receiver=each.label, customers=each.customers, assets=each.assets, work=each.work
        )
        for each in file.receivers
    ]
    return TransferWhole(
        **_plain(file.transfer),
        signatures=signatures,
        receivers=receivers,
        counter_of_id=file.transfer.counter_of_id,
    )


def _named(request: ApiRequest, permission: str, pk: int) -> CustomerTransfer:
    return existing(request.actor, permission, CustomerTransfer.objects.all(), pk)


@router.read("/transfers", "party.view_transfers")
def list_transfers(request: ApiRequest, paging: Query[Paging], wanted: Query[TransferStates]) -> Page[TransferShown]:
    """Transfers within reach, or to be signed by oneself, newest first."""
    items, following = page_of(
        request,
        transfers(request.actor, wanted.state or ""),
        paging,
        [("made_at", "desc"), ("pk", "desc")],
        lambda row: TransferShown(**_plain(row)),
    )
    return Page[TransferShown](items=items, next=following)


@router.write("POST", "/transfer-plans", "party.propose_transfer", _("Preview a portfolio transfer"), once=False)
def preview_transfer(request: ApiRequest, data: TransferWanted) -> TransferPlanShown:
    """Who would go to whom by the rule, and who cannot go and why. Nothing is stored."""
    plan = transfer_plan(request.actor, data.giver_post_id, data.receiver_post_ids, data.rule, data.customer_ids)
    return TransferPlanShown(
        possible=plan.possible,
        receivers=[
            TransferReceiverShown(
                post_id=each.post.pk,
                receiver=each.label,
                customers=each.count,
                assets=each.assets,
                work=each.work,
                barred=str(each.barred),
            )
            for each in plan.receivers
        ],
        customers=len(plan.placed),
        without_room=plan.without_room,
        stays=[TransferStayShown(customer_id=row.pk, why=str(why)) for row, why in plan.stays],
    )


@router.write("POST", "/transfers", "party.propose_transfer", status=201)
def prepare_transfer(request: ApiRequest, data: TransferTaken) -> TransferWhole:
    """Prepare a transfer; giver and receivers sign, then a supervisor who is neither."""
    giver = existing(request.actor, "party.propose_transfer", Post.objects.all(), data.giver_post_id)
    row = propose_transfer(
        giver,
        actor=request.actor,
        receivers=data.receiver_post_ids,
        reason=data.reason,
        rule=data.rule,
        customers=data.customer_ids,
        note=data.note,
    )
    return _whole(request, row.pk)


@router.read("/transfers/{transfer_id}", "party.view_transfers", _("See a portfolio transfer"))
def read_transfer(request: ApiRequest, transfer_id: Id) -> TransferWhole:
    """One transfer: who signed when, and what each receiver gets."""
    return _whole(request, transfer_id)


@router.read("/transfers/{transfer_id}/lines", "party.view_transfers", _("See the hand-over list"))
def list_transfer_lines(request: ApiRequest, transfer_id: Id) -> TransferLines:
    """Every customer of a transfer, by receiver and number."""
    rows = handover_list(request.actor, _named(request, "party.view_transfers", transfer_id))
    return TransferLines(
        items=[
            TransferLineShown(
                customer_id=row.customer_id,
                customer_no=row.customer.customer_no,
                name=shown_name(request.actor, row.customer),
                receiver_post_id=row.receiver_id,
                assets=row.assets,
                moved=row.moved,
                work=row.work,
            )
            for row in rows
        ]
    )


@router.write("POST", "/transfers/{transfer_id}/signature", "party.sign_transfer")
def sign_side(request: ApiRequest, transfer_id: Id, data: TransferSignatureTaken) -> TransferWhole:
    """Sign as giver or receiver, for the post that one holds."""
    row = _named(request, "party.sign_transfer", transfer_id)
    return _whole(request, sign_transfer(row, actor=request.actor, agree=data.agree, note=data.note).pk)


@router.write("POST", "/transfers/{transfer_id}/supervision", "party.approve_transfer")
def supervise_transfer(request: ApiRequest, transfer_id: Id, data: TransferSignatureTaken) -> TransferWhole:
    """The third signature: with it the customers change hands today."""
    row = _named(request, "party.approve_transfer", transfer_id)
    return _whole(request, approve_transfer(row, actor=request.actor, approve=data.agree, note=data.note).pk)


@router.write("POST", "/transfers/{transfer_id}/withdrawal", "party.withdraw_transfer")
def take_transfer_back(request: ApiRequest, transfer_id: Id, data: Why) -> TransferWhole:
    """Take a transfer back while it is being signed."""
    row = _named(request, "party.withdraw_transfer", transfer_id)
    return _whole(request, withdraw_transfer(row, actor=request.actor, reason=data.reason).pk)


@router.write("POST", "/transfers/{transfer_id}/return", "party.return_transfer", status=201)
def prepare_return(request: ApiRequest, transfer_id: Id, data: Why) -> TransfersMade:
    """Prepare the counter-transfers that undo a transfer, within the days that the policy says."""
    row = _named(request, "party.return_transfer", transfer_id)
    made = return_transfer(row, actor=request.actor, reason=data.reason)
    return TransfersMade(ids=[each.pk for each in made])
