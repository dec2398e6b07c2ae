"""What tests run in processes of their own: `python -m tests.xero.worker 8 token 1`.

Forks so many processes, lets all begin at one moment, and prints their results as JSON.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import sys
from collections import Counter
from collections.abc import Callable
from typing import Any

import django


def token(token_set_id: str) -> object:
    """An access token."""
    from xero.login import tokens

    return tokens.access_token(int(token_set_id))


def call(organisation_id: str, minutes: str) -> object:
    """Call Xero as fast as the budget allows for some of the product's minutes."""
    from connector.lib import clock
    from xero.api.faults import Throttled
    from xero.api.gateway import Gateway
    from xero.models import Lane, Organisation

    gateway = Gateway(Organisation.objects.get(pk=organisation_id), Lane.CLICK)
    outcomes: Counter[str] = Counter()
    end = clock.monotonic() + float(minutes) * 60
    while clock.monotonic() < end:
        try:
            gateway.read("organisation")
            outcomes["answered"] += 1
        except Throttled as error:
            outcomes[error.why] += 1
            clock.sleep(1)
    return outcomes


def take(store_id: str) -> object:
    """Take stock levels of a store, a few at a time, until none is left; their keys."""
    from datetime import timedelta

    from sync.models import MasterLevel

    rows = MasterLevel.objects.filter(store=store_id).order_by("not_before", "pk")
    keys: list[int] = []
    while taken := [row.pk for row in rows.take(str(os.getpid()), timedelta(minutes=9), most=3)]:
        keys += taken
    return keys


JOBS: dict[str, Callable[..., object]] = {"token": token, "call": call, "take": take}


def _run(barrier: Any, name: str, arguments: list[str]) -> object:
    barrier.wait()
    return JOBS[name](*arguments)


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "connector.settings")
    django.setup()
    count, job, *rest = sys.argv[1:]
    processes = multiprocessing.get_context("fork")
    with processes.Manager() as manager, processes.Pool(int(count)) as pool:
        together = manager.Barrier(int(count))
        results = pool.starmap(_run, [(together, job, rest)] * int(count), chunksize=1)
    print(json.dumps(results))  # noqa: T201
