"""Keys and ciphertexts made without Tink's detour are Tink's own, in both directions."""

from __future__ import annotations

import pytest
import tink
from hypothesis import given
from hypothesis import strategies as st
from tink import aead, proto_keyset_format, secret_key_access

from kexin.core.crypto import TEMPLATES, with_new_primary
from kexin.core.onekey import OneKey, fresh, opened


def _by_tink(keyset: bytes) -> aead.Aead:
    return proto_keyset_format.parse(keyset, secret_key_access.TOKEN).primitive(aead.Aead)


def _one() -> tuple[bytes, OneKey]:
    (made,) = fresh(1)
    return made


@given(st.binary(max_size=300), st.binary(max_size=60))
def test_tink_reads_what_a_fresh_key_encrypts_and_the_other_way_round(plain: bytes, bound: bytes) -> None:
    keyset, mine = _one()
    tinks = _by_tink(keyset)
    assert tinks.decrypt(mine.encrypt(plain, bound), bound) == plain
    assert mine.decrypt(tinks.encrypt(plain, bound), bound) == plain


def test_a_keyset_that_tink_made_is_opened_without_the_detour_and_says_the_same() -> None:
    handle = tink.new_keyset_handle(TEMPLATES["secrets"])
    keyset = proto_keyset_format.serialize(handle, secret_key_access.TOKEN)
    mine = opened(keyset)
    assert isinstance(mine, OneKey)
    assert mine.decrypt(handle.primitive(aead.Aead).encrypt(b"x", b"y"), b"y") == b"x"


def test_a_fresh_keyset_is_what_tink_would_have_written() -> None:
    keyset, _cipher = _one()
    again = proto_keyset_format.serialize(
        proto_keyset_format.parse(keyset, secret_key_access.TOKEN), secret_key_access.TOKEN
    )
    assert again == keyset


def test_a_keyset_with_an_older_key_is_left_to_tink_and_reads_both() -> None:
    keyset, older = _one()
    handle = with_new_primary(proto_keyset_format.parse(keyset, secret_key_access.TOKEN), TEMPLATES["secrets"])
    both = opened(proto_keyset_format.serialize(handle, secret_key_access.TOKEN))
    assert not isinstance(both, OneKey)
    assert both.decrypt(older.encrypt(b"old", b""), b"") == b"old"
    with pytest.raises(tink.TinkError):
        older.decrypt(both.encrypt(b"new", b""), b"")


@pytest.mark.parametrize("at", [0, 3, 8, 20, -1])
def test_a_changed_byte_is_noticed_wherever_it_stands(at: int) -> None:
    _keyset, cipher = _one()
    sealed = bytearray(cipher.encrypt(b"a value", b"place"))
    sealed[at] ^= 1
    with pytest.raises(tink.TinkError):
        cipher.decrypt(bytes(sealed), b"place")


@pytest.mark.parametrize("bytes_left", [0, 5, 17, 32])
def test_what_is_cut_off_is_no_ciphertext(bytes_left: int) -> None:
    _keyset, cipher = _one()
    with pytest.raises(tink.TinkError):
        cipher.decrypt(cipher.encrypt(b"", b"")[:bytes_left], b"")


def test_another_place_cannot_read_a_value() -> None:
    _keyset, cipher = _one()
    with pytest.raises(tink.TinkError):
        cipher.decrypt(cipher.encrypt(b"a value", b"here"), b"there")


def test_keys_and_nonces_are_not_given_out_twice() -> None:
    made = fresh(200)
    assert len({keyset for keyset, _cipher in made}) == 200
    (_keyset, cipher), *_ = made
    assert len({cipher.encrypt(b"x", b"") for _ in range(200)}) == 200
