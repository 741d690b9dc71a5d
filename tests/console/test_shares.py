"""Share: links and their state, QR codes, the switch for finders, the feed's age."""

from __future__ import annotations

import io
import re
from typing import Any

import pytest
import segno
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from scheduler import catalog, clock
from scheduler.booking import SYSTEM
from scheduler.console.shares import Url
from scheduler.db import snapshot, transaction
from scheduler.models import AppointmentType, AuditEntry, Practitioner
from tests.factories import (
    Clinic,
    make_clinic,
    make_practitioner,
    make_schedule,
    make_type,
    make_user,
)
from tests.people import browser_of
from tests.support.times import Clock

MONDAY = "2027-06-07T08:00:00-04:00"


@pytest.fixture
def clinic(sqlite_app: Flask, frozen: Clock) -> Clinic:
    frozen.at(MONDAY)
    return make_clinic(sqlite_app)


@pytest.fixture
def admin(clinic: Clinic) -> FlaskClient:
    return browser_of(clinic.app, make_user(clinic))


def post(browser: FlaskClient, path: str) -> Any:
    found = re.search(r'name="csrf_token" value="([^"]+)"', browser.get("/console/share").text)
    assert found is not None
    return browser.post(path, data={"csrf_token": found[1]})


def change(clinic: Clinic, **changes: Any) -> None:
    with clinic.app.app_context(), transaction() as session:
        kind = session.get_one(AppointmentType, clinic.type)
        catalog.edit_appointment_type(
            session,
            by=SYSTEM,
            now=clock.now(),
            appointment_type_id=kind.id,
            version=kind.version,
            **changes,
        )


def visibility(clinic: Clinic) -> str:
    with clinic.app.app_context(), snapshot() as session:
        return session.get_one(AppointmentType, clinic.type).visibility


@pytest.mark.parametrize(
    "url",
    [
        "http://localhost/maya-chen/new-patient-visit",
        "https://book.example.org/x/y?private=" + "Zz09_-" * 5,
    ],
)
def test_the_qr_code_is_the_links(url: str) -> None:
    drawn = str(Url(url).qr)
    code = segno.make(url, error="m", micro=False)
    pixels = [[False] * code.symbol_size(border=4)[0] for _ in range(code.symbol_size(border=4)[1])]
    path = re.search(r'class="qrline" stroke="#000" d="([^"]+)"', drawn)
    assert path is not None
    x = y = 0.0
    for step, first, second in re.findall(r"([Mmh])(-?[\d.]+)(?: (-?[\d.]+))?", path[1]):
        if step == "h":
            for at in range(int(x), int(x) + int(first)):
                pixels[int(y)][at] = True
            x += int(first)
        else:
            x, y = (x + float(first), y + float(second)) if step == "m" else (float(first), float(second))
    assert pixels == [list(map(bool, row)) for row in code.matrix_iter(border=4)]
    png = io.BytesIO()
    code.save(png, kind="png")
    assert png.getvalue()


def test_each_link_has_its_ways_and_its_sheet(clinic: Clinic, admin: FlaskClient) -> None:
    page = admin.get("/console/share").text
    url = f"http://localhost{clinic.times_path}"
    assert f"Book New patient visit with Dr. Maya Chen online: {url}" in page
    assert f"&lt;a href=&#34;{url}&#34;" in page
    assert "Next opening: Mon, Jun 7, 9:00 AM EDT" in page
    sheet = admin.get(f"/console/share/{clinic.practitioner}/{clinic.type}/print").text
    assert url in sheet
    assert 'class="segno"' in sheet
    for path in ("nobody", clinic.location):
        assert admin.get(f"/console/share/{path}/{clinic.type}/print").status_code == 404


def test_the_switch_for_finders_is_undone_by_its_toast(clinic: Clinic, admin: FlaskClient) -> None:
    assert post(admin, f"/console/share/{clinic.type}/hide").status_code == 303
    page = admin.get("/console/share").text
    assert visibility(clinic) == "page"
    assert "New patient visit is on your page only now." in page
    assert "On your page only" in page
    undo = re.search(r'action="(/console/share/[^"]+/show)"', page)
    assert undo is not None
    assert post(admin, undo[1]).status_code == 303
    assert visibility(clinic) == "feed"
    assert post(admin, undo[1]).status_code == 303
    with clinic.app.app_context(), snapshot() as session:
        entries = session.scalars(select(AuditEntry).where(AuditEntry.action == "edit")).all()
        assert [entry.details["fields"] for entry in entries] == [["visibility"], ["visibility"]]


@pytest.mark.parametrize("state", ["paused", "link"])
def test_a_paused_or_private_type_is_not_switched(clinic: Clinic, admin: FlaskClient, state: str) -> None:
    change(clinic, visibility=state)
    assert post(admin, f"/console/share/{clinic.type}/show").status_code == 303
    assert visibility(clinic) == state
    page = admin.get("/console/share").text
    assert "Nothing was changed: New patient visit is paused or by private link only." in page
    assert f'href="/console/types/{clinic.type}"' in page
    assert "Show in finders" not in page
    assert "Nobody can book it" in page


def test_private_links_are_shown_with_label_and_end(clinic: Clinic, admin: FlaskClient) -> None:
    change(clinic, visibility="link")
    with clinic.app.app_context(), transaction() as session:
        for label, ends in (("For staff", clock.now() + 3600), ("", None)):
            made = catalog.add_share_link(
                session,
                by=SYSTEM,
                now=clock.now(),
                appointment_type_id=clinic.type,
                label=label,
                expires_at=ends,
            )
    page = admin.get("/console/share").text
    assert "For staff for New patient visit with Dr. Maya Chen" in page
    assert "Opens until Mon, Jun 7, 9:00 AM EDT." in page
    assert f"{clinic.times_path}?private={made.token}" in page
    assert clinic.app.test_client().get(f"{clinic.times_path}?private={made.token}").status_code == 200


def test_what_stands_in_the_way_is_said_with_its_fix(clinic: Clinic, admin: FlaskClient) -> None:
    with clinic.app.app_context(), transaction() as session:
        session.get_one(Practitioner, clinic.practitioner).npi = None
    page = admin.get("/console/share").text
    assert "Finders list its times, but can&#39;t show who the clinician is: the NPI is missing." in page
    assert f'href="/admin/people/practitioners/{clinic.practitioner}"' in page
    own = browser_of(clinic.app, make_user(clinic, role="clinician", email="own@example.org"))
    page = own.get("/console/share").text
    assert "the NPI is missing. An administrator of your clinic can add it." in page
    assert "Add the NPI" not in page
    change(clinic, duration_minutes=900)
    page = admin.get("/console/share").text
    assert "It has no opening in the next 60 days." in page
    assert 'href="/console/hours"' in page


def test_the_feeds_age_and_size_come_from_the_publication(
    clinic: Clinic, admin: FlaskClient, frozen: Clock
) -> None:
    manifest = clinic.app.test_client().get("/fhir/$bulk-publish").get_json()
    times = sum(file["count"] for file in manifest["output"] if file["type"] == "Slot")
    frozen.at("2027-06-07T08:00:20-04:00")
    page = admin.get("/console/share").text
    assert re.search(rf"The feed was built \d+ seconds? ago and lists {times:,} times\.", page)
    change(clinic, name="Another name")
    assert "It has changed since: whoever reads it next gets the new one." in admin.get("/console/share").text


def test_colleagues_types_are_neither_seen_nor_switched(clinic: Clinic) -> None:
    colleague = make_practitioner(clinic, display_name="Dr. Omar Haddad")
    shared = make_type(clinic, name="Joint visit")
    make_schedule(clinic, type=shared.id, hosts=[clinic.actor, colleague.actor])
    owner = browser_of(clinic.app, make_user(clinic, role="clinician"))
    page = owner.get("/console/share").text
    assert "Joint visit" in page
    assert f"/console/share/{clinic.type}/hide" in page
    assert f"/console/share/{shared.id}/hide" not in page
    assert post(owner, f"/console/share/{shared.id}/hide").status_code == 404
    assert post(owner, "/console/share/never-was/hide").status_code == 404


def test_a_visit_with_two_clinicians_together_is_shared_once(clinic: Clinic, admin: FlaskClient) -> None:
    omar = make_practitioner(clinic, display_name="Dr. Omar Reyes", npi=None)
    joint = make_type(clinic, name="Joint visit")
    make_schedule(clinic, type=joint.id, hosts=[clinic.actor, omar.actor])
    page = admin.get("/console/share").text
    assert page.count(">Joint visit</h2>") == 1
    assert ">Dr. Maya Chen and Dr. Omar Reyes</bdi>" in page
    assert "the NPI of Dr. Omar Reyes is missing" in page
    assert admin.get(f"/console/share/{clinic.practitioner}/{joint.id}/print").status_code == 200
    make_schedule(clinic, type=joint.id, hosts=[omar.actor])
    page = admin.get("/console/share").text
    assert page.count(">Joint visit</h2>") == 2
    assert "Dr. Maya Chen and" not in page
