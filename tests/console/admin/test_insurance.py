"""Insurance plans in the admin pages and at a type: what is accepted, what each is used by, what is typed badly."""

from __future__ import annotations

from datetime import date

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from scheduler.booking.eligibility import accepted_plans
from scheduler.db import snapshot, transaction
from scheduler.models import AppointmentType, InsurancePlan
from tests.console.admin import pages
from tests.console.admin.pages import undo_of
from tests.console.desk.conftest import words
from tests.console.typed_types import settings_form
from tests.factories import make_appointment, make_plan
from tests.people import Cast
from tests.support.times import Clock

TYPED = {"name": "Acme Health PPO", "accepted_on": "2027-06-01"}


@pytest.fixture(autouse=True)
def monday(frozen: Clock) -> None:
    frozen.at("2027-06-07T08:00:00-04:00")


def send(browser: FlaskClient, path: str, **fields: str | list[str]) -> TestResponse:
    return pages.send(browser, path, fields)


def ask(cast: Cast, insurance: str) -> None:
    """Let the clinic's type ask for insurance."""
    with cast.clinic.app.app_context(), transaction() as session:
        session.get_one(AppointmentType, cast.clinic.type).insurance = insurance


def plans(cast: Cast) -> list[InsurancePlan]:
    with cast.clinic.app.app_context(), snapshot() as session:
        return list(session.scalars(select(InsurancePlan).order_by(InsurancePlan.name)))


def accepted(cast: Cast) -> list[str]:
    """The plans that the clinic's type accepts, by name."""
    with cast.clinic.app.app_context(), snapshot() as session:
        kind = session.get_one(AppointmentType, cast.clinic.type)
        return [plan.name for plan in accepted_plans(session, [kind])[kind.id]]


def test_a_plan_is_added_renamed_retired_and_accepted_again(cast: Cast) -> None:
    ask(cast, "ask")
    admin = cast.admin.browser
    assert "Jun 1, 2027" not in words(admin.get("/admin/insurance"))
    assert send(admin, "/admin/insurance", **TYPED).status_code == 303
    page = words(admin.get("/admin/insurance"))
    assert "Acme Health PPO" in page
    assert "Tue, Jun 1, 2027" in page
    assert "1 type" in page
    [plan] = plans(cast)
    path = f"/admin/insurance/{plan.id}"
    assert send(admin, path, name="Acme PPO", accepted_on="2027-06-02", version="1").status_code == 303
    assert accepted(cast) == ["Acme PPO"]
    make_appointment(cast.clinic, insurance="plan", insurance_plan_id=plan.id, insurance_plan="Acme PPO")
    assert "1 booking to come" in words(admin.get("/admin/insurance"))
    assert send(admin, f"{path}/retire").status_code == 303
    assert accepted(cast) == []
    page = admin.get("/admin/insurance")
    assert "1 booking to come keeps it." in words(page)
    assert send(admin, undo_of(page.text)).status_code == 303
    assert accepted(cast) == ["Acme PPO"]


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"name": " "}, "Plan: fill this in."),
        ({"name": "x" * 201}, "Plan: use at most 200 characters."),
        ({"name": "acme HEALTH ppo"}, "Plan: another one has this name. Give it one that tells them apart."),
        ({"accepted_on": ""}, "Accepted as of: enter a date from 2000 to 2199."),
        ({"accepted_on": "June"}, "Accepted as of: enter a date such as 2027-06-08."),
    ],
)
def test_a_plan_typed_badly_comes_back_with_what_to_do(cast: Cast, typed: dict[str, str], said: str) -> None:
    make_plan(cast.clinic, name="Acme Health PPO")
    answer = send(cast.admin.browser, "/admin/insurance", **{**TYPED, "name": "Other", **typed})
    assert answer.status_code == 400
    assert said in words(answer)
    assert len(plans(cast)) == 1


def test_a_plan_saved_meanwhile_is_shown_and_not_overwritten(cast: Cast) -> None:
    plan = make_plan(cast.clinic, name="Acme")
    path = f"/admin/insurance/{plan.id}"
    assert send(cast.admin.browser, path, **TYPED, version="1").status_code == 303
    answer = send(cast.admin.browser, path, name="Mine", accepted_on="2027-06-03", version="1")
    assert answer.status_code == 409
    assert "Acme Health PPO" in words(answer)
    assert plans(cast)[0].name == "Acme Health PPO"
    assert (
        send(cast.admin.browser, path, name="Mine", accepted_on="2027-06-03", version="2").status_code == 303
    )


def test_a_type_accepts_all_plans_or_those_it_names(cast: Cast) -> None:
    ask(cast, "only")
    first, _second = make_plan(cast.clinic, name="Acme"), make_plan(cast.clinic, name="Blue")
    admin, path = cast.admin.browser, f"/console/types/{cast.clinic.type}/plans"
    assert accepted(cast) == ["Acme", "Blue"]
    refused = send(admin, path, which="some", seen="")
    assert refused.status_code == 400
    assert "Plans: tick at least one, or accept all." in words(refused)
    assert send(admin, path, which="some", plan=[first.id], seen="").status_code == 303
    assert accepted(cast) == ["Acme"]
    assert "Only Acme." in words(admin.get(f"/console/types/{cast.clinic.type}"))
    late = send(admin, path, which="all", seen="")
    assert late.status_code == 409
    assert "Somebody else changed the plans of this type meanwhile: Acme now." in words(late)
    page = words(admin.get(f"/admin/insurance/{first.id}"))
    assert "Without it nobody can book New patient visit online" in page
    assert send(admin, path, which="all", seen=first.id).status_code == 303
    assert accepted(cast) == ["Acme", "Blue"]


def test_a_type_says_its_ages_and_what_it_asks_first(cast: Cast) -> None:
    admin, path = cast.admin.browser, f"/console/types/{cast.clinic.type}"
    wrong = send(admin, path, **settings_form(cast.clinic, minimum_age="18", maximum_age="17"))
    assert wrong.status_code == 400
    assert "Oldest age: set it to at least the youngest age." in words(wrong)
    assert "Youngest age: enter a whole number." in words(
        send(admin, path, **settings_form(cast.clinic, minimum_age="ten"))
    )
    rules = {
        "minimum_age": "0",
        "maximum_age": "17",
        "referral": "required",
        "insurance": "ask",
        "wishes": "y",
    }
    assert send(admin, path, **settings_form(cast.clinic, **rules)).status_code == 303
    with cast.clinic.app.app_context(), snapshot() as session:
        kind = session.get_one(AppointmentType, cast.clinic.type)
        assert (kind.minimum_age, kind.maximum_age, kind.referral, kind.insurance, kind.wishes) == (
            0,
            17,
            "required",
            "ask",
            True,
        )


def test_a_date_stands_for_the_day_it_was_last_made_sure_of(cast: Cast) -> None:
    assert make_plan(cast.clinic, accepted_on=date(2027, 1, 4)).accepted_on == date(2027, 1, 4)
    assert 'value="2027-06-07"' in cast.admin.browser.get("/admin/insurance").text, "today, to begin with"
