"""Mails and pasted text become plain words, whatever they came as."""

from __future__ import annotations

import datetime as dt
from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import settings as unhurried
from hypothesis import strategies as st

from assistant.server.mail import pasted, uploaded, visible_text
from tools.errors import InvalidInput

NOW = dt.datetime(2026, 11, 22, 9, 0, tzinfo=dt.UTC)


def mail(text: str = "We ship 600 next week.", **headers: str) -> EmailMessage:
    message = EmailMessage()
    message["From"] = "Li Wei <Sales@huaxin.example>"
    message["Subject"] = "Re: PO-10412"
    message["Date"] = "Fri, 20 Nov 2026 10:00:00 +0800"
    message["Message-ID"] = "<1@huaxin.example>"
    for name, value in headers.items():
        del message[name]
        message[name] = value
    message.set_content(text)
    return message


def test_mail_file_is_read() -> None:
    read = uploaded("offer.eml", mail().as_bytes(), NOW)
    assert read.external_id == "<1@huaxin.example>"
    assert read.sender == "Sales@huaxin.example"
    assert read.subject == "Re: PO-10412"
    assert read.body == "We ship 600 next week."
    assert read.received_at == dt.datetime(2026, 11, 20, 2, 0, tzinfo=dt.UTC)


def test_chinese_mail_in_a_national_encoding() -> None:
    message = EmailMessage()
    message["Subject"] = "交期"
    message.set_content("下周先发六百件。", charset="gb18030")
    read = uploaded("mail", b"X-A: 1\r\n" + message.as_bytes(), NOW)
    assert read.body == "下周先发六百件。"
    assert read.subject == "交期"
    assert read.external_id.startswith("sha256:")


def test_html_alternative_is_not_read_twice() -> None:
    message = mail("plain words")
    message.add_alternative("<p>other <b>words</b></p>", subtype="html")
    message.add_attachment(b"\x00\x01", maintype="application", subtype="pdf", filename="a.pdf")
    assert uploaded("m.eml", message.as_bytes(), NOW).body == "plain words"


def test_only_visible_words_of_html_are_kept() -> None:
    page = (
        "<html><head><title>x</title><style>p{color:red}</style></head><body><p>Ship 600</p>"
        "<script>alert(1)</script><img src='http://evil.example/pixel'>"
        "<table><tr><td>A</td><td>5&nbsp;pcs</td></tr></table></body></html>"
    )
    assert visible_text(page).split() == ["Ship", "600", "A", "5", "pcs"]
    assert uploaded("m.html", page.encode(), NOW).body == visible_text(page)


def test_future_dates_are_not_believed() -> None:
    read = uploaded("m.eml", mail(Date="Fri, 20 Nov 2099 10:00:00 +0800").as_bytes(), NOW)
    assert read.received_at == NOW
    assert uploaded("m.eml", mail(Date="yesterday").as_bytes(), NOW).received_at == NOW


def test_same_words_are_the_same_message() -> None:
    one = pasted("Ship 600\r\nnext week", "a@b", "", NOW)
    other = pasted(" Ship 600\n next  week ", "a@b", "", NOW + dt.timedelta(1))
    assert one.external_id == other.external_id
    assert pasted("Ship 601", "a@b", "", NOW).external_id != one.external_id
    assert pasted("Ship 600\nnext week", "c@d", "", NOW).external_id != one.external_id


@pytest.mark.parametrize(
    ("name", "content"),
    [("a.txt", b""), ("a.txt", b" \n"), ("a.bin", b"abc\0def"), ("a.txt", b"x" * 50_001)],
)
def test_what_cannot_be_read_is_refused(name: str, content: bytes) -> None:
    with pytest.raises(InvalidInput):
        uploaded(name, content, NOW)


@unhurried(deadline=None)
@given(st.binary(max_size=300), st.sampled_from(["a.eml", "a.txt", "a.html"]))
def test_any_bytes_are_read_or_refused(content: bytes, name: str) -> None:
    try:
        read = uploaded(name, content, NOW)
    except InvalidInput:
        return
    assert read.body.strip()
    assert not any(ord(character) < 9 for character in read.body + read.subject + read.sender)
    assert len(read.external_id) <= 120
