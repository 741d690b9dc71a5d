"""Hand a mail over: into a folder (the default: one .eml file each) or to an SMTP server.

Problems are told without the address or the server's words, which may repeat it.
"""

from __future__ import annotations

import hashlib
import os
import smtplib
import ssl
from email.message import EmailMessage
from pathlib import Path
from urllib.parse import SplitResult, unquote, urlsplit

from scheduler.settings import Settings

TIMEOUT_SECONDS = 15
_OWN_MACHINE = ("localhost", "127.0.0.1", "::1")
_PERMANENT = 500


class MailRefused(Exception):
    """The server will never take this mail."""


class MailPostponed(Exception):
    """It did not work now; a later try may."""


def send(settings: Settings, message: EmailMessage) -> None:
    """Hand the mail over by ``settings.mail_url``, or into the mail folder when it is empty.

    Raises MailRefused or MailPostponed.
    """
    if settings.mail_url:
        _send_smtp(urlsplit(settings.mail_url), message)
    else:
        _write(mail_folder(settings), message)


def mail_folder(settings: Settings) -> Path:
    """The folder that mails are written to when there is no mail server."""
    return settings.data_dir / "mail"


def mail_name(message_id: str) -> str:
    """The name, without its ending, of the file of the mail with this Message-ID: a mail that is handed over twice is
    still one file."""
    return hashlib.sha256(message_id.encode()).hexdigest()[:32]


def _write(folder: Path, message: EmailMessage) -> None:
    name = mail_name(str(message["Message-ID"]))
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = folder / f".{name}.{os.getpid()}"
        with open(draft, "wb", opener=lambda path, flags: os.open(path, flags, 0o600)) as file:
            file.write(message.as_bytes())
            file.flush()
            os.fsync(file.fileno())
        draft.replace(folder / f"{name}.eml")
    except OSError as error:
        raise MailPostponed(f"the mail folder can't be written ({error.strerror})") from error


def _send_smtp(url: SplitResult, message: EmailMessage) -> None:
    try:
        with _connect(url) as server:
            if url.username:
                server.login(unquote(url.username), unquote(url.password or ""))
            server.send_message(message)
    except smtplib.SMTPRecipientsRefused as error:
        codes = [code for code, _ in error.recipients.values()]
        raise _problem(max(codes, default=0), "the recipient was refused") from None
    except smtplib.SMTPNotSupportedError:
        raise MailRefused("the mail server can't take this address or sign-in") from None
    except smtplib.SMTPSenderRefused as error:
        raise _problem(error.smtp_code, "the sender was refused", lasting=False) from None
    except smtplib.SMTPAuthenticationError as error:
        raise _problem(error.smtp_code, "the sign-in was refused", lasting=False) from None
    except smtplib.SMTPDataError as error:
        raise _problem(error.smtp_code, "the mail was refused") from None
    except smtplib.SMTPResponseException as error:
        raise _problem(error.smtp_code, "the mail server refused", lasting=False) from None
    except (smtplib.SMTPException, OSError) as error:
        raise MailPostponed(f"the mail server can't be reached ({type(error).__name__})") from None


def _connect(url: SplitResult) -> smtplib.SMTP:
    host = url.hostname or "localhost"
    context = ssl.create_default_context()
    if url.scheme == "smtps":
        return smtplib.SMTP_SSL(host, url.port or 465, timeout=TIMEOUT_SECONDS, context=context)
    server = smtplib.SMTP(host, url.port or 25, timeout=TIMEOUT_SECONDS)
    try:
        server.ehlo()
        if server.has_extn("starttls"):
            server.starttls(context=context)
        elif url.username and host not in _OWN_MACHINE:
            raise MailPostponed("the mail server offers no TLS, so the password was not sent")
    except BaseException:
        server.close()
        raise
    return server


def _problem(code: int, what: str, *, lasting: bool = True) -> MailRefused | MailPostponed:
    """A 5xx about this mail is for good; one about us (sign-in, sender) goes away when the settings are mended."""
    sentence = f"{what} ({code})"
    return MailRefused(sentence) if lasting and code >= _PERMANENT else MailPostponed(sentence)
