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
from datetime import date
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from scheduler import accounts, booking, catalog, clock
from scheduler.accounts import routes as accounts_routes
from scheduler.accounts.session import signed_in
from scheduler.accounts.welcome import welcome_token
from scheduler.booking import SYSTEM, By
from scheduler.catalog.presets import PRESETS
from scheduler.db import snapshot, transaction
from scheduler.models import Base, User
from scheduler.models.slots import slot_id
from scheduler.portal import finding
from scheduler.web.access import access_table
from tests.architecture.people_stage import PeopleStage
from tests.factories import DETAILS, Clinic, make_user
from scheduler.jobs.runner import deliver
from scheduler.models import Base, Outbox
from scheduler.models import Appointment, Base
from scheduler.models.slots import slot_id
from scheduler.web.access import access_table
from tests.factories import DETAILS, Clinic, make_room
from tests.console.typed_types import type_form, type_parts
from tests.factories import DETAILS, Clinic
from scheduler.models import Base, Revision
from scheduler.models.slots import slot_id
from scheduler.web.access import access_table
from tests.factories import DETAILS, Clinic, make_availability
from tests.people import Cast, make_cast
from tests.support.apps import SECRET
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
GET     /b/<token>/reschedule                   token       200 200 200 200 200 200 200 200
POST    /b/<token>/reschedule                   token       303 303 303 303 303 303 303 303
GET     /b/<token>/reschedule/<slot>            token       200 200 200 200 200 200 200 200
GET     /b/<token>/cancel                       token       200 200 200 200 200 200 200 200
POST    /b/<token>/cancel                       token       303 303 303 303 303 303 303 303
GET     /find-booking                           public      200 200 200 200 200 200 200 200
POST    /find-booking                           public      303 303 303 303 303 303 303 303
GET     /console                                signed-in   303 303 200 200 200 200 200 200
GET     /console/bookings/<appointment_id>      signed-in   303 303 200 404 200 200 404 404
POST    /console/bookings/<appointment_id>/cancel signed-in 401 401 303 404 303 303 404 404
GET     /console/types                          signed-in   303 303 200 200 200 200 200 200
GET     /console/types/new                      signed-in   303 303 200 200 403 200 200 200
POST    /console/types/new                      signed-in   401 401 303 303 403 303 400 400
POST    /console/types/words                    signed-in   401 401 200 200 200 200 200 200
GET     /console/types/<type_id>                signed-in   303 303 200 404 200 200 404 404
POST    /console/types/<type_id>                signed-in   401 401 303 404 403 303 404 404
POST    /console/types/<type_id>/shown/<visibility> signed-in   401 401 303 404 403 303 404 404
GET     /console/types/<type_id>/retire         signed-in   303 303 200 404 403 200 404 404
POST    /console/types/<type_id>/retire         signed-in   401 401 303 404 403 303 404 404
POST    /console/types/<type_id>/offer-again    signed-in   401 401 303 404 403 303 404 404
GET     /console/types/<type_id>/places/new     signed-in   303 303 200 404 403 200 404 404
POST    /console/types/<type_id>/places/new     signed-in   401 401 303 404 403 303 404 404
GET     /console/types/<type_id>/places/<schedule_id> signed-in   303 303 200 404 403 200 404 404
POST    /console/types/<type_id>/places/<schedule_id> signed-in   401 401 303 404 403 303 404 404
GET     /console/types/<type_id>/places/<schedule_id>/stop signed-in   303 303 200 404 403 200 404 404
POST    /console/types/<type_id>/places/<schedule_id>/stop signed-in   401 401 303 404 403 303 404 404
POST    /console/types/<type_id>/places/<schedule_id>/offer-again signed-in   401 401 303 404 403 303 404 404
GET     /console/types/<type_id>/questions/new  signed-in   303 303 200 404 403 200 404 404
POST    /console/types/<type_id>/questions/new  signed-in   401 401 303 404 403 303 404 404
GET     /console/types/<type_id>/questions/<question_id> signed-in   303 303 200 404 403 200 404 404
POST    /console/types/<type_id>/questions/<question_id> signed-in   401 401 303 404 403 303 404 404
POST    /console/types/<type_id>/questions/<question_id>/move/<way> signed-in   401 401 303 404 403 303 404 404
POST    /console/types/<type_id>/questions/<question_id>/asked/<way> signed-in   401 401 303 404 403 303 404 404
GET     /console/types/<type_id>/links/new      signed-in   303 303 200 404 403 200 404 404
POST    /console/types/<type_id>/links/new      signed-in   401 401 303 404 403 303 404 404
POST    /console/types/<type_id>/links/<link_id>/end signed-in   401 401 303 404 403 303 404 404
POST    /console/types/<type_id>/links/<link_id>/reopen signed-in   401 401 303 404 403 303 404 404
GET     /console/new                            signed-in   303 303 200 200 200 200 200 200
POST    /console/new                            signed-in   401 401 303 404 303 303 404 404
GET     /console/walk-in                        signed-in   303 303 200 200 200 200 200 200
POST    /console/walk-in                        signed-in   401 401 303 409 303 303 409 409
GET     /console/find                           signed-in   303 303 200 200 200 200 200 200
POST    /console/find                           signed-in   401 401 200 200 200 200 200 200
GET     /console/block                          signed-in   303 303 200 200 200 200 200 200
POST    /console/block                          signed-in   401 401 303 404 303 303 404 404
POST    /console/block/<block_id>/remove        signed-in   401 401 303 404 303 303 404 404
GET     /console/sheet/<day>                    signed-in   303 303 200 200 200 200 200 200
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
GET     /console/profile                        signed-in   303 303 200 200 200 200 200 200
POST    /console/profile/page                   signed-in   401 401 303 303 404 404 404 303
POST    /console/profile/photo                  signed-in   401 401 400 400 404 404 404 400
POST    /console/profile/photo/remove           signed-in   401 401 303 303 404 404 404 303
POST    /console/profile/choices                signed-in   401 401 303 303 303 303 303 303
POST    /console/profile/password               signed-in   401 401 303 303 303 303 303 303
POST    /console/profile/sign-out-everywhere    signed-in   401 401 303 303 303 303 303 303
GET     /console/hours                          signed-in   303 303 200 200 200 200 303 200
POST    /console/hours                          signed-in   401 401 403 403 303 303 303 403
GET     /console/hours/<availability_id>        signed-in   303 303 200 404 200 200 404 404
POST    /console/hours/<availability_id>        signed-in   401 401 303 404 303 303 404 404
GET     /console/hours/<availability_id>/dates  signed-in   303 303 200 404 200 200 404 404
POST    /console/hours/<availability_id>/dates  signed-in   401 401 303 404 303 303 404 404
GET     /console/time-off                       signed-in   303 303 200 200 200 200 200 200
POST    /console/time-off                       signed-in   401 401 303 303 303 303 303 303
POST    /console/time-off/remove                signed-in   401 401 303 404 303 303 404 404
GET     /console/history                        signed-in   303 303 200 200 200 200 200 200
POST    /console/history/<revision_id>/undo     signed-in   401 401 303 404 303 303 404 404
GET     /console/setup                          signed-in   303 303 303 200 303 303 303 303
POST    /console/setup                          signed-in   401 401 303 303 303 303 303 303
POST    /console/setup/preview                  signed-in   401 401 303 200 303 303 303 303
GET     /console/share                          signed-in   303 303 200 200 200 200 200 200
GET     /console/setup                          signed-in   303 303 303 200 303 303 303 303
POST    /console/setup                          signed-in   401 401 303 303 303 303 303 303
POST    /console/setup/preview                  signed-in   401 401 303 200 303 303 303 303
GET     /console/share                          signed-in   303 303 200 200 200 200 200 200
GET     /console/share/<owner_id>/<type_id>/print signed-in 303 303 200 404 200 200 404 404
POST    /console/share/<type_id>/show           signed-in   401 401 303 404 403 303 404 404
POST    /console/share/<type_id>/hide           signed-in   401 401 303 404 403 303 404 404
GET     /admin                                  role(admin) 303 303 403 403 403 200 200 403
GET     /admin/people                           role(admin) 303 303 403 403 403 200 200 403
POST    /admin/people                           role(admin) 401 401 403 403 403 200 200 403
GET     /admin/people/clinician                 role(admin) 303 303 403 403 403 200 200 403
POST    /admin/people/clinician                 role(admin) 401 401 403 403 403 303 400 403
GET     /admin/people/invite                    role(admin) 303 303 403 403 403 200 200 403
POST    /admin/people/invite                    role(admin) 401 401 403 403 403 303 303 403
GET     /admin/people/users/<user_id>           role(admin) 303 303 403 403 403 200 404 403
POST    /admin/people/users/<user_id>           role(admin) 401 401 403 403 403 303 404 403
POST    /admin/people/users/<user_id>/deactivate role(admin) 401 401 403 403 403 303 404 403
POST    /admin/people/users/<user_id>/activate  role(admin) 401 401 403 403 403 303 404 403
POST    /admin/people/users/<user_id>/invite    role(admin) 401 401 403 403 403 303 404 403
POST    /admin/people/users/<user_id>/sign-out  role(admin) 401 401 403 403 403 303 404 403
GET     /admin/people/practitioners/<practitioner_id> role(admin) 303 303 403 403 403 200 404 403
POST    /admin/people/practitioners/<practitioner_id> role(admin) 401 401 403 403 403 303 404 403
POST    /admin/people/practitioners/<practitioner_id>/retire role(admin) 401 401 403 403 403 303 404 403
POST    /admin/people/practitioners/<practitioner_id>/return role(admin) 401 401 403 403 403 303 404 403
GET     /admin/people/practitioners/<practitioner_id>/places role(admin) 303 303 403 403 403 200 404 403
POST    /admin/people/practitioners/<practitioner_id>/places role(admin) 401 401 403 403 403 303 404 403
GET     /admin/people/places/<role_id>          role(admin) 303 303 403 403 403 200 404 403
POST    /admin/people/places/<role_id>          role(admin) 401 401 403 403 403 303 404 403
GET     /admin/places                           role(admin) 303 303 403 403 403 200 200 403
GET     /admin/places/new                       role(admin) 303 303 403 403 403 200 200 403
POST    /admin/places/new                       role(admin) 401 401 403 403 403 400 400 403
GET     /admin/places/<location_id>             role(admin) 303 303 403 403 403 200 404 403
POST    /admin/places/<location_id>             role(admin) 401 401 403 403 403 409 404 403
POST    /admin/places/<location_id>/close       role(admin) 401 401 403 403 403 303 404 403
POST    /admin/places/<location_id>/open        role(admin) 401 401 403 403 403 303 404 403
POST    /admin/places/<location_id>/rooms       role(admin) 401 401 403 403 403 400 404 403
POST    /admin/places/<location_id>/rooms/<actor_id> role(admin) 401 401 403 403 403 400 404 403
POST    /admin/places/<location_id>/rooms/<actor_id>/out-of-use role(admin) 401 401 403 403 403 303 404 403
POST    /admin/places/<location_id>/rooms/<actor_id>/use role(admin) 401 401 403 403 403 303 404 403
GET     /admin/services                         role(admin) 303 303 403 403 403 200 200 403
POST    /admin/services/<schedule_id>/stop      role(admin) 401 401 403 403 403 303 404 403
POST    /admin/services/<schedule_id>/offer     role(admin) 401 401 403 403 403 303 404 403
GET     /admin/organization                     role(admin) 303 303 403 403 403 200 200 403
POST    /admin/organization                     role(admin) 401 401 403 403 403 409 409 403
GET     /admin/organization/new                 role(admin) 303 303 403 403 403 200 200 403
POST    /admin/organization/new                 role(admin) 401 401 403 403 403 400 400 403
GET     /admin/organization/<organization_id>   role(admin) 303 303 403 403 403 200 404 403
POST    /admin/organization/<organization_id>   role(admin) 401 401 403 403 403 409 404 403
GET     /admin/mails                            role(admin) 303 303 403 403 403 200 200 403
GET     /admin/mails/<mail_id>                  role(admin) 303 303 403 403 403 200 404 403
GET     /admin/mails/<mail_id>/html             role(admin) 303 303 403 403 403 200 404 403
GET     /admin/mails/<mail_id>/mail.eml         role(admin) 303 303 403 403 403 200 404 403
GET     /admin/mails/<mail_id>/appointment.ics  role(admin) 303 303 403 403 403 200 404 403
POST    /admin/mails/<mail_id>/retry            role(admin) 401 401 403 403 403 409 404 403
POST    /admin/mails/<mail_id>/called           role(admin) 401 401 403 403 403 409 404 403
POST    /admin/mails/<mail_id>/not-called       role(admin) 401 401 403 403 403 409 404 403
GET     /admin/feed                             role(admin) 303 303 403 403 403 200 200 403
POST    /admin/feed/check                       role(admin) 401 401 403 403 403 303 303 403
GET     /sign-in                                public      200 200 303 303 303 303 303 303
POST    /sign-in                                public      400 400 400 400 400 400 400 400
POST    /sign-out                               public      303 303 303 303 303 303 303 303
GET     /sign-in/forgot                         public      200 200 200 200 200 200 200 200
POST    /sign-in/forgot                         public      303 303 303 303 303 303 303 303
GET     /sign-in/reset/<token>                  token       200 200 200 200 200 200 200 200
POST    /sign-in/reset/<token>                  token       303 303 303 303 303 303 303 303
GET     /invitation/<token>                     token       200 200 200 200 200 200 200 200
POST    /invitation/<token>                     token       303 303 303 303 303 303 303 303
GET     /welcome/<token>                        token       404 404 404 404 404 404 404 404
POST    /welcome/<token>                        token       404 404 404 404 404 404 404 404
GET     /fhir/$bulk-publish                     public      200 200 200 200 200 200 200 200
GET     /fhir/$bulk-publish/                    public      200 200 200 200 200 200 200 200
GET     /fhir/files/<name>                      public      200 200 200 200 200 200 200 200
GET     /health                                 public      200 200 200 200 200 200 200 200
GET     /photos/<photo>                         public      200 200 200 200 200 200 200 200
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
        self.people = PeopleStage(self.clinic)
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
        if path.startswith("/admin/"):
            values |= self._of_admin(path, by)
            form = self._visit_form(path, appointment_id)
            path += "?step=check-in" if path.endswith("/undo") else ""
        if path.startswith("/invitation/"):
            values["<token>"], form = self._invited(), {"password": "several words in a row"}
        if path.startswith("/sign-in/reset/"):
            values["<token>"], form = self._asked_reset(), {"password": "several words in a row"}
        if path.startswith(("/sign-in/forgot", "/console/profile", "/admin/people", "/photos/")):
            person_values, form = self.people.subject(path)
            values |= person_values
        if "/reschedule" in path:
            values["<slot>"] = slot_id(self.clinic.schedule, self._free_start())
            form = {"slot": values["<slot>"], "version": "1"}
        if path == "/find-booking":
            form = {"contact": f"{next(self._number)}@example.org"} | {
                n: t for n, t in TYPED.items() if n.startswith("birth")
            }
        if path.startswith("/console/setup"):
            form = PRESETS[0].typed()
        if path.startswith("/console/share/"):
            values |= {"<owner_id>": self.clinic.practitioner, "<type_id>": self.clinic.type}
        if path.startswith("/welcome/"):
            values["<token>"] = welcome_token(SECRET)
        if path in ("/hold", "/book/<slot>"):
            values["<slot>"] = slot_id(self.clinic.schedule, self._free_start())
            form = {"slot": values["<slot>"]}
        if path.startswith(("/console/hours", "/console/time-off", "/console/history")):
            values, form = self._hours()
        if path in ("/console/new", "/console/walk-in"):
            form = TYPED | {"slot": slot_id(self.clinic.schedule, self._free_start()), "born": "5/17/1984"}
        if path == "/console/find":
            form = {"query": "Ana"}
        if path.startswith("/console/block"):
            form = {"actor": self.clinic.actor, "date": "2027-09-01", "start": "9", "end": "10"}
            values["<block_id>"] = self._blocked()
        values["<day>"] = "today"
        if "<name>" in path:
            values["<name>"] = self._feed_file()
        if path.startswith("/console/types"):
            values |= type_parts(self.clinic)
            form = type_form(self.clinic, path)
            if path.endswith("/asked/<way>"):
                values["<way>"] = "off"
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

    def _of_admin(self, path: str, by: By) -> dict[str, str]:
        """Ids of the clinic's own place, room, service and organization, and of a mail that went out."""
        clinic = self.clinic
        values = {
            "<location_id>": clinic.location,
            "<schedule_id>": clinic.schedule,
            "<organization_id>": clinic.organization,
        }
        if "<actor_id>" in path:
            values["<actor_id>"] = make_room(clinic).id
        if "<mail_id>" in path:
            self._booked(by)
            deliver(self.app)
            with self.app.app_context(), snapshot() as session:
                values["<mail_id>"] = str(session.scalar(select(func.max(Outbox.id))))
        return values
    def _blocked(self) -> str:
        start = clock.now() + 90 * clock.DAY
        with self.app.app_context():
            return booking.block_time(
                by=SYSTEM, actor_id=self.clinic.actor, start=start, end=start + clock.HOUR
            ).id
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

    def _asked_reset(self) -> str:
        with self.app.app_context(), transaction() as session:
            user = session.get_one(User, make_user(self.clinic).id)
            accounts.users.ask_reset(session, by=SYSTEM, now=clock.now(), user=user)
            token = accounts.links.token(self.app.config["SETTINGS"].secret, accounts.links.RESET, user)
            assert token is not None
            return token
    def _hours(self) -> tuple[dict[str, str], dict[str, str]]:
        """Hours and time off of the owner with a change that can be undone, and a form that fits each of their routes."""
        act = {"by": SYSTEM, "now": clock.now()}
        row = make_availability(self.clinic, practitioner_id=self.clinic.practitioner)
        with self.app.app_context(), transaction() as session:
            off = catalog.add_time_off(
                session, **act, organization_id=self.clinic.organization, actor_id=self.clinic.actor,
                start_date=date(2027, 12, 1), end_date=date(2027, 12, 2),
            )  # fmt: skip
            catalog.set_week(session, **act, availability_id=row.id, version=1, weekly={})
            made = session.scalars(select(Revision.id).order_by(Revision.id.desc())).first()
        values = {"<availability_id>": row.id, "<revision_id>": str(made)}
        form = {"version": "2", "act": "save", "first": "2027-12-24", "name": "Mornings", "owner": ""}
        return values, form | {"kind": "off", "id": off.id}

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
    for throttle in (
        accounts_routes._per_person,
        accounts_routes._per_address,
        finding._per_contact,
        finding._per_address,
    ):
        throttle._tries.clear()
    for throttle in (accounts_routes._asks_per_person, accounts_routes._asks_per_address):
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
        assert status == (route.statuses[person] if route.statuses[person] in (401, 403) else 400)
        # who may not come in at all is told so first
        refused = route.statuses[person] in (401, 403) and route.guard != "holder"
        assert status == (route.statuses[person] if refused else 400)
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
                {303, 401} if person == "nobody" and route.guard.startswith(("signed-in", "role")) else set()
            expected = {400, 404, 414} | (
                {303, 401} if person == "nobody" and route.guard == "signed-in" else set()
            )
            assert answer.status_code in expected
            assert "<script>" not in answer.text
