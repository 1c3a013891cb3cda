"""Migrations from nothing in a fraction of the time: the models of a migration are drawn up once, not once each.

Django draws up (renders) the classes of all related models anew after each operation that adds a model, a field, an
index or a constraint. Of operations of one kind in a row each may as well see all of them: every one writes what is its
own, and the statements that reach the database are the same. tests/architecture/test_database_shape.py compares.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any

from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.migration import Migration
from django.db.migrations.operations import AddConstraint, AddField, AddIndex, CreateModel
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState

ALIKE = (CreateModel, AddField, AddIndex, AddConstraint)


class Together(Operation):
    """Operations of one kind, seen by the state all at once and by the database one after the other."""

    reduces_to_sql, reversible = True, False

    def __init__(self, operations: Sequence[Operation]) -> None:
        self.operations = list(operations)

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """Django's "delayed" drawing: with what they refer to. A RunPython asks for all classes anew by itself."""
        drawn = state.__dict__.pop("apps", None)
        for each in self.operations:
            each.state_forwards(app_label, state)
        if drawn is None:
            return
        state.__dict__["apps"] = drawn
        names = (each.name if isinstance(each, CreateModel) else vars(each)["model_name"] for each in self.operations)
        changed = {(app_label, name.lower()) for name in names}
        state.reload_models(sorted(changed))

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        for each in self.operations:
            each.database_forwards(app_label, schema_editor, from_state, to_state)

    def describe(self) -> str:
        return "; ".join(each.describe() for each in self.operations)


def together(operations: Sequence[Operation]) -> Iterator[Operation]:
    """The same operations, those of one kind in a row as one."""
    for kind, found in groupby(operations, type):
        if kind in ALIKE:
            yield Together(list(found))
        else:
            yield from found


class QuickExecutor(MigrationExecutor):
    """Django's own, for migrations forwards; what goes backwards is left as it is."""

    def apply_migration(self, state: ProjectState, migration: Migration, *args: Any, **kwargs: Any) -> ProjectState:
        plain = migration.operations
        migration.operations = list(together(plain))  # type: ignore[misc]
        try:
            return super().apply_migration(state, migration, *args, **kwargs)
        finally:
            migration.operations = plain  # type: ignore[misc]
