"""People: adding a clinician at once, inviting, changing roles, leaving, and never without an administrator."""

from __future__ import annotations

import re
from typing import Any

import pytest
from sqlalchemy import select

from scheduler import accounts, clock
from scheduler.booking import SYSTEM
from scheduler.db import snapshot, transaction
from scheduler.errors import InvalidInput
from scheduler.jobs.runner import deliver
from scheduler.models import Practitioner, PractitionerRole, Slug, User, UserRole
from tests.factories import make_appointment, make_practitioner, make_user
from tests.notify.test_deliver import mails, part
from tests.people import Cast, browser_of

ANA = {
    "display_name": "Dr. Ana Lopez",
    "prefix": "Dr.",
    "given": "Ana",
    "family": "Lopez",
    "npi": "1234567893",
    "languages": "English, Spanish",
    "specialty_code": "419772000",
    "invite": "y",
    "email": "ana.lopez@example.org",
    "also": ["front-desk"],
}


@pytest.fixture(autouse=True)
def no_tokens(cast: Cast) -> None:
    """Tokens have a test of their own, over all routes."""
    cast.clinic.app.config["WTF_CSRF_ENABLED"] = False


def read(cast: Cast, query: Any) -> list[Any]:
    with cast.clinic.app.app_context(), snapshot() as session:
        return list(session.scalars(query))


def user_form(cast: Cast, user: User, **more: Any) -> dict[str, Any]:
    """The form of somebody's page as it was sent to the administrator, with changes."""
    page = cast.admin.browser.get(f"/admin/people/users/{user.id}").text
    seen = re.search(r'name="seen" type="hidden" value="(\w+)"', page)
    assert seen is not None
    roles = read(cast, select(UserRole.role).where(UserRole.user_id == user.id))
    form = {"name": user.name, "email": user.email, "roles": roles, "seen": seen[1]}
    return form | {"practitioner_id": user.practitioner_id or ""} | more


def someone(person: Any) -> User:
    assert person.user is not None
    found: User = person.user
    return found


def test_a_clinician_is_added_with_place_and_sign_in_at_once(cast: Cast) -> None:
    form = ANA | {"location_id": cast.clinic.location}
    answer = cast.admin.browser.post("/admin/people/clinician", data=form)
    assert answer.status_code == 303
    person = read(cast, select(Practitioner).where(Practitioner.npi == "1234567893"))[0]
    [role] = read(cast, select(PractitionerRole).where(PractitionerRole.practitioner_id == person.id))
    [user] = read(cast, select(User).where(User.practitioner_id == person.id))
    assert (role.location_id, role.specialty) == (cast.clinic.location, "Family practice")
    assert person.languages == ["en", "es"]
    roles = read(cast, select(UserRole.role).where(UserRole.user_id == user.id))
    assert sorted(roles) == ["clinician", "front-desk"]
    page = cast.admin.browser.get(answer.headers["Location"]).text
    link = re.search(r"http://localhost(/invitation/\w+)", page)
    assert link is not None
    assert "/invitation/" not in cast.admin.browser.get(answer.headers["Location"]).text, "it is shown once"
    deliver(cast.clinic.app)
    [mail] = [mail for mail in mails(cast.clinic.app) if mail["To"] == "ana.lopez@example.org"]
    assert mail["Subject"] == "You're invited to Riverside Clinic"
    assert link[1] in part(mail, "plain")
    browser = cast.clinic.app.test_client()
    assert browser.post(link[1], data={"password": "several words in a row"}).status_code == 303
    assert "Dr. Ana Lopez" in browser.get("/console/profile").text


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"display_name": ""}, ["Name: enter it"]),
        ({"location_id": ""}, ["Place: choose one of the list."]),
        ({"specialty_code": "nonsense"}, ["Specialty: choose one of"]),
        ({"email": ""}, ["Email: enter the address that the invitation goes to"]),
        ({"languages": "Klingonese"}, ["Languages: enter names"]),
        (
            {"npi": "1234567890", "email": "no-address"},
            ["NPI: this is not an NPI", "Email: enter an address"],
        ),
    ],
)
def test_what_is_wrong_with_any_part_adds_nothing(
    cast: Cast, fields: dict[str, str], said: list[str]
) -> None:
    before = len(read(cast, select(Practitioner)))
    form = ANA | {"location_id": cast.clinic.location} | fields
    answer = cast.admin.browser.post("/admin/people/clinician", data=form)
    assert answer.status_code == 400
    for sentence in said:
        assert sentence in answer.text
    assert 'value="Lopez"' in answer.text
    assert len(read(cast, select(Practitioner))) == before
    assert read(cast, select(User).where(User.email == ANA["email"])) == []


def test_people_are_found_by_name_address_or_npi_without_a_word_in_the_address(cast: Cast) -> None:
    owner, desk = someone(cast.owner), someone(cast.desk)
    everybody = cast.admin.browser.get("/admin/people").text
    for said in ("Dr. Maya Chen", "Dr. Omar Reyes", owner.email, desk.email):
        assert said in everybody
    found = cast.admin.browser.post("/admin/people", data={"q": "OMAR"}).text
    assert "Dr. Omar Reyes" in found
    assert "Dr. Maya Chen" not in found
    assert desk.email in cast.admin.browser.post("/admin/people", data={"q": desk.email[:8]}).text
    none = cast.admin.browser.post("/admin/people", data={"q": "<script>nobody"}).text
    assert "Nobody matches what you typed" in none
    assert "<script>nobody" not in none


def test_roles_change_and_hold_at_the_next_page(cast: Cast) -> None:
    desk = someone(cast.desk)
    path = f"/admin/people/users/{desk.id}"
    form = user_form(cast, desk, roles=["front-desk", "admin"])
    assert cast.admin.browser.post(path, data=form).status_code == 303
    assert cast.desk.browser.get("/admin/people").status_code == 200
    form = user_form(cast, desk, roles=["clinician"])
    answer = cast.admin.browser.post(path, data=form)
    assert answer.status_code == 400
    assert "Practitioner: name the practitioner" in answer.text


def test_nobody_shuts_themselves_out_or_takes_the_last_administrator_away(cast: Cast) -> None:
    admin, browser = someone(cast.admin), cast.admin.browser
    path = f"/admin/people/users/{admin.id}"
    own = browser.post(path, data=user_form(cast, admin, roles=["front-desk"]))
    assert own.status_code == 400
    assert "can&#39;t take this from yourself" in own.text
    browser.post(f"{path}/deactivate")
    assert "can&#39;t take this from yourself" in browser.get(path).text
    assert browser.get("/admin/people").status_code == 200
    second = make_user(cast.clinic, role="admin")
    with cast.clinic.app.app_context(), transaction() as session:
        for user_id in (admin.id, second.id):
            target = accounts.users.find_user(session, user_id, cast.clinic.organization)
            if user_id == second.id:
                with pytest.raises(InvalidInput, match="nobody else here is an administrator"):
                    accounts.users.set_active(session, by=SYSTEM, now=clock.now(), user=target, active=False)
            else:
                accounts.users.set_active(session, by=SYSTEM, now=clock.now(), user=target, active=False)


def test_an_invited_administrator_who_never_signed_in_does_not_count(cast: Cast) -> None:
    with cast.clinic.app.app_context(), transaction() as session:
        accounts.invite(
            session,
            by=SYSTEM,
            now=clock.now(),
            organization_id=cast.clinic.organization,
            email="later@example.org",
            name="Later",
            roles=["admin"],
        )
        target = accounts.users.find_user(session, someone(cast.admin).id, cast.clinic.organization)
        with pytest.raises(InvalidInput, match="nobody else here"):
            accounts.users.set_active(session, by=SYSTEM, now=clock.now(), user=target, active=False)


def test_deactivating_ends_sessions_and_can_be_undone(cast: Cast) -> None:
    desk = someone(cast.desk)
    path = f"/admin/people/users/{desk.id}"
    cast.admin.browser.post(f"{path}/deactivate")
    assert cast.desk.browser.get("/console/profile").status_code == 303
    page = cast.admin.browser.get(path).text
    assert "Deactivated" in page
    assert f'action="{path}/activate"' in page
    assert cast.admin.browser.post(f"{path}/activate").status_code == 303
    assert cast.desk.browser.get("/console/profile").status_code == 303, "the old session stays ended"
    assert browser_of(cast.clinic.app, desk).get("/console/profile").status_code == 200


def test_two_administrators_who_edit_one_person_see_each_others_change(cast: Cast) -> None:
    desk = someone(cast.desk)
    form = user_form(cast, desk, name="First Editor")
    late = form | {"name": "Second Editor", "roles": ["admin"]}
    path = f"/admin/people/users/{desk.id}"
    assert cast.admin.browser.post(path, data=form).status_code == 303
    answer = cast.admin.browser.post(path, data=late)
    assert answer.status_code == 409
    for said in ("Somebody else saved this meanwhile", "First Editor", "Second Editor", "Front desk"):
        assert said in answer.text
    assert [user.name for user in read(cast, select(User).where(User.id == desk.id))] == ["First Editor"]


def test_an_invitation_is_sent_again_and_the_earlier_one_is_void(cast: Cast) -> None:
    form = {"name": "New Desk", "email": "new@example.org", "roles": ["front-desk"], "practitioner_id": ""}
    page = cast.admin.browser.post("/admin/people/invite", data=form).headers["Location"]
    first = re.search(r"(/invitation/\w+)", cast.admin.browser.get(page).text)
    cast.admin.browser.post(f"{page}/invite")
    second = re.search(r"(/invitation/\w+)", cast.admin.browser.get(page).text)
    assert first is not None
    assert second is not None
    assert cast.nobody.browser.get(first[1]).status_code == 404
    assert cast.nobody.browser.get(second[1]).status_code == 200


def test_a_practitioner_is_changed_and_gets_another_page_word(cast: Cast) -> None:
    path = f"/admin/people/practitioners/{cast.clinic.practitioner}"
    form = {"display_name": "Dr. Maya Chen", "languages": "English", "version": "1", "suffix": "MD"}
    refused = cast.admin.browser.post(path, data=form | {"slug": "photos", "npi": "1"})
    assert refused.status_code == 400
    assert "NPI: an NPI has ten digits" in refused.text
    taken = cast.admin.browser.post(path, data=form | {"slug": "photos"})
    assert "Link: that word is kept for our own pages" in taken.text
    assert cast.admin.browser.post(path, data=form | {"slug": "doctor-maya"}).status_code == 303
    words = read(cast, select(Slug).where(Slug.target_id == cast.clinic.practitioner))
    assert {(word.slug, word.current) for word in words} == {("maya-chen", False), ("doctor-maya", True)}
    late = cast.admin.browser.post(path, data=form | {"slug": "doctor-maya", "suffix": "DO"})
    assert late.status_code == 409
    assert "Somebody else saved this meanwhile" in late.text
    assert 'value="DO"' in late.text


def test_a_place_is_added_with_a_specialty_by_name_and_changed(cast: Cast) -> None:
    person = make_practitioner(cast.clinic)
    path = f"/admin/people/practitioners/{person.practitioner}"
    form = {"location_id": cast.clinic.location, "specialty_code": "394579002", "active": "y"}
    assert ">Cardiology</option>" in cast.admin.browser.get(f"{path}/places").text
    assert cast.admin.browser.post(f"{path}/places", data=form).status_code == 303
    again = cast.admin.browser.post(f"{path}/places", data=form)
    assert again.status_code == 400
    assert "they have this one at this place already" in again.text
    role = f"/admin/people/places/{person.role}"
    ends = form | {"specialty_code": "419772000", "version": "1"}
    wrong = cast.admin.browser.post(role, data=ends | {"period_start": "2027-02-30"})
    assert "From: enter a date such as 2027-06-08." in wrong.text
    wrong = cast.admin.browser.post(
        role, data=ends | {"period_start": "2027-02-02", "period_end": "2027-02-01"}
    )
    assert "Until: set it on or after the first day." in wrong.text
    assert cast.admin.browser.post(role, data=ends | {"period_end": "2027-02-01"}).status_code == 303
    assert "until Monday, February 1, 2027" in cast.admin.browser.get(path).text
    assert cast.admin.browser.post(role, data=ends).status_code == 409


def test_retiring_says_how_many_bookings_stay_and_can_be_undone(cast: Cast) -> None:
    made = make_appointment(cast.clinic)
    path = f"/admin/people/practitioners/{cast.clinic.practitioner}"
    assert "1 booking to come stay as they are" in cast.admin.browser.get(path).text
    assert cast.admin.browser.post(f"{path}/retire").status_code == 303
    page = cast.admin.browser.get(path).text
    assert "1 booking to come stay." in page
    assert f'action="{path}/return"' in page
    assert cast.nobody.browser.get(f"/{cast.clinic.slug}").status_code == 404
    day = made.wall_time[:10]
    assert f"/console/bookings/{made.id}" in cast.desk.browser.get(f"/console/day/{day}").text
    assert cast.admin.browser.post(f"{path}/return").status_code == 303
    assert read(cast, select(Practitioner.active).where(Practitioner.id == cast.clinic.practitioner)) == [
        True
    ]
