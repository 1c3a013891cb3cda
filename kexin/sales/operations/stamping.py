"""Time stamps that an authority outside could not give at once are asked for again."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext_lazy as _

from kexin.core import frame
from kexin.core.actor import Actor
from kexin.core.errors import NotPermitted
from kexin.core.operation import operation
from kexin.sales.models import Signature
from kexin.sales.signatures.signing import stamp

AT_ONCE: Final = 20  # an authority that answers after ten seconds must not hold the clock for ever


@operation("sales.stamp_signatures", label=_("Stamp the time of signatures"))
def stamp_signatures(*, actor: Actor) -> int:
    """Stamp signatures that have no time stamp yet, oldest first; how many. Stops at the first that gets none."""
    if not actor.everything:
        raise NotPermitted
    done = 0
    for signature in Signature.objects.filter(stamp=None).order_by("pk")[:AT_ONCE]:
        if stamp(signature) is None:
            break
        done += 1
    act = frame.current.get()
    assert act is not None
    act.notes["stamped"] = done
    return done
