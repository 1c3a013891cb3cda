"""Writing doors of the portal."""

from kexin.portal.operations.documents import download_own_document
from kexin.portal.operations.entering import Entered, end_session, enter_code, open_from_app, open_link, send_code
from kexin.portal.operations.inviting import Invitation, invite_customer, revoke_link

__all__ = [
    "Entered",
    "Invitation",
    "download_own_document",
    "end_session",
    "enter_code",
    "invite_customer",
    "open_from_app",
    "open_link",
    "revoke_link",
    "send_code",
]
