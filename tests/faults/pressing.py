"""Somebody makes another version live and is killed, over and over: `python -m
tests.faults.pressing publish|roll_back|promote`.

Every press is a process of its own. The first dies at the first statement that changes something,
the next at the second, and so on to the one that dies at its COMMIT. The next dies when it rings
for what was held, so that nobody hears of it; then somebody who saw the same page presses once
more. Last a process builds and sends what is due, whoever rang. Prints a line of JSON for each.
"""

from __future__ import annotations

import json
import mmap
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

from tests.faults.workers import Countdown, die, forked, prepare

# What a process that dies can still tell the one that it was forked from.
_told = mmap.mmap(-1, 1)
_NOTHING, _AT_COMMIT, _OUTDATED = 0, 1, 2


def presses(store: Any) -> dict[str, Callable[[Any], Any]]:
    """Each way to another version, with what the person saw on the page that asks."""
    from accounts_mapping.models import MappingVersion
    from connector.configuration.versions import draft, publish

    current = MappingVersion.objects.current
    revision, seen = draft.draft(store).revision, current(store).number  # type: ignore[union-attr]
    # The sandbox, where a test has one, is the last store.
    source = MappingVersion.objects.order_by("store", "number").last()
    assert source is not None
    return {
        "publish": partial(publish.publish, revision=revision, author=None),
        "roll_back": partial(publish.roll_back, number=seen - 1, current=seen, author=None),
        "promote": lambda target: publish.promote(source, target, current=seen, author=None),
    }


@contextmanager
def at_statement(nth: int) -> Iterator[None]:
    """Die instead of the nth statement that changes something, at the latest at the COMMIT."""
    from django.db import connection

    def commit() -> None:
        _told[0] = _AT_COMMIT
        die()

    connection._commit = commit
    with connection.execute_wrapper(Countdown(nth, after=False)):
        yield


@contextmanager
def at_bell() -> Iterator[None]:
    """Die between the COMMIT and the ring."""
    from connector.lib import doorbell

    doorbell._publish = lambda *_: die()  # type: ignore[assignment]
    yield


@contextmanager
def counted() -> Iterator[None]:
    """Prints how often each order was built."""
    from sync.orders import build_due

    take, built = build_due.take, Counter[str]()

    def watched(*args: Any) -> Any:
        rows = list(take(*args))
        built.update(row.source_id for row in rows)
        return rows

    build_due.take = watched  # type: ignore[assignment]
    yield
    print(json.dumps({"built": built}), flush=True)  # noqa: T201


def state() -> dict[str, Any]:
    """What is live, what is left of the draft, and how many orders are to be built."""
    from django.db import connection

    from accounts_mapping.models import DraftChange, MappingVersion, snapshot
    from connector.lib import clock
    from stores.models import Store
    from sync.models import TrackedOrder

    store = Store.objects.order_by("pk")[0]
    found = {
        "versions": MappingVersion.objects.filter(store=store).count(),
        "timezone": store.profile.timezone,
        "sales": snapshot(store).rules.accounts.sales,
        "draft": DraftChange.objects.filter(draft__store=store).count(),
        "to build": TrackedOrder.objects.ready(clock.now()).filter(store=store).count(),
    }
    connection.close()
    return found


def work(store: Any) -> None:
    from sync.flow.session import Session

    Session(store, bar=False).work()


def press(way: Callable[[Any], Any], store: Any) -> None:
    from connector.configuration.versions.refusals import Outdated

    try:
        way(store)
    except Outdated:
        _told[0] = _OUTDATED


def attempt(job: Callable[[Any], None], trap: Callable[[], Any] | None) -> int:
    """Do it in a process, and print how that ended and what is there now; what it told."""
    _told[0] = _NOTHING
    ended = forked(job, trap)
    line = {"ended": ended, "outdated": _told[0] == _OUTDATED, **state()}
    print(json.dumps(line), flush=True)  # noqa: T201
    return _told[0]


def main(way: str) -> None:
    from stores.models import Store

    pressed = partial(press, presses(Store.objects.order_by("pk")[0])[way])
    nth = 1
    while attempt(pressed, partial(at_statement, nth)) != _AT_COMMIT:
        nth += 1
    attempt(pressed, at_bell)
    attempt(pressed, None)
    attempt(work, counted)


if __name__ == "__main__":
    prepare()
    main(sys.argv[1])
