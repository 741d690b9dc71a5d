"""Who may see which booking: the rule for one and the rule for queries say the same."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from flask import Flask
from sqlalchemy import select

from scheduler.accounts.rights import may_see_appointment, visible_appointments
from scheduler.db import snapshot
from scheduler.models import Actor, Appointment, ScheduleHost
from tests.factories import Clinic, make_appointment, make_clinic, make_practitioner, make_schedule


@dataclass(frozen=True)
class Somebody:
    organization_id: str
    roles: frozenset[str]
    practitioner_id: str | None


@pytest.fixture
def clinic(sqlite_app: Flask) -> Clinic:
    return make_clinic(sqlite_app)


def test_both_forms_of_the_rule_agree_for_everybody_and_every_booking(clinic: Clinic) -> None:
    other = make_clinic(clinic.app, organization={"name": "Other"})
    colleague = make_practitioner(clinic)
    alone = make_schedule(clinic, hosts=[colleague.actor])
    both = make_schedule(clinic, hosts=[clinic.actor, colleague.actor])
    nobody = make_schedule(clinic, hosts=[])
    mine = make_appointment(clinic)
    theirs = make_appointment(clinic, schedule=alone.id)
    shared = make_appointment(clinic, schedule=both.id, start=clinic.starts()[5])
    hostless = make_appointment(clinic, schedule=nobody.id)
    elsewhere = make_appointment(other)
    everything = {row.id: row for row in (mine, theirs, shared, hostless, elsewhere)}

    here = clinic.organization
    expected = {
        Somebody(here, frozenset({"admin"}), None): {mine.id, theirs.id, shared.id, hostless.id},
        Somebody(here, frozenset({"front-desk"}), None): {mine.id, theirs.id, shared.id, hostless.id},
        Somebody(here, frozenset({"clinician"}), clinic.practitioner): {mine.id, shared.id},
        Somebody(here, frozenset({"clinician"}), colleague.practitioner): {theirs.id, shared.id},
        Somebody(here, frozenset({"clinician"}), None): set(),
        Somebody(here, frozenset(), clinic.practitioner): set(),
        Somebody(here, frozenset({"clinician"}), other.practitioner): set(),
        Somebody(other.organization, frozenset({"admin"}), None): {elsewhere.id},
        Somebody(other.organization, frozenset({"clinician"}), clinic.practitioner): set(),
    }
    with clinic.app.app_context(), snapshot() as session:
        for person, seen in expected.items():
            assert set(session.scalars(select(Appointment.id).where(visible_appointments(person)))) == seen
            one_by_one = {
                row.id
                for row in everything.values()
                if may_see_appointment(
                    person,
                    row.organization_id,
                    session.scalars(
                        select(Actor.practitioner_id)
                        .join(ScheduleHost, ScheduleHost.actor_id == Actor.id)
                        .where(ScheduleHost.schedule_id == row.schedule_id)
                    ).all(),
                )
            }
            assert one_by_one == seen
