"""Files of the vault while keys change: each file's own key lies under a key of the key store and is wrapped anew."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.db.models import QuerySet

from kexin.core import vault
from kexin.core.crypto import Undecipherable
from kexin.core.keystore import KeyForgotten
from kexin.core.rekeying import Passed, Place, register_places


@dataclass(frozen=True)
class FileHeads:
    """The heads of a table's files. ``kept`` gives the rows that have one, ``key`` the path to the key's id."""

    name: str
    kept: Callable[[], QuerySet[Any]]
    key: str = "key_id"

    def rows(self) -> int:
        return self.kept().count()

    def batch(self, after: int, limit: int) -> Passed:
        found = self.kept().filter(pk__gt=after).order_by("pk")
        rows = list(found.values_list("pk", "stored_as", self.key)[:limit])
        changed, stuck = 0, []
        for pk, stored_as, key_id in rows:
            try:
                changed += vault.wrap_anew(stored_as, key_id)
            except (Undecipherable, FileNotFoundError):
                stuck.append(pk)
            except KeyForgotten:
                continue
        return Passed(rows[-1][0] if rows else None, changed, stuck)


def register_files(model: type[models.Model], *, keeper: bool = True, key: str = "key_id", **where: Any) -> None:
    """A floor's table of files (in ``apps.ready``): none is swept as unknown, all stay readable when keys change.

    ``where`` narrows the table to rows that still have a file. Who answers for its names itself is no ``keeper``.
    """

    def kept() -> QuerySet[Any]:
        return model._base_manager.filter(**where).exclude(stored_as="").order_by()

    def known(names: list[str]) -> set[str]:
        return set(kept().filter(stored_as__in=names).values_list("stored_as", flat=True))

    def heads() -> tuple[Place, ...]:
        return (FileHeads(f"{model._meta.db_table} files", kept, key),)

    if keeper:
        vault.register_keeper(known)
    register_places("customers", heads)
