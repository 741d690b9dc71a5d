"""A patient's links: a finder's deep link to a booking, the manage link to another time or to a cancellation; presses
are counted, with a rival at every step."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Callable, Iterator
from urllib.parse import urlencode, urlsplit

import pytest
from flask import Flask
from playwright.sync_api import Locator, Page
from sqlalchemy import select, update

from scheduler import booking, clock
from scheduler.booking import AnswerGiven
from scheduler.db import snapshot, transaction
from scheduler.models import Appointment, Question, Referral, Schedule
from scheduler.models.slots import parse_slot_id, slot_id
from tests.factories import Clinic, make_appointment, make_clinic, make_question, make_schedule, make_type
from tests.notify.test_deliver import deliver, mails, part
from tests.portal.patient import GOOD
from tests.support import ways
from tests.support.keys import Keys
from tests.support.pages import PHONE, screenshot
from tests.support.served import served
from tests.support.times import later

pytestmark = pytest.mark.browser

NewPage = Callable[..., Page]
WORDS = {"source": "Finder & Söhne <17>", "booking-referral": "ref/äö?=&#🙂"}
TYPED = ("given", "family", "birth_date-month", "birth_date-day", "birth_date-year", "email")


@pytest.fixture
def clinic(sqlite_app: Flask) -> Clinic:
    """A clinic with one required question and a second type, for people who have been there."""
    clinic = make_clinic(sqlite_app)
    make_question(clinic, label="Referral number", required=True)
    make_schedule(clinic, type=make_type(clinic, name="Follow-up", patient_type="existptonly").id)
    return clinic


@pytest.fixture
def site(sqlite_app: Flask) -> Iterator[str]:
    """The address of the application, served by this process."""
    with served(sqlite_app) as address:
        yield address


class Presses:
    """Presses things and counts how often; typing counts fields."""

    def __init__(self, page: Page) -> None:
        self.page, self.count, self.fields = page, 0, 0

    def __call__(self, thing: Locator | str) -> None:
        self.count += 1
        (self.page.get_by_role("button", name=thing) if isinstance(thing, str) else thing).click()

    def link(self, name: str) -> None:
        self(self.page.get_by_role("link", name=name, exact=True))

    def fill_in(self) -> None:
        for name in TYPED:
            self.page.locator(f'[name="{name}"]').fill(GOOD[name])
        self.page.get_by_label("Referral number").fill("R-17")
        self.fields += len(TYPED) + 1

    @property
    def heading(self) -> str:
        return self.page.get_by_role("heading", level=1).inner_text()


def deep_link(site: str, clinic: Clinic, number: int = 20) -> str:
    """A deep link out of the feed's NDJSON, with a finder's words appended as the standard says."""

    def read(path: str) -> bytes:
        with urllib.request.urlopen(site + path, timeout=30) as answer:
            body: bytes = answer.read()
            return body

    lines = [
        json.loads(line)
        for item in json.loads(read("/fhir/$bulk-publish"))["output"]
        if item["type"] == "Slot"
        for line in read(urlsplit(item["url"]).path).splitlines()
    ]
    free = [
        slot
        for slot in lines
        if slot["status"] == "free" and slot["schedule"]["reference"].endswith(clinic.schedule)
    ]
    slot = sorted(free, key=lambda one: str(one["start"]))[number]
    link = next(one["valueUrl"] for one in slot["extension"] if one["url"].endswith("booking-deep-link"))
    return f"{site}{urlsplit(link).path}?{urlencode(WORDS)}"


def kept_words(clinic: Clinic) -> list[tuple[str | None, str | None]]:
    """The finder's words of each booking."""
    with clinic.app.app_context(), snapshot() as session:
        rows = session.execute(
            select(Referral.source, Referral.booking_referral)
            .join(Appointment, Appointment.id == Referral.appointment_id)
            .where(Appointment.status == "booked")
        ).all()
        return [(source, handle) for source, handle in rows]


def rival(clinic: Clinic, start: int, *, lapsed: bool = False) -> None:
    """Somebody else books the start; ``lapsed``: our patient's hold has run out before."""
    with clinic.app.app_context():
        if lapsed:
            with transaction() as session:
                session.execute(
                    update(Appointment).where(Appointment.status == "held").values(expires_at=clock.now() - 1)
                )
            booking.expire()
        with snapshot() as session:
            row = session.scalars(select(Question).where(Question.required)).one()
            answers = [AnswerGiven(row.id, row.label, "R-1")]
    make_appointment(clinic, start=start, answers=answers)


def booked(clinic: Clinic, number: int = 40) -> str:
    """The path of the page of a booking two days ahead or more."""
    with clinic.app.app_context(), snapshot() as session:
        row = session.scalars(select(Question).where(Question.required)).one()
        answers = [AnswerGiven(row.id, row.label, "R-1")]
    made = make_appointment(clinic, start=clinic.starts()[number], answers=answers)
    with clinic.app.app_context():
        return f"/b/{booking.links.manage_token(clinic.app.config['SETTINGS'].secret, made)}"


@ways.walk_ways()
def test_a_finders_link_out_of_the_feed_is_booked_with_three_presses(
    site: str, clinic: Clinic, new_page: NewPage, size: tuple[int, int]
) -> None:
    page = new_page(size)
    press = Presses(page)
    page.goto(deep_link(site, clinic))
    assert page.locator('meta[name="slot-status"]').get_attribute("content") == "free"
    press("Hold this time and continue")
    press.fill_in()
    press("Check your answers")
    press("Book this appointment")
    assert press.heading.startswith("You're booked: ")
    assert (press.count, press.fields) == (3, 7)
    assert kept_words(clinic) == [(WORDS["source"], WORDS["booking-referral"])]
    page.go_back()
    page.reload()
    assert press.heading.startswith("You're booked: ")


@ways.BOTH_WAYS
@pytest.mark.parametrize("step", ["landing", "details", "review"])
def test_a_rival_before_any_press_costs_two_presses_at_most_and_no_field(
    site: str, clinic: Clinic, phone: Page, step: str
) -> None:
    press, link = Presses(phone), deep_link(site, clinic)
    _, start = parse_slot_id(urlsplit(link).path.rsplit("/", 1)[-1]) or ("", 0)
    phone.goto(link)
    if step == "landing":
        rival(clinic, start)
    press("Hold this time and continue")
    if step == "landing":
        assert press.heading.startswith("Someone else has just booked ")
        press(phone.locator("button.time").first)
    press.fill_in()
    if step == "details":
        rival(clinic, start, lapsed=True)
    press("Check your answers")
    if step == "review":
        rival(clinic, start, lapsed=True)
        press("Book this appointment")
    if step != "landing":
        assert phone.get_by_text("Your answers are saved.").is_visible()
        assert phone.locator('meta[name="slot-status"]').get_attribute("content") == "gone"
        press(phone.locator("button.time").first)
    assert press.heading == "Check your answers"
    press("Book this appointment")
    assert press.heading.startswith("You're booked: ")
    assert press.count <= 3 + 2
    assert press.fields == 7
    assert kept_words(clinic) == [(WORDS["source"], WORDS["booking-referral"])]


@ways.BOTH_WAYS
def test_a_shared_link_is_booked_moved_and_cancelled_with_three_three_and_two_presses(
    site: str, clinic: Clinic, phone: Page
) -> None:
    press = Presses(phone)
    phone.goto(site + later(clinic.times_path))
    press(phone.locator("button.time").nth(2))
    press.fill_in()
    press("Check your answers")
    press("Book this appointment")
    assert press.heading.startswith("You're booked: ")
    assert press.count == 3
    assert press.fields <= 8
    deliver(clinic.app)
    [mail] = mails(clinic.app)
    text = part(mail, "plain")
    assert "Reschedule or cancel" in text
    [address] = [line for line in text.splitlines() if "/b/" in line]
    phone.goto(site + urlsplit(address).path)
    moving = Presses(phone)
    moving.link("Reschedule")
    moving(phone.locator("a.time").nth(1))
    moving("Move my appointment")
    assert moving.heading.startswith("Your appointment has moved: ")
    assert (moving.count, moving.fields) == (3, 0)
    phone.goto(site + urlsplit(address).path)
    ending = Presses(phone)
    ending.link("Cancel this appointment")
    ending("Cancel this appointment")
    assert ending.heading == "Your appointment is cancelled"
    assert ending.count == 2


@ways.BOTH_WAYS
def test_a_rival_while_moving_changes_nothing_and_costs_two_presses(
    site: str, clinic: Clinic, phone: Page
) -> None:
    path, press = booked(clinic), Presses(phone)
    phone.goto(f"{site}{path}")
    before = press.heading
    press.link("Reschedule")
    time = phone.locator("a.time").nth(2)
    _, start = parse_slot_id((time.get_attribute("href") or "").rsplit("/", 1)[-1]) or ("", 0)
    press(time)
    rival(clinic, start)
    press("Move my appointment")
    assert press.heading.startswith("Someone else has just booked ")
    assert phone.get_by_text("Nothing has changed:").is_visible()
    press(phone.locator("a.time").first)
    press("Move my appointment")
    assert press.heading.startswith("Your appointment has moved: ")
    assert press.count == 3 + 2
    assert before.startswith("You're booked: ")


@ways.BOTH_WAYS
def test_somebody_new_is_led_from_a_visit_for_known_patients_to_one_that_fits(
    site: str, clinic: Clinic, phone: Page
) -> None:
    press = Presses(phone)
    phone.goto(site + later(f"/{clinic.slug}/follow-up"))
    press(phone.locator("button.time").first)
    phone.get_by_label("First name", exact=True).fill("Zebulon")
    phone.get_by_label("No, I'm new here").check(force=True)
    # said at once where the browser can (:has); everywhere after the next press
    assert phone.get_by_text("This visit is for people who are patients here already.").is_visible()
    press("Check your answers")
    assert phone.get_by_text("this visit is for people who have. See below").first.is_visible()
    press(phone.locator(".fits button.time").first)
    assert phone.get_by_label("First name", exact=True).input_value() == "Zebulon"
    assert phone.get_by_label("No, I'm new here").count() == 0


def test_keys_alone_lead_from_a_deep_link_to_a_booking(site: str, clinic: Clinic, phone: Page) -> None:
    keys = Keys(phone)
    phone.goto(deep_link(site, clinic))
    keys.press("Hold this time and continue")
    for name in TYPED:
        keys.type(name, GOOD[name])
    keys.type(phone.get_by_label("Referral number").get_attribute("name") or "", "R-17")
    keys.press("Check your answers")
    keys.press("Book this appointment")
    assert Presses(phone).heading.startswith("You're booked: ")


@ways.BOTH_WAYS
def test_finding_a_booking_says_the_same_to_everybody_and_mails_the_link(
    site: str, clinic: Clinic, phone: Page
) -> None:
    path = booked(clinic)
    deliver(clinic.app)
    said = []
    for contact in ("eve@example.org", "ANA@example.org"):
        phone.goto(f"{site}/")
        phone.get_by_role("link", name="Find my booking").first.click()
        phone.get_by_label("Email or phone").fill(contact)
        for name, text in (("month", "5"), ("day", "17"), ("year", "1984")):
            phone.locator(f'[name="birth_date-{name}"]').fill(text)
        phone.get_by_role("button", name="Send me my link").click()
        said.append((phone.url, phone.locator("main").inner_text()))
    assert said[0] == said[1]
    deliver(clinic.app)
    [text] = [part(mail, "plain") for mail in mails(clinic.app) if "Your link to" in part(mail, "plain")]
    assert path in text


def test_each_state_of_moving_finding_and_fitting_is_accessible_and_fits(
    site: str, clinic: Clinic, new_page: NewPage
) -> None:
    page = new_page(PHONE)
    path = booked(clinic)
    starts = clinic.starts()

    def look(name: str) -> None:
        ways.look(page, f"patient-{name}")

    def go(name: str, where: str) -> None:
        page.goto(site + where)
        look(name)

    def state(**values: object) -> None:
        with clinic.app.app_context(), transaction() as session:
            session.execute(update(Appointment).where(Appointment.id == path[3:19]).values(**values))

    with clinic.app.app_context(), snapshot() as session:
        other = session.scalars(select(Schedule.id).where(Schedule.id != clinic.schedule)).one()
    follow_up = slot_id(other, starts[9])
    go("unknown", f"/book/{clinic.schedule}-2027")
    go("ask-first", f"/book/{follow_up}")
    go("not-for-new", f"/book/{follow_up}?patient=new")
    page.go_back()
    page.get_by_role("button", name="Yes, hold this time").click()
    page.get_by_label("No, I'm new here").check(force=True)
    look("details-new")
    page.get_by_role("button", name="Check your answers").click()
    look("details-new-error")
    go("reschedule", f"{path}/reschedule")
    go("move", f"{path}/reschedule/{slot_id(clinic.schedule, starts[30])}")
    go("move-gone", f"{path}/reschedule/{clinic.schedule}-20200106T1400")
    page.goto(f"{site}{path}/reschedule/{slot_id(clinic.schedule, starts[30])}")
    page.get_by_role("button", name="Move my appointment").click()
    look("moved")
    page.emulate_media(media="print")
    screenshot(page, "patient-print")
    assert page.locator(".qr svg").is_visible()
    assert not page.get_by_role("link", name="Reschedule").is_visible()
    page.emulate_media(media="screen")
    state(staff_message="Bring your card.\nThe lift is out of order.")
    for name, values in (
        ("arrived", {"status": "arrived"}),
        ("room", {"roomed_at": clock.now()}),
        ("completed", {"status": "completed"}),
        ("no-show", {"status": "no-show"}),
        ("declined", {"status": "declined"}),
    ):
        state(**values)
        go(name, path)
    state(status="booked", starts_at=clock.now() + 3600, ends_at=clock.now() + 5400)
    go("reschedule-late", f"{path}/reschedule")
    go("find", "/find-booking")
    page.get_by_role("button", name="Send me my link").click()
    look("find-error")
    go("find-sent", "/find-booking?sent=1")
