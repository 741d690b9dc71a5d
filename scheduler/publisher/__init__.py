"""The live feed: what is offered, as immutable NDJSON files behind one manifest that can't be stale.

Purpose: ``publication.current`` gives the manifest of this very moment; it rebuilds when a mark, the clock,
the code or a setting says that the kept one no longer holds (design.md "The live feed"). The path of a
rebuild: ``load`` (rows to records) and ``slots`` (the slot rule's answers) → ``build`` (parts of NDJSON) →
``files`` (immutable, named by content) → ``manifest`` → ``publication`` (the one row, under one lock).
``files`` and ``manifest`` know no records.

Public names: ``blueprint`` (the addresses below /fhir/), ``current``, ``Published``, ``Store``,
``FeedUnavailable``.

May import: availability, models, fhir, the foundation; Flask in ``routes`` and ``responses`` alone. Never a
face.
"""

from scheduler.publisher.files import Store
from scheduler.publisher.publication import FeedUnavailable, Published, current
from scheduler.publisher.routes import blueprint

__all__ = ["FeedUnavailable", "Published", "Store", "blueprint", "current"]
