"""A slash too many at the end of a public page's address."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from flask import Flask

from tests.factories import make_clinic
from tests.people import make_cast
from tests.portal.patient import Patient


@pytest.mark.parametrize("slashes", ["/", "///"])
def test_the_page_of_times_is_found_with_a_slash_behind_it(sqlite_app: Flask, slashes: str) -> None:
    clinic = make_clinic(sqlite_app)
    patient = Patient(sqlite_app)
    page = patient.open(f"{clinic.times_path}{slashes}?from=2027-06-08&tz=America%2FDenver&x=a%26b%0D%0A")
    assert page.status == 308
    assert page.location == f"{clinic.times_path}?from=2027-06-08&tz=America%2FDenver&x=a%26b%0D%0A"
    assert patient.open(page.location).status == 200
    assert patient.client.head(f"/{clinic.slug}{slashes}").headers["Location"] == f"/{clinic.slug}"


@pytest.mark.parametrize(
    "path",
    ["//evil.example/", "//evil.example//", "/\\evil.example/", "///evil.example/", "/\tevil/", "/\t/evil/"],
)
def test_no_address_leads_to_another_site(sqlite_app: Flask, path: str) -> None:
    answer = sqlite_app.test_client().get("/", environ_overrides={"PATH_INFO": path})
    assert answer.status_code in (308, 404)
    parts = urlsplit(answer.headers.get("Location", ""))
    assert parts.netloc in ("", "localhost")
    assert not parts.path.startswith(("//", "/\\"))


@pytest.mark.parametrize(
    "path",
    [
        "/console/types/",
        "/hold/x/",
        "/b/x/",
        "/b/x/cancel/",
        "/find-booking/nothing/at/all/",
        "/static/app.css/x/",
    ],
)
def test_pages_that_are_not_everybodys_keep_to_their_address(sqlite_app: Flask, path: str) -> None:
    make_cast(sqlite_app)
    assert Patient(sqlite_app).open(path).status == 404


def test_a_form_is_not_taken_at_an_address_with_a_slash(sqlite_app: Flask) -> None:
    assert Patient(sqlite_app).press("/find-booking/", contact="x").status == 404
    assert Patient(sqlite_app).open("/find-booking/").location == "/find-booking"
