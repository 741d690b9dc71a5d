"""Sign-in, people and profile in a real browser: invited, forgotten, changed; with and without script."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from scheduler.jobs.runner import deliver
from tests.catalog.test_photos import picture
from tests.factories import PASSWORD, Clinic, make_appointment, make_clinic, make_user
from tests.notify.test_deliver import mails, part
from tests.support import ways
from tests.support.served import sign_in

pytestmark = pytest.mark.browser

NewPage = Callable[..., Page]
ADMIN, ANA, NEW = "sam@example.org", "ana.lopez@example.org", "several words in a row"


@pytest.fixture
def clinic(sqlite_app: Flask) -> Clinic:
    made = make_clinic(sqlite_app)
    make_user(made, role="admin", email=ADMIN, name="Sam Admin")
    make_appointment(made)
    return made


def mailed(clinic: Clinic, subject: str, path: str) -> str:
    """The path of the link in the mail that was written to the data folder."""
    deliver(clinic.app)
    [mail] = [mail for mail in mails(clinic.app) if mail["Subject"].startswith(subject)]
    found = re.search(rf"http://localhost({path}\w+)", part(mail, "plain"))
    assert found is not None
    return found[1]


@ways.walk_ways()
def test_a_clinician_is_invited_signs_in_shows_their_face_and_forgets_their_password(
    clinic: Clinic,
    address: str,
    new_page: NewPage,
    size: tuple[int, int],
    javascript: bool,
    tmp_path: Path,
) -> None:
    office, home = new_page(size), new_page(size)

    def look(page: Page, name: str) -> None:
        ways.look(page, f"people-{name}", accessible=javascript)

    sign_in(office, address, ADMIN, PASSWORD)
    office.goto(f"{address}/admin/people")
    look(office, "list")
    office.get_by_role("link", name="Add a clinician").click()
    office.get_by_role("button", name="Add this clinician").click()
    expect(office.get_by_role("heading", name="4 answers need a change")).to_be_visible()
    look(office, "clinician-refused")
    office.get_by_label("Name", exact=True).fill("Dr. Ana Lopez")
    office.get_by_label("Place").select_option(label="Riverside Clinic, Main Street")
    office.get_by_label("Specialty").select_option(label="Cardiology")
    office.get_by_label("Email").fill(ANA)
    office.get_by_role("button", name="Add this clinician").click()
    expect(office.get_by_role("heading", level=1)).to_have_text("Dr. Ana Lopez")
    expect(office.get_by_label("Invitation link")).to_have_value(re.compile(r"/invitation/\w{48}$"))
    look(office, "invited")

    home.goto(address + mailed(clinic, "You're invited", "/invitation/"))
    look(home, "invitation")
    home.get_by_label("Password").fill("short")
    if javascript:
        show = home.get_by_role("button", name="Show password")
        show.click()
        expect(show).to_have_attribute("aria-pressed", "true")
        expect(home.get_by_label("Password")).to_have_attribute("type", "text")
    home.get_by_role("button", name="Save and sign in").click()
    expect(home).to_have_title("Error: Choose your password")
    look(home, "invitation-refused")
    home.get_by_label("Password").fill(NEW)
    home.get_by_role("button", name="Save and sign in").click()
    home.goto(f"{address}/console/profile")
    look(home, "profile")
    (tmp_path / "me.jpg").write_bytes(picture((600, 400)))
    home.get_by_label("Photo", exact=True).set_input_files(tmp_path / "me.jpg")
    home.get_by_role("button", name="Save photo").click()
    expect(home.get_by_role("img", name="Dr. Ana Lopez")).to_be_visible()
    home.get_by_label("About you").fill("Hearts, for twenty years.")
    home.get_by_label("Video room link").fill("not a link")
    home.get_by_role("button", name="Save your page").click()
    expect(home.get_by_label("About you")).to_have_value("Hearts, for twenty years.")
    look(home, "profile-refused")
    home.get_by_label("Video room link").fill("https://video.example.org/ana")
    home.get_by_role("button", name="Save your page").click()
    expect(home.get_by_text("Your page is saved.")).to_be_visible()
    home.get_by_role("link", name="/ana-lopez").click()
    expect(home.get_by_role("img", name="Dr. Ana Lopez")).to_be_visible()
    look(home, "page")

    forgetful = new_page(size)
    forgetful.goto(f"{address}/sign-in")
    look(forgetful, "sign-in")
    forgetful.get_by_role("link", name="Forgot your password?").click()
    look(forgetful, "forgot")
    forgetful.get_by_label("Email").fill(ANA)
    forgetful.get_by_role("button", name="Mail me a link").click()
    expect(forgetful.get_by_role("heading", level=1)).to_have_text("Check your mail")
    look(forgetful, "forgot-sent")
    link = mailed(clinic, "Choose a new password", "/sign-in/reset/")
    forgetful.goto(address + link)
    look(forgetful, "reset")
    forgetful.get_by_label("Password").fill("another few words")
    forgetful.get_by_role("button", name="Save new password").click()
    expect(forgetful.get_by_text("Your password is changed")).to_be_visible()
    home.goto(f"{address}/console/profile")
    expect(home.get_by_role("heading", level=1)).to_have_text("Sign in")
    sign_in(forgetful, address, ANA, "another few words")
    expect(forgetful).to_have_url(re.compile("/console"))
    forgetful.goto(address + link)
    expect(forgetful.get_by_role("heading", level=1)).to_have_text("This link has been used or has ended.")
    look(forgetful, "reset-ended")

    office.goto(f"{address}/admin/people/practitioners/{clinic.practitioner}")
    expect(office.get_by_text("1 booking to come stay as they are:")).to_be_visible()
    look(office, "practitioner")
    office.get_by_role("button", name="Retire Dr. Maya Chen").click()
    office.get_by_role("button", name="Undo the retirement of Dr. Maya Chen").click()
    expect(office.get_by_text("Dr. Maya Chen can be booked again.")).to_be_visible()
    office.goto(f"{address}/admin/people/places/{clinic.role}")
    look(office, "place")
    office.goto(f"{address}/admin/people/invite")
    look(office, "invite")
