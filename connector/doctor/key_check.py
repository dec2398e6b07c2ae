"""Whether this process has the keys with which the database's secrets are encrypted.

A second host that made a key of its own would take work and fail at each piece of it. The
database keeps one value that only the right keys open; the first process stores it, and whoever
cannot open it does not start.
"""

from __future__ import annotations

from django.apps import apps
from django.db import DatabaseError
from django.db.models import F, TextField
from django.db.models.functions import Cast

from connector.lib import crypto
from connector.lib.errors import Misconfigured
from sync.models import Installation

_CONTENT = "the keys of this installation"


def require() -> None:
    """Raise Misconfigured if the keys in force are not those of the database.

    While the database does not answer, or has no tables yet, nothing can be said.
    """
    try:
        _check()
    except DatabaseError:
        return


def refuse_to_start() -> None:
    """End this process, with one line, if its keys are not those of the database."""
    try:
        require()
    except Misconfigured as error:
        raise SystemExit(f"Not started. {error} {error.hint}") from None


def _check() -> None:
    Installation.column("id")
    field = Installation._meta.get_field("key_check")
    assert isinstance(field, crypto.EncryptedTextField)
    row = Installation.objects.filter(pk=1).annotate(sealed=Cast(F("key_check"), TextField()))
    if not row.values_list("sealed", flat=True).get():
        for context, other in stored():
            _open(other, context)
        row.filter(sealed="").update(key_check=_CONTENT)
    # Of two hosts that start at once, one was the first.
    _open(row.values_list("sealed", flat=True).get(), field.context)


def _open(sealed: str, context: str) -> None:
    try:
        crypto.keyring().unseal(sealed, context)
    except Misconfigured as error:
        raise Misconfigured(
            "FIELD_ENCRYPTION_KEYS, or DATA_DIR/field_encryption_keys, has another key than the "
            f"database's secrets were encrypted with. {error}",
            code="encryption_keys",
            hint="Give every host the same keys. If they are lost: `manage.py rotate_keys --lost`.",
        ) from None


def stored() -> list[tuple[str, str]]:
    """(column, ciphertext): one stored secret of each encrypted column."""
    found = []
    for model in apps.get_models():
        for field in model._meta.local_fields:
            if isinstance(field, crypto.EncryptedTextField):
                rows = model._base_manager.annotate(sealed=Cast(F(field.name), TextField()))
                sealed = rows.filter(sealed__gt="").values_list("sealed", flat=True).first()
                if sealed:
                    found.append((field.context, sealed))
    return found
