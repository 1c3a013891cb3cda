"""Reading the archive: what is new since last time, one message after another, each taken in exactly once."""

from __future__ import annotations

from django.utils import timezone

from kexin.core.actor import Actor, system
from kexin.core.errors import KexinError
from kexin.service.models import Mailbox
from kexin.service.wecom.sidecar import ArchiveAway, Sidecar
from kexin.service.wecom.taking import take_in_wecom

CLOCK = "clock.wecom"
AT_ONCE, MOST = 200, 5_000  # of one question; of one round, the next begins a minute later


def fetch_archive(url: str, token: str, *, actor: Actor | None = None) -> int:
    """Take in what is new; how many messages were kept. Raises ArchiveAway, ValueError for an address that is none.

    A message that nobody may answer at the moment stops the round: it is tried again with the next.
    """
    sidecar, who = Sidecar(url, token), actor or system(CLOCK)
    box, _made = Mailbox.objects.get_or_create(name=sidecar.name)
    taken, seen, problem = 0, 0, ""
    try:
        while seen < MOST:
            batch = sidecar.messages(box.last_uid, AT_ONCE)
            for each in batch:
                taken += take_in_wecom(each, actor=who, box_id=box.pk) is not None
                box.last_uid = each.seq
            seen += len(batch)
            if len(batch) < AT_ONCE:
                break
    except ArchiveAway as away:
        problem = str(away)[:80]
        raise
    except KexinError as refusal:
        problem = refusal.code[:80]
        raise
    finally:
        Mailbox.objects.filter(pk=box.pk).update(checked_at=timezone.now(), problem=problem)
    return taken
