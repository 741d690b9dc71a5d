"""Whom a type is for, at the desk: said when somebody else comes, and set aside by a tick."""

from __future__ import annotations

import re

from scheduler.db import snapshot, transaction
from scheduler.models import AppointmentType, PatientDetails
from tests.console.desk.conftest import PATIENT, Desk, words
from tests.factories import Clinic, make_plan


def ask(clinic: Clinic, **rules: object) -> None:
    """Let the clinic's type have these rules."""
    with clinic.app.app_context(), transaction() as session:
        kind = session.get_one(AppointmentType, clinic.type)
        for name, value in rules.items():
            setattr(kind, name, value)


def test_an_age_that_does_not_fit_is_said_and_set_aside_by_a_tick(desk: Desk, clinic: Clinic) -> None:
    ask(clinic, maximum_age=17)
    fields = {"slot": desk.slot(clinic.starts()[0]), **PATIENT}
    refused = desk.press("/console/new", **fields)
    assert refused.status_code == 400
    assert "Birth date: this visit is for ages 0 to 17 on its day." in words(refused)
    assert 'Who it is for: tick "Go on anyway", or choose another type.' in words(refused)
    assert not desk.bookings()
    assert desk.press("/console/new", **fields, aside="who").status_code == 303
    assert len(desk.bookings()) == 1


def test_referral_and_plan_are_written_down_and_shown_with_the_booking(desk: Desk, clinic: Clinic) -> None:
    ask(clinic, referral="required", insurance="only")
    plan = make_plan(clinic, name="Acme Health")
    fields = {"slot": desk.slot(clinic.starts()[0]), **PATIENT}
    assert "Referral: this visit needs one." in words(desk.press("/console/new", **fields))
    done = desk.press("/console/new", **fields, referral_number="R-17", insurance=plan.id)
    page = words(desk.open(done.location))
    assert "Referral number R-17" in page
    assert "Insurance Acme Health" in page


def test_editing_details_loses_no_plan_that_is_not_accepted_any_more(desk: Desk, clinic: Clinic) -> None:
    ask(clinic, insurance="ask", referral="optional")
    plan = make_plan(clinic, name="Acme Health")
    done = desk.press(
        "/console/new",
        slot=desk.slot(clinic.starts()[0]),
        **PATIENT,
        insurance=plan.id,
        referral_number="R-17",
    )
    ask(clinic, insurance="", referral="")
    form = desk.open(f"{done.location}/details").text
    assert f'value="{plan.id}"' in form
    version = re.findall(r'name="version" value="([0-9]+)"', form)[0]
    typed = PATIENT | {"version": version, "insurance": plan.id, "referral_number": "R-18"}
    saved = desk.press(f"{done.location}/details", **typed)
    assert saved.status_code == 303, words(saved)
    with clinic.app.app_context(), snapshot() as session:
        details = session.get_one(PatientDetails, done.location.rsplit("/", 1)[1])
        assert (details.insurance_plan, details.referral_number) == ("Acme Health", "R-18")


def test_a_walk_in_meets_the_same_rules_and_the_same_tick(desk: Desk, clinic: Clinic) -> None:
    ask(clinic, maximum_age=5, referral="required", insurance="only")
    plan = make_plan(clinic, name="Acme Health")
    page = desk.open("/console/walk-in")
    slot = re.findall(r'name="slot" value="([^"]+)"', page.text)[0]
    assert "Referral number" in words(page)
    assert "Acme Health" in words(page)
    refused = desk.press("/console/walk-in", slot=slot, **PATIENT, insurance="self")
    assert refused.status_code == 400
    for said in (
        "Birth date: this visit is for ages 0 to 5 on its day.",
        "Referral: this visit needs one.",
        "Insurance: this visit is only for people with one of the plans in the list.",
        'Who it is for: tick "Go on anyway", or choose another type.',
    ):
        assert said in words(refused)
    assert not desk.bookings()
    told = {"referral_number": "R-17", "insurance": plan.id}
    done = desk.press("/console/walk-in", slot=slot, **PATIENT, **told, aside="who")
    assert done.status_code == 303
    assert "Referral number R-17" in words(desk.open(done.location))
    assert len(desk.bookings()) == 1


def test_a_walk_in_for_whom_the_type_is_meets_no_warning(desk: Desk, clinic: Clinic) -> None:
    ask(clinic, minimum_age=18, referral="required")
    slot = re.findall(r'name="slot" value="([^"]+)"', desk.open("/console/walk-in").text)[0]
    assert desk.press("/console/walk-in", slot=slot, **PATIENT, referral_number="R-17").status_code == 303
