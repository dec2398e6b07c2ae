from __future__ import annotations

import base64
import json
import os
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.core.checks import CheckMessage
from django.test import Client

from connector.doctor import system_checks
from connector.lib import clock
from connector.lib.environment import Env

ROOT = Path(__file__).resolve().parents[2]

DEFAULTS = {
    "DEBUG": False,
    "ALLOWED_HOSTS": ["localhost", "127.0.0.1"],
    "PUBLIC_URL": "http://localhost:8000",
    "CELERY_BROKER_URL": "",
    "CELERY_TASK_ALWAYS_EAGER": False,
    "XERO_LOGIN_URL": "https://login.xero.com",
    "XERO_IDENTITY_URL": "https://identity.xero.com",
    "XERO_API_URL": "https://api.xero.com",
    "XERO_CALLS_PER_MINUTE": 60,
    "XERO_CONCURRENT_CALLS": 5,
    "UNKNOWN_WAIT_SECONDS": 90,
    "ALLOW_PRIVATE_HOSTS": False,
    "SANDBOX": False,
}


def shown(names: list[str], **environment: str) -> dict[str, Any]:
    """Settings as a fresh process with exactly this environment has them."""
    script = (
        "import json, sys; from connector import settings\n"
        "print(json.dumps({n: getattr(settings, n) for n in sys.argv[1:]}, default=str))"
    )
    run = subprocess.run(
        [sys.executable, "-c", script, *names],
        env=environment,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if run.returncode:
        raise RuntimeError(run.stderr.strip().splitlines()[-1])
    result: dict[str, Any] = json.loads(run.stdout)
    return result


def test_every_default_is_as_documented(tmp_path: Path) -> None:
    found = shown(
        [*DEFAULTS, "SECRET_KEY", "FIELD_ENCRYPTION_KEYS", "DATABASES", "SESSION_COOKIE_SECURE"],
        DATA_DIR=str(tmp_path / "data"),
    )
    assert {name: found[name] for name in DEFAULTS} == DEFAULTS
    assert found["SESSION_COOKIE_SECURE"] is False
    database = found["DATABASES"]["default"]
    assert database["NAME"] == str(tmp_path / "data" / "db.sqlite3")
    assert database["OPTIONS"]["transaction_mode"] == "IMMEDIATE"
    assert database["OPTIONS"]["timeout"] == 20
    for name in ("secret_key", "field_encryption_keys"):
        assert stat.S_IMODE((tmp_path / "data" / name).stat().st_mode) == 0o600
    assert len(base64.b64decode(found["FIELD_ENCRYPTION_KEYS"][0])) == 32

    again = shown(["SECRET_KEY", "FIELD_ENCRYPTION_KEYS"], DATA_DIR=str(tmp_path / "data"))
    assert again == {name: found[name] for name in again}


def test_the_data_directory_is_in_the_checkout_unless_told_otherwise() -> None:
    keys = {"SECRET_KEY": "x", "FIELD_ENCRYPTION_KEYS": "eA=="}  # nothing is written then
    assert shown(["DATA_DIR"], **keys) == {"DATA_DIR": str(ROOT / "data")}


def test_an_environment_is_read_with_secrets_from_files(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("$not-a-variable\n")
    (tmp_path / "database").write_text("postgres://ana:p%40ss@db.example.com:5433/books\n")
    found = shown(
        [
            "SECRET_KEY", "FIELD_ENCRYPTION_KEYS", "DATABASES", "CSRF_TRUSTED_ORIGINS",
            "SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE", "SECURE_HSTS_SECONDS", "EMAIL_HOST",
            "DEFAULT_FROM_EMAIL", "EMAIL_USE_TLS", "CONTENT_SECURITY_POLICY", "DEBUG",
        ],
        SECRET_KEY_FILE=str(tmp_path / "secret"),
        FIELD_ENCRYPTION_KEYS="bmV3, b2xk",
        DATABASE_URL_FILE=str(tmp_path / "database"),
        PUBLIC_URL="https://books.example.com/",
        EMAIL_URL="smtp+tls://u:p@mail.example.com:587/?from=books@example.com",
        XERO_LOGIN_URL="http://127.0.0.1:9100/login",
        DEBUG="",
    )  # fmt: skip
    assert found["SECRET_KEY"] == "$not-a-variable"
    assert found["FIELD_ENCRYPTION_KEYS"] == ["bmV3", "b2xk"]
    database = found["DATABASES"]["default"]
    assert database["ENGINE"] == "django.db.backends.postgresql"
    assert (database["HOST"], database["PORT"]) == ("db.example.com", 5433)
    assert (database["NAME"], database["PASSWORD"]) == ("books", "p@ss")
    assert database["CONN_HEALTH_CHECKS"] is True
    assert found["CSRF_TRUSTED_ORIGINS"] == ["https://books.example.com"]
    assert found["SESSION_COOKIE_SECURE"] is True
    assert found["CSRF_COOKIE_SECURE"] is True
    assert found["SECURE_HSTS_SECONDS"] == 365 * 24 * 3600
    assert (found["EMAIL_HOST"], found["EMAIL_USE_TLS"]) == ("mail.example.com", True)
    assert found["DEFAULT_FROM_EMAIL"] == "books@example.com"
    assert found["CONTENT_SECURITY_POLICY"]["DIRECTIVES"]["form-action"] == [
        "'self'",
        "http://127.0.0.1:9100",
    ]
    assert found["DEBUG"] is False


@pytest.mark.parametrize(
    ("name", "value", "call"),
    [
        ("XERO_API_URL", "api.xero.com", lambda env: env.address("XERO_API_URL", "https://x")),
        ("XERO_API_URL", "ftp://x.com", lambda env: env.address("XERO_API_URL", "https://x")),
        ("XERO_CALLS_PER_MINUTE", "0", lambda env: env.positive("XERO_CALLS_PER_MINUTE", 60)),
        ("XERO_CALLS_PER_MINUTE", "x", lambda env: env.positive("XERO_CALLS_PER_MINUTE", 60)),
    ],
)
def test_a_bad_value_stops_the_start_and_is_named(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, call: Any
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(Exception, match=name):
        call(Env())


def test_a_data_directory_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(RuntimeError, match="cannot be kept in DATA_DIR"):
        shown(["DEBUG"], DATA_DIR=str(tmp_path / "file" / "data"))


# --- In this process ----------------------------------------------------------------------


def test_settings_of_this_suite_do_not_touch_the_checkout() -> None:
    assert ROOT not in Path(django_settings.DATA_DIR).parents
    assert os.environ["DATA_DIR"] == str(django_settings.DATA_DIR)


@pytest.mark.django_db
def test_the_database_answers_and_says_so(client: Client) -> None:
    answer = client.get("/healthz")
    assert (answer.status_code, answer.content) == (200, b"ok\n")
    assert set(answer["Content-Security-Policy"].split("; ")) == {
        "default-src 'self'",
        "base-uri 'none'",
        "object-src 'none'",
        "frame-ancestors 'none'",
        "form-action 'self' https://login.xero.com",
    }
    assert answer["X-Frame-Options"] == "DENY"


@pytest.mark.django_db
def test_sqlite_runs_in_wal_mode() -> None:
    from django.db import connection

    if connection.vendor != "sqlite":
        pytest.skip("asks SQLite")
    with connection.cursor() as cursor:
        values = [
            cursor.execute(f"PRAGMA {name}").fetchone()[0]
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        ]
    assert values == ["wal", 1, 1, 20000]


@pytest.mark.django_db
def test_an_account_made_on_the_command_line_can_log_in_at_once(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    from django.core.management import call_command

    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", "correct horse")
    call_command("createsuperuser", "--noinput", username="ana", email="", verbosity=0)
    answer = client.post("/accounts/login/", {"login": "ana", "password": "correct horse"})
    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert "_auth_user_id" in client.session


@pytest.mark.django_db
def test_nobody_signs_up(client: Client) -> None:
    from django.contrib.auth.models import User

    client.post(
        "/accounts/signup/",
        {"username": "eve", "password1": "correct horse", "password2": "correct horse"},
    )
    assert not User.objects.exists()


def ids(found: list[CheckMessage]) -> list[str | None]:
    return [message.id for message in found]


def test_good_settings_pass_all_checks(settings: Any) -> None:
    settings.SANDBOX = False
    for check in (
        system_checks.check_xero_addresses,
        system_checks.check_debug,
        system_checks.check_data_dir,
        system_checks.check_encryption_keys,
        system_checks.check_clock,
        system_checks.check_private_hosts,
        system_checks.check_public_host,
    ):
        assert ids(check(None)) == []


def test_xero_may_be_plain_http_on_this_machine_only(settings: Any) -> None:
    assert not system_checks.xero_is_plain_http_on_loopback()
    for name in system_checks.XERO_ADDRESSES:
        setattr(settings, name, "http://127.0.0.1:9100")
    assert ids(system_checks.check_xero_addresses(None)) == []
    assert system_checks.xero_is_plain_http_on_loopback()

    settings.XERO_API_URL = "http://xero.example.com"
    assert ids(system_checks.check_xero_addresses(None)) == ["connector.E001"]
    assert not system_checks.xero_is_plain_http_on_loopback()


def test_a_sandbox_never_reaches_the_real_xero(settings: Any) -> None:
    settings.SANDBOX = True
    assert ids(system_checks.check_xero_addresses(None)) == ["connector.E002"] * 3


def test_other_settings_that_cannot_be_right(
    settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.DEBUG = True
    settings.PUBLIC_URL = "https://books.example.com"
    assert ids(system_checks.check_debug(None)) == ["connector.E003"]
    assert ids(system_checks.check_public_host(None)) == ["connector.W002"]
    settings.PUBLIC_URL = "http://192.168.1.5:8000"
    assert ids(system_checks.check_debug(None)) == []

    settings.DATA_DIR = tmp_path / "missing"
    assert ids(system_checks.check_data_dir(None)) == ["connector.E004"]

    settings.FIELD_ENCRYPTION_KEYS = ["c2VjcmV0"]
    found = system_checks.check_encryption_keys(None)
    assert ids(found) == ["connector.E005"]
    assert "c2VjcmV0" not in found[0].msg

    settings.ALLOW_PRIVATE_HOSTS = True
    assert ids(system_checks.check_private_hosts(None)) == ["connector.W001"]

    monkeypatch.setattr(clock, "_scale", 60.0)
    assert ids(system_checks.check_clock(None)) == ["connector.E006"]
    settings.SANDBOX = True
    assert ids(system_checks.check_clock(None)) == []
