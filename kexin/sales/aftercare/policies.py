"""The numbers of care after a sale."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from kexin.core.policy import Policy, policy, setting
from kexin.products.texts.choices import TextKind


def parse_kinds(value: list[Any]) -> tuple[str, ...]:
    """Kinds of texts, each once. Raises ValueError for one that nobody knows."""
    if any(each not in TextKind.values for each in value) or len(set(value)) < len(value):
        raise ValueError("kinds of product texts, each once")
    return tuple(value)


def _kinds_told(value: list[Any]) -> list[tuple[str, str]]:
    return [(str(TextKind(each).label), "") for each in parse_kinds(value)]


@policy("sales.aftercare", _("Care after a sale"))
class AftercarePolicy(Policy):
    """When what was sold is talked over with the customer again."""

    maturity_days: int = setting(_("Maturity is told ahead by"), unit=_("days"), minimum=1, maximum=90)
    fall_percent: Decimal = setting(
        _("A fall since the purchase is told at each"), unit="%", minimum=Decimal("0.1"), maximum=100
    )
    visit_days: int = setting(_("Visit after the purchase, without a meeting since, after"), unit=_("days"), minimum=1,
                              maximum=730)  # fmt: skip
    visit_until_days: int = setting(_("A visit is not asked for later than"), unit=_("days"), minimum=2, maximum=760)
    text_kinds: list = setting(  # type: ignore[type-arg]
        _("Texts whose change is told"), check=parse_kinds, explain=_kinds_told
    )
    act_days: int = setting(_("Settled within"), unit=_("working days"), minimum=1, maximum=30)
