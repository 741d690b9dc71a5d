"""The small application (``tests/web/small.py``), its client, and a server of it for the browser."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from scheduler.db import db
from tests.support.served import served
from tests.web.small import make_app


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Flask]:
    """The small application."""
    app = make_app(tmp_path / "data")
    yield app
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def visit(small: Flask) -> FlaskClient:
    """A client of the small application."""
    return small.test_client()


@pytest.fixture
def small_server(small: Flask) -> Iterator[str]:
    """The small application, served; its address."""
    with served(small) as address:
        yield address
