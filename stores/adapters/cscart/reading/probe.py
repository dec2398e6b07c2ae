"""What a connected CS-Cart shop is, and what its administrator may not read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeVar

from connector.lib.errors import NeedsAttention
from connector.lib.outgoing.answers import host_of
from stores.adapters.cscart import errors
from stores.adapters.cscart.client import CSCartClient, Json
from stores.adapters.cscart.reading.orders import NEWEST_FIRST, knows_changes
from stores.canonical.records import StoreFacts

T = TypeVar("T")
Choices = tuple[tuple[str, str], ...]
FORM, CHANGES = "form", "changes"
# What cannot be read, and what is off without it.
_STATUSES = "order statuses cannot be chosen by name, only by letter"
_PAYMENTS = "payment methods cannot be chosen by name, only by number"
_TAXES = "taxes cannot be chosen by name, only by number"
_SHIPPINGS = "ways of shipping are known of orders only"
_GROUPS = "rules may name user groups by number only"
_SHOPS = "rules may name storefronts and vendors by number only"
_PRODUCTS = "items, stock and rules about categories do nothing"
_USERS = "contacts follow orders only"


class Probe:
    """One visit to a shop. Only the right to read orders must be there; others are warnings."""

    def __init__(self, client: CSCartClient) -> None:
        self._client = client
        self._warnings: list[str] = []

    def facts(self) -> StoreFacts:
        """Everything that the shop's page shows. Raises if orders cannot be read."""
        self._client.pace.patient = False  # a person waits
        try:
            return self._facts()
        finally:
            self._client.pace.patient = True

    def _facts(self) -> StoreFacts:
        newest = self._client.listed("orders", NEWEST_FIRST, size=1)
        statuses = self._choices("statuses", "status", "description", _STATUSES, {"type": "O"})
        companies = self._companies()
        found = (
            (FORM, self._client.form),
            (CHANGES, "1" if newest.rows and knows_changes(self._client) else ""),
        )
        self._try(lambda: self._client.listed("products", size=1), _PRODUCTS)
        self._try(lambda: self._client.listed("users", {"user_type": "C"}, size=1), _USERS)
        return StoreFacts(
            name=companies[0][1] if len(companies) == 1 else host_of(self._client.shop),
            version="4",
            # Amounts are in the shop's primary currency, which the API does not name; an order
            # names only the one that its buyer looked at.
            currency="",
            timezone="",
            statuses=statuses,
            payment_methods=self._choices("payments", "payment_id", "payment", _PAYMENTS),
            tax_classes=self._choices("taxes", "tax_id", "tax", _TAXES),
            customer_groups=self._choices("usergroups", "usergroup_id", "usergroup", _GROUPS),
            shipping_methods=self._choices("shippings", "shipping_id", "shipping", _SHIPPINGS),
            websites=companies,
            reserves_stock=False,
            warnings=tuple(self._warnings),
            findings=found,
        )

    def _companies(self) -> Choices:
        """Storefronts of CS-Cart, or vendors of Multi-Vendor: an edition has one of the lists."""
        for path in ("stores", "vendors"):
            try:
                found = self._all(path)
            except NeedsAttention as error:
                if error.code == errors.MISSING_RIGHT:
                    self._warnings.append(f"{error} {error.hint} Without it {_SHOPS}.")
                continue
            if named := _named(found, "company_id", "company"):
                return named
        return ()

    def _choices(
        self, path: str, key: str, name: str, off: str, query: Mapping[str, str] | None = None
    ) -> Choices:
        return _named(self._try(lambda: self._all(path, query), off) or [], key, name)

    def _all(self, path: str, query: Mapping[str, str] | None = None) -> list[Json]:
        return [row for page in self._client.pages(path, query) for row in page.rows]

    def _try(self, ask: Callable[[], T], off: str) -> T | None:
        """The answer; a warning where the administrator has no right to it."""
        try:
            return ask()
        except NeedsAttention as error:
            if error.code in (errors.MISSING_RIGHT, "not_found", "http_405"):
                self._warnings.append(f"{error} {error.hint} Without it {off}.")
                return None
            raise


def _named(rows: list[Json], key: str, name: str) -> Choices:
    pairs = ((str(row[key]), str(row.get(name) or row[key])) for row in rows if row.get(key))
    return tuple(dict.fromkeys(pairs))
