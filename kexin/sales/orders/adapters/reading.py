"""Words of the core system as JSON objects or CSV rows carry them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from kexin.sales.orders.choices import AnswerKind
from kexin.sales.orders.rules import Answer, may_read

FIELDS = ("order_no", "kind", "core_no", "amount", "units", "price", "account_no", "value_on", "reason")


def answer_from(data: Mapping[str, Any]) -> Answer:
    """An answer from named values. Raises ValueError, with a code, for what cannot be one."""
    try:
        answer = Answer(
            order_no=str(data.get("order_no") or "").strip(),
            kind=AnswerKind(str(data.get("kind") or "")),
            core_no=str(data.get("core_no") or "").strip()[:60],
            amount=_number(data.get("amount")),
            units=_number(data.get("units")),
            price=_number(data.get("price")),
            account_no=str(data.get("account_no") or "").strip()[:40],
            value_on=_day(data.get("value_on")),
            reason=str(data.get("reason") or "").strip()[:120],
        )
    except (InvalidOperation, ValueError, TypeError) as error:
        raise ValueError("malformed") from error
    if not (decision := may_read(answer)):
        raise ValueError(decision.reasons[0].code)
    return answer


def as_data(answer: Answer) -> dict[str, str]:
    """The answer as it is kept; empty values are left out."""
    values = {name: getattr(answer, name) for name in FIELDS}
    return {name: str(value) for name, value in values.items() if value not in (None, "")}


def _number(value: Any) -> Decimal | None:
    if value in (None, ""):
        return None
    number = Decimal(str(value))
    if not number.is_finite() or abs(number) >= Decimal(10) ** 18:
        raise ValueError("number")
    return number


def _day(value: Any) -> dt.date | None:
    return dt.date.fromisoformat(str(value)) if value else None
