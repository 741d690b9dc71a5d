"""``flask translations``: bring the catalogues up to what the sources say. For whoever changes words of a page.

The texts to translate are those marked in templates and Python (``_``, ``ngettext``, ``lazy_gettext``, ``{% trans %}``).
``scheduler/translations/messages.pot`` lists them; each language has its ``messages.po``, written by people, and the
``messages.mo`` made from it, which is kept beside it so that an installation has nothing to make.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import click
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_file
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from flask.cli import AppGroup

from scheduler.paths import templates_dir
from scheduler.web.languages import LANGUAGES

TRANSLATIONS = Path(__file__).resolve().parent.parent / "translations"
TEMPLATE = TRANSLATIONS / "messages.pot"
TRANSLATED = tuple(language for language in LANGUAGES if language != "en")

_PYTHON = Path(__file__).resolve().parent.parent
_NO_DATE = datetime(2000, 1, 1, tzinfo=UTC)  # a file that differs each day would seem changed
_KEYWORDS = {**DEFAULT_KEYWORDS, "lazy_gettext": None, "lazy_ngettext": (1, 2)}
_HEADER = "# Texts of the patient's pages and mails. `flask translations update` keeps their list; people write the rest."
_JINJA = {"trim_blocks": "true", "lstrip_blocks": "true", "newstyle_gettext": "true", "silent": "false"}

group = AppGroup("translations", help="Texts of the patient's pages and mails in other languages.")


@group.command("update")
def update() -> None:
    """Write the list of texts anew, take it over into each language's catalogue, and make the files that pages read."""
    template = extract()
    TEMPLATE.write_bytes(po_bytes(template))
    for language in TRANSLATED:
        catalogue = load(language)
        catalogue.update(template, no_fuzzy_matching=True, update_creation_date=False)
        catalogue.obsolete.clear()
        folder(language).mkdir(parents=True, exist_ok=True)
        (folder(language) / "messages.po").write_bytes(po_bytes(catalogue))
        (folder(language) / "messages.mo").write_bytes(mo_bytes(catalogue))
        left = missing(catalogue)
        click.echo(f"{language}: {len(catalogue)} texts, {len(left)} without a translation")
        for text in left:
            click.echo(f"  {text}")


def extract() -> Catalog:
    """All marked texts of the sources, with the files that they stand in."""
    catalogue = Catalog(project="scheduler", charset="utf-8", fuzzy=False)
    for path, name, method in _sources():
        options = _JINJA if method == "jinja2" else {}
        for _line, text, _comments, context in extract_from_file(
            method, path, keywords=_KEYWORDS, options=options
        ):
            catalogue.add(text, None, [(name, 0)], context=context)
    return catalogue


def load(language: str) -> Catalog:
    """The catalogue of a language; an empty one when it has none yet."""
    path = folder(language) / "messages.po"
    if not path.exists():
        return Catalog(locale=language, project="scheduler", charset="utf-8", fuzzy=False)
    return read_po(io.BytesIO(path.read_bytes()), locale=language)


def folder(language: str) -> Path:
    """Where a language's catalogue lies."""
    return TRANSLATIONS / language / "LC_MESSAGES"


def po_bytes(catalogue: Catalog) -> bytes:
    """A catalogue as its text file: sorted, without line numbers and dates, so that only changed words change it."""
    catalogue.header_comment = _HEADER
    written = io.BytesIO()
    write_po(written, catalogue, width=120, sort_output=True, include_lineno=False, omit_header=False)
    lines = written.getvalue().decode("utf-8").splitlines(keepends=True)
    dated = (
        '"POT-Creation-Date',
        '"PO-Revision-Date',
        '"Generated-By',
        '"Report-Msgid-Bugs',
        '"Last-Translator',
        '"Language-Team',
    )
    return "".join(line for line in lines if not line.startswith(dated)).encode("utf-8")


def mo_bytes(catalogue: Catalog) -> bytes:
    """A catalogue as pages read it."""
    written = io.BytesIO()
    plain = read_po(io.BytesIO(po_bytes(catalogue)), locale=catalogue.locale)
    plain.creation_date = plain.revision_date = _NO_DATE
    write_mo(written, plain)
    return written.getvalue()


def missing(catalogue: Catalog) -> list[str]:
    """The texts without a translation, or without one of the plural forms that the language has."""
    return [
        message.id if isinstance(message.id, str) else message.id[0]
        for message in catalogue
        if message.id and not _translated(message, catalogue.num_plurals)
    ]


def _translated(message: Message, forms: int) -> bool:
    if isinstance(message.id, str):
        return bool(message.string)
    return len(message.string or ()) == forms and all(message.string or ())


def _sources() -> Iterator[tuple[Path, str, str]]:
    """(file, its name in the catalogue, how it is read), in the order of their names."""
    templates = templates_dir()
    for path in sorted(_PYTHON.rglob("*.py")):
        yield path, f"scheduler/{path.relative_to(_PYTHON).as_posix()}", "python"
    for path in sorted([*templates.rglob("*.html"), *templates.rglob("*.txt")]):
        yield path, f"templates/{path.relative_to(templates).as_posix()}", "jinja2"
