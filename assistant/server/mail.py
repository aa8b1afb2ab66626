"""An uploaded or pasted message as plain text with its sender, subject and time.

Attachments are not opened, pictures and links are not followed; of an HTML mail only the visible
words are kept. What cannot be read as text is refused in one sentence.
"""

from __future__ import annotations

import datetime as dt
import email
import email.policy
import hashlib
import re
import unicodedata
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import parseaddr, parsedate_to_datetime
from html.parser import HTMLParser

from charset_normalizer import from_bytes

from assistant.server.limits import MAX_SUPPLIER_TEXT
from tools.errors import InvalidInput

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_BLANK_LINES = re.compile(r"\n{3,}")
_HEADER = re.compile(rb"\A(?:[!-9;-~]+:[^\n]*\r?\n(?:[ \t][^\n]*\r?\n)*){2,}", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Mail:
    """One message, whatever it came as."""

    external_id: str
    received_at: dt.datetime
    sender: str
    subject: str
    body: str
    channel: str = "email"


def pasted(text: str, sender: str, subject: str, now: dt.datetime) -> Mail:
    """A message pasted into the page; the same words from the same sender are the same message."""
    body, sender, subject = _checked(text), _one_line(sender, 200), _one_line(subject, 400)
    return Mail(_fingerprint(sender, subject, body), now, sender, subject, body, "paste")


def uploaded(name: str, content: bytes, now: dt.datetime) -> Mail:
    """A mail file (`.eml`), a text file or an HTML page; found from the content, not the name."""
    if not content.strip():
        raise InvalidInput("The file is empty.", "文件是空的。")
    if name.lower().endswith(".eml") or _HEADER.match(content):
        return _mail(content, now)
    if b"\0" in content[:4096] and not content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise InvalidInput(
            f"{name} is no text or mail; paste the words of the message instead.",
            f"{name} 不是文本或邮件，请直接粘贴消息文字。",
        )
    text = _decoded(content)
    if name.lower().endswith((".html", ".htm")) or "<html" in text[:1000].lower():
        text = visible_text(text)
    return pasted(text, "", "", now)


def _mail(content: bytes, now: dt.datetime) -> Mail:
    message = email.message_from_bytes(content, policy=email.policy.default)
    if not isinstance(message, EmailMessage):
        raise InvalidInput("The mail cannot be read.", "无法读取该邮件。")
    sender = parseaddr(str(message.get("From", "")))[1]
    subject = _one_line(str(message.get("Subject", "")), 400)
    body = _checked(_words(message))
    identity = _one_line(str(message.get("Message-ID", "")), 120)
    return Mail(
        external_id=identity or _fingerprint(sender, subject, body),
        received_at=_sent_at(message, now),
        sender=_one_line(sender, 200),
        subject=subject,
        body=body,
    )


def _words(message: EmailMessage) -> str:
    part = message.get_body(preferencelist=("plain", "html"))
    if part is None:
        return ""
    payload = part.get_payload(decode=True)
    if not isinstance(payload, bytes):
        return ""
    charset = part.get_content_charset()
    try:
        text = payload.decode(charset or "utf-8")
    except (LookupError, UnicodeDecodeError):
        text = _decoded(payload)
    return visible_text(text) if part.get_content_subtype() == "html" else text


def _sent_at(message: EmailMessage, now: dt.datetime) -> dt.datetime:
    try:
        sent = parsedate_to_datetime(str(message.get("Date", "")))
    except ValueError:
        return now
    sent = sent if sent.tzinfo else sent.replace(tzinfo=dt.UTC)
    return min(sent, now)


def _decoded(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        pass
    best = from_bytes(content).best()
    if best is None:
        raise InvalidInput(
            "The encoding of the text is not recognised; save it as UTF-8.",
            "无法识别文本编码，请另存为 UTF-8。",
        )
    return str(best)


def _checked(text: str) -> str:
    body = _CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).strip()
    body = _BLANK_LINES.sub("\n\n", body)
    if not body:
        raise InvalidInput("The message has no words to read.", "消息中没有可读的文字。")
    if len(body) > MAX_SUPPLIER_TEXT:
        raise InvalidInput(
            f"The message has {len(body):,} characters, more than the {MAX_SUPPLIER_TEXT:,} that "
            "are read; paste the part that matters.",
            f"消息有 {len(body):,} 个字符，超过上限 {MAX_SUPPLIER_TEXT:,}，请只粘贴相关部分。",
        )
    return body


def _one_line(text: str, longest: int) -> str:
    return " ".join(_CONTROL.sub("", text).split())[:longest]


def _fingerprint(sender: str, subject: str, body: str) -> str:
    words = " ".join(unicodedata.normalize("NFKC", f"{sender}\n{subject}\n{body}").split())
    return "sha256:" + hashlib.sha256(words.encode()).hexdigest()


class _VisibleText(HTMLParser):
    """Collects what a reader would see."""

    _HIDDEN = frozenset({"script", "style", "head", "title", "template", "noscript"})
    _BREAKS = frozenset({"p", "div", "br", "tr", "li", "table", "blockquote", "h1", "h2", "h3"})

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[str] = []
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in self._HIDDEN:
            self._hidden += 1
        elif tag in self._BREAKS:
            self.pieces.append("\n")
        elif tag in {"td", "th"}:
            self.pieces.append("\t")

    def handle_endtag(self, tag: str) -> None:
        if tag in self._HIDDEN:
            self._hidden = max(0, self._hidden - 1)
        elif tag in self._BREAKS - {"br"}:
            self.pieces.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.pieces.append(re.sub(r"\s+", " ", data))


def visible_text(page: str) -> str:
    """The words of an HTML page, without its markup."""
    parser = _VisibleText()
    parser.feed(page)
    parser.close()
    lines = (" ".join(line.split(" ")).strip() for line in "".join(parser.pieces).split("\n"))
    return _BLANK_LINES.sub("\n\n", "\n".join(lines)).strip()
