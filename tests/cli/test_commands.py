"""``flask init``, ``demo``, ``user add`` and ``slots``: what they print and how they end."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskCliRunner
from sqlalchemy import select

from scheduler import catalog
from scheduler.accounts.welcome import welcome_token
from scheduler.db import db, snapshot
from scheduler.models import Organization, User
from tests.catalog.acts import act
from tests.factories import Clinic, make_appointment, make_clinic, make_schedule, make_type
from tests.support.apps import SECRET

MONDAY = "2026-06-01T07:00:00-04:00"
ADD = ["user", "add", "ana@example.org", "--name", "Ana Silva", "--role", "admin"]


def test_init_makes_the_tables_once(make_app: Callable[..., Flask], tmp_path: Path) -> None:
    runner = make_app(f"sqlite:///{tmp_path / 'new.sqlite'}").test_cli_runner()

    first, second = runner.invoke(args=["init"]), runner.invoke(args=["init"])
    assert (first.exit_code, second.exit_code) == (0, 0)
    assert "The database is ready." in first.output
    assert "up to date already" in second.output
    for said in (first.output, second.output):
        assert f"http://localhost/welcome/{welcome_token(SECRET)}" in said


def test_init_adds_a_clinic_to_an_empty_installation(runner: FlaskCliRunner, app: Flask) -> None:
    added = runner.invoke(args=["init", "--clinic", "Riverside"])
    assert added.exit_code == 0
    assert "flask user add" in added.output
    assert "/welcome/" not in added.output + runner.invoke(args=["init"]).output

    again = runner.invoke(args=["init", "--clinic", "Another"])
    assert again.exit_code == 2
    assert "There is a clinic already: Riverside." in again.output
    with app.app_context(), snapshot() as session:
        assert session.scalars(select(Organization.name)).all() == ["Riverside"]


def test_init_refuses_a_clinic_without_a_name(sqlite_app: Flask) -> None:
    result = sqlite_app.test_cli_runner().invoke(args=["init", "--clinic", " "])
    assert result.exit_code == 2
    assert "Name: fill this in." in result.output


def test_commands_before_init_say_what_to_do(make_app: Callable[..., Flask], tmp_path: Path) -> None:
    runner = make_app(f"sqlite:///{tmp_path / 'new.sqlite'}").test_cli_runner()
    for arguments in (ADD, ["slots", "x"], ["demo"], ["demo", "--remove"]):
        result = runner.invoke(args=arguments)
        assert result.exit_code == 1
        assert "flask init" in result.output


def test_user_add_prints_a_link_that_opens(clinic: Clinic) -> None:
    result = clinic.app.test_cli_runner().invoke(args=ADD)

    assert result.exit_code == 0
    link = re.search(r"http://localhost(/invitation/[\w-]{40,})", result.output)
    assert link is not None
    assert clinic.app.test_client().get(link[1]).status_code == 200
    with clinic.app.app_context(), snapshot() as session:
        user = session.scalars(select(User)).one()
        assert (user.email, user.organization_id, user.password_hash) == (
            "ana@example.org",
            clinic.organization,
            None,
        )


def test_a_clinician_is_tied_to_their_practitioner(clinic: Clinic) -> None:
    arguments = ["user", "add", "maya@example.org", "--name", "Maya Chen", "--role", "clinician"]
    runner = clinic.app.test_cli_runner()
    assert runner.invoke(args=arguments).exit_code == 2

    assert runner.invoke(args=[*arguments, "--practitioner", clinic.slug]).exit_code == 0
    with clinic.app.app_context(), snapshot() as session:
        assert session.scalars(select(User.practitioner_id)).all() == [clinic.practitioner]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["user", "add", "nobody", "--name", "A", "--role", "admin"], "Email: enter an address"),
        (["user", "add", "a@example.org", "--name", "", "--role", "admin"], "Name: enter a name"),
        (["user", "add", "a@example.org", "--name", "A", "--role", "king"], "'king' is not one of"),
        (["user", "add", "a@example.org", "--name", "A"], "Missing option '--role'"),
        (["user", "add", "--name", "A", "--role", "admin"], "Missing argument 'EMAIL'"),
        ([*ADD, "--practitioner", "nobody"], "nobody has this path word"),
        ([*ADD, "--organization", "Elsewhere"], "choose one with --organization"),
        (["slots"], "Missing argument 'SCHEDULE'"),
        (["slots", "nothing"], "no schedule of that id"),
        (["slots", "x\0y"], "no schedule of that id"),
        (["demo", "--delete"], "No such option"),
    ],
    ids=range(11),
)
def test_bad_arguments_end_with_2_and_a_sentence(clinic: Clinic, arguments: list[str], said: str) -> None:
    result = clinic.app.test_cli_runner().invoke(args=arguments)
    assert (result.exit_code, said in result.output) == (2, True), result.output
    assert "Traceback" not in result.output


def test_user_add_needs_a_clinic_and_asks_which_when_there_are_several(sqlite_app: Flask) -> None:
    runner = sqlite_app.test_cli_runner()
    none = runner.invoke(args=ADD)
    assert (none.exit_code, "There is no clinic yet" in none.output) == (1, True)

    first = make_clinic(sqlite_app, organization={"name": "First"})
    second = make_clinic(sqlite_app, organization={"name": "Second"})
    asked = runner.invoke(args=ADD)
    assert asked.exit_code == 2
    assert first.organization in asked.output
    assert "Second" in asked.output
    assert runner.invoke(args=[*ADD, "--organization", "Second"]).exit_code == 0
    with sqlite_app.app_context(), snapshot() as session:
        assert session.scalars(select(User.organization_id)).all() == [second.organization]


def test_slots_shows_open_times_in_the_schedules_zone(clinic: Clinic, frozen: object) -> None:
    frozen.at(MONDAY)  # type: ignore[attr-defined]  # tests.support.times.Clock
    arguments = ["slots", clinic.schedule, "--from", "2026-06-02", "--to", "2026-06-03"]
    runner = clinic.app.test_cli_runner()
    before = runner.invoke(args=arguments).output.splitlines()

    assert before[0] == f"Tue 2026-06-02 09:00 EDT  {clinic.schedule}-20260602T1300"
    assert before[-2] == f"Wed 2026-06-03 16:30 EDT  {clinic.schedule}-20260603T2030"
    assert before[-1] == (
        "32 open from 2026-06-02 to 2026-06-03, Riverside Clinic, Main Street (America/New_York)."
    )
    make_appointment(clinic, start=1_780_405_200)
    after = runner.invoke(args=arguments).output.splitlines()
    assert after[:-1] == before[1:-1]


def test_slots_shows_a_week_from_today_unless_asked(clinic: Clinic, frozen: object) -> None:
    frozen.at(MONDAY)  # type: ignore[attr-defined]  # tests.support.times.Clock
    result = clinic.app.test_cli_runner().invoke(args=["slots", clinic.schedule])
    assert "80 open from 2026-06-01 to 2026-06-07" in result.output


@pytest.mark.parametrize(
    ("dates", "said"),
    [
        (["--from", "tomorrow"], "write a date as YYYY-MM-DD"),
        (["--from", "2026-02-30"], "write a date as YYYY-MM-DD"),
        (["--from", "2026-06-02", "--to", "2026-06-01"], "--to must not be before --from"),
        (["--from", "2026-06-02", "--to", "2036-06-01"], "nor more than 400 days"),
        (["--from", "0001-01-01", "--to", "0001-01-02"], "between 2000 and 2198"),
        (["--from", "9999-12-31"], "between 2000 and 2198"),
    ],
    ids=range(6),
)
def test_impossible_dates_are_refused(clinic: Clinic, dates: list[str], said: str) -> None:
    result = clinic.app.test_cli_runner().invoke(args=["slots", clinic.schedule, *dates])
    assert (result.exit_code, said in result.output) == (2, True), result.output


def test_slots_says_when_a_schedule_is_not_offered_and_lists_those_that_are_there(clinic: Clinic) -> None:
    other = make_schedule(clinic, type=make_type(clinic, name="Long visit").id)
    act(clinic, catalog.edit_schedule, schedule_id=clinic.schedule, active=False)
    runner = clinic.app.test_cli_runner()

    closed = runner.invoke(args=["slots", clinic.schedule])
    assert (closed.exit_code, "not offered now" in closed.output) == (1, True)
    listed = runner.invoke(args=["slots", "what"])
    assert f"{other.id}  Long visit, Riverside Clinic, Main Street" in listed.output


def test_the_demo_command_loads_shows_and_removes(sqlite_app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("scheduler.demo.loading.book_three_weeks", lambda *_: 0)
    runner = sqlite_app.test_cli_runner()

    loaded = runner.invoke(args=["demo"])
    assert loaded.exit_code == 0
    assert re.search(r"Password of all its sign-ins: \S{10,}", loaded.output)
    assert "admin@example.org" in loaded.output
    assert "is gone" in runner.invoke(args=["demo", "--remove"]).output
    assert "no demo clinic here" in runner.invoke(args=["demo", "--remove"]).output
    with sqlite_app.app_context(), snapshot() as session:
        assert session.scalars(select(Organization)).all() == []


def test_the_demo_command_leaves_a_real_clinic_alone(clinic: Clinic) -> None:
    result = clinic.app.test_cli_runner().invoke(args=["demo"])
    assert (result.exit_code, "needs an empty installation" in result.output) == (1, True)


def test_every_command_has_help(sqlite_app: Flask) -> None:
    runner = sqlite_app.test_cli_runner()
    for command in ("init", "demo", "user", "slots", "doctor", "jobs"):
        result = runner.invoke(args=[command, "--help"])
        assert (result.exit_code, len(result.output) > 80) == (0, True)
    with sqlite_app.app_context():
        db.engine.dispose()
