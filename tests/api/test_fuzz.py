"""Schemathesis asks every endpoint what its document allows: nothing breaks, every answer is a declared one.

Three service accounts share the endpoints, because nobody may hold everything.
"""

from __future__ import annotations

import json
import os
from collections import defaultdict

import pytest
import schemathesis
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from django.utils.translation import override
from hypothesis import HealthCheck, Phase, given, seed, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from kexin.core.policy import in_force
from kexin.core.service_accounts import grantable_operations
from kexin.people.duties import may_hold
from kexin.people.policies import DutiesPolicy
from kexin.project.api import api

pytestmark = pytest.mark.django_db

EXAMPLES = int(os.environ.get("KEXIN_FUZZ_EXAMPLES", "6"))  # per endpoint: about 600 requests in all
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
IMPORTS = "core.start_import"


@pytest.fixture
def one_connection():
    """Requests share the test's own connection and transaction, as Django's test client has it."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def tokens(token_for, no_limit, one_connection) -> dict[str, str]:
    """By permission: as many accounts as incompatible duties ask for together hold everything that a machine may."""
    pairs = in_force(DutiesPolicy).pairs
    groups: list[list[str]] = [[IMPORTS]]
    for name in sorted(grantable_operations()):
        if name == IMPORTS:
            continue
        fitting = (group for group in groups[1:] if may_hold([*group, name], pairs))
        group = next(fitting, None)
        if group is None:
            groups.append([name])
        else:
            group.append(name)
    made = [token_for(group) for group in groups]
    found = defaultdict(
        lambda: made[1]
    )  # what is open to all, and what no machine may: any account but that of imports
    for group, token in zip(groups, made, strict=True):
        found.update(dict.fromkeys(group, token))
    return found


def document():
    with override("en"):
        return json.loads(json.dumps(api.get_openapi_schema()))


SCHEMA = schemathesis.openapi.from_dict(document())
SCHEMA.app = WSGIHandler()
OPERATIONS = [found.ok() for found in SCHEMA.get_all_operations()]


@pytest.mark.parametrize("group", sorted({each.tags[0] for each in OPERATIONS}))
def test_no_endpoint_breaks_and_every_answer_is_declared(group, tokens, chen):
    broken = []
    for operation in (each for each in OPERATIONS if each.tags[0] == group):
        permission = operation.definition.raw["x-permission"]
        try:
            asked_often(operation, tokens[permission], chen.pk)
        except Exception as failure:
            broken.append(f"{operation.label}: {failure}")
    assert not broken, "\n\n".join(broken)


def asked_often(operation, token, customer_id):
    """Ask one endpoint several times with what its document allows; Mrs Chen stands in for any customer."""
    headers = {"Authorization": f"Bearer {token}", "Accept-Language": "en"}

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @seed(20260302)
    @given(case=operation.as_strategy())
    def ask(case):
        if "customer_id" in case.path_parameters:
            case.path_parameters["customer_id"] = customer_id
        answer = case.call_and_validate(headers=headers, checks=CHECKS)
        assert answer.status_code not in (401, 429), "nobody was asked"

    ask()
