"""Numbers as data. Code holds the shape, unit and bounds of a number; data holds the number.

A policy is a frozen dataclass whose fields are made with :func:`setting`. ``in_force(Policy)`` gives today's numbers
and notes the version in the running act, so that every audit entry says which numbers it stood on. A deadline keeps
the version it was computed from: a later change never rewrites the past.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import time
from collections.abc import Callable, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any, ClassVar, TypeVar

import yaml
from django.utils.translation import gettext_lazy as _

from kexin.core import frame
from kexin.core.choices import PolicyStatus
from kexin.core.decision import Decision, Reason
from kexin.core.errors import KexinError, type_text

T = TypeVar("T", bound="Policy")
_CACHE_SECONDS = 5.0
SHIPPED = "kexin.defaults"  # approves what a release brings


class PolicyMissing(KexinError):
    """No approved version is in force: the institution must approve one before the act is possible."""

    status = 422
    code = "policy-missing"
    title = _("No approved policy version is in force")


@dataclasses.dataclass(frozen=True, slots=True)
class Shape:
    """What is known of one number: words, unit, bounds."""

    name: str
    label: type_text
    unit: type_text = ""
    kind: type = int
    minimum: Any = None
    maximum: Any = None
    check: Callable[[Any], object] | None = None
    explain: Callable[[Any], list[tuple[str, str]]] | None = None


def setting(
    label: type_text,
    *,
    unit: type_text = "",
    minimum: Any = None,
    maximum: Any = None,
    check: Callable[[Any], object] | None = None,
    explain: Callable[[Any], list[tuple[str, str]]] | None = None,
) -> Any:
    """A field of a policy; its Python annotation is its kind (int, Decimal, bool, str, list).

    ``check`` raises ValueError for a value that has the kind but makes no sense. ``explain`` says in lines (what,
    consequence) what a list or table would do: the preview on the pages of policies.
    """
    known = {"label": label, "unit": unit, "minimum": minimum, "maximum": maximum, "check": check, "explain": explain}
    return dataclasses.field(metadata=known)


class Policy:
    """What every declared policy has: its code, and the id of the version its numbers came from."""

    policy_code: ClassVar[str] = ""
    policy_version: ClassVar[int] = 0

    @classmethod
    def from_older(cls, values: Mapping[str, Any]) -> Mapping[str, Any]:
        """What a version of an earlier shape meant, in today's numbers: overridden where a number was replaced."""
        return values


@dataclasses.dataclass(frozen=True, slots=True)
class PolicyType:
    """A declared policy."""

    code: str
    label: type_text
    cls: type[Policy]
    shapes: tuple[Shape, ...]


policy_types: dict[str, PolicyType] = {}
_KINDS: dict[str, type] = {"int": int, "Decimal": Decimal, "bool": bool, "str": str, "list": list, "dict": dict}


def policy(code: str, label: type_text) -> Any:
    """Declare a policy: ``@policy("core.audit", _("Audit"))`` above a class of settings."""

    def wrap(cls: type[T]) -> type[T]:
        made = dataclasses.dataclass(frozen=True, kw_only=True)(cls)
        shapes = []
        for field in dataclasses.fields(made):  # type: ignore[arg-type]
            kind = _KINDS[str(field.type).split("[")[0]]
            shapes.append(Shape(field.name, kind=kind, **field.metadata))
        policy_types[code] = PolicyType(code, label, made, tuple(shapes))
        made.policy_code = code
        return made

    return wrap


def check_values(code: str, values: Mapping[str, Any]) -> Decision:
    """Do these values fit the shape and bounds of the policy? One reason per field that does not."""
    declared = policy_types[code]
    reasons = [
        Reason("unknown", _("This policy has no such number."), name)
        for name in values
        if name not in {shape.name for shape in declared.shapes}
    ]
    for shape in declared.shapes:
        if shape.name not in values:
            reasons.append(Reason("missing", _("A value is needed."), shape.name))
            continue
        try:
            value = convert(shape, values[shape.name])
            if shape.check is not None:
                shape.check(value)
        except (ValueError, TypeError, ArithmeticError, AttributeError):
            reasons.append(Reason("kind", _("This is not a value of the right kind."), shape.name))
            continue
        if shape.minimum is not None and value < shape.minimum:
            reasons.append(Reason("low", _("At least %(bound)s.") % {"bound": shape.minimum}, shape.name))
        if shape.maximum is not None and value > shape.maximum:
            reasons.append(Reason("high", _("At most %(bound)s.") % {"bound": shape.maximum}, shape.name))
    return Decision(tuple(reasons))


def convert(shape: Shape, value: Any) -> Any:
    """The typed value of one setting from its stored or typed form."""
    if shape.kind is bool:
        if isinstance(value, str):
            return value.lower() in ("true", "1", "yes", "on")
        return bool(value)
    if shape.kind in (list, dict):
        parsed = yaml.safe_load(value) if isinstance(value, str) else value
        if not isinstance(parsed, shape.kind):
            raise TypeError(shape.name)
        return parsed
    if shape.kind is Decimal:
        number = Decimal(str(value))
        if not number.is_finite():
            raise ValueError(shape.name)
        return number
    return shape.kind(value)


_versions: dict[str, list[Any]] = {}
_loaded_at = 0.0


def forget_cache() -> None:
    """Read the versions anew at the next use (after an approval, and between tests)."""
    global _loaded_at
    _loaded_at = 0.0


def _approved(code: str) -> list[Any]:
    global _loaded_at
    from kexin.core.models import PolicyVersion

    now = time.monotonic()
    if now - _loaded_at > _CACHE_SECONDS or not _loaded_at:
        _versions.clear()
        for version in PolicyVersion.objects.filter(status=PolicyStatus.APPROVED).order_by("in_force_from", "number"):
            _versions.setdefault(version.code, []).append(version)
        _loaded_at = now
    return _versions.get(code, [])


def version_in_force(code: str, on: dt.date | None = None) -> Any:
    """The :class:`PolicyVersion` in force on a day (today by default): the newest whose period holds the day."""
    from kexin.core.calendar import business_date

    day = on or business_date()
    found = None
    for version in _approved(code):
        if version.in_force_from <= day and (version.in_force_until is None or day <= version.in_force_until):
            found = version
    if found is None:
        raise PolicyMissing(
            _("No approved version of “%(policy)s” is in force.") % {"policy": policy_types[code].label}
        )
    return found


def in_force(cls: type[T], on: dt.date | None = None) -> T:
    """Today's numbers of a policy, with ``policy_version`` (the version's id) on the value."""
    code = cls.policy_code
    version = version_in_force(code, on)
    act = frame.current.get()
    if act is not None:
        act.policies[code] = version.number
    return numbers_of(cls, version)


def numbers_of(cls: type[T], version: Any) -> T:
    """The numbers of one version, whatever day it is: what was begun by it goes on by it."""
    values = cls.from_older(version.values)
    value = cls(**{shape.name: convert(shape, values[shape.name]) for shape in policy_types[cls.policy_code].shapes})
    object.__setattr__(value, "policy_version", version.pk)
    return value


def _add_new_numbers(entry: dict[str, Any]) -> int:
    """A release may add a number to a policy: the version in force is followed by one that has it, as shipped."""
    from kexin.core.calendar import business_date
    from kexin.core.models import PolicyVersion

    versions = PolicyVersion.objects.filter(code=entry["code"])
    latest = versions.filter(status=PolicyStatus.APPROVED).order_by("in_force_from", "number").last()
    if latest is None or set(entry["values"]) <= set(latest.values):
        return 0
    # What the institution chose is carried over; where it never chose, the shipped numbers follow.
    own = versions.filter(status=PolicyStatus.APPROVED).exclude(approved_by=SHIPPED).exists()
    chosen = policy_types[entry["code"]].cls.from_older(latest.values) if own else latest.values
    values = {name: latest.values.get(name, chosen.get(name, shipped)) for name, shipped in entry["values"].items()}
    missing = sorted(set(values) - set(latest.values))
    PolicyVersion.objects.create(
        code=entry["code"],
        number=max(versions.values_list("number", flat=True)) + 1,
        values=values,
        in_force_from=max(business_date(), latest.in_force_from),
        in_force_until=latest.in_force_until,
        legal_basis=latest.legal_basis,
        verified=False,
        note=f"New with this release: {', '.join(missing)}",
        status=PolicyStatus.APPROVED,
        drafted_by="kexin",
        approved_by=SHIPPED,
    )
    return 1


def load_defaults(folder: Path) -> int:
    """Store the shipped default versions of a floor (``policies.yaml``) that are not there yet."""
    from kexin.core.models import PolicyVersion

    path = folder / "policies.yaml"
    if not path.exists():
        return 0
    made = 0
    for entry in yaml.safe_load(path.read_text(encoding="utf-8")):
        if PolicyVersion.objects.filter(code=entry["code"]).exists():
            made += _add_new_numbers(entry)
            continue
        check_values(entry["code"], entry["values"]).enforce()
        PolicyVersion.objects.create(
            code=entry["code"],
            number=1,
            values=entry["values"],
            in_force_from=entry.get("in_force_from", dt.date(1990, 1, 1)),
            legal_basis=entry.get("legal_basis", ""),
            verified=entry.get("verified", False),
            note=entry.get("note", ""),
            status=PolicyStatus.APPROVED,
            drafted_by="kexin",
            approved_by=SHIPPED,
        )
        made += 1
    forget_cache()
    return made
