"""Authenticator apps and recovery codes: encrypted at rest, rotated, and used once."""

from __future__ import annotations

import base64
import importlib
import json
import os
import re
import time
from types import SimpleNamespace
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from pytest_django import Settings

from connector.lib import crypto
from connector.log_in import second_factors
from tests.web.factories import PASSWORD, UserFactory

migration = importlib.import_module("connector.migrations.0002_second_factors_encrypted")


def new_key() -> str:
    return base64.b64encode(os.urandom(32)).decode()


def code_of(secret: str) -> str:
    """What an authenticator app shows now, and for some seconds more."""
    while time.time() % 30 > 25:
        time.sleep(0.5)
    return format_hotp_value(hotp_value(secret, next(yield_hotp_counters_from_time())))


def whole_database() -> str:
    """Every text in every table, as it lies on the disk, with what is only encoded read."""
    texts = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            texts += [str(value) for row in cursor.fetchall() for value in row]
    from django.contrib.sessions.models import Session
    from django.core import signing

    class AsItIs:
        def loads(self, stored: bytes) -> bytes:
            return stored

    for session in Session.objects.all():
        stored = signing.loads(
            session.session_data, salt="django.contrib.sessions.SessionStore", serializer=AsItIs
        )
        texts.append(stored.decode())
    return "\n".join(texts)


@pytest.fixture
def secret(ana: Any) -> str:
    secret = generate_totp_secret()
    TOTP.activate(ana, secret)
    RecoveryCodes.activate(ana)
    return secret


def seed() -> str:
    row = Authenticator.objects.get(type="recovery_codes")
    return crypto.keyring().unseal(row.data["seed"], second_factors.CONTEXT)


def test_an_app_is_set_up_and_its_secret_is_nowhere_in_plain_text(page: Client, ana: Any) -> None:
    page.post("/accounts/reauthenticate/", {"password": PASSWORD})
    shown = page.get("/accounts/2fa/totp/activate/").text
    secret = page.session["mfa.totp.secret"]
    assert secret in shown
    assert secret not in whole_database(), "while it waits for the first code"

    page.post("/accounts/2fa/totp/activate/", {"code": code_of(secret)})

    row = Authenticator.objects.get(user=ana, type="totp")
    assert row.data["secret"].startswith("v1:")
    assert second_factors.MFAAdapter().decrypt(row.data["secret"]) == secret
    held = whole_database()
    assert secret not in held
    assert seed() not in held


def test_people_log_in_with_the_code_once_and_with_a_recovery_code(ana: Any, secret: str) -> None:
    code, recovery = (
        code_of(secret),
        RecoveryCodes(Authenticator.objects.get(type="recovery_codes")).generate_codes()[0],
    )

    def second_step(code: str) -> bool:
        client = Client()
        first = client.post("/accounts/login/", {"login": "ana", "password": PASSWORD})
        assert first["Location"] == "/accounts/2fa/authenticate/"
        answer = client.post("/accounts/2fa/authenticate/", {"code": code})
        return answer.status_code == 302 and "_auth_user_id" in client.session

    assert second_step(code)
    assert not second_step(code), "a code that was overheard is of no use, to any process"
    assert second_step(recovery)
    assert not second_step(recovery)


def test_too_many_wrong_codes_are_said_and_lock_nobody_else_out(ana: Any, secret: str) -> None:
    def second_step(name: str, code: str) -> str:
        client = Client()
        client.post("/accounts/login/", {"login": name, "password": PASSWORD})
        return client.post("/accounts/2fa/authenticate/", {"code": code}).text

    other = generate_totp_secret()
    TOTP.activate(UserFactory(username="bob"), other)
    for _ in range(5):
        assert "Incorrect code" in second_step("bob", "000000")

    locked = second_step("bob", code_of(other))

    assert "Too many wrong codes were tried, so that this one was not looked at." in locked
    assert "Incorrect code" not in locked
    assert second_step("ana", code_of(secret)) == ""


def test_rotate_keys_moves_second_factors_too(
    ana: Any, secret: str, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    old = settings.FIELD_ENCRYPTION_KEYS
    before = {row.type: row.data for row in Authenticator.objects.all()}
    settings.FIELD_ENCRYPTION_KEYS = [new_key(), *old]
    newest = crypto.keyring().newest

    call_command("rotate_keys")

    assert "mfa.Authenticator.data: 2 re-encrypted" in capsys.readouterr().out
    after = {row.type: row.data for row in Authenticator.objects.all()}
    for kind, name in (("totp", "secret"), ("recovery_codes", "seed")):
        assert after[kind][name] != before[kind][name]
        assert after[kind][name].startswith(f"v1:{newest}:")
    assert after["recovery_codes"]["used_mask"] == 0

    settings.FIELD_ENCRYPTION_KEYS = settings.FIELD_ENCRYPTION_KEYS[:1]  # the old one is removed
    assert TOTP(Authenticator.objects.get(type="totp")).validate_code(code_of(secret))
    call_command("rotate_keys")
    assert "mfa.Authenticator.data: 0 re-encrypted" in capsys.readouterr().out


def test_rotate_keys_names_a_second_factor_that_it_cannot_read(
    ana: Any, secret: str, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    before = list(Authenticator.objects.order_by("pk").values("data"))
    settings.FIELD_ENCRYPTION_KEYS = [new_key()]

    with pytest.raises(CommandError, match="keep the older keys"):
        call_command("rotate_keys")

    assert re.search(r"mfa.Authenticator \d+: mfa.Authenticator.data", capsys.readouterr().err)
    assert list(Authenticator.objects.order_by("pk").values("data")) == before


def test_the_upgrade_encrypts_what_was_plain_text(ana: Any) -> None:
    secret = generate_totp_secret()
    Authenticator.objects.create(user=ana, type="totp", data={"secret": secret})
    Authenticator.objects.create(
        user=ana, type="recovery_codes",
        data={"seed": "5eed", "used_mask": 5, "migrated_codes": ["11111111", "22222222"]},
    )  # fmt: skip

    migration.seal(apps, SimpleNamespace())
    sealed = json.dumps(list(Authenticator.objects.order_by("pk").values_list("data", flat=True)))
    migration.seal(apps, SimpleNamespace())  # once more does no harm

    held = whole_database()
    for text in (secret, "5eed", "11111111", "22222222"):
        assert text not in sealed
        assert f'"{text}"' not in held
    totp, codes = Authenticator.objects.order_by("pk")
    assert TOTP(totp).validate_code(code_of(secret))
    assert codes.data["used_mask"] == 5
    assert RecoveryCodes(codes).generate_codes() == ["11111111", "22222222"]

    migration.unseal(apps, SimpleNamespace())
    assert Authenticator.objects.get(type="totp").data == {"secret": secret}


def test_a_session_of_an_earlier_version_goes_on(ana: Any) -> None:
    from django.contrib.sessions.models import Session
    from django.contrib.sessions.serializers import JSONSerializer
    from django.core import signing

    client = Client()
    client.force_login(ana)
    row = Session.objects.get()
    plain = signing.dumps(
        row.get_decoded(), salt="django.contrib.sessions.SessionStore", serializer=JSONSerializer,
        compress=True,
    )  # fmt: skip
    Session.objects.update(session_data=plain)

    assert client.get("/").status_code == 200


def test_a_session_under_a_key_that_is_gone_leads_to_the_log_in(
    page: Client, settings: Settings
) -> None:
    settings.FIELD_ENCRYPTION_KEYS = [new_key()]

    assert page.get("/")["Location"] == "/accounts/login/?next=/"
