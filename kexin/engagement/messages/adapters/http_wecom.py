"""WeCom through the programme beside Kexin: an answer of a member, or a customer handed to another member.

``POST {url}/send`` with ``{"to", "as", "text", "reference"}``; where the letter's subject line is ``OLD>NEW``, ``POST
{url}/transfer`` with ``{"customer", "from", "to", "text", "reference"}``: the text is what the customer is told.
Answers are understood as those of the short-message gateway; ``id`` is the message's own number, by which the archive
is known to repeat it.
"""

from __future__ import annotations

from kexin.engagement.messages.adapters import Letter
from kexin.engagement.messages.adapters.http_sms import HttpSms

HANDED = ">"


class HttpWecom(HttpSms):
    name = "wecom"
    setting = "KEXIN_WECOM_URL"

    def path_of(self, letter: Letter) -> str:
        return self.parts.path.rstrip("/") + ("/transfer" if HANDED in letter.subject_line else "/send")

    def content_of(self, letter: Letter) -> dict[str, str]:
        before, handed, after = letter.subject_line.partition(HANDED)
        whole = {"text": letter.body, "reference": letter.reference}
        if handed:
            return whole | {"customer": letter.address, "from": before, "to": after}
        return whole | {"to": letter.address, "as": before}
