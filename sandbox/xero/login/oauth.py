"""Xero's log-in and identity: codes, tokens, connections.

One person, any number of apps. A refresh token is replaced at each use; the one before it is
still taken for 30 minutes, and using it replaces the current one. Times are the clock's.
"""

from __future__ import annotations

import secrets
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlsplit

from connector.lib import clock
from sandbox.xero.books.organisation import guid
from sandbox.xero.books.state import State
from sandbox.xero.login.tokens import jwt
from sandbox.xero.wire import Doc, Refused

CODE_SECONDS = 300
ACCESS_SECONDS = 1800
GRACE_SECONDS = 1800
REFRESH_SECONDS = 60 * 86_400
USER_ID = guid("user")
_AREAS = [
    "invoices",
    "payments",
    "banktransactions",
    "contacts",
    "settings",
    "attachments",
    "manualjournals",
    "budgets",
    "reports.aged",
    "reports.balancesheet",
    "reports.profitandloss",
]
SCOPES = frozenset(
    ["openid", "profile", "email", "offline_access"]
    + [f"accounting.{area}{suffix}" for area in _AREAS for suffix in ("", ".read")]
)


@dataclass(slots=True)
class XeroApp:
    """An app that is registered with Xero. `tenant` makes it a custom connection."""

    id: str
    secret: str
    redirect_uris: tuple[str, ...] = ()
    tenant: str | None = None


def fail(error: str, status: int = 400, description: str = "") -> Refused:
    """The error answer of the token endpoint."""
    body = {"error": error}
    if description:
        body["error_description"] = description
    return Refused(status, body)


def redirect_allowed(client: XeroApp, uri: str) -> bool:
    """https, or http on the name localhost; and one of the registered ones, if there are any."""
    if client.redirect_uris:
        return uri in client.redirect_uris
    parts = urlsplit(uri)
    if parts.scheme == "https":
        return bool(parts.hostname)
    return parts.scheme == "http" and parts.hostname == "localhost"


class OAuth:
    """What Xero's identity service remembers; kept in `state.oauth`. Callers hold its lock."""

    def __init__(self, state: State, clients: list[XeroApp]) -> None:
        self.state = state
        self.clients = {client.id: client for client in clients}

    @property
    def _book(self) -> Doc:
        book = self.state.oauth
        for name in ("codes", "access", "grants", "refresh", "connections"):
            book.setdefault(name, {})
        return book

    def client(self, client_id: str | None, secret: str | None) -> XeroApp:
        """The app that these credentials prove, or 401 invalid_client."""
        found = self.clients.get(client_id or "")
        if found is None or not secrets.compare_digest(found.secret, secret or ""):
            raise fail("invalid_client", 401)
        return found

    def consent(self, client: XeroApp, redirect_uri: str, scope: str, tenants: list[str]) -> str:
        """A person agreed: connect the organisations and give a code."""
        event = str(uuid.uuid4())
        for tenant in tenants:
            self._connect(client, tenant, event)
        code = secrets.token_urlsafe(32)
        self._book["codes"][code] = {
            "client": client.id,
            "redirect_uri": redirect_uri,
            "scope": scope,
            "event": event,
            "until": clock.timestamp() + CODE_SECONDS,
        }
        self.state.keep_oauth()
        return code

    def _connect(self, client: XeroApp, tenant: str, event: str) -> None:
        now = clock.now().replace(tzinfo=None).isoformat()
        organisation = self.state.organisation(tenant)
        connections = self._book["connections"]
        key = f"{client.id} {organisation.tenant_id}"
        known = connections.get(key)
        connections[key] = {
            "id": known["id"] if known else str(uuid.uuid4()),
            "authEventId": event,
            "tenantId": organisation.tenant_id,
            "tenantType": "ORGANISATION",
            "tenantName": organisation.facts["Name"],
            "createdDateUtc": known["createdDateUtc"] if known else now,
            "updatedDateUtc": now,
            "_app": client.id,
        }
        self.state.keep_oauth()

    # -- tokens --------------------------------------------------------------------------

    def token(self, client: XeroApp, form: dict[str, str]) -> Doc:
        """The answer of POST /connect/token."""
        kind = form.get("grant_type")
        if kind == "authorization_code":
            return self._from_code(client, form)
        if kind == "refresh_token":
            return self._from_refresh(client, form.get("refresh_token", ""))
        if kind == "client_credentials":
            return self._custom(client, form.get("scope", ""))
        raise fail("unsupported_grant_type")

    def _from_code(self, client: XeroApp, form: dict[str, str]) -> Doc:
        code = self._book["codes"].pop(form.get("code", ""), None)
        self.state.keep_oauth()
        if (
            code is None
            or code["client"] != client.id
            or code["redirect_uri"] != form.get("redirect_uri")
            or code["until"] < clock.timestamp()
        ):
            raise fail("invalid_grant")
        grant = {"client": client.id, "scope": code["scope"], "event": code["event"]}
        return self._issue(str(uuid.uuid4()), grant)

    def _custom(self, client: XeroApp, scope: str) -> Doc:
        if client.tenant is None:
            raise fail("unauthorized_client")
        if not set(scope.split()) <= SCOPES:
            raise fail("invalid_scope")
        event = guid("custom", client.id)
        self._connect(client, client.tenant, event)
        every = " ".join(f"accounting.{area}" for area in _AREAS)
        grant = {"client": client.id, "scope": scope or every, "event": event}
        return self._issue(str(uuid.uuid4()), grant, refreshable=False)

    def _from_refresh(self, client: XeroApp, token: str) -> Doc:
        grant_id = self._book["refresh"].get(token)
        grant = self._book["grants"].get(grant_id or "")
        if grant is None or grant["client"] != client.id:
            raise fail("invalid_grant")
        now = clock.timestamp()
        if token == grant["current"]:
            if grant["until"] < now:
                raise fail("invalid_grant")
            self._book["refresh"].pop(grant.get("previous"), None)
            grant["previous"], grant["grace"] = token, now + GRACE_SECONDS
        elif token != grant.get("previous") or grant["grace"] < now:
            raise fail("invalid_grant")
        else:
            self._book["refresh"].pop(grant["current"], None)
        return self._issue(grant_id, grant)

    def _issue(self, grant_id: str, grant: Doc, *, refreshable: bool = True) -> Doc:
        now, scopes = clock.timestamp(), grant["scope"].split()
        access = self._access(grant, now)
        answer: Doc = {
            "access_token": access,
            "expires_in": ACCESS_SECONDS,
            "token_type": "Bearer",
            "scope": grant["scope"],
        }
        if "openid" in scopes:
            claims = {"aud": grant["client"], "sub": USER_ID, "email": "demo@example.test"}
            answer["id_token"] = jwt({**claims, "iat": int(now), "exp": int(now) + 300})
        if refreshable and "offline_access" in scopes:
            grant["current"] = secrets.token_urlsafe(32)
            grant["until"] = now + REFRESH_SECONDS
            self._book["grants"][grant_id] = grant
            self._book["refresh"][grant["current"]] = grant_id
            answer["refresh_token"] = grant["current"]
        self.state.keep_oauth()
        return answer

    def _access(self, grant: Doc, now: float) -> str:
        claims = {
            "iss": "https://identity.xero.com",
            "aud": "https://identity.xero.com/resources",
            "client_id": grant["client"],
            "sub": USER_ID,
            "xero_userid": USER_ID,
            "authentication_event_id": grant["event"],
            "nbf": int(now),
            "iat": int(now),
            "exp": int(now) + ACCESS_SECONDS,
            "jti": secrets.token_hex(16),
            "scope": grant["scope"].split(),
        }
        token = jwt(claims)
        tokens = self._book["access"]
        for old in [t for t, a in tokens.items() if a["until"] < now - ACCESS_SECONDS]:
            del tokens[old]
        tokens[token] = {
            "client": grant["client"],
            "scope": grant["scope"],
            "event": grant["event"],
            "until": now + ACCESS_SECONDS,
        }
        return token

    # -- what a token opens --------------------------------------------------------------

    def bearer(self, header: str | None) -> Doc:
        """What an Authorization header opens; raises the detail of a 401 as PermissionError."""
        kind, _, token = (header or "").partition(" ")
        access: Doc | None = self._book["access"].get(token.strip())
        if kind.lower() != "bearer" or access is None:
            raise PermissionError("AuthenticationUnsuccessful")
        if access["until"] < clock.timestamp():
            at = datetime.fromtimestamp(access["until"], UTC)
            raise PermissionError(f"TokenExpired: token expired at {at:%m/%d/%Y %H:%M:%S}")
        return access

    def connected(self, app: str, tenant: str) -> bool:
        return f"{app} {tenant}" in self._book["connections"]

    def connections(self, app: str, event: str | None = None) -> list[Doc]:
        return [
            {k: v for k, v in one.items() if k != "_app"}
            for one in self._book["connections"].values()
            if one["_app"] == app and (event is None or one["authEventId"] == event)
        ]

    def disconnect_id(self, app: str, key: str) -> int:
        """DELETE /connections/{id}: 204, 404, or 403 for an id of another sort."""
        connections = self._book["connections"]
        for name, one in list(connections.items()):
            if one["_app"] != app:
                continue
            if one["id"] == key:
                del connections[name]
                self.state.keep_oauth()
                return 204
            if key in (one["tenantId"], one["authEventId"]):
                return 403
        return 404

    # -- ends ----------------------------------------------------------------------------

    def revoke(self, client: XeroApp, token: str) -> None:
        """POST /connect/revocation: every connection of the person with this app ends."""
        grant_id = self._book["refresh"].get(token)
        grant = self._book["grants"].get(grant_id or "")
        if grant is not None and grant["client"] == client.id:
            self.forget_tokens(client.id)
            self.disconnect(None, client.id)

    def forget_tokens(self, app: str | None = None) -> None:
        """Refresh and access tokens stop working, of one app or of all."""
        book = self._book
        for key, grant in list(book["grants"].items()):
            if app in (None, grant["client"]):
                del book["grants"][key]
        book["refresh"] = {t: g for t, g in book["refresh"].items() if g in book["grants"]}
        book["access"] = {t: a for t, a in book["access"].items() if app not in (None, a["client"])}
        self.state.keep_oauth()

    def expire_access(self) -> None:
        """Every access token is past its time; refresh tokens still work."""
        for access in self._book["access"].values():
            access["until"] = clock.timestamp() - 1
        self.state.keep_oauth()

    def disconnect(self, tenant: str | None, app: str | None = None) -> None:
        """The organisation's side ends the connection (all of them without a tenant)."""
        self.state.oauth["connections"] = {
            name: one
            for name, one in self._book["connections"].items()
            if tenant not in (None, one["tenantId"]) or app not in (None, one["_app"])
        }
        self.state.keep_oauth()
