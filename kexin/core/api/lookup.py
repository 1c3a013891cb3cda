"""Records named in an address or a body, for doors that take the record itself."""

from __future__ import annotations

from typing import Any, TypeVar

from django.db.models import Model, QuerySet

from kexin.core.actor import Actor
from kexin.core.api.problems import InvalidRequest
from kexin.core.errors import NotFound, type_text

M = TypeVar("M", bound=Model)


def existing(actor: Actor, permission: str, rows: QuerySet[M], pk: int) -> M:
    """The record with this key; the door checks its reach. Without the right nobody learns that it is missing."""
    found = rows.filter(pk=pk).first()
    if found is None:
        raise NotFound() if actor.may(permission) else actor.refusal(permission)
    return found


def named(rows: QuerySet[M], pk: int | None, field: str, words: type_text) -> Any:
    """The record that a field of the body names, or None for none. Raises InvalidRequest."""
    if pk is None:
        return None
    found = rows.filter(pk=pk).first()
    if found is None:
        raise InvalidRequest(fields={field: words})
    return found
