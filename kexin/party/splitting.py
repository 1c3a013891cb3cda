"""Dividing a portfolio among receivers by rule: pure, no database, no clock, the same answer every time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from kexin.party.choices import SplitRule


@dataclass(frozen=True, slots=True)
class Member:
    """What a rule looks at. ``area`` and ``language`` are empty where the rule does not ask for them."""

    customer_id: int
    assets: Decimal
    tier: str = ""
    area: str = ""
    language: str = ""


@dataclass(slots=True)
class _Basket:
    """What a receiver has got so far; ``room`` is how many more may come."""

    post_id: int
    room: int
    count: int = 0
    assets: Decimal = Decimal(0)


def split(rule: str, members: Sequence[Member], rooms: Mapping[int, int]) -> dict[int, int]:
    """Customer → receiving post. ``rooms`` names the receivers in their order and how many customers each may take.

    Customers for whom nobody has room are missing from the answer.

    - *even*: the largest first, each to whoever has got the fewest customers.
    - *assets*: the largest first, each to whoever has got the least assets.
    - *tier*: as *even*, tier by tier, so that everybody gets as many of each.
    - *area*, *language*: groups stay together, the largest group first to whoever has got the fewest customers; only
      where a group is larger than the room left it is continued with the next.
    """
    baskets = [_Basket(post_id, max(0, room)) for post_id, room in rooms.items()]
    ordered = sorted(members, key=lambda each: (-each.assets, each.customer_id))
    found: dict[int, int] = {}
    if rule == SplitRule.TIER:
        for group in _groups(ordered, "tier"):
            _deal_evenly(group, baskets, found)
    elif rule in (SplitRule.AREA, SplitRule.LANGUAGE):
        for group in _groups(ordered, "area" if rule == SplitRule.AREA else "language"):
            basket: _Basket | None = None
            for member in group:
                if basket is None or not basket.room:
                    basket = _next(baskets, _count_of)
                _put(member, basket, found)
    else:
        load: Callable[[_Basket], Any] = _assets_of if rule == SplitRule.ASSETS else _count_of
        for member in ordered:
            _put(member, _next(baskets, load), found)
    return found


def _count_of(basket: _Basket) -> int:
    return basket.count


def _assets_of(basket: _Basket) -> tuple[Decimal, int]:
    return basket.assets, basket.count  # customers without assets are dealt evenly, too


def _deal_evenly(group: Sequence[Member], baskets: Sequence[_Basket], found: dict[int, int]) -> None:
    """Each to whoever has got the fewest of this group; of equals, to whoever has got the fewest at all."""
    counts = {each.post_id: 0 for each in baskets}
    for member in group:
        basket = _next(baskets, lambda each: (counts[each.post_id], each.count))
        _put(member, basket, found)
        if basket is not None:
            counts[basket.post_id] += 1


def _groups(members: Sequence[Member], name: str) -> list[list[Member]]:
    """Members by what they share, the largest group first."""
    groups: dict[str, list[Member]] = defaultdict(list)
    for member in members:
        groups[str(getattr(member, name))].append(member)
    return [group for _key, group in sorted(groups.items(), key=lambda pair: (-len(pair[1]), pair[0]))]


def _next(baskets: Sequence[_Basket], load: Callable[[_Basket], Any]) -> _Basket | None:
    """The receiver with room and the least load; of equals the one named first."""
    return min((each for each in baskets if each.room), key=load, default=None)


def _put(member: Member, basket: _Basket | None, found: dict[int, int]) -> None:
    if basket is None:
        return
    found[member.customer_id] = basket.post_id
    basket.room -= 1
    basket.count += 1
    basket.assets += member.assets
