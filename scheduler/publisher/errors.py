"""What the publisher raises."""

from __future__ import annotations

from scheduler.errors import SchedulerError


class FeedUnavailable(SchedulerError):
    """The feed of this moment can't be told here now; asking again soon helps."""

    code = "feed-unavailable"
    status = 503
