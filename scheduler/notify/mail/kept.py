"""Read back a mail that was written to the mail folder: its headers, its text, its HTML, its calendar file; or remove it."""

from __future__ import annotations

from dataclasses import dataclass
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from pathlib import Path
from typing import cast

from scheduler.notify.mail.transport import mail_folder, mail_name
from scheduler.settings import Settings

_HEADERS_AT_MOST = 16_384


@dataclass(frozen=True, slots=True)
class Headers:
    """What a list of mails shows of one."""

    to: str
    subject: str


@dataclass(frozen=True, slots=True)
class Kept:
    """A whole mail; ``calendar`` is None when no calendar file is attached, ``raw`` the file as it was written."""

    to: str
    sender: str
    subject: str
    text: str
    html: str
    calendar: bytes | None
    raw: bytes


def headers(settings: Settings, message_id: str) -> Headers | None:
    """To and subject of the mail with this Message-ID; None when the folder has no such file."""
    try:
        with _path(settings, message_id).open("rb") as file:
            start = file.read(_HEADERS_AT_MOST)
    except OSError:
        return None
    found = BytesParser(policy=policy.default).parsebytes(start, headersonly=True)
    return Headers(str(found["To"] or ""), str(found["Subject"] or ""))


def read(settings: Settings, message_id: str) -> Kept | None:
    """The mail with this Message-ID; None when the folder has no such file. The name of the file is worked out from the
    Message-ID, so nothing that a browser sends becomes part of a path."""
    try:
        raw = _path(settings, message_id).read_bytes()
    except OSError:
        return None
    mail = BytesParser(policy=policy.default).parsebytes(raw)
    return Kept(
        to=str(mail["To"] or ""),
        sender=str(mail["From"] or ""),
        subject=str(mail["Subject"] or ""),
        text=_text(mail, "plain"),
        html=_text(mail, "html"),
        calendar=_calendar(mail),
        raw=raw,
    )


def remove(settings: Settings, message_id: str) -> bool:
    """Remove the file of the mail with this Message-ID; whether there was one."""
    try:
        _path(settings, message_id).unlink()
    except OSError:
        return False
    return True


def _path(settings: Settings, message_id: str) -> Path:
    return mail_folder(settings) / f"{mail_name(message_id)}.eml"


def _text(mail: EmailMessage, kind: str) -> str:
    part = mail.get_body(preferencelist=(kind,))
    return str(part.get_content()) if part is not None else ""


def _calendar(mail: EmailMessage) -> bytes | None:
    for part in mail.walk():
        if part.get_content_type() == "text/calendar":
            return cast(bytes, part.get_payload(decode=True))
    return None
