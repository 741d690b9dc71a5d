"""The profile: one's own page, photo, mails and password, over HTTP."""

from __future__ import annotations

from io import BytesIO

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from scheduler import catalog, clock
from scheduler.accounts import changing
from scheduler.booking import SYSTEM
from scheduler.db import snapshot, transaction
from scheduler.models import Photo, Practitioner, User
from tests.catalog.test_photos import SVG, picture, png_that_says
from tests.factories import PASSWORD
from tests.people import Cast, browser_of

NEW = "several words in a row"


@pytest.fixture(autouse=True)
def no_tokens(cast: Cast) -> None:
    """Tokens have a test of their own, over all routes."""
    cast.clinic.app.config["WTF_CSRF_ENABLED"] = False
    changing._tries._tries.clear()


def page_form(**more: str) -> dict[str, str]:
    return {
        "display_name": "Dr. Maya Q. Chen",
        "languages": "English, Spanish",
        "about": "Twenty years of knees.",
        "video_url": "https://video.example.org/maya",
        "version": "1",
    } | more


def maya(cast: Cast) -> Practitioner:
    with cast.clinic.app.app_context(), snapshot() as session:
        return session.get_one(Practitioner, cast.clinic.practitioner)


def send_photo(browser: FlaskClient, raw: bytes, name: str = "me.jpg") -> TestResponse:
    return browser.post("/console/profile/photo", data={"photo": (BytesIO(raw), name)})


def test_a_clinician_changes_what_patients_read(cast: Cast) -> None:
    browser = cast.owner.browser
    assert browser.post("/console/profile/page", data=page_form()).status_code == 303
    row = maya(cast)
    assert (row.display_name, row.languages) == ("Dr. Maya Q. Chen", ["en", "es"])
    assert (row.about, row.video_url) == ("Twenty years of knees.", "https://video.example.org/maya")
    assert "Your page is saved." in browser.get("/console/profile").text


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("display_name", " ", "Name: fill this in."),
        ("display_name", "x" * 201, "Name: use at most 200 characters."),
        ("languages", "Klingonese", "Languages: enter names such as English"),
        ("about", "x" * 5001, "About: use at most 5000 characters."),
        ("video_url", "javascript:alert(1)", "Video link: enter an address such as"),
    ],
)
def test_bad_input_comes_back_with_what_to_do_and_nothing_lost(
    cast: Cast, field: str, value: str, said: str
) -> None:
    answer = cast.owner.browser.post("/console/profile/page", data=page_form(**{field: value}))
    assert answer.status_code == 400
    assert said in answer.text
    assert "1 answer needs a change" in answer.text
    kept = "Twenty years of knees." if field != "about" else "https://video.example.org/maya"
    assert kept in answer.text
    assert maya(cast).version == 1


def test_what_somebody_else_saved_meanwhile_is_shown_and_not_overwritten(cast: Cast) -> None:
    with cast.clinic.app.app_context(), transaction() as session:
        catalog.edit_practitioner(
            session,
            by=SYSTEM,
            now=clock.now(),
            practitioner_id=cast.clinic.practitioner,
            version=1,
            about="From the office",
        )
    answer = cast.owner.browser.post("/console/profile/page", data=page_form())
    assert answer.status_code == 409
    for said in ("Somebody else saved this meanwhile", "From the office", "Twenty years of knees."):
        assert said in answer.text
    assert maya(cast).about == "From the office"
    assert 'name="version" type="hidden" value="2"' in answer.text
    assert cast.owner.browser.post("/console/profile/page", data=page_form(version="2")).status_code == 303
    assert maya(cast).about == "Twenty years of knees."


def test_a_photo_is_shown_on_the_profile_and_the_page_and_can_be_removed(cast: Cast) -> None:
    browser = cast.owner.browser
    assert send_photo(browser, picture((400, 300))).status_code == 303
    with cast.clinic.app.app_context(), snapshot() as session:
        address = f"/photos/{session.scalars(select(Photo.hash)).one()}"
    assert address in browser.get("/console/profile").text
    answer = cast.nobody.browser.get(address)
    assert answer.mimetype == "image/webp"
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    again = cast.nobody.browser.get(address, headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304
    assert browser.post("/console/profile/photo/remove").status_code == 303
    assert cast.nobody.browser.get(address).status_code == 404


@pytest.mark.parametrize(
    ("raw", "name", "said"),
    [
        (SVG, "me.svg", "PNG, JPEG or WebP"),
        (SVG, "me.png", "PNG, JPEG or WebP"),
        (png_that_says(60_000, 60_000), "bomb.png", "50 million"),
        (b"\xff" * (20 * 1024 * 1024), "big.jpg", "at most 8 MB"),
        (b"", "none.png", "choose a file"),
    ],
)
def test_photo_nonsense_is_refused_politely(cast: Cast, raw: bytes, name: str, said: str) -> None:
    answer = send_photo(cast.owner.browser, raw, name)
    assert answer.status_code == 400
    assert said in answer.text
    with cast.clinic.app.app_context(), snapshot() as session:
        assert session.scalars(select(Photo.hash)).all() == []


def test_other_forms_take_no_large_body(cast: Cast) -> None:
    answer = cast.owner.browser.post("/console/profile/page", data=page_form(about="x" * 2_000_000))
    assert answer.status_code == 413


def test_somebody_who_is_no_clinician_has_no_page_to_change(cast: Cast) -> None:
    assert "Your photo" not in cast.desk.browser.get("/console/profile").text
    assert cast.desk.browser.post("/console/profile/page", data=page_form()).status_code == 404


def test_mails_and_keys_are_chosen(cast: Cast) -> None:
    browser = cast.owner.browser
    assert browser.post("/console/profile/choices", data={"tell_moved": "y"}).status_code == 303
    assert cast.owner.user is not None
    with cast.clinic.app.app_context(), snapshot() as session:
        user = session.get_one(User, cast.owner.user.id)
    assert (user.tell_booked, user.tell_moved, user.tell_cancelled) == (False, True, False)
    assert user.shortcuts is False


def test_the_password_changes_with_the_present_one_and_other_browsers_are_signed_out(cast: Cast) -> None:
    assert cast.owner.user is not None
    other = browser_of(cast.clinic.app, cast.owner.user)
    browser, form = cast.owner.browser, {"present": PASSWORD, "password": NEW}
    wrong = browser.post("/console/profile/password", data=form | {"present": "not this one"})
    assert (wrong.status_code, "Present password: this isn" in wrong.text) == (400, True)
    short = browser.post("/console/profile/password", data=form | {"password": "short"})
    assert (short.status_code, "Password: use at least 10" in short.text) == (400, True)
    assert NEW not in wrong.text
    assert other.get("/console/profile").status_code == 200
    assert browser.post("/console/profile/password", data=form).status_code == 303
    assert browser.get("/console/profile").status_code == 200
    assert other.get("/console/profile").status_code == 303


def test_guessing_the_present_password_is_held_back(cast: Cast) -> None:
    form = {"present": "not this one", "password": NEW}
    for _ in range(8):
        assert cast.owner.browser.post("/console/profile/password", data=form).status_code == 400
    answer = cast.owner.browser.post("/console/profile/password", data=form | {"present": PASSWORD})
    assert answer.status_code == 429
    assert "too many tries" in answer.text


def test_sign_out_everywhere_ends_this_browser_too(cast: Cast) -> None:
    assert cast.owner.user is not None
    other = browser_of(cast.clinic.app, cast.owner.user)
    answer = cast.owner.browser.post("/console/profile/sign-out-everywhere")
    assert answer.headers["Location"] == "/sign-in"
    assert "signed out everywhere" in cast.owner.browser.get("/sign-in").text
    for browser in (other, cast.owner.browser):
        assert browser.get("/console/profile").status_code == 303
