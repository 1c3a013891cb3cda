"""Short messages through a gateway that takes JSON over HTTP.

``POST url`` with ``{"to", "text", "reference"}``, the token as bearer and the reference as ``Idempotency-Key``.
Any 2xx means taken, a JSON answer may name the gateway's own number in ``id``; 409 means: had it already. 408, 425,
429 and 5xx are tried again, every other answer is final. Redirects are not followed.
"""

from __future__ import annotations

import http.client
import json
import ssl
from urllib.parse import urlsplit

from kexin.engagement.messages.adapters import Letter, NotNow, Refused, Taken

SECONDS = 10  # for connecting and for every piece of the answer
LARGEST_ANSWER = 65_536  # bytes
_LATER = (408, 425, 429)


class HttpSms:
    name = "http"
    kept = False
    setting = "KEXIN_SMS_URL"

    def __init__(self, url: str, token: str) -> None:
        self.parts = urlsplit(url)
        if self.parts.scheme not in ("http", "https") or not self.parts.hostname:
            raise ValueError(f"{self.setting} is the http(s) address of the gateway.")
        self.token = token

    def send(self, letter: Letter) -> Taken:
        content = self.content_of(letter)
        headers = {"Content-Type": "application/json", "Idempotency-Key": letter.reference}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        connection = self._connection()
        try:
            connection.request("POST", self.path_of(letter), json.dumps(content, ensure_ascii=False).encode(), headers)
            answer = connection.getresponse()
            status, said = answer.status, answer.read(LARGEST_ANSWER)
        except (OSError, http.client.HTTPException) as error:
            raise NotNow(type(error).__name__) from error
        finally:
            connection.close()
        if 200 <= status < 300 or status == 409:
            return Taken(_number(said))
        if status in _LATER or status >= 500:
            raise NotNow(f"http-{status}")
        raise Refused(f"http-{status}")

    def path_of(self, letter: Letter) -> str:
        """Where it is sent."""
        path = self.parts.path or "/"
        return f"{path}?{self.parts.query}" if self.parts.query else path

    def content_of(self, letter: Letter) -> dict[str, str]:
        """What is sent."""
        return {"to": letter.address, "text": letter.body, "reference": letter.reference}

    def _connection(self) -> http.client.HTTPConnection:
        host, port = str(self.parts.hostname), self.parts.port
        if self.parts.scheme == "https":
            return http.client.HTTPSConnection(host, port, timeout=SECONDS, context=ssl.create_default_context())
        return http.client.HTTPConnection(host, port, timeout=SECONDS)


def _number(said: bytes) -> str:
    """The gateway's own number, where the answer has one."""
    try:
        found = json.loads(said)
    except ValueError:
        return ""
    return str(found.get("id") or "")[:120] if isinstance(found, dict) else ""
