"""What arrived in the mail folder, and what lies in the outbox."""

from __future__ import annotations

from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

from flask import Flask
from sqlalchemy import select

from scheduler.db import snapshot
from scheduler.models import Outbox


def mails(app: Flask) -> list[EmailMessage]:
    """What lies in the mail folder, oldest first."""
    folder: Path = app.config["SETTINGS"].data_dir / "mail"
    files = sorted(folder.glob("*.eml"), key=lambda path: path.stat().st_mtime_ns) if folder.is_dir() else []
    read = [message_from_bytes(path.read_bytes(), policy=default) for path in files]
    return [message for message in read if isinstance(message, EmailMessage)]


def rows(app: Flask) -> list[Outbox]:
    """The rows of the outbox, in their order."""
    with app.app_context(), snapshot() as session:
        found = list(session.scalars(select(Outbox).order_by(Outbox.id)))
        session.expunge_all()
        return found


def part(message: EmailMessage, subtype: str) -> str:
    """The one part of this kind, as text; the line ends of a calendar are its own."""
    [found] = [each for each in message.walk() if each.get_content_subtype() == subtype]
    content = found.get_content()
    text = content if isinstance(content, str) else content.decode()
    return text if subtype == "calendar" else text.replace("\r\n", "\n")
