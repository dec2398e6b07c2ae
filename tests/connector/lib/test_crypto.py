from __future__ import annotations

import base64
import hashlib
from io import StringIO
from typing import Any, ClassVar

import pytest
from django.core.exceptions import FieldError
from django.core.management import CommandError, call_command
from django.db import connection, models
from django.test.utils import isolate_apps
from hypothesis import given
from hypothesis import strategies as st

from connector.lib import crypto
from connector.lib.errors import Misconfigured
from connector.management.commands import rotate_keys

OLD = base64.b64encode(b"o" * 32).decode()
NEW = base64.b64encode(b"n" * 32).decode()
OLD_ID = hashlib.sha256(b"o" * 32).hexdigest()[:8]
NEW_ID = hashlib.sha256(b"n" * 32).hexdigest()[:8]

with isolate_apps("connector") as isolated:

    class Vault(models.Model):
        token = crypto.EncryptedTextField(blank=True, default="")
        other = crypto.EncryptedTextField(null=True)
        data = crypto.EncryptedJSONField(null=True)
        objects: ClassVar[models.Manager[Vault]] = models.Manager()

        class Meta:
            app_label = "connector"
            db_table = "test_vault"


@pytest.fixture
def vault(db: None, settings: Any) -> None:
    settings.FIELD_ENCRYPTION_KEYS = [OLD]
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TABLE test_vault (id bigint PRIMARY KEY, token text, other text, data text)"
        )


def stored(column: str = "token", key: int = 1) -> str | None:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {column} FROM test_vault WHERE id = %s", [key])
        value: str | None = cursor.fetchone()[0]
        return value


def store(value: str, column: str = "token", key: int = 1) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE test_vault SET {column} = %s WHERE id = %s", [value, key])


@given(st.text(), st.text())
def test_what_is_sealed_can_be_opened_in_its_own_context_only(text: str, context: str) -> None:
    keys = crypto.Keyring([NEW, OLD])
    sealed = keys.seal(text, context)

    assert sealed.startswith(f"v1:{NEW_ID}:")
    assert keys.unseal(sealed, context) == text
    with pytest.raises(Misconfigured, match="altered or moved"):
        keys.unseal(sealed, context + "x")


def test_the_same_text_never_looks_the_same() -> None:
    keys = crypto.Keyring([OLD])
    assert keys.seal("a", "c") != keys.seal("a", "c")


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ([], "no key"),
        (["not base64!"], "key 1 is not base64"),
        ([OLD, "c2hvcnQ="], "key 2 has 5 bytes"),
    ],
)
def test_a_malformed_key_is_named_by_its_position(given: list[str], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        crypto.Keyring(given)


def test_malformed_settings_name_the_setting(settings: Any) -> None:
    settings.FIELD_ENCRYPTION_KEYS = ["x"]
    with pytest.raises(Misconfigured, match="FIELD_ENCRYPTION_KEYS") as caught:
        crypto.keyring()
    assert caught.value.code == "encryption_keys"


def test_a_keyring_shows_no_key() -> None:
    assert repr(crypto.Keyring([NEW, OLD])) == f"<Keyring {NEW_ID}, {OLD_ID}>"


@pytest.mark.usefixtures("vault")
def test_fields_store_ciphertext_and_give_back_the_value() -> None:
    Vault.objects.create(pk=1, token="tök€n", data={"secret": ["s3cret", 1, None]})

    row = Vault.objects.get()
    assert row.token == "tök€n"
    assert row.data == {"secret": ["s3cret", 1, None]}
    assert row.other is None
    assert str(stored()).startswith(f"v1:{OLD_ID}:")
    assert "s3cret" not in str(stored("data"))
    assert "tök" not in repr(row)


@pytest.mark.usefixtures("vault")
def test_empty_stays_empty_and_null_stays_null() -> None:
    Vault.objects.create(pk=1)
    assert (stored(), stored("other"), stored("data")) == ("", None, None)
    assert Vault.objects.get().token == ""


@pytest.mark.usefixtures("vault")
def test_updates_in_bulk_are_encrypted_too() -> None:
    Vault.objects.bulk_create([Vault(pk=1, token="a"), Vault(pk=2, token="b")])
    Vault.objects.filter(pk=1).update(token="c")
    rows = list(Vault.objects.order_by("pk"))
    rows[1].token = "d"
    Vault.objects.bulk_update(rows, ["token"])

    assert [row.token for row in Vault.objects.order_by("pk")] == ["c", "d"]
    assert str(stored(key=2)).startswith("v1:")


@pytest.mark.usefixtures("vault")
def test_a_ciphertext_copied_to_another_column_does_not_open() -> None:
    Vault.objects.create(pk=1, token="a")
    store(str(stored()), "other")
    with pytest.raises(Misconfigured, match=r"connector\.Vault\.other cannot be decrypted"):
        Vault.objects.get()


@pytest.mark.usefixtures("vault")
def test_a_missing_key_names_the_setting_and_not_the_value(settings: Any) -> None:
    Vault.objects.create(pk=1, token="s3cret")
    settings.FIELD_ENCRYPTION_KEYS = [NEW]
    with pytest.raises(Misconfigured, match=f"key {OLD_ID} is not in FIELD_ENCRYPTION_KEYS") as e:
        Vault.objects.get()
    assert "s3cret" not in str(e.value) + e.value.hint


@pytest.mark.usefixtures("vault")
def test_plain_text_in_the_column_is_refused() -> None:
    Vault.objects.create(pk=1)
    store("left by hand")
    with pytest.raises(Misconfigured, match="not one that this version wrote"):
        Vault.objects.get()


@pytest.mark.usefixtures("vault")
def test_secrets_cannot_be_searched() -> None:
    with pytest.raises(FieldError):
        Vault.objects.filter(token="a").exists()
    assert not Vault.objects.filter(other__isnull=False).exists()


def rotate(monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr(rotate_keys, "apps", isolated)
    out = StringIO()
    call_command("rotate_keys", stdout=out, stderr=out)
    return out.getvalue()


@pytest.mark.usefixtures("vault")
def test_rotation_moves_every_row_once(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rotate_keys, "_BATCH", 2)
    for key in range(1, 6):
        Vault.objects.create(pk=key, token=f"token {key}", data={"n": key})
    Vault.objects.create(pk=6, token="")
    settings.FIELD_ENCRYPTION_KEYS = [NEW, OLD]

    assert rotate(monkeypatch).splitlines() == [
        "connector.Vault.token: 5 re-encrypted",
        "connector.Vault.other: 0 re-encrypted",
        "connector.Vault.data: 5 re-encrypted",
        "mfa.Authenticator.data: 0 re-encrypted",
    ]
    assert "5 re-encrypted" not in rotate(monkeypatch)
    settings.FIELD_ENCRYPTION_KEYS = [NEW]
    assert [(row.token, row.data) for row in Vault.objects.filter(pk__lt=6).order_by("pk")] == [
        (f"token {key}", {"n": key}) for key in range(1, 6)
    ]
    assert stored(key=6) == ""


@pytest.mark.usefixtures("vault")
def test_rotation_does_not_undo_what_is_saved_meanwhile(
    settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    Vault.objects.create(pk=1, token="before")
    settings.FIELD_ENCRYPTION_KEYS = [NEW, OLD]
    outdated = rotate_keys._outdated

    def save_in_between(*args: Any) -> Any:
        for row in outdated(*args):
            Vault.objects.filter(pk=1).update(token="after")
            yield row

    monkeypatch.setattr(rotate_keys, "_outdated", save_in_between)
    rotate(monkeypatch)
    assert Vault.objects.get().token == "after"


@pytest.mark.usefixtures("vault")
def test_rotation_reports_what_it_cannot_read_and_goes_on(
    settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    Vault.objects.create(pk=1, token="a")
    Vault.objects.create(pk=2, token="b")
    store("v1:00000000:AAAA")
    settings.FIELD_ENCRYPTION_KEYS = [NEW, OLD]
    with pytest.raises(CommandError, match="keep the older keys"):
        rotate(monkeypatch)
    assert str(stored(key=2)).startswith(f"v1:{NEW_ID}:")
    assert stored() == "v1:00000000:AAAA"
