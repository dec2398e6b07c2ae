from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from connector.celery import app
from connector.lib import doorbell
from connector.lib.errors import Misconfigured
from connector.processes import broker
from connector.processes.broker import EmbeddedBroker

PARENT = """
import sys, time
from pathlib import Path
from connector.processes.broker import EmbeddedBroker
with EmbeddedBroker(Path(sys.argv[1])) as broker:
    print(broker.pid, broker.url, flush=True)
    time.sleep(60)
"""


@app.task(name="tests.count")
def count() -> None:
    pass


@pytest.fixture(autouse=True)
def _own_broker(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.CELERY_BROKER_URL = ""
    settings.DATA_DIR = tmp_path
    monkeypatch.setattr(doorbell, "_paused_until", 0.0)


def waiting() -> int:
    """How many rings wait in the queue of the broker that is in force now."""
    with app.connection_for_read() as connection:
        return int(connection.default_channel.client.llen(app.conf.task_default_queue))


def is_running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_it_answers_while_it_is_entered_and_is_gone_afterwards(tmp_path: Path) -> None:
    with EmbeddedBroker(tmp_path) as running:
        socket = Path(running.url.removeprefix("redis+socket://"))
        file = tmp_path / "broker.url"
        assert file.read_text().strip() == running.url == broker.url()
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert len(os.fsencode(socket)) < 107
        assert broker.embedded_is_alive(tmp_path)
        pid = running.pid

    assert pid is not None
    assert not is_running(pid)
    assert not socket.parent.exists()
    assert not file.exists()
    assert broker.url() == broker.NOWHERE
    assert not broker.embedded_is_alive(tmp_path)


def test_a_long_data_dir_is_no_obstacle(tmp_path: Path) -> None:
    long = tmp_path / ("d" * 120)
    with EmbeddedBroker(long):
        assert broker.embedded_is_alive(long)


def test_a_process_finds_a_broker_that_starts_later_or_elsewhere(
    tmp_path: Path, django_capture_on_commit_callbacks: Any, db: None
) -> None:
    def ring() -> None:
        with django_capture_on_commit_callbacks(execute=True):
            doorbell.ring("tests.count")

    ring()
    for _ in range(2):  # the second broker has another address
        with EmbeddedBroker(tmp_path):
            ring()
            ring()
            assert waiting() == 2
        ring()


def test_a_configured_broker_wins(tmp_path: Path, settings: Any) -> None:
    with EmbeddedBroker(tmp_path):
        settings.CELERY_BROKER_URL = "redis://broker.example.com/0"
        assert broker.url() == "redis://broker.example.com/0"


def test_a_second_broker_for_the_same_data_is_refused(tmp_path: Path) -> None:
    with EmbeddedBroker(tmp_path) as first:
        with pytest.raises(Misconfigured, match="Another process") as caught:
            EmbeddedBroker(tmp_path).__enter__()
        assert caught.value.code == "broker_running"
        assert broker.url() == first.url
        assert broker.embedded_is_alive(tmp_path)


@pytest.mark.skipif(sys.platform != "linux", reason="asks /proc")
def test_it_dies_with_a_killed_parent_and_the_next_one_starts_over_it(tmp_path: Path) -> None:
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT, str(tmp_path)],
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "connector.settings"},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert parent.stdout
    pid, url = parent.stdout.readline().split()
    assert broker.embedded_is_alive(tmp_path)

    parent.send_signal(signal.SIGKILL)
    parent.wait()
    deadline = time.monotonic() + 2
    while is_running(int(pid)) and time.monotonic() < deadline:
        time.sleep(0.01)

    assert not is_running(int(pid))
    assert broker.url() == url  # stale, and answers nobody
    assert not broker.embedded_is_alive(tmp_path)
    with EmbeddedBroker(tmp_path) as successor:
        assert successor.url != url
        assert broker.embedded_is_alive(tmp_path)
        assert not Path(url.removeprefix("redis+socket://")).parent.exists()


def test_a_stale_file_that_points_elsewhere_deletes_nothing(tmp_path: Path) -> None:
    precious = tmp_path / "shop-to-xero-precious"
    precious.mkdir()
    (tmp_path / "broker.url").write_text(f"redis+socket://{precious}/broker.sock")
    with EmbeddedBroker(tmp_path):
        assert precious.is_dir()
