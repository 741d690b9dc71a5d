"""What never gets past the border answers 4xx with a sentence, never 500."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient
from werkzeug.test import EnvironBuilder, run_wsgi_app

from scheduler.web import border


def _raw(visit: FlaskClient, path: str, query: str = "") -> int:
    """Status of a GET whose path is given as WSGI has it: latin-1 text standing for bytes."""
    environ = EnvironBuilder(path="/").get_environ()
    environ["PATH_INFO"], environ["QUERY_STRING"] = path, query
    _, status, _ = run_wsgi_app(visit.application, environ, buffered=True)
    return int(status.split()[0])


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("/pri\x00vacy", ""),
        ("/\xff\xfe", ""),
        ("/privacy\xc3", ""),
        ("/privacy", "a=%00"),
        ("/privacy", "%00=a"),
        ("/privacy", "from=%ff"),
        ("/privacy", "from=%C3%28"),
        ("/privacy", "a=\xff"),
    ],
)
def test_addresses_that_are_no_text_are_refused(visit: FlaskClient, path: str, query: str) -> None:
    assert _raw(visit, path, query) == 400


def test_addresses_with_letters_of_any_language_are_fine(visit: FlaskClient) -> None:
    assert _raw(visit, "/privacy", "from=%E2%9C%93&near=Z%C3%BCrich") == 200
    assert visit.get("/Zürich-Ärzte").status_code == 404


def test_endless_addresses_are_refused(visit: FlaskClient) -> None:
    assert visit.get("/" + "a" * border.MAX_PATH).status_code == 414
    assert visit.get("/privacy?a=" + "a" * border.MAX_QUERY).status_code == 414
    assert visit.get("/privacy?a=" + "a" * (border.MAX_QUERY - 2)).status_code == 200


@pytest.mark.parametrize("form", [{"text": "a\x00b"}, {"te\x00xt": "a"}, {"text": ["fine", "\x00"]}])
def test_a_form_with_nul_is_refused_and_the_field_is_named(visit: FlaskClient, form: dict[str, str]) -> None:
    answer = visit.post("/with-token", data=form)
    assert answer.status_code == 400
    assert "Text: remove the hidden character" in answer.text


def test_a_field_s_name_is_never_echoed_as_it_came(visit: FlaskClient) -> None:
    answer = visit.post("/with-token", data={"<script>alert(1)</script>": "\x00"})
    assert "<script>alert" not in answer.text


def test_a_body_that_is_too_large_is_refused_with_a_sentence(visit: FlaskClient) -> None:
    answer = visit.post("/with-token", data={"text": "a" * (border.MAX_BODY + 1)})
    assert answer.status_code == 413
    assert "Make it smaller" in answer.text


def test_a_hundred_kilobytes_reach_the_form_s_own_check(visit: FlaskClient) -> None:
    visit.application.config["WTF_CSRF_ENABLED"] = False
    assert visit.post("/with-token", data={"text": "a" * 100_000}).text == "got 100000"


@pytest.mark.parametrize("mark", ["-o", "🙂", "<b>", "\u202e"])
def test_other_odd_text_passes_unharmed(visit: FlaskClient, mark: str) -> None:
    visit.application.config["WTF_CSRF_ENABLED"] = False
    assert visit.post("/with-token", data={"text": mark}).status_code == 200
