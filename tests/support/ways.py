"""The ways in which a page is walked and looked at: small and large, with and without script, light and dark.

The usual run takes two ways that differ in everything; with ``EVERY_WAY=1``, as in ``python -m tests.long``, all are taken.
"""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page

from tests.support.pages import DESKTOP, NARROW, PHONE, assert_accessible, assert_fits, screenshot

EVERY_WAY = os.environ.get("EVERY_WAY") == "1"

BOTH_WAYS = pytest.mark.parametrize("javascript", [True, False], ids=["script", "no script"])
"""A walk that must pass with and without script."""


def walk_ways() -> pytest.MarkDecorator:
    """A walk by ``size`` and ``javascript``: on a phone without script and on a large screen with it, or in all four."""
    ways = [
        pytest.param(PHONE, False, id="phone-no script"),
        pytest.param(DESKTOP, True, id="desktop-script"),
    ]
    if EVERY_WAY:
        ways += [
            pytest.param(PHONE, True, id="phone-script"),
            pytest.param(DESKTOP, False, id="desktop-no script"),
        ]
    return pytest.mark.parametrize(("size", "javascript"), ways)


def looks(page: Page) -> Iterator[tuple[tuple[int, int], str]]:
    """Bring the page to each size and scheme in which it is looked at, and back: a narrow phone in light and a large screen
    in dark; all of them when pictures are taken too."""
    before = page.viewport_size
    assert before is not None
    ways = [(NARROW, "light"), (DESKTOP, "dark")]
    if EVERY_WAY or os.environ.get("SCREENSHOTS"):
        ways = list(itertools.product((NARROW, PHONE, DESKTOP), ("light", "dark")))
    for size, scheme in ways:
        page.set_viewport_size({"width": size[0], "height": size[1]})
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        yield size, scheme
    page.emulate_media(color_scheme="light")
    page.set_viewport_size(before)


def colours_only(scheme: str) -> bool:
    """Whether a page in this scheme is asked for its colours alone: the others of axe's rules see no scheme, and in light
    they are all asked. With ``EVERY_WAY=1`` they are asked each time."""
    return scheme == "dark" and not EVERY_WAY


def look(page: Page, name: str, *, accessible: bool = True) -> None:
    """The page as it stands is accessible (for which it needs scripts) and fits, however it is looked at. ``name`` is that
    of its pictures."""
    for size, scheme in looks(page):
        if accessible:
            assert_accessible(page, colours_only=colours_only(scheme))
        assert_fits(page)
        screenshot(page, f"{name}-{size[0]}{'-dark' if scheme == 'dark' else ''}")
