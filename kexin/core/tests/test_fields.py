"""Personal fields: written encrypted by the row's key, opened on access, never searched, forgotten for good."""

from __future__ import annotations

import pickle
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.core.exceptions import FieldError, ValidationError
from django.db import connection, models, transaction
from django.db.models import Exists, F, OuterRef
from django.test.utils import isolate_apps
from django.utils import translation

from kexin.core.crypto import KeyRing, Undecipherable
from kexin.core.fields import Forgotten, Level, PersonalField, Sealed, decrypt_rows
from kexin.core.keystore import LmdbKeyStore, customer_keys
from kexin.core.sealing import encrypt_columns, encrypt_new


def first_only(value: str) -> str:
    return value[:1] + "*"


with isolate_apps():

    class Person(models.Model):
        key_id = models.UUIDField()
        number = models.IntegerField(default=0)
        name = PersonalField(level=Level.C2, mask=first_only, max_length=5)
        birth_date = PersonalField(level=Level.C2, kind="date")

        class Meta:
            app_label = "fields_under_test"
            db_table = "core_test_person"
            managed = False

        def __str__(self) -> str:
            return f"Person {self.number}"


@pytest.fixture(autouse=True)
def keys(tmp_path: Path, settings: Any) -> Iterator[LmdbKeyStore]:
    settings.KEXIN_KEYS_DIR = tmp_path / "keys"
    KeyRing.create(tmp_path / "keys")
    store = customer_keys()
    yield store
    store.close()


def write(person: Person) -> dict[str, Any]:
    """What the database would be given for each column."""
    return {
        field.attname: field.get_db_prep_save(field.pre_save(person, add=False), connection)
        for field in Person._meta.concrete_fields
    }


def read(row: dict[str, Any]) -> Person:
    """A row as Django makes it of what the database returns."""
    values = []
    for field in Person._meta.concrete_fields:
        value = row[field.attname]
        if isinstance(field, PersonalField):
            value = field.from_db_value(None if value is None else memoryview(bytes(value)), None, connection)
        values.append(value)
    return Person.from_db("default", list(row), values)


def stored(key_id: UUID, **values: Any) -> dict[str, Any]:
    return write(Person(key_id=key_id, **values))


def test_values_come_back_and_lie_encrypted(keys: LmdbKeyStore) -> None:
    (key_id,) = keys.create()
    row = stored(key_id, name="陈秀兰", birth_date=date(1957, 3, 8))
    assert "陈秀兰".encode() not in bytes(row["name"])
    assert b"1957" not in bytes(row["birth_date"])
    person = read(row)
    assert (person.name, person.birth_date) == ("陈秀兰", date(1957, 3, 8))


def test_nothing_is_decrypted_before_it_is_looked_at(keys: LmdbKeyStore, monkeypatch: Any) -> None:
    (key_id,) = keys.create()
    row = stored(key_id, name="陈秀兰", birth_date=date(1957, 3, 8))
    opened: list[str] = []
    original = PersonalField.open

    def spy(self: PersonalField, *args: Any) -> Any:
        opened.append(self.name)
        return original(self, *args)

    monkeypatch.setattr(PersonalField, "open", spy)
    person = read(row)
    assert opened == []
    assert person.name + person.name == "陈秀兰陈秀兰"
    assert opened == ["name"]


def test_none_is_stored_as_null_and_can_be_assigned(keys: LmdbKeyStore) -> None:
    (key_id,) = keys.create()
    person = read(stored(key_id, name="陈"))
    assert person.birth_date is None
    person.name = None
    assert write(person)["name"] is None


def test_an_unchanged_value_keeps_its_ciphertext_and_a_changed_one_does_not(keys: LmdbKeyStore) -> None:
    (key_id,) = keys.create()
    row = stored(key_id, name="陈秀兰")
    untouched, same, other = read(row), read(row), read(row)
    same.name = "陈秀兰"
    other.name = "陈秀"
    assert bytes(write(untouched)["name"]) == bytes(row["name"])
    assert bytes(write(same)["name"]) == bytes(row["name"])
    assert bytes(write(other)["name"]) != bytes(row["name"])
    assert other.name == "陈秀"


def test_a_rotated_key_encrypts_anew_on_the_next_save(keys: LmdbKeyStore) -> None:
    (key_id,) = keys.create()
    row = stored(key_id, name="陈秀兰")
    keys.rotate(key_id)
    renewed = write(read(row))
    assert bytes(renewed["name"]) != bytes(row["name"])
    keys.retire_old(key_id)
    assert read(renewed).name == "陈秀兰"
    with pytest.raises(Undecipherable):
        _ = read(row).name


def test_a_ciphertext_cannot_be_moved_to_another_row_or_column(keys: LmdbKeyStore) -> None:
    mine, theirs = keys.create(2)
    row = stored(mine, name="19570308", birth_date=date(1957, 3, 8))
    for moved in ({**row, "key_id": theirs}, {**row, "birth_date": row["name"]}):
        person = read(moved)
        with pytest.raises(Undecipherable):
            _ = (person.name, person.birth_date)


def test_a_forgotten_key_reads_as_erased_and_is_not_written_over(keys: LmdbKeyStore) -> None:
    (key_id,) = keys.create()
    row = stored(key_id, name="陈秀兰", birth_date=date(1957, 3, 8))
    keys.forget(key_id)
    with translation.override("en"):
        person = read(row)
        assert isinstance(person.name, Forgotten)
        assert not person.name
        assert f"{person.name}{person.birth_date}" == "erasederased"
        assert Person._meta.get_field("name").masked(person.name) == "erased"
    assert bytes(write(person)["name"]) == bytes(row["name"])
    assert bytes(write(read(row))["name"]) == bytes(row["name"])


def test_a_row_without_a_key_is_refused() -> None:
    with pytest.raises(ValueError, match="key_id is empty"):
        write(Person(name="陈"))


@pytest.mark.parametrize(
    "query",
    [
        lambda: Person.objects.filter(name="陈"),
        lambda: Person.objects.filter(name__startswith="陈"),
        lambda: Person.objects.exclude(name__in=["陈"]),
        lambda: Person.objects.filter(birth_date__year=1957),
        lambda: str(Person.objects.order_by("name").query),
        lambda: str(Person.objects.order_by("-number", "-birth_date").query),
        lambda: connection.cursor and Person._meta.get_field("name").get_db_prep_save("陈", connection),
    ],
)
def test_searching_sorting_and_bulk_updating_are_refused(query: Any) -> None:
    with pytest.raises(FieldError, match="is encrypted and cannot be"):
        query()


def test_asking_whether_a_value_is_there_is_allowed() -> None:
    queryset = Person.objects.filter(name__isnull=False).order_by("number")
    assert '"core_test_person"."name" IS NOT NULL' in str(queryset.query)
    nested = Person.objects.filter(Exists(Person.objects.filter(pk=OuterRef("pk"), birth_date__isnull=True)))
    assert "IS NULL" in str(nested.query)
    assert str(Person.objects.values("name", other=F("number")).query)


def test_many_rows_are_opened_together(keys: LmdbKeyStore) -> None:
    ids = keys.create(3)
    rows = [stored(key_id, name=name) for key_id, name in zip(ids, ["甲", "乙", "丙"], strict=True)]
    keys.forget(ids[1])
    people = decrypt_rows(Person, [read(row) for row in rows], ["name"])
    assert [bool(person.name) and person.name for person in people] == ["甲", False, "丙"]
    dicts = decrypt_rows(Person, [{"key_id": row["key_id"], "name": Sealed(bytes(row["name"]))} for row in rows])
    assert [row["name"] for row in dicts][::2] == ["甲", "丙"]
    assert isinstance(dicts[1]["name"], Forgotten)


def test_columns_encrypted_in_bulk_are_read_by_the_field(keys: LmdbKeyStore) -> None:
    columns = {"name": ["甲", None], "birth_date": ["1957-03-08", "2000-02-29"]}
    ids, sealed = encrypt_new("core_test_person", columns)
    again = encrypt_columns("core_test_person", ids, columns)
    for source in (sealed, again):
        people = [
            read({"id": n, "key_id": ids[n], "number": 0, **{name: source[name][n] for name in columns}})
            for n in (0, 1)
        ]
        assert [(person.name, person.birth_date) for person in people] == [
            ("甲", date(1957, 3, 8)),
            (None, date(2000, 2, 29)),
        ]


def test_text_is_validated_as_text_and_dates_as_dates(keys: LmdbKeyStore) -> None:
    (key_id,) = keys.create()
    with pytest.raises(ValidationError) as caught:
        Person(key_id=key_id, name="一二三四五六", birth_date="1957-02-30").clean_fields()
    assert set(caught.value.message_dict) == {"name", "birth_date"}
    person = Person(key_id=key_id, name="一二三四五", birth_date="1957-02-28")
    person.clean_fields()
    assert person.birth_date == date(1957, 2, 28)


def test_a_pickled_row_carries_no_plaintext(keys: LmdbKeyStore) -> None:
    (key_id,) = keys.create()
    person = read(stored(key_id, name="陈秀兰"))
    assert person.name == "陈秀兰"
    cell = pickle.dumps(person.__dict__["name"])
    assert "陈秀兰".encode() not in cell
    assert pickle.loads(cell).sealed == person.__dict__["name"].sealed
    assert "陈" not in repr(person.__dict__["name"].sealed)


def test_the_model_is_checked_for_a_key_column_and_sound_ordering() -> None:
    with isolate_apps():

        class Keyless(models.Model):
            name = PersonalField(level=Level.C2)

            class Meta:
                app_label = "fields_under_test"
                ordering = ("-name",)

            def __str__(self) -> str:
                return "keyless"

        assert {message.id for message in Keyless._meta.get_field("name").check()} >= {
            "kexin.E001",
            "kexin.E002",
        }


def test_migrations_see_the_level_and_no_functions() -> None:
    *_, kwargs = Person._meta.get_field("name").deconstruct()
    assert kwargs == {"level": "C2", "max_length": 5, "null": True, "blank": True}
    assert PersonalField(**kwargs).level is Level.C2


@pytest.fixture
def table(db: None) -> None:
    """The model's table, in the test's transaction."""
    with connection.schema_editor() as editor:
        Person._meta.managed = True
        editor.create_model(Person)
        Person._meta.managed = False


def test_rows_go_through_the_database_and_back(table: None, keys: LmdbKeyStore, django_assert_num_queries: Any) -> None:
    ids = keys.create(3)
    Person.objects.bulk_create(
        Person(key_id=key_id, number=n, name=f"陈{n}", birth_date=date(1957, 3, n + 1)) for n, key_id in enumerate(ids)
    )
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_typeof(name)::text, name FROM core_test_person")
        for kind, content in cursor.fetchall():
            assert kind == "bytea"
            assert "陈".encode() not in bytes(content)
    with django_assert_num_queries(1):
        people = decrypt_rows(Person, Person.objects.order_by("number"))
        assert [(each.name, each.birth_date.day) for each in people] == [("陈0", 1), ("陈1", 2), ("陈2", 3)]
    person = people[1]
    person.name = "李"
    person.save(update_fields=["name"])
    person.refresh_from_db()
    assert person.name == "李"
    assert Person.objects.only("number").get(number=1).name == "李"  # deferred
    rows = decrypt_rows(Person, Person.objects.order_by("-number").values("key_id", "name"))
    assert [row["name"] for row in rows] == ["陈2", "李", "陈0"]
    assert Person.objects.filter(name__isnull=True).count() == 0
    with pytest.raises(FieldError), transaction.atomic():
        Person.objects.update(name="王")
    with pytest.raises(FieldError), transaction.atomic():
        Person.objects.bulk_update([person], ["name"])
    sealed = Person._meta.get_field("name").seal("王", person.key_id)
    assert Person.objects.filter(pk=person.pk).update(name=sealed) == 1
    assert Person.objects.get(pk=person.pk).name == "王"


def test_a_missing_key_is_told_when_writing_over_it() -> None:
    person = Person(key_id=uuid4(), name="陈")
    with pytest.raises(LookupError):
        write(person)
