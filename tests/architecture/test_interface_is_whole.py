"""Everything the floors can do is under ``/api/v1``, or is named with the reason why not."""

from __future__ import annotations

import importlib
import pkgutil
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import kexin
from kexin.core.api.endpoints import endpoints
from kexin.core.operation import doors
from kexin.project import api  # noqa: F401  the endpoints register themselves
from kexin.project.not_served import NOT_SERVED

DOORS = ("kexin.core.operation", "kexin.core.query")


@cache
def _modules() -> list[ModuleType]:
    """Every module of the house, but for tests, migrations and what only starts something."""
    found = []
    for each in pkgutil.walk_packages(kexin.__path__, "kexin."):
        if not {"tests", "migrations", "__main__", "settings", "wsgi"} & set(each.name.split(".")):
            found.append(importlib.import_module(each.name))
    return found


def _is_door(value: Any) -> bool:
    """A function that ``@operation`` or ``@query`` made: its wrapper was written in one of their modules."""
    return hasattr(value, "__wrapped__") and getattr(value, "__globals__", {}).get("__name__") in DOORS


def _name(function: Callable[..., Any]) -> str:
    return f"{function.__module__.removeprefix('kexin.')}.{function.__qualname__}"


def _registered() -> set[str]:
    """Every operation and query of the house, by module and name."""
    return {_name(value) for module in _modules() for value in vars(module).values() if _is_door(value)}


def _served() -> set[str]:
    """Those that an api room imports, and so (unused imports fail the lint) calls."""
    return {
        _name(value)
        for module in _modules()
        if "api" in module.__name__.split(".") and module.__name__ != "kexin.project.api"
        for value in vars(module).values()
        if _is_door(value)
    }


def test_every_operation_and_query_is_served_or_says_why_not():
    registered, served = _registered(), _served()
    assert len(registered) > 120
    unsaid = registered - served - set(NOT_SERVED)
    assert not unsaid, "neither an endpoint nor a reason: " + ", ".join(sorted(unsaid))


def test_no_reason_is_given_for_what_is_served_or_gone():
    assert not set(NOT_SERVED) & _served()
    assert set(NOT_SERVED) <= _registered()
    assert all(reason.strip() for reason in NOT_SERVED.values())


def test_every_writing_door_has_an_endpoint_of_its_own_or_a_reason():
    """By permission: a door that an api room calls under a foreign name would be found here."""
    functions = {door.function: name for name, door in doors.items() if door.writes}
    named = {
        functions[value.__wrapped__]: _name(value)
        for module in _modules()
        for value in vars(module).values()
        if _is_door(value) and value.__wrapped__ in functions
    }
    strange = {
        name: function
        for name, function in named.items()
        if name not in endpoints.values() and function not in NOT_SERVED and function not in _through_one_right()
    }
    assert not strange


def _through_one_right() -> set[str]:
    """Steps of an import: each is an operation, all hang on the one right ``core.start_import``."""
    return {_name(value) for value in vars(sys.modules["kexin.core.imports.uploads"]).values() if _is_door(value)}


def test_the_reference_names_what_is_not_served():
    text = (Path(__file__).resolve().parents[2] / "docs" / "reference" / "api.md").read_text(encoding="utf-8")
    section = text.split("## What has no endpoint", 1)[1].split("\n## ", 1)[0]
    assert not [name for name in NOT_SERVED if f"`{name.rsplit('.', 1)[1]}`" not in section]
