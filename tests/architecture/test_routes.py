"""Calls every route as everybody, with sense and with nonsense, and holds it against the table."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask

from scheduler import create_app
from scheduler.db import db
from scheduler.web.access import access_table
from tests.architecture.routes_table import GETS, PEOPLE, POSTS, ROUTES, Route
from tests.architecture.stage import MONDAY, Stage
from tests.people import Cast, cast_on, make_cast
from tests.support.apps import settings_for
from tests.support.databases import SqliteTemplates
from tests.support.served import forget_tries
from tests.support.times import Clock


@pytest.fixture(scope="session")
def set_stage(
    sqlite_templates: SqliteTemplates, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, Cast]:
    """A database with the cast, made once per test process on that Monday, and who is in it."""
    folder, clock = tmp_path_factory.mktemp("stage"), Clock()
    app = create_app(settings_for(sqlite_templates.copy(folder / "stage.sqlite"), folder))
    clock.at(MONDAY)
    cast = make_cast(app)
    clock.go_on()
    with app.app_context():
        db.engine.dispose()
    return folder / "stage.sqlite", cast


@pytest.fixture
def stage(
    set_stage: tuple[Path, Cast], make_app: Callable[..., Flask], tmp_path: Path, frozen: Clock
) -> Stage:
    """The stage, on a database of the test's own."""
    frozen.at(MONDAY)
    forget_tries()
    database, cast = set_stage
    shutil.copyfile(database, tmp_path / "stage.sqlite")
    app = make_app(f"sqlite:///{tmp_path / 'stage.sqlite'}")
    return Stage(app, cast_on(app, cast))


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
    got = stage.call_as_everybody(route)
    assert {person: answer.status_code for person, answer in got.items()} == route.statuses
    if route.guard == "signed-in" and route.method == "GET":
        for person in ("nobody", "patient"):
            assert got[person].headers["Location"].startswith("/sign-in?next=/console")


@pytest.mark.parametrize("route", GETS, ids=str)
def test_reading_changes_no_row_whoever_reads(stage: Stage, route: Route) -> None:
    path, _, cookie = stage.subject(route)
    browsers = {person: stage.browser(person, cookie) for person in PEOPLE}
    before = stage.rows()
    for person, browser in browsers.items():
        read = browser.get(path)
        if person in (
            "nobody",
            "patient",
            "owner",
            "admin",
        ):  # the others are let in as one of these, or refused
            assert browser.head(path).status_code == read.status_code
    assert browsers["nobody"].options(path).status_code < 500
    assert browsers["admin"].options(path).status_code < 500
    assert stage.rows() == before


OTHER_SITE = {"Origin": "https://evil.example"}
OTHER_SITES = (
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site", "Origin": "http://localhost"},
)


@pytest.mark.parametrize("route", POSTS, ids=str)
def test_a_post_from_another_site_or_without_its_forms_token_is_refused_and_changes_nothing(
    stage: Stage, route: Route
) -> None:
    path, form, cookie = stage.subject(route)
    browsers = {person: stage.browser(person, cookie) for person in PEOPLE}
    before = stage.rows()
    for person, browser in browsers.items():
        expected = route.statuses[person]
        # by which mark a request gives itself away has nothing to do with who sends it
        for marks in (OTHER_SITE, *(OTHER_SITES if person in ("nobody", "patient", "admin") else ())):
            status = browser.post(path, data=form, headers=marks).status_code
            assert status == 403 or (status == 401 and expected == 401)
        # these are guarded by where a request comes from: their pages are the same for everybody and can carry no token
        if not route.path.startswith(("/hold", "/language")):
            # who may not come in at all is told so first
            refused = expected == 401 or (expected == 403 and route.guard.startswith("role"))
            assert browser.post(path, data=form).status_code == (expected if refused else 400)
    assert stage.rows() == before


NONSENSE = ("nobody-knows-it", "x" * 400, "%F0%9F%98%80", "%3Cscript%3E", "..%2F..%2Fetc", "%00", "%FF")


@pytest.mark.parametrize("route", [route for route in ROUTES if "<" in route.path], ids=str)
def test_an_address_that_leads_nowhere_is_never_a_failure(stage: Stage, route: Route) -> None:
    stage.app.config["WTF_CSRF_ENABLED"] = False
    outside = route.guard.startswith(("signed-in", "role"))
    for person in ("nobody", "admin"):
        browser = stage.browser(person, "x" * 22)
        for nonsense in NONSENSE:
            path = re.sub(r"<[^>]+>", nonsense, route.path)
            answer = browser.get(path) if route.method == "GET" else browser.post(path)
            expected = {400, 404, 414} | ({303, 401} if outside and person == "nobody" else set())
            if route.guard == "key":  # a program without one learns nothing, whatever it asks for
                expected |= {401}
            assert answer.status_code in expected
            assert "<script>" not in answer.text
