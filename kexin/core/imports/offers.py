"""What somebody who prepares an import may choose from: profiles, kinds of record, the first rows of a file."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor
from kexin.core.errors import RuleViolation
from kexin.core.imports.importable import Importable, importables
from kexin.core.imports.preview import masked_target
from kexin.core.imports.profile import profile_names
from kexin.core.imports.uploads import RIGHT, importable_of, is_there, look_into, upload_of
from kexin.core.query import query


@dataclass(frozen=True, slots=True)
class FirstRows:
    """The head of a file and its first rows, personal values masked."""

    columns: list[str]
    rows: list[list[str]]


@query(RIGHT, label=_("Start an import"))
def profiles(actor: Actor) -> list[str]:
    """The names of all profiles, shipped and saved."""
    return list(profile_names())


@query(RIGHT, label=_("Start an import"))
def targets(actor: Actor) -> list[Importable]:
    """The kinds of record that a file can feed, each with its fields."""
    return list(importables().values())


@query(RIGHT, label=_("Start an import"))
def first_rows(actor: Actor, upload_id: int) -> FirstRows:
    """The first rows of a file that is mapped by hand. Raises RuleViolation where a profile knows the file."""
    upload = upload_of(actor, upload_id)
    if upload.profile:
        raise RuleViolation(_("The profile says where the columns go."))
    if not is_there(upload):
        raise RuleViolation(_("The files were deleted; upload them again."))
    seen = look_into(upload)
    columns = list(upload.facts["columns"])
    mapping = upload.mapping.get("columns", {})
    return FirstRows(columns, seen.rows(columns, masked_target(importable_of(upload), mapping)))
