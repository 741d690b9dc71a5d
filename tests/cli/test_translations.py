"""The catalogues: every text that the sources mark has its whole translation, and what pages read is made from them."""

from __future__ import annotations

import re
import unicodedata

import pytest
from babel.messages.catalog import Catalog

from scheduler.cli.translations import (
    TEMPLATE,
    TRANSLATED,
    extract,
    folder,
    load,
    missing,
    mo_bytes,
    po_bytes,
)

IN_EACH = pytest.mark.parametrize("language", TRANSLATED)
_PLACEHOLDER = re.compile(r"%\((\w+)\)([sd])|\{(\w+)\}|%%")
_TAG = re.compile(r"<[^>]*>")
# the script that a language is written in, by the beginning of its letters' names
SCRIPTS = {"ar": "ARABIC", "zh": "CJK UNIFIED"}
# names and words that stay as they are in every language
UNTRANSLATED = re.compile(
    r"America/Chicago|ana@example\.org|FHIR|SMART Scheduling Links|NUL|Google|Cookie|Calendar"
)


@pytest.fixture(scope="module")
def sources() -> Catalog:
    return extract()


def placeholders(text: str) -> set[str]:
    return {found.group(0) for found in _PLACEHOLDER.finditer(text)}


def pairs(catalogue: Catalog) -> list[tuple[str, str]]:
    """(text, translation); of a plural text the plural with each of its forms."""
    found = []
    for message in catalogue:
        if isinstance(message.id, str):
            found.append((message.id, str(message.string)))
        else:
            found += [(message.id[1], form) for form in message.string]
    return [(text, translation) for text, translation in found if text]


def test_the_list_of_texts_is_that_of_the_sources(sources: Catalog) -> None:
    assert TEMPLATE.read_bytes() == po_bytes(sources), "run: flask --app app translations update"


@IN_EACH
def test_every_text_has_its_translation_and_no_other_has(sources: Catalog, language: str) -> None:
    catalogue = load(language)
    assert {message.id for message in catalogue} == {message.id for message in sources}
    assert missing(catalogue) == []
    assert not any(message.fuzzy for message in catalogue if message.id)


@IN_EACH
def test_what_pages_read_is_made_from_the_text_file(language: str) -> None:
    assert (folder(language) / "messages.mo").read_bytes() == mo_bytes(load(language))


@IN_EACH
def test_translations_have_the_placeholders_of_their_text(language: str) -> None:
    catalogue = load(language)
    for message in catalogue:
        if message.id and isinstance(message.id, str):
            assert placeholders(str(message.string)) == placeholders(message.id), message.id
        elif message.id:
            *few, most = message.string
            assert placeholders(most) == placeholders(message.id[1]), message.id
            for form in few:  # "one minute" and "two minutes" may need no number
                assert placeholders(form) <= placeholders(message.id[1]), message.id


@IN_EACH
def test_translations_have_the_markup_of_their_text_and_no_quotes_of_attributes(language: str) -> None:
    for text, translation in pairs(load(language)):
        assert _TAG.findall(translation) == _TAG.findall(text), text
        assert '"' not in _TAG.sub("", translation), text


@IN_EACH
def test_translations_begin_and_end_with_space_where_their_text_joins_others(language: str) -> None:
    for text, translation in pairs(load(language)):
        assert translation.strip(), text
        if language != "zh":  # Chinese parts its words by its own signs
            assert translation[-1:].isspace() == text[-1:].isspace(), text


@pytest.mark.parametrize("language", sorted(SCRIPTS))
def test_every_translation_is_written_in_its_script(language: str) -> None:
    for text, translation in pairs(load(language)):
        words = UNTRANSLATED.sub("", _PLACEHOLDER.sub("", _TAG.sub("", translation)))
        letters = [sign for sign in words if sign.isalpha()]
        wrong = [
            sign
            for sign in letters
            if not unicodedata.name(sign, "").startswith((SCRIPTS[language], "ARABIC"))
        ]
        assert wrong == [], f"{text}: {translation}"


def test_spanish_differs_from_english_but_for_words_that_are_the_same() -> None:
    same = {
        text
        for text, translation in pairs(load("es"))
        if text == translation and re.search("[a-z]", _PLACEHOLDER.sub("", _TAG.sub("", text)))
    }
    assert same == {"Cookies", "Error: ", "Google Calendar"}
