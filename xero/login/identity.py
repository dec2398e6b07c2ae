"""Calls to Xero's identity service and to /connections; nothing here touches the database.

Every call has a deadline, a limit on the answer's size, and Basic authentication of the app
where the app speaks for itself (Xero developer documentation, OAuth 2.0 authorisation flow).
"""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, TypeVar

import requests
from django.conf import settings
from oauthlib.oauth2 import (
    BackendApplicationClient,
    InvalidClientError,
    InvalidGrantError,
    InvalidScopeError,
    OAuth2Error,
    UnauthorizedClientError,
    UnsupportedGrantTypeError,
)
from requests.auth import HTTPBasicAuth
from requests_oauthlib import OAuth2Session

from connector.lib import clock
from connector.lib.errors import Misconfigured, NotConnected, OutcomeUnknown, Temporary
from connector.lib.outgoing import answers, http
from xero.models import XeroApp
from xero.transport import safe

# One call to the identity service, in seconds of the product's time.
CALL_SECONDS: Final = 20.0
DEFAULT_SCOPES: Final = (
    "offline_access",
    "accounting.invoices",
    "accounting.payments",
    "accounting.contacts",
    "accounting.settings",
    "accounting.banktransactions",
)
_MAX_BYTES: Final = 1024 * 1024
_ACCESS_SECONDS: Final = 1800
_WRONG_APP: Final = (
    InvalidClientError,
    InvalidScopeError,
    UnauthorizedClientError,
    UnsupportedGrantTypeError,
)

S = TypeVar("S", bound=requests.Session)


class DeadGrant(NotConnected):
    """`invalid_grant`: this code or refresh token will never be taken again."""


@dataclass(frozen=True, slots=True)
class Tokens:
    """One answer of the token endpoint. `refresh_token` is empty for a custom connection."""

    access_token: str
    refresh_token: str
    expires_at: datetime
    scopes: str
    xero_user_id: str
    auth_event_id: str


@dataclass(frozen=True, slots=True)
class Connection:
    """One row of /connections. `connection_id` is what a disconnect names."""

    connection_id: str
    tenant_id: str
    name: str
    auth_event_id: str


def wanted_scopes() -> list[str]:
    """What a person is asked for at the log-in; the setting XERO_SCOPES, or the default."""
    return list(getattr(settings, "XERO_SCOPES", DEFAULT_SCOPES))


def authorisation_address(app: XeroApp, redirect_uri: str) -> tuple[str, str]:
    """Xero's log-in page for `app`, and the state that must come back with the answer."""
    session = OAuth2Session(app.client_id, redirect_uri=redirect_uri, scope=wanted_scopes())
    address, state = session.authorization_url(
        _for_oauthlib(f"{settings.XERO_LOGIN_URL}/identity/connect/authorize")
    )
    return address, state


def exchange(app: XeroApp, code: str, redirect_uri: str) -> Tokens:
    """The tokens for the code of a log-in; it lives five minutes and works once."""
    # Without the scopes that were asked for: to be granted fewer, or more, is no error.
    session = _equipped(OAuth2Session(app.client_id, redirect_uri=redirect_uri))
    return _tokens(lambda: session.fetch_token(_token_address(), code=code, auth=_basic(app)))


def refresh(app: XeroApp, refresh_token: str) -> Tokens:
    """New tokens for `refresh_token`, which Xero replaces at each use."""
    session = _equipped(OAuth2Session(app.client_id))
    return _tokens(
        lambda: session.refresh_token(
            _token_address(), refresh_token=refresh_token, auth=_basic(app)
        )
    )


def client_credentials(app: XeroApp) -> Tokens:
    """Tokens of a custom connection: the app's own, without a person or a refresh token."""
    session = _equipped(OAuth2Session(client=BackendApplicationClient(app.client_id)))
    scope = " ".join(s for s in wanted_scopes() if s.startswith("accounting."))
    return _tokens(lambda: session.fetch_token(_token_address(), scope=scope, auth=_basic(app)))


def revoke(app: XeroApp, refresh_token: str) -> None:
    """End the token, and with it every connection of its user with this app."""
    address = safe(f"{settings.XERO_IDENTITY_URL}/connect/revocation")
    with _as_read():
        answer = _equipped(requests.Session()).post(
            address, data={"token": refresh_token}, auth=_basic(app)
        )
        answers.checked(answer)


def connections(access_token: str) -> list[Connection]:
    """All organisations that the token reaches. NotConnected: Xero does not take the token."""
    answer = _equipped(requests.Session()).get(
        _connections_address(), headers=_bearer(access_token)
    )
    try:
        rows = answers.read_json(_accepted(answer))
    except Misconfigured as error:
        raise Temporary("Xero's list of connections cannot be read.") from error
    if not isinstance(rows, list):
        raise Temporary("Xero's list of connections is not a list.")
    return [
        Connection(
            connection_id=str(row["id"]),
            tenant_id=str(row["tenantId"]),
            name=str(row.get("tenantName") or ""),
            auth_event_id=str(row.get("authEventId") or ""),
        )
        for row in rows
        if row.get("tenantType") == "ORGANISATION"
    ]


def disconnect(access_token: str, connection_id: str) -> None:
    """End one connection. One that is not there any more (404) is as good."""
    address = f"{_connections_address()}/{connection_id}"
    with _as_read():
        answer = _equipped(requests.Session()).delete(address, headers=_bearer(access_token))
        if answer.status_code != 404:
            _accepted(answer)


def _equipped(session: S) -> S:
    """With the limits of `http.py`; an outage is an error before oauthlib reads the answer."""
    if isinstance(session, OAuth2Session):
        session.register_compliance_hook("access_token_response", _refuse_outages)
        session.register_compliance_hook("refresh_token_response", _refuse_outages)
    return http.equip(
        session,
        allow_private=True,  # the address comes from the settings
        read_timeout=CALL_SECONDS,
        total_timeout=CALL_SECONDS,
        max_bytes=_MAX_BYTES,
    )


def _tokens(ask: Callable[[], Mapping[str, Any]]) -> Tokens:
    try:
        with _as_read():
            answer = ask()
    except InvalidGrantError as error:
        raise DeadGrant(
            "Xero no longer accepts this log-in.",
            code="invalid_grant",
            hint="Reconnect to Xero.",
        ) from error
    except _WRONG_APP as error:
        raise Misconfigured(
            f"Xero does not accept the app: {error.error}.",
            code="xero_app",
            hint="Check client id, client secret, mode and scopes of the Xero app.",
        ) from error
    except OAuth2Error as error:
        raise Temporary(f"Xero's identity service gave no tokens ({error.error}).") from error
    token = str(answer["access_token"])
    claims = _claims(token)
    scope = answer.get("scope") or claims.get("scope") or ""
    return Tokens(
        access_token=token,
        refresh_token=str(answer.get("refresh_token") or ""),
        expires_at=clock.now()
        + timedelta(seconds=int(answer.get("expires_in") or _ACCESS_SECONDS)),
        scopes=scope if isinstance(scope, str) else " ".join(scope),
        xero_user_id=str(claims.get("xero_userid") or ""),
        auth_event_id=str(claims.get("authentication_event_id") or ""),
    )


@contextmanager
def _as_read() -> Iterator[None]:
    """Without an answer these calls may be repeated: Xero takes the last token once more."""
    try:
        yield
    except OutcomeUnknown as error:
        raise Temporary("Xero's identity service gave no usable answer.") from error


def _refuse_outages(answer: requests.Response) -> requests.Response:
    """An answer 429 or 5xx is no statement about the token, whatever its body says."""
    if answer.status_code == 429 or answer.status_code >= 500:
        answers.checked(answer)
    return answer


def _accepted(answer: requests.Response) -> requests.Response:
    if answer.status_code in (401, 403):
        raise NotConnected(
            "Xero does not accept the connection's token.",
            code="unauthorized",
            hint="Reconnect to Xero.",
        )
    return answers.checked(answer)


def _claims(access_token: str) -> dict[str, Any]:
    """What the token says of itself; {} if it is no JWT. It came straight from Xero over TLS."""
    try:
        part = access_token.split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    except (IndexError, ValueError):
        return {}
    return claims if isinstance(claims, dict) else {}


def _basic(app: XeroApp) -> HTTPBasicAuth:
    return HTTPBasicAuth(app.client_id, app.client_secret)


def _bearer(access_token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {access_token}"}


def _connections_address() -> str:
    return safe(f"{settings.XERO_API_URL}/connections")


def _token_address() -> str:
    return _for_oauthlib(f"{settings.XERO_IDENTITY_URL}/connect/token")


def _for_oauthlib(address: str) -> str:
    """`address`, if it is safe; oauthlib is told when it is http on loopback."""
    if not safe(address).startswith("https:"):
        # It knows no other way to be told. Set only once such an address is in use.
        os.environ.setdefault("OAUTHLIB_INSECURE_TRANSPORT", "1")
    return address
