"""The whole stand-in without a socket: from a request to an answer, and the control functions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sandbox.xero import seed as seeds
from sandbox.xero.api import views
from sandbox.xero.api.accounting import PREFIX, Accounting
from sandbox.xero.books.organisation import Organisation
from sandbox.xero.books.state import State, shown
from sandbox.xero.books.storage import Storage
from sandbox.xero.faults import AT_ONCE, Faults
from sandbox.xero.limits import Limits, Traffic
from sandbox.xero.login.identity import Identity
from sandbox.xero.login.oauth import OAuth, XeroApp
from sandbox.xero.people.acts import ACTS
from sandbox.xero.people.pages import deep_link, overview
from sandbox.xero.rules.calls import Call
from sandbox.xero.wire import Doc, Invalid, Request, Response, not_found, refusal

CLIENT_ID = "sandbox-client"
CLIENT_SECRET = "sandbox-secret"  # noqa: S105 - opens nothing but this stand-in
CUSTOM_ID = "sandbox-custom"
CUSTOM_SECRET = "sandbox-custom-secret"  # noqa: S105
SCOPE = (
    "openid profile email offline_access accounting.invoices accounting.payments "
    "accounting.contacts accounting.settings accounting.banktransactions"
)
_LEDGER = [
    "Contacts",
    "Items",
    "Invoices",
    "CreditNotes",
    "Payments",
    "BankTransactions",
    "Overpayments",
    "Prepayments",
    "Allocations",
    "History",
    "Accounts",
    "TaxRates",
    "TrackingCategories",
    "Currencies",
]
_CONFIG = frozenset(["latency_ms", "limits", "auto_consent", "auto_tenant", "clients", "webhook"])


class App:
    """Everything behind the HTTP server. Methods may be called from any thread."""

    def __init__(
        self, *, state_path: str | None = None, extra: int = 0, limits: Limits | None = None,
        countries: Sequence[str] = (),
    ) -> None:  # fmt: skip
        self.extra, self.countries = extra, countries
        self.state = State(Storage(state_path) if state_path else None)
        if not self.state.load():
            seeds.seed(self.state, extra, countries)
            self.state.commit()
        clients = [
            XeroApp(CLIENT_ID, CLIENT_SECRET),
            XeroApp(CUSTOM_ID, CUSTOM_SECRET, tenant="Demo Company (AU)"),
        ]
        self.traffic = Traffic(limits or Limits())
        self.oauth = OAuth(self.state, clients)
        self.faults = Faults()
        self.identity = Identity(self.oauth, self.traffic)
        self.accounting = Accounting(self.state, self.oauth, self.traffic, self.faults)

    def handle(self, request: Request) -> tuple[Response, str | None]:
        """The answer, and the tenant whose slot is free once it is sent."""
        if request.path.startswith(PREFIX):
            return self.accounting.handle(request)
        if (response := self.identity.handle(request)) is not None:
            return response, None
        if request.method == "GET":
            with self.state.lock:
                if request.path == "/":
                    return overview(self.state, request), None
                if request.path.startswith(
                    ("/organisationlogin/", "/AccountsReceivable/", "/Contacts/View/")
                ):
                    return deep_link(self.state, request), None
        return refusal(not_found()), None

    # -- control -------------------------------------------------------------------------

    def stats(self) -> Doc:
        """Calls per organisation, and how near they came to the limits."""
        return self.traffic.report()

    def reset(self, what: str = "all") -> None:
        """Forget the statistics (`stats`), what the limits count (`limits`), or everything."""
        if what not in ("all", "stats", "limits"):
            raise ValueError(f"cannot reset {what!r}")
        self.traffic.reset(counts_too=what != "stats")
        if what != "all":
            return
        with self.state.lock:
            self.state.organisations.clear()
            self.state.oauth.clear()
            if self.state.storage is not None:
                self.state.storage.clear()
            seeds.seed(self.state, self.extra, self.countries)
            self.accounting.do("forget_keys", {})
        self.faults.clear()

    def arm(self, *specs: Doc) -> None:
        """Arm faults; those that need no call are done at once if they name none."""
        for spec in specs:
            fault = self.faults.arm(spec) if not _at_once(spec) else None
            if fault is None:
                params = dict(spec.get("params") or {})
                if params.get("tenant"):
                    params["tenant"] = self._organisation(params["tenant"]).tenant_id
                self.accounting.do(spec["kind"], params)

    def ledger(self, tenant: str | None = None) -> dict[str, list[Doc]]:
        """Every document of an organisation as it is stored, in the order of the last change."""
        with self.state.lock:
            organisation = self._organisation(tenant)
            found = {kind: [shown(doc) for doc in organisation[kind]] for kind in _LEDGER}
            found["Payments"] = [
                views.payment(organisation, doc, views.Shape()) for doc in organisation["Payments"]
            ]
            found["BankTransactions"] = [
                shown(doc) | {"BankAccount": views.bank_account(organisation, doc)}
                for doc in organisation["BankTransactions"]
            ]
            found["Allocations"] = [
                views.allocation(organisation, doc, views.Shape())
                for doc in organisation["Allocations"]
            ]
            found["History"] = [
                {"ID": doc["_id"], "Kind": doc["_kind"], "Records": shown(doc["Records"])}
                for doc in organisation["History"]
            ]
            return found

    def _organisation(self, tenant: str | None) -> Organisation:
        try:
            return self.state.organisation(tenant)
        except KeyError as error:
            raise ValueError(str(error)) from error

    def person(self, act: str, *, tenant: str | None = None, **args: Any) -> Doc:
        """A person does something in Xero; the document that changed. ValueError if refused."""
        if act not in ACTS:
            raise ValueError(f"unknown act {act!r}; known: {', '.join(sorted(ACTS))}")
        with self.state.lock:
            organisation = self._organisation(tenant)
            try:
                doc = ACTS[act](Call(organisation, unitdp=4), args)
            except Invalid as error:
                raise ValueError(str(error)) from error
            finally:
                self.state.commit()
            found: Doc = shown(doc)
            return found

    def connect(self, *tenants: str, scope: str = SCOPE, client_id: str = CLIENT_ID) -> Doc:
        """Connect organisations (the first one unless named) and mint their token set.

        The answer of the token endpoint, with `tenant_ids` and `connections` beside it.
        """
        with self.state.lock:
            client = self.oauth.clients[client_id]
            ids = [self._organisation(name).tenant_id for name in tenants or (None,)]
            code = self.oauth.consent(client, "", scope, ids)
            form = {"grant_type": "authorization_code", "code": code, "redirect_uri": ""}
            token = self.oauth.token(client, form)
            self.state.commit()
            connections = self.oauth.connections(client_id)
        return {**token, "tenant_ids": ids, "connections": connections}

    def configure(self, changes: Doc) -> Doc:
        """Change settings while running; the settings that hold now."""
        if unknown := set(changes) - _CONFIG:
            raise ValueError(f"unknown setting: {', '.join(sorted(unknown))}")
        if "latency_ms" in changes:
            self.accounting.latency_ms = float(changes["latency_ms"])
        for name, value in (changes.get("limits") or {}).items():
            if name not in Limits.__dataclass_fields__:
                raise ValueError(f"unknown limit: {name}")
            setattr(self.traffic.limits, name, int(value))
        if "auto_consent" in changes:
            self.identity.auto_consent = bool(changes["auto_consent"])
        if "auto_tenant" in changes:
            self.identity.auto_tenant = changes["auto_tenant"]
        if "webhook" in changes:
            given = changes["webhook"]
            self.state.webhooks.point(str(given["url"]), str(given.get("key", "")))
        for one in changes.get("clients") or ():
            uris = tuple(one.get("redirect_uris") or ())
            client = XeroApp(one["id"], one["secret"], uris, one.get("tenant"))
            self.oauth.clients[client.id] = client
        return {
            "latency_ms": self.accounting.latency_ms,
            "limits": self.traffic.report()["limits"],
            "auto_consent": self.identity.auto_consent,
            "auto_tenant": self.identity.auto_tenant,
            "clients": sorted(self.oauth.clients),
            "organisations": {
                tenant: org.facts["Name"] for tenant, org in self.state.organisations.items()
            },
        }

    def close(self) -> None:
        with self.state.lock:
            self.state.commit()
            if self.state.storage is not None:
                self.state.storage.close()


def _at_once(spec: Doc) -> bool:
    return spec.get("kind") in AT_ONCE and not spec.get("match")
