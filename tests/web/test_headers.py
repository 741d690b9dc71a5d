"""Headers of every answer, private pages, and compression."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.web.small import make_app


@pytest.mark.parametrize(
    "path", ["/", "/nowhere", "/raise/unexpected", "/static/app.css", "/fhir/none", "/b/abc"]
)
def test_every_answer_is_locked_down(visit: FlaskClient, path: str) -> None:
    headers = visit.get(path).headers
    policy = headers["Content-Security-Policy"]
    for rule in ("default-src 'none'", "script-src 'self'", "style-src 'self'", "frame-ancestors 'none'"):
        assert rule in policy
    assert "unsafe" not in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] in ("same-origin", "no-referrer")


def test_a_private_page_is_kept_by_nobody(visit: FlaskClient) -> None:
    headers = visit.get("/b/abc").headers
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["Cache-Control"] == "no-store"
    assert "noindex" in headers["X-Robots-Tag"]


def test_https_is_pinned_only_where_it_is_used(small: Flask, tmp_path: Path) -> None:
    assert "Strict-Transport-Security" not in small.test_client().get("/").headers
    secure = make_app(tmp_path / "secure", SCHEDULER_PUBLIC_URL="https://book.example.org")
    assert "Strict-Transport-Security" in secure.test_client().get("/").headers


def test_public_pages_are_compressed_for_who_can_read_it(visit: FlaskClient) -> None:
    packed = visit.get("/privacy", headers={"Accept-Encoding": "gzip"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in packed.headers["Vary"]
    plain = visit.get("/privacy")
    assert "Content-Encoding" not in plain.headers
    assert gzip.decompress(packed.data) == plain.data
    assert int(packed.headers["Content-Length"]) == len(packed.data)


@pytest.mark.parametrize("path", ["/b/abc", "/gallery"])
def test_pages_with_secrets_are_not_compressed(visit: FlaskClient, path: str) -> None:
    answer = visit.get(path, headers={"Accept-Encoding": "gzip"})
    assert len(answer.data) > 2000
    assert "Content-Encoding" not in answer.headers


def test_gzip_with_quality_zero_is_respected(visit: FlaskClient) -> None:
    assert "Content-Encoding" not in visit.get("/privacy", headers={"Accept-Encoding": "gzip;q=0"}).headers
