"""Facts of conduct. What a colleague reports is told as the inspection item it becomes."""

from __future__ import annotations

from dataclasses import dataclass

from kexin.core.events import event


@event
@dataclass(frozen=True, slots=True)
class ConductRulesAcknowledged:
    """Somebody has read a version of the rules of conduct and said so; ``subject`` is the staff number."""

    subject: str
    employee_id: int
    policy_id: int
