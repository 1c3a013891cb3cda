"""Conditional writes: the version of a record is its ETag, and a change says which one it changes."""

from __future__ import annotations

import re
from collections.abc import Callable

from django.http import HttpRequest

from kexin.core.api.problems import ConditionNeeded, StateChanged


def tell_version(request: HttpRequest, version: int) -> None:
    """Answer with the record's version as ETag."""
    request.answer_headers["ETag"] = f'"{version}"'  # type: ignore[attr-defined]


def expected_version(request: HttpRequest, present: Callable[[], int]) -> int:
    """The version that ``If-Match`` names; ``*`` means whichever stands now.

    Raises ConditionNeeded where the header is missing and StateChanged where it names nothing of ours.
    """
    condition = request.headers.get("If-Match", "").strip()
    if not condition:
        raise ConditionNeeded
    if condition == "*":
        return present()
    named = re.fullmatch(r'"(\d{1,9})"', condition)
    if named is None:
        raise StateChanged
    return int(named[1])
