"""Every URL and who may call it: one written table, and a test that calls every route as everybody.

The columns of ``TABLE`` are people; a number is the status that they get. Pages of the console answer 404 for another's
booking, as for one that never was; a signed link or a hold's cookie is the key of whoever has it, signed in or not.
"""

from __future__ import annotations

import hashlib
import itertools
import re
import secrets
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from scheduler import accounts, booking, clock
from scheduler.accounts import routes as accounts_routes
from scheduler.accounts.session import signed_in
from scheduler.booking import SYSTEM, By
from scheduler.db import snapshot, transaction
from scheduler.models import Appointment, Base
from scheduler.models.slots import slot_id
from scheduler.web.access import access_table
from tests.factories import DETAILS, Clinic
from tests.people import Cast, make_cast
from tests.support.times import Clock

PEOPLE = ("nobody", "patient", "owner", "colleague", "desk", "admin", "stranger", "other_clinician")

#       method and path                         guard       nobody patient owner colleague desk admin stranger other_clinician
TABLE = """
GET     /                                       public      200 200 200 200 200 200 200 200
GET     /<owner>                                public      302 302 302 302 302 302 302 302
GET     /<owner>/<kind>                         public      200 200 200 200 200 200 200 200
GET     /book/<slot>                            public      200 200 200 200 200 200 200 200
POST    /hold                                   public      303 303 303 303 303 303 303 303
GET     /hold/<hold_id>                         holder      200 200 200 200 200 200 200 200
POST    /hold/<hold_id>                         holder      403 303 403 403 403 403 403 403
GET     /hold/<hold_id>/review                  holder      200 303 200 200 200 200 200 200
POST    /hold/<hold_id>/book                    holder      403 303 403 403 403 403 403 403
POST    /hold/<hold_id>/extend                  holder      403 303 403 403 403 403 403 403
POST    /hold/<hold_id>/release                 holder      403 303 403 403 403 403 403 403
GET     /b/<token>                              token       200 200 200 200 200 200 200 200
GET     /b/<token>/appointment.ics              token       200 200 200 200 200 200 200 200
GET     /b/<token>/cancel                       token       200 200 200 200 200 200 200 200
POST    /b/<token>/cancel                       token       303 303 303 303 303 303 303 303
GET     /console                                signed-in   303 303 303 303 303 303 303 303
GET     /console/day                            signed-in   303 303 303 303 303 303 303 303
GET     /console/day/<on>                       signed-in   303 303 200 200 200 200 200 200
GET     /console/week                           signed-in   303 303 303 303 303 303 303 303
GET     /console/week/<on>                      signed-in   303 303 200 200 200 200 200 200
GET     /console/bookings/<appointment_id>      signed-in   303 303 200 404 200 200 404 404
POST    /console/bookings/<appointment_id>/cancel signed-in 401 401 303 404 303 303 404 404
POST    /console/bookings/<appointment_id>/check-in signed-in 401 401 303 404 303 303 404 404
POST    /console/bookings/<appointment_id>/in-room signed-in 401 401 303 404 303 303 404 404
POST    /console/bookings/<appointment_id>/done signed-in   401 401 303 404 303 303 404 404
POST    /console/bookings/<appointment_id>/no-show signed-in 401 401 303 404 303 303 404 404
POST    /console/bookings/<appointment_id>/undo signed-in   401 401 303 404 303 303 404 404
POST    /console/bookings/<appointment_id>/note signed-in   401 401 303 404 303 303 404 404
GET     /console/bookings/<appointment_id>/details signed-in 303 303 200 404 200 200 404 404
POST    /console/bookings/<appointment_id>/details signed-in 401 401 303 404 303 303 404 404
POST    /console/bookings/<appointment_id>/resend signed-in 401 401 303 404 303 303 404 404
POST    /console/bookings/<appointment_id>/keep signed-in   401 401 303 404 303 303 404 404
GET     /console/bookings/<appointment_id>/move signed-in   303 303 200 404 200 200 404 404
POST    /console/bookings/<appointment_id>/move signed-in   401 401 303 404 303 303 404 404
GET     /console/share                          signed-in   303 303 200 200 200 200 200 200
GET     /admin                                  role(admin) 303 303 403 403 403 200 200 403
GET     /sign-in                                public      200 200 303 303 303 303 303 303
POST    /sign-in                                public      400 400 400 400 400 400 400 400
POST    /sign-out                               public      303 303 303 303 303 303 303 303
GET     /invitation/<token>                     token       200 200 200 200 200 200 200 200
POST    /invitation/<token>                     token       303 303 303 303 303 303 303 303
GET     /fhir/$bulk-publish                     public      200 200 200 200 200 200 200 200
GET     /fhir/$bulk-publish/                    public      200 200 200 200 200 200 200 200
GET     /fhir/files/<name>                      public      200 200 200 200 200 200 200 200
GET     /health                                 public      200 200 200 200 200 200 200 200
GET     /privacy                                public      200 200 200 200 200 200 200 200
GET     /robots.txt                             public      200 200 200 200 200 200 200 200
GET     /service.json                           public      200 200 200 200 200 200 200 200
GET     /static/<path:filename>                 public      200 200 200 200 200 200 200 200
"""

# What a GET may write: the feed's own bookkeeping (design.md "The booking transaction").
BOOKKEEPING = {"publication", "shard_mark"}
# What the patient types on the details page.
TYPED = {
    "for_whom": "me",
    "given": "Ana",
    "family": "Silva",
    "birth_date-month": "5",
    "birth_date-day": "17",
    "birth_date-year": "1984",
    "email": "ana@example.org",
    "phone": "617-555-0199",
}
MONDAY = "2027-06-07T08:00:00-04:00"


@dataclass(frozen=True)
class Route:
    """A line of the table."""

    method: str
    path: str
    guard: str
    statuses: dict[str, int]

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


def read_table() -> list[Route]:
    routes = []
    for line in TABLE.strip().splitlines():
        method, path, guard, *statuses = line.split()
        expected = dict(zip(PEOPLE, map(int, statuses), strict=True))
        routes.append(Route(method, path, guard, expected))
    return routes


ROUTES = read_table()
GETS = [route for route in ROUTES if route.method == "GET"]
POSTS = [route for route in ROUTES if route.method == "POST"]


class Stage:
    """The cast, and whatever a path needs, made anew for each call that changes something."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.cast: Cast = make_cast(app)
        self.clinic: Clinic = self.cast.clinic
        self._number = itertools.count()
        self._starts = itertools.cycle(self.clinic.starts(days=40))

    def browser(self, person: str, cookie: str) -> FlaskClient:
        """A fresh browser of this person; the patient's has the cookie that took the hold."""
        browser = self.app.test_client()
        if person == "patient":
            browser.set_cookie("visitor", cookie)
        elif (user := self.cast.everybody[person].user) is not None:
            with self.app.app_context():
                known = signed_in(user.id)
            assert known is not None
            with browser.session_transaction() as session:
                session["_user_id"] = known.get_id()
                session["_fresh"] = True
        return browser

    def subject(self, route: Route) -> tuple[str, dict[str, str], str]:
        """(address, form, cookie of the patient who holds): what this route is called with."""
        cookie = secrets.token_urlsafe(16)
        by = By("patient", visitor=hashlib.sha256(cookie.encode()).hexdigest())
        path, form = route.path, dict[str, str]()
        values = {"<owner>": self.clinic.slug, "<kind>": self.clinic.type_slug, "<path:filename>": "app.css"}
        values["<on>"] = "today"
        if "<hold_id>" in path:
            values["<hold_id>"] = self._hold(by)
            if path == "/hold/<hold_id>":
                form = TYPED
            elif path.endswith("/book"):
                self.browser("patient", cookie).post(f"/hold/{values['<hold_id>']}", data=TYPED)
        if path.startswith(("/b/", "/console/bookings")):
            appointment_id, token = self._booked(by)
            values |= {"<token>": token, "<appointment_id>": appointment_id}
            form = self._visit_form(path, appointment_id)
            path += "?step=check-in" if path.endswith("/undo") else ""
        if path.startswith("/invitation/"):
            values["<token>"], form = self._invited(), {"password": "several words in a row"}
        if path in ("/hold", "/book/<slot>"):
            values["<slot>"] = slot_id(self.clinic.schedule, self._free_start())
            form = {"slot": values["<slot>"]}
        if "<name>" in path:
            values["<name>"] = self._feed_file()
        for name, value in values.items():
            path = path.replace(name, value)
        return path, form, cookie

    def call(self, route: Route, person: str) -> TestResponse:
        """Call the route as this person, on things of its own."""
        path, form, cookie = self.subject(route)
        browser = self.browser(person, cookie)
        if route.method == "GET":
            return browser.get(path)
        return browser.post(path, data=form)

    def _free_start(self) -> int:
        free = set(self.clinic.starts(days=40))
        return next(start for start in self._starts if start in free)

    def _hold(self, by: By) -> str:
        start = self._free_start()
        with self.app.app_context():
            return booking.hold(by=by, schedule_id=self.clinic.schedule, start=start).id

    def _booked(self, by: By) -> tuple[str, str]:
        hold_id = self._hold(by)
        with self.app.app_context():
            made = booking.book(by=by, appointment_id=hold_id, details=DETAILS, answers=())
            return made.id, booking.links.manage_token(self.app.config["SETTINGS"].secret, made)

    def _visit_form(self, path: str, appointment_id: str) -> dict[str, str]:
        """What an act on a booking is sent; the booking is brought to where the act is possible."""
        if path.endswith(("/check-in", "/in-room", "/done", "/undo", "/no-show")):
            with self.app.app_context():
                with transaction() as session:  # as if it were today's
                    visit = session.get_one(Appointment, appointment_id)
                    visit.starts_at, visit.ends_at = clock.now() - 600, clock.now() + 1200
                if path.endswith(("/in-room", "/done", "/undo")):
                    booking.check_in(by=SYSTEM, appointment_id=appointment_id)
        if path.endswith("/move"):
            return {"slot": slot_id(self.clinic.schedule, self._free_start())}
        if path.endswith("/details"):
            return TYPED | {"version": "1"}
        return {"text": "Bring the chart", "version": "1"} if path.endswith("/note") else {}

    def _invited(self) -> str:
        number = next(self._number)
        with self.app.app_context(), transaction() as session:
            _, token = accounts.invite(
                session,
                by=SYSTEM,
                now=clock.now(),
                organization_id=self.clinic.organization,
                email=f"invited-{number}@example.org",
                name="Invited Person",
                roles=["front-desk"],
            )
            return token

    def _feed_file(self) -> str:
        manifest = self.app.test_client().get("/fhir/$bulk-publish").get_json()
        address: str = manifest["output"][0]["url"]
        return address.rsplit("/", 1)[1]

    def rows(self) -> dict[str, list[Any]]:
        """Everything in the database but the feed's bookkeeping."""
        with self.app.app_context(), snapshot() as session:
            return {
                table.name: sorted(map(repr, session.execute(select(table)).all()))
                for table in Base.metadata.sorted_tables
                if table.name not in BOOKKEEPING
            }


@pytest.fixture
def stage(sqlite_app: Flask, frozen: Clock) -> Stage:
    frozen.at(MONDAY)
    for throttle in (accounts_routes._per_person, accounts_routes._per_address):
        throttle._tries.clear()
    return Stage(sqlite_app)


def test_the_table_names_every_route_of_the_application_with_its_guard(sqlite_app: Flask) -> None:
    guards = access_table(sqlite_app)
    real = {
        (method, rule.rule, str(guards[rule.endpoint]))
        for rule in sqlite_app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    assert {(route.method, route.path, route.guard) for route in ROUTES} == real
    assert {rule.endpoint for rule in sqlite_app.url_map.iter_rules()} == set(guards)


@pytest.mark.parametrize("route", ROUTES, ids=str)
def test_everybody_gets_what_the_table_says(stage: Stage, route: Route) -> None:
    stage.app.config["WTF_CSRF_ENABLED"] = False  # tokens have a test of their own, below
    got = {person: stage.call(route, person) for person in PEOPLE}
    assert {person: answer.status_code for person, answer in got.items()} == route.statuses
    if route.guard == "signed-in" and route.method == "GET":
        for person in ("nobody", "patient"):
            assert got[person].headers["Location"].startswith("/sign-in?next=/console")


@pytest.mark.parametrize("route", GETS, ids=str)
def test_reading_changes_no_row_whoever_reads(stage: Stage, route: Route) -> None:
    path, _, cookie = stage.subject(route)
    browsers = [stage.browser(person, cookie) for person in PEOPLE]
    before = stage.rows()
    for browser in browsers:
        read, asked = browser.get(path), browser.head(path)
        assert asked.status_code == read.status_code
        assert browser.options(path).status_code < 500
    assert stage.rows() == before


@pytest.mark.parametrize("route", POSTS, ids=str)
def test_a_post_from_another_site_is_refused_and_changes_nothing(stage: Stage, route: Route) -> None:
    path, form, cookie = stage.subject(route)
    before = stage.rows()
    for person in PEOPLE:
        browser = stage.browser(person, cookie)
        for marks in (
            {"Origin": "https://evil.example"},
            {"Sec-Fetch-Site": "cross-site"},
            {"Sec-Fetch-Site": "same-site", "Origin": "http://localhost"},
        ):
            status = browser.post(path, data=form, headers=marks).status_code
            assert status == 403 or (status == 401 and route.statuses[person] == 401)
    assert stage.rows() == before


# Holding is guarded by where a request comes from: its page is the same for everybody and can carry no token.
@pytest.mark.parametrize("route", [route for route in POSTS if not route.path.startswith("/hold")], ids=str)
def test_a_post_without_its_forms_token_is_refused(stage: Stage, route: Route) -> None:
    path, form, cookie = stage.subject(route)
    before = stage.rows()
    for person in PEOPLE:
        status = stage.browser(person, cookie).post(path, data=form).status_code
        assert status == (401 if route.statuses[person] == 401 else 400)
    assert stage.rows() == before


NONSENSE = ("nobody-knows-it", "x" * 400, "%F0%9F%98%80", "%3Cscript%3E", "..%2F..%2Fetc", "%00", "%FF")


@pytest.mark.parametrize("route", [route for route in ROUTES if "<" in route.path], ids=str)
def test_an_address_that_leads_nowhere_is_never_a_failure(stage: Stage, route: Route) -> None:
    stage.app.config["WTF_CSRF_ENABLED"] = False
    for nonsense in NONSENSE:
        path = re.sub(r"<[^>]+>", nonsense, route.path)
        for person in ("nobody", "admin"):
            browser = stage.browser(person, "x" * 22)
            answer = browser.get(path) if route.method == "GET" else browser.post(path)
            expected = {400, 404} | (
                {303, 401} if person == "nobody" and route.guard == "signed-in" else set()
            )
            assert answer.status_code in expected
            assert "<script>" not in answer.text
