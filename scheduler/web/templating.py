"""What templates may use: words for times as filters, and the frame's clinic, assets and form errors as functions."""

from __future__ import annotations

from typing import Any

from flask import Flask, request
from flask_wtf.csrf import generate_csrf
from markupsafe import Markup

from scheduler.web import forms, times
from scheduler.web.assets import static_url
from scheduler.web.clinic import site_clinic
from scheduler.web.sizes import size_words

THEMES = ("light", "dark")

_FILTERS = (
    times.time_of_day,
    times.with_time_of_day,
    times.time_with_zone,
    times.abbreviation,
    times.day_long,
    times.day_with_year,
    times.day_and_time,
    times.day_plain,
    times.date_short,
    times.date_words,
    times.weekday,
    times.weekday_short,
    times.spoken_time,
    times.spoken_rest,
    times.duration_words,
    times.after_until,
    times.until_time,
    times.repeated_note,
    times.first_repeated_note,
    times.iso_instant,
)
_FUNCTIONS = (
    times.time_range,
    times.zone_name,
    times.zone_word,
    times.zone_place,
    times.zone_city,
    times.week_range,
    forms.date_part_inputs,
    forms.error_list,
    forms.error_sentence,
    forms.first_control,
    static_url,
    site_clinic,
    size_words,
)


def init_app(app: Flask) -> None:
    """Offer filters and functions to all templates, macros included."""
    app.jinja_env.filters.update({item.__name__: item for item in _FILTERS})
    app.jinja_env.globals.update({item.__name__: item for item in _FUNCTIONS})
    app.jinja_env.globals["csrf_field"] = csrf_field
    app.jinja_env.globals["chosen_theme"] = chosen_theme
    app.jinja_env.filters["phone_href"] = phone_href
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True


def csrf_field() -> Markup:
    """The hidden field with the CSRF token, for a POST form on a signed-in or token page."""
    return Markup('<input type="hidden" name="csrf_token" value="{}">').format(generate_csrf())


def chosen_theme() -> str:
    """ "light" or "dark" when the visitor has chosen one, else an empty text."""
    value = request.cookies.get("theme", "")
    return value if value in THEMES else ""


def phone_href(phone: Any) -> str:
    """A tel: address of a phone number as people write it."""
    text = str(phone)
    digits = "".join(sign for sign in text if sign.isascii() and sign.isdigit())
    return f"tel:+{digits}" if text.strip().startswith("+") else f"tel:{digits}"
