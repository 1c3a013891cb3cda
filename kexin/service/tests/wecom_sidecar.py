"""A stand-in for the programme that holds WeCom's library: an archive, a way out, and faults on demand."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit


class Archive:
    """What it holds and was asked; ``faults`` are statuses (or "cut", "rubbish") for the next questions, in turn."""

    token = "key"

    def __init__(self) -> None:
        self.messages: list[dict[str, Any]] = []
        self.sent: list[dict[str, Any]] = []
        self.handed: list[dict[str, Any]] = []
        self.faults: list[int | str] = []
        self.references: dict[str, str] = {}
        archive = self

        class Handler(BaseHTTPRequestHandler):
            def log_message(self, *_args: Any) -> None:
                """Silent."""

            def answer(self, status: int, said: Any) -> None:
                content = said if isinstance(said, bytes) else json.dumps(said).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def refused(self) -> bool:
                fault = archive.faults.pop(0) if archive.faults else None
                if fault == "cut":
                    self.close_connection = True
                    self.connection.close()
                elif fault == "rubbish":
                    self.answer(200, b"<html>")
                elif fault is not None:
                    self.answer(int(fault), {})
                elif self.headers.get("Authorization") != f"Bearer {archive.token}":
                    self.answer(401, {})
                else:
                    return False
                return True

            def do_GET(self) -> None:
                if self.refused():
                    return
                asked = parse_qs(urlsplit(self.path).query)
                after, limit = int(asked["after"][0]), int(asked["limit"][0])
                self.answer(200, {"messages": [row for row in archive.messages if row["seq"] > after][:limit]})

            def do_POST(self) -> None:
                said = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                if self.refused():
                    return
                known = archive.references.get(said["reference"])
                if known is None:
                    known = archive.references[said["reference"]] = f"out-{len(archive.references) + 1}"
                    (archive.handed if self.path.endswith("/transfer") else archive.sent).append(said)
                self.answer(200, {"id": known})

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_address[1]}"

    def __enter__(self) -> Archive:
        self.thread.start()
        return self

    def __exit__(self, *_args: object) -> None:
        self.server.shutdown()
        self.server.server_close()

    def write(self, sender: str, receiver: str, text: str = "", kind: str = "text", at: str = "", id: str = "") -> None:
        """One message, the next in number."""
        seq = len(self.messages) + 1
        self.messages.append(
            {"seq": seq, "id": id or f"m{seq}", "kind": kind, "from": sender, "to": receiver, "text": text,
             "at": at or "2026-03-09T09:00:00+08:00"}
        )  # fmt: skip
