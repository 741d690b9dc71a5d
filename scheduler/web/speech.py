"""The language and the catalogue of the page or mail that is being made, found by few steps: a page asks for a hundred texts.

What is found is Flask-Babel's own answer, kept where that keeps its locale, so that ``force_locale`` is heard at once.
"""

from __future__ import annotations

from typing import Any, cast

from babel import Locale
from babel.support import NullTranslations
from flask import Flask, g
from flask_babel import get_locale, get_translations
from jinja2 import pass_eval_context
from jinja2.nodes import EvalContext
from markupsafe import Markup


def locale_now() -> Locale | None:
    """What ``flask_babel.get_locale`` says; None where no page and no mail is being made."""
    try:
        return cast(Locale, g._flask_babel.babel_locale)
    except (AttributeError, RuntimeError):
        return cast(Locale | None, get_locale())


def translations_now() -> NullTranslations:
    """What ``flask_babel.get_translations`` says."""
    locale = locale_now()
    if locale is None:
        return cast(NullTranslations, get_translations())
    now = g._flask_babel
    kept: tuple[Locale, NullTranslations] | None = getattr(now, "speech", None)
    if kept is None or kept[0] is not locale:
        kept = now.speech = locale, get_translations()
    return kept[1]


@pass_eval_context
def gettext(context: EvalContext, text: str, **variables: Any) -> str:
    """A template's ``_``: the text in the language of the page, what is put into it escaped where the template's output
    is."""
    return _filled(context, translations_now().ugettext(text), variables)


@pass_eval_context
def ngettext(context: EvalContext, one: str, many: str, num: int, **variables: Any) -> str:
    """A template's ``ngettext``: the form of the text for ``num``, which may stand in it."""
    variables.setdefault("num", num)
    return _filled(context, translations_now().ungettext(one, many, num), variables)


def _filled(context: EvalContext, said: str, variables: dict[str, Any]) -> str:
    if context.autoescape:
        said = Markup(said)  # noqa: S704 - a text of the templates or of our catalogues, as Jinja itself takes it
    return said % variables if variables or "%" in said else said


def init_app(app: Flask) -> None:
    """Offer the texts to templates, in place of those that Flask-Babel has installed."""
    app.jinja_env.globals.update({"_": gettext, "gettext": gettext, "ngettext": ngettext})
