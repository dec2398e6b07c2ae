"""Every connection: Xero and its organisations, the shops, and mappings that must fit both."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from pydantic import ValidationError

from connector.configuration.importing import mapping_problems
from connector.configuration.stored import xero_app
from connector.doctor.findings import CONNECT, Finding, failed, good, note, wrong
from connector.lib import clock
from connector.lib.errors import ConnectorError
from connector.lib.outgoing import http
from connector.lib.schema import problems
from connector.templatetags.pages import of
from stores import registry
from stores.models import Store
from xero.login import identity, tokens
from xero.models import Organisation, TokenSet

REFERENCE_AGE = timedelta(days=2)


def xero() -> Iterator[Finding]:
    app = xero_app()
    if app is None or not app.client_id:
        yield note(
            "Xero",
            "no app is entered yet",
            "Enter client id and secret on the page Xero connection.",
        )
        return
    if not app.client_secret:
        yield wrong("Xero", "the app has no client secret", "Enter it, or import it.")
    for token_set in TokenSet.objects.filter(app=app, organisations__connected=True).distinct():
        yield _token(token_set)
    organisations = list(Organisation.objects.select_related("token_set"))
    if not organisations:
        yield note("Xero", "no organisation is connected yet", CONNECT)
    for organisation in organisations:
        yield from _organisation(organisation)


def _token(token_set: TokenSet) -> Finding:
    """Asks Xero itself, by a call that does not count towards the day's limit."""
    try:
        reached = identity.connections(tokens.access_token(token_set.pk))
    except ConnectorError as error:
        return failed("Xero log-in", error)
    return good("Xero log-in", f"accepted, reaches {of(len(reached), 'organisation')}")


def _organisation(organisation: Organisation) -> Iterator[Finding]:
    subject = f"organisation {organisation}"
    reason = organisation.unavailable_reason()
    if reason:
        needed = organisation.stores.filter(enabled=True).exists()
        yield (wrong if needed else note)(subject, reason, CONNECT)
        return
    now = clock.now()
    missing = organisation.missing_scopes()
    if missing:
        off = ", ".join(missing.values())
        yield wrong(subject, f"not granted: {off}", "Connect again and allow all.")
    if organisation.parked_until and organisation.parked_until > now:
        until = f"{organisation.parked_until:%Y-%m-%d %H:%M} UTC"
        yield note(subject, f"waits until {until}: {organisation.parked_reason}")
    read_at = organisation.reference_refreshed_at
    if read_at is None or now - read_at > REFERENCE_AGE:
        when = "never" if read_at is None else f"last on {read_at:%Y-%m-%d}"
        yield wrong(
            subject,
            f"accounts and tax rates were read {when}",
            "See that the product runs, or refresh them on the page Xero connection.",
        )
    elif not missing:
        yield good(subject, f"connected, accounts and tax rates of {read_at:%Y-%m-%d %H:%M} UTC")


def shops() -> Iterator[Finding]:
    """Ask every shop at the same time: one that is silent must not delay the others."""
    stores = list(Store.objects.select_related("organisation"))
    if not stores:
        yield note("stores", "none is configured yet", "Add one, or import a configuration.")
        return
    enabled = [store for store in stores if store.enabled]
    with ThreadPoolExecutor(max_workers=8) as pool:
        yield from pool.map(_probed, enabled)
    for store in stores:
        platform = registry.profile(store.platform)
        if warning := platform.overheard(store.profile.url, store.credentials or ()):
            sentence, _, fix = warning.rpartition(". ")
            yield note(f"store {store.slug}", sentence, fix)
        if not store.enabled:
            yield note(f"store {store.slug}", "is switched off, not asked")
        if store.organisation is None:
            yield note(
                f"store {store.slug}",
                f'no organisation "{store.organisation_name}" is connected',
                CONNECT,
            )


def _probed(store: Store) -> Finding:
    """What the shop answers. No database is used: this runs in a thread."""
    subject = f"store {store.slug}"
    if not store.credentials:
        return wrong(subject, "has no credentials", "Enter them on the store's page.")
    try:
        adapter_class = registry.adapter_class(store.platform)
        credentials = adapter_class.Credentials.model_validate(store.credentials)
        session = http.session(connect_timeout=3, read_timeout=10, total_timeout=20)
        facts = adapter_class(credentials, session, url=store.profile.url).probe()
    except ValidationError as error:
        return wrong(subject, "; ".join(problems(error, ("credentials",))), "Enter them anew.")
    except ConnectorError as error:
        return failed(subject, error)
    if facts.warnings:
        return note(subject, f"answers, but: {' '.join(facts.warnings)}")
    return good(subject, f"{facts.name or store.name} answers {facts.version}".rstrip())


def mappings() -> Iterator[Finding]:
    """Also of stores that are switched off: a mapping is looked at before it is let go."""
    for store in Store.objects.filter(organisation__isnull=False).order_by("slug"):
        subject = f"mapping of {store.slug}"
        unfit, doubtful = mapping_problems(store)
        yield from (wrong(subject, line) for line in unfit)
        yield from (note(subject, line) for line in doubtful)
        if not unfit and not doubtful:
            yield good(subject, "fits the organisation")
