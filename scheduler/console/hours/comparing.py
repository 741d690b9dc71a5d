"""Two edits of the same hours beside each other, row by row: what stands now, and what this person typed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from scheduler.catalog.hours import WEEKDAYS
from scheduler.catalog.typed_hours import write_ranges
from scheduler.console.hours.reading import DateSpan, Hours
from scheduler.console.hours.repeat_reading import Repeating

Range = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the comparison."""

    label: str
    theirs: str
    mine: str

    @property
    def differs(self) -> bool:
        return self.theirs != self.mine


def weeks(hours: Hours, mine: Mapping[int, Sequence[Range]]) -> list[Row]:
    """The seven days of what stands now and of what was typed."""
    return [
        Row(name, write_ranges(hours.weekly.get(day, ())), write_ranges(mine.get(day, ())))
        for day, name in enumerate(WEEKDAYS)
    ]


def dates(hours: Hours, mine: DateSpan | None, instead_of: Sequence[str]) -> list[Row]:
    """What stands now on the dates that were typed or edited, and what was typed; ``mine`` None: their removal."""
    rows = []
    for span in hours.dates:
        meets = mine is not None and span.first <= mine.last and span.last >= mine.first
        if meets or set(span.ids) & set(instead_of):
            rows.append(Row(span.when, _said(span), "" if mine else "Usual hours"))
    if mine is not None:
        rows.append(Row(mine.when, "" if rows else "Usual hours", _said(mine)))
    return rows or [Row("This date", "Usual hours", "Usual hours")]


def repeats(hours: Hours, mine: Repeating | None, instead_of: Sequence[str]) -> list[Row]:
    """What stands now of the rules that were edited, and what was typed; ``mine`` None: their removal."""
    label = "Hours that repeat"
    replaced = [rule for rule in hours.rules if set(rule.ids) & set(instead_of)]
    mine_said = mine.words if mine else "None"
    rows = [
        Row(label, rule.words, mine_said if place == 0 else "None") for place, rule in enumerate(replaced)
    ]
    return rows or [Row(label, "None", mine_said)]


def _said(span: DateSpan) -> str:
    parts = (span.hours, span.for_whom, span.note)
    return ", ".join(part for part in parts if part)
