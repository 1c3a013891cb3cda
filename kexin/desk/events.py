"""Facts about reports."""

from __future__ import annotations

from dataclasses import dataclass

from kexin.core.events import event


@event
@dataclass(frozen=True, slots=True)
class ReportDelivered:
    """A scheduled report lies in its owner's inbox."""

    subject: str
    report_id: int
    lines: int


@event
@dataclass(frozen=True, slots=True)
class ReportStopped:
    """A scheduled report is not made any more; ``reason`` is a code of :mod:`kexin.desk.reports.delivery`."""

    subject: str
    report_id: int
    reason: str
