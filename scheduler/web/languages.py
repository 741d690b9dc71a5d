"""In which language a page speaks: the patient's choice, else what the browser asks for, else the clinic's.

Catalogues lie in ``scheduler/translations/<language>/LC_MESSAGES/messages.po``; a text without a translation is English.
"""

from __future__ import annotations

from flask import Flask, has_request_context, request
from flask_babel import Babel, get_locale

LANGUAGES = ("en", "es", "ar", "zh")
COOKIE = "language"


def init_app(app: Flask) -> None:
    """Offer ``_``, ``ngettext`` and ``{% trans %}`` to all templates, in the language of the page."""
    Babel(app, locale_selector=chosen_language, default_locale="en")
    app.jinja_env.globals["page_language"] = page_language


def chosen_language() -> str:
    """The language of the page that is being made; English outside a request."""
    if not has_request_context():
        return "en"
    chosen = request.cookies.get(COOKIE, "")
    if chosen in LANGUAGES:
        return chosen
    return request.accept_languages.best_match(LANGUAGES) or "en"


def page_language() -> str:
    """The language in which texts come out now, as HTML's ``lang`` says it."""
    locale = get_locale()
    return locale.language if locale is not None else "en"
