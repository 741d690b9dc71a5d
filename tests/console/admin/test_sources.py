"""Finders in the admin pages: who is unknown, registering, the key that is shown once, pausing, calls and what fails."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import select

from scheduler import booking, clock, outcomes
from scheduler.booking import SYSTEM
from scheduler.db import snapshot, transaction
from scheduler.jobs.runner import tell_finders
from scheduler.models import AuditEntry, Source
from tests.console.admin.pages import form_of, send, undo_of
from tests.factories import DETAILS, make_hold, make_source, visitor
from tests.outcomes.finder import FakeFinder, fake_finder, reply, verified
from tests.people import Cast, browser_of, make_cast
from tests.support.times import Clock

TYPED = {
    "name": "CareFinder",
    "value": "carefinder.example",
    "callback_url": "https://finder.example/outcomes?a=b",
    "return_addresses": "https://finder.example/back\r\n\r\n https://finder.example/back \r\nhttps://finder.example/b",
    "share_outcome": "y",
    "agreed_on": "2027-05-01",
}


@pytest.fixture
def cast(make_app: object, sqlite_url: str, frozen: Clock) -> Cast:
    frozen.at("2027-06-07T08:00:00-04:00")
    return make_cast(make_app(sqlite_url, private_callbacks="1"))  # type: ignore[operator]


@pytest.fixture
def finder() -> Iterator[FakeFinder]:
    with fake_finder() as one:
        yield one


def only_source(app: Flask) -> Source:
    with app.app_context(), snapshot() as session:
        return session.scalars(select(Source)).one()


def errors(page: str) -> list[str]:
    found = re.search(r'(?s)<div class="error-summary".*?</div>', page)
    return (
        [html.unescape(one) for one in re.findall(r'<a href="#[^"]*">(.*?)</a>', found[0])] if found else []
    )


def test_without_a_finder_the_page_says_what_one_is(cast: Cast) -> None:
    page = cast.admin.browser.get("/admin/sources").text
    assert "No finder is registered yet" in page
    assert "None so far." in page


def test_a_finder_is_registered_as_it_was_typed_and_still_needs_a_key(cast: Cast) -> None:
    answer = send(cast.admin.browser, "/admin/sources/new", TYPED)
    row = only_source(cast.clinic.app)
    assert answer.headers["Location"] == f"/admin/sources/{row.id}"
    assert (row.name, row.value, row.callback_url) == tuple(
        TYPED[n] for n in ("name", "value", "callback_url")
    )
    assert row.return_addresses == ["https://finder.example/back", "https://finder.example/b"]
    assert (row.share_outcome, str(row.agreed_on), row.key_hash) == (True, "2027-05-01", None)
    assert "Needs a key" in cast.admin.browser.get("/admin/sources").text
    with cast.clinic.app.app_context(), snapshot() as session:
        noted = session.scalars(select(AuditEntry).where(AuditEntry.object_kind == "source")).one()
        assert (noted.action, noted.object_id) == ("add", row.id)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"name": " "}, "Name: fill this in."),
        ({"value": ""}, "Value of source: fill this in."),
        ({"value": "a\x07b"}, "Value of source: take out the characters that can't be shown."),
        ({"value": "x" * 256}, "Value of source: use at most 255 characters."),
        ({"value": "taken"}, "Value of source: another finder is registered with it. Enter another one."),
        ({"callback_url": "finder.example"}, "Callback address: use a whole address that starts with https://."),
        ({"callback_url": "https://a:b@f.example/"}, "Callback address: leave out the user name and password."),
        ({"return_addresses": "https://ok.example/\njavascript:alert(1)"},
         "Return addresses: use a whole address that starts with https://."),
        ({"agreed_on": "last week"}, "Agreement date: enter a date from 2000 to 2199."),
    ],
)  # fmt: skip
def test_what_cannot_be_kept_is_said_at_its_field_with_all_that_was_typed(
    cast: Cast, change: dict[str, str], sentence: str
) -> None:
    make_source(cast.clinic, value="taken")
    answer = send(cast.admin.browser, "/admin/sources/new", TYPED | change)
    assert answer.status_code == 400
    assert errors(answer.text) == [sentence]
    kept = form_of(answer.text, "/admin/sources/new")
    for name, typed in (TYPED | change).items():
        if name not in ("share_outcome", "agreed_on"):
            assert kept[name].split() == typed.split()


def test_callbacks_inside_the_network_are_refused_unless_a_setting_allows_them(
    sqlite_app: Flask, frozen: Clock
) -> None:
    frozen.at("2027-06-07T08:00:00-04:00")
    cast = make_cast(sqlite_app)
    for address in (
        "http://finder.example/",
        "https://127.0.0.1/",
        "https://[::1]:8443/x",
        "https://10.1.2.3/",
    ):
        answer = send(cast.admin.browser, "/admin/sources/new", TYPED | {"callback_url": address})
        assert answer.status_code == 400, address
        assert errors(answer.text)[0].startswith("Callback address: use ")


def test_the_key_is_shown_once_and_a_new_one_ends_it(cast: Cast) -> None:
    source, _ = make_source(cast.clinic, key=False)
    admin, keys = cast.admin.browser, []
    for _ in range(2):
        page = send(admin, f"/admin/sources/{source.id}/key").text
        found = re.search(r'value="(whsec_[^"]+)"', page)
        assert found is not None
        keys.append(html.unescape(found[1]))
        assert "whsec_" not in admin.get(f"/admin/sources/{source.id}").text
        assert only_source(cast.clinic.app).key_hash == outcomes.key_hash(keys[-1])
    assert keys[0] != keys[1]
    assert "It has key number 2" in admin.get(f"/admin/sources/{source.id}").text


def test_an_edit_is_kept_and_one_made_meanwhile_is_shown_beside_it(cast: Cast) -> None:
    source, _ = make_source(cast.clinic, name="CareFinder")
    admin, path = cast.admin.browser, f"/admin/sources/{source.id}"
    stale = form_of(admin.get(path).text, path)
    assert send(admin, path, TYPED | {"name": "Care Finder", "version": stale["version"]}).status_code == 303
    answer = send(admin, path, TYPED | {"name": "CareFinder Inc.", "version": stale["version"]})
    assert answer.status_code == 409
    assert "Somebody else saved this meanwhile" in answer.text
    assert "CareFinder Inc." in answer.text
    assert only_source(cast.clinic.app).name == "Care Finder"


def test_pausing_is_done_at_once_and_can_be_undone(cast: Cast) -> None:
    source, _ = make_source(cast.clinic)
    admin, path = cast.admin.browser, f"/admin/sources/{source.id}"
    send(admin, f"{path}/pause")
    page = admin.get(path).text
    assert "This finder is paused" in page
    send(admin, undo_of(page))
    assert only_source(cast.clinic.app).active


def test_an_unknown_value_is_counted_shown_as_text_and_registered_from_there(cast: Cast) -> None:
    evil = "<script>alert(1)</script>"
    with cast.clinic.app.app_context(), transaction() as session:
        for _ in range(3):
            outcomes.count_unknown(session, evil, clock.now())
    page = cast.admin.browser.get("/admin/sources").text
    assert evil not in page
    assert html.escape(evil) in page
    assert '<td data-label="Links opened">3</td>' in page
    started = send(cast.admin.browser, "/admin/sources/new", {"act": "start", "value": evil})
    assert started.status_code == 200
    assert form_of(started.text, "/admin/sources/new")["value"] == evil
    send(cast.admin.browser, "/admin/sources/new", TYPED | {"value": evil})
    assert "None so far." in cast.admin.browser.get("/admin/sources").text


def test_the_list_counts_referrals_of_30_days_by_the_states_they_came_to(cast: Cast, frozen: Clock) -> None:
    clinic = cast.clinic
    make_source(clinic, value="carefinder")
    with clinic.app.app_context(), transaction() as session:
        outcomes.opened(session, "carefinder", "old", clock.now())
    frozen.forward(days=31)
    starts = clinic.starts()
    for number in range(3):
        by = visitor()
        held = make_hold(
            clinic, by=by, start=starts[number * 4], source="carefinder", booking_referral=f"r{number}"
        )
        if number:
            with clinic.app.app_context():
                booking.book(by=by, appointment_id=held.id, details=DETAILS)
                if number == 2:
                    booking.cancel(by=SYSTEM, appointment_id=held.id)
    assert cast.admin.user is not None
    page = browser_of(clinic.app, cast.admin.user).get("/admin/sources").text  # signed in anew after a month
    shown = dict(re.findall(r'<td data-label="(\w+)">(\d+)</td>', page))
    assert shown == {
        "Referrals": "3", "Started": "0", "Held": "3", "Booked": "2", "Moved": "0", "Cancelled": "1", "Lapsed": "0",
        "Gone": "0",
    }  # fmt: skip


def test_a_test_call_says_how_it_went(cast: Cast, finder: FakeFinder) -> None:
    source, key = make_source(cast.clinic, callback_url=finder.url)
    path = f"/admin/sources/{source.id}/test"
    assert "The finder answered 204." in send(cast.admin.browser, path).text
    assert verified(key, finder.calls[0])
    finder.answer = lambda handler: reply(handler, 500)
    answer = send(cast.admin.browser, path)
    assert "The test call did not arrive" in answer.text
    assert "The finder&#39;s callback answered 500." in answer.text


def test_a_test_call_without_address_or_key_says_what_is_missing(cast: Cast) -> None:
    source, _ = make_source(cast.clinic)
    answer = send(cast.admin.browser, f"/admin/sources/{source.id}/test")
    assert answer.status_code == 409
    assert "needs a callback address and a key" in answer.text


def test_calls_that_failed_are_said_on_the_finders_page_alone_and_tried_again_from_there(
    cast: Cast, finder: FakeFinder
) -> None:
    source, _ = make_source(cast.clinic, value="carefinder", callback_url=finder.url)
    finder.answer = lambda handler: reply(handler, 503)
    make_hold(cast.clinic, source="carefinder", booking_referral="r-1")
    tell_finders(cast.clinic.app)
    admin, path = cast.admin.browser, f"/admin/sources/{source.id}"
    page = admin.get(path).text
    assert "1 call failed" in page
    assert "The finder&#39;s callback answered 503." in page
    assert "callback answered" not in admin.get("/admin/mails").text
    finder.answer = lambda handler: reply(handler, 200)
    assert "One call is tried again now." in admin.get(send(admin, f"{path}/again").headers["Location"]).text
    tell_finders(cast.clinic.app)
    assert finder.states == ["held", "held"]
    assert "1 call failed" not in admin.get(path).text
