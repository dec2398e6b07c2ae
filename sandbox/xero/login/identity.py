"""The pages and end points of login.xero.com and identity.xero.com, and /connections."""

from __future__ import annotations

import base64
import binascii
import html
from collections.abc import Callable
from urllib.parse import parse_qsl, urlencode

from sandbox.xero.limits import Traffic
from sandbox.xero.login.oauth import SCOPES, OAuth, XeroApp, fail, redirect_allowed
from sandbox.xero.people.pages import page
from sandbox.xero.wire import Refused, Request, Response, answer, not_found, problem, refusal

AUTHORISE = "/identity/connect/authorize"


class Identity:
    """Answers for the log-in and identity hosts."""

    def __init__(self, oauth: OAuth, traffic: Traffic) -> None:
        self.oauth = oauth
        self.traffic = traffic
        self.auto_consent = False
        self.auto_tenant: str | None = None

    def handle(self, request: Request) -> Response | None:
        """The answer, or None if the path is not one of these."""
        routes: dict[str, Callable[[Request], Response]] = {
            AUTHORISE: self._authorise,
            "/connect/token": self._token,
            "/connect/revocation": self._revoke,
        }
        handler = routes.get(request.path)
        if handler is None and request.path.lower().split("/")[1] == "connections":
            handler = self._connections
        if handler is None:
            return None
        try:
            with self.oauth.state.lock:
                try:
                    return handler(request)
                finally:
                    self.oauth.state.commit()
        except Refused as error:
            return refusal(error)

    # -- the consent page ----------------------------------------------------------------

    def _authorise(self, request: Request) -> Response:
        given = dict(request.query)
        if request.method == "POST":
            given |= dict(parse_qsl(request.body.decode("utf-8", "replace")))
        client = self.oauth.clients.get(given.get("client_id", ""))
        target = given.get("redirect_uri", "")
        if client is None:
            return _problem_page("unauthorized_client", "Unknown client_id.")
        if not redirect_allowed(client, target):
            return _problem_page("invalid_request", "Invalid redirect_uri.")
        if error := _authorise_error(given):
            return _redirect(target, {"error": error}, given)
        if given.get("decision") == "deny":
            return _redirect(target, {"error": "access_denied"}, given)
        if request.method == "POST" or self.auto_consent or given.get("auto") == "1":
            return self._agree(client, target, given)
        return self._consent_page(client, given)

    def _agree(self, client: XeroApp, target: str, given: dict[str, str]) -> Response:
        wanted = given.get("tenant") or self.auto_tenant
        try:
            tenant = self.oauth.state.organisation(wanted).tenant_id
        except KeyError:
            return _problem_page("invalid_request", "Unknown organisation.")
        code = self.oauth.consent(client, target, given["scope"], [tenant])
        return _redirect(target, {"code": code, "scope": given["scope"]}, given)

    def _consent_page(self, client: XeroApp, given: dict[str, str]) -> Response:
        hidden = "".join(
            f'<input type="hidden" name="{html.escape(name)}" value="{html.escape(value)}">'
            for name, value in given.items()
        )
        choices = "".join(
            f'<label><input type="radio" name="tenant" value="{tenant}"'
            f"{' checked' if place == 0 else ''}> {html.escape(org.facts['Name'])}</label>"
            for place, (tenant, org) in enumerate(self.oauth.state.organisations.items())
        )
        scopes = "".join(f"<li>{html.escape(one)}</li>" for one in given["scope"].split())
        return page(
            "Allow access",
            f"<p>The app <b>{html.escape(client.id)}</b> asks for access to:</p>"
            f'<ul>{scopes}</ul><form method="post" action="{AUTHORISE}">{hidden}'
            f"<fieldset><legend>Organisation</legend>{choices}</fieldset>"
            '<button name="decision" value="allow">Allow access</button> '
            '<button name="decision" value="deny" class="quiet">Cancel</button></form>',
        )

    # -- tokens --------------------------------------------------------------------------

    def _token(self, request: Request) -> Response:
        if request.method != "POST":
            raise Refused(405, "Method Not Allowed")
        form = dict(parse_qsl(request.body.decode("utf-8", "replace")))
        kind = form.get("grant_type", "")
        self.traffic.note("refresh" if kind == "refresh_token" else kind or "token")
        return answer(self.oauth.token(self._client(request, form), form))

    def _revoke(self, request: Request) -> Response:
        form = dict(parse_qsl(request.body.decode("utf-8", "replace")))
        self.traffic.note("revocation")
        self.oauth.revoke(self._client(request, form), form.get("token", ""))
        return Response(200)

    def _client(self, request: Request, form: dict[str, str]) -> XeroApp:
        """The app, by HTTP Basic or by client_id and client_secret in the form."""
        kind, _, text = request.headers.get("authorization", "").partition(" ")
        if kind.lower() != "basic":
            return self.oauth.client(form.get("client_id"), form.get("client_secret"))
        try:
            name, _, secret = base64.b64decode(text).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            raise fail("invalid_client", 401) from None
        return self.oauth.client(name, secret)

    # -- connections ---------------------------------------------------------------------

    def _connections(self, request: Request) -> Response:
        try:
            access = self.oauth.bearer(request.headers.get("authorization"))
        except PermissionError as error:
            raise problem(401, "Unauthorized", str(error)) from None
        self.traffic.note("connections")
        headers = {"X-AppMinLimit-Remaining": str(self.traffic.limits.app_per_minute)}
        parts = request.path.strip("/").split("/")
        if request.method == "GET" and len(parts) == 1:
            event = request.query.get("authEventId")
            return answer(self.oauth.connections(access["client"], event), headers=headers)
        if request.method == "DELETE" and len(parts) == 2:
            status = self.oauth.disconnect_id(access["client"], parts[1])
            if status == 204:
                return Response(204, headers=headers)
            if status == 403:
                raise problem(403, "Forbidden", "AuthenticationUnsuccessful")
        raise not_found()


def _authorise_error(given: dict[str, str]) -> str | None:
    if given.get("response_type") != "code":
        return "unsupported_response_type"
    scopes = set(given.get("scope", "").split())
    if not scopes or not scopes <= SCOPES:
        return "invalid_scope"
    return None


def _redirect(target: str, values: dict[str, str], given: dict[str, str]) -> Response:
    if "state" in given:
        values = {**values, "state": given["state"]}
    joint = "&" if "?" in target else "?"
    return Response(302, headers={"Location": f"{target}{joint}{urlencode(values)}"})


def _problem_page(error: str, text: str) -> Response:
    response = page("Sorry, something went wrong", f"<p>Error: {error}</p><p>{text}</p>")
    response.status = 400
    return response
