"""Form fields of the patient's pages: what is checked and in which words.

A message is whole: "{Field}: {what to do}" (ux.md 3.4), so that summary and field show the same text.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any, NoReturn

from email_validator import EmailNotValidError, validate_email
from flask_babel import gettext as _
from wtforms import (
    BooleanField,
    Field,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import StopValidation
from wtforms.widgets import CheckboxInput, ListWidget

from scheduler.letters import seen
from scheduler.web.forms import DatePartsField, whole_sentence

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ufffe\uffff]")
_BREAK = re.compile(r"[\t\r\n]")
_PHONE = re.compile(r"\+?[\d ().\-/\u2010-\u2015]*\d(?:\s*(?:x|ext\.?)\s*\d{1,6})?", re.IGNORECASE)
_NUMBER = re.compile(r"[-+]?\d{1,12}(?:[.,]\d{1,6})?")
_MINUS = re.compile(r"(?:^|[\s(])[-\u2212]\d")

OLDEST = 130
"""Years that nobody has lived: the oldest age ever proved is 122 (Jeanne Calment)."""

Check = Callable[[Any, Any], None]
NO_ANSWER = ""
"""The code of a choice that leaves the question unanswered."""


def refuse(field: Field, what_to_do: str) -> NoReturn:
    """Stop with the message of ``field``."""
    raise StopValidation(about(field, what_to_do))


def about(field: Field, what_to_do: str) -> str:
    """The whole message of a field: "{Field}: {what to do}" (``whole_sentence``)."""
    return whole_sentence(field.label.text, what_to_do)


def shown(text: str, *, breaks: bool = True) -> str:
    """The text without the signs that can't be shown or kept; ``breaks``: with its line ends."""
    kept = _CONTROL.sub("", text)
    return kept if breaks else _BREAK.sub(" ", kept)


class Line(StringField):
    """One line of text, shown again as it was typed, but for what cannot be seen. ``most``: characters at most."""

    kind = "line"
    breaks = False

    def __init__(
        self, label: str, *checks: Check, most: int, needed: str = "", hint: str = "", **options: Any
    ) -> None:
        super().__init__(label, checks, description=hint, **options)
        self.most = most
        self.needed = needed
        self.flags.required = bool(needed)

    def pre_validate(self, form: Any) -> None:
        """Refuse what cannot be stored or read. Raises StopValidation."""
        text = self.text
        if _CONTROL.search(text) or (not self.breaks and _BREAK.search(text)):
            # nobody can take out what nobody sees, so it comes back without it
            self.data = shown(self.data or "", breaks=self.breaks)
            refuse(self, _("remove the characters that can't be shown, and type it again."))
        if len(text) > self.most:
            refuse(
                self,
                _("use %(most)d characters or fewer. It has %(now)d now.", most=self.most, now=len(text)),
            )
        if self.needed and not text:
            refuse(self, self.needed)

    def process_formdata(self, valuelist: list[str]) -> None:
        """Take what was typed without signs that nobody sees: they come along with a paste, and can turn a name around."""
        super().process_formdata(valuelist)
        if self.data is not None and not self.breaks:
            self.data = seen(self.data)

    @property
    def text(self) -> str:
        """What was typed, without spaces around it."""
        return (self.data or "").strip()


class PhoneLine(Line):
    """A phone number, kept with the digits 0 to 9 in whatever script it was typed: it is called, and looked for."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Take what was typed in plain digits and signs."""
        super().process_formdata(valuelist)
        if self.data:
            plain = unicodedata.normalize("NFKC", self.data)
            self.data = "".join(str(unicodedata.decimal(one, one)) for one in plain)


class Lines(Line, TextAreaField):
    """Text of several lines."""

    kind = "lines"
    breaks = True


class _Offered(SelectField):
    """A field whose answers come from a list of (code, words)."""

    def __init__(
        self,
        label: str,
        choices: Sequence[tuple[str, str]],
        *,
        needed: str = "",
        hint: str = "",
        **options: Any,
    ) -> None:
        super().__init__(
            label,
            choices={code: str(words) for code, words in choices},
            validate_choice=False,
            description=hint,
            **options,
        )
        self.codes = [code for code, _ in choices]
        self.needed = needed
        self.flags.required = bool(needed)


class OneOf(_Offered):
    """One of those offered."""

    def pre_validate(self, form: Any) -> None:
        """Refuse what was not offered. Raises StopValidation."""
        if not self.text:
            if self.needed:
                refuse(self, self.needed)
        elif self.text not in self.codes:
            refuse(self, _("choose one of the answers in the list."))

    @property
    def text(self) -> str:
        return self.data if isinstance(self.data, str) and self.data != "None" else ""


class Choice(OneOf, RadioField):
    """One of a few."""

    kind = "choice"


class Pick(OneOf):
    """One of many, from a list that opens. The first line is no answer."""

    kind = "pick"

    def __init__(self, label: str, choices: Sequence[tuple[str, str]], **options: Any) -> None:
        super().__init__(label, [("", "-"), *choices], **options)


class Choices(_Offered, SelectMultipleField):
    """Any of a few."""

    kind = "choices"
    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()

    def pre_validate(self, form: Any) -> None:
        """Refuse what was not offered. Raises StopValidation."""
        if self.needed and not self.ticked:
            refuse(self, self.needed)
        if set(self.ticked) - set(self.codes):
            refuse(self, _("choose from the answers in the list."))

    @property
    def ticked(self) -> list[str]:
        """What was ticked, each once."""
        return list(dict.fromkeys(self.data or ()))


class Tick(BooleanField):
    """One box. ``needed``: what to do when it must be ticked and is not."""

    kind = "tick"

    def __init__(self, label: str, *, needed: str = "", hint: str = "", **options: Any) -> None:
        super().__init__(label, description=hint, **options)
        self.needed = needed
        self.flags.required = bool(needed)

    def pre_validate(self, form: Any) -> None:
        """Raises StopValidation when the box must be ticked and is not."""
        if self.needed and not self.data:
            refuse(self, self.needed)


class DateParts(DatePartsField):
    """A date as three number inputs. ``past``: today's date, of a birth date, which is neither later nor longer ago than
    anybody lives; ``needed`` as above."""

    kind = "date"

    def __init__(
        self, label: str, *, needed: str = "", past: date | None = None, hint: str = "", **options: Any
    ) -> None:
        super().__init__(label, description=hint, **options)
        self.needed = needed
        self.flags.required = bool(needed)
        self.past = past

    def pre_validate(self, form: Any) -> None:
        """Raises StopValidation or ValidationError, naming the part that needs a change."""
        super().pre_validate(form)
        if self.data is None:
            if self.needed:
                refuse(self, self.needed)
            return
        if self.past is not None and self.data > self.past:
            self.wrong_part = "year"
            refuse(self, _("it must be in the past. Check the year."))
        if self.past is not None and self.data.year < self.past.year - OLDEST:
            self.wrong_part = "year"
            refuse(self, _("nobody is older than 130 years. Check the year."))


def email_check(form: Any, field: Line) -> None:
    """An email address, empty allowed; no network is asked. Raises StopValidation."""
    if not field.text:
        return
    try:
        validate_email(field.text, check_deliverability=False)
    except EmailNotValidError:
        refuse(field, _("enter it in full, such as ana@example.org."))


def phone_check(form: Any, field: Line) -> None:
    """A phone number of 7 to 15 digits, not all the same, with the usual punctuation, empty allowed. Raises
    StopValidation."""
    text = unicodedata.normalize("NFKC", field.text)
    if not text:
        return
    digits = [sign for sign in re.split(r"x|ext", text, flags=re.IGNORECASE)[0] if sign.isdecimal()]
    if not _PHONE.fullmatch(text) or not 7 <= len(digits) <= 15:
        refuse(field, _("enter a number of 7 to 15 digits, such as 617-555-0142."))
    if len({int(digit) for digit in digits}) == 1:
        refuse(field, _("enter a number that can be called, such as 617-555-0142."))


def number_check(form: Any, field: Line) -> None:
    """A plain number, empty allowed; below 0 only where the question or its hint shows such a number ("From -10 to 10").
    Raises StopValidation."""
    text = unicodedata.normalize("NFKC", field.text).replace("\u2212", "-")
    if text and not _NUMBER.fullmatch(text):
        refuse(field, _("enter a number, such as 12."))
    if text.startswith("-") and not _MINUS.search(f"{field.label.text} {field.description}"):
        refuse(field, _("enter a number that is not below 0, such as 12."))
