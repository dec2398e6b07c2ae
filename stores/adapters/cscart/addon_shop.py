"""A shop through its add-on: whole records by pages, and what is written (PROTOCOL.md)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import requests

from connector.lib.errors import Rejected
from stores.adapter import Interval
from stores.adapters.cscart.client import shop_address
from stores.adapters.cscart.credentials import CSCartCredentials
from stores.adapters.cscart.records.forms import COMBINATION
from stores.canonical.product import StockTarget
from stores.canonical.records import By, OrderCondition, Page, RecordRef, Stream
from stores.php import stock
from stores.php.client import PAGE_SIZE, Json, SignedClient
from stores.php.refusals import Words

WORDS = Words(
    program="CS-Cart",
    package="add-on",
    page="Add-ons > Xero connector",
    installer="Add-ons > Manage add-ons",
    route="index.php?dispatch=xero_connector.api",
)
_WRITES = frozenset({"set_status", "set_stock"})
# By stream: the call, which names its list in the answer, and the key of a record's id.
_LISTS = {
    Stream.ORDERS: ("orders", "order_id"),
    Stream.CUSTOMERS: ("customers", "user_id"),
    Stream.PRODUCTS: ("products", "product_id"),
}
_ID_DIGITS = 10
_MOMENTS = (0, 2**32 - 1)
Key = tuple[int, int]


class AddonShop:
    """One shop, one session, one thread. `by_shop`: orders are made by the shop's own function,
    one after the other, as the add-on reads this shop's otherwise."""

    def __init__(self, url: str, credentials: CSCartCredentials, session: requests.Session) -> None:
        self.client = SignedClient(
            shop_address(url), credentials.key.get_secret_value(),
            credentials.secret.get_secret_value(), session, WORDS, writes=_WRITES,
        )  # fmt: skip
        self.by_shop = False

    # --- reading ----------------------------------------------------------------------------

    def pages(self, stream: Stream, since: Interval) -> Iterator[Page]:
        """Pages of the cursor's closed interval, the oldest first, each behind the last record of
        the one before; with deleted orders. A page that changes while it is read is met again."""
        if stream is Stream.STOCK:
            yield from self._stock()
            return
        last, position, asked = _key_of(since.after), None, None
        while True:
            rows, answer = self._listed(stream, **_window(since), **_after(last))
            keys = [self._key(stream, row, since.by) for row in rows]
            if keys != sorted(keys) or (last is not None and keys and keys[0] <= last):
                raise self.client.unexpected(f"does not sort {stream} as it was asked to")
            asked = asked or _moment_of(answer.get("now"))
            if rows:
                last = keys[-1]
                position = max(position or last[0], last[0])
                yield Page(tuple(rows), _at(position), mark=f"{last[0]}:{last[1]}")
            if answer.get("more") is not True:
                break
            if not rows:
                raise self.client.unexpected(f"says that more {stream} follow, and gives none")
        if asked is not None and since.by is By.CHANGED and since.until is None:
            yield Page((), _at(max(asked, position or 0)))

    def newest(self, count: int) -> tuple[list[Json], list[Json]]:
        """The newest orders as the add-on makes them, and as the shop's own function does."""
        last = self.client.call("orders", after_id=0, limit=1).get("last_id")
        first = max(last - count, 0) if isinstance(last, int) else 0
        ours, _ = self.client.rows("orders", "orders", after_id=first, limit=count)
        shops, _ = self.client.rows("orders", "orders", after_id=first, limit=count, **_BY_SHOP)
        return ours, shops

    def count(self, stream: Stream, since: Interval) -> int | None:
        """How many orders the cursor's interval holds."""
        if stream is not Stream.ORDERS or since.after:
            return None
        found = self.client.call("count", **_window(since)).get("count")
        return found if isinstance(found, int) else None

    def chosen(self, stream: Stream, ids: Sequence[str]) -> list[Json]:
        """Records by their ids, in as few calls as it takes; stock by codes, products by both.
        What the shop does not have is left out."""
        if stream is Stream.STOCK:
            return self._stock_of(ids)
        wanted = [int(one) for one in dict.fromkeys(ids) if _is_id(one)]
        found: list[Json] = []
        for start in range(0, len(wanted), PAGE_SIZE):
            rows, _ = self._listed(stream, ids=wanted[start : start + PAGE_SIZE])
            found += rows
        return found

    def one(self, ref: RecordRef) -> Json:
        """A record anew; Rejected (`not_found`) where there is none."""
        found = self.chosen(ref.stream, [ref.id])
        if not found:
            raise Rejected(f"The shop has no {ref.stream} {ref.id}.", code="not_found")
        return found[0]

    def _listed(self, stream: Stream, **parameters: Any) -> tuple[list[Json], Json]:
        call, _ = _LISTS[stream]
        if self.by_shop and stream is Stream.ORDERS:
            parameters |= _BY_SHOP
        return self.client.rows(call, call, **parameters)

    def _key(self, stream: Stream, row: Json, by: By) -> Key:
        """Moment and id of a record, by which its list is sorted."""
        ident = str(row.get(_LISTS[stream][1]))
        moment = _moment_of(row.get("timestamp" if by is By.PLACED else "x_changed"))
        if not _is_id(ident) or moment is None:
            raise self.client.unexpected(f"lists one of its {stream} without id or moment")
        return moment, int(ident)

    def _stock(self) -> Iterator[Page]:
        """The stock of every product: it has no time of change."""
        after = 0
        while True:
            rows, answer = self.client.rows("stock", "stock", after=after, limit=PAGE_SIZE)
            coded = tuple(row for row in rows if row.get("product_code"))
            if coded:
                yield Page(coded, None)
            if answer.get("more") is not True:
                return
            last = answer.get("last")
            if not isinstance(last, int) or last <= after:
                raise self.client.unexpected("gives the same page of stock again")
            after = last

    def _stock_of(self, codes: Sequence[str]) -> list[Json]:
        found: list[Json] = []
        wanted = [code for code in dict.fromkeys(one.strip() for one in codes) if code]
        for start in range(0, len(wanted), PAGE_SIZE):
            part = wanted[start : start + PAGE_SIZE]
            found += self.client.rows("stock", "stock", skus=part)[0]
        return found

    def fetch_stock(self, target: StockTarget) -> Json:
        """Of a product by its id, and of it the combination by its hash or code; without an id by
        the code alone. Rejected as `set_stock` is."""
        if target.product_id:
            number = _product_id(target)
            near, _ = self.client.rows("stock", "stock", after=number - 1, limit=1)
            rows = [row for row in near if str(row.get("product_id")) == str(number)]
        else:
            rows = self._stock_of([target.sku])
        meant = [row for row in rows if _is_meant(row, target)]
        if len(meant) == 1:
            return meant[0]
        code = "ambiguous" if meant else "has_options" if rows else "not_found"
        raise _refused_stock(str(target), code)

    # --- writing ----------------------------------------------------------------------------

    def condition(self, order_id: str) -> OrderCondition:
        if not _is_id(order_id):
            raise Rejected(f"The shop has no order {order_id}.", code="not_found")
        found = self.client.call("order_condition", order_id=int(order_id))
        return OrderCondition(status=str(found.get("status") or ""))

    def set_status(self, order_id: str, status: str) -> None:
        """Through CS-Cart's own function; nobody is sent mail."""
        self.client.call("set_status", order_id=int(order_id), status=status, notify=False)

    def set_stock(self, target: StockTarget, quantity: Decimal) -> None:
        """The add-on takes the id of a product or a code, which a combination must have."""
        meant: Json = {"sku": target.sku}
        if target.variant_id:
            meant = {"sku": str(self.fetch_stock(target).get("product_code"))}
        elif target.product_id:
            meant = {"product_id": _product_id(target)}
        stock.put(self.client, target, meant, quantity, _refused_stock)


_BY_SHOP = {"as": "shop"}


def _window(since: Interval) -> dict[str, Any]:
    window: dict[str, Any] = {"by": "placed" if since.by is By.PLACED else "changed"}
    if since.start is not None and not since.after:
        window["since"] = _within(since.start)
    if since.until is not None:
        window["until"] = _within(since.until)
    return window


def _within(moment: datetime) -> int:
    least, most = _MOMENTS
    return min(max(int(moment.timestamp()), least), most)


def _after(last: Key | None) -> dict[str, Any]:
    return {} if last is None else {"after": {"moment": last[0], "id": last[1]}}


def _key_of(mark: str) -> Key | None:
    at, _, ident = mark.partition(":")
    return (int(at), int(ident)) if at.isdecimal() and ident.isdecimal() else None


def _moment_of(value: object) -> int | None:
    text = str(value)
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= _ID_DIGITS else None


def _at(moment: int) -> datetime:
    return datetime.fromtimestamp(moment, UTC)


def _is_id(value: str) -> bool:
    return value.isascii() and value.isdecimal() and len(value) <= _ID_DIGITS and int(value) > 0


def _product_id(target: StockTarget) -> int:
    if not _is_id(target.product_id):
        raise _refused_stock(str(target), "not_found")
    return int(target.product_id)


def _is_meant(row: Json, target: StockTarget) -> bool:
    """Whether a row of stock that was found for it is the target's: of a combination that no hash
    tells its code does."""
    mark = str(row.get(COMBINATION) or "")
    if target.variant_id or not mark:
        return mark == target.variant_id
    return str(row.get("product_code")).strip() == target.sku.strip()


_STOCK_REFUSALS = {
    "ambiguous": ("several products of the shop have this code", "Give each a code of its own."),
    "has_options": (
        "the shop counts the combinations of its options, and none has this code",
        "Give the combinations codes of their own, or keep their stock in the shop.",
    ),
    "not_counted": (
        "the shop does not track its stock", "Switch tracking on in the product, or leave it out.",
    ),
}  # fmt: skip


def _refused_stock(sku: str, code: str) -> Rejected:
    if code in _STOCK_REFUSALS:
        text, hint = _STOCK_REFUSALS[code]
        return Rejected(f"{sku}: {text}.", code=code, hint=hint)
    return Rejected(
        f"The shop has no product {sku}.",
        code=code,
        hint="Give a product of the shop this code (CODE), or correct the SKU.",
    )
