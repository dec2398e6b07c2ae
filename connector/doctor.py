"""What works and what must be fixed: the settings and every connection, looked at once.

Each check yields findings. One that needs what an earlier one found broken (the database,
its tables) is left out, so that there is one line for one cause.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core import checks
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.db.models import Count, F, TextField
from django.db.models.functions import Cast
from kombu import Connection
from pydantic import ValidationError

from connector import broker
from connector.configuration.importing import mapping_problems
from connector.configuration.stored import xero_app
from connector.lib import clock, crypto, http
from connector.lib.doorbell import BROKER_ERRORS
from connector.lib.errors import ConnectorError, Misconfigured
from connector.lib.schema import problems
from connector.templatetags.pages import of
from stores import registry
from stores.models import Store
from sync.models import Posting, TrackedOrder
from xero.login import identity, tokens
from xero.models import Organisation, TokenSet

REFERENCE_AGE = timedelta(days=2)
_CONNECT = "Connect on the page Xero connection."


class Level(StrEnum):
    """Only WRONG asks to be fixed before the product works as it is configured."""

    GOOD = "✓"
    NOTE = "!"
    WRONG = "✗"


@dataclass(frozen=True, slots=True)
class Finding:
    """One line: what was looked at, what was found, and how to fix it."""

    level: Level
    subject: str
    text: str
    fix: str = ""

    def __str__(self) -> str:
        line = f"{self.level} {self.subject}: {' '.join(self.text.split())}"
        return f"{line} → {' '.join(self.fix.split())}" if self.fix else line


def examine() -> Iterator[Finding]:
    """All findings, in the order of what depends on what."""
    yield from _settings()
    yield from _broker()
    for needed in (_database, _secrets):
        findings = list(needed())
        yield from findings
        if any(finding.level is Level.WRONG for finding in findings):
            return
    yield from _xero()
    yield from _stores()
    yield from _mappings()
    yield from _work()


def _good(subject: str, text: str) -> Finding:
    return Finding(Level.GOOD, subject, text)


def _note(subject: str, text: str, fix: str = "") -> Finding:
    return Finding(Level.NOTE, subject, text, fix)


def _wrong(subject: str, text: str, fix: str = "") -> Finding:
    return Finding(Level.WRONG, subject, text, fix)


def _failed(subject: str, error: ConnectorError) -> Finding:
    """An error of a remote or of the configuration, in its own words."""
    again = "Try again; if it stays, check the other side."
    return _wrong(subject, str(error), getattr(error, "hint", "") or again)


def _settings() -> Iterator[Finding]:
    """Django's system checks, DATA_DIR and the keys among them."""
    found = [message for message in checks.run_checks() if not message.is_silenced()]
    for message in found:
        level = Level.WRONG if message.level >= checks.ERROR else Level.NOTE
        yield Finding(level, "settings", str(message.msg), str(message.hint or ""))
    if not any(message.level >= checks.ERROR for message in found):
        yield _good("settings", f"in order, data in {settings.DATA_DIR}")


def _broker() -> Iterator[Finding]:
    """Without a broker nothing is posted; without `make run` the embedded one does not run."""
    if settings.CELERY_TASK_ALWAYS_EAGER:
        yield _note("broker", "not used: tasks run where they are started")
        return
    if not settings.CELERY_BROKER_URL:
        if broker.embedded_is_alive(settings.DATA_DIR):
            yield _good("broker", "the embedded one answers")
        else:
            yield _note(
                "broker",
                "the embedded one is not running, so nothing is pulled or posted by itself",
                "Start the product with `make run`, or set CELERY_BROKER_URL.",
            )
        return
    try:
        with Connection(broker.url(), connect_timeout=2) as link:
            link.ensure_connection(max_retries=1, timeout=3)
    except BROKER_ERRORS as error:
        yield _wrong(
            "broker",
            f"does not answer ({type(error).__name__})",
            "Start it, or correct CELERY_BROKER_URL. Posting waits until it is back.",
        )
    else:
        yield _good("broker", "answers")


def _database() -> Iterator[Finding]:
    try:
        connection.ensure_connection()
        executor = MigrationExecutor(connection)
        missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError as error:
        yield _wrong("database", str(error), "Start it, or correct DATABASE_URL.")
        return
    if missing:
        count = f"{len(missing)} migrations are not applied"
        yield _wrong("database", count, "Run `python manage.py migrate`.")
    else:
        yield _good("database", f"{connection.vendor}, all migrations applied")


def _secrets() -> Iterator[Finding]:
    """Every stored secret opens with one of the keys in force."""
    try:
        keys = crypto.keyring()
    except Misconfigured as error:
        yield _failed("secrets", error)
        return
    count = 0
    broken: dict[Finding, None] = {}
    for context, sealed in _sealed():
        count += 1
        try:
            keys.unseal(sealed, context)
        except Misconfigured as error:
            broken[_failed("secrets", error)] = None
    yield from broken
    if not broken:
        yield _good("secrets", f"{count} stored, all can be opened")


def _sealed() -> Iterator[tuple[str, str]]:
    """(column, ciphertext) of every stored secret."""
    for model in apps.get_models():
        for field in model._meta.local_fields:
            if isinstance(field, crypto.EncryptedTextField):
                rows = model._base_manager.annotate(sealed=Cast(F(field.name), TextField()))
                for text in rows.filter(sealed__gt="").values_list("sealed", flat=True):
                    yield field.context, text


def _xero() -> Iterator[Finding]:
    app = xero_app()
    if app is None or not app.client_id:
        yield _note(
            "Xero",
            "no app is entered yet",
            "Enter client id and secret on the page Xero connection.",
        )
        return
    if not app.client_secret:
        yield _wrong("Xero", "the app has no client secret", "Enter it, or import it.")
    for token_set in TokenSet.objects.filter(app=app, organisations__connected=True).distinct():
        yield _token(token_set)
    organisations = list(Organisation.objects.select_related("token_set"))
    if not organisations:
        yield _note("Xero", "no organisation is connected yet", _CONNECT)
    for organisation in organisations:
        yield from _organisation(organisation)


def _token(token_set: TokenSet) -> Finding:
    """Asks Xero itself, by a call that does not count towards the day's limit."""
    try:
        reached = identity.connections(tokens.access_token(token_set.pk))
    except ConnectorError as error:
        return _failed("Xero log-in", error)
    return _good("Xero log-in", f"accepted, reaches {of(len(reached), 'organisation')}")


def _organisation(organisation: Organisation) -> Iterator[Finding]:
    subject = f"organisation {organisation}"
    reason = organisation.unavailable_reason()
    if reason:
        needed = organisation.stores.filter(enabled=True).exists()
        yield (_wrong if needed else _note)(subject, reason, _CONNECT)
        return
    now = clock.now()
    missing = organisation.missing_scopes()
    if missing:
        off = ", ".join(missing.values())
        yield _wrong(subject, f"not granted: {off}", "Connect again and allow all.")
    if organisation.parked_until and organisation.parked_until > now:
        until = f"{organisation.parked_until:%Y-%m-%d %H:%M} UTC"
        yield _note(subject, f"waits until {until}: {organisation.parked_reason}")
    read_at = organisation.reference_refreshed_at
    if read_at is None or now - read_at > REFERENCE_AGE:
        when = "never" if read_at is None else f"last on {read_at:%Y-%m-%d}"
        yield _wrong(
            subject,
            f"accounts and tax rates were read {when}",
            "See that the product runs, or refresh them on the page Xero connection.",
        )
    elif not missing:
        yield _good(subject, f"connected, accounts and tax rates of {read_at:%Y-%m-%d %H:%M} UTC")


def _stores() -> Iterator[Finding]:
    """Ask every shop at the same time: one that is silent must not delay the others."""
    stores = list(Store.objects.select_related("organisation"))
    if not stores:
        yield _note("stores", "none is configured yet", "Add one, or import a configuration.")
        return
    enabled = [store for store in stores if store.enabled]
    with ThreadPoolExecutor(max_workers=8) as pool:
        yield from pool.map(_probed, enabled)
    for store in stores:
        platform = registry.profile(store.platform)
        if warning := platform.overheard(store.profile.url, store.credentials or ()):
            sentence, _, fix = warning.rpartition(". ")
            yield _note(f"store {store.slug}", sentence, fix)
        if not store.enabled:
            yield _note(f"store {store.slug}", "is switched off, not asked")
        if store.organisation is None:
            yield _note(
                f"store {store.slug}",
                f'no organisation "{store.organisation_name}" is connected',
                _CONNECT,
            )


def _probed(store: Store) -> Finding:
    """What the shop answers. No database is used: this runs in a thread."""
    subject = f"store {store.slug}"
    if not store.credentials:
        return _wrong(subject, "has no credentials", "Enter them on the store's page.")
    try:
        adapter_class = registry.adapter_class(store.platform)
        credentials = adapter_class.Credentials.model_validate(store.credentials)
        session = http.session(connect_timeout=3, read_timeout=10, total_timeout=20)
        facts = adapter_class(credentials, session, url=store.profile.url).probe()
    except ValidationError as error:
        return _wrong(subject, "; ".join(problems(error, ("credentials",))), "Enter them anew.")
    except ConnectorError as error:
        return _failed(subject, error)
    if facts.warnings:
        return _note(subject, f"answers, but: {' '.join(facts.warnings)}")
    return _good(subject, f"{facts.name or store.name} answers {facts.version}".rstrip())


def _mappings() -> Iterator[Finding]:
    """Also of stores that are switched off: a mapping is looked at before it is let go."""
    for store in Store.objects.filter(organisation__isnull=False).order_by("slug"):
        subject = f"mapping of {store.slug}"
        wrong, doubtful = mapping_problems(store)
        yield from (_wrong(subject, line) for line in wrong)
        yield from (_note(subject, line) for line in doubtful)
        if not wrong and not doubtful:
            yield _good(subject, "fits the organisation")


def _work() -> Iterator[Finding]:
    """What waits for a person: not broken, but worth a look."""
    held = TrackedOrder.objects.filter(state=TrackedOrder.State.HELD).count()
    states: dict[str, Any] = dict(
        Posting.objects.filter(state__in=(Posting.State.HELD, Posting.State.DEAD))
        .values_list("state")
        .annotate(count=Count("pk"))
    )
    dead = states.get(Posting.State.DEAD, 0)
    held_documents = states.get(Posting.State.HELD, 0)
    if held or dead or held_documents:
        text = f"{held} orders and {held_documents} documents held, {dead} documents refused"
        yield _note("work", text, "See the page Needs attention.")
    else:
        yield _good("work", "nothing waits for a person")
