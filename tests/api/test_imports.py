"""An import by the interface: files brought, mapped, tried, loaded, reported, thrown away."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from kexin.core.approval import decide_approval
from kexin.core.imports import jobs
from kexin.core.imports.storage import uploads_folder
from kexin.core.models import AuditEntry, ImportUpload
from kexin.core.policies import ImportPolicy
from kexin.core.policy import in_force, policy_types
from kexin.core.policy_operations import propose_policy
from kexin.party.models import Customer

pytestmark = pytest.mark.django_db
CUSTOMERS = (
    "客户号;姓名;性别;出生日期;手机号\n"
    "1;张秀兰;女;1949/12/31;13812345678\n"
    "2;李雷;男;1990/02/30;13900001111\n"
    "3;王芳;女;1988/08/08;\n"
)
CONTENT = CUSTOMERS.encode()
MAPPING = {
    "source": "oldcrm",
    "columns": {
        "source_no": {"from": "客户号"},
        "name": {"from": "姓名"},
        "sex": {"from": "性别", "translate": {"女": "F", "男": "M"}},
        "born_on": {"from": "出生日期", "date": "%Y/%m/%d"},
        "unit": {"constant": "101"},
    },
}


@pytest.fixture
def loader(token_for):
    """A service account that loads and reads reports; it speaks multipart as well."""
    token = token_for(["core.start_import", "core.view_imports"])
    return Client(headers={"Authorization": f"Bearer {token}"})


def bring(client, content=CONTENT, **fields):
    data = {"upload": SimpleUploadedFile("客户.csv", content), "target": "party.customer", **fields}
    return client.post("/api/v1/import-uploads", data)


def put(client, path, body):
    return client.put(f"/api/v1{path}", body, content_type="application/json")


def ask(client, path, body):
    return client.post(f"/api/v1{path}", body, content_type="application/json")


def load(client, pk, trial):
    asked = ask(client, f"/import-uploads/{pk}/load", {"trial": trial})
    assert asked.status_code == 202
    assert asked.json()["job"] == "waiting"
    jobs.load_upload(upload_id=pk)
    return client.get(f"/api/v1/import-uploads/{pk}").json()


def test_a_file_is_brought_mapped_tried_and_loaded(loader, bank):
    made = bring(loader)
    assert made.status_code == 201, made.content
    pk = made.json()["id"]
    assert made.headers["Location"] == f"/api/v1/import-uploads/{pk}"
    assert made.json()["columns"] == ["客户号", "姓名", "性别", "出生日期", "手机号"]
    seen = loader.get(f"/api/v1/import-uploads/{pk}/rows").json()
    assert len(seen["rows"]) == 3
    assert "张秀兰" not in str(seen)
    mapped = put(loader, f"/import-uploads/{pk}/mapping", MAPPING)
    assert mapped.status_code == 200, mapped.content
    assert mapped.json()["mapping"]["columns"]["sex"] == {"from": "性别", "translate": {"女": "F", "男": "M"}}
    tried = load(loader, pk, trial=True)
    assert tried["job"] == "ended"
    assert tried["error"] == ""
    assert not Customer.objects.exists()
    trial = loader.get(f"/api/v1/imports/{tried['trial_run_id']}").json()["report"]
    assert (trial["read"], trial["created"], trial["rejected"]) == (3, 2, 1)
    loaded = load(loader, pk, trial=False)
    assert Customer.objects.filter(source="oldcrm").count() == 2
    text = b"".join(loader.get(f"/api/v1/imports/{loaded['run_id']}/rejections.csv").streaming_content).decode()
    assert "客户.csv" in text
    assert "1990/02/30" not in text
    started = AuditEntry.objects.get(operation="core.start_import", arguments__dry_run=False)
    assert (started.actor_kind, started.actor_name[:8]) == ("service", "service.")
    assert loader.delete(f"/api/v1/import-uploads/{pk}").status_code == 204
    assert loader.get(f"/api/v1/import-uploads/{pk}").status_code == 404
    assert Customer.objects.count() == 2


def test_a_mapping_is_kept_as_a_profile_and_used_again(loader, bank):
    pk = bring(loader).json()["id"]
    put(loader, f"/import-uploads/{pk}/mapping", MAPPING)
    assert ask(loader, f"/import-uploads/{pk}/profile", {"name": "oldcrm"}).status_code == 201
    assert ask(loader, f"/import-uploads/{pk}/profile", {"name": "oldcrm"}).status_code == 422
    assert "oldcrm" in loader.get("/api/v1/import-offers").json()["profiles"]
    again = bring(loader, target="", profile="oldcrm")
    assert again.status_code == 201, again.content
    found = load(loader, again.json()["id"], trial=False)
    assert found["error"] == ""
    assert Customer.objects.count() == 2


def test_a_load_is_stopped_before_it_begins(loader, bank):
    pk = bring(loader).json()["id"]
    put(loader, f"/import-uploads/{pk}/mapping", MAPPING)
    ask(loader, f"/import-uploads/{pk}/load", {"trial": False})
    assert loader.delete(f"/api/v1/import-uploads/{pk}").status_code == 409
    assert ask(loader, f"/import-uploads/{pk}/stop", {}).json()["job"] == "ended"
    jobs.load_upload(upload_id=pk)
    assert not Customer.objects.exists()
    assert ask(loader, f"/import-uploads/{pk}/stop", {}).status_code == 422


def left_behind():
    return [path.name for path in uploads_folder().iterdir()]


@pytest.mark.parametrize(
    ("content", "fields", "field"),
    [
        (b"", {}, ""),
        (CUSTOMERS.encode(), {"target": "no.such"}, "target"),
        (CUSTOMERS.encode(), {"target": "", "profile": "no-such"}, "profile"),
        (CUSTOMERS.encode(), {"encoding": "ebcdic"}, "encoding"),
        (CUSTOMERS.encode(), {"delimeter": ";"}, "delimeter"),
    ],
)
def test_what_does_not_fit_is_said_and_nothing_is_kept(loader, bank, content, fields, field):
    before = left_behind()
    answer = bring(loader, content, **fields)
    assert answer.status_code == 422
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert not field or list(answer.json()["fields"]) == [field]
    assert not ImportUpload.objects.exists()
    assert left_behind() == before


def test_a_request_without_a_file_is_told_so(loader, bank):
    assert loader.post("/api/v1/import-uploads", {"target": "party.customer"}).json()["fields"].keys() == {"upload"}
    assert ask(loader, "/import-uploads", {"target": "party.customer"}).status_code == 422


def test_files_beyond_the_limit_are_given_up_while_they_arrive(loader, bank):
    now = in_force(ImportPolicy)
    values = {shape.name: getattr(now, shape.name) for shape in policy_types["core.imports"].shapes}
    approval = propose_policy(
        actor=bank.actor("gao"),
        code="core.imports",
        values=values | {"largest_upload_mb": 1},
        in_force_from=timezone.localdate(),
        legal_basis="",
        reason="小文件",
    )
    decide_approval(approval, actor=bank.actor("wu"), approve=True)
    before = left_behind()
    answer = bring(loader, b"x" * (3 << 20))
    assert answer.status_code == 422
    assert list(answer.json()["fields"]) == ["upload"]
    slightly = bring(loader, b"x" * (1 << 20) + b"y")  # within what a form may add: noticed while it arrives
    assert list(slightly.json()["fields"]) == ["upload"]
    assert left_behind() == before


def test_files_are_the_stewards_alone(browser_of, client_of, bank):
    refused = client_of("lin").post(
        "/api/v1/import-uploads", {"upload": SimpleUploadedFile("a.csv", CUSTOMERS.encode())}
    )
    assert refused.status_code == 403
    assert not ImportUpload.objects.exists()
    made = bring(client_of("he"))
    assert made.status_code == 201
    assert browser_of("lin")("GET", f"/import-uploads/{made.json()['id']}").status_code == 403
    assert browser_of("he")("GET", "/import-uploads").json()["items"][0]["uploaded_by"] == "1006"
    assert made.json()["uploaded_at"] > (timezone.now() - dt.timedelta(minutes=1)).isoformat()[:16]
