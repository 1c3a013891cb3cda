"""Telephone calls: what a telephone system tells, what staff do with a call, whose telephone is which."""

from __future__ import annotations

from typing import Annotated

from django.utils.translation import gettext_lazy as _
from ninja import Query
from pydantic import Field

from kexin.core.api.endpoints import ApiRequest, Endpoints
from kexin.core.api.lookup import existing
from kexin.core.api.shapes import Id, Instant, Moment, Page, Paging, Shown, Taken, Version, one_of, page_of
from kexin.core.fields import decrypt_rows
from kexin.core.masking import mask_contact
from kexin.service.api.conversations import Code, ConversationShown, shown_conversation
from kexin.service.choices import Reaction
from kexin.service.models import PhoneCall, PhoneExtension
from kexin.service.telephony.choices import CallBack, CallDirection, CallFact
from kexin.service.telephony.extensions import (
    ASSIGNS,
    VIEW_EXTENSIONS,
    assign_extension,
    extensions,
    free_extension,
    unassigned_extensions,
)
from kexin.service.telephony.noting import (
    NOTES,
    OPENS_RECORDINGS,
    identify_phone_caller,
    note_call,
    open_call_recording,
    settle_missed_call,
    show_caller_number,
)
from kexin.service.telephony.queries import CALL_VIEWS, VIEW_CALLS, Caller, calls_now, phone_call, phone_calls
from kexin.service.telephony.taking import TAKES_CALLS, take_in_call

router = Endpoints("telephony", _("Telephone calls"))


class CallsWanted(Paging):
    """Which calls, which part of the list."""

    view: Annotated[str, Field(pattern=f"^({'|'.join(CALL_VIEWS)}|)$", examples=["missed"])] = ""


class PhoneCallShown(Shown):
    """A call; ``post_id`` is whose telephone it was, nobody's where the extension is not known."""

    id: Id
    call_no: str = Field(examples=["L202600000001"])
    direction: str = Field(examples=["in"])
    state: str = Field(examples=["ended"])
    customer_id: Id | None
    number: str = Field(description="Masked", examples=["138****5678"])
    extension: str = Field(examples=["8001"])
    post_id: Id | None
    unit_id: Id | None
    began_at: Moment
    answered_at: Moment | None
    ended_at: Moment | None
    has_recording: bool = Field(examples=[False])
    back: str = Field(description="What came of calling back", examples=[""])
    conversation_id: Id | None = Field(description="The note")
    version: Version


class PhoneCallerShown(Shown):
    """A call with the customers that have its number on file, within reach; ``elsewhere``: units of others."""

    call: PhoneCallShown
    customer_ids: list[Id]
    elsewhere: list[str] = Field(examples=[[]])


class CallFactTaken(Taken):
    """One fact of a call; ``reference`` is the telephone system's own number for the call, the same in all its facts.

    They may come in any order, late and more than once.
    """

    reference: str = Field(min_length=1, max_length=200, examples=["pbx-20261122-000183"])
    fact: one_of(CallFact) = Field(examples=["ringing"])  # type: ignore[valid-type]
    direction: one_of(CallDirection) = "in"  # type: ignore[valid-type]
    number: str = Field(default="", max_length=60, description="Of the other side; empty: withheld",
                        examples=["13800005678"])  # fmt: skip
    extension: str = Field(default="", max_length=20, examples=["8001"])
    at: Instant | None = Field(default=None, description="When it happened; nothing: now", examples=[None])
    recording: str = Field(default="", max_length=500, description="https link, to a server of the policy",
                           examples=[""])  # fmt: skip


class CallNoteTaken(Taken):
    """What a call was about, what was said, what came of it, how the customer took it."""

    purpose: Annotated[Code, Field(examples=["question"])]
    text: str = Field(min_length=1, max_length=4000, examples=["询问存单到期后如何转存"])
    result: str = Field(min_length=1, max_length=1000, examples=["已解答"])
    reaction: Annotated[str, Field(pattern=f"^({'|'.join(Reaction.values)}|)$", examples=["content"])] = ""
    customer_id: Id | None = Field(default=None, examples=[None])
    request_no: str = Field(default="", max_length=20, examples=[""])


class PhoneCallerTaken(Taken):
    """Who called."""

    customer_id: Id


class CallBackTaken(Taken):
    """What came of calling back."""

    outcome: one_of(CallBack) = Field(examples=["reached"])  # type: ignore[valid-type]


class PhoneNumberShown(Shown):
    """A whole number, to dial."""

    value: str = Field(examples=["13800005678"])


class CallRecordingShown(Shown):
    """Where a recording lies."""

    link: str = Field(examples=["https://recordings.bank.example/call/183"])


class PhoneExtensionShown(Shown):
    """An extension in use."""

    id: Id
    extension: str = Field(examples=["8001"])
    post_id: Id
    since: Moment


class PhoneExtensionTaken(Taken):
    """Which extension, at which post."""

    extension: str = Field(min_length=1, max_length=20, examples=["8001"])
    post_id: Id


class UnassignedShown(Shown):
    """An extension that rang in the last seven days and belongs to no post."""

    extension: str = Field(examples=["8099"])
    calls: int = Field(examples=[3])
    last: Moment


def _shown(row: PhoneCall) -> PhoneCallShown:
    counted = ("id", "number", "has_recording")
    plain = {name: getattr(row, name) for name in PhoneCallShown.model_fields if name not in counted}
    number = mask_contact(str(row.number)) if row.number else ""
    return PhoneCallShown(id=row.pk, number=number, has_recording=bool(row.recording), **plain)


def _caller(found: Caller) -> PhoneCallerShown:
    return PhoneCallerShown(
        call=_shown(found.call),
        customer_ids=[each.customer.pk for each in found.candidates],
        elsewhere=found.elsewhere,
    )


def _heads(rows: object) -> None:
    decrypt_rows(PhoneCall, list(rows), ("number", "recording"))  # type: ignore[call-overload]


def _named(request: ApiRequest, permission: str, pk: int) -> PhoneCall:
    return existing(request.actor, permission, PhoneCall.objects.all(), pk)


@router.write("POST", "/phone-calls/facts", TAKES_CALLS, status=201, once=False)
def call_fact_taken(request: ApiRequest, data: CallFactTaken) -> PhoneCallShown:
    """Take in what a telephone system tells of a call; the account needs to reach the whole bank."""
    return _shown(take_in_call(actor=request.actor, **data.model_dump()))


@router.read("/phone-calls", VIEW_CALLS)
def list_phone_calls(request: ApiRequest, wanted: Query[CallsWanted]) -> Page[PhoneCallShown]:
    """Calls within reach, the last first."""
    rows = phone_calls(request.actor, view=wanted.view)
    items, following = page_of(request, rows, wanted, [("began_at", "desc"), ("pk", "desc")], _shown, _heads)
    return Page[PhoneCallShown](items=items, next=following)


@router.read("/phone-calls/now", VIEW_CALLS)
def phone_calls_now(request: ApiRequest) -> list[PhoneCallerShown]:
    """What one's own telephone does now: calls that ring, are had, or have just ended without a note."""
    return [_caller(each) for each in calls_now(request.actor)]


@router.read("/phone-calls/{call_id}", VIEW_CALLS)
def read_phone_call(request: ApiRequest, call_id: Id) -> PhoneCallerShown:
    """One call, and who it may be."""
    return _caller(phone_call(request.actor, call_id))


@router.write("POST", "/phone-calls/{call_id}/customer", "service.identify_phone_caller")
def phone_caller_identified(request: ApiRequest, call_id: Id, data: PhoneCallerTaken) -> PhoneCallShown:
    """Say which customer called."""
    row = _named(request, "service.identify_phone_caller", call_id)
    return _shown(identify_phone_caller(row, actor=request.actor, customer_id=data.customer_id))


@router.write("POST", "/phone-calls/{call_id}/note", NOTES, status=201)
def call_noted(request: ApiRequest, call_id: Id, data: CallNoteTaken) -> ConversationShown:
    """Write the call down: a conversation by telephone on the customer's timeline."""
    row = _named(request, NOTES, call_id)
    return shown_conversation(note_call(row, actor=request.actor, **data.model_dump()))


@router.write("POST", "/phone-calls/{call_id}/returned", "service.settle_missed_call")
def missed_call_settled(request: ApiRequest, call_id: Id, data: CallBackTaken) -> PhoneCallShown:
    """Say what came of calling back."""
    row = _named(request, "service.settle_missed_call", call_id)
    return _shown(settle_missed_call(row, actor=request.actor, outcome=data.outcome))


@router.write("POST", "/phone-calls/{call_id}/number", "service.show_caller_number", once=False)
def caller_number_shown(request: ApiRequest, call_id: Id) -> PhoneNumberShown:
    """The whole number, to call back. POST, because it is recorded."""
    row = _named(request, "service.show_caller_number", call_id)
    return PhoneNumberShown(value=show_caller_number(row, actor=request.actor))


@router.write("POST", "/phone-calls/{call_id}/recording", OPENS_RECORDINGS, once=False)
def call_recording_opened(request: ApiRequest, call_id: Id) -> CallRecordingShown:
    """Where the recording lies. POST, because it is recorded."""
    row = _named(request, OPENS_RECORDINGS, call_id)
    return CallRecordingShown(link=open_call_recording(row, actor=request.actor))


@router.read("/phone-extensions", VIEW_EXTENSIONS)
def list_extensions(request: ApiRequest) -> list[PhoneExtensionShown]:
    """Extensions in use within reach."""
    return [_extension(each) for each in extensions(request.actor)[:2000]]


@router.read("/phone-extensions/unassigned", VIEW_EXTENSIONS)
def list_unassigned_extensions(request: ApiRequest) -> list[UnassignedShown]:
    """Extensions that rang in the last seven days and belong to no post."""
    found = unassigned_extensions(request.actor)
    return [UnassignedShown(extension=each.extension, calls=each.calls, last=each.last) for each in found]


@router.write("POST", "/phone-extensions", ASSIGNS, status=201)
def extension_assigned(request: ApiRequest, data: PhoneExtensionTaken) -> PhoneExtensionShown:
    """Give an extension to a post."""
    return _extension(assign_extension(actor=request.actor, **data.model_dump()))


@router.write("POST", "/phone-extensions/{extension_id}/freeing", "service.free_extension")
def extension_freed(request: ApiRequest, extension_id: Id) -> PhoneExtensionShown:
    """Take an extension back: its calls belong to nobody."""
    row = existing(request.actor, "service.free_extension", PhoneExtension.objects.all(), extension_id)
    return _extension(free_extension(row, actor=request.actor))


def _extension(row: PhoneExtension) -> PhoneExtensionShown:
    return PhoneExtensionShown(id=row.pk, extension=row.extension, post_id=row.post_id, since=row.since)
