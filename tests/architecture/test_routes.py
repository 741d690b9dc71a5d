"""Calls every route as everybody, with sense and with nonsense, and holds it against the table."""

from __future__ import annotations

import re

import pytest
from flask import Flask

from scheduler.accounts import routes as accounts_routes
from scheduler.portal import finding
from scheduler.web.access import access_table
from tests.architecture.routes_table import GETS, PEOPLE, POSTS, ROUTES, Route
from tests.architecture.stage import MONDAY, Stage
from tests.support.times import Clock


@pytest.fixture
def stage(sqlite_app: Flask, frozen: Clock) -> Stage:
    frozen.at(MONDAY)
    for throttle in (
        accounts_routes._per_person,
        accounts_routes._per_address,
        finding._per_contact,
        finding._per_address,
        accounts_routes._asks_per_person,
        accounts_routes._asks_per_address,
    ):
        throttle._tries.clear()
    return Stage(sqlite_app)


def test_the_table_names_every_route_of_the_application_with_its_guard(sqlite_app: Flask) -> None:
    guards = access_table(sqlite_app)
    real = {
        (method, rule.rule, str(guards[rule.endpoint]))
        for rule in sqlite_app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    assert {(route.method, route.path, route.guard) for route in ROUTES} == real
    assert {rule.endpoint for rule in sqlite_app.url_map.iter_rules()} == set(guards)


@pytest.mark.parametrize("route", ROUTES, ids=str)
def test_everybody_gets_what_the_table_says(stage: Stage, route: Route) -> None:
    stage.app.config["WTF_CSRF_ENABLED"] = False  # tokens have a test of their own, below
    got = {person: stage.call(route, person) for person in PEOPLE}
    assert {person: answer.status_code for person, answer in got.items()} == route.statuses
    if route.guard == "signed-in" and route.method == "GET":
        for person in ("nobody", "patient"):
            assert got[person].headers["Location"].startswith("/sign-in?next=/console")


@pytest.mark.parametrize("route", GETS, ids=str)
def test_reading_changes_no_row_whoever_reads(stage: Stage, route: Route) -> None:
    path, _, cookie = stage.subject(route)
    browsers = [stage.browser(person, cookie) for person in PEOPLE]
    before = stage.rows()
    for browser in browsers:
        read, asked = browser.get(path), browser.head(path)
        assert asked.status_code == read.status_code
        assert browser.options(path).status_code < 500
    assert stage.rows() == before


@pytest.mark.parametrize("route", POSTS, ids=str)
def test_a_post_from_another_site_is_refused_and_changes_nothing(stage: Stage, route: Route) -> None:
    path, form, cookie = stage.subject(route)
    before = stage.rows()
    for person in PEOPLE:
        browser = stage.browser(person, cookie)
        for marks in (
            {"Origin": "https://evil.example"},
            {"Sec-Fetch-Site": "cross-site"},
            {"Sec-Fetch-Site": "same-site", "Origin": "http://localhost"},
        ):
            status = browser.post(path, data=form, headers=marks).status_code
            assert status == 403 or (status == 401 and route.statuses[person] == 401)
    assert stage.rows() == before


# Holding is guarded by where a request comes from: its page is the same for everybody and can carry no token.
@pytest.mark.parametrize("route", [route for route in POSTS if not route.path.startswith("/hold")], ids=str)
def test_a_post_without_its_forms_token_is_refused(stage: Stage, route: Route) -> None:
    path, form, cookie = stage.subject(route)
    before = stage.rows()
    for person in PEOPLE:
        status = stage.browser(person, cookie).post(path, data=form).status_code
        # who may not come in at all is told so first
        expected = route.statuses[person]
        refused = expected == 401 or (expected == 403 and route.guard.startswith("role"))
        assert status == (expected if refused else 400)
    assert stage.rows() == before


NONSENSE = ("nobody-knows-it", "x" * 400, "%F0%9F%98%80", "%3Cscript%3E", "..%2F..%2Fetc", "%00", "%FF")


@pytest.mark.parametrize("route", [route for route in ROUTES if "<" in route.path], ids=str)
def test_an_address_that_leads_nowhere_is_never_a_failure(stage: Stage, route: Route) -> None:
    stage.app.config["WTF_CSRF_ENABLED"] = False
    for nonsense in NONSENSE:
        path = re.sub(r"<[^>]+>", nonsense, route.path)
        for person in ("nobody", "admin"):
            browser = stage.browser(person, "x" * 22)
            answer = browser.get(path) if route.method == "GET" else browser.post(path)
            outside = person == "nobody" and route.guard.startswith(("signed-in", "role"))
            expected = {400, 404, 414} | ({303, 401} if outside else set())
            assert answer.status_code in expected
            assert "<script>" not in answer.text
