"""The wheel carries all that the product needs, and runs from an empty folder far from the repository."""

from __future__ import annotations

import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

from tests.architecture.source import MIGRATIONS, PACKAGE, ROOT, imported, modules
from tests.support.apps import SECRET
from tests.support.servers import clean_environ

# the name under which a distribution is imported, where it is not the distribution's own
IMPORT_NAMES = {
    "argon2-cffi": "argon2",
    "pillow": "PIL",
    "email-validator": "email_validator",
    "fhir.resources": "fhir",
    "flask-babel": "flask_babel",
    "flask-login": "flask_login",
    "flask-sqlalchemy": "flask_sqlalchemy",
    "flask-wtf": "flask_wtf",
    "python-dateutil": "dateutil",
}
# used by name, not by import: drivers and data
USED_WITHOUT_IMPORT = {"psycopg", "tzdata"}
COMES_WITH = {"jinja2": "flask", "markupsafe": "flask", "werkzeug": "flask", "click": "flask"}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    (made,) = folder.glob("*.whl")
    return made


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    with zipfile.ZipFile(wheel) as packed:
        packed.extractall(folder)
    return folder


def _files(folder: Path, inside: str) -> set[str]:
    return {
        f"{inside}/{path.relative_to(folder).as_posix()}"
        for path in folder.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }


def test_the_wheel_holds_package_templates_and_migrations_and_nothing_else(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as packed:
        names = {name for name in packed.namelist() if ".dist-info/" not in name}

    wanted = _files(PACKAGE, "scheduler")
    wanted |= _files(ROOT / "templates", "scheduler/templates")
    wanted |= _files(MIGRATIONS, "scheduler/migrations")
    assert names == wanted
    assert any(name.startswith("scheduler/static/") for name in names)


def test_the_wheel_makes_a_database_and_answers_from_an_empty_folder(installed: Path, tmp_path: Path) -> None:
    program = (
        "import scheduler, scheduler.migrate as migrate\n"
        "app = scheduler.create_app()\n"
        "assert migrate.upgrade(app)\n"
        "answers = [app.test_client().get(path) for path in ('/', '/fhir/$bulk-publish')]\n"
        "print(scheduler.__file__, [answer.status_code for answer in answers])\n"
    )
    done = subprocess.run(
        [sys.executable, "-I", "-c", f"import sys; sys.path.insert(0, {str(installed)!r})\n{program}"],
        cwd=tmp_path,
        env=clean_environ({"SCHEDULER_SECRET": SECRET, "SCHEDULER_DEMO": "0"}),
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    assert done.stdout.split(maxsplit=1) == [f"{installed}/scheduler/__init__.py", "[200, 200]\n"]


def _declared(*, extras: bool = False) -> set[str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    texts = list(project["dependencies"])
    if extras:
        texts += [text for several in project["optional-dependencies"].values() for text in several]
    names = {text.split(">")[0].split("[")[0] for text in texts}
    return {IMPORT_NAMES.get(name, name) for name in names}


def test_everything_that_is_imported_is_declared() -> None:
    used = {name.split(".")[0] for path in modules() for name in imported(path)}
    foreign = used - set(sys.stdlib_module_names) - {"scheduler", "_typeshed"}

    assert {COMES_WITH.get(name, name) for name in foreign} - _declared(extras=True) == set()


def test_everything_that_is_declared_is_used() -> None:
    tests = [path for path in (ROOT / "tests").rglob("*.py") if path.name != Path(__file__).name]
    used = {name.split(".")[0] for path in [*modules(), *tests] for name in imported(path)}

    assert _declared() - used - USED_WITHOUT_IMPORT == set()


def test_each_dependency_says_what_uses_it() -> None:
    lines = (ROOT / "pyproject.toml").read_text(encoding="utf-8").splitlines()
    start = lines.index("dependencies = [")
    end = lines.index("]", start)

    assert [line for line in lines[start + 1 : end] if "#" not in line] == []
