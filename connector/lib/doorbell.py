"""Wake a worker. The database is the queue; this only says that there is something in it.

A lost ring costs at most one sweep (a minute), so a broker that is down is no error of the
page or the hook that rings: it is logged and forgotten. Anything else that goes wrong here
is a bug and is raised.
"""

from __future__ import annotations

import threading
import time
from functools import partial
from typing import Any

import structlog
from celery import Task, current_app
from celery.exceptions import NotRegistered
from django.db import transaction
from kombu.exceptions import OperationalError
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import TimeoutError as RedisTimeoutError

from connector.lib import clock

logger = structlog.get_logger(__name__)

BROKER_ERRORS = (OperationalError, RedisConnectionError, RedisTimeoutError, OSError)

# A broker that is down refuses at once. One behind a silent network costs seconds a ring,
# and a page may ring a hundred times: after a slow failure, nobody is asked for a while.
_SLOW_SECONDS = 0.5
_PAUSE_SECONDS = 15.0
_paused_until = 0.0
_IMPORTING = threading.RLock()

# How far apart this process publishes rings of one burst, in seconds of the wall.
_BURST_SECONDS = 0.5
# What was rung for in bursts → until when a ring that is published already stands for it.
_covered: dict[tuple[Any, ...], float] = {}


def ring_for_burst(task_name: str, *args: Any) -> None:
    """As `ring`, for what may come hundreds of times a second: a few rings stand for all.

    Call it after the commit. The first of a burst rings at once, the second for half a second
    later; until then that ring stands for all others, as what they rang for is committed
    before it is heard.
    """
    key, now = (task_name, *args), time.monotonic()
    until = _covered.get(key, 0.0)
    if until > now + _BURST_SECONDS:
        return
    if until > now:
        _covered[key] = until + _BURST_SECONDS
        ring(task_name, *args, countdown=(until - now) * clock.scale())
        return
    _covered[key] = now + _BURST_SECONDS
    ring(task_name, *args)


def ring(
    task_name: str, *args: Any, queue: str | None = None, countdown: float | None = None
) -> None:
    """Run a task by its name (`sync.dispatch`) once the current transaction is committed.

    Outside a transaction it rings at once; rolled back, not at all. `args` are JSON values,
    as a rule one primary key. `countdown` is in seconds of the product's time and short:
    what waits for minutes is a column. Raises NotRegistered (a KeyError) for an unknown
    name, at once and not after the commit. In eager mode the task runs here.
    """
    task = _task(task_name)
    transaction.on_commit(partial(_publish, task, args, queue, countdown))


def _task(name: str) -> Task:
    if name not in current_app.tasks:
        # Only workers import the tasks' modules by themselves. One thread does; others wait, as
        # Celery would tell them that it is done while it is still going on.
        with _IMPORTING:
            if name not in current_app.tasks:
                current_app.loader.import_default_modules()
    try:
        return current_app.tasks[name]
    except NotRegistered:
        raise
    except KeyError:
        raise NotRegistered(name) from None


def _publish(task: Task, args: tuple[Any, ...], queue: str | None, countdown: float | None) -> None:
    global _paused_until
    wait = None if countdown is None else clock.wall_seconds(countdown)
    if current_app.conf.task_always_eager:
        task.apply_async(args=args, queue=queue, countdown=wait)
        return
    started = time.monotonic()
    if started < _paused_until:
        return
    try:
        task.apply_async(args=args, queue=queue, countdown=wait)
    except BROKER_ERRORS as error:
        if time.monotonic() - started > _SLOW_SECONDS:
            _paused_until = time.monotonic() + _PAUSE_SECONDS
        logger.warning("doorbell.broker_down", task=task.name, error=type(error).__name__)
