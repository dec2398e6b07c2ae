"""The accounting API: who may call, what goes wrong, what is remembered, what is answered.

The order of the gates: size, token, tenant and scope, limits, faults, Accept, idempotency key,
and only then the ledger. The ledger's lock is never held while anything sleeps.
"""

from __future__ import annotations

import hashlib
import uuid
from dataclasses import dataclass
from typing import Any

from connector.lib import clock
from sandbox.xero.api import resources
from sandbox.xero.books.state import State
from sandbox.xero.faults import Faults
from sandbox.xero.limits import Traffic
from sandbox.xero.login.oauth import OAuth
from sandbox.xero.rules.calls import Call
from sandbox.xero.rules.fields import flag
from sandbox.xero.wire import (
    Doc,
    Refused,
    Request,
    Response,
    answer,
    problem,
    refusal,
)

PREFIX = "/api.xro/2.0/"
MAX_BODY = 3_500_000
KEY_SECONDS = 360
_WRITES = frozenset(("PUT", "POST", "PATCH"))
_SCOPE = {
    "Invoices": ("accounting.invoices",),
    "CreditNotes": ("accounting.invoices",),
    "Items": ("accounting.invoices", "accounting.settings"),
    "Payments": ("accounting.payments",),
    "Overpayments": ("accounting.payments",),
    "Prepayments": ("accounting.payments",),
    "BankTransactions": ("accounting.banktransactions",),
    "Contacts": ("accounting.contacts",),
}
_XML_406 = (
    '<?xml version="1.0" encoding="utf-8"?><ApiException><Message>The stand-in speaks JSON only: '
    "send Accept: application/json</Message></ApiException>"
)
_HTML = "<html><head><title>Xero</title></head><body><h1>Bad Gateway</h1></body></html>"


@dataclass(slots=True)
class Remembered:
    """The answer that an idempotency key stands for."""

    fingerprint: str
    until: float
    response: Response


class Accounting:
    """Answers requests under /api.xro/2.0/."""

    def __init__(self, state: State, oauth: OAuth, traffic: Traffic, faults: Faults) -> None:
        self.state = state
        self.oauth = oauth
        self.traffic = traffic
        self.faults = faults
        self.latency_ms = 0.0
        self._keys: dict[tuple[str, str], Remembered] = {}

    def handle(self, request: Request) -> tuple[Response, str | None]:
        """The answer, and the tenant to `leave` once it is sent (None: not let in)."""
        correlation = {"Xero-Correlation-Id": str(uuid.uuid4())}
        tenant: str | None = None
        try:
            tenant, app, headers = self._admit(request)
            correlation |= headers
            response = self._with_faults(request, tenant, app)
        except Refused as error:
            response = refusal(error)
        except BaseException:
            if tenant is not None:
                self.traffic.leave(tenant)
            raise
        return (
            Response(
                response.status,
                response.body,
                response.content_type,
                {**correlation, **response.headers},
                response.drop,
                response.slow_seconds,
                response.cut,
            ),
            tenant,
        )

    def _admit(self, request: Request) -> tuple[str, str, dict[str, str]]:
        """Size, token, tenant, scope, limits: (tenant, app, rate-limit headers)."""
        if len(request.body) > MAX_BODY:
            raise Refused(400, {"Type": "PostDataInvalidException", "Message": "Body too large"})
        name = request.path[len(PREFIX) :].split("/")[0]
        with self.state.lock:
            try:
                access = self.oauth.bearer(request.headers.get("authorization"))
            except PermissionError as error:
                raise problem(401, "Unauthorized", str(error)) from None
            app = access["client"]
            tenant = request.headers.get("xero-tenant-id", "")
            client = self.oauth.clients.get(app)
            if not tenant and client is not None and client.tenant:
                tenant = self.state.organisation(client.tenant).tenant_id
            if not self.oauth.connected(app, tenant) or not _permitted(
                name, request.method, access["scope"].split()
            ):
                raise problem(403, "Forbidden", "AuthenticationUnsuccessful")
        return tenant, app, self.traffic.arrive(tenant, app, _label(request))

    def _with_faults(self, request: Request, tenant: str, app: str) -> Response:
        """The answer with whatever the armed faults make of it. The caller was let in."""
        try:
            faults = self.faults.striking(request, tenant)
            if self.latency_ms:
                clock.sleep(self.latency_ms / 1000)
            self._strike_before(faults, tenant)
            if "application/json" not in request.headers.get("accept", ""):
                raise Refused(406, _XML_406)
            response = self._answered(request, tenant, app, faults)
        except Refused as error:
            response = refusal(error)
        return self._strike_after(faults, response)

    def _strike_before(self, faults: dict[str, dict[str, Any]], tenant: str) -> None:
        for kind, params in faults.items():
            if kind == "error_before":
                status = int(params.get("status", 503))
                wait = params.get("retry_after")
                headers = {} if wait is None else {"Retry-After": str(wait)}
                raise Refused(status, str(params.get("body", "Service Unavailable")), headers)
            if kind == "maintenance":
                raise Refused(503, "The Xero API is currently offline for maintenance")
            if kind == "unauthorised_once":
                raise problem(401, "Unauthorized", "TokenExpired: token expired")
            if kind == "idempotency_down":
                raise Refused(500, {"Title": "Idempotency service unavailable", "Status": 500})
            if kind == "html_answer" and not params.get("commit"):
                raise Refused(int(params.get("status", 502)), _HTML)
            if kind == "hang" and not params.get("commit"):
                clock.sleep(float(params.get("seconds", 60)))
                raise Refused(504, "Gateway Timeout")
            if kind == "late":
                # Carried out when the caller may have given up.
                clock.sleep(float(params.get("seconds", 60)))
            self.do(kind, {"tenant": tenant, **params})
        if "disconnect" in faults:
            raise problem(403, "Forbidden", "AuthenticationUnsuccessful")
        if "revoke_tokens" in faults or "expire_tokens" in faults:
            raise problem(401, "Unauthorized", "TokenExpired: token expired")

    def do(self, kind: str, params: Doc) -> None:
        """Do at once what a fault of this kind stands for; nothing for the other kinds."""
        with self.state.lock:
            if kind == "forget_keys":
                self._keys.clear()
            elif kind == "disconnect":
                self.oauth.disconnect(params.get("tenant"))
            elif kind == "revoke_tokens":
                self.oauth.forget_tokens()
            elif kind == "expire_tokens":
                self.oauth.expire_access()
            elif kind == "day_limit_reached":
                organisation = self.state.organisation(params.get("tenant"))
                self.traffic.use_up_day(organisation.tenant_id)
            self.state.commit()

    def _strike_after(self, faults: dict[str, dict[str, Any]], response: Response) -> Response:
        if (after := faults.get("error_after")) is not None:
            return refusal(Refused(int(after.get("status", 502)), "Bad Gateway"))
        if "lose_answer" in faults:
            response.drop = True
        if "cut_body" in faults:
            response.cut = True
        if (params := faults.get("html_answer", {})).get("commit"):
            return refusal(Refused(int(params.get("status", 200)), _HTML))
        if (params := faults.get("hang", {})).get("commit"):
            clock.sleep(float(params.get("seconds", 60)))
        if "slow_body" in faults:
            response.slow_seconds = float(faults["slow_body"].get("seconds", 5))
        return response

    # -- idempotency ---------------------------------------------------------------------

    def _answered(self, request: Request, tenant: str, app: str, faults: Doc) -> Response:
        """The ledger's answer, or the one that the idempotency key stands for."""
        key = request.headers.get("idempotency-key") if request.method in _WRITES else None
        if key is not None and len(key) > 128:
            raise Refused(400, {"Message": "Idempotency Key must be at most 128 characters."})
        with self.state.lock:
            if key is None:
                return self._from_ledger(request, tenant, app, faults)
            print_ = _fingerprint(request, tenant)
            now = clock.timestamp()
            known = self._keys.get((app, key))
            if known is not None and known.until > now:
                if known.fingerprint != print_:
                    raise Refused(400, _reused(key))
                return _copy(known.response)
            response = self._from_ledger(request, tenant, app, faults)
            self._forget_old_keys(now)
            self._keys[(app, key)] = Remembered(print_, now + KEY_SECONDS, _copy(response))
            return response

    def _forget_old_keys(self, now: float) -> None:
        """Keys are kept in the order of their expiry, so only the first ones are looked at."""
        for name in list(self._keys):
            if self._keys[name].until > now:
                return
            del self._keys[name]

    def _from_ledger(self, request: Request, tenant: str, app: str, faults: Doc) -> Response:
        query = request.query
        organisation = self.state.organisations[tenant]
        call = Call(
            org=organisation,
            app=app,
            unitdp=4 if query.get("unitdp") == "4" else 2,
            summarize=str(query.get("summarizeErrors", "true")).lower() != "false",
            allow_backorders=flag(query.get("allowBackorders", "")),
            flags=faults,
        )
        try:
            payload = resources.handle(call, request, request.path[len(PREFIX) :])
            if request.method == "DELETE":
                return answer(payload)
            return answer(resources.envelope(payload, clock.now()))
        except Refused as error:
            return refusal(error)
        finally:
            self.state.commit()


def _copy(response: Response) -> Response:
    return Response(response.status, response.body, response.content_type, dict(response.headers))


def _reused(key: str) -> Doc:
    return {
        "ErrorNumber": 0,
        "Type": "ValidationException",
        "Message": f"Idempotency Key: {key} is used with a different request.",
    }


def _fingerprint(request: Request, tenant: str) -> str:
    query = "&".join(f"{name}={value}" for name, value in sorted(request.query.items()))
    head = f"{request.method} {request.path} {query} {tenant} ".encode()
    return hashlib.sha256(head + request.body).hexdigest()


def _permitted(name: str, method: str, scopes: list[str]) -> bool:
    """Whether one of the granular scopes covers the resource; reading needs only `.read`."""
    for scope in _SCOPE.get(name, ("accounting.settings",)):
        if scope in scopes or (method == "GET" and f"{scope}.read" in scopes):
            return True
    return False


def _label(request: Request) -> str:
    """How the statistics name a call: the method and the path with ids left out."""
    parts = request.path[len(PREFIX) :].strip("/").split("/")
    shown = [part if place % 2 == 0 else "{id}" for place, part in enumerate(parts)]
    if parts == ["Organisation", "Actions"]:
        shown = parts
    return f"{request.method} {'/'.join(shown)}"
