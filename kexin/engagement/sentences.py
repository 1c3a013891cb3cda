"""The timeline's sentences for events of this floor and of the floors below."""

from __future__ import annotations

import datetime as dt
import functools
from typing import Any

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from kexin.core.calendar import zone
from kexin.core.listing import listed
from kexin.core.policy import in_force
from kexin.engagement.choices import AppointmentPurpose, AppointmentState, DocumentCategory
from kexin.engagement.messages.choices import MessageChannel
from kexin.engagement.timeline import Payload, leave_out, register_timeline
from kexin.holdings.aum.queries import tier_name
from kexin.holdings.policies import TierPolicy
from kexin.party.choices import (
    ConsentChannel,
    ConsentSource,
    CustomerStatus,
    DocumentType,
    FactKind,
    FactSource,
    RelationshipKind,
)
from kexin.party.duplicates import REASONS

_FIELDS = {
    "document": _("document number"),
    "contact": _("contact"),
    "address": _("address"),
    "attribute": _("attribute"),
    "account": _("account number"),
    "card": _("card number"),
}


def _label(choices: Any, code: Any) -> str:
    """The word for a code; the code itself where the vocabulary has forgotten it."""
    try:
        return str(choices(code).label)
    except ValueError:
        return str(code)


PARTS = {"contacts": _("contact points"), "documents": _("identity documents"), "addresses": _("addresses")}


def _changed(payload: Payload) -> str:
    from kexin.party.models import Customer, Party

    words = []
    for name in payload.get("fields", ()):
        field = next((f for model in (Party, Customer) for f in model._meta.fields if f.name == name), None)
        words.append(str(field.verbose_name) if field else str(PARTS.get(name, name)))
    return listed(words)


def _assigned(payload: Payload) -> str:
    before = payload.get("before_post") or _t("unassigned pool")
    after = payload.get("post") or _t("unassigned pool")
    return f"{before} → {after}"


def _consent(payload: Payload) -> str:
    channel, source = _label(ConsentChannel, payload.get("channel")), _label(ConsentSource, payload.get("source"))
    return f"{channel} · {source}"


def _to_post(payload: Payload) -> str:
    return str(payload.get("post") or "")


def _duplicate(payload: Payload) -> str:
    why = listed(str(REASONS.get(code, code)) for code in payload.get("reasons", ()))
    return f"{payload.get('other', '')} {why}".strip()


def _expiring(payload: Payload) -> str:
    kind = _label(DocumentType, payload.get("document_type"))
    return _t("%(kind)s, valid until %(day)s") % {"kind": kind, "day": payload.get("expires_on", "")}


def _kept_expiring(payload: Payload) -> str:
    kind = _label(DocumentCategory, payload.get("category"))
    return _t("%(kind)s, valid until %(day)s") % {"kind": kind, "day": payload.get("expires_on", "")}


def _category(payload: Payload) -> str:
    return _label(DocumentCategory, payload.get("category"))


def _withdrawn(payload: Payload) -> str:
    return f"{_category(payload)}：{payload.get('reason', '')}"


def _relationship(payload: Payload) -> str:
    return _label(RelationshipKind, payload.get("kind"))


def _document(payload: Payload) -> str:
    return _label(DocumentType, payload.get("document_type"))


def _state(payload: Payload) -> str:
    return _label(CustomerStatus, payload.get("state"))


def _revealed(payload: Payload) -> str:
    return str(_FIELDS.get(payload.get("field") or payload.get("what", ""), payload.get("field", "")))


def _call(payload: Payload) -> str:
    from kexin.engagement.calls.policies import CallPolicy, label_of

    return label_of(in_force(CallPolicy), str(payload.get("result", "")))


def _appointment(payload: Payload) -> str:
    """Purpose, and when (local time) or what became of it."""
    words = [_label(AppointmentPurpose, payload.get("purpose", ""))]
    if payload.get("starts_at"):
        words.append(f"{dt.datetime.fromisoformat(payload['starts_at']).astimezone(zone()):%Y-%m-%d %H:%M}")
    if payload.get("state"):
        words.append(_label(AppointmentState, payload["state"]))
    return " · ".join(word for word in words if word)


def _message(payload: Payload) -> str:
    return _label(MessageChannel, payload.get("channel"))


def _facts(payload: Payload) -> str:
    """The kinds of data, and how somebody knows."""
    words = listed(_label(FactKind, each) for each in payload.get("kinds", ()))
    return f"{words}（{_label(FactSource, payload['source'])}）" if payload.get("source") else words


def _wish(payload: Payload) -> str:
    months = payload.get("months")
    if months is None:
        return _t("as the tier says")
    return ngettext("every month", "every %(n)s months", months) % {"n": months} if months else _t("no visits wished")


def _protected(payload: Payload) -> str:
    return _t("protected") if payload.get("protected") else _t("no longer protected")


def _tier(payload: Payload) -> str:
    rungs = in_force(TierPolicy).rungs()
    return f"{tier_name(rungs, payload.get('before', ''))} → {tier_name(rungs, payload.get('tier', ''))}"


def _purchase(payload: Payload) -> str:
    return f"{payload.get('product', '')} · {payload.get('currency', '')} {payload.get('amount', '')}"


def register() -> None:
    """Everything this floor and the floors below tell (called when the floor starts)."""
    party = register_timeline
    party("party.CustomerCreated", _("File opened"), "user-plus", level="good")
    party("party.CustomerChanged", _("Data changed"), "edit", _changed)
    party("party.CustomerAdmitted", _("Admitted as customer"), "user-check", level="good")
    party("party.CustomerLeft", _("Left the bank"), "user-x", lambda p: str(p.get("reason", "")), "warn")
    party("party.CustomerStateChanged", _("State changed"), "status-change", _state)
    party("party.PortfolioAssigned", _("Lead manager changed"), "user-share", _assigned, "calm")
    party("party.CustomersMerged", _("Files merged"), "git-merge", lambda p: str(p.get("absorbed", "")), "calm")
    party("party.MergeUndone", _("Merge undone"), "git-branch", lambda p: str(p.get("restored", "")), "warn")
    party("party.DuplicateFound", _("Possible duplicate found"), "copy", _duplicate, "warn")
    party("party.DocumentRecorded", _("Identity document recorded"), "id", _document)
    party("party.DocumentExpiring", _("Identity document expiring"), "id-off", _expiring, "warn", group="documents")
    party("party.RelationshipRecorded", _("Relationship recorded"), "link", _relationship)
    party("party.RelationshipEnded", _("Relationship ended"), "unlink", _relationship)
    party("party.PersonalDataRevealed", _("Masked data revealed"), "eye", _revealed, group="access")
    register_timeline(
        "holdings.AccountNumberRevealed", _("Masked data revealed"), "eye", _revealed, group="access",
        operation="holdings.view_accounts",
    )  # fmt: skip
    party("party.FactsConfirmed", _("Data confirmed"), "user-check", _facts, "good")
    party("party.ConsentGiven", _("Agreed to offers"), "checkbox", _consent, "good")
    party("party.ConsentWithdrawn", _("Wants no more offers"), "bell-off", _consent, "warn")
    leave_out("party.RestrictionPlaced")  # who sells may not learn of it
    leave_out("party.RestrictionLifted")
    party("party.FactReviewOpened", _("Data to be reviewed"), "user-search", _facts, "warn")
    party("party.SharesChanged", _("Shares in the customer changed"), "chart-pie", level="calm")
    party("party.PortfolioProtectionChanged", _("Protection from transfer changed"), "shield", _protected, "calm")
    register_timeline(
        "holdings.PurchaseBooked", _("Purchase among the holdings"), "wallet", _purchase, "good",
        operation="holdings.view_accounts",
    )  # fmt: skip
    register_timeline(
        "holdings.PurchaseReversed", _("Purchase taken back out of the holdings"), "wallet-off", _purchase, "warn",
        operation="holdings.view_accounts",
    )  # fmt: skip
    register_timeline(
        "holdings.RedemptionBooked",
        _("Units given back"),
        "cash",
        _purchase,
        "calm",
        operation="holdings.view_accounts",
    )
    tier = functools.partial(register_timeline, operation="holdings.view_tiers")
    tier("holdings.CustomerTierRaised", _("Tier raised"), "stairs-up", _tier, "good")
    tier("holdings.CustomerTierLowered", _("Tier lowered"), "stairs-down", _tier, "warn")
    register_timeline(
        "holdings.ReviewSheetPrinted", _("Review of holdings printed"), "file-text", group="access",
        operation="holdings.view_accounts",
    )  # fmt: skip
    document = functools.partial(register_timeline, operation="engagement.view_documents")
    document("engagement.DocumentAdded", _("Document kept"), "file-plus", _category, group="documents")
    document("engagement.DocumentDownloaded", _("Document downloaded"), "download", _category, group="access")
    document(
        "engagement.DocumentWithdrawn", _("Document withdrawn"), "file-x", _withdrawn, "warn", group="documents"
    )  # fmt: skip
    document(
        "engagement.KeptDocumentExpiring",
        _("Document expiring"),
        "file-time",
        _kept_expiring,
        "warn",
        group="documents",
    )
    note = functools.partial(register_timeline, group="contacts", operation="engagement.view_notes")
    note("engagement.NoteWritten", _("Note"), "note", level="calm")
    note("engagement.NoteChanged", _("Note changed"), "pencil")
    note("engagement.NoteWithdrawn", _("Note withdrawn"), "note-off")
    note("engagement.NoteHanded", _("Handed to a colleague"), "user-share", _to_post, "calm")
    note("engagement.NoteAnswered", _("Answered"), "message-reply", level="good")
    call = functools.partial(register_timeline, group="contacts", operation="engagement.view_calls")
    call("engagement.CallLogged", _("Call"), "phone-call", _call, "calm")
    call("engagement.CallUndone", _("Result of a call taken back"), "phone-off", _call)
    call("engagement.CallDropped", _("Taken from a call list"), "phone-x", lambda p: str(p.get("reason", "")))
    call("engagement.CallStopped", _("Call about a product stopped"), "phone-off")
    for each in ("CallListMade", "CallListClosed"):
        leave_out(f"engagement.{each}")
    out = functools.partial(register_timeline, group="contacts", operation="engagement.view_messages")
    out("engagement.MessageSent", _("Message sent"), "send", _message)
    out("engagement.MessageFailed", _("Message could not be sent"), "mail-off", _message, "warn")
    met = functools.partial(register_timeline, group="contacts", operation="engagement.view_appointments")
    met("engagement.AppointmentMade", _("Appointment made"), "calendar-plus", _appointment, "calm")
    met("engagement.AppointmentMoved", _("Appointment moved"), "calendar-time", _appointment)
    met("engagement.AppointmentClosed", _("Appointment closed"), "calendar-check", _appointment)
    met("engagement.ArrivalMarked", _("Came to the branch"), "door-enter", level="good")
    met("engagement.ReturnWishNoted", _("Wish about return visits"), "calendar-repeat", _wish)
    leave_out("engagement.AppointmentsTransferred")  # the change of the lead manager tells it
    leave_out("engagement.ReminderMade")  # somebody's own memory, no fact about the customer
    for each in (
        "BenchmarkChanged",
        "ProductAdmitted",
        "ProductChanged",
        "ProductDrafted",
        "ProductRedrafted",
        "ProductRerated",
        "ProductResumed",
        "ProductReturned",
        "ProductReviewed",
        "ProductSubmitted",
        "ProductSuspended",
        "ProductWithdrawn",
        "TradingTermsChanged",
    ):
        leave_out(f"products.{each}")  # about a product, nobody's customer: its own page has the record
