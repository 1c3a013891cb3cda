"""A sale is recorded by another programme: consent, nodes, pieces as raw bytes, the whole, inspection, ranges."""

from __future__ import annotations

import base64
import hashlib
import json
from typing import Any

import pytest

from kexin.party.models import Customer
from kexin.products.models import Product
from tests.personas import Bank
from tests.scenarios.test_a_sale_is_recorded import (
    DIGESTS,
    FILM,
    NODES,
    PIECES,
    everything_is_inspected,
    on_premises,
    sign,
)
from tests.scenarios.test_a_sale_through_its_gates import product, tolerance

__all__ = ["everything_is_inspected", "product", "tolerance"]
pytestmark = pytest.mark.django_db


def test_a_sale_is_recorded_by_the_interface(
    bank: Bank,
    chen: Customer,
    product: Product,
    browser_of: Any,
    client_of: Any,
) -> None:
    lin, wu, sale = browser_of("lin"), browser_of("wu"), on_premises(bank, chen, product)
    refused = lin("POST", f"/sales/{sale.pk}/recording", json.dumps({"consented": False}))
    assert (refused.status_code, list(refused.json()["fields"])) == (422, ["consented"])
    begun = lin("POST", f"/sales/{sale.pk}/recording", json.dumps({"consented": True}))
    assert begun.status_code == 201
    here = f"/recordings/{begun.json()['id']}"
    assert (begun.json()["due"], begun.json()["pieces"]) == ("consent", 0)

    client = client_of("lin")

    def put(number: int, digest: str) -> Any:
        return client.put(
            f"/api/v1{here}/pieces/{number}",
            PIECES[number],
            content_type="application/octet-stream",
            headers={"Content-Digest": digest},
        )

    assert put(0, "sha-256=:short:").status_code == 422
    for number, each in enumerate(PIECES):
        told = base64.b64encode(hashlib.sha256(each).digest()).decode()
        assert put(number, f"sha-256=:{told}:").json() == {"pieces": number + 1}
    sign(sale, chen, bank)
    for number, code in enumerate(NODES):
        heard = {"code": code, "began": str(number * 10), "ended": str(number * 10 + 9), "result": "yes"}
        marked = lin("POST", f"{here}/marks", json.dumps(heard))
        assert marked.status_code == 200, marked.content
    assert marked.json()["due"] == ""
    whole = hashlib.sha256(bytes.fromhex("".join(DIGESTS))).hexdigest()
    done = {"seconds": "90", "whole": whole, "media_type": "video/webm"}
    assert lin("POST", f"{here}/completion", json.dumps(done)).json()["sha256"] == hashlib.sha256(FILM).hexdigest()
    assert lin("GET", f"/sales/{sale.pk}").json()["blocked_by"] == "sent"

    assert lin("GET", f"{here}/content").status_code == 403
    part = wu("GET", f"{here}/content", Range="bytes=0-3")
    assert (part.status_code, b"".join(part.streaming_content)) == (206, FILM[:4])
    assert [each["id"] for each in wu("GET", "/recordings?which=awaited").json()["items"]] == [begun.json()["id"]]
    found = {"result": "faulty", "second": "12.5", "reason": "证件没有对准镜头"}
    assert wu("POST", f"{here}/inspection", json.dumps(found)).json()["fault_second"] == "12.5"
    assert lin("POST", f"{here}/inspection", json.dumps(found)).status_code == 403
    assert wu("GET", "/recordings/figures").json()["uncorrected"] == 1
    assert lin("GET", "/recordings?which=awaited").json()["items"] == []
