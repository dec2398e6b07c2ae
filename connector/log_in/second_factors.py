"""Secrets of authenticator apps, and seeds of recovery codes, encrypted as all other secrets are.

They stand inside the JSON of a row of allauth's, which gives them to the adapter below. A
security key's row holds its public key alone, which is no secret.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.db import transaction

from connector.lib import crypto
from connector.lib.errors import Misconfigured

CONTEXT = "mfa.Authenticator.data"
_SECRETS = ("secret", "seed")


class MFAAdapter(DefaultMFAAdapter):
    def encrypt(self, text: str) -> str:
        return crypto.keyring().seal(text, CONTEXT)

    def decrypt(self, encrypted_text: str) -> str:
        return crypto.keyring().unseal(encrypted_text, CONTEXT)


def secrets_in(data: dict[str, Any], change: Callable[[str], str]) -> dict[str, Any]:
    """The same data with each secret changed."""
    changed = data | {name: change(data[name]) for name in _SECRETS if name in data}
    if "migrated_codes" in data:
        changed["migrated_codes"] = [change(code) for code in data["migrated_codes"]]
    return changed


def rotate(unreadable: set[str]) -> int:
    """Encrypt what is under an older key with the newest; how many rows."""
    keys, done = crypto.keyring(), 0

    def anew(sealed: str) -> str:
        if sealed.startswith(f"{crypto.VERSION}:{keys.newest}:"):
            return sealed
        return keys.seal(keys.unseal(sealed, CONTEXT), CONTEXT)

    for key in _rows():
        with transaction.atomic():
            row = Authenticator.objects.select_for_update().filter(pk=key).first()
            if row is None:
                continue
            try:
                data = secrets_in(row.data, anew)
            except Misconfigured as error:
                unreadable.add(f"{Authenticator._meta.label} {key}: {error}")
                continue
            if data != row.data:
                done += Authenticator.objects.filter(pk=key).update(data=data)
    return done


def _rows() -> Iterator[int]:
    yield from Authenticator.objects.order_by("pk").values_list("pk", flat=True)
