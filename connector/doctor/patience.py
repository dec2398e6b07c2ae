"""How long an examination asks others, all together: somebody waits for it before a page."""

from __future__ import annotations

import time

from django.utils.translation import gettext as _

SECONDS = 25.0


class Patience:
    """Begins to run out as it is made. In seconds of the wall, as somebody sits before it."""

    def __init__(self) -> None:
        self._seconds = SECONDS
        self._until = time.monotonic() + SECONDS

    @property
    def left(self) -> float:
        return max(self._until - time.monotonic(), 0.0)

    @property
    def is_over(self) -> bool:
        return self.left == 0.0

    @property
    def said(self) -> str:
        """Of whoever was not asked, or did not answer, in time."""
        seconds = {"seconds": f"{self._seconds:g}"}
        return _("no answer within the %(seconds)s seconds that the look takes") % seconds
