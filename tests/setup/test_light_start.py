"""What a start leaves undone until somebody asks: heavy libraries, the interface, static files."""

from __future__ import annotations

import subprocess
import sys
from types import SimpleNamespace

import pytest
from django.conf import settings
from django.test import Client, RequestFactory

from kexin.project.static_files import StaticFilesMiddleware

HEAVY = ("pyarrow", "duckdb", "numpy", "ninja", "pydantic", "openpyxl", "babel", "rich", "lunar_python", "icalendar")
ALL_PAGES = f"""
import sys
import kexin.project.wsgi
from django.urls import reverse
reverse("account_login")
print(*[name for name in {HEAVY} if name in sys.modules])
"""


def test_a_start_imports_nothing_heavy() -> None:
    """A second start is asked to take less than 5 s; these took more than half of the web process's part."""
    done = subprocess.run([sys.executable, "-c", ALL_PAGES], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == []


@pytest.mark.parametrize("name", ["kexin/kexin.css", "vendor/htmx/htmx.min.js"])
def test_a_static_file_is_found_when_it_is_asked_for(name: str) -> None:
    address = settings.STATIC_URL + name
    door = StaticFilesMiddleware(get_response=lambda _request: SimpleNamespace(status_code=404))
    assert not door.files
    answer = door(RequestFactory().get(address))
    assert answer.status_code == 200
    assert list(door.files) == [address]
    again = door(RequestFactory().get(address, headers={"If-Modified-Since": answer.headers["Last-Modified"]}))
    assert again.status_code == 304


@pytest.mark.parametrize(
    "address",
    [
        "/static/none.css",
        "/static/kexin",
        "/static/kexin/",
        "/static/../kexin/project/settings.py",
        "/static/%2e%2e/%2e%2e/pyproject.toml",
        "/static//etc/passwd",
        "/static/kexin\\..\\x",
        "/static/a%00b",
    ],
)
def test_what_is_no_static_file_is_not_found_and_not_remembered(address: str) -> None:
    door = StaticFilesMiddleware(get_response=lambda _request: SimpleNamespace(status_code=404))
    assert door(RequestFactory().get(address)).status_code == 404
    assert not door.files


@pytest.mark.django_db
@pytest.mark.parametrize("method", ["get", "post", "delete"])
def test_an_address_below_api_that_is_none_is_a_problem_document(client: Client, method: str) -> None:
    answer = getattr(client, method)("/api/v9/nothing")
    assert answer.status_code == 404
    assert answer.headers["Content-Type"] == "application/problem+json"
