"""A real SMTP server on loopback that keeps what it is given, or refuses."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

from tests.support.servers import free_port


class Post:
    """What arrived: ``(envelope sender, envelope recipients, message)``. ``answers`` gives the server's word on a
    recipient ("" accepts), one after the other; ``data_answer`` its word on the whole mail. ``at_recipient`` and ``at_data``
    are done when a recipient and when a whole mail has come in, before the server says what it thinks of it; ``slow`` seconds
    pass before it says so, and with ``drops`` it takes the mail and hangs up without a word."""

    def __init__(self) -> None:
        self.arrived: list[tuple[str, list[str], EmailMessage]] = []
        self.answers: list[str] = []
        self.data_answer = ""
        self.at_recipient: Callable[[], object] = lambda: None
        self.at_data: Callable[[], object] = lambda: None
        self.slow = 0.0
        self.drops = False
        self.sign_ins: list[tuple[bytes, bytes]] = []

    async def handle_RCPT(
        self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any
    ) -> str:
        self.at_recipient()
        answer = self.answers.pop(0) if self.answers else ""
        if not answer:
            envelope.rcpt_tos.append(address)
        return answer or "250 OK"

    async def handle_DATA(self, server: Any, _session: Any, envelope: Any) -> str:
        if self.slow:
            await asyncio.sleep(self.slow)
        if self.data_answer:
            return self.data_answer
        message = message_from_bytes(envelope.content, policy=default)
        assert isinstance(message, EmailMessage)
        self.arrived.append((envelope.mail_from, list(envelope.rcpt_tos), message))
        self.at_data()
        if self.drops:
            server.transport.abort()
        return "250 OK"

    def authenticate(
        self, _server: Any, _session: Any, _envelope: Any, _mechanism: str, data: Any
    ) -> AuthResult:
        self.sign_ins.append((data.login, data.password))
        right = data.password == b"right"
        return AuthResult(success=right, handled=right)


@contextmanager
def smtp_server(port: int | None = None, *, sign_in: bool = False) -> Iterator[tuple[Post, int]]:
    """``(post, port)`` of a running server; stopped at the end of the block."""
    post = Post()
    port = port or free_port()
    options: dict[str, Any] = {}
    if sign_in:
        options = {"authenticator": post.authenticate, "auth_require_tls": False}
    controller = Controller(post, hostname="127.0.0.1", port=port, **options)
    controller.start()
    try:
        yield post, port
    finally:
        controller.stop()
