"""Rules of notices: which way a prompt goes, what its words become. Pure functions."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from typing import Any


def way(preferred: str, order: Sequence[str], reachable: Collection[str], agreed: Collection[str] | None,
        tried: Collection[str] = ()) -> str:  # fmt: skip
    """The channel of a prompt: the preferred one first, one not tried yet before others; empty where there is none.

    ``agreed``: channels the customer agreed to; None where no agreement is needed.
    """
    ways = [each for each in order if each in reachable and (agreed is None or each in agreed)]
    return min(ways, key=lambda each: (each in tried, each != preferred, order.index(each)), default="")


class _Blank(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return "—"


def filled(words: str, facts: Mapping[str, Any]) -> str:
    """Reviewed words with their places filled: ``{product} {code} {what} {before} {after} {day} {since} {percent}``.

    Unknown places read as a dash; nothing else of the words changes.
    """
    values = _Blank()
    for key, value in facts.items():
        values[key] = value.isoformat() if isinstance(value, dt.date) else str(value)
    out, rest = [], words
    while rest:
        start, brace, tail = rest.partition("{")
        out.append(start)
        name, closing, after = tail.partition("}")
        if brace and closing and name.isidentifier():
            out.append(values[name])
            rest = after
        else:
            out.append(brace)
            rest = tail
    return "".join(out)
