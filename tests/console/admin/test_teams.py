"""Teams in the admin pages: making one, its fair order with figures, changing, pausing and removing it."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from scheduler.catalog import pools
from scheduler.console.admin.teams import Line
from scheduler.db import snapshot
from scheduler.models import AuditEntry, Pool, Schedule
from tests.console.admin.pages import send, undo_of
from tests.factories import make_appointment, make_pool, make_practitioner, make_schedule, make_type
from tests.people import Cast
from tests.support.times import Clock


@pytest.fixture(autouse=True)
def monday(frozen: Clock) -> None:
    frozen.at("2027-06-07T08:00:00-04:00")


@pytest.fixture
def second(cast: Cast) -> Schedule:
    """The clinic's type with another clinician."""
    omar = make_practitioner(cast.clinic, display_name="Dr. Omar Haddad", given="Omar", family="Haddad")
    return make_schedule(cast.clinic, hosts=[omar.actor])


def members(cast: Cast, pool_id: str) -> dict[str, int]:
    with cast.clinic.app.app_context(), snapshot() as session:
        return pools.members_of(session, pool_id)


def the_pool(cast: Cast) -> Pool | None:
    with cast.clinic.app.app_context(), snapshot() as session:
        return session.scalars(select(Pool)).one_or_none()


def new_team(cast: Cast, second: Schedule) -> dict[str, str | list[str]]:
    return {
        "type": cast.clinic.type,
        "name": "Riverside team",
        "slug": "",
        "member": [cast.clinic.schedule, second.id],
        f"priority-{cast.clinic.schedule}": "5",
        f"priority-{second.id}": "",
    }


def test_without_a_team_the_page_says_what_one_is_for(cast: Cast) -> None:
    page = cast.admin.browser.get("/admin/teams").text
    assert "There is no team yet" in page
    assert (
        f'href="/admin/teams/new?type={cast.clinic.type}"' in cast.admin.browser.get("/admin/teams/new").text
    )


def test_a_team_is_made_of_ticked_offers_with_priorities(cast: Cast, second: Schedule) -> None:
    form = cast.admin.browser.get(f"/admin/teams/new?type={cast.clinic.type}").text
    assert "Dr. Omar Haddad" in form
    done = send(cast.admin.browser, "/admin/teams/new", new_team(cast, second))
    pool = the_pool(cast)
    assert pool is not None
    assert (done.status_code, done.headers["Location"]) == (303, f"/admin/teams/{pool.id}")
    assert members(cast, pool.id) == {cast.clinic.schedule: 5, second.id: 0}
    page = cast.admin.browser.get(f"/admin/teams/{pool.id}").text
    assert "/riverside-team/new-patient-visit" in page
    assert "/riverside-team" in cast.admin.browser.get("/admin/teams").text


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"name": ""}, "Name: "),
        ({"slug": "console"}, "Link: that word is kept for our own pages"),
        ({"slug": "Knee Team"}, "Link: use small letters"),
        ({"slug": "maya-chen"}, "Link: somebody has or had that word"),
        ({"member": []}, "Members: choose 1 to 200."),
        ({"member": ["nothing"]}, "Members: choose one of the list."),
        ({"priority": "101"}, "Priority: enter a whole number from 0 to 100."),
        ({"priority": "-1"}, "Priority: enter a whole number from 0 to 100."),
        ({"priority": "٣"}, "Priority: enter a whole number from 0 to 100."),
        ({"priority": "9" * 5000}, "Priority: enter a whole number from 0 to 100."),
    ],
)
def test_what_cannot_be_saved_is_named_and_the_form_comes_back_filled(
    cast: Cast, second: Schedule, change: dict[str, str | list[str]], sentence: str
) -> None:
    form = new_team(cast, second) | {"name": "Our team"}
    if "priority" in change:
        change = {f"priority-{second.id}": change["priority"]}
    done = send(cast.admin.browser, "/admin/teams/new", form | change)
    assert done.status_code == 400
    assert sentence in done.text
    if "member" not in change:
        assert done.text.count(" checked>") == 2
    assert the_pool(cast) is None


def test_the_fair_order_shows_its_figures_and_who_is_next(cast: Cast, second: Schedule) -> None:
    make_appointment(cast.clinic, start=cast.clinic.starts()[3])
    pool = make_pool(cast.clinic, {cast.clinic.schedule: 9, second.id: 0})
    page = " ".join(cast.admin.browser.get(f"/admin/teams/{pool.id}").text.split())
    assert "0 visits in 160 open hours" in page
    assert "1 visit in 160 open hours" in page
    assert page.index("0 visits in 160") < page.index("Next</span>") < page.index("1 visit in 160")
    assert "Mon, May 17 to Sun, Jun 13" in page


@pytest.mark.parametrize(
    ("booked", "available", "words"),
    [
        (12, 144000, "12 visits in 40 open hours"),
        (1, 3600, "1 visit in 1 open hour"),
        (0, 0, "0 visits, no open hours"),
        (2, 135000, "2 visits in 37.5 open hours"),
    ],
)
def test_figures_are_said_in_words(booked: int, available: int, words: str) -> None:
    assert Line("Dr. Chen", booked, available, 0, True).figures == words


def test_a_team_is_changed_as_a_whole(cast: Cast, second: Schedule) -> None:
    pool = make_pool(cast.clinic, {cast.clinic.schedule: 0})
    with cast.clinic.app.app_context(), snapshot() as session:
        seen = pools.stamp(session, session.get_one(Pool, pool.id))
    form = {
        "version": seen, "name": "Knee team", "slug": "knee", "member": [second.id], f"priority-{second.id}": "7",
    }  # fmt: skip
    done = send(cast.admin.browser, f"/admin/teams/{pool.id}", form)
    assert done.status_code == 303
    assert members(cast, pool.id) == {second.id: 7}
    assert cast.admin.browser.get("/riverside-team").headers["Location"] == "/knee"
    with cast.clinic.app.app_context(), snapshot() as session:
        entry = session.scalars(select(AuditEntry).where(AuditEntry.object_id == pool.id)).all()[-1]
    assert (entry.action, entry.details["fields"]) == ("edit", ["name", "members"])
    # what was seen is no longer what is saved
    late = send(cast.admin.browser, f"/admin/teams/{pool.id}", form | {"name": "Hip team"})
    assert late.status_code == 409
    assert "Hip team" in late.text
    assert "Somebody else saved this meanwhile" in late.text
    assert members(cast, pool.id) == {second.id: 7}


def test_a_team_is_paused_and_resumed_with_undo(cast: Cast) -> None:
    pool = make_pool(cast.clinic, {cast.clinic.schedule: 0})
    done = send(cast.admin.browser, f"/admin/teams/{pool.id}/pause", {})
    assert done.status_code == 303
    page = cast.admin.browser.get(f"/admin/teams/{pool.id}").text
    assert "This team is paused" in page
    assert undo_of(page) == f"/admin/teams/{pool.id}/resume"
    send(cast.admin.browser, f"/admin/teams/{pool.id}/resume", {})
    found = the_pool(cast)
    assert found is not None
    assert found.active


def test_removing_a_team_is_asked_about_and_leaves_members_and_bookings(cast: Cast) -> None:
    visit = make_appointment(cast.clinic)
    pool = make_pool(cast.clinic, {cast.clinic.schedule: 0})
    assert "will lead nowhere" in cast.admin.browser.get(f"/admin/teams/{pool.id}/remove").text
    assert the_pool(cast) is not None
    assert (
        send(cast.admin.browser, f"/admin/teams/{pool.id}/remove", {}).headers["Location"] == "/admin/teams"
    )
    assert the_pool(cast) is None
    assert cast.admin.browser.get(f"/admin/teams/{pool.id}").status_code == 404
    assert cast.admin.browser.get(f"/console/bookings/{visit.id}").status_code == 200
    # the word stays its own: nobody else gets it
    assert send(cast.admin.browser, "/admin/teams/new", {
        "type": cast.clinic.type, "name": "Next", "slug": "riverside-team", "member": cast.clinic.schedule,
    }).status_code == 400  # fmt: skip


def test_types_of_others_make_no_team(cast: Cast) -> None:
    assert cast.admin.browser.get("/admin/teams/new?type=nothing").status_code == 404
    other = make_schedule(cast.clinic, type=make_type(cast.clinic).id)
    done = send(
        cast.admin.browser,
        "/admin/teams/new",
        {"type": cast.clinic.type, "name": "Mixed", "member": other.id},
    )
    assert done.status_code == 400
    assert "Members: choose offers of this type only." in done.text


def test_the_share_page_gives_the_teams_link_to_who_is_in_it(cast: Cast, second: Schedule) -> None:
    make_pool(cast.clinic, {cast.clinic.schedule: 0})
    for person, shown in ((cast.admin, True), (cast.desk, True), (cast.owner, True), (cast.colleague, False)):
        page = person.browser.get("/console/share").text
        assert ("/riverside-team/new-patient-visit" in page) is shown
