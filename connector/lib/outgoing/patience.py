"""How long a person waits for all that a page asks of others.

Each call has limits of its own. A page may make several, and a shop that answers each of them at
the last moment would hold the page, and a thread of the web server, for minutes. So what one
request asks of others has one end: when it has come, nothing more is asked, and what is under way
is broken off as if the other had not answered in time. Work without a person, in tasks and
commands, goes by the limits of its calls alone.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

from django.http import HttpRequest, HttpResponse

from connector.lib.outgoing.addresses import limits

# Seconds on the wall: people leave a page that takes longer, and proxies give up after thirty.
PATIENCE = 25.0
_Next = Callable[[HttpRequest], HttpResponse]


@contextmanager
def at_most(seconds: float) -> Iterator[None]:
    """Within, all calls together end after so many seconds on the wall, or when an end around
    this comes."""
    around = limits.get()
    end = min(around.deadline, time.monotonic() + seconds)
    token = limits.set(replace(around, deadline=end))
    try:
        yield
    finally:
        limits.reset(token)


def left() -> float:
    """Seconds until that end; infinite where there is none."""
    return limits.get().deadline - time.monotonic()


def patient(get_response: _Next) -> _Next:
    """A middleware: whatever a view asks of others, it has ended after `PATIENCE`."""

    def middleware(request: HttpRequest) -> HttpResponse:
        with at_most(PATIENCE):
            return get_response(request)

    return middleware
