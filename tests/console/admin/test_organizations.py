"""The organization in the admin pages: its fields, two editors, the tree of a health system."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from scheduler import catalog, clock
from scheduler.db import snapshot, transaction
from scheduler.models import Organization
from tests.console.admin.pages import form_of, send
from tests.factories import SYSTEM
from tests.people import Cast

PATH = "/admin/organization"


def own(cast: Cast) -> Organization:
    with cast.clinic.app.app_context(), snapshot() as session:
        return session.get_one(Organization, cast.clinic.organization)


def form(cast: Cast, **changes: str) -> dict[str, str]:
    return form_of(cast.admin.browser.get(PATH).text, PATH) | changes


def below(cast: Cast, name: str, parent: str) -> str:
    with cast.clinic.app.app_context(), transaction() as session:
        return catalog.add_organization(session, by=SYSTEM, now=clock.now(), name=name, parent_id=parent).id


def test_every_field_is_saved_and_the_policy_is_told_in_words(cast: Cast) -> None:
    typed = form(
        cast,
        name="Riverside",
        npi="1234567893",
        phone="617-555-0101",
        email="desk@example.org",
        url="https://riverside.example.org",
        language="es",
        cancellation_notice_minutes="36",
    )
    assert send(cast.admin.browser, PATH, typed).status_code == 303
    saved = own(cast)
    assert (saved.name, saved.npi, saved.language, saved.cancellation_notice_minutes, saved.version) == (
        "Riverside",
        "1234567893",
        "es",
        2160,
        2,
    )
    assert "free of charge until 1 day 12 hours before" in cast.admin.browser.get(PATH).text


def test_quiet_hours_and_titles_are_saved_and_shown_again(cast: Cast) -> None:
    typed = form(cast, quiet_from_minute="20:15", quiet_until_minute="09:00")
    del typed["neutral_titles"]
    assert send(cast.admin.browser, PATH, typed).status_code == 303
    saved = own(cast)
    assert (saved.quiet_from_minute, saved.quiet_until_minute, saved.neutral_titles) == (1215, 540, False)
    page = cast.admin.browser.get(PATH).text
    assert (form(cast)["quiet_from_minute"], form(cast)["quiet_until_minute"]) == ("20:15", "09:00")
    assert 'name="neutral_titles" type="checkbox" value="y"' in page


@pytest.mark.parametrize(
    ("field", "typed", "said"),
    [
        ("name", "", "Name: fill this in."),
        ("npi", "1234567890", "NPI: this is not an NPI"),
        ("email", "nobody", "Email: enter an address"),
        ("cancellation_notice_minutes", "a day", "Cancellation notice: enter whole hours"),
        ("cancellation_notice_minutes", "1e999", "Cancellation notice: enter whole hours"),
        ("cancellation_notice_minutes", "-1", "Cancellation notice: enter whole hours"),
        ("quiet_from_minute", "late", "Quiet from: enter a time such as 21:00"),
        ("quiet_until_minute", "", "Quiet until: enter a time such as 21:00"),
        ("quiet_until_minute", "20:30", "Quiet until: leave at least 4 hours of the day"),
        ("parent_id", "never-was", "Part of: choose another organization"),
    ],
)
def test_what_cannot_be_is_said_at_its_field(cast: Cast, field: str, typed: str, said: str) -> None:
    answer = send(cast.admin.browser, PATH, form(cast, url="https://kept.example.org", **{field: typed}))
    assert answer.status_code == 400
    assert said in answer.text
    assert "https://kept.example.org" in answer.text
    assert own(cast).version == 1


def test_two_people_edit_it_and_nothing_is_overwritten(cast: Cast) -> None:
    mine, theirs = form(cast, phone="617-555-0111"), form(cast, phone="617-555-0122")
    send(cast.admin.browser, PATH, theirs)
    answer = send(cast.admin.browser, PATH, mine)
    assert answer.status_code == 409
    assert "617-555-0111" in answer.text
    assert "617-555-0122" in answer.text
    assert own(cast).phone == "617-555-0122"
    assert send(cast.admin.browser, PATH, form_of(answer.text, PATH)).status_code == 303
    assert own(cast).phone == "617-555-0111"


@pytest.mark.parametrize("version", ["", "0", "x", "9" * 40])
def test_a_form_without_a_sensible_version_conflicts(cast: Cast, version: str) -> None:
    assert send(cast.admin.browser, PATH, form(cast, version=version)).status_code == 409


def test_a_clinic_is_added_below_and_may_be_edited_from_above(cast: Cast) -> None:
    new = {"name": "North Clinic", "parent_id": cast.clinic.organization, "language": "en"}
    answer = send(cast.admin.browser, f"{PATH}/new", new | {"cancellation_notice_minutes": "24"})
    assert answer.status_code == 303
    with cast.clinic.app.app_context(), snapshot() as session:
        child = session.scalars(select(Organization).where(Organization.name == "North Clinic")).one()
    assert child.parent_id == cast.clinic.organization
    path = f"{PATH}/{child.id}"
    typed = form_of(cast.admin.browser.get(path).text, path) | {"name": "North"}
    assert send(cast.admin.browser, path, typed).status_code == 303
    assert "North" in cast.admin.browser.get(PATH).text


def test_one_above_or_beside_can_be_seen_in_the_tree_but_not_opened(cast: Cast) -> None:
    top = below(cast, "System", cast.elsewhere.organization)
    assert "System" in cast.admin.browser.get(PATH).text
    for other in (top, cast.elsewhere.organization, "never-was"):
        assert cast.admin.browser.get(f"{PATH}/{other}").status_code == 404
        assert send(cast.admin.browser, f"{PATH}/{other}", form(cast)).status_code == 404


def test_a_new_one_stands_below_the_own_and_none_below_itself(cast: Cast) -> None:
    new = {"name": "Stray", "parent_id": cast.elsewhere.organization, "language": "en"}
    answer = send(cast.admin.browser, f"{PATH}/new", new)
    assert answer.status_code == 400
    child = below(cast, "Child", cast.clinic.organization)
    assert send(cast.admin.browser, PATH, form(cast, parent_id=child)).status_code == 400
