"""Settings: what is unset has a default that works; what can't be used is refused with the variable and the fix."""

from __future__ import annotations

import dataclasses
import stat
from pathlib import Path

import pytest

from scheduler.settings import Settings, SettingsError, load, variable


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_an_empty_environment_runs_on_sqlite_in_the_folder_data(here: Path) -> None:
    settings = load({})

    assert settings.data_dir == here / "data"
    assert settings.database_url == f"sqlite:///{here}/data/scheduler.sqlite"
    assert settings.public_url == "http://localhost:8000"
    assert settings.feed_url == "http://localhost:8000/fhir/$bulk-publish"
    assert settings.demo is True
    assert (settings.uses_sqlite, settings.secure) == (True, False)


def test_the_secret_is_made_once_and_only_its_owner_may_read_it(here: Path) -> None:
    first = load({}).secret

    assert len(first) >= 32
    assert load({}).secret == first
    assert stat.S_IMODE((here / "data" / "secret").stat().st_mode) == 0o600
    assert load({"SCHEDULER_DATA_DIR": str(here / "other")}).secret != first


def test_a_secret_may_come_from_a_file(here: Path) -> None:
    (here / "key").write_text("k" * 40 + "\n", encoding="utf-8")

    assert load({"SCHEDULER_SECRET_FILE": str(here / "key")}).secret == "k" * 40
    assert not (here / "data" / "secret").exists()


def test_an_installation_with_its_own_database_gets_no_demo_clinic_unless_asked(here: Path) -> None:
    own = {"SCHEDULER_DATABASE_URL": "postgresql://db.example.org/clinic"}

    assert load(own).demo is False
    assert load({**own, "SCHEDULER_DEMO": "1"}).demo is True
    assert load({"SCHEDULER_DEMO": "0"}).demo is False
    assert load(own).database_url == "postgresql+psycopg://db.example.org/clinic"


def test_an_address_loses_its_last_slash_and_https_is_noticed(here: Path) -> None:
    settings = load({"SCHEDULER_PUBLIC_URL": "https://book.example.org/clinic/"})

    assert settings.public_url == "https://book.example.org/clinic"
    assert settings.secure


def test_a_blank_variable_counts_as_unset(here: Path) -> None:
    assert load({"SCHEDULER_PORT": " "}).port == 8000


@pytest.mark.parametrize(
    ("environ", "sentence"),
    [
        ({"SCHEDULER_PORT": "eighty"}, "SCHEDULER_PORT: give a whole number from 0 to 65535"),
        ({"SCHEDULER_PORT": "70000"}, "SCHEDULER_PORT"),
        ({"SCHEDULER_PORT": "-1"}, "SCHEDULER_PORT"),
        ({"SCHEDULER_PORT": "٨٠٨٠"}, "SCHEDULER_PORT"),
        ({"SCHEDULER_WORKERS": "0"}, "SCHEDULER_WORKERS: give a whole number from 1 to 64"),
        ({"SCHEDULER_FEED_MAX_AGE": "1.5"}, "SCHEDULER_FEED_MAX_AGE"),
        ({"SCHEDULER_DEMO": "yes"}, "SCHEDULER_DEMO: give 1 or 0"),
        ({"SCHEDULER_SHOW_BUSY": "true"}, "SCHEDULER_SHOW_BUSY: give 1 or 0"),
        (
            {"SCHEDULER_PUBLIC_URL": "book.example.org"},
            "SCHEDULER_PUBLIC_URL: give an address such as https://",
        ),
        ({"SCHEDULER_PUBLIC_URL": "https://book.example.org/?a=b"}, "SCHEDULER_PUBLIC_URL"),
        (
            {"SCHEDULER_DATABASE_URL": "mysql://db/clinic"},
            "SCHEDULER_DATABASE_URL: give a sqlite:/// or postgresql://",
        ),
        ({"SCHEDULER_JOBS": "maybe"}, "SCHEDULER_JOBS: give inside or off"),
        ({"SCHEDULER_SECRET": "short"}, "SCHEDULER_SECRET: give at least 32 characters"),
        ({"SCHEDULER_SECRET_FILE": "/nowhere/key"}, "SCHEDULER_SECRET_FILE: cannot read that file"),
    ],
)
def test_what_cannot_be_used_is_refused_with_the_variable_and_the_fix(
    here: Path, environ: dict[str, str], sentence: str
) -> None:
    with pytest.raises(SettingsError) as refused:
        load(environ)
    assert sentence in str(refused.value)


def test_a_data_folder_that_cannot_be_made_is_refused(here: Path) -> None:
    (here / "taken").write_text("a file", encoding="utf-8")

    with pytest.raises(SettingsError, match="SCHEDULER_DATA_DIR: cannot make that folder"):
        load({"SCHEDULER_DATA_DIR": str(here / "taken")})


def test_a_kept_secret_that_was_cut_short_is_refused(here: Path) -> None:
    (here / "data").mkdir()
    (here / "data" / "secret").write_text("cut", encoding="utf-8")

    with pytest.raises(SettingsError, match="too short to be a key"):
        load({})


def test_every_setting_can_be_set_and_says_what_it_does() -> None:
    for item in dataclasses.fields(Settings):
        assert item.metadata["help"].endswith("."), variable(item.name)


def test_settings_never_change_after_they_are_read(here: Path) -> None:
    settings = load({})
    with pytest.raises(dataclasses.FrozenInstanceError):
        settings.port = 1  # type: ignore[misc]
