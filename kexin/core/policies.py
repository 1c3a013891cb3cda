"""The numbers of the core."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from kexin.core.calendar import parse_intervals
from kexin.core.ladder import parse_ladder
from kexin.core.ladder_preview import ladder_preview
from kexin.core.policy import Policy, policy, setting


@policy("core.audit", _("Audit and its seal"))
class AuditPolicy(Policy):
    """How soon acts are sealed into the chain, and how long one may stay unsealed before verify complains."""

    seal_every_seconds: int = setting(_("Seal every"), unit=_("seconds"), minimum=60, maximum=3600)
    unsealed_at_most_minutes: int = setting(_("Unsealed at most"), unit=_("minutes"), minimum=1, maximum=1440)


@policy("core.backup", _("Backup"))
class BackupPolicy(Policy):
    """When the newest backup counts as too old."""

    warn_after_days: int = setting(_("Warned without a backup after"), unit=_("days"), minimum=1, maximum=365)


@policy("core.calendar", _("Working time"))
class CalendarPolicy(Policy):
    """The institution's working intervals on a working day, local time, ``HH:MM-HH:MM``."""

    intervals: list = setting(_("Working intervals"), check=parse_intervals)  # type: ignore[type-arg]


@policy("core.reveal", _("Revealing personal data"))
class RevealPolicy(Policy):
    """How often one person may reveal masked fields, and how long a revealed field stays on the screen."""

    per_hour: int = setting(_("Reveals per hour and person"), minimum=1, maximum=1000)
    shown_seconds: int = setting(_("Shown for"), unit=_("seconds"), minimum=5, maximum=600)


@policy("core.work", _("Work items"))
class WorkPolicy(Policy):
    """When the owner of a work item is reminded, when late work climbs and to whom: see :mod:`kexin.core.ladder`."""

    ladder: list = setting(  # type: ignore[type-arg]
        _("Reminders and escalation"), check=parse_ladder, explain=ladder_preview
    )
    approval_within_working_days: int = setting(_("Approvals within"), unit=_("working days"), minimum=1, maximum=60)

    @classmethod
    def from_older(cls, values: Mapping[str, Any]) -> Mapping[str, Any]:
        """Before the ladder: one reminder after a part of the time, then so many levels of so many hours each."""
        if "ladder" in values or "remind_at_fraction" not in values:
            return values
        percent = Decimal(str(values["remind_at_fraction"])) * 100
        steps = [{"at": f"{percent.normalize():f}%", "to": ["owner"]}] if 0 < percent < 100 else []
        for level in range(int(values["escalation_levels"])):
            hours = int(values["escalate_after_hours"]) * (level + 1)
            steps.append({"at": f"+{hours} hours" if hours else "due", "to": ["unit_head"]})
            if not hours:
                break
        return {**values, "ladder": steps}


@policy("core.imports", _("Imports and uploads"))
class ImportPolicy(Policy):
    """Limits that protect the machine from hostile or mistaken files, and how long a file waits to be loaded."""

    largest_upload_mb: int = setting(_("Largest upload"), unit="MB", minimum=1, maximum=20480)
    largest_unpacked_mb: int = setting(_("Largest after unpacking"), unit="MB", minimum=1, maximum=102400)
    rejected_review_working_days: int = setting(
        _("Rejected rows looked at within"), unit=_("working days"), minimum=1, maximum=60
    )
    keep_upload_days: int = setting(_("Uploaded files kept at most"), unit=_("days"), minimum=1, maximum=90)


@policy("core.session", _("Sign-in and sessions"))
class SessionPolicy(Policy):
    """When a session ends by itself, and whether customer data need a second factor."""

    idle_minutes: int = setting(_("Signed out after idle"), unit=_("minutes"), minimum=1, maximum=720)
    mfa_for_customers: bool = setting(_("Second factor before customer data"))


@policy("core.export", _("Exports"))
class ExportPolicy(Policy):
    """How much may leave in one file."""

    most_rows: int = setting(_("Rows per export at most"), minimum=1, maximum=1_000_000)


@policy("core.api", _("Programming interface"))
class ApiPolicy(Policy):
    """How often somebody may ask, how long a repeated write is recognised, how long a token lives at most."""

    requests_per_minute: int = setting(_("Requests per minute and actor"), minimum=1, maximum=1_000_000)
    refused_per_minute: int = setting(_("Refused sign-ins per minute and address"), minimum=1, maximum=100_000)
    idempotency_hours: int = setting(_("A repeated write is recognised for"), unit=_("hours"), minimum=1, maximum=720)
    token_days: int = setting(_("Longest life of a token"), unit=_("days"), minimum=1, maximum=1826)
