"""A clinic on a Monday morning and people at its desk, for the tests of the front desk's forms."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from scheduler.db import snapshot
from scheduler.models import Appointment
from scheduler.models.slots import slot_id
from tests.factories import Clinic, make_clinic, make_user
from tests.people import browser_of
from tests.support.times import Clock

MONDAY = "2027-06-07T10:02:00-04:00"
PATIENT = {
    "for_whom": "me",
    "given": "Ana",
    "family": "Silva",
    "birth_date-month": "4",
    "birth_date-day": "27",
    "birth_date-year": "1985",
    "born": "4/27/1985",
    "phone": "617-555-0199",
}


@dataclass
class Desk:
    """A browser at the desk: ``open`` and ``press`` with the form's token; the last page's words in ``words``."""

    clinic: Clinic
    browser: FlaskClient

    def open(self, path: str) -> TestResponse:
        return self.browser.get(path)

    def press(self, path: str, **fields: str | list[str]) -> TestResponse:
        token = re.search(r'name="csrf_token" value="([^"]+)"', self.browser.get("/console/find").text)
        assert token is not None
        return self.browser.post(path, data={"csrf_token": token[1], **fields})

    def slot(self, start: int, schedule: str = "") -> str:
        return slot_id(schedule or self.clinic.schedule, start)

    def bookings(self) -> list[Appointment]:
        with self.clinic.app.app_context(), snapshot() as session:
            return list(session.scalars(select(Appointment).order_by(Appointment.starts_at, Appointment.id)))


def words(page: TestResponse) -> str:
    """What a reader of the page reads, blanks made one."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page.text)).split())


def desk_of(clinic: Clinic, role: str = "front-desk", practitioner: str | None = None) -> Desk:
    return Desk(clinic, browser_of(clinic.app, make_user(clinic, role=role, practitioner=practitioner)))


@pytest.fixture
def clinic(sqlite_app: Flask, frozen: Clock) -> Clinic:
    frozen.at(MONDAY)
    return make_clinic(sqlite_app, interval_minutes=30, duration_minutes=30)


@pytest.fixture
def desk(clinic: Clinic) -> Desk:
    return desk_of(clinic)
