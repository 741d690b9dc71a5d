"""The Slot files of one block: text from the rule's starts, cut by cut, each with the instant until which it stands.

The hot path of the feed. Everything that the slots of one Schedule share is text already; only ids and times are put in.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain

from scheduler import fhir
from scheduler.availability import Situation
from scheduler.availability.zones import Zone
from scheduler.clock import MINUTE
from scheduler.fhir.records import SlotKind
from scheduler.fhir.slot import BUSY, FREE, HELD, SlotTimes, WriteSlots
from scheduler.models.slots import slot_prefix, slot_stamp
from scheduler.publisher.cuts import Cut
from scheduler.publisher.files import Store
from scheduler.publisher.load import Offer
from scheduler.publisher.slots import Shown, shown, stands_until
from scheduler.publisher.versions import NOTHING, FileOf, Version

# Begins the name of a shard of slots.
SLOTS = "Slot/"
# From so many cuts on it is cheaper to ask the rule once for all of them.
_ASK_ONCE = 4
# Lines that are text at the same time: memory that comes and goes in large pieces costs more than what is written there.
_AT_ONCE = 48
_MOST_TEXTS = 20_000
_MOST_WRITERS = 2048


@dataclass(frozen=True, slots=True)
class Visible:
    """What the settings let the feed show."""

    busy: bool = False
    held: bool = True
    seats: bool = True


@dataclass(frozen=True, slots=True)
class Block:
    """A block's name, its Schedules with what their slots share, in order, and the zone and states of all of them."""

    name: str
    offers: Sequence[Offer]
    zone: Zone
    states: tuple[str, ...]
    strict: bool


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


def build_block(
    block: Block,
    situations: Mapping[str, Situation],
    now: int,
    cuts: Sequence[Cut],
    times: Times,
    store: Store,
    visible: Visible,
) -> Iterator[Version]:
    """A version of each of ``cuts`` as it is at ``now``, its files written. Schedules without a situation have no
    slots."""
    writers = [
        (situations[offer.kind.schedule_id], _Lines(offer.kind))
        for offer in block.offers
        if offer.kind.schedule_id in situations
    ]
    asked = [_asked(situation, now, cuts, visible) for situation, _ in writers]
    for number, cut in enumerate(cuts):
        found = [per_cut[number] for per_cut in asked]
        lines_of = [(lines, one) for (_, lines), one in zip(writers, found, strict=True)]
        file = _file(store, lines_of, times, now)
        file_2021 = file
        if block.strict and any(one.held for one in found):
            file_2021 = _file(store, [(lines, one.without_held()) for lines, one in lines_of], times, now)
        ends = [cut.stands_until]
        if cut.since < cut.until:
            ends += [
                stands_until(situation, now, cut.since, cut.until, one)
                for (situation, _), one in zip(writers, found, strict=True)
            ]
        yield Version(
            shard=f"{SLOTS}{block.name}/{cut.name}",
            type="Slot",
            states=block.states,
            from_at=now,
            until_at=min((at for at in ends if at is not None), default=None),
            file=file,
            file_2021=file_2021 if block.strict else NOTHING,
        )


def _asked(situation: Situation, now: int, cuts: Sequence[Cut], visible: Visible) -> list[Shown]:
    def ask(since: int, until: int) -> Shown:
        return shown(
            situation,
            now,
            since,
            until,
            show_busy=visible.busy,
            show_held=visible.held,
            show_seats=visible.seats,
        )

    if len(cuts) < _ASK_ONCE:
        return [ask(cut.since, cut.until) for cut in cuts]
    whole = ask(min(cut.since for cut in cuts), max(cut.until for cut in cuts))
    return [
        Shown(_within(whole.free, cut), _within(whole.held, cut), _within(whole.busy, cut), whole.seats)
        for cut in cuts
    ]


def _within(starts: list[int], cut: Cut) -> list[int]:
    return starts[bisect_left(starts, cut.since) : bisect_left(starts, cut.until)] if starts else starts


class _Lines:
    """The lines of one Schedule."""

    def __init__(self, kind: SlotKind) -> None:
        self._kind = kind
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
        return _writer(self._kind, status)(
            times.of(starts, self._length), (seats.get(start, 1) for start in starts)
        )


@lru_cache(maxsize=_MOST_WRITERS)
def _writer(kind: SlotKind, status: str) -> WriteSlots:
    return fhir.slot_writer(kind, status, slot_prefix(kind.schedule_id))


def _file(store: Store, shown_by: Sequence[tuple[_Lines, Shown]], times: Times, now: int) -> FileOf:
    """The file of what several Schedules show."""
    count = sum(found.count for _, found in shown_by)
    if not count:
        return NOTHING
    texts = chain.from_iterable(lines.texts(found, times) for lines, found in shown_by)
    stored = store.put_pieces("Slot", texts, now)
    return FileOf(stored.name, count, stored.size)
