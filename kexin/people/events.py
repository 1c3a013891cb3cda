"""Facts about the staff that floors above act on."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from kexin.core.events import event


@event
@dataclass(frozen=True, slots=True)
class AppointmentEnded:
    """Somebody holds a post until ``ends_on`` and no longer: what the post looks after needs somebody else."""

    subject: str
    post_id: int
    ends_on: dt.date
