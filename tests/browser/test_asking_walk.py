"""A patient who is asked for a file, after one answer only, and one whose answer can't wait; with and without script."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from scheduler.models.slots import slot_id
from tests.booking.made_files import pdf_file, picture_file, scripted_pdf
from tests.factories import Clinic, make_clinic, make_question
from tests.portal.patient import GOOD
from tests.support import ways

pytestmark = pytest.mark.browser


@pytest.fixture
def clinic(sqlite_app: Flask) -> Clinic:
    """A clinic that asks whether there is a plan, for its card if there is, and for a sign that can't wait."""
    clinic = make_clinic(sqlite_app)
    plan = make_question(
        clinic, label="Do you have insurance?", kind="choice", choices=["Yes", "No"], required=True
    )
    make_question(
        clinic, label="Your insurance card", hint="Both sides, if you can.", kind="file", required=True,
        shown_question_id=plan.id, shown_answers=["Yes"],
    )  # fmt: skip
    make_question(
        clinic, label="What brings you here?", kind="multiple", choices=["A check", "Chest pain now"],
        stop_answers=["Chest pain now"], stop_message="Call us: a nurse answers at once.",
    )  # fmt: skip
    return clinic


def begin(page: Page, address: str, clinic: Clinic) -> None:
    """From a finder's link to the details page, filled in but for the clinic's own questions."""
    page.goto(f"{address}/book/{slot_id(clinic.schedule, clinic.first_start)}")
    expect(page.get_by_text("Have at hand as a PDF or picture:")).to_be_visible()
    page.get_by_role("button", name="Hold this time and continue").click()
    for name in ("given", "family", "birth_date-month", "birth_date-day", "birth_date-year", "email"):
        page.locator(f'[name="{name}"]').fill(GOOD[name])


def answer(page: Page, question: str, choice: str) -> None:
    page.get_by_role("group", name=question).get_by_label(choice).check(force=True)


def check(page: Page) -> None:
    page.get_by_role("button", name="Check your answers").click()


def look(page: Page, javascript: bool, name: str) -> None:
    ways.look(page, f"{name}{'' if javascript else '-no-script'}", accessible=javascript)


@ways.BOTH_WAYS
def test_a_card_is_handed_in_and_what_can_not_be_taken_says_why(
    address: str, clinic: Clinic, phone: Page, javascript: bool, tmp_path: Path
) -> None:
    sent = {
        "card.png": picture_file(size=(600, 400)),
        "back.pdf": pdf_file(),
        "letter.pdf": scripted_pdf(),
        "video.png": b"\x89PNG\r\n\x1a\n" + bytes(20_000_000),
    }
    for name, raw in sent.items():
        (tmp_path / name).write_bytes(raw)
    begin(phone, address, clinic)
    files = phone.locator("input[type=file]")
    expect(files).to_be_visible(visible=not javascript)
    answer(phone, "Do you have insurance?", "Yes")
    expect(files).to_be_visible()
    files.set_input_files(tmp_path / "video.png")
    if not javascript:
        check(phone)
    expect(phone.locator(".field-error", has_text="video.png has more than 10 MB")).to_be_visible()
    files.set_input_files([tmp_path / "card.png", tmp_path / "letter.pdf"])
    check(phone)
    expect(phone.locator(".error-summary")).to_contain_text("letter.pdf holds a script")
    expect(phone.locator(".attached")).to_contain_text("card.png")
    expect(phone.locator('[name="given"]')).to_have_value(GOOD["given"])
    look(phone, javascript, "files-details")
    phone.get_by_role("button", name="Remove card.png").click()
    expect(phone.locator(".attached")).to_have_count(0)
    files.set_input_files(tmp_path / "back.pdf")
    check(phone)
    expect(phone.get_by_role("heading", level=1)).to_have_text("Check your answers")
    expect(phone.locator(".summary-list")).to_contain_text("back.pdf, 1 KB")
    look(phone, javascript, "files-review")
    phone.get_by_role("button", name="Book this appointment").click()
    expect(phone.get_by_role("heading", level=1)).to_contain_text("You're booked")


@ways.BOTH_WAYS
def test_an_answer_that_can_not_wait_ends_the_flow_until_it_is_corrected(
    address: str, clinic: Clinic, phone: Page, javascript: bool
) -> None:
    begin(phone, address, clinic)
    answer(phone, "Do you have insurance?", "No")
    expect(phone.locator("input[type=file]")).to_be_visible(visible=not javascript)
    answer(phone, "What brings you here?", "Chest pain now")
    at_once = phone.get_by_role("alert").filter(has_text="call 911 now")
    expect(at_once).to_be_visible(visible=javascript)
    check(phone)
    expect(phone.get_by_role("heading", level=1)).to_have_text("If this is an emergency, call 911 now.")
    expect(phone.get_by_text("Call us: a nurse answers at once.")).to_be_visible()
    look(phone, javascript, "stop")
    phone.get_by_role("button", name="Give this time back").click()
    expect(phone.get_by_text("We're not holding a time for you any more.")).to_be_visible()
    phone.get_by_role("link", name="Change my answer").click()
    expect(phone.locator('[name="given"]')).to_have_value(GOOD["given"])
    phone.get_by_role("group", name="What brings you here?").get_by_label("Chest pain now").uncheck(
        force=True
    )
    expect(at_once).to_be_visible(visible=False)
    check(phone)
    expect(phone.get_by_role("heading", level=1)).to_have_text("Check your answers")
    expect(phone.get_by_text("the time was still free, so we held it again")).to_be_visible()
