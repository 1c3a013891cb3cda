"""Writing doors of engagement."""

from kexin.engagement.operations.appointments import (
    change_appointment,
    close_appointment,
    make_appointment,
    mark_arrival,
    move_appointment,
)
from kexin.engagement.operations.documents import add_document, download_document, withdraw_document
from kexin.engagement.operations.expiry import flag_expiring_documents, sweep_files
from kexin.engagement.operations.feeds import renew_feed, revoke_feed
from kexin.engagement.operations.handing import answer_note, hand_note
from kexin.engagement.operations.notes import change_note, pin_note, withdraw_note, write_note
from kexin.engagement.operations.reminders import add_reminder, ask_for_outcomes

__all__ = [
    "add_document",
    "add_reminder",
    "answer_note",
    "ask_for_outcomes",
    "change_appointment",
    "change_note",
    "close_appointment",
    "download_document",
    "flag_expiring_documents",
    "hand_note",
    "make_appointment",
    "mark_arrival",
    "move_appointment",
    "pin_note",
    "renew_feed",
    "revoke_feed",
    "sweep_files",
    "withdraw_document",
    "withdraw_note",
    "write_note",
]
