"""Invented patients: names of trees and birds, telephone numbers of the fictional range 555-0100 to 555-0199."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random

from scheduler.booking import AnswerGiven, Details
from scheduler.models import Question

_GIVEN_NAMES = (
    "Ash Hazel Rowan Linden Laurel Ivy Fern Robin Martin Jay Lark Finch Sorrel Bryony Clover Heath Jasper Marlow Olive"
    " Poppy Reed Sage Tansy Willow Yarrow Basil Cedar Dahlia Elder Flora"
)
_FAMILY_NAMES = (
    "Testwood Mockingham Sampleford Demoville Exampleton Fauxley Pretender Placeholm Trialman Inventor Fictwell"
    " Makebury Notreal Standin Dummond Prototype Pilotson Mockery Draftwell Sketchley"
)
_GIVEN, _FAMILY = _GIVEN_NAMES.split(), _FAMILY_NAMES.split()
_REASONS = ("", "", "", "Yearly check", "Sore knee", "Trouble sleeping", "Questions about my medicine")
_AREAS = ("617", "312")
_OLDEST = date(1938, 1, 1)
_YOUNGEST_DAYS = 24_800
_WITH_EMAIL = 30


class Patients:
    """Draws patients; the same ``random`` draws the same ones. One in thirty has a mail address, the others a phone."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self._drawn = 0

    def details(self) -> Details:
        """What the next patient entered."""
        draw = self._random
        given, family = draw.choice(_GIVEN), draw.choice(_FAMILY)
        self._drawn += 1
        return Details(
            for_whom="me",
            given=given,
            family=family,
            birth_date=(_OLDEST + timedelta(days=draw.randrange(_YOUNGEST_DAYS))).isoformat(),
            email=f"{given}.{family}@example.org".lower() if self._drawn % _WITH_EMAIL == 0 else "",
            phone=f"{draw.choice(_AREAS)}-555-01{draw.randrange(100):02d}",
            booker_given="",
            booker_family="",
            relationship="",
            reason=draw.choice(_REASONS),
            needs=(),
            language="en",
            zone="",
            share_outcome=False,
        )

    def answers(self, questions: tuple[Question, ...]) -> list[AnswerGiven]:
        """What the patient answered to a type's questions; the ones that may be left out often are."""
        return [
            AnswerGiven(question.id, question.label, self._answer(question))
            for question in questions
            if question.required or self._random.random() < 0.3
        ]

    def _answer(self, question: Question) -> str:
        if question.choices:
            return str(self._random.choice(question.choices))
        if "number" in question.label:
            return f"REF-{self._random.randrange(10_000, 100_000)}"
        if question.kind == "long":
            return "Nothing in particular."
        return f"Dr. {self._random.choice(_FAMILY)}"
