"""Documents while keys change: their files' own keys lie under the customers' keys, their digests under ``tokens``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from kexin.core.crypto import Undecipherable
from kexin.core.keystore import KeyForgotten
from kexin.core.rekeying import BlindTable, Passed, Place, register_places
from kexin.engagement import vault
from kexin.engagement.models import Document


@dataclass(frozen=True)
class Files:
    """The heads of files: the file's own key, encrypted by the customer's."""

    name: str = "engagement_document files"

    def rows(self) -> int:
        return Document.objects.count()

    def batch(self, after: int, limit: int) -> Passed:
        rows = list(
            Document.objects.filter(pk__gt=after).order_by("pk").values_list("pk", "stored_as", "key_id")[:limit]
        )
        changed, stuck = 0, []
        for pk, stored_as, key_id in rows:
            try:
                changed += vault.wrap_anew(stored_as, key_id)
            except (Undecipherable, FileNotFoundError):
                stuck.append(pk)
            except KeyForgotten:
                continue
        return Passed(rows[-1][0] if rows else None, changed, stuck)


def _digest(row: Document) -> Mapping[str, Any]:
    try:
        return {"digest": vault.digest_of(row.stored_as, row.key_id)}
    except (KeyForgotten, FileNotFoundError):
        return {}


def register() -> None:
    """Called once, when the floor is ready."""

    def files() -> Iterable[Place]:
        return (Files(),)

    def digests() -> Iterable[Place]:
        return (BlindTable(Document, ("digest",), _digest),)

    register_places("customers", files)
    register_places("tokens", digests)
