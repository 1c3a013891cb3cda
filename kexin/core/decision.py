"""A conclusion that carries its reasons."""

from __future__ import annotations

from dataclasses import dataclass, field

from kexin.core.errors import RuleViolation, type_text


@dataclass(frozen=True, slots=True)
class Reason:
    """Why: a stable ``code``, a sentence, and the field it concerns, if any."""

    code: str
    text: type_text
    field: str = ""


@dataclass(frozen=True, slots=True)
class Decision:
    """Allowed or not, with every reason found (not only the first) and warnings that do not forbid."""

    reasons: tuple[Reason, ...] = ()
    warnings: tuple[Reason, ...] = field(default=())

    @property
    def allowed(self) -> bool:
        return not self.reasons

    def __bool__(self) -> bool:
        return self.allowed

    def __and__(self, other: Decision) -> Decision:
        return Decision(self.reasons + other.reasons, self.warnings + other.warnings)

    def enforce(self) -> None:
        """Raise :class:`RuleViolation` with all reasons unless allowed."""
        if self.reasons:
            loose = [str(reason.text) for reason in self.reasons if not reason.field]
            fields = {reason.field: reason.text for reason in self.reasons if reason.field}
            raise RuleViolation(" ".join(loose), fields=fields)


ALLOWED = Decision()


def refused(code: str, text: type_text, field: str = "") -> Decision:
    """A decision with one reason against."""
    return Decision((Reason(code, text, field),))
