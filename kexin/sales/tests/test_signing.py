"""A customer signs: what is kept, what it proves, and what is refused."""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from asn1crypto import cms as asn1_cms
from asn1crypto import tsp
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from django.db import IntegrityError, transaction
from django.utils import timezone

from kexin.core.actor import Actor, customer, system
from kexin.core.errors import Conflict, NotPermitted, RuleViolation
from kexin.core.models import AuditEntry
from kexin.core.rotation import rotate
from kexin.products.models import Product
from kexin.sales.adapters.authority import cms
from kexin.sales.adapters.authority.local import LocalAuthority
from kexin.sales.adapters.timestamp import NotStamped, tokens
from kexin.sales.adapters.timestamp.http import HttpTimeStamper
from kexin.sales.models import Sale, Signature, SignatureStamp
from kexin.sales.operations.stamping import stamp_signatures
from kexin.sales.rules import ALWAYS
from kexin.sales.signatures.choices import ProofMethod
from kexin.sales.signatures.signing import Proof, SignedDocument, sign, stamped_digest
from kexin.sales.tests.test_signature_rules import drawn

pytestmark = pytest.mark.django_db
DOCUMENTS = (
    SignedDocument("risk_disclosure", "RD-3", "风险揭示书", hashlib.sha256(b"risk").hexdigest()),
    SignedDocument("agreement", "AG-7", "销售协议书", hashlib.sha256(b"agreement").hexdigest()),
)
FACE = Proof(ProofMethod.FACE, "F-20261120-77", session="s-1", link="L-9", device={"platform": "Android", "spy": "x"})


@pytest.fixture
def sale(bank: Any, chen: Any) -> Sale:
    product = Product.objects.create(code="FIX-90", name="稳盈九十天", product_class="wealth")
    return Sale.objects.create(
        sale_no="S1",
        customer=chen,
        product=product,
        unit=bank.units["east"],
        seller_post=bank.posts["lin"],
        seller=bank.employees["lin"],
        amount=50_000,
        channel="self",
        staff_took_part=False,
        needed=sorted(ALWAYS),
        opened_at=timezone.now(),
        opened_on=dt.date(2026, 11, 20),
        lapses_on=dt.date(2099, 1, 1),
    )


@pytest.fixture
def herself(chen: Any) -> Actor:
    return customer(chen.pk, chen.customer_no, (), session="portal-1", address="10.1.2.3")


def signed(sale: Sale, actor: Actor, proof: Proof = FACE, **changes: Any) -> Signature:
    with transaction.atomic():
        return sign(sale, actor=actor, **({"drawing": drawn(), "documents": DOCUMENTS, "proof": proof} | changes))


def test_a_signature_binds_drawing_documents_and_proof(sale: Sale, herself: Actor) -> None:
    row = Signature.objects.get(pk=signed(sale, herself).pk)
    assert (row.kind, row.reasons, row.by) == ("certified", ["not_licensed"], herself.name)
    said = json.loads(row.manifest)
    assert [each["sha256"] for each in said["documents"]] == [each.sha256 for each in DOCUMENTS]
    assert said["drawing"] == row.drawing_digest == hashlib.sha256(row.drawing.strokes.encode()).hexdigest()
    assert (said["sale"], said["amount"], said["proof"]["reference"]) == ("S1", "50000.00", "F-20261120-77")
    assert row.device == {"platform": "Android"}, "only known facts of a device are kept"

    root, content, der = LocalAuthority().root(), row.manifest.encode(), bytes(row.cms)
    certificate, at = cms.examine(der, content, root)
    assert abs(at - row.at) < dt.timedelta(seconds=2)
    assert f"{certificate.serial_number:x}" == row.certificate_serial
    assert certificate.public_bytes(serialization.Encoding.PEM).decode() == row.certificate
    with pytest.raises(cms.NotGenuine, match="content"):
        cms.examine(der, content.replace(b"50000", b"90000"), root)
    for place in range(3, len(der), 31):  # every place was tried once: none passes
        changed = bytearray(der)
        changed[place] ^= 1 << (place % 8)
        with pytest.raises(cms.NotGenuine):
            cms.examine(bytes(changed), content, root)
    with pytest.raises(cms.NotGenuine):
        cms.examine(der + b"\0", content, root)

    token = tokens.checked(bytes(row.stamp.token), stamped_digest(row))
    cms.issued_by(token.certificate, root, token.at)
    with pytest.raises(tokens.BadToken, match="other-content"):
        tokens.checked(bytes(row.stamp.token), bytes(32))


def test_a_code_with_a_drawing_is_called_what_it_is(sale: Sale, herself: Actor) -> None:
    row = signed(sale, herself, Proof(ProofMethod.CODE, "C-1", agreement="AG-7"))
    assert (row.kind, row.reasons) == ("simple", ["not_the_signatorys_alone"])
    assert row.get_kind_display() not in ("", "可靠电子签名")


def test_who_agreed_to_sign_so_with_a_proof_that_is_kept_signs_reliably(sale: Sale, herself: Actor) -> None:
    row = signed(sale, herself, Proof(ProofMethod.APP, "A-1", agreement="AG-7"))
    assert (row.kind, row.reasons) == ("reliable", [])


def test_nobody_signs_for_a_customer_and_nobody_twice(sale: Sale, herself: Actor, bank: Any) -> None:
    stranger = customer(sale.customer_id + 1, "C2", (), session="x", address="")
    for who in (bank.actor("lin"), system("clock.x"), stranger):
        with pytest.raises(NotPermitted):
            signed(sale, who)
    for changes in (
        {"documents": ()},
        {"documents": (DOCUMENTS[0], DOCUMENTS[0])},
        {"documents": (SignedDocument("a", "1", "x", "F" * 64),)},
        {"drawing": "{}"},
    ):
        with pytest.raises(RuleViolation):
            signed(sale, herself, **changes)
    assert not Signature.objects.exists()
    signed(sale, herself)
    with pytest.raises(Conflict):
        signed(sale, herself)
    Sale.objects.filter(pk=sale.pk).update(round=2)
    sale.refresh_from_db()
    signed(sale, herself)
    assert Signature.objects.count() == 2


def test_the_database_keeps_what_was_signed(sale: Sale, herself: Actor) -> None:
    row = signed(sale, herself)
    for act in (
        lambda: Signature.objects.filter(pk=row.pk).update(kind="reliable"),
        lambda: SignatureStamp.objects.all().update(authority="x"),
        lambda: SignatureStamp.objects.all().delete(),
    ):
        with pytest.raises(IntegrityError, match="append"), transaction.atomic():
            act()


def test_the_roots_key_moves_with_a_change_of_the_institutions_keys(sale: Sale, herself: Actor) -> None:
    before = LocalAuthority().root()
    rotate("secrets", actor=system("command.keys"), settle_seconds=0)
    assert LocalAuthority().root() == before
    assert signed(sale, herself).kind == "certified"


class StandIn:
    """A time-stamping authority; ``answers`` are given one after another, then good stamps for ever."""

    def __init__(self) -> None:
        self.answers: list[str] = []
        self.asked: list[Any] = []
        self.last = b""
        self.let_go = threading.Event()
        at = timezone.now().replace(microsecond=0)
        self.house, self.at = LocalAuthority(), at
        self.pair = self.house.issue(name="stand-in", reference="1", at=at, stamps_time=True)
        self.plain = self.house.issue(name="stand-in", reference="2", at=at)
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                said, status = outer.answer(body)
                self.send_response(status)
                self.send_header("Content-Length", str(len(said)))
                self.end_headers()
                self.wfile.write(said)

            def handle(self) -> None:
                with contextlib.suppress(ConnectionError):  # the asker has gone
                    super().handle()

            def log_message(self, format: str, *args: Any) -> None:
                """Requests are not news."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_port}/tsa"

    def answer(self, body: bytes) -> tuple[bytes, int]:
        asked = tsp.TimeStampReq.load(body, strict=True)
        self.asked.append(asked)
        how = self.answers.pop(0) if self.answers else "good"
        digest, nonce = asked["message_imprint"]["hashed_message"].native, asked["nonce"].native
        if how == "late":
            self.let_go.wait(5)
        if how == "503":
            return b"", 503
        if how == "long":
            return b"\x30" * 70_000, 200
        if how == "again":
            return self.last, 200
        if how == "refuses":
            status = tsp.PKIStatusInfo({"status": "rejection"})
            return tokens.Answer({"status": status}).dump(), 200
        if how == "noise":
            return b"<html>", 200
        pair = self.plain if how == "no stamper" else self.pair
        token = tokens.made(digest if how != "other" else bytes(32), *pair, self.at, nonce)
        status = tsp.PKIStatusInfo({"status": "granted"})
        self.last = tokens.Answer({"status": status, "time_stamp_token": asn1_cms.ContentInfo.load(token)}).dump()
        return self.last, 200


@pytest.fixture
def stand_in(tmp_path: Path, settings: Any) -> Iterator[StandIn]:
    made = StandIn()
    roots = tmp_path / "roots.pem"
    roots.write_bytes(made.house.root().public_bytes(serialization.Encoding.PEM))
    settings.KEXIN_TIME_STAMP_URL, settings.KEXIN_TIME_STAMP_ROOTS = made.url, str(roots)
    yield made
    made.let_go.set()
    made.server.shutdown()
    made.server.server_close()


def test_an_authority_that_fails_delays_and_answers_twice(stand_in: StandIn, settings: Any, tmp_path: Path) -> None:
    digest = hashlib.sha256(b"x").digest()
    stamper = HttpTimeStamper(stand_in.url, settings.KEXIN_TIME_STAMP_ROOTS, seconds=0.3)
    assert tokens.checked(stamper.stamp(digest).token, digest).at == stand_in.at
    for how, why in (
        ("503", "http-503"),
        ("late", "TimeoutError"),
        ("again", "other-request"),
        ("refuses", "refused-rejection"),
        ("noise", "form"),
        ("long", "too-long"),
        ("other", "other-content"),
        ("no stamper", "not-for-stamping"),
    ):
        stand_in.answers = [how]
        with pytest.raises(NotStamped, match=why):
            stamper.stamp(digest)
    strange = tmp_path / "strange.pem"
    strange.write_bytes(_stranger())
    with pytest.raises(NotStamped, match="authority"):
        HttpTimeStamper(stand_in.url, str(strange)).stamp(digest)
    with pytest.raises(NotStamped):
        HttpTimeStamper("http://127.0.0.1:9/", str(strange)).stamp(digest)
    for url, roots in (("ftp://x", str(strange)), (stand_in.url, str(tmp_path / "none.pem"))):
        with pytest.raises(ValueError, match="KEXIN_TIME_STAMP"):
            HttpTimeStamper(url, roots)


def _stranger() -> bytes:
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec

    key, at = ec.generate_private_key(ec.SECP256R1()), timezone.now()
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Kexin local authority")])
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    made = (
        builder.serial_number(1)
        .not_valid_before(at - dt.timedelta(days=1))
        .not_valid_after(at + dt.timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    return made.public_bytes(serialization.Encoding.PEM)


def test_a_signature_waits_for_no_authority_outside_and_is_stamped_later(
    sale: Sale, herself: Actor, stand_in: StandIn
) -> None:
    row = signed(sale, herself)
    assert not stand_in.asked, "a sale is never held while somebody outside thinks"
    clock = system("clock.stamps")
    stand_in.answers = ["503"]
    assert stamp_signatures(actor=clock) == 0
    assert stamp_signatures(actor=clock) == 1
    assert stamp_signatures(actor=clock) == 0
    assert SignatureStamp.objects.get().authority == "127.0.0.1"
    assert tokens.checked(bytes(row.stamp.token), stamped_digest(row))
    assert [each.arguments["stamped"] for each in AuditEntry.objects.filter(operation="sales.stamp_signatures")] == [
        0, 1, 0,
    ]  # fmt: skip
    with pytest.raises(NotPermitted):
        stamp_signatures(actor=herself)
