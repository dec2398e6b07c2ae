"""Secrets at rest: AES-256-GCM, in model fields that hold `v1:<key id>:<base64>`.

The base64 is a nonce of 12 bytes and the ciphertext with its tag. The key id is the start
of the key's SHA-256, so that a key may be replaced while rows of the old one remain. The
associated data is the column ("stores.Store.credentials"): a ciphertext that was copied to
another column does not open. A field or model that is renamed must be re-encrypted by its
migration. Keys come from FIELD_ENCRYPTION_KEYS, newest first: the first encrypts, all
decrypt, and `rotate_keys` moves the rows.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import os
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.expressions import Expression

from connector.lib.errors import Misconfigured

VERSION = "v1"
_NONCE_BYTES = 12
_KEY_BYTES = 32


class Keyring:
    """The keys in force. Raises ValueError if one is not base64 of 32 bytes, or none is given."""

    def __init__(self, keys: Sequence[str]) -> None:
        self._ciphers = {}
        for position, text in enumerate(keys, start=1):
            key = _decode_key(text, position)
            self._ciphers[hashlib.sha256(key).hexdigest()[:8]] = AESGCM(key)
        if not self._ciphers:
            raise ValueError("no key is given")
        self.newest = next(iter(self._ciphers))

    def __repr__(self) -> str:
        return f"<Keyring {', '.join(self._ciphers)}>"

    def seal(self, text: str, context: str) -> str:
        """Encrypt with the newest key, bound to `context`."""
        nonce = os.urandom(_NONCE_BYTES)
        sealed = self._ciphers[self.newest].encrypt(nonce, text.encode(), context.encode())
        return f"{VERSION}:{self.newest}:{base64.b64encode(nonce + sealed).decode('ascii')}"

    def unseal(self, sealed: str, context: str) -> str:
        """Decrypt what `seal` made. Raises Misconfigured, naming the setting and the column."""
        version, _, rest = sealed.partition(":")
        key_id, _, encoded = rest.partition(":")
        if version != VERSION or not encoded:
            raise _unreadable(context, "the stored value is not one that this version wrote")
        cipher = self._ciphers.get(key_id)
        if cipher is None:
            raise _unreadable(context, f"its key {key_id} is not in FIELD_ENCRYPTION_KEYS")
        try:
            data = base64.b64decode(encoded, validate=True)
            plain = cipher.decrypt(data[:_NONCE_BYTES], data[_NONCE_BYTES:], context.encode())
        except (binascii.Error, InvalidTag, ValueError):
            raise _unreadable(context, "the stored value was altered or moved") from None
        return plain.decode()

    def is_newest(self, sealed: str) -> bool:
        """Whether `sealed` needs no rotation."""
        return sealed.startswith(f"{VERSION}:{self.newest}:")


def keyring() -> Keyring:
    """The keyring of the settings. Raises Misconfigured if they are not well-formed."""
    return _keyring(tuple(settings.FIELD_ENCRYPTION_KEYS))


class EncryptedTextField(models.TextField):  # type: ignore[type-arg]  # no subscript at run time
    """Text that is encrypted in the database. Empty stays empty, NULL stays NULL.

    It cannot be searched (only `isnull`) and, unless said otherwise, is in no ModelForm, so
    that no page shows a stored secret by accident.
    """

    def __init__(self, *args: Any, **options: Any) -> None:
        options.setdefault("editable", False)
        super().__init__(*args, **options)

    @property
    def context(self) -> str:
        """The associated data: which column this is."""
        return f"{self.model._meta.label}.{self.name}"

    def get_prep_value(self, value: Any) -> Any:
        text = self._to_text(value)
        return keyring().seal(text, self.context) if text else text

    def from_db_value(
        self, value: str | None, _expression: Expression, _connection: BaseDatabaseWrapper
    ) -> Any:
        return self._from_text(keyring().unseal(value, self.context)) if value else value

    def get_lookup(self, lookup_name: str) -> type[models.Lookup[Any]] | None:
        return super().get_lookup(lookup_name) if lookup_name == "isnull" else None

    def _to_text(self, value: Any) -> str | None:
        return None if value is None else str(value)

    def _from_text(self, text: str) -> Any:
        return text


class EncryptedJSONField(EncryptedTextField):
    """A JSON value that is encrypted in the database as a whole. None is NULL."""

    def to_python(self, value: Any) -> Any:
        return value

    def value_to_string(self, obj: models.Model) -> str:
        return json.dumps(self.value_from_object(obj))

    def _to_text(self, value: Any) -> str | None:
        return None if value is None else json.dumps(value, sort_keys=True)

    def _from_text(self, text: str) -> Any:
        return json.loads(text)


def _decode_key(text: str, position: int) -> bytes:
    try:
        key = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise ValueError(f"key {position} is not base64") from None
    if len(key) != _KEY_BYTES:
        raise ValueError(f"key {position} has {len(key)} bytes instead of {_KEY_BYTES}")
    return key


@lru_cache(maxsize=8)
def _keyring(keys: tuple[str, ...]) -> Keyring:
    try:
        return Keyring(keys)
    except ValueError as error:
        raise Misconfigured(
            f"FIELD_ENCRYPTION_KEYS: {error}.",
            code="encryption_keys",
            hint="Give a comma list of base64 keys of 32 bytes each, the newest first.",
        ) from None


def _unreadable(context: str, why: str) -> Misconfigured:
    return Misconfigured(
        f"{context} cannot be decrypted: {why}.",
        code="encryption_keys",
        hint="Put the key that was in force back into FIELD_ENCRYPTION_KEYS, or enter the"
        " secret again.",
    )
