"""What the product knows of its backups: each run is an entry of the audit, and the newest is found there."""

from __future__ import annotations

import datetime as dt

from django.utils.translation import gettext_lazy as _

from kexin.core import frame
from kexin.core.actor import Actor
from kexin.core.choices import Outcome
from kexin.core.errors import NotPermitted
from kexin.core.models import AuditEntry
from kexin.core.operation import operation

OPERATION = "core.record_backup"
ACTS = ("made", "failed", "verified", "damaged", "restored")


@operation(OPERATION, label=_("Record a backup"), plain=("act", "name", "why"))
def record_backup(
    *,
    actor: Actor,
    act: str,
    name: str,
    seconds: float,
    size: int = 0,
    customers: int = 0,
    entries: int = 0,
    why: str = "",
) -> None:
    """Write into the audit what was done with a backup and how it ended. Only the system records."""
    if not actor.everything:
        raise NotPermitted
    if act not in ACTS:
        raise ValueError(act)
    here = frame.current.get()
    assert here is not None
    here.notes["backup"] = {"act": act, "size": size, "customers": customers, "entries": entries}


def last_backup() -> dt.datetime | None:
    """When the newest backup was made, by the audit."""
    found = AuditEntry.objects.filter(operation=OPERATION, outcome=Outcome.DONE, arguments__act="made").order_by("-at")
    return found.values_list("at", flat=True).first()
