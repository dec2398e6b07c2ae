"""Products, stock and customers of a CS-Cart shop: lists without a question for what changed.

They are read whole, as often as the schedule says. A row of products tells all that is needed; a
customer's addresses are read one by one, and the core asks for those only where the row is
another than before, and for the others in turn.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from itertools import islice

from connector.lib.errors import NeedsAttention, Rejected
from stores.adapter import Interval
from stores.adapters.cscart import errors
from stores.adapters.cscart.client import CSCartClient, Json, in_path
from stores.adapters.cscart.records.forms import COMBINATION
from stores.canonical.product import StockTarget
from stores.canonical.records import Page, ParseError
from stores.raw import Raw

_SIZE = 250
_OLDEST_FIRST = {"sort_by": "timestamp", "sort_order": "asc"}
_WITH_OPTIONS = "O"  # how the stock of a product is counted: by the combinations of its options


def product_pages(client: CSCartClient, since: Interval) -> Iterator[Page]:
    """The products that changed, which their rows say. A variation is a product of its own."""
    latest: datetime | None = None
    for found in client.pages("products", _OLDEST_FIRST, size=_SIZE):
        rows = []
        for record in found.rows:
            changed = _moment(record, "updated_timestamp")
            latest = max(filter(None, (latest, changed)), default=None)
            if _within(changed, since):
                rows.append(record)
        yield Page(tuple(rows), None, found.total)
    if latest is not None:
        yield Page((), latest)


def customer_pages(client: CSCartClient, since: Interval) -> Iterator[Page]:
    """The customers by when they registered; the rows do not say when one changed."""
    latest: datetime | None = None
    for found in client.pages("users", {"user_type": "C"}, size=_SIZE):
        rows = []
        for record in found.rows:
            registered = _moment(record, "timestamp")
            latest = max(filter(None, (latest, registered)), default=None)
            if record.get("user_type") == "C" and _within(registered, since):
                rows.append(record)
        yield Page(tuple(rows), None, found.total)
    if latest is not None:
        yield Page((), latest)


def stock_pages(client: CSCartClient) -> Iterator[Page]:
    """The stock of every product, and of every combination of options where those are counted."""
    for found in client.pages("products", size=_SIZE):
        rows: list[Json] = []
        for record in found.rows:
            if record.get("tracking") == _WITH_OPTIONS:
                rows += combinations(client, str(record.get("product_id")))
            else:
                rows.append(record)
        yield Page(tuple(row for row in rows if row.get("product_code")), None, found.total)


def combinations(client: CSCartClient, product_id: str) -> list[Json]:
    """The combinations of a product's options; none where the shop is of a version without."""
    try:
        found = client.listed("combinations", {"product_id": product_id})
    except NeedsAttention as error:
        if error.code in ("not_found", "http_405", errors.NO_API):
            return []
        raise
    return [row | {"product_id": product_id} for row in found.rows]


def of_code(client: CSCartClient, sku: str) -> Json:
    """The product, or the combination of options, that alone bears exactly this code."""
    found = list(islice(_bearing(client, sku), 2))
    if not found:
        raise Rejected(
            f"The shop has no product with the code {sku}.",
            code="not_found",
            hint="Give a product of the shop this code (CODE), or correct the SKU.",
        )
    if len(found) > 1:
        raise Rejected(
            f"{sku}: several products of the shop have this code.",
            code="ambiguous",
            hint="Name the product by its id, or give each of them a code of its own.",
        )
    return found[0]


def _bearing(client: CSCartClient, sku: str) -> Iterator[Json]:
    """All that bear exactly this code: the shop's own search finds what is like it, too."""
    for found in client.pages("products", {"pcode": "Y", "q": sku}, size=_SIZE):
        for record in found.rows:
            if str(record.get("product_code")) == sku:
                yield record
            if record.get("tracking") == _WITH_OPTIONS:
                for one in combinations(client, str(record.get("product_id"))):
                    if str(one.get("product_code")) == sku:
                        yield one


def address_of_stock(target: StockTarget) -> str:
    """Where the stock is read and written of what is named by its ids."""
    if target.variant_id:
        return f"combinations/{in_path(target.variant_id)}"
    return f"products/{in_path(target.product_id)}"


def address_of(record: Json) -> str:
    """Where the stock of a product or combination is written to."""
    if COMBINATION in record:
        return f"combinations/{in_path(str(record[COMBINATION]))}"
    return f"products/{in_path(str(record.get('product_id')))}"


def _within(moment: datetime | None, since: Interval) -> bool:
    """Whether it lies in the interval; what is not dated does."""
    if moment is None:
        return True
    after = since.start is None or moment >= since.start
    return after and (since.until is None or moment <= since.until)


def _moment(record: Json, key: str) -> datetime | None:
    with suppress(ParseError):
        return Raw(record).unix_moment(key).astimezone(UTC)
    return None
