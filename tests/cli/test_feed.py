"""``flask feed``: the card that is printed, and the copy that is written."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskCliRunner

from tests.factories import Clinic, make_clinic


def test_advertise_prints_the_card_alone_and_says_what_it_lacks_beside_it(clinic: Clinic) -> None:
    result = clinic.app.test_cli_runner().invoke(args=["feed", "advertise"])
    assert result.exit_code == 0
    assert json.loads(result.stdout) == clinic.app.test_client().get("/service.json").json
    assert "http://localhost/fhir/$bulk-publish is not https" in result.stderr


def test_advertise_has_nothing_to_say_against_a_card_that_is_complete(
    make_app: Callable[..., Flask], sqlite_url: str
) -> None:
    app = make_app(sqlite_url, public_url="https://book.example.org")
    make_clinic(app, organization={"email": "hi@example.org"})
    result = app.test_cli_runner().invoke(args=["feed", "advertise"])
    assert result.stderr == ""
    assert json.loads(result.stdout)["url"] == "https://book.example.org/fhir/$bulk-publish"


def test_advertise_needs_a_clinic(runner: FlaskCliRunner) -> None:
    result = runner.invoke(args=["feed", "advertise"])
    assert (result.exit_code, "There is no clinic yet" in result.output) == (1, True)


def test_publish_writes_a_copy_and_says_where_it_begins(clinic: Clinic, tmp_path: Path) -> None:
    folder = tmp_path / "site"
    arguments = ["feed", "publish", "--to", str(folder), "--base-url", "https://feed.example.org/"]
    first, second = (clinic.app.test_cli_runner().invoke(args=arguments) for _ in range(2))
    assert (first.exit_code, second.exit_code) == (0, 0)
    assert "Its root manifest: https://feed.example.org/$bulk-publish" in first.output
    assert "0 files and 0 manifests written, 0 objects removed." in second.output
    said = json.loads((folder / "$bulk-publish").read_text())
    assert said["request"] == "https://feed.example.org/$bulk-publish"


def test_without_a_base_address_the_copy_takes_the_live_feeds(clinic: Clinic, tmp_path: Path) -> None:
    clinic.app.test_cli_runner().invoke(args=["feed", "publish", "--to", str(tmp_path / "site")])
    said = json.loads((tmp_path / "site" / "$bulk-publish").read_text())
    assert said["request"] == "http://localhost/fhir/$bulk-publish"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "Missing option '--to'"),
        (["--to", "gs://bucket"], "--to: give a folder"),
        (["--to", "README.md"], "that is a file"),
        (["--to", "x", "--base-url", "feed"], "--base-url: give the address"),
        (["--to", "x", "--keep-hours", "-1"], "--keep-hours"),
    ],
    ids=range(5),
)
def test_bad_arguments_end_with_2_and_a_sentence(
    sqlite_app: Flask, arguments: list[str], said: str, tmp_path: Path
) -> None:
    result = sqlite_app.test_cli_runner().invoke(args=["feed", "publish", *arguments])
    assert (result.exit_code, said in result.output) == (2, True), result.output


def test_a_folder_that_cannot_be_written_ends_with_1(clinic: Clinic, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    result = clinic.app.test_cli_runner().invoke(
        args=["feed", "publish", "--to", str(tmp_path / "file" / "x")]
    )
    assert (result.exit_code, "The copy can't be written" in result.output) == (1, True)
    assert "Traceback" not in result.output
