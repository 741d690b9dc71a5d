"""People who sign in."""

from __future__ import annotations

import itertools
from functools import cache

from scheduler import accounts, clock
from scheduler.booking import SYSTEM
from scheduler.db import transaction
from scheduler.models import User
from tests.factories.clinics import Clinic

PASSWORD = "correct horse battery"
_numbers = itertools.count(1)


def make_user(
    clinic: Clinic,
    *,
    role: str = "admin",
    email: str = "",
    name: str = "Robin Field",
    practitioner: str | None = None,
    password: str = PASSWORD,
) -> User:
    """A user of the clinic who signs in with ``password``; a clinician is the clinic's practitioner unless given."""
    if role == "clinician" and practitioner is None:
        practitioner = clinic.practitioner
    with clinic.app.app_context(), transaction() as session:
        return accounts.add_user_with_password(
            session,
            by=SYSTEM,
            now=clock.now(),
            organization_id=clinic.organization,
            email=email or f"{role}-{next(_numbers)}@example.org",
            name=name,
            roles=[role],
            practitioner_id=practitioner or None,
            password=password,
            hashed=_hashed(password),
        )


@cache
def _hashed(password: str) -> str:
    """Hashing is slow by design: once per password is enough for tests."""
    return accounts.hash_password(password)
