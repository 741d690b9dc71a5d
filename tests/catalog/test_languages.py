"""Languages by name and by code."""

from __future__ import annotations

import pytest

from scheduler.catalog import languages


@pytest.mark.parametrize(
    ("typed", "codes"),
    [
        ("English, Spanish", ["en", "es"]),
        ("spanish and PORTUGUESE", ["es", "pt"]),
        ("en; fr\nar", ["en", "fr", "ar"]),
        ("pt-BR", ["pt-BR"]),
        ("American Sign Language", ["ase"]),
        ("", []),
        (" , ", []),
    ],
)
def test_names_and_codes_are_read(typed: str, codes: list[str]) -> None:
    assert languages.codes_of(typed) == codes
    assert languages.codes_of(languages.names_of(codes)) == codes


@pytest.mark.parametrize("typed", ["Klingonese", "English, xx-yy", "<script>", "x" * 500])
def test_a_word_that_names_no_language_is_refused(typed: str) -> None:
    with pytest.raises(ValueError, match="with commas between"):
        languages.codes_of(typed)
