"""Writing doors of engagement."""

from kexin.engagement.operations.documents import add_document, download_document, withdraw_document
from kexin.engagement.operations.expiry import flag_expiring_documents, sweep_files
from kexin.engagement.operations.notes import change_note, pin_note, withdraw_note, write_note

__all__ = [
    "add_document",
    "change_note",
    "download_document",
    "flag_expiring_documents",
    "pin_note",
    "sweep_files",
    "withdraw_document",
    "withdraw_note",
    "write_note",
]
