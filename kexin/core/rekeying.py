"""Places that hold something under keys, and how their rows are written anew while everybody works.

A place is asked batch by batch, in the order of its primary key. What it writes it writes optimistically: a row that
somebody changed meanwhile, or holds locked, is left alone and looked at again, so that no concurrent write is ever
overwritten and nobody waits for longer than one short statement. Floors register their places in ``apps.ready``.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

import tink
from django.db import IntegrityError, connection, models, transaction
from psycopg import sql

from kexin.core.crypto import Undecipherable, key_ring
from kexin.core.fields import PersonalField, decrypt_rows, personal_fields
from kexin.core.keystore import customer_keys

ATTEMPTS: Final = 40  # looks at rows that others hold; the last one waits for them
PAUSE_SECONDS: Final = 0.05
OPERATION: Final = "core.rotate_keys"
_AS_TEXT: Final = ("bigint[]", "jsonb")  # cannot be unnested as they are


@dataclass(slots=True)
class Passed:
    """What one batch found. ``last`` is the last primary key looked at, None at the end of the place.

    ``stuck`` are rows that could not be written anew: unreadable before, or against a constraint.
    """

    last: int | None
    changed: int = 0
    stuck: list[int] = field(default_factory=list)


class Place(Protocol):
    """Somewhere that holds values under keys."""

    @property
    def name(self) -> str: ...
    def batch(self, after: int, limit: int) -> Passed: ...
    def rows(self) -> int: ...


@dataclass(slots=True)
class Change:
    """One row as it was read and as it should be. Columns of ``old`` that are not in ``new`` only guard."""

    pk: int
    old: Mapping[str, Any]
    new: Mapping[str, Any]


def replace(model: type[models.Model], changes: Sequence[Change], *, wait: bool) -> int:
    """Write the rows that still stand as they were read; how many. Locked rows are skipped unless ``wait``."""
    if not changes:
        return 0
    options = model._meta
    pk = str(options.pk.column)
    types = {each.column: each.db_type(connection) for each in options.concrete_fields}
    guards, targets = sorted(changes[0].old), sorted(changes[0].new)
    arrays: list[list[Any]] = [[each.pk for each in changes]]
    arrays += [[_sent(each.old[name], types[name]) for each in changes] for name in guards]
    arrays += [[_sent(each.new[name], types[name]) for each in changes] for name in targets]
    columns = [*guards, *targets]
    sent = [
        sql.SQL("bigint[]"),
        *(sql.SQL("text[]" if types[name] in _AS_TEXT else f"{types[name]}[]") for name in columns),
    ]
    names = [
        sql.Identifier("pk"),
        *(sql.Identifier(f"old_{name}") for name in guards),
        *(sql.Identifier(f"new_{name}") for name in targets),
    ]
    values = sql.SQL("unnest({}) AS v ({})").format(
        sql.SQL(", ").join(sql.SQL("%s::{}").format(each) for each in sent), sql.SQL(", ").join(names)
    )
    here = {"table": sql.Identifier(options.db_table), "pk": sql.Identifier(pk)}
    lock = sql.SQL("SELECT {pk} FROM {table} WHERE {pk} = ANY(%s) ORDER BY {pk} FOR UPDATE{skip}").format(
        **here, skip=sql.SQL("" if wait else " SKIP LOCKED")
    )
    update = sql.SQL(
        "UPDATE {table} t SET {sets} FROM {values} WHERE t.{pk} = v.pk AND t.{pk} = ANY(%s) AND {same}"
    ).format(
        **here,
        values=values,
        sets=sql.SQL(", ").join(
            sql.SQL("{} = {}").format(sql.Identifier(name), _received(f"new_{name}", types[name])) for name in targets
        ),
        same=sql.SQL(" AND ").join(
            sql.SQL("t.{} IS NOT DISTINCT FROM {}").format(sql.Identifier(name), _received(f"old_{name}", types[name]))
            for name in guards
        ),
    )
    with connection.cursor() as cursor:
        cursor.execute(lock, [arrays[0]])
        free = [found for (found,) in cursor.fetchall()]
        if not free:
            return 0
        cursor.execute(update, [*arrays, free])
        return cursor.rowcount


def _sent(value: Any, kind: str | None) -> Any:
    if value is None:
        return None
    if kind == "bytea":
        return bytes(value)
    if kind == "bigint[]":
        return "{" + ",".join(map(str, value)) + "}"
    return value


def _received(name: str, kind: str | None) -> sql.Composable:
    plain = sql.SQL("v.{}").format(sql.Identifier(name))
    return sql.SQL("{}::{}").format(plain, sql.SQL(kind)) if kind in _AS_TEXT else plain


Found = tuple[int | None, list[Change], list[int]]  # last primary key, what to change, what is stuck


def written_anew(model: type[models.Model], look: Callable[[], Found]) -> Passed:
    """Look at a batch and write what differs until nothing does. ``look`` reads the rows afresh each time."""
    changed = 0
    refused: set[int] = set()
    for attempt in range(ATTEMPTS):
        last, changes, stuck = look()
        changes = [each for each in changes if each.pk not in refused]
        if not changes:
            return Passed(last, changed, [*stuck, *sorted(refused)])
        if attempt:
            time.sleep(PAUSE_SECONDS)
        wait = attempt == ATTEMPTS - 2
        try:
            with transaction.atomic():
                _name_act()
                changed += replace(model, changes, wait=wait)
        except IntegrityError:
            for each in changes:
                try:
                    with transaction.atomic():
                        _name_act()
                        changed += replace(model, [each], wait=wait)
                except IntegrityError:
                    refused.add(each.pk)
    last, changes, stuck = look()
    return Passed(last, changed, [*stuck, *(each.pk for each in changes)])


def _name_act() -> None:
    """Tell the history triggers what this is: one line per statement stands for all its rows."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('kexin.actor', %s, true), set_config('kexin.operation', %s, true)",
            ["command.keys", OPERATION],
        )


def _count(model: type[models.Model]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT greatest(reltuples, 0)::bigint FROM pg_class WHERE oid = %s::regclass", [model._meta.db_table]
        )
        return int(cursor.fetchone()[0])


@dataclass(frozen=True)
class SealedTable:
    """The personal fields of a model, under the customers' own keys."""

    model: type[models.Model]
    fields: tuple[PersonalField, ...]

    @property
    def name(self) -> str:
        return self.model._meta.db_table

    def rows(self) -> int:
        return _count(self.model)

    def batch(self, after: int, limit: int) -> Passed:
        return written_anew(self.model, lambda: self._look(after, limit))

    def _look(self, after: int, limit: int) -> Found:
        key_field = self.fields[0].key_field
        names = [each.attname for each in self.fields]
        rows = list(
            self.model._base_manager.filter(pk__gt=after).order_by("pk").values_list("pk", key_field, *names)[:limit]
        )
        ciphers = customer_keys().aead_many({row[1] for row in rows})
        changes, stuck = [], []
        for pk, key_id, *values in rows:
            cipher = ciphers.get(key_id)
            if cipher is None:  # forgotten: nothing can be read, nothing needs to be
                continue
            prefix = cipher.encrypt(b"", b"")[:5]  # Tink puts the key's identifier in front
            if all(value is None or value[:5] == prefix for value in values):
                continue
            old = dict(zip((str(each.column) for each in self.fields), values, strict=True))
            try:
                new = {
                    str(each.column): cipher.encrypt(
                        cipher.decrypt(bytes(value), each.place + key_id.bytes), each.place + key_id.bytes
                    )
                    if value is not None and value[:5] != prefix
                    else value
                    for each, value in zip(self.fields, values, strict=True)
                }
            except tink.TinkError:
                stuck.append(pk)
                continue
            changes.append(Change(pk, old, new))
        return (rows[-1][0] if rows else None), changes, stuck


@dataclass(frozen=True)
class BlindTable:
    """Tokens that are computed from a row's values. ``wanted`` gives every column of ``columns`` as it should be now.

    ``related`` names the model and path whose personal fields are opened, if not the row's own.
    """

    model: type[models.Model]
    columns: tuple[str, ...]
    wanted: Callable[[Any], Mapping[str, Any]]
    related: str | None = None

    @property
    def name(self) -> str:
        return self.model._meta.db_table

    def rows(self) -> int:
        return _count(self.model)

    def batch(self, after: int, limit: int) -> Passed:
        return written_anew(self.model, lambda: self._look(after, limit))

    def _look(self, after: int, limit: int) -> Found:
        query = self.model._base_manager.filter(pk__gt=after).order_by("pk")
        rows: list[Any] = list((query.select_related(self.related) if self.related else query)[:limit])
        if self.related:
            opened = [getattr(row, self.related) for row in rows]
            decrypt_rows(type(opened[0]), opened) if opened else None
        else:
            decrypt_rows(self.model, rows)
        sealed = [each for each in self.model._meta.concrete_fields if isinstance(each, PersonalField)]
        changes, stuck = [], []
        for row in rows:
            try:
                new = self.wanted(row)
            except Undecipherable:
                stuck.append(row.pk)
                continue
            old = {name: getattr(row, name) for name in self.columns}
            if new and any(_plain(old[name]) != _plain(new[name]) for name in self.columns):
                guard = {str(each.column): row.__dict__[each.attname].sealed for each in sealed}
                changes.append(Change(row.pk, old | guard, new))
        return (rows[-1].pk if rows else None), changes, stuck


def _plain(value: Any) -> Any:
    return bytes(value) if isinstance(value, memoryview) else value


@dataclass(frozen=True)
class SecretColumn:
    """A column encrypted under the institution's ``secrets`` key as a whole."""

    model: type[models.Model]
    column: str
    context: bytes

    @property
    def name(self) -> str:
        return self.model._meta.db_table

    def rows(self) -> int:
        return _count(self.model)

    def batch(self, after: int, limit: int) -> Passed:
        return written_anew(self.model, lambda: self._look(after, limit))

    def _look(self, after: int, limit: int) -> Found:
        rows = list(self.model._base_manager.filter(pk__gt=after).order_by("pk").values_list("pk", self.column)[:limit])
        ring, changes, stuck = key_ring(), [], []
        prefix = secret_prefix()
        for pk, value in rows:
            if value is None or bytes(value[:5]) == prefix:
                continue
            try:
                plain = ring.decrypt("secrets", bytes(value), self.context)
            except Undecipherable:
                stuck.append(pk)
                continue
            changes.append(
                Change(pk, {self.column: value}, {self.column: ring.encrypt("secrets", plain, self.context)})
            )
        return (rows[-1][0] if rows else None), changes, stuck


def secret_prefix() -> bytes:
    """What every ciphertext under the newest ``secrets`` key begins with."""
    return key_ring().encrypt("secrets", b"", b"")[:5]


_places: dict[str, list[Callable[[], Iterable[Place]]]] = {}


def register_places(purpose: str, find: Callable[[], Iterable[Place]]) -> None:
    """Tell of places that hold something under the keys of ``purpose`` (in ``apps.ready``; asked when needed)."""
    _places.setdefault(purpose, []).append(find)


def places_of(purpose: str) -> list[Place]:
    """All places of a purpose, by name; those of ``customers`` begin with every personal field there is."""
    found: list[Place] = []
    if purpose == "customers":
        tables: dict[type[models.Model], list[PersonalField]] = {}
        for model, each, _level in personal_fields():
            if model._meta.managed and not model._meta.abstract:
                tables.setdefault(model, []).append(each)
        found = [SealedTable(model, tuple(fields)) for model, fields in tables.items()]
    for find in _places.get(purpose, ()):
        found.extend(find())
    return sorted(found, key=lambda each: each.name)
