"""Static files: addresses with hashes, long caching, compression, and the weight that the brief allows."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import pytest
from flask.testing import FlaskClient

import scheduler
from scheduler.web.assets import FOR_A_YEAR, load, static_url

STATIC = Path(scheduler.__file__).parent / "static"
CSS_LIMIT, JS_LIMIT = 20_000, 15_000  # bytes compressed, ux.md section 5
PATIENTS = {f"{name}.js" for name in ("portal", "draft", "proof", "questions", "who", "whom")}


def test_pages_ask_for_files_by_hash_and_those_may_be_kept_for_a_year(visit: FlaskClient) -> None:
    addresses = re.findall(r'(?:href|src)="(/static/[^"]+)"', visit.get("/").text)
    assert len(addresses) == 3
    for address in addresses:
        answer = visit.get(address)
        assert answer.status_code == 200
        assert answer.headers["Cache-Control"] == FOR_A_YEAR


def test_an_old_or_missing_hash_is_not_kept(visit: FlaskClient) -> None:
    for address in ("/static/app.css", "/static/app.css?v=000000000000"):
        assert visit.get(address).headers["Cache-Control"] == "no-cache"


def test_a_client_that_has_the_file_gets_304(visit: FlaskClient) -> None:
    tag = visit.get("/static/app.js").headers["ETag"]
    assert visit.get("/static/app.js", headers={"If-None-Match": tag}).status_code == 304


def test_text_files_are_compressed(visit: FlaskClient) -> None:
    packed = visit.get("/static/app.js", headers={"Accept-Encoding": "gzip, br"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.data) == (STATIC / "app.js").read_bytes()
    assert visit.get("/static/app.js").data == (STATIC / "app.js").read_bytes()


def test_css_is_served_without_its_comments(visit: FlaskClient, tmp_path: Path) -> None:
    (tmp_path / "a.css").write_text("/* why\n   so */\na { b: c; } /* and d */\ne { f: g; }\n")
    assert load(tmp_path)["a.css"].body == b"a { b: c; } e { f: g; }\n"
    packed = visit.get("/static/app.css", headers={"Accept-Encoding": "gzip"}).data
    assert b"/*" not in gzip.decompress(packed)


@pytest.mark.parametrize(
    "path", ["/static/../settings.py", "/static/%2e%2e/settings.py", "/static//etc/passwd"]
)
def test_nothing_but_static_files_is_served(visit: FlaskClient, path: str) -> None:
    assert visit.get(path, follow_redirects=True).status_code == 404


def test_the_hash_follows_the_content(tmp_path: Path) -> None:
    (tmp_path / "a.css").write_text("a {}")
    before = load(tmp_path)["a.css"].version
    (tmp_path / "a.css").write_text("b {}")
    assert load(tmp_path)["a.css"].version != before


def test_a_name_that_does_not_exist_fails_where_it_is_written(visit: FlaskClient) -> None:
    with visit.application.test_request_context(), pytest.raises(KeyError):
        static_url("no-such-file.css")


def test_css_and_js_stay_light() -> None:
    weights = {name: len(file.gzipped or b"") for name, file in load(STATIC).items()}
    scripts = {name for name in weights if name.endswith(".js")}

    assert sum(weight for name, weight in weights.items() if name.endswith(".css")) <= CSS_LIMIT
    # nobody reads the patient's and the practice's pages in one visit
    assert scripts >= PATIENTS
    for face in (PATIENTS | {"app.js"}, scripts - PATIENTS):
        assert sum(weights[name] for name in face) <= JS_LIMIT, face
