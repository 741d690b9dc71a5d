"""Mails in the admin pages: the folder and the outbox, one mail shown so that it can do nothing, calls to make."""

from __future__ import annotations

from collections.abc import Callable
from email.message import EmailMessage

import pytest
from flask import Flask
from sqlalchemy import select, update

from scheduler import booking, clock
from scheduler.booking import SYSTEM
from scheduler.console.admin import mails
from scheduler.db import snapshot, transaction
from scheduler.jobs.runner import deliver
from scheduler.models import AuditEntry, Outbox, User
from scheduler.notify import outbox
from scheduler.notify.mail.transport import mail_folder, mail_name
from tests.console.admin.pages import send
from tests.console.test_day import words
from tests.factories import make_appointment, make_waiting
from tests.people import Cast, make_cast
from tests.support.servers import free_port
from tests.support.times import Clock

MONDAY = "2027-06-07T08:00:00-04:00"
HOSTILE = (
    "<script>document.title='owned'</script><img src=https://tracker.example/x.gif>"
    "<form action=https://evil.example method=post><button>Go</button></form><a href=/sign-out>leave</a>"
)


@pytest.fixture(autouse=True)
def monday(frozen: Clock) -> Clock:
    frozen.at(MONDAY)
    return frozen


def alone(cast: Cast) -> Cast:
    """No clinician is told of bookings: the mails of these tests are the patients'."""
    with cast.clinic.app.app_context(), transaction() as session:
        session.execute(update(User).where(User.practitioner_id.is_not(None)).values(active=False))
    return cast


@pytest.fixture
def cast(sqlite_app: Flask) -> Cast:
    """Everybody, and patients alone get mails."""
    return alone(make_cast(sqlite_app))


@pytest.fixture
def mailed(cast: Cast) -> Cast:
    """The cast, with one confirmation in the mail folder."""
    make_appointment(cast.clinic)
    deliver(cast.clinic.app)
    return cast


def rows(app: Flask) -> list[Outbox]:
    with app.app_context(), snapshot() as session:
        return list(session.scalars(select(Outbox).order_by(Outbox.id)))


def row(app: Flask) -> Outbox:
    [one] = rows(app)
    return one


def change(app: Flask, **values: object) -> None:
    with app.app_context(), transaction() as session:
        session.execute(update(Outbox).values(**values))


def change_kind(app: Flask, kind: str, **values: object) -> None:
    with app.app_context(), transaction() as session:
        session.execute(update(Outbox).where(Outbox.kind == kind).values(**values))


def test_mails_of_the_folder_are_listed_and_one_is_shown_with_its_parts(mailed: Cast) -> None:
    browser, number = mailed.admin.browser, row(mailed.clinic.app).id
    listed = browser.get("/admin/mails").text
    assert "ana@example.org" in listed
    assert f'href="/admin/mails/{number}"' in listed
    page = browser.get(f"/admin/mails/{number}").text
    assert "ana@example.org" in page
    assert 'href="http://localhost/b/' in page
    assert (
        f'<iframe class="mail-html" title="The mail as HTML" src="/admin/mails/{number}/html" sandbox' in page
    )
    eml = browser.get(f"/admin/mails/{number}/mail.eml")
    assert eml.mimetype == "message/rfc822"
    assert b"Message-ID: " + row(mailed.clinic.app).message_id.encode() in eml.data
    ics = browser.get(f"/admin/mails/{number}/appointment.ics")
    assert (ics.mimetype, ics.data[:15]) == ("text/calendar", b"BEGIN:VCALENDAR")
    for answer in (eml, ics):
        assert answer.headers["Content-Disposition"].startswith('attachment; filename="mail-')
        assert answer.headers["Cache-Control"] == "no-store"


def test_nothing_of_a_patient_stands_in_an_address_or_a_title(mailed: Cast) -> None:
    page = (
        mailed.admin.browser.get("/admin/mails").text
        + mailed.admin.browser.get(f"/admin/mails/{row(mailed.clinic.app).id}").text
    )
    for part in ("Silva", "ana@", "0199"):
        assert part not in "".join(page.split("<title>")[i].split("</title>")[0] for i in (1, 2))
        assert f"mails/{part}" not in page


def test_the_html_of_a_mail_can_run_load_send_and_lead_nowhere(mailed: Cast) -> None:
    number = row(mailed.clinic.app).id
    hostile = EmailMessage()
    hostile["To"], hostile["Subject"] = "ana@example.org", "<script>alert(1)</script>"
    hostile.set_content("<script>alert(2)</script> http://localhost/b/abc https://evil.example/x")
    hostile.add_alternative(HOSTILE, subtype="html")
    folder = mail_folder(mailed.clinic.app.config["SETTINGS"])
    (folder / f"{mail_name(row(mailed.clinic.app).message_id)}.eml").write_bytes(hostile.as_bytes())
    page = mailed.admin.browser.get(f"/admin/mails/{number}")
    assert "<script>alert" not in page.text
    assert 'href="https://evil' not in page.text
    assert page.headers["Content-Security-Policy"].endswith("frame-src 'self'")
    frame = mailed.admin.browser.get(f"/admin/mails/{number}/html")
    policy = frame.headers["Content-Security-Policy"].split("; ")
    assert {"default-src 'none'", "form-action 'none'", "base-uri 'none'", "sandbox"} <= set(policy)
    assert not any(part.startswith("script-src") for part in policy)
    assert frame.headers["X-Frame-Options"] == "SAMEORIGIN"
    assert frame.headers["Referrer-Policy"] == "no-referrer"
    assert mailed.admin.browser.get(f"/admin/mails/{number}/appointment.ics").status_code == 404


NO_MAIL = (
    "..%2F..%2Fsecret",
    "..",
    "%2e%2e%2fsecret",
    "....//secret",
    "x",
    "-1",
    "0",
    "9" * 30,
    "1.eml",
    "١",
)


def test_a_name_that_is_no_mail_of_ours_leads_nowhere(mailed: Cast) -> None:
    for name in NO_MAIL:
        for rest in ("", "/html", "/mail.eml", "/appointment.ics"):
            answer = mailed.admin.browser.get(f"/admin/mails/{name}{rest}")
            assert answer.status_code in (404, 308)
            assert mailed.clinic.app.config["SETTINGS"].secret not in answer.text


def test_another_organizations_mails_are_as_ones_that_never_were(mailed: Cast) -> None:
    number = row(mailed.clinic.app).id
    assert "ana@example.org" not in mailed.stranger.browser.get("/admin/mails").text
    for rest in ("", "/html", "/mail.eml", "/appointment.ics"):
        assert mailed.stranger.browser.get(f"/admin/mails/{number}{rest}").status_code == 404
        assert mailed.desk.browser.get(f"/admin/mails/{number}{rest}").status_code == 403
    assert send(mailed.stranger.browser, f"/admin/mails/{number}/retry").status_code == 404


def test_a_mail_whose_file_is_gone_says_so(mailed: Cast) -> None:
    for file in mail_folder(mailed.clinic.app.config["SETTINGS"]).iterdir():
        file.unlink()
    assert "Its file is no longer there" in mailed.admin.browser.get("/admin/mails").text
    assert mailed.admin.browser.get(f"/admin/mails/{row(mailed.clinic.app).id}").status_code == 404


def test_older_mails_are_a_page_on(mailed: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mails, "SHOWN", 1)
    make_appointment(mailed.clinic)
    deliver(mailed.clinic.app)
    first, second = (one.id for one in rows(mailed.clinic.app))
    page = mailed.admin.browser.get("/admin/mails").text
    assert f'href="/admin/mails/{second}"' in page
    assert f'href="/admin/mails/{first}"' not in page
    assert f'href="/admin/mails/{first}"' in mailed.admin.browser.get(f"/admin/mails?before={second}").text
    for nonsense in ("x", "9" * 40, "-1"):
        assert mailed.admin.browser.get(f"/admin/mails?before={nonsense}").status_code == 200


def test_a_failing_mail_says_why_and_is_tried_again_on_demand(
    make_app: Callable[..., Flask], sqlite_url: str
) -> None:
    cast = alone(make_cast(make_app(sqlite_url, mail_url=f"smtp://127.0.0.1:{free_port()}")))
    app, browser = cast.clinic.app, cast.admin.browser
    make_appointment(cast.clinic)
    deliver(app)
    page = browser.get("/admin/mails").text
    assert "Mails go to the mail server." in page
    assert "The mail server can&#39;t be reached" in page
    assert "ana@example.org" not in page
    change(app, attempts=outbox.MAX_ATTEMPTS)
    assert "Given up" in browser.get("/admin/mails").text
    assert "1 mail fails" in browser.get("/admin").text
    before = row(app)
    assert send(browser, f"/admin/mails/{before.id}/retry").status_code == 303
    after = row(app)
    assert (after.attempts, after.due_at, after.error) == (0, clock.now(), "")
    assert after.message_id == before.message_id
    with app.app_context(), snapshot() as session:
        noted = session.scalars(select(AuditEntry).where(AuditEntry.action == "retry")).one()
    assert (noted.object_kind, noted.object_id, noted.user_id) == (
        "message",
        str(before.id),
        cast.admin.user.id if cast.admin.user else None,
    )
    assert deliver(app) == 1


def test_a_mail_that_was_sent_or_is_under_way_is_not_tried_again(mailed: Cast) -> None:
    path = f"/admin/mails/{row(mailed.clinic.app).id}/retry"
    assert send(mailed.admin.browser, path).status_code == 409
    change(mailed.clinic.app, done_at=None, claimed_until_at=clock.now() + 60)
    assert send(mailed.admin.browser, path).status_code == 409


def test_the_call_list_is_counted_and_led_to(cast: Cast) -> None:
    booked = make_appointment(cast.clinic, email="", given="Dana", family="Petrova")
    deliver(cast.clinic.app)
    with cast.clinic.app.app_context():
        booking.move(by=SYSTEM, appointment_id=booked.id, start=cast.clinic.starts()[4])
    deliver(cast.clinic.app)
    page = cast.admin.browser.get("/admin/mails").text
    assert "Call list: 1" in page
    assert '<a href="/console/calls">open the call list</a>' in page
    home = cast.admin.browser.get("/admin").text
    assert "1 patient to call" in home
    assert 'href="/console/calls"' in home


def test_mails_that_wait_long_are_told_on_the_admin_home(cast: Cast, monday: Clock) -> None:
    make_appointment(cast.clinic)
    assert "mail waits" not in cast.admin.browser.get("/admin").text
    monday.forward(seconds=mails.WAITING_LONG_SECONDS + 60)
    assert "1 mail waits" in cast.admin.browser.get("/admin").text
    assert "due 11 minutes ago" in cast.admin.browser.get("/admin/mails").text


def test_a_mail_that_waits_says_to_whom_in_which_state_and_when_it_is_tried_next(sqlite_app: Flask) -> None:
    cast = make_cast(sqlite_app)
    clinic = cast.clinic
    visit = make_appointment(clinic, given="Zoe", family="Quick")
    make_waiting(clinic, given="Wanda", family="Long")
    change_kind(sqlite_app, "booking-confirmed", due_at=clock.now() + 3600)
    change_kind(sqlite_app, "waitlist-joined", claimed_until_at=clock.now() + 60)
    with sqlite_app.app_context(), snapshot() as session:
        [clinician] = session.scalars(select(User).where(User.practitioner_id == clinic.practitioner))
    page = words(cast.admin.browser.get("/admin/mails").text)
    assert "Mail To State Next try" in page
    zoe = "Booking confirmed, open the booking Mon, Jun 7, 8:00 AM EDT Zoe Quick Planned Mon, Jun 7, 9:00 AM EDT"
    assert zoe in page
    assert "Waitlist joined Mon, Jun 7, 8:00 AM EDT Wanda Long Being sent none" in page
    assert f"{clinician.name} Due now, due less than a minute ago" in page
    assert f"/console/bookings/{visit.id}" in cast.admin.browser.get("/admin/mails").text
