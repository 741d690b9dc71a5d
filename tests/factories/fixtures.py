"""The fixture ``clinic``: a clinic that can be booked, on ``app`` (both kinds of database)."""

from __future__ import annotations

import pytest
from flask import Flask

from tests.factories.clinics import Clinic, make_clinic


@pytest.fixture
def clinic(app: Flask) -> Clinic:
    """A clinic with one practitioner, one type and one Schedule. Further ones: ``make_clinic(app, ...)``."""
    return make_clinic(app)
