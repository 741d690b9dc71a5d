"""A clinician's or place's page."""

from __future__ import annotations

from flask import Flask

from scheduler import catalog, clock
from scheduler.db import transaction
from tests.factories import SYSTEM, make_clinic, make_practitioner, make_schedule, make_type
from tests.portal.patient import Patient
from tests.support.times import Clock

MORNING = "2027-06-07T07:00:00-04:00"


def test_it_says_who_where_and_what_with_the_first_opening_of_each_type(
    sqlite_app: Flask, frozen: Clock
) -> None:
    frozen.at(MORNING)
    clinic = make_clinic(sqlite_app, practitioner={"languages": ["es", "en"]})
    kind = make_type(clinic, name="Follow-up", duration_minutes=20, minimum_notice_minutes=24 * 60)
    make_schedule(clinic, type=kind.id)
    page = Patient(sqlite_app).open(f"/{clinic.slug}")
    assert (page.status, page.h1) == (200, "Dr. Maya Chen")
    assert "12 Main Street, Boston, MA 02115" in page.words
    assert "Speaks Spanish, English" in page.words
    assert "First opening Monday, June 7, 9:00 AM EDT" in page.words
    assert "First opening Tuesday, June 8, 9:00 AM EDT" in page.words
    assert "20 minutes, in person" in page.words


def test_with_one_public_type_it_leads_straight_to_its_times(sqlite_app: Flask) -> None:
    clinic = make_clinic(sqlite_app)
    page = Patient(sqlite_app).open(f"/{clinic.slug}")
    assert (page.status, page.location) == (302, clinic.times_path)


def test_link_only_and_paused_types_are_not_listed(sqlite_app: Flask) -> None:
    clinic = make_clinic(sqlite_app, visibility="link")
    hidden = make_type(clinic, name="Paused visit", visibility="paused")
    make_schedule(clinic, type=hidden.id)
    page = Patient(sqlite_app).open(f"/{clinic.slug}")
    assert page.status == 200
    assert "Nothing can be booked online here" in page.words
    assert "Call 617-555-0142" in page.words
    assert "New patient visit" not in page.words
    assert "Paused visit" not in page.words


def test_a_former_word_and_capitals_lead_to_the_present_address(sqlite_app: Flask) -> None:
    clinic = make_clinic(sqlite_app)
    with sqlite_app.app_context(), transaction() as session:
        catalog.rename_practitioner(
            session, by=SYSTEM, now=clock.now(), practitioner_id=clinic.practitioner, slug="doctor-maya"
        )
    patient = Patient(sqlite_app)
    assert patient.open(f"/{clinic.slug}").location == "/doctor-maya"
    assert patient.open(f"/{clinic.slug}").status == 301
    assert patient.open("/Doctor-Maya").location == "/doctor-maya"
    old = patient.open(clinic.times_path, **{"from": "2027-06-08", "_scheme": "gopher", "kind": "x"})
    assert (old.status, old.location) == (301, f"/doctor-maya/{clinic.type_slug}?from=2027-06-08")


def test_an_unknown_word_is_a_404_page_with_a_way_on(sqlite_app: Flask) -> None:
    make_clinic(sqlite_app)
    for path in ("/nobody-here", "/nobody-here/visit", "/%F0%9F%99%82", "/" + "x" * 900):
        page = Patient(sqlite_app).open(path)
        assert page.status == 404
        assert 'href="/"' in page.text


def test_a_place_lists_what_it_offers_itself_and_who_works_there(sqlite_app: Flask) -> None:
    clinic = make_clinic(sqlite_app, hosted=False)
    assert Patient(sqlite_app).open(f"/{clinic.slug}").location == clinic.times_path
    person = make_practitioner(clinic, display_name="Dr. Omar Haddad", given="Omar", family="Haddad")
    kind = make_type(clinic)
    make_schedule(clinic, type=kind.id, hosts=[person.actor])
    page = Patient(sqlite_app).open(f"/{clinic.slug}")
    assert page.status == 200
    assert "New patient visit" in page.words
    assert kind.name not in page.words
    assert f'href="/{person.slug}"' in page.text


def test_it_sets_no_cookie(sqlite_app: Flask) -> None:
    clinic = make_clinic(sqlite_app)
    assert "Set-Cookie" not in Patient(sqlite_app).open(clinic.times_path).response.headers
