"""A cold publish: every file of the feed from Situations in memory, by one process or several.

``python -m tests.bench.feed_publish SCHEDULES`` publishes once in a process of its own and prints, as JSON,
slots, processor seconds (``wall`` ones too) and the most memory that was used.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from scheduler.publisher.changes import Page
from scheduler.publisher.editions import Head, make
from scheduler.publisher.files import Store
from scheduler.publisher.lines import Times
from scheduler.publisher.manifest import Maker
from scheduler.publisher.outlines import Outlines
from scheduler.publisher.shards import Visible, build_block
from scheduler.publisher.versions import Version
from tests.bench import feed_workload
from tests.bench.feed_workload import NOW, PUBLIC_URL, Work

SECRET = "a secret of at least thirty-two letters"
MAKER = Maker(f"{PUBLIC_URL}/fhir", 60)


@dataclass(frozen=True, slots=True)
class Published:
    """What came of it: processor seconds of this process, wall seconds, slots, the versions of all shards, and what the publisher
    knows of them."""

    seconds: float
    wall: float
    slots: int
    versions: tuple[Version, ...]
    outlines: Outlines


def publish(folder: Path, works: Iterable[Work]) -> Published:
    """Write the files and the manifest. What ``works`` itself takes does not count."""
    store, outlines, zones = Store(folder, SECRET), Outlines(), {}
    versions: list[Version] = []
    seconds = wall = 0.0
    for block, situations, cuts in works:
        begun, at = time.thread_time(), time.perf_counter()
        times = zones.setdefault(block.zone.info.key, Times(block.zone))
        versions += build_block(block, situations, NOW, cuts, times, store, Visible(), outlines)
        seconds, wall = seconds + time.thread_time() - begun, wall + time.perf_counter() - at
    begun, at = time.thread_time(), time.perf_counter()
    write_manifest(folder, versions)
    return Published(
        seconds + time.thread_time() - begun,
        wall + time.perf_counter() - at,
        sum(version.file.count for version in versions),
        tuple(versions),
        outlines,
    )


def write_manifest(folder: Path, versions: Iterable[Version]) -> bytes:
    """Both manifests of these versions, the full one as a file."""
    content = {version.shard: version for version in versions}
    made = make(MAKER, Head(1, None, NOW * 1000, NOW * 1000), content, Page())
    (folder / "manifest").write_bytes(made.manifest)
    return made.manifest


def must(holds: bool, what: str) -> None:
    """Stop when ``holds`` doesn't."""
    if not holds:
        raise SystemExit(f"{what}: the figures would mean nothing.")


def in_folder(call: Callable[[Path], Published]) -> Published:
    """``call`` with a folder that is gone afterwards."""
    with tempfile.TemporaryDirectory() as folder:
        return call(Path(folder))


def peak_mb() -> float:
    """The most memory of this program. Not ``ru_maxrss``: that begins with what the one that started it had."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM"))


def main() -> int:
    works = feed_workload.blocks(feed_workload.cases(int(sys.argv[1])))
    done = in_folder(lambda folder: publish(folder, works))
    print(json.dumps({"slots": done.slots, "seconds": done.seconds, "wall": done.wall, "peak_mb": peak_mb()}))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
