"""What tests run in processes of their own: `python -m tests.xero.worker 8 token 1`.

Forks so many processes, numbered from 1, lets all begin at one moment, and prints their results
as JSON.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import django


def token(_: int, token_set_id: str) -> object:
    """An access token."""
    from xero.login import tokens

    return tokens.access_token(int(token_set_id))


def call(seat: int, organisation_id: str, minutes: str, board_path: str) -> object:
    """Call Xero as fast as the budget allows for some minutes, over a wire that takes its time."""
    from connector.lib import clock
    from tests.xero.turns import Board
    from xero import transport
    from xero.api.faults import Throttled
    from xero.api.gateway import Gateway
    from xero.models import Lane, Organisation

    board, delays, send = Board(Path(board_path)), Random(seat), transport._OneSend.request
    board.take(seat)

    def slowly(pool: Any, *arguments: Any, **options: Any) -> Any:
        clock.sleep(delays.uniform(0, 0.5))
        answer = send(pool, *arguments, **options)
        clock.sleep(delays.uniform(0, 0.5))
        return answer

    transport._OneSend.request = slowly  # type: ignore[method-assign]
    outcomes: Counter[str] = Counter()
    end = clock.timestamp() + float(minutes) * 60
    try:
        gateway = Gateway(Organisation.objects.get(pk=organisation_id), Lane.CLICK)
        while clock.timestamp() < end:
            try:
                gateway.read("organisation")
                outcomes["answered"] += 1
            except Throttled as error:
                outcomes[error.why] += 1
                clock.sleep(1)
    finally:
        board.leave(seat)
    return outcomes


def take(_: int, store_id: str) -> object:
    """Take stock levels of a store, a few at a time, until none is left; their keys."""
    from datetime import timedelta

    from sync.models import MasterLevel

    rows = MasterLevel.objects.filter(store=store_id).order_by("not_before", "pk")
    keys: list[int] = []
    while taken := [row.pk for row in rows.take(str(os.getpid()), timedelta(minutes=9), most=3)]:
        keys += taken
    return keys


JOBS: dict[str, Callable[..., object]] = {"token": token, "call": call, "take": take}


def _run(barrier: Any, number: int, name: str, arguments: list[str]) -> object:
    barrier.wait()
    return JOBS[name](number, *arguments)


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "connector.settings")
    django.setup()
    count, job, *rest = sys.argv[1:]
    processes = multiprocessing.get_context("fork")
    with processes.Manager() as manager, processes.Pool(int(count)) as pool:
        together = manager.Barrier(int(count))
        jobs = [(together, number, job, rest) for number in range(1, int(count) + 1)]
        results = pool.starmap(_run, jobs, chunksize=1)
    print(json.dumps(results))  # noqa: T201
