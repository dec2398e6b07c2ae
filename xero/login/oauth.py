"""Connecting to Xero, and noticing or making the end of a connection.

    connect/  →  Xero's log-in  →  callback/  →  `finish`  →  TokenSet, Organisations

What Xero calls a tenant is an Organisation here. Its row outlives a disconnect: a tenant
that comes back is attached to its old row, with every mapping and link that hangs on it.
"""

from __future__ import annotations

import structlog
from django.db import transaction

from connector.lib import clock
from connector.lib.database.claims import FREED
from connector.lib.errors import ConnectorError, Misconfigured, NotConnected
from xero.login import identity, tokens
from xero.models import Organisation, TokenSet, XeroApp

logger = structlog.get_logger(__name__)

DISCONNECTED_THERE = "Xero ended the connection to this organisation. Reconnect to Xero."
DISCONNECTED_HERE = "Disconnected here. Connect again to go on."


def registered_app() -> XeroApp:
    """The app that the operator has entered. Raises Misconfigured while there is none."""
    app = XeroApp.objects.exclude(client_id="").order_by("pk").first()
    if app is None or not app.client_secret:
        raise Misconfigured(
            "No Xero app is entered yet.",
            code="xero_app",
            hint="Enter client id and client secret of your app from developer.xero.com.",
        )
    return app


def finish(app: XeroApp, code: str, redirect_uri: str) -> list[Organisation]:
    """End a log-in: the organisations that this consent connected, stored and usable."""
    return _attach(app, identity.exchange(app, code, redirect_uri))


def connect_custom(app: XeroApp) -> list[Organisation]:
    """Connect the one organisation of a custom connection; nobody logs in."""
    return _attach(app, identity.client_credentials(app))


def disconnect(organisation: Organisation) -> None:
    """End the connection at Xero and here. Mappings and history stay.

    Where Xero does not take the token any more there is nothing left to end at its side.
    """
    if organisation.connection_id and organisation.token_set_id:
        try:
            token = tokens.access_token(organisation.token_set_id)
            identity.disconnect(token, organisation.connection_id)
        except NotConnected as error:
            logger.info(
                "xero.already_disconnected", organisation_id=organisation.pk, why=error.code
            )
    organisation.mark_disconnected(DISCONNECTED_HERE)


def revoke(token_set: TokenSet) -> None:
    """Give a log-in back to Xero: all connections of that user with this app end."""
    if token_set.refresh_token:
        identity.revoke(token_set.app, token_set.refresh_token)
    tokens.mark_reconnect(token_set, DISCONNECTED_HERE)


def look_for_disconnects(token_set: TokenSet) -> list[Organisation]:
    """Ask Xero which organisations the token still reaches; mark and return the lost ones.

    Xero tells nobody when a connection is ended in its own settings ("Connected apps").
    """
    reached = {c.tenant_id for c in identity.connections(tokens.access_token(token_set.pk))}
    lost = list(token_set.organisations.filter(connected=True).exclude(tenant_id__in=reached))
    for organisation in lost:
        organisation.mark_disconnected(DISCONNECTED_THERE)
    return lost


def why_refused(organisation: Organisation, refusal: NotConnected) -> ConnectorError:
    """What stands behind a 401 or 403, found out from /connections; marks what has ended.

    Temporary where Xero cannot be asked now: a refused call may be sent again.
    """
    token_set = organisation.token_set
    assert token_set is not None
    try:
        lost = look_for_disconnects(token_set)
    except NotConnected as error:
        if error.code == "unauthorized" and tokens.mark_reconnect(token_set, tokens.RECONNECT):
            return NotConnected(tokens.RECONNECT, code="reconnect", hint=error.hint)
        return error
    except ConnectorError as error:
        return error
    if organisation in lost:
        return NotConnected(DISCONNECTED_THERE, code="disconnected", hint="Reconnect to Xero.")
    # Still connected: the user lacks a right in the organisation, or a scope was not granted.
    return refusal


def _attach(app: XeroApp, fresh: identity.Tokens) -> list[Organisation]:
    """Store tokens first, then what they reach."""
    token_set = _store(app, fresh)
    found = identity.connections(fresh.access_token)
    if not found:
        raise NotConnected(
            "Xero connected no organisation.",
            code="no_organisation",
            hint="Connect again and choose an organisation at Xero.",
        )
    # The token reaches all organisations of its user. New to us is only what this consent
    # named; a log-in that names none, because all were connected before, means them all.
    named = [c for c in found if c.auth_event_id == fresh.auth_event_id] or found
    connected = [_connect(token_set, connection) for connection in named]
    others = {c.tenant_id: c for c in found if c not in named}
    for known in Organisation.objects.filter(tenant_id__in=others):
        _connect(token_set, others[known.tenant_id])
    unused = TokenSet.objects.filter(app=app, organisations=None).exclude(pk=token_set.pk)
    unused.filter(state=TokenSet.State.RECONNECT).delete()
    return connected


def _store(app: XeroApp, fresh: identity.Tokens) -> TokenSet:
    """One row for each user of the app; a refresh that is under way loses its lease."""
    now = clock.now()
    values = {
        "access_token": fresh.access_token,
        "refresh_token": fresh.refresh_token,
        "previous_refresh_token": "",
        "previous_valid_until": None,
        "expires_at": fresh.expires_at,
        "refreshed_at": now,
        "scopes": fresh.scopes,
        "auth_event_id": fresh.auth_event_id,
        **FREED,
        "state": TokenSet.State.ACTIVE,
        "reason": "",
    }
    user = fresh.xero_user_id
    if app.mode == XeroApp.Mode.CUSTOM:
        user = "custom connection"
    if not user:
        return TokenSet.objects.create(app=app, **values)
    token_set, _ = TokenSet.objects.update_or_create(app=app, xero_user_id=user, defaults=values)
    return token_set


def _connect(token_set: TokenSet, connection: identity.Connection) -> Organisation:
    with transaction.atomic():
        organisation, _ = Organisation.objects.update_or_create(
            tenant_id=connection.tenant_id,
            defaults={
                "token_set": token_set,
                "connection_id": connection.connection_id,
                "name": connection.name,
                "connected": True,
                "disconnected_at": None,
                "reason": "",
            },
        )
    return organisation
