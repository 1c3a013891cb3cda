"""What a new installation starts with: policies and roles."""

from __future__ import annotations

import importlib
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import yaml
from django.apps import apps

from kexin.core.choices import ApprovalStatus
from kexin.core.models import Approval, Role, RoleOperation
from kexin.core.operation import doors
from kexin.core.policy import load_defaults

_ROLES = Path(__file__).with_name("roles.yaml")


def load_default_policies() -> int:
    """Every floor's ``policies.yaml``; how many versions were new."""
    made = 0
    for config in apps.get_app_configs():
        if config.name.startswith("kexin.") and (Path(config.path) / "policies.yaml").exists():
            importlib.import_module(f"{config.name}.policies")  # the shapes, should nobody have needed them yet
            made += load_defaults(Path(config.path))
    return made


def load_default_roles() -> None:
    """The shipped roles. A role that the institution has changed by approval is its own and stays as it is."""
    for entry in yaml.safe_load(_ROLES.read_text(encoding="utf-8")):
        role, _new = Role.objects.get_or_create(
            code=entry["code"], defaults={"name": entry["name"], "name_en": entry["name_en"]}
        )
        changed = Approval.objects.filter(
            operation="people.propose_role_change", subject_id=role.pk, status=ApprovalStatus.APPROVED
        )
        if not changed.exists():
            _grant(role, entry["operations"])


def _grant(role: Role, patterns: list[str]) -> None:
    wanted = {name for name in doors if any(fnmatchcase(name, pattern) for pattern in patterns)}
    have = set(RoleOperation.objects.filter(role=role).values_list("operation", flat=True))
    RoleOperation.objects.bulk_create([RoleOperation(role=role, operation=name) for name in sorted(wanted - have)])
    RoleOperation.objects.filter(role=role, operation__in=have - wanted).delete()


def after_migrate(sender: Any, **_kwargs: Any) -> None:
    """Receiver of ``post_migrate`` of the people floor: runs when every table of the floors below is there."""
    load_default_policies()
    load_default_roles()
