"""How fast a shop is asked: as fast as it answers, until it asks to be asked less often.

Orders are read one by one, so that a shop with a limit may refuse in the middle of them. Then the
call waits as long as the shop says, is made again, and those behind it come more slowly; the pace
comes back by itself. What takes longer than a minute is left to the schedule.
"""

from __future__ import annotations

from connector.lib import clock

TRIES = 4
_PATIENCE = 60.0
_FIRST, _MOST = 0.5, 10.0  # seconds between calls after the first refusal, and at most
_BACK = 0.95


class Pace:
    """Of one session with one shop. `patient`: nobody waits for the answer."""

    def __init__(self) -> None:
        self.patient = True
        self._between = 0.0
        self._asked = 0.0

    def take_turn(self) -> None:
        """Before a call: wait until it is time for it."""
        early = self._asked + self._between - clock.monotonic()
        if self._between and early > 0:
            clock.sleep(early)
        self._asked = clock.monotonic()

    def answered(self) -> None:
        """The shop answered: a little faster."""
        self._between *= _BACK
        if self._between < _FIRST / 10:
            self._between = 0.0

    def refused(self, wait: float | None, tries: int) -> bool:
        """The shop asked to wait so many seconds (None: it does not say how long), for the
        `tries`-th time. Slower from now on; whether that was waited for."""
        self._between = min(max(self._between * 2, _FIRST), _MOST)
        seconds = 2.0**tries if wait is None else wait
        if not self.patient or tries >= TRIES or seconds > _PATIENCE:
            return False
        clock.sleep(seconds)
        return True
