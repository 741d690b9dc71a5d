"""The text of slots: one line each, from what the Slots of a Schedule share and what instants are called.

The hot path of the feed. Everything that does not differ from line to line is text already.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache

from scheduler import fhir
from scheduler.availability.zones import Zone
from scheduler.clock import MINUTE
from scheduler.fhir.records import SlotKind
from scheduler.fhir.slot import BUSY, FREE, HELD, SlotTimes, WriteSlots
from scheduler.models.slots import slot_prefix, slot_stamp
from scheduler.publisher.slots import Shown

# Lines that are text at the same time: memory that comes and goes in large pieces costs more than what is written there.
_AT_ONCE = 48
_MOST_TEXTS = 20_000
_MOST_WRITERS = 2048


class Times:
    """What slots that start at an instant say of it, in one zone, made once: many Schedules have the same starts."""

    def __init__(self, zone: Zone) -> None:
        self._info = zone.info
        self._kept: dict[int, dict[int, SlotTimes]] = {}

    def of(self, starts: Sequence[int], length: int) -> list[SlotTimes]:
        """The times of slots of ``length`` seconds."""
        kept = self._kept.setdefault(length, {})
        try:
            return [kept[start] for start in starts]
        except KeyError:
            return self._more(kept, starts, length)

    def _more(self, kept: dict[int, SlotTimes], starts: Sequence[int], length: int) -> list[SlotTimes]:
        if sum(map(len, self._kept.values())) > _MOST_TEXTS:
            self._kept.clear()
            kept = self._kept[length] = {}
        for start in starts:
            if start not in kept:
                first, last = (fhir.instant_text(at, self._info) for at in (start, start + length))
                kept[start] = (slot_stamp(start), first, last)
        return [kept[start] for start in starts]


class Lines:
    """The lines of one Schedule."""

    def __init__(self, kind: SlotKind) -> None:
        self.kind = kind
        self._length = kind.duration * MINUTE

    def texts(self, found: Shown, times: Times) -> Iterator[bytes]:
        """The lines of what is shown, in the order of starts, some at a time."""
        if found.held or found.busy:
            lines = [
                *self._of_status(FREE, found.free, found.seats, times),
                *self._of_status(HELD, found.held, {}, times),
                *self._of_status(BUSY, found.busy, {}, times),
            ]
            starts = (*found.free, *found.held, *found.busy)
            yield "".join(line for _, line in sorted(zip(starts, lines, strict=True))).encode("ascii")
            return
        for at in range(0, len(found.free), _AT_ONCE):
            some = found.free[at : at + _AT_ONCE]
            yield "".join(self._of_status(FREE, some, found.seats, times)).encode("ascii")

    def _of_status(self, status: str, starts: list[int], seats: Mapping[int, int], times: Times) -> list[str]:
        if not starts:
            return []
        return _writer(self.kind, status)(
            times.of(starts, self._length), (seats.get(start, 1) for start in starts)
        )


@lru_cache(maxsize=_MOST_WRITERS)
def _writer(kind: SlotKind, status: str) -> WriteSlots:
    return fhir.slot_writer(kind, status, slot_prefix(kind.schedule_id))
