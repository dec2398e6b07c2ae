"""A plain client of the stand-in for tests: exact decimals in and out, no retries."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import requests

from sandbox.xero.server import StandIn
from sandbox.xero.wire import Doc, dumps


class Client:
    """Calls one organisation with a token of its own."""

    def __init__(self, stand_in: StandIn, tenant: str = "Demo Company (AU)", **options: str):
        self.stand_in = stand_in
        self.token = stand_in.connect(tenant, **options)
        self.tenant = str(self.token["tenant_ids"][0])
        self.session = requests.Session()
        self.session.trust_env = False

    def send(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        headers: dict[str, str] | None = None,
        **query: Any,
    ) -> requests.Response:
        """One request under /api.xro/2.0/, or to another path that begins with a slash."""
        url = self.stand_in.url + path if path.startswith("/") else f"{self.base}{path}"
        sent = {
            "Authorization": f"Bearer {self.token['access_token']}",
            "xero-tenant-id": self.tenant,
            "Accept": "application/json",
            **(headers or {}),
        }
        data = body if isinstance(body, bytes | None) else dumps(body)
        return self.session.request(
            method, url, params=query, data=data, headers=sent, timeout=(5, 30)
        )

    @property
    def base(self) -> str:
        return f"{self.stand_in.api_url}/"

    def write(
        self, method: str, kind: str, *elements: Doc, key: str | None = None, **query: Any
    ) -> list[Doc]:
        """The elements of the answer to a batch with summarizeErrors=false and unitdp=4."""
        query = {"summarizeErrors": "false", "unitdp": 4, **query}
        headers = {"Idempotency-Key": key} if key else {}
        name = kind.rsplit("/", 1)[-1] if kind.count("/") == 2 else kind.split("/")[0]
        answer = self.send(method, kind, {name: list(elements)}, headers=headers, **query)
        assert answer.status_code == 200, answer.text
        found: list[Doc] = parsed(answer)[name]
        return found

    def put(self, kind: str, *elements: Doc, **query: Any) -> list[Doc]:
        return self.write("PUT", kind, *elements, **query)

    def post(self, kind: str, *elements: Doc, **query: Any) -> list[Doc]:
        return self.write("POST", kind, *elements, **query)

    def get(self, path: str, **query: Any) -> list[Doc]:
        """The elements of a list or of a single document."""
        answer = self.send("GET", path, **{"unitdp": 4, **query})
        assert answer.status_code == 200, answer.text
        found: list[Doc] = parsed(answer)[path.split("/")[0]]
        return found

    def invoice(self, number: str, **changes: Any) -> Doc:
        """A sales invoice of 100.00 plus 10.00 tax, approved unless changed; must be taken."""
        (found,) = self.put("Invoices", invoice(number, **changes))
        assert not found["HasErrors"], found
        return found

    def pay(self, invoice_id: str, amount: str, **changes: Any) -> Doc:
        """A payment from account 090, taken or refused."""
        element = {
            "Invoice": {"InvoiceID": invoice_id},
            "Account": {"Code": "090"},
            "Amount": Decimal(amount),
            "Date": "2026-11-20",
            **changes,
        }
        return self.put("Payments", element)[0]


def parsed(answer: requests.Response) -> Any:
    """The JSON of an answer with exact decimals."""
    return json.loads(answer.content, parse_float=Decimal)


def line(amount: str = "100", **changes: Any) -> Doc:
    """A line on account 200 with the default tax."""
    return {
        "Description": "Goods",
        "Quantity": 1,
        "UnitAmount": Decimal(amount),
        "AccountCode": "200",
        **changes,
    }


def invoice(number: str | None, **changes: Any) -> Doc:
    """An element for Invoices; None values are left out."""
    element = {
        "Type": "ACCREC",
        "InvoiceNumber": number,
        "Contact": {"Name": "Ann Example"},
        "Date": "2026-11-20",
        "DueDate": "2026-12-20",
        "Status": "AUTHORISED",
        "LineItems": [line()],
        **changes,
    }
    return {name: value for name, value in element.items() if value is not None}


def messages(element: Doc) -> list[str]:
    """The texts of a refused element, its contact's included."""
    found = list(element.get("ValidationErrors") or [])
    found += (element.get("Contact") or {}).get("ValidationErrors") or []
    return [one["Message"] for one in found]
