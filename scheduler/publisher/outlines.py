"""What the Slot files that were written last say, kept as starts, so that two of them are compared without being read.

After a booking the next file of the same shard differs in a slot or two; to read both would take longer than to write one.
"""

from __future__ import annotations

from array import array
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from scheduler.fhir.slot import BUSY, FREE, HELD
from scheduler.publisher.lines import Lines, Times
from scheduler.publisher.slots import Shown

_MOST_STARTS = 1_500_000
Slots = set[tuple[int, str, int]]


@dataclass(frozen=True, slots=True)
class _Part:
    """What one Schedule shows in a file, in little memory."""

    lines: Lines
    free: array[int]
    held: array[int]
    busy: array[int]
    seats: dict[int, int]

    @staticmethod
    def of(lines: Lines, found: Shown) -> _Part:
        seats = {start: found.seats.get(start, 1) for start in found.free} if found.seats else {}
        return _Part(lines, array("I", found.free), array("I", found.held), array("I", found.busy), seats)

    def says_as(self, other: _Part) -> bool:
        return (self.free, self.held, self.busy, self.seats) == (
            other.free,
            other.held,
            other.busy,
            other.seats,
        ) and self.lines.kind == other.lines.kind

    def slots(self) -> Slots:
        """Start, status and seats of each slot."""
        return {
            *((start, FREE, self.seats.get(start, 1)) for start in self.free),
            *((start, HELD, 1) for start in self.held),
            *((start, BUSY, 1) for start in self.busy),
        }


@dataclass(frozen=True, slots=True)
class _Outline:
    parts: dict[str, _Part]
    times: Times | None
    starts: int


_NOTHING = _Outline({}, None, 0)


class Outlines:
    """The outlines of the files written last, up to so many starts in all. Not for several threads at once."""

    def __init__(self, most_starts: int = _MOST_STARTS) -> None:
        self._most = most_starts
        self._starts = 0
        self._kept: OrderedDict[str, _Outline] = OrderedDict()

    def keep(self, name: str, shown_by: Sequence[tuple[Lines, Shown]], times: Times) -> None:
        """Remember what the file ``name`` says."""
        if name in self._kept:
            self._kept.move_to_end(name)
            return
        parts = {lines.kind.schedule_id: _Part.of(lines, found) for lines, found in shown_by if found.count}
        self._kept[name] = _Outline(parts, times, sum(found.count for _, found in shown_by))
        self._starts += self._kept[name].starts
        while self._starts > self._most:
            _, dropped = self._kept.popitem(last=False)
            self._starts -= dropped.starts

    def difference(self, old: str, new: str) -> tuple[list[bytes], list[bytes]] | None:
        """The lines that only the file ``new`` has, and those that only ``old`` has, without their ends; None when one of
        them isn't known. An empty name is an empty file."""
        before, after = (self._kept.get(name) if name else _NOTHING for name in (old, new))
        if before is None or after is None:
            return None
        more: list[bytes] = []
        less: list[bytes] = []
        for schedule_id in {**before.parts, **after.parts}:
            was, is_now = before.parts.get(schedule_id), after.parts.get(schedule_id)
            if was is not None and is_now is not None and was.says_as(is_now):
                continue
            had, has = (set() if part is None else part.slots() for part in (was, is_now))
            same = had & has if was and is_now and was.lines.kind == is_now.lines.kind else set()
            more += _written(is_now, has - same, after.times)
            less += _written(was, had - same, before.times)
        return more, less


def _written(part: _Part | None, slots: Slots, times: Times | None) -> Iterable[bytes]:
    if part is None or times is None or not slots:
        return ()
    by_status = {
        status: sorted(start for start, one, _ in slots if one == status) for status in (FREE, HELD, BUSY)
    }
    shown = Shown(by_status[FREE], by_status[HELD], by_status[BUSY], part.seats)
    return b"".join(part.lines.texts(shown, times)).splitlines()
