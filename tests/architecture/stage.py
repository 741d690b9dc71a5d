"""A stage for every route: the cast, and whatever an address needs to be called with."""

from __future__ import annotations

import hashlib
import itertools
import secrets
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from scheduler import accounts, booking, catalog, clock
from scheduler.accounts.session import signed_in
from scheduler.accounts.welcome import welcome_token
from scheduler.booking import SYSTEM, By, Details, waitlist
from scheduler.catalog.presets import PRESETS
from scheduler.db import snapshot, transaction
from scheduler.jobs.runner import deliver
from scheduler.models import PENDING, Appointment, Base, Outbox, Revision, User
from scheduler.models.slots import slot_id
from tests.architecture.people_stage import PeopleStage
from tests.architecture.routes_table import PEOPLE, Route
from tests.booking.made_files import picture_file
from tests.console.typed_types import type_form, type_parts
from tests.factories import (
    DETAILS,
    Clinic,
    make_availability,
    make_plan,
    make_pool,
    make_question,
    make_room,
    make_source,
    make_user,
    make_waiting,
)
from tests.people import Cast, make_cast
from tests.support.apps import SECRET

# What a GET may write: the feed's own bookkeeping (design.md "The booking transaction"), and counters of opened links.
BOOKKEEPING = {"publication", "edition", "shard_version", "shard_mark", "referral_state", "unknown_source"}
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


class Stage:
    """The cast, and whatever a path needs, made anew for each call that changes something."""

    def __init__(self, app: Flask, cast: Cast | None = None, details: Details = DETAILS) -> None:
        """``cast``: the people of a database that has them already; ``details``: what its patients have typed."""
        self.app = app
        self.details = details
        self.cast: Cast = cast or make_cast(app)
        self.clinic: Clinic = self.cast.clinic
        self._number = itertools.count()
        self.people = PeopleStage(self.clinic)
        self._starts: Iterator[int] | None = None

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
        values = {
            "<owner>": self.clinic.slug,
            "<kind>": self.clinic.type_slug,
            "<path:filename>": "app.css",
            "<on>": "today",
            "<day>": "today",
        }
        if "<hold_id>" in path:
            values["<hold_id>"] = self._hold(by)
            if path == "/hold/<hold_id>":
                form = TYPED
            elif path.endswith("/stop"):
                asked = make_question(self.clinic, kind="consent", stop_answers=["Yes"])
                typed = TYPED | {f"q_{asked.id}": "y"}
                self.browser("patient", cookie).post(f"/hold/{values['<hold_id>']}", data=typed)
            elif path.endswith("/book"):
                self.browser("patient", cookie).post(f"/hold/{values['<hold_id>']}", data=TYPED)
        if path.startswith(("/b/", "/console/bookings")):
            appointment_id, token = self._booked(by)
            values |= {"<token>": token, "<appointment_id>": appointment_id}
        if path.endswith(("/my-data", "/my-data/remove")):
            form = self._own_data_form(path, appointment_id)
        if path.startswith("/console/duplicates"):
            path, form = self._duplicates(path, by)
        if "<document_id>" in path:
            values |= self._handed_in(by)
        if path.startswith("/console/bookings"):
            form = self._visit_form(path, appointment_id)
            path += "?step=check-in" if path.endswith("/undo") else ""
        if path.startswith("/console/calls"):
            values["<call_id>"] = self._to_call(by)
        if path.startswith("/admin/"):
            values |= self._of_admin(path, by)
        if path.startswith("/referrals/"):
            values["<handle:handle>"] = "nobodys-handle"
        if path.startswith("/admin/sources"):
            form = {"name": "CareFinder", "value": f"carefinder {next(self._number)}", "version": "1"}
        if path.startswith("/admin/insurance"):
            form = {"name": f"Plan {next(self._number)}", "accepted_on": "2027-01-04", "version": "1"}
        if path.startswith("/admin/holidays"):
            form = {"country": "US", "act": "save", "holiday": "Labor Day"}
        if path.startswith("/invitation/"):
            values["<token>"], form = self._invited(), {"password": "several words in a row"}
        if path.startswith("/sign-in/reset/"):
            values["<token>"], form = self._asked_reset(), {"password": "several words in a row"}
        if path.startswith(("/sign-in/forgot", "/console/profile", "/admin/people", "/photos/")):
            person_values, form = self.people.subject(path)
            values |= person_values
        if "/reschedule" in path:
            values["<slot>"] = slot_id(self.clinic.schedule, self._free_start())
            form = {"slot": values["<slot>"], "sequence": "0"}
        if "waitlist" in path or path.startswith("/offer/"):
            of_list, form = self._waiting(path)
            values |= of_list
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
        if path in ("/hold", "/book/<slot>", "/book/<slot>/weekly"):
            values["<slot>"] = slot_id(self.clinic.schedule, self._free_start())
            form = {"slot": values["<slot>"]}
        if path.startswith(("/console/hours", "/console/time-off", "/console/history")):
            of_hours, form = self._hours()
            values |= of_hours
        if path in ("/console/new", "/console/walk-in"):
            form = TYPED | {"slot": slot_id(self.clinic.schedule, self._free_start()), "born": "5/17/1984"}
        if path == "/console/find":
            form = {"query": "Ana"}
        if path.startswith("/console/block"):
            form = {"actor": self.clinic.actor, "date": "2027-09-01", "start": "9", "end": "10"}
            values["<block_id>"] = self._blocked()
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

    def call_as_everybody(self, route: Route) -> dict[str, TestResponse]:
        """Call the route as each person. What it is called with is made anew after a call that may have used it up, and for
        pages that list whatever there is."""
        answers = dict[str, TestResponse]()
        subject = None
        for person in PEOPLE:
            path, form, cookie = subject = subject or self.subject(route)
            browser = self.browser(person, cookie)
            answers[person] = browser.get(path) if route.method == "GET" else browser.post(path, data=form)
            if "<" not in route.path or (route.method != "GET" and answers[person].status_code < 400):
                subject = None
        return answers

    def _free_start(self) -> int:
        """An open start that nobody was given yet; working all of them out takes long, so it is done once."""
        if self._starts is None:
            self._starts = iter(self.clinic.starts(days=40))
        return next(self._starts)

    def _hold(self, by: By) -> str:
        start = self._free_start()
        with self.app.app_context():
            return booking.hold(by=by, schedule_id=self.clinic.schedule, start=start).id

    def _booked(self, by: By) -> tuple[str, str]:
        hold_id = self._hold(by)
        with self.app.app_context():
            made = booking.book(by=by, appointment_id=hold_id, details=self.details, answers=())
            return made.id, booking.links.manage_token(self.app.config["SETTINGS"].secret, made)

    def _handed_in(self, by: By) -> dict[str, str]:
        hold_id = self._hold(by)
        with self.app.app_context():
            kept = booking.documents.attach(
                by=by, appointment_id=hold_id, question_id=None, name="letter.png", raw=picture_file()
            )
            booking.book(by=by, appointment_id=hold_id, details=self.details, answers=())
        return {"<appointment_id>": hold_id, "<document_id>": kept.id}

    def _of_admin(self, path: str, by: By) -> dict[str, str]:
        """Ids of the clinic's own place, room, service and organization, and of a mail that went out."""
        clinic = self.clinic
        values = {
            "<location_id>": clinic.location,
            "<schedule_id>": clinic.schedule,
            "<organization_id>": clinic.organization,
        }
        if "<plan_id>" in path:
            values["<plan_id>"] = make_plan(clinic).id
        if "<actor_id>" in path:
            values["<actor_id>"] = make_room(clinic).id
        if "<pool_id>" in path:
            values["<pool_id>"] = make_pool(clinic, {clinic.schedule: 0}).id
        if "<source_id>" in path:
            values["<source_id>"] = make_source(clinic)[0].id
        if "<mail_id>" in path:
            self._booked(by)
            deliver(self.app)
            with self.app.app_context(), snapshot() as session:
                values["<mail_id>"] = str(
                    session.scalar(select(func.max(Outbox.id)).where(Outbox.recipient_id.is_(None)))
                )
        return values

    def _waiting(self, path: str) -> tuple[dict[str, str], dict[str, str]]:
        """Somebody on the waitlist, with an offer where that is asked for, and what joins somebody else."""
        values, secret = dict[str, str](), self.app.config["SETTINGS"].secret
        who = {name: text for name, text in TYPED.items() if name != "for_whom"}
        form = who | {"email": f"{next(self._number)}@example.org", "phone": "", "part": "any"}
        form |= {"schedule": self.clinic.schedule, "slot": slot_id(self.clinic.schedule, self._free_start())}
        if "_id>" in path or "<token>" in path:
            entry = make_waiting(self.clinic)
            values = {"<entry_id>": entry.id, "<token>": booking.links.waitlist_token(secret, entry)}
            if path.startswith("/offer/"):
                start = self._free_start()
                with self.app.app_context():
                    offer = waitlist.offer(
                        by=SYSTEM, entry_id=entry.id, schedule_id=self.clinic.schedule, start=start
                    )
                values["<token>"] = booking.links.offer_token(secret, offer)
        return values, form

    def _to_call(self, by: By) -> str:
        """The message about a booking whose patient gave no email."""
        hold_id = self._hold(by)
        with self.app.app_context():
            booking.book(by=by, appointment_id=hold_id, details=replace(self.details, email=""), answers=())
            deliver(self.app)
            with snapshot() as session:
                return str(
                    session.scalar(
                        select(Outbox.id).where(Outbox.object_id == hold_id, Outbox.recipient_id.is_(None))
                    )
                )

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
        if path.endswith(("/approve", "/decline")):
            with self.app.app_context(), transaction() as session:  # as if its type asked for approval
                session.get_one(Appointment, appointment_id).status = PENDING
        if path.endswith("/move"):
            return {"slot": slot_id(self.clinic.schedule, self._free_start())}
        if path.endswith("/details"):
            return TYPED | {"version": "1"}
        return {"text": "Bring the chart", "version": "1"} if path.endswith("/note") else {}

    def _own_data_form(self, path: str, appointment_id: str) -> dict[str, str]:
        """A change of the contact; what is to be removed is cancelled first."""
        if path.endswith("/remove"):
            with self.app.app_context():
                booking.cancel(by=SYSTEM, appointment_id=appointment_id)
            return {}
        return {"email": "new@example.org", "phone": "", "version": "1"}

    def _duplicates(self, path: str, by: By) -> tuple[str, dict[str, str]]:
        """Two bookings of one person, joined where that is to be taken back."""
        first, second = self._booked(by)[0], self._booked(by)[0]
        if path.endswith("/undo"):
            with self.app.app_context():
                person = booking.join_persons(
                    by=SYSTEM, organization_id=self.clinic.organization, visit_ids=[first, second]
                )
            return f"{path}?person={person}", {}
        return path, {"first": first, "second": second}

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
        form |= {"kind": "closed", "interval": "1", "weekday": "0", "hours": "9-12"}
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
