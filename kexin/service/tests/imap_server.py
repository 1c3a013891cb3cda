"""A small mailbox that speaks IMAP, with faults to order: enough of RFC 3501 for a reader."""

from __future__ import annotations

import re
import socketserver
import threading
from typing import Any


class Server(socketserver.ThreadingTCPServer):
    """``mails``: UID to content; ``breaks_at``: the UID at whose fetch the line is cut; ``refuses``: sign-in fails."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Session)
        self.mails: dict[int, bytes] = {}
        self.validity = 7
        self.breaks_at: int | None = None
        self.refuses = False
        self.fetched: list[int] = []

    @property
    def url(self) -> str:
        return f"imap://desk%40bank.example:pass%20word@127.0.0.1:{self.server_address[1]}/INBOX"

    def __enter__(self) -> Any:
        threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *args: object) -> None:
        self.shutdown()
        self.server_close()


class Session(socketserver.StreamRequestHandler):
    server: Server

    def say(self, line: str) -> None:
        self.wfile.write(line.encode() + b"\r\n")

    def handle(self) -> None:
        self.say("* OK ready")
        for line in self.rfile:
            tag, _space, rest = line.decode().strip().partition(" ")
            word = rest.upper()
            if word.startswith("CAPABILITY"):
                self.say("* CAPABILITY IMAP4REV1")
            elif word.startswith("LOGIN") and (self.server.refuses or '"pass word"' not in rest):
                self.say(f"{tag} NO no")
                continue
            elif word.startswith(("SELECT", "EXAMINE")):
                self.say(f"* {len(self.server.mails)} EXISTS")
                self.say(f"* OK [UIDVALIDITY {self.server.validity}] valid")
            elif word.startswith("UID SEARCH"):
                after = int(re.findall(r"UID (\d+):", word)[0])
                last = max(self.server.mails, default=0)  # “n:*” always names the last one
                found = [uid for uid in self.server.mails if uid >= after] or ([last] if last else [])
                self.say("* SEARCH " + " ".join(map(str, found)))
            elif word.startswith("UID FETCH"):
                uid = int(word.split()[2])
                content = self.server.mails[uid]
                if "SIZE" in word:
                    self.say(f"* 1 FETCH (UID {uid} RFC822.SIZE {len(content)})")
                else:
                    if uid == self.server.breaks_at:
                        self.wfile.write(f"* 1 FETCH (UID {uid} BODY[] {{{len(content)}}}\r\n".encode() + content[:5])
                        return
                    self.server.fetched.append(uid)
                    self.wfile.write(
                        f"* 1 FETCH (UID {uid} BODY[] {{{len(content)}}}\r\n".encode() + content + b")\r\n"
                    )
            elif word.startswith("LOGOUT"):
                self.say("* BYE")
                self.say(f"{tag} OK")
                return
            self.say(f"{tag} OK done")
