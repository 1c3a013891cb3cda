"""An endpoint that speaks as OpenAI's chat completions do; whose it is the institution decides. Redirects are not
followed, answers are read up to a size, and every fault has a name."""

from __future__ import annotations

import http.client
import json
import ssl
from typing import Final
from urllib.parse import urlsplit

LARGEST_ANSWER: Final = 262_144  # bytes


class NoDraft(Exception):
    """The endpoint gave no draft; the text is the name of the fault."""


class Endpoint:
    """``url`` is the base address, as ``https://models.bank.example/v1``."""

    def __init__(self, url: str, model: str, key: str, seconds: float) -> None:
        self.parts = urlsplit(url)
        if self.parts.scheme not in ("http", "https") or not self.parts.hostname or not model:
            raise ValueError("KEXIN_DRAFT_URL is an http(s) address, and KEXIN_DRAFT_MODEL names a model.")
        self.model, self.key, self.seconds = model, key, seconds

    def complete(self, messages: list[dict[str, str]]) -> str:
        """The words of the first choice. Raises NoDraft."""
        asked = json.dumps({"model": self.model, "messages": messages, "temperature": 0}).encode()
        headers = {"Content-Type": "application/json", "Accept": "application/json"}
        if self.key:
            headers["Authorization"] = f"Bearer {self.key}"
        connection = self._connection()
        try:
            connection.request("POST", f"{self.parts.path.rstrip('/')}/chat/completions", asked, headers)
            answer = connection.getresponse()
            status, said = answer.status, answer.read(LARGEST_ANSWER + 1)
        except TimeoutError as error:
            raise NoDraft("timeout") from error
        except (OSError, http.client.HTTPException) as error:
            raise NoDraft("unreachable") from error
        finally:
            connection.close()
        if status != 200:
            raise NoDraft(f"http-{status}")
        if len(said) > LARGEST_ANSWER:
            raise NoDraft("long")
        try:
            choice = json.loads(said)["choices"][0]
            text, refused = choice["message"].get("content"), choice["message"].get("refusal")
        except (ValueError, LookupError, TypeError, AttributeError) as error:
            raise NoDraft("unreadable") from error
        if refused or choice.get("finish_reason") == "content_filter":
            raise NoDraft("refused")
        if not isinstance(text, str):
            raise NoDraft("unreadable")
        return text

    def _connection(self) -> http.client.HTTPConnection:
        host, port = str(self.parts.hostname), self.parts.port
        if self.parts.scheme == "https":
            return http.client.HTTPSConnection(host, port, timeout=self.seconds, context=ssl.create_default_context())
        return http.client.HTTPConnection(host, port, timeout=self.seconds)
