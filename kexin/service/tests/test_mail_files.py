"""Files in mails that go out: looked at as inbound ones, within the size, told again after a fault, never without."""

from __future__ import annotations

import email
from email import policy as mail_policy
from typing import Any

import pytest

from kexin.core import vault
from kexin.core.errors import RuleViolation
from kexin.engagement.models import OutboundMessage
from kexin.engagement.tests.conftest import files, store  # noqa: F401  fixtures
from kexin.service.conversations import answering
from kexin.service.conversations.files import download_conversation_file
from kexin.service.models import Conversation, ConversationFile
from kexin.service.tests.test_mail import Box, her, mail, send_all, smtp, take  # noqa: F401  fixtures

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.7\n" + b"x" * 3000 + b"\n%%EOF\n"


def put(row: Conversation, name: str, content: bytes, media: str) -> vault.StoredFile:
    writer = vault.Writer(row.key_id)
    writer.write(content)
    return writer.finish(media_type=media, file_name=name)


def test_an_answer_carries_its_file_even_where_the_server_was_away(bank: Any, her: Any, smtp: Box) -> None:  # noqa: F811
    take(mail("请发我存款证明", Subject="存款证明"))
    row, lin = Conversation.objects.get(), bank.actor("lin")
    file = put(row, "存款证明.pdf", PDF, "application/pdf")
    smtp.refusing = "451 later"
    answering.answer_conversation(row, actor=lin, text="见附件", file=file)
    send_all()
    assert (OutboundMessage.objects.get().status, smtp.taken) == ("waiting", [])
    smtp.refusing = ""
    OutboundMessage.objects.update(next_at="2020-01-01T00:00:00Z")
    send_all()
    send_all()
    (envelope,) = smtp.taken
    sent = email.message_from_bytes(envelope.content, policy=mail_policy.default)
    (part,) = sent.iter_attachments()
    assert (part.get_filename(), part.get_content_type()) == ("存款证明.pdf", "application/pdf")
    assert part.get_payload(decode=True) == PDF
    body = sent.get_body()
    assert body is not None
    assert body.get_content().strip() == "见附件"
    kept = ConversationFile.objects.get(message__side="out")
    assert b"".join(download_conversation_file(kept.pk, actor=lin)[1]) == PDF


def test_what_does_not_fit_does_not_go(bank: Any, her: Any, smtp: Box) -> None:  # noqa: F811
    take(mail("请发我表格"))
    row, lin = Conversation.objects.get(), bank.actor("lin")
    word = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
    macros = put(row, "表.docx", b"PK\x03\x04[Content_Types].xml word/document.xml word/vbaProject.bin", word)
    large = put(row, "大.pdf", b"%PDF-1.7\n" + b"x" * 10_000_001, "application/pdf")
    for wrong in (macros, large):
        with pytest.raises(RuleViolation) as refusal:
            answering.answer_conversation(row, actor=lin, text="见附件", file=wrong)
        assert set(refusal.value.fields) == {"file"}
    assert not OutboundMessage.objects.exists()


def test_without_its_file_an_answer_does_not_go(bank: Any, her: Any, smtp: Box) -> None:  # noqa: F811
    take(mail("请发我存款证明"))
    row = Conversation.objects.get()
    file = put(row, "单.pdf", PDF, "application/pdf")
    answering.answer_conversation(row, actor=bank.actor("lin"), text="见附件", file=file)
    vault.remove(file.stored_as)
    send_all()
    sent = OutboundMessage.objects.get()
    assert (sent.status, sent.problem, smtp.taken) == ("failed", "file-gone", [])
