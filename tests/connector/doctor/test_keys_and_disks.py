"""A host with keys of its own does not start; a full disk is told to whoever asks how we are."""

from __future__ import annotations

import base64
import os
import resource
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.core.management import call_command
from django.test import Client
from pytest_django import Settings

from connector.doctor import key_check, writable
from connector.lib.errors import Misconfigured
from sync.models import Installation
from xero.models import XeroApp

ROOT = Path(__file__).resolve().parents[3]


def other_key() -> str:
    return base64.b64encode(os.urandom(32)).decode()


@pytest.mark.django_db
def test_only_the_keys_of_the_first_process_start_another(settings: Settings) -> None:
    key_check.require()
    key_check.require()
    before, other = settings.FIELD_ENCRYPTION_KEYS, other_key()
    settings.FIELD_ENCRYPTION_KEYS = [other]
    with pytest.raises(Misconfigured, match="another key"):
        key_check.require()
    with pytest.raises(SystemExit, match="Not started"):
        key_check.refuse_to_start()
    settings.FIELD_ENCRYPTION_KEYS = [other, *before]
    key_check.require()
    call_command("rotate_keys")
    settings.FIELD_ENCRYPTION_KEYS = [other]
    key_check.require()


@pytest.mark.django_db
def test_where_secrets_are_stored_already_a_stranger_is_not_the_first(settings: Settings) -> None:
    XeroApp.objects.create(client_id="an app", client_secret="a secret")
    settings.FIELD_ENCRYPTION_KEYS = [other_key()]
    with pytest.raises(Misconfigured, match="client_secret"):
        key_check.require()
    assert not Installation.objects.filter(pk=1).exclude(clock_at=None).exists()
    call_command("rotate_keys", "--lost")
    key_check.require()
    assert XeroApp.objects.get().client_secret == ""


@pytest.mark.process
@pytest.mark.parametrize(
    "command",
    [
        ["manage.py", "sync", "--store", "au"],
        ["-c", "import connector.wsgi"],
        ["-m", "celery", "--app", "connector.celery", "worker", "--pool", "solo"],
        [
            "-m",
            "celery",
            "--app",
            "connector.celery",
            "beat",
            "--scheduler",
            "celery.beat:Scheduler",
        ],
    ],
)
def test_every_kind_of_process_refuses_and_says_why(command: list[str], tmp_path: Path) -> None:
    environment = {**os.environ, "DATA_DIR": str(tmp_path), "CELERY_BROKER_URL": "memory://"}
    environment.pop("DATABASE_URL", None)

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, *arguments], cwd=ROOT, env=environment, capture_output=True,
            text=True, timeout=120, check=False,
        )  # fmt: skip

    assert run("manage.py", "migrate", "-v0").returncode == 0
    assert run("-c", "import connector.wsgi").returncode == 0
    environment["FIELD_ENCRYPTION_KEYS"] = other_key()
    ended = run(*command)
    assert ended.returncode != 0
    assert "Not started." in ended.stderr
    assert "another key" in ended.stderr


@contextmanager
def no_room() -> Iterator[None]:
    """Every write to a file of this process fails, as on a full disk."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, before)


@pytest.mark.django_db
def test_a_full_disk_is_no_health(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writable, "_well_until", 0.0)
    assert client.get("/healthz").status_code == 200
    monkeypatch.setattr(writable, "_well_until", 0.0)
    with no_room():
        answer = client.get("/healthz")
    assert answer.status_code == 503
    assert b"cannot be written" in answer.content
    assert client.get("/healthz").status_code == 200


@pytest.mark.django_db
def test_a_data_directory_that_is_gone_is_no_health(
    client: Client, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writable, "_well_until", 0.0)
    settings.DATA_DIR = Path(settings.DATA_DIR) / "gone"
    answer = client.get("/healthz")
    assert (answer.status_code, b"DATA_DIR" in answer.content) == (503, True)


@pytest.mark.django_db
def test_asked_often_it_writes_seldom(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writable, "_well_until", 0.0)
    client.get("/healthz")
    written = Installation.objects.values_list("written_at", flat=True).get()
    for _ in range(5):
        assert client.get("/healthz").status_code == 200
    assert Installation.objects.values_list("written_at", flat=True).get() == written
