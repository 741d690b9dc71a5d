"""Where a sign-in may lead."""

from __future__ import annotations

import pytest

from scheduler.accounts.forms import HOME, own_path


@pytest.mark.parametrize("path", ["/console", "/console/bookings/abc?x=1", "/console/share#feed"])
def test_own_paths_are_kept(path: str) -> None:
    assert own_path(path) == path


@pytest.mark.parametrize(
    "path",
    [
        None,
        "",
        "console",
        "//evil.example",
        "/\\evil.example",
        "\\/evil.example",
        "https://evil.example/console",
        "javascript:alert(1)",
        "/\t/evil.example",
        "/\n/evil.example",
        "///evil.example",
        "/" + "x" * 600,
        " /console",
    ],
)
def test_anything_else_leads_to_the_console(path: str | None) -> None:
    assert own_path(path) == HOME
