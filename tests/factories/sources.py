"""Finders, registered by the catalog's own verbs as an administrator would."""

from __future__ import annotations

import itertools
from typing import Any

from scheduler import catalog, clock
from scheduler.db import transaction
from scheduler.models import Source
from tests.factories.clinics import SYSTEM, Clinic

_numbers = itertools.count(1)


def make_source(clinic: Clinic, **fields: Any) -> tuple[Source, str]:
    """A registered finder and its key. ``key=False``: it has none yet (then "")."""
    number = next(_numbers)
    with_key = fields.pop("key", True)
    given = {"name": f"CareFinder {number}", "value": f"carefinder-{number}"} | fields
    with clinic.app.app_context(), transaction() as session:
        act = {"by": SYSTEM, "now": clock.now()}
        row = catalog.register_source(session, **act, organization_id=clinic.organization, **given)
        key = catalog.renew_source_key(session, **act, source_id=row.id) if with_key else ""
    return row, key
