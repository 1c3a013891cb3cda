"""PersonalField: a personal value that lies encrypted in the database, by the key of its own row.

The column is ``bytea``. Its content is bound to table, column and key, so that a ciphertext copied to
another row or column cannot be read there; renaming a table or column therefore needs a data migration.
Values are decrypted on first access, so a list pays only for what it shows; many rows are opened
together by :func:`decrypt_rows`. Searching goes by blind tokens (:mod:`kexin.core.tokens`): filtering,
ordering or updating the field itself raises ``FieldError``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any, Literal, NoReturn, cast
from uuid import UUID

import tink
from django.apps import apps
from django.core import checks, exceptions, validators
from django.core.exceptions import FieldError
from django.db import models
from django.db.models.expressions import Col
from django.db.models.lookups import IsNull
from django.db.models.query_utils import DeferredAttribute
from django.forms import CharField, DateField, Field
from django.utils.dateparse import parse_date
from django.utils.translation import gettext_lazy as _
from tink.aead import Aead

from kexin.core.crypto import Undecipherable
from kexin.core.keystore import KeyForgotten, customer_keys
from kexin.core.personal import UNOPENED, Cell, Forgotten, Level, Personal, Sealed
from kexin.core.sealing import place

__all__ = ["Forgotten", "Level", "Personal", "PersonalField", "Sealed", "decrypt_rows", "personal_fields"]

if TYPE_CHECKING:
    _Field = models.Field[Any, Any]
else:
    _Field = models.Field


class PersonalAttribute(DeferredAttribute):
    """Decrypts on first access, keeps what was read from the database beside what was assigned."""

    field: PersonalField

    def __get__(self, instance: models.Model | None, cls: Any = None) -> Any:
        if instance is None:
            return self
        name = self.field.attname
        if name not in instance.__dict__:
            super().__get__(instance, cls)  # deferred: fetches the row's column, which sets the cell
        cell: Cell = instance.__dict__[name]
        if cell.plain is UNOPENED:
            cell.plain = self.field.open(cast(Sealed, cell.sealed), self.field.key_id_of(instance))
        return cell.plain

    def __set__(self, instance: models.Model, value: Any) -> None:
        name = self.field.attname
        if isinstance(value, Sealed):
            instance.__dict__[name] = Cell(value, UNOPENED)
        else:
            before: Cell | None = instance.__dict__.get(name)
            instance.__dict__[name] = Cell(before.sealed if before else None, value)


class _PersonalCol(Col):
    """The field's column in a query; Django resolves it again only where it would be sorted or computed by."""

    target: PersonalField

    def resolve_expression(self, *args: Any, **kwargs: Any) -> NoReturn:
        self.target.refuse("ordered by or computed with")


class _PersonalIsNull(IsNull):
    def __init__(self, lhs: Any, rhs: Any) -> None:
        if isinstance(lhs, _PersonalCol):
            lhs = Col(lhs.alias, lhs.target, lhs.output_field)
        super().__init__(lhs, rhs)


class PersonalField(_Field):
    """An encrypted text or date.

    *level* and *mask* say how it is protected on the screen, *key_field* names the UUID column of the
    same model with the id of the customer's key, which must be set before the row is saved.
    Reading gives ``str`` or ``date``, None, or :class:`Forgotten` after the key was forgotten;
    ``Undecipherable`` is raised if the stored bytes were tampered with or moved.
    """

    descriptor_class = PersonalAttribute
    non_db_attrs = (*models.Field.non_db_attrs, "level", "kind", "key_field", "max_length", "retention")
    description = "Encrypted personal value"

    def __init__(
        self,
        verbose_name: Any = None,
        *,
        level: Level | str,
        mask: Callable[[str], str] | None = None,
        max_length: int | None = None,
        kind: Literal["text", "date"] = "text",
        null: bool = True,
        blank: bool = True,
        key_field: str = "key_id",
        retention: str | None = None,
        **kwargs: Any,
    ) -> None:
        if kind not in ("text", "date"):
            raise ValueError(f"A personal field holds text or a date, not {kind!r}.")
        self.personal = Personal(Level(level), retention, mask)
        self.kind = kind
        self.key_field = key_field
        super().__init__(verbose_name, null=null, blank=blank, max_length=max_length, **kwargs)
        if kind == "text" and max_length is not None:
            self.validators.append(validators.MaxLengthValidator(max_length))

    @property
    def level(self) -> Level:
        return self.personal.level

    @property
    def mask(self) -> Callable[[str], str] | None:
        return self.personal.mask

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        kwargs |= {"level": self.level.value, "null": self.null, "blank": self.blank}
        if self.kind != "text":
            kwargs["kind"] = self.kind
        if self.key_field != "key_id":
            kwargs["key_field"] = self.key_field
        return name, path, args, kwargs

    def get_internal_type(self) -> str:
        return "BinaryField"

    def check(self, **kwargs: Any) -> list[checks.CheckMessage]:
        found = super().check(**kwargs)
        options = self.model._meta
        if self.key_field not in {field.attname for field in options.concrete_fields}:
            hint = f"Add {self.key_field} = models.UUIDField() to the model."
            found.append(checks.Error("There is no column for the key.", hint=hint, obj=self, id="kexin.E001"))
        if any(str(name).lstrip("-") == self.name for name in options.ordering or ()):
            found.append(checks.Error("A personal field cannot order rows.", obj=self, id="kexin.E002"))
        return found

    # -- ciphertext and value --------------------------------------------------------------------

    @property
    def place(self) -> bytes:
        """What ciphertexts of this field are bound to besides the key."""
        return place(self.model._meta.db_table, self.column or self.attname)

    def key_id_of(self, instance: models.Model) -> UUID:
        key_id = getattr(instance, self.key_field)
        if key_id is None:
            raise ValueError(
                f"{self}: {self.key_field} is empty; create the customer's key before setting personal values."
            )
        return key_id if isinstance(key_id, UUID) else UUID(str(key_id))

    def seal(self, value: str | date, key_id: UUID, cipher: Aead | None = None) -> Sealed:
        """The ciphertext of a value; KeyForgotten if there is no such key."""
        text = value.isoformat() if isinstance(value, date) else value
        cipher = cipher or customer_keys().aead(key_id)
        return Sealed(cipher.encrypt(text.encode("utf-8", "surrogatepass"), self.place + key_id.bytes))

    def open(self, sealed: bytes, key_id: UUID, cipher: Aead | None = None) -> str | date:
        """The value of a ciphertext; Forgotten if its key is gone, Undecipherable if it was tampered with."""
        try:
            cipher = cipher or customer_keys().aead(key_id)
            plain = cipher.decrypt(bytes(sealed), self.place + key_id.bytes)
        except KeyForgotten:
            return Forgotten()
        except tink.TinkError as error:
            raise Undecipherable(f"A value of {self} was changed, moved or sealed by a retired key.") from error
        text = plain.decode("utf-8", "surrogatepass")
        return date.fromisoformat(text) if self.kind == "date" else text

    def masked(self, value: Any) -> str:
        """How the value is shown to those who may not see it whole; empty for None."""
        if value is None or isinstance(value, Forgotten):
            return str(value) if value is not None else ""
        text = value.isoformat() if isinstance(value, date) else str(value)
        return self.mask(text) if self.mask else "*" * min(len(text), 8)

    # -- between Python and the database ---------------------------------------------------------

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Sealed | None:
        return None if value is None else Sealed(value)

    def to_python(self, value: Any) -> Any:
        if value is None or isinstance(value, Forgotten):
            return value
        if self.kind == "text":
            return str(value)
        if isinstance(value, date):
            return value
        try:
            parsed = parse_date(str(value))
        except ValueError:
            parsed = None
        if parsed is None:
            raise exceptions.ValidationError(_("Enter a valid date."), code="invalid")
        return parsed

    def validate(self, value: Any, model_instance: models.Model | None) -> None:
        if not isinstance(value, Forgotten):
            super().validate(value, model_instance)

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        cell: Cell | None = model_instance.__dict__.get(self.attname)
        if cell is None:
            getattr(model_instance, self.attname)  # deferred
            cell = cast(Cell, model_instance.__dict__[self.attname])
        value = cell.plain if cell.plain is UNOPENED else self.to_python(cell.plain)
        if value is None:
            model_instance.__dict__[self.attname] = Cell(None, None)
            return None
        if isinstance(value, Forgotten):
            return cell.sealed
        key_id = self.key_id_of(model_instance)
        if cell.sealed is not None:
            kept = self._still_good(cell.sealed, value, key_id)
            if kept is not None:
                return kept
            if value is UNOPENED:
                value = self.open(cell.sealed, key_id)
        sealed = self.seal(cast(str | date, value), key_id)
        model_instance.__dict__[self.attname] = Cell(sealed, value)
        return sealed

    def _still_good(self, sealed: Sealed, value: Any, key_id: UUID) -> Sealed | None:
        """The stored ciphertext, if it says the same under the present key: an unchanged value makes no history."""
        try:
            cipher = customer_keys().aead(key_id)
        except KeyForgotten:
            return sealed if value is UNOPENED else None
        if sealed[:5] != cipher.encrypt(b"", b"")[:5]:  # Tink puts the key's identifier in front
            return None
        if value is not UNOPENED:
            try:
                if self.open(sealed, key_id, cipher) != value:
                    return None
            except Undecipherable:  # the row was given another key
                return None
        return sealed

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        if value is None or hasattr(value, "resolve_expression"):
            return value
        if not isinstance(value, Sealed):
            self.refuse("updated in bulk")
        return bytes(value)

    def formfield(self, **kwargs: Any) -> Field | None:
        if self.kind == "date":
            return super().formfield(**{"form_class": DateField, **kwargs})
        empty = {"empty_value": None} if self.null else {}
        return super().formfield(**{"form_class": CharField, "max_length": self.max_length, **empty, **kwargs})

    # -- queries ---------------------------------------------------------------------------------

    def refuse(self, what: str) -> NoReturn:
        raise FieldError(
            f"{self} is encrypted and cannot be {what}; search by its tokens, sort after decryption, "
            "change it by loading and saving the row."
        )

    def get_lookup(self, lookup_name: str) -> Any:
        if lookup_name == "isnull":
            return _PersonalIsNull
        return self.refuse("filtered")

    def get_transform(self, lookup_name: str) -> Any:
        return self.refuse("filtered")

    def get_col(self, alias: str | None, output_field: models.Field[Any, Any] | None = None) -> Col:
        return _PersonalCol(cast(str, alias), self, output_field or self)

    @property
    def cached_col(self) -> Col:
        return _PersonalCol(self.model._meta.db_table, self)


def personal_fields() -> list[tuple[type[models.Model], PersonalField, Level]]:
    """Every personal field of every installed model: the inventory, erasure and key rotation start here."""
    return [
        (model, field, field.level)
        for model in apps.get_models()
        for field in model._meta.concrete_fields
        if isinstance(field, PersonalField) and field.model is model
    ]


def decrypt_rows(model: type[models.Model], rows: Iterable[Any], fields: Sequence[str] | None = None) -> list[Any]:
    """Open the personal fields of many rows, each key once; returns the rows.

    *rows* are instances of *model*, or dicts from ``.values()`` that contain the key's column; in a
    dict the ciphertext is replaced by its value. *fields* defaults to all personal fields.
    """
    rows = list(rows)
    chosen = [
        field
        for field in model._meta.concrete_fields
        if isinstance(field, PersonalField) and (fields is None or field.name in fields)
    ]
    for key_field in {field.key_field for field in chosen}:
        mine = [field for field in chosen if field.key_field == key_field]
        ciphers = customer_keys().aead_many(key_id for row in rows if isinstance(key_id := _of(row, key_field), UUID))
        for row in rows:
            key_id = _of(row, key_field)
            for field in mine:
                _open_in(row, field, key_id, ciphers.get(key_id))
    return rows


def _of(row: Any, name: str) -> Any:
    return row.get(name) if isinstance(row, Mapping) else getattr(row, name)


def _open_in(row: Any, field: PersonalField, key_id: UUID, cipher: Aead | None) -> None:
    if isinstance(row, dict):
        sealed = row.get(field.attname)
        if isinstance(sealed, Sealed):
            row[field.attname] = field.open(sealed, key_id, cipher) if cipher else Forgotten()
        return
    cell: Cell | None = row.__dict__.get(field.attname)
    if cell is not None and cell.plain is UNOPENED:
        cell.plain = field.open(cast(Sealed, cell.sealed), key_id, cipher) if cipher else Forgotten()
