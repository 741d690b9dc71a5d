"""The card of the feed for directories: what it says of one organization and of several, and what it lacks."""

from __future__ import annotations

from flask import Flask

from scheduler.db import snapshot
from scheduler.publisher.advertise import Provider, load_providers, service_card, shortcomings
from tests.publisher import clinic

URL = "https://book.example.org/fhir/$bulk-publish"
ELM = Provider("Elm Group", "hi@elm.example.org", "617-555-0100")
OAK = Provider("Oak Group")
DEMO = Provider("Harbor", "hi@harbor.example.org", demo=True)


def test_the_card_is_the_service_of_the_standard() -> None:
    assert service_card([ELM], URL) == {
        "@context": "https://schema.org/",
        "@type": "Service",
        "name": "Open appointment times of Elm Group",
        "serviceType": "https://github.com/smart-on-fhir/smart-scheduling-links",
        "category": "production",
        "url": URL,
        "provider": {
            "@type": "Organization",
            "name": "Elm Group",
            "contactPoint": [
                {
                    "@type": "ContactPoint",
                    "name": "Elm Group",
                    "email": "hi@elm.example.org",
                    "telephone": "617-555-0100",
                }
            ],
        },
    }


def test_several_organizations_are_all_providers() -> None:
    card = service_card([ELM, OAK, DEMO], URL)
    assert card["name"] == "Open appointment times of Elm Group, Oak Group and Harbor"
    assert [one["name"] for one in card["provider"]] == ["Elm Group", "Oak Group", "Harbor"]
    many = service_card([Provider(f"Clinic {number}") for number in range(5)], URL)
    assert many["name"] == "Open appointment times of Clinic 0, Clinic 1, Clinic 2 and 2 more"


def test_an_organization_that_gives_no_way_to_reach_it_has_no_contact_point() -> None:
    assert "contactPoint" not in service_card([OAK], URL)["provider"]
    assert shortcomings([ELM, OAK], URL) == [
        "contactPoint: Oak Group has no email. Add one under Admin, Organization."
    ]


def test_a_feed_of_demo_clinics_alone_is_for_testing() -> None:
    assert service_card([DEMO], URL)["category"] == "testing"
    assert service_card([DEMO, ELM], URL)["category"] == "production"
    assert "for testing" in shortcomings([DEMO], URL)[0]
    assert "flask demo --remove" in shortcomings([DEMO, ELM], URL)[0]


def test_an_address_without_tls_is_named() -> None:
    assert shortcomings([ELM], URL) == []
    [said] = shortcomings([ELM], URL.replace("https", "http"))
    assert "SCHEDULER_PUBLIC_URL" in said


def test_the_providers_are_the_organizations_that_belong_to_no_other(app: Flask) -> None:
    clinic.make(app)
    with app.app_context(), snapshot() as session:
        assert load_providers(session) == (Provider("Locum Agency"), Provider("Elm Group"))
