"""The instant that a test chooses: ``scheduler.clock`` reads the machine's clock, so that clock is set."""

from __future__ import annotations

from datetime import datetime, timedelta

import time_machine

from scheduler import clock
from scheduler.publisher import clocks


class Clock:
    """The stopped clock of a test. It does not tick by itself; databases and other processes keep their own."""

    def __init__(self) -> None:
        self._stopped: time_machine.travel | None = None

    def at(self, moment: str | int) -> int:
        """Set the clock to an instant: text with an offset (``2026-06-01T09:00:00-04:00``) or epoch seconds.
        Returns epoch seconds."""
        self.go_on()
        instant = moment if isinstance(moment, int) else _instant(moment)
        self._stopped = time_machine.travel(instant, tick=False)
        self._stopped.start()
        clocks.believes_database = False
        self._now = instant
        return instant

    def forward(self, **lengths: float) -> int:
        """Move the stopped clock on by ``timedelta(**lengths)``. Returns epoch seconds."""
        assert self._stopped is not None, "set the clock with at() first"
        return self.at(self._now + int(timedelta(**lengths).total_seconds()))

    def go_on(self) -> None:
        """Let the real time show again."""
        if self._stopped is not None:
            self._stopped.stop()
            clocks.believes_database = True
            self._stopped = None


def midday_zone() -> str:
    """A zone in which it is about noon now, so that the next open times are of today."""
    ahead = 12 - clock.to_utc(clock.now()).hour
    return "Etc/UTC" if ahead == 0 else f"Etc/GMT{-ahead:+d}"  # POSIX signs: Etc/GMT-5 is ahead of UTC


def later(path: str) -> str:
    """The address of a page of times, from three days ahead on: none of those passes while a test goes through pages."""
    return f"{path}?from={clock.to_utc(clock.now() + 3 * clock.DAY):%Y-%m-%d}"


def _instant(text: str) -> int:
    moment = datetime.fromisoformat(text)
    assert moment.tzinfo is not None, "give the instant an offset"
    return int(moment.timestamp())
