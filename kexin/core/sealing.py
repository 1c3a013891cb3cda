"""Whole columns encrypted at once, for imports and their worker processes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from tink.aead import Aead

from kexin.core.keystore import KeyForgotten, customer_keys


def place(table: str, column: str) -> bytes:
    """What a ciphertext is bound to besides its key: the table and column it stands in."""
    return f"{table}.{column}".encode()


def encrypt_columns(
    table: str,
    key_ids: Sequence[UUID],
    columns: Mapping[str, Sequence[str | None]],
    *,
    ciphers: Sequence[Aead] | None = None,
) -> dict[str, list[bytes | None]]:
    """Encrypt whole columns, row *i* by ``key_ids[i]``, in the form :class:`PersonalField` reads.

    *ciphers* are the opened keys, if the caller has them from ``create_open``. Dates are given as
    ISO text. None stays None. KeyForgotten if a key does not exist.
    """
    if ciphers is None:
        opened = customer_keys().aead_many(key_ids)
        try:
            ciphers = [opened[key_id] for key_id in key_ids]
        except KeyError as error:
            raise KeyForgotten(f"There is no key {error.args[0]}.") from None
    ids = [key_id.bytes for key_id in key_ids]
    result: dict[str, list[bytes | None]] = {}
    for column, values in columns.items():
        where = place(table, column)
        result[column] = [
            None if value is None else cipher.encrypt(value.encode(), where + key)
            for value, cipher, key in zip(values, ciphers, ids, strict=True)
        ]
    return result


def encrypt_new(
    table: str, columns: Mapping[str, Sequence[str | None]]
) -> tuple[list[UUID], dict[str, list[bytes | None]]]:
    """Make one key per row and encrypt the columns by it: what an import's worker process does.

    The keys are on the disk when this returns.
    """
    (rows,) = {len(values) for values in columns.values()}
    made = customer_keys().create_open(rows)
    key_ids = [key_id for key_id, _ in made]
    return key_ids, encrypt_columns(table, key_ids, columns, ciphers=[cipher for _, cipher in made])
