"""The Slot files of one block: text from the rule's starts, cut by cut, each with the instant until which it stands.

The hot path of the feed. Everything that the slots of one Schedule share is text already; only ids and times are put in.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from scheduler import fhir
from scheduler.availability import Situation
from scheduler.availability.zones import Zone
from scheduler.clock import MINUTE
from scheduler.fhir.records import SlotKind
from scheduler.fhir.slot import BUSY, FREE, HELD, WriteSlot
from scheduler.models.slots import slot_stamp
from scheduler.publisher.cuts import Cut
from scheduler.publisher.files import Store
from scheduler.publisher.load import Offer
from scheduler.publisher.slots import Shown, shown, stands_until
from scheduler.publisher.versions import NOTHING, FileOf, Version

# Begins the name of a shard of slots.
SLOTS = "Slot/"
# From so many cuts on it is cheaper to ask the rule once for all of them.
_ASK_ONCE = 4
_MOST_TEXTS = 100_000


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
    """Texts of instants in one zone, each made once: many Schedules have the same starts."""

    def __init__(self, zone: Zone) -> None:
        self._info = zone.info
        self._local: dict[int, str] = {}
        self._stamp: dict[int, str] = {}

    def local(self, at: int) -> str:
        """The instant with the zone's offset."""
        text = self._local.get(at)
        if text is None:
            text = self._kept(self._local, at, fhir.instant_text(at, self._info))
        return text

    def stamp(self, at: int) -> str:
        """The part of a slot's id that says when it starts."""
        text = self._stamp.get(at)
        if text is None:
            text = self._kept(self._stamp, at, slot_stamp(at))
        return text

    @staticmethod
    def _kept(texts: dict[int, str], at: int, text: str) -> str:
        if len(texts) >= _MOST_TEXTS:
            texts.clear()
        texts[at] = text
        return text


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
        (situations[offer.kind.schedule_id], _Writers(offer.kind))
        for offer in block.offers
        if offer.kind.schedule_id in situations
    ]
    asked = [_asked(situation, now, cuts, visible) for situation, _ in writers]
    for number, cut in enumerate(cuts):
        lines: list[str] = []
        held = False
        strict: list[str] = []
        ends = [cut.stands_until]
        for (situation, lines_of), per_cut in zip(writers, asked, strict=True):
            found = per_cut[number]
            own = lines_of.lines(found, times)
            lines += own
            if found.held:
                held = True
                strict += lines_of.lines(Shown(found.free, [], found.busy, found.seats), times)
            else:
                strict += own
            if cut.since < cut.until:
                ends.append(stands_until(situation, now, cut.since, cut.until, found))
        file = _file(store, lines, now)
        file_2021 = _file(store, strict, now) if held else file
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


class _Writers:
    """Writes the lines of one Schedule."""

    def __init__(self, kind: SlotKind) -> None:
        self._kind = kind
        self._id = kind.schedule_id + "-"
        self._length = kind.duration * MINUTE
        self._writers: dict[str, WriteSlot] = {}

    def lines(self, found: Shown, times: Times) -> list[str]:
        """The lines of what is shown, in the order of starts."""
        if not found.held and not found.busy:
            return self._of_status(FREE, found.free, found.seats, times)
        starts = [*found.free, *found.held, *found.busy]
        made = [
            *self._of_status(FREE, found.free, found.seats, times),
            *self._of_status(HELD, found.held, {}, times),
            *self._of_status(BUSY, found.busy, {}, times),
        ]
        return [line for _, line in sorted(zip(starts, made, strict=True))]

    def _of_status(self, status: str, starts: list[int], seats: Mapping[int, int], times: Times) -> list[str]:
        if not starts:
            return []
        if status not in self._writers:
            self._writers[status] = fhir.slot_writer(self._kind, status)
        write, prefix, length = self._writers[status], self._id, self._length
        local, stamp, seats_of = times.local, times.stamp, seats.get
        return [
            write(prefix + stamp(start), local(start), local(start + length), seats_of(start, 1))
            for start in starts
        ]


def _file(store: Store, lines: list[str], now: int) -> FileOf:
    if not lines:
        return NOTHING
    stored = store.put("Slot", "".join(lines).encode("ascii"), now)
    return FileOf(stored.name, len(lines), stored.size)
