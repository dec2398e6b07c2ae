"""The installation itself: settings, broker, database and the stored secrets."""

from __future__ import annotations

from collections.abc import Iterator

from django.apps import apps
from django.conf import settings
from django.core import checks
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.db.models import F, TextField
from django.db.models.functions import Cast
from kombu import Connection

from connector.doctor.findings import Finding, Severity, failed, good, note, wrong
from connector.lib import crypto
from connector.lib.doorbell import BROKER_ERRORS
from connector.lib.errors import Misconfigured
from connector.processes import broker


def settings_in_force() -> Iterator[Finding]:
    """Django's system checks, DATA_DIR and the keys among them."""
    found = [message for message in checks.run_checks() if not message.is_silenced()]
    for message in found:
        level = Severity.WRONG if message.level >= checks.ERROR else Severity.NOTE
        yield Finding(level, "settings", str(message.msg), str(message.hint or ""))
    if not any(message.level >= checks.ERROR for message in found):
        yield good("settings", f"in order, data in {settings.DATA_DIR}")


def bell() -> Iterator[Finding]:
    """Without a broker nothing is posted; without `make run` the embedded one does not run."""
    if settings.CELERY_TASK_ALWAYS_EAGER:
        yield note("broker", "not used: tasks run where they are started")
        return
    if not settings.CELERY_BROKER_URL:
        if broker.embedded_is_alive(settings.DATA_DIR):
            yield good("broker", "the embedded one answers")
        else:
            yield note(
                "broker",
                "the embedded one is not running, so nothing is pulled or posted by itself",
                "Start the product with `make run`, or set CELERY_BROKER_URL.",
            )
        return
    try:
        with Connection(broker.url(), connect_timeout=2) as link:
            link.ensure_connection(max_retries=1, timeout=3)
    except BROKER_ERRORS as error:
        yield wrong(
            "broker",
            f"does not answer ({type(error).__name__})",
            "Start it, or correct CELERY_BROKER_URL. Posting waits until it is back.",
        )
    else:
        yield good("broker", "answers")


def tables() -> Iterator[Finding]:
    try:
        connection.ensure_connection()
        executor = MigrationExecutor(connection)
        missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError as error:
        yield wrong("database", str(error), "Start it, or correct DATABASE_URL.")
        return
    if missing:
        count = f"{len(missing)} migrations are not applied"
        yield wrong("database", count, "Run `python manage.py migrate`.")
    else:
        yield good("database", f"{connection.vendor}, all migrations applied")


def secrets() -> Iterator[Finding]:
    """Every stored secret opens with one of the keys in force."""
    try:
        keys = crypto.keyring()
    except Misconfigured as error:
        yield failed("secrets", error)
        return
    count = 0
    broken: dict[Finding, None] = {}
    for context, sealed in _sealed():
        count += 1
        try:
            keys.unseal(sealed, context)
        except Misconfigured as error:
            broken[failed("secrets", error)] = None
    yield from broken
    if not broken:
        yield good("secrets", f"{count} stored, all can be opened")


def _sealed() -> Iterator[tuple[str, str]]:
    """(column, ciphertext) of every stored secret."""
    for model in apps.get_models():
        for field in model._meta.local_fields:
            if isinstance(field, crypto.EncryptedTextField):
                rows = model._base_manager.annotate(sealed=Cast(F(field.name), TextField()))
                for text in rows.filter(sealed__gt="").values_list("sealed", flat=True):
                    yield field.context, text
