"""Wrong passwords lock out who tried them, and nobody else, in all processes alike."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from connector.lib import clock
from connector.log_in import tries
from connector.models import LogInTry
from tests.web.factories import PASSWORD, UserFactory

ROOT = Path(__file__).resolve().parents[2]
WRONG = "The user name and the password do not go together."
TOO_MANY = "Too many wrong passwords were tried for this user name from where you are."

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _people(db: None) -> None:
    UserFactory(username="ana")
    UserFactory(username="bob")


def log_in(name: str, password: str = PASSWORD, *, at: str = "203.0.113.1", via: str = "") -> Any:
    headers = {"X-Forwarded-For": via} if via else {}
    return Client(REMOTE_ADDR=at, headers=headers).post(
        "/accounts/login/", {"login": name, "password": password}
    )


def is_in(response: Any) -> bool:
    return bool(response.status_code == 302 and response["Location"] == "/")


def test_a_right_password_is_not_called_wrong_after_too_many_tries() -> None:
    for _ in range(tries.MOST):
        assert WRONG in log_in("ana", "wrong").text

    locked = log_in("ana")

    assert locked.status_code == 200
    assert TOO_MANY in locked.text
    assert "This one was not looked at, so it may be right. Try again in 5 minutes." in locked.text
    assert WRONG not in locked.text
    assert "_auth_user_id" not in locked.client.session


def test_who_is_locked_out_gets_in_when_it_was_said(monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(tries.MOST):
        log_in("ana", "wrong")
    # trying on meanwhile does not make it longer
    for _ in range(20):
        log_in("ana", "wrong")
    assert LogInTry.objects.count() == tries.MOST
    LogInTry.objects.update(at=clock.now() - tries.WINDOW - timedelta(seconds=1))

    assert is_in(log_in("ana"))
    assert LogInTry.objects.count() == 0


def test_thirty_wrong_tries_of_anybody_lock_nobody_else_out() -> None:
    # given: all come from one address, as behind a proxy that nobody has counted
    for number in range(30):
        log_in(("bob", "nobody", f"guess{number}")[number % 3], "wrong")

    assert is_in(log_in("ana"))
    assert TOO_MANY in log_in("bob").text


def test_nobody_is_locked_out_by_others_elsewhere() -> None:
    for _ in range(30):
        log_in("ana", "wrong", at="198.51.100.9")

    assert TOO_MANY in log_in("ana", at="198.51.100.9").text
    assert is_in(log_in("ana"))


def test_a_right_password_does_not_wipe_out_wrong_ones() -> None:
    for _ in range(tries.MOST - 1):
        log_in("ana", "wrong")
    assert is_in(log_in("ana"))
    assert WRONG in log_in("ana", "wrong").text

    assert TOO_MANY in log_in("ana", "wrong").text


def test_one_network_of_ipv6_is_one_address() -> None:
    for number in range(tries.MOST):
        log_in("ana", "wrong", at=f"2001:db8:1:2::{number:x}")

    assert TOO_MANY in log_in("ana", at="2001:db8:1:2:ffff::1").text
    assert is_in(log_in("ana", at="2001:db8:1:3::1"))


def test_the_case_of_a_name_makes_no_other_account() -> None:
    for name in ("ana", "Ana", "ANA", " ana", "aNa"):
        log_in(name, "wrong")

    assert TOO_MANY in log_in("ana").text


@pytest.mark.parametrize(
    ("count", "first", "second", "same"),
    [
        # behind one proxy two people are two, whatever they claim themselves
        (1, "203.0.113.5", "203.0.113.6", False),
        (1, "10.9.9.9, 203.0.113.5", "10.8.8.8, 203.0.113.5", True),
        (2, "203.0.113.5, 10.0.0.2", "203.0.113.6, 10.0.0.2", False),
        (2, "1.1.1.1, 203.0.113.5, 10.0.0.2", "203.0.113.5, 10.0.0.2", True),
        # a port is no other address, and what is no address is not believed
        (1, "203.0.113.5:1234", "203.0.113.5:9999", True),
        (1, "unknown", "nonsense", True),
        (3, "203.0.113.5", "203.0.113.6", True),
        # without a proxy the header is the browser's own word
        (0, "203.0.113.5", "203.0.113.6", True),
    ],
)
def test_the_address_is_the_one_that_trusted_proxies_saw(
    settings: Settings, count: int, first: str, second: str, same: bool
) -> None:
    settings.TRUSTED_PROXY_COUNT = count
    for _ in range(tries.MOST):
        assert WRONG in log_in("ana", "wrong", at="10.0.0.1", via=first).text

    assert (TOO_MANY in log_in("ana", at="10.0.0.1", via=second).text) == same


@pytest.mark.parametrize("address", ["", "unix:"])
def test_behind_a_unix_socket_people_log_in(address: str) -> None:
    assert is_in(log_in("ana", at=address))


_TRY = """
import django, sys
django.setup()
from django.test import Client
from connector.log_in import tries
answers = [
    Client().post("/accounts/login/", {"login": "ana", "password": sys.argv[1]})
    for _ in range(int(sys.argv[2]))
]
print(sum("Too many wrong passwords" in answer.text for answer in answers),
      sum("do not go together" in answer.text for answer in answers),
      sum(answer.status_code == 302 for answer in answers))
"""


def worker(tmp_path: Path, *code: str) -> subprocess.Popen[str]:
    environment = os.environ | {
        "DATA_DIR": str(tmp_path), "DATABASE_URL": f"sqlite:///{tmp_path}/db.sqlite3",
        "DJANGO_SETTINGS_MODULE": "connector.settings", "ALLOWED_HOSTS": "testserver,localhost",
    }  # fmt: skip
    return subprocess.Popen(
        [sys.executable, *code], env=environment, cwd=ROOT, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip


def said_by(process: subprocess.Popen[str]) -> list[int]:
    out, err = process.communicate(timeout=120)
    assert process.returncode == 0, err
    return [int(number) for number in out.split()]


@pytest.mark.process
def test_two_workers_count_together(tmp_path: Path) -> None:
    made = worker(tmp_path, "manage.py", "migrate", "--verbosity", "0")
    made.communicate(timeout=120)
    assert made.returncode == 0
    code = f"""
import django
django.setup()
from django.contrib.auth import get_user_model
get_user_model().objects.create_superuser("ana", password={PASSWORD!r})
"""
    said_by(worker(tmp_path, "-c", code))

    # two workers try wrong passwords at the same time, and a third has the right one
    both = [worker(tmp_path, "-c", _TRY, "wrong", "8") for _ in range(2)]
    locked, wrong, _ = (sum(found) for found in zip(*map(said_by, both), strict=True))
    right = said_by(worker(tmp_path, "-c", _TRY, PASSWORD, "1"))

    # none is overlooked: at most five were checked at all
    assert wrong <= tries.MOST
    assert locked + wrong == 16
    assert right == [1, 0, 0]
