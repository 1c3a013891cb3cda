"""Facts about known problems."""

from __future__ import annotations

from dataclasses import dataclass

from kexin.core.events import event


@event
@dataclass(frozen=True, slots=True)
class ProblemRecorded:
    """A problem that comes back has an owner and a date."""

    problem_id: int
    problem_no: str


@event
@dataclass(frozen=True, slots=True)
class ProblemFixed:
    """What causes it was removed; whether it comes back is watched."""

    problem_id: int
    problem_no: str


@event
@dataclass(frozen=True, slots=True)
class ProblemRecurred:
    """It came back after its fix: so many times since."""

    problem_id: int
    problem_no: str
    times: int
    reopened: bool


@event
@dataclass(frozen=True, slots=True)
class ProblemSettled:
    """It did not come back, or it is lived with."""

    problem_id: int
    problem_no: str
    state: str
