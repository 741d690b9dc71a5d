"""The details form: every field typed badly is refused by name and kept as typed."""

from __future__ import annotations

from datetime import date

import pytest
from werkzeug.datastructures import MultiDict

from scheduler.intake.asking import Asked
from scheduler.intake.drafts import Draft, read_draft
from scheduler.intake.forms import DetailsForm, details_form, typed_values
from scheduler.portal.review import summary
from scheduler.web.forms import error_list

TODAY = date(2027, 6, 8)
QUESTIONS = (
    Asked("one", "text", "Referral number", required=True),
    Asked("two", "long", "Medicines", hint="All that you take"),
    Asked("three", "choice", "Insurance", required=True, choices=("Acme", "None")),
    Asked("four", "multiple", "Allergies", required=True, choices=("Nuts", "Milk")),
    Asked("five", "date", "Last visit"),
    Asked("six", "number", "Height in cm", required=True),
    Asked("seven", "consent", "I agree to be seen by a student", required=True),
)
GOOD = {
    "for_whom": "me",
    "given": "Zoë",
    "family": "Ångström-O'Neil",
    "birth_date-month": "2",
    "birth_date-day": "29",
    "birth_date-year": "1984",
    "email": "zoe@example.org",
    "phone": "(617) 555-0142",
    "q_one": "R-17",
    "q_three": "Acme",
    "q_four": "Milk",
    "q_six": "171,5",
    "q_seven": "y",
}


def form_of(**changes: str | list[str] | None) -> DetailsForm:
    """The form with GOOD typed but for ``changes`` (None: not sent); a double underscore stands for a hyphen."""
    typed: MultiDict[str, str] = MultiDict(GOOD)
    for name, value in changes.items():
        name = name.replace("__", "-")
        typed.poplist(name)
        if value is not None:
            typed.setlist(name, value if isinstance(value, list) else [value])
    return details_form(QUESTIONS, typed, TODAY)


def messages(form: DetailsForm) -> dict[str, str]:
    assert not form.validate()
    return dict(error_list(form))


def test_good_answers_become_details_and_answers() -> None:
    form = form_of()
    assert form.validate(), form.errors
    details = form.details("America/Chicago")
    assert (details.given, details.family, details.birth_date) == ("Zoë", "Ångström-O'Neil", "1984-02-29")
    assert (details.email, details.phone, details.zone) == (
        "zoe@example.org",
        "(617) 555-0142",
        "America/Chicago",
    )
    assert {answer.question_id: answer.text for answer in form.answers()} == {
        "one": "R-17",
        "three": "Acme",
        "four": "Milk",
        "six": "171,5",
        "seven": "Yes",
    }
    assert form.answers()[0].question == "Referral number"


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("\u202eevil", "evil"),
        ("\u2067Ana\u2069", "Ana"),
        ("\u200fسارة\u200e\u061c", "سارة"),
        ("A\u200bn\u2060a\ufeff", "Ana"),
        ("نوری\u200cزاده", "نوری\u200cزاده"),
        ("ක්\u200dරිස්", "ක්\u200dරිස්"),
        ("N\u0303ame", "N\u0303ame"),
    ],
)
def test_signs_that_nobody_sees_are_left_out_of_a_line_but_those_that_spell_names(
    typed: str, kept: str
) -> None:
    form = form_of(given=typed, family=typed)
    assert form.validate(), form.errors
    assert (form.given.text, form.family.data, form.details("").given) == (kept, kept, kept)


@pytest.mark.parametrize("typed", ["\u202e", "\u200d \u200c", "\u3164", "\U000e0041"])
def test_a_name_of_which_nothing_can_be_seen_is_none(typed: str) -> None:
    assert messages(form_of(given=typed)) == {"given": "First name: enter it as on your papers."}


@pytest.mark.parametrize(
    ("name", "value", "target", "message"),
    [
        ("for_whom", "somebody", "for_whom-0", "Who is it for? Choose one of the answers in the list."),
        ("given", "", "given", "First name: enter it as on your papers."),
        ("given", "x" * 101, "given", "First name: use 100 characters or fewer. It has 101 now."),
        (
            "given",
            "a\x07b",
            "given",
            "First name: remove the characters that can't be shown, and type it again.",
        ),
        (
            "given",
            "a\nb",
            "given",
            "First name: remove the characters that can't be shown, and type it again.",
        ),
        ("family", " ", "family", 'Last name: enter it, or tick "One name only".'),
        ("family", "y" * 100_000, "family", "Last name: use 100 characters or fewer. It has 100000 now."),
        ("birth_date__month", "13", "birth_date-month", "Birth date: enter a month from 1 to 12."),
        ("birth_date__month", "ma", "birth_date-month", "Birth date: enter a month from 1 to 12."),
        ("birth_date__month", "ju", "birth_date-month", "Birth date: enter a month from 1 to 12."),
        ("q_six", "-3", "q_six", "Height in cm: enter a number that is not below 0, such as 12."),
        ("q_six", "\u22123", "q_six", "Height in cm: enter a number that is not below 0, such as 12."),
        ("birth_date__day", "32", "birth_date-day", "Birth date: enter a day from 1 to 31."),
        ("birth_date__day", "30", "birth_date-day", "Birth date: that month has no day 30. Check the day."),
        ("birth_date__day", "²", "birth_date-day", "Birth date: enter a day from 1 to 31."),
        (
            "birth_date__year",
            "2084",
            "birth_date-year",
            "Birth date: it must be in the past. Check the year.",
        ),
        (
            "birth_date__year",
            "84",
            "birth_date-year",
            "Birth date: enter the year with four digits, such as 1985.",
        ),
        ("email", "zoe@", "email", "Email: enter it in full, such as ana@example.org."),
        (
            "email",
            "zoe@example.org" + "x" * 300,
            "email",
            "Email: use 254 characters or fewer. It has 315 now.",
        ),
        ("phone", "555", "phone", "Phone: enter a number of 7 to 15 digits, such as 617-555-0142."),
        ("phone", "call me", "phone", "Phone: enter a number of 7 to 15 digits, such as 617-555-0142."),
        (
            "phone",
            "1234567890123456",
            "phone",
            "Phone: enter a number of 7 to 15 digits, such as 617-555-0142.",
        ),
        ("reason", "z" * 201, "reason", "Reason for the visit: use 200 characters or fewer. It has 201 now."),
        (
            "needs",
            ["hearing", "gold"],
            "needs-0",
            "What would help you? Choose from the answers in the list.",
        ),
        (
            "needs_other",
            "n" * 201,
            "needs_other",
            "Something else: use 200 characters or fewer. It has 201 now.",
        ),
        ("q_one", "", "q_one", "Referral number: type an answer."),
        ("q_two", "m" * 2001, "q_two", "Medicines: use 2000 characters or fewer. It has 2001 now."),
        ("q_three", None, "q_three-0", "Insurance: choose an answer."),
        ("q_three", "Other", "q_three-0", "Insurance: choose one of the answers in the list."),
        ("q_four", None, "q_four-0", "Allergies: choose at least one."),
        ("q_four", ["Milk", "Dust"], "q_four-0", "Allergies: choose from the answers in the list."),
        ("q_five__day", "12", "q_five-month", "Last visit: enter a month from 1 to 12."),
        ("q_six", "tall", "q_six", "Height in cm: enter a number, such as 12."),
        ("q_six", "1e999", "q_six", "Height in cm: enter a number, such as 12."),
        ("q_seven", None, "q_seven", "I agree to be seen by a student: tick the box to go on."),
    ],
)
def test_a_bad_answer_is_refused_by_name_and_nothing_else_is(
    name: str, value: str | list[str] | None, target: str, message: str
) -> None:
    assert messages(form_of(**{name: value})) == {target: message}


def test_what_was_typed_badly_is_shown_again_as_typed() -> None:
    form = form_of(
        given="<script>alert(1)</script>" * 5, phone="call me", birth_date__month="13", q_six="tall"
    )
    assert not form.validate()
    shown = str(form.given())
    assert "&lt;script&gt;" in shown
    assert "<script>" not in shown
    assert 'value="call me"' in str(form.phone())
    assert form.birth_date.parts == {"month": "13", "day": "29", "year": "1984"}
    assert 'value="tall"' in str(form["q_six"]())


def test_phone_or_email_is_enough_and_neither_is_not() -> None:
    assert form_of(email=None).validate()
    assert form_of(phone="").validate()
    assert messages(form_of(phone="", email="")) == {
        "email": "Phone or email: enter at least one so the clinic can reach you."
    }
    # a wrong one is named alone: mending it may be all that is needed
    assert list(messages(form_of(phone="", email="x"))) == ["email"]


def test_one_name_only_needs_no_last_name() -> None:
    form = form_of(family="", one_name="y")
    assert form.validate()
    assert form.details("").family == ""


def test_somebody_else_needs_the_name_of_who_books() -> None:
    assert messages(form_of(for_whom="child")) == {
        "booker_given": "Your first name: enter your own name, so the clinic knows who booked.",
        "relationship": "You are their: enter who you are to them, such as mother.",
    }
    form = form_of(for_whom="child", booker_given="Ana", relationship="mother")
    assert form.validate()
    assert form.details("").booker_given == "Ana"
    # what was typed there before "Me" was chosen again is not kept
    assert form_of(booker_given="Ana", relationship="mother").details("").booker_given == ""


@pytest.mark.parametrize(
    "phone", ["617-555-0142", "+44 20 7946 0958", "(617) 555.0142 x12", "6175550142", "٦١٧٥٥٥٠١٤٢"]
)
def test_usual_ways_to_write_a_phone_number_pass(phone: str) -> None:
    assert form_of(phone=phone).validate()


@pytest.mark.parametrize(
    "typed", ["٦١٧٥٥٥٠١٤٢", "६१७५५५०१४२", "\uff16\uff11\uff17\uff15\uff15\uff15\uff10\uff11\uff14\uff12"]
)
def test_a_phone_number_is_kept_in_digits_that_can_be_called(typed: str) -> None:
    assert form_of(phone=typed).details("").phone == "6175550142"


def test_emoji_and_other_scripts_are_kept() -> None:
    form = form_of(given="愛 🙂", reason="Knie 🦵\nlinks")
    assert form.validate()
    assert form.details("").given == "愛 🙂"
    assert form.details("").reason == "Knie 🦵\nlinks"


def test_needs_carry_what_was_typed_beside_them() -> None:
    form = form_of(
        needs=["interpreter", "hearing", "other"], needs_language="Spanish", needs_other="A ramp: steep"
    )
    assert form.validate()
    assert form.details("").needs == ("interpreter: Spanish", "hearing", "other: A ramp: steep")
    rows = {row.label: row.value for row in summary(form, "/hold/x")}
    assert rows["What would help"] == (
        "An interpreter: Spanish",
        "Help with hearing",
        "Something else: A ramp: steep",
    )


def test_a_draft_comes_back_as_it_was_typed() -> None:
    typed: MultiDict[str, str] = MultiDict(
        {**GOOD, "csrf_token": "t", "page": "review", "other": "x", "given": "\ud83d\ude42"}
    )
    typed.setlist("needs", ["hearing", "vision"])
    kept = typed_values(typed, QUESTIONS)
    assert kept["needs"] == ["hearing", "vision"]
    assert {"csrf_token", "page", "other"}.isdisjoint(kept)
    draft = Draft(kept, "America/Chicago", "token")
    values = draft.values()
    assert values is not None
    form = details_form(QUESTIONS, values, TODAY)
    assert form.birth_date.parts["day"] == "29"
    assert form.needs.ticked == ["hearing", "vision"]
    assert form["q_seven"].data is True


def test_no_draft_is_an_empty_one() -> None:
    assert read_draft(None).empty
    assert read_draft('{"typed": {"given": ["A"]}}').typed == {"given": ["A"]}
    assert not details_form(QUESTIONS, None, TODAY).errors


def test_a_draft_is_bounded_however_much_was_sent() -> None:
    typed: MultiDict[str, str] = MultiDict({"reason": "x" * 500_000})
    typed.setlist("needs", ["hearing"] * 400)
    kept = typed_values(typed, ())
    assert len(kept["reason"][0]) == 10_000
    assert len(kept["needs"]) == 50


def test_the_review_lists_every_answer_with_the_field_to_change_it() -> None:
    form = form_of(q_two="a\nb", q_five__month="1", q_five__day="2", q_five__year="2026")
    assert form.validate()
    rows = {row.label: row for row in summary(form, "/hold/x")}
    assert rows["Name"].value == "Zoë Ångström-O'Neil"
    assert rows["Birth date"].value == "February 29, 1984"
    assert rows["Medicines"].value == ("a", "b")
    assert rows["Last visit"].value == ("Friday, January 2, 2026",)
    assert rows["Birth date"].change == "/hold/x#birth_date-month"
    assert rows["Insurance"].change == "/hold/x#q_three-0"
    assert rows["Insurance"].change_name == "insurance"


@pytest.mark.parametrize("typed", ["Feb", "feb.", "FEBRUARY", " Febr "])
def test_a_month_may_be_typed_by_its_name(typed: str) -> None:
    form = form_of(birth_date__month=typed)
    assert form.validate(), form.errors
    assert form.birth_date.data == date(1984, 2, 29)
    assert form.birth_date.parts["month"] == typed.strip()


@pytest.mark.parametrize(("hint", "ready"), [("From -20 to 20", True), ("Steps of 0-25", False)])
def test_a_number_below_zero_is_taken_where_the_question_shows_one(hint: str, ready: bool) -> None:
    asked = (Asked("six", "number", "Dioptres", hint=hint),)
    form = details_form(asked, MultiDict({**GOOD, "q_six": "-3.25"}), TODAY)
    assert form.validate() is ready
