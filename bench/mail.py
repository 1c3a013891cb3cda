"""Mail that comes in: ``python -m bench.mail`` (MAILS says how many; SIZE customers, 20,000 unless said).

A stand-in IMAP server in the same process hands out mails of strangers and of running conversations, every tenth with a
page of PDF; measured is the reader of the mailbox with everything that keeping a mail does: threading, vault, keys,
audit, the work that it gives. Aim: 20 a second, sustained.
"""

from __future__ import annotations

import os
import time
from email.message import EmailMessage

from bench.fill import opened_bank
from bench.size import wanted

MAILS = int(os.environ.get("MAILS") or 600)
PDF = b"%PDF-1.4\n" + b"1 0 obj << /Type /Catalog >> endobj\n" * 1500 + b"%%EOF\n"
WORDS = "您好，我的银行卡昨天在柜员机上不能取款，请帮我查一下原因，谢谢。\n" * 12


def mail(number: int) -> bytes:
    """One of them: two of three go on in a thread of the same sender."""
    sender = f"stranger{number // 3}-{os.getpid()}@mail.example"
    made = EmailMessage()
    made["From"], made["To"], made["Subject"] = f"Stranger <{sender}>", "desk@bank.example", f"取款 {number // 3}"
    made["Message-ID"] = f"<{number}.{os.getpid()}@mail.example>"
    if number % 3:
        made["In-Reply-To"] = made["References"] = f"<{number - number % 3}.{os.getpid()}@mail.example>"
    made.set_content(WORDS)
    if number % 10 == 0:
        made.add_attachment(PDF, maintype="application", subtype="pdf", filename="回单.pdf")
    return made.as_bytes()


def main() -> None:
    """Print one line."""
    os.environ.setdefault("SIZE", "20000")
    os.environ.setdefault("TRANSACTIONS", "2")
    with opened_bank(wanted()):
        from kexin.service.conversations.mail.fetching import fetch_mail
        from kexin.service.models import Conversation, ConversationMessage
        from kexin.service.tests.imap_server import Server

        with Server() as server:
            server.validity = os.getpid()
            server.mails = {number + 1: mail(number) for number in range(20)}
            fetch_mail(server.url)  # warm
            before = (ConversationMessage.objects.count(), Conversation.objects.count())
            server.mails = {number + 1: mail(number) for number in range(20, 20 + MAILS)}
            began, cpu, taken, slowest = time.perf_counter(), time.process_time(), 0, 0.0
            while True:
                round_began = time.perf_counter()
                went = fetch_mail(server.url)
                slowest = max(slowest, time.perf_counter() - round_began)
                taken += went
                if not went:
                    break
            seconds = time.perf_counter() - began
            kept = ConversationMessage.objects.count() - before[0]
            made = Conversation.objects.count() - before[1]
            assert kept == taken == MAILS, (kept, taken)
        print(
            f"{taken} mails in {seconds:.1f} s: {taken / seconds:.1f} a second (aim 20), own CPU"
            f" {(time.process_time() - cpu) * 1000 / taken:.1f} ms each, {made} conversations;"
            f" load {os.getloadavg()[0]:.1f}"
        )


if __name__ == "__main__":
    main()
