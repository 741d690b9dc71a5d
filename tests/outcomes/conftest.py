"""A clinic whose finders may listen on loopback, on both databases, and a fake finder."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from flask import Flask

from tests.factories import Clinic, make_clinic
from tests.outcomes.finder import FakeFinder, fake_finder
from tests.support.times import Clock

MONDAY = "2027-06-07T07:00:00-04:00"


@pytest.fixture
def app(make_app: Callable[..., Flask], database_url: str) -> Flask:
    return make_app(database_url, private_callbacks="1")


@pytest.fixture
def clinic(app: Flask, frozen: Clock) -> Clinic:
    """A clinic on a Monday morning, before it opens."""
    frozen.at(MONDAY)
    return make_clinic(app)


@pytest.fixture
def finder() -> Iterator[FakeFinder]:
    with fake_finder() as one:
        yield one
