"""A clinic that stays as it is, for the many tests in which a verb refuses: made once per file, on SQLite."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from scheduler import create_app
from scheduler.db import db
from tests.factories import (
    Clinic,
    make_availability,
    make_clinic,
    make_location,
    make_question,
    make_room,
    make_type,
)
from tests.support.apps import settings_for
from tests.support.databases import SqliteTemplates


@dataclass(frozen=True)
class Still:
    """The clinic and a few more ids: a room, a virtual place, unused hours, a video type, a question, and a stranger."""

    clinic: Clinic
    room: str
    virtual: str
    hours: str
    video: str
    question: str
    stranger: Clinic


@pytest.fixture(scope="module")
def still(sqlite_templates: SqliteTemplates, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Still]:
    folder = tmp_path_factory.mktemp("still")
    app = create_app(settings_for(sqlite_templates.copy(folder / "still.sqlite"), folder))
    clinic = make_clinic(app)
    yield Still(
        clinic=clinic,
        room=make_room(clinic).id,
        virtual=make_location(clinic, kind="virtual").id,
        hours=make_availability(clinic).id,
        video=make_type(clinic, modality="video").id,
        question=make_question(clinic, kind="choice", choices=["a", "b"]).id,
        stranger=make_clinic(app, organization={"name": "Another clinic"}),
    )
    with app.app_context():
        db.engine.dispose()
