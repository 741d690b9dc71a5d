"""What must be built again: from marks and from versions that have ended, as blocks and cuts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from scheduler.availability.zones import zone
from scheduler.clock import to_utc
from scheduler.publisher.blocks import Member, blocks_of, members_of
from scheduler.publisher.cuts import Cut, cuts_of, touched
from scheduler.publisher.load import Catalogue, Offer
from scheduler.publisher.shards import SLOTS, Block

_WEEK = 7


@dataclass(frozen=True, slots=True)
class Mark:
    """A shard mark: a schedule and a week (its Monday's ordinal), a schedule alone, or neither: everything."""

    id: int
    schedule_id: str | None
    week: int | None


@dataclass(slots=True)
class Wanted:
    """What to build of a block: everything, or the cuts in these weeks and those of these names."""

    everything: bool = False
    weeks: set[int] = field(default_factory=set)
    cuts: set[str] = field(default_factory=set)

    def takes(self, cut: Cut) -> bool:
        return self.everything or cut.name in self.cuts or touched(cut.name, self.weeks)


@dataclass(slots=True)
class Plan:
    """``catalogue``: all that isn't slots. ``blocks``: by name."""

    catalogue: bool = False
    everything: bool = False
    blocks: dict[str, Wanted] = field(default_factory=dict)

    def of(self, block: str) -> Wanted:
        return self.blocks.setdefault(block, Wanted())

    def add_marks(self, marks: Iterable[Mark], blocks: Mapping[str, str]) -> None:
        """Take in what was marked; ``blocks``: of the schedules that were published so far."""
        for mark in marks:
            if mark.schedule_id is None:
                self.everything = self.catalogue = True
            elif mark.week is None:
                self.catalogue = True
                if mark.schedule_id in blocks:
                    self.of(blocks[mark.schedule_id]).everything = True
            elif mark.schedule_id in blocks:
                self.of(blocks[mark.schedule_id]).weeks.add(mark.week)

    def add_shards(self, shards: Iterable[str]) -> None:
        """Take in shards by name."""
        for shard in shards:
            if shard.startswith(SLOTS):
                block, _, cut = shard.removeprefix(SLOTS).rpartition("/")
                self.of(block).cuts.add(cut)
            else:
                self.catalogue = True

    def add_moves(self, marks: Iterable[Mark], before: Mapping[str, str], after: Mapping[str, str]) -> None:
        """Take in what a new catalogue means: blocks with other members, and marked schedules where they lie now."""
        old, new = members_of(before), members_of(after)
        for block in {*old, *new}:
            if self.everything or old.get(block) != new.get(block):
                self.of(block).everything = True
        for mark in marks:
            if mark.schedule_id is not None and mark.schedule_id in after:
                wanted = self.of(after[mark.schedule_id])
                if mark.week is None:
                    wanted.everything = True
                else:
                    wanted.weeks.add(mark.week)


def blocks_in(catalogue: Catalogue) -> tuple[dict[str, str], dict[str, Block]]:
    """The block of each schedule of a catalogue, and the blocks by name."""
    offers = {offer.kind.schedule_id: offer for offer in catalogue.offers}
    names = blocks_of(
        Member(schedule_id, offer.owner, offer.kind.zone.key, offer.states, offer.strict)
        for schedule_id, offer in offers.items()
    )
    blocks = {
        name: make_block(name, [offers[schedule_id] for schedule_id in members])
        for name, members in members_of(names).items()
    }
    return names, blocks


def make_block(name: str, offers: Sequence[Offer]) -> Block:
    """A block of these offers, which have one zone and one set of states."""
    first = offers[0]
    return Block(name, tuple(offers), zone(first.kind.zone.key), first.states, first.strict)


def cuts_to_build(block: Block, wanted: Wanted, known: Iterable[str], now: int) -> list[Cut]:
    """The cuts of a block that are wanted, or that there is nothing known of; ``known``: names of its shards."""
    longest = max(offer.horizon_days or 0 for offer in block.offers)
    cuts = cuts_of(block.zone, now, block.zone.day(now) + longest + 1)
    names = {shard.rpartition("/")[2] for shard in known}
    return [cut for cut in cuts if wanted.takes(cut) or cut.name not in names]


def is_past(shard: str, instant: int) -> bool:
    """Whether a shard of slots covers days alone that are over everywhere."""
    name = shard.rpartition("/")[2]
    after = int(name[1:]) + (_WEEK if name[0] == "W" else 1)
    return after < to_utc(instant).date().toordinal() - 1
