"""The Slot files of one block: text from the rule's starts, cut by cut, each with the instant until which it stands.

The rule is asked once for all cuts where there are several; what it said of files that were written is kept (``outlines``).
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

from scheduler.availability import Situation
from scheduler.availability.zones import Zone
from scheduler.publisher.cuts import Cut
from scheduler.publisher.files import Store
from scheduler.publisher.lines import Lines, Times
from scheduler.publisher.load import Offer
from scheduler.publisher.outlines import Outlines
from scheduler.publisher.slots import Shown, shown, stands_until
from scheduler.publisher.versions import NOTHING, FileOf, Version

# Begins the name of a shard of slots.
SLOTS = "Slot/"
# From so many cuts on it is cheaper to ask the rule once for all of them.
_ASK_ONCE = 4


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


def build_block(
    block: Block,
    situations: Mapping[str, Situation],
    now: int,
    cuts: Sequence[Cut],
    times: Times,
    store: Store,
    visible: Visible,
    outlines: Outlines | None = None,
) -> Iterator[Version]:
    """A version of each of ``cuts`` as it is at ``now``, its files written. Schedules without a situation have no
    slots. ``outlines`` gets to know what the files say."""
    writers = [
        (situations[offer.kind.schedule_id], Lines(offer.kind))
        for offer in block.offers
        if offer.kind.schedule_id in situations
    ]
    asked = [_asked(situation, now, cuts, visible) for situation, _ in writers]
    for number, cut in enumerate(cuts):
        found = [per_cut[number] for per_cut in asked]
        lines_of = [(lines, one) for (_, lines), one in zip(writers, found, strict=True)]
        file = _file(store, lines_of, times, now)
        if outlines is not None and file.name:
            outlines.keep(file.name, lines_of, times)
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


def _file(store: Store, shown_by: Sequence[tuple[Lines, Shown]], times: Times, now: int) -> FileOf:
    """The file of what several Schedules show."""
    count = sum(found.count for _, found in shown_by)
    if not count:
        return NOTHING
    texts = chain.from_iterable(lines.texts(found, times) for lines, found in shown_by)
    stored = store.put_pieces("Slot", texts, now)
    return FileOf(stored.name, count, stored.size)
