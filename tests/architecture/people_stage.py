"""What the pages of sign-in, profile and people are called with, made anew for each call."""

from __future__ import annotations

import itertools
from typing import Any

from scheduler import accounts, clock
from scheduler.accounts import users
from scheduler.booking import SYSTEM
from scheduler.catalog import photos
from scheduler.db import transaction
from scheduler.models import Practitioner, User
from tests.factories import PASSWORD, Clinic, Person, make_practitioner

NEW = "several words in a row"
FORMS: dict[str, dict[str, Any]] = {
    "/console/profile/page": {"display_name": "Dr. Maya Chen", "languages": "English", "version": "1"},
    "/console/profile/password": {"present": PASSWORD, "password": NEW},
}


class PeopleStage:
    """People of the clinic to look at and to change."""

    def __init__(self, clinic: Clinic) -> None:
        self.clinic = clinic
        self._number = itertools.count()

    def subject(self, path: str) -> tuple[dict[str, str], dict[str, Any]]:
        """(values of the path, form): what this route is called with."""
        number = next(self._number)
        if path == "/sign-in/forgot":
            return {}, {"email": f"forgetful-{number}@example.org"}
        if path == "/admin/people/clinician":
            where = {"location_id": self.clinic.location, "specialty_code": "419772000"}
            return {}, {
                "display_name": "Dr. New",
                "invite": "y",
                "email": f"new-{number}@example.org",
            } | where
        if path == "/admin/people/invite":
            email = f"new-{number}@example.org"
            return {}, {"name": "New Desk", "email": email, "roles": ["front-desk"], "practitioner_id": ""}
        if "<user_id>" in path:
            return self._user(number)
        if "<practitioner_id>" in path:
            person = make_practitioner(self.clinic)
            form = {"display_name": "Dr. Other", "languages": "en", "slug": person.slug}
            if path.endswith("/places"):
                form = {"location_id": self.clinic.location, "specialty_code": "394579002"}
            return {"<practitioner_id>": person.practitioner}, form | {"version": self._version(person)}
        if "<role_id>" in path:
            person = make_practitioner(self.clinic)
            form = {"location_id": self.clinic.location, "specialty_code": "394579002"}
            return {"<role_id>": person.role}, form | {"version": self._version(person)}
        if "<photo>" in path:
            return {"<photo>": self._photo()}, {}
        if path == "/console/profile/page":
            self._first_version()
        return {}, FORMS.get(path, {})

    def _user(self, number: int) -> tuple[dict[str, str], dict[str, Any]]:
        email, roles = f"person-{number}@example.org", ["front-desk"]
        with self.clinic.app.app_context(), transaction() as session:
            user, _ = accounts.invite(
                session,
                by=SYSTEM,
                now=clock.now(),
                organization_id=self.clinic.organization,
                email=email,
                name="A Person",
                roles=roles,
            )
            seen = users.state_of(user, roles)
        form = {"name": "Another Name", "email": email, "roles": roles, "practitioner_id": "", "seen": seen}
        return {"<user_id>": user.id}, form

    def _version(self, person: Person) -> str:
        with self.clinic.app.app_context(), transaction() as session:
            return str(session.get_one(Practitioner, person.practitioner).version)

    def _first_version(self) -> None:
        """The form carries version 1, whoever of the cast saved before."""
        with self.clinic.app.app_context(), transaction() as session:
            for row in session.query(Practitioner).where(
                Practitioner.id.in_(
                    session.query(User.practitioner_id).where(User.practitioner_id.is_not(None))
                )
            ):
                row.version = 1

    def _photo(self) -> str:
        with self.clinic.app.app_context(), transaction() as session:
            made = photos.set_photo(
                session,
                by=SYSTEM,
                now=clock.now(),
                practitioner_id=self.clinic.practitioner,
                body=b"a small picture",
            )
            return made.hash
