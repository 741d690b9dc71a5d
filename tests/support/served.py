"""The application served by the test's own process, and a browser's page in which somebody is signed in.

Quicker to start than a process of its own (``start_server``), and the test's clinic, clock and jobs are the served ones.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from flask import Flask
from playwright.sync_api import Page
from werkzeug.serving import WSGIRequestHandler, make_server

from scheduler.accounts import changing
from scheduler.accounts import routes as accounts_routes
from scheduler.accounts.session import signed_in
from scheduler.api import referrals
from scheduler.models import User
from scheduler.portal import finders, finding
from tests.factories import PASSWORD

THROTTLES = (
    accounts_routes._per_person,
    accounts_routes._per_address,
    accounts_routes._asks_per_person,
    accounts_routes._asks_per_address,
    changing._tries,
    finding._per_contact,
    finding._per_address,
    finders.links_opened,
    referrals.asked,
)


class _Handler(WSGIRequestHandler):
    """Answers go out in one piece, head and body: the socket is not written to before an answer is whole."""

    wbufsize = -1


def forget_tries() -> None:
    """Whoever was held back by a test before may try again."""
    for throttle in THROTTLES:
        throttle._tries.clear()


@contextmanager
def served(app: Flask) -> Iterator[str]:
    """Serve the application on a free port of localhost; its address. No try of an earlier test counts."""
    forget_tries()
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=_Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://localhost:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
        forget_tries()


@pytest.fixture
def address(sqlite_app: Flask) -> Iterator[str]:
    """The address of ``sqlite_app``, served by this process."""
    with served(sqlite_app) as address:
        yield address


def sign_in(page: Page, address: str, email: str, password: str = PASSWORD, *, then: str = "") -> None:
    """Sign in by the page for it, as a person does; ``then`` is the path to land on."""
    page.goto(f"{address}/sign-in" + (f"?next={then}" if then else ""))
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password").fill(password)
    with page.expect_navigation():
        page.get_by_role("button", name="Sign in").click()


def come_in(page: Page, app: Flask, user: User, address: str) -> None:
    """Sign a user in without a round through the sign-in page."""
    with app.app_context():
        person = signed_in(user.id)
        assert person is not None
        codec = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]
        cookie = codec.dumps({"_user_id": person.get_id(), "_fresh": True})
    page.context.add_cookies([{"name": "session", "value": cookie, "url": address}])
