"""What a mail says: HTML, quotes, encodings, machines, bounces. No database."""

from __future__ import annotations

from email.message import EmailMessage
from email.mime.application import MIMEApplication
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kexin.service.conversations.mail.parsing import BOUNCE, MACHINE, PERSON, read_mail
from kexin.service.conversations.mail.threading import ids_in, mark_in, ours_among, subject_with, thread_with
from kexin.service.conversations.mail.words import folded, text_of_html


def simple(text: str = "您好", **headers: str) -> bytes:
    mail = EmailMessage()
    mail["From"] = headers.pop("sender", "陈秀兰 <Chen@Example.com>")
    for name, value in headers.items():
        mail[name.replace("_", "-")] = value
    mail.set_content(text)
    return mail.as_bytes()


def test_nothing_of_html_runs_loads_or_tracks() -> None:
    html = """<html><head><style>p{}</style><title>x</title></head><body onload="steal()">
    <div style="display:none">invisible preheader</div><script>alert(1)</script>
    <p>您好，<b>请看</b>&nbsp;附件<img src="https://track.example/1.gif" width=1></p>
    <a href="https://bank-login.example/x">我的银行</a> <a href="javascript:go()">点这里</a>
    <a href="https://a.example">https://a.example</a>
    <blockquote>旧内容<br>第二行</blockquote></body></html>"""
    text = text_of_html(html)
    for gone in ("alert", "invisible", "track.example", "steal", "javascript", "<b>"):
        assert gone not in text
    assert "您好，请看 附件" in text
    assert "我的银行 <https://bank-login.example/x>" in text  # where it really leads
    assert text.count("https://a.example") == 1
    assert "> 旧内容\n> 第二行" in text


@pytest.mark.parametrize(
    ("text", "new", "old"),
    [
        ("好的\n\nOn Mon, 2 Mar 2026 at 10:00, Bank <s@b.cn> wrote:\n> 您好", "好的", "On Mon"),
        ("好的\n\n------------------ 原始邮件 ------------------\n发件人: 银行\n您好", "好的", "-----"),
        ("好的\n\n在 2026年3月2日，客服 <s@b.cn> 写道：\n> 您好", "好的", "在 2026"),
        ("好的\n发件人: 银行 <s@b.cn>\n发送时间: 2026-03-02\n主题: 卡\n\n您好", "好的", "发件人"),
        ("好的\n> 您好\n> 再见\n", "好的", "> 您好"),
        ("> 引用\n\n我的回答在下面", "> 引用\n\n我的回答在下面", ""),
        ("> 只有引用", "> 只有引用", ""),
        ("没有引用\n第二行", "没有引用\n第二行", ""),
    ],
)
def test_what_is_repeated_is_folded(text: str, new: str, old: str) -> None:
    found = folded(text)
    assert found[0] == new
    assert found[1].startswith(old)
    assert bool(found[1]) is bool(old)


@pytest.mark.parametrize(
    "raw",
    [
        b"From: a@b.cn\nContent-Type: text/plain; charset=gb2312\n\n" + "存单到期".encode("gb18030"),
        b"From: a@b.cn\nContent-Type: text/plain; charset=nonsense\n\n" + "存单到期".encode(),
        b"From: a@b.cn\nContent-Type: text/plain; charset=us-ascii\n\n" + "存单到期".encode("gb18030"),
        b"From: a@b.cn\n\n" + "存单到期".encode(),
    ],
)
def test_wrong_encodings_are_read_all_the_same(raw: bytes) -> None:
    assert read_mail(raw).text == "存单到期"


def test_sender_subject_and_files() -> None:
    mail = MIMEMultipart()
    mail["From"], mail["Subject"] = '"陈 秀兰" <CHEN@Example.com>', "存单\r\n\t到期".replace("\r\n\t", " ")
    mail["Message-ID"], mail["References"] = "<1@x>", "<a@x> <b@x>"
    mail.attach(MIMEText("请看附件", "plain", "utf-8"))
    part = MIMEApplication(b"%PDF-1.7", _subtype="pdf")
    part.add_header("Content-Disposition", "attachment", filename=("utf-8", "", "存单.pdf"))
    mail.attach(part)
    found = read_mail(mail.as_bytes())
    assert (found.address, found.name, found.subject) == ("chen@example.com", "陈 秀兰", "存单 到期")
    assert (found.text, found.files, found.ids) == ("请看附件", [("存单.pdf", b"%PDF-1.7")], ["<a@x>", "<b@x>"])
    assert "chen" not in repr(found)
    many = MIMEMultipart()
    for _each in range(23):
        many.attach(MIMEApplication(b"x"))
    assert (len(read_mail(many.as_bytes()).files), read_mail(many.as_bytes()).left_out) == (20, 3)


@pytest.mark.parametrize(
    ("headers", "kind"),
    [
        ({}, PERSON),
        ({"Auto_Submitted": "no"}, PERSON),
        ({"Auto_Submitted": "auto-replied"}, MACHINE),
        ({"Precedence": "bulk"}, MACHINE),
        ({"X_Loop": "a@b"}, MACHINE),
        ({"List_Id": "<news.example>"}, MACHINE),
        ({"Subject": "自动回复：我在休假"}, MACHINE),
    ],
)
def test_machines_are_known(headers: dict[str, str], kind: str) -> None:
    assert read_mail(simple(**headers)).kind == kind


def test_a_bounce_names_the_mail_that_did_not_arrive() -> None:
    reference = "0b9d1a3e-1c11-4c6e-8f5c-0d7f3a2b1c00"
    raw = (
        "From: MAILER-DAEMON@mx.example\nContent-Type: multipart/report; report-type=delivery-status; boundary=B\n\n"
        "--B\nContent-Type: text/plain\n\nuser unknown\n--B\nContent-Type: message/delivery-status\n\n"
        "Reporting-MTA: dns; mx.example\n\nStatus: 5.1.1\n--B\nContent-Type: message/rfc822\n\n"
        f"Message-ID: <{reference}@bank.example>\nSubject: x\n\nhello\n--B--\n"
    )
    found = read_mail(raw.encode())
    assert (found.kind, found.text) == (BOUNCE, "user unknown")
    assert [str(each) for each in ours_among(found.ids)] == [reference]


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=600))
def test_no_mail_breaks_the_reader(raw: bytes) -> None:
    for head in (
        b"",
        b"From: a@b.cn\nContent-Type: text/html; charset=utf-8\n\n",
        b"Content-Type: multipart/mixed; boundary=B\n\n--B\n",
    ):
        found = read_mail(head + raw)
        assert len(found.text) <= 20_000
        assert "\x00" not in found.text + found.subject + found.name


def test_marks_and_threads() -> None:
    line = subject_with("存单到期", "T202600000012", "ABCDEFGH23456723")
    assert line == "Re: 存单到期 [T202600000012-ABCDEFGH]"
    assert mark_in(f"回复: {line}") == ("T202600000012", "ABCDEFGH")
    assert subject_with(line, "T202600000012", "ABCDEFGH23456723") == line
    assert mark_in("[T12-ABCDEFGH]") is None
    assert ids_in("<a@x>\n <b@x>", "<a@x>") == ["<a@x>", "<b@x>"]
    long = thread_with([f"<{each:0200d}@x>" for each in range(20)], "<own@x>")
    assert long.endswith("<own@x>")
    assert len(long) <= 1800
