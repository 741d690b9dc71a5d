"""What other tests lean on does what it says."""

from __future__ import annotations

import http.server
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Page
from sqlalchemy import create_engine, text

from scheduler import clock
from tests.support import ways
from tests.support.browser import NoBrowser, find_chromium
from tests.support.pages import assert_accessible, assert_fits, screenshot
from tests.support.sockets import NotLoopback
from tests.support.times import Clock

GOOD = b"""<!doctype html><html lang="en"><title>A page</title><main><h1>A page</h1><p id="zone">no script</p></main>
<script>document.getElementById("zone").textContent = Intl.DateTimeFormat().resolvedOptions().timeZone</script></html>"""
BAD = b"""<!doctype html><html lang="en"><title>A page</title><main><h1>A page</h1><img src="/x.png">
<p style="width: 700px">wide</p></main></html>"""
PALE = b"""<!doctype html><html lang="en"><meta name="color-scheme" content="light dark"><title>A page</title>
<style>p { color: #444 } @media (prefers-color-scheme: dark) { body { background: #111 } h1 { color: #fff } }</style>
<main><h1>A page</h1><p>Dark upon dark, where it is dark.</p></main></html>"""


class _Pages(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        body = {"/good": GOOD, "/bad": BAD, "/pale": PALE}.get(self.path)
        self.send_response(200 if body else 404)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(body or b"")

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def site() -> Iterator[str]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Pages)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://localhost:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


def test_a_connection_to_another_machine_fails_at_once() -> None:
    with pytest.raises(NotLoopback, match="only reach this machine"):
        socket.create_connection(("192.0.2.1", 80), timeout=1)
    with pytest.raises(NotLoopback, match=r"example\.org"):
        socket.create_connection(("example.org", 80), timeout=1)


def test_each_database_is_empty_migrated_and_the_tests_own(database_url: str) -> None:
    engine = create_engine(database_url.replace("postgresql://", "postgresql+psycopg://"))
    with engine.begin() as connection:
        assert connection.execute(text("SELECT count(*) FROM organization")).scalar() == 0
        connection.execute(text("CREATE TABLE left_behind (id INTEGER)"))
    engine.dispose()


def test_the_clock_stands_where_the_test_put_it(frozen: Clock) -> None:
    started = frozen.at("2026-11-01T01:30:00-04:00")
    assert clock.now() == started == 1_793_511_000
    assert frozen.forward(hours=1, minutes=5) == clock.now() == started + 3900


@pytest.mark.browser
@ways.BOTH_WAYS
def test_pages_run_scripts_only_when_the_test_says_so(phone: Page, site: str, javascript: bool) -> None:
    phone.goto(f"{site}/good")
    assert phone.inner_text("#zone") == ("America/New_York" if javascript else "no script")


@pytest.mark.browser
def test_a_good_page_passes_and_a_picture_of_it_is_written(
    desktop: Page, site: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SCREENSHOTS", str(tmp_path))
    desktop.goto(f"{site}/good")
    assert_accessible(desktop)
    assert_fits(desktop)
    screenshot(desktop, "support: a good page")
    assert (tmp_path / "support-a-good-page.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.browser
def test_a_page_too_pale_in_dark_fails_by_its_colours_alone(new_page: Callable[..., Page], site: str) -> None:
    page = new_page(dark=True)
    page.goto(f"{site}/pale")
    with pytest.raises(AssertionError, match="color-contrast"):
        assert_accessible(page, colours_only=True)
    page.emulate_media(color_scheme="light")
    assert_accessible(page, colours_only=True)


@pytest.mark.browser
def test_a_bad_page_fails(phone: Page, site: str) -> None:
    phone.goto(f"{site}/bad")
    with pytest.raises(AssertionError, match="image-alt"):
        assert_accessible(phone)
    with pytest.raises(AssertionError, match="px wide"):
        assert_fits(phone)


def test_a_missing_browser_is_a_failure_that_says_what_to_do(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("CHROMIUM", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr("platform.machine", lambda: "x86_64")
    with pytest.raises(NoBrowser, match="apt-get install chromium"):
        find_chromium(tmp_path)


def test_the_demo_clinic_is_there_to_try_things_on(make_app: Callable[..., Flask], demo_url: str) -> None:
    answer = make_app(demo_url).test_client().get("/")

    assert answer.status_code == 200
    assert "demo clinic" in answer.text
