"""The key ring: private files, plain sentences when something is wrong, rotation that loses nothing."""

from __future__ import annotations

import json
import multiprocessing
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import tink
from tink import _kms_clients as tink_kms_clients
from tink import aead, json_proto_keyset_format, signature

from kexin.core import crypto
from kexin.core.crypto import KeyMissing, KeyRing, Undecipherable, key_ring


@pytest.fixture
def ring(tmp_path: Path) -> KeyRing:
    return KeyRing.create(tmp_path / "keys")


def test_key_files_are_for_their_owner_alone(ring: KeyRing) -> None:
    assert ring.directory.stat().st_mode & 0o077 == 0
    for name in ("master.json", "keyring.json"):
        assert (ring.directory / name).stat().st_mode & 0o777 == 0o600
    assert '"value"' not in (ring.directory / "keyring.json").read_text()  # only wrapped keysets


def test_secrets_are_bound_to_their_context(ring: KeyRing) -> None:
    sealed = ring.encrypt("secrets", b"totp", b"user 7")
    assert b"totp" not in sealed
    assert KeyRing.open(ring.directory).decrypt("secrets", sealed, b"user 7") == b"totp"
    for ciphertext, context in [(sealed, b"user 8"), (sealed[:-1] + bytes([sealed[-1] ^ 1]), b"user 7"), (b"", b"")]:
        with pytest.raises(Undecipherable):
            ring.decrypt("secrets", ciphertext, context)
    with pytest.raises(ValueError, match="Nothing is encrypted"):
        ring.encrypt("tokens", b"", b"")


def test_pseudo_random_values_are_stable_and_keyed(ring: KeyRing, tmp_path: Path) -> None:
    other = KeyRing.create(tmp_path / "other")
    assert ring.prf(b"x") == KeyRing.open(ring.directory).prf(b"x")
    assert len(ring.prf(b"x", 8)) == 8
    assert ring.prf(b"x") not in (ring.prf(b"y"), other.prf(b"x"))


def test_signatures_can_be_verified_with_the_public_keys_alone(ring: KeyRing) -> None:
    signed = ring.sign(b"checkpoint")
    assert ring.verify(signed, b"checkpoint")
    assert not ring.verify(signed, b"another")
    assert not ring.verify(b"", b"checkpoint")
    later = ring.rotate("signatures")
    assert later.verify(signed, b"checkpoint")
    public = json_proto_keyset_format.parse_without_secret(later.public_keyset())
    verifier = public.primitive(signature.PublicKeyVerify)
    verifier.verify(signed, b"checkpoint")
    verifier.verify(later.sign(b"next"), b"next")
    with pytest.raises(ValueError, match="never removed"):
        later.retire_old("signatures", settle_seconds=0)


def test_a_rotation_keeps_what_was_written_and_uses_the_new_key(ring: KeyRing) -> None:
    sealed, token = ring.encrypt("secrets", b"a", b""), ring.prf(b"x")
    rotated = ring.rotate("secrets").rotate("tokens")
    assert rotated.decrypt("secrets", sealed, b"") == b"a"
    assert rotated.encrypt("secrets", b"a", b"")[:5] != sealed[:5]
    assert rotated.prf(b"x") != token
    assert rotated.prf_all(b"x") == [rotated.prf(b"x"), token]
    with pytest.raises(ValueError, match="finish it first"):
        rotated.rotate("tokens")
    retired = rotated.retire_old("secrets", settle_seconds=0).retire_old("tokens", settle_seconds=0)
    with pytest.raises(Undecipherable):
        retired.decrypt("secrets", sealed, b"")
    assert retired.prf_all(b"x") == [rotated.prf(b"x")]


def test_a_new_master_key_reads_the_old_ring(ring: KeyRing) -> None:
    sealed = ring.encrypt("secrets", b"a", b"")
    before = ring.info()[0]
    rotated = ring.rotate("master")
    after = rotated.info()[0]
    assert (after.purpose, len(after.keys)) == ("master", 2)
    assert after.primary != before.primary
    retired = rotated.retire_old("master", settle_seconds=0)
    assert retired.info()[0].keys == (after.primary,)
    assert retired.decrypt("secrets", sealed, b"") == b"a"


def test_a_crash_between_the_two_files_leaves_a_readable_ring(ring: KeyRing, monkeypatch: Any) -> None:
    sealed = ring.encrypt("secrets", b"a", b"")

    def fail(*_: Any) -> None:
        raise OSError("power cut")

    changes = [
        ("write_ring", lambda: ring.rotate("master")),
        ("write_master", lambda: ring.retire_old("master", settle_seconds=0)),
    ]
    for broken, change in changes:
        with monkeypatch.context() as patch:
            patch.setattr(crypto, broken, fail)
            with pytest.raises(OSError, match="power cut"):
                change()
        assert KeyRing.open(ring.directory).decrypt("secrets", sealed, b"") == b"a"


def test_old_keys_are_not_removed_while_others_may_still_use_them(ring: KeyRing) -> None:
    with pytest.raises(ValueError, match="wait until"):
        ring.rotate("secrets").retire_old("secrets")


@pytest.mark.parametrize(
    ("damage", "sentence"),
    [
        (lambda keys: (keys / "master.json").unlink(), "missing; restore it from your key backup"),
        (lambda keys: (keys / "keyring.json").unlink(), "missing; restore it from your key backup"),
        (lambda keys: (keys / "master.json").chmod(0o640), "open to other users; run chmod 600"),
        (lambda keys: (keys / "master.json").write_text("{}"), "cannot be used"),
        (lambda keys: (keys / "master.json").write_bytes(b"\xff"), "cannot be read"),
        (lambda keys: (keys / "keyring.json").write_text("{"), "damaged"),
        (lambda keys: (keys / "keyring.json").write_text("{}"), "damaged"),
    ],
)
def test_what_is_wrong_is_one_plain_sentence(ring: KeyRing, damage: Any, sentence: str) -> None:
    damage(ring.directory)
    with pytest.raises(KeyMissing, match=sentence) as caught:
        KeyRing.open(ring.directory)
    assert "\n" not in str(caught.value)


def test_another_ring_cannot_be_slipped_under_the_master(ring: KeyRing, tmp_path: Path) -> None:
    other = KeyRing.create(tmp_path / "other")
    (ring.directory / "keyring.json").write_text((other.directory / "keyring.json").read_text())
    with pytest.raises(KeyMissing, match="not wrapped by this"):
        KeyRing.open(ring.directory)


def test_purposes_cannot_be_exchanged(ring: KeyRing) -> None:
    path = ring.directory / "keyring.json"
    wrapped = json.loads(path.read_text())
    wrapped["secrets"] = wrapped["tokens"]
    path.write_text(json.dumps(wrapped))
    with pytest.raises(KeyMissing, match="damaged"):
        KeyRing.open(ring.directory)


def test_a_ring_is_never_replaced(ring: KeyRing) -> None:
    before = (ring.directory / "master.json").read_text()
    with pytest.raises(KeyMissing, match="exists already"):
        KeyRing.create(ring.directory)
    (ring.directory / "master.json").unlink()
    with pytest.raises(KeyMissing, match="exists already"):
        KeyRing.create(ring.directory)
    assert not (ring.directory / "master.json").exists()
    assert before


# -- the ring of the installation ------------------------------------------------------------------


def test_a_rotation_by_another_process_is_noticed(ring: KeyRing, settings: Any, monkeypatch: Any) -> None:
    settings.KEXIN_KEYS_DIR = str(ring.directory)
    now = [1000.0]
    monkeypatch.setattr(crypto.time, "monotonic", lambda: now[0])
    crypto.forget_opened_ring()
    mine = key_ring()
    token = mine.prf(b"x")
    ring.rotate("tokens")
    assert key_ring() is mine
    now[0] += crypto.RELOAD_SECONDS + 0.1
    assert key_ring().prf_all(b"x")[1] == token
    unchanged = key_ring()
    now[0] += crypto.RELOAD_SECONDS + 0.1
    assert key_ring() is unchanged


def _encrypt_in_child(directory: str, queue: Any) -> None:
    queue.put([_forked_ring.encrypt("secrets", b"a", b"") for _ in range(50)])


_forked_ring: KeyRing


def test_a_forked_child_uses_other_nonces(ring: KeyRing) -> None:
    """AES-GCM breaks if a nonce is used twice: a fork must not copy the random generator's state."""
    global _forked_ring
    _forked_ring = ring
    ring.encrypt("secrets", b"warm up", b"")
    context = multiprocessing.get_context("fork")
    queue = context.Queue()
    children = [context.Process(target=_encrypt_in_child, args=(str(ring.directory), queue)) for _ in range(2)]
    for child in children:
        child.start()
    sealed = [each for _ in children for each in queue.get(timeout=30)]
    for child in children:
        child.join(30)
    sealed += [ring.encrypt("secrets", b"a", b"") for _ in range(50)]
    assert len({each[5:17] for each in sealed}) == 150
    assert {ring.decrypt("secrets", each, b"") for each in sealed} == {b"a"}


# -- a key management service ----------------------------------------------------------------------


class SmallKeyService(tink.KmsClient):
    """A key service of one key, as Tink sees one."""

    def __init__(self, key_uri: str) -> None:
        self.key_uri = key_uri
        self.asked = 0
        self._aead = tink.new_keyset_handle(aead.aead_key_templates.AES256_GCM).primitive(aead.Aead)

    def does_support(self, key_uri: str) -> bool:
        return key_uri == self.key_uri

    def get_aead(self, key_uri: str) -> aead.Aead:
        self.asked += 1
        return self._aead


@pytest.fixture
def service(monkeypatch: Any) -> Iterator[SmallKeyService]:
    client = SmallKeyService("small-kms://bank/kexin")
    tink.register_kms_client(client)
    monkeypatch.setenv("KEXIN_KMS_URI", client.key_uri)
    yield client
    tink_kms_clients.reset_kms_clients()


def test_a_key_service_wraps_the_master_key(service: SmallKeyService, tmp_path: Path, monkeypatch: Any) -> None:
    ring = KeyRing.create(tmp_path / "keys")
    sealed = ring.encrypt("secrets", b"a", b"")
    assert "encryptedKeyset" in (ring.directory / "master.json").read_text()
    asked = service.asked
    opened = KeyRing.open(ring.directory)
    assert opened.decrypt("secrets", sealed, b"") == b"a"
    assert service.asked == asked + 1
    assert opened.rotate("master").decrypt("secrets", sealed, b"") == b"a"
    monkeypatch.delenv("KEXIN_KMS_URI")
    with pytest.raises(KeyMissing, match="set KEXIN_KMS_URI"):
        KeyRing.open(ring.directory)


def test_another_service_key_cannot_unwrap(service: SmallKeyService, tmp_path: Path) -> None:
    ring = KeyRing.create(tmp_path / "keys")
    service._aead = SmallKeyService("x")._aead
    with pytest.raises(KeyMissing, match="cannot unwrap"):
        KeyRing.open(ring.directory)


@pytest.mark.parametrize(
    ("uri", "sentence"),
    [
        ("unknown-kms://key", "No key service client knows"),
        ("gcp-kms://projects/p/locations/l/keyRings/r/cryptoKeys/k", r"tink\[gcpkms\]"),
        ("aws-kms://arn:aws:kms:cn-north-1:1:key/k", r"tink\[awskms\]"),
    ],
)
def test_a_key_service_that_is_not_there(uri: str, sentence: str, tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setenv("KEXIN_KMS_URI", uri)
    with pytest.raises(KeyMissing, match=sentence):
        KeyRing.create(tmp_path / "keys")
    monkeypatch.delenv("KEXIN_KMS_URI")
    assert KeyRing.create(tmp_path / "keys").info()  # nothing half-made is in the way


def test_a_plain_master_is_not_opened_as_if_it_were_wrapped(ring: KeyRing, monkeypatch: Any) -> None:
    monkeypatch.setenv("KEXIN_KMS_URI", "small-kms://bank/kexin")
    with pytest.raises(KeyMissing, match="made without a key service"):
        KeyRing.open(ring.directory)
