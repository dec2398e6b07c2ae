from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from celery.exceptions import NotRegistered
from django.db import transaction
from structlog.testing import capture_logs

from connector.celery import app
from connector.lib import doorbell

heard: list[Any] = []


@app.task(name="tests.hear")
def hear(value: Any) -> None:
    heard.append(value)
    if value == "fail":
        raise OSError("the task's own trouble")


@pytest.fixture(autouse=True)
def _fresh(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    heard.clear()
    monkeypatch.setattr(doorbell, "_paused_until", 0.0)
    yield
    app.conf.task_always_eager = False


@pytest.fixture
def eager() -> None:
    app.conf.task_always_eager = True


@pytest.fixture
def no_broker(settings: Any, tmp_path: Path) -> None:
    settings.CELERY_BROKER_URL = ""
    settings.DATA_DIR = tmp_path


@pytest.mark.django_db(transaction=True)
def test_it_rings_after_the_commit_and_not_after_a_rollback(eager: None) -> None:
    with transaction.atomic():
        doorbell.ring("tests.hear", 7)
        assert heard == []
    assert heard == [7]

    with transaction.atomic():
        doorbell.ring("tests.hear", 8)
        transaction.set_rollback(True)
    assert heard == [7]


@pytest.mark.django_db(transaction=True)
def test_an_unknown_task_is_a_bug_and_shows_at_once(eager: None) -> None:
    with pytest.raises(NotRegistered):
        doorbell.ring("tests.no_such_task")


@pytest.mark.django_db(transaction=True)
def test_a_broker_that_is_down_is_logged_and_forgotten_fast(no_broker: None) -> None:
    doorbell.ring("tests.hear", 0)  # the first one also pays for imports
    with capture_logs() as logs:
        started = time.monotonic()
        doorbell.ring("tests.hear", 1)
        assert time.monotonic() - started < 0.05

    assert heard == []
    assert [(line["event"], line["task"]) for line in logs] == [
        ("doorbell.broker_down", "tests.hear")
    ]


@pytest.mark.django_db(transaction=True)
def test_a_refused_connection_is_a_broker_that_is_down(settings: Any) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))  # bound, nobody listens
        settings.CELERY_BROKER_URL = f"redis://127.0.0.1:{free.getsockname()[1]}/0"
        with capture_logs() as logs:
            doorbell.ring("tests.hear", 1)
    assert [line["event"] for line in logs] == ["doorbell.broker_down"]


@pytest.mark.django_db(transaction=True)
def test_after_a_slow_failure_nobody_waits_again(
    settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(app.conf.broker_transport_options, "socket_timeout", 0.2)
    monkeypatch.setattr(doorbell, "_SLOW_SECONDS", 0.1)
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        settings.CELERY_BROKER_URL = f"redis://127.0.0.1:{silent.getsockname()[1]}/0"
        doorbell.ring("tests.hear", 1)
        started = time.monotonic()
        for _ in range(100):
            doorbell.ring("tests.hear", 1)
        assert time.monotonic() - started < 0.1


@pytest.mark.django_db(transaction=True)
def test_what_cannot_be_sent_is_a_bug_and_raised(embedded_broker: str) -> None:
    with pytest.raises(Exception, match="JSON serializable"):
        doorbell.ring("tests.hear", object())


@pytest.mark.django_db(transaction=True)
def test_a_task_that_fails_in_eager_mode_is_no_broker_trouble(eager: None) -> None:
    with capture_logs() as logs:
        doorbell.ring("tests.hear", "fail")
    assert heard == ["fail"]
    assert "doorbell.broker_down" not in [line["event"] for line in logs]


# --- bursts -----------------------------------------------------------------------------------


def test_a_burst_is_a_few_rings_and_none_of_it_goes_unheard(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """However the rings fall, the last published one is heard after each of them."""
    at = [100.0]
    heard_at: list[float] = []
    monkeypatch.setattr(doorbell, "_covered", {})
    monkeypatch.setattr(doorbell.time, "monotonic", lambda: at[0])
    monkeypatch.setattr(
        doorbell, "ring", lambda *_, countdown=0.0: heard_at.append(at[0] + countdown)
    )

    for step in (0.0, 0.001, 0.1, 0.148, 0.002, 0.2, 0.05, 0.01, 0.3, 0.001):
        at[0] += step
        doorbell.ring_for_burst("tests.hear", 1)
        assert max(heard_at) >= at[0]

    assert [round(when - 100, 3) for when in heard_at] == [0, 0.5, 1]
    for _ in range(1000):
        at[0] += 0.005
        doorbell.ring_for_burst("tests.hear", 2)
    assert len(heard_at) - 3 <= 5 / 0.5 + 2


# --- the first rings of a process --------------------------------------------------------------

_FIRST_RINGS = """
import threading, django
django.setup()
from connector.lib import doorbell
failed, ready = [], threading.Barrier(12)
def ring():
    ready.wait()
    try:
        doorbell._task("sync.hooks")
    except Exception as error:
        failed.append(repr(error))
threads = [threading.Thread(target=ring) for _ in range(12)]
[thread.start() for thread in threads]
[thread.join() for thread in threads]
print(failed)
"""


def test_threads_that_ring_first_in_a_process_all_find_their_task() -> None:
    env = os.environ | {"DJANGO_SETTINGS_MODULE": "connector.settings"}
    done = subprocess.run(
        [sys.executable, "-c", _FIRST_RINGS], env=env, capture_output=True, text=True, check=True,
        cwd=Path(__file__).parents[3],
    )  # fmt: skip
    assert done.stdout.strip() == "[]"
