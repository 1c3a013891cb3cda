"""Django's ``migrate`` with the quick executor; everything else of it is as it was."""

from __future__ import annotations

from django.core.management.commands import migrate

from kexin.core.migrating import QuickExecutor

migrate.MigrationExecutor = QuickExecutor  # type: ignore[attr-defined]  # Django offers no other place for it


class Command(migrate.Command):
    """``kexin manage migrate``, and what ``kexin migrate`` and the tests call."""
