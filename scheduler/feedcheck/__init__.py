"""The judge of a feed's files: every line is read by the models of fhir.resources (R4B), whoever made it.

Public: ``check_lines``, ``BadLine``. It knows nothing of how our own feed is made, so that it can't share its mistakes.
May import: fhir.resources, which is slow to load and so loaded with the first line. Nothing of ours: no database, no
web, no other room.
"""

from scheduler.feedcheck.lines import BadLine, check_lines

__all__ = ["BadLine", "check_lines"]
