"""Make the feed hold: build what is marked or has ended, look ahead, and publish it in one step.

A rebuild reads marks and inputs in one snapshot, writes its files outside any write transaction, and then, under the lock
of the publication's row, publishes unless another one came first, deleting exactly the marks that it saw (design.md "The
live feed").
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import time
from collections.abc import Sequence

from sqlalchemy import delete, select, text
from sqlalchemy.orm import Session

from scheduler.db import snapshot, transaction
from scheduler.models.feed import Publication
from scheduler.models.operations import ShardMark
from scheduler.models.situations import load_situations
from scheduler.publisher import blocks as blocks_room
from scheduler.publisher.assemble import NEAR_MS, Assembler
from scheduler.publisher.build import build_catalogue
from scheduler.publisher.clocks import database_ms, steady
from scheduler.publisher.editions import Made, load_heads, load_later_heads, save_editions
from scheduler.publisher.errors import FeedUnavailable
from scheduler.publisher.files import Store
from scheduler.publisher.lines import Times
from scheduler.publisher.load import load_catalogue, published_ids
from scheduler.publisher.manifest import Maker
from scheduler.publisher.outlines import Outlines
from scheduler.publisher.plan import Mark, Plan, Wanted, blocks_in, cuts_to_build, is_past, make_block
from scheduler.publisher.shards import SLOTS, Block, Visible, build_block
from scheduler.publisher.versions import NOTHING, Timeline, Version, load_versions, save_versions
from scheduler.publisher.work import ROW, State, Work, read_row
from scheduler.publisher.workers import WORTH_IT, Helpers, Job, cores
from scheduler.settings import Settings

# Raised by every change of this code that gives other bytes for the same data.
CODE_GENERATION = 4

# How long (milliseconds) the last transaction may wait and commit before a foreseen edition would begin.
_COMMIT_MS = 300
_MARKS_AT_ONCE = 500
_FIRST = text(
    "INSERT INTO publication (id, generation, fingerprint, transaction_ms, manifest) "
    "VALUES (1, 0, '', 0, '') ON CONFLICT (id) DO NOTHING"
)


def fingerprint(settings: Settings) -> str:
    """What the feed is made with, besides data and time: code, zone data, settings. Begins with the
    generation of the code, so that older code knows that it must not publish."""
    parts = (
        importlib.metadata.version("tzdata"),
        settings.public_url,
        settings.show_busy,
        settings.show_held,
        settings.show_seats,
        settings.feed_max_age,
    )
    digest = hashlib.sha256("\n".join(map(str, parts)).encode()).hexdigest()
    return f"{CODE_GENERATION}:{digest[:40]}"


def code_generation(made_with: str) -> int:
    """The generation of the code in a fingerprint; 0 where there is none."""
    head = made_with.partition(":")[0]
    return int(head) if head.isdigit() else 0


class Rebuild:
    """Rebuilds of one process. Not for several threads at once; needs an application context."""

    def __init__(self, settings: Settings, store: Store) -> None:
        self.settings = settings
        self._fingerprint = fingerprint(settings)
        self.store = store
        self._visible = Visible(settings.show_busy, settings.show_held, settings.show_seats)
        self._helpers = (settings.publish_processes or cores()) - 1
        self._outlines = Outlines()
        maker = Maker(f"{settings.public_url}/fhir", settings.feed_max_age)
        self._assembler = Assembler(maker, store, self._outlines)
        self._times: dict[str, Times] = {}
        self._state: State | None = None

    def publish(self, *, ahead: int = 0, seconds: float | None = None, lost: Sequence[str] = ()) -> bool:
        """Make the feed hold at this moment, and build what time will change within ``ahead`` seconds, for ``seconds``
        at most. False when another one published meanwhile: look again. ``lost``: names of files that must be written
        again."""
        deadline = None if seconds is None else time.monotonic() + seconds
        with snapshot() as session:
            work = self._read(session, lost)
            self._catch_up(session, work, lost)
            self._foresee(session, work, ahead, deadline)
        made, until_ms, dropped = self._assembler.assemble(work, quick=ahead == 0)
        self.store.settle()
        self._retire(work)
        return self._save(work, made, until_ms, dropped)

    def _read(self, session: Session, lost: Sequence[str]) -> Work:
        clock_ms = database_ms(session)
        row = read_row(session)
        if code_generation(row.fingerprint) > code_generation(self._fingerprint):
            raise FeedUnavailable(
                "The feed is being published by a newer version. Ask again in a few seconds."
            )
        now_ms, set_back = steady(clock_ms, row.settled_ms)
        marks = [
            Mark(*found)
            for found in session.execute(select(ShardMark.id, ShardMark.schedule_id, ShardMark.week))
        ]
        heads = load_later_heads(session, now_ms) if set_back else load_heads(session, now_ms)
        if self._state is None or self._state.generation != row.generation:
            kept = self._state
            self._state = State(
                row.generation, load_versions(session), blocks_room.from_bytes(row.blocks), row.catalogue
            )
            if kept is not None and kept.catalogue == row.catalogue:
                self._state.blocks = kept.blocks
        state = self._state
        afresh = row.fingerprint != self._fingerprint or not heads or set_back
        return Work(
            now_ms=now_ms,
            row=row,
            marks=marks + ([Mark(0, None, None)] if afresh else []),
            heads=heads,
            state=state,
            timeline=Timeline() if afresh else Timeline(state.versions),
            afresh=afresh,
            names=dict(state.names),
            catalogue=row.catalogue,
            blocks=dict(state.blocks),
        )

    def _catch_up(self, session: Session, work: Work, lost: Sequence[str]) -> None:
        plan = Plan()
        plan.add_marks(work.marks, work.names)
        plan.add_shards(work.timeline.ended(work.now))
        if lost:
            missing = set(lost)
            plan.add_shards(
                one.shard for one in work.timeline.versions() if not missing.isdisjoint(one.names)
            )
        self._build(session, work, plan, work.now)

    def _build(self, session: Session, work: Work, plan: Plan, at: int) -> None:
        """Build what is planned as it is at ``at``, into the timeline."""
        ids = published_ids(session) if plan.catalogue else []
        count = self._helpers if plan.everything and len(ids) >= WORTH_IT else 0
        with Helpers(count, self.store, self._visible, self._built) as helpers:
            if plan.catalogue:
                self._build_catalogue(session, work, plan, ids, at)
            for name, wanted in sorted(plan.blocks.items()):
                block = self._block(session, work, name)
                if block is not None:
                    self._build_block(session, work, block, wanted, at, helpers)
        for version in helpers.made:
            work.timeline.put(version)

    def _build_catalogue(self, session: Session, work: Work, plan: Plan, ids: list[str], at: int) -> None:
        catalogue = load_catalogue(session, ids, self.settings.public_url, at)
        before = work.names
        work.names, work.blocks = blocks_in(catalogue)
        if at == work.now:
            plan.add_moves(work.marks, before, work.names)
        work.catalogue = work.row.generation + 1
        for version in build_catalogue(catalogue, at, self.store):
            work.timeline.put(version)
        for gone in set(before.values()) - set(work.names.values()):
            self._empty(work, gone, at)

    def _build_block(
        self, session: Session, work: Work, block: Block, wanted: Wanted, at: int, helpers: Helpers
    ) -> None:
        prefix = f"{SLOTS}{block.name}/"
        known = [shard for shard in work.timeline.shards if shard.startswith(prefix)]
        cuts = cuts_to_build(block, wanted, known, at)
        there = {cut.name for cut in cuts}
        for shard in known:
            name = shard.rpartition("/")[2]
            if name not in there and (wanted.everything or name in wanted.cuts):  # its days are over
                work.timeline.put(_nothing(shard, block.states, at))
        if not cuts:
            return
        situations = load_situations(
            session,
            [offer.kind.schedule_id for offer in block.offers],
            min(cut.since for cut in cuts),
            max(cut.until for cut in cuts),
        )
        helpers.add(Job(block, situations, at, cuts))

    def _built(self, job: Job) -> list[Version]:
        times = self._times.setdefault(job.block.zone.info.key, Times(job.block.zone))
        return list(
            build_block(
                job.block, job.situations, job.at, job.cuts, times, self.store, self._visible, self._outlines
            )
        )

    def _block(self, session: Session, work: Work, name: str) -> Block | None:
        if name not in work.blocks:
            members = sorted(schedule_id for schedule_id, block in work.names.items() if block == name)
            offers = (
                load_catalogue(session, members, self.settings.public_url, work.now).offers if members else ()
            )
            if not offers:
                return None
            work.blocks[name] = make_block(name, offers)
        return work.blocks[name]

    def _empty(self, work: Work, block: str, at: int) -> None:
        prefix = f"{SLOTS}{block}/"
        for shard in [shard for shard in work.timeline.shards if shard.startswith(prefix)]:
            work.timeline.put(_nothing(shard, (), at))

    def _foresee(self, session: Session, work: Work, ahead: int, deadline: float | None) -> None:
        """Build the versions that follow by time alone, until ``ahead`` seconds from now are known."""
        while ahead:
            at = work.timeline.known_until()
            if at is None or at > work.now + ahead:
                return
            plan = Plan()
            plan.add_shards(
                shard
                for shard, several in work.timeline.shards.items()
                if several[-1].until_at is not None and several[-1].until_at <= at
            )
            self._build(session, work, plan, at)
            if deadline is not None and time.monotonic() > deadline:
                return

    def _save(self, work: Work, made: Sequence[Made], until_ms: int | None, dropped: Sequence[int]) -> bool:
        names = set(work.names.values())
        work.timeline.forget(
            work.now,
            lambda shard: (
                not shard.startswith(SLOTS) or is_past(shard, work.now) or _block_of(shard) not in names
            ),
        )
        versions, rows = frozenset(work.timeline.versions()), work.state.versions
        # nobody shows a foreseen edition while marks are there; without any, one may begin before we are done
        seen = not any(mark.id for mark in work.marks)
        foreseen = [head for head in work.heads if seen and head.from_ms > work.now_ms + NEAR_MS]
        with transaction() as session:
            session.execute(_FIRST)
            row = session.scalars(
                select(Publication).where(Publication.id == ROW).with_for_update(key_share=True)
            ).one()
            late_ms = database_ms(session) + _COMMIT_MS
            if row.generation != work.row.generation or any(head.from_ms <= late_ms for head in foreseen):
                return False
            row.generation += 1
            row.edition = max(row.edition, *(one.head.number for one in made)) if made else row.edition
            row.settled_ms = work.now_ms
            row.until_ms = until_ms
            row.catalogue = work.catalogue
            if work.names != work.state.names:
                row.blocks = blocks_room.to_bytes(work.names)
            row.fingerprint = self._fingerprint
            row.valid_until_at = 0  # servers of the first generation then don't publish beside us
            save_editions(session, made, dropped, work.now_ms)
            save_versions(
                session,
                [one for one in versions if one not in rows],
                [one for one in rows if one not in versions],
            )
            _delete_marks(session, [mark.id for mark in work.marks if mark.id])
            generation = row.generation
        self._state = State(generation, versions, work.names, work.catalogue, work.blocks)
        return True

    def _retire(self, work: Work) -> None:
        """Begin the grace of files that no version names any more."""
        now = {name for version in work.timeline.versions() for name in version.names}
        before = {name for version in work.state.versions for name in version.names}
        self.store.retire(before - now, work.now)


def _nothing(shard: str, states: tuple[str, ...], at: int) -> Version:
    return Version(shard, "Slot", states, at, None, NOTHING, NOTHING)


def _block_of(shard: str) -> str:
    return shard.removeprefix(SLOTS).rpartition("/")[0]


def _delete_marks(session: Session, marks: Sequence[int]) -> None:
    for at in range(0, len(marks), _MARKS_AT_ONCE):
        session.execute(
            delete(ShardMark)
            .where(ShardMark.id.in_(marks[at : at + _MARKS_AT_ONCE]))
            .execution_options(synchronize_session=False)
        )
