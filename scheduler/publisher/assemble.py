"""From versions to editions: which states of the whole feed are new, and which of those foreseen stay."""

from __future__ import annotations

from collections.abc import Mapping

from scheduler.publisher.changes import Differ, Page, TooMuch, changed_shards
from scheduler.publisher.editions import Head, Made, make
from scheduler.publisher.files import Store
from scheduler.publisher.manifest import Maker
from scheduler.publisher.outlines import Outlines
from scheduler.publisher.versions import Timeline, Version
from scheduler.publisher.work import Work

# How near (milliseconds) a foreseen edition may come before one that replaces it gets the later transactionTime, since
# another process may show it first.
NEAR_MS = 1000
# A page of more than so many bytes, before and after, is no help to anybody.
_MOST_PAGE_BYTES = 256 * 1024 * 1024
# Foreseen editions are put together on the way to a reader only while that is quick.
_QUICK_SHARDS = 12
_QUICK_EDITIONS = 3
# So many editions at a time, so that readers who need a rebuild of their own don't wait long.
_MOST_EDITIONS = 30


class Assembler:
    """Makes editions of one feed; differences that it has seen are remembered."""

    def __init__(self, maker: Maker, store: Store, outlines: Outlines | None = None) -> None:
        self._maker = maker
        self._differ = Differ(store, outlines)

    def assemble(self, work: Work, *, quick: bool) -> tuple[list[Made], int | None, list[int]]:
        """The editions that are new, until when (epoch milliseconds) they and those that stay say everything, and the
        numbers of foreseen ones that will not be."""
        before = self._before(work)
        content = work.timeline.at(work.now)
        number = work.row.edition
        made: list[Made] = []
        last = work.current
        others = [head for head in work.heads if head is not last]
        foreseen = {head.from_ms: head for head in others}
        if work.afresh or last is None or changed_shards(before, content):
            number += 1
            last = self._at_once(work, number, last)
            made.append(self._made(work, last, before, content))
        foreseen_stay = not made
        old = Timeline(work.state.versions)
        stays: set[int] = set()
        known = work.timeline.known_until()
        for at in work.timeline.changes(work.now):
            if known is not None and at >= known:
                break
            following = work.timeline.at(at)
            changed = changed_shards(content, following)
            if not changed:
                continue
            head = foreseen.get(at * 1000)
            foreseen_stay = (
                foreseen_stay
                and head is not None
                and head.previous == last.number
                and not changed_shards(old.at(at), following)
            )
            if foreseen_stay and head is not None:
                last = head
                stays.add(head.number)
            elif len(made) >= (_QUICK_EDITIONS if quick else _MOST_EDITIONS) or (
                quick and len(changed) > _QUICK_SHARDS
            ):
                known = at
                break
            else:
                number += 1
                last = Head(number, last.number, at * 1000, max(last.transaction_ms + 1, at * 1000))
                made.append(self._made(work, last, content, following))
            content = following
        dropped = [head.number for head in others if head.number not in stays]
        return made, None if known is None else known * 1000, dropped

    def _before(self, work: Work) -> dict[str, Version]:
        """What the current edition holds."""
        if work.afresh or work.current is None:
            return {}
        at = max(work.current.from_ms, min(work.row.settled_ms, work.now_ms))
        return Timeline(work.state.versions).at(at // 1000)

    def _at_once(self, work: Work, number: int, last: Head | None) -> Head:
        """The head of an edition that holds from now on."""
        times = [work.now_ms]
        if last is not None:
            times.append(last.transaction_ms + 1)
        times += [
            head.transaction_ms + 1
            for head in work.heads
            if head is not last and (head.from_ms <= work.now_ms + NEAR_MS or last is None)
        ]
        previous = None if last is None or work.afresh else last.number
        return Head(number, previous, work.now_ms, max(times))

    def _made(
        self, work: Work, head: Head, before: Mapping[str, Version], after: Mapping[str, Version]
    ) -> Made:
        page = Page()
        if head.previous is not None:
            try:
                page = self._differ.page(before, after, work.now, _MOST_PAGE_BYTES)
            except (TooMuch, FileNotFoundError):
                head = Head(head.number, None, head.from_ms, head.transaction_ms)
        return make(self._maker, head, after, page)
