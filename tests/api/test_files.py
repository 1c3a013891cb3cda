"""Tables that leave by the interface: CSV, XLSX, Parquet, all watermarked, masked and recorded."""

from __future__ import annotations

import io

import pyarrow.parquet as parquet
import pytest
from django.test import Client
from openpyxl import load_workbook

from kexin.core.models import AuditEntry

pytestmark = pytest.mark.django_db
WHY = {"purpose": "季度回访"}


def body(answer):
    return b"".join(answer.streaming_content)


def post(client: Client, path, data):
    return client.post(f"/api/v1{path}", data, content_type="application/json")


def test_customers_leave_in_three_formats(client_of, chen):
    lin = client_of("lin")
    csv = post(lin, "/customers/export", WHY)
    assert csv.headers["Content-Type"] == "text/csv"
    assert chen.customer_no in body(csv).decode("utf-8-sig")
    xlsx = post(lin, "/customers/export", WHY | {"format": "xlsx"})
    assert xlsx.headers["Content-Disposition"].startswith('attachment; filename="customers-')
    sheet = load_workbook(io.BytesIO(body(xlsx)), read_only=True).active
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert rows[1][0] == chen.customer_no
    table = parquet.read_table(io.BytesIO(body(post(lin, "/customers/export", WHY | {"format": "parquet"}))))
    assert table.num_rows == 1
    assert table.column(0).to_pylist() == [chen.customer_no]
    assert b"1001" in table.schema.metadata[b"kexin.watermark"]
    assert "decimal128(20, 2)" in [str(each.type) for each in table.schema]
    done = AuditEntry.objects.filter(operation="party.export_customers", outcome="done")
    assert [each.arguments["purpose"] for each in done] == ["季度回访"] * 3
    assert post(lin, "/customers/export", WHY | {"format": "pdf"}).status_code == 422


def test_only_the_named_customers_leave_and_only_within_reach(client_of, chen):
    assert chen.customer_no in body(
        post(client_of("lin"), "/customers/export", WHY | {"customer_ids": [chen.pk]})
    ).decode("utf-8-sig")
    elsewhere = post(client_of("mei"), "/customers/export", WHY | {"customer_ids": [chen.pk]})
    assert elsewhere.status_code == 403 or chen.customer_no not in body(elsewhere).decode("utf-8-sig")


def test_the_audit_leaves_as_parquet_with_moments(client_of, chen):
    qian = client_of("qian")
    client_of("lin").get(f"/api/v1/customers/{chen.pk}")
    table = parquet.read_table(io.BytesIO(body(post(qian, "/audit/export", {"format": "parquet"}))))
    assert "timestamp[us, tz=UTC]" in [str(each.type) for each in table.schema]
    assert "party.view_customer" in table.column(2).to_pylist()
    assert client_of("lin").post("/api/v1/audit/export", {}, content_type="application/json").status_code == 403
