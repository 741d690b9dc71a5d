"""What pages say is what their buttons do, and what is so: holds that ended, more time, deadlines, requests."""

from __future__ import annotations

import pytest
from flask import Flask

from tests.factories import Clinic, make_clinic
from tests.portal.patient import Patient
from tests.support.times import Clock

MONDAY = "2027-06-07T07:00:00-04:00"


@pytest.fixture
def clinic(sqlite_app: Flask, frozen: Clock) -> Clinic:
    """A clinic on a Monday morning, before it opens."""
    frozen.at(MONDAY)
    return make_clinic(sqlite_app)


def test_a_review_whose_hold_has_ended_points_at_the_button_that_it_has(
    clinic: Clinic, frozen: Clock
) -> None:
    patient = Patient(clinic.app)
    hold = patient.hold(clinic, clinic.first_start)
    assert patient.fill_in(hold).location == f"{hold}/review"
    ended = "Your hold has ended. Your answers are safe. If the time is still free, you can book it below."
    assert f'data-lapsed="{ended}"' in patient.open(f"{hold}/review").text
    assert "Continue and we'll try" in patient.open(hold).text
    frozen.forward(minutes=11)
    page = patient.open(f"{hold}/review")
    assert ended in page.words
    assert "Continue" not in page.words
    assert patient.press(f"{hold}/book").location.startswith("/b/")


def test_choosing_weekly_visits_or_two_relatives_keeps_the_day_that_was_chosen(
    sqlite_app: Flask, frozen: Clock
) -> None:
    frozen.at(MONDAY)
    clinic = make_clinic(sqlite_app, relatives=True, series_most=4)
    page = Patient(sqlite_app).open(clinic.times_path, **{"from": "2027-06-16"})
    assert page.hidden("from") == "2027-06-16"
    [two] = [link for link in page.links if "party=two" in link]
    assert "from=2027-06-16" in two
    first = Patient(sqlite_app).open(clinic.times_path)
    assert first.hidden("from") == ""


def test_more_time_is_offered_from_the_start_and_gives_what_it_says(clinic: Clinic, frozen: Clock) -> None:
    patient = Patient(clinic.app)
    hold = patient.hold(clinic, clinic.first_start)
    page = patient.open(hold)
    assert "for you until 7:10 AM EDT" in page.words
    assert "hold until 7:20 AM EDT" in page.words
    again = patient.open(patient.press(f"{hold}/extend").location)
    assert "Done. Your time is now held until 7:20 AM EDT." in again.words
    assert "hold until 7:30 AM EDT" in again.words
