"""The date field, and sentences for error summaries."""

from __future__ import annotations

from datetime import date

import pytest
from flask import Flask
from flask_babel import force_locale
from werkzeug.datastructures import MultiDict
from wtforms import Form, RadioField, StringField, validators

from scheduler.web.forms import DatePartsField, error_list, whole_sentence


class Details(Form):
    given = StringField("First name", [validators.DataRequired()])
    who = RadioField("Who is it for?", [validators.InputRequired()], choices={"me": "Me", "other": "Other"})
    born = DatePartsField("Birth date")


def read(month: str = "", day: str = "", year: str = "") -> DatePartsField:
    form = Details(MultiDict({"born-month": month, "born-day": day, "born-year": year}))
    form.validate()
    return form.born


def test_a_date_is_read_from_its_parts() -> None:
    for typed in (("4", "12", "1985"), ("04", " 12 ", "1985")):
        field = read(*typed)
        assert field.data == date(1985, 4, 12)
        assert not field.errors


def test_nothing_typed_is_no_date_and_no_error() -> None:
    field = read()
    assert field.data is None
    assert not field.errors


def test_digits_of_arabic_keyboards_are_digits() -> None:
    assert read("٤", "١٢", "١٩٨٥").data == date(1985, 4, 12)


@pytest.mark.parametrize(
    ("typed", "part", "message"),
    [
        (("13", "1", "1985"), "month", "Birth date: enter a month from 1 to 12."),
        (("", "1", "1985"), "month", "Birth date: enter a month from 1 to 12."),
        (("4", "32", "1985"), "day", "Birth date: enter a day from 1 to 31."),
        (("4", "-1", "1985"), "day", "Birth date: enter a day from 1 to 31."),
        (("4", "12", "85"), "year", "Birth date: enter the year with four digits, such as 1985."),
        (("4", "12", "¹985"), "year", "Birth date: enter the year with four digits, such as 1985."),
        (("2", "30", "1985"), "day", "Birth date: that month has no day 30. Check the day."),
        (("2", "29", "2023"), "day", "Birth date: that month has no day 29. Check the day."),
    ],
)
def test_a_wrong_part_is_named_with_the_fix(typed: tuple[str, str, str], part: str, message: str) -> None:
    field = read(*typed)
    assert field.data is None
    assert list(field.errors) == [message]
    assert field.wrong_part == part
    assert field.first_id == f"born-{part}"
    assert tuple(field.parts.values()) == typed


def test_a_kept_date_is_shown_in_parts() -> None:
    for kept in (date(1985, 4, 12), "1985-04-12"):
        assert Details(data={"born": kept}).born.parts == {"month": "4", "day": "12", "year": "1985"}


def test_what_was_typed_wins_over_what_was_kept() -> None:
    form = Details(
        MultiDict({"born-month": "x", "born-day": "", "born-year": ""}), data={"born": date(1985, 4, 12)}
    )
    assert not form.validate()
    assert form.born.parts["month"] == "x"


def test_an_endless_part_is_cut() -> None:
    assert len(read("1" * 100_000, "1", "1985").parts["month"]) <= 20


def test_the_summary_leads_to_the_first_control_of_each_wrong_field() -> None:
    form = Details(MultiDict({"born-month": "4", "born-day": "12", "born-year": "1"}))
    assert not form.validate()
    assert error_list(form) == [
        ("given", "First name: enter an answer."),
        ("who-0", "Who is it for? Enter an answer."),
        ("born-year", "Birth date: enter the year with four digits, such as 1985."),
    ]


@pytest.mark.parametrize(
    ("language", "label", "said"),
    [
        ("es", "¿Para quién es?", "¿Para quién es? Elija una."),
        ("zh", "为谁预约？", "为谁预约？Elija una."),
        ("en", "Email:", "Email: elija una."),
        ("zh", "电子邮箱", "电子邮箱：elija una."),
    ],
)
def test_a_question_is_not_joined_to_its_fix_by_a_colon(
    sqlite_app: Flask, language: str, label: str, said: str
) -> None:
    with sqlite_app.test_request_context(), force_locale(language):
        assert whole_sentence(label, "elija una.") == said


def test_a_message_of_two_fields_gets_no_third_name_before_it(sqlite_app: Flask) -> None:
    """As the Chinese one, whose colon is a sign of its own width."""
    form = Details(MultiDict({"given": "Ana", "who": "me"}))
    assert form.validate()
    form.given.errors = ["电话或电子邮箱：请至少填写一项。"]
    with sqlite_app.test_request_context(), force_locale("zh"):
        assert error_list(form) == [("given", "电话或电子邮箱：请至少填写一项。")]


def test_a_file_keeps_its_name_behind_a_question() -> None:
    assert whole_sentence("Your card?", "scan.pdf holds a script.") == "Your card? scan.pdf holds a script."
