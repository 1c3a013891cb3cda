"""Reading requests: JSON that the database can hold, or a refusal that says so."""

from __future__ import annotations

import json
from typing import Any, NoReturn

from django.http import HttpRequest
from django.utils.datastructures import MultiValueDict
from ninja.parser import Parser as NinjaParser

from kexin.core.api.problems import Malformed

DEEPEST = 20  # levels of nesting; no body of ours has more than four


class Parser(NinjaParser):
    """Refuses what PostgreSQL cannot store (NUL, half surrogates) and what is no JSON (NaN), before anybody looks."""

    def parse_body(self, request: HttpRequest) -> dict[str, Any]:
        try:
            value = json.loads(request.body, parse_constant=_no_number)
        except (ValueError, RecursionError) as error:
            raise Malformed from error
        _storable(value, 0)
        return value

    def parse_querydict(
        self, data: MultiValueDict[str, Any], list_fields: list[str], request: HttpRequest
    ) -> dict[str, Any]:
        values: dict[str, Any] = super().parse_querydict(data, list_fields, request)
        _storable(values, 0)
        return values


def _no_number(_text: str) -> NoReturn:
    raise ValueError("not a number")


def _storable(value: object, depth: int) -> None:
    if depth > DEEPEST:
        raise Malformed
    if isinstance(value, str):
        if "\x00" in value or any(0xD800 <= ord(char) <= 0xDFFF for char in value):
            raise Malformed
    elif isinstance(value, dict):
        for key, each in value.items():
            _storable(key, depth + 1)
            _storable(each, depth + 1)
    elif isinstance(value, list):
        for each in value:
            _storable(each, depth + 1)
