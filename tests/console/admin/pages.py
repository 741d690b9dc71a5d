"""Browsers of the admin pages' tests: forms are sent as a browser sends them, with the token of their page."""

from __future__ import annotations

import re
from collections.abc import Mapping
from html import unescape

from flask.testing import FlaskClient
from werkzeug.test import TestResponse


def send(browser: FlaskClient, path: str, form: Mapping[str, str | list[str]] | None = None) -> TestResponse:
    """POST to ``path`` with the session's token."""
    token = re.search(r'name="csrf_token" value="([^"]+)"', browser.get("/admin/places").text)
    assert token is not None
    return browser.post(path, data={**(form or {}), "csrf_token": token[1]})


def form_of(page: str, action: str) -> dict[str, str]:
    """The fields of the form with this action, as they stand on the page."""
    found = re.search(rf'<form method="post" action="{re.escape(action)}"(.*?)</form>', page, re.DOTALL)
    assert found is not None, f"no form for {action}"
    fields = {}
    for tag in re.findall(r"<input[^>]*>", found[1]):
        name = re.search(r'name="([^"]+)"', tag)
        value = re.search(r'value="([^"]*)"', tag)
        if name and ('type="radio"' not in tag or "checked" in tag):
            fields[name[1]] = unescape(value[1]) if value else ""
    for name, text in re.findall(r'<textarea[^>]*name="([^"]+)"[^>]*>(.*?)</textarea>', found[1], re.DOTALL):
        fields[name] = unescape(text).strip("\r\n")
    for tag, options in re.findall(r"<select([^>]*)>(.*?)</select>", found[1], re.DOTALL):
        name = re.search(r'name="([^"]+)"', tag)
        chosen = re.search(r'<option selected value="([^"]*)"', options) or re.search(
            r'<option value="([^"]*)"', options
        )
        assert name is not None
        fields[name[1]] = unescape(chosen[1]) if chosen else ""
    return fields


def undo_of(page: str) -> str:
    """The address of the toast's Undo."""
    found = re.search(r'toast" role="status">.*?<form method="post" action="([^"]+)"', page, re.DOTALL)
    assert found is not None, "no Undo on the page"
    return found[1]
