"""A file that holds a message -> its words: mail, Outlook mail, HTML, PDF, Word, Excel, text.

Only what a person would see is kept: hidden HTML, comments, scripts and pictures are dropped, links
are not followed, macros and embedded files are not opened. Every size is capped, and what cannot be
read is refused in one sentence.
"""

# ruff: noqa: E501 - patterns and lists of tags read better on one line

from __future__ import annotations

import datetime as dt
import email
import email.policy
import io
import re
import zipfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import parseaddr, parsedate_to_datetime
from typing import Any

from bs4 import BeautifulSoup, Tag
from bs4.element import Comment, Declaration, Doctype, NavigableString, ProcessingInstruction
from charset_normalizer import from_bytes

from tools.errors import InvalidInput, ToolError
from tools.text import Text

MAX_FILE = 15 * 1024 * 1024
MAX_UNPACKED = 120 * 1024 * 1024
MAX_RATIO = 200
"""A zip entry that unpacks to more than this many times its size is a bomb."""
MAX_CHARACTERS = 400_000
MAX_ROWS, MAX_COLUMNS, MAX_PAGES = 2_000, 40, 60


@dataclass(frozen=True, slots=True)
class Document:
    """The words of one message, and what the transport says about it."""

    body: str
    subject: str = ""
    sender: str = ""
    """As the transport reports it; empty for a file that is no mail."""
    received_at: dt.datetime | None = None
    message_id: str = ""
    notes: tuple[Text, ...] = ()


def read_document(name: str, content: bytes) -> Document:
    """Read a file by its content (and its name, where the content does not tell).

    Raises:
        InvalidInput: empty, too large, encrypted, damaged, or no text inside.
    """
    if not content.strip():
        raise InvalidInput(f"{name} is empty.", f"{name} 是空文件。")
    if len(content) > MAX_FILE:
        raise InvalidInput(
            f"{name} is larger than {MAX_FILE // 2**20} MB; paste the words of the message instead.",
            f"{name} 超过 {MAX_FILE // 2**20} MB，请直接粘贴消息文字。",
        )
    read = _reader(name.lower(), content)
    try:
        document = read(content)
    except ToolError:
        raise
    except Exception as error:  # every parser fails in ways of its own; the planner needs one
        raise InvalidInput(
            f"{name} cannot be read ({type(error).__name__}); paste the words of the message instead.",
            f"{name} 无法读取，请直接粘贴消息文字。",
        ) from error
    if not document.body.strip() and not document.subject.strip():
        raise InvalidInput(
            f"{name} holds no text; if it is a scan or a picture, paste the words instead.",
            f"{name} 中没有文字；如果是扫描件或图片，请直接粘贴文字。",
        )
    return document


def _reader(name: str, content: bytes) -> Callable[[bytes], Document]:
    if content.startswith(b"%PDF"):
        return _pdf
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        return _outlook if not name.endswith((".xls", ".doc", ".ppt")) else _old_office
    if content.startswith(b"PK\x03\x04"):
        return _office
    if name.endswith(".eml") or _looks_like_mail(content):
        return _mail
    if name.endswith((".html", ".htm")) or re.match(
        rb"\s*<(?:!doctype html|html|body|div|p|table)", content[:300].lower()
    ):
        return lambda raw: Document(html_text(decode(raw)))
    if b"\0" in content[:2000] and not content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return _binary
    return lambda raw: Document(decode(raw)[:MAX_CHARACTERS])


def _looks_like_mail(content: bytes) -> bool:
    head = content[:4000]
    names = re.findall(rb"(?mi)^(from|to|subject|date|message-id|mime-version|received):", head)
    return bool(re.match(rb"[!-9;-~]+:", head)) and len({n.lower() for n in names}) >= 3


def _binary(_content: bytes) -> Document:
    raise InvalidInput(
        "The file is no text, mail, PDF, Word or Excel file; paste the words of the message instead.",
        "该文件不是文本、邮件、PDF、Word 或 Excel 文件，请直接粘贴消息文字。",
    )


def _old_office(_content: bytes) -> Document:
    raise InvalidInput(
        "Old Office files are not opened; save it as .docx or .xlsx or paste the words.",
        "不支持旧版 Office 文件，请另存为 .docx 或 .xlsx，或粘贴文字。",
    )


def decode(content: bytes) -> str:
    """Text of unknown encoding: UTF-8 and UTF-16 by their marks, else the likeliest charset."""
    for mark, encoding in (
        (b"\xef\xbb\xbf", "utf-8-sig"),
        (b"\xff\xfe", "utf-16"),
        (b"\xfe\xff", "utf-16"),
    ):
        if content.startswith(mark):
            return content.decode(encoding, errors="replace")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        pass
    try:
        text = content.decode("gb18030")
        if re.search(r"[\u4e00-\u9fff]{2}", text):
            return text
    except UnicodeDecodeError:
        pass
    best = from_bytes(content).best()
    return str(best) if best is not None else content.decode("latin-1")


def _mail(content: bytes) -> Document:
    message = email.message_from_bytes(content, policy=email.policy.default)
    sender = str(message.get("From", ""))
    try:
        received: dt.datetime | None = parsedate_to_datetime(str(message.get("Date", "")))
    except (TypeError, ValueError):
        received = None
    if received is not None and received.tzinfo is None:
        received = received.replace(tzinfo=dt.UTC)
    return Document(
        _mail_body(message)[:MAX_CHARACTERS],
        " ".join(str(message.get("Subject", "")).split())[:400],
        sender if parseaddr(sender)[1] else "",
        received,
        str(message.get("Message-ID", "")).strip(),
        _attachments(message),
    )


def _mail_body(message: EmailMessage) -> str:
    """The plain part, or the visible words of the HTML part when there is none."""
    try:
        part = message.get_body(preferencelist=("plain", "html"))
    except (KeyError, ValueError, AttributeError):
        part = None
    if part is None:
        raw = message.get_payload(decode=True)
        return decode(raw) if isinstance(raw, bytes) else str(message.get_payload())
    raw = part.get_payload(decode=True)
    charset = part.get_content_charset() or ""
    text = _decoded_part(raw if isinstance(raw, bytes) else b"", charset)
    if part.get_content_type() == "text/html":
        return html_text(text)
    if not text.strip():
        other = message.get_body(preferencelist=("html",))
        payload = other.get_payload(decode=True) if other is not None else None
        return html_text(decode(payload)) if isinstance(payload, bytes) else ""
    return text


def _decoded_part(raw: bytes, charset: str) -> str:
    if charset and charset.lower() not in ("us-ascii", "unknown-8bit"):
        try:
            return raw.decode("gb18030" if charset.lower() in ("gb2312", "gbk") else charset)
        except (LookupError, UnicodeDecodeError):
            pass
    return decode(raw)


def _attachments(message: EmailMessage) -> tuple[Text, ...]:
    try:
        names = [part.get_filename() or "?" for part in message.iter_attachments()]
    except (KeyError, ValueError, AttributeError):
        names = []
    if not names:
        return ()
    shown = ", ".join(names[:5])
    return (Text(f"Attachments were not opened: {shown}.", f"附件未打开：{shown}。"),)


_HIDDEN_STYLE = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|opacity\s*:\s*0(?:\.0+)?(?![.\d])|font-size\s*:\s*[01](?:\.\d+)?(?:px|pt|em|%)?\s*(?:;|$|!)"
    r"|(?:max-)?(?:height|width)\s*:\s*0(?:px)?\s*(?:;|$)|left\s*:\s*-\d{3,}|text-indent\s*:\s*-\d{3,}|mso-hide\s*:\s*all"
    r"|color\s*:\s*(?:#fff(?:fff)?|white|transparent|rgba\([^)]*,\s*0\))\s*(?:;|$|!)",
    re.IGNORECASE,
)
_NOT_SHOWN = [
    "script",
    "style",
    "head",
    "title",
    "template",
    "noscript",
    "iframe",
    "object",
    "svg",
    "math",
    "form",
    "audio",
    "video",
]
_BLOCKS = [
    "p",
    "div",
    "br",
    "tr",
    "li",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "blockquote",
    "table",
    "pre",
    "ul",
    "ol",
    "hr",
]


def html_text(page: str) -> str:
    """The words that a reader of the page sees; a quote block is marked with `>` on each line."""
    soup = BeautifulSoup(page[: 4 * MAX_CHARACTERS], "html.parser")
    for node in soup.find_all(
        string=lambda s: isinstance(s, Comment | Declaration | Doctype | ProcessingInstruction)
    ):
        node.extract()
    for tag in soup.find_all(_NOT_SHOWN):
        tag.decompose()
    for tag in soup.find_all(True):
        if not tag.decomposed and _hidden(tag):
            tag.decompose()
    for quote in soup.find_all(class_=re.compile(r"gmail_quote|moz-cite-prefix|yahoo_quoted")):
        quote.name = "blockquote"
    for quote in soup.find_all("blockquote"):
        lines = _rendered(quote).splitlines()
        quote.replace_with(NavigableString("\n" + "\n".join(f"> {line}" for line in lines) + "\n"))
    return _rendered(soup)[:MAX_CHARACTERS]


def _rendered(node: Tag) -> str:
    for tag in node.find_all(_BLOCKS):
        tag.insert_before("\n")
        if tag.name not in ("br", "hr"):
            tag.insert_after("\n")
    for cell in node.find_all(["td", "th"]):
        cell.insert_after(" | ")
    lines = (re.sub(r"[ \t\xa0\r]+", " ", line).strip(" ") for line in node.get_text().splitlines())
    text = "\n".join(re.sub(r"(?:\s*\|)+$", "", line) for line in lines)
    return re.sub(r"\n{3,}", "\n\n", text).strip()


def _hidden(tag: Tag) -> bool:
    style = str(tag.get("style") or "")
    hidden = tag.has_attr("hidden") or str(tag.get("aria-hidden", "")).lower() == "true"
    return (
        hidden
        or bool(style and _HIDDEN_STYLE.search(style))
        or (
            tag.name == "font" and str(tag.get("color", "")).lower() in ("#ffffff", "#fff", "white")
        )
    )


def _pdf(content: bytes) -> Document:
    from pypdf import PdfReader

    reader = PdfReader(io.BytesIO(content))
    if reader.is_encrypted and not reader.decrypt(""):
        raise InvalidInput(
            "The PDF is protected by a password; ask for an open one or paste the words.",
            "该 PDF 有密码保护，请索取未加密文件或粘贴文字。",
        )
    pages = [page.extract_text() or "" for page in reader.pages[:MAX_PAGES]]
    return Document("\n".join(pages)[:MAX_CHARACTERS])


def _office(content: bytes) -> Document:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        entries = archive.infolist()
        _refuse_bomb(entries)
        names = {entry.filename for entry in entries}
    if any(name.startswith("word/") for name in names):
        return _word(content)
    if any(name.startswith("xl/") for name in names):
        return _excel(content)
    raise InvalidInput(
        "The archive is no Word or Excel file; unpack it and give the message itself.",
        "该压缩包不是 Word 或 Excel 文件，请解压后提供消息本身。",
    )


def _refuse_bomb(entries: Iterable[zipfile.ZipInfo]) -> None:
    total = 0
    for entry in entries:
        total += entry.file_size
        ratio = entry.file_size / max(entry.compress_size, 1)
        if total > MAX_UNPACKED or (ratio > MAX_RATIO and entry.file_size > 2**20):
            raise InvalidInput(
                "The file unpacks to far more than it holds and was not opened.",
                "该文件解压后异常庞大，未予打开。",
            )


def _word(content: bytes) -> Document:
    import docx

    document = docx.Document(io.BytesIO(content))
    lines = [paragraph.text for paragraph in document.paragraphs]
    for table in document.tables[:20]:
        lines += [
            " | ".join(cell.text.strip() for cell in row.cells[:MAX_COLUMNS])
            for row in table.rows[:MAX_ROWS]
        ]
    return Document("\n".join(lines)[:MAX_CHARACTERS])


def _excel(content: bytes) -> Document:
    import openpyxl

    book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True)
    lines: list[str] = []
    for sheet in book.worksheets[:5]:
        if sheet.sheet_state != "visible":
            continue
        for row in sheet.iter_rows(max_row=MAX_ROWS, max_col=MAX_COLUMNS, values_only=True):
            cells = [_cell(value) for value in row]
            if any(cells):
                lines.append(" | ".join(cells).rstrip(" |"))
    book.close()
    return Document("\n".join(lines)[:MAX_CHARACTERS])


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, dt.datetime):
        return value.date().isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return " ".join(str(value).split())


def _outlook(content: bytes) -> Document:
    import extract_msg

    message: Any = extract_msg.openMsg(io.BytesIO(content))
    try:
        body = message.body or html_text(decode(message.htmlBody or b""))
        received = message.date if isinstance(message.date, dt.datetime) else None
        return Document(
            str(body)[:MAX_CHARACTERS],
            str(message.subject or ""),
            str(message.sender or ""),
            received,
            str(message.messageId or ""),
        )
    finally:
        message.close()
