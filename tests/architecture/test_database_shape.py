"""The database that the migrations made is the one that the models describe, however the migrations were run."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.db import connection, models
from django.db.migrations.operations import AddField, AddIndex, CreateModel, RunSQL

from kexin.core.migrating import Together, together

MODELS = [each for each in apps.get_models(include_auto_created=True) if each._meta.managed and not each._meta.proxy]


@pytest.mark.django_db
def test_every_column_constraint_and_index_of_a_model_is_there() -> None:
    missing = []
    with connection.cursor() as cursor:
        for model in MODELS:
            meta = model._meta
            found = {each.name for each in connection.introspection.get_table_description(cursor, meta.db_table)}
            wanted = {each.column for each in meta.local_concrete_fields if each.column}
            missing += [f"{meta.db_table}.{name}" for name in sorted(wanted ^ found)]
            kept = connection.introspection.get_constraints(cursor, meta.db_table)
            named = [each.name for each in (*meta.constraints, *meta.indexes)]
            missing += [f"{meta.db_table}: {name}" for name in named if name not in kept]
            pointing = {each["columns"][0] for each in kept.values() if each["foreign_key"]}
            missing += [
                f"{meta.db_table}.{field.column} points nowhere"
                for field in meta.local_concrete_fields
                if isinstance(field, models.ForeignKey) and field.db_constraint and field.column not in pointing
            ]
    assert not missing, missing


def test_operations_of_one_kind_in_a_row_go_together_and_keep_their_order() -> None:
    def made(name: str) -> CreateModel:
        return CreateModel(name, [("id", models.AutoField(primary_key=True))])

    first, second, third = made("A"), made("B"), made("C")
    field, sql = AddField("A", "n", models.IntegerField(default=0)), RunSQL("SELECT 1")
    index = AddIndex("A", models.Index(fields=["n"], name="n"))
    got = list(together([first, second, sql, third, field, index]))
    assert [type(each) for each in got] == [Together, RunSQL, Together, Together, Together]
    flat = [one for each in got for one in (each.operations if isinstance(each, Together) else [each])]
    assert flat == [first, second, sql, third, field, index]
