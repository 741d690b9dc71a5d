"""Handing a mail over: into the folder, and to a real SMTP server on loopback."""

from __future__ import annotations

import stat
from collections.abc import Callable
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP, default
from pathlib import Path

import pytest

from scheduler.notify.mail import transport
from scheduler.settings import Settings
from tests.notify.smtp import smtp_server
from tests.support.apps import settings_for
from tests.support.servers import free_port


def mail(number: int = 1) -> EmailMessage:
    message = EmailMessage(policy=SMTP)
    message["From"] = "no-reply@localhost"
    message["To"] = "secret.patient@example.org"
    message["Subject"] = "Appointment at Café"
    message["Message-ID"] = f"<{number}@localhost>"
    message.set_content("Hello")
    return message


@pytest.fixture
def settings(data_dir: Path) -> Callable[[str], Settings]:
    def make(mail_url: str) -> Settings:
        return settings_for("sqlite:////nowhere.sqlite", data_dir, mail_url=mail_url)

    return make


def test_without_a_server_a_mail_becomes_a_file_that_only_the_owner_reads(
    settings: Callable[[str], Settings],
) -> None:
    own = settings("")
    transport.send(own, mail())
    transport.send(own, mail())
    transport.send(own, mail(2))
    files = sorted(transport.mail_folder(own).iterdir())
    assert len(files) == 2, "the same mail twice is one file"
    assert all(file.suffix == ".eml" and stat.S_IMODE(file.stat().st_mode) == 0o600 for file in files)
    read = message_from_bytes(files[0].read_bytes(), policy=default)
    assert read["Subject"] == "Appointment at Café"
    assert read.get_content().strip() == "Hello"


def test_a_folder_that_cannot_be_written_postpones_the_mail(settings: Callable[[str], Settings]) -> None:
    own = settings("")
    transport.mail_folder(own).write_text("in the way")
    with pytest.raises(transport.MailPostponed):
        transport.send(own, mail())


def test_smtp_takes_a_mail_with_its_envelope(settings: Callable[[str], Settings]) -> None:
    with smtp_server() as (post, port):
        transport.send(settings(f"smtp://127.0.0.1:{port}"), mail())
    [(sender, recipients, message)] = post.arrived
    assert (sender, recipients) == ("no-reply@localhost", ["secret.patient@example.org"])
    assert message["Message-ID"] == "<1@localhost>"


def test_smtp_signs_in_when_the_address_says_so(settings: Callable[[str], Settings]) -> None:
    with smtp_server(sign_in=True) as (post, port):
        transport.send(settings(f"smtp://me%40here:right@127.0.0.1:{port}"), mail())
        assert len(post.arrived) == 1
        assert post.sign_ins[0] == (b"me@here", b"right")
        with pytest.raises(transport.MailPostponed, match="sign-in was refused"):
            transport.send(settings(f"smtp://me:wrong@127.0.0.1:{port}"), mail())


def test_a_password_is_not_sent_in_clear_to_another_machine(
    settings: Callable[[str], Settings], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transport, "_OWN_MACHINE", ())  # treat loopback as a machine that isn't ours
    with smtp_server(sign_in=True) as (post, port):
        with pytest.raises(transport.MailPostponed, match="no TLS"):
            transport.send(settings(f"smtp://me:right@127.0.0.1:{port}"), mail())
        assert post.sign_ins == []


def test_a_server_that_is_down_postpones_the_mail(settings: Callable[[str], Settings]) -> None:
    for scheme in ("smtp", "smtps"):
        with pytest.raises(transport.MailPostponed, match="can't be reached"):
            transport.send(settings(f"{scheme}://127.0.0.1:{free_port()}"), mail())


@pytest.mark.parametrize(
    ("recipient", "data", "error"),
    [
        ("550 no such user secret.patient@example.org", "", transport.MailRefused),
        ("450 try later secret.patient@example.org", "", transport.MailPostponed),
        ("", "554 not wanted from secret.patient@example.org", transport.MailRefused),
        ("", "451 busy secret.patient@example.org", transport.MailPostponed),
    ],
)
def test_refusals_are_for_good_or_for_now_and_never_repeat_the_address(
    settings: Callable[[str], Settings], recipient: str, data: str, error: type[Exception]
) -> None:
    with smtp_server() as (post, port):
        post.answers, post.data_answer = [recipient], data
        with pytest.raises(error) as refused:
            transport.send(settings(f"smtp://127.0.0.1:{port}"), mail())
    assert "patient" not in str(refused.value)
    assert "example.org" not in str(refused.value)
    assert refused.value.__cause__ is None
