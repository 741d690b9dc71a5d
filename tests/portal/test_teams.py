"""A team's page: times of all its members, one of whom is booked; after the hold it is a visit like any other."""

from __future__ import annotations

import html

import pytest
from sqlalchemy import select

from scheduler import catalog, clock
from scheduler.db import snapshot, transaction
from scheduler.models import BOOKED, EXPIRED, Appointment, AppointmentType
from scheduler.models.slots import parse_slot_id, slot_id
from tests.factories import (
    SYSTEM,
    Clinic,
    make_appointment,
    make_availability,
    make_location,
    make_pool,
    make_practitioner,
    make_schedule,
)
from tests.portal.patient import Patient
from tests.support.times import Clock

TEAM = "/riverside-team"


@pytest.fixture(autouse=True)
def _monday_morning(frozen: Clock) -> None:
    frozen.at("2026-06-01T09:00:00-04:00")


class Team:
    """Dr. Maya Chen (9 to 12) and Dr. Omar Haddad (10 to 17) as a team."""

    def __init__(self, clinic: Clinic) -> None:
        self.clinic = clinic
        mornings = make_availability(clinic, {day: [(540, 720)] for day in range(5)}).id
        later = make_availability(clinic, {day: [(600, 1020)] for day in range(5)}).id
        other = make_practitioner(clinic, display_name="Dr. Omar Haddad", given="Omar", family="Haddad")
        with clinic.app.app_context(), transaction() as session:
            catalog.edit_schedule(
                session, by=SYSTEM, now=clock.now(), schedule_id=clinic.schedule, availability_id=mornings
            )
        self.chen = clinic.schedule
        self.haddad = make_schedule(clinic, hosts=[other.actor], availability=later).id
        self.pool = make_pool(clinic, {self.chen: 1, self.haddad: 0}).id
        self.path = f"{TEAM}/{clinic.type_slug}"
        self.tuesday = clinic.first_start  # 9:00

    def at(self, hour: int) -> int:
        return self.tuesday + (hour - 9) * 3600


@pytest.fixture
def team(clinic: Clinic) -> Team:
    return Team(clinic)


@pytest.fixture
def patient(clinic: Clinic) -> Patient:
    return Patient(clinic.app)


def press(patient: Patient, team: Team, start: int, **fields: str) -> str:
    """Press a time on the team's page; the path of the hold."""
    page = patient.open(team.path, **{"from": "2026-06-02"})
    slot = next(one for one in page.slots if (parse_slot_id(one) or ("", 0))[1] == start)
    answer = patient.press("/hold", slot=slot, team=page.hidden("team"), **fields)
    assert answer.status == 303, answer.words
    return answer.location


def appointments(clinic: Clinic) -> list[Appointment]:
    with clinic.app.app_context(), snapshot() as session:
        return list(session.scalars(select(Appointment).order_by(Appointment.created_at, Appointment.id)))


def test_the_teams_address_leads_to_the_times_of_its_type(team: Team, patient: Patient) -> None:
    page = patient.open(TEAM)
    assert (page.status, page.location) == (302, team.path)


def test_the_times_are_those_of_all_members_each_once(team: Team, patient: Patient) -> None:
    page = patient.open(team.path, **{"from": "2026-06-02"})
    starts = [parsed[1] for slot in page.slots if (parsed := parse_slot_id(slot))]
    day = [start for start in starts if start < team.at(24)]
    assert page.status == 200
    assert day == sorted(set(day))
    assert day == list(range(team.at(9), team.at(17), 1800))


def test_who_it_will_be_is_said_as_far_as_it_is_known_before_and_by_name_after_the_hold(
    team: Team, patient: Patient
) -> None:
    page = patient.open(team.path)
    assert "With the first available of Dr. Maya Chen or Dr. Omar Haddad" in page.words
    assert "Riverside team" in page.title
    hold = press(patient, team, team.at(14))
    assert "You'll see Dr. Omar Haddad" in patient.open(hold).words


def test_a_time_of_the_team_is_booked_as_a_visit_of_the_member_whose_turn_it_is(
    team: Team, patient: Patient
) -> None:
    hold = press(patient, team, team.at(10))
    assert patient.fill_in(hold).location == f"{hold}/review"
    assert "Dr. Maya Chen" in patient.open(f"{hold}/review").words
    booked = patient.press(f"{hold}/book")
    assert "with Dr. Maya Chen" in patient.open(booked.location).words
    (visit,) = appointments(team.clinic)
    assert (visit.schedule_id, visit.status) == (team.chen, BOOKED)
    # one visit in fifteen hours against none in thirty-five: the next one is Dr. Haddad's
    other = Patient(team.clinic.app)
    assert "You'll see Dr. Omar Haddad" in other.open(press(other, team, team.at(11))).words


def test_two_patients_get_the_same_time_and_the_third_the_teams_nearest(team: Team) -> None:
    people = [Patient(team.clinic.app) for _ in range(3)]
    slot = slot_id(team.chen, team.at(10))
    first, second = (one.press("/hold", slot=slot, team="riverside-team") for one in people[:2])
    assert (first.status, second.status) == (303, 303)
    assert {one.schedule_id for one in appointments(team.clinic)} == {team.chen, team.haddad}
    third = people[2].press("/hold", slot=slot, team="riverside-team")
    assert third.status == 409
    assert "Someone is booking 10:00 AM now" in third.h1
    assert third.hidden("team") == "riverside-team"
    assert {parse_slot_id(one)[1] for one in third.slots} >= {team.at(9), team.at(11)}  # type: ignore[index]
    assert any(link.startswith(f"{team.path}?") for link in third.links)


def test_ones_own_hold_is_shown_as_ones_own(team: Team, patient: Patient) -> None:
    hold = press(patient, team, team.at(10))
    page = patient.open(team.path, **{"from": "2026-06-02"})
    assert "10:00 AM, held for you until" in page.words
    assert press(patient, team, team.at(10)) == hold
    assert len(appointments(team.clinic)) == 1


def test_choosing_another_time_leads_back_to_the_team_with_what_was_typed(
    team: Team, patient: Patient
) -> None:
    hold = press(patient, team, team.at(10))
    patient.fill_in(hold)
    page = patient.press(f"{hold}/release")
    assert page.location.startswith(f"{team.path}?")
    back = patient.open(html.unescape(page.location))
    assert "Your answers are saved" in back.words
    again = patient.press(
        "/hold", slot=slot_id(team.haddad, team.at(15)), team=back.hidden("team"), kept=back.hidden("kept")
    )
    assert again.location.endswith("/review")
    assert [one.status for one in appointments(team.clinic)].count(EXPIRED) == 1


def test_a_lapsed_hold_that_another_took_leads_to_the_teams_times_the_same_one_first(
    team: Team, patient: Patient, frozen: Clock
) -> None:
    hold = press(patient, team, team.at(10))
    frozen.forward(minutes=11)
    make_appointment(team.clinic, start=team.at(10))
    page = patient.fill_in(hold)
    assert page.status == 409
    assert "Your answers are saved" in page.words
    assert page.slots[0] == slot_id(team.haddad, team.at(10))
    assert page.hidden("team") == "riverside-team"


def test_a_press_with_a_word_that_names_no_team_of_the_time_books_what_the_time_says(
    team: Team, patient: Patient
) -> None:
    for word in ("maya-chen", "nothing", "x" * 500, "RIVERSIDE TEAM"):
        answer = patient.press("/hold", slot=slot_id(team.haddad, team.at(10)), team=word)
        assert answer.status == 303
        assert [one.schedule_id for one in appointments(team.clinic)] == [team.haddad]


def test_a_deep_link_names_one_member_whatever_is_added_to_it(team: Team, patient: Patient) -> None:
    page = patient.open(f"/book/{slot_id(team.haddad, team.at(10))}", team="riverside-team")
    assert "Dr. Omar Haddad" in page.words
    assert page.hidden("team") == ""


def test_a_member_that_is_no_longer_offered_is_not_counted_on(team: Team, patient: Patient) -> None:
    with team.clinic.app.app_context(), transaction() as session:
        catalog.edit_schedule(session, by=SYSTEM, now=clock.now(), schedule_id=team.chen, active=False)
    page = patient.open(team.path)
    assert "With Dr. Omar Haddad" in page.words


def test_a_paused_team_says_so_and_leads_to_its_members(team: Team, patient: Patient) -> None:
    with team.clinic.app.app_context(), transaction() as session:
        catalog.edit_pool(session, by=SYSTEM, now=clock.now(), pool_id=team.pool, active=False)
    page = patient.open(team.path)
    assert "can't be booked online at the moment" in page.words
    assert TEAM in page.links
    page = patient.open(TEAM)
    assert page.status == 200
    assert "/maya-chen" in page.links
    pressed = patient.press("/hold", slot=slot_id(team.chen, team.at(10)), team="riverside-team")
    assert pressed.status == 409
    assert appointments(team.clinic) == []


def test_a_removed_team_is_not_found(team: Team, patient: Patient) -> None:
    with team.clinic.app.app_context(), transaction() as session:
        catalog.remove_pool(session, by=SYSTEM, now=clock.now(), pool_id=team.pool)
    assert (patient.open(TEAM).status, patient.open(team.path).status) == (404, 404)


def test_a_former_word_of_the_team_leads_to_the_present_one(team: Team, patient: Patient) -> None:
    with team.clinic.app.app_context(), transaction() as session:
        catalog.rename_pool(session, by=SYSTEM, now=clock.now(), pool_id=team.pool, slug="first-visits")
    assert patient.open(team.path).location == f"/first-visits/{team.clinic.type_slug}"
    assert patient.open(TEAM).location == "/first-visits"


def test_a_link_only_type_needs_its_private_link_on_the_teams_page_too(team: Team, patient: Patient) -> None:
    with team.clinic.app.app_context(), transaction() as session:
        kind = session.get_one(AppointmentType, team.clinic.type)
        catalog.edit_appointment_type(
            session,
            by=SYSTEM,
            now=clock.now(),
            appointment_type_id=kind.id,
            version=kind.version,
            visibility="link",
        )
        token = catalog.add_share_link(
            session, by=SYSTEM, now=clock.now(), appointment_type_id=kind.id, label=""
        ).token
    assert patient.open(team.path).status == 404
    page = patient.open(team.path, private=token)
    assert (page.status, page.hidden("private"), page.hidden("team")) == (200, token, "riverside-team")
    assert patient.press("/hold", slot=page.slots[0], team="riverside-team").status == 404
    assert patient.press("/hold", slot=page.slots[0], team="riverside-team", private=token).status == 303


def test_the_place_that_is_chosen_is_the_place_that_is_booked(clinic: Clinic, patient: Patient) -> None:
    west = make_location(clinic, name="Riverside West")
    there = make_schedule(
        clinic, location=west.id, hosts=[make_practitioner(clinic, location=west.id).actor]
    ).id
    make_pool(clinic, {clinic.schedule: 0, there: 100})
    page = patient.open(f"{TEAM}/{clinic.type_slug}", place=clinic.location)
    assert "Riverside West" in page.words
    patient.press("/hold", slot=page.slots[0], team=page.hidden("team"))
    (held,) = appointments(clinic)
    assert held.location_id == clinic.location


def test_a_visit_of_a_team_moves_with_its_clinician(team: Team, patient: Patient) -> None:
    hold = press(patient, team, team.at(14))
    patient.fill_in(hold)
    booked = patient.press(f"{hold}/book").location
    page = patient.open(f"{booked}/reschedule", **{"from": "2026-06-03"})
    schedules = {
        (parse_slot_id(link.rpartition("/")[2]) or ("",))[0] for link in page.links if "/reschedule/" in link
    }
    assert schedules in ({team.haddad}, set())
