"""Tables of fields: which a verb takes, what each is called for people and how it is checked, all at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from scheduler.catalog.parse import Parser
from scheduler.errors import InvalidInput


class _Required:
    """The default of a field that has none."""


REQUIRED = _Required()


@dataclass(frozen=True, slots=True)
class Field:
    """A field: its label, the check that returns it as it is kept, and what stands when it is not given."""

    label: str
    parse: Parser
    default: Any = REQUIRED


Fields = Mapping[str, Field]


class Problems:
    """What is wrong, by field, in the order in which it was found."""

    def __init__(self) -> None:
        self._found: dict[str, str] = {}

    def __contains__(self, field: str) -> bool:
        return field in self._found

    def add(self, field: str, label: str, fix: str) -> None:
        """Note a problem; the first one of a field stays."""
        self._found.setdefault(field, f"{label}: {fix}")

    def stop(self) -> None:
        """Raise InvalidInput when there is any."""
        if self._found:
            raise InvalidInput(self._found)


def check(fields: Fields, given: Mapping[str, Any], problems: Problems) -> dict[str, Any]:
    """All ``fields`` as they are kept: those ``given``, checked, and the defaults of the others. What is wrong goes to
    ``problems``, and its field is left out. Raises TypeError for a field that isn't there."""
    unknown = given.keys() - fields.keys()
    if unknown:
        raise TypeError(f"no such field: {', '.join(sorted(unknown))}")
    kept: dict[str, Any] = {}
    for name, field in fields.items():
        value = given.get(name, field.default)
        if value is REQUIRED:
            problems.add(name, field.label, "fill this in.")
            continue
        try:
            kept[name] = field.parse(value)
        except ValueError as error:
            problems.add(name, field.label, _lower_first(str(error)))
    return kept


def _lower_first(sentence: str) -> str:
    """Sentences of other rooms start with a capital; behind a label they go on in lower case."""
    return (
        sentence[:1].lower() + sentence[1:] if sentence[1:2].islower() or sentence[1:2] == " " else sentence
    )
