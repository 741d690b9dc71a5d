"""Words of page addresses."""

from __future__ import annotations

import threading

import pytest
from flask import Flask
from sqlalchemy import select

from scheduler import catalog
from scheduler.catalog import slugs
from scheduler.db import snapshot, transaction
from scheduler.errors import InvalidInput
from scheduler.models import Slug
from tests.catalog.acts import act, refused
from tests.catalog.conftest import Still
from tests.factories import Clinic, make_clinic, make_practitioner, make_type


@pytest.mark.parametrize(
    ("name", "word"),
    [
        ("Dr. Maya Chen", "maya-chen"),
        ("José Núñez, MD", "jose-nunez-md"),
        ("Prof. O'Néill", "o-neill"),
        ("陈美", "practitioner"),
        ("<script>", "script"),
        ("x" * 200, "x" * 60),
        ("  --  ", "practitioner"),
    ],
)
def test_a_word_is_made_from_a_name(name: str, word: str) -> None:
    assert slugs.word_from(name, "practitioner") == word
    assert slugs.problem_with(word, first=True) is None


@pytest.mark.parametrize(
    "typed",
    ["", "Maya", "maya chen", "maya_chen", "-maya", "maya-", "a--b", "x" * 61, "maya\0", "m/y", "..", "é"],
)
def test_a_typed_word_that_is_no_word_is_refused(still: Still, typed: str) -> None:
    problems = refused(
        still.clinic,
        catalog.add_practitioner,
        organization_id=still.clinic.organization,
        display_name="A",
        slug=typed,
    )
    assert "small letters" in problems["slug"]


@pytest.mark.parametrize(
    "typed", ["fhir", "find-booking", "sign-in", "console", "b", "invitation", "privacy"]
)
def test_words_of_our_own_pages_are_kept(still: Still, typed: str) -> None:
    problems = refused(
        still.clinic,
        catalog.add_practitioner,
        organization_id=still.clinic.organization,
        display_name="A",
        slug=typed,
    )
    assert "our own pages" in problems["slug"]


def test_every_first_path_word_of_the_application_is_kept(sqlite_app: Flask) -> None:
    first = {rule.rule.split("/")[1] for rule in sqlite_app.url_map.iter_rules()}
    words = {
        word for word in first if word and "<" not in word and slugs.problem_with(word, first=False) is None
    }

    assert {"console", "sign-in", "static"} <= words | {"static"}
    assert words <= slugs.RESERVED


def test_a_name_that_is_one_of_our_own_words_gets_a_number(clinic: Clinic) -> None:
    person = make_practitioner(clinic, display_name="Console", given="", family="")
    assert person.slug == "console-2"


def test_the_second_of_a_name_gets_a_number_also_at_full_length(clinic: Clinic) -> None:
    first = make_practitioner(clinic, display_name="y" * 100, given="", family="")
    second = make_practitioner(clinic, display_name="y" * 100, given="", family="")

    assert first.slug == "y" * 60
    assert second.slug == "y" * 58 + "-2"


def test_types_of_two_organizations_may_have_the_same_word(clinic: Clinic) -> None:
    other = make_clinic(clinic.app)
    assert other.type_slug == clinic.type_slug
    assert other.slug != clinic.slug


def test_the_old_word_redirects_and_nobody_else_gets_it(clinic: Clinic) -> None:
    act(clinic, catalog.rename_practitioner, practitioner_id=clinic.practitioner, slug="maya")
    with clinic.app.app_context(), snapshot() as session:
        rows = session.scalars(select(Slug).where(Slug.target_id == clinic.practitioner)).all()
        kept = {row.slug: row.current for row in rows}
    assert kept == {"maya": True, clinic.slug: False}

    other = make_practitioner(clinic)
    with pytest.raises(InvalidInput, match="somebody has or had"):
        act(clinic, catalog.rename_practitioner, practitioner_id=other.practitioner, slug=clinic.slug)


def test_ones_own_old_word_may_come_back(clinic: Clinic) -> None:
    act(clinic, catalog.rename_practitioner, practitioner_id=clinic.practitioner, slug="maya")
    act(clinic, catalog.rename_practitioner, practitioner_id=clinic.practitioner, slug=clinic.slug)

    with clinic.app.app_context(), snapshot() as session:
        assert slugs.current_slug(session, "practitioner", clinic.practitioner) == clinic.slug
        count = session.scalars(select(Slug).where(Slug.target_id == clinic.practitioner, Slug.current)).all()
        assert len(count) == 1


def test_types_and_places_can_be_renamed_too(clinic: Clinic) -> None:
    act(clinic, catalog.rename_appointment_type, appointment_type_id=clinic.type, slug="first-visit")
    act(clinic, catalog.rename_location, location_id=clinic.location, slug="main-street")

    with clinic.app.app_context(), snapshot() as session:
        assert slugs.current_slug(session, "appointment-type", clinic.type) == "first-visit"
        assert slugs.current_slug(session, "location", clinic.location) == "main-street"


def test_a_types_word_may_be_one_of_our_first_words(clinic: Clinic) -> None:
    row = make_type(clinic, slug="console")
    with clinic.app.app_context(), snapshot() as session:
        assert slugs.current_slug(session, "appointment-type", row.id) == "console"


def test_of_two_who_take_a_word_at_once_one_gets_it_and_the_other_is_told(clinic: Clinic) -> None:
    people = [make_practitioner(clinic), make_practitioner(clinic)]
    barrier, told = threading.Barrier(2), []

    def rename(practitioner_id: str) -> None:
        with clinic.app.app_context():
            barrier.wait()
            try:
                with transaction() as session:
                    slugs.give_slug(
                        session,
                        organization_id=clinic.organization,
                        kind="practitioner",
                        target_id=practitioner_id,
                        typed="wanted",
                        suggestion="",
                    )
            except InvalidInput as error:
                told.append(error.problems["slug"])

    threads = [threading.Thread(target=rename, args=(person.practitioner,)) for person in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(told) == 1
    assert "somebody has or had that word" in told[0]
