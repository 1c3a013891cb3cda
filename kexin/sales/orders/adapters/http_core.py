"""Orders over HTTP with JSON.

``POST url/orders`` with the ticket and the order number as ``Idempotency-Key``: 2xx carries the core's word (``kind``
taken or confirmed); 409 means that it has this number already, and carries its word; 422 carries a refusal. 408, 425,
429, 5xx, a lost line and an unreadable answer are tried again under the same number, every other answer is final.
``GET url/orders/ORDER`` gives the present word (404: unknown), ``GET url/orders?day=YYYY-MM-DD`` the list of a day.
Redirects are not followed.
"""

from __future__ import annotations

import datetime as dt
import http.client
import json
import ssl
from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import quote, urlsplit

from kexin.sales.orders.adapters import NotNow, NotTaken, Take, Ticket, Unreadable
from kexin.sales.orders.adapters.reading import answer_from
from kexin.sales.orders.choices import AnswerKind
from kexin.sales.orders.rules import Answer

SECONDS = 10.0  # for connecting and for every piece of the answer
LARGEST_ANSWER = 64 * 1024 * 1024  # bytes
_LATER = (408, 425, 429)


class HttpCore:
    name = "http"
    pretended = False

    def __init__(self, url: str, token: str = "", seconds: float = SECONDS) -> None:
        self.parts = urlsplit(url)
        if self.parts.scheme not in ("http", "https") or not self.parts.hostname:
            raise ValueError("KEXIN_CORE_URL is the http(s) address of the core system.")
        self.token, self.seconds = token, seconds

    def send(self, ticket: Ticket) -> Answer:
        content = json.dumps(ticket.as_data(), ensure_ascii=False).encode()
        status, said = self._ask("POST", "/orders", content, {"Idempotency-Key": ticket.order_no})
        if 200 <= status < 300 or status == 409:
            return _word(said, ticket.order_no)
        if status in _LATER or status >= 500:
            raise NotNow(f"http-{status}")
        raise NotTaken(
            str(said.get("reason") or f"http-{status}")[:120] if isinstance(said, dict) else f"http-{status}"
        )

    def collect(self, waiting: Iterable[str], take: Take) -> None:
        for order_no in waiting:
            status, said = self._ask("GET", f"/orders/{quote(order_no, safe='')}")
            if status == 404:
                continue  # the nightly comparison tells what the core does not know
            if status != 200:
                raise NotNow(f"http-{status}")
            try:
                answer = answer_from(said if isinstance(said, dict) else {})
            except ValueError as error:
                take(Unreadable(order_no, str(error)), self.name)
                continue
            if answer.kind != AnswerKind.TAKEN:
                take(answer, self.name)

    def statement(self, day: dt.date) -> Iterator[Answer] | None:
        status, said = self._ask("GET", f"/orders?day={day.isoformat()}")
        if status == 404:
            return None
        if status != 200 or not isinstance(said, list):
            raise NotNow(f"http-{status}")
        return map(answer_from, said)

    def _ask(
        self, method: str, path: str, content: bytes = b"", extra: dict[str, str] | None = None
    ) -> tuple[int, Any]:
        headers = {"Accept": "application/json", **(extra or {})}
        if content:
            headers["Content-Type"] = "application/json"
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        connection = self._connection()
        try:
            connection.request(method, self.parts.path.rstrip("/") + path, content or None, headers)
            answer = connection.getresponse()
            status, said = answer.status, answer.read(LARGEST_ANSWER)
        except (OSError, http.client.HTTPException) as error:
            raise NotNow(type(error).__name__) from error
        finally:
            connection.close()
        try:
            return status, json.loads(said) if said else {}
        except ValueError as error:
            if 200 <= status < 300 or status == 409:
                raise NotNow("unreadable") from error
            return status, {}

    def _connection(self) -> http.client.HTTPConnection:
        host, port = str(self.parts.hostname), self.parts.port
        if self.parts.scheme == "https":
            return http.client.HTTPSConnection(host, port, timeout=self.seconds, context=ssl.create_default_context())
        return http.client.HTTPConnection(host, port, timeout=self.seconds)


def _word(said: Any, order_no: str) -> Answer:
    """The core's word about this very order; anything else means that nobody knows."""
    try:
        answer = answer_from(said if isinstance(said, dict) else {})
    except ValueError as error:
        raise NotNow("unreadable") from error
    if answer.order_no != order_no:
        raise NotNow("other-order")
    return answer
