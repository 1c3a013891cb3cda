"""The customer takes a document of the own file along."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor
from kexin.core.errors import NotFound
from kexin.core.operation import operation
from kexin.core.policy import in_force
from kexin.engagement.models import Document
from kexin.engagement.operations import download_document
from kexin.portal.policies import RoomsPolicy


@operation("portal.download_own_document", label=_("Download a document of one's own file"))
def download_own_document(document_id: int, *, actor: Actor) -> tuple[Document, Iterator[bytes]]:
    """The document and its content; NotFound for other kinds than the policy shows to customers."""
    shown = in_force(RoomsPolicy).documents
    rows = Document.objects.visible_to(actor, "portal.download_own_document")
    if not rows.filter(pk=document_id, category__in=shown, withdrawn_at=None).exists():
        raise NotFound
    return download_document(document_id, actor=actor)
