"""``field__any_of=[…]``: like ``__in`` for many plain keys, sent as one array instead of one parameter each.

Thousands of keys cost Django and the driver several microseconds each with ``__in``; as an array next to nothing. An
``ArraySubquery`` is asked first and by itself, where PostgreSQL would else go through all rows in the wanted order.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import BigAutoField, BigIntegerField, Lookup
from django.db.models.fields.related import ForeignObject


class Keys:
    """Whole numbers as one value: of a list Django and the driver would look at each, several times."""

    __slots__ = ("array",)

    def __init__(self, keys: Iterable[int]) -> None:
        self.array = "{" + ",".join([str(int(each)) for each in keys]) + "}"


class AnyOf(Lookup):
    """Whole numbers only, as ``Keys``, in a list or as ``ArraySubquery``; an empty one finds nothing."""

    lookup_name = "any_of"
    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        """``column = ANY(array)``."""
        column, values = self.process_lhs(compiler, connection)
        if hasattr(self.rhs, "as_sql"):
            array, more = self.process_rhs(compiler, connection)
            return f"{column} = ANY({array})", (*values, *more)
        keys = self.rhs if isinstance(self.rhs, Keys) else Keys(self.rhs)
        return f"{column} = ANY(%s::bigint[])", (*values, keys.array)


for field in (BigAutoField, BigIntegerField, ForeignObject):
    field.register_lookup(AnyOf)
