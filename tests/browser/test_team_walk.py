"""A team in a real browser: an administrator makes one, a patient books by its link and learns by name who it is with."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from scheduler.models.slots import slot_id
from tests.factories import (
    make_appointment,
    make_clinic,
    make_pool,
    make_practitioner,
    make_schedule,
    make_user,
)
from tests.support import ways
from tests.support.pages import DESKTOP, PHONE
from tests.support.served import come_in

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("javascript", [False], ids=["no script"])
def test_a_team_is_made_and_booked_by_its_link(
    sqlite_app: Flask, address: str, new_page: Callable[..., Page]
) -> None:
    clinic = make_clinic(sqlite_app)
    omar = make_practitioner(clinic, display_name="Dr. Omar Haddad", given="Omar", family="Haddad")
    other = make_schedule(clinic, hosts=[omar.actor])
    visit = make_appointment(clinic)
    page = new_page(DESKTOP)
    come_in(page, clinic.app, make_user(clinic, role="admin", name="Robin Admin"), address)
    page.goto(f"{address}/admin/teams")
    page.get_by_role("link", name="Add a team").click()
    page.get_by_role("link", name="New patient visit").click()
    page.get_by_label("Name").fill("Riverside team")
    page.get_by_label("Dr. Maya Chen").first.check()
    page.get_by_label("Dr. Omar Haddad").first.check()
    page.get_by_role("button", name="Add this team").click()
    # Which week the visit is in, and how many hours are ahead, depends on when the test runs.
    expect(page.get_by_text(re.compile(r"^[01] visits? in \d+(\.\d+)? open hours$"))).to_have_count(2)

    patient = new_page(PHONE)
    patient.goto(f"{address}/riverside-team")
    expect(
        patient.get_by_text("With the first available of Dr. Maya Chen or Dr. Omar Haddad")
    ).to_be_visible()
    # Of all times, this one is sure to count the visit that Dr. Chen has: its own.
    patient.locator(f'button.time[value="{slot_id(other.id, visit.starts_at)}"]').click()
    expect(patient.get_by_text("You'll see")).to_contain_text("Dr. Omar Haddad")


def test_the_pages_of_a_team_are_accessible_and_fit(
    sqlite_app: Flask, address: str, new_page: Callable[..., Page]
) -> None:
    clinic = make_clinic(sqlite_app)
    omar = make_practitioner(clinic, display_name="Dr. Omar Haddad", given="Omar", family="Haddad")
    other = make_schedule(clinic, hosts=[omar.actor])
    make_appointment(clinic)
    pool = make_pool(clinic, {clinic.schedule: 2, other.id: 0})
    admin = make_user(clinic, role="admin", name="Robin Admin")
    page = new_page(PHONE)
    come_in(page, clinic.app, admin, address)
    for number, path in enumerate(
        (
            f"/admin/teams/{pool.id}",
            "/admin/teams",
            "/admin/teams/new",
            f"/admin/teams/{pool.id}/remove",
            "/console/share",
            f"/riverside-team/{clinic.type_slug}",
        )
    ):
        page.goto(address + path)
        ways.look(page, f"team-{number}")
