"""The laws of the house that a machine can hold: doors, rooms, words."""

from __future__ import annotations

import ast
import re
import subprocess
from pathlib import Path

import pytest
from django.apps import apps

from kexin.core.approval import approvables
from kexin.core.events import event_types
from kexin.core.operation import doors
from kexin.core.policy import policy_types

ROOT = Path(__file__).resolve().parents[2]
FLOORS = (
    "core", "people", "party", "products", "holdings", "engagement", "suitability", "sales", "service", "desk",
    "portal",
)  # fmt: skip
MACHINERY = ("middleware.py", "idempotency.py")  # what stands around pages and endpoints, and keeps rows of its own
WRITING = {"save", "create", "bulk_create", "get_or_create", "update_or_create", "bulk_update", "delete"}


def _name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def _sources(*patterns: str) -> list[Path]:
    return [path for floor in FLOORS for each in patterns for path in sorted((ROOT / "kexin" / floor).glob(each))]


def test_every_door_is_named_by_its_floor_and_says_what_it_does_in_words():
    assert len(doors) > 60
    for name, door in doors.items():
        assert re.fullmatch(r"[a-z]+\.[a-z0-9_]+", name), name
        assert name.split(".")[0] in FLOORS, name
        assert str(door.label).strip(), name


def test_every_writing_door_takes_its_actor_by_keyword():
    import inspect

    for door in doors.values():
        if door.writes and door.function.__name__ != "_no_function":
            parameter = inspect.signature(door.function).parameters["actor"]
            assert parameter.kind is inspect.Parameter.KEYWORD_ONLY, door.name


def test_every_approvable_names_rights_that_exist():
    for each in approvables.values():
        assert each.operation in doors
        assert each.decide in doors
        assert each.operation != each.decide


@pytest.mark.parametrize(
    "path",
    [each for each in _sources("ui/**/*.py", "api.py", "api/**/*.py") if each.name not in MACHINERY],
    ids=_name,
)
def test_pages_and_api_write_through_operations_only(path):
    """No view, form or endpoint saves, creates, updates or deletes a row itself."""
    found = [
        f"{path.relative_to(ROOT)}:{node.lineno} .{node.func.attr}()"
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in WRITING
        and ".objects" in ast.unparse(node.func)
    ]
    assert not found


@pytest.mark.parametrize("path", _sources("rules.py"), ids=_name)
def test_rules_know_no_database_and_no_clock(path):
    text = path.read_text(encoding="utf-8")
    for forbidden in (".objects", "timezone.now", "date.today", "business_date", "datetime.now"):
        assert forbidden not in text, forbidden


@pytest.mark.parametrize("path", _sources("**/templates/**/*.html"), ids=_name)
def test_templates_keep_the_content_security_policy(path):
    """No inline script, style attribute or handler: the browser would refuse them silently."""
    text = path.read_text(encoding="utf-8")
    assert not re.search(r"<script(?![^>]*\bsrc=)(?![^>]*type=\"application/json\")", text)
    assert not re.search(r"\sstyle=\"", text)
    assert not re.search(r"\son[a-z]+=\"", text)


def test_every_model_has_a_word_in_the_glossary():
    glossary = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
    missing = [
        model.__name__
        for model in apps.get_models()
        if model.__module__.startswith("kexin.") and f"`{model.__name__}`" not in glossary
    ]
    assert not missing


def test_every_policy_ships_a_default_with_its_legal_basis():
    import yaml

    shipped = {
        entry["code"]: entry for path in _sources("policies.yaml") for entry in yaml.safe_load(path.read_text("utf-8"))
    }
    assert set(policy_types) == set(shipped)
    for entry in shipped.values():
        assert entry["legal_basis"].strip()


def test_every_event_is_named_in_the_past():
    for name in event_types:
        assert re.search(r"(ed|ing|Left|Undone|Run|Sent|Found|Made|Begun|Written|Withdrawn|Given)$", name), name


def test_nothing_names_a_machine_or_a_registry():
    pattern = re.compile(r"/wor[k]/|/far[m]/|files\.pythonhosted|pypi\.org|registry\.npmjs|deb\.debian")
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True, text=True).stdout
    found = []
    for name in listed.split("\0"):
        path = ROOT / name
        if not path.is_file() or path.suffix in (".png", ".pdf", ".xlsx", ".parquet"):
            continue
        if pattern.search(path.read_text(encoding="utf-8", errors="ignore")):
            found.append(name)
    assert not [name for name in found if name != _name(Path(__file__))]
