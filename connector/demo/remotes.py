"""The stand-in Xero and the demo shops: their processes, and what they say of themselves.

The figures, those of orders in `figures`, are asked for over HTTP and read as exact decimals; the
product's own tables, clients and arithmetic have no part in them.
"""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode, urlsplit

from connector.lib.outgoing import answers, http
from connector.processes.family import Family
from connector.processes.ports import free_port, listening
from connector.processes.programs import python

XERO_CLIENT_ID = "sandbox-client"
XERO_CLIENT_SECRET = "sandbox-secret"  # noqa: S105 - the stand-in's, open on purpose


@dataclass(frozen=True, slots=True)
class Shop:
    """One demo shop and the organisation that its orders go to."""

    slug: str
    organisation: str
    orders: int
    port: int
    options: tuple[str, ...]
    platform: str = "magento"
    currency: str = "AUD"  # the shop's own
    hook_secret: str = field(default_factory=lambda: secrets.token_hex(32), repr=False)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


def shops(orders: int) -> list[Shop]:
    """Five shops of three platforms that share so many orders, the first has most; one order, one
    shop.

    Three of them post to one organisation, two to another.
    """
    others = orders * 18 // 100
    return [
        Shop("au", "Demo Company (AU)", orders - 4 * others, free_port(),
             ("--profile", "au", "--prices", "inclusive", "--seed", "1")),
        Shop("uk", "Demo Company (UK)", others, free_port(),
             ("--profile", "uk", "--prices", "exclusive", "--seed", "2"), currency="GBP"),
        Shop("oc", "Demo Company (AU)", others, free_port(),
             ("--profile", "au", "--prices", "inclusive", "--seed", "3"), "opencart"),
        Shop("cs", "Demo Company (AU)", others, free_port(),
             ("--profile", "au", "--prices", "inclusive", "--seed", "4", "--taxes", "subtotal"),
             "cscart"),
        Shop("mv", "Demo Company (UK)", others, free_port(),
             ("--profile", "uk", "--prices", "exclusive", "--seed", "5", "--taxes", "unit_price",
              "--edition", "multivendor", "--addon"), "cscart", currency="GBP"),
    ]  # fmt: skip


def start(family: Family, xero_url: str, web_url: str, chosen: list[Shop]) -> None:
    """Start the stand-in at its address and the shops, which tell their changes to the web app."""
    port = urlsplit(xero_url).port
    family.start("xero", python("-m", "sandbox.xero", "--port", str(port), "--auto-consent"))
    for shop in chosen:
        family.start(
            f"shop-{shop.slug}",
            python(
                "-m", f"sandbox.{shop.platform}", "--port", str(shop.port),
                # What is compared are invoices, so these shops have given nothing back.
                "--orders", str(shop.orders), "--no-refunds",
                "--hook", f"{web_url}/hooks/{shop.slug}/", *shop.options,
            ),
            env={"HOOK_SECRET": shop.hook_secret},
        )  # fmt: skip


def wait(family: Family, xero_url: str, chosen: list[Shop]) -> None:
    """Until all of them answer."""
    for name, port in (
        ("The stand-in Xero", urlsplit(xero_url).port or 0),
        *((f"The shop {shop.slug}", shop.port) for shop in chosen),
    ):
        family.until(lambda port=port: listening(port), name)  # type: ignore[misc]


def keys(shop: Shop) -> dict[str, str]:
    """The shop's credentials, as its own `/_sandbox/state` gives them."""
    return dict(read(f"{shop.url}/_sandbox/state")["credentials"])


def pairing_code(shop: Shop) -> str:
    """The one code that connects the shop; "" for a platform that shows none."""
    return str(read(f"{shop.url}/_sandbox/state").get("pairing_code", ""))


def ledger_of(xero_url: str, tenant: str) -> dict[str, Any]:
    """Everything in one organisation's books."""
    found: dict[str, Any] = read(f"{xero_url}/_sandbox/ledger?{urlencode({'tenant': tenant})}")
    return found


def calls_to(xero_url: str) -> int:
    """All calls that reached the stand-in's accounting API."""
    stats = read(f"{xero_url}/_sandbox/stats")
    return sum(int(one["total"]) for one in stats["tenants"].values())


def choose_organisation(xero_url: str, name: str) -> None:
    """What the person at the consent page picks next."""
    with http.session(allow_private=True) as session:
        answers.checked(session.post(f"{xero_url}/_sandbox/config", json={"auto_tenant": name}))


def read(url: str, headers: dict[str, str] | None = None, body: bytes | None = None) -> Any:
    """The JSON of an answer, numbers exact; a call with a body is a POST."""
    method = "GET" if body is None else "POST"
    with http.session(allow_private=True, max_bytes=500 * http.MEGABYTE) as session:
        answer = answers.checked(session.request(method, url, headers=headers, data=body))
    return json.loads(answer.content, parse_float=Decimal, parse_int=Decimal)
