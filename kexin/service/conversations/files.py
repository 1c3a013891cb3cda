"""Files of conversations: looked at, put into the vault under the conversation's key, handed out one by one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from kexin.core import vault
from kexin.core.actor import Actor
from kexin.core.errors import RuleViolation
from kexin.core.fields import decrypt_rows
from kexin.core.media import HEAD_BYTES, ending_fits, media_type, safe_name
from kexin.core.operation import operation
from kexin.core.policy import in_force
from kexin.core.vaultkeys import register_files
from kexin.engagement.messages.adapters import Enclosure
from kexin.engagement.messages.sending import register_enclosures
from kexin.engagement.models import OutboundMessage
from kexin.engagement.policies import DocumentPolicy
from kexin.service.conversations.choices import HeldBack
from kexin.service.conversations.rules import MACROS_INSIDE, held_back
from kexin.service.models import ConversationFile, ConversationMessage


@dataclass(frozen=True, slots=True)
class Looked:
    """A file that lies in the vault, or was too large to; ``why`` it is held back, if it is."""

    stored: vault.StoredFile
    why: HeldBack | None


def keep(key_id: UUID, file_name: str, content: bytes) -> Looked:
    """Put a file that came with a mail into the vault; too large, nothing is kept but its name and size."""
    rules, name = in_force(DocumentPolicy), safe_name(file_name)
    media = media_type(content[:HEAD_BYTES])
    if len(content) > rules.largest_mb * 1_000_000:
        return Looked(vault.StoredFile("", key_id, len(content), "", media, name), HeldBack.LARGE)
    why = held_back(name, content[:HEAD_BYTES], media, rules.media_types, fits=ending_fits(name, media))
    if why is None and MACROS_INSIDE in content:
        why = HeldBack.MACROS
    writer = vault.Writer(key_id)
    try:
        writer.write(content)
        return Looked(writer.finish(media_type=media, file_name=name), why)
    except BaseException:
        writer.discard()
        raise


def has_macros(stored: vault.StoredFile) -> bool:
    """Does an uploaded Office file carry macros? It is read once from the vault, piece by piece."""
    tail = b""
    for piece in vault.read(stored.stored_as, stored.key_id):
        if MACROS_INSIDE in tail + piece:
            return True
        tail = piece[-len(MACROS_INSIDE) :]
    return False


def attach(message: ConversationMessage, looked: Looked) -> ConversationFile:
    """The row of a file that lies in the vault."""
    stored = looked.stored
    return ConversationFile.objects.create(
        message=message,
        customer_id=message.customer_id,
        key_id=stored.key_id,
        file_name=stored.file_name,
        media_type=stored.media_type,
        size=stored.size,
        digest=stored.digest,
        stored_as=stored.stored_as,
        held_back=looked.why or "",
    )


def refuse_unfit(stored: vault.StoredFile, key_id: UUID) -> None:
    """A file that somebody uploads must be whole and without macros. Raises RuleViolation at ``file``."""
    if stored.key_id != key_id:
        raise RuleViolation(_("The file was stored for somebody else."))
    if stored.media_type.startswith("application/vnd.openxml") and has_macros(stored):
        raise RuleViolation(fields={"file": _("Files with macros are not taken. Save it without them, or as PDF.")})


def enclosed(message: OutboundMessage) -> tuple[Enclosure, ...]:
    """The files of an answer that leaves by mail. LookupError where one is no longer kept."""
    rows = ConversationFile.objects.filter(message__outbound=message, held_back="").exclude(stored_as="")
    found = []
    for each in decrypt_rows(ConversationFile, list(rows.order_by("pk")), ("file_name",)):
        try:
            content = b"".join(vault.read(each.stored_as, each.key_id))
        except FileNotFoundError as missing:
            raise LookupError("file") from missing
        found.append(Enclosure(str(each.file_name or "") or f"file-{each.pk}", each.media_type, content))
    return tuple(found)


Handed = tuple[ConversationFile, Iterator[bytes]]


@operation("service.download_conversation_file", label=_("Download a file of a conversation"))
def download_conversation_file(file: ConversationFile | int, *, actor: Actor) -> Handed:
    """The file and its content in pieces; audited. What is held back is handed to nobody."""
    return _handed(ConversationFile.objects.lock(file, actor))


@operation("service.download_own_conversation_file", label=_("Download a file of one's own conversation"))
def download_own_conversation_file(*, actor: Actor, file_id: int) -> Handed:
    """The same for the customer, of what stands in the customer's own conversations."""
    return _handed(ConversationFile.objects.fetch(file_id, actor))


def _handed(row: ConversationFile) -> Handed:
    if row.held_back or not row.stored_as:
        raise RuleViolation(_("This file is held back and handed to nobody."))
    try:
        return row, vault.read(row.stored_as, row.key_id)
    except (LookupError, FileNotFoundError) as missing:
        raise RuleViolation(_("The content of this file is no longer kept.")) from missing


def register() -> None:
    """Called once, when the floor is ready."""
    register_files(ConversationFile)
    register_enclosures("service.answer", enclosed)
