"""Pages of a real browser, as fixtures, and what is asked of every page.

A page fails its test when a script on it fails, when it breaks its own content policy, or when it asks another host for
anything. ``javascript`` is True; tests that must pass in more than one way are marked by ``tests/support/ways.py``.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.support.browser import find_chromium

NARROW = (320, 640)
PHONE = (390, 844)
DESKTOP = (1280, 900)
# what a page shows is waited for this long: machines of CI stand still for seconds at times
EXPECT_MS = 15_000
AXE_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa", "best-practice"]
AXE_COLOURS = {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}
_OWN_HOSTS = ("localhost", "127.0.0.1", "")
# Chromium writes one for every answer of 400 or above, which tests of refusals ask for
_REFUSED_ANSWER = "Failed to load resource: the server responded"


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium per test process."""
    chromium = find_chromium()
    expect.set_options(timeout=EXPECT_MS)
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(
            executable_path=chromium.path,
            args=chromium.switches,
            env={**chromium.environ} if chromium.environ else None,
        )
        yield launched
        launched.close()


@pytest.fixture
def javascript() -> bool:
    """Whether pages may run scripts."""
    return True


@pytest.fixture
def new_page(browser: Browser, javascript: bool) -> Iterator[Callable[..., Page]]:
    """``new_page(size=PHONE, zone="America/New_York", dark=False)``: a page in a browser profile of its own."""
    troubles: list[str] = []
    contexts = []

    def make(
        size: tuple[int, int] = PHONE,
        *,
        zone: str = "America/New_York",
        dark: bool = False,
        script: bool = javascript,
    ) -> Page:
        context = browser.new_context(
            viewport={"width": size[0], "height": size[1]},
            java_script_enabled=script,
            timezone_id=zone,
            locale="en-US",
            color_scheme="dark" if dark else "light",
        )
        contexts.append(context)
        context.set_default_timeout(EXPECT_MS)
        context.set_default_navigation_timeout(30_000)
        page = context.new_page()
        page.on("pageerror", lambda error: troubles.append(f"script: {error}"))
        page.on(
            "console",
            lambda line: (
                troubles.append(f"{line.text} {line.location}") if _is_trouble(line.type, line.text) else None
            ),
        )
        page.on(
            "request", lambda asked: troubles.append(f"asked {asked.url}") if _is_foreign(asked.url) else None
        )
        return page

    yield make
    for context in contexts:
        context.close()
    assert troubles == [], "pages had trouble"


@pytest.fixture
def phone(new_page: Callable[..., Page]) -> Page:
    """A page of 390 x 844."""
    return new_page(PHONE)


@pytest.fixture
def desktop(new_page: Callable[..., Page]) -> Page:
    """A page of 1280 x 900."""
    return new_page(DESKTOP)


def _is_trouble(kind: str, text: str) -> bool:
    return kind == "error" and not text.startswith(_REFUSED_ANSWER)


def _is_foreign(url: str) -> bool:
    parts = urlsplit(url)
    return parts.scheme in ("http", "https", "ws", "wss") and (parts.hostname or "") not in _OWN_HOSTS


def assert_accessible(page: Page, *, colours_only: bool = False) -> None:
    """axe finds nothing on the page as it stands (WCAG 2.2 A and AA, and axe's best practices). Needs scripts.

    ``colours_only``: by the rules that colours decide alone, for a page that was asked for all of them in other colours.
    """
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    # what passed is many times as much as what did not, and slow to put together and to fetch
    found = page.evaluate(
        "options => axe.run(options).then(results => results.violations)",
        {"runOnly": AXE_COLOURS if colours_only else AXE_TAGS, "resultTypes": ["violations"]},
    )
    lines = [
        f"{rule['id']}: {rule['help']}\n"
        + "\n".join(f"    {node['html'][:200]}" for node in rule["nodes"][:5])
        for rule in found
    ]
    assert lines == [], f"axe on {page.url}:\n" + "\n".join(lines)


def assert_fits(page: Page) -> None:
    """Nothing sticks out sideways: the page never scrolls horizontally."""
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= page.viewport_size["width"], f"{page.url} is {width} px wide"  # type: ignore[index]


def screenshot(page: Page, name: str) -> None:
    """Write a picture of the whole page to ``$SCREENSHOTS/<name>.png``; none when the variable is unset."""
    if chosen := os.environ.get("SCREENSHOTS"):
        file = f"{re.sub(r'[^A-Za-z0-9_.-]+', '-', name)}.png"
        page.screenshot(path=Path(chosen) / file, full_page=True)
