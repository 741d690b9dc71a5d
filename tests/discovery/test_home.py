"""The home page: who may be booked, the feed's address, and the first day of an installation."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event
from sqlalchemy.orm import Session

from scheduler.db import db, snapshot, transaction
from scheduler.discovery.home import Home, Offer, load_home
from scheduler.models import Slug
from scheduler.settings import Settings
from tests.discovery.rows import add, add_clinic, add_practitioner, add_schedule, add_type


@pytest.fixture
def clinic(small: Flask) -> None:
    """Two practitioners and a place that may be booked."""
    with small.app_context(), transaction() as session:
        add_clinic(session)
        add_type(session, "new", "New patient visit", 75)
        add_type(session, "video", "Video consultation", 30, modality="video")
        add_type(session, "flu", "Flu shot", 10)
        add_practitioner(session, "maya", "Dr. Maya Chen", "Cardiology")
        add_practitioner(session, "ana", "Ana Lopez, NP")
        add_schedule(session, "new", "maya", roles=True)
        add_schedule(session, "video", "maya", place="video", roles=True)
        add_schedule(session, "new", "ana")
        add_schedule(session, "flu")


def home_of(app: Flask) -> Home:
    with app.app_context(), snapshot() as session:
        return load_home(session)


def names(app: Flask) -> list[str]:
    return [bookable.name for bookable in home_of(app).bookables]


def change(app: Flask, act: Callable[[Session], object]) -> None:
    with app.app_context(), transaction() as session:
        act(session)


@pytest.mark.usefixtures("clinic")
def test_everyone_who_may_be_booked_is_there_with_specialty_place_and_link(small: Flask) -> None:
    home = home_of(small)
    assert [(group.title, [one.name for one in group.members]) for group in home.groups] == [
        ("Clinicians", ["Ana Lopez, NP", "Dr. Maya Chen"]),
        ("Places", ["Harbor Clinic"]),
    ]
    place, ana, maya = home.bookables
    assert maya.address == "/maya"
    assert maya.specialty == "Cardiology"
    assert maya.places == ("Harbor Clinic, Boston, MA", "Video")
    assert maya.offers == (Offer("New patient visit", 75), Offer("Video consultation", 30, "by video"))
    assert ana.specialty == "General practice"
    assert place.address == "/riverside"
    assert place.places == ("Boston, MA",)
    assert place.offers == (Offer("Flu shot", 10),)


@pytest.mark.usefixtures("clinic")
def test_the_page_links_to_each_of_them(visit: FlaskClient) -> None:
    page = visit.get("/").text
    for address, name in (
        ("/maya", "Dr. Maya Chen"),
        ("/ana", "Ana Lopez, NP"),
        ("/riverside", "Harbor Clinic"),
    ):
        assert f'href="{address}"' in page
        assert name in page
    assert "New patient visit, 1 hour 15 minutes" in page
    assert 'href="/sign-in"' in page
    assert 'href="tel:6175550142"' in page


@pytest.mark.usefixtures("clinic")
@pytest.mark.parametrize("visibility", ["link", "paused"])
def test_types_that_are_not_public_are_not_listed(small: Flask, visibility: str) -> None:
    def hide(session: Session) -> None:
        add_type(session, "hidden", "Hidden visit", visibility=visibility)
        add_practitioner(session, "zoe", "Dr. Zoe Park")
        add_schedule(session, "hidden", "zoe")
        add_schedule(session, "hidden", "maya")

    change(small, hide)
    assert "Dr. Zoe Park" not in names(small)
    assert "Hidden visit" not in small.test_client().get("/").text


@pytest.mark.usefixtures("clinic")
def test_what_is_inactive_or_has_no_address_is_not_listed(small: Flask) -> None:
    def add_more(session: Session) -> None:
        add_practitioner(session, "left", "Dr. Left Us", active=False)
        add_schedule(session, "new", "left")
        add_practitioner(session, "stopped", "Dr. Stopped Here")
        add_schedule(session, "new", "stopped", active=False)
        add_practitioner(session, "unnamed", "Dr. No Address")
        add_schedule(session, "flu", "unnamed")
        session.get_one(Slug, ("", "unnamed")).current = False

    change(small, add_more)
    assert names(small) == ["Harbor Clinic", "Ana Lopez, NP", "Dr. Maya Chen"]


@pytest.mark.usefixtures("clinic")
def test_a_visit_with_two_clinicians_is_listed_with_both_and_not_with_the_place(small: Flask) -> None:
    def add_collective(session: Session) -> None:
        add_type(session, "joint", "Joint visit", 60)
        add_schedule(session, "joint", "maya", "ana")

    change(small, add_collective)
    listed = {one.name for one in home_of(small).bookables if Offer("Joint visit", 60) in one.offers}
    assert listed == {"Dr. Maya Chen", "Ana Lopez, NP"}


@pytest.mark.usefixtures("clinic")
def test_a_renamed_slug_leads_to_the_current_one(small: Flask) -> None:
    def rename(session: Session) -> None:
        session.get_one(Slug, ("", "maya")).current = False
        add(session, Slug(slug="maya-chen", organization_id="o", kind="practitioner", target_id="maya"))

    change(small, rename)
    assert [one.address for one in home_of(small).bookables if one.name == "Dr. Maya Chen"] == ["/maya-chen"]


def test_an_empty_installation_says_how_to_start(visit: FlaskClient) -> None:
    answer = visit.get("/")
    assert answer.status_code == 200
    for command in (
        "flask --app app demo",
        "flask --app app init",
        "Setup link",
    ):
        assert command in answer.text
    assert visit.get("/service.json").status_code == 404


def test_a_clinic_without_public_types_gives_its_phone(small: Flask) -> None:
    change(small, add_clinic)
    page = small.test_client().get("/").text
    assert "No appointments can be booked online at the moment." in page
    assert "617-555-0142" in page


def test_a_demo_clinic_says_so_on_every_page_and_another_does_not(small: Flask) -> None:
    change(small, lambda session: add_clinic(session, demo=True))
    for path in ("/", "/privacy", "/nowhere"):
        assert "This is a demo clinic." in small.test_client().get(path).text

    def make_real(session: Session) -> None:
        from scheduler.models import Organization

        session.get_one(Organization, "o").demo = False

    change(small, make_real)
    assert "demo clinic" not in small.test_client().get("/").text


@pytest.mark.usefixtures("clinic")
def test_the_feed_is_advertised_as_the_standard_says(small: Flask) -> None:
    settings: Settings = small.config["SETTINGS"]
    page = small.test_client().get("/").text
    assert f'value="{settings.feed_url}"' in page
    found = re.search(r'<script type="application/ld\+json">(.*?)</script>', page, re.DOTALL)
    assert found is not None
    card: dict[str, Any] = json.loads(found[1])
    assert card == small.test_client().get("/service.json").json
    assert card["@context"] == "https://schema.org/"
    assert card["@type"] == "Service"
    assert card["serviceType"] == "https://github.com/smart-on-fhir/smart-scheduling-links"
    assert card["category"] == "production"
    assert card["url"].endswith("$bulk-publish")
    contact = card["provider"]["contactPoint"][0]
    assert (contact["@type"], contact["name"], contact["email"]) == (
        "ContactPoint",
        "Riverside Health",
        "hi@example.org",
    )


def test_a_demo_s_feed_is_for_testing(small: Flask) -> None:
    change(small, lambda session: add_clinic(session, demo=True))
    card = small.test_client().get("/service.json").json
    assert card is not None
    assert card["category"] == "testing"


def test_a_clinic_s_name_cannot_break_out_of_the_page(small: Flask) -> None:
    hostile = "</script><script>alert(1)</script>"

    def add_hostile(session: Session) -> None:
        add_clinic(session, name=hostile)
        add_type(session, "new", hostile)
        add_practitioner(session, "x", hostile, specialty=hostile)
        add_schedule(session, "new", "x", roles=True)

    change(small, add_hostile)
    page = small.test_client().get("/").text
    assert "<script>alert" not in page
    found = re.search(r'<script type="application/ld\+json">(.*?)</script>', page, re.DOTALL)
    assert found is not None
    assert json.loads(found[1])["provider"]["name"] == hostile


def test_the_number_of_queries_does_not_grow_with_the_clinic(small: Flask) -> None:
    def fill(session: Session) -> None:
        add_clinic(session)
        add_type(session, "new", "New patient visit")
        for number in range(40):
            add_practitioner(session, f"p{number}", f"Dr. {number}", specialty="Cardiology")
            add_schedule(session, "new", f"p{number}", roles=True)

    change(small, fill)
    asked: list[str] = []
    counts = []
    with small.app_context():
        listener = lambda *args: asked.append(args[2])  # noqa: E731 - removed again below
        event.listen(db.engine, "before_cursor_execute", listener)
        try:
            for _ in range(2):
                asked.clear()
                assert len(small.test_client().get("/").text) > 1000
                counts.append(len([text for text in asked if text.startswith("SELECT")]))
        finally:
            event.remove(db.engine, "before_cursor_execute", listener)
    assert counts[0] <= 8
    assert counts[1] == 1, "what is set up is remembered"


def test_machines_find_their_files(visit: FlaskClient) -> None:
    assert visit.get("/health").json == {"status": "ok"}
    robots = visit.get("/robots.txt")
    assert robots.mimetype == "text/plain"
    assert "Disallow: /hold" in robots.text


def test_health_fails_when_the_database_does(small: Flask) -> None:
    def refuse(*_: object) -> None:
        from sqlalchemy.exc import OperationalError

        raise OperationalError("SELECT 1", {}, Exception("gone"))

    with small.app_context():
        event.listen(db.engine, "before_cursor_execute", refuse)
        try:
            assert small.test_client().get("/health").status_code == 503
        finally:
            event.remove(db.engine, "before_cursor_execute", refuse)


def test_the_privacy_page_says_what_is_public_and_names_all_that_is_kept(sqlite_app: Flask) -> None:
    words = " ".join(sqlite_app.test_client().get("/privacy").text.split())
    assert "shows which are free or taken, never by whom" in words
    assert "only times that are free" not in words
    for kept in ("Files that you hand in", "If you join a waitlist", "Mails about your visit"):
        assert kept in words
