"""Who asks, behind proxies: limits must count people and not the proxy, and nobody may choose an address for himself."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask, request


@pytest.mark.parametrize(
    ("proxies", "seen"), [("0", "127.0.0.1"), ("1", "198.51.100.7"), ("2", "203.0.113.9")]
)
def test_as_many_forwarded_addresses_are_believed_as_there_are_proxies(
    make_app: Callable[..., Flask], sqlite_url: str, proxies: str, seen: str
) -> None:
    app = make_app(sqlite_url, proxies=proxies)
    asked: list[str | None] = []
    app.before_request(lambda: asked.append(request.remote_addr))
    app.test_client().get("/health", headers={"X-Forwarded-For": "1.2.3.4, 203.0.113.9, 198.51.100.7"})
    assert asked == [seen]
