"""A real Chromium against the real pages, in the transaction of the test.

The server answers from threads that share the test's database connection, one request at a time: what the test made
is seen by the page, and all of it is rolled back.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterable, Iterator
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer

import pytest
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections, connections
from django.test import Client
from playwright.sync_api import Browser, ConsoleMessage, Page, expect, sync_playwright

from kexin.project.chromium import find_chromium
from tests.browser.look import axe, open_context, settle

PATIENCE = 20_000  # ms: a page is up in one second; two cores shared with others take ten
expect.set_options(timeout=PATIENCE)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/browser" in str(item.path):
            item.add_marker(pytest.mark.browser)


class _Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        """Requests are not news."""


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class Site:
    """The application on a port of its own; `errors` are exceptions that escaped a request."""

    running = 0  # the portal's stands beside the staff's

    def __init__(self) -> None:
        self._app = get_wsgi_application()
        self._lock = threading.Lock()
        self._closed = False
        self._shared = connections["default"]
        self._server = _Server(("127.0.0.1", 0), _Quiet)
        self._server.set_app(self._answer)
        self.base = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)

    def _answer(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        with self._lock:
            if self._closed:  # a page asked once more while it was closed: the connection is the test's own again
                start_response("503 Service Unavailable", [])
                return []
            connections["default"] = self._shared
            response = self._app(environ, start_response)
            try:
                return [b"".join(response)]
            finally:
                response.close()

    def __enter__(self) -> Site:
        Site.running += 1
        for signal in (request_started, request_finished):  # a request must not close the test's own connection
            signal.disconnect(close_old_connections)
        self._shared.inc_thread_sharing()
        self._thread.start()
        return self

    def __exit__(self, *_raised: object) -> None:
        with self._lock:
            self._closed = True
            self._shared.dec_thread_sharing()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
        Site.running -= 1
        if Site.running:  # the other server still answers in the same transaction
            return
        for signal in (request_started, request_finished):
            signal.connect(close_old_connections)


@pytest.fixture
def site(db: None) -> Iterator[Site]:
    with Site() as running:
        yield running


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    program = find_chromium()
    assert program is not None, "no Chromium found: install the package chromium or set CHROMIUM"
    # Playwright keeps an event loop in this thread. Django would take our ordinary queries for queries inside it, and
    # would give them another connection than the test's: both are told that nothing has changed.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    ours = connections["default"]
    with sync_playwright() as playwright:
        connections["default"] = ours
        pretended = ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]  # a camera and its consent
        browser = playwright.chromium.launch(executable_path=str(program), args=["--no-sandbox", *pretended])
        yield browser
        browser.close()


Visit = Callable[..., Page]


def _matters(message: ConsoleMessage, expected: set[int]) -> bool:
    """An error in the console, other than the browser's and htmx's remarks on a status that was expected.

    0 stands for no status: the network is gone.
    """
    remarks = ["net::ERR_INTERNET_DISCONNECTED"] if 0 in expected else []
    remarks += [f"a status of {status} " for status in expected] + [f"Error Code {status} " for status in expected]
    return message.type == "error" and not any(remark in message.text for remark in remarks)


@pytest.fixture
def visit(site: Site, chromium: Browser, client_of: Callable[[str], Client]) -> Iterator[Visit]:
    """`visit("lin", "/customers/", language="zh", theme="light", width="1440")`: a page somebody has opened.

    Whatever the browser complains about (a script error, a blocked style) fails the test at its end; `trouble` names
    the statuses that are meant to happen.
    """
    contexts = []
    complaints: list[str] = []

    def open_page(
        name: str,
        path: str,
        *,
        language: str = "zh",
        theme: str = "light",
        width: str = "1440",
        expect: int = 200,
        trouble: tuple[int, ...] = (),
    ) -> Page:
        context = open_context(chromium, width, language, theme, site.base, None)
        contexts.append(context)
        if name:
            cookie = client_of(name).cookies["kexin_session"].value
            context.add_cookies([{"name": "kexin_session", "value": cookie, "url": site.base}])
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        page.on("pageerror", lambda error: complaints.append(f"{path}: {error}"))
        page.on(
            "console", lambda m: complaints.append(f"{path}: {m.text}") if _matters(m, {expect, *trouble}) else None
        )
        answer = page.goto(site.base + path)
        assert answer is not None
        assert answer.status == expect, f"{path} answered {answer.status}"
        settle(page)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert not complaints, complaints


def assert_accessible(page: Page, menu: bool = False) -> None:
    """axe-core finds nothing (WCAG 2.2 AA and best practice), and the page does not scroll sideways.

    The menu at the side is the same on every page, and half of most: test_shell examines it in each look.
    """
    assert axe(page, "" if menu else "#side") == []
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
