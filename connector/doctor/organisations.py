"""Xero: the app, what its log-ins reach, and each organisation."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from django.utils.translation import gettext as _

from connector.configuration.stored import xero_app
from connector.doctor.findings import CONNECT, XERO, Finding, failed, good, note, wrong
from connector.doctor.patience import Patience
from connector.lib import clock
from connector.lib.errors import ConnectorError
from connector.pages.parts.core_texts import shown
from connector.templatetags.pages import of
from xero.login import identity, tokens
from xero.models import Organisation, TokenSet

REFERENCE_AGE = timedelta(days=2)


def every_organisation(patience: Patience) -> Iterator[Finding]:
    """The app, its log-ins and all organisations."""
    app = xero_app()
    if app is None or not app.client_id:
        yield note(
            "Xero",
            _("no app is entered yet"),
            _("Enter client id and secret on the page Xero connection."),
            XERO,
        )
        return
    if not app.client_secret:
        yield wrong("Xero", _("the app has no client secret"), _("Enter it, or import it."), XERO)
    connected = TokenSet.objects.filter(app=app, organisations__connected=True)
    for token_set in connected.distinct():
        yield _log_in(token_set, patience)
    organisations = list(Organisation.objects.select_related("token_set"))
    if not organisations:
        yield note("Xero", _("no organisation is connected yet"), CONNECT, XERO)
    for organisation in organisations:
        yield from _organisation(organisation)


def one_organisation(organisation: Organisation | None, patience: Patience) -> Iterator[Finding]:
    """The one that a store belongs to."""
    if organisation is None:
        return
    if organisation.connected and organisation.token_set is not None:
        yield _log_in(organisation.token_set, patience)
    yield from _organisation(organisation)


def _log_in(token_set: TokenSet, patience: Patience) -> Finding:
    """Asks Xero itself, by a call that does not count towards the day's limit."""
    subject = _("Xero log-in")
    if patience.is_over:
        return note(subject, patience.said)
    try:
        reached = identity.connections(tokens.access_token(token_set.pk))
    except ConnectorError as error:
        return failed(subject, error, XERO)
    many = of(len(reached), "organisation")
    return good(subject, _("accepted, reaches %(organisations)s") % {"organisations": many})


def _organisation(organisation: Organisation) -> Iterator[Finding]:
    subject = _("organisation %(name)s") % {"name": organisation}
    if reason := organisation.unavailable_reason():
        needed = organisation.stores.filter(enabled=True).exists()
        yield (wrong if needed else note)(subject, reason, CONNECT, XERO)
        return
    now = clock.now()
    missing = organisation.missing_scopes()
    if missing:
        off = ", ".join(map(shown, missing.values()))
        yield wrong(
            subject,
            _("not granted: %(off)s") % {"off": off},
            _("Connect again and allow all."),
            XERO,
        )
    if organisation.parked_until and organisation.parked_until > now:
        until = f"{organisation.parked_until:%Y-%m-%d %H:%M} UTC"
        why = {"until": until, "why": organisation.parked_reason}
        yield note(subject, _("waits until %(until)s: %(why)s") % why, at=XERO)
    read_at = organisation.reference_refreshed_at
    if read_at is None or now - read_at > REFERENCE_AGE:
        never = _("accounts and tax rates were read never")
        last = _("accounts and tax rates were read last on %(day)s")
        yield wrong(
            subject,
            never if read_at is None else last % {"day": f"{read_at:%Y-%m-%d}"},
            _("See that the product runs, or refresh them on the page Xero connection."),
            XERO,
        )
    elif not missing:
        when = {"when": f"{read_at:%Y-%m-%d %H:%M} UTC"}
        yield good(subject, _("connected, accounts and tax rates of %(when)s") % when, XERO)
