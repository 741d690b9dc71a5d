"""The border as the production server hands requests to it: raw bytes on a socket, no client that tidies them up."""

from __future__ import annotations

import http.client
from urllib.parse import urlsplit

import pytest

from tests.support.servers import Server

pytestmark = pytest.mark.processes

TARGETS = {
    b"/%00": 400,
    b"/maya%00": 400,
    b"/%ff%fe": 400,
    b"/privacy?from=%00": 400,
    b"/privacy?from=%ff": 400,
    b"/" + b"a" * 3000: 414,
    b"/privacy?from=" + b"a" * 9000: 414,
    b"/../../etc/passwd": 404,
    b"/static/..%2f..%2fsettings.py": 404,
    b"/%3Cscript%3E": 404,
    b"/Z%C3%BCrich": 404,
    b"/privacy": 200,
    b"/health": 200,
}


def _status(
    server: Server, method: str, target: bytes, headers: dict[str, str], body: bytes = b"", announced: int = 0
) -> int:
    """The status of the answer; ``announced``: so long a body is announced, and none sent."""
    parts = urlsplit(server.url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=30)
    try:
        connection.putrequest(method, target.decode("latin-1"), skip_accept_encoding=True)
        for name, value in headers.items():
            connection.putheader(name, value)
        if body or announced:
            connection.putheader("Content-Length", str(announced or len(body)))
        connection.endheaders(body or None)
        return connection.getresponse().status
    finally:
        connection.close()


def test_nothing_that_a_socket_can_carry_makes_a_500(server: Server) -> None:
    got = {target[:40]: _status(server, "GET", target, {}) for target in TARGETS}
    assert got == {target[:40]: status for target, status in TARGETS.items()}

    form = {"Content-Type": "application/x-www-form-urlencoded"}
    assert _status(server, "POST", b"/hold", form, b"slot=%00") == 400
    assert _status(server, "POST", b"/find-booking", form, announced=1_100_000) == 413
    assert _status(server, "POST", b"/hold", {**form, "Sec-Fetch-Site": "cross-site"}, b"slot=x") == 403
    assert _status(server, "POST", b"/sign-in", form, b"email=a") == 400
    for odd in (
        {"Cookie": "session=\xff; visitor=\xff\xfe"},
        {"Accept": "text/html;q=x,,"},
        {"Origin": "\xff"},
    ):
        assert _status(server, "GET", b"/privacy", odd) in (200, 400)
    assert "Traceback" not in server.output
