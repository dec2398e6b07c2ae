"""`manage.py rotate_keys`: encrypt every stored secret with the newest key."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.core.management.base import BaseCommand, CommandError
from django.db.models import F, Model, QuerySet, TextField, Value
from django.db.models.functions import Cast

from connector.lib import crypto
from connector.lib.errors import Misconfigured
from connector.log_in import second_factors

_BATCH = 500
# Rows that a running process saved with the old key meanwhile are found in the next pass.
_PASSES = 3


class Command(BaseCommand):
    help = (
        "Encrypt every stored secret with the first of FIELD_ENCRYPTION_KEYS. Safe to run "
        "while the product runs, and again. Afterwards the older keys may be removed."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--lost", action="store_true",
            help="the older keys are lost: empty what cannot be opened, to be entered again",
        )  # fmt: skip

    def handle(self, *args: Any, **options: Any) -> None:
        unreadable: set[str] = set()
        if options["lost"]:
            for model, field in encrypted_fields():
                self.stdout.write(f"{field.context}: {_empty(model, field)} emptied")
        for model, field in encrypted_fields():
            done = sum(_rotate(model, field, unreadable) for _ in range(_PASSES))
            self.stdout.write(f"{field.context}: {done} re-encrypted")
        done = sum(second_factors.rotate(unreadable) for _ in range(_PASSES))
        self.stdout.write(f"{second_factors.CONTEXT}: {done} re-encrypted")
        if unreadable:
            for line in sorted(unreadable):
                self.stderr.write(line)
            raise CommandError("Some values could not be read; keep the older keys.")


def encrypted_fields() -> Iterator[tuple[type[Model], crypto.EncryptedTextField]]:
    """All encrypted columns of all models, in a stable order."""
    for model in apps.get_models(include_auto_created=True):
        if model._meta.proxy or not model._meta.managed:
            continue
        for field in model._meta.local_fields:
            if isinstance(field, crypto.EncryptedTextField):
                yield model, field


def _rotate(model: type[Model], field: crypto.EncryptedTextField, unreadable: set[str]) -> int:
    """One pass over a column; how many rows were re-encrypted."""
    keys = crypto.keyring()
    done = 0
    for key, old in _outdated(_raw(model, field), keys):
        try:
            new = keys.seal(keys.unseal(old, field.context), field.context)
        except Misconfigured as error:
            unreadable.add(f"{model._meta.label} {key}: {error}")
            continue
        # Only if nobody saved another value since it was read.
        done += (
            _raw(model, field)
            .filter(pk=key, ciphertext=old)
            .update(**{field.name: Value(new, output_field=TextField())})
        )
    return done


def _empty(model: type[Model], field: crypto.EncryptedTextField) -> int:
    """Forget the values of a column that no key in force opens; how many."""
    keys, lost = crypto.keyring(), []
    for key, old in _outdated(_raw(model, field), keys):
        try:
            keys.unseal(old, field.context)
        except Misconfigured:
            lost.append(key)
    return _raw(model, field).filter(pk__in=lost).update(**{field.name: field.get_default()})


def _raw(model: type[Model], field: crypto.EncryptedTextField) -> QuerySet[Any]:
    """Rows with `ciphertext`, the column as it is stored."""
    return model._base_manager.annotate(ciphertext=Cast(F(field.name), TextField()))


def _outdated(rows: QuerySet[Any], keys: crypto.Keyring) -> Iterator[tuple[Any, str]]:
    """(primary key, ciphertext) of values under other keys, read in batches by key."""
    rows = (
        rows.exclude(ciphertext="")
        .filter(ciphertext__isnull=False)
        .exclude(ciphertext__startswith=f"{crypto.VERSION}:{keys.newest}:")
        .order_by("pk")
    )
    batch = list(rows.values_list("pk", "ciphertext")[:_BATCH])
    while batch:
        yield from batch
        batch = list(rows.filter(pk__gt=batch[-1][0]).values_list("pk", "ciphertext")[:_BATCH])
